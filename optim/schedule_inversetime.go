package optim

import "cmp"

// InverseTimeDecay is a rate that falls as the inverse of the time:
//
//	rate = initial/(1 + decay·step/steps)
//
// With a staircase step/steps is rounded down.
type InverseTimeDecay struct {
	InitialLearningRate float64 // ≥ 0
	DecaySteps          int     // ≥ 1
	DecayRate           float64 // ≥ 0
	Staircase           bool
}

// Name returns "inverse_time_decay".
func (s InverseTimeDecay) Name() string { return "inverse_time_decay" }

// Config returns initial_learning_rate, decay_steps, decay_rate and staircase (1 or 0).
func (s InverseTimeDecay) Config() map[string][]float64 { return ExponentialDecay(s).Config() }

// Validate checks the hyper-parameters.
func (s InverseTimeDecay) Validate() error {
	return cmp.Or(atLeastZero("inverse_time_decay", "initial_learning_rate", s.InitialLearningRate),
		atLeastOne("inverse_time_decay", "decay_steps", s.DecaySteps), atLeastZero("inverse_time_decay", "decay_rate", s.DecayRate))
}

// Rate returns the learning rate of a step, counted from 0.
func (s InverseTimeDecay) Rate(step int) float64 {
	return s.InitialLearningRate / (1 + float64(s.DecayRate*fraction(step, s.DecaySteps, s.Staircase)))
}

func inverseTimeFrom(c scheduleConfig) Schedule {
	return InverseTimeDecay(exponentialFrom(c).(ExponentialDecay))
}
