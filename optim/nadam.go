package optim

import (
	"cmp"
	"math"

	"weft/asm"
)

// Nadam is Adam with Nesterov's momentum (Dozat, "Incorporating Nesterov momentum
// into Adam", 2016), with Keras's schedule of the momentum:
//
//	μᵢ = β₁·(1 − ½·0.96ⁱ), Πₜ = μ₁·…·μₜ
//	m = m + (g−m)·(1−β₁)
//	v = v + (g²−v)·(1−β₂)
//	m̂ = μₜ₊₁·m/(1−Πₜ₊₁) + (1−μₜ)·g/(1−Πₜ), v̂ = v/(1−β₂ᵗ)
//	w = w − lr·m̂/(√v̂+ε)
//
// The last line is computed as w − (a·m + b·g)/(√v+ε′) with ε′ = ε·√(1−β₂ᵗ), and
// the other factors in a and b. g, m, v and w have one shape.
type Nadam struct {
	LearningRate float64 // lr ≥ 0
	Beta1, Beta2 float64 // decays of the means, 0 ≤ β < 1
	Epsilon      float64 // ε > 0; below 1e-7 the flush of tiny slots shows in w
}

// NewNadam returns the rule with Keras's betas 0.9 and 0.999 and epsilon 1e-7;
// Keras's default rate is 0.001.
func NewNadam(rate float64) Nadam { return Nadam{rate, 0.9, 0.999, 1e-7} }

// WithBetas returns the rule with other decays of the means, 0 ≤ β < 1.
func (o Nadam) WithBetas(beta1, beta2 float64) Nadam { o.Beta1, o.Beta2 = beta1, beta2; return o }

// Name returns "nadam".
func (o Nadam) Name() string { return "nadam" }

// Slots returns two zeros: the means of the gradients and of their squares.
func (o Nadam) Slots() []float32 { return []float32{0, 0} }

// Rate returns the learning rate.
func (o Nadam) Rate() float64 { return o.LearningRate }

// WithRate returns the rule with another learning rate.
func (o Nadam) WithRate(rate float64) Optimizer { o.LearningRate = rate; return o }

// Config returns learning_rate, beta_1, beta_2 and epsilon.
func (o Nadam) Config() map[string]float64 {
	return map[string]float64{"learning_rate": o.LearningRate, "beta_1": o.Beta1, "beta_2": o.Beta2, "epsilon": o.Epsilon}
}

// Validate checks the hyper-parameters.
func (o Nadam) Validate() error {
	return cmp.Or(atLeastZero("nadam", "learning_rate", o.LearningRate), belowOne("nadam", "beta_1", o.Beta1), belowOne("nadam", "beta_2", o.Beta2),
		positive("nadam", "epsilon", o.Epsilon), positive("nadam", "epsilon", o.Epsilon*math.Sqrt(1-o.Beta2)))
}

// At derives the constants of a step.
func (o Nadam) At(step int, rate float64) Step {
	checkStep(step)
	mu, next := nadamMu(o.Beta1, step), nadamMu(o.Beta1, step+1)
	product := float64(power(o.Beta1, step) * nadamProducts[min(step, len(nadamProducts)-1)])
	root := math.Sqrt(1 - power(o.Beta2, step))
	return NewStep(nadam, 2,
		float32(float64(rate*root*next)/(1-float64(product*next))), float32(float64(rate*root*(1-mu))/(1-product)),
		float32(1-o.Beta1), float32(1-o.Beta2), float32(o.Epsilon*root))
}

// nadamMu returns μₜ.
func nadamMu(beta1 float64, step int) float64 {
	return float64(beta1 * (1 - float64(0.5*power(0.96, step))))
}

// nadamProducts[t] is the product of 1 − ½·0.96ⁱ over 1 ≤ i ≤ t. From 904 on a
// factor is 1 in float64.
var nadamProducts = func() (p [1024]float64) {
	p[0] = 1
	for i := 1; i < len(p); i++ {
		p[i] = p[i-1] * nadamMu(1, i)
	}
	return p
}()

func nadam(k *asm.Kernels, c *[8]float32, w, g []float32, slots [][]float32) {
	k.Nadam(w, g, slots[0], slots[1], c[0], c[1], c[2], c[3], c[4])
}

func nadamFrom(c map[string]float64) Optimizer {
	return Nadam{c["learning_rate"], c["beta_1"], c["beta_2"], c["epsilon"]}
}
