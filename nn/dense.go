package nn

import (
	"fmt"

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

// parameters is the memory of one Dense layer: weights [out][ld], rows padded
// with +0, biases [out], and for each slot of the optimizer the same again.
type parameters struct {
	denseShape
	ld    int // in, rounded up to 16
	layer int // position in the model
	w, b  []float32
	ws    [2][]float32 // slots of the weights
	bs    [2][]float32 // slots of the biases
}

// denseForward computes y = W·x + b.
type denseForward struct {
	p       *parameters
	x, y    *buffer
	samples bool
}

func (o *denseForward) run(t *trainer, worker, workers int) {
	p, x := o.p, o.x.of(worker)
	g := asm.Gemm{K: p.in, RS: p.ld, CS: 1, LDB: asm.PanelWidth, PB: p.in * asm.PanelWidth, LDC: asm.PanelWidth, PC: p.out * asm.PanelWidth}
	if !o.samples {
		lo, hi := share(p.out, worker, workers)
		if lo == hi {
			return
		}
		g.M, g.N = hi-lo, t.panels*asm.PanelWidth
		g.A, g.Bias = p.w[lo*p.ld:], p.b[lo:hi]
		g.B, g.C = x.panels, o.y.panels[lo*asm.PanelWidth:]
		t.kernels.Gemm(g)
		return
	}
	g.M, g.A, g.Bias = p.out, p.w, p.b
	lo, hi := share(t.groups(), worker, workers)
	for lo < hi {
		c := columnsFrom(lo, hi)
		g.N = c.width
		g.B, g.C = x.panels[c.at(p.in):], o.y.panels[c.at(p.out):]
		t.kernels.Gemm(g)
		lo += c.width / groupWidth
	}
}

// denseBackward computes dx = Wᵀ·dy.
type denseBackward struct {
	p       *parameters
	x, y    *buffer
	samples bool
}

func (o *denseBackward) run(t *trainer, worker, workers int) {
	p := o.p
	g := asm.Gemm{K: p.out, RS: 1, CS: p.ld, LDB: asm.PanelWidth, PB: p.out * asm.PanelWidth, LDC: asm.PanelWidth, PC: p.in * asm.PanelWidth}
	if !o.samples {
		lo, hi := share(p.in, worker, workers)
		if lo == hi {
			return
		}
		g.M, g.N = hi-lo, t.panels*asm.PanelWidth
		g.A, g.B, g.C = p.w[lo:], o.y.grad, o.x.grad[lo*asm.PanelWidth:]
		if t.panels > 1 && p.out >= packedUnits {
			o.packed(t, g, t.scratch[worker])
		} else {
			t.kernels.Gemm(g)
		}
		return
	}
	g.M, g.A = p.in, p.w
	lo, hi := share(t.groups(), worker, workers)
	for lo < hi {
		c := columnsFrom(lo, hi)
		g.N = c.width
		g.B, g.C = o.y.grad[c.at(p.out):], o.x.grad[c.at(p.in):]
		t.kernels.Gemm(g)
		lo += c.width / groupWidth
	}
}

// packedUnits is the number of units from which the weights are packed for the
// gradient of the input where the batch fills more than one panel.
const packedUnits = 128

// packed computes g, a Gemm whose A is the transpose of weights, with blocks of
// the weights packed in scratch: 32 inputs of as many units as fit, [units][32].
// In place each unit is on another page, and where rows are 4 KB apart all fall
// on the same lines of L1: for 1024×1024 weights and 128 samples that took 3.9 ms
// on one core of a Xeon, packed it takes 2.4.
func (o *denseBackward) packed(t *trainer, g asm.Gemm, scratch []float32) {
	const width = asm.PanelWidth
	w, dy, dx, inputs, units := g.A, g.B, g.C, g.M, g.K
	steps := equalise(units, scratchFloats/width)
	g.A, g.RS, g.CS = scratch, 1, width
	for i := 0; i < inputs; i += width {
		g.M, g.C = min(width, inputs-i), dx[i*width:]
		for k := 0; k < units; k += steps {
			g.K, g.B, g.Accumulate = min(steps, units-k), dy[k*width:], k > 0
			for u := range g.K {
				copy(scratch[u*width:][:g.M], w[(k+u)*o.p.ld+i:])
			}
			t.kernels.Gemm(g)
		}
	}
}

// denseUpdate makes the gradient of a run of units, dW = dyᵀ·x over the whole
// batch, in a scratch that stays in L1, and lets the optimizer update that run
// at once: the gradient of a whole layer is never stored.
type denseUpdate struct {
	p    *parameters
	x, y *buffer
}

// Sizes of a run of units whose gradient is made at once: at most runUnits
// units, and scratchFloats numbers (40 KB, which L1 holds beside a row of x).
const (
	runUnits      = 14
	scratchFloats = 10 << 10
)

func (o *denseUpdate) run(t *trainer, worker, workers int) {
	p := o.p
	lo, hi := share(p.out, worker, workers)
	if lo == hi {
		return
	}
	scratch, x := t.scratch[worker], o.x.of(worker)
	units := max(1, min(runUnits, scratchFloats/p.ld))
	columns := p.ld
	if p.ld*runUnits > scratchFloats && units < runUnits/2 {
		// rows too long for a run of whole rows: a run of pieces of rows
		units = runUnits
		columns = scratchFloats / runUnits &^ (asm.PanelWidth - 1)
	}
	units = equalise(hi-lo, units)
	for u := lo; u < hi; u += units {
		n := min(units, hi-u)
		for j := 0; j < p.in; j += columns {
			width := min(columns, p.in-j)
			o.gradient(t, x, scratch, u, n, j, width)
			o.update(t, scratch, u, n, j, width)
		}
	}
	biases := scratch[:hi-lo]
	t.kernels.SumSamples(biases, o.y.grad[lo*asm.PanelWidth:], t.panels, p.out*asm.PanelWidth)
	t.update.Update(t.kernels, p.b[lo:hi], biases, slotRange(&p.bs, lo, hi))
}

// gradient writes the gradient of n units from u and width inputs from j of x
// into scratch, [n][width rounded up to 16].
func (o *denseUpdate) gradient(t *trainer, x *buffer, scratch []float32, u, n, j, width int) {
	p := o.p
	ld := pad16(width)
	g := asm.Gemm{
		M: n, N: width, RS: asm.PanelWidth, CS: 1,
		LDB: x.ld, PB: asm.PanelWidth,
		C: scratch, LDC: ld, PC: asm.PanelWidth,
	}
	for panel := range t.panels {
		first := panel * asm.PanelWidth
		g.K = min(asm.PanelWidth, t.batch-first)
		g.A = o.y.grad[(panel*p.out+u)*asm.PanelWidth:]
		g.B = x.rows[first*x.ld+j:]
		t.kernels.Gemm(g)
		g.Accumulate = true
	}
}

// update applies the optimizer to the weights whose gradient is in scratch: in
// one call where they are contiguous, else row by row.
func (o *denseUpdate) update(t *trainer, scratch []float32, u, n, j, width int) {
	p := o.p
	if width == p.ld {
		a, b := u*p.ld, (u+n)*p.ld
		t.update.Update(t.kernels, p.w[a:b], scratch[:n*width], slotRange(&p.ws, a, b))
		return
	}
	ld := pad16(width)
	for r := range n {
		a := (u+r)*p.ld + j
		t.update.Update(t.kernels, p.w[a:a+width], scratch[r*ld:r*ld+width], slotRange(&p.ws, a, a+width))
	}
}

// slotRange returns the range [a, b) of each slot that there is.
func slotRange(slots *[2][]float32, a, b int) (r [2][]float32) {
	for i, s := range slots {
		if s != nil {
			r[i] = s[a:b]
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
	for i := range o.Slots() {
		fill(p.ws[i], o.SlotInit(i))
		fill(p.bs[i], o.SlotInit(i))
	}
}

func fill(s []float32, v float32) {
	for i := range s {
		s[i] = v
	}
}
