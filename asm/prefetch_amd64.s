//go:build amd64 && !purego

#include "textflag.h"

// func prefetchAMD64Asm(src *uint8, features int, rows *int32, n int)
TEXT ·prefetchAMD64Asm(SB), NOSPLIT, $0-32
	MOVQ src+0(FP), SI
	MOVQ features+8(FP), R8
	MOVQ rows+16(FP), DX
	MOVQ n+24(FP), R9
image:
	MOVLQSX (DX), AX
	ADDQ $4, DX
	IMULQ R8, AX
	ADDQ SI, AX
	LEAQ (AX)(R8*1), BX
line:
	PREFETCHT0 (AX)
	ADDQ $64, AX
	CMPQ AX, BX
	JCS line
	PREFETCHT0 -1(BX) // the image may reach into one line more
	DECQ R9
	JNZ image
	RET
