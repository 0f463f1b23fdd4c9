//go:build amd64 && !purego

package asm

// The assembly does whole blocks of samples and features. What transpositions leave
// at the edges, of the last batch of an epoch and of layers whose width is no
// multiple of a block, is done in Go.

// transposeAVX512Asm transposes blocks of 16×16; strides and steps are in bytes:
//
//	for b < blocks { for i < 16 { for j < 16 { dst[b·dstep + j·ds + i] = src[b·sstep + i·ss + j] } } }
//
//go:noescape
func transposeAVX512Asm(dst *float32, ds, dstep int, src *float32, ss, sstep, blocks int)

// gatherAVX512Asm reads up to 16 of n rows of bytes, 16·blocks features each:
//
//	for i < min(n, 16) { for f < 16·blocks { xt[f·32+i] = float32(src[rows[i]·features+f])/255 } }
//
//go:noescape
func gatherAVX512Asm(xt *float32, src *uint8, features int, rows *int32, n, blocks int)

func gatherAVX512(xt []float32, src []uint8, features int, rows []int32, width int) {
	gatherBlocks(xt, src, features, rows, width, 16, 16, gatherAVX512Asm)
}

// gatherRowsAVX512Asm reads 32·panels + 16·groups features of n rows:
//
//	for i < n { for f < 32·panels + 16·groups { x[f/32·stride/4 + i·32 + f%32] = float32(src[rows[i]·features+f])/255 } }
//
//go:noescape
func gatherRowsAVX512Asm(x *float32, src *uint8, features int, rows *int32, n, panels, groups, stride int)

func gatherRowsAVX512(x []float32, src []uint8, features, first, n int, rows []int32) {
	gatherRowsGroups(x, src, features, first, n, rows, 16, gatherRowsAVX512Asm)
}

func panelFromRowsAVX512(xt, xr []float32, ld, n, features, width int) {
	panelFromRowsBlocks(xt, xr, ld, n, features, width, 16, transposeAVX512Asm)
}

func rowsFromPanelAVX512(xr []float32, ld int, xt []float32, n, features int) {
	rowsFromPanelBlocks(xr, ld, xt, n, features, 16, transposeAVX512Asm)
}

// transposeAVX2Asm transposes blocks of 8×8; strides and steps are in bytes:
//
//	for b < blocks { for i < 8 { for j < 8 { dst[b·dstep + j·ds + i] = src[b·sstep + i·ss + j] } } }
//
//go:noescape
func transposeAVX2Asm(dst *float32, ds, dstep int, src *float32, ss, sstep, blocks int)

// gatherAVX2Asm reads up to 16 of n rows of bytes, 32·blocks features each:
//
//	for i < min(n, 16) { for f < 32·blocks { xt[f·32+i] = float32(src[rows[i]·features+f])/255 } }
//
//go:noescape
func gatherAVX2Asm(xt *float32, src *uint8, features int, rows *int32, n, blocks int)

func gatherAVX2(xt []float32, src []uint8, features int, rows []int32, width int) {
	gatherBlocks(xt, src, features, rows, width, 16, 32, gatherAVX2Asm)
}

// gatherRowsAVX2Asm reads 32·panels + 8·groups features of n rows:
//
//	for i < n { for f < 32·panels + 8·groups { x[f/32·stride/4 + i·32 + f%32] = float32(src[rows[i]·features+f])/255 } }
//
//go:noescape
func gatherRowsAVX2Asm(x *float32, src *uint8, features int, rows *int32, n, panels, groups, stride int)

func gatherRowsAVX2(x []float32, src []uint8, features, first, n int, rows []int32) {
	gatherRowsGroups(x, src, features, first, n, rows, 8, gatherRowsAVX2Asm)
}

func panelFromRowsAVX2(xt, xr []float32, ld, n, features, width int) {
	panelFromRowsBlocks(xt, xr, ld, n, features, width, 8, transposeAVX2Asm)
}

func rowsFromPanelAVX2(xr []float32, ld int, xt []float32, n, features int) {
	rowsFromPanelBlocks(xr, ld, xt, n, features, 8, transposeAVX2Asm)
}

// prefetchAMD64Asm fetches the cache lines of n images into L1:
//
//	for i < n { for f := 0; f < features; f += 64 { fetch src[rows[i]·features+f] } }
//
//go:noescape
func prefetchAMD64Asm(src *uint8, features int, rows *int32, n int)

func prefetchAMD64(src []uint8, features int, rows []int32) {
	prefetchRows(src, features, rows, prefetchAMD64Asm)
}
