package optim

import (
	"cmp"

	"weft/asm"
)

// Adamax is Adam with a decaying maximum of the gradients in place of the root of
// their mean square (Kingma and Ba, "Adam: a method for stochastic optimization",
// 2015, section 7.1):
//
//	m = m + (g−m)·(1−β₁)
//	u = max(β₂·u, |g|)
//	w = w − m·α/(u+ε), α = lr/(1−β₁ᵗ)
//
// g, m, u and w have one shape.
type Adamax struct {
	LearningRate float64 // lr ≥ 0
	Beta1, Beta2 float64 // decays of the mean and of the maximum, 0 ≤ β < 1
	Epsilon      float64 // ε > 0
}

// NewAdamax returns the rule with Keras's betas 0.9 and 0.999 and epsilon 1e-7;
// Keras's default rate is 0.001.
func NewAdamax(rate float64) Adamax { return Adamax{rate, 0.9, 0.999, 1e-7} }

// WithBetas returns the rule with other decays, 0 ≤ β < 1.
func (o Adamax) WithBetas(beta1, beta2 float64) Adamax { o.Beta1, o.Beta2 = beta1, beta2; return o }

// Name returns "adamax".
func (o Adamax) Name() string { return "adamax" }

// Slots returns two zeros: the mean of the gradients and their maximum.
func (o Adamax) Slots() []float32 { return []float32{0, 0} }

// Rate returns the learning rate.
func (o Adamax) Rate() float64 { return o.LearningRate }

// WithRate returns the rule with another learning rate.
func (o Adamax) WithRate(rate float64) Optimizer { o.LearningRate = rate; return o }

// Config returns learning_rate, beta_1, beta_2 and epsilon.
func (o Adamax) Config() map[string]float64 {
	return map[string]float64{"learning_rate": o.LearningRate, "beta_1": o.Beta1, "beta_2": o.Beta2, "epsilon": o.Epsilon}
}

// Validate checks the hyper-parameters.
func (o Adamax) Validate() error {
	return cmp.Or(atLeastZero("adamax", "learning_rate", o.LearningRate), belowOne("adamax", "beta_1", o.Beta1), belowOne("adamax", "beta_2", o.Beta2), positive("adamax", "epsilon", o.Epsilon))
}

// At derives the constants of a step.
func (o Adamax) At(step int, rate float64) Step {
	checkStep(step)
	return NewStep(adamax, 2, float32(rate/(1-power(o.Beta1, step))), float32(1-o.Beta1), float32(o.Beta2), float32(o.Epsilon))
}

func adamax(_ *asm.Kernels, c *[8]float32, w, g []float32, slots [][]float32) {
	m, u := slots[0][:len(w)], slots[1][:len(w)]
	alpha, c1, beta2, eps := c[0], c[1], c[2], c[3]
	for i, g := range g[:len(w)] {
		a := tiny0(m[i] + float32((g-m[i])*c1))
		most := tiny0(beta2 * u[i])
		if size := abs32(g); size > most {
			most = size
		}
		m[i], u[i] = a, most
		w[i] -= float32(a*alpha) / (most + eps)
	}
}

func adamaxFrom(c map[string]float64) Optimizer {
	return Adamax{c["learning_rate"], c["beta_1"], c["beta_2"], c["epsilon"]}
}
