//go:build arm64 && !purego

#include "textflag.h"

// A sparse product. A row of C is a tile, 64 columns in two panels, and a term one step
// of its chains:
//
//    B, row k of two panels     V16 … V19, V20 … V23   V16 … V19, V20 … V23
//    a[i,k]   the broadcast V25   V0 … V3    V4 … V7     V8 … V11   V12 … V15
//
//    R0, R1    a and b of the next quad       R7      b of the terms left in it, V24 their a
//    R2, R3    B, distance of its panels      R8, R9  row k of B in both panels; scratch
//    R4, R5    row i of C, distance of its panels
//    R6        accumulate                     R10     b after all terms
//
// Four terms, a quad, are loaded at once. The terms of all rows are one list: the code for
// a next row lies after that for the terms and goes back to where it came from.

#define STOREROW \
	MOVD R4, R8; \
	ADD R5, R4, R9; \
	VST1.P [V0.S4, V1.S4, V2.S4, V3.S4], 64(R8); \
	VST1 [V4.S4, V5.S4, V6.S4, V7.S4], (R8); \
	VST1.P [V8.S4, V9.S4, V10.S4, V11.S4], 64(R9); \
	VST1 [V12.S4, V13.S4, V14.S4, V15.S4], (R9)
#define LOADROW \
	MOVD R4, R8; \
	ADD R5, R4, R9; \
	VLD1.P 64(R8), [V0.S4, V1.S4, V2.S4, V3.S4]; \
	VLD1 (R8), [V4.S4, V5.S4, V6.S4, V7.S4]; \
	VLD1.P 64(R9), [V8.S4, V9.S4, V10.S4, V11.S4]; \
	VLD1 (R9), [V12.S4, V13.S4, V14.S4, V15.S4]
#define ZEROROW \
	VEOR V0.B16, V0.B16, V0.B16; \
	VEOR V1.B16, V1.B16, V1.B16; \
	VEOR V2.B16, V2.B16, V2.B16; \
	VEOR V3.B16, V3.B16, V3.B16; \
	VEOR V4.B16, V4.B16, V4.B16; \
	VEOR V5.B16, V5.B16, V5.B16; \
	VEOR V6.B16, V6.B16, V6.B16; \
	VEOR V7.B16, V7.B16, V7.B16; \
	VEOR V8.B16, V8.B16, V8.B16; \
	VEOR V9.B16, V9.B16, V9.B16; \
	VEOR V10.B16, V10.B16, V10.B16; \
	VEOR V11.B16, V11.B16, V11.B16; \
	VEOR V12.B16, V12.B16, V12.B16; \
	VEOR V13.B16, V13.B16, V13.B16; \
	VEOR V14.B16, V14.B16, V14.B16; \
	VEOR V15.B16, V15.B16, V15.B16

// TERM is term N of a quad.
#define TERM(N, next, same) \
	TBNZ $0, R7, next; \
same: \
	VDUP V24.S[N], V25.S4; \
	UXTHW R7, R8; \
	LSR $16, R7, R7; \
	ADD R8, R2, R8; \
	ADD R3, R8, R9; \
	FLDPQ (R8), (F16, F17); \
	FLDPQ 32(R8), (F18, F19); \
	FLDPQ 64(R8), (F20, F21); \
	FLDPQ 96(R8), (F22, F23); \
	VFMLA V25.S4, V16.S4, V0.S4; \
	VFMLA V25.S4, V17.S4, V1.S4; \
	VFMLA V25.S4, V18.S4, V2.S4; \
	VFMLA V25.S4, V19.S4, V3.S4; \
	VFMLA V25.S4, V20.S4, V4.S4; \
	VFMLA V25.S4, V21.S4, V5.S4; \
	VFMLA V25.S4, V22.S4, V6.S4; \
	VFMLA V25.S4, V23.S4, V7.S4; \
	FLDPQ (R9), (F16, F17); \
	FLDPQ 32(R9), (F18, F19); \
	FLDPQ 64(R9), (F20, F21); \
	FLDPQ 96(R9), (F22, F23); \
	VFMLA V25.S4, V16.S4, V8.S4; \
	VFMLA V25.S4, V17.S4, V9.S4; \
	VFMLA V25.S4, V18.S4, V10.S4; \
	VFMLA V25.S4, V19.S4, V11.S4; \
	VFMLA V25.S4, V20.S4, V12.S4; \
	VFMLA V25.S4, V21.S4, V13.S4; \
	VFMLA V25.S4, V22.S4, V14.S4; \
	VFMLA V25.S4, V23.S4, V15.S4

// NEXT ends a row and begins the next one.
#define NEXT(next, same, zero) \
next: \
	SUB $1, R7; \
	STOREROW; \
	ADD $128, R4; \
	CBZ R6, zero; \
	LOADROW; \
	B same; \
zero: \
	ZEROROW; \
	B same

// func spmmNEONAsm(ta *float32, tb *uint16, n int, b *float32, pb int, c *float32, pc int, accumulate bool)
TEXT ·spmmNEONAsm(SB), NOSPLIT, $0-57
	MOVD ta+0(FP), R0
	MOVD tb+8(FP), R1
	MOVD n+16(FP), R10
	ADD R10<<1, R1, R10
	MOVD b+24(FP), R2
	MOVD pb+32(FP), R3
	MOVD c+40(FP), R4
	MOVD pc+48(FP), R5
	MOVBU accumulate+56(FP), R6
	CBNZ R6, load
	ZEROROW
	B quad
load:
	LOADROW
quad:
	MOVD.P 8(R1), R7
	VLD1.P 16(R0), [V24.S4]
	TERM(0, next0, same0)
	TERM(1, next1, same1)
	TERM(2, next2, same2)
	TERM(3, next3, same3)
	CMP R10, R1
	BNE quad
	STOREROW
	RET
	NEXT(next0, same0, zero0)
	NEXT(next1, same1, zero1)
	NEXT(next2, same2, zero2)
	NEXT(next3, same3, zero3)

// func inExactRangeNEONAsm(x *float32, n int, least float32) bool
//
// Twice the bits are the magnitude, the sign gone: V0 is the largest of it, V1 the least
// of one less, where zero is more than all others; V2 is −1.
TEXT ·inExactRangeNEONAsm(SB), NOSPLIT, $0-25
	MOVD x+0(FP), R0
	MOVD n+8(FP), R1
	VEOR V0.B16, V0.B16, V0.B16
	MOVD $-1, R2
	VDUP R2, V2.D2
	VDUP R2, V1.D2
numbers:
	VLD1.P 64(R0), [V4.S4, V5.S4, V6.S4, V7.S4]
	VADD V4.S4, V4.S4, V4.S4
	VADD V5.S4, V5.S4, V5.S4
	VADD V6.S4, V6.S4, V6.S4
	VADD V7.S4, V7.S4, V7.S4
	VUMAX V4.S4, V0.S4, V0.S4
	VUMAX V5.S4, V0.S4, V0.S4
	VUMAX V6.S4, V0.S4, V0.S4
	VUMAX V7.S4, V0.S4, V0.S4
	VADD V2.S4, V4.S4, V4.S4
	VADD V2.S4, V5.S4, V5.S4
	VADD V2.S4, V6.S4, V6.S4
	VADD V2.S4, V7.S4, V7.S4
	VUMIN V4.S4, V1.S4, V1.S4
	VUMIN V5.S4, V1.S4, V1.S4
	VUMIN V6.S4, V1.S4, V1.S4
	VUMIN V7.S4, V1.S4, V1.S4
	SUB $1, R1
	CBNZ R1, numbers
	MOVW $0xfeffffff, R3 // twice the bits of infinity, less 1
	VDUP R3, V3.S4
	MOVWU least+16(FP), R4
	LSL $1, R4, R4
	SUB $1, R4
	VDUP R4, V4.S4
	VUMAX V3.S4, V0.S4, V0.S4
	VCMEQ V3.S4, V0.S4, V0.S4 // none is larger
	VUMIN V4.S4, V1.S4, V1.S4
	VCMEQ V4.S4, V1.S4, V1.S4 // none is less
	VAND V0.B16, V1.B16, V0.B16
	VMOV V0.D[0], R5
	VMOV V0.D[1], R6
	AND R5, R6, R5
	CMN $1, R5
	CSET EQ, R5
	MOVB R5, ret+24(FP)
	RET
