//go:build amd64 && !purego

#include "textflag.h"

// Optimizer updates, 8 parameters an iteration in Keras's order of operations, every
// one rounded; division and square root bound the speed.
//
//	w  register 0    first slot   2     4, 5, 6  scratch
//	g  register 1    second slot  3     from Y8  the constants of the step, then |·| mask and 2⁻¹⁰⁰
//	AX w  BX g  CX first slot  DX second slot  R8 floats to go  R9 floats done
//	Y7 mask of the last iteration

#define TINY0(X, T, MAG, TINY) VANDPS MAG, X, T; VCMPPS $0x15, TINY, T, T; VANDPS T, X, X

#define TINYCONSTANTS(XMAG, MAG, XTINY, TINY) \
	MOVL $0x7fffffff, R10; \
	MOVL $0x0d800000, R11; \
	VMOVD R10, XMAG; \
	VBROADCASTSS XMAG, MAG; \
	VMOVD R11, XTINY; \
	VBROADCASTSS XTINY, TINY

#define LOAD0 VMOVUPS (AX)(R9*4), Y0; VMOVUPS (BX)(R9*4), Y1
#define STORE0 VMOVUPS Y0, (AX)(R9*4)
#define LOADLAST0 VMASKMOVPS (AX)(R9*4), Y7, Y0; VMASKMOVPS (BX)(R9*4), Y7, Y1
#define STORELAST0 VMASKMOVPS Y0, Y7, (AX)(R9*4)

#define LOAD1 VMOVUPS (AX)(R9*4), Y0; VMOVUPS (BX)(R9*4), Y1; VMOVUPS (CX)(R9*4), Y2
#define STORE1 VMOVUPS Y0, (AX)(R9*4); VMOVUPS Y2, (CX)(R9*4)
#define LOADLAST1 VMASKMOVPS (AX)(R9*4), Y7, Y0; VMASKMOVPS (BX)(R9*4), Y7, Y1; VMASKMOVPS (CX)(R9*4), Y7, Y2
#define STORELAST1 VMASKMOVPS Y0, Y7, (AX)(R9*4); VMASKMOVPS Y2, Y7, (CX)(R9*4)

#define LOAD2 VMOVUPS (AX)(R9*4), Y0; VMOVUPS (BX)(R9*4), Y1; VMOVUPS (CX)(R9*4), Y2; VMOVUPS (DX)(R9*4), Y3
#define STORE2 VMOVUPS Y0, (AX)(R9*4); VMOVUPS Y2, (CX)(R9*4); VMOVUPS Y3, (DX)(R9*4)
#define LOADLAST2 VMASKMOVPS (AX)(R9*4), Y7, Y0; VMASKMOVPS (BX)(R9*4), Y7, Y1; VMASKMOVPS (CX)(R9*4), Y7, Y2; VMASKMOVPS (DX)(R9*4), Y7, Y3
#define STORELAST2 VMASKMOVPS Y0, Y7, (AX)(R9*4); VMASKMOVPS Y2, Y7, (CX)(R9*4); VMASKMOVPS Y3, Y7, (DX)(R9*4)

// LOOP does all floats: iterations of 8, then the rest under a mask.
#define LOOP(RULE, LOAD, STORE, LOADLAST, STORELAST) \
	XORQ R9, R9; \
	SUBQ $8, R8; \
	JLT last; \
loop: \
	LOAD; \
	RULE; \
	STORE; \
	ADDQ $8, R9; \
	SUBQ $8, R8; \
	JGE loop; \
last: \
	ADDQ $8, R8; \
	JZ done; \
	LEAQ ·maskAVX2+32(SB), R10; \
	SHLQ $2, R8; \
	SUBQ R8, R10; \
	VMOVUPS (R10), Y7; \
	LOADLAST; \
	RULE; \
	STORELAST; \
done: \
	VZEROUPPER; \
	RET

#define RULE_Sgd VMULPS Y8, Y1, Y4; \
	VSUBPS Y4, Y0, Y0

// func sgdAVX2Asm(w, dw *float32, n int, lr float32)
TEXT ·sgdAVX2Asm(SB), NOSPLIT, $0-28
	MOVQ w+0(FP), AX
	MOVQ dw+8(FP), BX
	MOVQ n+16(FP), R8
	VBROADCASTSS lr+24(FP), Y8
	LOOP(RULE_Sgd, LOAD0, STORE0, LOADLAST0, STORELAST0)

#define RULE_Momentum VMULPS Y8, Y1, Y4; \
	VMULPS Y9, Y2, Y2; \
	VSUBPS Y4, Y2, Y2; \
	TINY0(Y2, Y6, Y10, Y11); \
	VADDPS Y2, Y0, Y0

// func momentumAVX2Asm(w, dw, m *float32, n int, lr, mu float32)
TEXT ·momentumAVX2Asm(SB), NOSPLIT, $0-40
	MOVQ w+0(FP), AX
	MOVQ dw+8(FP), BX
	MOVQ m+16(FP), CX
	MOVQ n+24(FP), R8
	VBROADCASTSS lr+32(FP), Y8
	VBROADCASTSS mu+36(FP), Y9
	TINYCONSTANTS(X10, Y10, X11, Y11)
	LOOP(RULE_Momentum, LOAD1, STORE1, LOADLAST1, STORELAST1)

#define RULE_Nesterov VMULPS Y8, Y1, Y4; \
	VMULPS Y9, Y2, Y2; \
	VSUBPS Y4, Y2, Y2; \
	TINY0(Y2, Y6, Y10, Y11); \
	VMULPS Y9, Y2, Y5; \
	VSUBPS Y4, Y5, Y5; \
	VADDPS Y5, Y0, Y0

// func nesterovAVX2Asm(w, dw, m *float32, n int, lr, mu float32)
TEXT ·nesterovAVX2Asm(SB), NOSPLIT, $0-40
	MOVQ w+0(FP), AX
	MOVQ dw+8(FP), BX
	MOVQ m+16(FP), CX
	MOVQ n+24(FP), R8
	VBROADCASTSS lr+32(FP), Y8
	VBROADCASTSS mu+36(FP), Y9
	TINYCONSTANTS(X10, Y10, X11, Y11)
	LOOP(RULE_Nesterov, LOAD1, STORE1, LOADLAST1, STORELAST1)

#define RULE_Adagrad VMULPS Y1, Y1, Y4; \
	VADDPS Y4, Y2, Y2; \
	VADDPS Y9, Y2, Y5; \
	VSQRTPS Y5, Y5; \
	VMULPS Y8, Y1, Y4; \
	VDIVPS Y5, Y4, Y4; \
	VSUBPS Y4, Y0, Y0

// func adagradAVX2Asm(w, dw, v *float32, n int, lr, eps float32)
TEXT ·adagradAVX2Asm(SB), NOSPLIT, $0-40
	MOVQ w+0(FP), AX
	MOVQ dw+8(FP), BX
	MOVQ v+16(FP), CX
	MOVQ n+24(FP), R8
	VBROADCASTSS lr+32(FP), Y8
	VBROADCASTSS eps+36(FP), Y9
	LOOP(RULE_Adagrad, LOAD1, STORE1, LOADLAST1, STORELAST1)

#define RULE_Rmsprop VMULPS Y1, Y1, Y4; \
	VMULPS Y10, Y4, Y4; \
	VMULPS Y9, Y2, Y2; \
	VADDPS Y4, Y2, Y2; \
	TINY0(Y2, Y6, Y12, Y13); \
	VADDPS Y11, Y2, Y5; \
	VSQRTPS Y5, Y5; \
	VMULPS Y8, Y1, Y4; \
	VDIVPS Y5, Y4, Y4; \
	VSUBPS Y4, Y0, Y0

// func rmspropAVX2Asm(w, dw, v *float32, n int, lr, rho, c, eps float32)
TEXT ·rmspropAVX2Asm(SB), NOSPLIT, $0-48
	MOVQ w+0(FP), AX
	MOVQ dw+8(FP), BX
	MOVQ v+16(FP), CX
	MOVQ n+24(FP), R8
	VBROADCASTSS lr+32(FP), Y8
	VBROADCASTSS rho+36(FP), Y9
	VBROADCASTSS c+40(FP), Y10
	VBROADCASTSS eps+44(FP), Y11
	TINYCONSTANTS(X12, Y12, X13, Y13)
	LOOP(RULE_Rmsprop, LOAD1, STORE1, LOADLAST1, STORELAST1)

#define RULE_RmspropMomentum VMULPS Y1, Y1, Y4; \
	VMULPS Y10, Y4, Y4; \
	VMULPS Y9, Y2, Y2; \
	VADDPS Y4, Y2, Y2; \
	TINY0(Y2, Y6, Y13, Y14); \
	VADDPS Y12, Y2, Y5; \
	VSQRTPS Y5, Y5; \
	VMULPS Y8, Y1, Y4; \
	VDIVPS Y5, Y4, Y4; \
	VMULPS Y11, Y3, Y3; \
	VADDPS Y4, Y3, Y3; \
	TINY0(Y3, Y6, Y13, Y14); \
	VSUBPS Y3, Y0, Y0

// func rmspropMomentumAVX2Asm(w, dw, v, m *float32, n int, lr, rho, c, mu, eps float32)
TEXT ·rmspropMomentumAVX2Asm(SB), NOSPLIT, $0-60
	MOVQ w+0(FP), AX
	MOVQ dw+8(FP), BX
	MOVQ v+16(FP), CX
	MOVQ m+24(FP), DX
	MOVQ n+32(FP), R8
	VBROADCASTSS lr+40(FP), Y8
	VBROADCASTSS rho+44(FP), Y9
	VBROADCASTSS c+48(FP), Y10
	VBROADCASTSS mu+52(FP), Y11
	VBROADCASTSS eps+56(FP), Y12
	TINYCONSTANTS(X13, Y13, X14, Y14)
	LOOP(RULE_RmspropMomentum, LOAD2, STORE2, LOADLAST2, STORELAST2)

#define RULE_Adam VSUBPS Y2, Y1, Y4; \
	VMULPS Y9, Y4, Y4; \
	VADDPS Y4, Y2, Y2; \
	TINY0(Y2, Y6, Y12, Y13); \
	VMULPS Y1, Y1, Y5; \
	VSUBPS Y3, Y5, Y5; \
	VMULPS Y10, Y5, Y5; \
	VADDPS Y5, Y3, Y3; \
	TINY0(Y3, Y6, Y12, Y13); \
	VMULPS Y8, Y2, Y4; \
	VSQRTPS Y3, Y5; \
	VADDPS Y11, Y5, Y5; \
	VDIVPS Y5, Y4, Y4; \
	VSUBPS Y4, Y0, Y0

// func adamAVX2Asm(w, dw, m, v *float32, n int, alpha, c1, c2, eps float32)
TEXT ·adamAVX2Asm(SB), NOSPLIT, $0-56
	MOVQ w+0(FP), AX
	MOVQ dw+8(FP), BX
	MOVQ m+16(FP), CX
	MOVQ v+24(FP), DX
	MOVQ n+32(FP), R8
	VBROADCASTSS alpha+40(FP), Y8
	VBROADCASTSS c1+44(FP), Y9
	VBROADCASTSS c2+48(FP), Y10
	VBROADCASTSS eps+52(FP), Y11
	TINYCONSTANTS(X12, Y12, X13, Y13)
	LOOP(RULE_Adam, LOAD2, STORE2, LOADLAST2, STORELAST2)

#define RULE_Nadam VSUBPS Y2, Y1, Y4; \
	VMULPS Y10, Y4, Y4; \
	VADDPS Y4, Y2, Y2; \
	TINY0(Y2, Y6, Y13, Y14); \
	VMULPS Y1, Y1, Y5; \
	VSUBPS Y3, Y5, Y5; \
	VMULPS Y11, Y5, Y5; \
	VADDPS Y5, Y3, Y3; \
	TINY0(Y3, Y6, Y13, Y14); \
	VMULPS Y8, Y2, Y4; \
	VMULPS Y9, Y1, Y5; \
	VADDPS Y5, Y4, Y4; \
	VSQRTPS Y3, Y5; \
	VADDPS Y12, Y5, Y5; \
	VDIVPS Y5, Y4, Y4; \
	VSUBPS Y4, Y0, Y0

// func nadamAVX2Asm(w, dw, m, v *float32, n int, a, b, c1, c2, eps float32)
TEXT ·nadamAVX2Asm(SB), NOSPLIT, $0-60
	MOVQ w+0(FP), AX
	MOVQ dw+8(FP), BX
	MOVQ m+16(FP), CX
	MOVQ v+24(FP), DX
	MOVQ n+32(FP), R8
	VBROADCASTSS a+40(FP), Y8
	VBROADCASTSS b+44(FP), Y9
	VBROADCASTSS c1+48(FP), Y10
	VBROADCASTSS c2+52(FP), Y11
	VBROADCASTSS eps+56(FP), Y12
	TINYCONSTANTS(X13, Y13, X14, Y14)
	LOOP(RULE_Nadam, LOAD2, STORE2, LOADLAST2, STORELAST2)

// The step has the sign of the direction, is 0 where that is, and NaN where that is.
#define RULE_Lion VMULPS Y9, Y2, Y4; \
	VMULPS Y10, Y1, Y5; \
	VADDPS Y5, Y4, Y4; \
	VANDNPS Y4, Y13, Y5; \
	VORPS Y8, Y5, Y5; \
	VCMPPS $4, Y15, Y4, Y6; \
	VANDPS Y6, Y5, Y5; \
	VCMPPS $3, Y4, Y4, Y6; \
	VORPS Y6, Y5, Y5; \
	VMULPS Y11, Y2, Y2; \
	VMULPS Y12, Y1, Y4; \
	VADDPS Y4, Y2, Y2; \
	TINY0(Y2, Y6, Y13, Y14); \
	VSUBPS Y5, Y0, Y0

// func lionAVX2Asm(w, dw, m *float32, n int, lr, beta1, c1, beta2, c2 float32)
TEXT ·lionAVX2Asm(SB), NOSPLIT, $0-52
	MOVQ w+0(FP), AX
	MOVQ dw+8(FP), BX
	MOVQ m+16(FP), CX
	MOVQ n+24(FP), R8
	VBROADCASTSS lr+32(FP), Y8
	VBROADCASTSS beta1+36(FP), Y9
	VBROADCASTSS c1+40(FP), Y10
	VBROADCASTSS beta2+44(FP), Y11
	VBROADCASTSS c2+48(FP), Y12
	TINYCONSTANTS(X13, Y13, X14, Y14)
	VXORPS Y15, Y15, Y15
	LOOP(RULE_Lion, LOAD1, STORE1, LOADLAST1, STORELAST1)
