//go:build amd64 && !purego

#include "textflag.h"
#include "activation_avx512.h"
#include "activation_amd64.h"
#include "activation_gelu_amd64.h"

// func geluAVX512Asm(y, x *float32, n int)
TEXT ·geluAVX512Asm(SB), NOSPLIT, $0-24
	GMAGIC
	VALUES(GELU)

// func geluGradAVX512Asm(dx, dy, v *float32, n int)
TEXT ·geluGradAVX512Asm(SB), NOSPLIT, $0-32
	GMAGIC
	SLOPES(GELUSLOPE)
