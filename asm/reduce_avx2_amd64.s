//go:build amd64 && !purego

#include "textflag.h"
#include "functions_avx2.h"

// Reductions in sixteen lanes: Y0 holds lanes 0 … 7, Y1 lanes 8 … 15.
// Both halves are added, then halves of halves: FOLD leaves the result in X0.

#define FOLD \
	VADDPS Y1, Y0, Y0; \
	VEXTRACTF128 $1, Y0, X1; \
	VADDPS X1, X0, X0; \
	VMOVHLPS X0, X0, X1; \
	VADDPS X1, X0, X0; \
	VMOVSHDUP X0, X1; \
	VADDSS X1, X0, X0

// func sumAVX2Asm(x *float32, n int) float32
TEXT ·sumAVX2Asm(SB), NOSPLIT, $0-20
	MOVQ x+0(FP), SI
	MOVQ n+8(FP), R8
	XORQ R9, R9
	VXORPS Y0, Y0, Y0
	VXORPS Y1, Y1, Y1
	SUBQ $16, R8
	JLT last
loop:
	VADDPS (SI)(R9*4), Y0, Y0
	VADDPS 32(SI)(R9*4), Y1, Y1
	ADDQ $16, R9
	SUBQ $16, R8
	JGE loop
last:
	ADDQ $16, R8
	JZ done
	LEAQ ·maskAVX2+32(SB), R10
	CMPQ R8, $8
	JLT low
	VADDPS (SI)(R9*4), Y0, Y0
	ADDQ $8, R9
	SUBQ $8, R8
	SHLQ $2, R8
	SUBQ R8, R10
	VMOVUPS (R10), Y15
	VMASKMOVPS (SI)(R9*4), Y15, Y2
	VADDPS Y2, Y1, Y1
	JMP done
low:
	SHLQ $2, R8
	SUBQ R8, R10
	VMOVUPS (R10), Y15
	VMASKMOVPS (SI)(R9*4), Y15, Y2
	VADDPS Y2, Y0, Y0
done:
	FOLD
	VMOVSS X0, ret+16(FP)
	VZEROUPPER
	RET

// func maxAVX2Asm(x *float32, n int) float32
TEXT ·maxAVX2Asm(SB), NOSPLIT, $0-20
	MOVQ x+0(FP), SI
	MOVQ n+8(FP), R8
	XORQ R9, R9
	VMOVUPS C_negInf, Y0
	VMOVUPS C_negInf, Y1
	SUBQ $16, R8
	JLT last
loop:
	VMOVUPS (SI)(R9*4), Y2
	VMAXPS Y0, Y2, Y0
	VMOVUPS 32(SI)(R9*4), Y2
	VMAXPS Y1, Y2, Y1
	ADDQ $16, R9
	SUBQ $16, R8
	JGE loop
last:
	ADDQ $16, R8
	JZ done
	LEAQ ·maskAVX2+32(SB), R10
	CMPQ R8, $8
	JLT low
	VMOVUPS (SI)(R9*4), Y2
	VMAXPS Y0, Y2, Y0
	ADDQ $8, R9
	SUBQ $8, R8
	SHLQ $2, R8
	SUBQ R8, R10
	VMOVUPS (R10), Y15
	VMASKMOVPS (SI)(R9*4), Y15, Y2
	VMAXPS Y1, Y2, Y2
	VBLENDVPS Y15, Y2, Y1, Y1
	JMP done
low:
	SHLQ $2, R8
	SUBQ R8, R10
	VMOVUPS (R10), Y15
	VMASKMOVPS (SI)(R9*4), Y15, Y2
	VMAXPS Y0, Y2, Y2
	VBLENDVPS Y15, Y2, Y0, Y0
done:
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

// func sumSamplesAVX2Asm(dst, x *float32, n, panels, stride int)
TEXT ·sumSamplesAVX2Asm(SB), NOSPLIT, $0-40
	MOVQ dst+0(FP), DI
	MOVQ x+8(FP), SI
	MOVQ n+16(FP), R8
	MOVQ stride+32(FP), R10
feature:
	MOVQ SI, AX
	MOVQ panels+24(FP), R9
	VXORPS Y0, Y0, Y0
	VXORPS Y1, Y1, Y1
panel:
	VADDPS (AX), Y0, Y0
	VADDPS 32(AX), Y1, Y1
	VADDPS 64(AX), Y0, Y0
	VADDPS 96(AX), Y1, Y1
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
