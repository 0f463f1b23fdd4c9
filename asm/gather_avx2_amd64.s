//go:build amd64 && !purego

#include "textflag.h"

// Transposes of 8×8 blocks in registers, from samples × features to panels
// and back, and the gather of bytes that does one on its way.
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

// PIXELS converts 8 bytes of the row whose address stands at O of the list.
#define PIXELS(O, X) \
	MOVQ O(DX), AX; \
	VPMOVZXBD (AX)(R10*1), X; \
	VCVTDQ2PS X, X; \
	VMULPS Y15, X, Y13; \
	VFMADD213PS Y13, Y14, X

// func gatherAVX2Asm(xt *float32, src *uint8, features int, rows *int32, blocks int)
TEXT ·gatherAVX2Asm(SB), NOSPLIT, $64-40
	MOVQ src+8(FP), SI
	MOVQ features+16(FP), R8
	MOVQ rows+24(FP), R9
	LEAQ list-64(SP), DX // the addresses of the rows
	XORQ R10, R10
address:
	MOVLQSX (R9)(R10*4), AX
	IMULQ R8, AX
	ADDQ SI, AX
	MOVQ AX, (DX)(R10*8)
	INCQ R10
	CMPQ R10, $8
	JNE address
	MOVQ xt+0(FP), DI
	MOVQ blocks+32(FP), R11
	XORQ R10, R10 // features done
block:
	VBROADCASTSS ·pixelAVX2+0(SB), Y14
	VBROADCASTSS ·pixelAVX2+4(SB), Y15
	PIXELS(0, Y0)
	PIXELS(8, Y1)
	PIXELS(16, Y2)
	PIXELS(24, Y3)
	PIXELS(32, Y4)
	PIXELS(40, Y5)
	PIXELS(48, Y6)
	PIXELS(56, Y7)
	TRANSPOSE
	VMOVUPS Y8, 0(DI)
	VMOVUPS Y9, 128(DI)
	VMOVUPS Y10, 256(DI)
	VMOVUPS Y11, 384(DI)
	VMOVUPS Y12, 512(DI)
	VMOVUPS Y13, 640(DI)
	VMOVUPS Y14, 768(DI)
	VMOVUPS Y15, 896(DI)
	ADDQ $1024, DI
	ADDQ $8, R10
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
