package metrics

import (
	"fmt"
	"math"
)

// mean is a mean over all outputs of a function of their error, in float64, in the
// order of the samples.
type mean struct {
	name string
	of   func(d float64) float64
}

// MeanAbsoluteError is the mean over all outputs of |y−t|.
func MeanAbsoluteError() Metric { return mean{"mean_absolute_error", math.Abs} }

// MeanSquaredError is the mean over all outputs of (y−t)².
func MeanSquaredError() Metric {
	return mean{"mean_squared_error", func(d float64) float64 { return float64(d * d) }}
}

func (m mean) Name() string { return m.name }

func (m mean) Check(_ int, classes bool) error {
	if classes {
		return fmt.Errorf("%s needs float targets, the loss takes classes", m.name)
	}
	return nil
}

func (m mean) Of(r *Results) float64 {
	sum := 0.0
	for i, y := range r.Outputs {
		sum += m.of(float64(y) - float64(r.Targets[i]))
	}
	return sum / float64(len(r.Outputs))
}
