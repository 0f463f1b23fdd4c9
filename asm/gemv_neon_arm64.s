//go:build arm64 && !purego

#include "textflag.h"

// Gemv: R panels of 16 outputs at once, one chain a lane.
//
//    V0 … V15   the chains, four registers a panel   V31  x[k] in all lanes
//    V16 … V19  16 numbers of a panel
//    R0 … R3    panels 0 … 3 of w at k
#define GV(R, A, B, C, D) \
	VLD1.P 64(R), [V16.S4, V17.S4, V18.S4, V19.S4]; \
	VFMLA V31.S4, V16.S4, A; \
	VFMLA V31.S4, V17.S4, B; \
	VFMLA V31.S4, V18.S4, C; \
	VFMLA V31.S4, V19.S4, D
#define GV1 GV(R0, V0.S4, V1.S4, V2.S4, V3.S4)
#define GV2 GV1; GV(R1, V4.S4, V5.S4, V6.S4, V7.S4)
#define GV3 GV2; GV(R2, V8.S4, V9.S4, V10.S4, V11.S4)
#define GV4 GV3; GV(R3, V12.S4, V13.S4, V14.S4, V15.S4)
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
	ADD R15, R0, R1; \
	ADD R15, R1, R2; \
	ADD R15, R2, R3; \
	GVB; \
	CBZ R10, end; \
loop: \
	VLD1R.P 4(R8), [V31.S4]; \
	GV; \
	SUBS $1, R10, R10; \
	BNE loop; \
end: \
	GVS; \
	RET

// func gemv1x16NEON(y, x, w, b *float32, k int)
TEXT ·gemv1x16NEON(SB), NOSPLIT, $0-40
	GEMV(GV1, GVB1, GVS1)

// func gemv2x16NEON(y, x, w, b *float32, k int)
TEXT ·gemv2x16NEON(SB), NOSPLIT, $0-40
	GEMV(GV2, GVB2, GVS2)

// func gemv3x16NEON(y, x, w, b *float32, k int)
TEXT ·gemv3x16NEON(SB), NOSPLIT, $0-40
	GEMV(GV3, GVB3, GVS3)

// func gemv4x16NEON(y, x, w, b *float32, k int)
TEXT ·gemv4x16NEON(SB), NOSPLIT, $0-40
	GEMV(GV4, GVB4, GVS4)
