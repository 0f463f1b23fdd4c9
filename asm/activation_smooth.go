package asm

import "math"

// The activations that need an exponential, and their derivatives. Each is a
// fixed sequence of float32 operations, as those of functions.go, and in one form for
// all inputs: where e^−|x| falls below the normal numbers of float32 it is +0. So a
// result below 10⁻³⁶ may be 0, and is at most 10⁻³⁶ off. Larger ones are at most so
// many units in the last place off, measured over all inputs from 2⁻⁶ to 128 and
// every 64th of the others:
//
//	ELU 0.943   Softplus 2.442   SiLU 2.394   Mish 3.950   GELU 7.278 (above −3 5.476)
//
// A derivative is a sum that has a zero, near which no digit of a float32 is certain.
// Their errors are absolute: SiLU 2.31e-7, Mish 2.34e-7, GELU 1.40e-7, GELUTanh
// 2.50e-7; that of Softplus comes from its value, and is 0.943 units in the last place.

// expMagic127 is expMagic for one factor 2ⁿ, 127 above n: its low bits, moved
// into the exponent, are the float32 2ⁿ, +0 for n = −127 and +Inf for n = 128.
const expMagic127 = 0x1.8p23 + 127

// expBetween returns e^z for z from −88 to 89: +0 below −87.68, +Inf above 88.37,
// and NaN for NaN. At most 0.891 units in the last place off where it is neither.
func expBetween(z float32) float32 {
	t := fma32(z, log2e, expMagic127)
	n := t - expMagic127
	r := fma32(-n, ln2Hi, z)
	r = fma32(-n, ln2Lo, r)
	return float32(expPoly(r) * math.Float32frombits(math.Float32bits(t)<<23))
}

// expm1Parts returns s and p with e^z − 1 = s·p + (s − 1) for z ≤ 0; s = 2ⁿ and
// p = e^r − 1. From −17.5 down the sum is −1. NaN gives NaN.
func expm1Parts(z float32) (s, p float32) {
	z = atLeast(z, -17.5)
	t := fma32(z, log2e, expMagic127)
	n := t - expMagic127
	r := fma32(-n, ln2Hi, z)
	r = fma32(-n, ln2Lo, r)
	q := fma32(0x1.694ac4p-10, r, 0x1.12398ep-7)
	q = fma32(q, r, 0x1.555a28p-5)
	q = fma32(q, r, 0x1.555492p-3)
	q = fma32(q, r, 0x1.fffffap-2)
	return math.Float32frombits(math.Float32bits(t) << 23), fma32(float32(q*r), r, r)
}

// elu32 returns positive·x for x ≥ 0, else scale·(e^(rate·x) − 1).
func elu32(x, positive, scale, rate float32) float32 {
	s, p := expm1Parts(atMost(rate*x, 0))
	return fma32(positive, max0(x), float32(scale*fma32(s, p, s-1)))
}

// eluSlope32 returns the derivative of elu32 from its value.
func eluSlope32(y, positive, scale, rate, edge float32) float32 {
	if y >= edge {
		return positive
	}
	return fma32(y, rate, scale)
}

// softplus32 returns log(1+e^x) = max(x, 0) + log(1+t) with t = e^−|x|: the
// logarithm is t times a polynomial, a minimax fit of 2⁻²⁴·⁸.
func softplus32(x float32) float32 {
	t := expBetween(atLeast(-abs32(x), -88))
	c := fma32(0x1.5fa062p-8, t, -0x1.eca32ap-6)
	c = fma32(c, t, 0x1.447056p-4)
	c = fma32(c, t, -0x1.19af84p-3)
	c = fma32(c, t, 0x1.884552p-3)
	c = fma32(c, t, -0x1.fd1368p-3)
	c = fma32(c, t, 0x1.5535dep-2)
	c = fma32(c, t, -0x1.ffff14p-2)
	c = fma32(c, t, 1)
	return fma32(c, t, max0(x))
}

// max0 returns x, but −0 where x is smaller; NaN and zeros pass.
func max0(x float32) float32 { return atLeast(x, math.Float32frombits(1<<31)) }

// softplusSlope32 returns the derivative of softplus32 from its value, 1 − e^−y.
func softplusSlope32(y float32) float32 {
	s, p := expm1Parts(-y)
	return fma32(-s, p, 1-s)
}

// silu32 returns x/(1+e^−x). From −88.37 down e^−x is +Inf, and the result −0.
func silu32(x float32) float32 {
	b := atLeast(x, -89)
	return b / (1 + expBetween(-atMost(b, 88)))
}

// siluSlope32 returns the derivative of silu32 at x.
func siluSlope32(x float32) float32 {
	b := between(x, -89, 88)
	return logisticSlope(b, b)
}

// logisticSlope returns s + v·s·(1−s) with s = σ(u) for u from −89 to 88: with
// t = e^−u and r = 1/(1+t) it is r·(1 + v·t·r), where t may be +Inf.
func logisticSlope(u, v float32) float32 {
	t := expBetween(-u)
	r := 1 / (1 + t)
	return fma32(v, float32(atMost(t, 0x1p126)*r), 1) * r
}

// mish32 returns x·tanh(log(1+e^x)) = x·n/(n+2) with n = (1+e^x)² − 1, a quotient
// that is 1 from 20 on. From −87.68 down n is +0, and the result −0.
func mish32(x float32) float32 {
	b := atLeast(x, -88)
	t := expBetween(atMost(b, 20))
	n := fma32(t, t, t+t)
	return b * (n / (n + 2))
}

// mishSlope32 returns the derivative of mish32 at x, n/(n+2) + 4x·t(1+t)/(n+2)²
// with t = e^x.
func mishSlope32(x float32) float32 {
	b := between(x, -88, 20)
	t := expBetween(b)
	n := fma32(t, t, t+t)
	r := 1 / (n + 2)
	return fma32(float32(float32(b*t)*fma32(t, 4, 4)), r, n) * r
}

// geluParts returns a = |x|, but 13.27 at most, e = e^(−a²/2), +0 below 2⁻¹²⁶,
// and p/q = Φ(−a)·e^(a²/2), where Φ is the normal distribution: a rational
// minimax fit of 2⁻²⁷. The square is a sum of two numbers, and the polynomial of e is
// that of exp in −2r.
func geluParts(x float32) (a, e, p, q float32) {
	a = atMost(abs32(x), 13.27)
	s := float32(a * a)
	low := fma32(a, a, -s)
	t := fma32(s, -0.5*log2e, expMagic127)
	n := t - expMagic127
	r := fma32(n, 2*ln2Hi, s)
	r = fma32(n, 2*ln2Lo, r)
	r += low
	e = fma32(0x1.694ac4p-16, r, -0x1.12398ep-12)
	e = fma32(e, r, 0x1.555a28p-9)
	e = fma32(e, r, -0x1.555492p-6)
	e = fma32(e, r, 0x1.fffffap-4)
	e = fma32(e, r, -0.5)
	e = fma32(e, r, 1)
	e *= math.Float32frombits(math.Float32bits(t) << 23)
	p = fma32(0x1.0c3d94p-8, a, 0x1.4bb5c0p-5)
	p = fma32(p, a, 0x1.76744ap-3)
	p = fma32(p, a, 0x1.c04da0p-2)
	p = fma32(p, a, 0.5)
	q = fma32(0x1.502f8ap-7, a, 0x1.9fc372p-4)
	q = fma32(q, a, 0x1.dfa8eep-2)
	q = fma32(q, a, 0x1.336f34p0)
	q = fma32(q, a, 0x1.ac68fep0)
	return a, e, p, fma32(q, a, 1)
}

// gelu32 returns x·Φ(x) = max(x, 0) − |x|·Φ(−|x|), without cancellation on either
// side. The result for −Inf is −0.
func gelu32(x float32) float32 {
	a, e, p, q := geluParts(x)
	return max0(x) - float32(float32(p*a)*e)/q
}

// geluSlope32 returns the derivative of gelu32 at x, Φ(x) + x·φ(x) with the
// density φ: for negative x it is u = (p/q − a/√2π)·e, else 1−u.
func geluSlope32(x float32) float32 {
	a, e, p, q := geluParts(x)
	u := float32(fma32(-0x1.988454p-2, a, p/q) * e)
	return choose(x < 0, u, 1-u)
}

// The tanh form of GELU is x·σ(u) with u = 2·√(2/π)·(x + 0.044715·x³).
const (
	geluTanh1                 = 0x1.988454p0 // 2·√(2/π)
	geluTanh3                 = 0x1.2444f2p-4
	geluTanh9                 = 0x1.b6676cp-3 // 3·geluTanh3
	geluTanhLow, geluTanhHigh = -10.07, 10.03 // u = −88.9 and 88.0
)

// geluTanh32 returns the tanh form of GELU: at most 1.6 units in the last place
// off for positive x, for negative ones |u| units more. The bounds of x are those
// of expBetween: at the lower one, where the result is below 10⁻³⁷, e^−u is +Inf
// and the result −0, at the upper one it is +0.
func geluTanh32(x float32) float32 {
	b := atLeast(x, geluTanhLow)
	c := atMost(b, geluTanhHigh)
	u := float32(fma32(float32(c*c), geluTanh3, geluTanh1) * c)
	return b / (1 + expBetween(-u))
}

// geluTanhSlope32 returns the derivative of geluTanh32 at x.
func geluTanhSlope32(x float32) float32 {
	b := between(x, geluTanhLow, geluTanhHigh)
	s := float32(b * b)
	u := float32(fma32(s, geluTanh3, geluTanh1) * b)
	v := float32(fma32(s, geluTanh9, geluTanh1) * b)
	return logisticSlope(u, v)
}
