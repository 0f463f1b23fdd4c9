package engine

import (
	"context"
	"sync/atomic"

	"weft/asm"
	"weft/matmul/pool"
)

// Inference takes samples through a network. Each worker takes the next panel, as
// fast as its core is, from input to output in memory of its own, without barriers:
// a panel of 784 pixels, 100 KB, stays in L2 with the weights.
type Inference struct {
	ctx     context.Context
	pool    *pool.Pool
	data    *Source
	plan    []planned
	top     *Tensor
	lanes   []lane
	losses  []float32 // evaluation: the weighted loss of each sample
	out     []float32 // the outputs of each sample, where they are wanted
	workers int
	taken   atomic.Int64 // panels that somebody began
}

// lane is the memory of one worker: a step of one panel.
type lane struct {
	Step
	loss *batchLoss
}

// NewInference plans one pass over data. Where out is not nil, it is filled with the
// outputs, sample by sample.
func NewInference(ctx context.Context, o *Options, out []float32) *Inference {
	b := o.builder(Infer, panelWidth)
	top := b.Panels(o.Network(b, b.Input(o.Shape)))
	i := &Inference{ctx: ctx, pool: o.Pool, data: o.Data, top: top, out: out, plan: b.ops(nil), workers: min(o.Workers, PanelsOf(o.Data.N))}
	if o.Objective != nil {
		b.Scratch(o.Objective.Scratch(top.Features))
		i.losses = make([]float32, o.Data.N)
	}
	floats := b.place()
	i.lanes = make([]lane, i.workers)
	for w := range i.lanes {
		l := &i.lanes[w]
		l.Kernels, l.data, l.capacity = o.Kernels, o.Data, panelWidth
		l.rows, l.holds = make([]int32, panelWidth), make([]hold, 1)
		arena(func(alloc func(int) []float32) {
			l.arena = alloc(floats)
			l.scratch = [][]float32{alloc(b.scratch)}
			l.readers = []reader{newReader(o.Data, b.reads, alloc)}
		})
		if o.Objective != nil {
			l.loss = newBatchLoss(o.Objective, o.Data, panelWidth, 1)
		}
	}
	return i
}

// Do passes all samples through. It returns the sum of their losses, in sample order,
// and the hits; the error is that of the context.
func (i *Inference) Do() (sum float64, hits int, err error) {
	i.pool.Run(i, i.workers)
	if err := i.ctx.Err(); err != nil {
		return 0, 0, err
	}
	for _, l := range i.losses {
		sum += float64(l)
	}
	for w := range i.lanes {
		if l := i.lanes[w].loss; l != nil {
			hits += l.counts[0].hits
		}
	}
	return sum, hits, nil
}

// Run does one worker's panels; it implements [pool.Task].
func (i *Inference) Run(worker, _ int) {
	l := &i.lanes[worker]
	all := l.rows
	for i.ctx.Err() == nil {
		first := int(i.taken.Add(1)-1) * panelWidth
		if first >= i.data.N {
			return
		}
		n := min(panelWidth, i.data.N-first)
		for j := range n {
			all[j] = i.data.Row(first + j)
		}
		l.begin(all[:n], nil)
		for j := range i.plan {
			i.plan[j].op.Run(&l.Step, 0, 1)
		}
		i.finish(l, first, n)
	}
}

// finish takes outputs and losses of the n samples from first on.
func (i *Inference) finish(l *lane, first, n int) {
	z, features := l.Floats(i.top.Values), i.top.Features
	if i.out != nil {
		l.Kernels.RowsFromPanel(i.out[first*features:], features, z, n, features)
	}
	if i.losses == nil {
		return
	}
	for r := l.Regions(features, BySamples, 0, 1); r.Next(); {
		l.loss.region(&l.Step, &r, 0, features, 1, z, z)
	}
	copy(i.losses[first:first+n], l.loss.losses)
}

// RowPlan is a plan for one sample, with the weights that its ops took when it was made.
// It may be shared; each [Sample] is for one goroutine at a time.
type RowPlan struct {
	kernels *asm.Kernels
	plan    []planned
	top     *Tensor
	scratch int
	floats  int
}

// NewRowPlan plans a network for one sample.
func NewRowPlan(o *Options) *RowPlan {
	b := o.builder(One, 1)
	top := o.Network(b, b.Input(o.Shape))
	return &RowPlan{kernels: o.Kernels, plan: b.ops(nil), top: top, floats: b.place(), scratch: b.scratch}
}

// Sample is the memory of one pass of a [RowPlan].
type Sample struct {
	Step
	row *RowPlan
}

// NewSample returns memory for one goroutine.
func (r *RowPlan) NewSample() *Sample {
	s := &Sample{row: r}
	s.Kernels, s.Batch = r.kernels, 1
	arena(func(alloc func(int) []float32) {
		s.arena = alloc(r.floats)
		s.scratch = [][]float32{alloc(r.scratch)}
	})
	return s
}

// Do computes the outputs of a sample x, which live until the next call.
func (s *Sample) Do(x []float32) []float32 {
	s.input = x
	for i := range s.row.plan {
		s.row.plan[i].op.Run(&s.Step, 0, 1)
	}
	y := s.Floats(s.row.top.Values)[:s.row.top.Features]
	s.input = nil
	return y
}
