// Package optim holds update rules: structs of hyper-parameters with Keras 3's
// formulas, defaults and order of operations. The state of a rule, its slots,
// lives with the caller, so that a rule is a value that may be shared and
// compared.
//
//	rule      Keras's defaults                         slots (start)
//	SGD       rate 0.01, momentum 0                    none, or m (0) with momentum
//	Adagrad   rate 0.001, accumulator 0.1, ε 1e-7      v (0.1)
//	RMSprop   rate 0.001, ρ 0.9, momentum 0, ε 1e-7    v (0), and m (0) with momentum
//	Adam      rate 0.001, β₁ 0.9, β₂ 0.999, ε 1e-7     m (0), v (0)
//
// A step has two halves. [Optimizer.Prepare] derives the constants of step t,
// t = 1, 2, …; [Step.Update] applies them to any range of parameters, so that
// workers may share a tensor as they like. Neither allocates:
//
//	step := optim.NewAdam(0.001).Prepare(t)
//	step.Update(asm.Best(), w, g, [2][]float32{m, v})
//
// # Numbers
//
// Hyper-parameters are float64. The constants of a step are derived from them
// in float64, from the number of the step alone (βᵗ by repeated squaring), and
// rounded to float32 once. Every operation on parameters is rounded, in Keras's
// order. In the golden test SGD in its three forms, Adagrad and RMSprop (without
// momentum) give the bits of Keras 3.15.1 on TensorFlow; Adam differs by its rate
// α alone, which Keras derives in float32.
// Slots that decay below 2⁻¹⁰⁰ become +0, which Keras does not do: subnormal
// slots of dead inputs make a step two to four times slower.
//
// Clipping of gradients is not part of a rule: clip before Update.
package optim

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"weft/asm"
)

// Optimizer is an update rule.
type Optimizer interface {
	// Name returns Keras's name: "sgd", "adagrad", "rmsprop" or "adam".
	Name() string
	// Slots returns the number of float32 slots of each parameter, 0 to 2.
	Slots() int
	// SlotInit returns the start value of a slot.
	SlotInit(slot int) float32
	// LearningRate returns the step size.
	LearningRate() float64
	// WithLearningRate returns the rule with another step size.
	WithLearningRate(rate float64) Optimizer
	// Config returns all hyper-parameters; FromConfig makes the rule again.
	Config() map[string]float64
	// Validate returns an error that names the first hyper-parameter out of
	// its range as a float32. A rate of 0 is legal.
	Validate() error
	// Prepare derives the constants of a step, counted from 1; less panics.
	Prepare(step int) Step
}

// Step is the constants of one step. Any worker may apply it to any range of
// parameters; the bits do not depend on the ranges.
type Step struct {
	rule asm.Rule
	c    [5]float32
}

// Update applies the step to the parameters w with the gradients g and the
// slots that the rule has, all of one length, else it panics with the lengths
// and writes nothing; slots beyond [Optimizer.Slots] are not read. g is left as
// it is, and no two of them may overlap.
func (s *Step) Update(k *asm.Kernels, w, g []float32, slots [2][]float32) {
	k.Update(s.Of(w, g, slots))
}

// Of returns what Update does as a value, for [asm.Kernels.GemmUpdate].
func (s *Step) Of(w, g []float32, slots [2][]float32) asm.Update {
	return asm.Update{Rule: s.rule, W: w, G: g, S: slots, C: s.c}
}

var names = [...]string{"sgd", "adagrad", "rmsprop", "adam"}

// ByName returns the rule of Keras's name with Keras's defaults; its error
// lists the choices.
func ByName(name string) (Optimizer, error) {
	switch name {
	case "sgd":
		return NewSGD(0.01), nil
	case "adagrad":
		return NewAdagrad(0.001), nil
	case "rmsprop":
		return NewRMSprop(0.001), nil
	case "adam":
		return NewAdam(0.001), nil
	}
	return nil, fmt.Errorf("optim: no optimizer %q: choose one of %v", name, names)
}

// FromConfig makes a rule from its name and all of its hyper-parameters, as
// Config gave them. One that is missing, unknown or out of range is an error.
func FromConfig(name string, config map[string]float64) (Optimizer, error) {
	o, err := ByName(name)
	if err != nil {
		return nil, err
	}
	keys := slices.Sorted(maps.Keys(o.Config()))
	for _, key := range keys {
		if _, ok := config[key]; !ok {
			return nil, fmt.Errorf("optim: %s needs the hyper-parameter %q", name, key)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(config)) {
		if !slices.Contains(keys, key) {
			return nil, fmt.Errorf("optim: %s has no hyper-parameter %q: choose from %v", name, key, keys)
		}
	}
	switch name {
	case "sgd":
		if n := config["nesterov"]; n != 0 && n != 1 {
			return nil, fmt.Errorf("optim: sgd with nesterov %v: give 1 for yes or 0 for no", n)
		}
		o = SGD{config["learning_rate"], config["momentum"], config["nesterov"] == 1}
	case "adagrad":
		o = Adagrad{config["learning_rate"], config["initial_accumulator_value"], config["epsilon"]}
	case "rmsprop":
		o = RMSprop{config["learning_rate"], config["rho"], config["momentum"], config["epsilon"]}
	case "adam":
		o = Adam{config["learning_rate"], config["beta_1"], config["beta_2"], config["epsilon"]}
	}
	if err := o.Validate(); err != nil {
		return nil, err
	}
	return o, nil
}

// power returns β to the n-th by repeated squaring, n ≥ 0: products only, so
// that it is the same on every platform and needs no state.
func power(beta float64, n int) float64 {
	p := 1.0
	for ; n > 0; n >>= 1 {
		if n&1 != 0 {
			p *= beta
		}
		beta *= beta
	}
	return p
}

// checkStep panics where step is not the number of a step: at 0 Adam's rate
// would be 0/0.
func checkStep(rule string, step int) {
	if step < 1 {
		panic(fmt.Sprintf("optim: %s: Prepare of step %d: steps count from 1", rule, step))
	}
}

// The checks look at a hyper-parameter as the float32 that the kernels get: a
// rate of 1e39 would be +Inf there, and a decay of 1 − 1e-9 would be 1.

// atLeastZero checks a hyper-parameter that is finite and not negative.
func atLeastZero(rule, name string, v float64) error {
	if !(v >= 0 && float32(v) <= math.MaxFloat32) {
		return fmt.Errorf("optim: %s with %s %v: give a finite number ≥ 0", rule, name, v)
	}
	return nil
}

// belowOne checks a decay: 0 ≤ v < 1.
func belowOne(rule, name string, v float64) error {
	if !(v >= 0 && float32(v) < 1) {
		return fmt.Errorf("optim: %s with %s %v: give 0 ≤ %s < 1", rule, name, v, name)
	}
	return nil
}

// positive checks an epsilon, which as a float32 must not be 0: it keeps 0/0
// out of the update of a parameter whose gradients are all 0.
func positive(rule, name string, v float64) error {
	if !(float32(v) > 0 && float32(v) <= math.MaxFloat32) {
		return fmt.Errorf("optim: %s with %s %v: give a finite number > 0, such as 1e-7", rule, name, v)
	}
	return nil
}

// first returns the first error.
func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
