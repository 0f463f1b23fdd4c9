// The activations of activation.go and activation_smooth.go for AVX2 and AVX-512: the
// same instructions on registers of 8 and of 16 floats. activation_avx2.h and
// activation_avx512.h name the registers, and hold what differs.
//
//	X, T, P, S  the registers of a chain; EACH does an operation for all chains
//	V12 magic number or zero   V13 one   V14 sign bit   V15 the constant of a step
//	DI output   SI, DX inputs   R8 floats to go   R9 floats done

#define C_low ·activationConstants+0(SB)
#define C_high ·activationConstants+4(SB)
#define C_silu ·activationConstants+8(SB)
#define C_twenty ·activationConstants+12(SB)
#define C_large ·activationConstants+16(SB)
#define C_em1Low ·activationConstants+20(SB)
#define C_log2e ·activationConstants+24(SB)
#define C_ln2Hi ·activationConstants+28(SB)
#define C_ln2Lo ·activationConstants+32(SB)
#define C_e6 ·activationConstants+36(SB)
#define C_e5 ·activationConstants+40(SB)
#define C_e4 ·activationConstants+44(SB)
#define C_e3 ·activationConstants+48(SB)
#define C_e2 ·activationConstants+52(SB)
#define C_one ·activationConstants+56(SB)
#define C_magic ·activationConstants+60(SB)
#define C_sign ·activationConstants+64(SB)
#define C_abs ·activationConstants+68(SB)
#define C_half ·activationConstants+72(SB)
#define C_two ·activationConstants+76(SB)
#define C_four ·activationConstants+80(SB)
#define C_three ·activationConstants+84(SB)
#define C_negThree ·activationConstants+88(SB)
#define C_six ·activationConstants+92(SB)
#define C_sixth ·activationConstants+96(SB)
#define C_third ·activationConstants+100(SB)
#define C_signHi ·activationConstants+104(SB)
#define C_signLo ·activationConstants+108(SB)
#define C_l8 ·activationConstants+112(SB)
#define C_l7 ·activationConstants+116(SB)
#define C_l6 ·activationConstants+120(SB)
#define C_l5 ·activationConstants+124(SB)
#define C_l4 ·activationConstants+128(SB)
#define C_l3 ·activationConstants+132(SB)
#define C_l2 ·activationConstants+136(SB)
#define C_l1 ·activationConstants+140(SB)
#define C_gMost ·activationConstants+144(SB)
#define C_gLog2e ·activationConstants+148(SB)
#define C_gHi ·activationConstants+152(SB)
#define C_gLo ·activationConstants+156(SB)
#define C_d6 ·activationConstants+160(SB)
#define C_d5 ·activationConstants+164(SB)
#define C_d4 ·activationConstants+168(SB)
#define C_d3 ·activationConstants+172(SB)
#define C_d2 ·activationConstants+176(SB)
#define C_d1 ·activationConstants+180(SB)
#define C_p4 ·activationConstants+184(SB)
#define C_p3 ·activationConstants+188(SB)
#define C_p2 ·activationConstants+192(SB)
#define C_p1 ·activationConstants+196(SB)
#define C_q5 ·activationConstants+200(SB)
#define C_q4 ·activationConstants+204(SB)
#define C_q3 ·activationConstants+208(SB)
#define C_q2 ·activationConstants+212(SB)
#define C_q1 ·activationConstants+216(SB)
#define C_density ·activationConstants+220(SB)
#define C_tanh1 ·activationConstants+224(SB)
#define C_tanh3 ·activationConstants+228(SB)
#define C_tanh9 ·activationConstants+232(SB)
#define C_tHigh ·activationConstants+236(SB)
#define C_tLow ·activationConstants+240(SB)

// WITH does OP for each chain, with a constant in V15.
#define WITH(C, OP) VBROADCASTSS C, V15; EACH(OP)

// LOOP is a loop over n ≥ 1 numbers, a turn of all chains at a time. CORE goes from
// the numbers at FROM to those at DI by way of STORE. What is left in the end is
// loaded and stored under a mask, R8 is then −1.
#define LOOP(FROM, CORE, STORE, STOREPART) \
	XORQ R9, R9; \
	SUBQ $STEP, R8; \
	JLT part; \
turn: \
	LOAD(FROM); \
body: \
	CORE; \
	TESTQ R8, R8; \
	JLT storePart; \
	STORE; \
	ADDQ $STEP, R9; \
	SUBQ $STEP, R8; \
	JGE turn; \
part: \
	ADDQ $STEP, R8; \
	JZ done; \
	MASKS; \
	LOADPART(FROM); \
	MOVQ $-1, R8; \
	JMP body; \
storePart: \
	STOREPART; \
done: \
	VZEROUPPER; \
	RET

// VALUES is a kernel y[i] = f(x[i]), for which CORE goes from X to X.
#define VALUES(CORE) \
	MOVQ y+0(FP), DI; \
	MOVQ x+8(FP), SI; \
	MOVQ n+16(FP), R8; \
	LOOP(SI, CORE, STORE, STOREPART)

// SLOPES is a kernel dx[i] = dy[i]·f′, for which CORE goes from v[i] in X to f′ in X.
#define SLOPES(CORE) \
	MOVQ dx+0(FP), DI; \
	MOVQ dy+8(FP), SI; \
	MOVQ v+16(FP), DX; \
	MOVQ n+24(FP), R8; \
	LOOP(DX, CORE, TIMESDY; STORE, TIMESDYPART; STOREPART)

// SMOOTH and PIECES load the constants that stay.
#define SMOOTH \
	VBROADCASTSS C_magic, V12; \
	VBROADCASTSS C_one, V13; \
	VBROADCASTSS C_sign, V14
#define PIECES \
	VXORPS V12, V12, V12; \
	VBROADCASTSS C_one, V13; \
	VBROADCASTSS C_sign, V14

// Steps with the constant C of WITH. LEAST and MOST bound X, NaN passes.
#define LEAST(X, T, P, S) VMAXPS X, V15, X
#define MOST(X, T, P, S) VMINPS X, V15, X
#define PLUS(X, T, P, S) VADDPS V15, X, X
#define TIMES(X, T, P, S) VMULPS V15, X, X
#define MAGNITUDE(X, T, P, S) VANDPS V15, X, X
#define KEEP(X, T, P, S) VMOVAPS X, S
