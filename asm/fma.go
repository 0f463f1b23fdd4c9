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
	u := math.Float64bits(s)
	if u&tieMask == tie || u<<1-1 < smallNormal {
		return fmaOdd(p, c)
	}
	return float32(s)
}

// The two conditions under which float32(s) may be rounded twice, on the bits u
// of s: u&tieMask == tie, s lies half-way between two float32 of the normal
// range; u<<1−1 < smallNormal, 0 < |s| < 2⁻¹²⁶. An s of zero wraps round in the
// second: it is exact, since a product of two float32 and their sum are
// multiples of 2⁻²⁹⁸, far above float64's smallest number.
const (
	tieMask     = 1<<29 - 1
	tie         = 1 << 28
	smallNormal = 0x3810000000000000<<1 - 1
)

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
