//go:build amd64 && !purego

#include "textflag.h"

// A sparse product. A row of C is a tile, 64 columns in two panels, and a term one step
// of its chains:
//
//	B, row k of two panels      (BP) … 96(BP)   (BP)(R10) … 96(BP)(R10)
//	a[i,k]   the broadcast Y8   Y0 … Y3         Y4 … Y7
//
// A row of B is an operand of the FMAs: eight loads and more a term, two of which a cycle
// allows. So four terms, a quad, are loaded at once.
//
//	AX      the next quad, −8 a quad  BX       row i of C
//	CX, DX  a and b after all terms   DI       distance of panels of C
//	R8      b of the terms that are left in the quad, Y12 their a
//	R9, BP  B, row k of B             R10      distance of panels of B
//	R11     accumulate
//
// The terms of all rows are one list: the code for a next row lies after that for the
// terms and goes back to where it came from. A row's end is mispredicted, but known so
// early that FMAs are left to do meanwhile.

// TERM is term N of a quad.
#define TERM(N, next, same) \
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
	VFMADD231PS 96(BP), Y8, Y3; \
	VFMADD231PS (BP)(R10*1), Y8, Y4; \
	VFMADD231PS 32(BP)(R10*1), Y8, Y5; \
	VFMADD231PS 64(BP)(R10*1), Y8, Y6; \
	VFMADD231PS 96(BP)(R10*1), Y8, Y7

// LOADQUAD loads the next quad.
#define LOADQUAD \
	MOVQ (DX)(AX*1), R8; \
	VBROADCASTF128 (CX)(AX*2), Y12

#define STOREROW \
	VMOVUPS Y0, (BX); \
	VMOVUPS Y1, 32(BX); \
	VMOVUPS Y2, 64(BX); \
	VMOVUPS Y3, 96(BX); \
	VMOVUPS Y4, (BX)(DI*1); \
	VMOVUPS Y5, 32(BX)(DI*1); \
	VMOVUPS Y6, 64(BX)(DI*1); \
	VMOVUPS Y7, 96(BX)(DI*1)

#define LOADROW \
	VMOVUPS (BX), Y0; \
	VMOVUPS 32(BX), Y1; \
	VMOVUPS 64(BX), Y2; \
	VMOVUPS 96(BX), Y3; \
	VMOVUPS (BX)(DI*1), Y4; \
	VMOVUPS 32(BX)(DI*1), Y5; \
	VMOVUPS 64(BX)(DI*1), Y6; \
	VMOVUPS 96(BX)(DI*1), Y7

#define ZEROROW \
	VXORPS Y0, Y0, Y0; \
	VXORPS Y1, Y1, Y1; \
	VXORPS Y2, Y2, Y2; \
	VXORPS Y3, Y3, Y3; \
	VXORPS Y4, Y4, Y4; \
	VXORPS Y5, Y5, Y5; \
	VXORPS Y6, Y6, Y6; \
	VXORPS Y7, Y7, Y7

// NEXT ends a row and begins the next one.
#define NEXT(next, same) \
next: \
	DECQ R8; \
	STOREROW; \
	ZEROROW; \
	SUBQ $-128, BX; \
	TESTB R11, R11; \
	JEQ same; \
	LOADROW; \
	JMP same

// func spmmAVX2Asm(ta *float32, tb *uint16, n int, b *float32, pb int, c *float32, pc int, accumulate bool)
TEXT ·spmmAVX2Asm(SB), NOSPLIT, $0-57
	MOVQ ta+0(FP), CX
	MOVQ tb+8(FP), DX
	MOVQ n+16(FP), AX
	LEAQ (CX)(AX*4), CX
	LEAQ (DX)(AX*2), DX
	SHLQ $1, AX
	NEGQ AX
	MOVQ b+24(FP), R9
	MOVQ pb+32(FP), R10
	MOVQ c+40(FP), BX
	MOVQ pc+48(FP), DI
	MOVBLZX accumulate+56(FP), R11
	ZEROROW
	TESTB R11, R11
	JEQ quad
	LOADROW
quad:
	LOADQUAD
	TERM(0, next0, same0)
	TERM(1, next1, same1)
	TERM(2, next2, same2)
	TERM(3, next3, same3)
	ADDQ $8, AX
	JNZ quad
	STOREROW
	VZEROUPPER
	RET
	NEXT(next0, same0)
	NEXT(next1, same1)
	NEXT(next2, same2)
	NEXT(next3, same3)

// func compressRowsAVX2Asm(ta *float32, tb *uint16, a *float32, m, k, pa int) (n, count int)
//
//	SI       row i in the first panel   X9       where row k of B begins
//	BX       row i in this panel        R11, R9  the row's first term
//	DI, R10  the next term              CX       steps left, R8 rows left
//	DX       steps left in the panel    R15      the bit that begins a row
TEXT ·compressRowsAVX2Asm(SB), NOSPLIT, $0-64
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

// func inExactRangeAVX2Asm(x *float32, n int, least float32) bool
//
// Twice the bits are the magnitude, the sign gone: Y1 is the largest of it, Y2 the least
// of one less, where zero is more than all others.
TEXT ·inExactRangeAVX2Asm(SB), NOSPLIT, $0-25
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
