package layers

import (
	"math"

	"weft/asm"
	"weft/nn/internal/engine"
)

// denseRow computes y = W·x + b for one sample, with weights and biases that it
// copied, packed by 16 outputs, the pads +0.
type denseRow struct {
	x, y  *Tensor
	w, b  []float32
	skips bool // zeros of the input may be skipped: see [asm.Kernels]
}

func newDenseRow(d *denseProduct) *denseRow {
	in, out := d.weights.In, d.weights.Out
	o := &denseRow{x: d.x, y: d.y, w: asm.Aligned(engine.Pad16(out) * in), b: asm.Aligned(engine.Pad16(out)), skips: true}
	for u := range out {
		bias := d.bias.Data[u]
		o.b[u] = bias
		o.skips = o.skips && (bias != 0 || !math.Signbit(float64(bias)))
		for k := range in {
			w := d.kernel.Data[d.weights.At(k, u)]
			o.w[(u/16*in+k)*16+u%16] = w
			size := math.Abs(float64(w))
			o.skips = o.skips && (size == 0 || size >= asm.MinGemvInput && size <= math.MaxFloat32)
		}
	}
	return o
}

func (o *denseRow) Uses() []Use { return nil }

// Run skips zeros in x where that gives the bits of the whole chains, which is nearly
// always.
func (o *denseRow) Run(s *Step, _, _ int) {
	x, y := s.Floats(o.x.Values)[:o.x.Features], s.Floats(o.y.Values)
	if o.skips && s.Kernels.Gemv(y, x, o.w, o.b) {
		return
	}
	copy(y, o.b)
	for j := 0; j < len(y); j += 16 {
		s.Kernels.Gemm(asm.Gemm{M: 1, N: 16, K: len(x), A: x, CS: 1, B: o.w[j*len(x):], LDB: 16, C: y[j:], Accumulate: true})
	}
}
