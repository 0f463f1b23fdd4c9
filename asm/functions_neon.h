// Shared by the NEON functions: the constants of the specification, each 16
// bytes wide at ·funcsNEON, and the cores of exp and log on one register as far
// as Go's assembler knows their instructions; what it lacks is between the
// parts, in the kernels. Constants that start a step of Horner's scheme are
// loaded at each step: that takes a load port, and a move would take one of the
// ports of the FMAs.

#define C_lo 0(R10)
#define C_hi 16(R10)
#define C_log2e 32(R10)
#define C_magic254 48(R10)
#define C_ln2Hi 64(R10)
#define C_ln2Lo 80(R10)
#define C_one 96(R10)
#define C_e6 112(R10)
#define C_e5 128(R10)
#define C_e4 144(R10)
#define C_e3 160(R10)
#define C_e2 176(R10)
#define C_tLo 192(R10)
#define C_t2log2e 208(R10)
#define C_magic127 224(R10)
#define C_tHi 240(R10)
#define C_tLn 256(R10)
#define C_two 272(R10)
#define C_sign 288(R10)
#define C_t4 304(R10)
#define C_t3 320(R10)
#define C_t2 336(R10)
#define C_t1 352(R10)
#define C_minNormal 368(R10)
#define C_two23 384(R10)
#define C_i23 400(R10)
#define C_bias 416(R10)
#define C_mant 432(R10)
#define C_inf 448(R10)
#define C_negInf 464(R10)
#define C_nan 480(R10)
#define C_g8 496(R10)
#define C_g7 512(R10)
#define C_g6 528(R10)
#define C_g5 544(R10)
#define C_g4 560(R10)
#define C_g3 576(R10)
#define C_g2 592(R10)
#define C_g1 608(R10)
#define C_g0 624(R10)
#define C_half 640(R10)

// CONSTANTS points R10 to the constants.
#define CONSTANTS MOVD $·funcsNEON(SB), R10

// EXPCONSTANTS loads V16 lo, V17 hi, V18 log2e, V19 magic254, V20 ln2Hi,
// V21 ln2Lo, V22 one, V23 e6.
#define EXPCONSTANTS \
	CONSTANTS; \
	VLD1.P 64(R10), [V16.S4, V17.S4, V18.S4, V19.S4]; \
	VLD1 (R10), [V20.S4, V21.S4, V22.S4, V23.S4]; \
	SUB $64, R10

// e^V0 for V0 from −104.5 to 89 or NaN goes to V0; V2 … V5 are lost:
//
//    EXPROUND             V2 = fma(z, log2e, magic254)
//    fsub v3, v2, v19     V3 = n
//    EXPPOLY              V5 = e^r, V3 and V2 two factors of 2ⁿ, of which the
//    fmul v5, v5, v3      first product is exact
//    fmul v0, v5, v2
#define EXPROUND \
	VMOV V19.B16, V2.B16; \
	VFMLA V18.S4, V0.S4, V2.S4

#define EXPPOLY \
	FMOVQ C_e5, F4; \
	VFMLS V20.S4, V3.S4, V0.S4; \
	VFMLS V21.S4, V3.S4, V0.S4; \
	FMOVQ C_e4, F5; \
	VFMLA V23.S4, V0.S4, V4.S4; \
	VFMLA V4.S4, V0.S4, V5.S4; \
	FMOVQ C_e3, F4; \
	VFMLA V5.S4, V0.S4, V4.S4; \
	FMOVQ C_e2, F5; \
	VFMLA V4.S4, V0.S4, V5.S4; \
	FMOVQ C_one, F4; \
	VFMLA V5.S4, V0.S4, V4.S4; \
	FMOVQ C_one, F5; \
	VFMLA V4.S4, V0.S4, V5.S4; \
	VUSHR $1, V2.S4, V3.S4; \
	VSUB V3.S4, V2.S4, V2.S4; \
	VSHL $23, V3.S4, V3.S4; \
	VSHL $23, V2.S4, V2.S4

// LOGCONSTANTS loads V16 minNormal, V17 two23, V18 i23, V19 bias, V20 mant,
// V21 inf, V22 negInf, V23 nan, V24 ln2Hi, V25 ln2Lo, V26 one, V27 g8.
#define LOGCONSTANTS \
	CONSTANTS; \
	FMOVQ C_minNormal, F16; \
	FMOVQ C_two23, F17; \
	FMOVQ C_i23, F18; \
	FMOVQ C_bias, F19; \
	FMOVQ C_mant, F20; \
	FMOVQ C_inf, F21; \
	FMOVQ C_negInf, F22; \
	FMOVQ C_nan, F23; \
	FMOVQ C_ln2Hi, F24; \
	FMOVQ C_ln2Lo, F25; \
	FMOVQ C_one, F26; \
	FMOVQ C_g8, F27

// LOGPOLY: V5 = the polynomial of f, which is V2.
#define LOGPOLY \
	FMOVQ C_g7, F5; \
	VFMLA V27.S4, V2.S4, V5.S4; \
	FMOVQ C_g6, F6; \
	VFMLA V5.S4, V2.S4, V6.S4; \
	FMOVQ C_g5, F5; \
	VFMLA V6.S4, V2.S4, V5.S4; \
	FMOVQ C_g4, F6; \
	VFMLA V5.S4, V2.S4, V6.S4; \
	FMOVQ C_g3, F5; \
	VFMLA V6.S4, V2.S4, V5.S4; \
	FMOVQ C_g2, F6; \
	VFMLA V5.S4, V2.S4, V6.S4; \
	FMOVQ C_g1, F5; \
	VFMLA V6.S4, V2.S4, V5.S4; \
	FMOVQ C_g0, F6; \
	VFMLA V5.S4, V2.S4, V6.S4; \
	FMOVQ C_half, F5; \
	VFMLA V6.S4, V2.S4, V5.S4
