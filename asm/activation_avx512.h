// The registers and what differs from AVX2 of the activations for AVX-512: four
// chains side by side.

#define V12 Z28
#define V13 Z29
#define V14 Z30
#define V15 Z31
#define STEP 64

#define EACH(OP) \
	OP(Z0, Z1, Z2, Z3); \
	OP(Z7, Z8, Z9, Z10); \
	OP(Z14, Z15, Z16, Z17); \
	OP(Z21, Z22, Z23, Z24)
#define EACHOF(OP, C) \
	OP(C, Z0, Z1, Z2, Z3); \
	OP(C, Z7, Z8, Z9, Z10); \
	OP(C, Z14, Z15, Z16, Z17); \
	OP(C, Z21, Z22, Z23, Z24)
#define GEACH(OP) \
	OP(Z0, Z1, Z2, Z3, Z4, Z5, Z6); \
	OP(Z7, Z8, Z9, Z10, Z11, Z12, Z13); \
	OP(Z14, Z15, Z16, Z17, Z18, Z19, Z20); \
	OP(Z21, Z22, Z23, Z24, Z25, Z26, Z27)
#define GEACHOF(OP, C) \
	OP(C, Z0, Z1, Z2, Z3, Z4, Z5, Z6); \
	OP(C, Z7, Z8, Z9, Z10, Z11, Z12, Z13); \
	OP(C, Z14, Z15, Z16, Z17, Z18, Z19, Z20); \
	OP(C, Z21, Z22, Z23, Z24, Z25, Z26, Z27)

// SELECT: D = M < 0, by the sign bit, ? A : B. WHERE: D = X compared with C ? A : B;
// T is not used. MINUSABS: X = −|S|, at least V15, also for NaN, which passes by
// another way.
#define SELECT(M, A, B, D) VPMOVD2M M, K2; VBLENDMPS A, B, K2, D
#define WHERE(HOW, C, X, T, A, B, D) VCMPPS HOW, C, X, K2; VBLENDMPS A, B, K2, D
#define MINUSABS(S, X) VRANGEPS $0x0e, V15, S, X

// The numbers of a turn. MASKS makes K1, K3, K4 and K5 the masks of the R8 floats that
// are left.
#define MASKS \
	MOVQ $-1, R10; \
	SHLXQ R8, R10, R10; \
	NOTQ R10; \
	KMOVW R10, K1; \
	SHRQ $16, R10; \
	KMOVW R10, K3; \
	SHRQ $16, R10; \
	KMOVW R10, K4; \
	SHRQ $16, R10; \
	KMOVW R10, K5
#define LOAD(FROM) \
	VMOVUPS (FROM)(R9*4), Z0; \
	VMOVUPS 64(FROM)(R9*4), Z7; \
	VMOVUPS 128(FROM)(R9*4), Z14; \
	VMOVUPS 192(FROM)(R9*4), Z21
#define STORE \
	VMOVUPS Z0, (DI)(R9*4); \
	VMOVUPS Z7, 64(DI)(R9*4); \
	VMOVUPS Z14, 128(DI)(R9*4); \
	VMOVUPS Z21, 192(DI)(R9*4)
#define TIMESDY \
	VMULPS (SI)(R9*4), Z0, Z0; \
	VMULPS 64(SI)(R9*4), Z7, Z7; \
	VMULPS 128(SI)(R9*4), Z14, Z14; \
	VMULPS 192(SI)(R9*4), Z21, Z21
#define LOADPART(FROM) \
	VMOVUPS.Z (FROM)(R9*4), K1, Z0; \
	VMOVUPS.Z 64(FROM)(R9*4), K3, Z7; \
	VMOVUPS.Z 128(FROM)(R9*4), K4, Z14; \
	VMOVUPS.Z 192(FROM)(R9*4), K5, Z21
#define STOREPART \
	VMOVUPS Z0, K1, (DI)(R9*4); \
	VMOVUPS Z7, K3, 64(DI)(R9*4); \
	VMOVUPS Z14, K4, 128(DI)(R9*4); \
	VMOVUPS Z21, K5, 192(DI)(R9*4)
#define TIMESDYPART \
	VMOVUPS.Z (SI)(R9*4), K1, Z1; \
	VMULPS Z1, Z0, Z0; \
	VMOVUPS.Z 64(SI)(R9*4), K3, Z1; \
	VMULPS Z1, Z7, Z7; \
	VMOVUPS.Z 128(SI)(R9*4), K4, Z1; \
	VMULPS Z1, Z14, Z14; \
	VMOVUPS.Z 192(SI)(R9*4), K5, Z1; \
	VMULPS Z1, Z21, Z21
