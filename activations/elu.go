package activations

import (
	"fmt"
	"math"

	"weft/asm"
)

// ELU returns the activation that is x where x ≥ 0, else alpha·(eˣ−1). Keras's alpha
// is 1. The derivative is 1 where y > 0, else y + alpha: alpha at 0. Alpha must be
// finite and at least 0: [Validate] says so.
func ELU(alpha float64) Activation { return elu{alpha} }

type elu struct{ alpha float64 }

func (elu) Name() string                 { return "elu" }
func (a elu) Config() map[string]float64 { return map[string]float64{"alpha": a.alpha} }
func (elu) Traits() Traits               { return Traits{Density: 1} }

func (a elu) with(c map[string]float64) (Activation, error) {
	alpha := c["alpha"]
	if !(alpha >= 0 && alpha <= math.MaxFloat32) {
		return nil, fmt.Errorf("activations: elu with alpha = %v: give a finite number of at least 0", alpha)
	}
	return elu{alpha}, nil
}

func (a elu) Forward(k *asm.Kernels, y, x []float32) {
	checkForward(a.Name(), y, x)
	k.ELU(y, x, 1, float32(a.alpha), 1)
}

func (a elu) Backward(k *asm.Kernels, dx, dy, x, y []float32) {
	checkBackward(a.Name(), dx, dy, y)
	k.ELUGrad(dx, dy, y, 1, float32(a.alpha), 1, math.SmallestNonzeroFloat32)
}
