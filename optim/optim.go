// Package optim holds update rules: structs of hyper-parameters, Keras 3's
// formulas and defaults. The state of a rule, its slots, lives with the caller,
// so that a rule is a value that may be shared and compared.
//
// Hyper-parameters are float64. The constants of a step are derived from them
// in float64, from the number of the step alone, and rounded to float32 once.
// Every operation on parameters is rounded in Keras's order, and slots that
// decay below 2⁻¹⁰⁰ become +0, which Keras does not do: subnormal slots of dead
// inputs make a step two to four times slower.
package optim

import (
	"fmt"
	"math"

	"weft/asm"
)

// Optimizer is an update rule.
type Optimizer interface {
	// Name returns Keras's name: "sgd", "adagrad", "rmsprop" or "adam".
	Name() string
	// Slots returns the number of float32 slots a parameter.
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
	// its range. A rate of 0 is legal.
	Validate() error
	// Prepare derives the constants of a step, counted from 1.
	Prepare(step int) Step
}

// Step is the constants of one step. Any worker may apply it to any range of
// parameters; the bits do not depend on the ranges.
type Step struct {
	rule rule
	c    [5]float32
}

// rule names the kernel that a step calls.
type rule uint8

const (
	sgd rule = iota
	momentum
	nesterov
	adagrad
	rmsprop
	rmspropMomentum
	adam
)

// Update applies the step to the parameters w with the gradients g and their
// slots, all of one length, unused slots nil.
func (s *Step) Update(k *asm.Kernels, w, g []float32, slots [2][]float32) {
	c := &s.c
	switch s.rule {
	case sgd:
		k.SGD(w, g, c[0])
	case momentum:
		k.Momentum(w, g, slots[0], c[0], c[1])
	case nesterov:
		k.Nesterov(w, g, slots[0], c[0], c[1])
	case adagrad:
		k.Adagrad(w, g, slots[0], c[0], c[1])
	case rmsprop:
		k.RMSprop(w, g, slots[0], c[0], c[1], c[2], c[3])
	case rmspropMomentum:
		k.RMSpropMomentum(w, g, slots[0], slots[1], c[0], c[1], c[2], c[3], c[4])
	case adam:
		k.Adam(w, g, slots[0], slots[1], c[0], c[1], c[2], c[3])
	}
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
	for key := range o.Config() {
		if _, ok := config[key]; !ok {
			return nil, fmt.Errorf("optim: %s needs the hyper-parameter %q", name, key)
		}
	}
	for key := range config {
		if _, ok := o.Config()[key]; !ok {
			return nil, fmt.Errorf("optim: %s has no hyper-parameter %q", name, key)
		}
	}
	switch name {
	case "sgd":
		o = SGD{config["learning_rate"], config["momentum"], config["nesterov"] != 0}
	case "adagrad":
		o = Adagrad{config["learning_rate"], config["initial_accumulator_value"], config["epsilon"]}
	case "rmsprop":
		o = RMSprop{config["learning_rate"], config["rho"], config["momentum"], config["epsilon"]}
	case "adam":
		o = Adam{config["learning_rate"], config["beta_1"], config["beta_2"], config["epsilon"]}
	}
	return o, o.Validate()
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

// atLeastZero checks a hyper-parameter that is finite and not negative.
func atLeastZero(rule, name string, v float64) error {
	if !(v >= 0) || math.IsInf(v, 1) {
		return fmt.Errorf("optim: %s with %s %v: give a finite number ≥ 0", rule, name, v)
	}
	return nil
}

// belowOne checks a decay: 0 ≤ v < 1.
func belowOne(rule, name string, v float64) error {
	if !(v >= 0 && v < 1) {
		return fmt.Errorf("optim: %s with %s %v: give 0 ≤ %s < 1", rule, name, v, name)
	}
	return nil
}

// positive checks an epsilon, which as a float32 must not be 0: it keeps 0/0
// out of the update of a parameter whose gradients are all 0.
func positive(rule, name string, v float64) error {
	if !(float32(v) > 0) || math.IsInf(v, 1) {
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
