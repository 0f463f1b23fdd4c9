//go:build amd64 && !purego

#include "textflag.h"

// Gemv: R panels of 16 outputs at once, one chain a lane.
//
//	Z0 … Z7   the chains                   Z31  x[k] in all lanes; Z28 scratch
//	R8, AX    x and w at k, a multiple of 64; R10  inputs to go
//	BX, DI    panels 0 and 7 of w at k     Z29, Z30  |·| mask, 2⁻⁵⁰
//	CX        the size of a panel; DX, SI  3 and 5 times that
//	R12       a bit for each input from k on that is not zero
//	R14       not 0: one of them is below 2⁻⁵⁰
#define GV(A, C0) VFMADD231PS A, Z31, C0
#define GV1 GV((BX), Z0)
#define GV2 GV1; GV((BX)(CX*1), Z1)
#define GV3 GV2; GV((BX)(CX*2), Z2)
#define GV4 GV3; GV((BX)(DX*1), Z3)
#define GV5 GV4; GV((BX)(CX*4), Z4)
#define GV6 GV5; GV((BX)(SI*1), Z5)
#define GV7 GV6; GV((BX)(DX*2), Z6)
#define GV8 GV7; GV((DI), Z7)
#define GVB1 VMOVUPS 0(R9), Z0
#define GVB2 GVB1; VMOVUPS 64(R9), Z1
#define GVB3 GVB2; VMOVUPS 128(R9), Z2
#define GVB4 GVB3; VMOVUPS 192(R9), Z3
#define GVB5 GVB4; VMOVUPS 256(R9), Z4
#define GVB6 GVB5; VMOVUPS 320(R9), Z5
#define GVB7 GVB6; VMOVUPS 384(R9), Z6
#define GVB8 GVB7; VMOVUPS 448(R9), Z7
#define GVS1 VMOVUPS Z0, 0(R11)
#define GVS2 GVS1; VMOVUPS Z1, 64(R11)
#define GVS3 GVS2; VMOVUPS Z2, 128(R11)
#define GVS4 GVS3; VMOVUPS Z3, 192(R11)
#define GVS5 GVS4; VMOVUPS Z4, 256(R11)
#define GVS6 GVS5; VMOVUPS Z5, 320(R11)
#define GVS7 GVS6; VMOVUPS Z6, 384(R11)
#define GVS8 GVS7; VMOVUPS Z7, 448(R11)

// NONZERO adds the bits of the sixteen inputs in Z28.
#define NONZERO \
	VPTESTMD Z29, Z28, K1; \
	VANDPS Z29, Z28, Z28; \
	VCMPPS $0x11, Z30, Z28, K1, K2; \
	KMOVW K1, R13; \
	SHLQ $16, R12; \
	ORQ R13, R12; \
	KMOVW K2, R13; \
	ORQ R13, R14

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
	MOVL $0x7fffffff, R13; \
	VPBROADCASTD R13, Z29; \
	MOVL $0x26800000, R13; \
	VPBROADCASTD R13, Z30; \
	XORL R14, R14; \
	GVB; \
block: \
	XORL R12, R12; \
	MOVQ R10, BX; \
	CMPQ BX, $64; \
	JLT part; \
	MOVL $64, BX; \
	JMP sixteen; \
part: \
	MOVQ CX, R15; \
	MOVQ BX, CX; \
	ANDQ $15, CX; \
	MOVL $1, R13; \
	SHLQ CX, R13; \
	DECQ R13; \
	MOVQ R15, CX; \
	KMOVW R13, K1; \
	TESTQ R13, R13; \
	JZ sixteens; \
	ANDQ $-16, BX; \
	VMOVUPS.Z (R8)(BX*4), K1, Z28; \
	NONZERO; \
sixteens: \
	TESTQ BX, BX; \
	JZ bits; \
sixteen: \
	VMOVUPS -64(R8)(BX*4), Z28; \
	NONZERO; \
	SUBQ $16, BX; \
	JNZ sixteen; \
bits: \
	TESTQ R12, R12; \
	JZ next; \
bit: \
	TZCNTQ R12, R13; \
	VBROADCASTSS (R8)(R13*4), Z31; \
	SHLQ $6, R13; \
	LEAQ (AX)(R13*1), BX; \
	LEAQ (BX)(DX*2), DI; \
	ADDQ CX, DI; \
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

// func gemv1x16AVX512(y, x, w, b *float32, k int) (large bool)
TEXT ·gemv1x16AVX512(SB), NOSPLIT, $0-41
	GEMV(GV1, GVB1, GVS1)

// func gemv2x16AVX512(y, x, w, b *float32, k int) (large bool)
TEXT ·gemv2x16AVX512(SB), NOSPLIT, $0-41
	GEMV(GV2, GVB2, GVS2)

// func gemv3x16AVX512(y, x, w, b *float32, k int) (large bool)
TEXT ·gemv3x16AVX512(SB), NOSPLIT, $0-41
	GEMV(GV3, GVB3, GVS3)

// func gemv4x16AVX512(y, x, w, b *float32, k int) (large bool)
TEXT ·gemv4x16AVX512(SB), NOSPLIT, $0-41
	GEMV(GV4, GVB4, GVS4)

// func gemv5x16AVX512(y, x, w, b *float32, k int) (large bool)
TEXT ·gemv5x16AVX512(SB), NOSPLIT, $0-41
	GEMV(GV5, GVB5, GVS5)

// func gemv6x16AVX512(y, x, w, b *float32, k int) (large bool)
TEXT ·gemv6x16AVX512(SB), NOSPLIT, $0-41
	GEMV(GV6, GVB6, GVS6)

// func gemv7x16AVX512(y, x, w, b *float32, k int) (large bool)
TEXT ·gemv7x16AVX512(SB), NOSPLIT, $0-41
	GEMV(GV7, GVB7, GVS7)

// func gemv8x16AVX512(y, x, w, b *float32, k int) (large bool)
TEXT ·gemv8x16AVX512(SB), NOSPLIT, $0-41
	GEMV(GV8, GVB8, GVS8)
