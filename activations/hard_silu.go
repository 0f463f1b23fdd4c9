package activations

import "weft/asm"

// HardSiLU is x·HardSigmoid(x), also called hard swish; −0 for −Inf. Its derivative
// is 0 up to −3, 1 from 3 on, and x/3 + ½ between.
var HardSiLU Activation = hardSiLU{}

type hardSiLU struct{}

func (hardSiLU) Name() string               { return "hard_silu" }
func (hardSiLU) Config() map[string]float64 { return nil }
func (hardSiLU) Traits() Traits             { return Traits{NeedsInput: true, Density: 1} }

func (a hardSiLU) Forward(k *asm.Kernels, y, x []float32) {
	checkForward(a.Name(), y, x)
	k.HardSiLU(y, x)
}

func (a hardSiLU) Backward(k *asm.Kernels, dx, dy, x, y []float32) {
	checkBackwardInput(a.Name(), dx, dy, x, y)
	k.HardSiLUGrad(dx, dy, x)
}
