//go:build arm64 && !purego

#include "textflag.h"
#include "loops_neon.h"
#include "functions_neon.h"

// Element-wise functions: 4 numbers an iteration, 16 first where the function is so
// short that the loop would count.
//
//    V0 the input and the output   V1 the second input   V2 … V7 scratch
//    R0 output   R1, R2 inputs   R8 numbers to go   V16 … constants
//    iterations of 16: V0 … V3 the first input and the output, V4 … V7 the second

DATA ·funcsNEON+0(SB)/8, $0xc2d10000c2d10000
DATA ·funcsNEON+8(SB)/8, $0xc2d10000c2d10000
DATA ·funcsNEON+16(SB)/8, $0x42b2000042b20000
DATA ·funcsNEON+24(SB)/8, $0x42b2000042b20000
DATA ·funcsNEON+32(SB)/8, $0x3fb8aa3b3fb8aa3b
DATA ·funcsNEON+40(SB)/8, $0x3fb8aa3b3fb8aa3b
DATA ·funcsNEON+48(SB)/8, $0x4b4000fe4b4000fe
DATA ·funcsNEON+56(SB)/8, $0x4b4000fe4b4000fe
DATA ·funcsNEON+64(SB)/8, $0x3f3172003f317200
DATA ·funcsNEON+72(SB)/8, $0x3f3172003f317200
DATA ·funcsNEON+80(SB)/8, $0x35bfbe8e35bfbe8e
DATA ·funcsNEON+88(SB)/8, $0x35bfbe8e35bfbe8e
DATA ·funcsNEON+96(SB)/8, $0x3f8000003f800000
DATA ·funcsNEON+104(SB)/8, $0x3f8000003f800000
DATA ·funcsNEON+112(SB)/8, $0x3ab4a5623ab4a562
DATA ·funcsNEON+120(SB)/8, $0x3ab4a5623ab4a562
DATA ·funcsNEON+128(SB)/8, $0x3c091cc73c091cc7
DATA ·funcsNEON+136(SB)/8, $0x3c091cc73c091cc7
DATA ·funcsNEON+144(SB)/8, $0x3d2aad143d2aad14
DATA ·funcsNEON+152(SB)/8, $0x3d2aad143d2aad14
DATA ·funcsNEON+160(SB)/8, $0x3e2aaa493e2aaa49
DATA ·funcsNEON+168(SB)/8, $0x3e2aaa493e2aaa49
DATA ·funcsNEON+176(SB)/8, $0x3efffffd3efffffd
DATA ·funcsNEON+184(SB)/8, $0x3efffffd3efffffd
DATA ·funcsNEON+192(SB)/8, $0xc111999ac111999a
DATA ·funcsNEON+200(SB)/8, $0xc111999ac111999a
DATA ·funcsNEON+208(SB)/8, $0x4038aa3b4038aa3b
DATA ·funcsNEON+216(SB)/8, $0x4038aa3b4038aa3b
DATA ·funcsNEON+224(SB)/8, $0x4b40007f4b40007f
DATA ·funcsNEON+232(SB)/8, $0x4b40007f4b40007f
DATA ·funcsNEON+240(SB)/8, $0x3eb172003eb17200
DATA ·funcsNEON+248(SB)/8, $0x3eb172003eb17200
DATA ·funcsNEON+256(SB)/8, $0x353fbe8e353fbe8e
DATA ·funcsNEON+264(SB)/8, $0x353fbe8e353fbe8e
DATA ·funcsNEON+272(SB)/8, $0x4000000040000000
DATA ·funcsNEON+280(SB)/8, $0x4000000040000000
DATA ·funcsNEON+288(SB)/8, $0x8000000080000000
DATA ·funcsNEON+296(SB)/8, $0x8000000080000000
DATA ·funcsNEON+304(SB)/8, $0x3db6a7353db6a735
DATA ·funcsNEON+312(SB)/8, $0x3db6a7353db6a735
DATA ·funcsNEON+320(SB)/8, $0x3e89060f3e89060f
DATA ·funcsNEON+328(SB)/8, $0x3e89060f3e89060f
DATA ·funcsNEON+336(SB)/8, $0x3f2aaa743f2aaa74
DATA ·funcsNEON+344(SB)/8, $0x3f2aaa743f2aaa74
DATA ·funcsNEON+352(SB)/8, $0x3faaaa6e3faaaa6e
DATA ·funcsNEON+360(SB)/8, $0x3faaaa6e3faaaa6e
DATA ·funcsNEON+368(SB)/8, $0x0080000000800000
DATA ·funcsNEON+376(SB)/8, $0x0080000000800000
DATA ·funcsNEON+384(SB)/8, $0x4b0000004b000000
DATA ·funcsNEON+392(SB)/8, $0x4b0000004b000000
DATA ·funcsNEON+400(SB)/8, $0x0000001700000017
DATA ·funcsNEON+408(SB)/8, $0x0000001700000017
DATA ·funcsNEON+416(SB)/8, $0x3f4000003f400000
DATA ·funcsNEON+424(SB)/8, $0x3f4000003f400000
DATA ·funcsNEON+432(SB)/8, $0x007fffff007fffff
DATA ·funcsNEON+440(SB)/8, $0x007fffff007fffff
DATA ·funcsNEON+448(SB)/8, $0x7f8000007f800000
DATA ·funcsNEON+456(SB)/8, $0x7f8000007f800000
DATA ·funcsNEON+464(SB)/8, $0xff800000ff800000
DATA ·funcsNEON+472(SB)/8, $0xff800000ff800000
DATA ·funcsNEON+480(SB)/8, $0x7fc000007fc00000
DATA ·funcsNEON+488(SB)/8, $0x7fc000007fc00000
DATA ·funcsNEON+496(SB)/8, $0x3d3bdd753d3bdd75
DATA ·funcsNEON+504(SB)/8, $0x3d3bdd753d3bdd75
DATA ·funcsNEON+512(SB)/8, $0xbdca3e35bdca3e35
DATA ·funcsNEON+520(SB)/8, $0xbdca3e35bdca3e35
DATA ·funcsNEON+528(SB)/8, $0x3df069cd3df069cd
DATA ·funcsNEON+536(SB)/8, $0x3df069cd3df069cd
DATA ·funcsNEON+544(SB)/8, $0xbe011cdebe011cde
DATA ·funcsNEON+552(SB)/8, $0xbe011cdebe011cde
DATA ·funcsNEON+560(SB)/8, $0x3e1204533e120453
DATA ·funcsNEON+568(SB)/8, $0x3e1204533e120453
DATA ·funcsNEON+576(SB)/8, $0xbe2a9d85be2a9d85
DATA ·funcsNEON+584(SB)/8, $0xbe2a9d85be2a9d85
DATA ·funcsNEON+592(SB)/8, $0x3e4ccdea3e4ccdea
DATA ·funcsNEON+600(SB)/8, $0x3e4ccdea3e4ccdea
DATA ·funcsNEON+608(SB)/8, $0xbe800011be800011
DATA ·funcsNEON+616(SB)/8, $0xbe800011be800011
DATA ·funcsNEON+624(SB)/8, $0x3eaaaaaa3eaaaaaa
DATA ·funcsNEON+632(SB)/8, $0x3eaaaaaa3eaaaaaa
DATA ·funcsNEON+640(SB)/8, $0xbf000000bf000000
DATA ·funcsNEON+648(SB)/8, $0xbf000000bf000000
GLOBL ·funcsNEON(SB), RODATA|NOPTR, $656

#define LOADQ1 FMOVQ.P 16(R1), F0
#define LOADD1 FMOVD (R1), F0
#define LOADL1 ADD $8, R1, R9; VLD1 (R9), V0.S[2]
#define LOADS1 FMOVS (R1), F0
#define LOADQ2 LOADQ1; FMOVQ.P 16(R2), F1
#define LOADD2 LOADD1; FMOVD (R2), F1
#define LOADL2 LOADL1; ADD $8, R2, R9; VLD1 (R9), V1.S[2]
#define LOADS2 LOADS1; FMOVS (R2), F1
#define STOREQ FMOVQ F0, (R0); ADD $16, R0
#define STORED FMOVD F0, (R0); ADD $8, R0
#define STOREL VST1 V0.S[2], (R0)
#define STORES FMOVS F0, (R0)
#define LOAD16x1 VLD1.P 64(R1), [V0.S4, V1.S4, V2.S4, V3.S4]
#define LOAD16x2 LOAD16x1; VLD1.P 64(R2), [V4.S4, V5.S4, V6.S4, V7.S4]
#define STORE16 VST1 [V0.S4, V1.S4, V2.S4, V3.S4], (R0); ADD $64, R0

// the tails of functions of one and of two inputs
#define TAIL1 TAIL(LOADD1, LOADL1, LOADS1, STOREQ, STORED, STOREL, STORES)
#define TAIL2 TAIL(LOADD2, LOADL2, LOADS2, STOREQ, STORED, STOREL, STORES)

// func expNEONAsm(y, x *float32, n int, shift float32)
TEXT ·expNEONAsm(SB), NOSPLIT, $0-28
	MOVD y+0(FP), R0
	MOVD x+8(FP), R1
	MOVD n+16(FP), R8
	FMOVS shift+24(FP), F24
	VDUP V24.S[0], V24.S4
	EXPCONSTANTS
	HEAD(LOADQ1)
	WORD $0x4eb8d400 // fsub v0.4s, v0.4s, v24.4s
	WORD $0x4e30f400 // fmax v0.4s, v0.4s, v16.4s
	WORD $0x4eb1f400 // fmin v0.4s, v0.4s, v17.4s
	EXPROUND
	WORD $0x4eb3d443 // fsub v3.4s, v2.4s, v19.4s
	EXPPOLY
	WORD $0x6e23dca5 // fmul v5.4s, v5.4s, v3.4s
	WORD $0x6e22dca0 // fmul v0.4s, v5.4s, v2.4s
	TAIL1

// func logNEONAsm(y, x *float32, n int)
TEXT ·logNEONAsm(SB), NOSPLIT, $0-24
	MOVD y+0(FP), R0
	MOVD x+8(FP), R1
	MOVD n+16(FP), R8
	LOGCONSTANTS
	HEAD(LOADQ1)
	WORD $0x6ea0e601 // fcmgt v1.4s, v16.4s, v0.4s
	WORD $0x6e31dc02 // fmul v2.4s, v0.4s, v17.4s
	VBIF V1.B16, V0.B16, V2.B16
	VAND V18.B16, V1.B16, V1.B16
	VSUB V19.S4, V2.S4, V2.S4
	WORD $0x4f290443 // sshr v3.4s, v2.4s, #23
	VSUB V1.S4, V3.S4, V3.S4
	WORD $0x4e21d863 // scvtf v3.4s, v3.4s
	VAND V20.B16, V2.B16, V2.B16
	VADD V19.S4, V2.S4, V2.S4
	WORD $0x4ebad442 // fsub v2.4s, v2.4s, v26.4s
	WORD $0x6e22dc44 // fmul v4.4s, v2.4s, v2.4s
	LOGPOLY
	WORD $0x6e39dc66 // fmul v6.4s, v3.4s, v25.4s
	VFMLA V4.S4, V5.S4, V6.S4
	WORD $0x4e22d4c6 // fadd v6.4s, v6.4s, v2.4s
	VFMLA V24.S4, V3.S4, V6.S4
	WORD $0x4ea0d801 // fcmeq v1.4s, v0.4s, #0.0
	VBIT V1.B16, V22.B16, V6.B16
	WORD $0x4ea0e801 // fcmlt v1.4s, v0.4s, #0.0
	VBIT V1.B16, V23.B16, V6.B16
	WORD $0x6ea0e6a1 // fcmgt v1.4s, v21.4s, v0.4s
	VBIT V1.B16, V6.B16, V0.B16
	TAIL1

// func sigmoidNEONAsm(y, x *float32, n int)
TEXT ·sigmoidNEONAsm(SB), NOSPLIT, $0-24
	MOVD y+0(FP), R0
	MOVD x+8(FP), R1
	MOVD n+16(FP), R8
	EXPCONSTANTS
	FMOVQ C_sign, F24
	HEAD(LOADQ1)
	WORD $0x4ea0a806 // cmlt v6.4s, v0.4s, #0
	VORR V24.B16, V0.B16, V0.B16
	WORD $0x4e30f400 // fmax v0.4s, v0.4s, v16.4s
	EXPROUND
	WORD $0x4eb3d443 // fsub v3.4s, v2.4s, v19.4s
	EXPPOLY
	WORD $0x6e23dca5 // fmul v5.4s, v5.4s, v3.4s
	WORD $0x6e22dca0 // fmul v0.4s, v5.4s, v2.4s
	WORD $0x4e20d6c1 // fadd v1.4s, v22.4s, v0.4s
	VBSL V22.B16, V0.B16, V6.B16
	WORD $0x6e21fcc0 // fdiv v0.4s, v6.4s, v1.4s
	TAIL1

// func tanhNEONAsm(y, x *float32, n int)
TEXT ·tanhNEONAsm(SB), NOSPLIT, $0-24
	MOVD y+0(FP), R0
	MOVD x+8(FP), R1
	MOVD n+16(FP), R8
	CONSTANTS
	FMOVQ C_tLo, F16
	FMOVQ C_t2log2e, F17
	FMOVQ C_magic127, F18
	FMOVQ C_tHi, F19
	FMOVQ C_tLn, F20
	FMOVQ C_two, F21
	FMOVQ C_sign, F22
	FMOVQ C_t4, F23
	FMOVQ C_one, F24
	HEAD(LOADQ1)
	VORR V22.B16, V0.B16, V1.B16
	WORD $0x4e30f421 // fmax v1.4s, v1.4s, v16.4s
	VMOV V18.B16, V2.B16
	VFMLA V17.S4, V1.S4, V2.S4
	WORD $0x4eb2d443 // fsub v3.4s, v2.4s, v18.4s
	VSHL $23, V2.S4, V2.S4
	VFMLS V19.S4, V3.S4, V1.S4
	VFMLS V20.S4, V3.S4, V1.S4
	FMOVQ C_t3, F4
	VFMLA V23.S4, V1.S4, V4.S4
	FMOVQ C_t2, F5
	VFMLA V4.S4, V1.S4, V5.S4
	FMOVQ C_t1, F4
	VFMLA V5.S4, V1.S4, V4.S4
	FMOVQ C_two, F5
	VFMLA V4.S4, V1.S4, V5.S4
	WORD $0x6e21dca4 // fmul v4.4s, v5.4s, v1.4s
	WORD $0x4e21d423 // fadd v3.4s, v1.4s, v1.4s
	VFMLA V1.S4, V4.S4, V3.S4
	WORD $0x4ea2d705 // fsub v5.4s, v24.4s, v2.4s
	VFMLS V3.S4, V2.S4, V5.S4
	WORD $0x4ea5d6a2 // fsub v2.4s, v21.4s, v5.4s
	WORD $0x6e22fca5 // fdiv v5.4s, v5.4s, v2.4s
	VBIF V22.B16, V5.B16, V0.B16
	TAIL1

// func reluNEONAsm(y, x *float32, n int)
TEXT ·reluNEONAsm(SB), NOSPLIT, $0-24
	MOVD y+0(FP), R0
	MOVD x+8(FP), R1
	MOVD n+16(FP), R8
	HEAD16(LOAD16x1)
	WORD $0x4ea0e810 // fcmlt v16.4s, v0.4s, #0.0
	WORD $0x4ea0e831 // fcmlt v17.4s, v1.4s, #0.0
	WORD $0x4ea0e852 // fcmlt v18.4s, v2.4s, #0.0
	WORD $0x4ea0e873 // fcmlt v19.4s, v3.4s, #0.0
	WORD $0x4e701c00 // bic v0.16b, v0.16b, v16.16b
	WORD $0x4e711c21 // bic v1.16b, v1.16b, v17.16b
	WORD $0x4e721c42 // bic v2.16b, v2.16b, v18.16b
	WORD $0x4e731c63 // bic v3.16b, v3.16b, v19.16b
	TAIL16(STORE16)
	HEAD(LOADQ1)
	WORD $0x4ea0e802 // fcmlt v2.4s, v0.4s, #0.0
	WORD $0x4e621c00 // bic v0.16b, v0.16b, v2.16b
	TAIL1

// func scaleNEONAsm(y, x *float32, n int, s float32)
TEXT ·scaleNEONAsm(SB), NOSPLIT, $0-28
	MOVD y+0(FP), R0
	MOVD x+8(FP), R1
	MOVD n+16(FP), R8
	FMOVS s+24(FP), F20
	VDUP V20.S[0], V20.S4
	HEAD16(LOAD16x1)
	WORD $0x6e34dc00 // fmul v0.4s, v0.4s, v20.4s
	WORD $0x6e34dc21 // fmul v1.4s, v1.4s, v20.4s
	WORD $0x6e34dc42 // fmul v2.4s, v2.4s, v20.4s
	WORD $0x6e34dc63 // fmul v3.4s, v3.4s, v20.4s
	TAIL16(STORE16)
	HEAD(LOADQ1)
	WORD $0x6e34dc00 // fmul v0.4s, v0.4s, v20.4s
	TAIL1

// func reluGradNEONAsm(dx, dy, y *float32, n int)
TEXT ·reluGradNEONAsm(SB), NOSPLIT, $0-32
	MOVD dx+0(FP), R0
	MOVD dy+8(FP), R1
	MOVD y+16(FP), R2
	MOVD n+24(FP), R8
	HEAD16(LOAD16x2)
	WORD $0x4ea0c890 // fcmgt v16.4s, v4.4s, #0.0
	WORD $0x4ea0c8b1 // fcmgt v17.4s, v5.4s, #0.0
	WORD $0x4ea0c8d2 // fcmgt v18.4s, v6.4s, #0.0
	WORD $0x4ea0c8f3 // fcmgt v19.4s, v7.4s, #0.0
	VAND V16.B16, V0.B16, V0.B16
	VAND V17.B16, V1.B16, V1.B16
	VAND V18.B16, V2.B16, V2.B16
	VAND V19.B16, V3.B16, V3.B16
	TAIL16(STORE16)
	HEAD(LOADQ2)
	WORD $0x4ea0c822 // fcmgt v2.4s, v1.4s, #0.0
	VAND V2.B16, V0.B16, V0.B16
	TAIL2

// func sigmoidGradNEONAsm(dx, dy, y *float32, n int)
TEXT ·sigmoidGradNEONAsm(SB), NOSPLIT, $0-32
	MOVD dx+0(FP), R0
	MOVD dy+8(FP), R1
	MOVD y+16(FP), R2
	MOVD n+24(FP), R8
	HEAD16(LOAD16x2)
	VMOV V4.B16, V16.B16
	VMOV V5.B16, V17.B16
	VMOV V6.B16, V18.B16
	VMOV V7.B16, V19.B16
	VFMLS V4.S4, V4.S4, V16.S4
	VFMLS V5.S4, V5.S4, V17.S4
	VFMLS V6.S4, V6.S4, V18.S4
	VFMLS V7.S4, V7.S4, V19.S4
	WORD $0x6e30dc00 // fmul v0.4s, v0.4s, v16.4s
	WORD $0x6e31dc21 // fmul v1.4s, v1.4s, v17.4s
	WORD $0x6e32dc42 // fmul v2.4s, v2.4s, v18.4s
	WORD $0x6e33dc63 // fmul v3.4s, v3.4s, v19.4s
	TAIL16(STORE16)
	HEAD(LOADQ2)
	VMOV V1.B16, V2.B16
	VFMLS V1.S4, V1.S4, V2.S4
	WORD $0x6e22dc00 // fmul v0.4s, v0.4s, v2.4s
	TAIL2

// func tanhGradNEONAsm(dx, dy, y *float32, n int)
TEXT ·tanhGradNEONAsm(SB), NOSPLIT, $0-32
	MOVD dx+0(FP), R0
	MOVD dy+8(FP), R1
	MOVD y+16(FP), R2
	MOVD n+24(FP), R8
	CONSTANTS
	HEAD16(LOAD16x2)
	FMOVQ C_one, F16
	FMOVQ C_one, F17
	FMOVQ C_one, F18
	FMOVQ C_one, F19
	VFMLS V4.S4, V4.S4, V16.S4
	VFMLS V5.S4, V5.S4, V17.S4
	VFMLS V6.S4, V6.S4, V18.S4
	VFMLS V7.S4, V7.S4, V19.S4
	WORD $0x6e30dc00 // fmul v0.4s, v0.4s, v16.4s
	WORD $0x6e31dc21 // fmul v1.4s, v1.4s, v17.4s
	WORD $0x6e32dc42 // fmul v2.4s, v2.4s, v18.4s
	WORD $0x6e33dc63 // fmul v3.4s, v3.4s, v19.4s
	TAIL16(STORE16)
	HEAD(LOADQ2)
	FMOVQ C_one, F2
	VFMLS V1.S4, V1.S4, V2.S4
	WORD $0x6e22dc00 // fmul v0.4s, v0.4s, v2.4s
	TAIL2

// func mulNEONAsm(dst, a, b *float32, n int)
TEXT ·mulNEONAsm(SB), NOSPLIT, $0-32
	MOVD dst+0(FP), R0
	MOVD a+8(FP), R1
	MOVD b+16(FP), R2
	MOVD n+24(FP), R8
	HEAD16(LOAD16x2)
	WORD $0x6e24dc00 // fmul v0.4s, v0.4s, v4.4s
	WORD $0x6e25dc21 // fmul v1.4s, v1.4s, v5.4s
	WORD $0x6e26dc42 // fmul v2.4s, v2.4s, v6.4s
	WORD $0x6e27dc63 // fmul v3.4s, v3.4s, v7.4s
	TAIL16(STORE16)
	HEAD(LOADQ2)
	WORD $0x6e21dc00 // fmul v0.4s, v0.4s, v1.4s
	TAIL2
