package activations

import "math"

// floor is what a smooth activation and its derivative may be off where they are
// smaller: float32 results there are 0 or not, see package asm.
const floor = 1e-36

// orFloor bounds an error by so many units in the last place, and by floor.
func orFloor(ulps float64) func(x, want float64) float64 {
	return func(x, want float64) float64 { return max(ulps*ulp(want), floor) }
}

// absolutely bounds an error by a number, for a derivative that is a sum of numbers
// of both signs: the largest error that the tests of package asm met.
func absolutely(e float64) func(x, want float64) float64 {
	return func(x, want float64) float64 { return e }
}

// logistic returns the sigmoid of x without cancellation in either tail.
func logistic(x float64) float64 {
	t := math.Exp(-math.Abs(x))
	if x < 0 {
		return t / (1 + t)
	}
	return 1 / (1 + t)
}

// times returns x·y, 0 where y is 0, as it is at an infinite x.
func times(x, y float64) float64 {
	if y == 0 {
		return 0
	}
	return x * y
}
