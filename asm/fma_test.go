package asm

import (
	"math"
	"math/big"
	"testing"
)

// exactFMA returns a·b+c rounded once, by arbitrary precision.
func exactFMA(a, b, c float32) float32 {
	exact := func(x float32) *big.Float { return new(big.Float).SetPrec(1000).SetFloat64(float64(x)) }
	p := exact(a)
	p.Mul(p, exact(b))
	p.Add(p, exact(c))
	if p.Sign() == 0 { // exact in float64 too, which knows the sign of a zero
		return float32(float64(float64(a)*float64(b)) + float64(c))
	}
	r, _ := p.Float32()
	return r
}

// hardFMA returns operands at which a fused multiply-add is easily rounded
// wrongly.
func hardFMA(r rng, kind int) (a, b, c float32) {
	any := func(minExponent, maxExponent int) float32 {
		m := float32(r.IntN(1<<23)+1<<23) * 0x1p-23
		if r.IntN(2) == 0 {
			m = -m
		}
		return float32(math.Ldexp(float64(m), minExponent+r.IntN(maxExponent-minExponent+1)))
	}
	few := func() float32 { return float32(2*r.IntN(1<<r.IntN(12)) + 1) } // an odd number of few bits
	switch kind {
	case 0: // a tie, or next to one: the product is nearly half a unit of c
		i := float32(r.IntN(1 << r.IntN(16)))
		c = any(-40, 40)
		_, e := math.Frexp(float64(c))
		a, b = 1+i*0x1p-23, float32(math.Ldexp(float64(1-i*0x1p-23), e-25+r.IntN(3)-1))
	case 1: // c is nearly half a unit of the product
		a, b = any(-30, 30), few()
		_, e := math.Frexp(float64(a) * float64(b))
		c = float32(math.Ldexp(float64(few()), e-26-r.IntN(24)))
	case 2: // cancellation
		a, b = any(-30, 30), any(-30, 30)
		c = -a * b
		for range r.IntN(3) {
			c = math.Nextafter32(c, 0)
		}
	case 3: // results in the subnormal range
		a, b = any(-75, -60), any(-80, -60)
		c = float32(math.Ldexp(float64(int32(r.Uint32())>>r.IntN(30)), -149))
	case 4: // subnormal operands
		a, b, c = math.Float32frombits(r.Uint32()&0x807fffff), any(-10, 60), math.Float32frombits(r.Uint32()&0x80ffffff)
	case 5: // the largest results
		a, b, c = any(60, 64), any(60, 64), any(100, 127)
	case 6: // integers and powers of two
		a, b = float32(r.IntN(1<<24)), float32(r.IntN(1<<24))
		c = float32(math.Ldexp(1, 20+r.IntN(60)))
	default:
		return math.Float32frombits(r.Uint32()), math.Float32frombits(r.Uint32()), math.Float32frombits(r.Uint32())
	}
	if r.IntN(2) == 0 {
		a = -a
	}
	return a, b, c
}

// TestFMA32 compares fma32 with arbitrary precision.
func TestFMA32(t *testing.T) {
	check := func(a, b, c float32) {
		t.Helper()
		want := float32(float64(float64(a)*float64(b)) + float64(c)) // NaN and infinities
		finite := func(x float32) bool { return x-x == 0 }
		if finite(a) && finite(b) && finite(c) {
			want = exactFMA(a, b, c)
		}
		if got := fma32(a, b, c); !sameBits(got, want) {
			t.Fatalf("fma32(%b, %b, %b) = %b, want %b", a, b, c, got, want)
		}
	}
	check(2693665, 1632737, 0x1p66)
	if float32(math.FMA(2693665, 1632737, 0x1p66)) == fma32(2693665, 1632737, 0x1p66) {
		t.Error("2693665·1632737+2⁶⁶ no longer shows the error of two roundings")
	}
	for _, a := range specials {
		for _, b := range []float32{0, 1, -1, 0.5, 3, inf32, nan32, 0x1p-149, -math.MaxFloat32} {
			for _, c := range specials {
				check(a, b, c)
			}
		}
	}
	r := random(32)
	slow := 0
	for i := range 400_000 {
		a, b, c := hardFMA(r, i%8)
		check(a, b, c)
		if twiceRounded(float64(float64(a)*float64(b)) + float64(c)) {
			slow++
		}
	}
	if slow < 50_000 {
		t.Errorf("only %d of the cases need a rounding to odd", slow)
	}
}
