package losses

import (
	"fmt"
	"math"
)

type meanSquared struct{}

// MeanSquaredError is the mean over the outputs of (y−t)². It has no accuracy.
var MeanSquaredError Loss = meanSquared{}

func (meanSquared) Name() string           { return "mean_squared_error" }
func (meanSquared) CheckOutputs(int) error { return nil }

// CheckTarget returns an error for what is not finite.
func (meanSquared) CheckTarget(t []float32) error { return finite(t) }

// Sample: the loss is Σ(y−t)²/outputs and its gradient 2·scale/outputs·(y−t).
func (meanSquared) Sample(s *Sample) float32 {
	d, e := s.Gradient, s.Scratch[:len(s.Outputs)]
	for i, y := range s.Outputs {
		d[i] = y - s.Target[i]
		e[i] = float32(d[i] * d[i])
	}
	share := 1 / float32(len(s.Outputs))
	loss := float32(s.Kernels.Sum(e) * share)
	scale := float32(2 * float32(s.Scale*share))
	for i := range d {
		d[i] = float32(scale * d[i])
	}
	return loss
}

// finite returns an error for a target that is NaN or infinite.
func finite(t []float32) error {
	for i, v := range t {
		if !(math.Abs(float64(v)) <= math.MaxFloat32) {
			return fmt.Errorf("target %d is %v: give finite numbers", i, v)
		}
	}
	return nil
}
