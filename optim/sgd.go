package optim

import (
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
	Rate     float64 // lr ≥ 0
	Momentum float64 // 0 ≤ momentum < 1; 0: none
	Nesterov bool    // look ahead; needs a momentum
}

// NewSGD returns plain gradient descent; Keras's default rate is 0.01.
func NewSGD(rate float64) SGD { return SGD{Rate: rate} }

// WithMomentum returns the rule with momentum, 0 ≤ momentum < 1.
func (o SGD) WithMomentum(momentum float64) SGD { o.Momentum = momentum; return o }

// WithNesterov returns the rule with Nesterov's momentum.
func (o SGD) WithNesterov(momentum float64) SGD {
	o.Momentum, o.Nesterov = momentum, true
	return o
}

// Name returns "sgd".
func (o SGD) Name() string { return "sgd" }

// Slots returns 1 with momentum, else 0.
func (o SGD) Slots() int {
	if o.Momentum == 0 {
		return 0
	}
	return 1
}

// SlotInit returns 0.
func (o SGD) SlotInit(int) float32 { return 0 }

// LearningRate returns the step size.
func (o SGD) LearningRate() float64 { return o.Rate }

// WithLearningRate returns the rule with another step size.
func (o SGD) WithLearningRate(rate float64) Optimizer { o.Rate = rate; return o }

// Config returns learning_rate, momentum and nesterov (1 or 0).
func (o SGD) Config() map[string]float64 {
	c := map[string]float64{"learning_rate": o.Rate, "momentum": o.Momentum, "nesterov": 0}
	if o.Nesterov {
		c["nesterov"] = 1
	}
	return c
}

// Validate checks the hyper-parameters.
func (o SGD) Validate() error {
	if o.Nesterov && o.Momentum == 0 {
		return fmt.Errorf("optim: sgd with nesterov but a momentum of 0, which does nothing: give a momentum, such as 0.9")
	}
	return first(atLeastZero("sgd", "learning_rate", o.Rate), belowOne("sgd", "momentum", o.Momentum))
}

// Prepare derives the constants of a step.
func (o SGD) Prepare(step int) Step {
	checkStep("sgd", step)
	s := Step{rule: asm.RuleSGD, c: [5]float32{float32(o.Rate), float32(o.Momentum)}}
	switch {
	case o.Nesterov && o.Momentum != 0:
		s.rule = asm.RuleNesterov
	case o.Momentum != 0:
		s.rule = asm.RuleMomentum
	}
	return s
}
