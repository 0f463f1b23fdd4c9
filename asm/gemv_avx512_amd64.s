//go:build amd64 && !purego

#include "textflag.h"

// Gemv: R panels of 16 outputs at once, one chain a lane.
//
//	Z0 … Z7  the chains    Z31  x[k] in all lanes
//	AX, BX   panels 0 and 7 of w at k    CX, DX, SI  1, 3, 5 times the size of a panel
#define GV(A, C0) VFMADD231PS A, Z31, C0
#define GV1 GV((AX), Z0)
#define GV2 GV1; GV((AX)(CX*1), Z1)
#define GV3 GV2; GV((AX)(CX*2), Z2)
#define GV4 GV3; GV((AX)(DX*1), Z3)
#define GV5 GV4; GV((AX)(CX*4), Z4)
#define GV6 GV5; GV((AX)(SI*1), Z5)
#define GV7 GV6; GV((AX)(DX*2), Z6)
#define GV8 GV7; GV((BX), Z7)
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
	LEAQ (AX)(DX*2), BX; \
	ADDQ CX, BX; \
	GVB; \
	TESTQ R10, R10; \
	JZ end; \
loop: \
	VBROADCASTSS (R8), Z31; \
	GV; \
	ADDQ $4, R8; \
	ADDQ $64, AX; \
	ADDQ $64, BX; \
	DECQ R10; \
	JNZ loop; \
end: \
	GVS; \
	VZEROUPPER; \
	RET

// func gemv1x16AVX512(y, x, w, b *float32, k int)
TEXT ·gemv1x16AVX512(SB), NOSPLIT, $0-40
	GEMV(GV1, GVB1, GVS1)

// func gemv2x16AVX512(y, x, w, b *float32, k int)
TEXT ·gemv2x16AVX512(SB), NOSPLIT, $0-40
	GEMV(GV2, GVB2, GVS2)

// func gemv3x16AVX512(y, x, w, b *float32, k int)
TEXT ·gemv3x16AVX512(SB), NOSPLIT, $0-40
	GEMV(GV3, GVB3, GVS3)

// func gemv4x16AVX512(y, x, w, b *float32, k int)
TEXT ·gemv4x16AVX512(SB), NOSPLIT, $0-40
	GEMV(GV4, GVB4, GVS4)

// func gemv5x16AVX512(y, x, w, b *float32, k int)
TEXT ·gemv5x16AVX512(SB), NOSPLIT, $0-40
	GEMV(GV5, GVB5, GVS5)

// func gemv6x16AVX512(y, x, w, b *float32, k int)
TEXT ·gemv6x16AVX512(SB), NOSPLIT, $0-40
	GEMV(GV6, GVB6, GVS6)

// func gemv7x16AVX512(y, x, w, b *float32, k int)
TEXT ·gemv7x16AVX512(SB), NOSPLIT, $0-40
	GEMV(GV7, GVB7, GVS7)

// func gemv8x16AVX512(y, x, w, b *float32, k int)
TEXT ·gemv8x16AVX512(SB), NOSPLIT, $0-40
	GEMV(GV8, GVB8, GVS8)
