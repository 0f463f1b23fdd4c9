package optim

import "testing"

func sgdFormula(o Optimizer, _ int, w, g bound, s []bound) bound {
	rule := as[SGD](o)
	u := mul(g, constant(rule.LearningRate))
	if rule.Momentum == 0 {
		return sub(w, u)
	}
	s[0] = tiny(sub(mul(s[0], constant(rule.Momentum)), u))
	if !rule.Nesterov {
		return add(w, s[0])
	}
	return add(w, sub(mul(s[0], constant(rule.Momentum)), u))
}

func TestSGD(t *testing.T) {
	plain, momentum, nesterov := NewSGD(0.01), NewSGD(0.1).WithMomentum(0.9), NewSGD(0.1).WithNesterov(0.9)
	checkRule(t, sgdFormula, plain, momentum, nesterov, WithWeightDecay(nesterov, 0.01), SGD{0.25, 0.5, true})
	checkConvergence(t, sgdFormula, NewSGD(0.04), &parabola, 200, 1e-12, 1e-6)
	checkConvergence(t, sgdFormula, NewSGD(0.02).WithMomentum(0.9), &parabola, 200, 1e-6, 1e-6)
	checkConvergence(t, sgdFormula, NewSGD(0.02).WithNesterov(0.9), &parabola, 200, 1e-12, 1e-6)
	checkConvergence(t, sgdFormula, NewSGD(0.001), &rosenbrock, 2000, 1, 1e-3)
	checkConvergence(t, sgdFormula, NewSGD(0.001).WithMomentum(0.9), &rosenbrock, 2000, 1e-3, 1e-3)
	checkConvergence(t, sgdFormula, NewSGD(0.001).WithNesterov(0.9), &rosenbrock, 2000, 1e-3, 1e-3)
}
