package optim

// Constant is the same rate in every step.
type Constant struct{ LearningRate float64 } // ≥ 0

// Name returns "constant".
func (s Constant) Name() string { return "constant" }

// Config returns learning_rate.
func (s Constant) Config() map[string][]float64 {
	return map[string][]float64{"learning_rate": one(s.LearningRate)}
}

// Validate checks the hyper-parameters.
func (s Constant) Validate() error { return atLeastZero("constant", "learning_rate", s.LearningRate) }

// Rate returns the learning rate.
func (s Constant) Rate(int) float64 { return s.LearningRate }

func constantFrom(c scheduleConfig) Schedule { return Constant{c.number("learning_rate")} }
