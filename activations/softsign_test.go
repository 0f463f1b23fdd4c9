package activations

import (
	"math"
	"testing"
)

func TestSoftsign(t *testing.T) {
	curve{
		a: Softsign,
		value: func(x float64) float64 {
			if math.IsInf(x, 0) {
				return math.Copysign(1, x)
			}
			return x / (1 + math.Abs(x))
		},
		slope:    func(x float64) float64 { return 1 / (1 + math.Abs(x)) / (1 + math.Abs(x)) },
		valueOff: within(1.5),
		// (1−|y|)², where y is 1.5 units of at most 2⁻²⁴ off, and the square rounds.
		slopeOff: func(x, want float64) float64 {
			const e = 1.5 * 0x1p-24
			return 2*e*math.Sqrt(want) + e*e + ulp(want)
		},
	}.check(t)
}
