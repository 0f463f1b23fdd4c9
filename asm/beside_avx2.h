// What stands beside a product in AVX2: the update of other parameters, by pairs of
// slots of 16, in three parts. P1 makes the new slots of the optimizer, in one or two
// halves, P2 the denominator, P3 the weight, each for 8 parameters at O bytes behind
// those that R13 counts: P2 for what P1 did 64 bytes before, P3 for 128.
//
//	BX, SI, R11, R12   w, both slots of the optimizer, g
//	R13                bytes of the update done
//	R14                constants, 32 bytes each: c[0] … c[4], |·| mask, 2⁻¹⁰⁰; then,
//	                   from 256 on, the denominators D of two slots
//	BP                 the arguments, which begin with a besideUpdate
//	Y13, Y14, Y15      scratch

#define C0 (R14)
#define C3 96(R14)
#define C4 128(R14)
#define C1 32(R14)
#ifdef CONSTANTS // those that are needed most, in Y9 … Y11
#define C2 Y9
#define ABS Y10
#define TINY Y11
#else
#define C2 64(R14)
#define ABS 160(R14)
#define TINY 192(R14)
#endif

#define TINY0(X, T) VANDPS ABS, X, T; VCMPPS $0x15, TINY, T, T; VANDPS T, X, X

// UPDATES sets the registers of the update up. It needs AX, Y0, Y3, Y4 and Y8, and leaves
// constants in Y9 … Y11.
#define UPDATES \
	LEAQ constants-512(SP), R14; \
	ADDQ $63, R14; \
	ANDQ $-64, R14; \
	VBROADCASTSS (besideUpdate_constants+0)(BP), Y0; \
	VBROADCASTSS (besideUpdate_constants+4)(BP), Y8; \
	VBROADCASTSS (besideUpdate_constants+8)(BP), Y9; \
	VBROADCASTSS (besideUpdate_constants+12)(BP), Y3; \
	VBROADCASTSS (besideUpdate_constants+16)(BP), Y4; \
	MOVL $0x7fffffff, AX; \
	VMOVD AX, X10; \
	VBROADCASTSS X10, Y10; \
	MOVL $0x0d800000, AX; \
	VMOVD AX, X11; \
	VBROADCASTSS X11, Y11; \
	VMOVAPS Y0, C0; \
	VMOVAPS Y8, 32(R14); \
	VMOVAPS Y9, 64(R14); \
	VMOVAPS Y3, C3; \
	VMOVAPS Y4, C4; \
	VMOVAPS Y10, 160(R14); \
	VMOVAPS Y11, 192(R14); \
	MOVQ besideUpdate_w(BP), BX; \
	MOVQ besideUpdate_s0(BP), SI; \
	MOVQ besideUpdate_s1(BP), R11; \
	MOVQ besideUpdate_g(BP), R12; \
	XORQ R13, R13

// ENDPAIR is the parts of a pair where no product is, with what the first and the last
// pair have: before the first there are no slots, in the last only older ones.
#define ENDPAIR(P1A, P1B, P2, P3, new, old, done) \
	TESTQ R13, R13; \
	JZ new; \
	P2(0, 256); \
	P2(32, 288); \
	P3(0, 320); \
	P3(32, 352); \
	CMPQ R13, besideUpdate_size(BP); \
	JEQ old; \
new: \
	P1A(0); \
	P1B(0); \
	P1A(32); \
	P1B(32); \
	P1A(64); \
	P1B(64); \
	P1A(96); \
	P1B(96); \
	P2(64, 320); \
	P2(96, 352); \
	TESTQ R13, R13; \
	JZ done; \
old: \
	P3(64, 256); \
	P3(96, 288); \
done: \
	ADDQ $128, R13

#define NOPART(O, D)
#define NOHALF(O)
#define NOTHING

#define SGDP1(O) VMOVUPS O(R12)(R13*1), Y13; \
	VMULPS C0, Y13, Y13; \
	VMOVUPS O(BX)(R13*1), Y14; \
	VSUBPS Y13, Y14, Y14; \
	VMOVUPS Y14, O(BX)(R13*1)

#define MomentumP1(O) VMOVUPS O(R12)(R13*1), Y13; \
	VMULPS C0, Y13, Y13; \
	VMOVUPS O(SI)(R13*1), Y14; \
	VMULPS C1, Y14, Y14; \
	VSUBPS Y13, Y14, Y14; \
	TINY0(Y14, Y15); \
	VMOVUPS Y14, O(SI)(R13*1); \
	VADDPS O(BX)(R13*1), Y14, Y14; \
	VMOVUPS Y14, O(BX)(R13*1)

#define NesterovP1(O) VMOVUPS O(R12)(R13*1), Y13; \
	VMULPS C0, Y13, Y13; \
	VMOVUPS O(SI)(R13*1), Y14; \
	VMULPS C1, Y14, Y14; \
	VSUBPS Y13, Y14, Y14; \
	TINY0(Y14, Y15); \
	VMOVUPS Y14, O(SI)(R13*1); \
	VMULPS C1, Y14, Y14; \
	VSUBPS Y13, Y14, Y14; \
	VADDPS O(BX)(R13*1), Y14, Y14; \
	VMOVUPS Y14, O(BX)(R13*1)

#define AdagradP1(O) VMOVUPS O(R12)(R13*1), Y13; \
	VMULPS Y13, Y13, Y13; \
	VADDPS O(SI)(R13*1), Y13, Y13; \
	VMOVUPS Y13, O(SI)(R13*1)
#define AdagradP2(O, D) VMOVUPS (O-64)(SI)(R13*1), Y13; \
	VADDPS C1, Y13, Y13; \
	VSQRTPS Y13, Y13; \
	VMOVUPS Y13, D(R14)
#define AdagradP3(O, D) VMOVUPS (O-128)(R12)(R13*1), Y13; \
	VMULPS C0, Y13, Y13; \
	VDIVPS D(R14), Y13, Y13; \
	VMOVUPS (O-128)(BX)(R13*1), Y14; \
	VSUBPS Y13, Y14, Y14; \
	VMOVUPS Y14, (O-128)(BX)(R13*1)

#define RMSpropP1(O) VMOVUPS O(R12)(R13*1), Y13; \
	VMULPS Y13, Y13, Y13; \
	VMULPS C2, Y13, Y13; \
	VMOVUPS O(SI)(R13*1), Y14; \
	VMULPS C1, Y14, Y14; \
	VADDPS Y13, Y14, Y14; \
	TINY0(Y14, Y15); \
	VMOVUPS Y14, O(SI)(R13*1)
#define RMSpropP2(O, D) VMOVUPS (O-64)(SI)(R13*1), Y13; \
	VADDPS C3, Y13, Y13; \
	VSQRTPS Y13, Y13; \
	VMOVUPS Y13, D(R14)
#define RMSpropP3(O, D) VMOVUPS (O-128)(R12)(R13*1), Y13; \
	VMULPS C0, Y13, Y13; \
	VDIVPS D(R14), Y13, Y13; \
	VMOVUPS (O-128)(BX)(R13*1), Y14; \
	VSUBPS Y13, Y14, Y14; \
	VMOVUPS Y14, (O-128)(BX)(R13*1)

#define RMSpropMomentumP1(O) VMOVUPS O(R12)(R13*1), Y13; \
	VMULPS Y13, Y13, Y13; \
	VMULPS C2, Y13, Y13; \
	VMOVUPS O(SI)(R13*1), Y14; \
	VMULPS C1, Y14, Y14; \
	VADDPS Y13, Y14, Y14; \
	TINY0(Y14, Y15); \
	VMOVUPS Y14, O(SI)(R13*1)
#define RMSpropMomentumP2(O, D) VMOVUPS (O-64)(SI)(R13*1), Y13; \
	VADDPS C4, Y13, Y13; \
	VSQRTPS Y13, Y13; \
	VMOVUPS Y13, D(R14)
#define RMSpropMomentumP3(O, D) VMOVUPS (O-128)(R12)(R13*1), Y13; \
	VMULPS C0, Y13, Y13; \
	VDIVPS D(R14), Y13, Y13; \
	VMOVUPS (O-128)(R11)(R13*1), Y14; \
	VMULPS C3, Y14, Y14; \
	VADDPS Y13, Y14, Y13; \
	TINY0(Y13, Y15); \
	VMOVUPS Y13, (O-128)(R11)(R13*1); \
	VMOVUPS (O-128)(BX)(R13*1), Y14; \
	VSUBPS Y13, Y14, Y14; \
	VMOVUPS Y14, (O-128)(BX)(R13*1)

#define AdamP1A(O) VMOVUPS O(R12)(R13*1), Y13; \
	VMOVUPS O(SI)(R13*1), Y14; \
	VSUBPS Y14, Y13, Y15; \
	VMULPS C1, Y15, Y15; \
	VADDPS Y15, Y14, Y14; \
	TINY0(Y14, Y15); \
	VMOVUPS Y14, O(SI)(R13*1)
#define AdamP1B(O) VMOVUPS O(R11)(R13*1), Y15; \
	VMULPS Y13, Y13, Y13; \
	VSUBPS Y15, Y13, Y13; \
	VMULPS C2, Y13, Y13; \
	VADDPS Y15, Y13, Y13; \
	TINY0(Y13, Y14); \
	VMOVUPS Y13, O(R11)(R13*1)
#define AdamP2(O, D) VSQRTPS (O-64)(R11)(R13*1), Y13; \
	VADDPS C3, Y13, Y13; \
	VMOVUPS Y13, D(R14)
#define AdamP3(O, D) VMOVUPS (O-128)(SI)(R13*1), Y13; \
	VMULPS C0, Y13, Y13; \
	VDIVPS D(R14), Y13, Y13; \
	VMOVUPS (O-128)(BX)(R13*1), Y14; \
	VSUBPS Y13, Y14, Y14; \
	VMOVUPS Y14, (O-128)(BX)(R13*1)
