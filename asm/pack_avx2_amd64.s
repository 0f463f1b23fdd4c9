//go:build amd64 && !purego

#include "textflag.h"

// Packing of rows into panels, 16 columns at a time: a whole line of a cache is
// written at once, whatever distance the rows have.
//
//	DI, SI  row of dst, src       R8, R9  distance of rows
//	AX, BX  panel of the row      R10, R11  distance of panels
//	CX      rows to go            R12, R13  panels, panels to go

// func packAVX2Asm(dst *float32, ds, dp int, src *float32, ss, sp, rows, panels int)
TEXT ·packAVX2Asm(SB), NOSPLIT, $0-64
	MOVQ dst+0(FP), DI
	MOVQ ds+8(FP), R8
	MOVQ dp+16(FP), R10
	MOVQ src+24(FP), SI
	MOVQ ss+32(FP), R9
	MOVQ sp+40(FP), R11
	MOVQ rows+48(FP), CX
	MOVQ panels+56(FP), R12
row:
	MOVQ DI, AX
	MOVQ SI, BX
	MOVQ R12, R13
panel:
	VMOVUPS (BX), Y0
	VMOVUPS 32(BX), Y1
	ADDQ R11, BX
	VMOVUPS Y0, (AX)
	VMOVUPS Y1, 32(AX)
	ADDQ R10, AX
	DECQ R13
	JNZ panel
	ADDQ R8, DI
	ADDQ R9, SI
	DECQ CX
	JNZ row
	VZEROUPPER
	RET
