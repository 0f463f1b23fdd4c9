package layers

import (
	"math"
	"testing"

	"weft/activations"
	"weft/asm"
	"weft/nn/internal/engine"
	"weft/nn/internal/enginetest"
	"weft/optim"

	"github.com/stretchr/testify/require"
)

// The gradient of the input is one chain over all units for each number, also
// where the units are more than a block of steps and a worker's inputs begin and
// end inside of a panel, split by units and by samples. In the pads of the batch it
// is +0, also where zero times an infinite weight is NaN.
func TestDenseBackward(t *testing.T) {
	const in, out, samples = 75, backwardSteps + 94, 3*asm.PanelWidth - 5
	plain := make([]float32, in*out) // [in][out]
	for i := range plain {
		plain[i] = float32((i*7919)%2047-1023) / 1024
	}
	plain[5*out+100] = float32(math.Inf(1))
	gradient := func(o, sample int) float32 {
		i := (sample/asm.PanelWidth*out+o)*asm.PanelWidth + sample%asm.PanelWidth
		return float32((i*104729)%4093-2046) / 2048
	}
	enginetest.EverySet(t, func(t *testing.T, k *asm.Kernels, workers int) {
		for _, split := range []Split{engine.ByUnits, engine.BySamples} {
			top := &spied{}
			top.Layer = built{Dense(out, linear), func(b *Builder, x *Tensor) *Tensor {
				d := newDense(b, x, out)
				d.split = split
				y := d.forward(b)
				if b.Mode == engine.Train {
					d.backward(b)
				}
				return y
			}}
			o := options(k, workers, samples, numbered(enginetest.Patterns(samples, 2, 3)), Dense(in, linear), top)
			o.Objective = objective(gradient)
			o.Set = func(params []*Param) { params[2].Layout.FromKeras(params[2].Data, plain) }
			o.Rule = optim.NewSGD(0)
			n := enginetest.New(t, o)
			n.Train(n.Order(), nil)
			dy, dx := n.Floats(top.y.Grad), n.Floats(top.x.Grad)
			require.Equal(t, gradient(3, 50), value(dy, out, 3, 50))
			want := make([]float32, len(dx))
			k.Gemm(asm.Gemm{
				M: in, N: 3 * asm.PanelWidth, K: out, A: plain, RS: out, CS: 1,
				B: dy, LDB: asm.PanelWidth, PB: out * asm.PanelWidth, C: want, LDC: asm.PanelWidth, PC: in * asm.PanelWidth,
			})
			for i := range want {
				if i/(in*asm.PanelWidth)*asm.PanelWidth+i%asm.PanelWidth >= samples {
					want[i] = 0
				}
				if want[i] != want[i] {
					require.True(t, dx[i] != dx[i], "split %d, number %d", split, i)
					continue
				}
				require.Equal(t, math.Float32bits(want[i]), math.Float32bits(dx[i]), "split %d, number %d", split, i)
			}
		}
	})
}

// The pads of the weights stay +0, also those of the last panel of inputs.
func TestPadsOfWeightsStayZero(t *testing.T) {
	enginetest.EverySet(t, func(t *testing.T, k *asm.Kernels, workers int) {
		o := options(k, workers, 32, enginetest.Patterns(70, 5, 7), Dense(12, activations.ReLU), Dense(10, linear))
		o.Rule = optim.NewAdam(0.01)
		n := enginetest.New(t, o)
		n.Epoch()
		for _, p := range n.Params {
			w, ok := p.Layout.(*engine.Weights)
			if !ok {
				continue
			}
			for _, x := range [][]float32{p.Data, p.Slots[0], p.Slots[1]} {
				moved := 0
				for u := range w.Out {
					r := w.Run(u, w.Out)
					for i := range w.Panels() * asm.PanelWidth {
						v := x[r.At+i/asm.PanelWidth*r.Stride+i%asm.PanelWidth]
						if i >= w.In {
							require.Zero(t, math.Float32bits(v), "unit %d, input %d of %d", u, i, w.In)
						} else if v != 0 {
							moved++
						}
					}
				}
				require.NotZero(t, moved, "nothing was trained")
			}
		}
	})
}

// The gradient of a weight is one chain over all samples of a batch, also where
// they are more than are multiplied at once and the inputs more than the panels
// of one product, for the batch in the set and for what a layer made, and where
// workers share the reading of the set and where they do not.
func TestDenseUpdate(t *testing.T) {
	t.Run("shared", func(t *testing.T) { testDenseUpdate(t, 9, true) })
	t.Run("owned", func(t *testing.T) { testDenseUpdate(t, updateSamples, false) })
}

func testDenseUpdate(t *testing.T, units int, shared bool) {
	const samples, rate = updateSamples + 45, 0.5
	data := enginetest.Patterns(samples, 10, 15)
	enginetest.EverySet(t, func(t *testing.T, k *asm.Kernels, workers int) {
		all := []*spied{{Layer: Dense(units, activations.ReLU)}, {Layer: Dense(34, activations.ReLU)}, {Layer: Dense(10, linear)}}
		n := enginetest.New(t, options(k, workers, samples, data, all[0], all[1], all[2]))
		var before [][]float32
		for _, p := range n.Params {
			before = append(before, p.Keras(p.Data))
		}
		n.Train(n.Order(), nil)
		for layer, l := range all {
			kernel, bias := n.Params[2*layer], n.Params[2*layer+1]
			w := kernel.Layout.(*engine.Weights)
			byInputs := shared && layer == 0 || w.Out == 10 // see dividesInputs
			require.Equal(t, byInputs || workers == 1, len(w.Ends) == 1, "layer %d: groups of units", layer)
			x := func(sample, i int) float32 {
				if l.x.Input {
					return float32(data.Bytes[sample*w.In+i]) / 255
				}
				return value(n.Floats(l.x.Values), w.In, i, sample)
			}
			after, dy := kernel.Keras(kernel.Data), n.Floats(l.y.Grad)
			for _, at := range [][2]int{{0, 0}, {w.In - 1, w.Out - 1}, {w.In / 2, w.Out / 2}, {min(31, w.In-1), 1}, {min(32, w.In-1), 2}} {
				i, u, dw := at[0], at[1], float32(0)
				for sample := range samples {
					dw = fma(value(dy, w.Out, u, sample), x(sample, i), dw)
				}
				want := before[2*layer][i*w.Out+u] - float32(dw*rate)
				require.Equal(t, want, after[i*w.Out+u], "layer %d, input %d, unit %d", layer, i, u)
			}
			for _, u := range []int{0, w.Out / 2, w.Out - 1} { // the bias, by the rule of sums
				gradients := make([]float32, samples)
				for sample := range gradients {
					gradients[sample] = value(dy, w.Out, u, sample)
				}
				want := before[2*layer+1][u] - float32(k.Sum(gradients)*rate)
				require.Equal(t, want, bias.Data[u], "layer %d, bias %d", layer, u)
			}
		}
	})
}

// Every way to divide the work, whole gradients kept or not, gives one set of weights:
// few units and many, more samples than units, sparse gradients.
func TestDenseKeepsGradients(t *testing.T) {
	relu := activations.ReLU
	for _, c := range []struct {
		name   string
		batch  int
		layers []Layer
	}{
		{"units", 32, []Layer{Dense(40, relu), Dense(33, activations.Tanh), Dense(10, linear)}},
		{"the set is shared", 75, []Layer{Dense(17, relu), Dense(10, linear)}},
		{"dropout, sparse", 75, []Layer{Dense(300, relu), Dropout(0.5), Dense(40, relu), Dense(10, linear)}},
	} {
		t.Run(c.name, func(t *testing.T) {
			train := func(k *asm.Kernels, workers int, keep bool) (string, []*Param) {
				o := options(k, workers, c.batch, enginetest.Patterns(140, 10, 15), c.layers...)
				o.Rule, o.KeepGradients = optim.NewAdam(0.01), keep
				n := enginetest.New(t, o)
				return n.Epoch(), n.Params
			}
			want, _ := train(asm.Best(), 1, false)
			enginetest.EverySet(t, func(t *testing.T, k *asm.Kernels, workers int) {
				if testing.Short() && k.Name == "generic" && workers > 2 {
					t.Skip("some billion operations")
				}
				got, params := train(k, workers, true)
				require.Equal(t, want, got)
				for _, p := range params {
					largest := 0.0
					for _, g := range p.Keras(p.Grad) {
						largest = max(largest, math.Abs(float64(g)))
					}
					require.Positive(t, largest, "%s of layer %d has no gradient", p.Name, p.Layer)
				}
			})
		})
	}
}

// Two and three Dense layers read one tensor: its gradient is the sum of theirs, each
// a chain of its own, in the order of the readers.
func TestDenseSeveralReaders(t *testing.T) {
	const hidden, out, samples = 37, 10, 45
	for readers := 2; readers <= 3; readers++ {
		data := enginetest.Patterns(samples, 5, 7)
		enginetest.EverySet(t, func(t *testing.T, k *asm.Kernels, workers int) {
			branches := make([]*spied, readers)
			for i := range branches { // of other widths: some split by units, some by samples
				branches[i] = &spied{Layer: Dense([]int{out, 40, 16}[i], activations.ReLU)}
			}
			var shared *Tensor
			fork := built{Dense(out, linear), func(b *Builder, x *Tensor) *Tensor {
				shared = x
				x.Overwrite = false
				var sum []*Tensor
				for i, l := range branches {
					end := b.Scope(string(rune('a' + i)))
					y := Dense(out, linear).Build(b, l.Build(b, x))
					sum = append(sum, y)
					end()
				}
				return addUp(b, sum)
			}}
			n := enginetest.New(t, options(k, workers, samples, data, Dense(hidden, linear), fork))
			kernels := make([][]float32, readers)
			for i := range kernels {
				p := n.Params[2+4*i]
				require.Equal(t, string(rune('a'+i))+"/kernel", p.Name)
				kernels[i] = p.Keras(p.Data)
			}
			n.Train(n.Order(), nil)
			for _, at := range [][2]int{{0, 0}, {hidden - 1, samples - 1}, {17, 32}, {32, 31}} {
				f, sample := at[0], at[1]
				want := float32(0)
				for i, l := range branches {
					units, chain := l.y.Features, float32(0)
					dy := n.Floats(l.y.Grad)
					for u := range units {
						chain = fma(kernels[i][f*units+u], value(dy, units, u, sample), chain)
					}
					if i == 0 {
						want = chain
					} else {
						want += chain
					}
				}
				require.Equal(t, want, value(n.Floats(shared.Grad), hidden, f, sample), "%d readers, feature %d, sample %d", readers, f, sample)
			}
		})
	}
}
