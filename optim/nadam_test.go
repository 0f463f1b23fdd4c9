package optim

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
)

func nadamFormula(o Optimizer, t int, w, g bound, s []bound) bound {
	rule := as[Nadam](o)
	mu := func(i int) float64 { return rule.Beta1 * (1 - 0.5*math.Pow(0.96, float64(i))) }
	product := math.Pow(rule.Beta1, float64(t)) * momentumProduct(t)
	root2 := math.Sqrt(1 - math.Pow(rule.Beta2, float64(t)))
	a := constant(rule.LearningRate * root2 * mu(t+1) / (1 - product*mu(t+1)))
	b := constant(rule.LearningRate * root2 * (1 - mu(t)) / (1 - product))
	s[0] = tiny(add(s[0], mul(sub(g, s[0]), constant(1-rule.Beta1))))
	s[1] = tiny(add(s[1], mul(sub(mul(g, g), s[1]), constant(1-rule.Beta2))))
	return sub(w, div(add(mul(s[0], a), mul(g, b)), add(root(s[1]), constant(rule.Epsilon*root2))))
}

// momentumProduct is the product of 1 − ½·0.96ⁱ over 1 ≤ i ≤ t, the last one remembered.
func momentumProduct(t int) float64 {
	if t < lastProduct.t {
		lastProduct.t, lastProduct.p = 0, 1
	}
	for lastProduct.t < t {
		lastProduct.t++
		lastProduct.p *= 1 - 0.5*math.Pow(0.96, float64(lastProduct.t))
	}
	return lastProduct.p
}

var lastProduct = struct {
	t int
	p float64
}{0, 1}

func TestNadam(t *testing.T) {
	checkRule(t, nadamFormula, NewNadam(0.001), WithWeightDecay(NewNadam(0.001), 0.1), Nadam{0.25, 0.5, 0.75, 1e-3})
	checkConvergence(t, nadamFormula, NewNadam(0.1), &parabola, 300, 1e-6, 1e-4)
	checkConvergence(t, nadamFormula, NewNadam(0.02), &rosenbrock, 2000, 1e-3, 1e-3)
}

// TestNadamProducts: the factors after the last one of the table are 1, and in a late
// step the momentum is β₁ and has forgotten its start.
func TestNadamProducts(t *testing.T) {
	assert.Equal(t, 1.0, nadamMu(1, len(nadamProducts)))
	assert.Equal(t, nadamProducts[904], nadamProducts[len(nadamProducts)-1])
	c := NewNadam(1).At(1_000_000, 0.001).Constants
	assert.Equal(t, [8]float32{0.001 * 0.9, 0.001 * (1 - 0.9), 1 - 0.9, float32(1 - 0.999), 1e-7}, c)
}
