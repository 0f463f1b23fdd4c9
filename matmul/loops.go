package matmul

import "weft/asm"

// scratch is what one worker packs into.
type scratch struct {
	a []float32 // a block of A, as rows
	b []float32 // a block of B, as panels of columns
	c []float32 // a block of a C whose rows are not contiguous

	block block // under way
}

// multiply computes rows [i0, i1) and columns [j0, j1) of a product by the five loops
// of Goto and van de Geijn (Anatomy of High-Performance Matrix Multiplication, 2008).
// The two innermost, jr over panels of columns and ir over tiles of rows, are in
// [scratch.compute] and the kernels, ir within jr or, for short chains, jr within ir.
func (s *scratch) multiply(kernels *asm.Kernels, p *product, i0, i1, j0, j1 int) {
	m, n, k := i1-i0, j1-j0, p.a.Cols
	if m == 1 && k > 1 && p.c.rowsAreContiguous() {
		s.row(kernels, p, i0, j0, n)
		return
	}
	b := &s.block
	b.kernels, b.p = kernels, p
	b.choose(kernels, p, m, n)
	for jc := j0; jc < j1; jc += b.nc { // columns of B and C
		b.jc, b.n = jc, min(b.nc, j1-jc)
		for pc := 0; pc == 0 || pc < k; pc += b.kc { // steps of the chains
			b.pc, b.k = pc, min(b.kc, k-pc)
			for ic := i0; ic < i1; ic += b.mc { // rows of A and C
				b.ic, b.m = ic, min(b.mc, i1-ic)
				b.first, b.alone = ic == i0, b.m == m
				s.compute(b)
			}
		}
	}
	b.p, b.g.A, b.g.B, b.g.C = nil, nil, nil, nil
}

// block is one turn of the three outer loops: rows ic … and columns jc … of C, steps
// pc … of their chains.
type block struct {
	kernels *asm.Kernels
	p       *product
	strategy
	ic, jc, pc   int
	m, n, k      int
	first, alone bool // it is the first of the blocks that use this block of B, the only one

	g asm.Gemm // what the kernel is to do
}

// compute computes one block.
func (s *scratch) compute(b *block) {
	g := &b.g
	g.M, g.N, g.K, g.Accumulate = b.m, b.n, b.k, b.p.accumulate || b.pc > 0
	g.PB, g.PC = asm.PanelWidth, asm.PanelWidth
	s.bindA(g, b)
	s.bindC(g, b)
	switch b.b {
	case bInPlace:
		g.B, g.LDB = b.p.b.from(b.pc, b.jc), b.p.b.RowStride
		b.kernels.Gemm(*g)
	case bRows:
		s.bindRows(g, b)
		b.kernels.Gemm(*g)
	case bPanels:
		s.bindPanels(g, b)
		b.kernels.Gemm(*g)
	case bStream:
		s.panels(g, b)
	}
	if b.c == cScratch && b.pc+b.k >= b.p.a.Cols {
		s.store(b)
	}
}

// bindA makes rows ic … and steps pc … of A the left operand: in place, or packed as
// rows, times alpha.
func (s *scratch) bindA(g *asm.Gemm, b *block) {
	a := &b.p.a
	g.A, g.RS, g.CS = a.from(b.ic, b.pc), a.RowStride, a.ColStride
	if b.a == aInPlace {
		return
	}
	stride := strideOf(b.k)
	rows := reserve(&s.a, b.m*stride)
	if b.k > 0 {
		copyMatrix(b.kernels, Matrix{rows, b.m, b.k, stride, 1}, Matrix{g.A, b.m, b.k, g.RS, g.CS})
	}
	if b.p.alpha != 1 {
		for r := range b.m {
			b.kernels.Scale(rows[r*stride:][:b.k], rows[r*stride:][:b.k], b.p.alpha)
		}
	}
	g.A, g.RS, g.CS = rows, stride, 1
}

// bindC makes the block of C the result: in place, or, where its rows are not
// contiguous, in a scratch, with what it holds if the chains start there.
func (s *scratch) bindC(g *asm.Gemm, b *block) {
	c := &b.p.c
	if b.c == cInPlace {
		g.C, g.LDC = c.from(b.ic, b.jc), c.RowStride
		return
	}
	g.LDC = strideOf(b.n)
	g.C = reserve(&s.c, b.m*g.LDC)
	if b.p.accumulate && b.pc == 0 {
		copyMatrix(b.kernels, Matrix{g.C, b.m, b.n, g.LDC, 1}, c.Block(b.ic, b.jc, b.m, b.n))
	}
}

// store copies a finished block of C from the scratch to its place.
func (s *scratch) store(b *block) {
	c := &b.p.c
	if c.RowStride == 1 { // as copyMatrix, without copies of views
		b.kernels.Transpose(c.from(b.ic, b.jc), c.ColStride, s.c, strideOf(b.n), b.m, b.n)
		return
	}
	copyMatrix(b.kernels, c.Block(b.ic, b.jc, b.m, b.n), Matrix{s.c, b.m, b.n, strideOf(b.n), 1})
}

// bindRows makes a small block of B, copied as rows, the right operand.
func (s *scratch) bindRows(g *asm.Gemm, b *block) {
	g.LDB = strideOf(b.n)
	g.B = reserve(&s.b, b.k*g.LDB)
	if b.first && b.k > 0 {
		src := &b.p.b
		copyMatrix(b.kernels, Matrix{g.B, b.k, b.n, g.LDB, 1}, Matrix{src.from(b.pc, b.jc), b.k, b.n, src.RowStride, src.ColStride})
	}
}

// bindPanels makes the block of B, packed in panels of PanelWidth, the right operand:
// the kernel's loop jr, within ir, passes over all of them for each tile of rows.
func (s *scratch) bindPanels(g *asm.Gemm, b *block) {
	g.LDB, g.PB = asm.PanelWidth, b.k*asm.PanelWidth
	g.B = reserve(&s.b, (b.n+asm.PanelWidth-1)/asm.PanelWidth*g.PB)
	if b.first {
		pack(g.B, asm.PanelWidth, &b.p.b, b.pc, b.jc, b.k, b.n, b.kernels)
	}
}

// panels is the loop jr of a block whose B is packed panel by panel, just before its
// first use; the loop ir is in the kernel.
func (s *scratch) panels(g *asm.Gemm, b *block) {
	src, width := &b.p.b, b.kernels.NR
	group := max(width, b.kernels.PackNR/width*width)
	fused := group == width && src.ColStride == 1 // the kernel packs what it multiplies
	whole := (b.n + group - 1) / group * group
	if b.alone { // one group after the other
		whole = group
	}
	buffer := reserve(&s.b, whole*b.k)
	c := g.C
	g.LDB = width
	for jr := 0; jr < b.n; jr += width {
		panel := buffer[jr%whole*b.k:][:width*b.k]
		g.N, g.C, g.B, g.LDB = min(width, b.n-jr), c[jr:], panel, width
		var next []float32
		ldn := width
		if jr+width < b.n {
			next = buffer[(jr+width)%whole*b.k:]
		}
		switch {
		case b.first && fused:
			if next != nil {
				next, ldn = src.from(b.pc, b.jc+jr+width), src.RowStride
			}
			g.B, g.LDB = src.from(b.pc, b.jc+jr), src.RowStride
			b.kernels.GemmPanel(*g, panel, next, ldn)
			continue
		case b.first && jr%group == 0:
			pack(panel[:cap(panel)], width, src, b.pc, b.jc+jr, b.k, min(group, b.n-jr), b.kernels)
		}
		b.kernels.GemmPanel(*g, nil, next, ldn)
	}
}
