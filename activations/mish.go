package activations

import "weft/asm"

// Mish is x·tanh(log(1+eˣ)), at most 4 units in the last place off; −0 for −Inf.
var Mish Activation = mish{}

type mish struct{}

func (mish) Name() string               { return "mish" }
func (mish) Config() map[string]float64 { return nil }
func (mish) Traits() Traits             { return Traits{NeedsInput: true, Density: 1} }

func (a mish) Forward(k *asm.Kernels, y, x []float32) {
	checkForward(a.Name(), y, x)
	k.Mish(y, x)
}

func (a mish) Backward(k *asm.Kernels, dx, dy, x, y []float32) {
	checkBackwardInput(a.Name(), dx, dy, x, y)
	k.MishGrad(dx, dy, x)
}
