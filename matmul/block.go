package matmul

import "weft/asm"

// scratch is what one worker packs into.
type scratch struct {
	a []float32 // rows of A
	b []float32 // panels of columns of B
	c []float32 // a block of a C whose rows are not contiguous
}

// multiply computes rows [i0, i1) and columns [j0, j1) of a product by the loops
// of Goto and van de Geijn. The innermost, over tiles and the steps of their
// chains, are in the kernel.
func (s *scratch) multiply(kernels *asm.Kernels, p *product, i0, i1, j0, j1 int) {
	m, n, k := i1-i0, j1-j0, p.a.Cols
	columns, steps, rows := n, blockOf(k, kernels.KC, 8), m
	if m > kernels.MC*3/2 { // two blocks of 64 rows took 1.03 times as long as one of 128
		rows = blockOf(m, kernels.MC, kernels.MR)
	}
	packA := p.alpha != 1 || packLeft(&p.a, m, n)
	packB := p.b.ColStride != 1 && p.b.Cols > 1 || packRight(&p.b, m)
	short := k <= kernels.KCShort
	through := p.c.ColStride != 1 && p.c.Cols > 1
	if m == 1 && !through && k > 1 {
		s.row(kernels, p, i0, j0, n)
		return
	}
	if !packA && !packB && !through && short {
		kernels.Gemm(asm.Gemm{M: m, N: n, K: k, A: p.a.from(i0, 0), RS: p.a.RowStride, CS: p.a.ColStride,
			B: p.b.from(0, j0), LDB: p.b.RowStride, PB: asm.PanelWidth, C: p.c.from(i0, j0), LDC: p.c.RowStride, PC: asm.PanelWidth,
			Bias: nil, Accumulate: p.accumulate})
		if p.epilogue != nil {
			p.finish(i0, j0, m, n)
		}
		return
	}
	switch {
	case through:
		columns, rows = blockOf(n, throughColumns, asm.PanelWidth), m // a block of C lasts for all steps of its chains
	case packB && short:
		columns = blockOf(n, max(asm.PanelWidth, shortRight/max(k, 1)), asm.PanelWidth)
	case packB:
		columns = blockOf(n, kernels.NC, asm.PanelWidth)
	case !packA:
		rows = m
	}
	for j := j0; j < j1; j += columns { // columns of C
		n := min(columns, j1-j)
		for q := 0; q == 0 || q < k; q += steps { // steps of the chains
			depth := min(steps, k-q)
			last := q+depth >= k
			for i := i0; i < i1; i += rows { // rows of C: a block of A stays in L2
				m := min(rows, i1-i)
				g := asm.Gemm{M: m, N: n, K: depth, PC: asm.PanelWidth, Accumulate: p.accumulate || q > 0}
				s.left(&g, kernels, p, i, q, packA)
				s.result(&g, kernels, &p.c, i, j, through, p.accumulate && q == 0)
				if packB {
					s.panels(&g, kernels, &p.b, q, j, short, i == i0, m == i1-i0)
				} else {
					g.B, g.LDB, g.PB = p.b.from(q, j), p.b.RowStride, asm.PanelWidth
					kernels.Gemm(g)
				}
				if last && through {
					s.write(kernels, &p.c, i, j, m, n)
				}
				if last && p.epilogue != nil {
					p.finish(i, j, m, n)
				}
			}
		}
	}
}

// throughColumns is the number of columns of a C that goes through a scratch: 64
// took 1.1 times as long for Aᵀ·B of 100×10×32.
const throughColumns = 128

// finish calls the epilogue in the coordinates of the caller's C.
func (p *product) finish(i, j, rows, cols int) {
	if p.transposed {
		i, j, rows, cols = j, i, cols, rows
	}
	p.epilogue.Finish(i, j, rows, cols)
}

// blockOf returns the size of the equal blocks that divide n into as few as the
// limit allows: a multiple of the grain.
func blockOf(n, limit, grain int) int {
	if n <= limit {
		return max(n, 1)
	}
	blocks := (n + limit - 1) / limit
	return ((n+blocks-1)/blocks + grain - 1) / grain * grain
}

// from returns the data of a view from element (i, j) on; without elements, nil.
func (m *Matrix) from(i, j int) []float32 {
	if m.Rows == 0 || m.Cols == 0 {
		return nil
	}
	return m.Data[i*m.RowStride+j*m.ColStride:]
}

// result makes the block of C at (i, j) the result of g: in place, or, where its
// rows are not contiguous, in a scratch, with what it holds if read.
func (s *scratch) result(g *asm.Gemm, kernels *asm.Kernels, c *Matrix, i, j int, through, read bool) {
	if !through {
		g.C, g.LDC = c.from(i, j), c.RowStride
		return
	}
	g.LDC = strideOf(g.N)
	g.C = reserve(&s.c, g.M*g.LDC)
	if read {
		copyMatrix(kernels, Matrix{g.C, g.M, g.N, g.LDC, 1}, c.Block(i, j, g.M, g.N))
	}
}

// write copies a finished block of C from the scratch to its place.
func (s *scratch) write(kernels *asm.Kernels, c *Matrix, i, j, rows, cols int) {
	copyMatrix(kernels, c.Block(i, j, rows, cols), Matrix{s.c, rows, cols, strideOf(cols), 1})
}
