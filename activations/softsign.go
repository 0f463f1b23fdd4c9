package activations

import "weft/asm"

// Softsign is x/(1+|x|). Its derivative is (1−|y|)².
var Softsign Activation = softsign{}

type softsign struct{}

func (softsign) Name() string               { return "softsign" }
func (softsign) Config() map[string]float64 { return nil }
func (softsign) Traits() Traits             { return Traits{Density: 1} }

func (a softsign) Forward(k *asm.Kernels, y, x []float32) {
	checkForward(a.Name(), y, x)
	k.Softsign(y, x)
}

func (a softsign) Backward(k *asm.Kernels, dx, dy, x, y []float32) {
	checkBackward(a.Name(), dx, dy, y)
	k.SoftsignGrad(dx, dy, y)
}
