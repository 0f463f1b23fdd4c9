package asm

import "math"

// The element-wise functions. Each is a fixed sequence of float32 operations,
// every one rounded once; where the Go compiler could fuse a product with an
// addition, a conversion forbids it. Accuracy over all 2³² inputs: exp 0.891,
// log 0.916, sigmoid 2.402, tanh 2.498 units in the last place.

// ln 2 in two parts for the reduction of an argument: ln2Hi has 15 bits, so that
// n·ln2Hi is exact for every exponent n. expMagic, added to a number, rounds it
// to an integer n, which then is in the low bits of the sum, 254 above its
// value, so that two factors with biased exponents can be cut from it.
const (
	log2e    = 0x1.715476p0
	ln2Hi    = 0x1.62e4p-1
	ln2Lo    = 0x1.7f7d1cp-20
	expMagic = 0x1.8p23 + 254
	// Below expLow e^x rounds to +0, from expHigh on to +Inf.
	expLow  = -104.5
	expHigh = 89
)

// expPoly returns e^r for |r| ≤ ln2/2: a minimax polynomial by Horner's scheme.
func expPoly(r float32) float32 {
	p := fma32(0x1.694ac4p-10, r, 0x1.12398ep-7)
	p = fma32(p, r, 0x1.555a28p-5)
	p = fma32(p, r, 0x1.555492p-3)
	p = fma32(p, r, 0x1.fffffap-2)
	p = fma32(p, r, 1)
	return fma32(p, r, 1)
}

// expScale returns p·2ⁿ for t = expMagic + n, rounded once: it multiplies by two
// powers of two, of which the first leaves the product exact and normal.
func expScale(p, t float32) float32 {
	b := math.Float32bits(t)
	h := b >> 1
	return float32(p*math.Float32frombits(h<<23)) * math.Float32frombits((b-h)<<23)
}

// expCore returns e^z for expLow ≤ z ≤ expHigh, and NaN for NaN.
func expCore(z float32) float32 {
	t := fma32(z, log2e, expMagic)
	n := t - expMagic
	r := fma32(-n, ln2Hi, z)
	r = fma32(-n, ln2Lo, r)
	return expScale(expPoly(r), t)
}

// exp32 returns e^x: NaN for NaN, +0 for −Inf, +Inf above 88.7228, 1 for ±0,
// subnormal results rounded as all others.
func exp32(x float32) float32 {
	if x < expLow {
		x = expLow
	}
	if x > expHigh {
		x = expHigh
	}
	return expCore(x)
}

// log32 returns the natural logarithm of x: NaN for NaN and x < 0, −Inf for ±0,
// +Inf for +Inf. x = 2^e·m with m in [0.75, 1.5); a subnormal x is scaled by 2²³
// first.
func log32(x float32) float32 {
	switch {
	case !(x <= math.MaxFloat32):
		return x
	case x < 0:
		return math.Float32frombits(0x7fc00000)
	case x == 0:
		return math.Float32frombits(0xff800000)
	}
	k := int32(0)
	if x < 0x1p-126 {
		x *= 0x1p23
		k = 23
	}
	i := int32(math.Float32bits(x)) - 0x3f400000
	e := float32(i>>23 - k)
	m := math.Float32frombits(uint32(i&0x7fffff) + 0x3f400000)
	f := m - 1
	f2 := float32(f * f)
	q := fma32(0x1.77baeap-5, f, -0x1.947c6ap-4)
	q = fma32(q, f, 0x1.e0d39ap-4)
	q = fma32(q, f, -0x1.0239bcp-3)
	q = fma32(q, f, 0x1.2408a6p-3)
	q = fma32(q, f, -0x1.553b0ap-3)
	q = fma32(q, f, 0x1.999bd4p-3)
	q = fma32(q, f, -0x1.000022p-2)
	q = fma32(q, f, 0x1.555554p-2)
	q = fma32(q, f, -0.5)
	y := fma32(q, f2, float32(e*ln2Lo))
	y = float32(y + f)
	return fma32(e, ln2Hi, y)
}

// sigmoid32 returns 1/(1+e^−x): +0 for −Inf, 1 for +Inf, ½ for ±0, NaN for NaN.
// With t = e^−|x| it is 1/(1+t), or, where x's sign bit is set, t/(1+t).
func sigmoid32(x float32) float32 {
	b := math.Float32bits(x)
	z := math.Float32frombits(b | 1<<31)
	if z < expLow {
		z = expLow
	}
	t := expCore(z)
	num := float32(1)
	if b>>31 != 0 {
		num = t
	}
	return num / (1 + t)
}

// tanh32 returns the hyperbolic tangent of x: ±0 for ±0, exact for subnormals,
// never above 1 in magnitude, NaN for NaN. With a = 1−e^−2|x|, which is never
// −0, it is a/(2−a) with the sign of x.
func tanh32(x float32) float32 {
	const magic = 0x1.8p23 + 127
	b := math.Float32bits(x)
	z := math.Float32frombits(b | 1<<31)
	if z < -9.1 {
		z = -9.1
	}
	t := fma32(z, 0x1.715476p1, magic)
	n := t - magic
	s := math.Float32frombits(math.Float32bits(t) << 23)
	r := fma32(-n, 0x1.62e4p-2, z)
	r = fma32(-n, 0x1.7f7d1cp-21, r)
	q := fma32(0x1.6d4e6ap-4, r, 0x1.120c1ep-2)
	q = fma32(q, r, 0x1.5554e8p-1)
	q = fma32(q, r, 0x1.5554dcp0)
	q = fma32(q, r, 2)
	p := fma32(float32(q*r), r, float32(r+r))
	a := fma32(-s, p, 1-s)
	y := a / (2 - a)
	return math.Float32frombits(math.Float32bits(y) | b&(1<<31))
}

func expGo(y, x []float32) {
	equal2("Exp", y, x)
	for i, v := range x {
		y[i] = exp32(v)
	}
}

func logGo(y, x []float32) {
	equal2("Log", y, x)
	for i, v := range x {
		y[i] = log32(v)
	}
}

func sigmoidGo(y, x []float32) {
	equal2("Sigmoid", y, x)
	for i, v := range x {
		y[i] = sigmoid32(v)
	}
}

func tanhGo(y, x []float32) {
	equal2("Tanh", y, x)
	for i, v := range x {
		y[i] = tanh32(v)
	}
}

func reluGo(y, x []float32) {
	equal2("ReLU", y, x)
	for i, v := range x {
		if v < 0 {
			v = 0
		}
		y[i] = v
	}
}

func sigmoidGradGo(dx, dy, y []float32) {
	equal3("SigmoidGrad", dx, dy, y)
	for i, v := range y {
		dx[i] = dy[i] * fma32(-v, v, v)
	}
}

func tanhGradGo(dx, dy, y []float32) {
	equal3("TanhGrad", dx, dy, y)
	for i, v := range y {
		dx[i] = dy[i] * fma32(-v, v, 1)
	}
}

func reluGradGo(dx, dy, y []float32) {
	equal3("ReLUGrad", dx, dy, y)
	for i, v := range y {
		d := dy[i]
		if !(v > 0) {
			d = 0
		}
		dx[i] = d
	}
}

func mulGo(dst, a, b []float32) {
	equal3("Mul", dst, a, b)
	for i, v := range a {
		dst[i] = v * b[i]
	}
}

func scaleGo(y, x []float32, s float32) {
	equal2("Scale", y, x)
	for i, v := range x {
		y[i] = s * v
	}
}
