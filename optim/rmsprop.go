package optim

import "weft/asm"

// RMSprop divides the step by the root of a running mean of squared gradients
// (Tieleman and Hinton, "Neural networks for machine learning", lecture 6.5,
// 2012), in Keras's form with ε inside the root:
//
//	v = ρ·v + (1−ρ)·g²
//	w = w − lr·g/√(v+ε)                               without momentum
//	m = momentum·m + lr·g/√(v+ε); w = w − m           with momentum
//
// g, v, m and w have one shape.
type RMSprop struct {
	Rate     float64 // lr ≥ 0
	Rho      float64 // decay of the squares, 0 ≤ ρ < 1
	Momentum float64 // 0 ≤ momentum < 1; 0: none
	Epsilon  float64 // ε > 0
}

// NewRMSprop returns the rule with Keras's rho 0.9, no momentum and epsilon
// 1e-7; Keras's default rate is 0.001.
func NewRMSprop(rate float64) RMSprop { return RMSprop{rate, 0.9, 0, 1e-7} }

// WithMomentum returns the rule with momentum, 0 ≤ momentum < 1.
func (o RMSprop) WithMomentum(momentum float64) RMSprop { o.Momentum = momentum; return o }

// WithRho returns the rule with another decay of the squares, 0 ≤ rho < 1.
func (o RMSprop) WithRho(rho float64) RMSprop { o.Rho = rho; return o }

// Name returns "rmsprop".
func (o RMSprop) Name() string { return "rmsprop" }

// Slots returns 1, or 2 with momentum.
func (o RMSprop) Slots() int {
	if o.Momentum == 0 {
		return 1
	}
	return 2
}

// SlotInit returns 0.
func (o RMSprop) SlotInit(int) float32 { return 0 }

// LearningRate returns the step size.
func (o RMSprop) LearningRate() float64 { return o.Rate }

// WithLearningRate returns the rule with another step size.
func (o RMSprop) WithLearningRate(rate float64) Optimizer { o.Rate = rate; return o }

// Config returns learning_rate, rho, momentum and epsilon.
func (o RMSprop) Config() map[string]float64 {
	return map[string]float64{"learning_rate": o.Rate, "rho": o.Rho, "momentum": o.Momentum, "epsilon": o.Epsilon}
}

// Validate checks the hyper-parameters.
func (o RMSprop) Validate() error {
	return first(atLeastZero("rmsprop", "learning_rate", o.Rate), belowOne("rmsprop", "rho", o.Rho), belowOne("rmsprop", "momentum", o.Momentum), positive("rmsprop", "epsilon", o.Epsilon))
}

// Prepare derives the constants of a step.
func (o RMSprop) Prepare(step int) Step {
	checkStep("rmsprop", step)
	rate, rho, rest, eps := float32(o.Rate), float32(o.Rho), float32(1-o.Rho), float32(o.Epsilon)
	if o.Momentum == 0 {
		return Step{rule: asm.RuleRMSprop, c: [5]float32{rate, rho, rest, eps}}
	}
	return Step{rule: asm.RuleRMSpropMomentum, c: [5]float32{rate, rho, rest, float32(o.Momentum), eps}}
}
