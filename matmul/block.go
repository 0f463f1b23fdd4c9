package matmul

import "weft/asm"

// scratch is what one worker packs into.
type scratch struct {
	a []float32 // a strip of 32 rows of A, [k][32]
	b []float32 // panels of 32 columns of B, [k][32] each
	c []float32 // a block of a C whose rows are not contiguous
}

// multiply computes rows [i0, i1) and columns [j0, j1) of a product by the loops
// of Goto and van de Geijn. The innermost, over tiles and the steps of their
// chains, are in the kernel.
func (s *scratch) multiply(kernels *asm.Kernels, p *product, i0, i1, j0, j1 int) {
	k := p.a.Cols
	columns, steps, rows := blockOf(j1-j0, kernels.NC), blockOf(k, kernels.KC), blockOf(i1-i0, kernels.MC)
	for j := j0; j < j1; j += columns { // columns of C
		n := min(columns, j1-j)
		for q := 0; q == 0 || q < k; q += steps { // steps of the chains: the block of B stays in L2
			depth := min(steps, k-q)
			g := asm.Gemm{N: n, K: depth, Accumulate: p.accumulate || q > 0}
			s.right(&g, kernels, p.b.Block(q, j, depth, n), i1-i0)
			for i := i0; i < i1; i += rows { // rows of C: a strip of A stays in L1
				m := min(rows, i1-i)
				s.block(g, kernels, p.a.Block(i, q, m, depth), p.c.Block(i, j, m, n), p.alpha)
				if q+depth >= k && p.epilogue != nil {
					p.finish(i, j, m, n)
				}
			}
		}
	}
}

// finish calls the epilogue in the coordinates of the caller's C.
func (p *product) finish(i, j, rows, cols int) {
	if p.transposed {
		i, j, rows, cols = j, i, cols, rows
	}
	p.epilogue.Finish(i, j, rows, cols)
}

// blockOf returns the size of the equal blocks that divide n into as few as the
// limit allows: a multiple of 32, at least 32.
func blockOf(n, limit int) int {
	blocks := max(1, (n+limit-1)/limit)
	return max(1, ((n+blocks-1)/blocks+31)/32) * 32
}

// block multiplies a block of A with the block of B in g.
func (s *scratch) block(g asm.Gemm, kernels *asm.Kernels, a, c Matrix, alpha float32) {
	rows := c
	if c.ColStride != 1 && c.Cols > 1 {
		rows = Matrix{reserve(&s.c, c.Rows*c.Cols), c.Rows, c.Cols, c.Cols, 1}
		if g.Accumulate {
			copyElements(rows, c)
		}
	}
	s.strips(g, kernels, a, rows, alpha)
	if c.ColStride != 1 && c.Cols > 1 {
		copyElements(c, rows)
	}
}

// strips multiplies a block of A with the block of B in g into a C of contiguous
// rows, with A in place or strip by strip.
func (s *scratch) strips(g asm.Gemm, kernels *asm.Kernels, a, c Matrix, alpha float32) {
	g.LDC, g.PC = c.RowStride, asm.PanelWidth
	if alpha == 1 && !packLeft(a, g.N) {
		g.M, g.A, g.RS, g.CS, g.C = a.Rows, a.Data, a.RowStride, a.ColStride, c.Data
		kernels.Gemm(g)
		return
	}
	g.A, g.RS, g.CS = reserve(&s.a, a.Cols*asm.PanelWidth), 1, asm.PanelWidth
	for i := 0; i < a.Rows; i += asm.PanelWidth {
		g.M = min(asm.PanelWidth, a.Rows-i)
		pack(g.A, a.Block(i, 0, g.M, a.Cols).T(), kernels)
		if alpha != 1 {
			kernels.Scale(g.A, g.A, alpha)
		}
		g.C = c.Data[i*c.RowStride:]
		kernels.Gemm(g)
	}
}

// right makes b the right operand of g: in place, or packed in panels where it is
// not contiguous along the columns or where rows of A, that many, make it worth
// the copy.
func (s *scratch) right(g *asm.Gemm, kernels *asm.Kernels, b Matrix, rows int) {
	if (b.ColStride == 1 || b.Cols == 1) && !packRight(b, rows) {
		g.B, g.LDB, g.PB = b.Data, b.RowStride, asm.PanelWidth
		return
	}
	panel := b.Rows * asm.PanelWidth
	panels := (b.Cols + asm.PanelWidth - 1) / asm.PanelWidth
	g.B, g.LDB, g.PB = reserve(&s.b, panels*panel), asm.PanelWidth, panel
	for j := range panels {
		columns := b.Block(0, j*asm.PanelWidth, b.Rows, min(asm.PanelWidth, b.Cols-j*asm.PanelWidth))
		pack(g.B[j*panel:][:panel], columns, kernels)
	}
}

// packRight tells whether a B of contiguous rows is worth a copy in panels: where
// its rows lie far apart and enough rows of A pass over the copy. In place,
// 1024×1024×1024 takes 1.13 times as long, 128×1024×1024 1.02 times; 128×100×784
// packed takes 1.1 times as long, 32×100×784 1.45 times.
func packRight(b Matrix, rows int) bool {
	return rows > 64 && b.RowStride > 256
}

// packLeft tells whether A is worth a copy in strips for n columns: where its
// columns are contiguous and lie far apart, so that each step of a chain is on
// another page (in place, 512×512×512 with Aᵀ takes 1.05 times as long with
// AVX-512, 1.1 times with AVX2). Rows are read in place, also with leading
// dimensions that are powers of two: packed, 256×256×256 takes 1.07 times as
// long, 1024×1024×1024 as long.
func packLeft(a Matrix, n int) bool {
	return a.RowStride == 1 && a.ColStride > 256 && a.Rows >= asm.PanelWidth/2 && n >= 4*asm.PanelWidth
}
