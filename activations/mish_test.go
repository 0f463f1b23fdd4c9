package activations

import (
	"math"
	"testing"
)

func TestMish(t *testing.T) {
	// With t = e^−|x|, n/d is the tangent of log(1+e^x), and (1+t)·t or (1+t)·t² over d²
	// a quarter of its derivative.
	parts := func(x float64) (n, d, w float64) {
		t := math.Exp(-math.Abs(x))
		if x < 0 {
			return t * (t + 2), t*(t+2) + 2, t * (1 + t)
		}
		return 1 + 2*t, 1 + 2*t + 2*t*t, t * t * (1 + t)
	}
	curve{
		a: Mish,
		value: func(x float64) float64 {
			n, d, _ := parts(x)
			return times(x, n/d)
		},
		slope: func(x float64) float64 {
			n, d, w := parts(x)
			return n/d + times(4*x, w/d/d)
		},
		valueOff: orFloor(3.95),
		slopeOff: absolutely(2.4e-7),
	}.check(t)
}
