//go:build amd64 && !purego

#define SIZE 16(R14)
#include "beside_avx512.h"
#include "go_asm.h"
#include "textflag.h"

// A sparse product with an update beside it. A row of C is a tile, 128 columns in four
// panels, and a term one step of its chains:
//
//	B, row k of four panels     (BP), 64(BP)   (BP)(R10) …   (R15) …   (R15)(R10) …
//	a[i,k]   the broadcast Z25  Z0   Z1        Z2, Z3        Z4, Z5    Z6, Z7
//
// A row of B is an operand of the FMAs: as many loads as FMAs, two a cycle each. Four
// terms, a quad, are loaded at once.
//
//	AX      the next quad, −8 a quad  DI   distance of panels of C
//	CX, DX  a and b behind all terms
//	R8      b of the terms that are left in the quad, Z26 their a
//	R9, BP  B, row k of B             R10  distance of panels of B
//	R15     the upper two panels in a term, scratch between terms
//	BX, SI, R11, R12, R13, R14        the update
//
// The terms of all rows are one list, and the update goes along it, a slot in a quad,
// wherever rows begin: the code for a next row stands behind that for the terms and goes
// back to where it came from.

// What lies behind the mask and 2⁻¹⁰⁰ of the update.
#define ARGS 8(R14)
#define ACCUMULATE 24(R14)
#define ROWOFC 32(R14)

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

// LOADQUAD loads the next quad. Two terms are a half of it.
#define LOADQUAD \
	MOVQ (DX)(AX*1), R8; \
	VBROADCASTF32X4 (CX)(AX*2), Z26
#define FIRSTHALF(next, same, second, equal) LOADQUAD; TERM(0, next, same); TERM(1, second, equal)
#define SECONDHALF(next, same, second, equal) TERM(2, next, same); TERM(3, second, equal)

// Row i of C is in BP behind STOREROW, and before LOADROW.
#define STOREROW \
	MOVQ ROWOFC, BP; \
	LEAQ (BP)(DI*2), R15; \
	VMOVUPS Z0, (BP); \
	VMOVUPS Z1, 64(BP); \
	VMOVUPS Z2, (BP)(DI*1); \
	VMOVUPS Z3, 64(BP)(DI*1); \
	VMOVUPS Z4, (R15); \
	VMOVUPS Z5, 64(R15); \
	VMOVUPS Z6, (R15)(DI*1); \
	VMOVUPS Z7, 64(R15)(DI*1)

#define LOADROW \
	LEAQ (BP)(DI*2), R15; \
	VMOVUPS (BP), Z0; \
	VMOVUPS 64(BP), Z1; \
	VMOVUPS (BP)(DI*1), Z2; \
	VMOVUPS 64(BP)(DI*1), Z3; \
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
	SUBQ $-128, BP; \
	MOVQ BP, ROWOFC; \
	CMPB ACCUMULATE, $0; \
	JEQ zero; \
	LOADROW; \
	JMP same; \
zero: \
	ZEROROW; \
	JMP same

// SPARSE is the body of a function.
#define SPARSE(P1, P2, P3) \
	MOVQ args+0(FP), BP; \
	UPDATES; \
	MOVQ BP, ARGS; \
	MOVQ besideUpdate_size(BP), AX; \
	MOVQ AX, SIZE; \
	MOVB sparse_accumulate(BP), AX; \
	MOVB AX, ACCUMULATE; \
product: \
	MOVQ sparse_ta(BP), CX; \
	MOVQ sparse_tb(BP), DX; \
	MOVQ sparse_terms(BP), AX; \
	MOVQ sparse_b(BP), R9; \
	MOVQ sparse_pb(BP), R10; \
	MOVQ sparse_pc(BP), DI; \
	MOVQ sparse_c(BP), BP; \
	MOVQ BP, ROWOFC; \
	CMPB ACCUMULATE, $0; \
	JNE load; \
	ZEROROW; \
	JMP slot; \
load: \
	LOADROW; \
slot: \
	MOVQ ARGS, BP; \
	CMPQ R13, besideUpdate_end(BP); \
	JGE quad; \
	SLOT(FIRSTHALF(next0, same0, next1, same1), SECONDHALF(next2, same2, next3, same3), P1, P2, P3, first, second, last); \
	ADDQ $8, AX; \
	JNZ slot; \
	JMP end; \
quad: \
	FIRSTHALF(next4, same4, next5, same5); \
	SECONDHALF(next6, same6, next7, same7); \
	ADDQ $8, AX; \
	JNZ quad; \
end: \
	STOREROW; \
	MOVQ ARGS, BP; \
	LEAQ (R9)(R10*4), R9; \
	MOVQ R9, sparse_b(BP); \
	SHLQ $2, DI; \
	ADDQ DI, sparse_c(BP); \
	DECQ sparse_tiles(BP); \
	JNZ product; \
drain: \
	CMPQ R13, besideUpdate_end(BP); \
	JGE done; \
	SLOT(NOSTEP, NOSTEP, P1, P2, P3, drain1, drain2, drain3); \
	JMP drain; \
done: \
	VZEROUPPER; \
	RET; \
	NEXT(next0, same0, zero0); \
	NEXT(next1, same1, zero1); \
	NEXT(next2, same2, zero2); \
	NEXT(next3, same3, zero3); \
	NEXT(next4, same4, zero4); \
	NEXT(next5, same5, zero5); \
	NEXT(next6, same6, zero6); \
	NEXT(next7, same7, zero7)

// func sparseSGDAVX512Asm(args *sparse)
TEXT ·sparseSGDAVX512Asm(SB), NOSPLIT, $384-8
	SPARSE(SGDP1, NOPART, NOPART)

// func sparseMomentumAVX512Asm(args *sparse)
TEXT ·sparseMomentumAVX512Asm(SB), NOSPLIT, $384-8
	SPARSE(MomentumP1, NOPART, NOPART)

// func sparseNesterovAVX512Asm(args *sparse)
TEXT ·sparseNesterovAVX512Asm(SB), NOSPLIT, $384-8
	SPARSE(NesterovP1, NOPART, NOPART)

// func sparseAdagradAVX512Asm(args *sparse)
TEXT ·sparseAdagradAVX512Asm(SB), NOSPLIT, $384-8
	SPARSE(AdagradP1, AdagradP2, AdagradP3)

// func sparseRMSpropAVX512Asm(args *sparse)
TEXT ·sparseRMSpropAVX512Asm(SB), NOSPLIT, $384-8
	SPARSE(RMSpropP1, RMSpropP2, RMSpropP3)

// func sparseRMSpropMomentumAVX512Asm(args *sparse)
TEXT ·sparseRMSpropMomentumAVX512Asm(SB), NOSPLIT, $384-8
	SPARSE(RMSpropMomentumP1, RMSpropMomentumP2, RMSpropMomentumP3)

// func sparseAdamAVX512Asm(args *sparse)
TEXT ·sparseAdamAVX512Asm(SB), NOSPLIT, $384-8
	SPARSE(AdamP1, AdamP2, AdamP3)
