package nn

import (
	"sync/atomic"
	"time"

	"weft/asm"
	"weft/matmul/pool"
	"weft/optim"
)

// op is one piece of a training step. run does the part of one worker; the
// parts touch disjoint memory, and the bits do not depend on how many there
// are.
type op interface {
	run(t *trainer, worker, workers int)
	accesses() []access // what it shares with other ops
}

// planned is an op with the barrier that stands before it where it reads what
// another worker wrote since the last one.
type planned struct {
	op      op
	barrier bool
}

// trainer holds the memory and the plan of training steps of one model for one
// batch size. It implements [pool.Task]: one Run is one step.
type trainer struct {
	kernels  *asm.Kernels
	pool     *pool.Pool
	data     *source
	loss     Loss
	plan     []planned
	leading  int          // ops before the first barrier, where all split over samples
	taken    atomic.Int64 // panels of this step that somebody began
	holds    []hold       // of each worker
	claims   []claims     // of each worker
	throttle pool.Throttle
	balance  pool.Balance
	owned    []ownership
	moving   []float32 // what regroup copies through

	top     *buffer       // the output of the last node
	scratch [][]float32   // of each worker
	slots   [][][]float32 // of each worker: the slots that an update changes
	readers []reader      // of each worker

	regularSet bool     // the set's numbers are such as a sparse product takes
	sparse     []sparse // of each worker

	classes []int32   // class of each sample of the batch; −1: padding
	targets []float32 // float targets in panels
	losses  []float32 // loss of each sample of the batch
	hits    []workerHits

	// what differs from step to step
	rows, next    []int32 // storage rows of the batch and of the next
	batch, panels int     // samples of the batch, panels that hold them
	k             float32 // 1/batch
	step          int     // of the optimizer, from 1
	seed          uint64
	update        optim.Step
}

// ownership is a layer whose units belong to groups of workers.
type ownership struct {
	p    *parameters
	ends []int // where other groups end, as many as there are to be
}

// hold is the groups of samples of the panel that a worker has taken, hi 0 where it
// has none, on a cache line of its own.
type hold struct {
	lo, hi int
	_      [6]uint64
}

// claims is the panels of inputs [lo, hi) of a worker's part that nobody has begun to
// update, as lo·2³² + hi, on a cache line of its own.
type claims struct {
	left atomic.Uint64
	_    [7]uint64
}

// take takes up to n panels, the first ones or, for another worker, the last ones.
func (c *claims) take(n int, last bool) (first, taken int) {
	for {
		v := c.left.Load()
		lo, hi := int(v>>32), int(uint32(v))
		n := min(n, hi-lo)
		if n <= 0 {
			return 0, 0
		}
		first, v2 := lo, uint64(lo+n)<<32|uint64(hi)
		if last {
			first, v2 = hi-n, uint64(lo)<<32|uint64(hi-n)
		}
		if c.left.CompareAndSwap(v, v2) {
			return first, n
		}
	}
}

// size returns how many panels are left.
func (c *claims) size() int {
	v := c.left.Load()
	return int(uint32(v)) - int(v>>32)
}

// workerHits counts right answers of one worker, on a cache line of its own.
type workerHits struct {
	n int
	_ [7]uint64
}

func (t *trainer) groups() int { return t.panels * (asm.PanelWidth / groupWidth) }

// Run does one worker's part of a step.
func (t *trainer) Run(worker, workers int) {
	var begin time.Time
	measured, waited := t.balance.Measures(t.step, workers), time.Duration(0)
	if measured {
		begin = time.Now()
	}
	plan := t.plan
	if t.takes(workers) {
		t.take(worker, workers, plan[:t.leading])
		plan = plan[t.leading:]
	}
	for _, p := range plan {
		if p.barrier && workers > 1 {
			waited += t.pool.Barrier(workers)
		}
		p.op.run(t, worker, workers)
	}
	if measured {
		t.balance.Record(worker, time.Since(begin)-waited)
	}
}

// panelsToTake is how many panels for each worker are enough to take them one by one.
const panelsToTake = 4

// takes reports whether so many workers take the panels of the batch one by one for
// the leading ops, and claim the panels of inputs that they update: none waits long for
// one whose core is slow at the moment, where equal parts of a large batch are as slow as
// the slowest. (784-100-10, two workers, one or the other disturbed: with the leading ops
// alone a step takes 0.94 to 1.00 times as long at batch 512, 0.96 to 0.97 at 2048, with
// the update 0.97 to 1.00 and 0.96 to 0.98 times as long as that.)
func (t *trainer) takes(workers int) bool {
	return workers > 1 && t.leading > 0 && t.panels >= panelsToTake*workers
}

// take does the leading ops for one panel after the other, until all are taken.
func (t *trainer) take(worker, workers int, ops []planned) {
	h := &t.holds[worker]
	for {
		panel := int(t.taken.Add(1)) - 1
		if panel >= t.panels {
			break
		}
		h.lo, h.hi = 2*panel, 2*panel+2
		for _, p := range ops {
			p.op.run(t, worker, workers)
		}
	}
	h.hi = 0
}

// deal gives each of so many workers its part of the panels of inputs, for claim.
func (t *trainer) deal(panels, workers int) {
	for w := range workers {
		lo, hi := t.balance.Share(panels, w, workers)
		t.claims[w].left.Store(uint64(lo)<<32 | uint64(hi))
	}
}

// claim returns up to most panels of inputs that a worker is to update next, none where
// all are begun: of its own part, whose weights are in its cache, while there are any, and
// then of the part of which most is left. The fewer are left of a part the fewer are
// taken, but for no less than a tile of a sparse product.
func (t *trainer) claim(worker, workers, most int) (first, n int) {
	grain := min(most, t.kernels.SpNR/asm.PanelWidth)
	own := &t.claims[worker]
	if first, n = own.take(max(grain, min(most, own.size()/2/grain*grain)), false); n > 0 {
		return first, n
	}
	for {
		of, left := own, 0
		for w := range t.claims[:workers] {
			if c := &t.claims[w]; c.size() > left {
				of, left = c, c.size()
			}
		}
		if left == 0 {
			return 0, 0
		}
		if first, n = of.take(grain, true); n > 0 {
			return first, n
		}
	}
}

// samples returns the groups of samples [lo, hi) that a worker's ops split over
// samples are for: those of the panel that it has taken, or its part of all.
func (t *trainer) samples(worker, workers int) (lo, hi int) {
	if h := &t.holds[worker]; h.hi > 0 {
		return h.lo, h.hi
	}
	return t.balance.Share(t.groups(), worker, workers)
}

// leadingOps returns how many ops of a plan stand before its first barrier where all
// that they write is split over samples, else 0.
func leadingOps(plan []planned) int {
	for i, p := range plan {
		if p.barrier {
			return i
		}
		for _, a := range p.op.accesses() {
			if a.write && a.partition != bySamples {
				return 0
			}
		}
	}
	return 0
}

// newTrainer plans the steps of a compiled model on a set.
func newTrainer(m *Sequential, data *source, batch, workers int) *trainer {
	panels := (batch + asm.PanelWidth - 1) / asm.PanelWidth
	t := &trainer{
		kernels: m.kernels, pool: m.pool(workers), data: data, loss: m.loss, seed: m.seed,
		scratch: make([][]float32, workers), slots: make([][][]float32, workers), hits: make([]workerHits, workers),
		classes: make([]int32, panels*asm.PanelWidth), holds: make([]hold, workers), claims: make([]claims, workers), sparse: make([]sparse, workers),
	}
	for w := range t.slots {
		t.slots[w] = make([][]float32, 0, 2)
	}
	t.throttle = pool.NewThrottle(t.pool, workers)
	buffers, ops := t.build(m, batch)
	chooseSparse(m.kernels, ops, workers, panels*asm.PanelWidth)
	t.balance = pool.NewBalance(dividedBy(ops, panels*asm.PanelWidth/groupWidth), workers)
	longest := 0
	for _, o := range ops {
		if u, ok := o.(*denseUpdate); ok {
			if u.x.set && u.sparse {
				t.regularSet = data.floats == nil || t.kernels.InExactRange(data.floats, asm.MinSparseB)
			}
			groups := workers
			if u.inputs {
				groups = 1
			}
			t.owned = append(t.owned, ownership{u.p, make([]int, groups)})
			longest = max(longest, len(u.p.w))
		}
	}
	slab(func(alloc func(int) []float32) {
		t.readers = t.readers[:0]
		t.moving = alloc(longest)
		for i := range t.scratch {
			t.scratch[i] = alloc(max(widePanels*asm.PanelWidth*m.widest(), lossScratch(m.outputs)))
			t.readers = append(t.readers, newReader(data, min(updateSamples, batch)*widePanels*asm.PanelWidth, alloc))
		}
		t.losses = alloc(panels * asm.PanelWidth)
		if data.targets != nil {
			t.targets = alloc(panels * asm.PanelWidth * data.outputs)
		}
		for _, b := range buffers {
			b.panels = alloc(panels * b.features * asm.PanelWidth)
			if b.wantGrad {
				b.grad = alloc(panels * b.features * asm.PanelWidth)
			}
			if b.wantRows {
				b.samples = panels * asm.PanelWidth
				b.rows = alloc(panelsOf(b.features) * b.samples * asm.PanelWidth)
			}
		}
		for _, o := range ops {
			if d, ok := o.(*dropoutForward); ok {
				d.mask = alloc(panels * d.y.features * asm.PanelWidth)
			}
		}
	})
	t.plan = planOf(ops)
	t.leading = leadingOps(t.plan)
	t.regroup()
	return t
}

// dividedBy returns how many things the product with the most weights divides among
// the workers: units, or groups of samples.
func dividedBy(ops []op, groups int) int {
	n, most := 0, 0
	for _, o := range ops {
		if f, ok := o.(*denseForward); ok && f.p.in*f.p.out > most {
			n, most = f.p.out, f.p.in*f.p.out
			if f.samples {
				n = groups
			}
		}
	}
	return n
}

// regroup gives the weights of each layer to the workers that own them now, and makes
// the memory for that, if it needs more than before.
func (t *trainer) regroup() {
	for i := range t.owned {
		o := &t.owned[i]
		for w := range o.ends {
			_, o.ends[w] = t.balance.Share(o.p.out, w, len(o.ends))
		}
		spare := o.p.regroup(o.ends, t.moving)
		if len(spare) != len(o.ends) { // of another trainer
			spare = make([]int, len(o.ends))
		}
		o.ends = spare
	}
	t.fitSparse()
}

// begin says which rows the next step trains on, and which will follow.
func (t *trainer) begin(rows, following []int32) {
	t.rows, t.next = rows, following[:min(len(following), len(rows))]
	t.batch = len(rows)
	t.taken.Store(0)
	t.panels = (t.batch + asm.PanelWidth - 1) / asm.PanelWidth
	t.k = float32(1 / float64(t.batch))
}

// train does one step on the batch of begin. It returns the sum over the samples
// of the batch of the float32 losses, added in float64 to sum in sample order,
// and the number of right answers.
func (t *trainer) train(workers int, sum float64) (float64, int) {
	for i := range t.hits {
		t.hits[i].n = 0
	}
	if t.takes(workers) {
		t.deal(panelsOf(t.data.features), workers)
	}
	t.pool.Run(t, workers)
	if t.balance.Measures(t.step, workers) {
		if t.balance.Judge(time.Now()) {
			t.regroup()
		}
	}
	for _, l := range t.losses[:t.batch] {
		sum += float64(l)
	}
	hits := 0
	for i := range t.hits {
		hits += t.hits[i].n
	}
	return sum, hits
}

// gather reads the batch into a buffer, where the first node is no Dense layer,
// which reads for itself. It splits over samples.
type gather struct{ x *buffer }

func (o *gather) accesses() []access {
	return []access{{buffer: o.x, part: values, partition: bySamples, write: true}}
}

func (o *gather) run(t *trainer, worker, workers int) {
	for r := newRegions(t, o.x.features, true, worker, workers); r.next(); {
		t.data.panel(t.kernels, o.x.panels[r.at:], t.readers[worker].staging, t.batchRows(r.first, r.width), r.width)
	}
}

// clearPads writes +0 to the columns of a gradient that are no samples, for features
// [lo, hi) and groups [s0, s1): a zero times an infinite weight, or what that made of an
// activation, is NaN there, too, and the sums over samples go over all columns.
func (t *trainer) clearPads(grad []float32, features, lo, hi, s0, s1 int) {
	from, to := max(t.batch, s0*groupWidth), min(t.panels*asm.PanelWidth, s1*groupWidth)
	if from >= to {
		return
	}
	last := t.panels - 1
	for f := lo; f < hi; f++ {
		row := grad[(last*features+f)*asm.PanelWidth:][:asm.PanelWidth]
		clear(row[from-last*asm.PanelWidth : to-last*asm.PanelWidth])
	}
}

// batchRows returns the storage rows of n samples of the batch from first on, or
// of as many as there are.
func (t *trainer) batchRows(first, n int) []int32 {
	first = min(first, t.batch)
	return t.rows[first:min(first+n, t.batch)]
}

// prefetch fetches part i of n of a panel of the next batch, from sample first on,
// into the caches: part by part, because all at once are more lines than a core can
// wait for, and late, so that they are still there. A step takes 0.97 times as long.
func (t *trainer) prefetch(first, i, n int) {
	begin := n / 3
	if t.data.bytes == nil || i < begin || first >= len(t.next) {
		return
	}
	panel := t.next[first:min(first+asm.PanelWidth, len(t.next))]
	lo, hi := pool.Share(len(panel), i-begin, n-begin)
	t.kernels.Prefetch(t.data.bytes, t.data.features, panel[lo:hi])
}
