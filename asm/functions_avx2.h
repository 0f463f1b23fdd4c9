// Shared by the AVX2 functions: the constants of the specification, each 32 bytes
// wide at ·funcsAVX2, and the cores of exp and log on one register.

#define C_lo ·funcsAVX2+0(SB)
#define C_hi ·funcsAVX2+32(SB)
#define C_log2e ·funcsAVX2+64(SB)
#define C_magic ·funcsAVX2+96(SB)
#define C_magic254 ·funcsAVX2+128(SB)
#define C_ln2Hi ·funcsAVX2+160(SB)
#define C_ln2Lo ·funcsAVX2+192(SB)
#define C_e6 ·funcsAVX2+224(SB)
#define C_e5 ·funcsAVX2+256(SB)
#define C_e4 ·funcsAVX2+288(SB)
#define C_e3 ·funcsAVX2+320(SB)
#define C_e2 ·funcsAVX2+352(SB)
#define C_one ·funcsAVX2+384(SB)
#define C_sign ·funcsAVX2+416(SB)
#define C_tLo ·funcsAVX2+448(SB)
#define C_t2log2e ·funcsAVX2+480(SB)
#define C_magic127 ·funcsAVX2+512(SB)
#define C_tHi ·funcsAVX2+544(SB)
#define C_tLn ·funcsAVX2+576(SB)
#define C_t4 ·funcsAVX2+608(SB)
#define C_t3 ·funcsAVX2+640(SB)
#define C_t2 ·funcsAVX2+672(SB)
#define C_t1 ·funcsAVX2+704(SB)
#define C_two ·funcsAVX2+736(SB)
#define C_g8 ·funcsAVX2+768(SB)
#define C_g7 ·funcsAVX2+800(SB)
#define C_g6 ·funcsAVX2+832(SB)
#define C_g5 ·funcsAVX2+864(SB)
#define C_g4 ·funcsAVX2+896(SB)
#define C_g3 ·funcsAVX2+928(SB)
#define C_g2 ·funcsAVX2+960(SB)
#define C_g1 ·funcsAVX2+992(SB)
#define C_g0 ·funcsAVX2+1024(SB)
#define C_half ·funcsAVX2+1056(SB)
#define C_minNormal ·funcsAVX2+1088(SB)
#define C_two23 ·funcsAVX2+1120(SB)
#define C_inf ·funcsAVX2+1152(SB)
#define C_negInf ·funcsAVX2+1184(SB)
#define C_nan ·funcsAVX2+1216(SB)
#define C_bias ·funcsAVX2+1248(SB)
#define C_mant ·funcsAVX2+1280(SB)
#define C_i23 ·funcsAVX2+1312(SB)
#define C_i1 ·funcsAVX2+1344(SB)
#define C_abs ·funcsAVX2+1376(SB)
#define C_limit ·funcsAVX2+1408(SB)
#define C_logLimit ·funcsAVX2+1440(SB)

// EXP: P = e^X for X from −104.5 to 89 or NaN; X, T and N are lost. The scale 2ⁿ
// is two factors, of which the first product is exact.
#define EXP(X, T, N, P) \
	VMOVUPS C_magic254, T; \
	VFMADD231PS C_log2e, X, T; \
	VSUBPS C_magic254, T, N; \
	VFNMADD231PS C_ln2Hi, N, X; \
	VFNMADD231PS C_ln2Lo, N, X; \
	VMOVUPS C_e5, P; \
	VFMADD231PS C_e6, X, P; \
	VFMADD213PS C_e4, X, P; \
	VFMADD213PS C_e3, X, P; \
	VFMADD213PS C_e2, X, P; \
	VFMADD213PS C_one, X, P; \
	VFMADD213PS C_one, X, P; \
	VPSRLD $1, T, N; \
	VPSUBD N, T, T; \
	VPSLLD $23, N, N; \
	VPSLLD $23, T, T; \
	VMULPS N, P, P; \
	VMULPS T, P, P

// LOG: X = log X, special values by selects at the end; A, B, D, E, G are lost.
#define LOG(X, A, B, D, E, G) \
	VCMPPS $0x11, C_minNormal, X, A; \
	VMULPS C_two23, X, B; \
	VBLENDVPS A, B, X, B; \
	VPAND C_i23, A, A; \
	VPSUBD C_bias, B, B; \
	VPSRAD $23, B, E; \
	VPSUBD A, E, E; \
	VCVTDQ2PS E, E; \
	VPAND C_mant, B, A; \
	VPADDD C_bias, A, A; \
	VSUBPS C_one, A, A; \
	VMULPS A, A, B; \
	VMOVUPS C_g7, D; \
	VFMADD231PS C_g8, A, D; \
	VFMADD213PS C_g6, A, D; \
	VFMADD213PS C_g5, A, D; \
	VFMADD213PS C_g4, A, D; \
	VFMADD213PS C_g3, A, D; \
	VFMADD213PS C_g2, A, D; \
	VFMADD213PS C_g1, A, D; \
	VFMADD213PS C_g0, A, D; \
	VFMADD213PS C_half, A, D; \
	VMULPS C_ln2Lo, E, G; \
	VFMADD231PS B, D, G; \
	VADDPS A, G, G; \
	VFMADD231PS C_ln2Hi, E, G; \
	VXORPS A, A, A; \
	VCMPPS $0, A, X, B; \
	VMOVUPS C_negInf, D; \
	VBLENDVPS B, D, G, G; \
	VCMPPS $0x11, A, X, B; \
	VMOVUPS C_nan, D; \
	VBLENDVPS B, D, G, G; \
	VCMPPS $0x15, C_inf, X, B; \
	VBLENDVPS B, X, G, X

// The short forms keep their constants in registers. EXPCONSTANTS is for
// EXPSHORT, LOGCONSTANTS for LOGSHORT.
#define EXPCONSTANTS \
	VMOVUPS C_magic127, Y6; \
	VMOVUPS C_log2e, Y7; \
	VMOVUPS C_ln2Hi, Y8; \
	VMOVUPS C_ln2Lo, Y9; \
	VMOVUPS C_e6, Y10; \
	VMOVUPS C_e5, Y11; \
	VMOVUPS C_e4, Y12; \
	VMOVUPS C_e3, Y13; \
	VMOVUPS C_e2, Y14; \
	VMOVUPS C_one, Y15

// EXPSHORT: P = e^X for |X| ≤ 87.3, where 2ⁿ is one normal factor; X, T and N
// are lost.
#define EXPSHORT(X, T, N, P) \
	VMOVAPS Y6, T; \
	VFMADD231PS Y7, X, T; \
	VSUBPS Y6, T, N; \
	VFNMADD231PS Y8, N, X; \
	VFNMADD231PS Y9, N, X; \
	VMOVAPS Y11, P; \
	VFMADD231PS Y10, X, P; \
	VFMADD213PS Y12, X, P; \
	VFMADD213PS Y13, X, P; \
	VFMADD213PS Y14, X, P; \
	VFMADD213PS Y15, X, P; \
	VFMADD213PS Y15, X, P; \
	VPSLLD $23, T, T; \
	VMULPS T, P, P

#define LOGCONSTANTS \
	VMOVUPS C_bias, Y5; \
	VMOVUPS C_one, Y6; \
	VMOVUPS C_g8, Y7; \
	VMOVUPS C_g7, Y8; \
	VMOVUPS C_g6, Y9; \
	VMOVUPS C_g5, Y10; \
	VMOVUPS C_g4, Y11; \
	VMOVUPS C_g3, Y12; \
	VMOVUPS C_g2, Y13; \
	VMOVUPS C_g1, Y14; \
	VMOVUPS C_g0, Y15

// LOGSHORT: X = log X for X positive, normal and finite; A, B, D, E are lost.
#define LOGSHORT(X, A, B, D, E) \
	VPSUBD Y5, X, B; \
	VPSRAD $23, B, E; \
	VCVTDQ2PS E, E; \
	VPAND C_mant, B, A; \
	VPADDD Y5, A, A; \
	VSUBPS Y6, A, A; \
	VMULPS A, A, B; \
	VMOVAPS Y8, D; \
	VFMADD231PS Y7, A, D; \
	VFMADD213PS Y9, A, D; \
	VFMADD213PS Y10, A, D; \
	VFMADD213PS Y11, A, D; \
	VFMADD213PS Y12, A, D; \
	VFMADD213PS Y13, A, D; \
	VFMADD213PS Y14, A, D; \
	VFMADD213PS Y15, A, D; \
	VFMADD213PS C_half, A, D; \
	VMULPS C_ln2Lo, E, X; \
	VFMADD231PS B, D, X; \
	VADDPS A, X, X; \
	VFMADD231PS C_ln2Hi, E, X
