package activations

import "weft/asm"

// own are activations as a user writes them.
var own = []Activation{cube{}, shares{}}

// cube is x³, whose gradient needs x.
type cube struct{}

func (cube) Name() string               { return "cube" }
func (cube) Config() map[string]float64 { return nil }
func (cube) Traits() Traits             { return Traits{NeedsInput: true, Density: 1} }

func (cube) Forward(k *asm.Kernels, y, x []float32) {
	for i, v := range x {
		y[i] = v * v * v
	}
}

func (cube) Backward(k *asm.Kernels, dx, dy, x, y []float32) {
	for i, v := range x {
		dx[i] = 3 * v * v * dy[i]
	}
}

// shares is |x|/Σ|x| of a row, whose gradient needs x, without methods for
// panels.
type shares struct{}

func (shares) Name() string               { return "shares" }
func (shares) Config() map[string]float64 { return nil }
func (shares) Traits() Traits             { return Traits{RowWise: true, NeedsInput: true, Density: 1} }

func (shares) Forward(k *asm.Kernels, y, x []float32) {
	sum := float32(0)
	for _, v := range x {
		sum += max(v, -v)
	}
	for i, v := range x {
		y[i] = max(v, -v) / sum
	}
}

func (shares) Backward(k *asm.Kernels, dx, dy, x, y []float32) {
	sum, mean := float32(0), float32(0)
	for i, v := range x {
		sum += max(v, -v)
		mean += float32(dy[i] * y[i])
	}
	for i, v := range x {
		d := (dy[i] - mean) / sum
		if v < 0 {
			d = -d
		}
		dx[i] = d
	}
}
