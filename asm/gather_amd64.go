//go:build amd64 && !purego

package asm

// The assembly does whole square blocks of samples and features; what is left
// at the edges, of the last batch of an epoch and of layers whose width is no
// multiple of a block, is done in Go.

// transposeAVX512Asm transposes blocks of 16×16; strides and steps are in bytes:
//
//	for b < blocks { for i < 16 { for j < 16 { dst[b·dstep + j·ds + i] = src[b·sstep + i·ss + j] } } }
//
//go:noescape
func transposeAVX512Asm(dst *float32, ds, dstep int, src *float32, ss, sstep, blocks int)

// gatherAVX512Asm reads 16 rows of bytes, 16·blocks features each:
//
//	for i < 16 { for f < 16·blocks { xt[f·32+i] = float32(rows[i][f])/255; if xr != nil { xr[i·ld+f] = xt[f·32+i] } } }
//
// The stride ld is in bytes.
//
//go:noescape
func gatherAVX512Asm(xt, xr *float32, ld int, rows **uint8, blocks int)

func gatherAVX512(xt, xr []float32, ld int, src []uint8, features int, rows []int32, width int) {
	checkGather(xt, xr, ld, src, features, rows, width)
	const block = 16
	whole, blocks := len(rows)&^(block-1), features/block
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
		gatherAVX512Asm(&xt[i], kept, 4*ld, &list[0], blocks)
	}
	gatherEdge(xt, xr, ld, src, features, rows[:whole], 0, blocks*block)
	gatherEdge(xt, xr, ld, src, features, rows, whole, 0)
	clearColumns(xt, len(rows), width, features)
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

// gatherAVX2Asm reads 8 rows of bytes, 8·blocks features each:
//
//	for i < 8 { for f < 8·blocks { xt[f·32+i] = float32(rows[i][f])/255; if xr != nil { xr[i·ld+f] = xt[f·32+i] } } }
//
// The stride ld is in bytes.
//
//go:noescape
func gatherAVX2Asm(xt, xr *float32, ld int, rows **uint8, blocks int)

func gatherAVX2(xt, xr []float32, ld int, src []uint8, features int, rows []int32, width int) {
	checkGather(xt, xr, ld, src, features, rows, width)
	const block = 8
	whole, blocks := len(rows)&^(block-1), features/block
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
		gatherAVX2Asm(&xt[i], kept, 4*ld, &list[0], blocks)
	}
	gatherEdge(xt, xr, ld, src, features, rows[:whole], 0, blocks*block)
	gatherEdge(xt, xr, ld, src, features, rows, whole, 0)
	clearColumns(xt, len(rows), width, features)
}

func panelFromRowsAVX2(xt, xr []float32, ld, n, features, width int) {
	panelFromRowsBlocks(xt, xr, ld, n, features, width, 8, transposeAVX2Asm)
}

func rowsFromPanelAVX2(xr []float32, ld int, xt []float32, n, features int) {
	rowsFromPanelBlocks(xr, ld, xt, n, features, 8, transposeAVX2Asm)
}
