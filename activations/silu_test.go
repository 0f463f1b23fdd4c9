package activations

import "testing"

func TestSiLU(t *testing.T) {
	curve{
		a:        SiLU,
		value:    func(x float64) float64 { return times(x, logistic(x)) },
		slope:    func(x float64) float64 { return logistic(x) + times(x, logistic(x)*logistic(-x)) },
		valueOff: orFloor(2.4),
		slopeOff: absolutely(2.31e-7),
	}.check(t)
}
