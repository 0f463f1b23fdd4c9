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
