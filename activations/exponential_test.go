package activations

import (
	"math"
	"testing"
)

func TestExponential(t *testing.T) {
	curve{
		a:        Exponential,
		value:    math.Exp,
		slope:    math.Exp,
		valueOff: within(0.9),
		slopeOff: within(0.9),
	}.check(t)
}
