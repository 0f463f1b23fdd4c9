package optim

import (
	"cmp"

	"weft/asm"
)

// Adadelta scales a gradient by the ratio of the sizes of recent steps and recent
// gradients (Zeiler, "ADADELTA: an adaptive learning rate method", 2012):
//
//	v = ρ·v + (1−ρ)·g²
//	d = g·√(u+ε)/√(v+ε)
//	u = ρ·u + (1−ρ)·d²
//	w = w − lr·d
//
// g, v, u and w have one shape. The rate of the paper is 1.
type Adadelta struct {
	LearningRate float64 // lr ≥ 0
	Rho          float64 // decay of both means, 0 ≤ ρ < 1
	Epsilon      float64 // ε > 0
}

// NewAdadelta returns the rule with Keras's rho 0.95 and epsilon 1e-7; Keras's
// default rate is 0.001.
func NewAdadelta(rate float64) Adadelta { return Adadelta{rate, 0.95, 1e-7} }

// WithRho returns the rule with another decay of the means, 0 ≤ rho < 1.
func (o Adadelta) WithRho(rho float64) Adadelta { o.Rho = rho; return o }

// Name returns "adadelta".
func (o Adadelta) Name() string { return "adadelta" }

// Slots returns two zeros: the mean squares of the gradients and of the steps.
func (o Adadelta) Slots() []float32 { return []float32{0, 0} }

// Rate returns the learning rate.
func (o Adadelta) Rate() float64 { return o.LearningRate }

// WithRate returns the rule with another learning rate.
func (o Adadelta) WithRate(rate float64) Optimizer { o.LearningRate = rate; return o }

// Config returns learning_rate, rho and epsilon.
func (o Adadelta) Config() map[string]float64 {
	return map[string]float64{"learning_rate": o.LearningRate, "rho": o.Rho, "epsilon": o.Epsilon}
}

// Validate checks the hyper-parameters.
func (o Adadelta) Validate() error {
	return cmp.Or(atLeastZero("adadelta", "learning_rate", o.LearningRate), belowOne("adadelta", "rho", o.Rho), positive("adadelta", "epsilon", o.Epsilon))
}

// At derives the constants of a step.
func (o Adadelta) At(step int, rate float64) Step {
	checkStep(step)
	return NewStep(adadelta, 2, float32(rate), float32(o.Rho), float32(1-o.Rho), float32(o.Epsilon))
}

func adadelta(_ *asm.Kernels, c *[8]float32, w, g []float32, slots [][]float32) {
	v, u := slots[0][:len(w)], slots[1][:len(w)]
	lr, rho, rest, eps := c[0], c[1], c[2], c[3]
	for i, g := range g[:len(w)] {
		s := tiny0(float32(rho*v[i]) + float32(rest*float32(g*g)))
		d := float32(sqrt32(u[i]+eps)*g) / sqrt32(s+eps)
		v[i] = s
		u[i] = tiny0(float32(rho*u[i]) + float32(rest*float32(d*d)))
		w[i] -= float32(lr * d)
	}
}

func adadeltaFrom(c map[string]float64) Optimizer {
	return Adadelta{c["learning_rate"], c["rho"], c["epsilon"]}
}
