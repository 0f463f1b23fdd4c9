package activations

import (
	"math"
	"testing"
)

func TestSELU(t *testing.T) {
	const scale, alpha = 1.0507009873554804934193349852946, 1.6732632423543772848170429916717
	curve{
		a: SELU,
		value: func(x float64) float64 {
			if x < 0 {
				return scale * alpha * math.Expm1(x)
			}
			return scale * x
		},
		slope: func(x float64) float64 {
			if x < 0 {
				return scale * alpha * math.Exp(x)
			}
			return scale
		},
		// As ELU.
		valueOff: within(3.4),
		slopeOff: absolutely(5 * 0x1p-23 * scale * alpha),
	}.check(t)
}
