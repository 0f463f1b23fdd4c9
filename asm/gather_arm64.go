//go:build arm64 && !purego

package asm

// The assembly does whole blocks of samples and features. What transpositions leave
// at the edges, of the last batch of an epoch and of layers whose width is no
// multiple of a block, is done in Go.

// transposeNEONAsm transposes blocks of 4×4; strides and steps are in bytes:
//
//	for b < blocks { for i < 4 { for j < 4 { dst[b·dstep + j·ds + i] = src[b·sstep + i·ss + j] } } }
//
//go:noescape
func transposeNEONAsm(dst *float32, ds, dstep int, src *float32, ss, sstep, blocks int)

// gatherNEONAsm reads up to 4 of n rows of bytes, 16·blocks features each:
//
//	for i < min(n, 4) { for f < 16·blocks { xt[f·32+i] = float32(src[rows[i]·features+f])/255 } }
//
//go:noescape
func gatherNEONAsm(xt *float32, src *uint8, features int, rows *int32, n, blocks int)

func gatherNEON(xt []float32, src []uint8, features int, rows []int32, width int) {
	gatherBlocks(xt, src, features, rows, width, 4, 16, gatherNEONAsm)
}

// gatherRowsNEONAsm reads 32·panels + 16·groups features of n rows:
//
//	for i < n { for f < 32·panels + 16·groups { x[f/32·stride/4 + i·32 + f%32] = float32(src[rows[i]·features+f])/255 } }
//
//go:noescape
func gatherRowsNEONAsm(x *float32, src *uint8, features int, rows *int32, n, panels, groups, stride int)

func gatherRowsNEON(x []float32, src []uint8, features, first, n int, rows []int32) {
	gatherRowsGroups(x, src, features, first, n, rows, 16, gatherRowsNEONAsm)
}

func panelFromRowsNEON(xt, xr []float32, ld, n, features, width int) {
	panelFromRowsBlocks(xt, xr, ld, n, features, width, 4, transposeNEONAsm)
}

func rowsFromPanelNEON(xr []float32, ld int, xt []float32, n, features int) {
	rowsFromPanelBlocks(xr, ld, xt, n, features, 4, transposeNEONAsm)
}

// prefetchNEONAsm fetches the cache lines of n images into L1:
//
//	for i < n { for f := 0; f < features; f += 64 { fetch src[rows[i]·features+f] } }
//
//go:noescape
func prefetchNEONAsm(src *uint8, features int, rows *int32, n int)

func prefetchNEON(src []uint8, features int, rows []int32) {
	prefetchRows(src, features, rows, prefetchNEONAsm)
}
