//go:build arm64 && !purego

package asm

func vecMatNEON(y, x, w []float32, ld int) {
	checkVecMat(y, x, w, ld)
	gemmNEON(vecMatAsGemm(y, x, w, ld))
}
