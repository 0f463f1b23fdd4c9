package engine

import (
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"weft/asm"
	"weft/matmul/pool"
	"weft/optim"
)

// Network builds the ops of a model: it takes the batch and returns the top.
type Network func(b *Builder, x *Tensor) *Tensor

// Options is what a plan is made from.
type Options struct {
	Kernels   *asm.Kernels
	Pool      *pool.Pool
	Workers   int
	Network   Network
	Params    []*Param
	Shape     []int // of a sample
	Data      *Source
	Objective Objective // the loss; nil for prediction

	// Training
	Batch         int
	Seed          uint64
	KeepGradients bool // each parameter's gradient whole in Param.Grad, then the update
}

// builder returns a builder of a plan for a model whose parameters are there.
func (o *Options) builder(mode Mode, batch int) *Builder {
	return &Builder{Mode: mode, Kernels: o.Kernels, Workers: o.Workers, Batch: batch, params: o.Params}
}

// NewOutline runs a network without memory, to find out its parameters.
func NewOutline(network Network, shape []int) *Builder {
	b := &Builder{Mode: Outline, Kernels: asm.Best(), Workers: 1, Batch: panelWidth, fresh: true}
	network(b, b.Input(shape))
	return b
}

// Trainer holds the memory and the plan of training steps of one model for one batch
// size. It implements [pool.Task]: one Run is one step.
type Trainer struct {
	Step
	pool     *pool.Pool
	params   []*Param
	plan     []planned
	leading  int          // ops before the first barrier, where all split by samples
	taken    atomic.Int64 // panels of this step that somebody began
	throttle pool.Throttle
	owned    []ownership
	moving   []float32 // what regroup copies through
	loss     *batchLoss
}

// NewTrainer plans the steps of a model on data.
func NewTrainer(o *Options) *Trainer {
	b := o.builder(Train, o.Batch)
	x := b.Input(o.Shape)
	top := b.Panels(o.Network(b, x))
	losses := b.Memory(0)
	loss := newBatchLoss(o.Objective, o.Data, b.Capacity(), o.Workers)
	if o.KeepGradients {
		b.Update(&applyGradients{params: o.Params})
	}
	ops := b.ops(&lossOp{top, losses, loss})
	t := &Trainer{pool: o.Pool, params: o.Params, owned: b.owned, loss: loss, throttle: pool.NewThrottle(o.Pool, o.Workers)}
	t.Kernels, t.Seed, t.data, t.kept = o.Kernels, o.Seed, o.Data, o.KeepGradients
	t.capacity, t.Panels = b.Capacity(), PanelsOf(o.Batch)
	t.holds, t.deques = make([]hold, o.Workers), make([]deque, o.Workers)
	t.balance = pool.NewBalance(b.divided, o.Workers)
	t.ExactData = o.Data.Floats == nil || t.Kernels.InExactRange(o.Data.Floats, asm.MinSparseB)
	t.allocate(b, top, o)
	t.plan = plan(ops, losses)
	if t.leading = leadingOps(t.plan); t.leading == 0 {
		t.deques = nil
	}
	t.regroup()
	return t
}

// allocate makes the memory of the plan.
func (t *Trainer) allocate(b *Builder, top *Tensor, o *Options) {
	longest, slots := 0, 0
	for _, own := range t.owned {
		longest = max(longest, len(own.param.Data))
	}
	for _, p := range t.params {
		slots = max(slots, len(p.Slots))
		if o.KeepGradients && p.Grad == nil {
			p.Grad = asm.Aligned(p.Layout.Floats())
		}
	}
	b.Scratch(o.Objective.Scratch(top.Features))
	floats := b.place()
	arena(func(alloc func(int) []float32) {
		t.readers, t.scratch, t.slots = t.readers[:0], t.scratch[:0], t.slots[:0]
		t.arena, t.moving = alloc(floats), alloc(longest)
		for range o.Workers {
			t.scratch = append(t.scratch, alloc(b.scratch))
			t.readers = append(t.readers, newReader(t.data, b.reads, alloc))
			t.slots = append(t.slots, make([][]float32, slots))
		}
	})
}

// regroup gives the weights of each layer to the workers that own them now.
func (t *Trainer) regroup() {
	for i := range t.owned {
		o := &t.owned[i]
		for w := range o.ends {
			_, o.ends[w] = t.Share(o.weights.Out, w, len(o.ends))
		}
		spare := o.weights.regroup(o.param, o.ends, t.moving)
		if len(spare) != len(o.ends) { // of another trainer
			spare = make([]int, len(o.ends))
		}
		o.ends = spare
	}
	for _, p := range t.plan {
		if r, ok := p.op.(Regrouper); ok {
			r.Regroup(&t.Step)
		}
	}
}

// Run does one worker's part of a step.
func (t *Trainer) Run(worker, workers int) {
	var begin time.Time
	measured, waited := t.balance.Measures(t.Number, workers), time.Duration(0)
	if measured {
		begin = time.Now()
	}
	ops := t.plan
	if t.Steals(workers) {
		t.takePanels(worker, workers, ops[:t.leading])
		ops = ops[t.leading:]
	}
	for i := range ops {
		p := &ops[i]
		if p.barrier && workers > 1 {
			waited += t.pool.Barrier(workers)
		}
		if p.update && t.failed() {
			continue
		}
		p.op.Run(&t.Step, worker, workers)
	}
	if measured {
		t.balance.Record(worker, time.Since(begin)-waited)
	}
}

// takePanels does the leading ops for one panel after the other, until all are taken.
func (t *Trainer) takePanels(worker, workers int, ops []planned) {
	h := &t.holds[worker]
	for {
		panel := int(t.taken.Add(1)) - 1
		if panel >= t.Panels {
			break
		}
		h.lo, h.hi = 2*panel, 2*panel+2
		for _, p := range ops {
			p.op.Run(&t.Step, worker, workers)
		}
	}
	h.hi = 0
}

// Collect makes the steps that follow write the outputs of the model for each sample,
// before the activation that the loss contains, to out, from sample seen on.
func (t *Trainer) Collect(out []float32, seen int) { t.outputs, t.seen = out, seen }

// String returns the ops of a step, a bar for a barrier.
func (t *Trainer) String() string {
	var ops []string
	for _, p := range t.plan {
		if p.barrier {
			ops = append(ops, "|")
		}
		name := fmt.Sprintf("%T", p.op)
		ops = append(ops, name[strings.LastIndexByte(name, '.')+1:])
	}
	return strings.Join(ops, " ")
}

// failed reports whether a loss of the batch is NaN. Every worker finds the same: the
// losses are complete before the first update.
func (t *Trainer) failed() bool {
	for i := range t.loss.counts {
		if t.loss.counts[i].nan {
			return true
		}
	}
	return false
}

// Train does one step on the samples in the given storage rows, while those of
// following will be next, with the constants of the optimizer's step number. It
// returns the sum over the batch of the float32 losses, added in float64 to sum in
// sample order, and the number of hits. Where a loss is NaN, the sum is NaN and no
// parameter has changed.
func (t *Trainer) Train(rows, following []int32, number int, rule optim.Step, sum float64) (float64, int) {
	return t.TrainWith(t.throttle.Next(), rows, following, number, rule, sum)
}

// TrainWith is Train with that many workers.
func (t *Trainer) TrainWith(workers int, rows, following []int32, number int, rule optim.Step, sum float64) (float64, int) {
	t.begin(rows, following)
	t.taken.Store(0)
	t.Number, t.rule = number, rule
	for i := range t.loss.counts {
		t.loss.counts[i] = counts{}
	}
	if t.Steals(workers) {
		t.deal(PanelsOf(t.data.Features), workers)
	}
	t.pool.Run(t, workers)
	if t.balance.Measures(t.Number, workers) && t.balance.Judge(time.Now()) {
		t.regroup()
	}
	for _, l := range t.loss.losses[:t.Batch] {
		sum += float64(l)
	}
	t.seen += t.Batch
	hits := 0
	for i := range t.loss.counts {
		hits += t.loss.counts[i].hits
	}
	return sum, hits
}

// applyGradients updates all parameters from their whole gradients.
type applyGradients struct{ params []*Param }

func (o *applyGradients) Uses() []Use {
	var uses []Use
	for _, p := range o.params {
		uses = append(uses, Use{Param: p, Split: All, Write: true})
	}
	return uses
}

func (o *applyGradients) Run(s *Step, worker, workers int) {
	for _, p := range o.params {
		if !p.Trained || p.Frozen {
			continue
		}
		lo, hi := pool.Share(len(p.Data)/16, worker, workers)
		if lo, hi = 16*lo, 16*hi; worker == workers-1 {
			hi = len(p.Data)
		}
		s.apply(p, worker, lo, p.Grad[lo:hi])
	}
}
