package optim

import (
	"math"
	"testing"
)

func lionFormula(o Optimizer, _ int, w, g bound, s []bound) bound {
	rule := as[Lion](o)
	direction := add(mul(s[0], constant(rule.Beta1)), mul(g, constant(1-rule.Beta1)))
	u := constant(rule.LearningRate)
	if math.Abs(direction.v) <= direction.e && direction.e > 0 { // float32 may find another sign
		u.e += 2 * u.v
	}
	if direction.v == 0 {
		u.v = 0
	}
	u.v = math.Copysign(u.v, direction.v)
	s[0] = tiny(add(mul(s[0], constant(rule.Beta2)), mul(g, constant(1-rule.Beta2))))
	return sub(w, u)
}

func TestLion(t *testing.T) {
	checkRule(t, lionFormula, NewLion(0.001), WithWeightDecay(NewLion(0.001), 0.1), Lion{0.25, 0.5, 0.75})
	checkConvergence(t, lionFormula, NewLion(0.01).WithBetas(0.5, 0.9), &parabola, 300, 1e-6, 1e-4)
	checkConvergence(t, lionFormula, NewLion(0.001), &rosenbrock, 2000, 1, 1e-3)
}
