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

// rounded adds one rounding to float32, subnormal results included. A zero that is
// exact stays so.
func (a bound) rounded() bound {
	if a == (bound{}) {
		return a
	}
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

// tiny is a slot that may have become +0.
func tiny(a bound) bound {
	if math.Abs(a.v)-a.e < 0x1p-100 {
		a.e += math.Abs(a.v)
	}
	return a
}

// largest is the larger of two numbers, not negative.
func largest(a, b bound) bound { return bound{max(a.v, b.v), max(a.e, b.e)} }

// as returns the rule itself, without its decay.
func as[T Optimizer](o Optimizer) T {
	switch d := o.(type) {
	case Decayed:
		return d.Optimizer.(T)
	case AdamW:
		return Optimizer(d.Adam).(T)
	}
	return o.(T)
}
