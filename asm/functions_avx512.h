// Shared by the AVX512 functions: the constants of the specification, each 64 bytes
// wide at ·funcsAVX512, and the cores of exp and log on one register.

#define C_lo ·funcsAVX512+0(SB)
#define C_hi ·funcsAVX512+64(SB)
#define C_log2e ·funcsAVX512+128(SB)
#define C_magic ·funcsAVX512+192(SB)
#define C_magic254 ·funcsAVX512+256(SB)
#define C_ln2Hi ·funcsAVX512+320(SB)
#define C_ln2Lo ·funcsAVX512+384(SB)
#define C_e6 ·funcsAVX512+448(SB)
#define C_e5 ·funcsAVX512+512(SB)
#define C_e4 ·funcsAVX512+576(SB)
#define C_e3 ·funcsAVX512+640(SB)
#define C_e2 ·funcsAVX512+704(SB)
#define C_one ·funcsAVX512+768(SB)
#define C_sign ·funcsAVX512+832(SB)
#define C_tLo ·funcsAVX512+896(SB)
#define C_t2log2e ·funcsAVX512+960(SB)
#define C_magic127 ·funcsAVX512+1024(SB)
#define C_tHi ·funcsAVX512+1088(SB)
#define C_tLn ·funcsAVX512+1152(SB)
#define C_t4 ·funcsAVX512+1216(SB)
#define C_t3 ·funcsAVX512+1280(SB)
#define C_t2 ·funcsAVX512+1344(SB)
#define C_t1 ·funcsAVX512+1408(SB)
#define C_two ·funcsAVX512+1472(SB)
#define C_g8 ·funcsAVX512+1536(SB)
#define C_g7 ·funcsAVX512+1600(SB)
#define C_g6 ·funcsAVX512+1664(SB)
#define C_g5 ·funcsAVX512+1728(SB)
#define C_g4 ·funcsAVX512+1792(SB)
#define C_g3 ·funcsAVX512+1856(SB)
#define C_g2 ·funcsAVX512+1920(SB)
#define C_g1 ·funcsAVX512+1984(SB)
#define C_g0 ·funcsAVX512+2048(SB)
#define C_half ·funcsAVX512+2112(SB)
#define C_minNormal ·funcsAVX512+2176(SB)
#define C_two23 ·funcsAVX512+2240(SB)
#define C_inf ·funcsAVX512+2304(SB)
#define C_negInf ·funcsAVX512+2368(SB)
#define C_nan ·funcsAVX512+2432(SB)
#define C_bias ·funcsAVX512+2496(SB)
#define C_mant ·funcsAVX512+2560(SB)
#define C_i23 ·funcsAVX512+2624(SB)
#define C_i1 ·funcsAVX512+2688(SB)
#define C_abs ·funcsAVX512+2752(SB)

// EXP: P = e^X for X from −104.5 to 89 or NaN; T and X are lost.
#define EXP(X, T, N, P) \
	VMOVUPS C_magic, T; \
	VFMADD231PS C_log2e, X, T; \
	VSUBPS C_magic, T, T; \
	VFNMADD231PS C_ln2Hi, T, X; \
	VFNMADD231PS C_ln2Lo, T, X; \
	VMOVUPS C_e5, P; \
	VFMADD231PS C_e6, X, P; \
	VFMADD213PS C_e4, X, P; \
	VFMADD213PS C_e3, X, P; \
	VFMADD213PS C_e2, X, P; \
	VFMADD213PS C_one, X, P; \
	VFMADD213PS C_one, X, P; \
	VSCALEFPS T, P, P

// LOG: X = log X, special values included; A, B, D, E are lost. getexp and
// getmant give the specification's e and m for all inputs.
#define LOG(X, A, B, D, E) \
	VGETMANTPS $0x0b, X, A; \
	VGETEXPPS X, E; \
	VGETEXPPS A, B; \
	VSUBPS B, E, E; \
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
	VMULPS C_ln2Lo, E, X; \
	VFMADD231PS B, D, X; \
	VADDPS A, X, X; \
	VFMADD231PS C_ln2Hi, E, X
