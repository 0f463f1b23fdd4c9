package optim

import (
	"math"
	"math/big"
	"testing"

	"github.com/stretchr/testify/assert"
)

func adamFormula(o Optimizer, t int, w, g bound, s []bound) bound {
	rule := as[Adam](o)
	n := float64(t)
	return adamAt(rule, constant(rule.LearningRate*math.Sqrt(1-math.Pow(rule.Beta2, n))/(1-math.Pow(rule.Beta1, n))), w, g, s)
}

// adamAt is the formula at the rate α of a step.
func adamAt(o Adam, alpha, w, g bound, s []bound) bound {
	s[0] = tiny(add(s[0], mul(sub(g, s[0]), constant(1-o.Beta1))))
	s[1] = tiny(add(s[1], mul(sub(mul(g, g), s[1]), constant(1-o.Beta2))))
	square := s[1]
	if o.AMSGrad {
		s[2] = largest(s[2], s[1])
		square = s[2]
	}
	return sub(w, div(mul(s[0], alpha), add(root(square), constant(o.Epsilon))))
}

func TestAdam(t *testing.T) {
	checkRule(t, adamFormula, NewAdam(0.001), NewAdam(0.001).WithAMSGrad(), WithWeightDecay(NewAdam(0.001), 0.1), Adam{0.25, 0.5, 0.75, 1e-3, false})
	checkConvergence(t, adamFormula, NewAdam(0.1), &parabola, 300, 1e-6, 1e-4)
	checkConvergence(t, adamFormula, NewAdam(0.1).WithAMSGrad(), &parabola, 300, 1e-6, 1e-4)
	checkConvergence(t, adamFormula, NewAdam(0.02), &rosenbrock, 2000, 1e-3, 1e-3)
}

func TestAdamW(t *testing.T) {
	checkRule(t, adamFormula, NewAdamW(0.001), AdamW{NewAdam(0.01).WithAMSGrad(), 0.1}, NewAdamW(0.001).WithDecay(0))
}

// TestAdamAt holds the constants of a step to their bits, which every platform
// must give, and α to its value by math/big with 300 bits, rounded once. At 10⁶
// and 2⁴⁰ the means have forgotten their start and α is the rate; a β₂ of 1 − 10⁻⁶
// still remembers at 10⁶.
func TestAdamAt(t *testing.T) {
	tests := []struct {
		step  int64
		beta2 float64
		alpha float32
	}{
		{1, 0.999, 0x1.4b96bep-12},
		{2, 0.999, 0x1.ed7eb4p-13},
		{1e6, 0.999, 0.001},
		{1e6, 0.999999, 0x1.a0d72cp-11},
		{1 << 40, 0.999, 0.001},
	}
	for _, test := range tests {
		if int64(int(test.step)) != test.step {
			continue // int has 32 bits here
		}
		got := NewAdam(1).WithBetas(0.9, test.beta2).At(int(test.step), 0.001).Constants
		want := [8]float32{test.alpha, 0x1.99999ap-4, float32(1 - test.beta2), 0x1.ad7f2ap-24}
		assert.Equal(t, want, got, "step %d with β₂ %v: α is %x, want %x", test.step, test.beta2, got[0], test.alpha)

		rest := func(beta float64) *big.Float {
			p := bigPower(beta, test.step, 300)
			if p.MantExp(nil) < -400 {
				p.SetInt64(0) // else the difference takes a bit of memory for each place
			}
			return new(big.Float).Sub(big.NewFloat(1).SetPrec(300), p)
		}
		alpha := new(big.Float).Sqrt(rest(test.beta2))
		alpha.Mul(alpha, big.NewFloat(0.001)).Quo(alpha, rest(0.9))
		exact, _ := alpha.Float32()
		assert.Equal(t, exact, got[0], "step %d with β₂ %v: α by math/big", test.step, test.beta2)
	}
}
