package activations

import (
	"math"
	"testing"
)

func TestGELU(t *testing.T) {
	normal := func(x float64) float64 { return math.Erfc(-x/math.Sqrt2) / 2 }
	curve{
		a:        GELU,
		value:    func(x float64) float64 { return times(x, normal(x)) },
		slope:    func(x float64) float64 { return normal(x) + times(x, math.Exp(-x*x/2)/math.Sqrt(2*math.Pi)) },
		valueOff: orFloor(7.28),
		slopeOff: absolutely(1.4e-7),
	}.check(t)
}

func TestGELUTanh(t *testing.T) {
	u := func(x float64) float64 { return 2 * math.Sqrt(2/math.Pi) * x * (1 + 0.044715*x*x) }
	curve{
		a:     GELUTanh,
		value: func(x float64) float64 { return times(x, logistic(u(x))) },
		slope: func(x float64) float64 {
			s := logistic(u(x))
			return s + times(2*math.Sqrt(2/math.Pi)*x*(1+3*0.044715*x*x), s*logistic(-u(x)))
		},
		// For negative x the result is x·e^u, nearly, and u three roundings off, which are
		// half a unit of 2⁻²³ of u each.
		valueOff: func(x, want float64) float64 {
			return max((2.5+1.5*2*max(0, -u(x)))*ulp(want), floor)
		},
		slopeOff: absolutely(2.5e-7),
	}.check(t)
	if a, err := FromConfig("gelu", map[string]float64{"approximate": 2}); err == nil {
		t.Errorf("approximate = 2 is %v", a)
	}
}
