package optim

import (
	"cmp"

	"weft/asm"
)

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
	LearningRate float64 // lr ≥ 0
	Rho          float64 // decay of the squares, 0 ≤ ρ < 1
	Momentum     float64 // 0 ≤ momentum < 1; 0: none
	Epsilon      float64 // ε > 0
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

// Slots returns one zero, two with momentum.
func (o RMSprop) Slots() []float32 {
	if o.Momentum == 0 {
		return []float32{0}
	}
	return []float32{0, 0}
}

// Rate returns the learning rate.
func (o RMSprop) Rate() float64 { return o.LearningRate }

// WithRate returns the rule with another learning rate.
func (o RMSprop) WithRate(rate float64) Optimizer { o.LearningRate = rate; return o }

// Config returns learning_rate, rho, momentum and epsilon.
func (o RMSprop) Config() map[string]float64 {
	return map[string]float64{"learning_rate": o.LearningRate, "rho": o.Rho, "momentum": o.Momentum, "epsilon": o.Epsilon}
}

// Validate checks the hyper-parameters.
func (o RMSprop) Validate() error {
	return cmp.Or(atLeastZero("rmsprop", "learning_rate", o.LearningRate), belowOne("rmsprop", "rho", o.Rho), belowOne("rmsprop", "momentum", o.Momentum), positive("rmsprop", "epsilon", o.Epsilon))
}

// At derives the constants of a step.
func (o RMSprop) At(step int, rate float64) Step {
	checkStep("rmsprop", step)
	lr, rho, rest, eps := float32(rate), float32(o.Rho), float32(1-o.Rho), float32(o.Epsilon)
	if o.Momentum == 0 {
		return NewStep(rmsprop, 1, lr, rho, rest, eps)
	}
	return NewStep(rmspropMomentum, 2, lr, rho, rest, float32(o.Momentum), eps)
}

func rmsprop(k *asm.Kernels, c *[8]float32, w, g []float32, slots [][]float32) {
	k.RMSprop(w, g, slots[0], c[0], c[1], c[2], c[3])
}

func rmspropMomentum(k *asm.Kernels, c *[8]float32, w, g []float32, slots [][]float32) {
	k.RMSpropMomentum(w, g, slots[0], slots[1], c[0], c[1], c[2], c[3], c[4])
}

func rmspropFrom(c map[string]float64) Optimizer {
	return RMSprop{c["learning_rate"], c["rho"], c["momentum"], c["epsilon"]}
}
