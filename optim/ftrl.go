package optim

import (
	"cmp"

	"weft/asm"
)

// Ftrl follows the regularized leader (McMahan et al., "Ad click prediction: a
// view from the trenches", 2013), with Keras's l2 shrinkage: it makes the weights
// of rare features exactly 0.
//
//	n′ = n + g²
//	z = z + g + 2·shrinkage·w − (√n′−√n)/lr·w
//	w = 0 where |z| ≤ l1, else (sign(z)·l1 − z)/(√n′/lr + 2·l2 + β/lr)
//	n = n′
//
// g, n, z and w have one shape. Keras's learning_rate_power is −½ here. A step at
// a rate of 0 changes nothing.
type Ftrl struct {
	LearningRate       float64 // lr ≥ 0
	InitialAccumulator float64 // start value of n, ≥ 0
	L1, L2             float64 // ≥ 0
	L2Shrinkage        float64 // ≥ 0
	Beta               float64 // β ≥ 0
}

// NewFtrl returns the rule with Keras's initial accumulator 0.1 and no
// regularization; Keras's default rate is 0.001.
func NewFtrl(rate float64) Ftrl { return Ftrl{LearningRate: rate, InitialAccumulator: 0.1} }

// WithL1L2 returns the rule with other regularization, l1 ≥ 0 and l2 ≥ 0.
func (o Ftrl) WithL1L2(l1, l2 float64) Ftrl { o.L1, o.L2 = l1, l2; return o }

// Name returns "ftrl".
func (o Ftrl) Name() string { return "ftrl" }

// Slots returns the initial accumulator, for n, and zero, for z.
func (o Ftrl) Slots() []float32 { return []float32{float32(o.InitialAccumulator), 0} }

// Rate returns the learning rate.
func (o Ftrl) Rate() float64 { return o.LearningRate }

// WithRate returns the rule with another learning rate.
func (o Ftrl) WithRate(rate float64) Optimizer { o.LearningRate = rate; return o }

// Config returns learning_rate, learning_rate_power (−½), initial_accumulator_value,
// l1_regularization_strength, l2_regularization_strength,
// l2_shrinkage_regularization_strength and beta.
func (o Ftrl) Config() map[string]float64 {
	return map[string]float64{
		"learning_rate": o.LearningRate, "learning_rate_power": -0.5, "initial_accumulator_value": o.InitialAccumulator,
		"l1_regularization_strength": o.L1, "l2_regularization_strength": o.L2, "l2_shrinkage_regularization_strength": o.L2Shrinkage, "beta": o.Beta,
	}
}

// Validate checks the hyper-parameters.
func (o Ftrl) Validate() error {
	return cmp.Or(atLeastZero("ftrl", "learning_rate", o.LearningRate), atLeastZero("ftrl", "initial_accumulator_value", o.InitialAccumulator),
		atLeastZero("ftrl", "l1_regularization_strength", o.L1), atLeastZero("ftrl", "l2_regularization_strength", o.L2),
		atLeastZero("ftrl", "l2_shrinkage_regularization_strength", o.L2Shrinkage), atLeastZero("ftrl", "beta", o.Beta))
}

// At derives the constants of a step.
func (o Ftrl) At(step int, rate float64) Step {
	checkStep(step)
	if float32(rate) == 0 {
		return NewStep(ftrlNothing, 2)
	}
	return NewStep(ftrl, 2, float32(rate), float32(o.L1), float32(float64(2*o.L2)+o.Beta/rate), float32(2*o.L2Shrinkage))
}

func ftrl(_ *asm.Kernels, c *[8]float32, w, g []float32, slots [][]float32) {
	n, z := slots[0][:len(w)], slots[1][:len(w)]
	lr, l1, l2, shrinkage := c[0], c[1], c[2], c[3]
	for i, g := range g[:len(w)] {
		sum := n[i] + float32(g*g)
		root := sqrt32(sum)
		linear := z[i] + ((g + float32(shrinkage*w[i])) - float32((root-sqrt32(n[i]))/lr*w[i]))
		n[i], z[i] = sum, tiny0(linear)
		switch {
		case linear > l1:
			w[i] = (l1 - linear) / (root/lr + l2)
		case linear < -l1:
			w[i] = (-l1 - linear) / (root/lr + l2)
		case linear == linear:
			w[i] = 0
		default:
			w[i] = linear // NaN
		}
	}
}

func ftrlNothing(*asm.Kernels, *[8]float32, []float32, []float32, [][]float32) {}

func ftrlFrom(c map[string]float64) Optimizer {
	return Ftrl{c["learning_rate"], c["initial_accumulator_value"], c["l1_regularization_strength"], c["l2_regularization_strength"],
		c["l2_shrinkage_regularization_strength"], c["beta"]}
}
