//go:build amd64 && !purego

#define CONSTANTS
#include "beside_avx2.h"
#include "go_asm.h"
#include "textflag.h"

// A sparse product with an update beside it. A row of C is a tile, 64 columns in two
// panels, and a term one step of its chains:
//
//	B, row k of two panels      (BP) … 96(BP)   (BP)(R10) … 96(BP)(R10)
//	a[i,k]   the broadcast Y8   Y0 … Y3         Y4 … Y7
//
// A row of B is an operand of the FMAs: nine loads and more a term, two of which a cycle
// allows. So four terms, a quad, are loaded at once, and the update finds the constants
// that it needs twice in registers. (Terms loaded one by one, Zen 3: a training step of
// 784-100-10 took 1.01 times as long at batch 32, 1.04 times at batch 128. Rows filled up
// to quads, one test each: 1.03 times as long as this at batch 32. With 96 columns and
// none of the constants a pair of slots of Adam cost 38 cycles instead of 26.)
//
//	AX      the next quad, −8 a quad  R15      row i of C
//	CX, DX  a and b behind all terms  DI       distance of panels of C
//	R8      b of the terms that are left in the quad, Y12 their a
//	R9, BP  B, row k of B             R10      distance of panels of B
//	BX, SI, R11, R12, R13, R14, Y9 … Y11, Y13 … Y15    the update
//
// The terms of all rows are one list, and the update goes along it, a pair of slots in a
// quad, wherever rows begin: the code for a next row stands behind that for the terms and
// goes back to where it came from. A row's end is foretold wrong, but known so early that
// FMAs are left to do meanwhile.

// What lies behind the constants of the update and its denominators.
#define ARGS 384(R14)
#define SIZE 392(R14)
#define ACCUMULATE 400(R14)

// TERM is term N of a quad, with two parts of the update inside.
#define TERM(N, next, same, FIRST, SECOND) \
	TESTL $1, R8; \
	JNZ next; \
same: \
	MOVWLZX R8, BP; \
	SHRQ $16, R8; \
	ADDQ R9, BP; \
	VPERMILPS $(0x55*N), Y12, Y8; \
	VFMADD231PS (BP), Y8, Y0; \
	VFMADD231PS 32(BP), Y8, Y1; \
	VFMADD231PS 64(BP), Y8, Y2; \
	FIRST; \
	VFMADD231PS 96(BP), Y8, Y3; \
	VFMADD231PS (BP)(R10*1), Y8, Y4; \
	VFMADD231PS 32(BP)(R10*1), Y8, Y5; \
	SECOND; \
	VFMADD231PS 64(BP)(R10*1), Y8, Y6; \
	VFMADD231PS 96(BP)(R10*1), Y8, Y7

// LOADQUAD loads the next quad.
#define LOADQUAD \
	MOVQ (DX)(AX*1), R8; \
	VBROADCASTF128 (CX)(AX*2), Y12

// NEXT ends a row and begins the next one.
#define NEXT(next, same) \
next: \
	DECQ R8; \
	VMOVUPS Y0, (R15); VXORPS Y0, Y0, Y0; \
	VMOVUPS Y1, 32(R15); VXORPS Y1, Y1, Y1; \
	VMOVUPS Y2, 64(R15); VXORPS Y2, Y2, Y2; \
	VMOVUPS Y3, 96(R15); VXORPS Y3, Y3, Y3; \
	VMOVUPS Y4, (R15)(DI*1); VXORPS Y4, Y4, Y4; \
	VMOVUPS Y5, 32(R15)(DI*1); VXORPS Y5, Y5, Y5; \
	VMOVUPS Y6, 64(R15)(DI*1); VXORPS Y6, Y6, Y6; \
	VMOVUPS Y7, 96(R15)(DI*1); VXORPS Y7, Y7, Y7; \
	ADDQ $128, R15; \
	CMPB ACCUMULATE, $0; \
	JEQ same; \
	LOADROW; \
	JMP same

#define LOADROW \
	VMOVUPS (R15), Y0; \
	VMOVUPS 32(R15), Y1; \
	VMOVUPS 64(R15), Y2; \
	VMOVUPS 96(R15), Y3; \
	VMOVUPS (R15)(DI*1), Y4; \
	VMOVUPS 32(R15)(DI*1), Y5; \
	VMOVUPS 64(R15)(DI*1), Y6; \
	VMOVUPS 96(R15)(DI*1), Y7

// SPARSE is the body of a function.
#define SPARSE(P1A, P1B, P2, P3) \
	MOVQ args+0(FP), BP; \
	UPDATES; \
	MOVQ BP, ARGS; \
	MOVQ besideUpdate_size(BP), CX; \
	MOVQ CX, SIZE; \
	MOVB sparse_accumulate(BP), CX; \
	MOVB CX, ACCUMULATE; \
	CMPQ besideUpdate_size(BP), $0; \
	JEQ product; \
	ENDPAIR(P1A, P1B, P2, P3, firstNew, firstOld, firstDone); \
product: \
	MOVQ sparse_ta(BP), CX; \
	MOVQ sparse_tb(BP), DX; \
	MOVQ sparse_terms(BP), AX; \
	MOVQ sparse_b(BP), R9; \
	MOVQ sparse_pb(BP), R10; \
	MOVQ sparse_c(BP), R15; \
	MOVQ sparse_pc(BP), DI; \
	CMPB ACCUMULATE, $0; \
	JNE load; \
	VXORPS Y0, Y0, Y0; \
	VXORPS Y1, Y1, Y1; \
	VXORPS Y2, Y2, Y2; \
	VXORPS Y3, Y3, Y3; \
	VXORPS Y4, Y4, Y4; \
	VXORPS Y5, Y5, Y5; \
	VXORPS Y6, Y6, Y6; \
	VXORPS Y7, Y7, Y7; \
	JMP pair; \
load: \
	LOADROW; \
pair: \
	CMPQ R13, SIZE; \
	JGE quad; \
	LOADQUAD; \
	TERM(0, next0, same0, P1A(0); P1B(0), P1A(32); P1B(32)); \
	TERM(1, next1, same1, P2(0, 256); P2(32, 288), P3(0, 320); P3(32, 352)); \
	TERM(2, next2, same2, P1A(64); P1B(64), P1A(96); P1B(96)); \
	TERM(3, next3, same3, P2(64, 320); P2(96, 352), P3(64, 256); P3(96, 288)); \
	ADDQ $128, R13; \
	ADDQ $8, AX; \
	JNZ pair; \
	JMP end; \
quad: \
	LOADQUAD; \
	TERM(0, next4, same4, NOTHING, NOTHING); \
	TERM(1, next5, same5, NOTHING, NOTHING); \
	TERM(2, next6, same6, NOTHING, NOTHING); \
	TERM(3, next7, same7, NOTHING, NOTHING); \
	ADDQ $8, AX; \
	JNZ quad; \
end: \
	MOVQ ARGS, BP; \
	VMOVUPS Y0, (R15); \
	VMOVUPS Y1, 32(R15); \
	VMOVUPS Y2, 64(R15); \
	VMOVUPS Y3, 96(R15); \
	VMOVUPS Y4, (R15)(DI*1); \
	VMOVUPS Y5, 32(R15)(DI*1); \
	VMOVUPS Y6, 64(R15)(DI*1); \
	VMOVUPS Y7, 96(R15)(DI*1); \
	LEAQ (R9)(R10*2), R9; \
	MOVQ R9, sparse_b(BP); \
	SHLQ $1, DI; \
	ADDQ DI, sparse_c(BP); \
	DECQ sparse_tiles(BP); \
	JNZ product; \
	CMPQ besideUpdate_size(BP), $0; \
	JEQ return; \
drain: \
	CMPQ R13, besideUpdate_end(BP); \
	JGE return; \
	ENDPAIR(P1A, P1B, P2, P3, drainNew, drainOld, drainDone); \
	JMP drain; \
return: \
	VZEROUPPER; \
	RET; \
	NEXT(next0, same0); \
	NEXT(next1, same1); \
	NEXT(next2, same2); \
	NEXT(next3, same3); \
	NEXT(next4, same4); \
	NEXT(next5, same5); \
	NEXT(next6, same6); \
	NEXT(next7, same7)

// func sparseSGDAVX2Asm(args *sparse)
TEXT ·sparseSGDAVX2Asm(SB), NOSPLIT, $512-8
	SPARSE(SGDP1, NOHALF, NOPART, NOPART)

// func sparseMomentumAVX2Asm(args *sparse)
TEXT ·sparseMomentumAVX2Asm(SB), NOSPLIT, $512-8
	SPARSE(MomentumP1, NOHALF, NOPART, NOPART)

// func sparseNesterovAVX2Asm(args *sparse)
TEXT ·sparseNesterovAVX2Asm(SB), NOSPLIT, $512-8
	SPARSE(NesterovP1, NOHALF, NOPART, NOPART)

// func sparseAdagradAVX2Asm(args *sparse)
TEXT ·sparseAdagradAVX2Asm(SB), NOSPLIT, $512-8
	SPARSE(AdagradP1, NOHALF, AdagradP2, AdagradP3)

// func sparseRMSpropAVX2Asm(args *sparse)
TEXT ·sparseRMSpropAVX2Asm(SB), NOSPLIT, $512-8
	SPARSE(RMSpropP1, NOHALF, RMSpropP2, RMSpropP3)

// func sparseRMSpropMomentumAVX2Asm(args *sparse)
TEXT ·sparseRMSpropMomentumAVX2Asm(SB), NOSPLIT, $512-8
	SPARSE(RMSpropMomentumP1, NOHALF, RMSpropMomentumP2, RMSpropMomentumP3)

// func sparseAdamAVX2Asm(args *sparse)
TEXT ·sparseAdamAVX2Asm(SB), NOSPLIT, $512-8
	SPARSE(AdamP1A, AdamP1B, AdamP2, AdamP3)

// func nonzerosAVX2Asm(ta *float32, tb *uint16, a *float32, m, k, pa int) (n, count int)
//
//	SI       row i in the first panel   X9       where row k of B begins
//	BX       row i in this panel        R11, R9  the row's first term
//	DI, R10  the next term              CX       steps left, R8 rows left
//	DX       steps left in the panel    R15      the bit that begins a row
TEXT ·nonzerosAVX2Asm(SB), NOSPLIT, $0-64
	MOVQ ta+0(FP), DI
	MOVQ tb+8(FP), R10
	MOVQ a+16(FP), SI
	MOVQ m+24(FP), R8
	LEAQ ·maskedAVX2(SB), R13
	MOVL $0x04000400, AX // how far eight rows of B go, twice
	VMOVD AX, X11
	VPBROADCASTD X11, X11
	VXORPS Y12, Y12, Y12
	XORL R15, R15
	MOVQ $0, count+56(FP)
row:
	MOVQ DI, R11
	MOVQ R10, R9
	MOVQ SI, BX
	MOVQ k+32(FP), CX
	VPXOR X9, X9, X9
panel:
	MOVQ $32, DX
	CMPQ CX, DX
	CMOVQLT CX, DX
	SUBQ DX, CX
	XORL R12, R12
eight:
	VMOVUPS (BX)(R12*1), Y0
	VCMPPS $4, Y12, Y0, Y1 // not equal, or NaN
	VMOVMSKPS Y1, AX
	CMPQ DX, $8
	JLT part
whole:
	POPCNTL AX, R14
	VPMOVZXBD (R13)(AX*8), Y2
	VPMOVZXBW (R13)(AX*8), X3
	VPERMPS Y0, Y2, Y0
	VPSLLW $7, X3, X3
	VPADDW X9, X3, X3
	VMOVUPS Y0, (DI)
	VMOVUPS X3, (R10)
	LEAQ (DI)(R14*4), DI
	LEAQ (R10)(R14*2), R10
	VPADDW X11, X9, X9
	ADDQ $32, R12
	SUBQ $8, DX
	JGT eight
	ADDQ pa+40(FP), BX
	TESTQ CX, CX
	JNZ panel
	MOVQ DI, AX
	SUBQ R11, AX
	SHRQ $2, AX
	ADDQ AX, count+56(FP)
	TESTQ AX, AX
	JNZ some
	MOVL $0, (DI)
	MOVW $0, (R10)
	ADDQ $4, DI
	ADDQ $2, R10
some:
	ORW R15, (R9)
	MOVL $1, R15
	SUBQ $-128, SI
	DECQ R8
	JNZ row
	VMOVUPS X12, (DI) // up to a quad
	VMOVUPS X12, (R10)
	SUBQ ta+0(FP), DI
	SHRQ $2, DI
	ADDQ $3, DI
	ANDQ $-4, DI
	MOVQ DI, n+48(FP)
	VZEROUPPER
	RET
part:
	XCHGQ DX, CX // the last elements: CX is 0
	MOVL $1, R14
	SHLL CX, R14
	DECL R14
	ANDL R14, AX
	XCHGQ DX, CX
	JMP whole

// func regularAVX2Asm(x *float32, n int, least float32) bool
//
// Twice the bits are the magnitude, the sign gone: Y1 is the largest of it, Y2 the least
// of one less, where zero is more than all others.
TEXT ·regularAVX2Asm(SB), NOSPLIT, $0-25
	MOVQ x+0(FP), SI
	MOVQ n+8(FP), CX
	VPXOR Y1, Y1, Y1
	VPCMPEQD Y3, Y3, Y3
	VMOVDQU Y3, Y2
numbers:
	VMOVDQU (SI), Y4
	VMOVDQU 32(SI), Y5
	VMOVDQU 64(SI), Y6
	VMOVDQU 96(SI), Y7
	VPADDD Y4, Y4, Y4
	VPADDD Y5, Y5, Y5
	VPADDD Y6, Y6, Y6
	VPADDD Y7, Y7, Y7
	VPMAXUD Y4, Y1, Y1
	VPMAXUD Y5, Y1, Y1
	VPMAXUD Y6, Y1, Y1
	VPMAXUD Y7, Y1, Y1
	VPADDD Y3, Y4, Y4
	VPADDD Y3, Y5, Y5
	VPADDD Y3, Y6, Y6
	VPADDD Y3, Y7, Y7
	VPMINUD Y4, Y2, Y2
	VPMINUD Y5, Y2, Y2
	VPMINUD Y6, Y2, Y2
	VPMINUD Y7, Y2, Y2
	SUBQ $-128, SI
	DECQ CX
	JNZ numbers
	MOVL $0xfeffffff, AX // twice the bits of infinity, less 1
	VMOVD AX, X4
	VPBROADCASTD X4, Y4
	MOVL least+16(FP), AX
	LEAL -1(AX)(AX*1), AX
	VMOVD AX, X5
	VPBROADCASTD X5, Y5
	VPMAXUD Y4, Y1, Y1
	VPCMPEQD Y4, Y1, Y1 // none is larger
	VPMINUD Y5, Y2, Y2
	VPCMPEQD Y5, Y2, Y2 // none is less
	VPAND Y1, Y2, Y2
	VPMOVMSKB Y2, AX
	CMPL AX, $-1
	SETEQ ret+24(FP)
	VZEROUPPER
	RET
