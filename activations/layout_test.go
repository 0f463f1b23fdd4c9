package activations

import (
	"math"
	"slices"
	"testing"

	"weft/asm"
)

// canary stands where nothing may be written: a NaN of its own.
var canary = math.Float32frombits(0x7fbadbad)

// layouts is one batch in all layouts: rows at a stride, and panels.
type layouts struct {
	batch, features int
	stride          int
	rows            []float32
	panels          []float32
}

func newLayouts(batch, features int) *layouts {
	l := &layouts{batch: batch, features: features, stride: features + 3}
	l.rows = make([]float32, batch*l.stride)
	l.panels = make([]float32, (batch+asm.PanelWidth-1)/asm.PanelWidth*features*asm.PanelWidth)
	l.clear()
	return l
}

func (l *layouts) clear() {
	for _, x := range [][]float32{l.rows, l.panels} {
		for i := range x {
			x[i] = canary
		}
	}
}

func (l *layouts) row(r int) []float32 { return l.rows[r*l.stride:][:l.features] }

// panel returns a panel with its samples and the width that holds them, 16
// where that is enough.
func (l *layouts) panel(p int) (x []float32, first, n, width int) {
	first = p * asm.PanelWidth
	n, width = min(l.batch-first, asm.PanelWidth), asm.PanelWidth
	if n <= width/2 {
		width /= 2
	}
	size := l.features * asm.PanelWidth
	return l.panels[p*size:][:size], first, n, width
}

func (l *layouts) panelCount() int { return (l.batch + asm.PanelWidth - 1) / asm.PanelWidth }

// toPanels copies the rows into the panels.
func (l *layouts) toPanels(k *asm.Kernels) {
	for p := range l.panelCount() {
		x, first, n, width := l.panel(p)
		k.PanelFromRows(x, l.rows[first*l.stride:], l.stride, n, l.features, width)
	}
}

// check compares rows, and panels with their canaries, with the rows of want.
func (l *layouts) check(t *testing.T, want *layouts, what string, a Activation, k *asm.Kernels) {
	t.Helper()
	mustEqual(t, l.rows, want.rows, "%s: %s of %d rows of %d in %s", a.Name(), what, l.batch, l.features, k.Name)
	for r := range l.batch {
		for _, v := range l.rows[r*l.stride+l.features : (r+1)*l.stride] {
			if math.Float32bits(v) != math.Float32bits(canary) {
				t.Fatalf("%s: %s in %s wrote between rows", a.Name(), what, k.Name)
			}
		}
	}
	for p := range l.panelCount() {
		x, first, n, width := l.panel(p)
		for f := range l.features {
			for s := range n {
				if got, w := x[f*asm.PanelWidth+s], want.row(first + s)[f]; bits(got) != bits(w) {
					t.Fatalf("%s: %s of a panel of %d features, width %d, in %s: sample %d of %d, feature %d: %v, want %v", a.Name(), what, l.features, width, k.Name, first+s, l.batch, f, got, w)
				}
			}
			for s := width; s < asm.PanelWidth; s++ {
				if math.Float32bits(x[f*asm.PanelWidth+s]) != math.Float32bits(canary) {
					t.Fatalf("%s: %s of a panel of width %d in %s wrote column %d", a.Name(), what, width, k.Name, s)
				}
			}
		}
	}
}

// TestLayouts: Forward, ForwardRows and ForwardPanel, Backward and BackwardPanel
// give the same bits as Forward and Backward of single rows by the specification
// in Go, in every set, in place and not, for batches of 1 to 65 samples of 1 to
// 40 features. What lies between rows and beside the width of a panel stays.
func TestLayouts(t *testing.T) {
	batches, features := make([]int, 0, 65), make([]int, 0, 40)
	for i := 1; i <= 65; i++ {
		batches = append(batches, i)
	}
	for i := 1; i <= 40; i++ {
		features = append(features, i)
	}
	if testing.Short() || len(asm.Available()) == 1 {
		// Around the panel, its half and the sixteen lanes of a sum.
		batches = []int{1, 3, 15, 16, 17, 31, 32, 33, 48, 49, 65}
		features = []int{1, 2, 3, 10, 15, 16, 17, 31, 32, 33, 40}
	}
	for i, a := range append(slices.Clone(every), own...) {
		r := source(uint64(i))
		for _, n := range batches {
			for _, c := range features {
				x, dy, want, wantGrad := newLayouts(n, c), newLayouts(n, c), newLayouts(n, c), newLayouts(n, c)
				for i := range n {
					fill(r, x.row(i))
					fill(r, dy.row(i))
					a.Forward(specification(), want.row(i), x.row(i))
					a.Backward(specification(), wantGrad.row(i), dy.row(i), x.row(i), want.row(i))
				}
				x.toPanels(specification())
				dy.toPanels(specification())
				for _, k := range asm.Available() {
					testLayout(t, a, k, x, dy, want, wantGrad)
				}
			}
		}
	}
}

func testLayout(t *testing.T, a Activation, k *asm.Kernels, x, dy, want, wantGrad *layouts) {
	t.Helper()
	y, dx := newLayouts(x.batch, x.features), newLayouts(x.batch, x.features)

	for p := range y.panelCount() {
		in, _, _, width := x.panel(p)
		out, _, _, _ := y.panel(p)
		ForwardPanel(a, k, out, in, x.features, width)
	}
	ForwardRows(a, k, y.rows, x.rows, x.batch, x.features, x.stride)
	y.check(t, want, "Forward", a, k)

	for p := range y.panelCount() {
		out, _, _, width := dx.panel(p)
		gradient, _, _, _ := dy.panel(p)
		value, _, _, _ := y.panel(p)
		in, _, _, _ := x.panel(p)
		BackwardPanel(a, k, out, gradient, in, value, x.features, width)
	}
	for i := range x.batch {
		a.Backward(k, dx.row(i), dy.row(i), x.row(i), y.row(i))
	}
	dx.check(t, wantGrad, "Backward", a, k)

	// In place.
	copy(y.rows, x.rows)
	copy(y.panels, x.panels)
	copy(dx.rows, dy.rows)
	copy(dx.panels, dy.panels)
	for p := range y.panelCount() {
		out, _, _, width := y.panel(p)
		gradient, _, _, _ := dx.panel(p)
		in, _, _, _ := x.panel(p)
		ForwardPanel(a, k, out, out, x.features, width)
		BackwardPanel(a, k, gradient, gradient, in, out, x.features, width)
	}
	for i := range x.batch {
		a.Forward(k, y.row(i), y.row(i))
		a.Backward(k, dx.row(i), dx.row(i), x.row(i), y.row(i))
	}
	y.check(t, want, "Forward in place", a, k)
	dx.check(t, wantGrad, "Backward in place", a, k)
}

// TestForwardRowsInPlace: rows without a gap and with one, in place.
func TestForwardRowsInPlace(t *testing.T) {
	const rows, columns = 5, 7
	for _, a := range every {
		for _, k := range asm.Available() {
			for _, stride := range []int{columns, columns + 4} {
				x := make([]float32, (rows-1)*stride+columns) // nothing behind the last row
				fill(source(uint64(stride)), x)
				want := slices.Clone(x)
				for r := range rows {
					a.Forward(specification(), want[r*stride:][:columns], x[r*stride:][:columns])
				}
				ForwardRows(a, k, x, x, rows, columns, stride)
				mustEqual(t, x, want, "%s in %s at a stride of %d", a.Name(), k.Name, stride)
			}
		}
	}
}

// TestSoftmaxBackwardOrder: Softmax's derivative adds in the order of the
// kernels' Sum, in sixteen lanes, from products that are rounded.
func TestSoftmaxBackwardOrder(t *testing.T) {
	r := source(4)
	for n := 1; n <= 70; n++ {
		dy, y, dx, want := make([]float32, n), make([]float32, n), make([]float32, n), make([]float32, n)
		for i := range dy {
			dy[i], y[i] = 2*r.Float32()-1, r.Float32()
		}
		for _, k := range asm.Available() {
			k.Mul(want, dy, y)
			sum := k.Sum(want)
			for i := range want {
				want[i] = y[i] * (dy[i] - sum)
			}
			Softmax.Backward(k, dx, dy, nil, y)
			mustEqual(t, dx, want, "%d classes in %s", n, k.Name)
		}
	}
}
