//go:build arm64 && !purego

#include "textflag.h"

// Reductions in sixteen lanes: V0 holds lanes 0 … 3, V1 4 … 7, V2 8 … 11,
// V3 12 … 15. FOLD2 is the last step of the fold: it leaves the result in F0.
//
//    R1  x    R8  numbers to go    V4 … V7  16 numbers of x
//
// What is left after the last 16 numbers goes to V4, 4 numbers at a time and then
// 1 … 3, where the lanes that have no number hold one that changes nothing: +0 in a
// sum, −Inf in a maximum.

#define FOLD2 \
	VDUP V0.S[1], V1.S4; \
	FADDS F1, F0, F0

// PART loads the last R8+4 numbers, 0 … 3, to lanes of V4.
#define PART(one, done) \
	TBZ $1, R8, one; \
	VLD1.P 4(R1), V4.S[0]; \
	VLD1.P 4(R1), V4.S[1]; \
	TBZ $0, R8, done; \
	VLD1 (R1), V4.S[2]; \
	B done; \
one: \
	TBZ $0, R8, done; \
	VLD1 (R1), V4.S[0]; \
done:

// NEXT goes to part where fewer than 4 numbers are left.
#define NEXT(part) \
	SUBS $4, R8, R8; \
	BLT part

// func sumNEONAsm(x *float32, n int) float32
TEXT ·sumNEONAsm(SB), NOSPLIT, $0-20
	MOVD x+0(FP), R1
	MOVD n+8(FP), R8
	VEOR V0.B16, V0.B16, V0.B16
	VEOR V1.B16, V1.B16, V1.B16
	VEOR V2.B16, V2.B16, V2.B16
	VEOR V3.B16, V3.B16, V3.B16
	SUBS $16, R8, R8
	BLT last
many:
	VLD1.P 64(R1), [V4.S4, V5.S4, V6.S4, V7.S4]
	WORD $0x4e24d400 // fadd v0.4s, v0.4s, v4.4s
	WORD $0x4e25d421 // fadd v1.4s, v1.4s, v5.4s
	WORD $0x4e26d442 // fadd v2.4s, v2.4s, v6.4s
	WORD $0x4e27d463 // fadd v3.4s, v3.4s, v7.4s
	SUBS $16, R8, R8
	BGE many
last:
	ADDS $16, R8, R8
	BEQ done
	NEXT(part0)
	FMOVQ.P 16(R1), F4
	WORD $0x4e24d400 // fadd v0.4s, v0.4s, v4.4s
	NEXT(part1)
	FMOVQ.P 16(R1), F4
	WORD $0x4e24d421 // fadd v1.4s, v1.4s, v4.4s
	NEXT(part2)
	FMOVQ.P 16(R1), F4
	WORD $0x4e24d442 // fadd v2.4s, v2.4s, v4.4s
	SUB $4, R8
part3:
	VEOR V4.B16, V4.B16, V4.B16
	PART(xOne3, xDone3)
	WORD $0x4e24d463 // fadd v3.4s, v3.4s, v4.4s
	B done
part0:
	VEOR V4.B16, V4.B16, V4.B16
	PART(xOne0, xDone0)
	WORD $0x4e24d400 // fadd v0.4s, v0.4s, v4.4s
	B done
part1:
	VEOR V4.B16, V4.B16, V4.B16
	PART(xOne1, xDone1)
	WORD $0x4e24d421 // fadd v1.4s, v1.4s, v4.4s
	B done
part2:
	VEOR V4.B16, V4.B16, V4.B16
	PART(xOne2, xDone2)
	WORD $0x4e24d442 // fadd v2.4s, v2.4s, v4.4s
done:
	WORD $0x4e22d400 // fadd v0.4s, v0.4s, v2.4s
	WORD $0x4e23d421 // fadd v1.4s, v1.4s, v3.4s
	WORD $0x4e21d400 // fadd v0.4s, v0.4s, v1.4s
	VEXT $8, V0.B16, V0.B16, V1.B16
	WORD $0x4e21d400 // fadd v0.4s, v0.4s, v1.4s
	FOLD2
	FMOVS F0, ret+16(FP)
	RET

// func maxNEONAsm(x *float32, n int) float32
TEXT ·maxNEONAsm(SB), NOSPLIT, $0-20
	MOVD x+0(FP), R1
	MOVD n+8(FP), R8
	MOVW $0xff800000, R9 // −Inf
	VDUP R9, V0.S4
	VMOV V0.B16, V1.B16
	VMOV V0.B16, V2.B16
	VMOV V0.B16, V3.B16
	SUBS $16, R8, R8
	BLT last
many:
	VLD1.P 64(R1), [V4.S4, V5.S4, V6.S4, V7.S4]
	WORD $0x6ea0e490 // fcmgt v16.4s, v4.4s, v0.4s
	VBIT V16.B16, V4.B16, V0.B16
	WORD $0x6ea1e4b1 // fcmgt v17.4s, v5.4s, v1.4s
	VBIT V17.B16, V5.B16, V1.B16
	WORD $0x6ea2e4d2 // fcmgt v18.4s, v6.4s, v2.4s
	VBIT V18.B16, V6.B16, V2.B16
	WORD $0x6ea3e4f3 // fcmgt v19.4s, v7.4s, v3.4s
	VBIT V19.B16, V7.B16, V3.B16
	SUBS $16, R8, R8
	BGE many
last:
	ADDS $16, R8, R8
	BEQ done
	NEXT(part0)
	FMOVQ.P 16(R1), F4
	WORD $0x6ea0e490 // fcmgt v16.4s, v4.4s, v0.4s
	VBIT V16.B16, V4.B16, V0.B16
	NEXT(part1)
	FMOVQ.P 16(R1), F4
	WORD $0x6ea1e490 // fcmgt v16.4s, v4.4s, v1.4s
	VBIT V16.B16, V4.B16, V1.B16
	NEXT(part2)
	FMOVQ.P 16(R1), F4
	WORD $0x6ea2e490 // fcmgt v16.4s, v4.4s, v2.4s
	VBIT V16.B16, V4.B16, V2.B16
	SUB $4, R8
part3:
	VDUP R9, V4.S4
	PART(xOne3, xDone3)
	WORD $0x6ea3e490 // fcmgt v16.4s, v4.4s, v3.4s
	VBIT V16.B16, V4.B16, V3.B16
	B done
part0:
	VDUP R9, V4.S4
	PART(xOne0, xDone0)
	WORD $0x6ea0e490 // fcmgt v16.4s, v4.4s, v0.4s
	VBIT V16.B16, V4.B16, V0.B16
	B done
part1:
	VDUP R9, V4.S4
	PART(xOne1, xDone1)
	WORD $0x6ea1e490 // fcmgt v16.4s, v4.4s, v1.4s
	VBIT V16.B16, V4.B16, V1.B16
	B done
part2:
	VDUP R9, V4.S4
	PART(xOne2, xDone2)
	WORD $0x6ea2e490 // fcmgt v16.4s, v4.4s, v2.4s
	VBIT V16.B16, V4.B16, V2.B16
done:
	WORD $0x4e22f400 // fmax v0.4s, v0.4s, v2.4s
	WORD $0x4e23f421 // fmax v1.4s, v1.4s, v3.4s
	WORD $0x4e21f400 // fmax v0.4s, v0.4s, v1.4s
	WORD $0x6e30f800 // fmaxv s0, v0.4s
	VEOR V1.B16, V1.B16, V1.B16
	FADDS F1, F0, F0
	FMOVS F0, ret+16(FP)
	RET

// func sumSamplesNEONAsm(dst, x *float32, n, panels, stride int)
TEXT ·sumSamplesNEONAsm(SB), NOSPLIT, $0-40
	MOVD dst+0(FP), R0
	MOVD x+8(FP), R1
	MOVD n+16(FP), R8
	MOVD panels+24(FP), R9
	MOVD stride+32(FP), R10
	SUB $64, R10
feature:
	MOVD R1, R2
	MOVD R9, R11
	VEOR V0.B16, V0.B16, V0.B16
	VEOR V1.B16, V1.B16, V1.B16
	VEOR V2.B16, V2.B16, V2.B16
	VEOR V3.B16, V3.B16, V3.B16
panel:
	VLD1.P 64(R2), [V4.S4, V5.S4, V6.S4, V7.S4]
	VLD1.P (R2)(R10), [V16.S4, V17.S4, V18.S4, V19.S4]
	WORD $0x4e24d400 // fadd v0.4s, v0.4s, v4.4s
	WORD $0x4e25d421 // fadd v1.4s, v1.4s, v5.4s
	WORD $0x4e26d442 // fadd v2.4s, v2.4s, v6.4s
	WORD $0x4e27d463 // fadd v3.4s, v3.4s, v7.4s
	WORD $0x4e30d400 // fadd v0.4s, v0.4s, v16.4s
	WORD $0x4e31d421 // fadd v1.4s, v1.4s, v17.4s
	WORD $0x4e32d442 // fadd v2.4s, v2.4s, v18.4s
	WORD $0x4e33d463 // fadd v3.4s, v3.4s, v19.4s
	SUBS $1, R11, R11
	BNE panel
	WORD $0x4e22d400 // fadd v0.4s, v0.4s, v2.4s
	WORD $0x4e23d421 // fadd v1.4s, v1.4s, v3.4s
	WORD $0x4e21d400 // fadd v0.4s, v0.4s, v1.4s
	VEXT $8, V0.B16, V0.B16, V1.B16
	WORD $0x4e21d400 // fadd v0.4s, v0.4s, v1.4s
	FOLD2
	FMOVS F0, (R0)
	ADD $4, R0
	ADD $128, R1
	SUBS $1, R8, R8
	BNE feature
	RET
