package matmul

import "weft/asm"

// strategy is how a product is computed: the sizes of its blocks, and where the kernels
// read A and B and write C.
type strategy struct {
	mc, kc, nc int // of the loops ic, pc and jc
	a          operandA
	b          operandB
	c          operandC
}

type operandA int

const (
	aInPlace operandA = iota
	aPacked           // a block of rows in the scratch
)

type operandB int

const (
	bInPlace operandB = iota
	bRows             // a small block, copied as rows
	bPanels           // all panels of a block at once, for short chains
	bStream           // a panel at a time
)

type operandC int

const (
	cInPlace operandC = iota
	cScratch          // a block in the scratch, because its rows are not contiguous
)

const (
	// smallB is the number of floats of a block of B that stays in L1 next to the rows of
	// a tile, so that it needs no panels.
	smallB = 4096

	// shortB is the number of floats of a packed B of short chains: it stays in L2 while
	// each tile of rows passes over all of it, so that C is written row by row.
	// 784×1024×128 with Aᵀ took 1.1 to 1.5 times as long panel by panel, 256×256×256
	// 1.06 times; twice as many floats took 1.04 times as long for the latter (AVX2,
	// Zen 3). Longer chains come back to C, and are faster with a panel in L1.
	shortB = 32768

	// scratchColumns is the number of columns of a C that goes through a scratch: 64 took
	// 1.1 times as long for Aᵀ·B of 100×10×32.
	scratchColumns = 128
)

// choose makes s the strategy for m rows and n columns of a product. (In place: a copy
// waits for its stores.)
func (s *strategy) choose(kernels *asm.Kernels, p *product, m, n int) {
	k := p.a.Cols
	s.mc, s.kc, s.nc = m, blockOf(k, kernels.KC, 8), n
	s.a, s.b, s.c = aInPlace, bInPlace, cInPlace
	if m > kernels.MC*3/2 { // two blocks of 64 rows took 1.03 times as long as one of 128
		s.mc = blockOf(m, min(kernels.MC, max(1, kernels.FloatsA/s.kc/kernels.MR)*kernels.MR), kernels.MR)
	} else {
		s.kc = blockOf(k, min(kernels.KC, max(kernels.KCShort, kernels.FloatsA/m)), 8)
	}
	if p.alpha != 1 || packA(kernels, &p.a, m, n) {
		s.a = aPacked
	}
	if p.b.ColStride != 1 && p.b.Cols > 1 || packB(kernels, &p.b, m) {
		s.b = bStream
		s.nc = blockOf(n, kernels.NC, asm.PanelWidth)
		if k <= kernels.KCShort {
			s.b = bPanels
			s.nc = blockOf(n, max(asm.PanelWidth, shortB/max(k, 1)), asm.PanelWidth)
		}
	}
	switch {
	case !p.c.rowsAreContiguous():
		s.c = cScratch
		s.nc, s.mc = blockOf(n, scratchColumns, asm.PanelWidth), m // a block of C lasts for all steps of its chains
	case s.a == aInPlace && s.b == bInPlace:
		s.mc = m
	}
	if s.b != bInPlace && s.nc*s.kc <= smallB {
		s.b = bRows
	}
}

// packA reports whether A is worth a copy for n columns: where its columns lie far
// apart, so that each step of a chain is on another page, or its rows, so that those of
// a block, visited for each panel of B, take more pages than the first level of
// translations holds (784×784×784 took 1.06 times as long in place with AVX2 on Zen 3),
// and where the rows fall on the same sets of L1; see [strideOf].
func packA(kernels *asm.Kernels, a *Matrix, m, n int) bool {
	far, columns := kernels.FarA, 4*kernels.NR
	if a.RowStride == 1 {
		return m >= 16 && n >= 2*columns && (a.ColStride > far/2 || a.ColStride%kernels.StrideA == 0)
	}
	return n >= 4*columns && a.RowStride >= far || n >= columns && m > 1 && a.RowStride >= kernels.StrideA && a.RowStride%kernels.StrideA == 0
}

// packB reports whether a B of contiguous rows is worth a copy in panels: where its
// rows lie far apart, or 16 columns of it pass through more than half of L1, and enough
// rows of A pass over the copy. 128×100×784 and 300×100×784 took 0.98 and 0.93 times as
// long packed, 128×128×128 1.04 times, 32×100×784 1.05 times (AVX2, Zen 3). Where FloatsB
// hold it, it stays in place, but for many rows that fall on the same sets of L2.
func packB(kernels *asm.Kernels, b *Matrix, rows int) bool {
	if b.Rows*b.Cols <= kernels.FloatsB && (b.Rows <= 128 || b.RowStride%1024 != 0) {
		return false
	}
	return rows > 64 && (b.RowStride > 128 || b.Rows > 256)
}

// rowsAreContiguous reports whether the kernels can write the rows of a C in place.
func (m *Matrix) rowsAreContiguous() bool { return m.ColStride == 1 || m.Cols <= 1 }

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
