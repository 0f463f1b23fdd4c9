//go:build arm64 && !purego

package asm

// packNEON copies rows by Go's memmove, which is written for arm64.
func packNEON(dst []float32, width int, src []float32, ss, rows, cols int) {
	checkPack(dst, width, src, ss, rows, cols)
	packColumns(dst, width, src, ss, rows, cols, 0)
}

func transposeNEON(dst []float32, ds int, src []float32, ss, rows, cols int) {
	transposeBlocks(dst, ds, src, ss, rows, cols, 4, transposeNEONAsm)
}
