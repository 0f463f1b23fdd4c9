//go:build amd64 && !purego

#include "conv_avx2.h"
#include "go_asm.h"
#include "textflag.h"

// Tiles of convolutions for AVX2: up to 6 positions by 9 to 16 columns, or 12
// positions by up to 8 columns.
//
//	         Y12  Y13    B: 16 columns of row k
//	a[0,k]   Y0   Y1     one broadcast of A, in Y15, serves two FMAs: with 6 rows
//	a[1,k]   Y2   Y3     a step is 8 loads and 12 FMAs
//	 …        …    …
//	a[5,k]   Y10  Y11    Y14: mask of the last register of columns
//
//	AX, BX          rows 0 and 7 of A at k
//	CX, DX, SI, R12 1, 3, 5, 7 times A's row stride
//	DI      A's stride along k        R8, R9   B at k and its row stride; C's
//	R10     steps to go in this run   R11      C of this block
//	R13     the run                   R14      runs to go
//	R15     the tile                  BP       A of this block

#define B2 VMOVUPS (R8), Y12; VMOVUPS 32(R8), Y13
#define B2M VMOVUPS (R8), Y12; VMASKMOVPS 32(R8), Y14, Y13
#define B1 VMOVUPS (R8), Y12
#define B1M VMASKMOVPS (R8), Y14, Y12
#define ROW7 LEAQ (AX)(R12*1), BX

// MASKS: (columns − 1)%8 + 1 numbers of a register.
#define MASKS MOVQ convTile_columns(R15), R13; \
	DECQ R13; \
	ANDQ $7, R13; \
	LEAQ convMasksAVX2<>(SB), R14; \
	NEGQ R13; \
	VMOVDQU 28(R14)(R13*4), Y14

DATA convMasksAVX2<>+0(SB)/8, $0xffffffffffffffff
DATA convMasksAVX2<>+8(SB)/8, $0xffffffffffffffff
DATA convMasksAVX2<>+16(SB)/8, $0xffffffffffffffff
DATA convMasksAVX2<>+24(SB)/8, $0xffffffffffffffff
DATA convMasksAVX2<>+32(SB)/8, $0
DATA convMasksAVX2<>+40(SB)/8, $0
DATA convMasksAVX2<>+48(SB)/8, $0
DATA convMasksAVX2<>+56(SB)/8, $0
GLOBL convMasksAVX2<>(SB), NOPTR|RODATA, $64

// STEPS is a loop over the steps of a run.
#define STEPS(LOADB, ROWS, loop) \
loop: \
	LOADB; \
	ROWS; \
	ADDQ R9, R8; \
	ADDQ DI, AX; \
	ADDQ DI, BX; \
	DECQ R10; \
	JNZ loop

// TILE is the body of a function: the steps of all rows, without the first 1, 2, 3
// rows, without the last ones. SECOND makes BX, the first row that it serves.
#define TILE(SECOND, LOADB, ROWS, F1, F2, F3, L1, L2, L3, COPY, LOAD, LOADM, STORE, STOREM) \
	MOVQ tile+0(FP), R15; \
	MOVQ convTile_rs(R15), CX; \
	LEAQ (CX)(CX*2), DX; \
	LEAQ (CX)(CX*4), SI; \
	LEAQ (DX)(CX*4), R12; \
	MOVQ convTile_cs(R15), DI; \
	MOVQ convTile_c(R15), R11; \
	MOVQ convTile_a(R15), BP; \
	ADDQ convTile_offset(R15), BP; \
	MOVQ convTile_blocks(R15), R14; \
	MOVQ R14, blocks-8(SP); \
	MASKS; \
block: \
	MOVQ convTile_ldc(R15), R9; \
	CMPB convTile_resume(R15), $0; \
	JNE load; \
	VMOVUPS convTile_start(R15), Y0; \
	VMOVUPS convTile_start+32(R15), Y1; \
	COPY; \
	JMP begin; \
load: \
	MOVQ R11, R8; \
	CMPQ convTile_columns(R15), $16; \
	JLT loadMasked; \
	LOAD; \
	JMP begin; \
loadMasked: \
	LOADM; \
begin: \
	MOVQ convTile_ldb(R15), R9; \
	MOVQ convTile_rounds(R15), R14; \
	MOVQ R14, rounds-24(SP); \
	MOVQ convTile_b(R15), R14; \
	MOVQ R14, b-32(SP); \
round: \
	MOVQ runs+8(FP), R13; \
	MOVQ convTile_count(R15), R14; \
	TESTQ R14, R14; \
	JZ end; \
run: \
	MOVQ convRun_reps(R13), R8; \
	MOVQ R8, reps-16(SP); \
	MOVQ convRun_a(R13), AX; \
	ADDQ BP, AX; \
	MOVQ convRun_b(R13), R8; \
	ADDQ b-32(SP), R8; \
repetition: \
	MOVQ convRun_steps(R13), R10; \
	SECOND; \
	CMPQ convRun_cut(R13), $0; \
	JNE cut; \
	STEPS(LOADB, ROWS, loop); \
next: \
	DECQ reps-16(SP); \
	JNZ again; \
	ADDQ $convRun__size, R13; \
	DECQ R14; \
	JNZ run; \
	DECQ rounds-24(SP); \
	JZ end; \
	ADDQ convTile_around(R15), BP; \
	MOVQ convTile_bround(R15), R8; \
	ADDQ R8, b-32(SP); \
	JMP round; \
again: \
	ADDQ convRun_anext(R13), AX; \
	ADDQ convRun_bnext(R13), R8; \
	JMP repetition; \
cut: \
	CMPQ convRun_cut(R13), $1; \
	JLT last; \
	JEQ first1; \
	CMPQ convRun_cut(R13), $2; \
	JEQ first2; \
	STEPS(LOADB, F3, loopFirst3); \
	JMP next; \
first2: \
	STEPS(LOADB, F2, loopFirst2); \
	JMP next; \
first1: \
	STEPS(LOADB, F1, loopFirst1); \
	JMP next; \
last: \
	CMPQ convRun_cut(R13), $-2; \
	JGT last1; \
	JEQ last2; \
	STEPS(LOADB, L3, loopLast3); \
	JMP next; \
last2: \
	STEPS(LOADB, L2, loopLast2); \
	JMP next; \
last1: \
	STEPS(LOADB, L1, loopLast1); \
	JMP next; \
end: \
	MOVQ convTile_ldc(R15), R9; \
	MOVQ R11, R8; \
	CMPQ convTile_columns(R15), $16; \
	JLT storeMasked; \
	STORE; \
	JMP stored; \
storeMasked: \
	STOREM; \
stored: \
	DECQ blocks-8(SP); \
	JZ return; \
	ADDQ convTile_anext(R15), BP; \
	ADDQ convTile_cnext(R15), R11; \
	JMP block; \
return: \
	VZEROUPPER; \
	RET

// func convTileAVX2Asm(tile *convTile, runs *convRun)
TEXT ·convTileAVX2Asm(SB), NOSPLIT, $0-16
	MOVQ tile+0(FP), AX
	MOVQ convTile_rows(AX), CX
	MOVBLZX convTile_whole(AX), DX
	LEAQ (DX)(CX*4), CX
	LEAQ 2(CX), DX
	CMPQ convTile_columns(AX), $8
	CMOVQGT DX, CX
	LEAQ convTilesAVX2<>(SB), DX
	MOVQ -32(DX)(CX*8), DX
	JMP DX

// The functions by rows; of each up to 8 columns, masked and whole, and more.
#define FOUR(R, A, B, C, D) \
	DATA convTilesAVX2<>+(32*R-32)(SB)/8, $A<>(SB); \
	DATA convTilesAVX2<>+(32*R-24)(SB)/8, $B<>(SB); \
	DATA convTilesAVX2<>+(32*R-16)(SB)/8, $C<>(SB); \
	DATA convTilesAVX2<>+(32*R-8)(SB)/8, $D<>(SB)
FOUR(1, conv1x8mAVX2, conv1x8AVX2, conv1x16mAVX2, conv1x16AVX2)
FOUR(2, conv2x8mAVX2, conv2x8AVX2, conv2x16mAVX2, conv2x16AVX2)
FOUR(3, conv3x8mAVX2, conv3x8AVX2, conv3x16mAVX2, conv3x16AVX2)
FOUR(4, conv4x8mAVX2, conv4x8AVX2, conv4x16mAVX2, conv4x16AVX2)
FOUR(5, conv5x8mAVX2, conv5x8AVX2, conv5x16mAVX2, conv5x16AVX2)
FOUR(6, conv6x8mAVX2, conv6x8AVX2, conv6x16mAVX2, conv6x16AVX2)
#define TWO(R, A, B) \
	DATA convTilesAVX2<>+(32*R-32)(SB)/8, $A<>(SB); \
	DATA convTilesAVX2<>+(32*R-24)(SB)/8, $B<>(SB)
TWO(7, conv7x8mAVX2, conv7x8AVX2)
TWO(8, conv8x8mAVX2, conv8x8AVX2)
TWO(9, conv9x8mAVX2, conv9x8AVX2)
TWO(10, conv10x8mAVX2, conv10x8AVX2)
TWO(11, conv11x8mAVX2, conv11x8AVX2)
TWO(12, conv12x8mAVX2, conv12x8AVX2)
TWO(17, convNinex8mAVX2, convNinex8AVX2)
GLOBL convTilesAVX2<>(SB), NOPTR|RODATA, $544

TEXT conv1x16AVX2<>(SB), NOSPLIT, $32-16
	TILE(ROW7, B2, W0_1, W0_1, W0_1, W0_1, W0_1, W0_1, W0_1, COPY1, LOAD1, LOADM1, STORE1, STOREM1)

TEXT conv2x16AVX2<>(SB), NOSPLIT, $32-16
	TILE(ROW7, B2, W0_2, W1_2, W0_2, W0_2, W0_1, W0_2, W0_2, COPY2, LOAD2, LOADM2, STORE2, STOREM2)

TEXT conv3x16AVX2<>(SB), NOSPLIT, $32-16
	TILE(ROW7, B2, W0_3, W1_3, W2_3, W0_3, W0_2, W0_1, W0_3, COPY3, LOAD3, LOADM3, STORE3, STOREM3)

TEXT conv4x16AVX2<>(SB), NOSPLIT, $32-16
	TILE(ROW7, B2, W0_4, W1_4, W2_4, W3_4, W0_3, W0_2, W0_1, COPY4, LOAD4, LOADM4, STORE4, STOREM4)

TEXT conv5x16AVX2<>(SB), NOSPLIT, $32-16
	TILE(ROW7, B2, W0_5, W1_5, W2_5, W3_5, W0_4, W0_3, W0_2, COPY5, LOAD5, LOADM5, STORE5, STOREM5)

TEXT conv6x16AVX2<>(SB), NOSPLIT, $32-16
	TILE(ROW7, B2, W0_6, W1_6, W2_6, W3_6, W0_5, W0_4, W0_3, COPY6, LOAD6, LOADM6, STORE6, STOREM6)

TEXT conv1x16mAVX2<>(SB), NOSPLIT, $32-16
	TILE(ROW7, B2M, W0_1, W0_1, W0_1, W0_1, W0_1, W0_1, W0_1, COPY1, LOAD1, LOADM1, STORE1, STOREM1)

TEXT conv2x16mAVX2<>(SB), NOSPLIT, $32-16
	TILE(ROW7, B2M, W0_2, W1_2, W0_2, W0_2, W0_1, W0_2, W0_2, COPY2, LOAD2, LOADM2, STORE2, STOREM2)

TEXT conv3x16mAVX2<>(SB), NOSPLIT, $32-16
	TILE(ROW7, B2M, W0_3, W1_3, W2_3, W0_3, W0_2, W0_1, W0_3, COPY3, LOAD3, LOADM3, STORE3, STOREM3)

TEXT conv4x16mAVX2<>(SB), NOSPLIT, $32-16
	TILE(ROW7, B2M, W0_4, W1_4, W2_4, W3_4, W0_3, W0_2, W0_1, COPY4, LOAD4, LOADM4, STORE4, STOREM4)

TEXT conv5x16mAVX2<>(SB), NOSPLIT, $32-16
	TILE(ROW7, B2M, W0_5, W1_5, W2_5, W3_5, W0_4, W0_3, W0_2, COPY5, LOAD5, LOADM5, STORE5, STOREM5)

TEXT conv6x16mAVX2<>(SB), NOSPLIT, $32-16
	TILE(ROW7, B2M, W0_6, W1_6, W2_6, W3_6, W0_5, W0_4, W0_3, COPY6, LOAD6, LOADM6, STORE6, STOREM6)

TEXT conv1x8AVX2<>(SB), NOSPLIT, $32-16
	TILE(ROW7, B1, N0_1, N0_1, N0_1, N0_1, N0_1, N0_1, N0_1, COPYN1, LOADN1, LOADN1, STOREN1, STOREN1)

TEXT conv2x8AVX2<>(SB), NOSPLIT, $32-16
	TILE(ROW7, B1, N0_2, N1_2, N0_2, N0_2, N0_1, N0_2, N0_2, COPYN2, LOADN2, LOADN2, STOREN2, STOREN2)

TEXT conv3x8AVX2<>(SB), NOSPLIT, $32-16
	TILE(ROW7, B1, N0_3, N1_3, N2_3, N0_3, N0_2, N0_1, N0_3, COPYN3, LOADN3, LOADN3, STOREN3, STOREN3)

TEXT conv4x8AVX2<>(SB), NOSPLIT, $32-16
	TILE(ROW7, B1, N0_4, N1_4, N2_4, N3_4, N0_3, N0_2, N0_1, COPYN4, LOADN4, LOADN4, STOREN4, STOREN4)

TEXT conv5x8AVX2<>(SB), NOSPLIT, $32-16
	TILE(ROW7, B1, N0_5, N1_5, N2_5, N3_5, N0_4, N0_3, N0_2, COPYN5, LOADN5, LOADN5, STOREN5, STOREN5)

TEXT conv6x8AVX2<>(SB), NOSPLIT, $32-16
	TILE(ROW7, B1, N0_6, N1_6, N2_6, N3_6, N0_5, N0_4, N0_3, COPYN6, LOADN6, LOADN6, STOREN6, STOREN6)

TEXT conv7x8AVX2<>(SB), NOSPLIT, $32-16
	TILE(ROW7, B1, N0_7, N1_7, N2_7, N3_7, N0_6, N0_5, N0_4, COPYN7, LOADN7, LOADN7, STOREN7, STOREN7)

TEXT conv8x8AVX2<>(SB), NOSPLIT, $32-16
	TILE(ROW7, B1, N0_8, N1_8, N2_8, N3_8, N0_7, N0_6, N0_5, COPYN8, LOADN8, LOADN8, STOREN8, STOREN8)

TEXT conv9x8AVX2<>(SB), NOSPLIT, $32-16
	TILE(ROW7, B1, N0_9, N1_9, N2_9, N3_9, N0_8, N0_7, N0_6, COPYN9, LOADN9, LOADN9, STOREN9, STOREN9)

TEXT conv10x8AVX2<>(SB), NOSPLIT, $32-16
	TILE(ROW7, B1, N0_10, N1_10, N2_10, N3_10, N0_9, N0_8, N0_7, COPYN10, LOADN10, LOADN10, STOREN10, STOREN10)

TEXT conv11x8AVX2<>(SB), NOSPLIT, $32-16
	TILE(ROW7, B1, N0_11, N1_11, N2_11, N3_11, N0_10, N0_9, N0_8, COPYN11, LOADN11, LOADN11, STOREN11, STOREN11)

TEXT conv12x8AVX2<>(SB), NOSPLIT, $32-16
	TILE(ROW7, B1, N0_12, N1_12, N2_12, N3_12, N0_11, N0_10, N0_9, COPYN12, LOADN12, LOADN12, STOREN12, STOREN12)

TEXT conv1x8mAVX2<>(SB), NOSPLIT, $32-16
	TILE(ROW7, B1M, N0_1, N0_1, N0_1, N0_1, N0_1, N0_1, N0_1, COPYN1, LOADN1, LOADN1, STOREN1, STOREN1)

TEXT conv2x8mAVX2<>(SB), NOSPLIT, $32-16
	TILE(ROW7, B1M, N0_2, N1_2, N0_2, N0_2, N0_1, N0_2, N0_2, COPYN2, LOADN2, LOADN2, STOREN2, STOREN2)

TEXT conv3x8mAVX2<>(SB), NOSPLIT, $32-16
	TILE(ROW7, B1M, N0_3, N1_3, N2_3, N0_3, N0_2, N0_1, N0_3, COPYN3, LOADN3, LOADN3, STOREN3, STOREN3)

TEXT conv4x8mAVX2<>(SB), NOSPLIT, $32-16
	TILE(ROW7, B1M, N0_4, N1_4, N2_4, N3_4, N0_3, N0_2, N0_1, COPYN4, LOADN4, LOADN4, STOREN4, STOREN4)

TEXT conv5x8mAVX2<>(SB), NOSPLIT, $32-16
	TILE(ROW7, B1M, N0_5, N1_5, N2_5, N3_5, N0_4, N0_3, N0_2, COPYN5, LOADN5, LOADN5, STOREN5, STOREN5)

TEXT conv6x8mAVX2<>(SB), NOSPLIT, $32-16
	TILE(ROW7, B1M, N0_6, N1_6, N2_6, N3_6, N0_5, N0_4, N0_3, COPYN6, LOADN6, LOADN6, STOREN6, STOREN6)

TEXT conv7x8mAVX2<>(SB), NOSPLIT, $32-16
	TILE(ROW7, B1M, N0_7, N1_7, N2_7, N3_7, N0_6, N0_5, N0_4, COPYN7, LOADN7, LOADN7, STOREN7, STOREN7)

TEXT conv8x8mAVX2<>(SB), NOSPLIT, $32-16
	TILE(ROW7, B1M, N0_8, N1_8, N2_8, N3_8, N0_7, N0_6, N0_5, COPYN8, LOADN8, LOADN8, STOREN8, STOREN8)

TEXT conv9x8mAVX2<>(SB), NOSPLIT, $32-16
	TILE(ROW7, B1M, N0_9, N1_9, N2_9, N3_9, N0_8, N0_7, N0_6, COPYN9, LOADN9, LOADN9, STOREN9, STOREN9)

TEXT conv10x8mAVX2<>(SB), NOSPLIT, $32-16
	TILE(ROW7, B1M, N0_10, N1_10, N2_10, N3_10, N0_9, N0_8, N0_7, COPYN10, LOADN10, LOADN10, STOREN10, STOREN10)

TEXT conv11x8mAVX2<>(SB), NOSPLIT, $32-16
	TILE(ROW7, B1M, N0_11, N1_11, N2_11, N3_11, N0_10, N0_9, N0_8, COPYN11, LOADN11, LOADN11, STOREN11, STOREN11)

TEXT conv12x8mAVX2<>(SB), NOSPLIT, $32-16
	TILE(ROW7, B1M, N0_12, N1_12, N2_12, N3_12, N0_11, N0_10, N0_9, COPYN12, LOADN12, LOADN12, STOREN12, STOREN12)

TEXT convNinex8AVX2<>(SB), NOSPLIT, $32-16
	TILE(ROW7, B1, NNINE, NNINEF, NNINEF, NNINEF, NNINEL, NNINEL, NNINEL, COPYN9, LOADN9, LOADN9, STOREN9, STOREN9)

TEXT convNinex8mAVX2<>(SB), NOSPLIT, $32-16
	TILE(ROW7, B1M, NNINE, NNINEF, NNINEF, NNINEF, NNINEL, NNINEL, NNINEL, COPYN9, LOADN9, LOADN9, STOREN9, STOREN9)
