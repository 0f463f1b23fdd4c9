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
// A step has two halves. [Optimizer.At] derives the constants of step t,
// t = 1, 2, …; [Step.Update] applies them to any range of parameters, so that
// workers may share a tensor as they like. Neither allocates:
//
//	step := rule.At(t, rule.Rate())
//	step.Update(asm.Best(), w, g, slots) // slots: [][]float32{m, v}
//
// A rule of your own implements [Optimizer]; its At makes a [Step] with a
// [Kernel] in Go, which then runs on every set of kernels.
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
)

// Optimizer is an update rule: a value that holds hyper-parameters. Its state
// lies in slots, arrays as long as the parameters, which the caller keeps.
type Optimizer interface {
	// Name returns Keras's name, such as "adam".
	Name() string
	// Config returns all hyper-parameters; FromConfig makes the rule again.
	Config() map[string]float64
	// Validate returns an error that names the first hyper-parameter out of
	// its range as a float32. A rate of 0 is legal.
	Validate() error
	// Slots returns the start value of each slot, nil where the rule has none.
	Slots() []float32
	// Rate returns the learning rate that the rule was made with.
	Rate() float64
	// WithRate returns the rule with another learning rate.
	WithRate(rate float64) Optimizer
	// At derives the constants of a step, counted from 1, at a learning rate: in
	// float64, each rounded to float32 once. They depend on nothing else. A step
	// below 1 panics.
	At(step int, rate float64) Step
}

// ByName returns the rule of Keras's name with Keras's defaults; its error
// lists the choices.
func ByName(name string) (Optimizer, error) {
	k, err := kindOf(name)
	if err != nil {
		return nil, err
	}
	return k.standard, nil
}

// FromConfig makes a rule from its name and all of its hyper-parameters, as
// Config gave them. One that is missing, unknown or out of range is an error.
func FromConfig(name string, config map[string]float64) (Optimizer, error) {
	k, err := kindOf(name)
	if err != nil {
		return nil, err
	}
	keys := slices.Sorted(maps.Keys(k.standard.Config()))
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
	o := k.from(config)
	if err := o.Validate(); err != nil {
		return nil, err
	}
	made := o.Config()
	for _, key := range keys { // a switch is 0 or 1, all else is kept as it is
		if made[key] != config[key] {
			return nil, fmt.Errorf("optim: %s with %s %v: give 1 for yes or 0 for no", name, key, config[key])
		}
	}
	return o, nil
}

// flag returns 1 for true, as a hyper-parameter.
func flag(b bool) float64 {
	if b {
		return 1
	}
	return 0
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
		panic(fmt.Sprintf("optim: %s: step %d: steps count from 1", rule, step))
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
