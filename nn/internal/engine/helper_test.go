package engine

import (
	"testing"

	"weft/asm"
	"weft/matmul/pool"
	"weft/optim"

	"github.com/stretchr/testify/require"
)

// testObjective is a loss whose gradient by output o of a sample is given, and whose
// value is that of the sample's first output.
type testObjective func(o, sample int) float32

func (testObjective) Scratch(int) int { return 0 }

func (f testObjective) Panel(b *Block) {
	for c := range b.Width {
		b.Losses[c] = b.Z[c]
		for o := range b.Outputs {
			b.D[o*panelWidth+c] = 0
			if c < b.N {
				b.D[o*panelWidth+c] = f(o, int(b.Classes[c]))
			}
		}
	}
	b.Hits += b.N
}

// testData is n samples of floats, sample i being class i, which names it.
func testData(n, features int) *Source {
	s := &Source{N: n, Features: features, Floats: make([]float32, n*features), Classes: make([]int32, n)}
	for i := range s.Floats {
		s.Floats[i] = float32(i%29) - 14
	}
	for i := range s.Classes {
		s.Classes[i] = int32(i)
	}
	return s
}

// newTestTrainer gives a network parameters and slots and plans its training.
func newTestTrainer(t testing.TB, o Options, slots int) *Trainer {
	o.Kernels, o.Shape = asm.Best(), []int{o.Data.Features}
	outline := NewOutline(o.Network, o.Shape)
	_, err := outline.Err()
	require.NoError(t, err)
	o.Params = outline.Params()
	for _, p := range o.Params {
		p.Data = asm.Aligned(p.Layout.Floats())
		p.Initialize(o.Seed)
		for range slots {
			p.Slots = append(p.Slots, asm.Aligned(len(p.Data)))
		}
	}
	o.Pool = pool.New(o.Workers)
	t.Cleanup(o.Pool.Close)
	return NewTrainer(&o)
}

// step does one step on the first samples of the data, with all workers.
func step(t *Trainer, samples, number int, rule optim.Optimizer) float64 {
	rows := make([]int32, samples)
	InOrder(rows, t.data)
	sum, _ := t.TrainWith(len(t.readers), rows, nil, number, rule.At(number, rule.Rate()), 0)
	return sum
}

// everySplit is each number of workers with each way to split.
func everySplit(f func(workers int, split Split)) {
	for _, workers := range []int{1, 2, 3, 7} {
		for _, split := range []Split{ByUnits, BySamples} {
			f(workers, split)
		}
	}
}

// produce makes a tensor of what the batch holds, and keeps the gradient that comes
// back.
type produce struct {
	x, y  *Tensor
	split Split
	kept  []float32 // as y.Grad
}

func newProduce(b *Builder, x *Tensor, split Split) *produce {
	o := &produce{x: b.Read(x), split: split}
	o.y = b.Tensor(x.Shape, split, true)
	o.kept = make([]float32, b.floatsOf(x.Features))
	b.Forward(o)
	b.Backward(&produceBackward{o})
	return o
}

func (o *produce) Uses() []Use {
	return []Use{{Memory: o.x.Values, Split: o.split}, {Memory: o.y.Values, Split: o.split, Write: true}}
}

func (o *produce) Run(s *Step, worker, workers int) {
	x, y := s.Floats(o.x.Values), s.Floats(o.y.Values)
	for r := s.Regions(o.y.Features, o.split, worker, workers); r.Next(); {
		eachOf(&r, func(i int) { y[i] = x[i] })
	}
}

type produceBackward struct{ *produce }

func (o *produceBackward) Uses() []Use { return []Use{{Memory: o.y.Grad, Split: o.split}} }

func (o *produceBackward) Run(s *Step, worker, workers int) {
	dy := s.Floats(o.y.Grad)
	for r := s.Regions(o.y.Features, o.split, worker, workers); r.Next(); {
		eachOf(&r, func(i int) { o.kept[i] = dy[i] })
	}
}

// eachOf calls f for each index of a region.
func eachOf(r *Regions, f func(i int)) {
	for u := range r.Units {
		for i := range r.Width {
			f(r.At + u*panelWidth + i)
		}
	}
}

// scale is a layer y = w·x, element by element, with one weight a feature.
type scale struct {
	x, y  *Tensor
	dx    *Memory
	w     *Param
	split Split
}

func newScale(b *Builder, x *Tensor, name string, split Split) *scale {
	x = b.Read(x)
	o := &scale{x: x, split: split, y: b.Tensor(x.Shape, split, true)}
	o.w = b.Param(Param{Name: name, Shape: []int{x.Features}, Init: Constant(1), Trained: true, Layout: Flat(x.Features)})
	b.Forward(o)
	if o.dx = b.Gradient(x); o.dx != nil {
		b.Backward(&scaleBackward{o})
	}
	b.Update(&scaleUpdate{o})
	b.Scratch(panelWidth)
	return o
}

func (o *scale) Uses() []Use {
	return []Use{{Memory: o.x.Values, Split: o.split}, {Memory: o.y.Values, Split: o.split, Write: true}, {Param: o.w, Split: All}}
}

func (o *scale) Run(s *Step, worker, workers int) {
	x, y := s.Floats(o.x.Values), s.Floats(o.y.Values)
	for r := s.Regions(o.y.Features, o.split, worker, workers); r.Next(); {
		eachOf(&r, func(i int) { y[i] = x[i] * o.w.Data[i/panelWidth%o.y.Features] })
	}
}

type scaleBackward struct{ *scale }

func (o *scaleBackward) Plan(*Builder) { o.dx.Split, o.dx.Density = o.split, 0.25 }

func (o *scaleBackward) Uses() []Use {
	return []Use{{Memory: o.y.Grad, Split: o.split}, {Memory: o.dx, Split: o.split, Write: true}, {Param: o.w, Split: All}}
}

func (o *scaleBackward) Run(s *Step, worker, workers int) {
	dy, dx := s.Floats(o.y.Grad), s.Floats(o.dx)
	for r := s.Regions(o.y.Features, o.split, worker, workers); r.Next(); {
		eachOf(&r, func(i int) { dx[i] = dy[i] * o.w.Data[i/panelWidth%o.y.Features] })
	}
}

// scaleUpdate adds Σ dy·x over the samples, in order.
type scaleUpdate struct{ *scale }

func (o *scaleUpdate) Uses() []Use {
	return []Use{
		{Memory: o.x.Values, Split: ByUnits}, {Memory: o.y.Grad, Split: ByUnits}, {Param: o.w, Split: ByUnits, Write: true},
	}
}

func (o *scaleUpdate) Run(s *Step, worker, workers int) {
	x, dy := s.Floats(o.x.Values), s.Floats(o.y.Grad)
	lo, hi := s.Share(o.y.Features, worker, workers)
	for u := lo; u < hi; u++ {
		dw := s.Scratch(worker)[:1]
		dw[0] = 0
		for i := range s.Batch {
			at := (i/panelWidth*o.y.Features+u)*panelWidth + i%panelWidth
			dw[0] += float32(dy[at] * x[at])
		}
		s.Update(o.w, worker, u, dw)
	}
}

// add is the sum of some tensors, in order, whose gradients are that of the sum.
type add struct {
	in    []*Tensor
	y     *Tensor
	dx    []*Memory
	split Split
}

func newAdd(b *Builder, split Split, in ...*Tensor) *add {
	o := &add{in: in, split: split, y: b.Tensor(in[0].Shape, split, true)}
	b.Forward(o)
	for _, x := range in {
		o.dx = append(o.dx, b.Gradient(x))
	}
	b.Backward(&addBackward{o})
	return o
}

func (o *add) Uses() []Use {
	uses := []Use{{Memory: o.y.Values, Split: o.split, Write: true}}
	for _, x := range o.in {
		uses = append(uses, Use{Memory: x.Values, Split: o.split})
	}
	return uses
}

func (o *add) Run(s *Step, worker, workers int) {
	y := s.Floats(o.y.Values)
	for r := s.Regions(o.y.Features, o.split, worker, workers); r.Next(); {
		eachOf(&r, func(i int) {
			y[i] = 0
			for _, x := range o.in {
				y[i] += s.Floats(x.Values)[i]
			}
		})
	}
}

type addBackward struct{ *add }

func (o *addBackward) Plan(*Builder) {
	for _, m := range o.dx {
		if m != nil {
			m.Split, m.Density = o.split, 1
		}
	}
}

func (o *addBackward) Uses() []Use {
	uses := []Use{{Memory: o.y.Grad, Split: o.split}}
	for _, m := range o.dx {
		if m != nil {
			uses = append(uses, Use{Memory: m, Split: o.split, Write: true})
		}
	}
	return uses
}

func (o *addBackward) Run(s *Step, worker, workers int) {
	dy := s.Floats(o.y.Grad)
	for r := s.Regions(o.y.Features, o.split, worker, workers); r.Next(); {
		eachOf(&r, func(i int) {
			for _, m := range o.dx {
				if m != nil {
					s.Floats(m)[i] = dy[i]
				}
			}
		})
	}
}
