// Loops of the NEON kernels over n ≥ 1 numbers: iterations of 4, then the 1 … 3 that
// are left. The rule of a kernel is written once, between HEAD and TAIL; an iteration that
// is not whole loads and stores 2 and 1 numbers, never more than there are.
//
//    R8  numbers to go after this iteration; below 0 where it is not whole, and
//        then its bits 1 and 0 are the parts that are there: 2 numbers, 1 number
//
// Stores leave their address alone and an ADD moves it on: a store that writes
// its address back hands it to the next iteration when its data is there, no sooner
// (by llvm-mca Adam took 11 cycles a parameter, and takes 4.4 on a Neoverse N1).
//
// Macros with the suffix Q move 4 numbers, D the first 2, L the one in lane 2,
// S one alone.

#define HEAD(LOADQ) \
	SUBS $4, R8, R8; \
	BLT part; \
whole: \
	LOADQ; \
body:

#define TAIL(LOADD, LOADL, LOADS, STOREQ, STORED, STOREL, STORES) \
	TBNZ $63, R8, storePart; \
	STOREQ; \
	SUBS $4, R8, R8; \
	BGE whole; \
part: \
	CMN $4, R8; \
	BEQ done; \
	TBZ $1, R8, loadOne; \
	LOADD; \
	TBZ $0, R8, body; \
	LOADL; \
	B body; \
loadOne: \
	LOADS; \
	B body; \
storePart: \
	TBZ $1, R8, storeOne; \
	STORED; \
	TBZ $0, R8, done; \
	STOREL; \
	RET; \
storeOne: \
	STORES; \
done: \
	RET

// HEAD16 and TAIL16 enclose the rule for iterations of 16, which comes before the
// one for iterations of 4.
#define HEAD16(LOAD) \
	SUBS $16, R8, R8; \
	BLT few; \
many: \
	LOAD

#define TAIL16(STORE) \
	STORE; \
	SUBS $16, R8, R8; \
	BGE many; \
few: \
	ADDS $16, R8, R8; \
	BEQ done
