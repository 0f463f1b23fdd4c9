//go:build amd64 && !purego

#include "textflag.h"
#include "activation_avx2.h"
#include "activation_amd64.h"
#include "activation_pieces_amd64.h"
#include "activation_smooth_amd64.h"

// The constants of activation_amd64.h, for AVX-512 too.
DATA C_low/4, $0xc2b00000
DATA C_high/4, $0x42b00000
DATA C_silu/4, $0xc2b20000
DATA C_twenty/4, $0x41a00000
DATA C_large/4, $0x7e800000
DATA C_em1Low/4, $0xc18c0000
DATA C_log2e/4, $0x3fb8aa3b
DATA C_ln2Hi/4, $0x3f317200
DATA C_ln2Lo/4, $0x35bfbe8e
DATA C_e6/4, $0x3ab4a562
DATA C_e5/4, $0x3c091cc7
DATA C_e4/4, $0x3d2aad14
DATA C_e3/4, $0x3e2aaa49
DATA C_e2/4, $0x3efffffd
DATA C_one/4, $0x3f800000
DATA C_magic/4, $0x4b40007f
DATA C_sign/4, $0x80000000
DATA C_abs/4, $0x7fffffff
DATA C_half/4, $0x3f000000
DATA C_two/4, $0x40000000
DATA C_four/4, $0x40800000
DATA C_three/4, $0x40400000
DATA C_negThree/4, $0xc0400000
DATA C_six/4, $0x40c00000
DATA C_sixth/4, $0x3e2aaaab
DATA C_third/4, $0x3eaaaaab
DATA C_signHi/4, $0x4c000000
DATA C_signLo/4, $0xcc000000
DATA C_l8/4, $0x3bafd031
DATA C_l7/4, $0xbcf65195
DATA C_l6/4, $0x3da2382b
DATA C_l5/4, $0xbe0cd7c2
DATA C_l4/4, $0x3e4422a9
DATA C_l3/4, $0xbe7e89b4
DATA C_l2/4, $0x3eaa9aef
DATA C_l1/4, $0xbeffff8a
DATA C_gMost/4, $0x415451ec
DATA C_gLog2e/4, $0xbf38aa3b
DATA C_gHi/4, $0x3fb17200
DATA C_gLo/4, $0x363fbe8e
DATA C_d6/4, $0x37b4a562
DATA C_d5/4, $0xb9891cc7
DATA C_d4/4, $0x3b2aad14
DATA C_d3/4, $0xbcaaaa49
DATA C_d2/4, $0x3dfffffd
DATA C_d1/4, $0xbf000000
DATA C_p4/4, $0x3b861eca
DATA C_p3/4, $0x3d25dae0
DATA C_p2/4, $0x3e3b3a25
DATA C_p1/4, $0x3ee026d0
DATA C_q5/4, $0x3c2817c5
DATA C_q4/4, $0x3dcfe1b9
DATA C_q3/4, $0x3eefd477
DATA C_q2/4, $0x3f99b79a
DATA C_q1/4, $0x3fd6347f
DATA C_density/4, $0x3ecc422a
DATA C_tanh1/4, $0x3fcc422a
DATA C_tanh3/4, $0x3d922279
DATA C_tanh9/4, $0x3e5b33b6
DATA C_tHigh/4, $0x41207ae1
DATA C_tLow/4, $0xc1211eb8
GLOBL ·activationConstants(SB), RODATA|NOPTR, $244

// The 24 lanes from index 24−n on are n times all ones, then zero.
DATA ·activationMasks+0(SB)/8, $-1
DATA ·activationMasks+8(SB)/8, $-1
DATA ·activationMasks+16(SB)/8, $-1
DATA ·activationMasks+24(SB)/8, $-1
DATA ·activationMasks+32(SB)/8, $-1
DATA ·activationMasks+40(SB)/8, $-1
DATA ·activationMasks+48(SB)/8, $-1
DATA ·activationMasks+56(SB)/8, $-1
DATA ·activationMasks+64(SB)/8, $-1
DATA ·activationMasks+72(SB)/8, $-1
DATA ·activationMasks+80(SB)/8, $-1
DATA ·activationMasks+88(SB)/8, $-1
DATA ·activationMasks+96(SB)/8, $0
DATA ·activationMasks+104(SB)/8, $0
DATA ·activationMasks+112(SB)/8, $0
DATA ·activationMasks+120(SB)/8, $0
DATA ·activationMasks+128(SB)/8, $0
DATA ·activationMasks+136(SB)/8, $0
DATA ·activationMasks+144(SB)/8, $0
DATA ·activationMasks+152(SB)/8, $0
DATA ·activationMasks+160(SB)/8, $0
DATA ·activationMasks+168(SB)/8, $0
DATA ·activationMasks+176(SB)/8, $0
DATA ·activationMasks+184(SB)/8, $0
GLOBL ·activationMasks(SB), RODATA|NOPTR, $192

// func leakyReLUAVX2Asm(y, x *float32, n int, slope float32)
TEXT ·leakyReLUAVX2Asm(SB), NOSPLIT, $0-28
	PIECES
	VALUES(LEAKYRELU)

// func leakyReLUGradAVX2Asm(dx, dy, v *float32, n int, slope float32)
TEXT ·leakyReLUGradAVX2Asm(SB), NOSPLIT, $0-36
	PIECES
	SLOPES(LEAKYRELUSLOPE)

// func eluAVX2Asm(y, x *float32, n int, positive, scale, rate float32)
TEXT ·eluAVX2Asm(SB), NOSPLIT, $0-36
	SMOOTH
	VALUES(ELU)

// func eluGradAVX2Asm(dx, dy, v *float32, n int, positive, scale, rate, edge float32)
TEXT ·eluGradAVX2Asm(SB), NOSPLIT, $0-48
	SLOPES(ELUSLOPE)

// func relu6AVX2Asm(y, x *float32, n int)
TEXT ·relu6AVX2Asm(SB), NOSPLIT, $0-24
	PIECES
	VALUES(RELU6)

// func relu6GradAVX2Asm(dx, dy, v *float32, n int)
TEXT ·relu6GradAVX2Asm(SB), NOSPLIT, $0-32
	PIECES
	SLOPES(RELU6SLOPE)

// func hardSigmoidAVX2Asm(y, x *float32, n int)
TEXT ·hardSigmoidAVX2Asm(SB), NOSPLIT, $0-24
	PIECES
	VALUES(HARDSIGMOID)

// func hardSigmoidGradAVX2Asm(dx, dy, v *float32, n int)
TEXT ·hardSigmoidGradAVX2Asm(SB), NOSPLIT, $0-32
	PIECES
	SLOPES(HARDSIGMOIDSLOPE)

// func hardSiLUAVX2Asm(y, x *float32, n int)
TEXT ·hardSiLUAVX2Asm(SB), NOSPLIT, $0-24
	PIECES
	VALUES(HARDSILU)

// func hardSiLUGradAVX2Asm(dx, dy, v *float32, n int)
TEXT ·hardSiLUGradAVX2Asm(SB), NOSPLIT, $0-32
	PIECES
	SLOPES(HARDSILUSLOPE)

// func softsignAVX2Asm(y, x *float32, n int)
TEXT ·softsignAVX2Asm(SB), NOSPLIT, $0-24
	PIECES
	VALUES(SOFTSIGN)

// func softsignGradAVX2Asm(dx, dy, v *float32, n int)
TEXT ·softsignGradAVX2Asm(SB), NOSPLIT, $0-32
	PIECES
	SLOPES(SOFTSIGNSLOPE)

// func softplusAVX2Asm(y, x *float32, n int)
TEXT ·softplusAVX2Asm(SB), NOSPLIT, $0-24
	SMOOTH
	VALUES(SOFTPLUS)

// func softplusGradAVX2Asm(dx, dy, v *float32, n int)
TEXT ·softplusGradAVX2Asm(SB), NOSPLIT, $0-32
	SMOOTH
	SLOPES(SOFTPLUSSLOPE)

// func siluAVX2Asm(y, x *float32, n int)
TEXT ·siluAVX2Asm(SB), NOSPLIT, $0-24
	SMOOTH
	VALUES(SILU)

// func siluGradAVX2Asm(dx, dy, v *float32, n int)
TEXT ·siluGradAVX2Asm(SB), NOSPLIT, $0-32
	SMOOTH
	SLOPES(SILUSLOPE)

// func mishAVX2Asm(y, x *float32, n int)
TEXT ·mishAVX2Asm(SB), NOSPLIT, $0-24
	SMOOTH
	VALUES(MISH)

// func mishGradAVX2Asm(dx, dy, v *float32, n int)
TEXT ·mishGradAVX2Asm(SB), NOSPLIT, $0-32
	SMOOTH
	SLOPES(MISHSLOPE)

// func geluTanhAVX2Asm(y, x *float32, n int)
TEXT ·geluTanhAVX2Asm(SB), NOSPLIT, $0-24
	SMOOTH
	VALUES(GELUTANH)

// func geluTanhGradAVX2Asm(dx, dy, v *float32, n int)
TEXT ·geluTanhGradAVX2Asm(SB), NOSPLIT, $0-32
	SMOOTH
	SLOPES(GELUTANHSLOPE)
