package nn

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"weft/asm"
)

// The gradient of the input is one chain over all units for each number, also
// where blocks of the weights are packed: 350 units are more than one block, 75
// inputs end in a partial strip.
func TestDenseBackwardPacked(t *testing.T) {
	const in, out, panels = 75, 350, 3
	everySet(t, func(t *testing.T, k *asm.Kernels, workers int) {
		p := &parameters{denseShape: denseShape{in: in, out: out}, ld: pad16(in)}
		p.w = make([]float32, out*p.ld)
		x, y := &buffer{features: in, grad: make([]float32, panels*in*asm.PanelWidth)}, &buffer{features: out, grad: make([]float32, panels*out*asm.PanelWidth)}
		for i := range p.w {
			p.w[i] = float32((i*7919)%2047-1023) / 1024
		}
		for i := range y.grad {
			y.grad[i] = float32((i*104729)%4093-2046) / 2048
		}
		tr := &trainer{kernels: k, panels: panels, batch: panels*asm.PanelWidth - 5}
		for range workers {
			tr.scratch = append(tr.scratch, make([]float32, scratchFloats))
		}
		for w := range workers {
			(&denseBackward{p: p, x: x, y: y}).run(tr, w, workers)
		}
		want := make([]float32, len(x.grad))
		k.Gemm(asm.Gemm{
			M: in, N: panels * asm.PanelWidth, K: out, A: p.w, RS: 1, CS: p.ld,
			B: y.grad, LDB: asm.PanelWidth, PB: out * asm.PanelWidth, C: want, LDC: asm.PanelWidth, PC: in * asm.PanelWidth,
		})
		for i := range want {
			require.Equal(t, math.Float32bits(want[i]), math.Float32bits(x.grad[i]), "number %d", i)
		}
	})
}
