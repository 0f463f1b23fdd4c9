package optim

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"weft/asm"
)

func adagradFormula(o Optimizer, _ int, w, g bound, s []bound) bound {
	rule := as[Adagrad](o)
	s[0] = add(s[0], mul(g, g))
	return sub(w, div(mul(constant(rule.LearningRate), g), root(add(s[0], constant(rule.Epsilon)))))
}

func TestAdagrad(t *testing.T) {
	checkRule(t, adagradFormula, NewAdagrad(0.01), Adagrad{0.25, 0.5, 1e-3})
	checkConvergence(t, adagradFormula, NewAdagrad(1), &parabola, 200, 1e-12, 1e-6)
	checkConvergence(t, adagradFormula, NewAdagrad(0.5), &rosenbrock, 2000, 1, 1e-3)
}

// TestAccumulatorStays: Adagrad's sum does not decay, so nothing flushes it.
func TestAccumulatorStays(t *testing.T) {
	o := NewAdagrad(0.1)
	o.InitialAccumulator = 0x1p-110
	for _, k := range asm.Available() {
		v := newVariable(o, []float32{1})
		step := o.At(1, 0.1)
		v.update(k, &step, []float32{0})
		assert.Equal(t, float32(0x1p-110), v.slots[0][0], k.Name)
		assert.Equal(t, float32(1), v.w[0], k.Name)
	}
}
