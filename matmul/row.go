package matmul

import "weft/asm"

// rowSteps and rowColumns are the block of B that is transposed at a time for a
// single row of C: it stays in L1. (32 and 128 took 1.05 times as long, 128 and
// 32 1.3 times, for 1×100×784.)
const rowSteps, rowColumns = 64, 64

// row computes columns [j0, j0+n) of row i of a product. A tile of one row runs
// two chains at a time, which wait for each other; a row times a matrix runs as
// many as there are registers.
func (s *scratch) row(kernels *asm.Kernels, p *product, i, j0, n int) {
	k := p.a.Cols
	x := p.a.from(i, 0)[:(k-1)*p.a.ColStride+1]
	if p.a.ColStride != 1 || p.alpha != 1 {
		packed := reserve(&s.a, k)
		copyElements(Matrix{packed, 1, k, k, 1}, Matrix{x, 1, k, 1, p.a.ColStride})
		if p.alpha != 1 {
			kernels.Scale(packed, packed, p.alpha)
		}
		x = packed
	}
	y := p.c.from(i, j0)[:n]
	if !p.accumulate {
		clear(y)
	}
	if p.b.ColStride == 1 || n == 1 {
		kernels.VecMat(y, x, p.b.from(0, j0), p.b.RowStride)
	} else {
		for j := 0; j < n; j += rowColumns {
			columns := min(rowColumns, n-j)
			stride := strideOf(columns)
			for q := 0; q < k; q += rowSteps {
				steps := min(rowSteps, k-q)
				block := reserve(&s.b, rowSteps*stride)
				copyMatrix(kernels, Matrix{block, steps, columns, stride, 1}, Matrix{p.b.from(q, j0+j), steps, columns, p.b.RowStride, p.b.ColStride})
				kernels.VecMat(y[j:][:columns], x[q:][:steps], block, stride)
			}
		}
	}
}
