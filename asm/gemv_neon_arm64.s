//go:build arm64 && !purego

#include "textflag.h"

// Gemv: R panels of 16 outputs at once, one chain a lane.
//
//    V0 … V15   the chains, four registers a panel   V31  x[k] in all lanes
//    V16 … V19  16 numbers of a panel
//    R0, R8     w and x at k, a multiple of 64       R10  inputs to go
//    R15        the size of a panel                  R1 … R4  panels 0 … 3 of w
//    R12        a bit for each input from k on that is not zero
//    R13        1: one of them is below 2⁻⁵⁰
#define GV(R, A, B, C, D) \
	VLD1 (R), [V16.S4, V17.S4, V18.S4, V19.S4]; \
	VFMLA V31.S4, V16.S4, A; \
	VFMLA V31.S4, V17.S4, B; \
	VFMLA V31.S4, V18.S4, C; \
	VFMLA V31.S4, V19.S4, D
#define GV1 GV(R1, V0.S4, V1.S4, V2.S4, V3.S4)
#define GV2 GV1; GV(R2, V4.S4, V5.S4, V6.S4, V7.S4)
#define GV3 GV2; GV(R3, V8.S4, V9.S4, V10.S4, V11.S4)
#define GV4 GV3; GV(R4, V12.S4, V13.S4, V14.S4, V15.S4)
#define GVB1 VLD1.P 64(R9), [V0.S4, V1.S4, V2.S4, V3.S4]
#define GVB2 GVB1; VLD1.P 64(R9), [V4.S4, V5.S4, V6.S4, V7.S4]
#define GVB3 GVB2; VLD1.P 64(R9), [V8.S4, V9.S4, V10.S4, V11.S4]
#define GVB4 GVB3; VLD1.P 64(R9), [V12.S4, V13.S4, V14.S4, V15.S4]
#define GVS1 VST1.P [V0.S4, V1.S4, V2.S4, V3.S4], 64(R11)
#define GVS2 GVS1; VST1.P [V4.S4, V5.S4, V6.S4, V7.S4], 64(R11)
#define GVS3 GVS2; VST1.P [V8.S4, V9.S4, V10.S4, V11.S4], 64(R11)
#define GVS4 GVS3; VST1.P [V12.S4, V13.S4, V14.S4, V15.S4], 64(R11)

#define GEMV(GV, GVB, GVS) \
	MOVD y+0(FP), R11; \
	MOVD x+8(FP), R8; \
	MOVD w+16(FP), R0; \
	MOVD b+24(FP), R9; \
	MOVD k+32(FP), R10; \
	LSL $6, R10, R15; \
	MOVW $0x4cffffff, R16; \
	MOVD $0, R13; \
	GVB; \
block: \
	MOVD $64, R5; \
	CMP R5, R10; \
	CSEL LT, R10, R5, R5; \
	MOVD $0, R12; \
	MOVD R8, R6; \
	MOVD R5, R7; \
mask: \
	MOVWU.P 4(R6), R17; \
	LSLW $1, R17, R17; \
	CMPW $0, R17; \
	CSET NE, R19; \
	LSR $1, R12, R12; \
	ORR R19<<63, R12, R12; \
	SUBW $1, R17, R17; \
	CMPW R16, R17; \
	CSET LO, R19; \
	ORR R19, R13, R13; \
	SUBS $1, R7, R7; \
	BNE mask; \
	MOVD $64, R7; \
	SUB R5, R7, R7; \
	LSR R7, R12, R12; \
	CBZ R12, next; \
bit: \
	RBIT R12, R5; \
	CLZ R5, R5; \
	SUB $1, R12, R6; \
	AND R6, R12, R12; \
	ADD R5<<2, R8, R6; \
	VLD1R (R6), [V31.S4]; \
	ADD R5<<6, R0, R1; \
	ADD R15, R1, R2; \
	ADD R15, R2, R3; \
	ADD R15, R3, R4; \
	GV; \
	CBNZ R12, bit; \
next: \
	ADD $256, R8, R8; \
	ADD $4096, R0, R0; \
	SUBS $64, R10, R10; \
	BGT block; \
	GVS; \
	CMP $0, R13; \
	CSET EQ, R13; \
	MOVB R13, large+40(FP); \
	RET

// func gemv1x16NEON(y, x, w, b *float32, k int) (large bool)
TEXT ·gemv1x16NEON(SB), NOSPLIT, $0-41
	GEMV(GV1, GVB1, GVS1)

// func gemv2x16NEON(y, x, w, b *float32, k int) (large bool)
TEXT ·gemv2x16NEON(SB), NOSPLIT, $0-41
	GEMV(GV2, GVB2, GVS2)

// func gemv3x16NEON(y, x, w, b *float32, k int) (large bool)
TEXT ·gemv3x16NEON(SB), NOSPLIT, $0-41
	GEMV(GV3, GVB3, GVS3)

// func gemv4x16NEON(y, x, w, b *float32, k int) (large bool)
TEXT ·gemv4x16NEON(SB), NOSPLIT, $0-41
	GEMV(GV4, GVB4, GVS4)
