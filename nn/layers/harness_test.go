package layers

import (
	"fmt"
	"math"
	"testing"

	"weft/asm"
	"weft/matmul/pool"
	"weft/nn/internal/engine"
	"weft/optim"

	"github.com/stretchr/testify/require"
)

// bench is one layer between a leaf, whose gradient can be read, and an objective that
// gives a gradient from outside.
type bench struct {
	t        testing.TB
	kernels  *asm.Kernels
	workers  int
	stack    []Layer
	params   []*Param
	shape    []int
	outputs  int
	pool     *pool.Pool
	leaf     *leaf
	upstream []float32 // of each sample, row by row
}

// newBench returns layers on inputs of the given shape, with weights in Keras's order.
func newBench(t testing.TB, k *asm.Kernels, workers int, shape []int, weights [][]float32, stack ...Layer) *bench {
	b := &bench{t: t, kernels: k, workers: workers, stack: stack, shape: shape, leaf: &leaf{}, pool: pool.New(workers)}
	t.Cleanup(b.pool.Close)
	out := shape
	for _, l := range stack {
		var err error
		out, err = l.Output(out)
		require.NoError(t, err)
	}
	b.outputs = engine.Product(out)
	outline := engine.NewOutline(b.network, shape)
	_, err := outline.Err()
	require.NoError(t, err)
	b.params = outline.Params()
	for _, p := range b.params {
		p.Data = make([]float32, p.Layout.Floats())
		p.Initialize(1)
	}
	if weights != nil {
		require.Len(t, weights, len(b.params))
		for i, w := range weights {
			require.Len(t, w, b.params[i].Size())
			b.params[i].Layout.FromKeras(b.params[i].Data, w)
		}
	}
	return b
}

func (b *bench) network(builder *Builder, x *Tensor) *Tensor {
	b.leaf.floats = nil
	x = b.leaf.Build(builder, x)
	for i, l := range b.stack {
		builder.Layer(i)
		x = l.Build(builder, x)
	}
	return x
}

func (b *bench) options(x []float32) *engine.Options {
	features := engine.Product(b.shape)
	source := &engine.Source{N: len(x) / features, Features: features, Floats: x}
	return &engine.Options{
		Kernels: b.kernels, Pool: b.pool, Workers: b.workers, Network: b.network, Params: b.params, Shape: b.shape, Data: source, Objective: b,
	}
}

// Scratch and Panel make the bench an objective: the gradient is the upstream one.
func (b *bench) Scratch(int) int { return 0 }

func (b *bench) Panel(block *engine.Block) {
	for c := range block.Width {
		block.Losses[c] = 0
		for f := range block.Outputs {
			d := float32(0)
			if c < block.N {
				d = b.upstream[block.Classes[c]*int32(block.Outputs)+int32(f)]
			}
			block.D[f*asm.PanelWidth+c] = d
		}
	}
}

// train makes one step on samples x with a rate of 0, and returns the outputs, the
// gradient of the inputs and that of each trained parameter in Keras's shape.
func (b *bench) train(x, upstream []float32) (y, dx []float32, dw [][]float32) {
	o := b.options(x)
	n := o.Data.N
	rows := make([]int32, n)
	o.Data.Classes = make([]int32, n) // the number of the sample
	for i := range rows {
		rows[i], o.Data.Classes[i] = int32(i), int32(i)
	}
	b.upstream = upstream
	o.Batch, o.Seed, o.KeepGradients = n, 7, true
	t := engine.NewTrainer(o)
	y = make([]float32, n*b.outputs)
	t.Collect(y, 0)
	t.TrainWith(b.workers, rows, nil, 1, optim.NewSGD(0).At(1, 0), 0)
	for _, p := range b.params {
		if p.Trained {
			dw = append(dw, p.Keras(p.Grad))
		}
	}
	return y, b.leaf.gradient(&t.Step, n), dw
}

// infer returns the outputs outside training, panel by panel and row by row, which
// must be the same.
func (b *bench) infer(x []float32) []float32 {
	o := b.options(x)
	o.Objective = nil
	y := make([]float32, o.Data.N*b.outputs)
	_, _, err := engine.NewInference(b.t.Context(), o, y).Do()
	require.NoError(b.t, err)
	row := engine.NewRowPlan(o).NewSample()
	for i := range o.Data.N {
		equalBits(b.t, y[i*b.outputs:(i+1)*b.outputs], row.Do(x[i*o.Data.Features:(i+1)*o.Data.Features]))
	}
	return y
}

// leaf passes its input on, and has a gradient of it.
type leaf struct {
	x, y   *Tensor
	floats *Memory
}

func (l *leaf) Kind() string                   { return "leaf" }
func (l *leaf) Name() string                   { return "" }
func (l *leaf) Named(string) Layer             { return l }
func (l *leaf) Output(in []int) ([]int, error) { return in, nil }

func (l *leaf) Build(b *Builder, x *Tensor) *Tensor {
	l.x = b.Panels(x)
	l.y = b.Tensor(x.Shape, engine.BySamples, true)
	b.Forward(l)
	l.floats = l.y.Grad
	return l.y
}

func (l *leaf) Uses() []Use {
	return []Use{{Memory: l.x.Values, Split: engine.BySamples}, {Memory: l.y.Values, Split: engine.BySamples, Write: true}}
}

func (l *leaf) Run(s *Step, worker, workers int) {
	if l.y.Layout == engine.Rows {
		copy(s.Floats(l.y.Values), s.Floats(l.x.Values)[:l.x.Features])
		return
	}
	for r := s.Regions(l.x.Features, engine.BySamples, worker, workers); r.Next(); {
		for u := range r.Units {
			at := r.At + u*asm.PanelWidth
			copy(s.Floats(l.y.Values)[at:at+r.Width], s.Floats(l.x.Values)[at:])
		}
	}
}

// gradient returns the gradient of the input after a step, sample by sample. The pads
// must be 0.
func (l *leaf) gradient(s *Step, n int) []float32 {
	d, features := s.Floats(l.floats), l.x.Features
	dx := make([]float32, n*features)
	for i := range s.Panels * asm.PanelWidth {
		for f := range features {
			v := d[at(features, i, f)]
			if i < n {
				dx[i*features+f] = v
			} else if v != 0 {
				panic(fmt.Sprintf("the gradient of pad %d, feature %d, is %v", i, f, v))
			}
		}
	}
	return dx
}

// everySet calls f for each set of kernels and several numbers of workers.
func everySet(t *testing.T, f func(t *testing.T, k *asm.Kernels, workers int)) {
	for _, k := range asm.Available() {
		for _, workers := range []int{1, 2, 3, 7} {
			t.Run(fmt.Sprintf("%s/%d", k.Name, workers), func(t *testing.T) { f(t, k, workers) })
		}
	}
}

// within requires every number of got to be want's within share of the largest of
// want.
func within(t testing.TB, what string, want []float64, got []float32, share float64) {
	t.Helper()
	require.Len(t, got, len(want), what)
	largest := 0.0
	for _, v := range want {
		largest = max(largest, math.Abs(v))
	}
	for i, v := range got {
		if !(math.Abs(want[i]-float64(v)) <= share*largest) {
			t.Fatalf("%s %d is %v, want %v within %v of the largest, %v", what, i, v, want[i], share, largest)
		}
	}
}

// equalBits requires two slices to hold the same bits.
func equalBits(t testing.TB, want, got []float32) {
	t.Helper()
	require.Len(t, got, len(want))
	for i, v := range got {
		if math.Float32bits(want[i]) != math.Float32bits(v) {
			t.Fatalf("number %d is %v, want %v", i, v, want[i])
		}
	}
}
