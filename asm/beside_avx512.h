// What stands beside a product in AVX-512: the update of other parameters, by slots of
// 32, in three parts. P1 makes the new slots of the optimizer, P2 the denominator, P3
// the weight, each for 16 parameters at O bytes behind those that R13 counts: P2 for the
// slot before, P3 for the one before that.
//
//	BX, SI, R11, R12   w, both slots of the optimizer, g
//	R13                bytes of the update done
//	R14                the |·| mask and 2⁻¹⁰⁰, 4 bytes each, at 64 the denominators of
//	                   two slots
//	R15                scratch
//	BP                 in UPDATES the arguments, which begin with a besideUpdate
//	SIZE               the bytes of the update, in memory: whoever includes this tells where
//	Z22, Z23, Z24, K1  scratch; Z27 … Z31: c[0] … c[4]

#define C0 Z27
#define C1 Z28
#define C2 Z29
#define C3 Z30
#define C4 Z31
#define DEN(O) (64+O)(R14)(R15*1)

#define TINY0(X, T) VPANDD.BCST (R14), X, T; VCMPPS.BCST $0x15, 4(R14), T, K1; VMOVAPS.Z X, K1, X

// UPDATES sets the registers of the update up.
#define UPDATES \
	LEAQ scratch-384(SP), R14; \
	ADDQ $63, R14; \
	ANDQ $-64, R14; \
	VBROADCASTSS (besideUpdate_constants+0)(BP), C0; \
	VBROADCASTSS (besideUpdate_constants+4)(BP), C1; \
	VBROADCASTSS (besideUpdate_constants+8)(BP), C2; \
	VBROADCASTSS (besideUpdate_constants+12)(BP), C3; \
	VBROADCASTSS (besideUpdate_constants+16)(BP), C4; \
	MOVL $0x7fffffff, (R14); \
	MOVL $0x0d800000, 4(R14); \
	MOVQ besideUpdate_w(BP), BX; \
	MOVQ besideUpdate_s0(BP), SI; \
	MOVQ besideUpdate_s1(BP), R11; \
	MOVQ besideUpdate_g(BP), R12; \
	XORQ R13, R13

// SLOT does the parts of one slot of the update, with two steps of a product, or
// nothing, between them.
#define SLOT(STEP, NEXTSTEP, P1, P2, P3, first, second, last) \
	STEP; \
	CMPQ R13, SIZE; \
	JGE first; \
	P1(0); \
	P1(64); \
first: \
	NEXTSTEP; \
	MOVQ R13, R15; \
	SUBQ $128, R15; \
	CMPQ R15, SIZE; \
	JCC second; \
	ANDQ $128, R15; \
	P2(0); \
	P2(64); \
second: \
	CMPQ R13, $256; \
	JLT last; \
	MOVQ R13, R15; \
	ANDQ $128, R15; \
	P3(0); \
	P3(64); \
last: \
	ADDQ $128, R13

#define NOSTEP
#define NOPART(O)

#define SGDP1(O) VMOVUPS O(R12)(R13*1), Z22; \
	VMULPS Z27, Z22, Z22; \
	VMOVUPS O(BX)(R13*1), Z23; \
	VSUBPS Z22, Z23, Z23; \
	VMOVUPS Z23, O(BX)(R13*1)

#define MomentumP1(O) VMOVUPS O(R12)(R13*1), Z22; \
	VMULPS Z27, Z22, Z22; \
	VMOVUPS O(SI)(R13*1), Z23; \
	VMULPS Z28, Z23, Z23; \
	VSUBPS Z22, Z23, Z23; \
	TINY0(Z23, Z24); \
	VMOVUPS Z23, O(SI)(R13*1); \
	VADDPS O(BX)(R13*1), Z23, Z23; \
	VMOVUPS Z23, O(BX)(R13*1)

#define NesterovP1(O) VMOVUPS O(R12)(R13*1), Z22; \
	VMULPS Z27, Z22, Z22; \
	VMOVUPS O(SI)(R13*1), Z23; \
	VMULPS Z28, Z23, Z23; \
	VSUBPS Z22, Z23, Z23; \
	TINY0(Z23, Z24); \
	VMOVUPS Z23, O(SI)(R13*1); \
	VMULPS Z28, Z23, Z23; \
	VSUBPS Z22, Z23, Z23; \
	VADDPS O(BX)(R13*1), Z23, Z23; \
	VMOVUPS Z23, O(BX)(R13*1)

#define AdagradP1(O) VMOVUPS O(R12)(R13*1), Z22; \
	VMULPS Z22, Z22, Z22; \
	VADDPS O(SI)(R13*1), Z22, Z22; \
	VMOVUPS Z22, O(SI)(R13*1)
#define AdagradP2(O) VMOVUPS (O-128)(SI)(R13*1), Z22; \
	VADDPS Z28, Z22, Z22; \
	VSQRTPS Z22, Z22; \
	VMOVUPS Z22, DEN(O)
#define AdagradP3(O) VMOVUPS (O-256)(R12)(R13*1), Z22; \
	VMULPS Z27, Z22, Z22; \
	VDIVPS DEN(O), Z22, Z22; \
	VMOVUPS (O-256)(BX)(R13*1), Z23; \
	VSUBPS Z22, Z23, Z23; \
	VMOVUPS Z23, (O-256)(BX)(R13*1)

#define RMSpropP1(O) VMOVUPS O(R12)(R13*1), Z22; \
	VMULPS Z22, Z22, Z22; \
	VMULPS Z29, Z22, Z22; \
	VMOVUPS O(SI)(R13*1), Z23; \
	VMULPS Z28, Z23, Z23; \
	VADDPS Z22, Z23, Z23; \
	TINY0(Z23, Z24); \
	VMOVUPS Z23, O(SI)(R13*1)
#define RMSpropP2(O) VMOVUPS (O-128)(SI)(R13*1), Z22; \
	VADDPS Z30, Z22, Z22; \
	VSQRTPS Z22, Z22; \
	VMOVUPS Z22, DEN(O)
#define RMSpropP3(O) VMOVUPS (O-256)(R12)(R13*1), Z22; \
	VMULPS Z27, Z22, Z22; \
	VDIVPS DEN(O), Z22, Z22; \
	VMOVUPS (O-256)(BX)(R13*1), Z23; \
	VSUBPS Z22, Z23, Z23; \
	VMOVUPS Z23, (O-256)(BX)(R13*1)

#define RMSpropMomentumP1(O) VMOVUPS O(R12)(R13*1), Z22; \
	VMULPS Z22, Z22, Z22; \
	VMULPS Z29, Z22, Z22; \
	VMOVUPS O(SI)(R13*1), Z23; \
	VMULPS Z28, Z23, Z23; \
	VADDPS Z22, Z23, Z23; \
	TINY0(Z23, Z24); \
	VMOVUPS Z23, O(SI)(R13*1)
#define RMSpropMomentumP2(O) VMOVUPS (O-128)(SI)(R13*1), Z22; \
	VADDPS Z31, Z22, Z22; \
	VSQRTPS Z22, Z22; \
	VMOVUPS Z22, DEN(O)
#define RMSpropMomentumP3(O) VMOVUPS (O-256)(R12)(R13*1), Z22; \
	VMULPS Z27, Z22, Z22; \
	VDIVPS DEN(O), Z22, Z22; \
	VMOVUPS (O-256)(R11)(R13*1), Z23; \
	VMULPS Z30, Z23, Z23; \
	VADDPS Z22, Z23, Z22; \
	TINY0(Z22, Z24); \
	VMOVUPS Z22, (O-256)(R11)(R13*1); \
	VMOVUPS (O-256)(BX)(R13*1), Z23; \
	VSUBPS Z22, Z23, Z23; \
	VMOVUPS Z23, (O-256)(BX)(R13*1)

#define AdamP1(O) VMOVUPS O(R12)(R13*1), Z22; \
	VSUBPS O(SI)(R13*1), Z22, Z23; \
	VMULPS Z28, Z23, Z23; \
	VADDPS O(SI)(R13*1), Z23, Z23; \
	TINY0(Z23, Z24); \
	VMOVUPS Z23, O(SI)(R13*1); \
	VMULPS Z22, Z22, Z22; \
	VSUBPS O(R11)(R13*1), Z22, Z22; \
	VMULPS Z29, Z22, Z22; \
	VADDPS O(R11)(R13*1), Z22, Z22; \
	TINY0(Z22, Z23); \
	VMOVUPS Z22, O(R11)(R13*1)
#define AdamP2(O) VSQRTPS (O-128)(R11)(R13*1), Z22; \
	VADDPS Z30, Z22, Z22; \
	VMOVUPS Z22, DEN(O)
#define AdamP3(O) VMOVUPS (O-256)(SI)(R13*1), Z22; \
	VMULPS Z27, Z22, Z22; \
	VDIVPS DEN(O), Z22, Z22; \
	VMOVUPS (O-256)(BX)(R13*1), Z23; \
	VSUBPS Z22, Z23, Z23; \
	VMOVUPS Z23, (O-256)(BX)(R13*1)
