package optim

import (
	"cmp"
	"math"

	"weft/asm"
)

// Adam keeps running means of the gradients and of their squares, corrected for
// their start at 0 (Kingma and Ba, "Adam: a method for stochastic optimization",
// 2015, in the form at the end of its section 2, with both corrections in the
// rate):
//
//	α = lr·√(1−β₂ᵗ)/(1−β₁ᵗ)
//	m = m + (g−m)·(1−β₁)
//	v = v + (g²−v)·(1−β₂)
//	w = w − m·α/(√v+ε)
//
// With AMSGrad (Reddi, Kale and Kumar, "On the convergence of Adam and beyond",
// 2018) the largest v so far takes its place in the last line. All slots have
// the shape of w. α is derived in float64; Keras derives it in float32.
type Adam struct {
	LearningRate float64 // lr ≥ 0
	Beta1, Beta2 float64 // decays of the means, 0 ≤ β < 1
	Epsilon      float64 // ε > 0; below 1e-8 the flush of tiny slots shows in w
	AMSGrad      bool
}

// NewAdam returns the rule with Keras's betas 0.9 and 0.999 and epsilon 1e-7;
// Keras's default rate is 0.001.
func NewAdam(rate float64) Adam { return Adam{rate, 0.9, 0.999, 1e-7, false} }

// WithBetas returns the rule with other decays of the means, 0 ≤ β < 1.
func (o Adam) WithBetas(beta1, beta2 float64) Adam { o.Beta1, o.Beta2 = beta1, beta2; return o }

// WithAMSGrad returns the rule with AMSGrad.
func (o Adam) WithAMSGrad() Adam { o.AMSGrad = true; return o }

// Name returns "adam".
func (o Adam) Name() string { return "adam" }

// Slots returns zeros: the means of the gradients and of their squares, and with
// AMSGrad the largest of the latter.
func (o Adam) Slots() []float32 {
	if o.AMSGrad {
		return []float32{0, 0, 0}
	}
	return []float32{0, 0}
}

// Rate returns the learning rate.
func (o Adam) Rate() float64 { return o.LearningRate }

// WithRate returns the rule with another learning rate.
func (o Adam) WithRate(rate float64) Optimizer { o.LearningRate = rate; return o }

// Config returns learning_rate, beta_1, beta_2 and epsilon, and with AMSGrad
// amsgrad (1).
func (o Adam) Config() map[string]float64 {
	c := map[string]float64{"learning_rate": o.LearningRate, "beta_1": o.Beta1, "beta_2": o.Beta2, "epsilon": o.Epsilon}
	if o.AMSGrad {
		c["amsgrad"] = 1
	}
	return c
}

// Validate checks the hyper-parameters.
func (o Adam) Validate() error { return o.validate("adam") }

func (o Adam) validate(name string) error {
	return cmp.Or(atLeastZero(name, "learning_rate", o.LearningRate), belowOne(name, "beta_1", o.Beta1), belowOne(name, "beta_2", o.Beta2), positive(name, "epsilon", o.Epsilon))
}

// At derives the constants of a step.
func (o Adam) At(step int, rate float64) Step {
	checkStep(step)
	alpha := float64(rate*math.Sqrt(1-power(o.Beta2, step))) / (1 - power(o.Beta1, step))
	kernel, slots := Kernel(adam), 2
	if o.AMSGrad {
		kernel, slots = amsgrad, 3
	}
	return NewStep(kernel, slots, float32(alpha), float32(1-o.Beta1), float32(1-o.Beta2), float32(o.Epsilon))
}

func adam(k *asm.Kernels, c *[8]float32, w, g []float32, slots [][]float32) {
	k.Adam(w, g, slots[0], slots[1], c[0], c[1], c[2], c[3])
}

func amsgrad(_ *asm.Kernels, c *[8]float32, w, g []float32, slots [][]float32) {
	m, v, most := slots[0][:len(w)], slots[1][:len(w)], slots[2][:len(w)]
	alpha, c1, c2, eps := c[0], c[1], c[2], c[3]
	for i, g := range g[:len(w)] {
		a := tiny0(m[i] + float32((g-m[i])*c1))
		s := tiny0(v[i] + float32((float32(g*g)-v[i])*c2))
		m[i], v[i] = a, s
		if s > most[i] {
			most[i] = s
		}
		w[i] -= float32(a*alpha) / (sqrt32(most[i]) + eps)
	}
}

func adamFrom(c map[string]float64) Optimizer { return adamOf(c) }

func adamOf(c map[string]float64) Adam {
	return Adam{c["learning_rate"], c["beta_1"], c["beta_2"], c["epsilon"], c["amsgrad"] == 1}
}
