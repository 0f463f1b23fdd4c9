package layers

import (
	"weft/asm"
	"weft/nn/internal/engine"
)

// denseUpdate makes the gradient of the own units, dW = dyᵀ·x over the whole batch,
// for some panels of inputs after the others, in a scratch that stays in L1 or L2, and
// lets the optimizer update their weights at once: the gradient of a whole layer is
// not stored.
type denseUpdate struct {
	*denseProduct
	trains, trainsBias bool
	inputs             bool      // a worker owns panels of inputs instead of units, or takes them
	sparse             bool      // much of the gradient of y is zero, and leaving that out pays
	lanes              []sparseW // of each worker, where sparse
}

// Sizes of the product that makes the gradient: at most updateSamples samples are
// multiplied at once, 32 features of which are 32 KB, and widePanels panels of
// inputs, so that the images, each on another page, and the gradient of the outputs
// are read a quarter as often, and a product is called a quarter as often.
// (784-100 at batch 32: 0.95 times as long as panel by panel, although the gradient
// of four panels no longer fits L1.)
const (
	updateSamples = 256
	widePanels    = 4
)

// Plan decides whether zeros are left out.
func (o *denseUpdate) Plan(b *Builder) {
	o.sparse = o.trains && isSparse(b.Kernels, o.y.Grad) && updatePays(b, o.weights, o.inputs)
	if o.sparse {
		o.lanes = make([]sparseW, b.Workers)
	}
}

func (o *denseUpdate) Uses() []Use {
	own, gradient := engine.ByUnits, engine.ByUnits
	if o.inputs {
		own, gradient = engine.ByInputs, engine.All
	}
	uses := []Use{
		{Memory: o.y.Grad, Split: gradient},
		{Param: o.kernel, Split: own, Write: true},
	}
	if !o.x.Input {
		uses = append(uses, Use{Memory: o.x.Across, Split: engine.All})
	}
	return uses
}

func (o *denseUpdate) Run(s *Step, worker, workers int) {
	w := o.weights
	lo, hi := s.Share(w.Out, worker, workers)
	if o.trains {
		o.updateKernel(s, worker, workers, lo, hi)
	}
	if lo == hi || !o.trainsBias {
		return
	}
	biases := s.Scratch(worker)[:hi-lo]
	s.Kernels.SumSamples(biases, s.Floats(o.y.Grad)[lo*asm.PanelWidth:], s.Panels, w.Out*asm.PanelWidth)
	s.Update(o.bias, worker, lo, biases)
}

// updateKernel updates the weights that a worker owns or takes.
func (o *denseUpdate) updateKernel(s *Step, worker, workers, lo, hi int) {
	w := o.weights
	if !o.inputs {
		for u := lo; u < hi; {
			r := w.Run(u, hi)
			job := updateJob{denseUpdate: o, worker: worker, u: u, run: r, to: w.Panels()}
			job.do(s)
			u += r.N
		}
		return
	}
	job := updateJob{denseUpdate: o, worker: worker, run: w.Run(0, w.Out)}
	job.from, job.to = s.Share(w.Panels(), worker, workers)
	job.next = worker * asm.PanelWidth // in the panel that it will take first, or so
	if !s.Steals(workers) {
		group, _ := s.Share(s.Groups(), worker, workers)
		job.next = group * engine.GroupWidth
	} else if o.x.Input {
		job.stealing = workers
	}
	job.do(s)
}

// updateJob is the weights of some contiguous units for panels [from, to) of inputs,
// or, where workers steal, for those that it takes.
type updateJob struct {
	*denseUpdate
	worker   int
	u        int // the first unit
	run      engine.UnitRun
	from, to int
	stealing int // workers, 0: the panels are its own
	next     int // sample from which on the worker will read the next batch

	wide   int // panels of inputs of one product
	sparse bool
	read   []float32 // of the batch: widePanels panels of features
}

// do makes product after product and updates what each is the gradient of, while it
// is in L1.
func (j *updateJob) do(s *Step) {
	const width = asm.PanelWidth
	size := j.run.N * width
	j.wide = widePanels
	if size != j.run.Stride {
		j.wide = 1 // a part of a group: its panels are not contiguous
	}
	j.sparse = j.wide > 1 && j.useSparse(s, j.worker, j.u, j.run.N)
	products := (j.to - j.from + j.wide - 1) / j.wide
	for i := 0; ; i++ {
		panel := j.from + i*j.wide
		panels := min(j.wide, j.to-panel)
		if j.stealing > 0 {
			panel, panels = s.TakeInputs(j.worker, j.stealing, j.wide)
		}
		if panels <= 0 {
			return
		}
		if j.x.Input && i < products {
			s.Prefetch(j.next, i, products)
		}
		dw := j.gradient(s, i, panel, panels)
		s.Update(j.kernel, j.worker, j.run.At+panel*j.run.Stride, dw)
	}
}

// gradient makes dW of the units for panels of inputs from panel on, product i of the
// job.
func (j *updateJob) gradient(s *Step, i, panel, panels int) []float32 {
	const width = asm.PanelWidth
	size, in := j.run.N*width, j.weights.In
	dw := s.Scratch(j.worker)[:panels*size]
	g := asm.Gemm{
		M: j.run.N, N: min(panels*width, in-panel*width), RS: width, CS: 1, PA: j.weights.Out * width,
		LDB: width, C: dw, LDC: width, PC: size,
	}
	if g.N < panels*width {
		clear(dw[(panels-1)*size:]) // the pads
	}
	columns := 0 // that are multiplied sparse
	if n := g.N / s.Kernels.SpNR * s.Kernels.SpNR; j.sparse && j.inExactRange(s, panel, n) {
		columns = n
	}
	dy := s.Floats(j.y.Grad)
	for first := 0; first < s.Batch; first += updateSamples {
		g.K = min(updateSamples, s.Batch-first)
		g.B, g.PB = j.inputs32(s, i, panel, panels, first, g.K)
		g.A = dy[(first/width*j.weights.Out+j.u)*width:]
		j.multiplyMixed(s, j.worker, j.u, first, columns, g)
		g.Accumulate = true
	}
	return dw
}

// inputs32 returns n samples of the batch from first on, in panels of 32 features from
// panel on that are stride floats apart.
func (j *updateJob) inputs32(s *Step, i, panel, panels, first, n int) (rows []float32, stride int) {
	const width = asm.PanelWidth
	if !j.x.Input {
		return s.Floats(j.x.Across)[(panel*s.Capacity()+first)*width:], s.Capacity() * width
	}
	at := i * j.wide % widePanels
	if at == 0 || s.Batch > updateSamples {
		if j.wide == 1 {
			panels = min(widePanels, j.to-panel)
		}
		j.read = s.ReadRows(j.worker, first, n, panel*width, min(panels*width, j.weights.In-panel*width))
		return j.read, n * width
	}
	return j.read[at*n*width:], n * width
}
