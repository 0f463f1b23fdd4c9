package bench

import (
	"fmt"
	"testing"

	"weft/asm"
	"weft/matmul/pool"
)

// BenchmarkStep multiplies what a training step multiplies, in the step's own
// layout: weights in panels of 32 inputs, activations in panels of 32 samples, the
// input of a layer also in panels of 32 features; a worker has its own units, or
// its own inputs of dx, in memory of its own.
func BenchmarkStep(b *testing.B) {
	for _, c := range []struct {
		batch   int
		in, out int
		dx      bool // the first layer has none
	}{
		{32, 784, 100, false}, {32, 100, 10, true}, {128, 784, 100, false}, {128, 100, 10, true},
		{128, 784, 1024, false}, {128, 1024, 1024, true},
	} {
		products := []stepProduct{forward, gradient}
		if c.out > 16 {
			products = append(products, cutGradient)
		}
		if c.dx {
			products = append(products, backward)
		}
		for _, p := range products {
			stepBench(b, p, c.batch, c.in, c.out)
		}
	}
}

const panel = asm.PanelWidth

func panels(n int) int { return (n + panel - 1) / panel }

// stepProduct is a kind of product: run prepares one worker's for so many
// inputs and units, of which they are its share.
type stepProduct struct {
	name string
	run  func(k *asm.Kernels, batch, in, out, worker, workers int) func()
}

func share(n, worker, workers int) int { return n*(worker+1)/workers - n*worker/workers }

// forward is y = W·x.
var forward = stepProduct{"forward", func(k *asm.Kernels, batch, in, out, worker, workers int) func() {
	units := share(out, worker, workers)
	w, x, y := filled(panels(in)*units*panel), filled(batch*in), asm.Aligned(batch*units)
	return func() {
		for s := 0; s < batch; s += panel {
			k.Gemm(asm.Gemm{M: units, N: panel, K: in, A: w, RS: panel, CS: 1, PA: units * panel, B: x[s*in:], LDB: panel, C: y[s*units:], LDC: panel})
		}
	}
}}

// backward is dx = Wᵀ·dy.
var backward = stepProduct{"dx", func(k *asm.Kernels, batch, in, out, worker, workers int) func() {
	inputs := share(in, worker, workers)
	w, dy, dx := filled(panels(inputs)*out*panel), filled(batch*out), asm.Aligned(batch*inputs)
	return func() {
		const steps = 128
		for i := 0; i < inputs; i += panel {
			for u := 0; u < out; u += steps {
				for s := 0; s < batch; s += panel {
					k.Gemm(asm.Gemm{
						M: min(panel, inputs-i), N: panel, K: min(steps, out-u), A: w[(i/panel*out+u)*panel:], RS: 1, CS: panel,
						B: dy[s*out+u*panel:], LDB: panel, C: dx[s*inputs+i*panel:], LDC: panel, Accumulate: u > 0,
					})
				}
			}
		}
	}
}}

// gradient is dW = dyᵀ·x, four panels of inputs at a time.
var gradient = stepProduct{"dw", func(k *asm.Kernels, batch, in, out, worker, workers int) func() {
	units := share(out, worker, workers)
	const wide = 4
	dy, x, dw := filled(batch*units), filled(panels(in)*batch*panel), asm.Aligned(2*wide*units*panel)
	return func() {
		for j := 0; j < panels(in); j += wide {
			k.Gemm(asm.Gemm{
				M: units, N: min(wide*panel, in-j*panel), K: batch, A: dy, RS: panel, CS: 1, PA: units * panel,
				B: x[j*batch*panel:], LDB: panel, PB: batch * panel, C: dw[j/wide%2*wide*units*panel:], LDC: panel, PC: units * panel,
			})
		}
	}
}}

// cutGradient is gradient where ReLU cut half of dy, and where its terms are made, too.
// Its GFLOP/s count the operations of the dense product.
var cutGradient = stepProduct{"dw-relu", func(k *asm.Kernels, batch, in, out, worker, workers int) func() {
	units := share(out, worker, workers)
	const wide = 4
	dy, x, dw := filled(batch*units), filled(panels(in)*batch*panel), asm.Aligned(2*wide*units*panel)
	for i := range dy {
		if uint32(i)*2654435761>>16&1 == 0 {
			dy[i] = 0
		}
	}
	var terms []*asm.SparseRows
	for s := 0; s < batch; s += k.SpKC {
		terms = append(terms, asm.NewSparseRows(units, k.SpKC))
	}
	return func() {
		for i, t := range terms {
			first := i * k.SpKC
			k.CompressRows(t, dy[first*units:], units, min(k.SpKC, batch-first), units*panel)
		}
		for j := 0; j < panels(in); j += wide {
			g := asm.Gemm{
				M: units, N: min(wide*panel, in-j*panel), K: batch, A: dy, RS: panel, CS: 1, PA: units * panel,
				B: x[j*batch*panel:], LDB: panel, PB: batch * panel, C: dw[j/wide%2*wide*units*panel:], LDC: panel, PC: units * panel,
			}
			columns := g.N / k.SpNR * k.SpNR
			for i, t := range terms {
				k.SpMM(asm.SpMM{N: columns, A: t, B: g.B[i*k.SpKC*panel:], PB: g.PB, C: g.C, PC: g.PC, Accumulate: i > 0})
			}
			if g.N -= columns; g.N > 0 {
				g.B, g.C = g.B[columns/panel*g.PB:], g.C[columns/panel*g.PC:]
				k.Gemm(g)
			}
		}
	}
}}

// parts is a task of one function for each worker.
type parts []func()

func (p parts) Run(worker, _ int) { p[worker]() }

func stepBench(b *testing.B, p stepProduct, batch, in, out int) {
	operations := 2 * batch * in * out
	each(b, fmt.Sprintf("%s-%d-%d/batch=%d", p.name, in, out, batch), operations, func(b *testing.B, k *asm.Kernels, workers int) {
		team := pool.New(workers)
		defer team.Close()
		var all parts
		for w := range workers {
			all = append(all, p.run(k, batch, in, out, w, workers))
		}
		for b.Loop() {
			team.Run(all, workers)
		}
		gflops(b, operations)
	})
}
