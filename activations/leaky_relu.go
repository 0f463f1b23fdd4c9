package activations

import (
	"fmt"
	"math"

	"weft/asm"
)

// LeakyReLU returns the activation that is x where x ≥ 0, else slope·x. Keras's
// leaky_relu has a slope of 0.2, its layer LeakyReLU 0.3. The derivative is 1
// where y > 0, else slope, at 0 and at NaN too. The slope must be finite and at
// least 0: [Validate] says so.
func LeakyReLU(slope float64) Activation { return leakyReLU{slope} }

type leakyReLU struct{ slope float64 }

func (leakyReLU) Name() string                 { return "leaky_relu" }
func (a leakyReLU) Config() map[string]float64 { return map[string]float64{"negative_slope": a.slope} }
func (leakyReLU) Traits() Traits               { return Traits{Density: 1} }

func (a leakyReLU) with(c map[string]float64) (Activation, error) {
	slope := c["negative_slope"]
	if !(slope >= 0 && slope <= math.MaxFloat32) {
		return nil, fmt.Errorf("activations: leaky_relu with negative_slope = %v: give a finite number of at least 0", slope)
	}
	return leakyReLU{slope}, nil
}

func (a leakyReLU) Forward(k *asm.Kernels, y, x []float32) {
	checkForward(a.Name(), y, x)
	k.LeakyReLU(y, x, float32(a.slope))
}

func (a leakyReLU) Backward(k *asm.Kernels, dx, dy, x, y []float32) {
	checkBackward(a.Name(), dx, dy, y)
	k.LeakyReLUGrad(dx, dy, y, float32(a.slope))
}
