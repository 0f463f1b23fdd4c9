//go:build amd64 && !purego

#include "textflag.h"
#include "functions_avx512.h"

// Softmax and cross-entropy of 16 columns of a panel: a lane is a sample, the
// classes run down. The sum over the classes keeps sixteen accumulators, class c
// in accumulator c mod 16, one after the other, and folds them as they come.
//
//	Z8 maximum   Z9 number of the class   Z10 labels   Z11 z[label]−m
//	Z12 exp(z[label]−m)   Z13 arg-max   Z15 ones, as integers   K3 columns with NaN
//	Z0 … Z7, K2 scratch   Z16 … constants   K4 columns with a label
//	DI d or p   SI z   R8 classes·128   R9 offset of the class

// LANE: X = the sum of classes L, L+16, … of the columns at DI.
#define LANE(L, X, MORE, DONE) \
	VPXORD X, X, X; \
	MOVQ $(128*L), R9; \
	CMPQ R9, R8; \
	JGE DONE; \
MORE: \
	VADDPS (DI)(R9*1), X, X; \
	ADDQ $2048, R9; \
	CMPQ R9, R8; \
	JLT MORE; \
DONE:

// func softmaxColumnsAVX512Asm(p, z *float32, classes int)
TEXT ·softmaxColumnsAVX512Asm(SB), NOSPLIT, $0-24
	MOVQ p+0(FP), DI
	MOVQ z+8(FP), SI
	MOVQ classes+16(FP), R8
	SHLQ $7, R8
	VBROADCASTSS C_negInf, Z8
	XORQ R9, R9
maximum:
	VMOVUPS (SI)(R9*1), Z0
	VMAXPS Z8, Z0, Z8
	ADDQ $128, R9
	CMPQ R9, R8
	JLT maximum
	VPXORD Z0, Z0, Z0
	VADDPS Z0, Z8, Z8
	XORQ R9, R9
	EXPCONSTANTS
exponential:
	VMOVUPS (SI)(R9*1), Z0
	VSUBPS Z8, Z0, Z0
	VMAXPS Z0, Z26, Z0
	EXP(Z0, Z1, Z3)
	VMOVUPS Z3, (DI)(R9*1)
	ADDQ $128, R9
	CMPQ R9, R8
	JLT exponential
	LANE(0, Z0, lane0, done0)
	LANE(8, Z3, lane8, done8)
	VADDPS Z3, Z0, Z0
	LANE(4, Z1, lane4, done4)
	LANE(12, Z3, lane12, done12)
	VADDPS Z3, Z1, Z1
	VADDPS Z1, Z0, Z0
	LANE(2, Z1, lane2, done2)
	LANE(10, Z3, lane10, done10)
	VADDPS Z3, Z1, Z1
	LANE(6, Z2, lane6, done6)
	LANE(14, Z3, lane14, done14)
	VADDPS Z3, Z2, Z2
	VADDPS Z2, Z1, Z1
	VADDPS Z1, Z0, Z0
	LANE(1, Z4, lane1, done1)
	LANE(9, Z3, lane9, done9)
	VADDPS Z3, Z4, Z4
	LANE(5, Z1, lane5, done5)
	LANE(13, Z3, lane13, done13)
	VADDPS Z3, Z1, Z1
	VADDPS Z1, Z4, Z4
	LANE(3, Z1, lane3, done3)
	LANE(11, Z3, lane11, done11)
	VADDPS Z3, Z1, Z1
	LANE(7, Z2, lane7, done7)
	LANE(15, Z3, lane15, done15)
	VADDPS Z3, Z2, Z2
	VADDPS Z2, Z1, Z1
	VADDPS Z1, Z4, Z4
	VADDPS Z4, Z0, Z0
	VDIVPS Z0, Z25, Z0
	XORQ R9, R9
scale:
	VMULPS (DI)(R9*1), Z0, Z1
	VMOVUPS Z1, (DI)(R9*1)
	ADDQ $128, R9
	CMPQ R9, R8
	JLT scale
	VZEROUPPER
	RET

// func crossEntropyColumnsAVX512Asm(d, z *float32, classes int, labels *int32, k, loss *float32) int
TEXT ·crossEntropyColumnsAVX512Asm(SB), NOSPLIT, $0-56
	MOVQ d+0(FP), DI
	MOVQ z+8(FP), SI
	MOVQ classes+16(FP), R8
	SHLQ $7, R8
	MOVQ labels+24(FP), AX
	VMOVUPS (AX), Z10
	VBROADCASTSS C_negInf, Z8
	VPXORD Z9, Z9, Z9
	VPXORD Z13, Z13, Z13
	VPBROADCASTD C_i1, Z15
	KXORW K3, K3, K3 // columns with NaN
	XORQ R9, R9
maximum:
	VMOVUPS (SI)(R9*1), Z0
	VCMPPS $0x1e, Z8, Z0, K2
	VMOVDQA32 Z9, K2, Z13
	VMOVAPS Z0, K2, Z8
	VCMPPS $3, Z0, Z0, K2
	KORW K2, K3, K3
	VPADDD Z15, Z9, Z9
	ADDQ $128, R9
	CMPQ R9, R8
	JLT maximum
	VPXORD Z0, Z0, Z0
	VADDPS Z0, Z8, Z8
	VPCMPD $5, Z0, Z10, K4 // labels ≥ 0: the samples
	VPCMPEQD Z13, Z10, K4, K2
	KANDNW K2, K3, K2
	KMOVW K2, AX
	POPCNTQ AX, AX
	MOVQ AX, ret+48(FP)
	VPXORD Z9, Z9, Z9
	VPXORD Z11, Z11, Z11
	VPXORD Z12, Z12, Z12
	XORQ R9, R9
	EXPCONSTANTS
exponential:
	VMOVUPS (SI)(R9*1), Z0
	VSUBPS Z8, Z0, Z0
	VPCMPEQD Z9, Z10, K2
	VMOVAPS Z0, K2, Z11
	VMAXPS Z0, Z26, Z0
	EXP(Z0, Z1, Z3)
	VMOVAPS Z3, K2, Z12
	VMOVUPS Z3, (DI)(R9*1)
	VPADDD Z15, Z9, Z9
	ADDQ $128, R9
	CMPQ R9, R8
	JLT exponential
	LANE(0, Z0, lane0, done0)
	LANE(8, Z3, lane8, done8)
	VADDPS Z3, Z0, Z0
	LANE(4, Z1, lane4, done4)
	LANE(12, Z3, lane12, done12)
	VADDPS Z3, Z1, Z1
	VADDPS Z1, Z0, Z0
	LANE(2, Z1, lane2, done2)
	LANE(10, Z3, lane10, done10)
	VADDPS Z3, Z1, Z1
	LANE(6, Z2, lane6, done6)
	LANE(14, Z3, lane14, done14)
	VADDPS Z3, Z2, Z2
	VADDPS Z2, Z1, Z1
	VADDPS Z1, Z0, Z0
	LANE(1, Z4, lane1, done1)
	LANE(9, Z3, lane9, done9)
	VADDPS Z3, Z4, Z4
	LANE(5, Z1, lane5, done5)
	LANE(13, Z3, lane13, done13)
	VADDPS Z3, Z1, Z1
	VADDPS Z1, Z4, Z4
	LANE(3, Z1, lane3, done3)
	LANE(11, Z3, lane11, done11)
	VADDPS Z3, Z1, Z1
	LANE(7, Z2, lane7, done7)
	LANE(15, Z3, lane15, done15)
	VADDPS Z3, Z2, Z2
	VADDPS Z2, Z1, Z1
	VADDPS Z1, Z4, Z4
	VADDPS Z4, Z0, Z0
	MOVQ k+32(FP), DX
	VMOVUPS (DX), Z6
	VDIVPS Z0, Z6, Z1
	VMOVAPS Z12, Z5
	VFMSUB213PS Z6, Z1, Z5 // exp(z[label]−m)·r − k
	VPXORD Z9, Z9, Z9
	XORQ R9, R9
gradient:
	VMULPS (DI)(R9*1), Z1, Z2
	VPCMPEQD Z9, Z10, K2
	VMOVAPS Z5, K2, Z2
	VMOVAPS.Z Z2, K4, Z2
	VMOVUPS Z2, (DI)(R9*1)
	VPADDD Z15, Z9, Z9
	ADDQ $128, R9
	CMPQ R9, R8
	JLT gradient
	LOGCONSTANTS
	LOG(Z0, Z1, Z2, Z3, Z4)
	VSUBPS Z11, Z0, Z0
	VMOVAPS.Z Z0, K4, Z0
	MOVQ loss+40(FP), DX
	VMOVUPS Z0, (DX)
	VZEROUPPER
	RET
