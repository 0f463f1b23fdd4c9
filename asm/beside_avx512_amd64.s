//go:build amd64 && !purego

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
//	BX, SI, R11, R12                 w, both slots of the optimizer, g
//	R13     bytes of the update done R15      scratch
//	R14     the |·| mask and 2⁻¹⁰⁰, 4 bytes each, at 64 the denominators of two
//	        slots

#define C0 Z27
#define C1 Z28
#define C2 Z29
#define C3 Z30
#define C4 Z31
#define DEN(O) (64+O)(R14)(R15*1)

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

#define TINY0(X, T) VPANDD.BCST (R14), X, T; VCMPPS.BCST $0x15, 4(R14), T, K1; VMOVAPS.Z X, K1, X

// SLOT does the parts of one slot of the update, with steps of k, or nothing,
// between them.
#define SLOT(STEP, P1, P2, P3, first, second, last) \
	STEP; \
	CMPQ R13, beside_size(BP); \
	JGE first; \
	P1(0); \
	P1(64); \
first: \
	STEP; \
	MOVQ R13, R15; \
	SUBQ $128, R15; \
	CMPQ R15, beside_size(BP); \
	JCC second; \
	ANDQ $128, R15; \
	P2(0); \
	P2(64); \
second: \
	CMPQ R13, $256; \
	JLT last; \
	MOVQ R13, R15; \
	ANDQ $128, R15; \
	P3(0); \
	P3(64); \
last: \
	ADDQ $128, R13

#define NOSTEP
#define NOPART(O)

// BESIDE is the body of a function.
#define BESIDE(P1, P2, P3) \
	MOVQ args+0(FP), BP; \
	LEAQ scratch-384(SP), R14; \
	ADDQ $63, R14; \
	ANDQ $-64, R14; \
	VBROADCASTSS (beside_constants+0)(BP), C0; \
	VBROADCASTSS (beside_constants+4)(BP), C1; \
	VBROADCASTSS (beside_constants+8)(BP), C2; \
	VBROADCASTSS (beside_constants+12)(BP), C3; \
	VBROADCASTSS (beside_constants+16)(BP), C4; \
	MOVL $0x7fffffff, (R14); \
	MOVL $0x0d800000, 4(R14); \
	MOVQ beside_w(BP), BX; \
	MOVQ beside_s0(BP), SI; \
	MOVQ beside_s1(BP), R11; \
	MOVQ beside_g(BP), R12; \
	XORQ R13, R13; \
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
	CMPQ R13, beside_end(BP); \
	JGE twos; \
	DECQ beside_pairs(BP); \
	JLT twos; \
	SLOT(STEP, P1, P2, P3, first, second, last); \
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
	CMPQ R13, beside_end(BP); \
	JGE done; \
	SLOT(NOSTEP, P1, P2, P3, drain1, drain2, drain3); \
	JMP drain; \
done: \
	VZEROUPPER; \
	RET

#define SGDP1(O) VMOVUPS O(R12)(R13*1), Z22; \
	VMULPS Z27, Z22, Z22; \
	VMOVUPS O(BX)(R13*1), Z23; \
	VSUBPS Z22, Z23, Z23; \
	VMOVUPS Z23, O(BX)(R13*1)

// func gemmSGDAVX512Asm(args *beside)
TEXT ·gemmSGDAVX512Asm(SB), NOSPLIT, $384-8
	BESIDE(SGDP1, NOPART, NOPART)

#define MomentumP1(O) VMOVUPS O(R12)(R13*1), Z22; \
	VMULPS Z27, Z22, Z22; \
	VMOVUPS O(SI)(R13*1), Z23; \
	VMULPS Z28, Z23, Z23; \
	VSUBPS Z22, Z23, Z23; \
	TINY0(Z23, Z24); \
	VMOVUPS Z23, O(SI)(R13*1); \
	VADDPS O(BX)(R13*1), Z23, Z23; \
	VMOVUPS Z23, O(BX)(R13*1)

// func gemmMomentumAVX512Asm(args *beside)
TEXT ·gemmMomentumAVX512Asm(SB), NOSPLIT, $384-8
	BESIDE(MomentumP1, NOPART, NOPART)

#define NesterovP1(O) VMOVUPS O(R12)(R13*1), Z22; \
	VMULPS Z27, Z22, Z22; \
	VMOVUPS O(SI)(R13*1), Z23; \
	VMULPS Z28, Z23, Z23; \
	VSUBPS Z22, Z23, Z23; \
	TINY0(Z23, Z24); \
	VMOVUPS Z23, O(SI)(R13*1); \
	VMULPS Z28, Z23, Z23; \
	VSUBPS Z22, Z23, Z23; \
	VADDPS O(BX)(R13*1), Z23, Z23; \
	VMOVUPS Z23, O(BX)(R13*1)

// func gemmNesterovAVX512Asm(args *beside)
TEXT ·gemmNesterovAVX512Asm(SB), NOSPLIT, $384-8
	BESIDE(NesterovP1, NOPART, NOPART)

#define AdagradP1(O) VMOVUPS O(R12)(R13*1), Z22; \
	VMULPS Z22, Z22, Z22; \
	VADDPS O(SI)(R13*1), Z22, Z22; \
	VMOVUPS Z22, O(SI)(R13*1)
#define AdagradP2(O) VMOVUPS (O-128)(SI)(R13*1), Z22; \
	VADDPS Z28, Z22, Z22; \
	VSQRTPS Z22, Z22; \
	VMOVUPS Z22, DEN(O)
#define AdagradP3(O) VMOVUPS (O-256)(R12)(R13*1), Z22; \
	VMULPS Z27, Z22, Z22; \
	VDIVPS DEN(O), Z22, Z22; \
	VMOVUPS (O-256)(BX)(R13*1), Z23; \
	VSUBPS Z22, Z23, Z23; \
	VMOVUPS Z23, (O-256)(BX)(R13*1)

// func gemmAdagradAVX512Asm(args *beside)
TEXT ·gemmAdagradAVX512Asm(SB), NOSPLIT, $384-8
	BESIDE(AdagradP1, AdagradP2, AdagradP3)

#define RMSpropP1(O) VMOVUPS O(R12)(R13*1), Z22; \
	VMULPS Z22, Z22, Z22; \
	VMULPS Z29, Z22, Z22; \
	VMOVUPS O(SI)(R13*1), Z23; \
	VMULPS Z28, Z23, Z23; \
	VADDPS Z22, Z23, Z23; \
	TINY0(Z23, Z24); \
	VMOVUPS Z23, O(SI)(R13*1)
#define RMSpropP2(O) VMOVUPS (O-128)(SI)(R13*1), Z22; \
	VADDPS Z30, Z22, Z22; \
	VSQRTPS Z22, Z22; \
	VMOVUPS Z22, DEN(O)
#define RMSpropP3(O) VMOVUPS (O-256)(R12)(R13*1), Z22; \
	VMULPS Z27, Z22, Z22; \
	VDIVPS DEN(O), Z22, Z22; \
	VMOVUPS (O-256)(BX)(R13*1), Z23; \
	VSUBPS Z22, Z23, Z23; \
	VMOVUPS Z23, (O-256)(BX)(R13*1)

// func gemmRMSpropAVX512Asm(args *beside)
TEXT ·gemmRMSpropAVX512Asm(SB), NOSPLIT, $384-8
	BESIDE(RMSpropP1, RMSpropP2, RMSpropP3)

#define RMSpropMomentumP1(O) VMOVUPS O(R12)(R13*1), Z22; \
	VMULPS Z22, Z22, Z22; \
	VMULPS Z29, Z22, Z22; \
	VMOVUPS O(SI)(R13*1), Z23; \
	VMULPS Z28, Z23, Z23; \
	VADDPS Z22, Z23, Z23; \
	TINY0(Z23, Z24); \
	VMOVUPS Z23, O(SI)(R13*1)
#define RMSpropMomentumP2(O) VMOVUPS (O-128)(SI)(R13*1), Z22; \
	VADDPS Z31, Z22, Z22; \
	VSQRTPS Z22, Z22; \
	VMOVUPS Z22, DEN(O)
#define RMSpropMomentumP3(O) VMOVUPS (O-256)(R12)(R13*1), Z22; \
	VMULPS Z27, Z22, Z22; \
	VDIVPS DEN(O), Z22, Z22; \
	VMOVUPS (O-256)(R11)(R13*1), Z23; \
	VMULPS Z30, Z23, Z23; \
	VADDPS Z22, Z23, Z22; \
	TINY0(Z22, Z24); \
	VMOVUPS Z22, (O-256)(R11)(R13*1); \
	VMOVUPS (O-256)(BX)(R13*1), Z23; \
	VSUBPS Z22, Z23, Z23; \
	VMOVUPS Z23, (O-256)(BX)(R13*1)

// func gemmRMSpropMomentumAVX512Asm(args *beside)
TEXT ·gemmRMSpropMomentumAVX512Asm(SB), NOSPLIT, $384-8
	BESIDE(RMSpropMomentumP1, RMSpropMomentumP2, RMSpropMomentumP3)

#define AdamP1(O) VMOVUPS O(R12)(R13*1), Z22; \
	VSUBPS O(SI)(R13*1), Z22, Z23; \
	VMULPS Z28, Z23, Z23; \
	VADDPS O(SI)(R13*1), Z23, Z23; \
	TINY0(Z23, Z24); \
	VMOVUPS Z23, O(SI)(R13*1); \
	VMULPS Z22, Z22, Z22; \
	VSUBPS O(R11)(R13*1), Z22, Z22; \
	VMULPS Z29, Z22, Z22; \
	VADDPS O(R11)(R13*1), Z22, Z22; \
	TINY0(Z22, Z23); \
	VMOVUPS Z22, O(R11)(R13*1)
#define AdamP2(O) VSQRTPS (O-128)(R11)(R13*1), Z22; \
	VADDPS Z30, Z22, Z22; \
	VMOVUPS Z22, DEN(O)
#define AdamP3(O) VMOVUPS (O-256)(SI)(R13*1), Z22; \
	VMULPS Z27, Z22, Z22; \
	VDIVPS DEN(O), Z22, Z22; \
	VMOVUPS (O-256)(BX)(R13*1), Z23; \
	VSUBPS Z22, Z23, Z23; \
	VMOVUPS Z23, (O-256)(BX)(R13*1)

// func gemmAdamAVX512Asm(args *beside)
TEXT ·gemmAdamAVX512Asm(SB), NOSPLIT, $384-8
	BESIDE(AdamP1, AdamP2, AdamP3)
