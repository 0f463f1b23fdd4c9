//go:build amd64 && !purego

#define SIZE besideUpdate_size(BP)
#include "beside_avx512.h"
#include "go_asm.h"
#include "textflag.h"

// A product with an update beside it: tiles of 10 rows and 32 columns, whose FMAs
// leave the divider, the adders and most of the front end to the update of other
// parameters.
//
//	         Z20  Z21    B: 32 columns of row k
//	a[0,k]   Z0   Z1     the broadcasts of A are in Z25, Z26
//	 …        …    …
//	a[9,k]   Z18  Z19    Z22, Z23, Z24: the update; Z27 … Z31: c[0] … c[4]
//
// The update goes by slots of 32 parameters, two steps of k each, in three parts:
// P1 makes the new slots of the optimizer, P2 the denominator, P3 the weight. A
// part is done for a slot one slot after the part before it, so that no
// instruction waits long for another and holds up the products behind it.
//
//	AX      row 0 of A at k          R8       B at k, rows of 128 bytes
//	R10     k to go in this panel    BP       the arguments
//	BX, SI, R11, R12, R13, R14, R15           the update

#define ROW(O, T, L, R) VBROADCASTSS O(AX), T; VFMADD231PS Z20, T, L; VFMADD231PS Z21, T, R
#define STEP VMOVUPS (R8), Z20; VMOVUPS 64(R8), Z21; \
	ROW(0, Z25, Z0, Z1); \
	ROW(128, Z26, Z2, Z3); \
	ROW(256, Z25, Z4, Z5); \
	ROW(384, Z26, Z6, Z7); \
	ROW(512, Z25, Z8, Z9); \
	ROW(640, Z26, Z10, Z11); \
	ROW(768, Z25, Z12, Z13); \
	ROW(896, Z26, Z14, Z15); \
	ROW(1024, Z25, Z16, Z17); \
	ROW(1152, Z26, Z18, Z19); \
	SUBQ $-128, R8; \
	ADDQ $4, AX

#define ZERO(L, R) VPXORD L, L, L; VPXORD R, R, R
#define LOAD(L, R) VMOVUPS (R8), L; VMOVUPS 64(R8), R; ADDQ R10, R8
#define STORE(L, R) VMOVUPS L, (R8); VMOVUPS R, 64(R8); ADDQ R10, R8

// BESIDE is the body of a function.
#define BESIDE(P1, P2, P3) \
	MOVQ args+0(FP), BP; \
	UPDATES; \
block: \
	MOVQ $0, beside_bAt(BP); \
	MOVQ $0, beside_cAt(BP); \
	MOVQ beside_tiles(BP), R8; \
	MOVQ R8, beside_tile(BP); \
tile: \
	MOVQ beside_c(BP), R8; \
	ADDQ beside_cAt(BP), R8; \
	MOVQ beside_ldc(BP), R10; \
	CMPB beside_accumulate(BP), $0; \
	JNE load; \
	ZERO(Z0, Z1); \
	ZERO(Z2, Z3); \
	ZERO(Z4, Z5); \
	ZERO(Z6, Z7); \
	ZERO(Z8, Z9); \
	ZERO(Z10, Z11); \
	ZERO(Z12, Z13); \
	ZERO(Z14, Z15); \
	ZERO(Z16, Z17); \
	ZERO(Z18, Z19); \
	JMP begin; \
load: \
	LOAD(Z0, Z1); \
	LOAD(Z2, Z3); \
	LOAD(Z4, Z5); \
	LOAD(Z6, Z7); \
	LOAD(Z8, Z9); \
	LOAD(Z10, Z11); \
	LOAD(Z12, Z13); \
	LOAD(Z14, Z15); \
	LOAD(Z16, Z17); \
	LOAD(Z18, Z19); \
begin: \
	MOVQ beside_perTile(BP), R10; \
	MOVQ R10, beside_pairs(BP); \
	MOVQ beside_k(BP), R10; \
	MOVQ R10, beside_left(BP); \
	MOVQ beside_a(BP), AX; \
	MOVQ beside_b(BP), R8; \
	ADDQ beside_bAt(BP), R8; \
steps: \
	MOVQ beside_kp(BP), R10; \
	CMPQ beside_left(BP), R10; \
	CMOVQLT beside_left(BP), R10; \
	SUBQ R10, beside_left(BP); \
	SUBQ $2, R10; \
	JLT ones; \
slot: \
	CMPQ R13, besideUpdate_end(BP); \
	JGE twos; \
	DECQ beside_pairs(BP); \
	JLT twos; \
	SLOT(STEP, STEP, P1, P2, P3, first, second, last); \
	SUBQ $2, R10; \
	JGE slot; \
	JMP ones; \
twos: \
	STEP; \
	STEP; \
	SUBQ $2, R10; \
	JGE twos; \
ones: \
	ADDQ $2, R10; \
	JZ next; \
	STEP; \
next: \
	ADDQ beside_pa(BP), AX; \
	CMPQ beside_left(BP), $0; \
	JNE steps; \
	MOVQ beside_c(BP), R8; \
	ADDQ beside_cAt(BP), R8; \
	MOVQ beside_ldc(BP), R10; \
	STORE(Z0, Z1); \
	STORE(Z2, Z3); \
	STORE(Z4, Z5); \
	STORE(Z6, Z7); \
	STORE(Z8, Z9); \
	STORE(Z10, Z11); \
	STORE(Z12, Z13); \
	STORE(Z14, Z15); \
	STORE(Z16, Z17); \
	STORE(Z18, Z19); \
	MOVQ beside_pb(BP), R8; \
	ADDQ R8, beside_bAt(BP); \
	MOVQ beside_pc(BP), R8; \
	ADDQ R8, beside_cAt(BP); \
	DECQ beside_tile(BP); \
	JNZ tile; \
	ADDQ $(10*128), beside_a(BP); \
	LEAQ (R10)(R10*4), R8; \
	ADDQ R8, R8; \
	ADDQ R8, beside_c(BP); \
	DECQ beside_blocks(BP); \
	JNZ block; \
drain: \
	CMPQ R13, besideUpdate_end(BP); \
	JGE done; \
	SLOT(NOSTEP, NOSTEP, P1, P2, P3, drain1, drain2, drain3); \
	JMP drain; \
done: \
	VZEROUPPER; \
	RET

// func gemmSGDAVX512Asm(args *beside)
TEXT ·gemmSGDAVX512Asm(SB), NOSPLIT, $384-8
	BESIDE(SGDP1, NOPART, NOPART)

// func gemmMomentumAVX512Asm(args *beside)
TEXT ·gemmMomentumAVX512Asm(SB), NOSPLIT, $384-8
	BESIDE(MomentumP1, NOPART, NOPART)

// func gemmNesterovAVX512Asm(args *beside)
TEXT ·gemmNesterovAVX512Asm(SB), NOSPLIT, $384-8
	BESIDE(NesterovP1, NOPART, NOPART)

// func gemmAdagradAVX512Asm(args *beside)
TEXT ·gemmAdagradAVX512Asm(SB), NOSPLIT, $384-8
	BESIDE(AdagradP1, AdagradP2, AdagradP3)

// func gemmRMSpropAVX512Asm(args *beside)
TEXT ·gemmRMSpropAVX512Asm(SB), NOSPLIT, $384-8
	BESIDE(RMSpropP1, RMSpropP2, RMSpropP3)

// func gemmRMSpropMomentumAVX512Asm(args *beside)
TEXT ·gemmRMSpropMomentumAVX512Asm(SB), NOSPLIT, $384-8
	BESIDE(RMSpropMomentumP1, RMSpropMomentumP2, RMSpropMomentumP3)

// func gemmAdamAVX512Asm(args *beside)
TEXT ·gemmAdamAVX512Asm(SB), NOSPLIT, $384-8
	BESIDE(AdamP1, AdamP2, AdamP3)
