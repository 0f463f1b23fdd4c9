package optim

import "testing"

func adadeltaFormula(o Optimizer, _ int, w, g bound, s []bound) bound {
	rule := as[Adadelta](o)
	rho, rest, eps := constant(rule.Rho), constant(1-rule.Rho), constant(rule.Epsilon)
	s[0] = tiny(add(mul(rho, s[0]), mul(rest, mul(g, g))))
	d := div(mul(root(add(s[1], eps)), g), root(add(s[0], eps)))
	s[1] = tiny(add(mul(rho, s[1]), mul(rest, mul(d, d))))
	return sub(w, mul(constant(rule.LearningRate), d))
}

func TestAdadelta(t *testing.T) {
	checkRule(t, adadeltaFormula, NewAdadelta(0.001), NewAdadelta(1).WithRho(0.9), WithWeightDecay(NewAdadelta(0.001), 0.1), Adadelta{0.25, 0.5, 1e-3})
	checkConvergence(t, adadeltaFormula, NewAdadelta(10), &parabola, 300, 0.2, 1e-4)
	checkConvergence(t, adadeltaFormula, NewAdadelta(1), &rosenbrock, 200, 5, 1e-3)
}
