package optim

import "math"

// Adam keeps running means of the gradients and of their squares, corrected for
// their start at 0 (Kingma and Ba 2015, in the form with both corrections in the
// rate): m += (1−β₁)·(g−m); v += (1−β₂)·(g²−v); w −= α·m/(√v+ε) with
// α = lr·√(1−β₂ᵗ)/(1−β₁ᵗ).
type Adam struct {
	Rate         float64
	Beta1, Beta2 float64
	Epsilon      float64
}

// NewAdam returns the rule with Keras's betas 0.9 and 0.999 and epsilon 1e-7;
// Keras's default rate is 0.001.
func NewAdam(rate float64) Adam { return Adam{rate, 0.9, 0.999, 1e-7} }

// WithBetas returns the rule with other decays of the means, 0 ≤ β < 1.
func (o Adam) WithBetas(beta1, beta2 float64) Adam { o.Beta1, o.Beta2 = beta1, beta2; return o }

// Name returns "adam".
func (o Adam) Name() string { return "adam" }

// Slots returns 2: the means of the gradients and of their squares.
func (o Adam) Slots() int { return 2 }

// SlotInit returns 0.
func (o Adam) SlotInit(int) float32 { return 0 }

// LearningRate returns the step size.
func (o Adam) LearningRate() float64 { return o.Rate }

// WithLearningRate returns the rule with another step size.
func (o Adam) WithLearningRate(rate float64) Optimizer { o.Rate = rate; return o }

// Config returns learning_rate, beta_1, beta_2 and epsilon.
func (o Adam) Config() map[string]float64 {
	return map[string]float64{"learning_rate": o.Rate, "beta_1": o.Beta1, "beta_2": o.Beta2, "epsilon": o.Epsilon}
}

// Validate checks the hyper-parameters.
func (o Adam) Validate() error {
	return first(atLeastZero("adam", "learning_rate", o.Rate), belowOne("adam", "beta_1", o.Beta1), belowOne("adam", "beta_2", o.Beta2), positive("adam", "epsilon", o.Epsilon))
}

// Prepare derives the constants of a step.
func (o Adam) Prepare(step int) Step {
	alpha := float64(o.Rate*math.Sqrt(1-power(o.Beta2, step))) / (1 - power(o.Beta1, step))
	return Step{rule: adam, c: [5]float32{float32(alpha), float32(1 - o.Beta1), float32(1 - o.Beta2), float32(o.Epsilon)}}
}
