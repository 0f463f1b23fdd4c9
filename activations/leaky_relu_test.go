package activations

import (
	"math"
	"strings"
	"testing"
)

func TestLeakyReLU(t *testing.T) {
	for _, slope := range []float64{0.2, 0.3, 0.01, 1.5} {
		curve{
			a: LeakyReLU(slope),
			value: func(x float64) float64 {
				if x < 0 {
					x *= slope
				}
				return x
			},
			slope: func(x float64) float64 {
				if x > 0 {
					return 1
				}
				return slope
			},
			// The slope is rounded to float32, which is up to a unit of the product,
			// and the product once more.
			valueOff: within(1.5),
			slopeOff: within(0.5),
		}.check(t)
	}
	for _, slope := range []float64{-0.1, math.NaN(), math.Inf(1), 1e39} {
		if err := Validate(LeakyReLU(slope)); err == nil || !strings.Contains(err.Error(), "negative_slope") {
			t.Errorf("a slope of %v: error %v", slope, err)
		}
	}
	if a, err := FromConfig("leaky_relu", nil); err != nil || a != LeakyReLU(0.2) {
		t.Errorf("Keras's default: %v, %v", a, err)
	}
}
