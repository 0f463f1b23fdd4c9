// The activations of straight pieces, and Softsign.

#define LEAKYRELU1(X, T, P, S) VMULPS V15, X, T
#define LEAKYRELU2(X, T, P, S) SELECT(X, T, X, X)
#define LEAKYRELU \
	WITH(slope+24(FP), LEAKYRELU1); \
	EACH(LEAKYRELU2)
#define LEAKYRELUSLOPE1(X, T, P, S) WHERE($0x1e, V12, X, T, V13, V15, X)
#define LEAKYRELUSLOPE WITH(slope+32(FP), LEAKYRELUSLOPE1)

#define RELU61(X, T, P, S) VMAXPS X, V12, X
#define RELU6 \
	EACH(RELU61); \
	WITH(C_six, MOST)

// INSIDE: T = V13 or V15 where X > 0, else +0, then X = T where X < V15, else +0.
#define INSIDE1(X, T, P, S) WHERE($0x1e, V12, X, T, V13, V12, T)
#define INSIDE2(X, T, P, S) WHERE($0x1e, V12, X, T, V15, V12, T)
#define INSIDE3(X, T, P, S) WHERE($0x11, V15, X, P, T, V12, X)
#define RELU6SLOPE \
	EACH(INSIDE1); \
	WITH(C_six, INSIDE3)
#define HARDSIGMOIDSLOPE \
	WITH(C_sixth, INSIDE2); \
	WITH(C_one, INSIDE3)

#define HARDSIGMOID \
	WITH(C_three, PLUS); \
	EACH(RELU61); \
	WITH(C_six, MOST); \
	WITH(C_sixth, TIMES)

#define HARDSILU1(X, T, P, S) VMULPS S, X, X
#define HARDSILU \
	WITH(C_negThree, LEAST); \
	EACH(KEEP); \
	WITH(C_three, PLUS); \
	WITH(C_six, MOST); \
	WITH(C_sixth, TIMES); \
	EACH(HARDSILU1)

#define HARDSILUSLOPE1(X, T, P, S) VBROADCASTSS C_half, T; VFMADD231PS V15, X, T
#define HARDSILUSLOPE2(X, T, P, S) WHERE($0x12, V15, X, P, V12, T, T)
#define HARDSILUSLOPE3(X, T, P, S) WHERE($0x1d, V15, X, P, V13, T, X)
#define HARDSILUSLOPE \
	WITH(C_third, HARDSILUSLOPE1); \
	WITH(C_negThree, HARDSILUSLOPE2); \
	WITH(C_three, HARDSILUSLOPE3)

#define SOFTSIGN1(X, T, P, S) VANDPS V15, X, T
#define SOFTSIGN2(X, T, P, S) VADDPS V13, T, T
#define SOFTSIGN3(X, T, P, S) VDIVPS T, X, X
#define SOFTSIGN \
	WITH(C_signHi, MOST); \
	WITH(C_signLo, LEAST); \
	WITH(C_abs, SOFTSIGN1); \
	EACH(SOFTSIGN2); \
	EACH(SOFTSIGN3)
#define SOFTSIGNSLOPE1(X, T, P, S) VSUBPS X, V13, X
#define SOFTSIGNSLOPE2(X, T, P, S) VMULPS X, X, X
#define SOFTSIGNSLOPE \
	WITH(C_abs, MAGNITUDE); \
	EACH(SOFTSIGNSLOPE1); \
	EACH(SOFTSIGNSLOPE2)
