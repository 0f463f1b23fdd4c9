package activations

import "testing"

func TestHardSigmoid(t *testing.T) {
	curve{
		a:     HardSigmoid,
		value: func(x float64) float64 { return min(max((x+3)/6, 0), 1) },
		slope: func(x float64) float64 {
			if x > -3 && x < 3 {
				return 1.0 / 6
			}
			return 0
		},
		valueOff: within(1.34),
		// The derivative comes from the output, which rounds to 1 just below 3.
		slopeOff: func(x, want float64) float64 {
			if x < 3 && x+3 > 6-0x1p-21 {
				return 1.0 / 6
			}
			return 0.5 * ulp(want)
		},
	}.check(t)
}
