//go:build amd64 && !purego

package asm

// A gatherFunc of 16 rows in blocks of 16 features, a gatherRowsFunc in groups of 16,
// and a transposeFunc of blocks of 16×16.

func gatherAVX512Asm(xt *float32, src *uint8, features int, rows *int32, n, blocks int)
func gatherRowsAVX512Asm(x *float32, src *uint8, features int, rows *int32, n, panels, groups, stride int)
func transposeAVX512Asm(dst *float32, ds, dstep int, src *float32, ss, sstep, blocks int)

// A gatherFunc of 16 rows in blocks of 32 features, a gatherRowsFunc in groups of 8,
// and a transposeFunc of blocks of 8×8.

func gatherAVX2Asm(xt *float32, src *uint8, features int, rows *int32, n, blocks int)
func gatherRowsAVX2Asm(x *float32, src *uint8, features int, rows *int32, n, panels, groups, stride int)
func transposeAVX2Asm(dst *float32, ds, dstep int, src *float32, ss, sstep, blocks int)

// prefetchAMD64Asm is a prefetchFunc.
func prefetchAMD64Asm(src *uint8, features int, rows *int32, n int)
