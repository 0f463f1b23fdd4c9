//go:build amd64 && !purego

#include "textflag.h"

// GEMM tiles for AVX2 and FMA: R rows of C, 1 ≤ R ≤ 6, times 16 columns, two
// tiles a panel of 32.
//
//	         Y12  Y13    B: 16 columns of row k
//	a[0,k]   Y0   Y1     one broadcast of A serves two FMAs: with 6 rows a step
//	a[1,k]   Y2   Y3     of k is 8 loads and 12 FMAs, bound by the two FMA pipes
//	 …        …    …
//	a[5,k]   Y10  Y11    Y14, Y15: the broadcasts, in turn
//
//	AX      row 0 of A at k           CX, DX, SI  1, 3, 5 times A's row stride
//	DI      A's stride along k        R8, R9      B at k and its row stride
//	R10     k to go in this panel     R11, R12    C and its row stride
//	R13     columns to go             BX, R14     B of this tile; A ahead
//	R15     k to go after it; before and after the loop over k scratch
//
// In the last tile Y14 is the mask of the last register and Y15 the broadcast.
// A macro with the suffix n does rows 0 … n−1.

#define FMA2(A, T, C0, C1) VBROADCASTSS A, T; VFMADD231PS Y12, T, C0; VFMADD231PS Y13, T, C1
#define FMA1(A, C0) VBROADCASTSS A, Y15; VFMADD231PS Y12, Y15, C0
// CLEAR ands with Y15, zero: with chains that may begin before those of the tile
// before are done, a tile of 6 rows takes 20 cycles more, whatever TAIL does.
#define CLEAR(C0, C1) VANDPS Y15, C0, C0; VANDPS Y15, C1, C1
#define START(O, C0, C1) VBROADCASTSS O(R15), C0; VMOVAPS C0, C1
#define LOAD(C0, C1) VMOVUPS (R15), C0; VMOVUPS 32(R15), C1; ADDQ R12, R15
#define LOADM(C0, C1) VMOVUPS (R15), C0; VMASKMOVPS 32(R15), Y14, C1; ADDQ R12, R15
#define LOADH(C0) VMASKMOVPS (R15), Y14, C0; ADDQ R12, R15
#define STORE(C0, C1) VMOVUPS C0, (R15); VMOVUPS C1, 32(R15); ADDQ R12, R15
#define STOREW(C0) VMOVUPS C0, (R15); ADDQ R12, R15

// parts of the last register, 4, 2 and 1 floats, which then leave it: a masked
// store takes Zen 3 some 20 cycles
#define FOUR(C0, X0) VMOVUPS X0, (R15); VEXTRACTF128 $1, C0, X0; ADDQ R12, R15
#define TWO(X0) VMOVLPS X0, (R15); VPERMILPS $0x0e, X0, X0; ADDQ R12, R15
#define ONE(X0) VMOVSS X0, (R15); ADDQ R12, R15

// a step of k over both registers; the same with a mask; over one register
#define STEP1(O) FMA2(O(AX), Y14, Y0, Y1)
#define STEP2(O) STEP1(O); FMA2(O(AX)(CX*1), Y15, Y2, Y3)
#define STEP3(O) STEP2(O); FMA2(O(AX)(CX*2), Y14, Y4, Y5)
#define STEP4(O) STEP3(O); FMA2(O(AX)(DX*1), Y15, Y6, Y7)
#define STEP5(O) STEP4(O); FMA2(O(AX)(CX*4), Y14, Y8, Y9)
#define STEP6(O) STEP5(O); FMA2(O(AX)(SI*1), Y15, Y10, Y11)
#define STEPM1 FMA2((AX), Y15, Y0, Y1)
#define STEPM2 STEPM1; FMA2((AX)(CX*1), Y15, Y2, Y3)
#define STEPM3 STEPM2; FMA2((AX)(CX*2), Y15, Y4, Y5)
#define STEPM4 STEPM3; FMA2((AX)(DX*1), Y15, Y6, Y7)
#define STEPM5 STEPM4; FMA2((AX)(CX*4), Y15, Y8, Y9)
#define STEPM6 STEPM5; FMA2((AX)(SI*1), Y15, Y10, Y11)
#define HALF1 FMA1((AX), Y0)
#define HALF2 HALF1; FMA1((AX)(CX*1), Y2)
#define HALF3 HALF2; FMA1((AX)(CX*2), Y4)
#define HALF4 HALF3; FMA1((AX)(DX*1), Y6)
#define HALF5 HALF4; FMA1((AX)(CX*4), Y8)
#define HALF6 HALF5; FMA1((AX)(SI*1), Y10)

// starts of the chains: +0, the bias of the row, C
#define CLEAR1 CLEAR(Y0, Y1)
#define CLEAR2 CLEAR1; CLEAR(Y2, Y3)
#define CLEAR3 CLEAR2; CLEAR(Y4, Y5)
#define CLEAR4 CLEAR3; CLEAR(Y6, Y7)
#define CLEAR5 CLEAR4; CLEAR(Y8, Y9)
#define CLEAR6 CLEAR5; CLEAR(Y10, Y11)
#define START1 START(0, Y0, Y1)
#define START2 START1; START(4, Y2, Y3)
#define START3 START2; START(8, Y4, Y5)
#define START4 START3; START(12, Y6, Y7)
#define START5 START4; START(16, Y8, Y9)
#define START6 START5; START(20, Y10, Y11)
#define LOAD1 LOAD(Y0, Y1)
#define LOAD2 LOAD1; LOAD(Y2, Y3)
#define LOAD3 LOAD2; LOAD(Y4, Y5)
#define LOAD4 LOAD3; LOAD(Y6, Y7)
#define LOAD5 LOAD4; LOAD(Y8, Y9)
#define LOAD6 LOAD5; LOAD(Y10, Y11)
#define LOADM1 LOADM(Y0, Y1)
#define LOADM2 LOADM1; LOADM(Y2, Y3)
#define LOADM3 LOADM2; LOADM(Y4, Y5)
#define LOADM4 LOADM3; LOADM(Y6, Y7)
#define LOADM5 LOADM4; LOADM(Y8, Y9)
#define LOADM6 LOADM5; LOADM(Y10, Y11)
#define LOADH1 LOADH(Y0)
#define LOADH2 LOADH1; LOADH(Y2)
#define LOADH3 LOADH2; LOADH(Y4)
#define LOADH4 LOADH3; LOADH(Y6)
#define LOADH5 LOADH4; LOADH(Y8)
#define LOADH6 LOADH5; LOADH(Y10)

// their ends
#define STORE1 STORE(Y0, Y1)
#define STORE2 STORE1; STORE(Y2, Y3)
#define STORE3 STORE2; STORE(Y4, Y5)
#define STORE4 STORE3; STORE(Y6, Y7)
#define STORE5 STORE4; STORE(Y8, Y9)
#define STORE6 STORE5; STORE(Y10, Y11)
#define WHOLE1 STOREW(Y0)
#define WHOLE2 WHOLE1; STOREW(Y2)
#define WHOLE3 WHOLE2; STOREW(Y4)
#define WHOLE4 WHOLE3; STOREW(Y6)
#define WHOLE5 WHOLE4; STOREW(Y8)
#define WHOLE6 WHOLE5; STOREW(Y10)
#define FOURS1 FOUR(Y0, X0)
#define FOURS2 FOURS1; FOUR(Y2, X2)
#define FOURS3 FOURS2; FOUR(Y4, X4)
#define FOURS4 FOURS3; FOUR(Y6, X6)
#define FOURS5 FOURS4; FOUR(Y8, X8)
#define FOURS6 FOURS5; FOUR(Y10, X10)
#define TWOS1 TWO(X0)
#define TWOS2 TWOS1; TWO(X2)
#define TWOS3 TWOS2; TWO(X4)
#define TWOS4 TWOS3; TWO(X6)
#define TWOS5 TWOS4; TWO(X8)
#define TWOS6 TWOS5; TWO(X10)
#define ONES1 ONE(X0)
#define ONES2 ONES1; ONE(X2)
#define ONES3 ONES2; ONE(X4)
#define ONES4 ONES3; ONE(X6)
#define ONES5 ONES4; ONE(X8)
#define ONES6 ONES5; ONE(X10)
#define RIGHT1 VMOVAPS Y1, Y0
#define RIGHT2 RIGHT1; VMOVAPS Y3, Y2
#define RIGHT3 RIGHT2; VMOVAPS Y5, Y4
#define RIGHT4 RIGHT3; VMOVAPS Y7, Y6
#define RIGHT5 RIGHT4; VMOVAPS Y9, Y8
#define RIGHT6 RIGHT5; VMOVAPS Y11, Y10

// STEPS runs a loop over all steps of k: panel by panel of A, kp steps each,
// after which A moves by pa more.
#define STEPS(LOADB, STEP, steps, loop, end) \
	MOVQ k+88(FP), R15; \
	TESTQ R15, R15; \
	JZ end; \
steps: \
	MOVQ kp+104(FP), R10; \
	CMPQ R15, R10; \
	CMOVQLT R15, R10; \
	SUBQ R10, R15; \
loop: \
	LOADB; \
	STEP; \
	ADDQ R9, R8; \
	ADDQ DI, AX; \
	DECQ R10; \
	JNZ loop; \
	ADDQ pa+112(FP), AX; \
	TESTQ R15, R15; \
	JNZ steps; \
end:

// AHEAD fetches the rows of A for the next 32 steps, at R14: in panels they lie on
// another page, where no prefetcher of the CPU finds them. Without it the forward
// product of 784-100 took 1.04 times as long on Zen 3. Other rows go on where they
// are, and a tile whose A is in L1 would take 30 cycles more.
#define AHEAD1 PREFETCHT0 (R14); PREFETCHT0 64(R14)
#define AHEAD2 AHEAD1; PREFETCHT0 (R14)(CX*1); PREFETCHT0 64(R14)(CX*1)
#define AHEAD3 AHEAD2; PREFETCHT0 (R14)(CX*2); PREFETCHT0 64(R14)(CX*2)
#define AHEAD4 AHEAD3; PREFETCHT0 (R14)(DX*1); PREFETCHT0 64(R14)(DX*1)
#define AHEAD5 AHEAD4; PREFETCHT0 (R14)(CX*4); PREFETCHT0 64(R14)(CX*4)
#define AHEAD6 AHEAD5; PREFETCHT0 (R14)(SI*1); PREFETCHT0 64(R14)(SI*1)

#define B2 VMOVUPS (R8), Y12; VMOVUPS 32(R8), Y13; ADDQ R9, R8

// STEPS4 is STEPS with four steps an iteration, after what four do not divide: a loop of
// 32 iterations ends in a branch that the CPU guesses wrong. Where the steps of A lie side
// by side, its pointer moves once an iteration. The last four steps are left to TAIL, which
// stores, too; where the last panel has less than four, there is nothing left for it.
#define STEPS4(STEP, AHEAD, TAIL, STORE, steps, near, loop, whole, rows, fours, next, tail, end, stored) \
	MOVQ k+88(FP), R15; \
	TESTQ R15, R15; \
	JZ end; \
steps: \
	MOVQ kp+104(FP), R10; \
	CMPQ R15, R10; \
	CMOVQLT R15, R10; \
	SUBQ R10, R15; \
	MOVQ pa+112(FP), R14; \
	TESTQ R14, R14; \
	JZ near; \
	LEAQ 128(AX)(R14*1), R14; \
	AHEAD; \
near: \
	TESTQ $3, R10; \
	JZ whole; \
loop: \
	B2; \
	STEP(0); \
	ADDQ DI, AX; \
	DECQ R10; \
	TESTQ $3, R10; \
	JNZ loop; \
	TESTQ R10, R10; \
	JZ end; \
whole: \
	XORL R14, R14; \
	TESTQ R15, R15; \
	SETEQ R14; \
	SHLQ $2, R14; \
	SUBQ R14, R10; \
	JLE next; \
	CMPQ DI, $4; \
	JNE fours; \
rows: \
	B2; \
	STEP(0); \
	B2; \
	STEP(4); \
	B2; \
	STEP(8); \
	B2; \
	STEP(12); \
	ADDQ $16, AX; \
	SUBQ $4, R10; \
	JG rows; \
	JMP next; \
fours: \
	B2; \
	STEP(0); \
	ADDQ DI, AX; \
	B2; \
	STEP(0); \
	ADDQ DI, AX; \
	B2; \
	STEP(0); \
	ADDQ DI, AX; \
	B2; \
	STEP(0); \
	ADDQ DI, AX; \
	SUBQ $4, R10; \
	JG fours; \
next: \
	TESTQ R15, R15; \
	JZ tail; \
	ADDQ pa+112(FP), AX; \
	JMP steps; \
tail: \
	MOVQ R11, R15; \
	TAIL; \
	JMP stored; \
end: \
	MOVQ R11, R15; \
	STORE; \
stored:

// TAIL is the last four steps of a tile and its stores: for the upper rows, then for
// the lower ones. With all stores after all steps a tile of 6 rows takes 28 cycles more
// than its 6·k, of 5 rows 22; so it takes 2 or 3. (Zen 3 keeps few stores that wait
// for their numbers, five it seems, and lets no operation on vectors pass the next
// one: the multiply-adds of the next tile had to wait for the slowest chains of this.)
#define FOURSTEPS(STEP) B2; \
	STEP; \
	ADDQ DI, AX; \
	B2; \
	STEP; \
	ADDQ DI, AX; \
	B2; \
	STEP; \
	ADDQ DI, AX; \
	B2; \
	STEP
#define TAIL(STEP, STORE, STEPL, STOREL) FOURSTEPS(STEP); \
	STORE; \
	LEAQ (DI)(DI*2), R14; \
	SUBQ R14, AX; \
	MOVQ R9, R14; \
	SHLQ $2, R14; \
	SUBQ R14, R8; \
	FOURSTEPS(STEPL); \
	STOREL
#define TAIL1 FOURSTEPS(STEP1(0)); STORE1
#define TAIL2 FOURSTEPS(STEP2(0)); STORE2
#define TAIL3 FOURSTEPS(STEP3(0)); STORE3
#define TAIL4 FOURSTEPS(STEP4(0)); STORE4
#define LOWER4 FMA2((AX)(DX*1), Y15, Y6, Y7)
#define LOWER5 LOWER4; FMA2((AX)(CX*4), Y14, Y8, Y9)
#define LOWER6 LOWER5; FMA2((AX)(SI*1), Y15, Y10, Y11)
#define TAIL5 TAIL(STEP3(0), STORE3, LOWER5, STORE(Y6, Y7); STORE(Y8, Y9))
#define TAIL6 TAIL(STEP3(0), STORE3, LOWER6, STORE(Y6, Y7); STORE(Y8, Y9); STORE(Y10, Y11))

#define B2M VMOVUPS (R8), Y12; VMASKMOVPS 32(R8), Y14, Y13
#define B1M VMASKMOVPS (R8), Y14, Y12

// TILES walks over the blocks of R rows and over the columns: tiles of 16, the
// second one of a panel 64 bytes after the first, then the last one with 9 … 15
// or with 1 … 8 columns.
#define TILES(R, AHEAD, TAIL, STEP, STEPM, HALF, CLEAR, START, LOAD, LOADM, LOADH, STORE, WHOLE, FOURS, TWOS, ONES, RIGHT) \
	MOVQ rs+8(FP), CX; \
	LEAQ (CX)(CX*2), DX; \
	LEAQ (CX)(CX*4), SI; \
	MOVQ cs+16(FP), DI; \
	MOVQ ldb+32(FP), R9; \
	MOVQ ldc+56(FP), R12; \
block: \
	MOVQ b+24(FP), BX; \
	MOVQ c+48(FP), R11; \
	MOVQ n+80(FP), R13; \
panel: \
	MOVQ a+0(FP), AX; \
	MOVQ BX, R8; \
	CMPQ R13, $16; \
	JLT last; \
	MOVQ bias+72(FP), R15; \
	TESTQ R15, R15; \
	JNZ bias; \
	CMPB accumulate+96(FP), $0; \
	JNE load; \
	VXORPS Y15, Y15, Y15; \
	CLEAR; \
	JMP begin; \
bias: \
	START; \
	JMP begin; \
load: \
	MOVQ R11, R15; \
	LOAD; \
begin: \
	STEPS4(STEP, AHEAD, TAIL, STORE, steps, near, loop, whole, rows, fours, nextSteps, tail, end, stored); \
	SUBQ $16, R13; \
	JZ done; \
	MOVQ n+80(FP), R15; \
	SUBQ R13, R15; \
	TESTQ $16, R15; \
	JZ next; \
	ADDQ $64, BX; \
	ADDQ $64, R11; \
	JMP panel; \
next: \
	SUBQ $64, BX; \
	SUBQ $64, R11; \
	ADDQ pb+40(FP), BX; \
	ADDQ pc+64(FP), R11; \
	JMP panel; \
done: \
	DECQ blocks+120(FP); \
	JZ return; \
	IMUL3Q $R, CX, R15; \
	ADDQ R15, a+0(FP); \
	IMUL3Q $R, R12, R15; \
	ADDQ R15, c+48(FP); \
	CMPQ bias+72(FP), $0; \
	JEQ block; \
	ADDQ $(4*R), bias+72(FP); \
	JMP block; \
return: \
	VZEROUPPER; \
	RET; \
last: \
	MOVQ bias+72(FP), R15; \
	TESTQ R15, R15; \
	JNZ biasLast; \
	VXORPS Y15, Y15, Y15; \
	CLEAR; \
	JMP mask; \
biasLast: \
	START; \
mask: \
	LEAQ ·maskAVX2+32(SB), R15; \
	SHLQ $2, R13; \
	SUBQ R13, R15; \
	CMPQ R13, $32; \
	JLE half; \
	VMOVUPS 32(R15), Y14; \
	CMPB accumulate+96(FP), $0; \
	JEQ beginLast; \
	MOVQ R11, R15; \
	LOADM; \
beginLast: \
	STEPS(B2M, STEPM, stepsLast, loopLast, endLast); \
	MOVQ R11, R15; \
	WHOLE; \
	ADDQ $32, R11; \
	SUBQ $32, R13; \
	RIGHT; \
	JMP four; \
half: \
	VMOVUPS (R15), Y14; \
	CMPB accumulate+96(FP), $0; \
	JEQ beginHalf; \
	MOVQ R11, R15; \
	LOADH; \
beginHalf: \
	STEPS(B1M, HALF, stepsHalf, loopHalf, endHalf); \
	CMPQ R13, $32; \
	JLT four; \
	MOVQ R11, R15; \
	WHOLE; \
	JMP done; \
four: \
	TESTQ $16, R13; \
	JZ two; \
	MOVQ R11, R15; \
	FOURS; \
	ADDQ $16, R11; \
two: \
	TESTQ $8, R13; \
	JZ one; \
	MOVQ R11, R15; \
	TWOS; \
	ADDQ $8, R11; \
one: \
	TESTQ $4, R13; \
	JZ done; \
	MOVQ R11, R15; \
	ONES; \
	JMP done

// func gemm1x16AVX2(a *float32, rs, cs int, b *float32, ldb, pb int, c *float32, ldc, pc int, bias *float32, n, k int, accumulate bool, kp, pa, blocks int)
TEXT ·gemm1x16AVX2(SB), NOSPLIT, $0-128
	TILES(1, AHEAD1, TAIL1, STEP1, STEPM1, HALF1, CLEAR1, START1, LOAD1, LOADM1, LOADH1, STORE1, WHOLE1, FOURS1, TWOS1, ONES1, RIGHT1)

// func gemm2x16AVX2(a *float32, rs, cs int, b *float32, ldb, pb int, c *float32, ldc, pc int, bias *float32, n, k int, accumulate bool, kp, pa, blocks int)
TEXT ·gemm2x16AVX2(SB), NOSPLIT, $0-128
	TILES(2, AHEAD2, TAIL2, STEP2, STEPM2, HALF2, CLEAR2, START2, LOAD2, LOADM2, LOADH2, STORE2, WHOLE2, FOURS2, TWOS2, ONES2, RIGHT2)

// func gemm3x16AVX2(a *float32, rs, cs int, b *float32, ldb, pb int, c *float32, ldc, pc int, bias *float32, n, k int, accumulate bool, kp, pa, blocks int)
TEXT ·gemm3x16AVX2(SB), NOSPLIT, $0-128
	TILES(3, AHEAD3, TAIL3, STEP3, STEPM3, HALF3, CLEAR3, START3, LOAD3, LOADM3, LOADH3, STORE3, WHOLE3, FOURS3, TWOS3, ONES3, RIGHT3)

// func gemm4x16AVX2(a *float32, rs, cs int, b *float32, ldb, pb int, c *float32, ldc, pc int, bias *float32, n, k int, accumulate bool, kp, pa, blocks int)
TEXT ·gemm4x16AVX2(SB), NOSPLIT, $0-128
	TILES(4, AHEAD4, TAIL4, STEP4, STEPM4, HALF4, CLEAR4, START4, LOAD4, LOADM4, LOADH4, STORE4, WHOLE4, FOURS4, TWOS4, ONES4, RIGHT4)

// func gemm5x16AVX2(a *float32, rs, cs int, b *float32, ldb, pb int, c *float32, ldc, pc int, bias *float32, n, k int, accumulate bool, kp, pa, blocks int)
TEXT ·gemm5x16AVX2(SB), NOSPLIT, $0-128
	TILES(5, AHEAD5, TAIL5, STEP5, STEPM5, HALF5, CLEAR5, START5, LOAD5, LOADM5, LOADH5, STORE5, WHOLE5, FOURS5, TWOS5, ONES5, RIGHT5)

// func gemm6x16AVX2(a *float32, rs, cs int, b *float32, ldb, pb int, c *float32, ldc, pc int, bias *float32, n, k int, accumulate bool, kp, pa, blocks int)
TEXT ·gemm6x16AVX2(SB), NOSPLIT, $0-128
	TILES(6, AHEAD6, TAIL6, STEP6, STEPM6, HALF6, CLEAR6, START6, LOAD6, LOADM6, LOADH6, STORE6, WHOLE6, FOURS6, TWOS6, ONES6, RIGHT6)
