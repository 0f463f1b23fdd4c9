//go:build arm64 && !purego

#include "textflag.h"
#include "loops_neon.h"

// Optimizer updates, 4 parameters an iteration (SGD, which has no division to wait
// for, 16) in Keras's order of operations, every one rounded.
//
//    w  V0    first slot   V2    V4, V5, V6  scratch
//    g  V1    second slot  V3    from V16    the constants of the step, then 2⁻¹⁰⁰
//    R0 w  R1 g  R2 first slot  R3 second slot  R8 parameters to go
//
// Slots below 2⁻¹⁰⁰ become +0 by FACGT, which lets NaN pass, and BIC.

#define LOAD16 VLD1 (R0), [V0.S4, V1.S4, V2.S4, V3.S4]; VLD1.P 64(R1), [V4.S4, V5.S4, V6.S4, V7.S4]
#define STORE16 VST1 [V0.S4, V1.S4, V2.S4, V3.S4], (R0); ADD $64, R0
#define LOADQ0 FMOVQ (R0), F0; FMOVQ.P 16(R1), F1
#define LOADQ1 LOADQ0; FMOVQ (R2), F2
#define LOADQ2 LOADQ1; FMOVQ (R3), F3
#define LOADD0 FMOVD (R0), F0; FMOVD (R1), F1
#define LOADD1 LOADD0; FMOVD (R2), F2
#define LOADD2 LOADD1; FMOVD (R3), F3
#define LOADL(R, V) ADD $8, R, R9; VLD1 (R9), V
#define LOADL0 LOADL(R0, V0.S[2]); LOADL(R1, V1.S[2])
#define LOADL1 LOADL0; LOADL(R2, V2.S[2])
#define LOADL2 LOADL1; LOADL(R3, V3.S[2])
#define LOADS0 FMOVS (R0), F0; FMOVS (R1), F1
#define LOADS1 LOADS0; FMOVS (R2), F2
#define LOADS2 LOADS1; FMOVS (R3), F3
#define STOREQ0 FMOVQ F0, (R0); ADD $16, R0
#define STOREQ1 STOREQ0; FMOVQ F2, (R2); ADD $16, R2
#define STOREQ2 STOREQ1; FMOVQ F3, (R3); ADD $16, R3
#define STORED0 FMOVD F0, (R0); ADD $8, R0
#define STORED1 STORED0; FMOVD F2, (R2); ADD $8, R2
#define STORED2 STORED1; FMOVD F3, (R3); ADD $8, R3
#define STOREL0 VST1 V0.S[2], (R0)
#define STOREL1 STOREL0; VST1 V2.S[2], (R2)
#define STOREL2 STOREL1; VST1 V3.S[2], (R3)
#define STORES0 FMOVS F0, (R0)
#define STORES1 STORES0; FMOVS F2, (R2)
#define STORES2 STORES1; FMOVS F3, (R3)

// the tails of rules with 0, 1 and 2 slots
#define TAIL0 TAIL(LOADD0, LOADL0, LOADS0, STOREQ0, STORED0, STOREL0, STORES0)
#define TAIL1 TAIL(LOADD1, LOADL1, LOADS1, STOREQ1, STORED1, STOREL1, STORES1)
#define TAIL2 TAIL(LOADD2, LOADL2, LOADS2, STOREQ2, STORED2, STOREL2, STORES2)

#define CONSTANT(NAME, F, V0, VD) FMOVS NAME, F; VDUP V0, VD
#define TINY(V) MOVW $0x0d800000, R9; VDUP R9, V // 2⁻¹⁰⁰

// func sgdNEONAsm(w, dw *float32, n int, lr float32)
TEXT ·sgdNEONAsm(SB), NOSPLIT, $0-28
	MOVD w+0(FP), R0
	MOVD dw+8(FP), R1
	MOVD n+16(FP), R8
	CONSTANT(lr+24(FP), F16, V16.S[0], V16.S4)
	HEAD16(LOAD16)
	WORD $0x6e30dc84 // fmul v4.4s, v4.4s, v16.4s
	WORD $0x6e30dca5 // fmul v5.4s, v5.4s, v16.4s
	WORD $0x6e30dcc6 // fmul v6.4s, v6.4s, v16.4s
	WORD $0x6e30dce7 // fmul v7.4s, v7.4s, v16.4s
	WORD $0x4ea4d400 // fsub v0.4s, v0.4s, v4.4s
	WORD $0x4ea5d421 // fsub v1.4s, v1.4s, v5.4s
	WORD $0x4ea6d442 // fsub v2.4s, v2.4s, v6.4s
	WORD $0x4ea7d463 // fsub v3.4s, v3.4s, v7.4s
	TAIL16(STORE16)
	HEAD(LOADQ0)
	WORD $0x6e30dc24 // fmul v4.4s, v1.4s, v16.4s
	WORD $0x4ea4d400 // fsub v0.4s, v0.4s, v4.4s
	TAIL0

// func momentumNEONAsm(w, dw, m *float32, n int, lr, mu float32)
TEXT ·momentumNEONAsm(SB), NOSPLIT, $0-40
	MOVD w+0(FP), R0
	MOVD dw+8(FP), R1
	MOVD m+16(FP), R2
	MOVD n+24(FP), R8
	CONSTANT(lr+32(FP), F16, V16.S[0], V16.S4)
	CONSTANT(mu+36(FP), F17, V17.S[0], V17.S4)
	TINY(V18.S4)
	HEAD(LOADQ1)
	WORD $0x6e30dc24 // fmul v4.4s, v1.4s, v16.4s
	WORD $0x6e31dc42 // fmul v2.4s, v2.4s, v17.4s
	WORD $0x4ea4d442 // fsub v2.4s, v2.4s, v4.4s
	WORD $0x6ea2ee46 // facgt v6.4s, v18.4s, v2.4s
	WORD $0x4e661c42 // bic v2.16b, v2.16b, v6.16b
	WORD $0x4e22d400 // fadd v0.4s, v0.4s, v2.4s
	TAIL1

// func nesterovNEONAsm(w, dw, m *float32, n int, lr, mu float32)
TEXT ·nesterovNEONAsm(SB), NOSPLIT, $0-40
	MOVD w+0(FP), R0
	MOVD dw+8(FP), R1
	MOVD m+16(FP), R2
	MOVD n+24(FP), R8
	CONSTANT(lr+32(FP), F16, V16.S[0], V16.S4)
	CONSTANT(mu+36(FP), F17, V17.S[0], V17.S4)
	TINY(V18.S4)
	HEAD(LOADQ1)
	WORD $0x6e30dc24 // fmul v4.4s, v1.4s, v16.4s
	WORD $0x6e31dc42 // fmul v2.4s, v2.4s, v17.4s
	WORD $0x4ea4d442 // fsub v2.4s, v2.4s, v4.4s
	WORD $0x6ea2ee46 // facgt v6.4s, v18.4s, v2.4s
	WORD $0x4e661c42 // bic v2.16b, v2.16b, v6.16b
	WORD $0x6e31dc45 // fmul v5.4s, v2.4s, v17.4s
	WORD $0x4ea4d4a5 // fsub v5.4s, v5.4s, v4.4s
	WORD $0x4e25d400 // fadd v0.4s, v0.4s, v5.4s
	TAIL1

// func adagradNEONAsm(w, dw, v *float32, n int, lr, eps float32)
TEXT ·adagradNEONAsm(SB), NOSPLIT, $0-40
	MOVD w+0(FP), R0
	MOVD dw+8(FP), R1
	MOVD v+16(FP), R2
	MOVD n+24(FP), R8
	CONSTANT(lr+32(FP), F16, V16.S[0], V16.S4)
	CONSTANT(eps+36(FP), F17, V17.S[0], V17.S4)
	HEAD(LOADQ1)
	WORD $0x6e21dc24 // fmul v4.4s, v1.4s, v1.4s
	WORD $0x4e24d442 // fadd v2.4s, v2.4s, v4.4s
	WORD $0x4e31d445 // fadd v5.4s, v2.4s, v17.4s
	WORD $0x6ea1f8a5 // fsqrt v5.4s, v5.4s
	WORD $0x6e21de04 // fmul v4.4s, v16.4s, v1.4s
	WORD $0x6e25fc84 // fdiv v4.4s, v4.4s, v5.4s
	WORD $0x4ea4d400 // fsub v0.4s, v0.4s, v4.4s
	TAIL1

// func rmspropNEONAsm(w, dw, v *float32, n int, lr, rho, c, eps float32)
TEXT ·rmspropNEONAsm(SB), NOSPLIT, $0-48
	MOVD w+0(FP), R0
	MOVD dw+8(FP), R1
	MOVD v+16(FP), R2
	MOVD n+24(FP), R8
	CONSTANT(lr+32(FP), F16, V16.S[0], V16.S4)
	CONSTANT(rho+36(FP), F17, V17.S[0], V17.S4)
	CONSTANT(c+40(FP), F18, V18.S[0], V18.S4)
	CONSTANT(eps+44(FP), F19, V19.S[0], V19.S4)
	TINY(V20.S4)
	HEAD(LOADQ1)
	WORD $0x6e21dc24 // fmul v4.4s, v1.4s, v1.4s
	WORD $0x6e24de44 // fmul v4.4s, v18.4s, v4.4s
	WORD $0x6e22de22 // fmul v2.4s, v17.4s, v2.4s
	WORD $0x4e24d442 // fadd v2.4s, v2.4s, v4.4s
	WORD $0x6ea2ee86 // facgt v6.4s, v20.4s, v2.4s
	WORD $0x4e661c42 // bic v2.16b, v2.16b, v6.16b
	WORD $0x4e33d445 // fadd v5.4s, v2.4s, v19.4s
	WORD $0x6ea1f8a5 // fsqrt v5.4s, v5.4s
	WORD $0x6e21de04 // fmul v4.4s, v16.4s, v1.4s
	WORD $0x6e25fc84 // fdiv v4.4s, v4.4s, v5.4s
	WORD $0x4ea4d400 // fsub v0.4s, v0.4s, v4.4s
	TAIL1

// func rmspropMomentumNEONAsm(w, dw, v, m *float32, n int, lr, rho, c, mu, eps float32)
TEXT ·rmspropMomentumNEONAsm(SB), NOSPLIT, $0-60
	MOVD w+0(FP), R0
	MOVD dw+8(FP), R1
	MOVD v+16(FP), R2
	MOVD m+24(FP), R3
	MOVD n+32(FP), R8
	CONSTANT(lr+40(FP), F16, V16.S[0], V16.S4)
	CONSTANT(rho+44(FP), F17, V17.S[0], V17.S4)
	CONSTANT(c+48(FP), F18, V18.S[0], V18.S4)
	CONSTANT(mu+52(FP), F19, V19.S[0], V19.S4)
	CONSTANT(eps+56(FP), F20, V20.S[0], V20.S4)
	TINY(V21.S4)
	HEAD(LOADQ2)
	WORD $0x6e21dc24 // fmul v4.4s, v1.4s, v1.4s
	WORD $0x6e24de44 // fmul v4.4s, v18.4s, v4.4s
	WORD $0x6e22de22 // fmul v2.4s, v17.4s, v2.4s
	WORD $0x4e24d442 // fadd v2.4s, v2.4s, v4.4s
	WORD $0x6ea2eea6 // facgt v6.4s, v21.4s, v2.4s
	WORD $0x4e661c42 // bic v2.16b, v2.16b, v6.16b
	WORD $0x4e34d445 // fadd v5.4s, v2.4s, v20.4s
	WORD $0x6ea1f8a5 // fsqrt v5.4s, v5.4s
	WORD $0x6e21de04 // fmul v4.4s, v16.4s, v1.4s
	WORD $0x6e25fc84 // fdiv v4.4s, v4.4s, v5.4s
	WORD $0x6e23de63 // fmul v3.4s, v19.4s, v3.4s
	WORD $0x4e24d463 // fadd v3.4s, v3.4s, v4.4s
	WORD $0x6ea3eea6 // facgt v6.4s, v21.4s, v3.4s
	WORD $0x4e661c63 // bic v3.16b, v3.16b, v6.16b
	WORD $0x4ea3d400 // fsub v0.4s, v0.4s, v3.4s
	TAIL2

// func adamNEONAsm(w, dw, m, v *float32, n int, alpha, c1, c2, eps float32)
TEXT ·adamNEONAsm(SB), NOSPLIT, $0-56
	MOVD w+0(FP), R0
	MOVD dw+8(FP), R1
	MOVD m+16(FP), R2
	MOVD v+24(FP), R3
	MOVD n+32(FP), R8
	CONSTANT(alpha+40(FP), F16, V16.S[0], V16.S4)
	CONSTANT(c1+44(FP), F17, V17.S[0], V17.S4)
	CONSTANT(c2+48(FP), F18, V18.S[0], V18.S4)
	CONSTANT(eps+52(FP), F19, V19.S[0], V19.S4)
	TINY(V20.S4)
	HEAD(LOADQ2)
	WORD $0x4ea2d424 // fsub v4.4s, v1.4s, v2.4s
	WORD $0x6e31dc84 // fmul v4.4s, v4.4s, v17.4s
	WORD $0x4e24d442 // fadd v2.4s, v2.4s, v4.4s
	WORD $0x6ea2ee86 // facgt v6.4s, v20.4s, v2.4s
	WORD $0x4e661c42 // bic v2.16b, v2.16b, v6.16b
	WORD $0x6e21dc25 // fmul v5.4s, v1.4s, v1.4s
	WORD $0x4ea3d4a5 // fsub v5.4s, v5.4s, v3.4s
	WORD $0x6e32dca5 // fmul v5.4s, v5.4s, v18.4s
	WORD $0x4e25d463 // fadd v3.4s, v3.4s, v5.4s
	WORD $0x6ea3ee86 // facgt v6.4s, v20.4s, v3.4s
	WORD $0x4e661c63 // bic v3.16b, v3.16b, v6.16b
	WORD $0x6e30dc44 // fmul v4.4s, v2.4s, v16.4s
	WORD $0x6ea1f865 // fsqrt v5.4s, v3.4s
	WORD $0x4e33d4a5 // fadd v5.4s, v5.4s, v19.4s
	WORD $0x6e25fc84 // fdiv v4.4s, v4.4s, v5.4s
	WORD $0x4ea4d400 // fsub v0.4s, v0.4s, v4.4s
	TAIL2
