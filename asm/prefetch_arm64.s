//go:build arm64 && !purego

#include "textflag.h"

// func prefetchNEONAsm(src *uint8, features int, rows *int32, n int)
TEXT ·prefetchNEONAsm(SB), NOSPLIT, $0-32
	MOVD src+0(FP), R0
	MOVD features+8(FP), R1
	MOVD rows+16(FP), R2
	MOVD n+24(FP), R3
image:
	MOVW.P 4(R2), R4
	MUL R1, R4, R4
	ADD R0, R4
	ADD R1, R4, R5
line:
	PRFM (R4), PLDL1KEEP
	ADD $64, R4
	CMP R5, R4
	BLO line
	SUB $1, R5
	PRFM (R5), PLDL1KEEP // the image may reach into one line more
	SUBS $1, R3, R3
	BNE image
	RET
