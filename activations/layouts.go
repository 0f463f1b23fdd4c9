package activations

import (
	"fmt"

	"weft/asm"
)

// ForwardRows computes y = a(x) for rows of the given number of columns, row r
// beginning at r·stride, stride ≥ columns. y may be x. Nothing between the rows
// is read or written.
func ForwardRows(a Activation, k *asm.Kernels, y, x []float32, rows, columns, stride int) {
	checkRows(a, rows, columns, stride, min(len(y), len(x)))
	if columns == 0 {
		return
	}
	for r := range rows {
		at := r * stride
		a.Forward(k, y[at:at+columns], x[at:at+columns])
	}
}

// ForwardPanel computes y = a(x) for a panel of samples, [features][32], of
// which the first width columns, 16 or 32, take part; the rows of a row-wise
// activation are the columns. y may be x. The other columns are neither read
// nor written.
func ForwardPanel(a Activation, k *asm.Kernels, y, x []float32, features, width int) {
	checkPanel(a, "ForwardPanel", features, width, min(len(y), len(x)))
	if features == 0 {
		return
	}
	if p, ok := a.(Paneled); ok {
		p.ForwardPanel(k, y, x, features, width)
		return
	}
	if a.Traits().RowWise {
		row := make([]float32, features)
		for c := range width {
			copyColumn(row, x[c:])
			a.Forward(k, row, row)
			pasteColumn(y[c:], row)
		}
		return
	}
	for r := newRuns(features, width); r.next(); {
		a.Forward(k, y[r.lo:r.hi], x[r.lo:r.hi])
	}
}

// BackwardPanel computes dx from dy and y for a panel of samples, as Backward
// and ForwardPanel do, and from x, which may be nil where Traits().NeedsInput is
// false. dx may be dy.
func BackwardPanel(a Activation, k *asm.Kernels, dx, dy, x, y []float32, features, width int) {
	traits := a.Traits()
	n := min(len(dx), len(dy), len(y))
	if traits.NeedsInput {
		n = min(n, len(x))
	} else {
		x = nil
	}
	checkPanel(a, "BackwardPanel", features, width, n)
	if features == 0 {
		return
	}
	if p, ok := a.(Paneled); ok {
		p.BackwardPanel(k, dx, dy, x, y, features, width)
		return
	}
	if traits.RowWise {
		backwardColumns(a, k, dx, dy, x, y, features, width)
		return
	}
	for r := newRuns(features, width); r.next(); {
		input := x
		if x != nil {
			input = x[r.lo:r.hi]
		}
		a.Backward(k, dx[r.lo:r.hi], dy[r.lo:r.hi], input, y[r.lo:r.hi])
	}
}

// backwardColumns is BackwardPanel of a row-wise activation that is not Paneled.
func backwardColumns(a Activation, k *asm.Kernels, dx, dy, x, y []float32, features, width int) {
	var input []float32
	if x != nil {
		input = make([]float32, features)
	}
	gradient, output := make([]float32, features), make([]float32, features)
	for c := range width {
		if x != nil {
			copyColumn(input, x[c:])
		}
		copyColumn(gradient, dy[c:])
		copyColumn(output, y[c:])
		a.Backward(k, gradient, gradient, input, output)
		pasteColumn(dx[c:], gradient)
	}
}

// copyColumn copies the first column of a panel to a row.
func copyColumn(row, panel []float32) {
	for i := range row {
		row[i] = panel[i*asm.PanelWidth]
	}
}

// pasteColumn copies a row to the first column of a panel.
func pasteColumn(panel, row []float32) {
	for i, v := range row {
		panel[i*asm.PanelWidth] = v
	}
}

// runs walks over the contiguous pieces of a panel's first columns: all of it
// where every column takes part, else one piece a feature.
type runs struct{ lo, hi, step, end int }

func newRuns(features, width int) runs {
	if width == asm.PanelWidth {
		n := features * asm.PanelWidth
		return runs{lo: -n, step: n, hi: 0, end: n}
	}
	return runs{lo: -asm.PanelWidth, hi: width - asm.PanelWidth, step: asm.PanelWidth, end: features * asm.PanelWidth}
}

func (r *runs) next() bool {
	r.lo += r.step
	r.hi += r.step
	return r.lo < r.end
}

// checkRows panics where slices of n numbers do not hold rows at a stride.
func checkRows(a Activation, rows, columns, stride, n int) {
	switch {
	case rows < 0 || columns < 0 || stride < columns:
		panic(fmt.Sprintf("activations: %s: ForwardRows of %d rows of %d columns at a stride of %d: the stride must be at least the columns, and none negative", a.Name(), rows, columns, stride))
	case rows == 0 || columns == 0:
	case columns > n || rows-1 > (n-columns)/stride:
		panic(fmt.Sprintf("activations: %s: ForwardRows of %d rows of %d columns at a stride of %d in %d numbers", a.Name(), rows, columns, stride, n))
	}
}

// checkPanel panics where slices of n numbers do not hold the first columns of
// a panel.
func checkPanel(a Activation, what string, features, width, n int) {
	switch {
	case width != asm.PanelWidth && width != asm.PanelWidth/2:
		panic(fmt.Sprintf("activations: %s: %s of %d columns of a panel, want 16 or 32", a.Name(), what, width))
	case features < 0:
		panic(fmt.Sprintf("activations: %s: %s of %d features", a.Name(), what, features))
	case features == 0:
	case width > n || features-1 > (n-width)/asm.PanelWidth:
		panic(fmt.Sprintf("activations: %s: %s of %d features and %d columns in %d numbers", a.Name(), what, features, width, n))
	}
}
