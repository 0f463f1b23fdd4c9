// Shared by the NEON activations: the constants of the specification, each 16 bytes
// wide at ·activationNEON, and the parts of the sequences that Go's assembler knows.

#define C_low 0(R10)
#define C_high 16(R10)
#define C_log2e 32(R10)
#define C_magic 48(R10)
#define C_ln2Hi 64(R10)
#define C_ln2Lo 80(R10)
#define C_one 96(R10)
#define C_e6 112(R10)
#define C_e5 128(R10)
#define C_e4 144(R10)
#define C_e3 160(R10)
#define C_e2 176(R10)
#define C_silu 192(R10)
#define C_twenty 208(R10)
#define C_large 224(R10)
#define C_em1Low 240(R10)
#define C_sign 256(R10)
#define C_half 272(R10)
#define C_two 288(R10)
#define C_four 304(R10)
#define C_three 320(R10)
#define C_negThree 336(R10)
#define C_six 352(R10)
#define C_sixth 368(R10)
#define C_third 384(R10)
#define C_signHi 400(R10)
#define C_signLo 416(R10)
#define C_l8 432(R10)
#define C_l7 448(R10)
#define C_l6 464(R10)
#define C_l5 480(R10)
#define C_l4 496(R10)
#define C_l3 512(R10)
#define C_l2 528(R10)
#define C_l1 544(R10)
#define C_gMost 560(R10)
#define C_gLog2e 576(R10)
#define C_gHi 592(R10)
#define C_gLo 608(R10)
#define C_d6 624(R10)
#define C_d5 640(R10)
#define C_d4 656(R10)
#define C_d3 672(R10)
#define C_d2 688(R10)
#define C_d1 704(R10)
#define C_p4 720(R10)
#define C_p3 736(R10)
#define C_p2 752(R10)
#define C_p1 768(R10)
#define C_q5 784(R10)
#define C_q4 800(R10)
#define C_q3 816(R10)
#define C_q2 832(R10)
#define C_q1 848(R10)
#define C_density 864(R10)
#define C_tanh1 880(R10)
#define C_tanh3 896(R10)
#define C_tanh9 912(R10)
#define C_tHigh 928(R10)
#define C_tLow 944(R10)

#define LOADQ1 FMOVQ.P 16(R1), F0
#define LOADD1 FMOVD (R1), F0
#define LOADL1 ADD $8, R1, R9; VLD1 (R9), V0.S[2]
#define LOADS1 FMOVS (R1), F0
#define LOADQ2 LOADQ1; FMOVQ.P 16(R2), F1
#define LOADD2 LOADD1; FMOVD (R2), F1
#define LOADL2 LOADL1; ADD $8, R2, R9; VLD1 (R9), V1.S[2]
#define LOADS2 LOADS1; FMOVS (R2), F1
#define STOREQ FMOVQ F0, (R0); ADD $16, R0
#define STORED FMOVD F0, (R0); ADD $8, R0
#define STOREL VST1 V0.S[2], (R0)
#define STORES FMOVS F0, (R0)
#define TAIL1 TAIL(LOADD1, LOADL1, LOADS1, STOREQ, STORED, STOREL, STORES)
#define TAIL2 TAIL(LOADD2, LOADL2, LOADS2, STOREQ, STORED, STOREL, STORES)

// VALUEARGS and SLOPEARGS load the arguments, CONSTANTS points R10 to the constants.
#define CONSTANTS MOVD $·activationNEON(SB), R10
#define VALUEARGS \
	MOVD y+0(FP), R0; \
	MOVD x+8(FP), R1; \
	MOVD n+16(FP), R8; \
	CONSTANTS
#define SLOPEARGS \
	MOVD dx+0(FP), R0; \
	MOVD dy+8(FP), R1; \
	MOVD v+16(FP), R2; \
	MOVD n+24(FP), R8; \
	CONSTANTS

// SMOOTH loads V16 low, V17 high, V18 log2e, V19 magic, V20 ln2Hi, V21 ln2Lo, V22 one,
// V23 e6.
#define SMOOTH \
	VLD1.P 64(R10), [V16.S4, V17.S4, V18.S4, V19.S4]; \
	VLD1 (R10), [V20.S4, V21.S4, V22.S4, V23.S4]; \
	SUB $64, R10

// e^V2 for V2 from −88 to 89 goes to V2; V3, V4 and V5 are lost:
//
//    EXPROUND             V3 = fma(z, log2e, magic)
//    fsub v4, v3, v19     V4 = n
//    EXPPOLY              V3 = 2ⁿ, V5 = e^r
//    fmul v2, v5, v3
//
// and e^−V2 with EXPMINUSROUND and the negated V2 after it. EXPM1POLY instead of
// EXPPOLY gives V5 = the polynomial without its last two steps.
#define EXPROUND \
	VMOV V19.B16, V3.B16; \
	VFMLA V18.S4, V2.S4, V3.S4
#define EXPMINUSROUND \
	VMOV V19.B16, V3.B16; \
	VFMLS V18.S4, V2.S4, V3.S4
#define EXPM1POLY \
	FMOVQ C_e5, F5; \
	VFMLS V20.S4, V4.S4, V2.S4; \
	VFMLS V21.S4, V4.S4, V2.S4; \
	VSHL $23, V3.S4, V3.S4; \
	FMOVQ C_e4, F4; \
	VFMLA V23.S4, V2.S4, V5.S4; \
	VFMLA V5.S4, V2.S4, V4.S4; \
	FMOVQ C_e3, F5; \
	VFMLA V4.S4, V2.S4, V5.S4; \
	FMOVQ C_e2, F4; \
	VFMLA V5.S4, V2.S4, V4.S4; \
	VMOV V4.B16, V5.B16
#define EXPPOLY \
	EXPM1POLY; \
	FMOVQ C_one, F4; \
	VFMLA V5.S4, V2.S4, V4.S4; \
	FMOVQ C_one, F5; \
	VFMLA V4.S4, V2.S4, V5.S4

// GELUPOLY, for the argument V3 and a in V2: V6 = e without the factor 2ⁿ, V4 = p; then
// V3 = q; V5 is kept by the first part and lost by the second.
#define GELUPOLY1 \
	FMOVQ C_d5, F4; \
	VFMLA V28.S4, V3.S4, V4.S4; \
	FMOVQ C_d4, F6; \
	VFMLA V4.S4, V3.S4, V6.S4; \
	FMOVQ C_d3, F4; \
	VFMLA V6.S4, V3.S4, V4.S4; \
	FMOVQ C_d2, F6; \
	VFMLA V4.S4, V3.S4, V6.S4; \
	FMOVQ C_d1, F4; \
	VFMLA V6.S4, V3.S4, V4.S4; \
	FMOVQ C_one, F6; \
	VFMLA V4.S4, V3.S4, V6.S4
#define GELUPOLY2 \
	FMOVQ C_p3, F3; \
	VFMLA V29.S4, V2.S4, V3.S4; \
	FMOVQ C_p2, F4; \
	VFMLA V3.S4, V2.S4, V4.S4; \
	FMOVQ C_p1, F3; \
	VFMLA V4.S4, V2.S4, V3.S4; \
	FMOVQ C_half, F4; \
	VFMLA V3.S4, V2.S4, V4.S4; \
	FMOVQ C_q4, F3; \
	VFMLA V30.S4, V2.S4, V3.S4; \
	FMOVQ C_q3, F5; \
	VFMLA V3.S4, V2.S4, V5.S4; \
	FMOVQ C_q2, F3; \
	VFMLA V5.S4, V2.S4, V3.S4; \
	FMOVQ C_q1, F5; \
	VFMLA V3.S4, V2.S4, V5.S4; \
	FMOVQ C_one, F3; \
	VFMLA V5.S4, V2.S4, V3.S4
