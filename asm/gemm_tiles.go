//go:build (amd64 || arm64) && !purego

package asm

// tileFunc computes blocks of rows of C, as many rows each as its name says, over
// all n columns. Strides are in bytes; bias is nil, or points to the bias of the
// first row; after each kp steps of k, a moves by pa more than cs:
//
//	for i < blocks·rows { for j < n {
//		acc := accumulate ? c[i,j] : bias != nil ? bias[i] : 0
//		for k { acc = fma(a[i,k], b[k,j], acc) }
//		c[i,j] = acc
//	} }
type tileFunc func(a *float32, rs, cs int, b *float32, ldb, pb int, c *float32, ldc, pc int, bias *float32, n, k int, accumulate bool, kp, pa, blocks int)

// gemvFunc computes panels of 16 outputs, as many as its name says:
//
//	for j < 16·panels { acc := b[j]; for k { acc = fma(x[k], w[j/16][k][j%16], acc) }; y[j] = acc }
type gemvFunc func(y, x, w, b *float32, k int)

// gemmTiles divides the rows into as few blocks as the tallest tile allows, all
// of about the same height: 50 rows are 13+13+12+12, not 14+14+14+8.
func gemmTiles(g *Gemm, tiles []tileFunc) {
	g.check()
	if g.M == 0 || g.N == 0 {
		return
	}
	const size = 4
	var a, b *float32 // nil where K is 0
	if g.K > 0 {
		a, b = &g.A[0], &g.B[0]
	}
	c, bias := &g.C[0], (*float32)(nil)
	if g.Bias != nil {
		bias = &g.Bias[0]
	}
	kp, pa := g.K, 0
	if g.PA > 0 {
		kp, pa = PanelWidth, (g.PA-PanelWidth*g.CS)*size
	}
	blocks := (g.M + len(tiles) - 1) / len(tiles)
	height, taller := g.M/blocks, g.M%blocks
	if taller > 0 {
		tiles[height](a, g.RS*size, g.CS*size, b, g.LDB*size, g.PB*size, c, g.LDC*size, g.PC*size, bias, g.N, g.K, g.Accumulate, kp, pa, taller)
		done := taller * (height + 1)
		if g.K > 0 {
			a = &g.A[done*g.RS]
		}
		if bias != nil {
			bias = &g.Bias[done]
		}
		c = &g.C[done*g.LDC]
	}
	tiles[height-1](a, g.RS*size, g.CS*size, b, g.LDB*size, g.PB*size, c, g.LDC*size, g.PC*size, bias, g.N, g.K, g.Accumulate, kp, pa, blocks-taller)
}

// gemvPanels computes whole panels and returns what is left of y, w and b.
func gemvPanels(y, x, w, b []float32, gemvs []gemvFunc) (_, _, _ []float32) {
	const width = 16
	if len(x) == 0 {
		copy(y, b)
		return nil, nil, nil
	}
	for len(y) >= width {
		panels := min(len(y)/width, len(gemvs))
		gemvs[panels-1](&y[0], &x[0], &w[0], &b[0], len(x))
		y, b, w = y[panels*width:], b[panels*width:], w[panels*width*len(x):]
	}
	return y, w, b
}
