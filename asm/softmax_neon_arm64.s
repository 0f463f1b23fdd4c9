//go:build arm64 && !purego

#include "textflag.h"
#include "functions_neon.h"

// The parts of softmax and cross-entropy over 16 columns of a panel: a lane is
// a sample, 4 registers side by side are the 16 columns, the classes run down
// at a distance of 128 bytes.

// func maxColumnsNEONAsm(m *float32, best *int32, z *float32, classes int)
//
//    V0 … V3  maximum   V4 … V7  arg-max   V16 … V19  ones where no NaN was
//    V20 … V23  z       V24 … V27  scratch  V28  number of the class  V29  1
TEXT ·maxColumnsNEONAsm(SB), NOSPLIT, $0-32
	MOVD m+0(FP), R0
	MOVD best+8(FP), R1
	MOVD z+16(FP), R2
	MOVD classes+24(FP), R8
	MOVW $0xff800000, R9 // −Inf
	VDUP R9, V0.S4
	VMOV V0.B16, V1.B16
	VMOV V0.B16, V2.B16
	VMOV V0.B16, V3.B16
	VEOR V4.B16, V4.B16, V4.B16
	VEOR V5.B16, V5.B16, V5.B16
	VEOR V6.B16, V6.B16, V6.B16
	VEOR V7.B16, V7.B16, V7.B16
	VCMEQ V0.S4, V0.S4, V16.S4
	VCMEQ V0.S4, V0.S4, V17.S4
	VCMEQ V0.S4, V0.S4, V18.S4
	VCMEQ V0.S4, V0.S4, V19.S4
	VEOR V28.B16, V28.B16, V28.B16
	MOVW $1, R9
	VDUP R9, V29.S4
	MOVD $128, R10
class:
	VLD1.P (R2)(R10), [V20.S4, V21.S4, V22.S4, V23.S4]
	WORD $0x6ea0e698 // fcmgt v24.4s, v20.4s, v0.4s
	WORD $0x6ea1e6b9 // fcmgt v25.4s, v21.4s, v1.4s
	WORD $0x6ea2e6da // fcmgt v26.4s, v22.4s, v2.4s
	WORD $0x6ea3e6fb // fcmgt v27.4s, v23.4s, v3.4s
	VBIT V24.B16, V28.B16, V4.B16
	VBIT V25.B16, V28.B16, V5.B16
	VBIT V26.B16, V28.B16, V6.B16
	VBIT V27.B16, V28.B16, V7.B16
	VBIT V24.B16, V20.B16, V0.B16
	VBIT V25.B16, V21.B16, V1.B16
	VBIT V26.B16, V22.B16, V2.B16
	VBIT V27.B16, V23.B16, V3.B16
	WORD $0x4e34e694 // fcmeq v20.4s, v20.4s, v20.4s
	WORD $0x4e35e6b5 // fcmeq v21.4s, v21.4s, v21.4s
	WORD $0x4e36e6d6 // fcmeq v22.4s, v22.4s, v22.4s
	WORD $0x4e37e6f7 // fcmeq v23.4s, v23.4s, v23.4s
	VAND V20.B16, V16.B16, V16.B16
	VAND V21.B16, V17.B16, V17.B16
	VAND V22.B16, V18.B16, V18.B16
	VAND V23.B16, V19.B16, V19.B16
	VADD V29.S4, V28.S4, V28.S4
	SUBS $1, R8, R8
	BNE class
	VEOR V24.B16, V24.B16, V24.B16
	WORD $0x4e38d400 // fadd v0.4s, v0.4s, v24.4s
	WORD $0x4e38d421 // fadd v1.4s, v1.4s, v24.4s
	WORD $0x4e38d442 // fadd v2.4s, v2.4s, v24.4s
	WORD $0x4e38d463 // fadd v3.4s, v3.4s, v24.4s
	WORD $0x4ef01c84 // orn v4.16b, v4.16b, v16.16b
	WORD $0x4ef11ca5 // orn v5.16b, v5.16b, v17.16b
	WORD $0x4ef21cc6 // orn v6.16b, v6.16b, v18.16b
	WORD $0x4ef31ce7 // orn v7.16b, v7.16b, v19.16b
	VST1 [V0.S4, V1.S4, V2.S4, V3.S4], (R0)
	VST1 [V4.S4, V5.S4, V6.S4, V7.S4], (R1)
	RET

// func expColumnsNEONAsm(e, z, m *float32, classes int)
TEXT ·expColumnsNEONAsm(SB), NOSPLIT, $0-32
	MOVD e+0(FP), R0
	MOVD z+8(FP), R1
	MOVD m+16(FP), R2
	MOVD classes+24(FP), R8
	MOVD $4, R9 // registers side by side
	EXPCONSTANTS
columns:
	FMOVQ.P 16(R2), F24
	MOVD R0, R3
	MOVD R1, R4
	MOVD R8, R5
class:
	FMOVQ.P 128(R4), F0
	WORD $0x4eb8d400 // fsub v0.4s, v0.4s, v24.4s
	WORD $0x4e30f400 // fmax v0.4s, v0.4s, v16.4s
	EXPROUND
	WORD $0x4eb3d443 // fsub v3.4s, v2.4s, v19.4s
	EXPPOLY
	WORD $0x6e23dca5 // fmul v5.4s, v5.4s, v3.4s
	WORD $0x6e22dca0 // fmul v0.4s, v5.4s, v2.4s
	FMOVQ F0, (R3)
	ADD $128, R3
	SUBS $1, R5, R5
	BNE class
	ADD $16, R0
	ADD $16, R1
	SUBS $1, R9, R9
	BNE columns
	RET

// NEXT loads the next class to V0, or goes to fold after the last one.
#define NEXT \
	SUBS $1, R5, R5; \
	BLT fold; \
	FMOVQ.P 128(R4), F0

// func sumColumnsNEONAsm(sum, e *float32, classes int)
//
// Class c goes to V16 + c mod 16: sixteen accumulators for each of the 4 lanes.
TEXT ·sumColumnsNEONAsm(SB), NOSPLIT, $0-24
	MOVD sum+0(FP), R0
	MOVD e+8(FP), R1
	MOVD classes+16(FP), R8
	MOVD $4, R9 // registers side by side
columns:
	MOVD R1, R4
	MOVD R8, R5
	VEOR V16.B16, V16.B16, V16.B16
	VEOR V17.B16, V17.B16, V17.B16
	VEOR V18.B16, V18.B16, V18.B16
	VEOR V19.B16, V19.B16, V19.B16
	VEOR V20.B16, V20.B16, V20.B16
	VEOR V21.B16, V21.B16, V21.B16
	VEOR V22.B16, V22.B16, V22.B16
	VEOR V23.B16, V23.B16, V23.B16
	VEOR V24.B16, V24.B16, V24.B16
	VEOR V25.B16, V25.B16, V25.B16
	VEOR V26.B16, V26.B16, V26.B16
	VEOR V27.B16, V27.B16, V27.B16
	VEOR V28.B16, V28.B16, V28.B16
	VEOR V29.B16, V29.B16, V29.B16
	VEOR V30.B16, V30.B16, V30.B16
	VEOR V31.B16, V31.B16, V31.B16
classes:
	NEXT
	WORD $0x4e20d610 // fadd v16.4s, v16.4s, v0.4s
	NEXT
	WORD $0x4e20d631 // fadd v17.4s, v17.4s, v0.4s
	NEXT
	WORD $0x4e20d652 // fadd v18.4s, v18.4s, v0.4s
	NEXT
	WORD $0x4e20d673 // fadd v19.4s, v19.4s, v0.4s
	NEXT
	WORD $0x4e20d694 // fadd v20.4s, v20.4s, v0.4s
	NEXT
	WORD $0x4e20d6b5 // fadd v21.4s, v21.4s, v0.4s
	NEXT
	WORD $0x4e20d6d6 // fadd v22.4s, v22.4s, v0.4s
	NEXT
	WORD $0x4e20d6f7 // fadd v23.4s, v23.4s, v0.4s
	NEXT
	WORD $0x4e20d718 // fadd v24.4s, v24.4s, v0.4s
	NEXT
	WORD $0x4e20d739 // fadd v25.4s, v25.4s, v0.4s
	NEXT
	WORD $0x4e20d75a // fadd v26.4s, v26.4s, v0.4s
	NEXT
	WORD $0x4e20d77b // fadd v27.4s, v27.4s, v0.4s
	NEXT
	WORD $0x4e20d79c // fadd v28.4s, v28.4s, v0.4s
	NEXT
	WORD $0x4e20d7bd // fadd v29.4s, v29.4s, v0.4s
	NEXT
	WORD $0x4e20d7de // fadd v30.4s, v30.4s, v0.4s
	NEXT
	WORD $0x4e20d7ff // fadd v31.4s, v31.4s, v0.4s
	B classes
fold:
	WORD $0x4e38d610 // fadd v16.4s, v16.4s, v24.4s
	WORD $0x4e39d631 // fadd v17.4s, v17.4s, v25.4s
	WORD $0x4e3ad652 // fadd v18.4s, v18.4s, v26.4s
	WORD $0x4e3bd673 // fadd v19.4s, v19.4s, v27.4s
	WORD $0x4e3cd694 // fadd v20.4s, v20.4s, v28.4s
	WORD $0x4e3dd6b5 // fadd v21.4s, v21.4s, v29.4s
	WORD $0x4e3ed6d6 // fadd v22.4s, v22.4s, v30.4s
	WORD $0x4e3fd6f7 // fadd v23.4s, v23.4s, v31.4s
	WORD $0x4e34d610 // fadd v16.4s, v16.4s, v20.4s
	WORD $0x4e35d631 // fadd v17.4s, v17.4s, v21.4s
	WORD $0x4e36d652 // fadd v18.4s, v18.4s, v22.4s
	WORD $0x4e37d673 // fadd v19.4s, v19.4s, v23.4s
	WORD $0x4e32d610 // fadd v16.4s, v16.4s, v18.4s
	WORD $0x4e33d631 // fadd v17.4s, v17.4s, v19.4s
	WORD $0x4e31d610 // fadd v16.4s, v16.4s, v17.4s
	FMOVQ.P F16, 16(R0)
	ADD $16, R1
	SUBS $1, R9, R9
	BNE columns
	RET

// func scaleColumnsNEONAsm(e, r *float32, classes int)
TEXT ·scaleColumnsNEONAsm(SB), NOSPLIT, $0-24
	MOVD e+0(FP), R0
	MOVD r+8(FP), R1
	MOVD classes+16(FP), R8
	MOVD $128, R10
	VLD1 (R1), [V4.S4, V5.S4, V6.S4, V7.S4]
class:
	VLD1 (R0), [V0.S4, V1.S4, V2.S4, V3.S4]
	WORD $0x6e24dc00 // fmul v0.4s, v0.4s, v4.4s
	WORD $0x6e25dc21 // fmul v1.4s, v1.4s, v5.4s
	WORD $0x6e26dc42 // fmul v2.4s, v2.4s, v6.4s
	WORD $0x6e27dc63 // fmul v3.4s, v3.4s, v7.4s
	VST1 [V0.S4, V1.S4, V2.S4, V3.S4], (R0)
	ADD R10, R0
	SUBS $1, R8, R8
	BNE class
	RET

// func gradColumnsNEONAsm(d, r *float32, labels *int32, classes int, k *float32)
//
//    V4 … V7  r     V16 … V19  labels   V20 … V23  ones where a sample is
//    V24 … V27  −k    V28  number of the class    V29  1
//    V0 … V3  d     V30 … V31  the gradient of the label, its mask
TEXT ·gradColumnsNEONAsm(SB), NOSPLIT, $0-40
	MOVD d+0(FP), R0
	MOVD r+8(FP), R1
	MOVD labels+16(FP), R2
	MOVD classes+24(FP), R8
	MOVD $128, R10
	MOVD k+32(FP), R3
	VLD1 (R3), [V24.S4, V25.S4, V26.S4, V27.S4]
	WORD $0x6ea0fb18 // fneg v24.4s, v24.4s
	WORD $0x6ea0fb39 // fneg v25.4s, v25.4s
	WORD $0x6ea0fb5a // fneg v26.4s, v26.4s
	WORD $0x6ea0fb7b // fneg v27.4s, v27.4s
	VLD1 (R1), [V4.S4, V5.S4, V6.S4, V7.S4]
	VLD1 (R2), [V16.S4, V17.S4, V18.S4, V19.S4]
	WORD $0x6ea08a14 // cmge v20.4s, v16.4s, #0
	WORD $0x6ea08a35 // cmge v21.4s, v17.4s, #0
	WORD $0x6ea08a56 // cmge v22.4s, v18.4s, #0
	WORD $0x6ea08a77 // cmge v23.4s, v19.4s, #0
	VEOR V28.B16, V28.B16, V28.B16
	MOVW $1, R9
	VDUP R9, V29.S4
class:
	VLD1 (R0), [V0.S4, V1.S4, V2.S4, V3.S4]
	VMOV V24.B16, V30.B16
	VFMLA V4.S4, V0.S4, V30.S4
	VCMEQ V28.S4, V16.S4, V31.S4
	WORD $0x6e24dc00 // fmul v0.4s, v0.4s, v4.4s
	VBIT V31.B16, V30.B16, V0.B16
	VAND V20.B16, V0.B16, V0.B16
	VMOV V25.B16, V30.B16
	VFMLA V5.S4, V1.S4, V30.S4
	VCMEQ V28.S4, V17.S4, V31.S4
	WORD $0x6e25dc21 // fmul v1.4s, v1.4s, v5.4s
	VBIT V31.B16, V30.B16, V1.B16
	VAND V21.B16, V1.B16, V1.B16
	VMOV V26.B16, V30.B16
	VFMLA V6.S4, V2.S4, V30.S4
	VCMEQ V28.S4, V18.S4, V31.S4
	WORD $0x6e26dc42 // fmul v2.4s, v2.4s, v6.4s
	VBIT V31.B16, V30.B16, V2.B16
	VAND V22.B16, V2.B16, V2.B16
	VMOV V27.B16, V30.B16
	VFMLA V7.S4, V3.S4, V30.S4
	VCMEQ V28.S4, V19.S4, V31.S4
	WORD $0x6e27dc63 // fmul v3.4s, v3.4s, v7.4s
	VBIT V31.B16, V30.B16, V3.B16
	VAND V23.B16, V3.B16, V3.B16
	VST1 [V0.S4, V1.S4, V2.S4, V3.S4], (R0)
	ADD R10, R0
	VADD V29.S4, V28.S4, V28.S4
	SUBS $1, R8, R8
	BNE class
	RET
