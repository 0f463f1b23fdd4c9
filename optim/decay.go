package optim

import "cmp"

// Decayed is a rule with decoupled weight decay (Loshchilov and Hutter,
// "Decoupled weight decay regularization", 2019), in Keras's order: before the
// rule changes them, all parameters become
//
//	w = w − w·lr·decay
//
// It is what Keras's argument weight_decay does, and works with every rule.
type Decayed struct {
	Optimizer
	Decay float64 // ≥ 0
}

// WithWeightDecay returns a rule with decoupled weight decay, decay ≥ 0; 0 is none.
func WithWeightDecay(o Optimizer, decay float64) Optimizer {
	if d, ok := o.(Decayed); ok {
		o = d.Optimizer
	}
	if decay == 0 {
		return o
	}
	return Decayed{o, decay}
}

// WithRate returns the rule with another learning rate.
func (o Decayed) WithRate(rate float64) Optimizer {
	o.Optimizer = o.Optimizer.WithRate(rate)
	return o
}

// Config returns the hyper-parameters of the rule and weight_decay.
func (o Decayed) Config() map[string]float64 {
	c := o.Optimizer.Config()
	c["weight_decay"] = o.Decay
	return c
}

// Validate checks the hyper-parameters.
func (o Decayed) Validate() error {
	return cmp.Or(o.Optimizer.Validate(), atLeastZero(o.Name(), "weight_decay", o.Decay))
}

// At derives the constants of a step.
func (o Decayed) At(step int, rate float64) Step {
	s := o.Optimizer.At(step, rate)
	s.Decay = float32(o.Decay * rate)
	return s
}
