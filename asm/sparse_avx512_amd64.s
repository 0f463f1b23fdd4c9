//go:build amd64 && !purego

#include "beside_avx512.h"
#include "go_asm.h"
#include "textflag.h"

// A sparse product with an update beside it. A row of C is a tile, 128 columns in four
// panels, and a term one step of its chains:
//
//	B, row k of four panels     (R8), 64(R8)   (R8)(R10) …   (R15) …   (R15)(R10) …
//	a[i,k]   the broadcast Z25  Z0   Z1        Z2, Z3        Z4, Z5    Z6, Z7
//
// A row of B is an operand of the FMAs: as many loads as FMAs, two a cycle each.
//
//	AX      the next term            DX       row i of C
//	R8      row k of B               DI       distance of panels of C
//	R9      B                        CX       bytes of terms that are left
//	R10     distance of panels of B  BP       the arguments
//	R15     the upper two panels in a term, scratch of the update between terms
//	BX, SI, R11, R12, R13, R14       the update
//
// The terms of all rows are one list, and the update goes along it, a slot in four
// terms, wherever rows begin: the code for a next row stands behind that for the terms
// and goes back to where it came from.

#define TERM(N, next, same) \
	MOVL (8*(N)+4)(AX), R8; \
	TESTL $1, R8; \
	JNZ next; \
same: \
	ADDQ R9, R8; \
	LEAQ (R8)(R10*2), R15; \
	VBROADCASTSS (8*(N))(AX), Z25; \
	VFMADD231PS (R8), Z25, Z0; \
	VFMADD231PS 64(R8), Z25, Z1; \
	VFMADD231PS (R8)(R10*1), Z25, Z2; \
	VFMADD231PS 64(R8)(R10*1), Z25, Z3; \
	VFMADD231PS (R15), Z25, Z4; \
	VFMADD231PS 64(R15), Z25, Z5; \
	VFMADD231PS (R15)(R10*1), Z25, Z6; \
	VFMADD231PS 64(R15)(R10*1), Z25, Z7

#define TWOTERMS(N, next, same, second, equal) TERM(N, next, same); TERM(N+1, second, equal)

#define STOREROW \
	LEAQ (DX)(DI*2), R15; \
	VMOVUPS Z0, (DX); \
	VMOVUPS Z1, 64(DX); \
	VMOVUPS Z2, (DX)(DI*1); \
	VMOVUPS Z3, 64(DX)(DI*1); \
	VMOVUPS Z4, (R15); \
	VMOVUPS Z5, 64(R15); \
	VMOVUPS Z6, (R15)(DI*1); \
	VMOVUPS Z7, 64(R15)(DI*1)

#define LOADROW \
	LEAQ (DX)(DI*2), R15; \
	VMOVUPS (DX), Z0; \
	VMOVUPS 64(DX), Z1; \
	VMOVUPS (DX)(DI*1), Z2; \
	VMOVUPS 64(DX)(DI*1), Z3; \
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
	DECL R8; \
	STOREROW; \
	SUBQ $-128, DX; \
	CMPB sparse_accumulate(BP), $0; \
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
product: \
	MOVQ sparse_terms(BP), AX; \
	MOVQ sparse_last(BP), CX; \
	SUBQ AX, CX; \
	MOVQ sparse_b(BP), R9; \
	MOVQ sparse_pb(BP), R10; \
	MOVQ sparse_c(BP), DX; \
	MOVQ sparse_pc(BP), DI; \
	CMPB sparse_accumulate(BP), $0; \
	JNE load; \
	ZEROROW; \
	JMP slot; \
load: \
	LOADROW; \
slot: \
	CMPQ R13, besideUpdate_end(BP); \
	JGE fours; \
	SUBQ $32, CX; \
	JLT few; \
	SLOT(TWOTERMS(0, next0, same0, next1, same1), TWOTERMS(2, next2, same2, next3, same3), P1, P2, P3, first, second, last); \
	ADDQ $32, AX; \
	JMP slot; \
few: \
	ADDQ $32, CX; \
fours: \
	SUBQ $32, CX; \
	JLT ones; \
four: \
	TWOTERMS(0, next4, same4, next5, same5); \
	TWOTERMS(2, next6, same6, next7, same7); \
	ADDQ $32, AX; \
	SUBQ $32, CX; \
	JGE four; \
ones: \
	ADDQ $32, CX; \
	JZ end; \
one: \
	TERM(0, next8, same8); \
	ADDQ $8, AX; \
	SUBQ $8, CX; \
	JNZ one; \
end: \
	STOREROW; \
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
	NEXT(next7, same7, zero7); \
	NEXT(next8, same8, zero8)

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
