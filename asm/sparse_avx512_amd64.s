//go:build amd64 && !purego

#include "textflag.h"

// A sparse product. A row of C is a tile, 128 columns in four panels, and a term one
// step of its chains:
//
//	B, row k of four panels     (BP), 64(BP)   (BP)(R10) …   (R15) …   (R15)(R10) …
//	a[i,k]   the broadcast Z25  Z0   Z1        Z2, Z3        Z4, Z5    Z6, Z7
//
// A row of B is an operand of the FMAs: as many loads as FMAs, two a cycle each. Four
// terms, a quad, are loaded at once.
//
//	AX      the next quad, −8 a quad  BX       row i of C
//	CX, DX  a and b after all terms   DI       distance of panels of C
//	R8      b of the terms that are left in the quad, Z26 their a
//	R9, BP  B, row k of B             R10      distance of panels of B
//	R11     accumulate                R15      the upper two panels in a term
//
// The terms of all rows are one list: the code for a next row lies after that for the
// terms and goes back to where it came from.

// TERM is term N of a quad.
#define TERM(N, next, same) \
	TESTL $1, R8; \
	JNZ next; \
same: \
	MOVWLZX R8, BP; \
	SHRQ $16, R8; \
	ADDQ R9, BP; \
	LEAQ (BP)(R10*2), R15; \
	VPERMILPS $(0x55*N), Z26, Z25; \
	VFMADD231PS (BP), Z25, Z0; \
	VFMADD231PS 64(BP), Z25, Z1; \
	VFMADD231PS (BP)(R10*1), Z25, Z2; \
	VFMADD231PS 64(BP)(R10*1), Z25, Z3; \
	VFMADD231PS (R15), Z25, Z4; \
	VFMADD231PS 64(R15), Z25, Z5; \
	VFMADD231PS (R15)(R10*1), Z25, Z6; \
	VFMADD231PS 64(R15)(R10*1), Z25, Z7

// LOADQUAD loads the next quad.
#define LOADQUAD \
	MOVQ (DX)(AX*1), R8; \
	VBROADCASTF32X4 (CX)(AX*2), Z26

#define STOREROW \
	LEAQ (BX)(DI*2), R15; \
	VMOVUPS Z0, (BX); \
	VMOVUPS Z1, 64(BX); \
	VMOVUPS Z2, (BX)(DI*1); \
	VMOVUPS Z3, 64(BX)(DI*1); \
	VMOVUPS Z4, (R15); \
	VMOVUPS Z5, 64(R15); \
	VMOVUPS Z6, (R15)(DI*1); \
	VMOVUPS Z7, 64(R15)(DI*1)

#define LOADROW \
	LEAQ (BX)(DI*2), R15; \
	VMOVUPS (BX), Z0; \
	VMOVUPS 64(BX), Z1; \
	VMOVUPS (BX)(DI*1), Z2; \
	VMOVUPS 64(BX)(DI*1), Z3; \
	VMOVUPS (R15), Z4; \
	VMOVUPS 64(R15), Z5; \
	VMOVUPS (R15)(DI*1), Z6; \
	VMOVUPS 64(R15)(DI*1), Z7

#define ZEROROW \
	VPXORD Z0, Z0, Z0; \
	VPXORD Z1, Z1, Z1; \
	VPXORD Z2, Z2, Z2; \
	VPXORD Z3, Z3, Z3; \
	VPXORD Z4, Z4, Z4; \
	VPXORD Z5, Z5, Z5; \
	VPXORD Z6, Z6, Z6; \
	VPXORD Z7, Z7, Z7

// NEXT ends a row and begins the next one.
#define NEXT(next, same, zero) \
next: \
	DECQ R8; \
	STOREROW; \
	SUBQ $-128, BX; \
	TESTB R11, R11; \
	JEQ zero; \
	LOADROW; \
	JMP same; \
zero: \
	ZEROROW; \
	JMP same

// func spmmAVX512Asm(ta *float32, tb *uint16, n int, b *float32, pb int, c *float32, pc int, accumulate bool)
TEXT ·spmmAVX512Asm(SB), NOSPLIT, $0-57
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
	TESTB R11, R11
	JNE load
	ZEROROW
	JMP quad
load:
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
	NEXT(next0, same0, zero0)
	NEXT(next1, same1, zero1)
	NEXT(next2, same2, zero2)
	NEXT(next3, same3, zero3)
