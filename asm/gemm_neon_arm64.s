//go:build arm64 && !purego

#include "textflag.h"

// GEMM tiles for NEON: R rows of C, 1 ≤ R ≤ 6, times 16 columns, two tiles a
// panel of 32.
//
//              V24  V25  V26  V27   B: 16 columns of row k
//    a[0,k]    V0   V1   V2   V3    a number of A, in lane 0 of V28 … V31 in
//    a[1,k]    V4   V5   V6   V7    turn, serves four FMLAs by element: with 6
//     …         …    …    …    …    rows a step of k is 24 FMLAs with 4 loads
//    a[5,k]    V20  V21  V22  V23   of B and 6 of A, bound by the FMA pipes
//
//    R0 … R5   rows 0 … 5 of A         R6, R7    offset along k and its step
//    R8, R9    B at k, its row stride  R10, R17  k to go, k
//    R11, R12  C and its row stride    R13       columns to go
//    R14       B of this tile          R19, R20  bias, accumulate
//    R21, R22  k to go in this panel of A, its k
//    R15, R23  scratch, what A moves by after a panel
//
// Columns after the last 16 are done 4, 2 and 1 at a time: row i in Vi, a
// number of A in all lanes of V28 … V31, the columns of B in V24. A macro with
// the suffix n does rows 0 … n−1.

// rows of A
#define ROWS1 MOVD a+0(FP), R0; MOVD rs+8(FP), R15
#define ROWS2 ROWS1; ADD R15, R0, R1
#define ROWS3 ROWS2; ADD R15, R1, R2
#define ROWS4 ROWS3; ADD R15, R2, R3
#define ROWS5 ROWS4; ADD R15, R3, R4
#define ROWS6 ROWS5; ADD R15, R4, R5

// starts of the chains: +0, the bias of the row, C
#define CLEAR(A, B, C, D) VEOR A, A, A; VEOR B, B, B; VEOR C, C, C; VEOR D, D, D
#define CLEAR1 CLEAR(V0.B16, V1.B16, V2.B16, V3.B16)
#define CLEAR2 CLEAR1; CLEAR(V4.B16, V5.B16, V6.B16, V7.B16)
#define CLEAR3 CLEAR2; CLEAR(V8.B16, V9.B16, V10.B16, V11.B16)
#define CLEAR4 CLEAR3; CLEAR(V12.B16, V13.B16, V14.B16, V15.B16)
#define CLEAR5 CLEAR4; CLEAR(V16.B16, V17.B16, V18.B16, V19.B16)
#define CLEAR6 CLEAR5; CLEAR(V20.B16, V21.B16, V22.B16, V23.B16)
#define BIAS(A, B, C, D) VLD1R.P 4(R15), [A.S4]; VMOV A.B16, B.B16; VMOV A.B16, C.B16; VMOV A.B16, D.B16
#define BIAS1 BIAS(V0, V1, V2, V3)
#define BIAS2 BIAS1; BIAS(V4, V5, V6, V7)
#define BIAS3 BIAS2; BIAS(V8, V9, V10, V11)
#define BIAS4 BIAS3; BIAS(V12, V13, V14, V15)
#define BIAS5 BIAS4; BIAS(V16, V17, V18, V19)
#define BIAS6 BIAS5; BIAS(V20, V21, V22, V23)
#define LOAD1 VLD1.P (R15)(R12), [V0.S4, V1.S4, V2.S4, V3.S4]
#define LOAD2 LOAD1; VLD1.P (R15)(R12), [V4.S4, V5.S4, V6.S4, V7.S4]
#define LOAD3 LOAD2; VLD1.P (R15)(R12), [V8.S4, V9.S4, V10.S4, V11.S4]
#define LOAD4 LOAD3; VLD1.P (R15)(R12), [V12.S4, V13.S4, V14.S4, V15.S4]
#define LOAD5 LOAD4; VLD1.P (R15)(R12), [V16.S4, V17.S4, V18.S4, V19.S4]
#define LOAD6 LOAD5; VLD1.P (R15)(R12), [V20.S4, V21.S4, V22.S4, V23.S4]

// their ends
#define STORE1 VST1.P [V0.S4, V1.S4, V2.S4, V3.S4], (R15)(R12)
#define STORE2 STORE1; VST1.P [V4.S4, V5.S4, V6.S4, V7.S4], (R15)(R12)
#define STORE3 STORE2; VST1.P [V8.S4, V9.S4, V10.S4, V11.S4], (R15)(R12)
#define STORE4 STORE3; VST1.P [V12.S4, V13.S4, V14.S4, V15.S4], (R15)(R12)
#define STORE5 STORE4; VST1.P [V16.S4, V17.S4, V18.S4, V19.S4], (R15)(R12)
#define STORE6 STORE5; VST1.P [V20.S4, V21.S4, V22.S4, V23.S4], (R15)(R12)

// the same for the columns after the last 16, and a step of k
#define EDGECLEAR1 VEOR V0.B16, V0.B16, V0.B16
#define EDGECLEAR2 EDGECLEAR1; VEOR V1.B16, V1.B16, V1.B16
#define EDGECLEAR3 EDGECLEAR2; VEOR V2.B16, V2.B16, V2.B16
#define EDGECLEAR4 EDGECLEAR3; VEOR V3.B16, V3.B16, V3.B16
#define EDGECLEAR5 EDGECLEAR4; VEOR V4.B16, V4.B16, V4.B16
#define EDGECLEAR6 EDGECLEAR5; VEOR V5.B16, V5.B16, V5.B16
#define EDGEBIAS1 VLD1R.P 4(R15), [V0.S4]
#define EDGEBIAS2 EDGEBIAS1; VLD1R.P 4(R15), [V1.S4]
#define EDGEBIAS3 EDGEBIAS2; VLD1R.P 4(R15), [V2.S4]
#define EDGEBIAS4 EDGEBIAS3; VLD1R.P 4(R15), [V3.S4]
#define EDGEBIAS5 EDGEBIAS4; VLD1R.P 4(R15), [V4.S4]
#define EDGEBIAS6 EDGEBIAS5; VLD1R.P 4(R15), [V5.S4]
#define EDGELOAD1(MOV) MOV (R15), F0; ADD R12, R15
#define EDGELOAD2(MOV) EDGELOAD1(MOV); MOV (R15), F1; ADD R12, R15
#define EDGELOAD3(MOV) EDGELOAD2(MOV); MOV (R15), F2; ADD R12, R15
#define EDGELOAD4(MOV) EDGELOAD3(MOV); MOV (R15), F3; ADD R12, R15
#define EDGELOAD5(MOV) EDGELOAD4(MOV); MOV (R15), F4; ADD R12, R15
#define EDGELOAD6(MOV) EDGELOAD5(MOV); MOV (R15), F5; ADD R12, R15
#define EDGESTORE1(MOV) MOV F0, (R15); ADD R12, R15
#define EDGESTORE2(MOV) EDGESTORE1(MOV); MOV F1, (R15); ADD R12, R15
#define EDGESTORE3(MOV) EDGESTORE2(MOV); MOV F2, (R15); ADD R12, R15
#define EDGESTORE4(MOV) EDGESTORE3(MOV); MOV F3, (R15); ADD R12, R15
#define EDGESTORE5(MOV) EDGESTORE4(MOV); MOV F4, (R15); ADD R12, R15
#define EDGESTORE6(MOV) EDGESTORE5(MOV); MOV F5, (R15); ADD R12, R15
#define EDGESTEP1 FMOVS (R0)(R6), F28; VDUP V28.S[0], V28.S4; VFMLA V28.S4, V24.S4, V0.S4
#define EDGESTEP2 EDGESTEP1; FMOVS (R1)(R6), F29; VDUP V29.S[0], V29.S4; VFMLA V29.S4, V24.S4, V1.S4
#define EDGESTEP3 EDGESTEP2; FMOVS (R2)(R6), F30; VDUP V30.S[0], V30.S4; VFMLA V30.S4, V24.S4, V2.S4
#define EDGESTEP4 EDGESTEP3; FMOVS (R3)(R6), F31; VDUP V31.S[0], V31.S4; VFMLA V31.S4, V24.S4, V3.S4
#define EDGESTEP5 EDGESTEP4; FMOVS (R4)(R6), F28; VDUP V28.S[0], V28.S4; VFMLA V28.S4, V24.S4, V4.S4
#define EDGESTEP6 EDGESTEP5; FMOVS (R5)(R6), F29; VDUP V29.S[0], V29.S4; VFMLA V29.S4, V24.S4, V5.S4

// STEPS takes the steps of a panel of A, or what is left: R21 of R10.
#define STEPS CMP R22, R10; CSEL LT, R10, R22, R21; SUB R21, R10

// NEXT moves to the next row of B and step of A, and after a panel of A to the
// next one.
#define NEXT(steps, loop) ADD R7, R6; SUBS $1, R21, R21; BNE loop; ADD R23, R6; CBNZ R10, steps

// BEGIN reads the arguments and starts the chains of a tile of 16 columns.
#define BEGIN(ROWS, CLEAR, BIAS, LOAD) \
	MOVD cs+16(FP), R7; \
	MOVD ldb+32(FP), R9; \
	MOVD ldc+56(FP), R12; \
	MOVD kp+104(FP), R22; \
	MOVD pa+112(FP), R23; \
block: \
	ROWS; \
	MOVD b+24(FP), R14; \
	MOVD c+48(FP), R11; \
	MOVD bias+72(FP), R19; \
	MOVD n+80(FP), R13; \
	MOVD k+88(FP), R17; \
	MOVBU accumulate+96(FP), R20; \
tile: \
	CMP $16, R13; \
	BLT edge; \
	MOVD R14, R8; \
	MOVD R17, R10; \
	MOVD $0, R6; \
	CBNZ R19, bias; \
	CBNZ R20, load; \
	CLEAR; \
	B begin; \
bias: \
	MOVD R19, R15; \
	BIAS; \
	B begin; \
load: \
	MOVD R11, R15; \
	LOAD; \
begin: \
	CBZ R10, end; \
steps: \
	STEPS

// END closes the loop over k, stores the tile, goes on with the next one, 64
// bytes further or in the next panel, and does the columns at the edge.
#define END(R, STORE, EDGE) \
	NEXT(steps, loop); \
end: \
	MOVD R11, R15; \
	STORE; \
	SUBS $16, R13, R13; \
	BEQ done; \
	ADD $64, R14; \
	ADD $64, R11; \
	MOVD n+80(FP), R15; \
	SUB R13, R15; \
	TBNZ $4, R15, tile; \
	MOVD pb+40(FP), R15; \
	ADD R15, R14; \
	MOVD pc+64(FP), R15; \
	ADD R15, R11; \
	SUB $128, R14; \
	SUB $128, R11; \
	B tile; \
edge: \
	CMP $4, R13; \
	BLT edge2; \
	EDGE(FMOVQ, 16, bias4, load4, begin4, steps4, loop4, end4); \
	SUBS $4, R13, R13; \
	BNE edge; \
	B done; \
edge2: \
	TBZ $1, R13, edge1; \
	EDGE(FMOVD, 8, bias2, load2, begin2, steps2, loop2, end2); \
	TBZ $0, R13, done; \
edge1: \
	EDGE(FMOVS, 4, bias1, load1, begin1, steps1, loop1, end1); \
done: \
	MOVD blocks+120(FP), R15; \
	SUBS $1, R15, R15; \
	BEQ return; \
	MOVD R15, blocks+120(FP); \
	MOVD $R, R15; \
	MOVD rs+8(FP), R21; \
	MUL R15, R21, R21; \
	ADD R21, R0; \
	MOVD R0, a+0(FP); \
	MUL R15, R12, R21; \
	MOVD c+48(FP), R15; \
	ADD R21, R15; \
	MOVD R15, c+48(FP); \
	CBZ R19, block; \
	ADD $(4*R), R19; \
	MOVD R19, bias+72(FP); \
	B block; \
return: \
	RET

// EDGE does as many columns as MOV moves floats: SIZE bytes.
#define EDGE(MOV, SIZE, STEP, CLEAR, BIAS, LOAD, STORE, bias, load, begin, steps, loop, end) \
	MOVD R14, R8; \
	MOVD R17, R10; \
	MOVD $0, R6; \
	CBNZ R19, bias; \
	CBNZ R20, load; \
	CLEAR; \
	B begin; \
bias: \
	MOVD R19, R15; \
	BIAS; \
	B begin; \
load: \
	MOVD R11, R15; \
	LOAD(MOV); \
begin: \
	CBZ R10, end; \
steps: \
	STEPS; \
loop: \
	MOV (R8), F24; \
	STEP; \
	ADD R9, R8; \
	NEXT(steps, loop); \
end: \
	MOVD R11, R15; \
	STORE(MOV); \
	ADD $SIZE, R14; \
	ADD $SIZE, R11

#define EDGE1(MOV, SIZE, bias, load, begin, steps, loop, end) EDGE(MOV, SIZE, EDGESTEP1, EDGECLEAR1, EDGEBIAS1, EDGELOAD1, EDGESTORE1, bias, load, begin, steps, loop, end)
#define EDGE2(MOV, SIZE, bias, load, begin, steps, loop, end) EDGE(MOV, SIZE, EDGESTEP2, EDGECLEAR2, EDGEBIAS2, EDGELOAD2, EDGESTORE2, bias, load, begin, steps, loop, end)
#define EDGE3(MOV, SIZE, bias, load, begin, steps, loop, end) EDGE(MOV, SIZE, EDGESTEP3, EDGECLEAR3, EDGEBIAS3, EDGELOAD3, EDGESTORE3, bias, load, begin, steps, loop, end)
#define EDGE4(MOV, SIZE, bias, load, begin, steps, loop, end) EDGE(MOV, SIZE, EDGESTEP4, EDGECLEAR4, EDGEBIAS4, EDGELOAD4, EDGESTORE4, bias, load, begin, steps, loop, end)
#define EDGE5(MOV, SIZE, bias, load, begin, steps, loop, end) EDGE(MOV, SIZE, EDGESTEP5, EDGECLEAR5, EDGEBIAS5, EDGELOAD5, EDGESTORE5, bias, load, begin, steps, loop, end)
#define EDGE6(MOV, SIZE, bias, load, begin, steps, loop, end) EDGE(MOV, SIZE, EDGESTEP6, EDGECLEAR6, EDGEBIAS6, EDGELOAD6, EDGESTORE6, bias, load, begin, steps, loop, end)

// func gemm1x16NEON(a *float32, rs, cs int, b *float32, ldb, pb int, c *float32, ldc, pc int, bias *float32, n, k int, accumulate bool, kp, pa, blocks int)
TEXT ·gemm1x16NEON(SB), NOSPLIT, $0-128
	BEGIN(ROWS1, CLEAR1, BIAS1, LOAD1)
loop:
	VLD1.P (R8)(R9), [V24.S4, V25.S4, V26.S4, V27.S4]
	FMOVS (R0)(R6), F28
	WORD $0x4f9c1300 // fmla v0.4s, v24.4s, v28.s[0]
	WORD $0x4f9c1321 // fmla v1.4s, v25.4s, v28.s[0]
	WORD $0x4f9c1342 // fmla v2.4s, v26.4s, v28.s[0]
	WORD $0x4f9c1363 // fmla v3.4s, v27.4s, v28.s[0]
	END(1, STORE1, EDGE1)

// func gemm2x16NEON(a *float32, rs, cs int, b *float32, ldb, pb int, c *float32, ldc, pc int, bias *float32, n, k int, accumulate bool, kp, pa, blocks int)
TEXT ·gemm2x16NEON(SB), NOSPLIT, $0-128
	BEGIN(ROWS2, CLEAR2, BIAS2, LOAD2)
loop:
	VLD1.P (R8)(R9), [V24.S4, V25.S4, V26.S4, V27.S4]
	FMOVS (R0)(R6), F28
	WORD $0x4f9c1300 // fmla v0.4s, v24.4s, v28.s[0]
	WORD $0x4f9c1321 // fmla v1.4s, v25.4s, v28.s[0]
	WORD $0x4f9c1342 // fmla v2.4s, v26.4s, v28.s[0]
	WORD $0x4f9c1363 // fmla v3.4s, v27.4s, v28.s[0]
	FMOVS (R1)(R6), F29
	WORD $0x4f9d1304 // fmla v4.4s, v24.4s, v29.s[0]
	WORD $0x4f9d1325 // fmla v5.4s, v25.4s, v29.s[0]
	WORD $0x4f9d1346 // fmla v6.4s, v26.4s, v29.s[0]
	WORD $0x4f9d1367 // fmla v7.4s, v27.4s, v29.s[0]
	END(2, STORE2, EDGE2)

// func gemm3x16NEON(a *float32, rs, cs int, b *float32, ldb, pb int, c *float32, ldc, pc int, bias *float32, n, k int, accumulate bool, kp, pa, blocks int)
TEXT ·gemm3x16NEON(SB), NOSPLIT, $0-128
	BEGIN(ROWS3, CLEAR3, BIAS3, LOAD3)
loop:
	VLD1.P (R8)(R9), [V24.S4, V25.S4, V26.S4, V27.S4]
	FMOVS (R0)(R6), F28
	WORD $0x4f9c1300 // fmla v0.4s, v24.4s, v28.s[0]
	WORD $0x4f9c1321 // fmla v1.4s, v25.4s, v28.s[0]
	WORD $0x4f9c1342 // fmla v2.4s, v26.4s, v28.s[0]
	WORD $0x4f9c1363 // fmla v3.4s, v27.4s, v28.s[0]
	FMOVS (R1)(R6), F29
	WORD $0x4f9d1304 // fmla v4.4s, v24.4s, v29.s[0]
	WORD $0x4f9d1325 // fmla v5.4s, v25.4s, v29.s[0]
	WORD $0x4f9d1346 // fmla v6.4s, v26.4s, v29.s[0]
	WORD $0x4f9d1367 // fmla v7.4s, v27.4s, v29.s[0]
	FMOVS (R2)(R6), F30
	WORD $0x4f9e1308 // fmla v8.4s, v24.4s, v30.s[0]
	WORD $0x4f9e1329 // fmla v9.4s, v25.4s, v30.s[0]
	WORD $0x4f9e134a // fmla v10.4s, v26.4s, v30.s[0]
	WORD $0x4f9e136b // fmla v11.4s, v27.4s, v30.s[0]
	END(3, STORE3, EDGE3)

// func gemm4x16NEON(a *float32, rs, cs int, b *float32, ldb, pb int, c *float32, ldc, pc int, bias *float32, n, k int, accumulate bool, kp, pa, blocks int)
TEXT ·gemm4x16NEON(SB), NOSPLIT, $0-128
	BEGIN(ROWS4, CLEAR4, BIAS4, LOAD4)
loop:
	VLD1.P (R8)(R9), [V24.S4, V25.S4, V26.S4, V27.S4]
	FMOVS (R0)(R6), F28
	WORD $0x4f9c1300 // fmla v0.4s, v24.4s, v28.s[0]
	WORD $0x4f9c1321 // fmla v1.4s, v25.4s, v28.s[0]
	WORD $0x4f9c1342 // fmla v2.4s, v26.4s, v28.s[0]
	WORD $0x4f9c1363 // fmla v3.4s, v27.4s, v28.s[0]
	FMOVS (R1)(R6), F29
	WORD $0x4f9d1304 // fmla v4.4s, v24.4s, v29.s[0]
	WORD $0x4f9d1325 // fmla v5.4s, v25.4s, v29.s[0]
	WORD $0x4f9d1346 // fmla v6.4s, v26.4s, v29.s[0]
	WORD $0x4f9d1367 // fmla v7.4s, v27.4s, v29.s[0]
	FMOVS (R2)(R6), F30
	WORD $0x4f9e1308 // fmla v8.4s, v24.4s, v30.s[0]
	WORD $0x4f9e1329 // fmla v9.4s, v25.4s, v30.s[0]
	WORD $0x4f9e134a // fmla v10.4s, v26.4s, v30.s[0]
	WORD $0x4f9e136b // fmla v11.4s, v27.4s, v30.s[0]
	FMOVS (R3)(R6), F31
	WORD $0x4f9f130c // fmla v12.4s, v24.4s, v31.s[0]
	WORD $0x4f9f132d // fmla v13.4s, v25.4s, v31.s[0]
	WORD $0x4f9f134e // fmla v14.4s, v26.4s, v31.s[0]
	WORD $0x4f9f136f // fmla v15.4s, v27.4s, v31.s[0]
	END(4, STORE4, EDGE4)

// func gemm5x16NEON(a *float32, rs, cs int, b *float32, ldb, pb int, c *float32, ldc, pc int, bias *float32, n, k int, accumulate bool, kp, pa, blocks int)
TEXT ·gemm5x16NEON(SB), NOSPLIT, $0-128
	BEGIN(ROWS5, CLEAR5, BIAS5, LOAD5)
loop:
	VLD1.P (R8)(R9), [V24.S4, V25.S4, V26.S4, V27.S4]
	FMOVS (R0)(R6), F28
	WORD $0x4f9c1300 // fmla v0.4s, v24.4s, v28.s[0]
	WORD $0x4f9c1321 // fmla v1.4s, v25.4s, v28.s[0]
	WORD $0x4f9c1342 // fmla v2.4s, v26.4s, v28.s[0]
	WORD $0x4f9c1363 // fmla v3.4s, v27.4s, v28.s[0]
	FMOVS (R1)(R6), F29
	WORD $0x4f9d1304 // fmla v4.4s, v24.4s, v29.s[0]
	WORD $0x4f9d1325 // fmla v5.4s, v25.4s, v29.s[0]
	WORD $0x4f9d1346 // fmla v6.4s, v26.4s, v29.s[0]
	WORD $0x4f9d1367 // fmla v7.4s, v27.4s, v29.s[0]
	FMOVS (R2)(R6), F30
	WORD $0x4f9e1308 // fmla v8.4s, v24.4s, v30.s[0]
	WORD $0x4f9e1329 // fmla v9.4s, v25.4s, v30.s[0]
	WORD $0x4f9e134a // fmla v10.4s, v26.4s, v30.s[0]
	WORD $0x4f9e136b // fmla v11.4s, v27.4s, v30.s[0]
	FMOVS (R3)(R6), F31
	WORD $0x4f9f130c // fmla v12.4s, v24.4s, v31.s[0]
	WORD $0x4f9f132d // fmla v13.4s, v25.4s, v31.s[0]
	WORD $0x4f9f134e // fmla v14.4s, v26.4s, v31.s[0]
	WORD $0x4f9f136f // fmla v15.4s, v27.4s, v31.s[0]
	FMOVS (R4)(R6), F28
	WORD $0x4f9c1310 // fmla v16.4s, v24.4s, v28.s[0]
	WORD $0x4f9c1331 // fmla v17.4s, v25.4s, v28.s[0]
	WORD $0x4f9c1352 // fmla v18.4s, v26.4s, v28.s[0]
	WORD $0x4f9c1373 // fmla v19.4s, v27.4s, v28.s[0]
	END(5, STORE5, EDGE5)

// func gemm6x16NEON(a *float32, rs, cs int, b *float32, ldb, pb int, c *float32, ldc, pc int, bias *float32, n, k int, accumulate bool, kp, pa, blocks int)
TEXT ·gemm6x16NEON(SB), NOSPLIT, $0-128
	BEGIN(ROWS6, CLEAR6, BIAS6, LOAD6)
loop:
	VLD1.P (R8)(R9), [V24.S4, V25.S4, V26.S4, V27.S4]
	FMOVS (R0)(R6), F28
	WORD $0x4f9c1300 // fmla v0.4s, v24.4s, v28.s[0]
	WORD $0x4f9c1321 // fmla v1.4s, v25.4s, v28.s[0]
	WORD $0x4f9c1342 // fmla v2.4s, v26.4s, v28.s[0]
	WORD $0x4f9c1363 // fmla v3.4s, v27.4s, v28.s[0]
	FMOVS (R1)(R6), F29
	WORD $0x4f9d1304 // fmla v4.4s, v24.4s, v29.s[0]
	WORD $0x4f9d1325 // fmla v5.4s, v25.4s, v29.s[0]
	WORD $0x4f9d1346 // fmla v6.4s, v26.4s, v29.s[0]
	WORD $0x4f9d1367 // fmla v7.4s, v27.4s, v29.s[0]
	FMOVS (R2)(R6), F30
	WORD $0x4f9e1308 // fmla v8.4s, v24.4s, v30.s[0]
	WORD $0x4f9e1329 // fmla v9.4s, v25.4s, v30.s[0]
	WORD $0x4f9e134a // fmla v10.4s, v26.4s, v30.s[0]
	WORD $0x4f9e136b // fmla v11.4s, v27.4s, v30.s[0]
	FMOVS (R3)(R6), F31
	WORD $0x4f9f130c // fmla v12.4s, v24.4s, v31.s[0]
	WORD $0x4f9f132d // fmla v13.4s, v25.4s, v31.s[0]
	WORD $0x4f9f134e // fmla v14.4s, v26.4s, v31.s[0]
	WORD $0x4f9f136f // fmla v15.4s, v27.4s, v31.s[0]
	FMOVS (R4)(R6), F28
	WORD $0x4f9c1310 // fmla v16.4s, v24.4s, v28.s[0]
	WORD $0x4f9c1331 // fmla v17.4s, v25.4s, v28.s[0]
	WORD $0x4f9c1352 // fmla v18.4s, v26.4s, v28.s[0]
	WORD $0x4f9c1373 // fmla v19.4s, v27.4s, v28.s[0]
	FMOVS (R5)(R6), F29
	WORD $0x4f9d1314 // fmla v20.4s, v24.4s, v29.s[0]
	WORD $0x4f9d1335 // fmla v21.4s, v25.4s, v29.s[0]
	WORD $0x4f9d1356 // fmla v22.4s, v26.4s, v29.s[0]
	WORD $0x4f9d1377 // fmla v23.4s, v27.4s, v29.s[0]
	END(6, STORE6, EDGE6)
