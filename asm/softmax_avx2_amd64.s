//go:build amd64 && !purego

#include "textflag.h"
#include "functions_avx2.h"

// Softmax and cross-entropy of 8 columns of a panel: a lane is a sample, the
// classes run down. The sum over the classes keeps sixteen accumulators, class c
// in accumulator c mod 16, one after the other, and folds them as they come.
//
//	Y8 maximum   Y9 number of the class   Y10 labels   Y11 z[label]−m
//	Y12 exp(z[label]−m)   Y13 arg-max   Y14 columns with NaN   Y0 … Y7 scratch
//	DI d or p   SI z   R8 classes·128   R9 offset of the class

// LANE: X = the sum of classes L, L+16, … of the columns at DI.
#define LANE(L, X, MORE, DONE) \
	VXORPS X, X, X; \
	MOVQ $(128*L), R9; \
	CMPQ R9, R8; \
	JGE DONE; \
MORE: \
	VADDPS (DI)(R9*1), X, X; \
	ADDQ $2048, R9; \
	CMPQ R9, R8; \
	JLT MORE; \
DONE:

// func softmaxColumnsAVX2Asm(p, z *float32, classes int)
TEXT ·softmaxColumnsAVX2Asm(SB), NOSPLIT, $0-24
	MOVQ p+0(FP), DI
	MOVQ z+8(FP), SI
	MOVQ classes+16(FP), R8
	SHLQ $7, R8
	VMOVUPS C_negInf, Y8
	XORQ R9, R9
maximum:
	VMOVUPS (SI)(R9*1), Y0
	VMAXPS Y8, Y0, Y8
	ADDQ $128, R9
	CMPQ R9, R8
	JLT maximum
	VXORPS Y0, Y0, Y0
	VADDPS Y0, Y8, Y8
	XORQ R9, R9
exponential:
	VMOVUPS (SI)(R9*1), Y0
	VSUBPS Y8, Y0, Y0
	VMOVUPS C_lo, Y1
	VMAXPS Y0, Y1, Y0
	EXP(Y0, Y1, Y2, Y3)
	VMOVUPS Y3, (DI)(R9*1)
	ADDQ $128, R9
	CMPQ R9, R8
	JLT exponential
	LANE(0, Y0, lane0, done0)
	LANE(8, Y3, lane8, done8)
	VADDPS Y3, Y0, Y0
	LANE(4, Y1, lane4, done4)
	LANE(12, Y3, lane12, done12)
	VADDPS Y3, Y1, Y1
	VADDPS Y1, Y0, Y0
	LANE(2, Y1, lane2, done2)
	LANE(10, Y3, lane10, done10)
	VADDPS Y3, Y1, Y1
	LANE(6, Y2, lane6, done6)
	LANE(14, Y3, lane14, done14)
	VADDPS Y3, Y2, Y2
	VADDPS Y2, Y1, Y1
	VADDPS Y1, Y0, Y0
	LANE(1, Y4, lane1, done1)
	LANE(9, Y3, lane9, done9)
	VADDPS Y3, Y4, Y4
	LANE(5, Y1, lane5, done5)
	LANE(13, Y3, lane13, done13)
	VADDPS Y3, Y1, Y1
	VADDPS Y1, Y4, Y4
	LANE(3, Y1, lane3, done3)
	LANE(11, Y3, lane11, done11)
	VADDPS Y3, Y1, Y1
	LANE(7, Y2, lane7, done7)
	LANE(15, Y3, lane15, done15)
	VADDPS Y3, Y2, Y2
	VADDPS Y2, Y1, Y1
	VADDPS Y1, Y4, Y4
	VADDPS Y4, Y0, Y0
	VMOVUPS C_one, Y1
	VDIVPS Y0, Y1, Y0
	XORQ R9, R9
scale:
	VMULPS (DI)(R9*1), Y0, Y1
	VMOVUPS Y1, (DI)(R9*1)
	ADDQ $128, R9
	CMPQ R9, R8
	JLT scale
	VZEROUPPER
	RET

// func crossEntropyColumnsAVX2Asm(d, z *float32, classes int, labels *int32, k, loss *float32) int
TEXT ·crossEntropyColumnsAVX2Asm(SB), NOSPLIT, $0-56
	MOVQ d+0(FP), DI
	MOVQ z+8(FP), SI
	MOVQ classes+16(FP), R8
	SHLQ $7, R8
	MOVQ labels+24(FP), AX
	VMOVUPS (AX), Y10
	VMOVUPS C_negInf, Y8
	VXORPS Y9, Y9, Y9
	VXORPS Y13, Y13, Y13
	VXORPS Y14, Y14, Y14
	XORQ R9, R9
maximum:
	VMOVUPS (SI)(R9*1), Y0
	VCMPPS $0x1e, Y8, Y0, Y1
	VBLENDVPS Y1, Y9, Y13, Y13
	VBLENDVPS Y1, Y0, Y8, Y8
	VCMPPS $3, Y0, Y0, Y1
	VORPS Y1, Y14, Y14
	VPADDD C_i1, Y9, Y9
	ADDQ $128, R9
	CMPQ R9, R8
	JLT maximum
	VXORPS Y0, Y0, Y0
	VADDPS Y0, Y8, Y8
	VPCMPEQD Y13, Y10, Y1
	VANDNPS Y1, Y14, Y1
	VANDNPS Y1, Y10, Y1 // the sign of a label that is no class is set
	VMOVMSKPS Y1, AX
	POPCNTQ AX, AX
	MOVQ AX, ret+48(FP)
	VXORPS Y9, Y9, Y9
	VXORPS Y11, Y11, Y11
	VXORPS Y12, Y12, Y12
	XORQ R9, R9
exponential:
	VMOVUPS (SI)(R9*1), Y0
	VSUBPS Y8, Y0, Y0
	VPCMPEQD Y9, Y10, Y4
	VBLENDVPS Y4, Y0, Y11, Y11
	VMOVUPS C_lo, Y1
	VMAXPS Y0, Y1, Y0
	EXP(Y0, Y1, Y2, Y3)
	VBLENDVPS Y4, Y3, Y12, Y12
	VMOVUPS Y3, (DI)(R9*1)
	VPADDD C_i1, Y9, Y9
	ADDQ $128, R9
	CMPQ R9, R8
	JLT exponential
	LANE(0, Y0, lane0, done0)
	LANE(8, Y3, lane8, done8)
	VADDPS Y3, Y0, Y0
	LANE(4, Y1, lane4, done4)
	LANE(12, Y3, lane12, done12)
	VADDPS Y3, Y1, Y1
	VADDPS Y1, Y0, Y0
	LANE(2, Y1, lane2, done2)
	LANE(10, Y3, lane10, done10)
	VADDPS Y3, Y1, Y1
	LANE(6, Y2, lane6, done6)
	LANE(14, Y3, lane14, done14)
	VADDPS Y3, Y2, Y2
	VADDPS Y2, Y1, Y1
	VADDPS Y1, Y0, Y0
	LANE(1, Y4, lane1, done1)
	LANE(9, Y3, lane9, done9)
	VADDPS Y3, Y4, Y4
	LANE(5, Y1, lane5, done5)
	LANE(13, Y3, lane13, done13)
	VADDPS Y3, Y1, Y1
	VADDPS Y1, Y4, Y4
	LANE(3, Y1, lane3, done3)
	LANE(11, Y3, lane11, done11)
	VADDPS Y3, Y1, Y1
	LANE(7, Y2, lane7, done7)
	LANE(15, Y3, lane15, done15)
	VADDPS Y3, Y2, Y2
	VADDPS Y2, Y1, Y1
	VADDPS Y1, Y4, Y4
	VADDPS Y4, Y0, Y0
	MOVQ k+32(FP), DX
	VMOVUPS (DX), Y6
	VDIVPS Y0, Y6, Y1
	VMOVAPS Y12, Y5
	VFMSUB213PS Y6, Y1, Y5 // exp(z[label]−m)·r − k
	VXORPS Y9, Y9, Y9
	VPSRAD $31, Y10, Y7 // all ones where the column is padding
	XORQ R9, R9
gradient:
	VMULPS (DI)(R9*1), Y1, Y2
	VPCMPEQD Y9, Y10, Y4
	VBLENDVPS Y4, Y5, Y2, Y2
	VANDNPS Y2, Y7, Y2
	VMOVUPS Y2, (DI)(R9*1)
	VPADDD C_i1, Y9, Y9
	ADDQ $128, R9
	CMPQ R9, R8
	JLT gradient
	LOG(Y0, Y1, Y2, Y3, Y4, Y5)
	VSUBPS Y11, Y0, Y0
	VANDNPS Y0, Y7, Y0
	MOVQ loss+40(FP), DX
	VMOVUPS Y0, (DX)
	VZEROUPPER
	RET
