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
// Centered (Graves, "Generating sequences with recurrent neural networks", 2013)
// it divides by the deviation of the gradients instead: with a = ρ·a + (1−ρ)·g the
// root is √(max(v−a², 0)+ε). The maximum, which Keras lacks, keeps a difference
// that rounding made negative from a root of it. g, v, m, a and w have one shape.
type RMSprop struct {
	LearningRate float64 // lr ≥ 0
	Rho          float64 // decay of the squares, 0 ≤ ρ < 1
	Momentum     float64 // 0 ≤ momentum < 1; 0: none
	Epsilon      float64 // ε > 0
	Centered     bool
}

// NewRMSprop returns the rule with Keras's rho 0.9, no momentum and epsilon
// 1e-7; Keras's default rate is 0.001.
func NewRMSprop(rate float64) RMSprop { return RMSprop{rate, 0.9, 0, 1e-7, false} }

// WithMomentum returns the rule with momentum, 0 ≤ momentum < 1.
func (o RMSprop) WithMomentum(momentum float64) RMSprop { o.Momentum = momentum; return o }

// WithRho returns the rule with another decay of the squares, 0 ≤ rho < 1.
func (o RMSprop) WithRho(rho float64) RMSprop { o.Rho = rho; return o }

// WithCentered returns the rule that divides by the deviation of the gradients.
func (o RMSprop) WithCentered() RMSprop { o.Centered = true; return o }

// Name returns "rmsprop".
func (o RMSprop) Name() string { return "rmsprop" }

// Slots returns zeros: the mean of the squares, with momentum the momentum, and
// centered the mean of the gradients.
func (o RMSprop) Slots() []float32 {
	n := 1
	if o.Momentum != 0 {
		n++
	}
	if o.Centered {
		n++
	}
	return make([]float32, n)
}

// Rate returns the learning rate.
func (o RMSprop) Rate() float64 { return o.LearningRate }

// WithRate returns the rule with another learning rate.
func (o RMSprop) WithRate(rate float64) Optimizer { o.LearningRate = rate; return o }

// Config returns learning_rate, rho, momentum and epsilon, and centered (1).
func (o RMSprop) Config() map[string]float64 {
	c := map[string]float64{"learning_rate": o.LearningRate, "rho": o.Rho, "momentum": o.Momentum, "epsilon": o.Epsilon}
	if o.Centered {
		c["centered"] = 1
	}
	return c
}

// Validate checks the hyper-parameters.
func (o RMSprop) Validate() error {
	return cmp.Or(atLeastZero("rmsprop", "learning_rate", o.LearningRate), belowOne("rmsprop", "rho", o.Rho), belowOne("rmsprop", "momentum", o.Momentum), positive("rmsprop", "epsilon", o.Epsilon))
}

// At derives the constants of a step.
func (o RMSprop) At(step int, rate float64) Step {
	checkStep(step)
	lr, rho, rest, eps, mu := float32(rate), float32(o.Rho), float32(1-o.Rho), float32(o.Epsilon), float32(o.Momentum)
	switch {
	case o.Centered && o.Momentum != 0:
		return NewStep(rmspropCentered, 3, lr, rho, rest, eps, mu)
	case o.Centered:
		return NewStep(rmspropCentered, 2, lr, rho, rest, eps)
	case o.Momentum != 0:
		return NewStep(rmspropMomentum, 2, lr, rho, rest, mu, eps)
	}
	return NewStep(rmsprop, 1, lr, rho, rest, eps)
}

func rmsprop(k *asm.Kernels, c *[8]float32, w, g []float32, slots [][]float32) {
	k.RMSprop(w, g, slots[0], c[0], c[1], c[2], c[3])
}

func rmspropMomentum(k *asm.Kernels, c *[8]float32, w, g []float32, slots [][]float32) {
	k.RMSpropMomentum(w, g, slots[0], slots[1], c[0], c[1], c[2], c[3], c[4])
}

// rmspropCentered has a momentum where it has three slots.
func rmspropCentered(_ *asm.Kernels, c *[8]float32, w, g []float32, slots [][]float32) {
	v, m, mean := slots[0][:len(w)], []float32(nil), slots[len(slots)-1][:len(w)]
	if len(slots) == 3 {
		m = slots[1][:len(w)]
	}
	lr, rho, rest, eps, mu := c[0], c[1], c[2], c[3], c[4]
	for i, g := range g[:len(w)] {
		s := tiny0(float32(rho*v[i]) + float32(rest*float32(g*g)))
		a := tiny0(float32(rho*mean[i]) + float32(rest*g))
		v[i], mean[i] = s, a
		s -= float32(a * a)
		if s < 0 {
			s = 0
		}
		u := float32(lr*g) / sqrt32(s+eps)
		if m != nil {
			u = tiny0(float32(mu*m[i]) + u)
			m[i] = u
		}
		w[i] -= u
	}
}

func rmspropFrom(c map[string]float64) Optimizer {
	return RMSprop{c["learning_rate"], c["rho"], c["momentum"], c["epsilon"], c["centered"] == 1}
}
