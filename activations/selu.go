package activations

import "weft/asm"

// SELU is scale·x where x ≥ 0, else scale·α·(eˣ−1), with the constants that keep
// mean 0 and variance 1 from layer to layer (Klambauer and others, 2017).
var SELU Activation = selu{}

type selu struct{}

const (
	seluScale    = 1.0507009873554804934
	seluNegative = seluScale * 1.6732632423543772848
)

func (selu) Name() string               { return "selu" }
func (selu) Config() map[string]float64 { return nil }
func (selu) Traits() Traits             { return Traits{Density: 1} }

func (a selu) Forward(k *asm.Kernels, y, x []float32) {
	checkForward(a.Name(), y, x)
	k.ELU(y, x, seluScale, seluNegative, 1)
}

func (a selu) Backward(k *asm.Kernels, dx, dy, x, y []float32) {
	checkBackward(a.Name(), dx, dy, y)
	k.ELUGrad(dx, dy, y, seluScale, seluNegative, 1, 0)
}
