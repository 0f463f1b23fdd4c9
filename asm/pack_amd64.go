//go:build amd64 && !purego

package asm

// packAVX2Asm copies 16·panels columns of each row; strides are in bytes, sp is
// the distance of two panels in src, dp in dst:
//
//	for i < rows { for p < panels { for j < 16 { dst[i·ds + p·dp + j] = src[i·ss + p·sp + j] } } }
//
//go:noescape
func packAVX2Asm(dst *float32, ds, dp int, src *float32, ss, sp, rows, panels int)

// packAVX2 packs the whole panels in assembly, each as its runs of 16 columns, and
// the last, partial one in Go.
func packAVX2(dst []float32, width int, src []float32, ss, rows, cols int) {
	checkPack(dst, width, src, ss, rows, cols)
	panels := cols / width
	if width%16 != 0 || rows == 0 {
		panels = 0
	}
	if panels > 0 {
		for run := 0; run < width; run += 16 {
			packAVX2Asm(&dst[run], 4*width, 4*width*rows, &src[run], 4*ss, 4*width, rows, panels)
		}
	}
	packColumns(dst, width, src, ss, rows, cols, panels*width)
}

// packAVX512Asm copies 32·panels columns of each row; ss, in bytes, is the distance of
// two rows in src, dp that of two panels in dst:
//
//	for i < rows { for p < panels { for j < 32 { dst[i·32 + p·dp + j] = src[i·ss + p·32 + j] } } }
//
//go:noescape
func packAVX512Asm(dst *float32, dp int, src *float32, ss, rows, panels int)

// packAVX512 packs whole panels of 32 columns in one pass over each row.
func packAVX512(dst []float32, width int, src []float32, ss, rows, cols int) {
	panels := cols / PanelWidth
	if width != PanelWidth || rows == 0 || panels == 0 {
		packAVX2(dst, width, src, ss, rows, cols)
		return
	}
	checkPack(dst, width, src, ss, rows, cols)
	packAVX512Asm(&dst[0], 4*width*rows, &src[0], 4*ss, rows, panels)
	packColumns(dst, width, src, ss, rows, cols, panels*width)
}

// transposeAVX512 takes the small blocks where the large ones do not fit.
func transposeAVX512() func(dst []float32, ds int, src []float32, ss, rows, cols int) {
	small, large := transposeBlocks(8, transposeAVX2Asm), transposeBlocks(16, transposeAVX512Asm)
	return func(dst []float32, ds int, src []float32, ss, rows, cols int) {
		if rows < 16 || cols < 16 {
			small(dst, ds, src, ss, rows, cols)
		} else {
			large(dst, ds, src, ss, rows, cols)
		}
	}
}
