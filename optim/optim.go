// Package optim holds update rules: structs of hyper-parameters with Keras 3's
// formulas, defaults and order of operations. The state of a rule, its slots,
// lives with the caller, so that a rule is a value that may be shared and
// compared.
//
// [Names] lists the rules, [ByName] makes one with Keras's defaults, and
// [WithWeightDecay] gives any of them decoupled weight decay. A [Schedule] is a
// learning rate that is a function of the step.
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
// Hyper-parameters are float64. The constants of a step are derived from them in
// float64, from the number of the step and the rate alone (βᵗ by repeated squaring),
// and rounded to float32 once. Every operation on parameters is rounded, in Keras's
// order. In the golden test SGD in its three forms, Adagrad and RMSprop (without
// momentum) give the bits of Keras 3.15.1 on TensorFlow; Adam differs by its rate α
// alone, which Keras derives in float32; all rules are within the error bound of
// their formula. Slots that decay below 2⁻¹⁰⁰ become +0, which Keras does not do:
// subnormal slots of dead inputs make a step two to four times slower.
//
// Clipping of gradients is not part of a rule.
package optim

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"weft/optim/math64"
)

// Optimizer is an update rule: a value that holds hyper-parameters. Its state
// lies in slots, arrays as long as the parameters, which the caller keeps.
type Optimizer interface {
	// Name returns Keras's name, such as "adam".
	Name() string
	// Config returns the hyper-parameters, but for a switch that is off and a weight
	// decay of 0; FromConfig makes the rule again.
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

// FromConfig makes a rule from its name and hyper-parameters, as Config gave them.
// One that is missing has Keras's default; one that is unknown or out of range is
// an error. Every rule takes weight_decay: see [Decayed].
func FromConfig(name string, config map[string]float64) (Optimizer, error) {
	k, err := kindOf(name)
	if err != nil {
		return nil, err
	}
	full := k.standard.Config()
	_, own := full["weight_decay"]
	for _, key := range append(k.options, "weight_decay") {
		full[key] += 0 // a key of the rule
	}
	for _, key := range slices.Sorted(maps.Keys(config)) {
		if _, known := full[key]; !known {
			return nil, fmt.Errorf("optim: %s has no hyper-parameter %q: choose from %v", name, key, slices.Sorted(maps.Keys(full)))
		}
		full[key] = config[key]
	}
	o := k.from(full)
	if decay := full["weight_decay"]; !own && decay != 0 {
		o = Decayed{o, decay}
	}
	if err := o.Validate(); err != nil {
		return nil, err
	}
	for _, key := range slices.Sorted(maps.Keys(full)) {
		if made := o.Config()[key]; made != full[key] {
			choice := fmt.Sprint(made) // there is no other
			if made == 0 || made == 1 {
				choice = "0 for no or 1 for yes"
			}
			return nil, fmt.Errorf("optim: %s with %s %v: give %s", name, key, full[key], choice)
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

// power returns β to the n-th by repeated squaring, which needs no state.
func power(beta float64, n int) float64 { return math64.PowInt(beta, int64(n)) }

// checkStep panics where step is not the number of a step: at 0 Adam's rate
// would be 0/0.
func checkStep(step int) {
	if step < 1 {
		panic(fmt.Sprintf("optim: step %d: steps count from 1", step))
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
