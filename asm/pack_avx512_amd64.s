//go:build amd64 && !purego

#include "textflag.h"

// Packing of rows into panels of 32 columns, in one pass over each row, the row eight
// rows on being fetched.
//
//	DI, SI  row of dst, src       R9      distance of rows in src
//	AX, BX  panel of the row      R10     distance of panels in dst
//	CX      rows to go            R12, R13  panels, panels to go

// func packAVX512Asm(dst *float32, dp int, src *float32, ss, rows, panels int)
TEXT ·packAVX512Asm(SB), NOSPLIT, $0-48
	MOVQ dst+0(FP), DI
	MOVQ dp+8(FP), R10
	MOVQ src+16(FP), SI
	MOVQ ss+24(FP), R9
	MOVQ rows+32(FP), CX
	MOVQ panels+40(FP), R12
row:
	MOVQ DI, AX
	MOVQ SI, BX
	MOVQ R12, R13
panel:
	PREFETCHT0 (BX)(R9*8)
	PREFETCHT0 64(BX)(R9*8)
	VMOVUPS (BX), Z0
	VMOVUPS 64(BX), Z1
	ADDQ $128, BX
	VMOVUPS Z0, (AX)
	VMOVUPS Z1, 64(AX)
	ADDQ R10, AX
	DECQ R13
	JNZ panel
	ADDQ $128, DI
	ADDQ R9, SI
	DECQ CX
	JNZ row
	VZEROUPPER
	RET
