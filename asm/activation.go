package asm

import "math"

// setActivationsGo gives k the activations of the specification.
func setActivationsGo(k *Kernels) {
	k.LeakyReLU, k.LeakyReLUGrad = leakyReLUGo, leakyReLUGradGo
	k.ReLU6, k.ReLU6Grad = valuesGo("ReLU6", relu6of), slopesGo("ReLU6Grad", relu6Slope)
	k.HardSigmoid, k.HardSigmoidGrad = valuesGo("HardSigmoid", hardSigmoid32), slopesGo("HardSigmoidGrad", hardSigmoidSlope32)
	k.HardSiLU, k.HardSiLUGrad = valuesGo("HardSiLU", hardSiLU32), slopesGo("HardSiLUGrad", hardSiLUSlope32)
	k.Softsign, k.SoftsignGrad = valuesGo("Softsign", softsign32), slopesGo("SoftsignGrad", softsignSlope32)
	k.ELU, k.ELUGrad = eluGo, eluGradGo
	k.Softplus, k.SoftplusGrad = valuesGo("Softplus", softplus32), slopesGo("SoftplusGrad", softplusSlope32)
	k.SiLU, k.SiLUGrad = valuesGo("SiLU", silu32), slopesGo("SiLUGrad", siluSlope32)
	k.Mish, k.MishGrad = valuesGo("Mish", mish32), slopesGo("MishGrad", mishSlope32)
	k.GELU, k.GELUGrad = valuesGo("GELU", gelu32), slopesGo("GELUGrad", geluSlope32)
	k.GELUTanh, k.GELUTanhGrad = valuesGo("GELUTanh", geluTanh32), slopesGo("GELUTanhGrad", geluTanhSlope32)
}

// valuesGo returns the kernel y[i] = f(x[i]).
func valuesGo(kernel string, f func(x float32) float32) func(y, x []float32) {
	return func(y, x []float32) {
		equal2(kernel, y, x)
		for i, v := range x {
			y[i] = f(v)
		}
	}
}

// slopesGo returns the kernel dx[i] = dy[i]·slope(v[i]).
func slopesGo(kernel string, slope func(v float32) float32) func(dx, dy, v []float32) {
	return func(dx, dy, v []float32) {
		equal3(kernel, dx, dy, v)
		for i, v := range v {
			dx[i] = dy[i] * slope(v)
		}
	}
}

func leakyReLUGo(y, x []float32, slope float32) {
	equal2("LeakyReLU", y, x)
	for i, v := range x {
		if v < 0 {
			v *= slope
		}
		y[i] = v
	}
}

func leakyReLUGradGo(dx, dy, y []float32, slope float32) {
	equal3("LeakyReLUGrad", dx, dy, y)
	for i, v := range y {
		dx[i] = dy[i] * choose(v > 0, 1, slope)
	}
}

func eluGo(y, x []float32, positive, scale, rate float32) {
	equal2("ELU", y, x)
	for i, v := range x {
		y[i] = elu32(v, positive, scale, rate)
	}
}

func eluGradGo(dx, dy, y []float32, positive, scale, rate, edge float32) {
	equal3("ELUGrad", dx, dy, y)
	for i, v := range y {
		dx[i] = dy[i] * eluSlope32(v, positive, scale, rate, edge)
	}
}

// The activations of straight pieces, and Softsign.

// relu6of returns x from 0 to 6: +0 below, 6 above; NaN and −0 pass.
func relu6of(x float32) float32 { return between(x, 0, 6) }

// relu6Slope returns the derivative of relu6of from its value.
func relu6Slope(y float32) float32 { return choose(y > 0 && y < 6, 1, 0) }

// sixth is 1/6, rounded up, so that 6 times it rounds to 1.
const sixth = 0x1.555556p-3

// hardSigmoid32 returns (x+3)/6, but +0 below −3 and 1 above 3. The sum is exact
// where it is small. At most 1.34 units in the last place off.
func hardSigmoid32(x float32) float32 { return float32(between(x+3, 0, 6) * sixth) }

// hardSigmoidSlope32 returns the derivative of hardSigmoid32 from its value.
func hardSigmoidSlope32(y float32) float32 { return choose(y > 0 && y < 1, sixth, 0) }

// hardSiLU32 returns x·hardSigmoid32(x): −0 below −3, −Inf included. At most 2.46
// units in the last place off.
func hardSiLU32(x float32) float32 {
	b := atLeast(x, -3)
	return float32(atMost(b+3, 6)*sixth) * b
}

// hardSiLUSlope32 returns the derivative of hardSiLU32 at x: x/3 + ½ between −3
// and 3.
func hardSiLUSlope32(x float32) float32 {
	d := fma32(x, 2*sixth, 0.5)
	if x <= -3 {
		d = 0
	}
	if x >= 3 {
		d = 1
	}
	return d
}

// softsign32 returns x/(1+|x|), which is ±1 from 2²⁵ on. At most 1.5 units in the
// last place off.
func softsign32(x float32) float32 {
	b := between(x, -0x1p25, 0x1p25)
	return b / (1 + abs32(b))
}

// softsignSlope32 returns the derivative of softsign32 from its value, (1−|y|)².
func softsignSlope32(y float32) float32 {
	d := 1 - abs32(y)
	return d * d
}

// abs32 returns |x|.
func abs32(x float32) float32 { return math.Float32frombits(math.Float32bits(x) &^ (1 << 31)) }

// atLeast returns x, but lo where x is smaller; NaN passes.
func atLeast(x, lo float32) float32 {
	if x < lo {
		return lo
	}
	return x
}

// between returns x, but lo or hi where x is beyond; NaN passes.
func between(x, lo, hi float32) float32 { return atMost(atLeast(x, lo), hi) }

// choose returns a where the condition holds, else b.
func choose(condition bool, a, b float32) float32 {
	if condition {
		return a
	}
	return b
}

// atMost returns x, but hi where x is larger; NaN passes.
func atMost(x, hi float32) float32 {
	if x > hi {
		return hi
	}
	return x
}
