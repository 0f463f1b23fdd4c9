package activations

import "weft/asm"

// ReLU is x where x ≥ 0 or NaN, else +0. Its derivative is 1 where y > 0, else 0.
var ReLU Activation = relu{}

type relu struct{}

func (relu) Name() string               { return "relu" }
func (relu) Config() map[string]float64 { return nil }
func (relu) Traits() Traits             { return Traits{Density: 0.5} }

func (a relu) Forward(k *asm.Kernels, y, x []float32) {
	checkForward(a.Name(), y, x)
	k.ReLU(y, x)
}

func (a relu) Backward(k *asm.Kernels, dx, dy, x, y []float32) {
	checkBackward(a.Name(), dx, dy, y)
	k.ReLUGrad(dx, dy, y)
}
