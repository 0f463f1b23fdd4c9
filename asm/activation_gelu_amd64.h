// GELU: gelu32 and geluSlope32 of activation_smooth.go, whose chains have three
// registers more, U, V and W, and keep no constant but the magic number.

#define GMAGIC VBROADCASTSS C_magic, V12
#define GWITH(C, OP) VBROADCASTSS C, V15; GEACH(OP)

// GELUBOUND: X = a for x in X, which S keeps.
#define GELUBOUND1(X, T, P, S, U, V, W) VMOVAPS X, S; VANDPS V15, X, X
#define GELUBOUND2(X, T, P, S, U, V, W) VMINPS X, V15, X
#define GELUBOUND \
	GWITH(C_abs, GELUBOUND1); \
	GWITH(C_gMost, GELUBOUND2)

// GELUPARTS: X = a, V = e, U = p, W = q for x in S and X; P and T are lost. The three
// polynomials are computed side by side.
#define GELUPARTS1(X, T, P, S, U, V, W) VMULPS X, X, T; VMOVAPS X, U
#define GELUPARTS2(X, T, P, S, U, V, W) VMOVAPS V12, P; VFMADD231PS V15, T, P
#define GELUPARTS3(X, T, P, S, U, V, W) VFMSUB213PS T, X, U; VSUBPS V12, P, V
#define GELUPARTS4(X, T, P, S, U, V, W) VPSLLD $23, P, P
#define GELUPARTS5(X, T, P, S, U, V, W) VFMADD231PS V15, V, T
#define GELUPARTS6(X, T, P, S, U, V, W) VADDPS U, T, T
#define GELUPARTS8(X, T, P, S, U, V, W) VFMADD213PS V15, T, V; VFMADD213PS V15, X, W
#define LEADE(C, X, T, P, S, U, V, W) VBROADCASTSS C, V
#define LEADP(C, X, T, P, S, U, V, W) VBROADCASTSS C, U
#define LEADQ(C, X, T, P, S, U, V, W) VBROADCASTSS C, W
#define STEPE(X, T, P, S, U, V, W) VFMADD213PS V15, T, V
#define STEPP(X, T, P, S, U, V, W) VFMADD213PS V15, X, U
#define STEPQ(X, T, P, S, U, V, W) VFMADD213PS V15, X, W
#define GELUPARTS \
	GEACH(GELUPARTS1); \
	GEACHOF(LEADQ, C_q5); \
	GWITH(C_gLog2e, GELUPARTS2); \
	GWITH(C_q4, STEPQ); \
	GEACH(GELUPARTS3); \
	GWITH(C_q3, STEPQ); \
	GEACH(GELUPARTS4); \
	GWITH(C_gHi, GELUPARTS5); \
	GWITH(C_q2, STEPQ); \
	GWITH(C_gLo, GELUPARTS5); \
	GEACHOF(LEADE, C_d6); \
	GEACH(GELUPARTS6); \
	GWITH(C_q1, STEPQ); \
	GEACHOF(LEADP, C_p4); \
	GWITH(C_d5, STEPE); \
	GWITH(C_p3, STEPP); \
	GWITH(C_d4, STEPE); \
	GWITH(C_p2, STEPP); \
	GWITH(C_d3, STEPE); \
	GWITH(C_p1, STEPP); \
	GWITH(C_d2, STEPE); \
	GWITH(C_half, STEPP); \
	GWITH(C_d1, STEPE); \
	GWITH(C_one, GELUPARTS8)

#define GELU2(X, T, P, S, U, V, W) VMULPS X, U, U; VMULPS P, V, V
#define GELU3(X, T, P, S, U, V, W) VMULPS V, U, U; VMAXPS S, V15, S
#define GELU4(X, T, P, S, U, V, W) VDIVPS W, U, U
#define GELU5(X, T, P, S, U, V, W) VSUBPS U, S, X
#define GELU \
	GELUBOUND; \
	GELUPARTS; \
	GEACH(GELU2); \
	GWITH(C_sign, GELU3); \
	GEACH(GELU4); \
	GEACH(GELU5)

#define GELUSLOPE3(X, T, P, S, U, V, W) VDIVPS W, U, U; VMULPS P, V, V
#define GELUSLOPE4(X, T, P, S, U, V, W) VFNMADD231PS V15, X, U
#define GELUSLOPE5(X, T, P, S, U, V, W) VMULPS V, U, U
#define GELUSLOPE6(X, T, P, S, U, V, W) VSUBPS U, V15, T
#define GELUSLOPE7(X, T, P, S, U, V, W) SELECT(S, U, T, X)
#define GELUSLOPE \
	GELUBOUND; \
	GELUPARTS; \
	GEACH(GELUSLOPE3); \
	GWITH(C_density, GELUSLOPE4); \
	GEACH(GELUSLOPE5); \
	GWITH(C_one, GELUSLOPE6); \
	GWITH(C_sign, GELUSLOPE7)
