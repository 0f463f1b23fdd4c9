package optim

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"

	"weft/asm"
)

func ftrlFormula(o Optimizer, _ int, w, g bound, s []bound) bound {
	rule := as[Ftrl](o)
	lr, shrinkage := constant(rule.LearningRate), constant(2*rule.L2Shrinkage)
	sum := add(s[0], mul(g, g))
	sigma := div(sub(root(sum), root(s[0])), lr)
	z := add(s[1], sub(add(g, mul(shrinkage, w)), mul(sigma, w)))
	s[0], s[1] = sum, tiny(z)
	// Where |z| − l1 is not above 0, w is 0.
	excess := sub(bound{math.Abs(z.v), z.e}, constant(rule.L1))
	if excess.v+excess.e <= 0 {
		return bound{}
	}
	excess.v = max(excess.v, 0)
	w = div(excess, add(div(root(sum), lr), constant(2*rule.L2+rule.Beta/rule.LearningRate)))
	return bound{-math.Copysign(w.v, z.v), w.e}
}

func TestFtrl(t *testing.T) {
	checkRule(t, ftrlFormula, NewFtrl(0.05), NewFtrl(0.05).WithL1L2(0.01, 0.02), WithWeightDecay(NewFtrl(0.05), 0.1), Ftrl{0.25, 0.5, 0.125, 0.0625, 0.03125, 0.75})
	checkConvergence(t, ftrlFormula, NewFtrl(1), &parabola, 200, 1e-9, 1e-5)
}

// TestFtrlIsSparse: with l1 a weight without gradients becomes exactly 0, one with
// large gradients does not, and NaN stays NaN.
func TestFtrlIsSparse(t *testing.T) {
	o := NewFtrl(0.1).WithL1L2(0.5, 0)
	v := newVariable(o, []float32{0.3, 0.3, 0.3})
	for i := range 3 {
		step := o.At(i+1, 0.1)
		v.update(asm.Best(), &step, []float32{0, 4, float32(math.NaN())})
	}
	assert.Zero(t, v.w[0])
	assert.NotZero(t, v.w[1])
	assert.True(t, math.IsNaN(float64(v.w[2])))
}
