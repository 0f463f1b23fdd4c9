//go:build amd64 && !purego

#include "textflag.h"

// The constants of functions_avx2.h, 32 bytes each, and the masks of the AVX2 kernels.

#define CONSTANT(AT, V) \
	DATA ·funcsAVX2+AT(SB)/8, V; \
	DATA ·funcsAVX2+AT+8(SB)/8, V; \
	DATA ·funcsAVX2+AT+16(SB)/8, V; \
	DATA ·funcsAVX2+AT+24(SB)/8, V

CONSTANT(0, $0xc2d10000c2d10000) // C_lo
CONSTANT(32, $0x42b2000042b20000) // C_hi
CONSTANT(64, $0x3fb8aa3b3fb8aa3b) // C_log2e
CONSTANT(96, $0x4b4000fe4b4000fe) // C_magic254
CONSTANT(128, $0x3f3172003f317200) // C_ln2Hi
CONSTANT(160, $0x35bfbe8e35bfbe8e) // C_ln2Lo
CONSTANT(192, $0x3ab4a5623ab4a562) // C_e6
CONSTANT(224, $0x3c091cc73c091cc7) // C_e5
CONSTANT(256, $0x3d2aad143d2aad14) // C_e4
CONSTANT(288, $0x3e2aaa493e2aaa49) // C_e3
CONSTANT(320, $0x3efffffd3efffffd) // C_e2
CONSTANT(352, $0x3f8000003f800000) // C_one
CONSTANT(384, $0x8000000080000000) // C_sign
CONSTANT(416, $0xc111999ac111999a) // C_tLo
CONSTANT(448, $0x4038aa3b4038aa3b) // C_t2log2e
CONSTANT(480, $0x4b40007f4b40007f) // C_magic127
CONSTANT(512, $0x3eb172003eb17200) // C_tHi
CONSTANT(544, $0x353fbe8e353fbe8e) // C_tLn
CONSTANT(576, $0x3db6a7353db6a735) // C_t4
CONSTANT(608, $0x3e89060f3e89060f) // C_t3
CONSTANT(640, $0x3f2aaa743f2aaa74) // C_t2
CONSTANT(672, $0x3faaaa6e3faaaa6e) // C_t1
CONSTANT(704, $0x4000000040000000) // C_two
CONSTANT(736, $0x3d3bdd753d3bdd75) // C_g8
CONSTANT(768, $0xbdca3e35bdca3e35) // C_g7
CONSTANT(800, $0x3df069cd3df069cd) // C_g6
CONSTANT(832, $0xbe011cdebe011cde) // C_g5
CONSTANT(864, $0x3e1204533e120453) // C_g4
CONSTANT(896, $0xbe2a9d85be2a9d85) // C_g3
CONSTANT(928, $0x3e4ccdea3e4ccdea) // C_g2
CONSTANT(960, $0xbe800011be800011) // C_g1
CONSTANT(992, $0x3eaaaaaa3eaaaaaa) // C_g0
CONSTANT(1024, $0xbf000000bf000000) // C_half
CONSTANT(1056, $0x0080000000800000) // C_minNormal
CONSTANT(1088, $0x4b0000004b000000) // C_two23
CONSTANT(1120, $0x7f8000007f800000) // C_inf
CONSTANT(1152, $0xff800000ff800000) // C_negInf
CONSTANT(1184, $0x7fc000007fc00000) // C_nan
CONSTANT(1216, $0x3f4000003f400000) // C_bias
CONSTANT(1248, $0x007fffff007fffff) // C_mant
CONSTANT(1280, $0x0000001700000017) // C_i23
CONSTANT(1312, $0x0000000100000001) // C_i1
CONSTANT(1344, $0x7fffffff7fffffff) // C_abs
CONSTANT(1376, $0x42ae999a42ae999a) // C_limit
CONSTANT(1408, $0x7effffff7effffff) // C_logLimit
GLOBL ·funcsAVX2(SB), RODATA|NOPTR, $1440

// The 8 lanes from index 8−n on are n times all ones, then zero.
DATA ·maskAVX2+0(SB)/8, $-1
DATA ·maskAVX2+8(SB)/8, $-1
DATA ·maskAVX2+16(SB)/8, $-1
DATA ·maskAVX2+24(SB)/8, $-1
DATA ·maskAVX2+32(SB)/8, $0
DATA ·maskAVX2+40(SB)/8, $0
DATA ·maskAVX2+48(SB)/8, $0
DATA ·maskAVX2+56(SB)/8, $0
GLOBL ·maskAVX2(SB), RODATA|NOPTR, $64
