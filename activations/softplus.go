package activations

import "weft/asm"

// Softplus is log(1+eˣ), at most 2.5 units in the last place off. Its derivative is
// 1 − e^−y.
var Softplus Activation = softplus{}

type softplus struct{}

func (softplus) Name() string               { return "softplus" }
func (softplus) Config() map[string]float64 { return nil }
func (softplus) Traits() Traits             { return Traits{Density: 1} }

func (a softplus) Forward(k *asm.Kernels, y, x []float32) {
	checkForward(a.Name(), y, x)
	k.Softplus(y, x)
}

func (a softplus) Backward(k *asm.Kernels, dx, dy, x, y []float32) {
	checkBackward(a.Name(), dx, dy, y)
	k.SoftplusGrad(dx, dy, y)
}
