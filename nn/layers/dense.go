package layers

import (
	"fmt"

	"weft/activations"
	"weft/asm"
	"weft/nn/internal/engine"
)

// DenseLayer is a fully connected layer.
type DenseLayer struct {
	label    string
	Units    int      `json:"units,omitempty"`
	Function Function `json:"activation"`
}

// Dense is a fully connected layer, y = activation(W·x + b), with W Glorot-uniform
// and b zero at first. Its input must be a vector: put Flatten before it. A nil
// activation is Linear.
func Dense(units int, fn activations.Activation) DenseLayer {
	if fn == nil {
		fn = activations.Linear
	}
	return DenseLayer{Units: units, Function: Function{fn}}
}

// Kind returns "Dense".
func (l DenseLayer) Kind() string { return "Dense" }

// Name returns the layer's name.
func (l DenseLayer) Name() string { return l.label }

// Named returns the layer with a name.
func (l DenseLayer) Named(name string) Layer { l.label = name; return l }

// Output returns the units.
func (l DenseLayer) Output(input []int) ([]int, error) {
	if l.Units < 1 {
		return nil, fmt.Errorf("a Dense layer of %d units: give at least 1", l.Units)
	}
	if l.Units > engine.MaxFloats {
		return nil, fmt.Errorf("a Dense layer of %d units: at most %d", l.Units, engine.MaxFloats)
	}
	if err := l.Function.check(); err != nil {
		return nil, err
	}
	if len(input) != 1 {
		return nil, fmt.Errorf("a Dense layer takes vectors, its input has shape %v: put layers.Flatten() before it", input)
	}
	return []int{l.Units}, nil
}

// Final returns the layer without its activation, which a loss may contain.
func (l DenseLayer) Final() (Layer, activations.Activation) {
	linear := l
	linear.Function = Function{activations.Linear}
	return linear, l.Function.Activation
}

// smallLayer is the number of units up to which a Dense layer splits by samples
// instead of units: they are too few to divide, and what follows them (the loss)
// splits by samples anyway, which saves a barrier.
const smallLayer = 16

// Build adds the product and the activation.
func (l DenseLayer) Build(b *Builder, x *Tensor) *Tensor {
	d := newDense(b, x, l.Units)
	y := d.forward(b)
	if b.Mode == engine.Train {
		d.backward(b)
	}
	return activate(b, l.Function.Activation, y)
}

// denseProduct is the product of one Dense layer in a plan.
type denseProduct struct {
	x, y    *Tensor
	kernel  *Param
	weights *engine.Weights // how kernel lies
	bias    *Param
	shares  bool  // workers share the reading of the batch, see sharesBatch
	split   Split // of y
}

func newDense(b *Builder, x *Tensor, units int) *denseProduct {
	if !x.Input {
		x = b.Panels(x)
	}
	layout := engine.NewWeights(x.Features, units)
	d := &denseProduct{x: x}
	d.kernel = b.Param(Param{
		Name: "kernel", Shape: []int{x.Features, units}, Init: engine.GlorotUniform{}, Trained: true, Layout: layout,
		Products: 1, Input: x.Grad == nil,
	})
	d.weights = d.kernel.Layout.(*engine.Weights)
	d.bias = b.Param(Param{Name: "bias", Shape: []int{units}, Init: engine.Constant(0), Trained: true, Layout: engine.Flat(units)})
	d.shares = x.Input && b.Mode == engine.Train && sharesBatch(d.weights, b.Batch)
	d.split = engine.ByUnits
	if d.shares || units <= smallLayer {
		d.split = engine.BySamples
	}
	return d
}

// sharesBatch reports whether the workers share the reading of the batch: the layer
// that reads it splits its forward product by samples and its update by inputs, and
// the batch is read twice a step by all workers together. Where they own units
// instead, each of them reads the whole batch twice; but weights stay in the cache of
// the core that owns them, where here they move to all others once a step. A number
// of the batch takes about as long to read as a weight to move, so this pays from
// some number of samples above that of the units on. (784-100-10 with Adam at batch
// 2048, AVX2: with two workers an epoch takes 0.97 times as long, with eight a
// worker's share of a step 0.47 times.)
func sharesBatch(w *engine.Weights, batch int) bool { return batch >= 2*w.Out }

// dividesInputs reports whether the workers own the inputs of a layer, not its units:
// where those are few. All weights of a unit are contiguous then, for the products of
// all workers, and a worker reads what it wrote itself of the layer below, as far as
// panels allow. (784-100-10, two workers, batch 32: a step takes 0.99 times as long.)
func dividesInputs(w *engine.Weights) bool { return w.Out <= smallLayer && w.Panels() > 1 }

// forward adds y = W·x + b.
func (d *denseProduct) forward(b *Builder) *Tensor {
	shape := []int{d.weights.Out}
	if b.Mode == engine.One {
		d.y = b.Tensor(shape, engine.ByUnits, false)
		b.Forward(newDenseRow(d))
		return d.y
	}
	trains := b.Trains(d.kernel) || b.Trains(d.bias)
	d.y = b.Tensor(shape, d.split, trains || d.x.Grad != nil)
	d.y.Overwrite = true
	if !d.x.Input && trains {
		b.Across(d.x)
	}
	b.Forward(&denseForward{d})
	divided := d.weights.Out
	if d.split == engine.BySamples {
		divided = engine.PanelsOf(b.Batch) * (asm.PanelWidth / engine.GroupWidth)
	}
	b.Divides(divided, d.weights.In*d.weights.Out)
	return d.y
}

// backward adds the gradients and the update.
func (d *denseProduct) backward(b *Builder) {
	if dx := b.Gradient(d.x); dx != nil {
		b.Backward(&denseBackward{denseProduct: d, dx: dx})
	}
	if b.Trains(d.kernel) || b.Trains(d.bias) {
		o := &denseUpdate{denseProduct: d, inputs: d.shares || dividesInputs(d.weights), trains: b.Trains(d.kernel), trainsBias: b.Trains(d.bias)}
		b.Update(o)
		b.Scratch(widePanels * asm.PanelWidth * d.weights.Out)
		if d.x.Input {
			b.Reads(min(updateSamples, b.Batch) * widePanels * asm.PanelWidth)
		}
		groups := b.Workers
		if o.inputs {
			groups = 1
		}
		b.Own(d.kernel, d.weights, groups)
	}
}

// denseForward computes y = W·x + b.
type denseForward struct{ *denseProduct }

func (o *denseForward) Uses() []Use {
	read, input := o.split, engine.All // of the weights: the own units, or all
	if o.split == engine.BySamples {
		read, input = engine.All, engine.BySamples
	}
	uses := []Use{
		{Param: o.kernel, Split: read},
		{Memory: o.y.Values, Split: o.split, Write: true},
	}
	if !o.x.Input {
		uses = append(uses, Use{Memory: o.x.Values, Split: input})
	}
	return uses
}

// product returns the Gemm of y = W·x + b for one panel of samples and the units from
// u on that are contiguous, at most up to end; N, B and C are missing.
func (d *denseProduct) product(u, end int) asm.Gemm {
	w := d.weights
	r := w.Run(u, end)
	return asm.Gemm{
		M: r.N, K: w.In, A: d.kernel.Data[r.At:], RS: asm.PanelWidth, CS: 1, PA: r.Stride,
		LDB: asm.PanelWidth, PB: w.In * asm.PanelWidth, LDC: asm.PanelWidth, PC: w.Out * asm.PanelWidth, Bias: d.bias.Data[u : u+r.N],
	}
}

// Run goes panel by panel of samples, which stays in L2 with the weights.
func (o *denseForward) Run(s *Step, worker, workers int) {
	y := s.Floats(o.y.Values)
	for r := s.Regions(o.weights.Out, o.split, worker, workers); r.Next(); {
		var x []float32
		if o.x.Input {
			x = s.ReadPanel(worker, r.First, r.Width)
		} else {
			x = s.Floats(o.x.Values)[r.Columns().At(o.x.Features):]
		}
		for u := 0; u < r.Units; {
			g := o.product(r.Unit+u, r.Unit+r.Units)
			g.N, g.B, g.C = r.Width, x, y[r.At+u*asm.PanelWidth:]
			s.Kernels.Gemm(g)
			u += g.M
		}
	}
}

// denseBackward computes dx = Wᵀ·dy.
type denseBackward struct {
	*denseProduct
	dx     *Memory
	sparse bool      // much of the gradient of y is zero, and leaving that out pays
	lanes  []sparseX // of each worker, where sparse
}

// Plan decides whether zeros are left out.
func (o *denseBackward) Plan(b *Builder) {
	o.dx.Split, o.dx.Density = o.split, 1
	o.sparse = o.split != engine.BySamples && isSparse(b.Kernels, o.y.Grad) && backwardPays(b, o.weights)
	if o.sparse {
		o.lanes = make([]sparseX, b.Workers)
	}
}

func (o *denseBackward) Uses() []Use {
	gradient := engine.All
	if o.split == engine.BySamples {
		gradient = engine.BySamples
	}
	return []Use{
		{Param: o.kernel, Split: engine.All},
		{Memory: o.y.Grad, Split: gradient},
		{Memory: o.dx, Split: o.split, Write: true},
	}
}

// backwardSteps is the number of units whose weights for 32 inputs are taken at once:
// 16 KB, which meet 16 KB of a panel of samples in L1. (dx of 1024-1024 at batch 128,
// Zen 3, in turn: 75, 78 and 66 GFLOP/s instead of 54, 58 and 63 with twice as many
// units and all panels in one product.)
const backwardSteps = 128

func (o *denseBackward) Run(s *Step, worker, workers int) {
	dx, in := s.Floats(o.dx), o.weights.In
	if o.split == engine.BySamples {
		s0, s1 := s.Samples(worker, workers)
		o.multiply(s, 0, in, s0, s1)
		s.ClearPads(dx, in, 0, in, s0, s1)
		return
	}
	i0, i1 := s.Share(in, worker, workers)
	own := i0
	if first, end := o.blocks(s, i0, i1); first < end && o.useSparse(s, worker) {
		o.multiply(s, i0, first, 0, s.Groups())
		o.multiplySparse(s, worker, first, end)
		i0 = end
	}
	o.multiply(s, i0, i1, 0, s.Groups())
	s.ClearPads(dx, in, own, i1, 0, s.Groups())
}

// multiply makes the gradient of inputs [i0, i1) for groups [s0, s1) of samples, panel
// by panel of inputs: that is a left operand of contiguous columns.
func (o *denseBackward) multiply(s *Step, i0, i1, s0, s1 int) {
	const width = asm.PanelWidth
	w, dy, dx := o.weights, s.Floats(o.y.Grad), s.Floats(o.dx)
	g := asm.Gemm{RS: 1, CS: width, LDB: width, LDC: width}
	for i := i0; i < i1; i += g.M {
		g.M = min(width-i%width, i1-i)
		for u := 0; u < w.Out; u += g.K {
			r := w.Run(u, min(u+backwardSteps, w.Out))
			g.K, g.Accumulate = r.N, u > 0
			g.A = o.kernel.Data[r.At+i/width*r.Stride+i%width:]
			for p := s0; p < s1; p += g.N / engine.GroupWidth {
				c := engine.ColumnsFrom(p, s1)
				g.N = c.Width
				g.B, g.C = dy[c.At(w.Out)+u*width:], dx[c.At(w.In)+i*width:]
				s.Kernels.Gemm(g)
			}
		}
	}
}
