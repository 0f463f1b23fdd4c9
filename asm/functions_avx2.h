// Shared by the AVX2 functions: the constants of the specification, each 32 bytes
// wide at ·funcsAVX2, and the cores of exp and log on one register.

#define C_lo ·funcsAVX2+0(SB)
#define C_hi ·funcsAVX2+32(SB)
#define C_log2e ·funcsAVX2+64(SB)
#define C_magic254 ·funcsAVX2+96(SB)
#define C_ln2Hi ·funcsAVX2+128(SB)
#define C_ln2Lo ·funcsAVX2+160(SB)
#define C_e6 ·funcsAVX2+192(SB)
#define C_e5 ·funcsAVX2+224(SB)
#define C_e4 ·funcsAVX2+256(SB)
#define C_e3 ·funcsAVX2+288(SB)
#define C_e2 ·funcsAVX2+320(SB)
#define C_one ·funcsAVX2+352(SB)
#define C_sign ·funcsAVX2+384(SB)
#define C_tLo ·funcsAVX2+416(SB)
#define C_t2log2e ·funcsAVX2+448(SB)
#define C_magic127 ·funcsAVX2+480(SB)
#define C_tHi ·funcsAVX2+512(SB)
#define C_tLn ·funcsAVX2+544(SB)
#define C_t4 ·funcsAVX2+576(SB)
#define C_t3 ·funcsAVX2+608(SB)
#define C_t2 ·funcsAVX2+640(SB)
#define C_t1 ·funcsAVX2+672(SB)
#define C_two ·funcsAVX2+704(SB)
#define C_g8 ·funcsAVX2+736(SB)
#define C_g7 ·funcsAVX2+768(SB)
#define C_g6 ·funcsAVX2+800(SB)
#define C_g5 ·funcsAVX2+832(SB)
#define C_g4 ·funcsAVX2+864(SB)
#define C_g3 ·funcsAVX2+896(SB)
#define C_g2 ·funcsAVX2+928(SB)
#define C_g1 ·funcsAVX2+960(SB)
#define C_g0 ·funcsAVX2+992(SB)
#define C_half ·funcsAVX2+1024(SB)
#define C_minNormal ·funcsAVX2+1056(SB)
#define C_two23 ·funcsAVX2+1088(SB)
#define C_inf ·funcsAVX2+1120(SB)
#define C_negInf ·funcsAVX2+1152(SB)
#define C_nan ·funcsAVX2+1184(SB)
#define C_bias ·funcsAVX2+1216(SB)
#define C_mant ·funcsAVX2+1248(SB)
#define C_i23 ·funcsAVX2+1280(SB)
#define C_i1 ·funcsAVX2+1312(SB)
#define C_abs ·funcsAVX2+1344(SB)
#define C_limit ·funcsAVX2+1376(SB)
#define C_logLimit ·funcsAVX2+1408(SB)

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

// The short forms do four registers side by side, operation by operation: a chain of 50
// or 60 cycles fills what a CPU looks ahead before enough others are in sight. (Zen 3,
// cycles a register: exp 6.9 → 6.2, sigmoid 10.5 → 8.7, tanh 11.2 → 8.8, log 11.7 → 10.1.)
//
// EACH does OP(offset of the numbers, X, T, P) for the registers of four chains.
// Y12 … Y15 are left for constants: CONSTANT loads one for a step of all four.
#define EACH(OP) \
	OP(0, Y0, Y4, Y8); \
	OP(32, Y1, Y5, Y9); \
	OP(64, Y2, Y6, Y10); \
	OP(96, Y3, Y7, Y11)

#define CONSTANT(C, OP) VMOVUPS C, Y15; EACH(OP)

#define LOADX(O, X, T, P) VMOVUPS O(SI)(R9*4), X
#define STOREX(O, X, T, P) VMOVUPS X, O(DI)(R9*4)
#define STOREP(O, X, T, P) VMOVUPS P, O(DI)(R9*4)

// X = −|x|
#define NEGATIVE1(O, X, T, P) VORPS O(SI)(R9*4), Y15, X
#define NEGATIVE CONSTANT(C_sign, NEGATIVE1)

// P = P·X + constant
#define HORNER1(O, X, T, P) VFMADD213PS Y15, X, P
#define HORNER(C) CONSTANT(C, HORNER1)
#define CONSTANT1(O, X, T, P) VMOVAPS Y15, P
#define LEADING(C) CONSTANT(C, CONSTANT1)

// EXPSHORT: P = e^X for |X| ≤ 87.3, where 2ⁿ is one normal factor; X and T are
// lost. EXPCONSTANTS is for it.
#define EXPCONSTANTS \
	VMOVUPS C_magic127, Y12; \
	VMOVUPS C_log2e, Y13; \
	VMOVUPS C_ln2Hi, Y14

#define EXP1(O, X, T, P) VMOVAPS Y12, T; VFMADD231PS Y13, X, T
#define EXP2(O, X, T, P) VSUBPS Y12, T, P; VPSLLD $23, T, T
#define EXP3(O, X, T, P) VFNMADD231PS Y14, P, X
#define EXP4(O, X, T, P) VFNMADD231PS Y15, P, X
#define EXP5(O, X, T, P) VMULPS T, P, P
#define EXPSHORT \
	EACH(EXP1); \
	EACH(EXP2); \
	EACH(EXP3); \
	CONSTANT(C_ln2Lo, EXP4); \
	LEADING(C_e6); \
	HORNER(C_e5); \
	HORNER(C_e4); \
	HORNER(C_e3); \
	HORNER(C_e2); \
	HORNER(C_one); \
	EACH(HORNER1); \
	EACH(EXP5)

// LOGSHORT: P = log x for the x at SI, positive, normal and finite; X, T and Y14
// are lost. LOGCONSTANTS is for it.
#define LOGCONSTANTS \
	VMOVUPS C_bias, Y12; \
	VMOVUPS C_one, Y13

#define LOG1(O, X, T, P) \
	VMOVUPS O(SI)(R9*4), X; \
	VPSUBD Y12, X, X; \
	VPAND Y15, X, X; \
	VPADDD Y12, X, X; \
	VSUBPS Y13, X, X
#define LOG2(O, X, T, P) \
	VMOVUPS O(SI)(R9*4), T; \
	VPSUBD Y12, T, T; \
	VPSRAD $23, T, T; \
	VCVTDQ2PS T, T
#define LOG3(O, X, T, P) \
	VMULPS C_ln2Lo, T, Y14; \
	VMULPS X, X, Y15; \
	VFMADD213PS Y14, Y15, P
#define LOG4(O, X, T, P) VADDPS X, P, P
#define LOG5(O, X, T, P) VFMADD231PS Y15, T, P
#define LOGSHORT \
	CONSTANT(C_mant, LOG1); \
	LEADING(C_g8); \
	HORNER(C_g7); \
	HORNER(C_g6); \
	HORNER(C_g5); \
	HORNER(C_g4); \
	HORNER(C_g3); \
	HORNER(C_g2); \
	HORNER(C_g1); \
	HORNER(C_g0); \
	EACH(LOG2); \
	HORNER(C_half); \
	EACH(LOG3); \
	EACH(LOG4); \
	CONSTANT(C_ln2Hi, LOG5)

// TANHSHORT: X = tanh |x| with the sign of x for the x at SI. The quotient is never
// −0, so the sign goes over it by one OR. TANHCONSTANTS is for it.
#define TANHCONSTANTS \
	VMOVUPS C_magic127, Y12; \
	VMOVUPS C_t2log2e, Y13; \
	VMOVUPS C_two, Y14

#define TANH1(O, X, T, P) VMAXPS X, Y15, X
#define TANH2(O, X, T, P) VADDPS X, X, Y15; VMULPS X, P, P; VFMADD213PS Y15, X, P
#define TANH3(O, X, T, P) VSUBPS T, Y15, X
#define TANH4(O, X, T, P) VFNMADD231PS P, T, X
#define TANH5(O, X, T, P) VSUBPS X, Y14, P
#define TANH6(O, X, T, P) VDIVPS P, X, X
#define TANH7(O, X, T, P) VANDPS O(SI)(R9*4), Y15, T; VORPS T, X, X
#define TANHSHORT \
	NEGATIVE; \
	CONSTANT(C_tLo, TANH1); \
	EACH(EXP1); \
	EACH(EXP2); \
	CONSTANT(C_tHi, EXP4); \
	CONSTANT(C_tLn, EXP4); \
	LEADING(C_t4); \
	HORNER(C_t3); \
	HORNER(C_t2); \
	HORNER(C_t1); \
	HORNER(C_two); \
	EACH(TANH2); \
	CONSTANT(C_one, TANH3); \
	EACH(TANH4); \
	EACH(TANH5); \
	EACH(TANH6); \
	CONSTANT(C_sign, TANH7)
