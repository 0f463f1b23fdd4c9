package asm

func vecMatGo(y, x, w []float32, ld int) {
	checkVecMat(y, x, w, ld)
	gemmGo(vecMatAsGemm(y, x, w, ld))
}

// vecMatAsGemm is a product of one row.
func vecMatAsGemm(y, x, w []float32, ld int) Gemm {
	return Gemm{M: 1, N: len(y), K: len(x), A: x, CS: 1, B: w, LDB: ld, PB: PanelWidth, C: y, PC: PanelWidth, Accumulate: true}
}
