package optim

import "weft/asm"

// Adagrad divides the step by the root of the sum of all squared gradients
// (Duchi, Hazan and Singer, "Adaptive subgradient methods for online learning
// and stochastic optimization", 2011), in Keras's form with ε inside the root:
//
//	v = v + g²
//	w = w − lr·g/√(v+ε)
//
// g, v and w have one shape.
type Adagrad struct {
	Rate               float64 // lr ≥ 0
	InitialAccumulator float64 // start value of v, ≥ 0
	Epsilon            float64 // ε > 0
}

// NewAdagrad returns the rule with Keras's initial accumulator 0.1 and epsilon
// 1e-7; Keras's default rate is 0.001.
func NewAdagrad(rate float64) Adagrad { return Adagrad{rate, 0.1, 1e-7} }

// Name returns "adagrad".
func (o Adagrad) Name() string { return "adagrad" }

// Slots returns 1: the accumulator.
func (o Adagrad) Slots() int { return 1 }

// SlotInit returns the initial accumulator.
func (o Adagrad) SlotInit(int) float32 { return float32(o.InitialAccumulator) }

// LearningRate returns the step size.
func (o Adagrad) LearningRate() float64 { return o.Rate }

// WithLearningRate returns the rule with another step size.
func (o Adagrad) WithLearningRate(rate float64) Optimizer { o.Rate = rate; return o }

// Config returns learning_rate, initial_accumulator_value and epsilon.
func (o Adagrad) Config() map[string]float64 {
	return map[string]float64{"learning_rate": o.Rate, "initial_accumulator_value": o.InitialAccumulator, "epsilon": o.Epsilon}
}

// Validate checks the hyper-parameters.
func (o Adagrad) Validate() error {
	return first(atLeastZero("adagrad", "learning_rate", o.Rate), atLeastZero("adagrad", "initial_accumulator_value", o.InitialAccumulator), positive("adagrad", "epsilon", o.Epsilon))
}

// Prepare derives the constants of a step.
func (o Adagrad) Prepare(step int) Step {
	checkStep("adagrad", step)
	return Step{rule: asm.RuleAdagrad, c: [5]float32{float32(o.Rate), float32(o.Epsilon)}}
}
