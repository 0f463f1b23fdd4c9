//go:build amd64 && !purego

#include "textflag.h"

// Gemv: R panels of 16 outputs at once, one chain a lane.
//
//	Y0 … Y13  the chains, two a panel      Y15  x[k] in all lanes; Y14 scratch
//	R8, AX    x and w at k, a multiple of 64; R10  inputs to go
//	CX        the size of a panel; DX, SI  3 and 5 times that
//	R12       a bit for each input from k on that is not zero
//	R14       not 0: one of them is below 2⁻⁵⁰

DATA ·gemvBounds+0(SB)/8, $0x7fffffff7fffffff
DATA ·gemvBounds+8(SB)/8, $0x7fffffff7fffffff
DATA ·gemvBounds+16(SB)/8, $0x7fffffff7fffffff
DATA ·gemvBounds+24(SB)/8, $0x7fffffff7fffffff
DATA ·gemvBounds+32(SB)/8, $0x2680000026800000 // 2⁻⁵⁰
DATA ·gemvBounds+40(SB)/8, $0x2680000026800000
DATA ·gemvBounds+48(SB)/8, $0x2680000026800000
DATA ·gemvBounds+56(SB)/8, $0x2680000026800000
GLOBL ·gemvBounds(SB), RODATA|NOPTR, $64

#define GV(A, B, C0, C1) VFMADD231PS A, Y15, C0; VFMADD231PS B, Y15, C1
#define GV1 GV((BX), 32(BX), Y0, Y1)
#define GV2 GV1; GV((BX)(CX*1), 32(BX)(CX*1), Y2, Y3)
#define GV3 GV2; GV((BX)(CX*2), 32(BX)(CX*2), Y4, Y5)
#define GV4 GV3; GV((BX)(DX*1), 32(BX)(DX*1), Y6, Y7)
#define GV5 GV4; GV((BX)(CX*4), 32(BX)(CX*4), Y8, Y9)
#define GV6 GV5; GV((BX)(SI*1), 32(BX)(SI*1), Y10, Y11)
#define GV7 GV6; GV((BX)(DX*2), 32(BX)(DX*2), Y12, Y13)
#define GVB1 VMOVUPS 0(R9), Y0; VMOVUPS 32(R9), Y1
#define GVB2 GVB1; VMOVUPS 64(R9), Y2; VMOVUPS 96(R9), Y3
#define GVB3 GVB2; VMOVUPS 128(R9), Y4; VMOVUPS 160(R9), Y5
#define GVB4 GVB3; VMOVUPS 192(R9), Y6; VMOVUPS 224(R9), Y7
#define GVB5 GVB4; VMOVUPS 256(R9), Y8; VMOVUPS 288(R9), Y9
#define GVB6 GVB5; VMOVUPS 320(R9), Y10; VMOVUPS 352(R9), Y11
#define GVB7 GVB6; VMOVUPS 384(R9), Y12; VMOVUPS 416(R9), Y13
#define GVS1 VMOVUPS Y0, 0(R11); VMOVUPS Y1, 32(R11)
#define GVS2 GVS1; VMOVUPS Y2, 64(R11); VMOVUPS Y3, 96(R11)
#define GVS3 GVS2; VMOVUPS Y4, 128(R11); VMOVUPS Y5, 160(R11)
#define GVS4 GVS3; VMOVUPS Y6, 192(R11); VMOVUPS Y7, 224(R11)
#define GVS5 GVS4; VMOVUPS Y8, 256(R11); VMOVUPS Y9, 288(R11)
#define GVS6 GVS5; VMOVUPS Y10, 320(R11); VMOVUPS Y11, 352(R11)
#define GVS7 GVS6; VMOVUPS Y12, 384(R11); VMOVUPS Y13, 416(R11)

// NONZERO adds the bits of the eight inputs in Y14.
#define NONZERO \
	VXORPS Y15, Y15, Y15; \
	VCMPPS $4, Y15, Y14, Y15; \
	VMOVMSKPS Y15, R13; \
	SHLQ $8, R12; \
	ORQ R13, R12; \
	VANDPS ·gemvBounds+0(SB), Y14, Y14; \
	VCMPPS $0x11, ·gemvBounds+32(SB), Y14, Y14; \
	VMOVMSKPS Y14, R15; \
	ANDQ R13, R15; \
	ORQ R15, R14

#define GEMV(GV, GVB, GVS) \
	MOVQ y+0(FP), R11; \
	MOVQ x+8(FP), R8; \
	MOVQ w+16(FP), AX; \
	MOVQ b+24(FP), R9; \
	MOVQ k+32(FP), R10; \
	MOVQ R10, CX; \
	SHLQ $6, CX; \
	LEAQ (CX)(CX*2), DX; \
	LEAQ (CX)(CX*4), SI; \
	XORL R14, R14; \
	GVB; \
block: \
	XORL R12, R12; \
	MOVQ R10, BX; \
	CMPQ BX, $64; \
	JLT part; \
	MOVL $64, BX; \
	JMP eight; \
part: \
	MOVQ BX, R15; \
	ANDQ $7, R15; \
	JZ eights; \
	LEAQ ·maskAVX2+32(SB), R13; \
	SHLQ $2, R15; \
	SUBQ R15, R13; \
	VMOVUPS (R13), Y15; \
	ANDQ $-8, BX; \
	VMASKMOVPS (R8)(BX*4), Y15, Y14; \
	NONZERO; \
eights: \
	TESTQ BX, BX; \
	JZ bits; \
eight: \
	VMOVUPS -32(R8)(BX*4), Y14; \
	NONZERO; \
	SUBQ $8, BX; \
	JNZ eight; \
bits: \
	TESTQ R12, R12; \
	JZ next; \
bit: \
	TZCNTQ R12, R13; \
	VBROADCASTSS (R8)(R13*4), Y15; \
	SHLQ $6, R13; \
	LEAQ (AX)(R13*1), BX; \
	GV; \
	LEAQ -1(R12), R13; \
	ANDQ R13, R12; \
	JNZ bit; \
next: \
	ADDQ $256, R8; \
	ADDQ $4096, AX; \
	SUBQ $64, R10; \
	JGT block; \
	GVS; \
	TESTQ R14, R14; \
	SETEQ large+40(FP); \
	VZEROUPPER; \
	RET

// func gemv1x16AVX2(y, x, w, b *float32, k int) (large bool)
TEXT ·gemv1x16AVX2(SB), NOSPLIT, $0-41
	GEMV(GV1, GVB1, GVS1)

// func gemv2x16AVX2(y, x, w, b *float32, k int) (large bool)
TEXT ·gemv2x16AVX2(SB), NOSPLIT, $0-41
	GEMV(GV2, GVB2, GVS2)

// func gemv3x16AVX2(y, x, w, b *float32, k int) (large bool)
TEXT ·gemv3x16AVX2(SB), NOSPLIT, $0-41
	GEMV(GV3, GVB3, GVS3)

// func gemv4x16AVX2(y, x, w, b *float32, k int) (large bool)
TEXT ·gemv4x16AVX2(SB), NOSPLIT, $0-41
	GEMV(GV4, GVB4, GVS4)

// func gemv5x16AVX2(y, x, w, b *float32, k int) (large bool)
TEXT ·gemv5x16AVX2(SB), NOSPLIT, $0-41
	GEMV(GV5, GVB5, GVS5)

// func gemv6x16AVX2(y, x, w, b *float32, k int) (large bool)
TEXT ·gemv6x16AVX2(SB), NOSPLIT, $0-41
	GEMV(GV6, GVB6, GVS6)

// func gemv7x16AVX2(y, x, w, b *float32, k int) (large bool)
TEXT ·gemv7x16AVX2(SB), NOSPLIT, $0-41
	GEMV(GV7, GVB7, GVS7)
