//go:build amd64 && !purego

#include "textflag.h"

// Transposes of 8×8 blocks in registers, from samples × features to panels
// and back, and the gathers of bytes.
//
//	rows r0 … r7 in Y0 … Y7: unpack pairs of floats, unpack pairs of
//	pairs, then move quarters of registers; columns c0 … c7 come out in
//	Y8 … Y15

#define TRANSPOSE \
	VUNPCKLPS Y1, Y0, Y8; VUNPCKHPS Y1, Y0, Y9; \
	VUNPCKLPS Y3, Y2, Y10; VUNPCKHPS Y3, Y2, Y11; \
	VUNPCKLPS Y5, Y4, Y12; VUNPCKHPS Y5, Y4, Y13; \
	VUNPCKLPS Y7, Y6, Y14; VUNPCKHPS Y7, Y6, Y15; \
	VUNPCKLPD Y10, Y8, Y0; VUNPCKHPD Y10, Y8, Y1; \
	VUNPCKLPD Y11, Y9, Y2; VUNPCKHPD Y11, Y9, Y3; \
	VUNPCKLPD Y14, Y12, Y4; VUNPCKHPD Y14, Y12, Y5; \
	VUNPCKLPD Y15, Y13, Y6; VUNPCKHPD Y15, Y13, Y7; \
	VPERM2F128 $0x20, Y4, Y0, Y8; VPERM2F128 $0x31, Y4, Y0, Y12; \
	VPERM2F128 $0x20, Y5, Y1, Y9; VPERM2F128 $0x31, Y5, Y1, Y13; \
	VPERM2F128 $0x20, Y6, Y2, Y10; VPERM2F128 $0x31, Y6, Y2, Y14; \
	VPERM2F128 $0x20, Y7, Y3, Y11; VPERM2F128 $0x31, Y7, Y3, Y15

// func transposeAVX2Asm(dst *float32, ds, dstep int, src *float32, ss, sstep, blocks int)
TEXT ·transposeAVX2Asm(SB), NOSPLIT, $0-56
	MOVQ dst+0(FP), DI
	MOVQ ds+8(FP), R8
	MOVQ src+24(FP), SI
	MOVQ ss+32(FP), R9
	MOVQ blocks+48(FP), R10
block:
	MOVQ SI, AX
	VMOVUPS (AX), Y0
	ADDQ R9, AX
	VMOVUPS (AX), Y1
	ADDQ R9, AX
	VMOVUPS (AX), Y2
	ADDQ R9, AX
	VMOVUPS (AX), Y3
	ADDQ R9, AX
	VMOVUPS (AX), Y4
	ADDQ R9, AX
	VMOVUPS (AX), Y5
	ADDQ R9, AX
	VMOVUPS (AX), Y6
	ADDQ R9, AX
	VMOVUPS (AX), Y7
	TRANSPOSE
	MOVQ DI, AX
	VMOVUPS Y8, (AX)
	ADDQ R8, AX
	VMOVUPS Y9, (AX)
	ADDQ R8, AX
	VMOVUPS Y10, (AX)
	ADDQ R8, AX
	VMOVUPS Y11, (AX)
	ADDQ R8, AX
	VMOVUPS Y12, (AX)
	ADDQ R8, AX
	VMOVUPS Y13, (AX)
	ADDQ R8, AX
	VMOVUPS Y14, (AX)
	ADDQ R8, AX
	VMOVUPS Y15, (AX)
	ADDQ dstep+16(FP), DI
	ADDQ sstep+40(FP), SI
	DECQ R10
	JNZ block
	VZEROUPPER
	RET

// The two constants of an exact u/255: fma(u, c1, u·c2).
DATA ·pixelAVX2+0(SB)/4, $0x3b808081 // 0x1.010102p-8
DATA ·pixelAVX2+4(SB)/4, $0xaf7efeff // -0x1.fdfdfep-33
GLOBL ·pixelAVX2(SB), RODATA|NOPTR, $8

// The gather transposes bytes before it widens them, 16 rows of 32 features at a
// time: a half of a register holds features f, the other f+16. Bytes, then words of
// four rows are interleaved to numbers of four bytes, one for each feature, which
// wait in memory; then those of four times four rows are, to the 16 bytes of a
// feature, which fill a line of the panel.
//
//	DX      the addresses of the rows, 8 bytes each; from 128 on 16 registers
//	R10     features done      DI   the panel at them      R11  blocks to go
//	Y14, Y15                   the constants of a pixel

// FOURROWS interleaves the rows whose addresses are at O of the list: what
// features 4q … 4q+3 have goes to P + 128·q.
#define FOURROWS(O, P) \
	MOVQ O(DX), AX; \
	VMOVDQU (AX)(R10*1), Y0; \
	MOVQ (O+8)(DX), AX; \
	VMOVDQU (AX)(R10*1), Y1; \
	MOVQ (O+16)(DX), AX; \
	VMOVDQU (AX)(R10*1), Y2; \
	MOVQ (O+24)(DX), AX; \
	VMOVDQU (AX)(R10*1), Y3; \
	VPUNPCKLBW Y1, Y0, Y4; \
	VPUNPCKHBW Y1, Y0, Y5; \
	VPUNPCKLBW Y3, Y2, Y6; \
	VPUNPCKHBW Y3, Y2, Y7; \
	VPUNPCKLWD Y6, Y4, Y0; \
	VPUNPCKHWD Y6, Y4, Y1; \
	VPUNPCKLWD Y7, Y5, Y2; \
	VPUNPCKHWD Y7, Y5, Y3; \
	VMOVDQU Y0, (P)(DX); \
	VMOVDQU Y1, (P+128)(DX); \
	VMOVDQU Y2, (P+256)(DX); \
	VMOVDQU Y3, (P+384)(DX)

// PIXELS widens the 8 bytes at O of the memory and stores them at P of the panel.
#define PIXELS(O, P, X, T) \
	VPMOVZXBD (O)(DX), X; \
	VCVTDQ2PS X, X; \
	VMULPS Y15, X, T; \
	VFMADD213PS T, Y14, X; \
	VMOVUPS X, (P)(DI)

// FEATURE does features f and f+16, whose bytes are at O.
#define FEATURE(O, F) \
	PIXELS(O, F*128, Y8, Y9); \
	PIXELS(O+8, F*128+32, Y10, Y11); \
	PIXELS(O+16, F*128+2048, Y8, Y9); \
	PIXELS(O+24, F*128+2048+32, Y10, Y11)

// FOURFEATURES does features f … f+3 from the numbers at O, in whose place their
// bytes go.
#define FOURFEATURES(O, F) \
	VMOVDQU (O)(DX), Y0; \
	VMOVDQU (O+32)(DX), Y1; \
	VMOVDQU (O+64)(DX), Y2; \
	VMOVDQU (O+96)(DX), Y3; \
	VPUNPCKLDQ Y1, Y0, Y4; \
	VPUNPCKHDQ Y1, Y0, Y5; \
	VPUNPCKLDQ Y3, Y2, Y6; \
	VPUNPCKHDQ Y3, Y2, Y7; \
	VPUNPCKLQDQ Y6, Y4, Y0; \
	VPUNPCKHQDQ Y6, Y4, Y1; \
	VPUNPCKLQDQ Y7, Y5, Y2; \
	VPUNPCKHQDQ Y7, Y5, Y3; \
	VMOVDQU Y0, (O)(DX); \
	VMOVDQU Y1, (O+32)(DX); \
	VMOVDQU Y2, (O+64)(DX); \
	VMOVDQU Y3, (O+96)(DX); \
	FEATURE(O, F); \
	FEATURE(O+32, (F+1)); \
	FEATURE(O+64, (F+2)); \
	FEATURE(O+96, (F+3))

// func gatherAVX2Asm(xt *float32, src *uint8, features int, rows *int32, n, blocks int)
TEXT ·gatherAVX2Asm(SB), NOSPLIT, $704-48
	MOVQ src+8(FP), SI
	MOVQ features+16(FP), R8
	MOVQ rows+24(FP), R9
	LEAQ memory-704(SP), DX
	ADDQ $63, DX
	ANDQ $-64, DX
	XORQ R10, R10
	MOVQ n+32(FP), R11
address:
	CMPQ R10, R11
	JGE same
	MOVLQSX (R9)(R10*4), AX
	IMULQ R8, AX
	ADDQ SI, AX
same:
	MOVQ AX, (DX)(R10*8)
	INCQ R10
	CMPQ R10, $16
	JNE address
	MOVQ xt+0(FP), DI
	MOVQ blocks+40(FP), R11
	VBROADCASTSS ·pixelAVX2+0(SB), Y14
	VBROADCASTSS ·pixelAVX2+4(SB), Y15
	XORQ R10, R10
block:
	FOURROWS(0, 128)
	FOURROWS(32, 160)
	FOURROWS(64, 192)
	FOURROWS(96, 224)
	FOURFEATURES(128, 0)
	FOURFEATURES(256, 4)
	FOURFEATURES(384, 8)
	FOURFEATURES(512, 12)
	ADDQ $4096, DI
	ADDQ $32, R10
	DECQ R11
	JNZ block
	VZEROUPPER
	RET

// GROUP reads the bytes at O of AX to the floats at P of BX.
#define GROUP(O, P, X, T) \
	VPMOVZXBD O(AX), X; \
	VCVTDQ2PS X, X; \
	VMULPS Y15, X, T; \
	VFMADD213PS T, Y14, X; \
	VMOVUPS X, P(BX)

// func gatherRowsAVX2Asm(x *float32, src *uint8, features int, rows *int32, n, panels, groups, stride int)
TEXT ·gatherRowsAVX2Asm(SB), NOSPLIT, $0-64
	MOVQ x+0(FP), DI
	MOVQ src+8(FP), SI
	MOVQ features+16(FP), R8
	MOVQ rows+24(FP), DX
	MOVQ n+32(FP), R9
	MOVQ stride+56(FP), R12
	VBROADCASTSS ·pixelAVX2+0(SB), Y14
	VBROADCASTSS ·pixelAVX2+4(SB), Y15
row:
	MOVLQSX (DX), AX
	ADDQ $4, DX
	IMULQ R8, AX
	ADDQ SI, AX
	MOVQ DI, BX
	MOVQ panels+40(FP), R10
	TESTQ R10, R10
	JZ groups
panel:
	GROUP(0, 0, Y0, Y1)
	GROUP(8, 32, Y2, Y3)
	GROUP(16, 64, Y4, Y5)
	GROUP(24, 96, Y6, Y7)
	ADDQ $32, AX
	ADDQ R12, BX
	DECQ R10
	JNZ panel
groups:
	MOVQ groups+48(FP), R10
	TESTQ R10, R10
	JZ next
group:
	GROUP(0, 0, Y0, Y1)
	ADDQ $8, AX
	ADDQ $32, BX
	DECQ R10
	JNZ group
next:
	ADDQ $128, DI
	DECQ R9
	JNZ row
	VZEROUPPER
	RET
