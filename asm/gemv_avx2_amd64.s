//go:build amd64 && !purego

#include "textflag.h"

// Gemv: R panels of 16 outputs at once, one chain a lane.
//
//	Y0 … Y7  the chains, two a panel    Y15  x[k] in all lanes
//	AX       panel 0 of w at k    CX, DX  1, 3 times the size of a panel
#define GV(A, B, C0, C1) VFMADD231PS A, Y15, C0; VFMADD231PS B, Y15, C1
#define GV1 GV((AX), 32(AX), Y0, Y1)
#define GV2 GV1; GV((AX)(CX*1), 32(AX)(CX*1), Y2, Y3)
#define GV3 GV2; GV((AX)(CX*2), 32(AX)(CX*2), Y4, Y5)
#define GV4 GV3; GV((AX)(DX*1), 32(AX)(DX*1), Y6, Y7)
#define GVB1 VMOVUPS 0(R9), Y0; VMOVUPS 32(R9), Y1
#define GVB2 GVB1; VMOVUPS 64(R9), Y2; VMOVUPS 96(R9), Y3
#define GVB3 GVB2; VMOVUPS 128(R9), Y4; VMOVUPS 160(R9), Y5
#define GVB4 GVB3; VMOVUPS 192(R9), Y6; VMOVUPS 224(R9), Y7
#define GVS1 VMOVUPS Y0, 0(R11); VMOVUPS Y1, 32(R11)
#define GVS2 GVS1; VMOVUPS Y2, 64(R11); VMOVUPS Y3, 96(R11)
#define GVS3 GVS2; VMOVUPS Y4, 128(R11); VMOVUPS Y5, 160(R11)
#define GVS4 GVS3; VMOVUPS Y6, 192(R11); VMOVUPS Y7, 224(R11)

#define GEMV(GV, GVB, GVS) \
	MOVQ y+0(FP), R11; \
	MOVQ x+8(FP), R8; \
	MOVQ w+16(FP), AX; \
	MOVQ b+24(FP), R9; \
	MOVQ k+32(FP), R10; \
	MOVQ R10, CX; \
	SHLQ $6, CX; \
	LEAQ (CX)(CX*2), DX; \
	GVB; \
	TESTQ R10, R10; \
	JZ end; \
loop: \
	VBROADCASTSS (R8), Y15; \
	GV; \
	ADDQ $4, R8; \
	ADDQ $64, AX; \
	DECQ R10; \
	JNZ loop; \
end: \
	GVS; \
	VZEROUPPER; \
	RET

// func gemv1x16AVX2(y, x, w, b *float32, k int)
TEXT ·gemv1x16AVX2(SB), NOSPLIT, $0-40
	GEMV(GV1, GVB1, GVS1)

// func gemv2x16AVX2(y, x, w, b *float32, k int)
TEXT ·gemv2x16AVX2(SB), NOSPLIT, $0-40
	GEMV(GV2, GVB2, GVS2)

// func gemv3x16AVX2(y, x, w, b *float32, k int)
TEXT ·gemv3x16AVX2(SB), NOSPLIT, $0-40
	GEMV(GV3, GVB3, GVS3)

// func gemv4x16AVX2(y, x, w, b *float32, k int)
TEXT ·gemv4x16AVX2(SB), NOSPLIT, $0-40
	GEMV(GV4, GVB4, GVS4)
