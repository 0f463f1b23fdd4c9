// Package math64 has float64 functions that return the same bits on every
// platform, for what computes learning rates and initial weights: package math
// has assembly for some platforms, with another last bit. Each function is a
// fixed sequence of IEEE operations, none of them fused. Errors
// are at most 2 units in the last place, of Pow at most 3 + 2·|y·ln x|.
package math64

import "math"

// ln 2 in two parts: ln2Hi has 32 bits, so that k·ln2Hi is exact for every
// exponent k.
const (
	log2e = 0x1.71547652b82fep+0
	ln2Hi = 0x1.62e42feep-1
	ln2Lo = 0x1.a39ef35793c76p-33
)

// Exp returns eˣ: k = round(x/ln 2), r = x − k·ln 2, eˣ = 2ᵏ·eʳ by Taylor's
// series of 14 terms, of which the next is below 2⁻⁵⁷.
func Exp(x float64) float64 {
	switch {
	case x != x:
		return x
	case x > 710:
		return math.Inf(1)
	case x < -746:
		return 0
	}
	k := math.Floor(float64(x*log2e) + 0.5)
	r := (x - float64(k*ln2Hi)) - float64(k*ln2Lo)
	p := 1.0
	for n := 13.0; n > 0; n-- {
		p = float64(p*r/n) + 1
	}
	return math.Ldexp(p, int(k))
}

// Log returns the natural logarithm of x, −Inf of 0, NaN below: x = 2ᵉ·m with m in
// [√½, √2), log m = 2·(s + s³/3 + s⁵/5 + …) with s = (m−1)/(m+1), up to s²⁵, of
// which the next term is below 2⁻⁶⁷.
func Log(x float64) float64 {
	switch {
	case x < 0:
		return math.NaN()
	case x == 0:
		return math.Inf(-1)
	case !(x <= math.MaxFloat64):
		return x
	}
	m, e := math.Frexp(x)
	if m < math.Sqrt2/2 {
		m, e = 2*m, e-1
	}
	f := m - 1
	s := f / (2 + f)
	square := float64(s * s)
	p := 0.0
	for n := 25.0; n > 1; n -= 2 {
		p = float64(p*square) + 1/n
	}
	// log m = 2s + 2s·s²·p, and 2s = f − s·f.
	tail := float64(s * (float64(2*float64(square*p)) - f))
	return float64(float64(e)*ln2Hi) + (f + (tail + float64(float64(e)*ln2Lo)))
}

// Pow returns xʸ for x ≥ 0, NaN below: by repeated squaring where y is a whole
// number below 2⁵³, a root where it is ½, else e to the y·log x.
func Pow(x, y float64) float64 {
	switch {
	case x != x || y != y || x < 0:
		return math.NaN()
	case y == math.Floor(y) && math.Abs(y) < 1<<53:
		if y < 0 {
			return 1 / PowInt(x, int64(-y))
		}
		return PowInt(x, int64(y))
	case y == 0.5:
		return math.Sqrt(x)
	}
	return Exp(y * Log(x))
}

// PowInt returns x to the n-th by repeated squaring, n ≥ 0: products only.
func PowInt(x float64, n int64) float64 {
	p := 1.0
	for ; n > 0; n >>= 1 {
		if n&1 != 0 {
			p *= x
		}
		x *= x
	}
	return p
}

// CosPi returns the cosine of π·x, exact where that is 0 or ±1.
func CosPi(x float64) float64 {
	x = math.Mod(math.Abs(x), 2)
	if x > 1 {
		x = 2 - x
	}
	sign := 1.0
	if x > 0.5 {
		x, sign = 1-x, -1
	}
	if x > 0.25 {
		return sign * sine(math.Pi*(0.5-x))
	}
	return sign * cosine(math.Pi*x)
}

// SinPi returns the sine of π·x.
func SinPi(x float64) float64 { return CosPi(x - 0.5) }

// cosine is Taylor's series for 0 ≤ z ≤ π/4: the next term is below 2⁻⁶⁵.
func cosine(z float64) float64 {
	square, p := float64(z*z), 1.0
	for n := 18.0; n > 0; n -= 2 {
		p = 1 - float64(square*p/(n*(n-1)))
	}
	return p
}

// sine is the same, of the sine.
func sine(z float64) float64 {
	square, p := float64(z*z), 1.0
	for n := 18.0; n > 0; n -= 2 {
		p = 1 - float64(square*p/(n*(n+1)))
	}
	return float64(z * p)
}
