//go:build amd64 && !purego

#include "textflag.h"

// GEMM tiles for AVX-512 of the last 1 … 12 columns, four of them at a time: a register
// holds 4 rows × 4 columns, G groups of 4 rows, 2 ≤ G ≤ 8 (4 with more than 4 columns).
//
//	A: a[i,k] in all four numbers of lane i: out of a row-major A four steps of four
//	   rows are one register, and a permutation makes a step of it; out of a
//	   transposed A four rows of one step are
//	B: b[k,j … j+3] in all four lanes
//
//	AX      A at k                    CX, SI  1 and 3 times A's row stride
//	DI      A's stride along k        R8, R9, BX  B at k, 1 and 3 times its row stride
//	R10     k to go                   R11, R12    C and its row stride
//	R13     from the last but one group of rows of A to the last one, R14 of C
//	DX      rows of a group           R15         scratch, 3 times the row stride of C
//	K1      columns of the last four, in each lane
//	Z0 …    the chains    Z16 … Z27  B    Z28  A of a group    Z30  lane numbers

#define ROWS4 VMOVUPS (DX), X28; VINSERTF32X4 $1, (DX)(CX*1), Z28, Z28; VINSERTF32X4 $2, (DX)(CX*2), Z28, Z28; VINSERTF32X4 $3, (DX)(SI*1), Z28, Z28
#define SPREAD ROWS4; VPERMILPS $0x00, Z28, Z12; VPERMILPS $0x55, Z28, Z13; VPERMILPS $0xaa, Z28, Z14; VPERMILPS $0xff, Z28, Z15
#define FOUR1(C0) SPREAD; VFMADD231PS Z16, Z12, C0; VFMADD231PS Z19, Z13, C0; VFMADD231PS Z22, Z14, C0; VFMADD231PS Z25, Z15, C0
#define FOUR2(C0, C1) FOUR1(C0); VFMADD231PS Z17, Z12, C1; VFMADD231PS Z20, Z13, C1; VFMADD231PS Z23, Z14, C1; VFMADD231PS Z26, Z15, C1
#define FOUR3(C0, C1, C2) FOUR2(C0, C1); VFMADD231PS Z18, Z12, C2; VFMADD231PS Z21, Z13, C2; VFMADD231PS Z24, Z14, C2; VFMADD231PS Z27, Z15, C2
#define ONE VBROADCASTSS (DX), Z28; VBROADCASTSS (DX)(CX*1), K5, Z28; VBROADCASTSS (DX)(CX*2), K6, Z28; VBROADCASTSS (DX)(SI*1), K7, Z28
#define COLUMN VBROADCASTF32X4 (DX), Z28; VPERMILPS Z30, Z28, Z28
#define MUL1(C0) VFMADD231PS Z16, Z28, C0
#define MUL2(C0, C1) MUL1(C0); VFMADD231PS Z17, Z28, C1
#define MUL3(C0, C1, C2) MUL2(C0, C1); VFMADD231PS Z18, Z28, C2
#define ONE1(C0) ONE; MUL1(C0)
#define ONE2(C0, C1) ONE; MUL2(C0, C1)
#define ONE3(C0, C1, C2) ONE; MUL3(C0, C1, C2)
#define COLUMN1(C0) COLUMN; MUL1(C0)
#define COLUMN2(C0, C1) COLUMN; MUL2(C0, C1)
#define COLUMN3(C0, C1, C2) COLUMN; MUL3(C0, C1, C2)

// B at k: one row, four rows
#define LOADB1 VBROADCASTF32X4.Z (R8), K1, Z16
#define LOADB2 VBROADCASTF32X4 (R8), Z16; VBROADCASTF32X4.Z 16(R8), K1, Z17
#define LOADB3 VBROADCASTF32X4 (R8), Z16; VBROADCASTF32X4 16(R8), Z17; VBROADCASTF32X4.Z 32(R8), K1, Z18
#define LOADBB1 LOADB1; VBROADCASTF32X4.Z (R8)(R9*1), K1, Z19; VBROADCASTF32X4.Z (R8)(R9*2), K1, Z22; VBROADCASTF32X4.Z (R8)(BX*1), K1, Z25
#define LOADBB2 LOADB2; VBROADCASTF32X4 (R8)(R9*1), Z19; VBROADCASTF32X4 (R8)(R9*2), Z22; VBROADCASTF32X4 (R8)(BX*1), Z25; \
	VBROADCASTF32X4.Z 16(R8)(R9*1), K1, Z20; VBROADCASTF32X4.Z 16(R8)(R9*2), K1, Z23; VBROADCASTF32X4.Z 16(R8)(BX*1), K1, Z26
#define LOADBB3 LOADB3; VBROADCASTF32X4 (R8)(R9*1), Z19; VBROADCASTF32X4 (R8)(R9*2), Z22; VBROADCASTF32X4 (R8)(BX*1), Z25; \
	VBROADCASTF32X4 16(R8)(R9*1), Z20; VBROADCASTF32X4 16(R8)(R9*2), Z23; VBROADCASTF32X4 16(R8)(BX*1), Z26; \
	VBROADCASTF32X4.Z 32(R8)(R9*1), K1, Z21; VBROADCASTF32X4.Z 32(R8)(R9*2), K1, Z24; VBROADCASTF32X4.Z 32(R8)(BX*1), K1, Z27

// C: starts and ends of the chains of a group
#define FULLC(O, C) VMOVUPS O(DX), X28; VINSERTF32X4 $1, O(DX)(R12*1), Z28, Z28; VINSERTF32X4 $2, O(DX)(R12*2), Z28, Z28; VINSERTF32X4 $3, O(DX)(R15*1), Z28, C
#define PARTC(O, C) VMOVUPS.Z O(DX), K1, X28; VMOVUPS.Z O(DX)(R12*1), K1, X29; VINSERTF32X4 $1, X29, Z28, Z28; VMOVUPS.Z O(DX)(R12*2), K1, X29; VINSERTF32X4 $2, X29, Z28, Z28; VMOVUPS.Z O(DX)(R15*1), K1, X29; VINSERTF32X4 $3, X29, Z28, C
#define CLEAR1(C0) VPXORD C0, C0, C0
#define CLEAR2(C0, C1) CLEAR1(C0); CLEAR1(C1)
#define CLEAR3(C0, C1, C2) CLEAR2(C0, C1); CLEAR1(C2)
#define LOAD1(C0) PARTC(0, C0)
#define LOAD2(C0, C1) FULLC(0, C0); PARTC(16, C1)
#define LOAD3(C0, C1, C2) FULLC(0, C0); FULLC(16, C1); PARTC(32, C2)
#define PUT(O, C) VEXTRACTF32X4 $0, C, O(DX); VEXTRACTF32X4 $1, C, O(DX)(R12*1); VEXTRACTF32X4 $2, C, O(DX)(R12*2); VEXTRACTF32X4 $3, C, O(DX)(R15*1)
// Stores of 8 and 4 bytes: with masked ones 32×10×100 took 1.35 times as long where C lay
// badly (Zen 5), and VEXTRACTF32X4 with a mask faults for what the mask leaves out.
#define LANES(O, C, S) VMOVAPS C, Z28; S(X28, O, (DX)); VEXTRACTF32X4 $1, C, X28; S(X28, O, (DX)(R12*1)); VEXTRACTF32X4 $2, C, X28; S(X28, O, (DX)(R12*2)); VEXTRACTF32X4 $3, C, X28; S(X28, O, (DX)(R15*1))
#define ONE4(X, O, M) VMOVSS X, O M
#define TWO4(X, O, M) VMOVLPS X, O M
#define THREE4(X, O, M) VMOVLPS X, O M; VEXTRACTPS $2, X, (8+O)M
#define PUT1(O, C) LANES(O, C, ONE4)
#define PUT2(O, C) LANES(O, C, TWO4)
#define PUT3(O, C) LANES(O, C, THREE4)
#define STORE1_1(C0) PUT1(0, C0)
#define STORE2_1(C0, C1) PUT(0, C0); PUT1(16, C1)
#define STORE3_1(C0, C1, C2) PUT(0, C0); PUT(16, C1); PUT1(32, C2)
#define STORE1_2(C0) PUT2(0, C0)
#define STORE2_2(C0, C1) PUT(0, C0); PUT2(16, C1)
#define STORE3_2(C0, C1, C2) PUT(0, C0); PUT(16, C1); PUT2(32, C2)
#define STORE1_3(C0) PUT3(0, C0)
#define STORE2_3(C0, C1) PUT(0, C0); PUT3(16, C1)
#define STORE3_3(C0, C1, C2) PUT(0, C0); PUT(16, C1); PUT3(32, C2)
#define STORE1_4(C0) PUT(0, C0)
#define STORE2_4(C0, C1) PUT(0, C0); PUT(16, C1)
#define STORE3_4(C0, C1, C2) PUT(0, C0); PUT(16, C1); PUT(32, C2)

// all groups: X for each, N between them, L before the last
#define NEXTA LEAQ (DX)(CX*4), DX
#define LASTA ADDQ R13, DX
#define NEXTC LEAQ (DX)(R12*4), DX
#define LASTC ADDQ R14, DX
#define NONE

#define GROUPS1x2(X, N, L) X(Z0); L; X(Z1)
#define GROUPS1x3(X, N, L) X(Z0); N; X(Z1); L; X(Z2)
#define GROUPS1x4(X, N, L) X(Z0); N; X(Z1); N; X(Z2); L; X(Z3)
#define GROUPS1x5(X, N, L) X(Z0); N; X(Z1); N; X(Z2); N; X(Z3); L; X(Z4)
#define GROUPS1x6(X, N, L) X(Z0); N; X(Z1); N; X(Z2); N; X(Z3); N; X(Z4); L; X(Z5)
#define GROUPS1x7(X, N, L) X(Z0); N; X(Z1); N; X(Z2); N; X(Z3); N; X(Z4); N; X(Z5); L; X(Z6)
#define GROUPS1x8(X, N, L) X(Z0); N; X(Z1); N; X(Z2); N; X(Z3); N; X(Z4); N; X(Z5); N; X(Z6); L; X(Z7)
#define GROUPS2x2(X, N, L) X(Z0, Z1); L; X(Z2, Z3)
#define GROUPS2x3(X, N, L) X(Z0, Z1); N; X(Z2, Z3); L; X(Z4, Z5)
#define GROUPS2x4(X, N, L) X(Z0, Z1); N; X(Z2, Z3); N; X(Z4, Z5); L; X(Z6, Z7)
#define GROUPS3x2(X, N, L) X(Z0, Z1, Z2); L; X(Z3, Z4, Z5)
#define GROUPS3x3(X, N, L) X(Z0, Z1, Z2); N; X(Z3, Z4, Z5); L; X(Z6, Z7, Z8)
#define GROUPS3x4(X, N, L) X(Z0, Z1, Z2); N; X(Z3, Z4, Z5); N; X(Z6, Z7, Z8); L; X(Z9, Z10, Z11)

#define QUADS(GROUPS, LOADB, LOADBB, FOUR, ONE, COLUMN, CLEAR, LOAD, STOREW1, STOREW2, STOREW3, STOREW4) \
	MOVQ a+0(FP), AX; \
	MOVQ rs+8(FP), CX; \
	LEAQ (CX)(CX*2), SI; \
	MOVQ la+16(FP), R13; \
	MOVQ cs+24(FP), DI; \
	MOVQ b+32(FP), R8; \
	MOVQ ldb+40(FP), R9; \
	LEAQ (R9)(R9*2), BX; \
	MOVQ c+48(FP), R11; \
	MOVQ ldc+56(FP), R12; \
	LEAQ (R12)(R12*2), R15; \
	MOVQ lc+64(FP), R14; \
	MOVQ mask+80(FP), R10; \
	KMOVW R10, K1; \
	CMPB accumulate+88(FP), $0; \
	JNE load; \
	GROUPS(CLEAR, NONE, NONE); \
	JMP begin; \
load: \
	MOVQ R11, DX; \
	GROUPS(LOAD, NEXTC, LASTC); \
begin: \
	MOVQ k+72(FP), R10; \
	CMPQ DI, $4; \
	JNE columns; \
	SUBQ $4, R10; \
	JLT rest; \
four: \
	LOADBB; \
	MOVQ AX, DX; \
	GROUPS(FOUR, NEXTA, LASTA); \
	ADDQ $16, AX; \
	LEAQ (R8)(R9*4), R8; \
	SUBQ $4, R10; \
	JGE four; \
rest: \
	ADDQ $4, R10; \
	JZ end; \
	MOVQ $0x00f0, DX; \
	KMOVW DX, K5; \
	MOVQ $0x0f00, DX; \
	KMOVW DX, K6; \
	MOVQ $0xf000, DX; \
	KMOVW DX, K7; \
one: \
	LOADB; \
	MOVQ AX, DX; \
	GROUPS(ONE, NEXTA, LASTA); \
	ADDQ $4, AX; \
	ADDQ R9, R8; \
	DECQ R10; \
	JNZ one; \
	JMP end; \
columns: \
	VPMOVZXBD ·lanes<>(SB), Z30; \
column: \
	LOADB; \
	MOVQ AX, DX; \
	GROUPS(COLUMN, NEXTA, LASTA); \
	ADDQ DI, AX; \
	ADDQ R9, R8; \
	DECQ R10; \
	JNZ column; \
end: \
	MOVQ R11, DX; \
	MOVQ mask+80(FP), R10; \
	CMPQ R10, $0x3333; \
	JEQ two; \
	JLT single; \
	CMPQ R10, $0x7777; \
	JEQ three; \
	GROUPS(STOREW4, NEXTC, LASTC); \
	VZEROUPPER; \
	RET; \
three: \
	GROUPS(STOREW3, NEXTC, LASTC); \
	VZEROUPPER; \
	RET; \
two: \
	GROUPS(STOREW2, NEXTC, LASTC); \
	VZEROUPPER; \
	RET; \
single: \
	GROUPS(STOREW1, NEXTC, LASTC); \
	VZEROUPPER; \
	RET

DATA ·lanes<>+0(SB)/8, $0x0101010100000000
DATA ·lanes<>+8(SB)/8, $0x0303030302020202
GLOBL ·lanes<>(SB), RODATA|NOPTR, $16

// func gemmQuad8x4AVX512(a *float32, rs, la, cs int, b *float32, ldb int, c *float32, ldc, lc, k, mask int, accumulate bool)
TEXT ·gemmQuad8x4AVX512(SB), NOSPLIT, $0-89
	QUADS(GROUPS1x2, LOADB1, LOADBB1, FOUR1, ONE1, COLUMN1, CLEAR1, LOAD1, STORE1_1, STORE1_2, STORE1_3, STORE1_4)

// func gemmQuad12x4AVX512(a *float32, rs, la, cs int, b *float32, ldb int, c *float32, ldc, lc, k, mask int, accumulate bool)
TEXT ·gemmQuad12x4AVX512(SB), NOSPLIT, $0-89
	QUADS(GROUPS1x3, LOADB1, LOADBB1, FOUR1, ONE1, COLUMN1, CLEAR1, LOAD1, STORE1_1, STORE1_2, STORE1_3, STORE1_4)

// func gemmQuad16x4AVX512(a *float32, rs, la, cs int, b *float32, ldb int, c *float32, ldc, lc, k, mask int, accumulate bool)
TEXT ·gemmQuad16x4AVX512(SB), NOSPLIT, $0-89
	QUADS(GROUPS1x4, LOADB1, LOADBB1, FOUR1, ONE1, COLUMN1, CLEAR1, LOAD1, STORE1_1, STORE1_2, STORE1_3, STORE1_4)

// func gemmQuad20x4AVX512(a *float32, rs, la, cs int, b *float32, ldb int, c *float32, ldc, lc, k, mask int, accumulate bool)
TEXT ·gemmQuad20x4AVX512(SB), NOSPLIT, $0-89
	QUADS(GROUPS1x5, LOADB1, LOADBB1, FOUR1, ONE1, COLUMN1, CLEAR1, LOAD1, STORE1_1, STORE1_2, STORE1_3, STORE1_4)

// func gemmQuad24x4AVX512(a *float32, rs, la, cs int, b *float32, ldb int, c *float32, ldc, lc, k, mask int, accumulate bool)
TEXT ·gemmQuad24x4AVX512(SB), NOSPLIT, $0-89
	QUADS(GROUPS1x6, LOADB1, LOADBB1, FOUR1, ONE1, COLUMN1, CLEAR1, LOAD1, STORE1_1, STORE1_2, STORE1_3, STORE1_4)

// func gemmQuad28x4AVX512(a *float32, rs, la, cs int, b *float32, ldb int, c *float32, ldc, lc, k, mask int, accumulate bool)
TEXT ·gemmQuad28x4AVX512(SB), NOSPLIT, $0-89
	QUADS(GROUPS1x7, LOADB1, LOADBB1, FOUR1, ONE1, COLUMN1, CLEAR1, LOAD1, STORE1_1, STORE1_2, STORE1_3, STORE1_4)

// func gemmQuad32x4AVX512(a *float32, rs, la, cs int, b *float32, ldb int, c *float32, ldc, lc, k, mask int, accumulate bool)
TEXT ·gemmQuad32x4AVX512(SB), NOSPLIT, $0-89
	QUADS(GROUPS1x8, LOADB1, LOADBB1, FOUR1, ONE1, COLUMN1, CLEAR1, LOAD1, STORE1_1, STORE1_2, STORE1_3, STORE1_4)

// func gemmQuad8x8AVX512(a *float32, rs, la, cs int, b *float32, ldb int, c *float32, ldc, lc, k, mask int, accumulate bool)
TEXT ·gemmQuad8x8AVX512(SB), NOSPLIT, $0-89
	QUADS(GROUPS2x2, LOADB2, LOADBB2, FOUR2, ONE2, COLUMN2, CLEAR2, LOAD2, STORE2_1, STORE2_2, STORE2_3, STORE2_4)

// func gemmQuad12x8AVX512(a *float32, rs, la, cs int, b *float32, ldb int, c *float32, ldc, lc, k, mask int, accumulate bool)
TEXT ·gemmQuad12x8AVX512(SB), NOSPLIT, $0-89
	QUADS(GROUPS2x3, LOADB2, LOADBB2, FOUR2, ONE2, COLUMN2, CLEAR2, LOAD2, STORE2_1, STORE2_2, STORE2_3, STORE2_4)

// func gemmQuad16x8AVX512(a *float32, rs, la, cs int, b *float32, ldb int, c *float32, ldc, lc, k, mask int, accumulate bool)
TEXT ·gemmQuad16x8AVX512(SB), NOSPLIT, $0-89
	QUADS(GROUPS2x4, LOADB2, LOADBB2, FOUR2, ONE2, COLUMN2, CLEAR2, LOAD2, STORE2_1, STORE2_2, STORE2_3, STORE2_4)

// func gemmQuad8x12AVX512(a *float32, rs, la, cs int, b *float32, ldb int, c *float32, ldc, lc, k, mask int, accumulate bool)
TEXT ·gemmQuad8x12AVX512(SB), NOSPLIT, $0-89
	QUADS(GROUPS3x2, LOADB3, LOADBB3, FOUR3, ONE3, COLUMN3, CLEAR3, LOAD3, STORE3_1, STORE3_2, STORE3_3, STORE3_4)

// func gemmQuad12x12AVX512(a *float32, rs, la, cs int, b *float32, ldb int, c *float32, ldc, lc, k, mask int, accumulate bool)
TEXT ·gemmQuad12x12AVX512(SB), NOSPLIT, $0-89
	QUADS(GROUPS3x3, LOADB3, LOADBB3, FOUR3, ONE3, COLUMN3, CLEAR3, LOAD3, STORE3_1, STORE3_2, STORE3_3, STORE3_4)

// func gemmQuad16x12AVX512(a *float32, rs, la, cs int, b *float32, ldb int, c *float32, ldc, lc, k, mask int, accumulate bool)
TEXT ·gemmQuad16x12AVX512(SB), NOSPLIT, $0-89
	QUADS(GROUPS3x4, LOADB3, LOADBB3, FOUR3, ONE3, COLUMN3, CLEAR3, LOAD3, STORE3_1, STORE3_2, STORE3_3, STORE3_4)
