package activations

import (
	"fmt"

	"weft/asm"
)

// CELU returns the activation that is x where x ≥ 0, else alpha·(e^(x/alpha) − 1),
// whose derivative, 1 + y/alpha for negative x, is 1 at 0 for every alpha. Keras's
// alpha is 1. Alpha must be from 10⁻³⁰ to 10³⁰: [Validate] says so.
func CELU(alpha float64) Activation { return celu{alpha} }

type celu struct{ alpha float64 }

func (celu) Name() string                 { return "celu" }
func (a celu) Config() map[string]float64 { return map[string]float64{"alpha": a.alpha} }
func (celu) Traits() Traits               { return Traits{Density: 1} }

func (a celu) with(c map[string]float64) (Activation, error) {
	alpha := c["alpha"]
	if !(alpha >= 1e-30 && alpha <= 1e30) {
		return nil, fmt.Errorf("activations: celu with alpha = %v: give a number from 1e-30 to 1e30", alpha)
	}
	return celu{alpha}, nil
}

func (a celu) Forward(k *asm.Kernels, y, x []float32) {
	checkForward(a.Name(), y, x)
	k.ELU(y, x, 1, float32(a.alpha), float32(1/a.alpha))
}

func (a celu) Backward(k *asm.Kernels, dx, dy, x, y []float32) {
	checkBackward(a.Name(), dx, dy, y)
	k.ELUGrad(dx, dy, y, 1, 1, float32(1/a.alpha), 0)
}
