package optim

import (
	"math"
	"testing"
)

func adamaxFormula(o Optimizer, t int, w, g bound, s []bound) bound {
	rule := as[Adamax](o)
	s[0] = tiny(add(s[0], mul(sub(g, s[0]), constant(1-rule.Beta1))))
	s[1] = largest(tiny(mul(constant(rule.Beta2), s[1])), bound{math.Abs(g.v), g.e})
	alpha := constant(rule.LearningRate / (1 - math.Pow(rule.Beta1, float64(t))))
	return sub(w, div(mul(s[0], alpha), add(s[1], constant(rule.Epsilon))))
}

func TestAdamax(t *testing.T) {
	checkRule(t, adamaxFormula, NewAdamax(0.001), WithWeightDecay(NewAdamax(0.001), 0.1), Adamax{0.25, 0.5, 0.75, 1e-3})
	checkConvergence(t, adamaxFormula, NewAdamax(0.1), &parabola, 300, 1e-6, 1e-4)
	checkConvergence(t, adamaxFormula, NewAdamax(0.2), &rosenbrock, 2000, 1e-3, 1e-3)
}
