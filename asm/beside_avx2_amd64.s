//go:build amd64 && !purego

#include "beside_avx2.h"
#include "go_asm.h"
#include "textflag.h"

// A product with an update beside it: tiles of 5 rows and 16 columns, whose FMAs
// leave the divider and the adders to the update of other parameters.
//
//	         Y10  Y11    B: 16 columns of row k
//	a[0,k]   Y0   Y1     the broadcast of A is in Y12
//	 …        …    …
//	a[4,k]   Y8   Y9     Y13, Y14, Y15: the update
//
// The update goes by pairs of slots of 16 parameters, four steps of k each slot, in
// three parts: P1 makes the new slots of the optimizer, in one or two halves, P2 the
// denominator, P3 the weight. A part is done for a slot some five steps or more after
// the part before it: a CPU that keeps 256 instructions under way (Zen 3) looks ten
// steps of k ahead, so that the whole chain of Adam, 60 cycles with its root and its
// division, would hold up the products. P2 and P3 of a pair end in the next one.
//
//	AX      row 0 of A at k          R8       B at k, rows of 128 bytes
//	R10     k to go in this panel    BP       the arguments
//	R15     C at the stores          BX, SI, R11, R12, R13, R14    the update

#define ROW(O, L, R) VBROADCASTSS O(AX), Y12; VFMADD231PS Y10, Y12, L; VFMADD231PS Y11, Y12, R
#define ROWBEHIND(O, PART, L, R) VBROADCASTSS O(AX), Y12; PART; VFMADD231PS Y10, Y12, L; VFMADD231PS Y11, Y12, R

// STEP is a step of k with two parts of the update inside. (Both behind the step, a
// pair of Adam took 65 cycles instead of 63, a training step of 784-100-10 1.01 times
// as long; the best of 480 orders of single instructions, bred for speed, took 62.)
#define STEP(N, FIRST, SECOND) VMOVUPS (128*N)(R8), Y10; VMOVUPS (128*N+32)(R8), Y11; \
	ROWBEHIND(4*N, FIRST, Y0, Y1); \
	ROW(4*N+128, Y2, Y3); \
	ROWBEHIND(4*N+256, SECOND, Y4, Y5); \
	ROW(4*N+384, Y6, Y7); \
	ROW(4*N+512, Y8, Y9)
#define STEPS(N) ADDQ $(128*N), R8; ADDQ $(4*N), AX

// TAIL is the last four steps and the stores of a tile, of its upper rows before those
// of its lower ones, as in the other tiles, and ZERO is their CLEAR.
#define UPPER(N) VMOVUPS (128*N)(R8), Y10; VMOVUPS (128*N+32)(R8), Y11; \
	ROW(4*N, Y0, Y1); \
	ROW(4*N+128, Y2, Y3); \
	ROW(4*N+256, Y4, Y5)
#define LOWER(N) VMOVUPS (128*N)(R8), Y10; VMOVUPS (128*N+32)(R8), Y11; \
	ROW(4*N+384, Y6, Y7); \
	ROW(4*N+512, Y8, Y9)
#define TAIL \
	MOVQ beside_c(BP), R15; \
	ADDQ beside_cAt(BP), R15; \
	MOVQ beside_ldc(BP), R10; \
	UPPER(0); \
	UPPER(1); \
	UPPER(2); \
	UPPER(3); \
	STORE(Y0, Y1); \
	STORE(Y2, Y3); \
	STORE(Y4, Y5); \
	LOWER(0); \
	LOWER(1); \
	LOWER(2); \
	LOWER(3); \
	STORE(Y6, Y7); \
	STORE(Y8, Y9)

#define ZERO(L, R) VANDPS Y15, L, L; VANDPS Y15, R, R
#define LOAD(L, R) VMOVUPS (R8), L; VMOVUPS 32(R8), R; ADDQ R10, R8
#define STORE(L, R) VMOVUPS L, (R15); VMOVUPS R, 32(R15); ADDQ R10, R15

// PAIR does the parts of a pair of slots in eight steps of k.
#define PAIR(P1A, P1B, P2, P3) \
	STEP(0, P1A(0), P1B(0)); \
	STEP(1, P1A(32), P1B(32)); \
	STEP(2, P2(0, 256), P2(32, 288)); \
	STEP(3, P3(0, 320), P3(32, 352)); \
	STEP(4, P1A(64), P1B(64)); \
	STEP(5, P1A(96), P1B(96)); \
	STEP(6, P2(64, 320), P2(96, 352)); \
	STEP(7, P3(64, 256), P3(96, 288)); \
	STEPS(8)

// BESIDE is the body of a function.
#define BESIDE(P1A, P1B, P2, P3) \
	MOVQ args+0(FP), BP; \
	UPDATES; \
	ENDPAIR(P1A, P1B, P2, P3, firstNew, firstOld, firstDone); \
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
	VXORPS Y15, Y15, Y15; \
	ZERO(Y0, Y1); \
	ZERO(Y2, Y3); \
	ZERO(Y4, Y5); \
	ZERO(Y6, Y7); \
	ZERO(Y8, Y9); \
	JMP begin; \
load: \
	LOAD(Y0, Y1); \
	LOAD(Y2, Y3); \
	LOAD(Y4, Y5); \
	LOAD(Y6, Y7); \
	LOAD(Y8, Y9); \
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
	JNZ enough; \
	SUBQ beside_tail(BP), R10; \
enough: \
	SUBQ $8, R10; \
	JLT fours; \
pair: \
	CMPQ R13, besideUpdate_size(BP); \
	JGE eights; \
	DECQ beside_pairs(BP); \
	JLT eights; \
	PAIR(P1A, P1B, P2, P3); \
	ADDQ $128, R13; \
	SUBQ $8, R10; \
	JGE pair; \
	JMP fours; \
eights: \
	STEP(0, NOTHING, NOTHING); \
	STEP(1, NOTHING, NOTHING); \
	STEP(2, NOTHING, NOTHING); \
	STEP(3, NOTHING, NOTHING); \
	STEP(4, NOTHING, NOTHING); \
	STEP(5, NOTHING, NOTHING); \
	STEP(6, NOTHING, NOTHING); \
	STEP(7, NOTHING, NOTHING); \
	STEPS(8); \
	SUBQ $8, R10; \
	JGE eights; \
fours: \
	ADDQ $4, R10; \
	JLT ones; \
	STEP(0, NOTHING, NOTHING); \
	STEP(1, NOTHING, NOTHING); \
	STEP(2, NOTHING, NOTHING); \
	STEP(3, NOTHING, NOTHING); \
	STEPS(4); \
	SUBQ $4, R10; \
ones: \
	ADDQ $4, R10; \
	JZ next; \
one: \
	STEP(0, NOTHING, NOTHING); \
	STEPS(1); \
	DECQ R10; \
	JNZ one; \
next: \
	CMPQ beside_left(BP), $0; \
	JEQ end; \
	ADDQ beside_pa(BP), AX; \
	JMP steps; \
end: \
	CMPQ beside_tail(BP), $0; \
	JEQ noTail; \
	TAIL; \
	JMP stored; \
noTail: \
	MOVQ beside_c(BP), R15; \
	ADDQ beside_cAt(BP), R15; \
	MOVQ beside_ldc(BP), R10; \
	STORE(Y0, Y1); \
	STORE(Y2, Y3); \
	STORE(Y4, Y5); \
	STORE(Y6, Y7); \
	STORE(Y8, Y9); \
stored: \
	ADDQ $64, beside_bAt(BP); \
	ADDQ $64, beside_cAt(BP); \
	DECQ beside_tile(BP); \
	JZ down; \
	MOVQ beside_tiles(BP), R8; \
	SUBQ beside_tile(BP), R8; \
	TESTQ $1, R8; \
	JNZ tile; \
	MOVQ beside_pb(BP), R8; \
	ADDQ R8, beside_bAt(BP); \
	MOVQ beside_pc(BP), R8; \
	ADDQ R8, beside_cAt(BP); \
	JMP tile; \
down: \
	ADDQ $(5*128), beside_a(BP); \
	LEAQ (R10)(R10*4), R8; \
	ADDQ R8, beside_c(BP); \
	DECQ beside_blocks(BP); \
	JNZ block; \
drain: \
	CMPQ R13, besideUpdate_end(BP); \
	JGE return; \
	ENDPAIR(P1A, P1B, P2, P3, drainNew, drainOld, drainDone); \
	JMP drain; \
return: \
	VZEROUPPER; \
	RET

// func gemmSGDAVX2Asm(args *beside)
TEXT ·gemmSGDAVX2Asm(SB), NOSPLIT, $512-8
	BESIDE(SGDP1, NOHALF, NOPART, NOPART)

// func gemmMomentumAVX2Asm(args *beside)
TEXT ·gemmMomentumAVX2Asm(SB), NOSPLIT, $512-8
	BESIDE(MomentumP1, NOHALF, NOPART, NOPART)

// func gemmNesterovAVX2Asm(args *beside)
TEXT ·gemmNesterovAVX2Asm(SB), NOSPLIT, $512-8
	BESIDE(NesterovP1, NOHALF, NOPART, NOPART)

// func gemmAdagradAVX2Asm(args *beside)
TEXT ·gemmAdagradAVX2Asm(SB), NOSPLIT, $512-8
	BESIDE(AdagradP1, NOHALF, AdagradP2, AdagradP3)

// func gemmRMSpropAVX2Asm(args *beside)
TEXT ·gemmRMSpropAVX2Asm(SB), NOSPLIT, $512-8
	BESIDE(RMSpropP1, NOHALF, RMSpropP2, RMSpropP3)

// func gemmRMSpropMomentumAVX2Asm(args *beside)
TEXT ·gemmRMSpropMomentumAVX2Asm(SB), NOSPLIT, $512-8
	BESIDE(RMSpropMomentumP1, NOHALF, RMSpropMomentumP2, RMSpropMomentumP3)

// func gemmAdamAVX2Asm(args *beside)
TEXT ·gemmAdamAVX2Asm(SB), NOSPLIT, $512-8
	BESIDE(AdamP1A, AdamP1B, AdamP2, AdamP3)
