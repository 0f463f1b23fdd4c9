package activations

import (
	"math"
	"testing"
)

func TestSoftplus(t *testing.T) {
	curve{
		a:        Softplus,
		value:    func(x float64) float64 { return max(x, 0) + math.Log1p(math.Exp(-math.Abs(x))) },
		slope:    logistic,
		valueOff: orFloor(2.45),
		// 1 − e^−y is 0.95 units in the last place off, and what y is off, relatively, at
		// most as much; a unit of one may be two of the other.
		slopeOff: orFloor(0.95 + 2*2.45),
	}.check(t)
}
