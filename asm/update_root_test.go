package asm

import (
	"math"
	"testing"
)

// The root in Adam is correctly rounded for every mantissa and both parities of the
// exponent, near the least second moment that tiny0 keeps, in the middle and near the
// largest: from −3/2 of its scale a root differs exactly, so that the quotient shows
// each of its bits.
func TestRootOfAdam(t *testing.T) {
	const block = 1 << 12
	w, want := make([]float32, block), make([]float32, block)
	g, m, v := make([]float32, block), make([]float32, block), make([]float32, block)
	step := 1
	if testing.Short() {
		step = 61 // of blocks; emulated machines are slow
	}
	for _, k := range Available() {
		if k.Name == "generic" {
			continue
		}
		for _, exponent := range []int{-100, 0, 126} { // of v: even, so that its root has half of it
			eps := float32(math.Ldexp(-1.5, exponent/2))
			for first := 0; first < 1<<24; first += block * step {
				for i := range v {
					v[i] = math.Float32frombits(uint32(exponent+127)<<23 + uint32(first+i))
					m[i], w[i], want[i] = 1, 0, 0
				}
				if exponent == 126 && first >= 1<<23 {
					break // beyond the largest number
				}
				adamGo(want, g, m, v, 1, 0, 0, eps)
				k.Adam(w, g, m, v, 1, 0, 0, eps)
				for i := range w {
					if math.Float32bits(w[i]) != math.Float32bits(want[i]) {
						t.Fatalf("%s: with v = %x, w is %x, want %x", k.Name, v[i], w[i], want[i])
					}
				}
			}
		}
	}
}
