package engine

import (
	"weft/asm"
	"weft/matmul/pool"
	"weft/optim"
)

// Step is what the ops of a plan see of one step: memory, the batch, and which part
// of it a worker does.
type Step struct {
	Kernels *asm.Kernels
	Batch   int    // samples
	Panels  int    // that hold them
	Number  int    // of the optimizer's step, from 1
	Seed    uint64 // that masks are derived from

	// ExactData says that the numbers of the data are such as a sparse product
	// takes, see [asm.Kernels].
	ExactData bool

	rule     optim.Step
	kept     bool // gradients go to their parameters whole, the update follows
	data     *Source
	rows     []int32 // storage rows of the batch
	next     []int32 // and of the next
	input    []float32
	arena    []float32
	capacity int
	readers  []reader    // of each worker
	scratch  [][]float32 // of each worker
	slots    [][][]float32
	balance  pool.Balance
	holds    []hold // of each worker
	deques   []deque
	outputs  []float32 // of the samples of the epoch, where they are collected
	seen     int       // samples of the epoch before this batch
}

// Floats returns the floats of a memory in this step.
func (s *Step) Floats(m *Memory) []float32 {
	if m.input {
		return s.input
	}
	return s.arena[m.at : m.at+m.floats : m.at+m.floats]
}

// Scratch returns the scratch of a worker, as many floats as the op that wants most
// asked for. What is in it is any op's.
func (s *Step) Scratch(worker int) []float32 { return s.scratch[worker] }

// Capacity returns the samples that a tensor holds.
func (s *Step) Capacity() int { return s.capacity }

// Groups returns the groups of samples of the batch.
func (s *Step) Groups() int { return s.Panels * (panelWidth / GroupWidth) }

// Share returns the part [lo, hi) of n things that a worker owns.
func (s *Step) Share(n, worker, workers int) (lo, hi int) {
	if workers == 1 {
		return 0, n
	}
	return s.balance.Share(n, worker, workers)
}

// Samples returns the groups of samples [lo, hi) that a worker's ops split by
// samples are for: those of the panel that it has taken, or its part of all.
func (s *Step) Samples(worker, workers int) (lo, hi int) {
	if h := &s.holds[worker]; h.hi > 0 {
		return h.lo, h.hi
	}
	return s.Share(s.Groups(), worker, workers)
}

// ReadPanel returns a panel of n samples of the batch from first on, in memory of
// the worker; its columns beyond the batch are +0.
func (s *Step) ReadPanel(worker, first, n int) []float32 {
	r := &s.readers[worker]
	s.data.panel(s.Kernels, r.samples, r.staging, s.batchRows(first, n), n)
	return r.samples
}

// ReadRows returns features [feature, feature+features) of n samples of the batch
// from first on in panels of 32 features, [panels][n][32], in memory of the worker.
func (s *Step) ReadRows(worker, first, n, feature, features int) []float32 {
	return s.readers[worker].rows(s.Kernels, s.data, s.batchRows(first, n), feature, features)
}

// batchRows returns the storage rows of n samples of the batch from first on, or of
// as many as there are.
func (s *Step) batchRows(first, n int) []int32 {
	first = min(first, s.Batch)
	return s.rows[first:min(first+n, s.Batch)]
}

// Prefetch fetches part i of n of a panel of the next batch, from sample first on,
// into the caches: part by part, because all at once are more lines than a core can
// wait for, and late, so that they are still there. A step takes 0.97 times as long.
func (s *Step) Prefetch(first, i, n int) {
	begin := n / 3
	if s.data.Bytes == nil || i < begin || first >= len(s.next) {
		return
	}
	panel := s.next[first:min(first+panelWidth, len(s.next))]
	lo, hi := pool.Share(len(panel), i-begin, n-begin)
	s.Kernels.Prefetch(s.data.Bytes, s.data.Features, panel[lo:hi])
}

// Update lets the optimizer update elements [at, at+len(g)) of a parameter, as they
// lie in memory, from their gradient g. Where gradients are wanted whole, it keeps g,
// and the update follows.
func (s *Step) Update(p *Param, worker, at int, g []float32) {
	if s.kept {
		copy(p.Grad[at:at+len(g)], g)
		return
	}
	s.apply(p, worker, at, g)
}

// apply is the update of Update.
func (s *Step) apply(p *Param, worker, at int, g []float32) {
	end := at + len(g)
	slots := s.slots[worker][:len(p.Slots)]
	for i, slot := range p.Slots {
		slots[i] = slot[at:end]
	}
	s.rule.Update(s.Kernels, p.Data[at:end], g, slots)
}

// ClearPads writes +0 to the columns of a gradient that are no samples, for features
// [lo, hi) and groups [s0, s1): a zero times an infinite weight, or what that made of
// an activation, is NaN there, too, and the sums over samples go over all columns.
func (s *Step) ClearPads(grad []float32, features, lo, hi, s0, s1 int) {
	from, to := max(s.Batch, s0*GroupWidth), min(s.Panels*panelWidth, s1*GroupWidth)
	if from >= to {
		return
	}
	last := s.Panels - 1
	for f := lo; f < hi; f++ {
		row := grad[(last*features+f)*panelWidth:][:panelWidth]
		clear(row[from-last*panelWidth : to-last*panelWidth])
	}
}

// begin says which rows the step is for, and which will follow.
func (s *Step) begin(rows, following []int32) {
	s.rows, s.next = rows, following[:min(len(following), len(rows))]
	s.Batch = len(rows)
	s.Panels = PanelsOf(s.Batch)
}
