package optim

import (
	"cmp"

	"weft/asm"
)

// Adagrad divides the step by the root of the sum of all squared gradients
// (Duchi, Hazan and Singer, "Adaptive subgradient methods for online learning
// and stochastic optimization", 2011), in Keras's form with ε inside the root:
//
//	v = v + g²
//	w = w − lr·g/√(v+ε)
//
// g, v and w have one shape.
type Adagrad struct {
	LearningRate       float64 // lr ≥ 0
	InitialAccumulator float64 // start value of v, ≥ 0
	Epsilon            float64 // ε > 0
}

// NewAdagrad returns the rule with Keras's initial accumulator 0.1 and epsilon
// 1e-7; Keras's default rate is 0.001.
func NewAdagrad(rate float64) Adagrad { return Adagrad{rate, 0.1, 1e-7} }

// Name returns "adagrad".
func (o Adagrad) Name() string { return "adagrad" }

// Slots returns the start of the accumulator.
func (o Adagrad) Slots() []float32 { return []float32{float32(o.InitialAccumulator)} }

// Rate returns the learning rate.
func (o Adagrad) Rate() float64 { return o.LearningRate }

// WithRate returns the rule with another learning rate.
func (o Adagrad) WithRate(rate float64) Optimizer { o.LearningRate = rate; return o }

// Config returns learning_rate, initial_accumulator_value and epsilon.
func (o Adagrad) Config() map[string]float64 {
	return map[string]float64{"learning_rate": o.LearningRate, "initial_accumulator_value": o.InitialAccumulator, "epsilon": o.Epsilon}
}

// Validate checks the hyper-parameters.
func (o Adagrad) Validate() error {
	return cmp.Or(atLeastZero("adagrad", "learning_rate", o.LearningRate), atLeastZero("adagrad", "initial_accumulator_value", o.InitialAccumulator), positive("adagrad", "epsilon", o.Epsilon))
}

// At derives the constants of a step.
func (o Adagrad) At(step int, rate float64) Step {
	checkStep(step)
	return NewStep(adagrad, 1, float32(rate), float32(o.Epsilon))
}

func adagrad(k *asm.Kernels, c *[8]float32, w, g []float32, slots [][]float32) {
	k.Adagrad(w, g, slots[0], c[0], c[1])
}

func adagradFrom(c map[string]float64) Optimizer {
	return Adagrad{c["learning_rate"], c["initial_accumulator_value"], c["epsilon"]}
}
