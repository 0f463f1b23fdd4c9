// Package activations holds the functions between layers and their derivatives,
// on the kernels of package asm: for rows and vectors of float32, and for
// panels of samples, the layout that training uses.
//
//	             y = f(x)                     dx from dy and y
//	Linear       x                            dy
//	ReLU         x, where x < 0: +0           dy where y > 0, else +0
//	Sigmoid      1/(1+e⁻ˣ)                    dy·(y − y²)
//	Tanh         (eˣ−e⁻ˣ)/(eˣ+e⁻ˣ)            dy·(1 − y²)
//	Softmax      eˣ/Σeˣ of a row              y·(dy − Σdy·y)
//
// Derivatives come from the output, as that is what a layer keeps. The formulas
// are those of Keras 3; the sequences of float32 operations behind them are the
// specification in package asm. Every set of kernels and every layout gives the
// same bits, a NaN's sign and payload apart:
//
//	activations.Softmax.Forward(k, y, x)                              // one row
//	activations.Softmax.ForwardRows(k, y, x, rows, columns, stride)   // a matrix
//	activations.Softmax.ForwardPanel(k, y, x, features, width)        // a panel
//
// NaN passes through every function, and makes a whole row of Softmax NaN, as
// +Inf in it does, and a row of nothing but −Inf. ReLU passes −0, and its
// derivative takes a NaN output as 0. Nothing here allocates or starts a
// goroutine. Slices of the wrong length, strides and widths that cannot be, and
// an Activation that is none of the constants panic with the sizes, before
// anything is written.
package activations

import (
	"fmt"

	"weft/asm"
)

// Activation is a function of a layer's output. All but Softmax are
// element-wise. The zero value is Linear.
type Activation uint8

// The activations, named as Keras names them.
const (
	Linear  Activation = iota // x
	ReLU                      // x where x ≥ 0 or NaN, else 0
	Sigmoid                   // 1/(1+e⁻ˣ), at most 2.41 units in the last place off
	Tanh                      // tanh x, at most 2.5 units in the last place off
	Softmax                   // eˣ/Σeˣ over a row, after its maximum was subtracted
)

var names = [...]string{"linear", "relu", "sigmoid", "tanh", "softmax"}

// Name returns Keras's name.
func (a Activation) Name() string {
	if int(a) < len(names) {
		return names[a]
	}
	return fmt.Sprintf("Activation(%d)", uint8(a))
}

// String returns Keras's name.
func (a Activation) String() string { return a.Name() }

// ByName finds an activation by Keras's name; its error lists the choices.
func ByName(name string) (Activation, error) {
	for i, n := range names {
		if n == name {
			return Activation(i), nil
		}
	}
	return 0, fmt.Errorf("activations: no activation %q: choose one of %v", name, names)
}

// Elementwise reports whether each output depends on its own input alone.
func (a Activation) Elementwise() bool { return a != Softmax }

// Forward computes y = a(x), x being one row for Softmax. y may be x, and
// otherwise must not overlap it; their lengths must be equal. Nothing happens
// for empty ones.
func (a Activation) Forward(k *asm.Kernels, y, x []float32) {
	if len(y) != len(x) {
		panic(fmt.Sprintf("activations: %s: Forward of %d numbers into %d", a, len(x), len(y)))
	}
	switch a {
	case Linear:
		copy(y, x)
	case ReLU:
		k.ReLU(y, x)
	case Sigmoid:
		k.Sigmoid(y, x)
	case Tanh:
		k.Tanh(y, x)
	case Softmax:
		if len(x) > 0 {
			k.Softmax(y, x)
		}
	default:
		unknown(a)
	}
}

// ForwardRows computes y = a(x) for rows of the given number of columns, row r
// beginning at r·stride, stride ≥ columns. y may be x. Nothing between the rows
// is read or written.
func (a Activation) ForwardRows(k *asm.Kernels, y, x []float32, rows, columns, stride int) {
	checkRows(a, rows, columns, stride, min(len(y), len(x)))
	if columns == 0 {
		return
	}
	for r := range rows {
		at := r * stride
		a.Forward(k, y[at:at+columns], x[at:at+columns])
	}
}

// Backward computes the gradient dx of the input from the gradient dy and the
// value y of the output, one row for Softmax. dx may be dy, and otherwise must
// not overlap dy or y; all lengths must be equal.
func (a Activation) Backward(k *asm.Kernels, dx, dy, y []float32) {
	if len(dx) != len(dy) || len(dx) != len(y) {
		panic(fmt.Sprintf("activations: %s: Backward of %d gradients and %d outputs into %d", a, len(dy), len(y), len(dx)))
	}
	switch a {
	case Linear:
		copy(dx, dy)
	case ReLU:
		k.ReLUGrad(dx, dy, y)
	case Sigmoid:
		k.SigmoidGrad(dx, dy, y)
	case Tanh:
		k.TanhGrad(dx, dy, y)
	case Softmax:
		softmaxBackward(dx, dy, y, 1, len(y))
	default:
		unknown(a)
	}
}

// ForwardPanel computes y = a(x) for a panel of samples, [features][32], of
// which the first width columns, 16 or 32, take part; Softmax's rows are the
// columns. y may be x. The other columns are neither read nor written.
func (a Activation) ForwardPanel(k *asm.Kernels, y, x []float32, features, width int) {
	checkPanel(a, "ForwardPanel", features, width, min(len(y), len(x)))
	if features == 0 {
		return
	}
	if a == Softmax {
		k.SoftmaxPanel(y, x, features, width)
		return
	}
	for r := newRuns(features, width); r.next(); {
		a.Forward(k, y[r.lo:r.hi], x[r.lo:r.hi])
	}
}

// BackwardPanel computes dx from dy and y for a panel of samples, as Backward
// and ForwardPanel do. dx may be dy.
func (a Activation) BackwardPanel(k *asm.Kernels, dx, dy, y []float32, features, width int) {
	checkPanel(a, "BackwardPanel", features, width, min(len(dx), len(dy), len(y)))
	if features == 0 {
		return
	}
	if a == Softmax {
		for c := range width {
			softmaxBackward(dx[c:], dy[c:], y[c:], asm.PanelWidth, (features-1)*asm.PanelWidth+1)
		}
		return
	}
	for r := newRuns(features, width); r.next(); {
		a.Backward(k, dx[r.lo:r.hi], dy[r.lo:r.hi], y[r.lo:r.hi])
	}
}

// softmaxBackward is Softmax's Backward for the numbers 0, step, 2·step … below
// n, in the same operations for a row (step 1) and for a column of a panel. The
// sum is in sixteen lanes, as [asm.Kernels.Sum]. It is written in Go alone,
// because it serves a softmax inside a network, which is rare: the last one of
// a classifier is part of its loss.
func softmaxBackward(dx, dy, y []float32, step, n int) {
	var lane [16]float32
	for i, l := 0, 0; i < n; i, l = i+step, (l+1)%16 {
		lane[l] += float32(dy[i] * y[i])
	}
	for h := 8; h > 0; h /= 2 {
		for l := range h {
			lane[l] += lane[l+h]
		}
	}
	for i := 0; i < n; i += step {
		dx[i] = y[i] * (dy[i] - lane[0])
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
	case a > Softmax:
		unknown(a)
	case rows < 0 || columns < 0 || stride < columns:
		panic(fmt.Sprintf("activations: %s: ForwardRows of %d rows of %d columns at a stride of %d: the stride must be at least the columns, and none negative", a, rows, columns, stride))
	case rows == 0 || columns == 0:
	case columns > n || rows-1 > (n-columns)/stride:
		panic(fmt.Sprintf("activations: %s: ForwardRows of %d rows of %d columns at a stride of %d in %d numbers", a, rows, columns, stride, n))
	}
}

// checkPanel panics where slices of n numbers do not hold the first columns of
// a panel.
func checkPanel(a Activation, what string, features, width, n int) {
	switch {
	case a > Softmax:
		unknown(a)
	case width != asm.PanelWidth && width != asm.PanelWidth/2:
		panic(fmt.Sprintf("activations: %s: %s of %d columns of a panel, want 16 or 32", a, what, width))
	case features < 0:
		panic(fmt.Sprintf("activations: %s: %s of %d features", a, what, features))
	case features == 0:
	case width > n || features-1 > (n-width)/asm.PanelWidth:
		panic(fmt.Sprintf("activations: %s: %s of %d features and %d columns in %d numbers", a, what, features, width, n))
	}
}

func unknown(a Activation) {
	panic(fmt.Sprintf("activations: %s is none of %v", a.Name(), names))
}
