//go:build arm64 && !purego

package asm

// The assembly does whole square blocks of samples and features; what is left
// at the edges, of the last batch of an epoch and of layers whose width is no
// multiple of a block, is done in Go.

// transposeNEONAsm transposes blocks of 4×4; strides and steps are in bytes:
//
//	for b < blocks { for i < 4 { for j < 4 { dst[b·dstep + j·ds + i] = src[b·sstep + i·ss + j] } } }
//
//go:noescape
func transposeNEONAsm(dst *float32, ds, dstep int, src *float32, ss, sstep, blocks int)

// gatherNEONAsm reads 4 rows of bytes, 16·blocks features each:
//
//	for i < 4 { for f < 16·blocks { xt[f·32+i] = float32(rows[i][f])/255; if xr != nil { xr[i·ld+f] = xt[f·32+i] } } }
//
// The stride ld is in bytes.
//
//go:noescape
func gatherNEONAsm(xt, xr *float32, ld int, rows **uint8, blocks int)

func gatherNEON(xt, xr []float32, ld int, src []uint8, features int, rows []int32, width int) {
	checkGather(xt, xr, ld, src, features, rows, width)
	const block, deep = 4, 16 // samples and features of a block
	whole, blocks := len(rows)&^(block-1), features/deep
	if blocks == 0 {
		whole = 0
	}
	for i := 0; i < whole; i += block {
		var list [block]*uint8
		for j, r := range rows[i : i+block] {
			list[j] = &src[int(r)*features]
		}
		var kept *float32
		if xr != nil {
			kept = &xr[i*ld]
		}
		gatherNEONAsm(&xt[i], kept, 4*ld, &list[0], blocks)
	}
	gatherEdge(xt, xr, ld, src, features, rows[:whole], 0, blocks*deep)
	gatherEdge(xt, xr, ld, src, features, rows, whole, 0)
	clearColumns(xt, len(rows), width, features)
}

func panelFromRowsNEON(xt, xr []float32, ld, n, features, width int) {
	panelFromRowsBlocks(xt, xr, ld, n, features, width, 4, transposeNEONAsm)
}

func rowsFromPanelNEON(xr []float32, ld int, xt []float32, n, features int) {
	rowsFromPanelBlocks(xr, ld, xt, n, features, 4, transposeNEONAsm)
}
