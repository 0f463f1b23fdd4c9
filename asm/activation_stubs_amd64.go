//go:build amd64 && !purego

package asm

// The kernels of setActivationsAVX2 for n ≥ 1 numbers: the loops of the Go functions of
// the same names.

//go:noescape
func leakyReLUAVX2Asm(y, x *float32, n int, slope float32)

//go:noescape
func leakyReLUGradAVX2Asm(dx, dy, v *float32, n int, slope float32)

//go:noescape
func eluAVX2Asm(y, x *float32, n int, positive, scale, rate float32)

//go:noescape
func eluGradAVX2Asm(dx, dy, v *float32, n int, positive, scale, rate, edge float32)

//go:noescape
func relu6AVX2Asm(y, x *float32, n int)

//go:noescape
func relu6GradAVX2Asm(dx, dy, v *float32, n int)

//go:noescape
func hardSigmoidAVX2Asm(y, x *float32, n int)

//go:noescape
func hardSigmoidGradAVX2Asm(dx, dy, v *float32, n int)

//go:noescape
func hardSiLUAVX2Asm(y, x *float32, n int)

//go:noescape
func hardSiLUGradAVX2Asm(dx, dy, v *float32, n int)

//go:noescape
func softsignAVX2Asm(y, x *float32, n int)

//go:noescape
func softsignGradAVX2Asm(dx, dy, v *float32, n int)

//go:noescape
func softplusAVX2Asm(y, x *float32, n int)

//go:noescape
func softplusGradAVX2Asm(dx, dy, v *float32, n int)

//go:noescape
func siluAVX2Asm(y, x *float32, n int)

//go:noescape
func siluGradAVX2Asm(dx, dy, v *float32, n int)

//go:noescape
func mishAVX2Asm(y, x *float32, n int)

//go:noescape
func mishGradAVX2Asm(dx, dy, v *float32, n int)

//go:noescape
func geluAVX2Asm(y, x *float32, n int)

//go:noescape
func geluGradAVX2Asm(dx, dy, v *float32, n int)

//go:noescape
func geluTanhAVX2Asm(y, x *float32, n int)

//go:noescape
func geluTanhGradAVX2Asm(dx, dy, v *float32, n int)

// The kernels of setActivationsAVX512 for n ≥ 1 numbers: the loops of the Go functions of
// the same names.

//go:noescape
func leakyReLUAVX512Asm(y, x *float32, n int, slope float32)

//go:noescape
func leakyReLUGradAVX512Asm(dx, dy, v *float32, n int, slope float32)

//go:noescape
func eluAVX512Asm(y, x *float32, n int, positive, scale, rate float32)

//go:noescape
func eluGradAVX512Asm(dx, dy, v *float32, n int, positive, scale, rate, edge float32)

//go:noescape
func relu6AVX512Asm(y, x *float32, n int)

//go:noescape
func relu6GradAVX512Asm(dx, dy, v *float32, n int)

//go:noescape
func hardSigmoidAVX512Asm(y, x *float32, n int)

//go:noescape
func hardSigmoidGradAVX512Asm(dx, dy, v *float32, n int)

//go:noescape
func hardSiLUAVX512Asm(y, x *float32, n int)

//go:noescape
func hardSiLUGradAVX512Asm(dx, dy, v *float32, n int)

//go:noescape
func softsignAVX512Asm(y, x *float32, n int)

//go:noescape
func softsignGradAVX512Asm(dx, dy, v *float32, n int)

//go:noescape
func softplusAVX512Asm(y, x *float32, n int)

//go:noescape
func softplusGradAVX512Asm(dx, dy, v *float32, n int)

//go:noescape
func siluAVX512Asm(y, x *float32, n int)

//go:noescape
func siluGradAVX512Asm(dx, dy, v *float32, n int)

//go:noescape
func mishAVX512Asm(y, x *float32, n int)

//go:noescape
func mishGradAVX512Asm(dx, dy, v *float32, n int)

//go:noescape
func geluAVX512Asm(y, x *float32, n int)

//go:noescape
func geluGradAVX512Asm(dx, dy, v *float32, n int)

//go:noescape
func geluTanhAVX512Asm(y, x *float32, n int)

//go:noescape
func geluTanhGradAVX512Asm(dx, dy, v *float32, n int)
