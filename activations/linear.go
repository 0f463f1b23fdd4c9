package activations

import "weft/asm"

// Linear is x itself.
var Linear Activation = linear{}

type linear struct{}

func (linear) Name() string               { return "linear" }
func (linear) Config() map[string]float64 { return nil }
func (linear) Traits() Traits             { return Traits{Density: 1} }

func (a linear) Forward(k *asm.Kernels, y, x []float32) {
	checkForward(a.Name(), y, x)
	copy(y, x)
}

func (a linear) Backward(k *asm.Kernels, dx, dy, x, y []float32) {
	checkBackward(a.Name(), dx, dy, y)
	copy(dx, dy)
}
