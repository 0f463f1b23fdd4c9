package nn

import (
	"fmt"
	"slices"

	"weft/activations"
	"weft/asm"
	"weft/optim"
)

type denseLayer struct {
	label string
	units int
	fn    activations.Activation
}

// Dense is a fully connected layer, y = activation(W·x + b), with W drawn
// Glorot-uniform and b zero. Its input must be a vector: put Flatten before it.
func Dense(units int, fn activations.Activation) Layer { return denseLayer{units: units, fn: fn} }

func (l denseLayer) Named(name string) Layer { l.label = name; return l }
func (l denseLayer) name() string            { return l.label }
func (l denseLayer) kind() string            { return "Dense" }

func (l denseLayer) output(input []int) ([]int, error) {
	if l.units < 1 {
		return nil, fmt.Errorf("a Dense layer of %d units: give at least 1", l.units)
	}
	if l.units > maxNumbers {
		return nil, fmt.Errorf("a Dense layer of %d units: at most %d", l.units, maxNumbers)
	}
	if err := known(l.fn); err != nil {
		return nil, err
	}
	if len(input) != 1 {
		return nil, fmt.Errorf("a Dense layer takes vectors, its input has shape %v: put nn.Flatten() before it", input)
	}
	return []int{l.units}, nil
}

func (l denseLayer) nodes(position int, input []int) []node {
	n := []node{{dense: &denseShape{in: input[0], out: l.units}, layer: position}}
	if l.fn != activations.Linear {
		n = append(n, node{activation: l.fn, layer: position})
	}
	return n
}

func (l denseLayer) config() layerConfig {
	return layerConfig{Kind: l.kind(), Name: l.label, Units: l.units, Activation: l.fn.Name()}
}

// denseShape is the size of a product.
type denseShape struct{ in, out int }

// parameters is the memory of one Dense layer: weights, biases [out], and for each
// slot of the optimizer the same again.
//
// The weights lie in panels of 32 inputs, [⌈in/32⌉][out][32], the pads of the last
// one +0: 32 inputs of some units are one run of memory for the update of the
// optimizer, and a panel is the left operand of the product and of its transpose
// in place. There is such an array for each group of units: what a worker owns
// lies apart from what the others own, so that a core's prefetchers do not run on
// into lines that another core writes. (An update in one array for all took up to
// twice as long with two workers, on a machine too unsteady to tell how much.)
type parameters struct {
	denseShape
	layer int   // position in the model
	ends  []int // the units of group g end before ends[g]
	w, b  []float32
	ws    [2][]float32 // slots of the weights
	bs    [2][]float32 // slots of the biases
}

// panels returns the number of panels of inputs.
func (p *parameters) panels() int { return panelsOf(p.in) }

// unitRun is units whose weights lie together: those of n units for the inputs of
// panel j are the n·32 floats from at + j·stride on.
type unitRun struct{ n, at, stride int }

// run returns the units from u on that lie together, at most up to end.
func (p *parameters) run(u, end int) unitRun {
	lo, hi := 0, p.ends[0]
	for group := 1; hi <= u; group++ {
		lo, hi = hi, p.ends[group]
	}
	return unitRun{
		n:      min(hi, end) - u,
		at:     (lo*p.panels() + u - lo) * asm.PanelWidth,
		stride: (hi - lo) * asm.PanelWidth,
	}
}

// regroup lays the weights and slots out for other groups, which end at ends. It
// copies them through a scratch of their length, and returns ends that it does not
// keep.
func (p *parameters) regroup(ends []int, scratch []float32) []int {
	if slices.Equal(p.ends, ends) {
		return ends
	}
	old := *p
	p.ends = ends
	for _, w := range [][]float32{p.w, p.ws[0], p.ws[1]} {
		if w == nil {
			continue
		}
		moved := scratch[:len(w)]
		for u := 0; u < p.out; {
			from, to := old.run(u, p.out), p.run(u, p.out)
			n := min(from.n, to.n)
			for j := range p.panels() {
				copy(moved[to.at+j*to.stride:][:n*asm.PanelWidth], w[from.at+j*from.stride:])
			}
			u += n
		}
		copy(w, moved)
	}
	return old.ends
}

// product returns the Gemm of y = W·x + b for one panel of samples and the units
// from u on that lie together, at most up to end; N, B and C are missing.
func (p *parameters) product(u, end int) asm.Gemm {
	r := p.run(u, end)
	return asm.Gemm{
		M: r.n, K: p.in, A: p.w[r.at:], RS: asm.PanelWidth, CS: 1, PA: r.stride,
		LDB: asm.PanelWidth, PB: p.in * asm.PanelWidth, LDC: asm.PanelWidth, PC: p.out * asm.PanelWidth, Bias: p.b[u : u+r.n],
	}
}

// denseForward computes y = W·x + b.
type denseForward struct {
	p       *parameters
	x, y    *buffer
	samples bool
}

// run goes panel by panel of samples, which stays in L2 beside the weights.
func (o *denseForward) run(t *trainer, worker, workers int) {
	for r := newRegions(t, o.p.out, o.samples, worker, workers); r.next(); {
		var x []float32
		if o.x.set {
			x = t.readers[worker].panel(t.kernels, t.data, t.batchRows(r.first, r.width), r.width)
		} else {
			x = o.x.panels[r.columns().at(o.x.features):]
		}
		for u := 0; u < r.units; {
			g := o.p.product(r.unit+u, r.unit+r.units)
			g.N, g.B, g.C = r.width, x, o.y.panels[r.at+u*asm.PanelWidth:]
			t.kernels.Gemm(g)
			u += g.M
		}
	}
}

// denseBackward computes dx = Wᵀ·dy.
type denseBackward struct {
	p       *parameters
	x, y    *buffer
	samples bool
	sparse  bool // much of the gradient of y is zero, and leaving that out pays
}

// backwardSteps is the number of units whose weights for 32 inputs are taken at
// once: 16 KB, which meet 16 KB of a panel of samples in L1. (dx of 1024-1024 at
// batch 128, Zen 3, in turn: 75, 78 and 66 GFLOP/s instead of 54, 58 and 63 with
// twice as many units and all panels in one product.)
const backwardSteps = 128

func (o *denseBackward) run(t *trainer, worker, workers int) {
	if o.samples {
		s0, s1 := t.samples(worker, workers)
		o.multiply(t, 0, o.p.in, s0, s1)
		t.clearPads(o.x.grad, o.p.in, 0, o.p.in, s0, s1)
		return
	}
	i0, i1 := t.balance.Share(o.p.in, worker, workers)
	own := i0
	if first, end := o.blocks(t, i0, i1); first < end && o.sparsely(t, worker) {
		o.multiply(t, i0, first, 0, t.groups())
		o.multiplySparse(t, worker, first, end)
		i0 = end
	}
	o.multiply(t, i0, i1, 0, t.groups())
	t.clearPads(o.x.grad, o.p.in, own, i1, 0, t.groups())
}

// multiply makes the gradient of inputs [i0, i1) for groups [s0, s1) of samples, panel
// by panel of inputs: that is a left operand of contiguous columns.
func (o *denseBackward) multiply(t *trainer, i0, i1, s0, s1 int) {
	const width = asm.PanelWidth
	p := o.p
	g := asm.Gemm{RS: 1, CS: width, LDB: width, LDC: width}
	for i := i0; i < i1; i += g.M {
		g.M = min(width-i%width, i1-i)
		for u := 0; u < p.out; u += g.K {
			r := p.run(u, min(u+backwardSteps, p.out))
			g.K, g.Accumulate = r.n, u > 0
			g.A = p.w[r.at+i/width*r.stride+i%width:]
			for s := s0; s < s1; s += g.N / groupWidth {
				c := columnsFrom(s, s1)
				g.N = c.width
				g.B, g.C = o.y.grad[c.at(p.out)+u*width:], o.x.grad[c.at(p.in)+i*width:]
				t.kernels.Gemm(g)
			}
		}
	}
}

// denseUpdate makes the gradient of the own units, dW = dyᵀ·x over the whole
// batch, for one panel of inputs after the other, in a scratch that stays in L1
// or L2, and lets the optimizer update their weights at once: the gradient of a whole
// layer is never stored.
type denseUpdate struct {
	p      *parameters
	x, y   *buffer
	inputs bool // a worker owns panels of inputs instead of units, or claims them
	sparse bool // much of the gradient of y is zero, and leaving that out pays
}

// Sizes of the product that makes the gradient: at most updateSamples samples are
// multiplied at once, 32 features of which are 32 KB, and widePanels panels of
// inputs, so that the images, each on another page, and the gradient of the
// outputs are read a quarter as often, and a product is called a quarter as often.
// (784-100 at batch 32: 0.95 times as long as panel by panel.)
const (
	updateSamples = 256
	widePanels    = 4
)

func (o *denseUpdate) run(t *trainer, worker, workers int) {
	p := o.p
	lo, hi := t.balance.Share(p.out, worker, workers)
	if o.inputs {
		first, end := t.balance.Share(p.panels(), worker, workers)
		next := worker * asm.PanelWidth // in the panel that it will take first, or so
		if !t.takes(workers) {
			group, _ := t.balance.Share(t.groups(), worker, workers)
			next = group * groupWidth
		}
		together := 0
		if o.x.set && t.takes(workers) {
			together = workers
		}
		o.weights(t, worker, 0, p.run(0, p.out), first, end, next, together)
	} else {
		for u := lo; u < hi; {
			r := p.run(u, hi)
			o.weights(t, worker, u, r, 0, p.panels(), 0, 0)
			u += r.n
		}
	}
	if lo == hi {
		return
	}
	biases := t.scratch[worker][:hi-lo]
	t.kernels.SumSamples(biases, o.y.grad[lo*asm.PanelWidth:], t.panels, p.out*asm.PanelWidth)
	t.update.Update(t.kernels, p.b[lo:hi], biases, t.slotRange(worker, &p.bs, lo, hi))
}

// weights updates the weights of units from u on for the panels [from, to) of
// inputs, or, where so many workers do it together, for those that it claims: the weights of
// a product right after it. The worker will read the next batch from
// sample next on.
func (o *denseUpdate) weights(t *trainer, worker, u int, r unitRun, from, to, next, together int) {
	const width = asm.PanelWidth
	p, size, wide := o.p, r.n*width, widePanels
	if size != r.stride {
		wide = 1 // a part of a group: its panels do not lie together
	}
	sparsely := wide > 1 && o.sparsely(t, worker, u, r.n)
	products := (to - from + wide - 1) / wide
	var read []float32 // of the set: widePanels panels of features
	for i := 0; ; i++ {
		j := from + i*wide
		panels := min(wide, to-j)
		if together > 0 {
			j, panels = t.claim(worker, together, wide)
		}
		if panels <= 0 {
			break
		}
		dw := t.scratch[worker][:panels*size]
		g := asm.Gemm{
			M: r.n, N: min(panels*width, p.in-j*width), RS: width, CS: 1, PA: p.out * width,
			LDB: width, C: dw, LDC: width, PC: size,
		}
		if g.N < panels*width {
			clear(dw[(panels-1)*size:]) // the pads
		}
		if o.x.set && i < products {
			t.prefetch(next, i, products)
		}
		terms := 0 // columns that are multiplied by terms
		if n := g.N / t.kernels.SpNR * t.kernels.SpNR; sparsely && o.regular(t, j, n) {
			terms = n
		}
		for first := 0; first < t.batch; first += updateSamples {
			g.K = min(updateSamples, t.batch-first)
			switch {
			case !o.x.set:
				g.B, g.PB = o.x.rows[(j*o.x.samples+first)*width:], o.x.samples*width
			case i*wide%widePanels == 0 || t.batch > updateSamples:
				n := panels
				if wide == 1 {
					n = min(widePanels, to-j)
				}
				read = t.readers[worker].rows(t.kernels, t.data, t.batchRows(first, g.K), j*width, min(n*width, p.in-j*width))
				g.B, g.PB = read, g.K*width
			default:
				g.B, g.PB = read[i*wide%widePanels*g.K*width:], g.K*width
			}
			g.A = o.y.grad[(first/width*p.out+u)*width:]
			o.multiply(t, worker, u, first, terms, g)
			g.Accumulate = true
		}
		a := r.at + j*r.stride
		b := a + panels*size
		t.update.Update(t.kernels, p.w[a:b], dw, t.slotRange(worker, &p.ws, a, b))
	}
}

// slotRange returns the range [a, b) of each slot that there is, in memory of the worker.
func (t *trainer) slotRange(worker int, slots *[2][]float32, a, b int) [][]float32 {
	r := t.slots[worker][:0]
	for _, s := range slots {
		if s != nil {
			r = append(r, s[a:b])
		}
	}
	return r
}

// initialize draws the weights from their stream, the k-th draw being element k
// of the Keras shape [in][out], and sets the biases to zero.
func (p *parameters) initialize(seed uint64) {
	glorotUniform(p, stream(seed, fmt.Sprintf("init/%d/kernel", p.layer), 0))
	clear(p.b)
}

// reset gives the slots of an optimizer their start values.
func (p *parameters) reset(o optim.Optimizer) {
	for i, start := range o.Slots() {
		fill(p.ws[i], start)
		fill(p.bs[i], start)
	}
}

func fill(s []float32, v float32) {
	for i := range s {
		s[i] = v
	}
}
