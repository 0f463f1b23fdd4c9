package matmul

import (
	"fmt"
	"math/bits"

	"weft/asm"
)

// checkView panics where the view's sizes or strides are negative or where its
// last element lies outside of its data.
func (m *Matrix) checkView(op, name string) {
	if m.Rows|m.Cols|m.RowStride|m.ColStride < 0 {
		panic(fmt.Sprintf("matmul: %s: %s is %d×%d with strides %d and %d: none may be negative", op, name, m.Rows, m.Cols, m.RowStride, m.ColStride))
	}
	if m.Rows == 0 || m.Cols == 0 {
		return
	}
	h1, down := bits.Mul64(uint64(m.Rows-1), uint64(m.RowStride))
	h2, across := bits.Mul64(uint64(m.Cols-1), uint64(m.ColStride))
	last, carry := bits.Add64(down, across, 0)
	if h1|h2|carry != 0 || last >= uint64(len(m.Data)) {
		panic(fmt.Sprintf("matmul: %s: %s is %d×%d with strides %d and %d, more than its %d elements", op, name, m.Rows, m.Cols, m.RowStride, m.ColStride, len(m.Data)))
	}
}

// checkDistinct panics where two elements of C may be the same number: where neither
// stride passes over all that the other one reaches.
func (m *Matrix) checkDistinct(op string) {
	r := m.runs()
	if m.Rows > 0 && m.Cols > 0 && (r.Cols > 1 && r.ColStride == 0 || r.Rows > 1 && r.RowStride <= (r.Cols-1)*r.ColStride) {
		panic(fmt.Sprintf("matmul: %s: elements of C may coincide: it is %d×%d with strides %d and %d: want one stride to pass over all that the other one reaches", op, m.Rows, m.Cols, m.RowStride, m.ColStride))
	}
}

// runs returns the view or its transpose, the one with the smaller stride along
// a row. The stride of a single row or column counts as the larger.
func (m Matrix) runs() Matrix {
	if m.Rows > 1 && (m.Cols == 1 || m.RowStride < m.ColStride) {
		return m.T()
	}
	return m
}

// overlap reports whether x and y share an element. It looks at the elements, not
// at what lies between: two blocks of one matrix side by side do not overlap.
func overlap(x, y Matrix) bool {
	if apart(&x, &y) {
		return false
	}
	x, y = x.runs(), y.runs()
	base := asm.Distance(x.Data, y.Data) // of y's first element in x's array
	width := (y.Cols - 1) * y.ColStride
	for i := range x.Rows {
		first := i*x.RowStride - base // of the row, counted from y's first element
		last := first + (x.Cols-1)*x.ColStride
		lo, hi := 0, y.Rows-1 // rows of y that reach into [first, last]
		if y.RowStride > 0 {
			lo = max(lo, (first-width+y.RowStride-1)/y.RowStride)
			if last < 0 {
				continue
			}
			hi = min(hi, last/y.RowStride)
		}
		for j := lo; j <= hi; j++ {
			if meet(first, x.ColStride, x.Cols, j*y.RowStride, y.ColStride, y.Cols) {
				return true
			}
		}
	}
	return false
}

// apart reports whether all of x lies before or after all of y, or one of them has
// no elements.
func apart(x, y *Matrix) bool {
	if x.Rows == 0 || x.Cols == 0 || y.Rows == 0 || y.Cols == 0 {
		return true
	}
	base := asm.Distance(x.Data, y.Data)
	return base > x.last() || base+y.last() < 0
}

// last returns the index of the last element in the data.
func (m *Matrix) last() int { return (m.Rows-1)*m.RowStride + (m.Cols-1)*m.ColStride }

// meet reports whether the numbers a + i·s, i < n, and b + j·t, j < m, have one in
// common.
func meet(a, s, n, b, t, m int) bool {
	for i := range n {
		d := a + i*s - b
		if d < 0 {
			continue
		}
		if t == 0 {
			if d == 0 {
				return true
			}
		} else if d%t == 0 && d/t < m {
			return true
		}
	}
	return false
}
