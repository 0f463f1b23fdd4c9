package activations

import "weft/asm"

// Sigmoid is 1/(1+e⁻ˣ), at most 2.41 units in the last place off. Its derivative
// is y − y².
var Sigmoid Activation = sigmoid{}

type sigmoid struct{}

func (sigmoid) Name() string               { return "sigmoid" }
func (sigmoid) Config() map[string]float64 { return nil }
func (sigmoid) Traits() Traits             { return Traits{Density: 1} }

func (a sigmoid) Forward(k *asm.Kernels, y, x []float32) {
	checkForward(a.Name(), y, x)
	k.Sigmoid(y, x)
}

func (a sigmoid) Backward(k *asm.Kernels, dx, dy, x, y []float32) {
	checkBackward(a.Name(), dx, dy, y)
	k.SigmoidGrad(dx, dy, y)
}
