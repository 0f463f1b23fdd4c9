package activations

import "weft/asm"

// ReLU6 is x from 0 to 6, +0 below and 6 above. Its derivative is 1 where
// 0 < y < 6, else 0.
var ReLU6 Activation = relu6{}

type relu6 struct{}

func (relu6) Name() string               { return "relu6" }
func (relu6) Config() map[string]float64 { return nil }
func (relu6) Traits() Traits             { return Traits{Density: 0.5} }

func (a relu6) Forward(k *asm.Kernels, y, x []float32) {
	checkForward(a.Name(), y, x)
	k.ReLU6(y, x)
}

func (a relu6) Backward(k *asm.Kernels, dx, dy, x, y []float32) {
	checkBackward(a.Name(), dx, dy, y)
	k.ReLU6Grad(dx, dy, y)
}
