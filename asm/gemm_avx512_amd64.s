//go:build amd64 && !purego

#include "textflag.h"

// GEMM tiles for AVX-512: R rows of C, 1 ≤ R ≤ 14, times columns of panels of 32.
//
//	         Z28  Z29    B: 32 columns of row k
//	a[0,k]   Z0   Z1     one broadcast of A serves two FMAs: with 14 rows a step
//	a[1,k]   Z2   Z3     of k is 16 loads and 28 FMAs, bound by the two FMA
//	 …        …    …     pipes; 28 chains hide their latency
//	a[13,k]  Z26  Z27    Z30, Z31: the broadcasts, in turn
//
//	AX, BX  rows 0 and 7 of A at k    CX, DX, SI  1, 3, 5 times A's row stride
//	DI      A's stride along k        R8, R9      B at k and its row stride
//	R10     k to go in this panel     R11, R12    C and its row stride
//	R13     columns to go             R14         B of this tile
//	R15     k to go after it; before and after the loop over k scratch
//	K1, K2  masks of the last columns
//
// A macro with the suffix n does rows 0 … n−1.

#define FMA2(A, T, C0, C1) VBROADCASTSS A, T; VFMADD231PS Z28, T, C0; VFMADD231PS Z29, T, C1
#define FMA1(A, T, C0) VBROADCASTSS A, T; VFMADD231PS Z28, T, C0
#define CLEAR(C0, C1) VPXORD C0, C0, C0; VPXORD C1, C1, C1
#define START(O, C0, C1) VBROADCASTSS O(R15), C0; VMOVAPS C0, C1
#define LOAD(C0, C1) VMOVUPS (R15), C0; VMOVUPS 64(R15), C1; ADDQ R12, R15
#define LOADM(C0, C1) VMOVUPS (R15), C0; VMOVUPS.Z 64(R15), K2, C1; ADDQ R12, R15
#define LOADH(C0) VMOVUPS.Z (R15), K1, C0; ADDQ R12, R15
#define STORE(C0, C1) VMOVUPS C0, (R15); VMOVUPS C1, 64(R15); ADDQ R12, R15
#define STOREM(C0, C1) VMOVUPS C0, (R15); VMOVUPS C1, K2, 64(R15); ADDQ R12, R15
#define STOREH(C0) VMOVUPS C0, K1, (R15); ADDQ R12, R15

// a step of k over both registers, over one
#define STEP1 FMA2((AX), Z30, Z0, Z1)
#define STEP2 STEP1; FMA2((AX)(CX*1), Z31, Z2, Z3)
#define STEP3 STEP2; FMA2((AX)(CX*2), Z30, Z4, Z5)
#define STEP4 STEP3; FMA2((AX)(DX*1), Z31, Z6, Z7)
#define STEP5 STEP4; FMA2((AX)(CX*4), Z30, Z8, Z9)
#define STEP6 STEP5; FMA2((AX)(SI*1), Z31, Z10, Z11)
#define STEP7 STEP6; FMA2((AX)(DX*2), Z30, Z12, Z13)
#define STEP8 STEP7; FMA2((BX), Z31, Z14, Z15)
#define STEP9 STEP8; FMA2((BX)(CX*1), Z30, Z16, Z17)
#define STEP10 STEP9; FMA2((BX)(CX*2), Z31, Z18, Z19)
#define STEP11 STEP10; FMA2((BX)(DX*1), Z30, Z20, Z21)
#define STEP12 STEP11; FMA2((BX)(CX*4), Z31, Z22, Z23)
#define STEP13 STEP12; FMA2((BX)(SI*1), Z30, Z24, Z25)
#define STEP14 STEP13; FMA2((BX)(DX*2), Z31, Z26, Z27)
#define HALF1 FMA1((AX), Z30, Z0)
#define HALF2 HALF1; FMA1((AX)(CX*1), Z31, Z2)
#define HALF3 HALF2; FMA1((AX)(CX*2), Z30, Z4)
#define HALF4 HALF3; FMA1((AX)(DX*1), Z31, Z6)
#define HALF5 HALF4; FMA1((AX)(CX*4), Z30, Z8)
#define HALF6 HALF5; FMA1((AX)(SI*1), Z31, Z10)
#define HALF7 HALF6; FMA1((AX)(DX*2), Z30, Z12)
#define HALF8 HALF7; FMA1((BX), Z31, Z14)
#define HALF9 HALF8; FMA1((BX)(CX*1), Z30, Z16)
#define HALF10 HALF9; FMA1((BX)(CX*2), Z31, Z18)
#define HALF11 HALF10; FMA1((BX)(DX*1), Z30, Z20)
#define HALF12 HALF11; FMA1((BX)(CX*4), Z31, Z22)
#define HALF13 HALF12; FMA1((BX)(SI*1), Z30, Z24)
#define HALF14 HALF13; FMA1((BX)(DX*2), Z31, Z26)

// starts of the chains: +0, the bias of the row, C
#define CLEAR1 CLEAR(Z0, Z1)
#define CLEAR2 CLEAR1; CLEAR(Z2, Z3)
#define CLEAR3 CLEAR2; CLEAR(Z4, Z5)
#define CLEAR4 CLEAR3; CLEAR(Z6, Z7)
#define CLEAR5 CLEAR4; CLEAR(Z8, Z9)
#define CLEAR6 CLEAR5; CLEAR(Z10, Z11)
#define CLEAR7 CLEAR6; CLEAR(Z12, Z13)
#define CLEAR8 CLEAR7; CLEAR(Z14, Z15)
#define CLEAR9 CLEAR8; CLEAR(Z16, Z17)
#define CLEAR10 CLEAR9; CLEAR(Z18, Z19)
#define CLEAR11 CLEAR10; CLEAR(Z20, Z21)
#define CLEAR12 CLEAR11; CLEAR(Z22, Z23)
#define CLEAR13 CLEAR12; CLEAR(Z24, Z25)
#define CLEAR14 CLEAR13; CLEAR(Z26, Z27)
#define START1 START(0, Z0, Z1)
#define START2 START1; START(4, Z2, Z3)
#define START3 START2; START(8, Z4, Z5)
#define START4 START3; START(12, Z6, Z7)
#define START5 START4; START(16, Z8, Z9)
#define START6 START5; START(20, Z10, Z11)
#define START7 START6; START(24, Z12, Z13)
#define START8 START7; START(28, Z14, Z15)
#define START9 START8; START(32, Z16, Z17)
#define START10 START9; START(36, Z18, Z19)
#define START11 START10; START(40, Z20, Z21)
#define START12 START11; START(44, Z22, Z23)
#define START13 START12; START(48, Z24, Z25)
#define START14 START13; START(52, Z26, Z27)
#define LOAD1 LOAD(Z0, Z1)
#define LOAD2 LOAD1; LOAD(Z2, Z3)
#define LOAD3 LOAD2; LOAD(Z4, Z5)
#define LOAD4 LOAD3; LOAD(Z6, Z7)
#define LOAD5 LOAD4; LOAD(Z8, Z9)
#define LOAD6 LOAD5; LOAD(Z10, Z11)
#define LOAD7 LOAD6; LOAD(Z12, Z13)
#define LOAD8 LOAD7; LOAD(Z14, Z15)
#define LOAD9 LOAD8; LOAD(Z16, Z17)
#define LOAD10 LOAD9; LOAD(Z18, Z19)
#define LOAD11 LOAD10; LOAD(Z20, Z21)
#define LOAD12 LOAD11; LOAD(Z22, Z23)
#define LOAD13 LOAD12; LOAD(Z24, Z25)
#define LOAD14 LOAD13; LOAD(Z26, Z27)
#define LOADM1 LOADM(Z0, Z1)
#define LOADM2 LOADM1; LOADM(Z2, Z3)
#define LOADM3 LOADM2; LOADM(Z4, Z5)
#define LOADM4 LOADM3; LOADM(Z6, Z7)
#define LOADM5 LOADM4; LOADM(Z8, Z9)
#define LOADM6 LOADM5; LOADM(Z10, Z11)
#define LOADM7 LOADM6; LOADM(Z12, Z13)
#define LOADM8 LOADM7; LOADM(Z14, Z15)
#define LOADM9 LOADM8; LOADM(Z16, Z17)
#define LOADM10 LOADM9; LOADM(Z18, Z19)
#define LOADM11 LOADM10; LOADM(Z20, Z21)
#define LOADM12 LOADM11; LOADM(Z22, Z23)
#define LOADM13 LOADM12; LOADM(Z24, Z25)
#define LOADM14 LOADM13; LOADM(Z26, Z27)
#define LOADH1 LOADH(Z0)
#define LOADH2 LOADH1; LOADH(Z2)
#define LOADH3 LOADH2; LOADH(Z4)
#define LOADH4 LOADH3; LOADH(Z6)
#define LOADH5 LOADH4; LOADH(Z8)
#define LOADH6 LOADH5; LOADH(Z10)
#define LOADH7 LOADH6; LOADH(Z12)
#define LOADH8 LOADH7; LOADH(Z14)
#define LOADH9 LOADH8; LOADH(Z16)
#define LOADH10 LOADH9; LOADH(Z18)
#define LOADH11 LOADH10; LOADH(Z20)
#define LOADH12 LOADH11; LOADH(Z22)
#define LOADH13 LOADH12; LOADH(Z24)
#define LOADH14 LOADH13; LOADH(Z26)

// their ends
#define STORE1 STORE(Z0, Z1)
#define STORE2 STORE1; STORE(Z2, Z3)
#define STORE3 STORE2; STORE(Z4, Z5)
#define STORE4 STORE3; STORE(Z6, Z7)
#define STORE5 STORE4; STORE(Z8, Z9)
#define STORE6 STORE5; STORE(Z10, Z11)
#define STORE7 STORE6; STORE(Z12, Z13)
#define STORE8 STORE7; STORE(Z14, Z15)
#define STORE9 STORE8; STORE(Z16, Z17)
#define STORE10 STORE9; STORE(Z18, Z19)
#define STORE11 STORE10; STORE(Z20, Z21)
#define STORE12 STORE11; STORE(Z22, Z23)
#define STORE13 STORE12; STORE(Z24, Z25)
#define STORE14 STORE13; STORE(Z26, Z27)
#define STOREM1 STOREM(Z0, Z1)
#define STOREM2 STOREM1; STOREM(Z2, Z3)
#define STOREM3 STOREM2; STOREM(Z4, Z5)
#define STOREM4 STOREM3; STOREM(Z6, Z7)
#define STOREM5 STOREM4; STOREM(Z8, Z9)
#define STOREM6 STOREM5; STOREM(Z10, Z11)
#define STOREM7 STOREM6; STOREM(Z12, Z13)
#define STOREM8 STOREM7; STOREM(Z14, Z15)
#define STOREM9 STOREM8; STOREM(Z16, Z17)
#define STOREM10 STOREM9; STOREM(Z18, Z19)
#define STOREM11 STOREM10; STOREM(Z20, Z21)
#define STOREM12 STOREM11; STOREM(Z22, Z23)
#define STOREM13 STOREM12; STOREM(Z24, Z25)
#define STOREM14 STOREM13; STOREM(Z26, Z27)
#define STOREH1 STOREH(Z0)
#define STOREH2 STOREH1; STOREH(Z2)
#define STOREH3 STOREH2; STOREH(Z4)
#define STOREH4 STOREH3; STOREH(Z6)
#define STOREH5 STOREH4; STOREH(Z8)
#define STOREH6 STOREH5; STOREH(Z10)
#define STOREH7 STOREH6; STOREH(Z12)
#define STOREH8 STOREH7; STOREH(Z14)
#define STOREH9 STOREH8; STOREH(Z16)
#define STOREH10 STOREH9; STOREH(Z18)
#define STOREH11 STOREH10; STOREH(Z20)
#define STOREH12 STOREH11; STOREH(Z22)
#define STOREH13 STOREH12; STOREH(Z24)
#define STOREH14 STOREH13; STOREH(Z26)

// AHEAD fetches the rows of A for the next 32 steps, at R10: in panels they lie on
// another page, where no prefetcher of the CPU finds them. Other rows go on where
// they are.
#define AHEAD1 PREFETCHT0 (R10); PREFETCHT0 64(R10)
#define AHEAD2 AHEAD1; PREFETCHT0 (R10)(CX*1); PREFETCHT0 64(R10)(CX*1)
#define AHEAD3 AHEAD2; PREFETCHT0 (R10)(CX*2); PREFETCHT0 64(R10)(CX*2)
#define AHEAD4 AHEAD3; PREFETCHT0 (R10)(DX*1); PREFETCHT0 64(R10)(DX*1)
#define AHEAD5 AHEAD4; PREFETCHT0 (R10)(CX*4); PREFETCHT0 64(R10)(CX*4)
#define AHEAD6 AHEAD5; PREFETCHT0 (R10)(SI*1); PREFETCHT0 64(R10)(SI*1)
#define AHEAD7 AHEAD6; PREFETCHT0 (R10)(DX*2); PREFETCHT0 64(R10)(DX*2)
#define AHEAD8 AHEAD7; LEAQ (R10)(DX*2), R10; ADDQ CX, R10; PREFETCHT0 (R10); PREFETCHT0 64(R10)
#define AHEAD9 AHEAD8; PREFETCHT0 (R10)(CX*1); PREFETCHT0 64(R10)(CX*1)
#define AHEAD10 AHEAD9; PREFETCHT0 (R10)(CX*2); PREFETCHT0 64(R10)(CX*2)
#define AHEAD11 AHEAD10; PREFETCHT0 (R10)(DX*1); PREFETCHT0 64(R10)(DX*1)
#define AHEAD12 AHEAD11; PREFETCHT0 (R10)(CX*4); PREFETCHT0 64(R10)(CX*4)
#define AHEAD13 AHEAD12; PREFETCHT0 (R10)(SI*1); PREFETCHT0 64(R10)(SI*1)
#define AHEAD14 AHEAD13; PREFETCHT0 (R10)(DX*2); PREFETCHT0 64(R10)(DX*2)

// STEPS runs a loop over all steps of k: panel by panel of A, kp steps each,
// after which A moves by pa more.
#define STEPS(LOADB, STEP, AHEAD, steps, near, loop, end) \
	MOVQ k+88(FP), R15; \
	TESTQ R15, R15; \
	JZ end; \
steps: \
	MOVQ pa+112(FP), R10; \
	TESTQ R10, R10; \
	JZ near; \
	LEAQ 128(AX)(R10*1), R10; \
	AHEAD; \
near: \
	MOVQ kp+104(FP), R10; \
	CMPQ R15, R10; \
	CMOVQLT R15, R10; \
	SUBQ R10, R15; \
loop: \
	LOADB; \
	STEP; \
	ADDQ R9, R8; \
	ADDQ DI, AX; \
	ADDQ DI, BX; \
	DECQ R10; \
	JNZ loop; \
	ADDQ pa+112(FP), AX; \
	ADDQ pa+112(FP), BX; \
	TESTQ R15, R15; \
	JNZ steps; \
end:

#define B2 VMOVUPS (R8), Z28; VMOVUPS 64(R8), Z29
#define B2M VMOVUPS (R8), Z28; VMOVUPS.Z 64(R8), K2, Z29
#define B1M VMOVUPS.Z (R8), K1, Z28

// TILES walks over the blocks of R rows and over the columns: full panels, then
// the last one with 17 … 31 or with 1 … 16 columns.
#define TILES(R, AHEAD, STEP, HALF, CLEAR, START, LOAD, LOADM, LOADH, STORE, STOREM, STOREH) \
	MOVQ rs+8(FP), CX; \
	LEAQ (CX)(CX*2), DX; \
	LEAQ (CX)(CX*4), SI; \
	MOVQ cs+16(FP), DI; \
	MOVQ ldb+32(FP), R9; \
	MOVQ ldc+56(FP), R12; \
block: \
	MOVQ b+24(FP), R14; \
	MOVQ c+48(FP), R11; \
	MOVQ n+80(FP), R13; \
panel: \
	MOVQ a+0(FP), AX; \
	LEAQ (AX)(DX*2), BX; \
	ADDQ CX, BX; \
	MOVQ R14, R8; \
	CMPQ R13, $32; \
	JLT last; \
	MOVQ bias+72(FP), R15; \
	TESTQ R15, R15; \
	JNZ bias; \
	CMPB accumulate+96(FP), $0; \
	JNE load; \
	CLEAR; \
	JMP begin; \
bias: \
	START; \
	JMP begin; \
load: \
	MOVQ R11, R15; \
	LOAD; \
begin: \
	STEPS(B2, STEP, AHEAD, steps, near, loop, end); \
	MOVQ R11, R15; \
	STORE; \
	ADDQ pb+40(FP), R14; \
	ADDQ pc+64(FP), R11; \
	SUBQ $32, R13; \
	JNZ panel; \
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
	MOVQ $-1, R15; \
	SHLXQ R13, R15, R15; \
	NOTQ R15; \
	KMOVW R15, K1; \
	SHRQ $16, R15; \
	KMOVW R15, K2; \
	MOVQ bias+72(FP), R15; \
	TESTQ R15, R15; \
	JNZ biasLast; \
	CMPB accumulate+96(FP), $0; \
	JNE loadLast; \
	CLEAR; \
	JMP beginLast; \
biasLast: \
	START; \
	JMP beginLast; \
loadLast: \
	MOVQ R11, R15; \
	CMPQ R13, $16; \
	JLE loadHalf; \
	LOADM; \
	JMP beginLast; \
loadHalf: \
	LOADH; \
beginLast: \
	CMPQ R13, $16; \
	JLE half; \
	STEPS(B2M, STEP, AHEAD, stepsLast, nearLast, loopLast, endLast); \
	MOVQ R11, R15; \
	STOREM; \
	JMP done; \
half: \
	STEPS(B1M, HALF, AHEAD, stepsHalf, nearHalf, loopHalf, endHalf); \
	MOVQ R11, R15; \
	STOREH; \
	JMP done

// func gemm1x32AVX512(a *float32, rs, cs int, b *float32, ldb, pb int, c *float32, ldc, pc int, bias *float32, n, k int, accumulate bool, kp, pa, blocks int)
TEXT ·gemm1x32AVX512(SB), NOSPLIT, $0-128
	TILES(1, AHEAD1, STEP1, HALF1, CLEAR1, START1, LOAD1, LOADM1, LOADH1, STORE1, STOREM1, STOREH1)

// func gemm2x32AVX512(a *float32, rs, cs int, b *float32, ldb, pb int, c *float32, ldc, pc int, bias *float32, n, k int, accumulate bool, kp, pa, blocks int)
TEXT ·gemm2x32AVX512(SB), NOSPLIT, $0-128
	TILES(2, AHEAD2, STEP2, HALF2, CLEAR2, START2, LOAD2, LOADM2, LOADH2, STORE2, STOREM2, STOREH2)

// func gemm3x32AVX512(a *float32, rs, cs int, b *float32, ldb, pb int, c *float32, ldc, pc int, bias *float32, n, k int, accumulate bool, kp, pa, blocks int)
TEXT ·gemm3x32AVX512(SB), NOSPLIT, $0-128
	TILES(3, AHEAD3, STEP3, HALF3, CLEAR3, START3, LOAD3, LOADM3, LOADH3, STORE3, STOREM3, STOREH3)

// func gemm4x32AVX512(a *float32, rs, cs int, b *float32, ldb, pb int, c *float32, ldc, pc int, bias *float32, n, k int, accumulate bool, kp, pa, blocks int)
TEXT ·gemm4x32AVX512(SB), NOSPLIT, $0-128
	TILES(4, AHEAD4, STEP4, HALF4, CLEAR4, START4, LOAD4, LOADM4, LOADH4, STORE4, STOREM4, STOREH4)

// func gemm5x32AVX512(a *float32, rs, cs int, b *float32, ldb, pb int, c *float32, ldc, pc int, bias *float32, n, k int, accumulate bool, kp, pa, blocks int)
TEXT ·gemm5x32AVX512(SB), NOSPLIT, $0-128
	TILES(5, AHEAD5, STEP5, HALF5, CLEAR5, START5, LOAD5, LOADM5, LOADH5, STORE5, STOREM5, STOREH5)

// func gemm6x32AVX512(a *float32, rs, cs int, b *float32, ldb, pb int, c *float32, ldc, pc int, bias *float32, n, k int, accumulate bool, kp, pa, blocks int)
TEXT ·gemm6x32AVX512(SB), NOSPLIT, $0-128
	TILES(6, AHEAD6, STEP6, HALF6, CLEAR6, START6, LOAD6, LOADM6, LOADH6, STORE6, STOREM6, STOREH6)

// func gemm7x32AVX512(a *float32, rs, cs int, b *float32, ldb, pb int, c *float32, ldc, pc int, bias *float32, n, k int, accumulate bool, kp, pa, blocks int)
TEXT ·gemm7x32AVX512(SB), NOSPLIT, $0-128
	TILES(7, AHEAD7, STEP7, HALF7, CLEAR7, START7, LOAD7, LOADM7, LOADH7, STORE7, STOREM7, STOREH7)

// func gemm8x32AVX512(a *float32, rs, cs int, b *float32, ldb, pb int, c *float32, ldc, pc int, bias *float32, n, k int, accumulate bool, kp, pa, blocks int)
TEXT ·gemm8x32AVX512(SB), NOSPLIT, $0-128
	TILES(8, AHEAD8, STEP8, HALF8, CLEAR8, START8, LOAD8, LOADM8, LOADH8, STORE8, STOREM8, STOREH8)

// func gemm9x32AVX512(a *float32, rs, cs int, b *float32, ldb, pb int, c *float32, ldc, pc int, bias *float32, n, k int, accumulate bool, kp, pa, blocks int)
TEXT ·gemm9x32AVX512(SB), NOSPLIT, $0-128
	TILES(9, AHEAD9, STEP9, HALF9, CLEAR9, START9, LOAD9, LOADM9, LOADH9, STORE9, STOREM9, STOREH9)

// func gemm10x32AVX512(a *float32, rs, cs int, b *float32, ldb, pb int, c *float32, ldc, pc int, bias *float32, n, k int, accumulate bool, kp, pa, blocks int)
TEXT ·gemm10x32AVX512(SB), NOSPLIT, $0-128
	TILES(10, AHEAD10, STEP10, HALF10, CLEAR10, START10, LOAD10, LOADM10, LOADH10, STORE10, STOREM10, STOREH10)

// func gemm11x32AVX512(a *float32, rs, cs int, b *float32, ldb, pb int, c *float32, ldc, pc int, bias *float32, n, k int, accumulate bool, kp, pa, blocks int)
TEXT ·gemm11x32AVX512(SB), NOSPLIT, $0-128
	TILES(11, AHEAD11, STEP11, HALF11, CLEAR11, START11, LOAD11, LOADM11, LOADH11, STORE11, STOREM11, STOREH11)

// func gemm12x32AVX512(a *float32, rs, cs int, b *float32, ldb, pb int, c *float32, ldc, pc int, bias *float32, n, k int, accumulate bool, kp, pa, blocks int)
TEXT ·gemm12x32AVX512(SB), NOSPLIT, $0-128
	TILES(12, AHEAD12, STEP12, HALF12, CLEAR12, START12, LOAD12, LOADM12, LOADH12, STORE12, STOREM12, STOREH12)

// func gemm13x32AVX512(a *float32, rs, cs int, b *float32, ldb, pb int, c *float32, ldc, pc int, bias *float32, n, k int, accumulate bool, kp, pa, blocks int)
TEXT ·gemm13x32AVX512(SB), NOSPLIT, $0-128
	TILES(13, AHEAD13, STEP13, HALF13, CLEAR13, START13, LOAD13, LOADM13, LOADH13, STORE13, STOREM13, STOREH13)

// func gemm14x32AVX512(a *float32, rs, cs int, b *float32, ldb, pb int, c *float32, ldc, pc int, bias *float32, n, k int, accumulate bool, kp, pa, blocks int)
TEXT ·gemm14x32AVX512(SB), NOSPLIT, $0-128
	TILES(14, AHEAD14, STEP14, HALF14, CLEAR14, START14, LOAD14, LOADM14, LOADH14, STORE14, STOREM14, STOREH14)

// PANEL14 runs over all steps of k: 14 rows of a panel, one line of the next panel fetched
// a step. R11 is the packed panel, R13 and R14 the next one's distance of rows and row.
#define FETCH PREFETCHT1 (R14); ADDQ R13, R14
#define B2P B2; VMOVUPS Z28, (R11); VMOVUPS Z29, 64(R11); ADDQ $128, R11
#define PANEL14(LOADB, loop) \
loop: \
	LOADB; \
	FETCH; \
	STEP14; \
	ADDQ R9, R8; \
	ADDQ DI, AX; \
	ADDQ DI, BX; \
	DECQ R10; \
	JNZ loop

// func gemmPanel14x32AVX512(a *float32, rs, cs int, b *float32, ldb int, c *float32, ldc, k int, accumulate bool, packed, next *float32, ldn int)
TEXT ·gemmPanel14x32AVX512(SB), NOSPLIT, $0-96
	MOVQ a+0(FP), AX
	MOVQ rs+8(FP), CX
	LEAQ (CX)(CX*2), DX
	LEAQ (CX)(CX*4), SI
	LEAQ (AX)(DX*2), BX
	ADDQ CX, BX
	MOVQ cs+16(FP), DI
	MOVQ b+24(FP), R8
	MOVQ ldb+32(FP), R9
	MOVQ ldc+48(FP), R12
	MOVQ ldn+88(FP), R13
	MOVQ next+80(FP), R14
	CMPB accumulate+64(FP), $0
	JNE load
	CLEAR14
	JMP begin
load:
	MOVQ c+40(FP), R15
	LOAD14
begin:
	MOVQ k+56(FP), R10
	MOVQ packed+72(FP), R11
	TESTQ R11, R11
	JZ fetch
	PANEL14(B2P, pack)
	JMP end
	PANEL14(B2, fetch)
end:
	MOVQ c+40(FP), R15
	STORE14
	VZEROUPPER
	RET
