//go:build arm64 && !purego

package asm

func transposeNEON(dst []float32, ds int, src []float32, ss, rows, cols int) {
	transposeBlocks(dst, ds, src, ss, rows, cols, 4, transposeNEONAsm)
}
