//go:build arm64 && !purego

package asm

// setActivationsNEON gives k the activations for NEON.
func setActivationsNEON(k *Kernels) {
	k.LeakyReLU, k.LeakyReLUGrad = leakyReLUNEON, leakyReLUGradNEON
	k.ELU, k.ELUGrad = eluNEON, eluGradNEON
	k.ReLU6, k.ReLU6Grad = valuesNEON("ReLU6", relu6NEONAsm), slopesNEON("ReLU6Grad", relu6GradNEONAsm)
	k.HardSigmoid, k.HardSigmoidGrad = valuesNEON("HardSigmoid", hardSigmoidNEONAsm), slopesNEON("HardSigmoidGrad", hardSigmoidGradNEONAsm)
	k.HardSiLU, k.HardSiLUGrad = valuesNEON("HardSiLU", hardSiLUNEONAsm), slopesNEON("HardSiLUGrad", hardSiLUGradNEONAsm)
	k.Softsign, k.SoftsignGrad = valuesNEON("Softsign", softsignNEONAsm), slopesNEON("SoftsignGrad", softsignGradNEONAsm)
	k.Softplus, k.SoftplusGrad = valuesNEON("Softplus", softplusNEONAsm), slopesNEON("SoftplusGrad", softplusGradNEONAsm)
	k.SiLU, k.SiLUGrad = valuesNEON("SiLU", siluNEONAsm), slopesNEON("SiLUGrad", siluGradNEONAsm)
	k.Mish, k.MishGrad = valuesNEON("Mish", mishNEONAsm), slopesNEON("MishGrad", mishGradNEONAsm)
	k.GELU, k.GELUGrad = valuesNEON("GELU", geluNEONAsm), slopesNEON("GELUGrad", geluGradNEONAsm)
	k.GELUTanh, k.GELUTanhGrad = valuesNEON("GELUTanh", geluTanhNEONAsm), slopesNEON("GELUTanhGrad", geluTanhGradNEONAsm)
}

// valuesNEON returns the kernel y = f(x) that checks the lengths.
func valuesNEON(kernel string, f func(y, x *float32, n int)) func(y, x []float32) {
	return func(y, x []float32) {
		equal2(kernel, y, x)
		if len(y) > 0 {
			f(&y[0], &x[0], len(y))
		}
	}
}

// slopesNEON returns the kernel dx = dy·f(v) that checks the lengths.
func slopesNEON(kernel string, f func(dx, dy, v *float32, n int)) func(dx, dy, v []float32) {
	return func(dx, dy, v []float32) {
		equal3(kernel, dx, dy, v)
		if len(dx) > 0 {
			f(&dx[0], &dy[0], &v[0], len(dx))
		}
	}
}

func leakyReLUNEON(y, x []float32, slope float32) {
	equal2("LeakyReLU", y, x)
	if len(y) > 0 {
		leakyReLUNEONAsm(&y[0], &x[0], len(y), slope)
	}
}

func leakyReLUGradNEON(dx, dy, y []float32, slope float32) {
	equal3("LeakyReLUGrad", dx, dy, y)
	if len(dx) > 0 {
		leakyReLUGradNEONAsm(&dx[0], &dy[0], &y[0], len(dx), slope)
	}
}

func eluNEON(y, x []float32, positive, scale, rate float32) {
	equal2("ELU", y, x)
	if len(y) > 0 {
		eluNEONAsm(&y[0], &x[0], len(y), positive, scale, rate)
	}
}

func eluGradNEON(dx, dy, y []float32, positive, scale, rate, edge float32) {
	equal3("ELUGrad", dx, dy, y)
	if len(dx) > 0 {
		eluGradNEONAsm(&dx[0], &dy[0], &y[0], len(dx), positive, scale, rate, edge)
	}
}

// The kernels of setActivationsNEON for n ≥ 1 numbers: the loops of the Go functions of
// the same names.

//go:noescape
func leakyReLUNEONAsm(y, x *float32, n int, slope float32)

//go:noescape
func leakyReLUGradNEONAsm(dx, dy, v *float32, n int, slope float32)

//go:noescape
func eluNEONAsm(y, x *float32, n int, positive, scale, rate float32)

//go:noescape
func eluGradNEONAsm(dx, dy, v *float32, n int, positive, scale, rate, edge float32)

//go:noescape
func relu6NEONAsm(y, x *float32, n int)

//go:noescape
func relu6GradNEONAsm(dx, dy, v *float32, n int)

//go:noescape
func hardSigmoidNEONAsm(y, x *float32, n int)

//go:noescape
func hardSigmoidGradNEONAsm(dx, dy, v *float32, n int)

//go:noescape
func hardSiLUNEONAsm(y, x *float32, n int)

//go:noescape
func hardSiLUGradNEONAsm(dx, dy, v *float32, n int)

//go:noescape
func softsignNEONAsm(y, x *float32, n int)

//go:noescape
func softsignGradNEONAsm(dx, dy, v *float32, n int)

//go:noescape
func softplusNEONAsm(y, x *float32, n int)

//go:noescape
func softplusGradNEONAsm(dx, dy, v *float32, n int)

//go:noescape
func siluNEONAsm(y, x *float32, n int)

//go:noescape
func siluGradNEONAsm(dx, dy, v *float32, n int)

//go:noescape
func mishNEONAsm(y, x *float32, n int)

//go:noescape
func mishGradNEONAsm(dx, dy, v *float32, n int)

//go:noescape
func geluNEONAsm(y, x *float32, n int)

//go:noescape
func geluGradNEONAsm(dx, dy, v *float32, n int)

//go:noescape
func geluTanhNEONAsm(y, x *float32, n int)

//go:noescape
func geluTanhGradNEONAsm(dx, dy, v *float32, n int)
