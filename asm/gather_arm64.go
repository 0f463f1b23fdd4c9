//go:build arm64 && !purego

package asm

// A gatherFunc of 4 rows in blocks of 16 features, a gatherRowsFunc in groups of 16,
// and a transposeFunc of blocks of 4×4.

func gatherNEONAsm(xt *float32, src *uint8, features int, rows *int32, n, blocks int)
func gatherRowsNEONAsm(x *float32, src *uint8, features int, rows *int32, n, panels, groups, stride int)
func transposeNEONAsm(dst *float32, ds, dstep int, src *float32, ss, sstep, blocks int)

// prefetchNEONAsm is a prefetchFunc.
func prefetchNEONAsm(src *uint8, features int, rows *int32, n int)
