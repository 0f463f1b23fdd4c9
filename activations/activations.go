// Package activations holds the functions between layers and their derivatives,
// on the kernels of package asm: for rows and vectors of float32, and for
// panels of samples, the layout that training uses.
package activations

import (
	"fmt"

	"weft/asm"
)

// Activation is a function of a layer's output. All but Softmax are
// element-wise.
type Activation uint8

// The activations, named as Keras names them.
const (
	Linear  Activation = iota // x
	ReLU                      // x where x ≥ 0 or NaN, else 0
	Sigmoid                   // 1/(1+e⁻ˣ), at most 2.5 ULP off
	Tanh                      // tanh x, at most 2.5 ULP off
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

// Forward computes y = a(x), x being one row for Softmax. y may be x; their
// lengths must be equal.
func (a Activation) Forward(k *asm.Kernels, y, x []float32) {
	switch a {
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
		same("Forward", len(y), len(x))
		copy(y, x)
	}
}

// ForwardRows computes y = a(x) for rows of the given number of columns, row r
// beginning at r·stride. y may be x.
func (a Activation) ForwardRows(k *asm.Kernels, y, x []float32, rows, columns, stride int) {
	for r := range rows {
		at := r * stride
		a.Forward(k, y[at:at+columns], x[at:at+columns])
	}
}

// Backward computes the gradient dx of the input from the gradient dy and the
// value y of the output, one row for Softmax: dx = y·(dy − Σ dy·y). dx may be
// dy; all lengths must be equal.
func (a Activation) Backward(k *asm.Kernels, dx, dy, y []float32) {
	switch a {
	case ReLU:
		k.ReLUGrad(dx, dy, y)
	case Sigmoid:
		k.SigmoidGrad(dx, dy, y)
	case Tanh:
		k.TanhGrad(dx, dy, y)
	case Softmax:
		same("Backward", len(dx), len(dy))
		softmaxBackward(dx, dy, y, 1, len(y))
	default:
		same("Backward", len(dx), len(dy))
		copy(dx, dy)
	}
}

// ForwardPanel computes y = a(x) for a panel of samples, [features][32], of
// which the first width columns, 16 or 32, take part. y may be x.
func (a Activation) ForwardPanel(k *asm.Kernels, y, x []float32, features, width int) {
	if a == Softmax {
		k.SoftmaxPanel(y, x, features, width)
		return
	}
	for r := newRuns(features, width); r.next(); {
		a.Forward(k, y[r.lo:r.hi], x[r.lo:r.hi])
	}
}

// BackwardPanel computes dx from dy and y for a panel of samples. dx may be dy.
func (a Activation) BackwardPanel(k *asm.Kernels, dx, dy, y []float32, features, width int) {
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

func same(what string, a, b int) {
	if a != b {
		panic(fmt.Sprintf("activations: %s with %d and %d numbers", what, a, b))
	}
}
