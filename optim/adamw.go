package optim

import "cmp"

// AdamW is Adam with decoupled weight decay: before Adam changes them, all
// parameters become w = w − w·lr·decay (Loshchilov and Hutter, "Decoupled weight
// decay regularization", 2019).
type AdamW struct {
	Adam
	Decay float64 // ≥ 0
}

// NewAdamW returns the rule with Adam's and Keras's defaults, a weight decay of
// 0.004; Keras's default rate is 0.001.
func NewAdamW(rate float64) AdamW { return AdamW{NewAdam(rate), 0.004} }

// WithDecay returns the rule with another weight decay, ≥ 0.
func (o AdamW) WithDecay(decay float64) AdamW { o.Decay = decay; return o }

// Name returns "adamw".
func (o AdamW) Name() string { return "adamw" }

// WithRate returns the rule with another learning rate.
func (o AdamW) WithRate(rate float64) Optimizer { o.LearningRate = rate; return o }

// Config returns those of Adam and weight_decay.
func (o AdamW) Config() map[string]float64 {
	c := o.Adam.Config()
	c["weight_decay"] = o.Decay
	return c
}

// Validate checks the hyper-parameters.
func (o AdamW) Validate() error {
	return cmp.Or(o.validate("adamw"), atLeastZero("adamw", "weight_decay", o.Decay))
}

// At derives the constants of a step.
func (o AdamW) At(step int, rate float64) Step {
	s := o.Adam.At(step, rate)
	s.Decay = float32(o.Decay * rate)
	return s
}

func adamwFrom(c map[string]float64) Optimizer {
	return AdamW{adamOf(c), c["weight_decay"]}
}
