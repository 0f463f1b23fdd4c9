package activations

import "testing"

func TestReLU6(t *testing.T) {
	curve{
		a:     ReLU6,
		value: func(x float64) float64 { return min(max(x, 0), 6) },
		slope: func(x float64) float64 {
			if x > 0 && x < 6 {
				return 1
			}
			return 0
		},
		valueOff: within(0),
		slopeOff: within(0),
	}.check(t)
}
