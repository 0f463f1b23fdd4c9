//go:build amd64 && !purego

#include "textflag.h"
#include "activation_avx512.h"
#include "activation_amd64.h"
#include "activation_pieces_amd64.h"
#include "activation_smooth_amd64.h"

// func leakyReLUAVX512Asm(y, x *float32, n int, slope float32)
TEXT ·leakyReLUAVX512Asm(SB), NOSPLIT, $0-28
	PIECES
	VALUES(LEAKYRELU)

// func leakyReLUGradAVX512Asm(dx, dy, v *float32, n int, slope float32)
TEXT ·leakyReLUGradAVX512Asm(SB), NOSPLIT, $0-36
	PIECES
	SLOPES(LEAKYRELUSLOPE)

// func eluAVX512Asm(y, x *float32, n int, positive, scale, rate float32)
TEXT ·eluAVX512Asm(SB), NOSPLIT, $0-36
	SMOOTH
	VALUES(ELU)

// func eluGradAVX512Asm(dx, dy, v *float32, n int, positive, scale, rate, edge float32)
TEXT ·eluGradAVX512Asm(SB), NOSPLIT, $0-48
	SLOPES(ELUSLOPE)

// func relu6AVX512Asm(y, x *float32, n int)
TEXT ·relu6AVX512Asm(SB), NOSPLIT, $0-24
	PIECES
	VALUES(RELU6)

// func relu6GradAVX512Asm(dx, dy, v *float32, n int)
TEXT ·relu6GradAVX512Asm(SB), NOSPLIT, $0-32
	PIECES
	SLOPES(RELU6SLOPE)

// func hardSigmoidAVX512Asm(y, x *float32, n int)
TEXT ·hardSigmoidAVX512Asm(SB), NOSPLIT, $0-24
	PIECES
	VALUES(HARDSIGMOID)

// func hardSigmoidGradAVX512Asm(dx, dy, v *float32, n int)
TEXT ·hardSigmoidGradAVX512Asm(SB), NOSPLIT, $0-32
	PIECES
	SLOPES(HARDSIGMOIDSLOPE)

// func hardSiLUAVX512Asm(y, x *float32, n int)
TEXT ·hardSiLUAVX512Asm(SB), NOSPLIT, $0-24
	PIECES
	VALUES(HARDSILU)

// func hardSiLUGradAVX512Asm(dx, dy, v *float32, n int)
TEXT ·hardSiLUGradAVX512Asm(SB), NOSPLIT, $0-32
	PIECES
	SLOPES(HARDSILUSLOPE)

// func softsignAVX512Asm(y, x *float32, n int)
TEXT ·softsignAVX512Asm(SB), NOSPLIT, $0-24
	PIECES
	VALUES(SOFTSIGN)

// func softsignGradAVX512Asm(dx, dy, v *float32, n int)
TEXT ·softsignGradAVX512Asm(SB), NOSPLIT, $0-32
	PIECES
	SLOPES(SOFTSIGNSLOPE)

// func softplusAVX512Asm(y, x *float32, n int)
TEXT ·softplusAVX512Asm(SB), NOSPLIT, $0-24
	SMOOTH
	VALUES(SOFTPLUS)

// func softplusGradAVX512Asm(dx, dy, v *float32, n int)
TEXT ·softplusGradAVX512Asm(SB), NOSPLIT, $0-32
	SMOOTH
	SLOPES(SOFTPLUSSLOPE)

// func siluAVX512Asm(y, x *float32, n int)
TEXT ·siluAVX512Asm(SB), NOSPLIT, $0-24
	SMOOTH
	VALUES(SILU)

// func siluGradAVX512Asm(dx, dy, v *float32, n int)
TEXT ·siluGradAVX512Asm(SB), NOSPLIT, $0-32
	SMOOTH
	SLOPES(SILUSLOPE)

// func mishAVX512Asm(y, x *float32, n int)
TEXT ·mishAVX512Asm(SB), NOSPLIT, $0-24
	SMOOTH
	VALUES(MISH)

// func mishGradAVX512Asm(dx, dy, v *float32, n int)
TEXT ·mishGradAVX512Asm(SB), NOSPLIT, $0-32
	SMOOTH
	SLOPES(MISHSLOPE)

// func geluTanhAVX512Asm(y, x *float32, n int)
TEXT ·geluTanhAVX512Asm(SB), NOSPLIT, $0-24
	SMOOTH
	VALUES(GELUTANH)

// func geluTanhGradAVX512Asm(dx, dy, v *float32, n int)
TEXT ·geluTanhGradAVX512Asm(SB), NOSPLIT, $0-32
	SMOOTH
	SLOPES(GELUTANHSLOPE)
