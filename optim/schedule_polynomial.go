package optim

import (
	"cmp"

	"weft/optim/math64"
)

// PolynomialDecay is a rate that falls from its start to its end as a power of the
// time that is left, and stays there:
//
//	rate = (initial − end)·(1 − step/steps)^power + end
//
// With a cycle the steps double, triple, … instead of ending, so that the rate
// starts again ever higher above its end.
type PolynomialDecay struct {
	InitialLearningRate float64 // ≥ 0
	DecaySteps          int     // ≥ 1
	EndLearningRate     float64 // ≥ 0
	Power               float64 // ≥ 0; 1 is a line
	Cycle               bool
}

// NewPolynomialDecay returns the schedule with Keras's end 1e-4 and power 1.
func NewPolynomialDecay(initial float64, steps int) PolynomialDecay {
	return PolynomialDecay{initial, steps, 1e-4, 1, false}
}

// Name returns "polynomial_decay".
func (s PolynomialDecay) Name() string { return "polynomial_decay" }

// Config returns initial_learning_rate, decay_steps, end_learning_rate, power and
// cycle (1 or 0).
func (s PolynomialDecay) Config() map[string][]float64 {
	return map[string][]float64{
		"initial_learning_rate": one(s.InitialLearningRate), "decay_steps": one(float64(s.DecaySteps)),
		"end_learning_rate": one(s.EndLearningRate), "power": one(s.Power), "cycle": one(flag(s.Cycle)),
	}
}

// Validate checks the hyper-parameters.
func (s PolynomialDecay) Validate() error {
	return cmp.Or(atLeastZero("polynomial_decay", "initial_learning_rate", s.InitialLearningRate), atLeastOne("polynomial_decay", "decay_steps", s.DecaySteps),
		atLeastZero("polynomial_decay", "end_learning_rate", s.EndLearningRate), atLeastZero("polynomial_decay", "power", s.Power))
}

// Rate returns the learning rate of a step, counted from 0.
func (s PolynomialDecay) Rate(step int) float64 {
	step = max(step, 0)
	steps := max(s.DecaySteps, 1)
	if s.Cycle {
		steps *= max(1, step/steps+min(1, step%steps)) // rounded up
	} else {
		step = min(step, steps)
	}
	left := 1 - float64(step)/float64(steps)
	return float64((s.InitialLearningRate-s.EndLearningRate)*math64.Pow(left, s.Power)) + s.EndLearningRate
}

func polynomialFrom(c scheduleConfig) Schedule {
	return PolynomialDecay{c.number("initial_learning_rate"), c.whole("decay_steps"), c.number("end_learning_rate"), c.number("power"), c.number("cycle") == 1}
}
