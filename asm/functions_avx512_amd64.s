//go:build amd64 && !purego

#include "textflag.h"
#include "functions_avx512.h"

// Element-wise functions, 16 floats an iteration, or 64 while there are as many.
//
//	Z0 the input and the output   Z1 the second input   Z2 … Z7 scratch
//	Z8, Z31 a parameter   Z9, Z16 … Z30 constants
//	DI output   SI, DX inputs   R8 floats to go   R9 floats done
//	K1 mask of the last iteration

DATA C_lo/4, $0xc2d10000
DATA C_hi/4, $0x42b20000
DATA C_log2e/4, $0x3fb8aa3b
DATA C_magic/4, $0x4b400000
DATA C_ln2Hi/4, $0x3f317200
DATA C_ln2Lo/4, $0x35bfbe8e
DATA C_e6/4, $0x3ab4a562
DATA C_e5/4, $0x3c091cc7
DATA C_e4/4, $0x3d2aad14
DATA C_e3/4, $0x3e2aaa49
DATA C_e2/4, $0x3efffffd
DATA C_one/4, $0x3f800000
DATA C_sign/4, $0x80000000
DATA C_tLo/4, $0xc111999a
DATA C_t2log2e/4, $0x4038aa3b
DATA C_magic127/4, $0x4b40007f
DATA C_tHi/4, $0x3eb17200
DATA C_tLn/4, $0x353fbe8e
DATA C_t4/4, $0x3db6a735
DATA C_t3/4, $0x3e89060f
DATA C_t2/4, $0x3f2aaa74
DATA C_t1/4, $0x3faaaa6e
DATA C_two/4, $0x40000000
DATA C_g8/4, $0x3d3bdd75
DATA C_g7/4, $0xbdca3e35
DATA C_g6/4, $0x3df069cd
DATA C_g5/4, $0xbe011cde
DATA C_g4/4, $0x3e120453
DATA C_g3/4, $0xbe2a9d85
DATA C_g2/4, $0x3e4ccdea
DATA C_g1/4, $0xbe800011
DATA C_g0/4, $0x3eaaaaaa
DATA C_half/4, $0xbf000000
DATA C_negInf/4, $0xff800000
DATA C_i1/4, $0x00000001
GLOBL ·funcsAVX512(SB), RODATA|NOPTR, $140

// MAP1 applies CORE to one input.
#define MAP1(CORE) \
	XORQ R9, R9; \
	LOOP(CORE)

// LOOP applies CORE to the R8 numbers from R9 on, a register at a time.
#define LOOP(CORE) \
	SUBQ $16, R8; \
	JLT last; \
loop: \
	VMOVUPS (SI)(R9*4), Z0; \
	CORE; \
	VMOVUPS Z0, (DI)(R9*4); \
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
	VMOVUPS.Z (SI)(R9*4), K1, Z0; \
	CORE; \
	VMOVUPS Z0, K1, (DI)(R9*4); \
done: \
	VZEROUPPER; \
	RET

// MAP4 applies FOUR to four registers at a time, then CORE to the others. FOUR
// loads and stores, and loses Z0 … Z15 and K2 … K5.
#define MAP4(FOUR, CORE) \
	XORQ R9, R9; \
	SUBQ $64, R8; \
	JLT rest; \
four: \
	FOUR; \
	ADDQ $64, R9; \
	SUBQ $64, R8; \
	JGE four; \
rest: \
	ADDQ $64, R8; \
	LOOP(CORE)

// MAP2 applies CORE to two inputs.
#define MAP2(CORE) \
	XORQ R9, R9; \
	SUBQ $16, R8; \
	JLT last; \
loop: \
	VMOVUPS (SI)(R9*4), Z0; \
	VMOVUPS (DX)(R9*4), Z1; \
	CORE; \
	VMOVUPS Z0, (DI)(R9*4); \
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
	VMOVUPS.Z (SI)(R9*4), K1, Z0; \
	VMOVUPS.Z (DX)(R9*4), K1, Z1; \
	CORE; \
	VMOVUPS Z0, K1, (DI)(R9*4); \
done: \
	VZEROUPPER; \
	RET

#define EXPS \
	VMAXPS Z0, Z26, Z0; \
	VMINPS Z0, Z27, Z0; \
	EXP(Z0, Z2, Z3); \
	VMOVAPS Z3, Z0

#define BOUND1(O, X, T, P, S, K) VMAXPS X, Z26, X
#define BOUND2(O, X, T, P, S, K) VMINPS X, Z27, X
#define EXPFOUR \
	EACH(LOADX); \
	EACH(BOUND1); \
	EACH(BOUND2); \
	EXPEACH; \
	EACH(STOREP)

// func expAVX512Asm(y, x *float32, n int)
TEXT ·expAVX512Asm(SB), NOSPLIT, $0-24
	MOVQ y+0(FP), DI
	MOVQ x+8(FP), SI
	MOVQ n+16(FP), R8
	EXPCONSTANTS
	MAP4(EXPFOUR, EXPS)

// The inputs are at most 0, so that one bound is enough.
#define SHIFTED \
	VSUBPS Z31, Z0, Z0; \
	VMAXPS Z0, Z26, Z0; \
	EXP(Z0, Z2, Z3); \
	VMOVAPS Z3, Z0

#define SHIFT1(O, X, T, P, S, K) VMOVUPS O(SI)(R9*4), X; VSUBPS Z31, X, X
#define SHIFTEDFOUR \
	EACH(SHIFT1); \
	EACH(BOUND1); \
	EXPEACH; \
	EACH(STOREP)

// func expShiftedAVX512Asm(y, x *float32, n int, most float32)
TEXT ·expShiftedAVX512Asm(SB), NOSPLIT, $0-28
	MOVQ y+0(FP), DI
	MOVQ x+8(FP), SI
	MOVQ n+16(FP), R8
	VBROADCASTSS most+24(FP), Z31
	EXPCONSTANTS
	MAP4(SHIFTEDFOUR, SHIFTED)

#define LOGS LOG(Z0, Z2, Z3, Z4, Z5)
#define LOGFOUR \
	EACH(LOADX); \
	LOGEACH; \
	EACH(STOREP)

// func logAVX512Asm(y, x *float32, n int)
TEXT ·logAVX512Asm(SB), NOSPLIT, $0-24
	MOVQ y+0(FP), DI
	MOVQ x+8(FP), SI
	MOVQ n+16(FP), R8
	LOGCONSTANTS
	MAP4(LOGFOUR, LOGS)

#define SIGMOID \
	VORPS Z28, Z0, Z1; \
	VMAXPS Z1, Z26, Z1; \
	EXP(Z1, Z2, Z3); \
	VPMOVD2M Z0, K2; \
	VADDPS Z3, Z25, Z4; \
	VBLENDMPS Z3, Z25, K2, Z5; \
	VDIVPS Z4, Z5, Z0

#define SIGMOID1(O, X, T, P, S, K) VMOVUPS O(SI)(R9*4), X; VPMOVD2M X, K; VORPS Z28, X, X
#define SIGMOID2(O, X, T, P, S, K) VADDPS P, Z25, T; VBLENDMPS P, Z25, K, X
#define SIGMOID3(O, X, T, P, S, K) VDIVPS T, X, X
#define SIGMOIDFOUR \
	EACH(SIGMOID1); \
	EACH(BOUND1); \
	EXPEACH; \
	EACH(SIGMOID2); \
	EACH(SIGMOID3); \
	EACH(STOREX)

// func sigmoidAVX512Asm(y, x *float32, n int)
TEXT ·sigmoidAVX512Asm(SB), NOSPLIT, $0-24
	MOVQ y+0(FP), DI
	MOVQ x+8(FP), SI
	MOVQ n+16(FP), R8
	EXPCONSTANTS
	VBROADCASTSS C_sign, Z28
	MAP4(SIGMOIDFOUR, SIGMOID)

// The sign of the input goes over the result's: Z0 = Z16 ? Z0 : Z4.
#define TANH \
	VORPS Z16, Z0, Z1; \
	VMAXPS Z1, Z17, Z1; \
	VMOVAPS Z19, Z2; \
	VFMADD231PS Z18, Z1, Z2; \
	VSUBPS Z19, Z2, Z3; \
	VPSLLD $23, Z2, Z2; \
	VFNMADD231PS Z20, Z3, Z1; \
	VFNMADD231PS Z21, Z3, Z1; \
	VMOVAPS Z23, Z4; \
	VFMADD231PS Z22, Z1, Z4; \
	VFMADD213PS Z24, Z1, Z4; \
	VFMADD213PS Z25, Z1, Z4; \
	VFMADD213PS Z26, Z1, Z4; \
	VMULPS Z1, Z4, Z4; \
	VADDPS Z1, Z1, Z3; \
	VFMADD231PS Z1, Z4, Z3; \
	VSUBPS Z2, Z27, Z4; \
	VFNMADD231PS Z3, Z2, Z4; \
	VSUBPS Z4, Z26, Z2; \
	VDIVPS Z2, Z4, Z4; \
	VMOVAPS Z16, Z1; \
	VPTERNLOGD $0xca, Z4, Z0, Z1; \
	VMOVAPS Z1, Z0

#define TANH1(O, X, T, P, S, K) VORPS O(SI)(R9*4), Z16, X
#define TANH2(O, X, T, P, S, K) VMAXPS X, Z17, X
#define TANH3(O, X, T, P, S, K) VMOVAPS Z19, T; VFMADD231PS Z18, X, T
#define TANH4(O, X, T, P, S, K) VSUBPS Z19, T, S; VPSLLD $23, T, T
#define TANH5(O, X, T, P, S, K) VFNMADD231PS Z20, S, X; VMOVAPS Z22, P
#define TANH6(O, X, T, P, S, K) VFNMADD231PS Z21, S, X
#define TANH7(O, X, T, P, S, K) VADDPS X, X, S; VMULPS X, P, P
#define TANH8(O, X, T, P, S, K) VFMADD231PS X, P, S; VSUBPS T, Z27, P
#define TANH9(O, X, T, P, S, K) VFNMADD231PS S, T, P
#define TANH10(O, X, T, P, S, K) VSUBPS P, Z26, T
#define TANH11(O, X, T, P, S, K) VDIVPS T, P, P; VMOVAPS Z16, X
#define TANH12(O, X, T, P, S, K) VPTERNLOGD $0xac, O(SI)(R9*4), P, X
#define TANHFOUR \
	EACH(TANH1); \
	EACH(TANH2); \
	EACH(TANH3); \
	EACH(TANH4); \
	EACH(TANH5); \
	EACH(TANH6); \
	HORNERX(Z23); \
	HORNERX(Z24); \
	HORNERX(Z25); \
	HORNERX(Z26); \
	EACH(TANH7); \
	EACH(TANH8); \
	EACH(TANH9); \
	EACH(TANH10); \
	EACH(TANH11); \
	EACH(TANH12); \
	EACH(STOREX)

// func tanhAVX512Asm(y, x *float32, n int)
TEXT ·tanhAVX512Asm(SB), NOSPLIT, $0-24
	MOVQ y+0(FP), DI
	MOVQ x+8(FP), SI
	MOVQ n+16(FP), R8
	VBROADCASTSS C_sign, Z16
	VBROADCASTSS C_tLo, Z17
	VBROADCASTSS C_t2log2e, Z18
	VBROADCASTSS C_magic127, Z19
	VBROADCASTSS C_tHi, Z20
	VBROADCASTSS C_tLn, Z21
	VBROADCASTSS C_t4, Z22
	VBROADCASTSS C_t3, Z23
	VBROADCASTSS C_t2, Z24
	VBROADCASTSS C_t1, Z25
	VBROADCASTSS C_two, Z26
	VBROADCASTSS C_one, Z27
	MAP4(TANHFOUR, TANH)

#define RELU VMAXPS Z0, Z8, Z0

// func reluAVX512Asm(y, x *float32, n int)
TEXT ·reluAVX512Asm(SB), NOSPLIT, $0-24
	MOVQ y+0(FP), DI
	MOVQ x+8(FP), SI
	MOVQ n+16(FP), R8
	VXORPS Y8, Y8, Y8
	MAP1(RELU)

#define SCALED VMULPS Z8, Z0, Z0

// func scaleAVX512Asm(y, x *float32, n int, s float32)
TEXT ·scaleAVX512Asm(SB), NOSPLIT, $0-28
	MOVQ y+0(FP), DI
	MOVQ x+8(FP), SI
	MOVQ n+16(FP), R8
	VBROADCASTSS s+24(FP), Z8
	MAP1(SCALED)

#define RELUGRAD VCMPPS $0x1e, Z8, Z1, K2; \
	VMOVAPS.Z Z0, K2, Z0

// func reluGradAVX512Asm(dx, dy, y *float32, n int)
TEXT ·reluGradAVX512Asm(SB), NOSPLIT, $0-32
	MOVQ dx+0(FP), DI
	MOVQ dy+8(FP), SI
	MOVQ y+16(FP), DX
	MOVQ n+24(FP), R8
	VXORPS Y8, Y8, Y8
	MAP2(RELUGRAD)

#define SIGMOIDGRAD VMOVAPS Z1, Z2; \
	VFNMADD231PS Z1, Z1, Z2; \
	VMULPS Z2, Z0, Z0

// func sigmoidGradAVX512Asm(dx, dy, y *float32, n int)
TEXT ·sigmoidGradAVX512Asm(SB), NOSPLIT, $0-32
	MOVQ dx+0(FP), DI
	MOVQ dy+8(FP), SI
	MOVQ y+16(FP), DX
	MOVQ n+24(FP), R8
	MAP2(SIGMOIDGRAD)

#define TANHGRAD VMOVAPS Z9, Z2; \
	VFNMADD231PS Z1, Z1, Z2; \
	VMULPS Z2, Z0, Z0

// func tanhGradAVX512Asm(dx, dy, y *float32, n int)
TEXT ·tanhGradAVX512Asm(SB), NOSPLIT, $0-32
	MOVQ dx+0(FP), DI
	MOVQ dy+8(FP), SI
	MOVQ y+16(FP), DX
	MOVQ n+24(FP), R8
	VBROADCASTSS C_one, Z9
	MAP2(TANHGRAD)

#define PRODUCT VMULPS Z1, Z0, Z0

// func mulAVX512Asm(dst, a, b *float32, n int)
TEXT ·mulAVX512Asm(SB), NOSPLIT, $0-32
	MOVQ dst+0(FP), DI
	MOVQ a+8(FP), SI
	MOVQ b+16(FP), DX
	MOVQ n+24(FP), R8
	MAP2(PRODUCT)
