package activations

import (
	"math"
	"strings"
	"testing"
)

func TestCELU(t *testing.T) {
	for _, alpha := range []float64{1, 2, 0.7} {
		curve{
			a: CELU(alpha),
			value: func(x float64) float64 {
				if x < 0 {
					return alpha * math.Expm1(x/alpha)
				}
				return x
			},
			slope: func(x float64) float64 {
				if x < 0 {
					return math.Exp(x / alpha)
				}
				return 1
			},
			// As ELU, and x/alpha is a rounding of 1/alpha and one of the product off, which
			// is at most as much of e^(x/alpha) − 1.
			valueOff: within(6.4),
			slopeOff: absolutely(8 * 0x1p-23),
		}.check(t)
	}
	for _, alpha := range []float64{0, -1, math.NaN(), math.Inf(1), 1e-31} {
		if err := Validate(CELU(alpha)); err == nil || !strings.Contains(err.Error(), "alpha") {
			t.Errorf("an alpha of %v: error %v", alpha, err)
		}
	}
}
