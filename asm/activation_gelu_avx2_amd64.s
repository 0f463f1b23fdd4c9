//go:build amd64 && !purego

#include "textflag.h"
#define GELUCHAINS
#include "activation_avx2.h"
#include "activation_amd64.h"
#include "activation_gelu_amd64.h"

// func geluAVX2Asm(y, x *float32, n int)
TEXT ·geluAVX2Asm(SB), NOSPLIT, $0-24
	GMAGIC
	VALUES(GELU)

// func geluGradAVX2Asm(dx, dy, v *float32, n int)
TEXT ·geluGradAVX2Asm(SB), NOSPLIT, $0-32
	GMAGIC
	SLOPES(GELUSLOPE)
