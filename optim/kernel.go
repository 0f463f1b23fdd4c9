package optim

import "math"

// What the rules that are written in Go here share with those in asm.

// tiny0 sets what is below 2⁻¹⁰⁰ in magnitude to +0; NaN passes. Without it the
// slot of a parameter whose gradient became 0 decays into the subnormals, where
// arithmetic is slow, and stays there.
func tiny0(x float32) float32 {
	if x < 0x1p-100 && x > -0x1p-100 {
		return 0
	}
	return x
}

// sqrt32 returns the square root of x, rounded once: 53 bits are enough to round
// to 24 bits correctly in two steps.
func sqrt32(x float32) float32 { return float32(math.Sqrt(float64(x))) }

// abs32 returns |x|.
func abs32(x float32) float32 { return math.Float32frombits(math.Float32bits(x) &^ (1 << 31)) }
