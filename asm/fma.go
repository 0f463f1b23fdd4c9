package asm

import "math"

// fma32 returns a·b+c rounded once to float32.
//
// The float64 product of two float32 is exact, and the float64 sum s is rounded
// to 53 bits. Rounding s again to 24 bits gives the wrong neighbour only where
// s is half-way between two float32, or in float32's subnormal range, where
// fewer bits are kept; then [fmaOdd] rounds s to odd first. Hardware FMA is not
// used: math.FMA rounds to 53 bits, so that float32(math.FMA(a, b, c)) has the
// same error (2693665·1632737+2⁶⁶), and is slow where it is emulated.
func fma32(a, b, c float32) float32 {
	p := float64(float64(a) * float64(b))
	s := p + float64(c)
	if twiceRounded(s) {
		return fmaOdd(p, c)
	}
	return float32(s)
}

// twiceRounded reports whether float32(s) may be rounded wrongly, where s is the
// sum of a product of two float32 and a float32: where s lies half-way between
// two float32 of the normal range, and where 0 < |s| < 2⁻¹²⁶. A sum of zero is
// exact, because such a sum is a multiple of 2⁻²⁹⁸; it wraps round in the
// subtraction. Bits 62…31 of s tell its magnitude well enough.
func twiceRounded(s float64) bool {
	const smallest = 0x3810000000000000 >> 31 // 2⁻¹²⁶
	u := math.Float64bits(s)
	return uint32(u)<<3 == 1<<31 || uint32(u>>31)-1 < smallest-1
}

// fmaOdd returns p+c rounded once to float32, where p is the product of two
// float32. The sum is rounded to odd in 53 bits first (Boldo and Melquiond,
// "Emulation of FMA and correctly rounded sums", 2008): a bit that sticks keeps
// the second rounding from seeing a tie that is none.
//
//go:noinline
func fmaOdd(p float64, c float32) float32 {
	z := float64(c)
	s := p + z
	t := s - p // TwoSum (Knuth): s+e == p+z exactly
	e := (p - (s - t)) + (z - t)
	u := math.Float64bits(s)
	if e != 0 && e == e && u&1 == 0 {
		if (e > 0) == (s > 0) {
			u++
		} else {
			u--
		}
	}
	return float32(math.Float64frombits(u))
}
