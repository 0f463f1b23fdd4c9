package activations

import "weft/asm"

// SiLU is x·σ(x) with the sigmoid σ, also called swish, at most 2.4 units in the last
// place off; −0 for −Inf. Its derivative is σ(x) + x·σ(x)·(1−σ(x)).
var SiLU Activation = silu{}

type silu struct{}

func (silu) Name() string               { return "silu" }
func (silu) Config() map[string]float64 { return nil }
func (silu) Traits() Traits             { return Traits{NeedsInput: true, Density: 1} }

func (a silu) Forward(k *asm.Kernels, y, x []float32) {
	checkForward(a.Name(), y, x)
	k.SiLU(y, x)
}

func (a silu) Backward(k *asm.Kernels, dx, dy, x, y []float32) {
	checkBackwardInput(a.Name(), dx, dy, x, y)
	k.SiLUGrad(dx, dy, x)
}
