package activations

import (
	"math"
	"strings"
	"testing"
)

func TestELU(t *testing.T) {
	for _, alpha := range []float64{1, 0.5, 0.3, 2} {
		curve{
			a: ELU(alpha),
			value: func(x float64) float64 {
				if x < 0 {
					return alpha * math.Expm1(x)
				}
				return x
			},
			slope: func(x float64) float64 {
				if x > 0 {
					return 1
				}
				return alpha * math.Exp(x)
			},
			// e^x − 1 is 0.95 units in the last place off, alpha's rounding is one more of
			// the product, which rounds too; a product's unit may be half as large.
			valueOff: within(3.4),
			// From y + alpha, where y is that much off, alpha half a unit, and the sum too.
			slopeOff: absolutely(5 * 0x1p-23 * alpha),
		}.check(t)
	}
	for _, alpha := range []float64{-0.1, math.NaN(), math.Inf(1), 1e39} {
		if err := Validate(ELU(alpha)); err == nil || !strings.Contains(err.Error(), "alpha") {
			t.Errorf("an alpha of %v: error %v", alpha, err)
		}
	}
}
