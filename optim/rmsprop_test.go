package optim

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"weft/asm"
)

func rmspropFormula(o Optimizer, _ int, w, g bound, s []bound) bound {
	rule := as[RMSprop](o)
	s[0] = tiny(add(mul(constant(rule.Rho), s[0]), mul(constant(1-rule.Rho), mul(g, g))))
	square := s[0]
	if rule.Centered {
		mean := &s[len(s)-1]
		*mean = tiny(add(mul(constant(rule.Rho), *mean), mul(constant(1-rule.Rho), g)))
		square = largest(sub(square, mul(*mean, *mean)), bound{})
	}
	u := div(mul(constant(rule.LearningRate), g), root(add(square, constant(rule.Epsilon))))
	if rule.Momentum != 0 {
		s[1] = tiny(add(mul(constant(rule.Momentum), s[1]), u))
		u = s[1]
	}
	return sub(w, u)
}

func TestRMSprop(t *testing.T) {
	plain := NewRMSprop(0.001)
	checkRule(t, rmspropFormula, plain, plain.WithMomentum(0.7), plain.WithCentered(), plain.WithMomentum(0.7).WithCentered(),
		WithWeightDecay(plain, 0.01), RMSprop{0.25, 0.5, 0.75, 1e-3, false})
	checkConvergence(t, rmspropFormula, NewRMSprop(0.02), &parabola, 300, 1e-2, 1e-3)
	checkConvergence(t, rmspropFormula, NewRMSprop(0.02).WithMomentum(0.5), &parabola, 95, 1e-3, 1e-3)
	checkConvergence(t, rmspropFormula, NewRMSprop(0.0005), &rosenbrock, 4000, 0.5, 1e-3)
	checkConvergence(t, rmspropFormula, NewRMSprop(0.0002).WithMomentum(0.9), &rosenbrock, 2000, 1e-3, 1e-3)
}

// TestCenteredStaysReal: gradients that do not change have no deviation, of which
// rounding must not make a root of a negative number.
func TestCenteredStaysReal(t *testing.T) {
	o := NewRMSprop(0.001).WithCentered()
	v, g := newVariable(o, make([]float32, 1000)), make([]float32, 1000)
	for i := range g {
		g[i] = 1000 + float32(i)*0.37
	}
	for i := range 500 {
		step := o.At(i+1, 0.001)
		v.update(asm.Best(), &step, g)
	}
	for i, w := range v.w {
		assert.Equal(t, w, w, "element %d", i) //nolint:testifylint // a NaN is not itself
	}
}
