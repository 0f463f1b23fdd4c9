package activations

import "weft/asm"

// Exponential is eˣ, at most 0.9 units in the last place off, and its own derivative.
var Exponential Activation = exponential{}

type exponential struct{}

func (exponential) Name() string               { return "exponential" }
func (exponential) Config() map[string]float64 { return nil }
func (exponential) Traits() Traits             { return Traits{Density: 1} }

func (a exponential) Forward(k *asm.Kernels, y, x []float32) {
	checkForward(a.Name(), y, x)
	k.Exp(y, x)
}

func (a exponential) Backward(k *asm.Kernels, dx, dy, x, y []float32) {
	checkBackward(a.Name(), dx, dy, y)
	k.Mul(dx, dy, y)
}
