package activations

import (
	"fmt"

	"weft/asm"
)

// GELU is x·Φ(x) with the normal distribution Φ (Hendrycks and Gimpel, 2016), at most
// 7.3 units in the last place off, also far below 0; −0 for −Inf. Its derivative is
// Φ(x) + x·φ(x) with the density φ.
//
// GELUTanh is its older approximation x·σ(2√(2/π)·(x+0.044715x³)), Keras's
// gelu(x, approximate=True), which differs from it by up to 0.0005.
var (
	GELU     Activation = gelu{}
	GELUTanh Activation = gelu{approximate: true}
)

type gelu struct{ approximate bool }

func (gelu) Name() string   { return "gelu" }
func (gelu) Traits() Traits { return Traits{NeedsInput: true, Density: 1} }

// Config returns Keras's approximate as 0 or 1.
func (a gelu) Config() map[string]float64 {
	if a.approximate {
		return map[string]float64{"approximate": 1}
	}
	return map[string]float64{"approximate": 0}
}

func (a gelu) with(c map[string]float64) (Activation, error) {
	switch v := c["approximate"]; v {
	case 0:
		return GELU, nil
	case 1:
		return GELUTanh, nil
	default:
		return nil, fmt.Errorf("activations: gelu with approximate = %v: give 0 or 1", v)
	}
}

func (a gelu) Forward(k *asm.Kernels, y, x []float32) {
	checkForward(a.Name(), y, x)
	if a.approximate {
		k.GELUTanh(y, x)
	} else {
		k.GELU(y, x)
	}
}

func (a gelu) Backward(k *asm.Kernels, dx, dy, x, y []float32) {
	checkBackwardInput(a.Name(), dx, dy, x, y)
	if a.approximate {
		k.GELUTanhGrad(dx, dy, x)
	} else {
		k.GELUGrad(dx, dy, x)
	}
}
