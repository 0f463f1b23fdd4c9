package asm

func gemmGo(g Gemm) {
	g.check()
	for j := 0; j < g.N; j++ {
		panel, column := j/PanelWidth, j%PanelWidth
		for i := 0; i < g.M; i++ {
			c := &g.C[panel*g.PC+i*g.LDC+column]
			acc := float32(0)
			if g.Bias != nil {
				acc = g.Bias[i]
			} else if g.Accumulate {
				acc = *c
			}
			for k := 0; k < g.K; k++ {
				acc = fma32(g.A[i*g.RS+k*g.CS], g.B[panel*g.PB+k*g.LDB+column], acc)
			}
			*c = acc
		}
	}
}

func gemvGo(y, x, w, b []float32) {
	checkGemv(y, x, w, b)
	for j := range y {
		acc := b[j]
		column := w[j/16*len(x)*16+j%16:]
		for k, v := range x {
			acc = fma32(v, column[k*16], acc)
		}
		y[j] = acc
	}
}
