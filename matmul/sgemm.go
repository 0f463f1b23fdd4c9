package matmul

import (
	"fmt"
)

// Sgemm computes C = alpha·op(A)·op(B) + beta·C for row-major matrices, as
// cblas_sgemm does: op(A) is m×k, op(B) k×n, C m×n. With transA, A is stored
// k×m; with transB, B is stored n×k; lda, ldb and ldc are the distances between
// rows as stored. It uses the best kernels of this CPU on the goroutine that
// calls; any number of goroutines may call it. See [Engine.Sgemm].
func Sgemm(transA, transB bool, m, n, k int, alpha float32, a []float32, lda int, b []float32, ldb int, beta float32, c []float32, ldc int) {
	e := engines.Get().(*Engine)
	e.Sgemm(transA, transB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc)
	engines.Put(e)
}

// Sgemm is the package's [Sgemm] with the engine's kernels and workers.
//
// The chain of each element starts at +0, c or fl(beta·c) for beta 0, 1 or
// another; beta = 0 never reads C. An alpha other than 1 scales A once,
// a′ = fl(alpha·a). With alpha = 0 or k = 0 neither A nor B is read. Sgemm
// panics, before it writes, where a size or leading dimension is out of range,
// a slice is too short, or C shares an element with A or B.
func (e *Engine) Sgemm(transA, transB bool, m, n, k int, alpha float32, a []float32, lda int, b []float32, ldb int, beta float32, c []float32, ldc int) {
	if m < 0 || n < 0 || k < 0 {
		panic(fmt.Sprintf("matmul: Sgemm: m = %d, n = %d, k = %d: none may be negative", m, n, k))
	}
	e.begin("Sgemm")
	defer e.end()
	p := &e.product // in place: copies of it take longer than a small product
	p.alpha, p.accumulate = alpha, beta != 0
	p.c.store("C", c, m, n, ldc, false)
	p.a.store("A", a, m, k, lda, transA)
	p.b.store("B", b, k, n, ldb, transB)
	if m == 0 || n == 0 {
		return
	}
	read := alpha != 0 && k > 0
	p.c.checkView("Sgemm", "C")
	if read {
		p.a.checkView("Sgemm", "A")
		p.b.checkView("Sgemm", "B")
		if !apart(&p.c, &p.a) && overlap(p.c, p.a) || !apart(&p.c, &p.b) && overlap(p.c, p.b) {
			panic("matmul: Sgemm: C shares elements with A or B: multiply into another matrix")
		}
	} else {
		p.a, p.b, p.alpha = Matrix{Rows: m}, Matrix{Cols: n}, 1
	}
	if beta != 0 && beta != 1 {
		for i := range m {
			row := c[i*ldc:][:n]
			e.kernels.Scale(row, row, beta)
		}
	}
	if read || beta == 0 {
		e.run()
	}
}

// store makes m op(X), rows×cols, of an X that is stored row-major with leading
// dimension ld.
func (m *Matrix) store(name string, data []float32, rows, cols, ld int, transposed bool) {
	m.Data, m.Rows, m.Cols, m.RowStride, m.ColStride = data, rows, cols, ld, 1 // see [product.turn]
	if transposed {
		m.RowStride, m.ColStride = 1, ld
		cols = rows
	}
	if ld < max(1, cols) {
		panic(fmt.Sprintf("matmul: Sgemm: the leading dimension of %s is %d, its rows as stored have %d elements", name, ld, cols))
	}
}
