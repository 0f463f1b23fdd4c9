package nn

import (
	"weft/asm"
	"weft/matmul"
	"weft/optim"
)

// op is one piece of a training step. run does the part of one worker; the
// parts touch disjoint memory, and the bits do not depend on how many there
// are.
type op interface {
	run(t *trainer, worker, workers int)
}

// planned is an op with the barrier that stands before it where it reads what
// another worker wrote since the last one.
type planned struct {
	op      op
	barrier bool
}

// trainer holds the memory and the plan of training steps of one model for one
// batch size. It implements [matmul.Task]: one Run is one step.
type trainer struct {
	kernels *asm.Kernels
	pool    *matmul.Pool
	data    *source
	loss    Loss
	plans   [][]planned // by number of workers − 1
	crew    crew

	input   *buffer // the batch
	top     *buffer // the output of the last node
	scratch [][]float32

	classes []int32   // class of each sample of the batch; −1: padding
	targets []float32 // float targets in panels
	losses  []float32 // loss of each sample of the batch
	hits    []workerHits

	// what differs from step to step
	rows          []int32 // storage rows of the batch
	batch, panels int     // samples of the batch, panels that hold them
	k             float32 // 1/batch
	step          int     // of the optimizer, from 1
	seed          uint64
	update        optim.Step
}

// workerHits counts right answers of one worker, on a cache line of its own.
type workerHits struct {
	n int
	_ [7]uint64
}

func (t *trainer) groups() int { return t.panels * (asm.PanelWidth / groupWidth) }

// Run does one worker's part of a step.
func (t *trainer) Run(worker, workers int) {
	for _, p := range t.plans[workers-1] {
		if p.barrier && workers > 1 {
			t.pool.Barrier(workers)
		}
		p.op.run(t, worker, workers)
	}
}

// newTrainer plans the steps of a compiled model on a set.
func newTrainer(m *Sequential, data *source, batch, workers int) *trainer {
	panels := (batch + asm.PanelWidth - 1) / asm.PanelWidth
	t := &trainer{
		kernels: m.kernels, pool: m.pool(workers), data: data, loss: m.loss, seed: m.seed,
		plans: make([][]planned, workers), scratch: make([][]float32, workers), hits: make([]workerHits, workers),
		classes: make([]int32, panels*asm.PanelWidth),
	}
	t.crew = newCrew(t.pool, workers)
	buffers, ops := t.build(m)
	if workers > 1 && workers*panels*asm.PanelWidth*(t.input.features+t.input.ld) <= privateFloats {
		copies := make([]*buffer, workers)
		for i := range copies {
			own := *t.input
			copies[i] = &own
		}
		t.input.copies = copies
		buffers = append(buffers[1:], copies...) // they stand for the input
	}
	slab(func(alloc func(int) []float32) {
		for i := range t.scratch {
			t.scratch[i] = alloc(max(scratchFloats+runUnits*asm.PanelWidth, m.widest()))
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
				b.rows = alloc(panels * asm.PanelWidth * b.ld)
			}
		}
		for _, o := range ops {
			if d, ok := o.(*dropoutForward); ok {
				d.mask = alloc(panels * d.y.features * asm.PanelWidth)
			}
		}
	})
	for w := range workers {
		t.plans[w] = t.plan(ops, w+1)
	}
	return t
}

// privateFloats is the memory, 256 MB, up to which each worker keeps a copy of the
// batch. To gather it whole takes a worker 8 µs for 32 images of 784 pixels. To
// fetch the half that another worker wrote from that one's cache took 22 µs:
// 9 in the gather, whose lines the other still held, 7 in the first product and
// 8 in its gradient (two cores of a Xeon server).
const privateFloats = 64 << 20

// begin says which rows the next step trains on.
func (t *trainer) begin(rows []int32) {
	t.rows = rows
	t.batch = len(rows)
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
	t.pool.Run(t, workers)
	for _, l := range t.losses[:t.batch] {
		sum += float64(l)
	}
	hits := 0
	for i := range t.hits {
		hits += t.hits[i].n
	}
	return sum, hits
}

// gather reads the batch: samples scaled, kept in panels and in rows, with their
// targets. It splits over samples, except that a worker with a copy of its own
// reads all samples.
type gather struct{ input *buffer }

func (o *gather) accesses() []access {
	return []access{
		{buffer: o.input, part: values, partition: bySamples, write: true},
		{buffer: o.input, part: rows, partition: bySamples, write: true},
	}
}

func (o *gather) run(t *trainer, worker, workers int) {
	lo, hi := share(t.groups(), worker, workers)
	for at := lo; at < hi; {
		c := columnsFrom(at, hi)
		at += c.width / groupWidth
		t.data.readTargets(t.classes, t.targets, t.columnRows(c), c)
	}
	x := o.input.of(worker)
	if x != o.input {
		lo, hi = 0, t.groups()
	}
	for lo < hi {
		c := columnsFrom(lo, hi)
		lo += c.width / groupWidth
		x.read(t.kernels, t.data, t.columnRows(c), c)
	}
}

// columnRows returns the storage rows of some columns of the batch.
func (t *trainer) columnRows(c columns) []int32 {
	first := min(c.first(), t.batch)
	return t.rows[first:min(first+c.width, t.batch)]
}

// read gathers the samples of the given storage rows into columns c of the
// buffer and, where it keeps rows, into its rows.
func (b *buffer) read(k *asm.Kernels, s *source, rows []int32, c columns) {
	panel := b.panels[c.at(b.features):]
	var kept []float32
	if b.rows != nil {
		kept = b.rows[c.first()*b.ld:]
	}
	if s.bytes != nil {
		k.Gather(panel, kept, b.ld, s.bytes, s.features, rows, c.width)
		return
	}
	if kept == nil {
		kept = b.staging
	}
	for i, r := range rows {
		copy(kept[i*b.ld:i*b.ld+s.features], s.floats[int(r)*s.features:])
	}
	k.PanelFromRows(panel, kept, b.ld, len(rows), s.features, c.width)
}

// readTargets fills the classes or the float targets of columns c.
func (s *source) readTargets(classes []int32, targets []float32, rows []int32, c columns) {
	if s.classes != nil && classes != nil {
		for i := range c.width {
			classes[c.first()+i] = -1
			if i < len(rows) {
				classes[c.first()+i] = s.classes[rows[i]]
			}
		}
	}
	if s.targets != nil && targets != nil {
		for o := range s.outputs {
			column := targets[c.at(s.outputs)+o*asm.PanelWidth:][:c.width]
			for i := range column {
				column[i] = 0
				if i < len(rows) {
					column[i] = s.targets[int(rows[i])*s.outputs+o]
				}
			}
		}
	}
}
