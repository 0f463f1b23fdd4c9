package matmul

import (
	"fmt"
	"math"
)

// Matrix is a view of float32: element (i, j) is
// Data[i·RowStride + j·ColStride]. Strides are ≥ 0; products check them, and that the
// view is not larger than its data. Copying the value copies the view.
type Matrix struct {
	Data                 []float32
	Rows, Cols           int
	RowStride, ColStride int
}

// NewMatrix returns a row-major matrix of +0. It panics, with the sizes, where one is
// negative or the product of both overflows.
func NewMatrix(rows, cols int) Matrix {
	if rows < 0 || cols < 0 || cols > 0 && rows > math.MaxInt/4/cols { // of 4 bytes each
		panic(fmt.Sprintf("matmul: a matrix of %d×%d", rows, cols))
	}
	return Matrix{make([]float32, rows*cols), rows, cols, cols, 1}
}

// T returns the transpose as a view: it swaps sizes and strides.
func (m Matrix) T() Matrix {
	return Matrix{m.Data, m.Cols, m.Rows, m.ColStride, m.RowStride}
}

// At returns element (i, j).
func (m Matrix) At(i, j int) float32 { m.check(i, j); return m.Data[i*m.RowStride+j*m.ColStride] }

// Set sets element (i, j).
func (m Matrix) Set(i, j int, v float32) { m.check(i, j); m.Data[i*m.RowStride+j*m.ColStride] = v }

func (m Matrix) check(i, j int) {
	if i < 0 || i >= m.Rows || j < 0 || j >= m.Cols {
		panic(fmt.Sprintf("matmul: element (%d, %d) of a matrix of %d×%d", i, j, m.Rows, m.Cols))
	}
}

// Block returns rows [i, i+rows) and columns [j, j+cols) as a view.
func (m Matrix) Block(i, j, rows, cols int) Matrix {
	if i < 0 || j < 0 || rows < 0 || cols < 0 || rows > m.Rows-i || cols > m.Cols-j {
		panic(fmt.Sprintf("matmul: block (%d, %d) of %d×%d in a matrix of %d×%d", i, j, rows, cols, m.Rows, m.Cols))
	}
	b := Matrix{Rows: rows, Cols: cols, RowStride: m.RowStride, ColStride: m.ColStride}
	if rows > 0 && cols > 0 {
		b.Data = m.Data[i*m.RowStride+j*m.ColStride:]
	}
	return b
}
