package optim

import "math"

// bound is the exact value of a float32 computation, in float64, and a bound of
// the error that the computation may have made: running error analysis (Higham,
// Accuracy and Stability of Numerical Algorithms, 2002, section 3.3).
type bound struct{ v, e float64 }

// unit is half a float32 unit in the last place of 1, and a little for the
// roundings of this analysis itself, which are 2²⁹ times smaller.
const unit = 0x1.0001p-24

// exactly is a float32 that is given.
func exactly[T float32 | float64](x T) bound { return bound{v: float64(x)} }

// rounded adds one rounding to float32, subnormal results included.
func (a bound) rounded() bound {
	return bound{a.v, a.e + unit*(math.Abs(a.v)+a.e) + 0x1p-150}
}

// constant is a float64 that is rounded to float32 once.
func constant(x float64) bound { return exactly(x).rounded() }

func add(a, b bound) bound { return bound{a.v + b.v, a.e + b.e}.rounded() }
func sub(a, b bound) bound { return bound{a.v - b.v, a.e + b.e}.rounded() }

func mul(a, b bound) bound {
	return bound{a.v * b.v, math.Abs(a.v)*b.e + math.Abs(b.v)*a.e + a.e*b.e}.rounded()
}

func div(a, b bound) bound {
	q := a.v / b.v
	return bound{q, (a.e + math.Abs(q)*b.e) / (math.Abs(b.v) - b.e)}.rounded()
}

func root(a bound) bound {
	r := math.Sqrt(a.v)
	return bound{r, r - math.Sqrt(max(0, a.v-a.e))}.rounded()
}

// update transcribes the formulas of the rules: it returns the new w and changes
// the slots. alpha is Adam's rate of the step. Its values are a
// float64 implementation; its bounds hold for float32 in this order of
// operations, in which tiny slots do not occur or are 0.
func update(o Optimizer, alpha, w, g bound, s *[2]bound) bound {
	switch o := o.(type) {
	case SGD:
		u := mul(g, constant(o.LearningRate))
		if o.Momentum == 0 {
			return sub(w, u)
		}
		s[0] = sub(mul(s[0], constant(o.Momentum)), u)
		if !o.Nesterov {
			return add(w, s[0])
		}
		return add(w, sub(mul(s[0], constant(o.Momentum)), u))
	case Adagrad:
		s[0] = add(s[0], mul(g, g))
		return sub(w, div(mul(constant(o.LearningRate), g), root(add(s[0], constant(o.Epsilon)))))
	case RMSprop:
		s[0] = add(mul(constant(o.Rho), s[0]), mul(constant(1-o.Rho), mul(g, g)))
		u := div(mul(constant(o.LearningRate), g), root(add(s[0], constant(o.Epsilon))))
		if o.Momentum != 0 {
			u = add(mul(constant(o.Momentum), s[1]), u)
			s[1] = u
		}
		return sub(w, u)
	case Adam:
		s[0] = add(s[0], mul(sub(g, s[0]), constant(1-o.Beta1)))
		s[1] = add(s[1], mul(sub(mul(g, g), s[1]), constant(1-o.Beta2)))
		return sub(w, div(mul(s[0], alpha), add(root(s[1]), constant(o.Epsilon))))
	}
	panic("no reference for " + o.Name())
}

// rate is Adam's rate of step t, derived in float64 and rounded once; other
// rules have none.
func rate(o Optimizer, t int) bound {
	a, ok := o.(Adam)
	if !ok {
		return bound{}
	}
	n := float64(t)
	return constant(a.LearningRate * math.Sqrt(1-math.Pow(a.Beta2, n)) / (1 - math.Pow(a.Beta1, n)))
}

// slots returns the slots of a rule at their start.
func slots(o Optimizer) (s [2]bound) {
	for i, start := range o.Slots() {
		s[i] = exactly(start)
	}
	return s
}
