//go:build amd64 && !purego

#include "textflag.h"
#include "functions_avx2.h"

// Element-wise functions, 8 floats an iteration.
//
//	Y0 the input and the output   Y1 the second input   Y2 … Y5 scratch
//	Y7 a parameter   Y15 mask of the last iteration
//	DI output   SI, DX inputs   R8 floats to go   R9 floats done

// MAP1 applies CORE to one input.
#define MAP1(CORE) \
	XORQ R9, R9; \
	SUBQ $8, R8; \
	JLT last; \
loop: \
	VMOVUPS (SI)(R9*4), Y0; \
	CORE; \
	VMOVUPS Y0, (DI)(R9*4); \
	ADDQ $8, R9; \
	SUBQ $8, R8; \
	JGE loop; \
last: \
	ADDQ $8, R8; \
	JZ done; \
	LEAQ ·maskAVX2+32(SB), R10; \
	SHLQ $2, R8; \
	SUBQ R8, R10; \
	VMOVUPS (R10), Y15; \
	VMASKMOVPS (SI)(R9*4), Y15, Y0; \
	CORE; \
	VMASKMOVPS Y0, Y15, (DI)(R9*4); \
done: \
	VZEROUPPER; \
	RET

// MAP4 applies SHORT to four registers at a time where TEST leaves the zero flag,
// which says that it may, and FULL to the others, one by one. SHORT loads and
// stores, and uses all registers, FULL goes from Y0 to Y0 and loses Y1 … Y5, so that
// the mask, here Y5, is loaded again for the store.
#define MAP4(TEST, SHORT, FULL) \
	XORQ R9, R9; \
	SUBQ $32, R8; \
	JLT rest; \
four: \
	TEST; \
	JNZ slow; \
	SHORT; \
	ADDQ $32, R9; \
	SUBQ $32, R8; \
	JGE four; \
rest: \
	ADDQ $32, R8; \
	SUBQ $8, R8; \
	JLT last; \
one: \
	VMOVUPS (SI)(R9*4), Y0; \
	FULL; \
	VMOVUPS Y0, (DI)(R9*4); \
	ADDQ $8, R9; \
	SUBQ $8, R8; \
	JGE one; \
last: \
	ADDQ $8, R8; \
	JZ done; \
	LEAQ ·maskAVX2+32(SB), R10; \
	SHLQ $2, R8; \
	SUBQ R8, R10; \
	VMOVUPS (R10), Y5; \
	VMASKMOVPS (SI)(R9*4), Y5, Y0; \
	FULL; \
	VMOVUPS (R10), Y5; \
	VMASKMOVPS Y0, Y5, (DI)(R9*4); \
	JMP done; \
slow: \
	MOVQ $4, R11; \
eight: \
	VMOVUPS (SI)(R9*4), Y0; \
	FULL; \
	VMOVUPS Y0, (DI)(R9*4); \
	ADDQ $8, R9; \
	DECQ R11; \
	JNZ eight; \
	SUBQ $32, R8; \
	JGE four; \
	JMP rest; \
done: \
	VZEROUPPER; \
	RET

// MODERATE: all of |X| ≤ 87.3. As integers, magnitudes keep their order, and NaN
// is above them all.
#define MODERATE \
	VMOVUPS C_abs, Y4; \
	VPAND (SI)(R9*4), Y4, Y0; \
	VPAND 32(SI)(R9*4), Y4, Y1; \
	VPAND 64(SI)(R9*4), Y4, Y2; \
	VPAND 96(SI)(R9*4), Y4, Y3; \
	VPMAXUD Y0, Y1, Y0; \
	VPMAXUD Y2, Y3, Y2; \
	VPMAXUD Y0, Y2, Y0; \
	VPCMPGTD C_limit, Y0, Y0; \
	VPTEST Y0, Y0

// NORMAL: all X positive, normal and finite: bits − 0x00800000 < 0x7f000000.
#define NORMAL \
	VMOVUPS C_minNormal, Y4; \
	VMOVUPS (SI)(R9*4), Y0; \
	VMOVUPS 32(SI)(R9*4), Y1; \
	VMOVUPS 64(SI)(R9*4), Y2; \
	VMOVUPS 96(SI)(R9*4), Y3; \
	VPSUBD Y4, Y0, Y0; \
	VPSUBD Y4, Y1, Y1; \
	VPSUBD Y4, Y2, Y2; \
	VPSUBD Y4, Y3, Y3; \
	VPMAXUD Y0, Y1, Y0; \
	VPMAXUD Y2, Y3, Y2; \
	VPMAXUD Y0, Y2, Y0; \
	VPMAXUD C_logLimit, Y0, Y0; \
	VPXOR C_logLimit, Y0, Y0; \
	VPTEST Y0, Y0

// MAP2 applies CORE to two inputs.
#define MAP2(CORE) \
	XORQ R9, R9; \
	SUBQ $8, R8; \
	JLT last; \
loop: \
	VMOVUPS (SI)(R9*4), Y0; \
	VMOVUPS (DX)(R9*4), Y1; \
	CORE; \
	VMOVUPS Y0, (DI)(R9*4); \
	ADDQ $8, R9; \
	SUBQ $8, R8; \
	JGE loop; \
last: \
	ADDQ $8, R8; \
	JZ done; \
	LEAQ ·maskAVX2+32(SB), R10; \
	SHLQ $2, R8; \
	SUBQ R8, R10; \
	VMOVUPS (R10), Y15; \
	VMASKMOVPS (SI)(R9*4), Y15, Y0; \
	VMASKMOVPS (DX)(R9*4), Y15, Y1; \
	CORE; \
	VMASKMOVPS Y0, Y15, (DI)(R9*4); \
done: \
	VZEROUPPER; \
	RET

#define EXPS \
	VMOVUPS C_lo, Y2; \
	VMAXPS Y0, Y2, Y0; \
	VMOVUPS C_hi, Y2; \
	VMINPS Y0, Y2, Y0; \
	EXP(Y0, Y2, Y3, Y4); \
	VMOVAPS Y4, Y0

#define EXPS4 EACH(LOADX); EXPSHORT; EACH(STOREP)

// func expAVX2Asm(y, x *float32, n int)
TEXT ·expAVX2Asm(SB), NOSPLIT, $0-24
	MOVQ y+0(FP), DI
	MOVQ x+8(FP), SI
	MOVQ n+16(FP), R8
	EXPCONSTANTS
	MAP4(MODERATE, EXPS4, EXPS)

// The inputs are at most 0, so that one bound is enough.
#define SHIFTED \
	VSUBPS Y7, Y0, Y0; \
	VMOVUPS C_lo, Y2; \
	VMAXPS Y0, Y2, Y0; \
	EXP(Y0, Y2, Y3, Y4); \
	VMOVAPS Y4, Y0

// func expShiftedAVX2Asm(y, x *float32, n int, most float32)
TEXT ·expShiftedAVX2Asm(SB), NOSPLIT, $0-28
	MOVQ y+0(FP), DI
	MOVQ x+8(FP), SI
	MOVQ n+16(FP), R8
	VBROADCASTSS most+24(FP), Y7
	MAP1(SHIFTED)

#define LOGS LOG(Y0, Y1, Y2, Y3, Y4, Y5)

#define LOGS4 LOGSHORT; EACH(STOREP)

// func logAVX2Asm(y, x *float32, n int)
TEXT ·logAVX2Asm(SB), NOSPLIT, $0-24
	MOVQ y+0(FP), DI
	MOVQ x+8(FP), SI
	MOVQ n+16(FP), R8
	LOGCONSTANTS
	MAP4(NORMAL, LOGS4, LOGS)

#define SIGMOID \
	VORPS C_sign, Y0, Y1; \
	VMOVUPS C_lo, Y2; \
	VMAXPS Y1, Y2, Y1; \
	EXP(Y1, Y2, Y3, Y4); \
	VMOVUPS C_one, Y1; \
	VADDPS Y4, Y1, Y2; \
	VBLENDVPS Y0, Y4, Y1, Y3; \
	VDIVPS Y2, Y3, Y0

#define SIGMOID1(O, X, T, P) VMOVUPS O(SI)(R9*4), X; VADDPS P, Y15, T; VBLENDVPS X, P, Y15, P
#define SIGMOID2(O, X, T, P) VDIVPS T, P, P
#define SIGMOID4 \
	NEGATIVE; \
	EXPSHORT; \
	CONSTANT(C_one, SIGMOID1); \
	EACH(SIGMOID2); \
	EACH(STOREP)

// func sigmoidAVX2Asm(y, x *float32, n int)
TEXT ·sigmoidAVX2Asm(SB), NOSPLIT, $0-24
	MOVQ y+0(FP), DI
	MOVQ x+8(FP), SI
	MOVQ n+16(FP), R8
	EXPCONSTANTS
	MAP4(MODERATE, SIGMOID4, SIGMOID)

#define TANH \
	VORPS C_sign, Y0, Y1; \
	VMOVUPS C_tLo, Y2; \
	VMAXPS Y1, Y2, Y1; \
	VMOVUPS C_magic127, Y3; \
	VMOVAPS Y3, Y2; \
	VFMADD231PS C_t2log2e, Y1, Y2; \
	VSUBPS Y3, Y2, Y3; \
	VPSLLD $23, Y2, Y2; \
	VFNMADD231PS C_tHi, Y3, Y1; \
	VFNMADD231PS C_tLn, Y3, Y1; \
	VMOVUPS C_t4, Y4; \
	VFMADD213PS C_t3, Y1, Y4; \
	VFMADD213PS C_t2, Y1, Y4; \
	VFMADD213PS C_t1, Y1, Y4; \
	VFMADD213PS C_two, Y1, Y4; \
	VMULPS Y1, Y4, Y4; \
	VADDPS Y1, Y1, Y3; \
	VFMADD231PS Y1, Y4, Y3; \
	VMOVUPS C_one, Y4; \
	VSUBPS Y2, Y4, Y4; \
	VFNMADD231PS Y3, Y2, Y4; \
	VMOVUPS C_two, Y2; \
	VSUBPS Y4, Y2, Y2; \
	VDIVPS Y2, Y4, Y4; \
	VANDPS C_sign, Y0, Y0; \
	VORPS Y4, Y0, Y0

#define TANHS4 TANHSHORT; EACH(STOREX)

// EVERY is the test of a short form that suits all numbers.
#define EVERY XORL R10, R10

// func tanhAVX2Asm(y, x *float32, n int)
TEXT ·tanhAVX2Asm(SB), NOSPLIT, $0-24
	MOVQ y+0(FP), DI
	MOVQ x+8(FP), SI
	MOVQ n+16(FP), R8
	TANHCONSTANTS
	MAP4(EVERY, TANHS4, TANH)

#define RELU VMAXPS Y0, Y7, Y0

// func reluAVX2Asm(y, x *float32, n int)
TEXT ·reluAVX2Asm(SB), NOSPLIT, $0-24
	MOVQ y+0(FP), DI
	MOVQ x+8(FP), SI
	MOVQ n+16(FP), R8
	VXORPS Y7, Y7, Y7
	MAP1(RELU)

#define SCALED VMULPS Y7, Y0, Y0

// func scaleAVX2Asm(y, x *float32, n int, s float32)
TEXT ·scaleAVX2Asm(SB), NOSPLIT, $0-28
	MOVQ y+0(FP), DI
	MOVQ x+8(FP), SI
	MOVQ n+16(FP), R8
	VBROADCASTSS s+24(FP), Y7
	MAP1(SCALED)

#define RELUGRAD VCMPPS $0x1e, Y7, Y1, Y2; \
	VANDPS Y2, Y0, Y0

// func reluGradAVX2Asm(dx, dy, y *float32, n int)
TEXT ·reluGradAVX2Asm(SB), NOSPLIT, $0-32
	MOVQ dx+0(FP), DI
	MOVQ dy+8(FP), SI
	MOVQ y+16(FP), DX
	MOVQ n+24(FP), R8
	VXORPS Y7, Y7, Y7
	MAP2(RELUGRAD)

#define SIGMOIDGRAD VMOVAPS Y1, Y2; \
	VFNMADD231PS Y1, Y1, Y2; \
	VMULPS Y2, Y0, Y0

// func sigmoidGradAVX2Asm(dx, dy, y *float32, n int)
TEXT ·sigmoidGradAVX2Asm(SB), NOSPLIT, $0-32
	MOVQ dx+0(FP), DI
	MOVQ dy+8(FP), SI
	MOVQ y+16(FP), DX
	MOVQ n+24(FP), R8
	MAP2(SIGMOIDGRAD)

#define TANHGRAD VMOVUPS C_one, Y2; \
	VFNMADD231PS Y1, Y1, Y2; \
	VMULPS Y2, Y0, Y0

// func tanhGradAVX2Asm(dx, dy, y *float32, n int)
TEXT ·tanhGradAVX2Asm(SB), NOSPLIT, $0-32
	MOVQ dx+0(FP), DI
	MOVQ dy+8(FP), SI
	MOVQ y+16(FP), DX
	MOVQ n+24(FP), R8
	MAP2(TANHGRAD)

#define PRODUCT VMULPS Y1, Y0, Y0

// func mulAVX2Asm(dst, a, b *float32, n int)
TEXT ·mulAVX2Asm(SB), NOSPLIT, $0-32
	MOVQ dst+0(FP), DI
	MOVQ a+8(FP), SI
	MOVQ b+16(FP), DX
	MOVQ n+24(FP), R8
	MAP2(PRODUCT)
