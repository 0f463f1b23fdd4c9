package optim

import (
	"cmp"
	"fmt"

	"weft/asm"
)

// SGD is stochastic gradient descent, with momentum (Polyak, "Some methods of
// speeding up the convergence of iteration methods", 1964) or Nesterov's
// momentum (Sutskever, Martens, Dahl and Hinton, "On the importance of
// initialization and momentum in deep learning", 2013), in Keras's form:
//
//	w = w − lr·g                                              without momentum
//	m = momentum·m − lr·g; w = w + m                          with momentum
//	m = momentum·m − lr·g; w = w + (momentum·m − lr·g)        Nesterov's
//
// g, m and w have one shape.
type SGD struct {
	LearningRate float64 // lr ≥ 0
	Momentum     float64 // 0 ≤ momentum < 1; 0: none
	Nesterov     bool    // look ahead; needs a momentum
}

// NewSGD returns plain gradient descent; Keras's default rate is 0.01.
func NewSGD(rate float64) SGD { return SGD{LearningRate: rate} }

// WithMomentum returns the rule with momentum, 0 ≤ momentum < 1.
func (o SGD) WithMomentum(momentum float64) SGD { o.Momentum = momentum; return o }

// WithNesterov returns the rule with Nesterov's momentum.
func (o SGD) WithNesterov(momentum float64) SGD {
	o.Momentum, o.Nesterov = momentum, true
	return o
}

// Name returns "sgd".
func (o SGD) Name() string { return "sgd" }

// Slots returns one zero with momentum, else nil.
func (o SGD) Slots() []float32 {
	if o.Momentum == 0 {
		return nil
	}
	return []float32{0}
}

// Rate returns the learning rate.
func (o SGD) Rate() float64 { return o.LearningRate }

// WithRate returns the rule with another learning rate.
func (o SGD) WithRate(rate float64) Optimizer { o.LearningRate = rate; return o }

// Config returns learning_rate, momentum and nesterov (1 or 0).
func (o SGD) Config() map[string]float64 {
	return map[string]float64{"learning_rate": o.LearningRate, "momentum": o.Momentum, "nesterov": flag(o.Nesterov)}
}

// Validate checks the hyper-parameters.
func (o SGD) Validate() error {
	if o.Nesterov && o.Momentum == 0 {
		return fmt.Errorf("optim: sgd with nesterov but a momentum of 0, which does nothing: give a momentum, such as 0.9")
	}
	return cmp.Or(atLeastZero("sgd", "learning_rate", o.LearningRate), belowOne("sgd", "momentum", o.Momentum))
}

// At derives the constants of a step.
func (o SGD) At(step int, rate float64) Step {
	checkStep(step)
	lr, mu := float32(rate), float32(o.Momentum)
	switch {
	case o.Momentum == 0:
		return NewStep(sgd, 0, lr)
	case o.Nesterov:
		return NewStep(nesterov, 1, lr, mu)
	}
	return NewStep(momentum, 1, lr, mu)
}

func sgd(k *asm.Kernels, c *[8]float32, w, g []float32, _ [][]float32) { k.SGD(w, g, c[0]) }

func momentum(k *asm.Kernels, c *[8]float32, w, g []float32, slots [][]float32) {
	k.Momentum(w, g, slots[0], c[0], c[1])
}

func nesterov(k *asm.Kernels, c *[8]float32, w, g []float32, slots [][]float32) {
	k.Nesterov(w, g, slots[0], c[0], c[1])
}

func sgdFrom(c map[string]float64) Optimizer {
	return SGD{c["learning_rate"], c["momentum"], c["nesterov"] == 1}
}
