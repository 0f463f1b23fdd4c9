package matmul

import "weft/asm"

// reserve returns a slice of n floats in the buffer, which grows where it is too
// short.
func reserve(buffer *[]float32, n int) []float32 {
	if len(*buffer) < n {
		*buffer = asm.Aligned(n)
	}
	return (*buffer)[:n]
}

// strideOf returns a distance for rows of n floats in a buffer: an odd number of
// cache lines, so that the rows of a tile do not fall on the same sets of L1. Rows
// of 1024 floats without a gap made a tile of Zen 3 2.6 times as slow, rows of
// 512 1.6 times.
func strideOf(n int) int { return ((n+15)/16 | 1) * 16 }

// left makes rows i … and steps q … of A the left operand of g: in place, or
// packed as rows, times alpha.
func (s *scratch) left(g *asm.Gemm, kernels *asm.Kernels, p *product, i, q int, packed bool) {
	g.A, g.RS, g.CS = p.a.from(i, q), p.a.RowStride, p.a.ColStride
	if !packed {
		return
	}
	stride := strideOf(g.K)
	rows := reserve(&s.a, g.M*stride)
	if g.K > 0 {
		copyMatrix(kernels, Matrix{rows, g.M, g.K, stride, 1}, Matrix{g.A, g.M, g.K, g.RS, g.CS})
	}
	if p.alpha != 1 {
		for r := range g.M {
			kernels.Scale(rows[r*stride:][:g.K], rows[r*stride:][:g.K], p.alpha)
		}
	}
	g.A, g.RS, g.CS = rows, stride, 1
}

// smallRight is the number of floats of a B that stays in L1 beside the rows of a
// tile, so that it needs no panels.
const smallRight = 4096

// shortRight is the number of floats of a packed B of short chains: it stays in L2
// while each tile of rows passes over all of it, so that C is written row by row.
// 784×1024×128 with Aᵀ took 1.1 to 1.5 times as long panel by panel, 256×256×256
// 1.06 times; twice as many floats took 1.04 times as long for the latter (AVX2,
// Zen 3). Longer chains come back to C, and are faster with a panel in L1.
const shortRight = 32768

// packColumns is the number of columns that are packed at a time. The longer the
// piece of each row, the better the CPU fetches ahead: with 64, 128×1024×784 took
// 1.07 times as long (Zen 3, B from L3 or memory). The panels stay in L2.
const packColumns = 128

// panels multiplies the left operand of g with the rows q … and columns j … of b,
// packed in panels: all of them at once for short chains, else a few at a time,
// just before their first use; alone tells that there is no other.
func (s *scratch) panels(g *asm.Gemm, kernels *asm.Kernels, b *Matrix, q, j int, short, first, alone bool) {
	n := g.N
	if n*g.K <= smallRight {
		g.LDB, g.PB = strideOf(n), asm.PanelWidth
		g.B = reserve(&s.b, g.K*g.LDB)
		if first && g.K > 0 {
			copyMatrix(kernels, Matrix{g.B, g.K, n, g.LDB, 1}, Matrix{b.from(q, j), g.K, n, b.RowStride, b.ColStride})
		}
		kernels.Gemm(*g)
		return
	}
	if short {
		g.LDB, g.PB = asm.PanelWidth, g.K*asm.PanelWidth
		g.B = reserve(&s.b, (n+asm.PanelWidth-1)/asm.PanelWidth*g.PB)
		if first {
			pack(g.B, asm.PanelWidth, b, q, j, g.K, n, kernels)
		}
		kernels.Gemm(*g)
		return
	}
	width := kernels.NR
	group := max(width, packColumns)
	g.LDB, g.PB = width, asm.PanelWidth
	buffer := reserve(&s.b, (n+group-1)/group*group*g.K)
	c := g.C
	for done := 0; done < n; done += group {
		cols := min(group, n-done)
		panels := buffer[done*g.K:]
		if alone {
			panels = buffer
		}
		if first {
			pack(panels, width, b, q, j+done, g.K, cols, kernels)
		}
		for w := 0; w < cols; w += width {
			g.N, g.B, g.C = min(width, cols-w), panels[w*g.K:], c[done+w:]
			kernels.Gemm(*g)
		}
	}
}

// pack copies rows q … q+rows−1 and columns j … j+cols−1 of b into panels of that
// width, [rows][width] each.
func pack(panels []float32, width int, b *Matrix, q, j, rows, cols int, kernels *asm.Kernels) {
	if rows == 0 || cols == 0 {
		return
	}
	if b.ColStride == 1 {
		kernels.Pack(panels, width, b.from(q, j), b.RowStride, rows, cols)
		return
	}
	for w := 0; w < cols; w += width {
		n := min(width, cols-w)
		copyMatrix(kernels, Matrix{panels[w*rows:], rows, n, width, 1}, Matrix{b.from(q, j+w), rows, n, b.RowStride, b.ColStride})
	}
}

// copyMatrix copies the elements of src to those of dst, of the same sizes.
func copyMatrix(kernels *asm.Kernels, dst, src Matrix) {
	switch {
	case dst.ColStride == 1 && src.ColStride == 1:
		for i := range dst.Rows {
			copy(dst.Data[i*dst.RowStride:][:dst.Cols], src.Data[i*src.RowStride:])
		}
	case dst.ColStride == 1 && src.RowStride == 1:
		kernels.Transpose(dst.Data, dst.RowStride, src.Data, src.ColStride, src.Cols, src.Rows)
	case dst.RowStride == 1 && src.ColStride == 1:
		kernels.Transpose(dst.Data, dst.ColStride, src.Data, src.RowStride, src.Rows, src.Cols)
	default:
		copyElements(dst, src)
	}
}

// copyElements is copyMatrix for any strides.
func copyElements(dst, src Matrix) {
	for i := range dst.Rows {
		for j := range dst.Cols {
			dst.Data[i*dst.RowStride+j*dst.ColStride] = src.Data[i*src.RowStride+j*src.ColStride]
		}
	}
}

// packRight tells whether a B of contiguous rows is worth a copy in panels: where
// its rows lie far apart, or 16 columns of it pass through more than half of L1,
// and enough rows of A pass over the copy. 128×100×784 and 300×100×784 took 0.98 and
// 0.93 times as long packed, 128×128×128 1.04 times, 32×100×784 1.05 times (AVX2,
// Zen 3).
func packRight(b *Matrix, rows int) bool {
	return rows > 64 && (b.RowStride > 128 || b.Rows > 256)
}

// packLeft tells whether A is worth a copy for n columns: where its columns lie
// far apart, so that each step of a chain is on another page, or its rows, so
// that those of a block, visited for each panel of B, take more pages than the
// first level of translations holds (784×784×784 took 1.06 times as long in
// place), and where the rows fall on the same sets of L1; see [strideOf].
func packLeft(a *Matrix, m, n int) bool {
	if a.RowStride == 1 {
		return a.ColStride > 256 && m >= 16 && n >= 128
	}
	return a.RowStride >= 512 && n >= 256 || a.RowStride >= 512 && a.RowStride%512 == 0 && m > 1 && n >= 64
}
