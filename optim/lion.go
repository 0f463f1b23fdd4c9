package optim

import (
	"cmp"

	"weft/asm"
)

// Lion moves every parameter by the same amount, in the direction of the sign of
// a mean of its gradients (Chen et al., "Symbolic discovery of optimization
// algorithms", 2023):
//
//	w = w − lr·sign(β₁·m + (1−β₁)·g)
//	m = β₂·m + (1−β₂)·g
//
// The sign of 0 is 0. g, m and w have one shape. Its rate is a third to a tenth
// of Adam's, its weight decay three to ten times Adam's.
type Lion struct {
	LearningRate float64 // lr ≥ 0
	Beta1, Beta2 float64 // of the direction and of the mean, 0 ≤ β < 1
}

// NewLion returns the rule with Keras's betas 0.9 and 0.99; Keras's default rate
// is 0.001.
func NewLion(rate float64) Lion { return Lion{rate, 0.9, 0.99} }

// WithBetas returns the rule with other betas, 0 ≤ β < 1.
func (o Lion) WithBetas(beta1, beta2 float64) Lion { o.Beta1, o.Beta2 = beta1, beta2; return o }

// Name returns "lion".
func (o Lion) Name() string { return "lion" }

// Slots returns one zero: the mean of the gradients.
func (o Lion) Slots() []float32 { return []float32{0} }

// Rate returns the learning rate.
func (o Lion) Rate() float64 { return o.LearningRate }

// WithRate returns the rule with another learning rate.
func (o Lion) WithRate(rate float64) Optimizer { o.LearningRate = rate; return o }

// Config returns learning_rate, beta_1 and beta_2.
func (o Lion) Config() map[string]float64 {
	return map[string]float64{"learning_rate": o.LearningRate, "beta_1": o.Beta1, "beta_2": o.Beta2}
}

// Validate checks the hyper-parameters.
func (o Lion) Validate() error {
	return cmp.Or(atLeastZero("lion", "learning_rate", o.LearningRate), belowOne("lion", "beta_1", o.Beta1), belowOne("lion", "beta_2", o.Beta2))
}

// At derives the constants of a step.
func (o Lion) At(step int, rate float64) Step {
	checkStep(step)
	return NewStep(lion, 1, float32(rate), float32(o.Beta1), float32(1-o.Beta1), float32(o.Beta2), float32(1-o.Beta2))
}

func lion(k *asm.Kernels, c *[8]float32, w, g []float32, slots [][]float32) {
	k.Lion(w, g, slots[0], c[0], c[1], c[2], c[3], c[4])
}

func lionFrom(c map[string]float64) Optimizer {
	return Lion{c["learning_rate"], c["beta_1"], c["beta_2"]}
}
