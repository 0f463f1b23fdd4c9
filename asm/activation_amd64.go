//go:build amd64 && !purego

package asm

// setActivationsAVX2 gives k the activations for AVX2.
func setActivationsAVX2(k *Kernels) {
	k.LeakyReLU, k.LeakyReLUGrad = leakyReLUAVX2, leakyReLUGradAVX2
	k.ELU, k.ELUGrad = eluAVX2, eluGradAVX2
	k.ReLU6, k.ReLU6Grad = valuesAVX2("ReLU6", relu6AVX2Asm), slopesAVX2("ReLU6Grad", relu6GradAVX2Asm)
	k.HardSigmoid, k.HardSigmoidGrad = valuesAVX2("HardSigmoid", hardSigmoidAVX2Asm), slopesAVX2("HardSigmoidGrad", hardSigmoidGradAVX2Asm)
	k.HardSiLU, k.HardSiLUGrad = valuesAVX2("HardSiLU", hardSiLUAVX2Asm), slopesAVX2("HardSiLUGrad", hardSiLUGradAVX2Asm)
	k.Softsign, k.SoftsignGrad = valuesAVX2("Softsign", softsignAVX2Asm), slopesAVX2("SoftsignGrad", softsignGradAVX2Asm)
	k.Softplus, k.SoftplusGrad = valuesAVX2("Softplus", softplusAVX2Asm), slopesAVX2("SoftplusGrad", softplusGradAVX2Asm)
	k.SiLU, k.SiLUGrad = valuesAVX2("SiLU", siluAVX2Asm), slopesAVX2("SiLUGrad", siluGradAVX2Asm)
	k.Mish, k.MishGrad = valuesAVX2("Mish", mishAVX2Asm), slopesAVX2("MishGrad", mishGradAVX2Asm)
	k.GELU, k.GELUGrad = valuesAVX2("GELU", geluAVX2Asm), slopesAVX2("GELUGrad", geluGradAVX2Asm)
	k.GELUTanh, k.GELUTanhGrad = valuesAVX2("GELUTanh", geluTanhAVX2Asm), slopesAVX2("GELUTanhGrad", geluTanhGradAVX2Asm)
}

// valuesAVX2 returns the kernel y = f(x) that checks the lengths.
func valuesAVX2(kernel string, f func(y, x *float32, n int)) func(y, x []float32) {
	return func(y, x []float32) {
		equal2(kernel, y, x)
		if len(y) > 0 {
			f(&y[0], &x[0], len(y))
		}
	}
}

// slopesAVX2 returns the kernel dx = dy·f(v) that checks the lengths.
func slopesAVX2(kernel string, f func(dx, dy, v *float32, n int)) func(dx, dy, v []float32) {
	return func(dx, dy, v []float32) {
		equal3(kernel, dx, dy, v)
		if len(dx) > 0 {
			f(&dx[0], &dy[0], &v[0], len(dx))
		}
	}
}

func leakyReLUAVX2(y, x []float32, slope float32) {
	equal2("LeakyReLU", y, x)
	if len(y) > 0 {
		leakyReLUAVX2Asm(&y[0], &x[0], len(y), slope)
	}
}

func leakyReLUGradAVX2(dx, dy, y []float32, slope float32) {
	equal3("LeakyReLUGrad", dx, dy, y)
	if len(dx) > 0 {
		leakyReLUGradAVX2Asm(&dx[0], &dy[0], &y[0], len(dx), slope)
	}
}

func eluAVX2(y, x []float32, positive, scale, rate float32) {
	equal2("ELU", y, x)
	if len(y) > 0 {
		eluAVX2Asm(&y[0], &x[0], len(y), positive, scale, rate)
	}
}

func eluGradAVX2(dx, dy, y []float32, positive, scale, rate, edge float32) {
	equal3("ELUGrad", dx, dy, y)
	if len(dx) > 0 {
		eluGradAVX2Asm(&dx[0], &dy[0], &y[0], len(dx), positive, scale, rate, edge)
	}
}

// setActivationsAVX512 gives k the activations for AVX-512.
func setActivationsAVX512(k *Kernels) {
	k.LeakyReLU, k.LeakyReLUGrad = leakyReLUAVX512, leakyReLUGradAVX512
	k.ELU, k.ELUGrad = eluAVX512, eluGradAVX512
	k.ReLU6, k.ReLU6Grad = valuesAVX512("ReLU6", relu6AVX512Asm), slopesAVX512("ReLU6Grad", relu6GradAVX512Asm)
	k.HardSigmoid, k.HardSigmoidGrad = valuesAVX512("HardSigmoid", hardSigmoidAVX512Asm), slopesAVX512("HardSigmoidGrad", hardSigmoidGradAVX512Asm)
	k.HardSiLU, k.HardSiLUGrad = valuesAVX512("HardSiLU", hardSiLUAVX512Asm), slopesAVX512("HardSiLUGrad", hardSiLUGradAVX512Asm)
	k.Softsign, k.SoftsignGrad = valuesAVX512("Softsign", softsignAVX512Asm), slopesAVX512("SoftsignGrad", softsignGradAVX512Asm)
	k.Softplus, k.SoftplusGrad = valuesAVX512("Softplus", softplusAVX512Asm), slopesAVX512("SoftplusGrad", softplusGradAVX512Asm)
	k.SiLU, k.SiLUGrad = valuesAVX512("SiLU", siluAVX512Asm), slopesAVX512("SiLUGrad", siluGradAVX512Asm)
	k.Mish, k.MishGrad = valuesAVX512("Mish", mishAVX512Asm), slopesAVX512("MishGrad", mishGradAVX512Asm)
	k.GELU, k.GELUGrad = valuesAVX512("GELU", geluAVX512Asm), slopesAVX512("GELUGrad", geluGradAVX512Asm)
	k.GELUTanh, k.GELUTanhGrad = valuesAVX512("GELUTanh", geluTanhAVX512Asm), slopesAVX512("GELUTanhGrad", geluTanhGradAVX512Asm)
}

// valuesAVX512 returns the kernel y = f(x) that checks the lengths.
func valuesAVX512(kernel string, f func(y, x *float32, n int)) func(y, x []float32) {
	return func(y, x []float32) {
		equal2(kernel, y, x)
		if len(y) > 0 {
			f(&y[0], &x[0], len(y))
		}
	}
}

// slopesAVX512 returns the kernel dx = dy·f(v) that checks the lengths.
func slopesAVX512(kernel string, f func(dx, dy, v *float32, n int)) func(dx, dy, v []float32) {
	return func(dx, dy, v []float32) {
		equal3(kernel, dx, dy, v)
		if len(dx) > 0 {
			f(&dx[0], &dy[0], &v[0], len(dx))
		}
	}
}

func leakyReLUAVX512(y, x []float32, slope float32) {
	equal2("LeakyReLU", y, x)
	if len(y) > 0 {
		leakyReLUAVX512Asm(&y[0], &x[0], len(y), slope)
	}
}

func leakyReLUGradAVX512(dx, dy, y []float32, slope float32) {
	equal3("LeakyReLUGrad", dx, dy, y)
	if len(dx) > 0 {
		leakyReLUGradAVX512Asm(&dx[0], &dy[0], &y[0], len(dx), slope)
	}
}

func eluAVX512(y, x []float32, positive, scale, rate float32) {
	equal2("ELU", y, x)
	if len(y) > 0 {
		eluAVX512Asm(&y[0], &x[0], len(y), positive, scale, rate)
	}
}

func eluGradAVX512(dx, dy, y []float32, positive, scale, rate, edge float32) {
	equal3("ELUGrad", dx, dy, y)
	if len(dx) > 0 {
		eluGradAVX512Asm(&dx[0], &dy[0], &y[0], len(dx), positive, scale, rate, edge)
	}
}
