package optim

import (
	"cmp"

	"weft/optim/math64"
)

// ExponentialDecay is a rate that falls by the factor DecayRate every DecaySteps
// steps:
//
//	rate = initial·decay^(step/steps)
//
// With a staircase the exponent is rounded down.
type ExponentialDecay struct {
	InitialLearningRate float64 // ≥ 0
	DecaySteps          int     // ≥ 1
	DecayRate           float64 // ≥ 0
	Staircase           bool
}

// Name returns "exponential_decay".
func (s ExponentialDecay) Name() string { return "exponential_decay" }

// Config returns initial_learning_rate, decay_steps, decay_rate and staircase (1 or 0).
func (s ExponentialDecay) Config() map[string][]float64 {
	return map[string][]float64{
		"initial_learning_rate": one(s.InitialLearningRate), "decay_steps": one(float64(s.DecaySteps)),
		"decay_rate": one(s.DecayRate), "staircase": one(flag(s.Staircase)),
	}
}

// Validate checks the hyper-parameters.
func (s ExponentialDecay) Validate() error {
	return cmp.Or(atLeastZero("exponential_decay", "initial_learning_rate", s.InitialLearningRate),
		atLeastOne("exponential_decay", "decay_steps", s.DecaySteps), atLeastZero("exponential_decay", "decay_rate", s.DecayRate))
}

// Rate returns the learning rate of a step, counted from 0.
func (s ExponentialDecay) Rate(step int) float64 {
	return s.InitialLearningRate * math64.Pow(s.DecayRate, fraction(step, s.DecaySteps, s.Staircase))
}

func exponentialFrom(c scheduleConfig) Schedule {
	return ExponentialDecay{c.number("initial_learning_rate"), c.whole("decay_steps"), c.number("decay_rate"), c.number("staircase") == 1}
}
