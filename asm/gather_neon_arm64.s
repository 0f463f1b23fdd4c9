//go:build arm64 && !purego

#include "textflag.h"

// Transposes of 4×4 blocks in registers, from samples × features to panels and
// back, and the gather of bytes that does four on its way.

// TRANSPOSE: columns of the rows A, B, C, D come out in V0 … V3. Pairs of
// floats change places in two rows, then pairs of pairs in four.
#define TRANSPOSE(A, B, C, D) \
	VTRN1 B.S4, A.S4, V4.S4; \
	VTRN2 B.S4, A.S4, V5.S4; \
	VTRN1 D.S4, C.S4, V6.S4; \
	VTRN2 D.S4, C.S4, V7.S4; \
	VTRN1 V6.D2, V4.D2, V0.D2; \
	VTRN1 V7.D2, V5.D2, V1.D2; \
	VTRN2 V6.D2, V4.D2, V2.D2; \
	VTRN2 V7.D2, V5.D2, V3.D2

// func transposeNEONAsm(dst *float32, ds, dstep int, src *float32, ss, sstep, blocks int)
TEXT ·transposeNEONAsm(SB), NOSPLIT, $0-56
	MOVD dst+0(FP), R0
	MOVD ds+8(FP), R1
	MOVD dstep+16(FP), R2
	MOVD src+24(FP), R3
	MOVD ss+32(FP), R4
	MOVD sstep+40(FP), R5
	MOVD blocks+48(FP), R8
block:
	MOVD R3, R6
	VLD1.P (R6)(R4), [V16.S4]
	VLD1.P (R6)(R4), [V17.S4]
	VLD1.P (R6)(R4), [V18.S4]
	VLD1 (R6), [V19.S4]
	TRANSPOSE(V16, V17, V18, V19)
	MOVD R0, R6
	VST1.P [V0.S4], (R6)(R1)
	VST1.P [V1.S4], (R6)(R1)
	VST1.P [V2.S4], (R6)(R1)
	VST1 [V3.S4], (R6)
	ADD R2, R0
	ADD R5, R3
	SUBS $1, R8, R8
	BNE block
	RET

// WIDEN reads 16 bytes of the row at R as integers to V0 … V3.
#define WIDEN(R) \
	FMOVQ.P 16(R), F2; \
	VUXTL2 V2.B16, V3.H8; \
	VUXTL V2.B8, V1.H8; \
	VUXTL V1.H4, V0.S4; \
	VUXTL2 V1.H8, V1.S4; \
	VUXTL V3.H4, V2.S4; \
	VUXTL2 V3.H8, V3.S4

// PIXELS adds u·c1 to u·c2.
#define PIXELS(A, B, C, D) \
	VFMLA V8.S4, V0.S4, A.S4; \
	VFMLA V8.S4, V1.S4, B.S4; \
	VFMLA V8.S4, V2.S4, C.S4; \
	VFMLA V8.S4, V3.S4, D.S4

// FOUR stores four features of four samples.
#define FOUR(A, B, C, D) \
	TRANSPOSE(A, B, C, D); \
	FMOVQ F0, (R0); \
	FMOVQ F1, 128(R0); \
	FMOVQ F2, 256(R0); \
	FMOVQ F3, 384(R0); \
	ADD $512, R0

// func gatherNEONAsm(xt *float32, src *uint8, features int, rows *int32, n, blocks int)
//
//    R0 xt  R4 … R7 the four rows  R8 blocks to go
//    V8, V9  the two constants of an exact u/255: fma(u, c1, u·c2)
//    V16 … V31  16 features of the four rows
TEXT ·gatherNEONAsm(SB), NOSPLIT, $0-48
	MOVD xt+0(FP), R0
	MOVD src+8(FP), R1
	MOVD features+16(FP), R2
	MOVD rows+24(FP), R3
	MOVD n+32(FP), R8
	MOVW (R3), R4
	MADD R2, R1, R4, R4
	MOVD R4, R5
	MOVD R4, R6
	MOVD R4, R7
	CMP $2, R8
	BLT rows
	MOVW 4(R3), R5
	MADD R2, R1, R5, R5
	CMP $3, R8
	BLT rows
	MOVW 8(R3), R6
	MADD R2, R1, R6, R6
	CMP $4, R8
	BLT rows
	MOVW 12(R3), R7
	MADD R2, R1, R7, R7
rows:
	MOVD blocks+40(FP), R8
	MOVW $0x3b808081, R9 // 0x1.010102p-8
	VDUP R9, V8.S4
	MOVW $0xaf7efeff, R9 // -0x1.fdfdfep-33
	VDUP R9, V9.S4
block:
	WIDEN(R4)
	WORD $0x6e21d800 // ucvtf v0.4s, v0.4s
	WORD $0x6e21d821 // ucvtf v1.4s, v1.4s
	WORD $0x6e21d842 // ucvtf v2.4s, v2.4s
	WORD $0x6e21d863 // ucvtf v3.4s, v3.4s
	WORD $0x6e29dc10 // fmul v16.4s, v0.4s, v9.4s
	WORD $0x6e29dc31 // fmul v17.4s, v1.4s, v9.4s
	WORD $0x6e29dc52 // fmul v18.4s, v2.4s, v9.4s
	WORD $0x6e29dc73 // fmul v19.4s, v3.4s, v9.4s
	PIXELS(V16, V17, V18, V19)
	WIDEN(R5)
	WORD $0x6e21d800 // ucvtf v0.4s, v0.4s
	WORD $0x6e21d821 // ucvtf v1.4s, v1.4s
	WORD $0x6e21d842 // ucvtf v2.4s, v2.4s
	WORD $0x6e21d863 // ucvtf v3.4s, v3.4s
	WORD $0x6e29dc14 // fmul v20.4s, v0.4s, v9.4s
	WORD $0x6e29dc35 // fmul v21.4s, v1.4s, v9.4s
	WORD $0x6e29dc56 // fmul v22.4s, v2.4s, v9.4s
	WORD $0x6e29dc77 // fmul v23.4s, v3.4s, v9.4s
	PIXELS(V20, V21, V22, V23)
	WIDEN(R6)
	WORD $0x6e21d800 // ucvtf v0.4s, v0.4s
	WORD $0x6e21d821 // ucvtf v1.4s, v1.4s
	WORD $0x6e21d842 // ucvtf v2.4s, v2.4s
	WORD $0x6e21d863 // ucvtf v3.4s, v3.4s
	WORD $0x6e29dc18 // fmul v24.4s, v0.4s, v9.4s
	WORD $0x6e29dc39 // fmul v25.4s, v1.4s, v9.4s
	WORD $0x6e29dc5a // fmul v26.4s, v2.4s, v9.4s
	WORD $0x6e29dc7b // fmul v27.4s, v3.4s, v9.4s
	PIXELS(V24, V25, V26, V27)
	WIDEN(R7)
	WORD $0x6e21d800 // ucvtf v0.4s, v0.4s
	WORD $0x6e21d821 // ucvtf v1.4s, v1.4s
	WORD $0x6e21d842 // ucvtf v2.4s, v2.4s
	WORD $0x6e21d863 // ucvtf v3.4s, v3.4s
	WORD $0x6e29dc1c // fmul v28.4s, v0.4s, v9.4s
	WORD $0x6e29dc3d // fmul v29.4s, v1.4s, v9.4s
	WORD $0x6e29dc5e // fmul v30.4s, v2.4s, v9.4s
	WORD $0x6e29dc7f // fmul v31.4s, v3.4s, v9.4s
	PIXELS(V28, V29, V30, V31)
	FOUR(V16, V20, V24, V28)
	FOUR(V17, V21, V25, V29)
	FOUR(V18, V22, V26, V30)
	FOUR(V19, V23, V27, V31)
	SUBS $1, R8, R8
	BNE block
	RET

// func gatherRowsNEONAsm(x *float32, src *uint8, features int, rows *int32, n, panels, groups, stride int)
//
//    R0 x  R1 src  R2 features  R3 rows  R4 rows to go  R10 stride
//    R6 bytes of the row  R7 its floats  R8 panels, then groups to go
//    V8, V9  the two constants  V16 … V19  16 features
TEXT ·gatherRowsNEONAsm(SB), NOSPLIT, $0-64
	MOVD x+0(FP), R0
	MOVD src+8(FP), R1
	MOVD features+16(FP), R2
	MOVD rows+24(FP), R3
	MOVD n+32(FP), R4
	MOVD stride+56(FP), R10
	MOVW $0x3b808081, R9 // 0x1.010102p-8
	VDUP R9, V8.S4
	MOVW $0xaf7efeff, R9 // -0x1.fdfdfep-33
	VDUP R9, V9.S4
row:
	MOVW.P 4(R3), R6
	MUL R2, R6, R6
	ADD R1, R6
	MOVD R0, R7
	MOVD panels+40(FP), R8
	CBZ R8, groups
panel:
	WIDEN(R6)
	WORD $0x6e21d800 // ucvtf v0.4s, v0.4s
	WORD $0x6e21d821 // ucvtf v1.4s, v1.4s
	WORD $0x6e21d842 // ucvtf v2.4s, v2.4s
	WORD $0x6e21d863 // ucvtf v3.4s, v3.4s
	WORD $0x6e29dc10 // fmul v16.4s, v0.4s, v9.4s
	WORD $0x6e29dc31 // fmul v17.4s, v1.4s, v9.4s
	WORD $0x6e29dc52 // fmul v18.4s, v2.4s, v9.4s
	WORD $0x6e29dc73 // fmul v19.4s, v3.4s, v9.4s
	PIXELS(V16, V17, V18, V19)
	VST1 [V16.S4, V17.S4, V18.S4, V19.S4], (R7)
	ADD $64, R7, R9
	WIDEN(R6)
	WORD $0x6e21d800 // ucvtf v0.4s, v0.4s
	WORD $0x6e21d821 // ucvtf v1.4s, v1.4s
	WORD $0x6e21d842 // ucvtf v2.4s, v2.4s
	WORD $0x6e21d863 // ucvtf v3.4s, v3.4s
	WORD $0x6e29dc10 // fmul v16.4s, v0.4s, v9.4s
	WORD $0x6e29dc31 // fmul v17.4s, v1.4s, v9.4s
	WORD $0x6e29dc52 // fmul v18.4s, v2.4s, v9.4s
	WORD $0x6e29dc73 // fmul v19.4s, v3.4s, v9.4s
	PIXELS(V16, V17, V18, V19)
	VST1 [V16.S4, V17.S4, V18.S4, V19.S4], (R9)
	ADD R10, R7
	SUBS $1, R8, R8
	BNE panel
groups:
	MOVD groups+48(FP), R8
	CBZ R8, next
group:
	WIDEN(R6)
	WORD $0x6e21d800 // ucvtf v0.4s, v0.4s
	WORD $0x6e21d821 // ucvtf v1.4s, v1.4s
	WORD $0x6e21d842 // ucvtf v2.4s, v2.4s
	WORD $0x6e21d863 // ucvtf v3.4s, v3.4s
	WORD $0x6e29dc10 // fmul v16.4s, v0.4s, v9.4s
	WORD $0x6e29dc31 // fmul v17.4s, v1.4s, v9.4s
	WORD $0x6e29dc52 // fmul v18.4s, v2.4s, v9.4s
	WORD $0x6e29dc73 // fmul v19.4s, v3.4s, v9.4s
	PIXELS(V16, V17, V18, V19)
	VST1.P [V16.S4, V17.S4, V18.S4, V19.S4], 64(R7)
	SUBS $1, R8, R8
	BNE group
next:
	ADD $128, R0
	SUBS $1, R4, R4
	BNE row
	RET
