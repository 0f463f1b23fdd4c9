//go:build amd64 && !purego

#include "textflag.h"

// A row times a matrix for AVX2 and FMA: R registers of 8 columns, 1 ≤ R ≤ 13,
// the last one under a mask, each a chain along k.
//
//	         w[k, 0 … 8R−1], from memory
//	x[k]     Y0 … Y12     13 chains wait for each other longer than one FMA for
//	                      the one before it
//
//	DI      y                R9      w's row stride, in bytes
//	SI      x                R10     k to go
//	R8      w at k           Y13, Y14, Y15  w under the mask, x[k], the mask
//
// A macro with the suffix n is for n whole registers before the last.

#define FMA(O, C) VFMADD231PS O(R8), Y14, C
#define STEP0
#define STEP1 FMA(0, Y0)
#define STEP2 STEP1; FMA(32, Y1)
#define STEP3 STEP2; FMA(64, Y2)
#define STEP4 STEP3; FMA(96, Y3)
#define STEP5 STEP4; FMA(128, Y4)
#define STEP6 STEP5; FMA(160, Y5)
#define STEP7 STEP6; FMA(192, Y6)
#define STEP8 STEP7; FMA(224, Y7)
#define STEP9 STEP8; FMA(256, Y8)
#define STEP10 STEP9; FMA(288, Y9)
#define STEP11 STEP10; FMA(320, Y10)
#define STEP12 STEP11; FMA(352, Y11)
#define LOAD0
#define LOAD1 VMOVUPS (DI), Y0
#define LOAD2 LOAD1; VMOVUPS 32(DI), Y1
#define LOAD3 LOAD2; VMOVUPS 64(DI), Y2
#define LOAD4 LOAD3; VMOVUPS 96(DI), Y3
#define LOAD5 LOAD4; VMOVUPS 128(DI), Y4
#define LOAD6 LOAD5; VMOVUPS 160(DI), Y5
#define LOAD7 LOAD6; VMOVUPS 192(DI), Y6
#define LOAD8 LOAD7; VMOVUPS 224(DI), Y7
#define LOAD9 LOAD8; VMOVUPS 256(DI), Y8
#define LOAD10 LOAD9; VMOVUPS 288(DI), Y9
#define LOAD11 LOAD10; VMOVUPS 320(DI), Y10
#define LOAD12 LOAD11; VMOVUPS 352(DI), Y11
#define STORE0
#define STORE1 VMOVUPS Y0, (DI)
#define STORE2 STORE1; VMOVUPS Y1, 32(DI)
#define STORE3 STORE2; VMOVUPS Y2, 64(DI)
#define STORE4 STORE3; VMOVUPS Y3, 96(DI)
#define STORE5 STORE4; VMOVUPS Y4, 128(DI)
#define STORE6 STORE5; VMOVUPS Y5, 160(DI)
#define STORE7 STORE6; VMOVUPS Y6, 192(DI)
#define STORE8 STORE7; VMOVUPS Y7, 224(DI)
#define STORE9 STORE8; VMOVUPS Y8, 256(DI)
#define STORE10 STORE9; VMOVUPS Y9, 288(DI)
#define STORE11 STORE10; VMOVUPS Y10, 320(DI)
#define STORE12 STORE11; VMOVUPS Y11, 352(DI)

// ROW is the function for the whole registers of STEP and the last one, C, at O.
#define ROW(LOAD, STEP, STORE, O, C) \
	MOVQ y+0(FP), DI; \
	MOVQ x+8(FP), SI; \
	MOVQ w+16(FP), R8; \
	MOVQ ld+24(FP), R9; \
	MOVQ k+32(FP), R10; \
	MOVQ n+40(FP), CX; \
	LEAQ ·maskAVX2+32(SB), AX; \
	SHLQ $2, CX; \
	SUBQ CX, AX; \
	VMOVUPS (AX), Y15; \
	LOAD; \
	VMASKMOVPS O(DI), Y15, C; \
loop: \
	VBROADCASTSS (SI), Y14; \
	VMASKMOVPS O(R8), Y15, Y13; \
	STEP; \
	VFMADD231PS Y13, Y14, C; \
	ADDQ $4, SI; \
	ADDQ R9, R8; \
	DECQ R10; \
	JNZ loop; \
	STORE; \
	VMASKMOVPS C, Y15, O(DI); \
	VZEROUPPER; \
	RET

// func vecMat1AVX2(y, x, w *float32, ld, k, n int)
TEXT ·vecMat1AVX2(SB), NOSPLIT, $0-48
	ROW(LOAD0, STEP0, STORE0, 0, Y0)

// func vecMat2AVX2(y, x, w *float32, ld, k, n int)
TEXT ·vecMat2AVX2(SB), NOSPLIT, $0-48
	ROW(LOAD1, STEP1, STORE1, 32, Y1)

// func vecMat3AVX2(y, x, w *float32, ld, k, n int)
TEXT ·vecMat3AVX2(SB), NOSPLIT, $0-48
	ROW(LOAD2, STEP2, STORE2, 64, Y2)

// func vecMat4AVX2(y, x, w *float32, ld, k, n int)
TEXT ·vecMat4AVX2(SB), NOSPLIT, $0-48
	ROW(LOAD3, STEP3, STORE3, 96, Y3)

// func vecMat5AVX2(y, x, w *float32, ld, k, n int)
TEXT ·vecMat5AVX2(SB), NOSPLIT, $0-48
	ROW(LOAD4, STEP4, STORE4, 128, Y4)

// func vecMat6AVX2(y, x, w *float32, ld, k, n int)
TEXT ·vecMat6AVX2(SB), NOSPLIT, $0-48
	ROW(LOAD5, STEP5, STORE5, 160, Y5)

// func vecMat7AVX2(y, x, w *float32, ld, k, n int)
TEXT ·vecMat7AVX2(SB), NOSPLIT, $0-48
	ROW(LOAD6, STEP6, STORE6, 192, Y6)

// func vecMat8AVX2(y, x, w *float32, ld, k, n int)
TEXT ·vecMat8AVX2(SB), NOSPLIT, $0-48
	ROW(LOAD7, STEP7, STORE7, 224, Y7)

// func vecMat9AVX2(y, x, w *float32, ld, k, n int)
TEXT ·vecMat9AVX2(SB), NOSPLIT, $0-48
	ROW(LOAD8, STEP8, STORE8, 256, Y8)

// func vecMat10AVX2(y, x, w *float32, ld, k, n int)
TEXT ·vecMat10AVX2(SB), NOSPLIT, $0-48
	ROW(LOAD9, STEP9, STORE9, 288, Y9)

// func vecMat11AVX2(y, x, w *float32, ld, k, n int)
TEXT ·vecMat11AVX2(SB), NOSPLIT, $0-48
	ROW(LOAD10, STEP10, STORE10, 320, Y10)

// func vecMat12AVX2(y, x, w *float32, ld, k, n int)
TEXT ·vecMat12AVX2(SB), NOSPLIT, $0-48
	ROW(LOAD11, STEP11, STORE11, 352, Y11)

// func vecMat13AVX2(y, x, w *float32, ld, k, n int)
TEXT ·vecMat13AVX2(SB), NOSPLIT, $0-48
	ROW(LOAD12, STEP12, STORE12, 384, Y12)
