package engine

import "weft/asm"

// Objective is the loss of a model with what is counted next to it, such as right
// answers.
type Objective interface {
	// Scratch returns the floats of scratch that Panel wants for a number of outputs.
	Scratch(outputs int) int
	// Panel computes the losses of a block of samples, the gradient of their mean by
	// the outputs, and counts hits.
	Panel(b *Block)
}

// Block is columns of one panel for which a loss is computed: outputs z (before the
// activation that the loss is fused with) and targets, [outputs][32], of which Width
// columns take part and N are samples. Columns beyond N get a gradient and a loss of
// +0. D may be Z.
type Block struct {
	Kernels           *asm.Kernels
	Outputs, Width, N int
	Scale             []float32 // of each column: its gradient is Scale·∂loss/∂z
	Z, D, Losses      []float32
	Classes           []int32   // of each column, −1 for padding; nil: Targets
	Targets           []float32 // [outputs][32]
	Weights           []float32 // of each column, nil: 1; already in Scale, not in Losses
	Scratch           []float32
	Hits              int // right answers, added to

	Sample LossSample // for a loss that takes one sample after the other
}

// LossSample is what a loss sees of one sample.
type LossSample struct {
	Kernels  *asm.Kernels
	Outputs  []float32 // of the model, or what goes into the last activation; may be written over
	Target   []float32 // float targets, as many as outputs; nil where targets are classes
	Class    int       // where targets are classes
	Scale    float32   // weight of the sample, over the size of the batch
	Gradient []float32 // to be filled with Scale · ∂loss/∂Outputs
	Scratch  []float32 // one more than outputs, for any use
	Hits     int       // right answers, to be added to
}

// counts is what one worker counted, on a cache line of its own.
type counts struct {
	hits int
	nan  bool // a loss is NaN
	_    [6]uint64
}

// batchLoss is the memory of a loss for a batch.
type batchLoss struct {
	objective Objective
	classes   []int32   // class of each sample; −1: padding
	targets   []float32 // float targets in panels
	weights   []float32 // of each sample; nil: 1
	scale     []float32 // of each sample
	losses    []float32 // of each sample, weighted
	blocks    []Block   // of each worker
	counts    []counts  // of each worker
}

// newBatchLoss returns the memory for n samples.
func newBatchLoss(o Objective, data *Source, n, workers int) *batchLoss {
	l := &batchLoss{
		objective: o, classes: make([]int32, n), scale: make([]float32, n), losses: make([]float32, n),
		blocks: make([]Block, workers), counts: make([]counts, workers),
	}
	if data.Targets != nil {
		l.targets = asm.Aligned(n * data.Outputs)
	}
	if data.Weights != nil {
		l.weights = make([]float32, n)
	}
	return l
}

// region computes one region of a batch: z to d, losses, hits.
func (l *batchLoss) region(s *Step, r *Regions, worker, outputs int, mean float64, z, d []float32) {
	rows := s.batchRows(r.First, r.Width)
	s.data.readTargets(l.classes, l.targets, rows, r.Columns())
	end := r.First + r.Width
	l.weigh(s.data, rows, r.First, end, mean)
	b := &l.blocks[worker]
	*b = Block{
		Kernels: s.Kernels, Outputs: outputs, Width: r.Width, N: len(rows), Scale: l.scale[r.First:end],
		Z: z[r.At:], D: d[r.At:], Losses: l.losses[r.First:end], Scratch: s.Scratch(worker),
	}
	if s.data.Classes != nil {
		b.Classes = l.classes[r.First:end]
	}
	if l.targets != nil {
		b.Targets = l.targets[r.At:]
	}
	if l.weights != nil {
		b.Weights = l.weights[r.First:end]
	}
	l.objective.Panel(b)
	c := &l.counts[worker]
	c.hits += b.Hits
	for i, v := range b.Losses[:b.N] {
		if l.weights != nil {
			v = float32(v * b.Weights[i])
			b.Losses[i] = v
		}
		c.nan = c.nan || v != v
	}
}

// weigh fills the scale, mean·weight, of samples [first, end).
func (l *batchLoss) weigh(data *Source, rows []int32, first, end int, mean float64) {
	scale := l.scale[first:end]
	if l.weights == nil {
		for i := range scale {
			scale[i] = float32(mean)
		}
		return
	}
	weights := l.weights[first:end]
	for i := range scale {
		weights[i], scale[i] = 0, 0
		if i < len(rows) {
			weights[i] = data.Weights[rows[i]]
			scale[i] = float32(float64(weights[i]) * mean)
		}
	}
}

// lossOp computes the losses of the batch and the gradient at the top. It splits by
// samples.
type lossOp struct {
	top    *Tensor
	losses *Memory // stands for what batchLoss holds
	loss   *batchLoss
}

func (o *lossOp) Plan(*Builder) {
	if o.top.Grad != nil {
		o.top.Grad.Split, o.top.Grad.Density = BySamples, 1
	}
}

func (o *lossOp) Uses() []Use {
	return []Use{
		{Memory: o.top.Values, Split: BySamples},
		{Memory: o.top.Grad, Split: BySamples, Write: true},
		{Memory: o.losses, Split: BySamples, Write: true},
	}
}

func (o *lossOp) Run(s *Step, worker, workers int) {
	z, d := s.Floats(o.top.Values), s.Floats(o.top.Grad)
	mean := 1 / float64(s.Batch)
	for r := s.Regions(o.top.Features, BySamples, worker, workers); r.Next(); {
		if n := min(r.Width, s.Batch-r.First); s.outputs != nil && n > 0 {
			s.Kernels.RowsFromPanel(s.outputs[(s.seen+r.First)*o.top.Features:], o.top.Features, z[r.At:], n, o.top.Features)
		}
		o.loss.region(s, &r, worker, o.top.Features, mean, z, d)
	}
}
