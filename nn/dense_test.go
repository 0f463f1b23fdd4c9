package nn

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"weft/activations"
	"weft/asm"
	"weft/optim"
)

// The gradient of the input is one chain over all units for each number, also
// where the units are more than a block of steps and a worker's inputs begin and
// end inside of a panel. In the pads of the batch it is +0.
func TestDenseBackward(t *testing.T) {
	const in, out, panels, pads = 75, backwardSteps + 94, 3, 5
	everySet(t, func(t *testing.T, k *asm.Kernels, workers int) {
		p := &parameters{denseShape: denseShape{in: in, out: out}, ends: []int{70, 140, out}}
		p.w = make([]float32, p.panels()*out*asm.PanelWidth)
		x, y := &buffer{features: in, grad: make([]float32, panels*in*asm.PanelWidth)}, &buffer{features: out, grad: make([]float32, panels*out*asm.PanelWidth)}
		plain := make([]float32, out*in) // [out][in]
		for i := range plain {
			plain[i] = float32((i*7919)%2047-1023) / 1024
			p.w[p.at(i/in, i%in)] = plain[i]
		}
		for i := range y.grad {
			y.grad[i] = float32((i*104729)%4093-2046) / 2048
		}
		want := make([]float32, len(x.grad))
		k.Gemm(asm.Gemm{
			M: in, N: panels * asm.PanelWidth, K: out, A: plain, RS: 1, CS: in,
			B: y.grad, LDB: asm.PanelWidth, PB: out * asm.PanelWidth, C: want, LDC: asm.PanelWidth, PC: in * asm.PanelWidth,
		})
		for f := range in {
			end := ((panels-1)*in + f + 1) * asm.PanelWidth
			clear(want[end-pads : end])
		}
		for _, samples := range []bool{false, true} {
			clear(x.grad)
			tr := &trainer{kernels: k, panels: panels, batch: panels*asm.PanelWidth - pads, holds: make([]hold, workers)}
			for w := range workers {
				(&denseBackward{p: p, x: x, y: y, samples: samples}).run(tr, w, workers)
			}
			for i := range want {
				require.Equal(t, math.Float32bits(want[i]), math.Float32bits(x.grad[i]), "samples %t, number %d", samples, i)
			}
		}
	})
}

// The pads of a batch are no samples, also where an infinite weight makes them NaN: a
// saturated unit has no gradient, with pads as without.
func TestPadsHaveNoGradient(t *testing.T) {
	for _, fn := range []activations.Activation{activations.Sigmoid, activations.Tanh} {
		for _, n := range []int{asm.PanelWidth, asm.PanelWidth - 1} {
			x, targets := make([]float32, n), make([]float32, n)
			for i := range x {
				x[i], targets[i] = 1, 0.25
			}
			data, err := NewRegression(x, targets, 1)
			require.NoError(t, err)
			m := compiled(t, NewSequential("", Input(1), Dense(17, fn), Dense(1, activations.Linear)), Config{Loss: MeanSquaredError, Optimizer: optim.NewSGD(0.1)})
			w := m.Weights()
			w[0].Data[3] = float32(math.Inf(1))
			require.NoError(t, m.SetWeights(w))
			fit(t, m, data, FitOptions{})
			require.Zero(t, m.Weights()[1].Data[3], "%v, %d samples", fn, n)
		}
	}
}

// The pads of the weights stay +0, also those of the last panel of inputs.
func TestPadsOfWeightsStayZero(t *testing.T) {
	everySet(t, func(t *testing.T, k *asm.Kernels, workers int) {
		m := compiled(t, smallModel(), Config{Kernels: k, Workers: workers, Optimizer: optim.NewAdam(0.01)})
		fit(t, m, newPatterns(70, 5, 7), FitOptions{})
		for _, p := range m.params {
			for _, w := range [][]float32{p.w, p.ws[0], p.ws[1]} {
				for u := range p.out {
					r := p.run(u, p.out)
					for i := p.in; i < p.panels()*asm.PanelWidth; i++ {
						require.Zero(t, math.Float32bits(w[r.at+i/asm.PanelWidth*r.stride+i%asm.PanelWidth]), "unit %d, input %d of %d", u, i, p.in)
					}
				}
			}
		}
	})
}

// The gradient of a weight is one chain over all samples of a batch, also where
// they are more than are multiplied at once and the inputs more than the panels
// of one product, for the batch in the set and for what a layer made, and where
// workers share the set and where they do not.
func TestDenseUpdate(t *testing.T) {
	t.Run("shared", func(t *testing.T) { testDenseUpdate(t, 9, true) })
	t.Run("owned", func(t *testing.T) { testDenseUpdate(t, updateSamples, false) })
}

func testDenseUpdate(t *testing.T, units int, inputs bool) {
	const samples, rate = updateSamples + 45, 0.5
	data := newPatterns(samples, 10, 15)
	everySet(t, func(t *testing.T, k *asm.Kernels, workers int) {
		m := compiled(t, NewSequential("", Flatten(10, 15), Dense(units, activations.ReLU), Dense(34, activations.ReLU), Dense(10, activations.Softmax)),
			Config{Kernels: k, Workers: workers, Optimizer: optim.NewSGD(rate)})
		s, err := newSource("training", data, 150)
		require.NoError(t, err)
		tr := newTrainer(m, s, samples, workers)
		before := m.Weights()
		order := make([]int32, samples)
		inOrder(order, s)
		tr.begin(order, nil)
		tr.step, tr.update = 1, m.optimizer.At(1, m.optimizer.Rate())
		tr.train(workers, 0)
		after := m.Weights()
		layer := 0
		for _, planned := range tr.plan {
			o, ok := planned.op.(*denseUpdate)
			if !ok {
				continue
			}
			p := o.p
			require.Equal(t, inputs && o.x.set || p.out == 10, o.inputs)
			x := func(sample, i int) float32 {
				if o.x.set {
					return float32(data.pixels[sample*p.in+i]) / 255
				}
				return o.x.panels[(sample/asm.PanelWidth*p.in+i)*asm.PanelWidth+sample%asm.PanelWidth]
			}
			for _, at := range [][2]int{{0, 0}, {p.in - 1, p.out - 1}, {p.in / 2, p.out / 2}, {min(31, p.in-1), 1}, {min(32, p.in-1), 2}} {
				i, u, dw := at[0], at[1], float32(0)
				for sample := range samples {
					dw = fma(o.y.grad[(sample/asm.PanelWidth*p.out+u)*asm.PanelWidth+sample%asm.PanelWidth], x(sample, i), dw)
				}
				want := before[2*layer].Data[i*p.out+u] - float32(dw*rate)
				require.Equal(t, want, after[2*layer].Data[i*p.out+u], "layer %d, input %d, unit %d", layer, i, u)
			}
			layer++
		}
		require.Equal(t, 3, layer)
	})
}

// Other groups move weights and slots and leave the pads +0.
func TestRegroup(t *testing.T) {
	const in, out = 75, 10
	p := &parameters{denseShape: denseShape{in: in, out: out}, ends: []int{out}}
	p.w, p.ws[0] = make([]float32, p.panels()*out*asm.PanelWidth), make([]float32, p.panels()*out*asm.PanelWidth)
	kernel, slot := make([]float32, in*out), make([]float32, in*out)
	sum := float32(0)
	for i := range kernel {
		kernel[i], slot[i] = float32(i+1), float32(-i-1)
		sum += kernel[i]
	}
	p.setKeras(p.w, kernel)
	p.setKeras(p.ws[0], slot)
	scratch := make([]float32, len(p.w))
	for i := range scratch {
		scratch[i] = -1e9
	}
	for _, ends := range [][]int{{5, 10}, {0, 3, 10}, {1, 1, 7, 10, 10}, {7, 10}, {7, 10}, {10}} {
		before := p.ends
		unused := p.regroup(ends, scratch)
		require.Equal(t, ends, p.ends)
		require.Equal(t, before, unused)
		require.Equal(t, kernel, p.keras(p.w), "groups end at %v", ends)
		require.Equal(t, slot, p.keras(p.ws[0]), "groups end at %v", ends)
		all := float32(0) // whole numbers below 2²⁴: any order gives the same
		for _, w := range p.w {
			all += w
		}
		require.Equal(t, sum, all, "groups end at %v: pads", ends)
	}
}

// Workers that take panel after panel of a large batch, and claim what they update, make
// the bits of one worker: with few inputs and many, and with more workers than panels of
// inputs.
func TestTakenPanels(t *testing.T) {
	const batch = 32*panelsToTake*3 + 5
	for _, c := range []struct {
		rows, columns int
		fn            activations.Activation
	}{{5, 7, activations.Tanh}, {10, 15, activations.ReLU}, {1, 33, activations.ReLU}} {
		data := newPatterns(3*batch-100, c.rows, c.columns)
		everySet(t, func(t *testing.T, k *asm.Kernels, workers int) {
			train := func(workers int) *Sequential {
				m := compiled(t, NewSequential("", Flatten(c.rows, c.columns), Dense(12, c.fn), Dropout(0.3), Dense(9, activations.Softmax), Dense(10, activations.Softmax)),
					Config{Kernels: k, Workers: workers, Optimizer: optim.NewAdam(0.01), Seed: 3})
				fit(t, m, data, FitOptions{BatchSize: batch})
				return m
			}
			many := train(workers)
			require.Equal(t, train(1).SHA256(), many.SHA256())
			s, err := newSource("training", data, c.rows*c.columns)
			require.NoError(t, err)
			tr := newTrainer(many, s, batch, workers)
			tr.begin(make([]int32, batch), nil)
			tr.step, tr.update = 1, many.optimizer.At(1, many.optimizer.Rate())
			require.Equal(t, workers == 2 || workers == 3, tr.takes(workers))
			tr.train(workers, 0)
			for w := range tr.claims {
				require.Zero(t, tr.claims[w].size(), "panels that worker %d left", w)
			}
		})
	}
}
