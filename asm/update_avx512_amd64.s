//go:build amd64 && !purego

#include "textflag.h"

// Optimizer updates, 16 parameters an iteration in Keras's order of operations, every
// one rounded; division and square root bound the speed.
//
//	w  register 0    first slot   2     4, 5, 6  scratch
//	g  register 1    second slot  3     from Z16  the constants of the step, then |·| mask and 2⁻¹⁰⁰
//	AX w  BX g  CX first slot  DX second slot  R8 floats to go  R9 floats done
//	K1 mask of the last iteration   K2 what tiny0 keeps

#define TINY0(X, T, MAG, TINY) VANDPS MAG, X, T; VCMPPS $0x15, TINY, T, K2; VMOVAPS.Z X, K2, X

#define TINYCONSTANTS(MAG, TINY) \
	MOVL $0x7fffffff, R10; \
	MOVL $0x0d800000, R11; \
	VPBROADCASTD R10, MAG; \
	VPBROADCASTD R11, TINY

#define LOAD0 VMOVUPS (AX)(R9*4), Z0; VMOVUPS (BX)(R9*4), Z1
#define STORE0 VMOVUPS Z0, (AX)(R9*4)
#define LOADLAST0 VMOVUPS.Z (AX)(R9*4), K1, Z0; VMOVUPS.Z (BX)(R9*4), K1, Z1
#define STORELAST0 VMOVUPS Z0, K1, (AX)(R9*4)

#define LOAD1 VMOVUPS (AX)(R9*4), Z0; VMOVUPS (BX)(R9*4), Z1; VMOVUPS (CX)(R9*4), Z2
#define STORE1 VMOVUPS Z0, (AX)(R9*4); VMOVUPS Z2, (CX)(R9*4)
#define LOADLAST1 VMOVUPS.Z (AX)(R9*4), K1, Z0; VMOVUPS.Z (BX)(R9*4), K1, Z1; VMOVUPS.Z (CX)(R9*4), K1, Z2
#define STORELAST1 VMOVUPS Z0, K1, (AX)(R9*4); VMOVUPS Z2, K1, (CX)(R9*4)

#define LOAD2 VMOVUPS (AX)(R9*4), Z0; VMOVUPS (BX)(R9*4), Z1; VMOVUPS (CX)(R9*4), Z2; VMOVUPS (DX)(R9*4), Z3
#define STORE2 VMOVUPS Z0, (AX)(R9*4); VMOVUPS Z2, (CX)(R9*4); VMOVUPS Z3, (DX)(R9*4)
#define LOADLAST2 VMOVUPS.Z (AX)(R9*4), K1, Z0; VMOVUPS.Z (BX)(R9*4), K1, Z1; VMOVUPS.Z (CX)(R9*4), K1, Z2; VMOVUPS.Z (DX)(R9*4), K1, Z3
#define STORELAST2 VMOVUPS Z0, K1, (AX)(R9*4); VMOVUPS Z2, K1, (CX)(R9*4); VMOVUPS Z3, K1, (DX)(R9*4)

// LOOP does all floats: iterations of 16, then the rest under a mask.
#define LOOP(RULE, LOAD, STORE, LOADLAST, STORELAST) \
	XORQ R9, R9; \
	SUBQ $16, R8; \
	JLT last; \
loop: \
	LOAD; \
	RULE; \
	STORE; \
	ADDQ $16, R9; \
	SUBQ $16, R8; \
	JGE loop; \
last: \
	ADDQ $16, R8; \
	JZ done; \
	MOVQ $-1, R10; \
	SHLXQ R8, R10, R10; \
	NOTQ R10; \
	KMOVW R10, K1; \
	LOADLAST; \
	RULE; \
	STORELAST; \
done: \
	VZEROUPPER; \
	RET

#define RULE_Sgd VMULPS Z16, Z1, Z4; \
	VSUBPS Z4, Z0, Z0

// func sgdAVX512Asm(w, dw *float32, n int, lr float32)
TEXT ·sgdAVX512Asm(SB), NOSPLIT, $0-28
	MOVQ w+0(FP), AX
	MOVQ dw+8(FP), BX
	MOVQ n+16(FP), R8
	VBROADCASTSS lr+24(FP), Z16
	LOOP(RULE_Sgd, LOAD0, STORE0, LOADLAST0, STORELAST0)

#define RULE_Momentum VMULPS Z16, Z1, Z4; \
	VMULPS Z17, Z2, Z2; \
	VSUBPS Z4, Z2, Z2; \
	TINY0(Z2, Z6, Z18, Z19); \
	VADDPS Z2, Z0, Z0

// func momentumAVX512Asm(w, dw, m *float32, n int, lr, mu float32)
TEXT ·momentumAVX512Asm(SB), NOSPLIT, $0-40
	MOVQ w+0(FP), AX
	MOVQ dw+8(FP), BX
	MOVQ m+16(FP), CX
	MOVQ n+24(FP), R8
	VBROADCASTSS lr+32(FP), Z16
	VBROADCASTSS mu+36(FP), Z17
	TINYCONSTANTS(Z18, Z19)
	LOOP(RULE_Momentum, LOAD1, STORE1, LOADLAST1, STORELAST1)

#define RULE_Nesterov VMULPS Z16, Z1, Z4; \
	VMULPS Z17, Z2, Z2; \
	VSUBPS Z4, Z2, Z2; \
	TINY0(Z2, Z6, Z18, Z19); \
	VMULPS Z17, Z2, Z5; \
	VSUBPS Z4, Z5, Z5; \
	VADDPS Z5, Z0, Z0

// func nesterovAVX512Asm(w, dw, m *float32, n int, lr, mu float32)
TEXT ·nesterovAVX512Asm(SB), NOSPLIT, $0-40
	MOVQ w+0(FP), AX
	MOVQ dw+8(FP), BX
	MOVQ m+16(FP), CX
	MOVQ n+24(FP), R8
	VBROADCASTSS lr+32(FP), Z16
	VBROADCASTSS mu+36(FP), Z17
	TINYCONSTANTS(Z18, Z19)
	LOOP(RULE_Nesterov, LOAD1, STORE1, LOADLAST1, STORELAST1)

#define RULE_Adagrad VMULPS Z1, Z1, Z4; \
	VADDPS Z4, Z2, Z2; \
	VADDPS Z17, Z2, Z5; \
	VSQRTPS Z5, Z5; \
	VMULPS Z16, Z1, Z4; \
	VDIVPS Z5, Z4, Z4; \
	VSUBPS Z4, Z0, Z0

// func adagradAVX512Asm(w, dw, v *float32, n int, lr, eps float32)
TEXT ·adagradAVX512Asm(SB), NOSPLIT, $0-40
	MOVQ w+0(FP), AX
	MOVQ dw+8(FP), BX
	MOVQ v+16(FP), CX
	MOVQ n+24(FP), R8
	VBROADCASTSS lr+32(FP), Z16
	VBROADCASTSS eps+36(FP), Z17
	LOOP(RULE_Adagrad, LOAD1, STORE1, LOADLAST1, STORELAST1)

#define RULE_Rmsprop VMULPS Z1, Z1, Z4; \
	VMULPS Z18, Z4, Z4; \
	VMULPS Z17, Z2, Z2; \
	VADDPS Z4, Z2, Z2; \
	TINY0(Z2, Z6, Z20, Z21); \
	VADDPS Z19, Z2, Z5; \
	VSQRTPS Z5, Z5; \
	VMULPS Z16, Z1, Z4; \
	VDIVPS Z5, Z4, Z4; \
	VSUBPS Z4, Z0, Z0

// func rmspropAVX512Asm(w, dw, v *float32, n int, lr, rho, c, eps float32)
TEXT ·rmspropAVX512Asm(SB), NOSPLIT, $0-48
	MOVQ w+0(FP), AX
	MOVQ dw+8(FP), BX
	MOVQ v+16(FP), CX
	MOVQ n+24(FP), R8
	VBROADCASTSS lr+32(FP), Z16
	VBROADCASTSS rho+36(FP), Z17
	VBROADCASTSS c+40(FP), Z18
	VBROADCASTSS eps+44(FP), Z19
	TINYCONSTANTS(Z20, Z21)
	LOOP(RULE_Rmsprop, LOAD1, STORE1, LOADLAST1, STORELAST1)

#define RULE_RmspropMomentum VMULPS Z1, Z1, Z4; \
	VMULPS Z18, Z4, Z4; \
	VMULPS Z17, Z2, Z2; \
	VADDPS Z4, Z2, Z2; \
	TINY0(Z2, Z6, Z21, Z22); \
	VADDPS Z20, Z2, Z5; \
	VSQRTPS Z5, Z5; \
	VMULPS Z16, Z1, Z4; \
	VDIVPS Z5, Z4, Z4; \
	VMULPS Z19, Z3, Z3; \
	VADDPS Z4, Z3, Z3; \
	TINY0(Z3, Z6, Z21, Z22); \
	VSUBPS Z3, Z0, Z0

// func rmspropMomentumAVX512Asm(w, dw, v, m *float32, n int, lr, rho, c, mu, eps float32)
TEXT ·rmspropMomentumAVX512Asm(SB), NOSPLIT, $0-60
	MOVQ w+0(FP), AX
	MOVQ dw+8(FP), BX
	MOVQ v+16(FP), CX
	MOVQ m+24(FP), DX
	MOVQ n+32(FP), R8
	VBROADCASTSS lr+40(FP), Z16
	VBROADCASTSS rho+44(FP), Z17
	VBROADCASTSS c+48(FP), Z18
	VBROADCASTSS mu+52(FP), Z19
	VBROADCASTSS eps+56(FP), Z20
	TINYCONSTANTS(Z21, Z22)
	LOOP(RULE_RmspropMomentum, LOAD2, STORE2, LOADLAST2, STORELAST2)

// ROOT sets S to the root of V, correctly rounded, in multiply-adds: the divider has the
// quotient to do. V is 0, NaN or at least 2⁻¹⁰⁰, so that no step leaves the normal
// numbers: with y ≈ 1/√V to 14 bits, one step of Goldschmidt gives g ≈ √V and h ≈ 1/(2√V)
// to 24 bits, and g + (V − g²)·h, of which only the sum is rounded, is √V rounded for all
// 2²⁴ mantissas and parities of the exponent (TestRootOfAdam); 0 and +Inf are put in.
// (16 parameters of Adam: 6.8 ns instead of 7.8 on Sapphire Rapids, whose divider takes 12
// cycles for a root.)
#define ROOT(V, S, H, T, HALF, SPECIAL) VRSQRT14PS V, H; \
	VMULPS H, V, S; \
	VMULPS HALF, H, H; \
	VMOVAPS HALF, T; \
	VFNMADD231PS H, S, T; \
	VFMADD213PS S, T, S; \
	VFMADD213PS H, T, H; \
	VMOVAPS V, T; \
	VFNMADD231PS S, S, T; \
	VFMADD231PS T, H, S; \
	VFIXUPIMMPS $0, SPECIAL, V, S

#define RULE_Adam VSUBPS Z2, Z1, Z4; \
	VMULPS Z17, Z4, Z4; \
	VADDPS Z4, Z2, Z2; \
	TINY0(Z2, Z6, Z20, Z21); \
	VMULPS Z1, Z1, Z5; \
	VSUBPS Z3, Z5, Z5; \
	VMULPS Z18, Z5, Z5; \
	VADDPS Z5, Z3, Z3; \
	TINY0(Z3, Z6, Z20, Z21); \
	VMULPS Z16, Z2, Z4; \
	ROOT(Z3, Z5, Z6, Z7, Z22, Z23); \
	VADDPS Z19, Z5, Z5; \
	VDIVPS Z5, Z4, Z4; \
	VSUBPS Z4, Z0, Z0

// func adamAVX512Asm(w, dw, m, v *float32, n int, alpha, c1, c2, eps float32)
TEXT ·adamAVX512Asm(SB), NOSPLIT, $0-56
	MOVQ w+0(FP), AX
	MOVQ dw+8(FP), BX
	MOVQ m+16(FP), CX
	MOVQ v+24(FP), DX
	MOVQ n+32(FP), R8
	VBROADCASTSS alpha+40(FP), Z16
	VBROADCASTSS c1+44(FP), Z17
	VBROADCASTSS c2+48(FP), Z18
	VBROADCASTSS eps+52(FP), Z19
	TINYCONSTANTS(Z20, Z21)
	MOVL $0x3f000000, R10 // 1/2
	MOVL $0x00100100, R11 // zeros and +Inf as they are
	VPBROADCASTD R10, Z22
	VPBROADCASTD R11, Z23
	LOOP(RULE_Adam, LOAD2, STORE2, LOADLAST2, STORELAST2)

#define RULE_Nadam VSUBPS Z2, Z1, Z4; \
	VMULPS Z18, Z4, Z4; \
	VADDPS Z4, Z2, Z2; \
	TINY0(Z2, Z6, Z21, Z22); \
	VMULPS Z1, Z1, Z5; \
	VSUBPS Z3, Z5, Z5; \
	VMULPS Z19, Z5, Z5; \
	VADDPS Z5, Z3, Z3; \
	TINY0(Z3, Z6, Z21, Z22); \
	VMULPS Z16, Z2, Z4; \
	VMULPS Z17, Z1, Z5; \
	VADDPS Z5, Z4, Z4; \
	VSQRTPS Z3, Z5; \
	VADDPS Z20, Z5, Z5; \
	VDIVPS Z5, Z4, Z4; \
	VSUBPS Z4, Z0, Z0

// func nadamAVX512Asm(w, dw, m, v *float32, n int, a, b, c1, c2, eps float32)
TEXT ·nadamAVX512Asm(SB), NOSPLIT, $0-60
	MOVQ w+0(FP), AX
	MOVQ dw+8(FP), BX
	MOVQ m+16(FP), CX
	MOVQ v+24(FP), DX
	MOVQ n+32(FP), R8
	VBROADCASTSS a+40(FP), Z16
	VBROADCASTSS b+44(FP), Z17
	VBROADCASTSS c1+48(FP), Z18
	VBROADCASTSS c2+52(FP), Z19
	VBROADCASTSS eps+56(FP), Z20
	TINYCONSTANTS(Z21, Z22)
	LOOP(RULE_Nadam, LOAD2, STORE2, LOADLAST2, STORELAST2)

// The step has the sign of the direction, is 0 where that is, and NaN where that is.
#define RULE_Lion VMULPS Z17, Z2, Z4; \
	VMULPS Z18, Z1, Z5; \
	VADDPS Z5, Z4, Z4; \
	VANDNPS Z4, Z21, Z5; \
	VORPS Z16, Z5, Z5; \
	VCMPPS $4, Z23, Z4, K2; \
	VMOVAPS.Z Z5, K2, Z5; \
	VCMPPS $3, Z4, Z4, K2; \
	VMOVAPS Z4, K2, Z5; \
	VMULPS Z19, Z2, Z2; \
	VMULPS Z20, Z1, Z4; \
	VADDPS Z4, Z2, Z2; \
	TINY0(Z2, Z6, Z21, Z22); \
	VSUBPS Z5, Z0, Z0

// func lionAVX512Asm(w, dw, m *float32, n int, lr, beta1, c1, beta2, c2 float32)
TEXT ·lionAVX512Asm(SB), NOSPLIT, $0-52
	MOVQ w+0(FP), AX
	MOVQ dw+8(FP), BX
	MOVQ m+16(FP), CX
	MOVQ n+24(FP), R8
	VBROADCASTSS lr+32(FP), Z16
	VBROADCASTSS beta1+36(FP), Z17
	VBROADCASTSS c1+40(FP), Z18
	VBROADCASTSS beta2+44(FP), Z19
	VBROADCASTSS c2+48(FP), Z20
	TINYCONSTANTS(Z21, Z22)
	VPXORD Z23, Z23, Z23
	LOOP(RULE_Lion, LOAD1, STORE1, LOADLAST1, STORELAST1)
