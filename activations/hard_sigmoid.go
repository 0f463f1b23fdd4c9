package activations

import "weft/asm"

// HardSigmoid is (x+3)/6 from −3 to 3, +0 below and 1 above. Its derivative is 1/6
// where 0 < y < 1, else 0.
var HardSigmoid Activation = hardSigmoid{}

type hardSigmoid struct{}

func (hardSigmoid) Name() string               { return "hard_sigmoid" }
func (hardSigmoid) Config() map[string]float64 { return nil }
func (hardSigmoid) Traits() Traits             { return Traits{Density: 1} }

func (a hardSigmoid) Forward(k *asm.Kernels, y, x []float32) {
	checkForward(a.Name(), y, x)
	k.HardSigmoid(y, x)
}

func (a hardSigmoid) Backward(k *asm.Kernels, dx, dy, x, y []float32) {
	checkBackward(a.Name(), dx, dy, y)
	k.HardSigmoidGrad(dx, dy, y)
}
