package activations

import "weft/asm"

// Softmax is eˣ/Σeˣ over a row, after its maximum was subtracted.
var Softmax Activation = softmax{}

type softmax struct{}

func (softmax) Name() string               { return "softmax" }
func (softmax) Config() map[string]float64 { return nil }
func (softmax) Traits() Traits             { return Traits{RowWise: true, Density: 1} }

func (a softmax) Forward(k *asm.Kernels, y, x []float32) {
	checkForward(a.Name(), y, x)
	if len(x) > 0 {
		k.Softmax(y, x)
	}
}

func (a softmax) Backward(k *asm.Kernels, dx, dy, x, y []float32) {
	checkBackward(a.Name(), dx, dy, y)
	softmaxBackward(dx, dy, y, 1, len(y))
}

// ForwardPanel implements [Paneled].
func (softmax) ForwardPanel(k *asm.Kernels, y, x []float32, features, width int) {
	k.SoftmaxPanel(y, x, features, width)
}

// BackwardPanel implements [Paneled].
func (softmax) BackwardPanel(k *asm.Kernels, dx, dy, x, y []float32, features, width int) {
	for c := range width {
		softmaxBackward(dx[c:], dy[c:], y[c:], asm.PanelWidth, (features-1)*asm.PanelWidth+1)
	}
}

// softmaxBackward is Softmax's Backward for the numbers 0, step, 2·step … below
// n, in the same operations for a row (step 1) and for a column of a panel:
// dx = y·(dy − Σdy·y). The sum is in sixteen lanes, as [asm.Kernels.Sum]. It is
// written in Go alone, because it serves a softmax inside a network, which is
// rare: the last one of a classifier is part of its loss.
func softmaxBackward(dx, dy, y []float32, step, n int) {
	var lane [16]float32
	for i, l := 0, 0; i < n; i, l = i+step, (l+1)%16 {
		lane[l] += float32(dy[i] * y[i])
	}
	sum := fold(&lane)
	for i := 0; i < n; i += step {
		dx[i] = y[i] * (dy[i] - sum)
	}
}
