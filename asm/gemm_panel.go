package asm

func gemmPanelGo(g Gemm, packed, next []float32, ldn int) {
	if packed != nil {
		packPanel(&g, packed, PanelWidth, packGo)
	}
	gemmGo(g)
}

// packPanel packs B of a panel, and makes the panel its B.
func packPanel(g *Gemm, packed []float32, width int, pack func(dst []float32, width int, src []float32, ss, rows, cols int)) {
	g.checkPanel(packed, width)
	pack(packed, width, g.B, g.LDB, g.K, g.N)
	g.B, g.LDB = packed, width
}
