// The registers and what differs from AVX-512 of the activations for AVX2: three
// chains side by side, and two where GELUCHAINS is defined.

#define V12 Y12
#define V13 Y13
#define V14 Y14
#define V15 Y15

#define EACH(OP) \
	OP(Y0, Y1, Y2, Y3); \
	OP(Y4, Y5, Y6, Y7); \
	OP(Y8, Y9, Y10, Y11)
#define EACHOF(OP, C) \
	OP(C, Y0, Y1, Y2, Y3); \
	OP(C, Y4, Y5, Y6, Y7); \
	OP(C, Y8, Y9, Y10, Y11)
#define GEACH(OP) \
	OP(Y0, Y1, Y2, Y3, Y4, Y5, Y6); \
	OP(Y7, Y8, Y9, Y10, Y11, Y13, Y14)
#define GEACHOF(OP, C) \
	OP(C, Y0, Y1, Y2, Y3, Y4, Y5, Y6); \
	OP(C, Y7, Y8, Y9, Y10, Y11, Y13, Y14)

// SELECT: D = M < 0, by the sign bit, ? A : B. WHERE: D = X compared with C ? A : B; T
// is lost. MINUSABS: X = −|S|, at least V15.
#define SELECT(M, A, B, D) VBLENDVPS M, A, B, D
#define WHERE(HOW, C, X, T, A, B, D) VCMPPS HOW, C, X, T; VBLENDVPS T, A, B, D
#define MINUSABS(S, X) VORPS V14, S, X; VMAXPS X, V15, X

// The numbers of a turn. MASKS points R10 to the masks of the R8 floats that are left.
#define MASKS \
	LEAQ ·activationMasks+96(SB), R10; \
	SHLQ $2, R8; \
	SUBQ R8, R10
#ifdef GELUCHAINS
#define STEP 16
#define LOAD(FROM) \
	VMOVUPS (FROM)(R9*4), Y0; \
	VMOVUPS 32(FROM)(R9*4), Y7
#define STORE \
	VMOVUPS Y0, (DI)(R9*4); \
	VMOVUPS Y7, 32(DI)(R9*4)
#define TIMESDY \
	VMULPS (SI)(R9*4), Y0, Y0; \
	VMULPS 32(SI)(R9*4), Y7, Y7
#define LOADPART(FROM) \
	VMOVUPS (R10), Y15; \
	VMASKMOVPS (FROM)(R9*4), Y15, Y0; \
	VMOVUPS 32(R10), Y15; \
	VMASKMOVPS 32(FROM)(R9*4), Y15, Y7
#define STOREPART \
	VMOVUPS (R10), Y15; \
	VMASKMOVPS Y0, Y15, (DI)(R9*4); \
	VMOVUPS 32(R10), Y15; \
	VMASKMOVPS Y7, Y15, 32(DI)(R9*4)
#define TIMESDYPART \
	VMOVUPS (R10), Y15; \
	VMASKMOVPS (SI)(R9*4), Y15, Y1; \
	VMULPS Y1, Y0, Y0; \
	VMOVUPS 32(R10), Y15; \
	VMASKMOVPS 32(SI)(R9*4), Y15, Y1; \
	VMULPS Y1, Y7, Y7
#else
#define STEP 24
#define LOAD(FROM) \
	VMOVUPS (FROM)(R9*4), Y0; \
	VMOVUPS 32(FROM)(R9*4), Y4; \
	VMOVUPS 64(FROM)(R9*4), Y8
#define STORE \
	VMOVUPS Y0, (DI)(R9*4); \
	VMOVUPS Y4, 32(DI)(R9*4); \
	VMOVUPS Y8, 64(DI)(R9*4)
#define TIMESDY \
	VMULPS (SI)(R9*4), Y0, Y0; \
	VMULPS 32(SI)(R9*4), Y4, Y4; \
	VMULPS 64(SI)(R9*4), Y8, Y8
#define LOADPART(FROM) \
	VMOVUPS (R10), Y15; \
	VMASKMOVPS (FROM)(R9*4), Y15, Y0; \
	VMOVUPS 32(R10), Y15; \
	VMASKMOVPS 32(FROM)(R9*4), Y15, Y4; \
	VMOVUPS 64(R10), Y15; \
	VMASKMOVPS 64(FROM)(R9*4), Y15, Y8
#define STOREPART \
	VMOVUPS (R10), Y15; \
	VMASKMOVPS Y0, Y15, (DI)(R9*4); \
	VMOVUPS 32(R10), Y15; \
	VMASKMOVPS Y4, Y15, 32(DI)(R9*4); \
	VMOVUPS 64(R10), Y15; \
	VMASKMOVPS Y8, Y15, 64(DI)(R9*4)
#define TIMESDYPART \
	VMOVUPS (R10), Y15; \
	VMASKMOVPS (SI)(R9*4), Y15, Y1; \
	VMULPS Y1, Y0, Y0; \
	VMOVUPS 32(R10), Y15; \
	VMASKMOVPS 32(SI)(R9*4), Y15, Y1; \
	VMULPS Y1, Y4, Y4; \
	VMOVUPS 64(R10), Y15; \
	VMASKMOVPS 64(SI)(R9*4), Y15, Y1; \
	VMULPS Y1, Y8, Y8
#endif
