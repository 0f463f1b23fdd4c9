package optim

import (
	"cmp"
	"fmt"
)

// PiecewiseConstantDecay is Values[0] up to and with step Boundaries[0], then
// Values[1] up to and with Boundaries[1], and so on; the last value after the last
// boundary.
type PiecewiseConstantDecay struct {
	Boundaries []int     // steps ≥ 0, increasing
	Values     []float64 // one more, ≥ 0
}

// Name returns "piecewise_constant_decay".
func (s PiecewiseConstantDecay) Name() string { return "piecewise_constant_decay" }

// Config returns boundaries and values.
func (s PiecewiseConstantDecay) Config() map[string][]float64 {
	boundaries := make([]float64, len(s.Boundaries))
	for i, b := range s.Boundaries {
		boundaries[i] = float64(b)
	}
	return map[string][]float64{"boundaries": boundaries, "values": append([]float64(nil), s.Values...)}
}

// Validate checks the hyper-parameters.
func (s PiecewiseConstantDecay) Validate() error {
	if len(s.Values) != len(s.Boundaries)+1 {
		return fmt.Errorf("optim: piecewise_constant_decay with %d values for %d boundaries: give one more than boundaries", len(s.Values), len(s.Boundaries))
	}
	last := -1
	for _, b := range s.Boundaries {
		if b <= last {
			return fmt.Errorf("optim: piecewise_constant_decay with boundaries %v: give increasing steps, none below 0", s.Boundaries)
		}
		last = b
	}
	var errs []error
	for _, v := range s.Values {
		errs = append(errs, atLeastZero("piecewise_constant_decay", "values", v))
	}
	return cmp.Or(errs...)
}

// Rate returns the learning rate of a step, counted from 0.
func (s PiecewiseConstantDecay) Rate(step int) float64 {
	i := 0
	for i < len(s.Boundaries) && step > s.Boundaries[i] {
		i++
	}
	if i >= len(s.Values) {
		return 0
	}
	return s.Values[i]
}

func piecewiseFrom(c scheduleConfig) Schedule {
	s := PiecewiseConstantDecay{Values: c["values"]}
	for _, b := range c["boundaries"] {
		s.Boundaries = append(s.Boundaries, wholeNumber(b))
	}
	return s
}
