//go:build amd64 && !purego

#include "textflag.h"
#include "functions_avx512.h"

// Reductions in sixteen lanes: Z0 holds all of them.
// Both halves are added, then halves of halves: FOLD leaves the result in X0.

#define FOLD \
	VEXTRACTF64X4 $1, Z0, Y1; \
	VADDPS Y1, Y0, Y0; \
	VEXTRACTF128 $1, Y0, X1; \
	VADDPS X1, X0, X0; \
	VMOVHLPS X0, X0, X1; \
	VADDPS X1, X0, X0; \
	VMOVSHDUP X0, X1; \
	VADDSS X1, X0, X0

// func sumAVX512Asm(x *float32, n int) float32
TEXT ·sumAVX512Asm(SB), NOSPLIT, $0-20
	MOVQ x+0(FP), SI
	MOVQ n+8(FP), R8
	XORQ R9, R9
	VPXORD Z0, Z0, Z0
	SUBQ $16, R8
	JLT last
loop:
	VADDPS (SI)(R9*4), Z0, Z0
	ADDQ $16, R9
	SUBQ $16, R8
	JGE loop
last:
	ADDQ $16, R8
	JZ done
	MOVQ $-1, R10
	SHLXQ R8, R10, R10
	NOTQ R10
	KMOVW R10, K1
	VADDPS (SI)(R9*4), Z0, K1, Z0
done:
	FOLD
	VMOVSS X0, ret+16(FP)
	VZEROUPPER
	RET

// func maxAVX512Asm(x *float32, n int) float32
TEXT ·maxAVX512Asm(SB), NOSPLIT, $0-20
	MOVQ x+0(FP), SI
	MOVQ n+8(FP), R8
	XORQ R9, R9
	VBROADCASTSS C_negInf, Z0
	SUBQ $16, R8
	JLT last
loop:
	VMOVUPS (SI)(R9*4), Z2
	VMAXPS Z0, Z2, Z0
	ADDQ $16, R9
	SUBQ $16, R8
	JGE loop
last:
	ADDQ $16, R8
	JZ done
	MOVQ $-1, R10
	SHLXQ R8, R10, R10
	NOTQ R10
	KMOVW R10, K1
	VMOVUPS.Z (SI)(R9*4), K1, Z2
	VMAXPS Z0, Z2, K1, Z0
done:
	VEXTRACTF64X4 $1, Z0, Y1
	VMAXPS Y1, Y0, Y0
	VEXTRACTF128 $1, Y0, X1
	VMAXPS X1, X0, X0
	VMOVHLPS X0, X0, X1
	VMAXPS X1, X0, X0
	VMOVSHDUP X0, X1
	VMAXSS X1, X0, X0
	VXORPS X1, X1, X1
	VADDSS X1, X0, X0
	VMOVSS X0, ret+16(FP)
	VZEROUPPER
	RET

// func sumSamplesAVX512Asm(dst, x *float32, n, panels, stride int)
TEXT ·sumSamplesAVX512Asm(SB), NOSPLIT, $0-40
	MOVQ dst+0(FP), DI
	MOVQ x+8(FP), SI
	MOVQ n+16(FP), R8
	MOVQ stride+32(FP), R10
feature:
	MOVQ SI, AX
	MOVQ panels+24(FP), R9
	VPXORD Z0, Z0, Z0
panel:
	VMOVUPS (AX), Z1
	VADDPS Z1, Z0, Z0
	VADDPS 64(AX), Z0, Z0
	ADDQ R10, AX
	DECQ R9
	JNZ panel
	FOLD
	VMOVSS X0, (DI)
	ADDQ $4, DI
	ADDQ $128, SI
	DECQ R8
	JNZ feature
	VZEROUPPER
	RET
