//go:build arm64 && !purego

#include "textflag.h"
#include "loops_neon.h"
#include "activation_neon.h"

// The activations of activation.go and activation_smooth.go, 4 numbers a turn.
//
//    V0 x or dy, and the result   V1 the output or input of a gradient   V2 … V6 scratch
//    R0 output   R1, R2 inputs   R8 numbers to go   R10, V16 … constants

DATA ·activationNEON+0(SB)/8, $0xc2b00000c2b00000
DATA ·activationNEON+8(SB)/8, $0xc2b00000c2b00000
DATA ·activationNEON+16(SB)/8, $0x42b0000042b00000
DATA ·activationNEON+24(SB)/8, $0x42b0000042b00000
DATA ·activationNEON+32(SB)/8, $0x3fb8aa3b3fb8aa3b
DATA ·activationNEON+40(SB)/8, $0x3fb8aa3b3fb8aa3b
DATA ·activationNEON+48(SB)/8, $0x4b40007f4b40007f
DATA ·activationNEON+56(SB)/8, $0x4b40007f4b40007f
DATA ·activationNEON+64(SB)/8, $0x3f3172003f317200
DATA ·activationNEON+72(SB)/8, $0x3f3172003f317200
DATA ·activationNEON+80(SB)/8, $0x35bfbe8e35bfbe8e
DATA ·activationNEON+88(SB)/8, $0x35bfbe8e35bfbe8e
DATA ·activationNEON+96(SB)/8, $0x3f8000003f800000
DATA ·activationNEON+104(SB)/8, $0x3f8000003f800000
DATA ·activationNEON+112(SB)/8, $0x3ab4a5623ab4a562
DATA ·activationNEON+120(SB)/8, $0x3ab4a5623ab4a562
DATA ·activationNEON+128(SB)/8, $0x3c091cc73c091cc7
DATA ·activationNEON+136(SB)/8, $0x3c091cc73c091cc7
DATA ·activationNEON+144(SB)/8, $0x3d2aad143d2aad14
DATA ·activationNEON+152(SB)/8, $0x3d2aad143d2aad14
DATA ·activationNEON+160(SB)/8, $0x3e2aaa493e2aaa49
DATA ·activationNEON+168(SB)/8, $0x3e2aaa493e2aaa49
DATA ·activationNEON+176(SB)/8, $0x3efffffd3efffffd
DATA ·activationNEON+184(SB)/8, $0x3efffffd3efffffd
DATA ·activationNEON+192(SB)/8, $0xc2b20000c2b20000
DATA ·activationNEON+200(SB)/8, $0xc2b20000c2b20000
DATA ·activationNEON+208(SB)/8, $0x41a0000041a00000
DATA ·activationNEON+216(SB)/8, $0x41a0000041a00000
DATA ·activationNEON+224(SB)/8, $0x7e8000007e800000
DATA ·activationNEON+232(SB)/8, $0x7e8000007e800000
DATA ·activationNEON+240(SB)/8, $0xc18c0000c18c0000
DATA ·activationNEON+248(SB)/8, $0xc18c0000c18c0000
DATA ·activationNEON+256(SB)/8, $0x8000000080000000
DATA ·activationNEON+264(SB)/8, $0x8000000080000000
DATA ·activationNEON+272(SB)/8, $0x3f0000003f000000
DATA ·activationNEON+280(SB)/8, $0x3f0000003f000000
DATA ·activationNEON+288(SB)/8, $0x4000000040000000
DATA ·activationNEON+296(SB)/8, $0x4000000040000000
DATA ·activationNEON+304(SB)/8, $0x4080000040800000
DATA ·activationNEON+312(SB)/8, $0x4080000040800000
DATA ·activationNEON+320(SB)/8, $0x4040000040400000
DATA ·activationNEON+328(SB)/8, $0x4040000040400000
DATA ·activationNEON+336(SB)/8, $0xc0400000c0400000
DATA ·activationNEON+344(SB)/8, $0xc0400000c0400000
DATA ·activationNEON+352(SB)/8, $0x40c0000040c00000
DATA ·activationNEON+360(SB)/8, $0x40c0000040c00000
DATA ·activationNEON+368(SB)/8, $0x3e2aaaab3e2aaaab
DATA ·activationNEON+376(SB)/8, $0x3e2aaaab3e2aaaab
DATA ·activationNEON+384(SB)/8, $0x3eaaaaab3eaaaaab
DATA ·activationNEON+392(SB)/8, $0x3eaaaaab3eaaaaab
DATA ·activationNEON+400(SB)/8, $0x4c0000004c000000
DATA ·activationNEON+408(SB)/8, $0x4c0000004c000000
DATA ·activationNEON+416(SB)/8, $0xcc000000cc000000
DATA ·activationNEON+424(SB)/8, $0xcc000000cc000000
DATA ·activationNEON+432(SB)/8, $0x3bafd0313bafd031
DATA ·activationNEON+440(SB)/8, $0x3bafd0313bafd031
DATA ·activationNEON+448(SB)/8, $0xbcf65195bcf65195
DATA ·activationNEON+456(SB)/8, $0xbcf65195bcf65195
DATA ·activationNEON+464(SB)/8, $0x3da2382b3da2382b
DATA ·activationNEON+472(SB)/8, $0x3da2382b3da2382b
DATA ·activationNEON+480(SB)/8, $0xbe0cd7c2be0cd7c2
DATA ·activationNEON+488(SB)/8, $0xbe0cd7c2be0cd7c2
DATA ·activationNEON+496(SB)/8, $0x3e4422a93e4422a9
DATA ·activationNEON+504(SB)/8, $0x3e4422a93e4422a9
DATA ·activationNEON+512(SB)/8, $0xbe7e89b4be7e89b4
DATA ·activationNEON+520(SB)/8, $0xbe7e89b4be7e89b4
DATA ·activationNEON+528(SB)/8, $0x3eaa9aef3eaa9aef
DATA ·activationNEON+536(SB)/8, $0x3eaa9aef3eaa9aef
DATA ·activationNEON+544(SB)/8, $0xbeffff8abeffff8a
DATA ·activationNEON+552(SB)/8, $0xbeffff8abeffff8a
DATA ·activationNEON+560(SB)/8, $0x415451ec415451ec
DATA ·activationNEON+568(SB)/8, $0x415451ec415451ec
DATA ·activationNEON+576(SB)/8, $0x3f38aa3b3f38aa3b
DATA ·activationNEON+584(SB)/8, $0x3f38aa3b3f38aa3b
DATA ·activationNEON+592(SB)/8, $0x3fb172003fb17200
DATA ·activationNEON+600(SB)/8, $0x3fb172003fb17200
DATA ·activationNEON+608(SB)/8, $0x363fbe8e363fbe8e
DATA ·activationNEON+616(SB)/8, $0x363fbe8e363fbe8e
DATA ·activationNEON+624(SB)/8, $0x37b4a56237b4a562
DATA ·activationNEON+632(SB)/8, $0x37b4a56237b4a562
DATA ·activationNEON+640(SB)/8, $0xb9891cc7b9891cc7
DATA ·activationNEON+648(SB)/8, $0xb9891cc7b9891cc7
DATA ·activationNEON+656(SB)/8, $0x3b2aad143b2aad14
DATA ·activationNEON+664(SB)/8, $0x3b2aad143b2aad14
DATA ·activationNEON+672(SB)/8, $0xbcaaaa49bcaaaa49
DATA ·activationNEON+680(SB)/8, $0xbcaaaa49bcaaaa49
DATA ·activationNEON+688(SB)/8, $0x3dfffffd3dfffffd
DATA ·activationNEON+696(SB)/8, $0x3dfffffd3dfffffd
DATA ·activationNEON+704(SB)/8, $0xbf000000bf000000
DATA ·activationNEON+712(SB)/8, $0xbf000000bf000000
DATA ·activationNEON+720(SB)/8, $0x3b861eca3b861eca
DATA ·activationNEON+728(SB)/8, $0x3b861eca3b861eca
DATA ·activationNEON+736(SB)/8, $0x3d25dae03d25dae0
DATA ·activationNEON+744(SB)/8, $0x3d25dae03d25dae0
DATA ·activationNEON+752(SB)/8, $0x3e3b3a253e3b3a25
DATA ·activationNEON+760(SB)/8, $0x3e3b3a253e3b3a25
DATA ·activationNEON+768(SB)/8, $0x3ee026d03ee026d0
DATA ·activationNEON+776(SB)/8, $0x3ee026d03ee026d0
DATA ·activationNEON+784(SB)/8, $0x3c2817c53c2817c5
DATA ·activationNEON+792(SB)/8, $0x3c2817c53c2817c5
DATA ·activationNEON+800(SB)/8, $0x3dcfe1b93dcfe1b9
DATA ·activationNEON+808(SB)/8, $0x3dcfe1b93dcfe1b9
DATA ·activationNEON+816(SB)/8, $0x3eefd4773eefd477
DATA ·activationNEON+824(SB)/8, $0x3eefd4773eefd477
DATA ·activationNEON+832(SB)/8, $0x3f99b79a3f99b79a
DATA ·activationNEON+840(SB)/8, $0x3f99b79a3f99b79a
DATA ·activationNEON+848(SB)/8, $0x3fd6347f3fd6347f
DATA ·activationNEON+856(SB)/8, $0x3fd6347f3fd6347f
DATA ·activationNEON+864(SB)/8, $0x3ecc422a3ecc422a
DATA ·activationNEON+872(SB)/8, $0x3ecc422a3ecc422a
DATA ·activationNEON+880(SB)/8, $0x3fcc422a3fcc422a
DATA ·activationNEON+888(SB)/8, $0x3fcc422a3fcc422a
DATA ·activationNEON+896(SB)/8, $0x3d9222793d922279
DATA ·activationNEON+904(SB)/8, $0x3d9222793d922279
DATA ·activationNEON+912(SB)/8, $0x3e5b33b63e5b33b6
DATA ·activationNEON+920(SB)/8, $0x3e5b33b63e5b33b6
DATA ·activationNEON+928(SB)/8, $0x41207ae141207ae1
DATA ·activationNEON+936(SB)/8, $0x41207ae141207ae1
DATA ·activationNEON+944(SB)/8, $0xc1211eb8c1211eb8
DATA ·activationNEON+952(SB)/8, $0xc1211eb8c1211eb8
GLOBL ·activationNEON(SB), RODATA|NOPTR, $960

// func leakyReLUNEONAsm(y, x *float32, n int, slope float32)
TEXT ·leakyReLUNEONAsm(SB), NOSPLIT, $0-28
	VALUEARGS
	FMOVS slope+24(FP), F20
	VDUP V20.S[0], V20.S4
	HEAD(LOADQ1)
	WORD $0x4ea0e802 // fcmlt v2.4s, v0.4s, #0.0
	WORD $0x6e34dc03 // fmul v3.4s, v0.4s, v20.4s
	VBIT V2.B16, V3.B16, V0.B16
	TAIL1

// func leakyReLUGradNEONAsm(dx, dy, v *float32, n int, slope float32)
TEXT ·leakyReLUGradNEONAsm(SB), NOSPLIT, $0-36
	SLOPEARGS
	FMOVQ C_one, F22
	FMOVS slope+32(FP), F20
	VDUP V20.S[0], V20.S4
	HEAD(LOADQ2)
	WORD $0x4ea0c822 // fcmgt v2.4s, v1.4s, #0.0
	VBSL V20.B16, V22.B16, V2.B16
	WORD $0x6e22dc00 // fmul v0.4s, v0.4s, v2.4s
	TAIL2

// func relu6NEONAsm(y, x *float32, n int)
TEXT ·relu6NEONAsm(SB), NOSPLIT, $0-24
	VALUEARGS
	FMOVQ C_six, F20
	HEAD(LOADQ1)
	WORD $0x4ea0e802 // fcmlt v2.4s, v0.4s, #0.0
	WORD $0x4e621c00 // bic v0.16b, v0.16b, v2.16b
	WORD $0x4eb4f400 // fmin v0.4s, v0.4s, v20.4s
	TAIL1

// func relu6GradNEONAsm(dx, dy, v *float32, n int)
TEXT ·relu6GradNEONAsm(SB), NOSPLIT, $0-32
	SLOPEARGS
	FMOVQ C_six, F20
	FMOVQ C_one, F22
	HEAD(LOADQ2)
	WORD $0x4ea0c822 // fcmgt v2.4s, v1.4s, #0.0
	WORD $0x6ea1e683 // fcmgt v3.4s, v20.4s, v1.4s
	VAND V3.B16, V2.B16, V2.B16
	VAND V22.B16, V2.B16, V2.B16
	WORD $0x6e22dc00 // fmul v0.4s, v0.4s, v2.4s
	TAIL2

// func hardSigmoidNEONAsm(y, x *float32, n int)
TEXT ·hardSigmoidNEONAsm(SB), NOSPLIT, $0-24
	VALUEARGS
	FMOVQ C_three, F20
	VEOR V21.B16, V21.B16, V21.B16
	FMOVQ C_six, F22
	FMOVQ C_sixth, F23
	HEAD(LOADQ1)
	WORD $0x4e34d400 // fadd v0.4s, v0.4s, v20.4s
	WORD $0x4e35f400 // fmax v0.4s, v0.4s, v21.4s
	WORD $0x4eb6f400 // fmin v0.4s, v0.4s, v22.4s
	WORD $0x6e37dc00 // fmul v0.4s, v0.4s, v23.4s
	TAIL1

// func hardSigmoidGradNEONAsm(dx, dy, v *float32, n int)
TEXT ·hardSigmoidGradNEONAsm(SB), NOSPLIT, $0-32
	SLOPEARGS
	FMOVQ C_one, F20
	FMOVQ C_sixth, F22
	HEAD(LOADQ2)
	WORD $0x4ea0c822 // fcmgt v2.4s, v1.4s, #0.0
	WORD $0x6ea1e683 // fcmgt v3.4s, v20.4s, v1.4s
	VAND V3.B16, V2.B16, V2.B16
	VAND V22.B16, V2.B16, V2.B16
	WORD $0x6e22dc00 // fmul v0.4s, v0.4s, v2.4s
	TAIL2

// func hardSiLUNEONAsm(y, x *float32, n int)
TEXT ·hardSiLUNEONAsm(SB), NOSPLIT, $0-24
	VALUEARGS
	FMOVQ C_negThree, F20
	FMOVQ C_three, F21
	FMOVQ C_six, F22
	FMOVQ C_sixth, F23
	HEAD(LOADQ1)
	WORD $0x4e34f402 // fmax v2.4s, v0.4s, v20.4s
	WORD $0x4e35d443 // fadd v3.4s, v2.4s, v21.4s
	WORD $0x4eb6f463 // fmin v3.4s, v3.4s, v22.4s
	WORD $0x6e37dc63 // fmul v3.4s, v3.4s, v23.4s
	WORD $0x6e22dc60 // fmul v0.4s, v3.4s, v2.4s
	TAIL1

// func hardSiLUGradNEONAsm(dx, dy, v *float32, n int)
TEXT ·hardSiLUGradNEONAsm(SB), NOSPLIT, $0-32
	SLOPEARGS
	FMOVQ C_negThree, F20
	FMOVQ C_three, F21
	FMOVQ C_one, F22
	FMOVQ C_half, F23
	FMOVQ C_third, F24
	HEAD(LOADQ2)
	VMOV V23.B16, V2.B16
	VFMLA V24.S4, V1.S4, V2.S4
	WORD $0x6e21e683 // fcmge v3.4s, v20.4s, v1.4s
	WORD $0x4e631c42 // bic v2.16b, v2.16b, v3.16b
	WORD $0x6e35e423 // fcmge v3.4s, v1.4s, v21.4s
	VBIT V3.B16, V22.B16, V2.B16
	WORD $0x6e22dc00 // fmul v0.4s, v0.4s, v2.4s
	TAIL2

// func softsignNEONAsm(y, x *float32, n int)
TEXT ·softsignNEONAsm(SB), NOSPLIT, $0-24
	VALUEARGS
	FMOVQ C_signHi, F20
	FMOVQ C_signLo, F21
	FMOVQ C_one, F22
	HEAD(LOADQ1)
	WORD $0x4eb4f402 // fmin v2.4s, v0.4s, v20.4s
	WORD $0x4e35f442 // fmax v2.4s, v2.4s, v21.4s
	WORD $0x4ea0f843 // fabs v3.4s, v2.4s
	WORD $0x4e23d6c3 // fadd v3.4s, v22.4s, v3.4s
	WORD $0x6e23fc40 // fdiv v0.4s, v2.4s, v3.4s
	TAIL1

// func softsignGradNEONAsm(dx, dy, v *float32, n int)
TEXT ·softsignGradNEONAsm(SB), NOSPLIT, $0-32
	SLOPEARGS
	FMOVQ C_one, F22
	HEAD(LOADQ2)
	WORD $0x4ea0f822 // fabs v2.4s, v1.4s
	WORD $0x4ea2d6c2 // fsub v2.4s, v22.4s, v2.4s
	WORD $0x6e22dc42 // fmul v2.4s, v2.4s, v2.4s
	WORD $0x6e22dc00 // fmul v0.4s, v0.4s, v2.4s
	TAIL2

// func eluNEONAsm(y, x *float32, n int, positive, scale, rate float32)
TEXT ·eluNEONAsm(SB), NOSPLIT, $0-36
	VALUEARGS
	SMOOTH
	FMOVS positive+24(FP), F24
	VDUP V24.S[0], V24.S4
	FMOVS scale+28(FP), F25
	VDUP V25.S[0], V25.S4
	FMOVS rate+32(FP), F26
	VDUP V26.S[0], V26.S4
	FMOVQ C_em1Low, F27
	VEOR V28.B16, V28.B16, V28.B16
	FMOVQ C_sign, F29
	HEAD(LOADQ1)
	WORD $0x6e3adc02 // fmul v2.4s, v0.4s, v26.4s
	WORD $0x4ebcf442 // fmin v2.4s, v2.4s, v28.4s
	WORD $0x4e3bf442 // fmax v2.4s, v2.4s, v27.4s
	EXPROUND
	WORD $0x4eb3d464 // fsub v4.4s, v3.4s, v19.4s
	EXPM1POLY
	WORD $0x6e22dca5 // fmul v5.4s, v5.4s, v2.4s
	VMOV V2.B16, V4.B16
	VFMLA V5.S4, V2.S4, V4.S4
	WORD $0x4eb6d465 // fsub v5.4s, v3.4s, v22.4s
	VFMLA V4.S4, V3.S4, V5.S4
	WORD $0x6e39dca5 // fmul v5.4s, v5.4s, v25.4s
	WORD $0x4e3df400 // fmax v0.4s, v0.4s, v29.4s
	VFMLA V24.S4, V0.S4, V5.S4
	VMOV V5.B16, V0.B16
	TAIL1

// func eluGradNEONAsm(dx, dy, v *float32, n int, positive, scale, rate, edge float32)
TEXT ·eluGradNEONAsm(SB), NOSPLIT, $0-48
	SLOPEARGS
	FMOVS positive+32(FP), F24
	VDUP V24.S[0], V24.S4
	FMOVS scale+36(FP), F25
	VDUP V25.S[0], V25.S4
	FMOVS rate+40(FP), F26
	VDUP V26.S[0], V26.S4
	FMOVS edge+44(FP), F27
	VDUP V27.S[0], V27.S4
	HEAD(LOADQ2)
	VMOV V25.B16, V2.B16
	VFMLA V26.S4, V1.S4, V2.S4
	WORD $0x6e3be423 // fcmge v3.4s, v1.4s, v27.4s
	VBSL V2.B16, V24.B16, V3.B16
	WORD $0x6e23dc00 // fmul v0.4s, v0.4s, v3.4s
	TAIL2

// func softplusNEONAsm(y, x *float32, n int)
TEXT ·softplusNEONAsm(SB), NOSPLIT, $0-24
	VALUEARGS
	SMOOTH
	FMOVQ C_sign, F24
	FMOVQ C_l8, F25
	HEAD(LOADQ1)
	VORR V24.B16, V0.B16, V2.B16
	WORD $0x4e30f442 // fmax v2.4s, v2.4s, v16.4s
	EXPROUND
	WORD $0x4eb3d464 // fsub v4.4s, v3.4s, v19.4s
	EXPPOLY
	WORD $0x6e23dca2 // fmul v2.4s, v5.4s, v3.4s
	FMOVQ C_l7, F3
	VFMLA V25.S4, V2.S4, V3.S4
	FMOVQ C_l6, F4
	VFMLA V3.S4, V2.S4, V4.S4
	FMOVQ C_l5, F3
	VFMLA V4.S4, V2.S4, V3.S4
	FMOVQ C_l4, F4
	VFMLA V3.S4, V2.S4, V4.S4
	FMOVQ C_l3, F3
	VFMLA V4.S4, V2.S4, V3.S4
	FMOVQ C_l2, F4
	VFMLA V3.S4, V2.S4, V4.S4
	FMOVQ C_l1, F3
	VFMLA V4.S4, V2.S4, V3.S4
	FMOVQ C_one, F4
	VFMLA V3.S4, V2.S4, V4.S4
	WORD $0x4e38f400 // fmax v0.4s, v0.4s, v24.4s
	VFMLA V4.S4, V2.S4, V0.S4
	TAIL1

// func softplusGradNEONAsm(dx, dy, v *float32, n int)
TEXT ·softplusGradNEONAsm(SB), NOSPLIT, $0-32
	SLOPEARGS
	SMOOTH
	FMOVQ C_em1Low, F24
	HEAD(LOADQ2)
	WORD $0x6ea0f822 // fneg v2.4s, v1.4s
	WORD $0x4e38f442 // fmax v2.4s, v2.4s, v24.4s
	EXPROUND
	WORD $0x4eb3d464 // fsub v4.4s, v3.4s, v19.4s
	EXPM1POLY
	WORD $0x6e22dca5 // fmul v5.4s, v5.4s, v2.4s
	VMOV V2.B16, V4.B16
	VFMLA V5.S4, V2.S4, V4.S4
	WORD $0x4ea3d6c5 // fsub v5.4s, v22.4s, v3.4s
	VFMLS V4.S4, V3.S4, V5.S4
	WORD $0x6e25dc00 // fmul v0.4s, v0.4s, v5.4s
	TAIL2

// func siluNEONAsm(y, x *float32, n int)
TEXT ·siluNEONAsm(SB), NOSPLIT, $0-24
	VALUEARGS
	SMOOTH
	FMOVQ C_silu, F24
	HEAD(LOADQ1)
	WORD $0x4e38f406 // fmax v6.4s, v0.4s, v24.4s
	WORD $0x4eb1f4c2 // fmin v2.4s, v6.4s, v17.4s
	EXPMINUSROUND
	WORD $0x4eb3d464 // fsub v4.4s, v3.4s, v19.4s
	WORD $0x6ea0f842 // fneg v2.4s, v2.4s
	EXPPOLY
	WORD $0x6e23dca2 // fmul v2.4s, v5.4s, v3.4s
	WORD $0x4e36d442 // fadd v2.4s, v2.4s, v22.4s
	WORD $0x6e22fcc0 // fdiv v0.4s, v6.4s, v2.4s
	TAIL1

// func siluGradNEONAsm(dx, dy, v *float32, n int)
TEXT ·siluGradNEONAsm(SB), NOSPLIT, $0-32
	SLOPEARGS
	SMOOTH
	FMOVQ C_silu, F24
	FMOVQ C_large, F25
	HEAD(LOADQ2)
	WORD $0x4e38f426 // fmax v6.4s, v1.4s, v24.4s
	WORD $0x4eb1f4c6 // fmin v6.4s, v6.4s, v17.4s
	VMOV V6.B16, V2.B16
	EXPMINUSROUND
	WORD $0x4eb3d464 // fsub v4.4s, v3.4s, v19.4s
	WORD $0x6ea0f842 // fneg v2.4s, v2.4s
	EXPPOLY
	WORD $0x6e23dca2 // fmul v2.4s, v5.4s, v3.4s
	WORD $0x4e22d6c3 // fadd v3.4s, v22.4s, v2.4s
	WORD $0x6e23fec3 // fdiv v3.4s, v22.4s, v3.4s
	WORD $0x4eb9f442 // fmin v2.4s, v2.4s, v25.4s
	WORD $0x6e23dc42 // fmul v2.4s, v2.4s, v3.4s
	VMOV V22.B16, V4.B16
	VFMLA V6.S4, V2.S4, V4.S4
	WORD $0x6e23dc84 // fmul v4.4s, v4.4s, v3.4s
	WORD $0x6e24dc00 // fmul v0.4s, v0.4s, v4.4s
	TAIL2

// func mishNEONAsm(y, x *float32, n int)
TEXT ·mishNEONAsm(SB), NOSPLIT, $0-24
	VALUEARGS
	SMOOTH
	FMOVQ C_twenty, F24
	FMOVQ C_two, F25
	HEAD(LOADQ1)
	WORD $0x4e30f406 // fmax v6.4s, v0.4s, v16.4s
	WORD $0x4eb8f4c2 // fmin v2.4s, v6.4s, v24.4s
	EXPROUND
	WORD $0x4eb3d464 // fsub v4.4s, v3.4s, v19.4s
	EXPPOLY
	WORD $0x6e23dca2 // fmul v2.4s, v5.4s, v3.4s
	WORD $0x4e22d443 // fadd v3.4s, v2.4s, v2.4s
	VFMLA V2.S4, V2.S4, V3.S4
	WORD $0x4e39d464 // fadd v4.4s, v3.4s, v25.4s
	WORD $0x6e24fc63 // fdiv v3.4s, v3.4s, v4.4s
	WORD $0x6e23dcc0 // fmul v0.4s, v6.4s, v3.4s
	TAIL1

// func mishGradNEONAsm(dx, dy, v *float32, n int)
TEXT ·mishGradNEONAsm(SB), NOSPLIT, $0-32
	SLOPEARGS
	SMOOTH
	FMOVQ C_twenty, F24
	FMOVQ C_two, F25
	FMOVQ C_four, F26
	HEAD(LOADQ2)
	WORD $0x4e30f426 // fmax v6.4s, v1.4s, v16.4s
	WORD $0x4eb8f4c6 // fmin v6.4s, v6.4s, v24.4s
	VMOV V6.B16, V2.B16
	EXPROUND
	WORD $0x4eb3d464 // fsub v4.4s, v3.4s, v19.4s
	EXPPOLY
	WORD $0x6e23dca2 // fmul v2.4s, v5.4s, v3.4s
	WORD $0x4e22d443 // fadd v3.4s, v2.4s, v2.4s
	VFMLA V2.S4, V2.S4, V3.S4
	WORD $0x4e39d464 // fadd v4.4s, v3.4s, v25.4s
	WORD $0x6e24fec4 // fdiv v4.4s, v22.4s, v4.4s
	WORD $0x6e22dcc6 // fmul v6.4s, v6.4s, v2.4s
	VMOV V26.B16, V5.B16
	VFMLA V26.S4, V2.S4, V5.S4
	WORD $0x6e25dcc6 // fmul v6.4s, v6.4s, v5.4s
	VFMLA V4.S4, V6.S4, V3.S4
	WORD $0x6e24dc63 // fmul v3.4s, v3.4s, v4.4s
	WORD $0x6e23dc00 // fmul v0.4s, v0.4s, v3.4s
	TAIL2

// func geluNEONAsm(y, x *float32, n int)
TEXT ·geluNEONAsm(SB), NOSPLIT, $0-24
	VALUEARGS
	SMOOTH
	FMOVQ C_gMost, F24
	FMOVQ C_gLog2e, F25
	FMOVQ C_gHi, F26
	FMOVQ C_gLo, F27
	FMOVQ C_d6, F28
	FMOVQ C_p4, F29
	FMOVQ C_q5, F30
	FMOVQ C_sign, F31
	HEAD(LOADQ1)
	WORD $0x4ea0f802 // fabs v2.4s, v0.4s
	WORD $0x4eb8f442 // fmin v2.4s, v2.4s, v24.4s
	WORD $0x6e22dc43 // fmul v3.4s, v2.4s, v2.4s
	WORD $0x6ea0f864 // fneg v4.4s, v3.4s
	VFMLA V2.S4, V2.S4, V4.S4
	VMOV V19.B16, V5.B16
	VFMLS V25.S4, V3.S4, V5.S4
	WORD $0x4eb3d4a6 // fsub v6.4s, v5.4s, v19.4s
	VFMLA V26.S4, V6.S4, V3.S4
	VFMLA V27.S4, V6.S4, V3.S4
	WORD $0x4e24d463 // fadd v3.4s, v3.4s, v4.4s
	GELUPOLY1
	VSHL $23, V5.S4, V5.S4
	WORD $0x6e25dcc6 // fmul v6.4s, v6.4s, v5.4s
	GELUPOLY2
	WORD $0x6e22dc84 // fmul v4.4s, v4.4s, v2.4s
	WORD $0x6e26dc84 // fmul v4.4s, v4.4s, v6.4s
	WORD $0x6e23fc84 // fdiv v4.4s, v4.4s, v3.4s
	WORD $0x4e3ff400 // fmax v0.4s, v0.4s, v31.4s
	WORD $0x4ea4d400 // fsub v0.4s, v0.4s, v4.4s
	TAIL1

// func geluGradNEONAsm(dx, dy, v *float32, n int)
TEXT ·geluGradNEONAsm(SB), NOSPLIT, $0-32
	SLOPEARGS
	SMOOTH
	FMOVQ C_gMost, F24
	FMOVQ C_gLog2e, F25
	FMOVQ C_gHi, F26
	FMOVQ C_gLo, F27
	FMOVQ C_d6, F28
	FMOVQ C_p4, F29
	FMOVQ C_q5, F30
	FMOVQ C_density, F31
	HEAD(LOADQ2)
	WORD $0x4ea0f822 // fabs v2.4s, v1.4s
	WORD $0x4eb8f442 // fmin v2.4s, v2.4s, v24.4s
	WORD $0x6e22dc43 // fmul v3.4s, v2.4s, v2.4s
	WORD $0x6ea0f864 // fneg v4.4s, v3.4s
	VFMLA V2.S4, V2.S4, V4.S4
	VMOV V19.B16, V5.B16
	VFMLS V25.S4, V3.S4, V5.S4
	WORD $0x4eb3d4a6 // fsub v6.4s, v5.4s, v19.4s
	VFMLA V26.S4, V6.S4, V3.S4
	VFMLA V27.S4, V6.S4, V3.S4
	WORD $0x4e24d463 // fadd v3.4s, v3.4s, v4.4s
	GELUPOLY1
	VSHL $23, V5.S4, V5.S4
	WORD $0x6e25dcc6 // fmul v6.4s, v6.4s, v5.4s
	GELUPOLY2
	WORD $0x6e23fc84 // fdiv v4.4s, v4.4s, v3.4s
	VFMLS V31.S4, V2.S4, V4.S4
	WORD $0x6e26dc84 // fmul v4.4s, v4.4s, v6.4s
	WORD $0x4ea4d6c5 // fsub v5.4s, v22.4s, v4.4s
	WORD $0x4ea0e826 // fcmlt v6.4s, v1.4s, #0.0
	VBSL V5.B16, V4.B16, V6.B16
	WORD $0x6e26dc00 // fmul v0.4s, v0.4s, v6.4s
	TAIL2

// func geluTanhNEONAsm(y, x *float32, n int)
TEXT ·geluTanhNEONAsm(SB), NOSPLIT, $0-24
	VALUEARGS
	SMOOTH
	FMOVQ C_tLow, F24
	FMOVQ C_tHigh, F25
	FMOVQ C_tanh1, F26
	FMOVQ C_tanh3, F27
	HEAD(LOADQ1)
	WORD $0x4e38f406 // fmax v6.4s, v0.4s, v24.4s
	WORD $0x4eb9f4c2 // fmin v2.4s, v6.4s, v25.4s
	WORD $0x6e22dc43 // fmul v3.4s, v2.4s, v2.4s
	VMOV V26.B16, V4.B16
	VFMLA V27.S4, V3.S4, V4.S4
	WORD $0x6e22dc82 // fmul v2.4s, v4.4s, v2.4s
	EXPMINUSROUND
	WORD $0x4eb3d464 // fsub v4.4s, v3.4s, v19.4s
	WORD $0x6ea0f842 // fneg v2.4s, v2.4s
	EXPPOLY
	WORD $0x6e23dca2 // fmul v2.4s, v5.4s, v3.4s
	WORD $0x4e36d442 // fadd v2.4s, v2.4s, v22.4s
	WORD $0x6e22fcc0 // fdiv v0.4s, v6.4s, v2.4s
	TAIL1

// func geluTanhGradNEONAsm(dx, dy, v *float32, n int)
TEXT ·geluTanhGradNEONAsm(SB), NOSPLIT, $0-32
	SLOPEARGS
	SMOOTH
	FMOVQ C_tLow, F24
	FMOVQ C_tHigh, F25
	FMOVQ C_tanh1, F26
	FMOVQ C_tanh3, F27
	FMOVQ C_tanh9, F28
	FMOVQ C_large, F29
	HEAD(LOADQ2)
	WORD $0x4e38f426 // fmax v6.4s, v1.4s, v24.4s
	WORD $0x4eb9f4c6 // fmin v6.4s, v6.4s, v25.4s
	WORD $0x6e26dcc3 // fmul v3.4s, v6.4s, v6.4s
	VMOV V26.B16, V4.B16
	VFMLA V27.S4, V3.S4, V4.S4
	WORD $0x6e26dc82 // fmul v2.4s, v4.4s, v6.4s
	VMOV V26.B16, V4.B16
	VFMLA V28.S4, V3.S4, V4.S4
	WORD $0x6e26dc86 // fmul v6.4s, v4.4s, v6.4s
	EXPMINUSROUND
	WORD $0x4eb3d464 // fsub v4.4s, v3.4s, v19.4s
	WORD $0x6ea0f842 // fneg v2.4s, v2.4s
	EXPPOLY
	WORD $0x6e23dca2 // fmul v2.4s, v5.4s, v3.4s
	WORD $0x4e22d6c3 // fadd v3.4s, v22.4s, v2.4s
	WORD $0x6e23fec3 // fdiv v3.4s, v22.4s, v3.4s
	WORD $0x4ebdf442 // fmin v2.4s, v2.4s, v29.4s
	WORD $0x6e23dc42 // fmul v2.4s, v2.4s, v3.4s
	VMOV V22.B16, V4.B16
	VFMLA V6.S4, V2.S4, V4.S4
	WORD $0x6e23dc84 // fmul v4.4s, v4.4s, v3.4s
	WORD $0x6e24dc00 // fmul v0.4s, v0.4s, v4.4s
	TAIL2
