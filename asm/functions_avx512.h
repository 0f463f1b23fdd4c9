// Shared by the AVX-512 functions: the constants of the specification, 4 bytes
// each at ·funcsAVX512, and the cores of exp and log on one register and on four
// side by side, whose constants stay in registers from Z16 up.

#define C_lo ·funcsAVX512+0(SB)
#define C_hi ·funcsAVX512+4(SB)
#define C_log2e ·funcsAVX512+8(SB)
#define C_magic ·funcsAVX512+12(SB)
#define C_ln2Hi ·funcsAVX512+16(SB)
#define C_ln2Lo ·funcsAVX512+20(SB)
#define C_e6 ·funcsAVX512+24(SB)
#define C_e5 ·funcsAVX512+28(SB)
#define C_e4 ·funcsAVX512+32(SB)
#define C_e3 ·funcsAVX512+36(SB)
#define C_e2 ·funcsAVX512+40(SB)
#define C_one ·funcsAVX512+44(SB)
#define C_sign ·funcsAVX512+48(SB)
#define C_tLo ·funcsAVX512+52(SB)
#define C_t2log2e ·funcsAVX512+56(SB)
#define C_magic127 ·funcsAVX512+60(SB)
#define C_tHi ·funcsAVX512+64(SB)
#define C_tLn ·funcsAVX512+68(SB)
#define C_t4 ·funcsAVX512+72(SB)
#define C_t3 ·funcsAVX512+76(SB)
#define C_t2 ·funcsAVX512+80(SB)
#define C_t1 ·funcsAVX512+84(SB)
#define C_two ·funcsAVX512+88(SB)
#define C_g8 ·funcsAVX512+92(SB)
#define C_g7 ·funcsAVX512+96(SB)
#define C_g6 ·funcsAVX512+100(SB)
#define C_g5 ·funcsAVX512+104(SB)
#define C_g4 ·funcsAVX512+108(SB)
#define C_g3 ·funcsAVX512+112(SB)
#define C_g2 ·funcsAVX512+116(SB)
#define C_g1 ·funcsAVX512+120(SB)
#define C_g0 ·funcsAVX512+124(SB)
#define C_half ·funcsAVX512+128(SB)
#define C_negInf ·funcsAVX512+132(SB)
#define C_i1 ·funcsAVX512+136(SB)

#define EXPCONSTANTS \
	VBROADCASTSS C_magic, Z16; \
	VBROADCASTSS C_log2e, Z17; \
	VBROADCASTSS C_ln2Hi, Z18; \
	VBROADCASTSS C_ln2Lo, Z19; \
	VBROADCASTSS C_e6, Z20; \
	VBROADCASTSS C_e5, Z21; \
	VBROADCASTSS C_e4, Z22; \
	VBROADCASTSS C_e3, Z23; \
	VBROADCASTSS C_e2, Z24; \
	VBROADCASTSS C_one, Z25; \
	VBROADCASTSS C_lo, Z26; \
	VBROADCASTSS C_hi, Z27

// EXP: P = e^X for X from −104.5 to 89 or NaN; T and X are lost. It needs
// EXPCONSTANTS.
#define EXP(X, T, P) \
	VMOVAPS Z16, T; \
	VFMADD231PS Z17, X, T; \
	VSUBPS Z16, T, T; \
	VFNMADD231PS Z18, T, X; \
	VFNMADD231PS Z19, T, X; \
	VMOVAPS Z21, P; \
	VFMADD231PS Z20, X, P; \
	VFMADD213PS Z22, X, P; \
	VFMADD213PS Z23, X, P; \
	VFMADD213PS Z24, X, P; \
	VFMADD213PS Z25, X, P; \
	VFMADD213PS Z25, X, P; \
	VSCALEFPS T, P, P

#define LOGCONSTANTS \
	VBROADCASTSS C_g8, Z16; \
	VBROADCASTSS C_g7, Z17; \
	VBROADCASTSS C_g6, Z18; \
	VBROADCASTSS C_g5, Z19; \
	VBROADCASTSS C_g4, Z20; \
	VBROADCASTSS C_g3, Z21; \
	VBROADCASTSS C_g2, Z22; \
	VBROADCASTSS C_g1, Z23; \
	VBROADCASTSS C_g0, Z24; \
	VBROADCASTSS C_one, Z25; \
	VBROADCASTSS C_half, Z26; \
	VBROADCASTSS C_ln2Lo, Z27; \
	VBROADCASTSS C_ln2Hi, Z28

// LOG: X = log X, special values included; A, B, D, E are lost. getexp and
// getmant give the specification's e and m for all inputs. It needs
// LOGCONSTANTS.
#define LOG(X, A, B, D, E) \
	VGETMANTPS $0x0b, X, A; \
	VGETEXPPS X, E; \
	VGETEXPPS A, B; \
	VSUBPS B, E, E; \
	VSUBPS Z25, A, A; \
	VMULPS A, A, B; \
	VMOVAPS Z17, D; \
	VFMADD231PS Z16, A, D; \
	VFMADD213PS Z18, A, D; \
	VFMADD213PS Z19, A, D; \
	VFMADD213PS Z20, A, D; \
	VFMADD213PS Z21, A, D; \
	VFMADD213PS Z22, A, D; \
	VFMADD213PS Z23, A, D; \
	VFMADD213PS Z24, A, D; \
	VFMADD213PS Z26, A, D; \
	VMULPS Z27, E, X; \
	VFMADD231PS B, D, X; \
	VADDPS A, X, X; \
	VFMADD231PS Z28, E, X

// EACH does OP(offset of the numbers, X, T, P, S, K) for four registers of numbers,
// operation by operation, so that a chain of 50 or 60 cycles needs not be looked
// past.
#define EACH(OP) \
	OP(0, Z0, Z4, Z8, Z12, K2); \
	OP(64, Z1, Z5, Z9, Z13, K3); \
	OP(128, Z2, Z6, Z10, Z14, K4); \
	OP(192, Z3, Z7, Z11, Z15, K5)

// EACHWITH hands OP a constant too.
#define EACHWITH(OP, C) \
	OP(C, Z0, Z4, Z8); \
	OP(C, Z1, Z5, Z9); \
	OP(C, Z2, Z6, Z10); \
	OP(C, Z3, Z7, Z11)

#define LOADX(O, X, T, P, S, K) VMOVUPS O(SI)(R9*4), X
#define STOREX(O, X, T, P, S, K) VMOVUPS X, O(DI)(R9*4)
#define STOREP(O, X, T, P, S, K) VMOVUPS P, O(DI)(R9*4)

// P = P·X + C, and P = P·T + C
#define HORNERX1(C, X, T, P) VFMADD213PS C, X, P
#define HORNERT1(C, X, T, P) VFMADD213PS C, T, P
#define HORNERX(C) EACHWITH(HORNERX1, C)
#define HORNERT(C) EACHWITH(HORNERT1, C)

// EXPEACH: P = e^X as EXP does it; X and T are lost.
#define EXP1(O, X, T, P, S, K) VMOVAPS Z16, T; VFMADD231PS Z17, X, T
#define EXP2(O, X, T, P, S, K) VSUBPS Z16, T, T
#define EXP3(O, X, T, P, S, K) VFNMADD231PS Z18, T, X; VMOVAPS Z20, P
#define EXP4(O, X, T, P, S, K) VFNMADD231PS Z19, T, X
#define EXP5(O, X, T, P, S, K) VSCALEFPS T, P, P
#define EXPEACH \
	EACH(EXP1); \
	EACH(EXP2); \
	EACH(EXP3); \
	EACH(EXP4); \
	HORNERX(Z21); \
	HORNERX(Z22); \
	HORNERX(Z23); \
	HORNERX(Z24); \
	HORNERX(Z25); \
	HORNERX(Z25); \
	EACH(EXP5)

// LOGEACH: P = log X as LOG does it; X, T and S are lost, and Z29.
#define LOG1(O, X, T, P, S, K) VGETMANTPS $0x0b, X, T; VGETEXPPS X, X
#define LOG2(O, X, T, P, S, K) VGETEXPPS T, S; VSUBPS Z25, T, T; VMOVAPS Z16, P
#define LOG3(O, X, T, P, S, K) VSUBPS S, X, X; VMULPS T, T, S
#define LOG4(O, X, T, P, S, K) VMULPS Z27, X, Z29; VFMADD213PS Z29, S, P
#define LOG5(O, X, T, P, S, K) VADDPS T, P, P
#define LOG6(O, X, T, P, S, K) VFMADD231PS Z28, X, P
#define LOGEACH \
	EACH(LOG1); \
	EACH(LOG2); \
	EACH(LOG3); \
	HORNERT(Z17); \
	HORNERT(Z18); \
	HORNERT(Z19); \
	HORNERT(Z20); \
	HORNERT(Z21); \
	HORNERT(Z22); \
	HORNERT(Z23); \
	HORNERT(Z24); \
	HORNERT(Z26); \
	EACH(LOG4); \
	EACH(LOG5); \
	EACH(LOG6)
