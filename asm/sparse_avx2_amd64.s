//go:build amd64 && !purego

#define CONSTANTS
#include "beside_avx2.h"
#include "go_asm.h"
#include "textflag.h"

// A sparse product with an update beside it. A row of C is a tile, 64 columns in two
// panels, and a term one step of its chains:
//
//	B, row k of two panels      (R8) … 96(R8)   (R8)(R10) … 96(R8)(R10)
//	a[i,k]   the broadcast Y12  Y0 … Y3         Y4 … Y7
//
// A row of B is an operand of the FMAs: as many loads as FMAs, two a cycle each. So the
// update finds the constants that it needs twice as often in registers. (With 96 columns
// and none of them a pair of slots of Adam cost 38 cycles instead of 26.)
//
//	AX      the next term            R15      row i of C
//	R8      row k of B               DI       distance of panels of C
//	R9      B                        CX       bytes of terms that are left
//	R10     distance of panels of B  BP       the arguments
//	BX, SI, R11, R12, R13, R14, Y8 … Y11, Y13 … Y15    the update
//
// The terms of all rows are one list, and the update goes along it, a pair of slots in
// five terms, wherever rows begin: the code for a next row stands behind that for the
// terms and goes back to where it came from. A row's end is foretold wrong, but known so
// early that FMAs are left to do meanwhile. (Zen 3, 14 terms a row: 5.4 cycles a term.)

// TERM is a term with four parts of the update inside.
#define TERM(N, next, same, FIRST, SECOND, THIRD, FOURTH) \
	MOVL (8*(N)+4)(AX), R8; \
	TESTL $1, R8; \
	JNZ next; \
same: \
	ADDQ R9, R8; \
	VBROADCASTSS (8*(N))(AX), Y12; \
	VFMADD231PS (R8), Y12, Y0; \
	VFMADD231PS 32(R8), Y12, Y1; \
	FIRST; \
	VFMADD231PS 64(R8), Y12, Y2; \
	VFMADD231PS 96(R8), Y12, Y3; \
	SECOND; \
	VFMADD231PS (R8)(R10*1), Y12, Y4; \
	VFMADD231PS 32(R8)(R10*1), Y12, Y5; \
	THIRD; \
	VFMADD231PS 64(R8)(R10*1), Y12, Y6; \
	VFMADD231PS 96(R8)(R10*1), Y12, Y7; \
	FOURTH

// NEXT ends a row and begins the next one.
#define NEXT(next, same) \
next: \
	DECL R8; \
	VMOVUPS Y0, (R15); VXORPS Y0, Y0, Y0; \
	VMOVUPS Y1, 32(R15); VXORPS Y1, Y1, Y1; \
	VMOVUPS Y2, 64(R15); VXORPS Y2, Y2, Y2; \
	VMOVUPS Y3, 96(R15); VXORPS Y3, Y3, Y3; \
	VMOVUPS Y4, (R15)(DI*1); VXORPS Y4, Y4, Y4; \
	VMOVUPS Y5, 32(R15)(DI*1); VXORPS Y5, Y5, Y5; \
	VMOVUPS Y6, 64(R15)(DI*1); VXORPS Y6, Y6, Y6; \
	VMOVUPS Y7, 96(R15)(DI*1); VXORPS Y7, Y7, Y7; \
	ADDQ $128, R15; \
	CMPB sparse_accumulate(BP), $0; \
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
	CMPQ besideUpdate_size(BP), $0; \
	JEQ product; \
	ENDPAIR(P1A, P1B, P2, P3, firstNew, firstOld, firstDone); \
product: \
	MOVQ sparse_terms(BP), AX; \
	MOVQ sparse_last(BP), CX; \
	SUBQ AX, CX; \
	MOVQ sparse_b(BP), R9; \
	MOVQ sparse_pb(BP), R10; \
	MOVQ sparse_c(BP), R15; \
	MOVQ sparse_pc(BP), DI; \
	CMPB sparse_accumulate(BP), $0; \
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
	CMPQ R13, besideUpdate_size(BP); \
	JGE fours; \
	SUBQ $40, CX; \
	JLT few; \
	TERM(0, next0, same0, P1A(0), P1B(0), P1A(32), NOTHING); \
	TERM(1, next1, same1, P1B(32), P2(0, 256), P2(32, 288), NOTHING); \
	TERM(2, next2, same2, P3(0, 320), P3(32, 352), P1A(64), NOTHING); \
	TERM(3, next3, same3, P1B(64), P1A(96), P1B(96), NOTHING); \
	TERM(4, next4, same4, P2(64, 320), P2(96, 352), P3(64, 256), P3(96, 288)); \
	ADDQ $40, AX; \
	ADDQ $128, R13; \
	JMP pair; \
few: \
	ADDQ $40, CX; \
fours: \
	SUBQ $32, CX; \
	JLT ones; \
four: \
	TERM(0, next5, same5, NOTHING, NOTHING, NOTHING, NOTHING); \
	TERM(1, next6, same6, NOTHING, NOTHING, NOTHING, NOTHING); \
	TERM(2, next7, same7, NOTHING, NOTHING, NOTHING, NOTHING); \
	TERM(3, next8, same8, NOTHING, NOTHING, NOTHING, NOTHING); \
	ADDQ $32, AX; \
	SUBQ $32, CX; \
	JGE four; \
ones: \
	ADDQ $32, CX; \
	JZ end; \
one: \
	TERM(0, next9, same9, NOTHING, NOTHING, NOTHING, NOTHING); \
	ADDQ $8, AX; \
	SUBQ $8, CX; \
	JNZ one; \
end: \
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
	NEXT(next7, same7); \
	NEXT(next8, same8); \
	NEXT(next9, same9)

// func sparseSGDAVX2Asm(args *sparse)
TEXT ·sparseSGDAVX2Asm(SB), NOSPLIT, $448-8
	SPARSE(SGDP1, NOHALF, NOPART, NOPART)

// func sparseMomentumAVX2Asm(args *sparse)
TEXT ·sparseMomentumAVX2Asm(SB), NOSPLIT, $448-8
	SPARSE(MomentumP1, NOHALF, NOPART, NOPART)

// func sparseNesterovAVX2Asm(args *sparse)
TEXT ·sparseNesterovAVX2Asm(SB), NOSPLIT, $448-8
	SPARSE(NesterovP1, NOHALF, NOPART, NOPART)

// func sparseAdagradAVX2Asm(args *sparse)
TEXT ·sparseAdagradAVX2Asm(SB), NOSPLIT, $448-8
	SPARSE(AdagradP1, NOHALF, AdagradP2, AdagradP3)

// func sparseRMSpropAVX2Asm(args *sparse)
TEXT ·sparseRMSpropAVX2Asm(SB), NOSPLIT, $448-8
	SPARSE(RMSpropP1, NOHALF, RMSpropP2, RMSpropP3)

// func sparseRMSpropMomentumAVX2Asm(args *sparse)
TEXT ·sparseRMSpropMomentumAVX2Asm(SB), NOSPLIT, $448-8
	SPARSE(RMSpropMomentumP1, NOHALF, RMSpropMomentumP2, RMSpropMomentumP3)

// func sparseAdamAVX2Asm(args *sparse)
TEXT ·sparseAdamAVX2Asm(SB), NOSPLIT, $448-8
	SPARSE(AdamP1A, AdamP1B, AdamP2, AdamP3)

// The elements of four bits of a mask, in order, as the control of VPERMILPS.
DATA ·fourAVX2+0(SB)/8, $0x0
DATA ·fourAVX2+8(SB)/8, $0x0
DATA ·fourAVX2+16(SB)/8, $0x0
DATA ·fourAVX2+24(SB)/8, $0x0
DATA ·fourAVX2+32(SB)/8, $0x1
DATA ·fourAVX2+40(SB)/8, $0x0
DATA ·fourAVX2+48(SB)/8, $0x100000000
DATA ·fourAVX2+56(SB)/8, $0x0
DATA ·fourAVX2+64(SB)/8, $0x2
DATA ·fourAVX2+72(SB)/8, $0x0
DATA ·fourAVX2+80(SB)/8, $0x200000000
DATA ·fourAVX2+88(SB)/8, $0x0
DATA ·fourAVX2+96(SB)/8, $0x200000001
DATA ·fourAVX2+104(SB)/8, $0x0
DATA ·fourAVX2+112(SB)/8, $0x100000000
DATA ·fourAVX2+120(SB)/8, $0x2
DATA ·fourAVX2+128(SB)/8, $0x3
DATA ·fourAVX2+136(SB)/8, $0x0
DATA ·fourAVX2+144(SB)/8, $0x300000000
DATA ·fourAVX2+152(SB)/8, $0x0
DATA ·fourAVX2+160(SB)/8, $0x300000001
DATA ·fourAVX2+168(SB)/8, $0x0
DATA ·fourAVX2+176(SB)/8, $0x100000000
DATA ·fourAVX2+184(SB)/8, $0x3
DATA ·fourAVX2+192(SB)/8, $0x300000002
DATA ·fourAVX2+200(SB)/8, $0x0
DATA ·fourAVX2+208(SB)/8, $0x200000000
DATA ·fourAVX2+216(SB)/8, $0x3
DATA ·fourAVX2+224(SB)/8, $0x200000001
DATA ·fourAVX2+232(SB)/8, $0x3
DATA ·fourAVX2+240(SB)/8, $0x100000000
DATA ·fourAVX2+248(SB)/8, $0x300000002
GLOBL ·fourAVX2(SB), RODATA|NOPTR, $256

// Where the first four rows of a panel begin, and how much farther the next four.
DATA ·fourRowsAVX2+0(SB)/8, $0x0000008000000000
DATA ·fourRowsAVX2+8(SB)/8, $0x0000018000000100
DATA ·fourRowsAVX2+16(SB)/8, $0x0000020000000200
DATA ·fourRowsAVX2+24(SB)/8, $0x0000020000000200
GLOBL ·fourRowsAVX2(SB), RODATA|NOPTR, $32

// func nonzerosAVX2Asm(list *term, a *float32, m, k, pa int) (n int)
//
//	SI  row i in the first panel   X9   where rows k … k+3 of B begin
//	BX  row i in this panel        R11  the row's first term
//	DI  the next term              CX   steps left, R8 rows left
//	DX  steps left in the panel    R15  the bit that begins a row
TEXT ·nonzerosAVX2Asm(SB), NOSPLIT, $0-48
	MOVQ list+0(FP), DI
	MOVQ a+8(FP), SI
	MOVQ m+16(FP), R8
	MOVQ k+24(FP), R9
	MOVQ pa+32(FP), R10
	LEAQ ·fourAVX2(SB), R13
	VMOVUPS ·fourRowsAVX2+0(SB), X10
	VMOVUPS ·fourRowsAVX2+16(SB), X11
	VXORPS X12, X12, X12
	XORL R15, R15
row:
	MOVQ DI, R11
	MOVQ SI, BX
	MOVQ R9, CX
	VMOVUPS X10, X9
panel:
	MOVQ $32, DX
	CMPQ CX, DX
	CMOVQLT CX, DX
	SUBQ DX, CX
	XORL R12, R12
four:
	VMOVUPS (BX)(R12*1), X0
	VCMPPS $4, X12, X0, X1 // not equal, or NaN
	VMOVMSKPS X1, AX
	CMPQ DX, $4
	JLT part
whole:
	POPCNTL AX, R14
	SHLL $4, AX
	VMOVUPS (R13)(AX*1), X2
	VPERMILPS X2, X0, X3
	VPERMILPS X2, X9, X4
	VUNPCKLPS X4, X3, X5
	VUNPCKHPS X4, X3, X6
	VMOVUPS X5, (DI)
	VMOVUPS X6, 16(DI)
	LEAQ (DI)(R14*8), DI
	VPADDD X11, X9, X9
	ADDQ $16, R12
	SUBQ $4, DX
	JGT four
	ADDQ R10, BX
	TESTQ CX, CX
	JNZ panel
	CMPQ DI, R11
	JNE some
	MOVQ $0, (DI)
	ADDQ $8, DI
some:
	ORL R15, 4(R11)
	MOVL $1, R15
	SUBQ $-128, SI
	DECQ R8
	JNZ row
	SUBQ list+0(FP), DI
	SHRQ $3, DI
	MOVQ DI, n+40(FP)
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
