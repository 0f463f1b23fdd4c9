package activations

import "testing"

func TestHardSiLU(t *testing.T) {
	curve{
		a:     HardSiLU,
		value: func(x float64) float64 { return times(x, min(max((x+3)/6, 0), 1)) },
		slope: func(x float64) float64 {
			switch {
			case x <= -3:
				return 0
			case x >= 3:
				return 1
			}
			return x/3 + 0.5
		},
		// x+3 rounds, 1/6 is rounded, and two products are.
		valueOff: within(2.5),
		slopeOff: absolutely(1.5 * 0x1p-24), // x/3 of up to 1 from a rounded 1/3, and the sum
	}.check(t)
}
