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
//	for j < 16·panels { acc := b[j]; for k { if x[k] ≠ 0 { acc = fma(x[k], w[j/16][k][j%16], acc) } }; y[j] = acc }
//	large = for all k: x[k] = 0 or not |x[k]| < 2⁻⁵⁰
//
// 64 inputs at a time it makes a bit for each that is not zero, and goes from one
// such bit to the next.
type gemvFunc func(y, x, w, b *float32, k int) (large bool)

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

// gemvPanels is Gemv with the panels divided among as few calls as the widest
// function allows, all of about the same width.
func gemvPanels(y, x, w, b []float32, gemvs []gemvFunc) (large bool) {
	checkGemv(y, x, w, b)
	if len(x) == 0 {
		copy(y, b)
		return true
	}
	const width = 16
	large = true
	panels := len(y) / width
	for calls := (panels + len(gemvs) - 1) / len(gemvs); calls > 0; calls-- {
		n := (panels + calls - 1) / calls
		large = gemvs[n-1](&y[0], &x[0], &w[0], &b[0], len(x))
		panels -= n
		y, b, w = y[n*width:], b[n*width:], w[n*width*len(x):]
	}
	return large
}

// spmmFunc is a tile of columns of [Kernels.SpMM], for at least one row, of the n terms
// at ta and tb. Distances are in bytes.
type spmmFunc func(ta *float32, tb *uint16, n int, b *float32, pb int, c *float32, pc int, accumulate bool)

// spmmTiles is SpMM in tiles of that many columns.
func spmmTiles(g *SpMM, columns int, tile spmmFunc) {
	g.check(columns)
	for j := 0; j < g.N && !g.empty(); j += columns {
		b, c := &g.B[j/PanelWidth*g.PB], &g.C[j/PanelWidth*g.PC]
		tile(&g.A.a[0], &g.A.b[0], g.A.n, b, 4*g.PB, c, 4*g.PC, g.Accumulate)
	}
}
