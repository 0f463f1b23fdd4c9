package nn

import (
	"weft/activations"
	"weft/asm"
)

// part names a piece of memory that ops share out among workers.
type part uint8

const (
	values    part = iota // a buffer's panels
	gradients             // a buffer's gradient
	rows                  // a buffer's rows
	mask                  // a dropout's mask
	weights               // the parameters of a Dense layer
)

// partition tells which part of a resource one worker touches.
type partition uint8

const (
	byUnits   partition = iota // its own units, all samples
	bySamples                  // its own samples, all units
	byInputs                   // weights: panels of inputs that it owns or claims, all units; one op a step
	all                        // everything
)

// splitOf returns the partition of an op that splits over samples or not.
func splitOf(samples bool) partition {
	if samples {
		return bySamples
	}
	return byUnits
}

// access is one use of memory by an op.
type access struct {
	buffer     *buffer
	parameters *parameters
	part       part
	partition  partition
	write      bool
}

// conflicts reports whether b must wait until every worker has done a.
func (a access) conflicts(b access) bool {
	if a.buffer != b.buffer || a.parameters != b.parameters || a.part != b.part || !a.write && !b.write {
		return false
	}
	return a.partition != b.partition || a.partition == all
}

// smallLayer is the number of units up to which a Dense layer splits over the
// samples instead of its units: they are too few to divide, and what follows
// them (the loss) splits over the samples anyway, which saves a barrier.
const smallLayer = 16

// sharesSet reports whether the workers share the reading of the set: the layer
// that reads it splits its forward product over the samples and its update over
// the inputs, and the batch is read twice a step by all workers together. Where
// they own units instead, each of them reads the whole batch twice; but weights
// stay in the cache of the core that owns them, where here they move to all others
// once a step. A number of the set takes about as long to read as a weight to move,
// so this pays from some number of samples above that of the units on. (784-100-10
// with Adam at batch 2048, AVX2: with two workers an epoch takes 0.97 times as long,
// with eight a worker's share of a step, by BenchmarkScale, 0.47 times.)
func sharesSet(p *parameters, batch int) bool { return batch >= 2*p.out }

// dividesInputs reports whether the workers own the inputs of a layer, not its units:
// where those are few. All weights of a unit lie together then, for the products of
// all workers, and a worker reads what it wrote itself of the layer below, as far as
// panels allow. (784-100-10, two workers, batch 32: a step takes 0.99 times as long.)
func dividesInputs(p *parameters) bool { return p.out <= smallLayer && p.panels() > 1 }

// build makes the buffers and the ops of a training step, in order.
func (t *trainer) build(m *Sequential, batch int) (buffers []*buffer, ops []op) {
	add := func(features int) *buffer {
		b := &buffer{features: features}
		buffers = append(buffers, b)
		return b
	}
	nodes := m.trainingNodes()
	x := &buffer{features: m.features, set: true}
	if nodes[0].dense == nil {
		x = add(m.features)
		ops = append(ops, &gather{x})
	}
	samples := false
	var backward, updates []op // backward is in the order of the forward pass
	trained := false           // something below x trains
	for i, n := range nodes {
		y := x
		switch {
		case n.dense != nil:
			p := m.parametersOf(n.layer)
			shares, sparse := x.set && sharesSet(p, batch), shuts(t.kernels, nodes, i)
			y = add(p.out)
			if !x.wantRows && !x.set {
				x.wantRows = true
				ops = append(ops, &copyRows{x, samples})
			}
			samples = shares || p.out <= smallLayer
			ops = append(ops, &denseForward{p, x, y, samples})
			if trained {
				x.wantGrad = true
				backward = append(backward, &denseBackward{p, x, y, samples, sparse})
			}
			y.wantGrad, trained = true, true
			updates = append(updates, &denseUpdate{p, x, y, shares || dividesInputs(p), sparse})
		case n.rate > 0:
			y = add(x.features)
			y.wantGrad = trained
			d := &dropoutForward{x: x, y: y, samples: samples, rate: n.rate, purpose: dropoutPurpose(n.layer)}
			ops = append(ops, d)
			if trained {
				backward = append(backward, &dropoutBackward{forward: d})
			}
		default:
			if i == 0 || nodes[i-1].dense == nil { // the node before needs its own output
				y = add(x.features)
				y.wantGrad = trained
			}
			samples = samples || n.activation.Traits().RowWise
			ops = append(ops, &activationForward{n.activation, x, y, samples})
			if trained {
				backward = append(backward, &activationBackward{n.activation, x, y, samples})
			}
		}
		x = y
	}
	t.top = x
	ops = append(ops, &lossOp{x})
	samples = true
	for i := len(backward) - 1; i >= 0; i-- {
		if d, ok := backward[i].(*denseBackward); ok {
			samples = d.samples
		} else {
			samples = backward[i].(inheritor).inherit(samples)
		}
		ops = append(ops, backward[i])
	}
	return buffers, append(ops, updates...)
}

// inheritor is implemented by element-wise ops of the backward pass. It is told how
// the gradient that they read is split, and returns how the one that they write is:
// over the samples only where their forward pass was, too, else over the units. The
// layer below then reads what its worker wrote, and the units of a worker lie
// together, where half a panel of samples is a call for each unit: 1.1 of 91 µs in
// the tutorial's step with two workers.
type inheritor interface{ inherit(samples bool) bool }

// planOf puts a barrier before each op that touches what another worker may have
// touched since the last one.
func planOf(ops []op) []planned {
	plan := make([]planned, 0, len(ops))
	var since []access
	for _, o := range ops {
		p, uses := planned{op: o}, o.accesses()
		for _, b := range uses {
			for _, a := range since {
				p.barrier = p.barrier || a.conflicts(b)
			}
		}
		if p.barrier {
			since = since[:0]
		}
		since = append(since, uses...)
		plan = append(plan, p)
	}
	return plan
}

func (o *denseForward) accesses() []access {
	own := splitOf(o.samples)
	read := own // of the weights: the own units, or all
	if o.samples {
		read = all
	}
	input := all
	if o.samples {
		input = bySamples
	}
	return []access{
		{parameters: o.p, part: weights, partition: read},
		{buffer: o.x, part: values, partition: input},
		{buffer: o.y, part: values, partition: own, write: true},
	}
}

func (o *denseBackward) accesses() []access {
	own := splitOf(o.samples)
	gradient := all
	if o.samples {
		gradient = bySamples
	}
	return []access{
		{parameters: o.p, part: weights, partition: all},
		{buffer: o.y, part: gradients, partition: gradient},
		{buffer: o.x, part: gradients, partition: own, write: true},
	}
}

func (o *denseUpdate) accesses() []access {
	own, gradient := byUnits, byUnits
	if o.inputs {
		own, gradient = byInputs, all
	}
	return []access{
		{buffer: o.y, part: gradients, partition: gradient},
		{buffer: o.x, part: rows, partition: all},
		{parameters: o.p, part: weights, partition: own, write: true},
	}
}

// copyRows writes the values of a buffer into its rows.
type copyRows struct {
	b       *buffer
	samples bool
}

func (o *copyRows) accesses() []access {
	own := splitOf(o.samples)
	return []access{
		{buffer: o.b, part: values, partition: own},
		{buffer: o.b, part: rows, partition: own, write: true},
	}
}

func (o *copyRows) run(t *trainer, worker, workers int) {
	b := o.b
	for r := newRegions(t, b.features, o.samples, worker, workers); r.next(); {
		n := min(r.width, t.batch-r.first)
		for u := 0; u < r.units && n > 0; { // block by block of both panels
			f := (r.unit + u) % asm.PanelWidth
			units := min(asm.PanelWidth-f, r.units-u)
			to := b.rows[((r.unit+u)/asm.PanelWidth*b.samples+r.first)*asm.PanelWidth+f:]
			t.kernels.RowsFromPanel(to, asm.PanelWidth, b.panels[r.at+u*asm.PanelWidth:], n, units)
			u += units
		}
	}
}

// regions walks over the part of a buffer that one worker owns, panel by panel.
type regions struct {
	features, lo, hi, panel, panels int
	samples                         bool

	at          int // index of the region's first number in the panels
	first       int // its first sample
	unit, units int // its units
	width       int // its samples
}

func newRegions(t *trainer, features int, samples bool, worker, workers int) regions {
	r := regions{features: features, samples: samples, panels: t.panels}
	if samples {
		r.lo, r.hi = t.samples(worker, workers)
		r.units = features
	} else {
		r.lo, r.hi = t.balance.Share(features, worker, workers)
		r.unit, r.units, r.width = r.lo, r.hi-r.lo, 2*groupWidth
	}
	return r
}

// next moves to the next region and reports whether there is one.
func (r *regions) next() bool {
	if r.samples {
		if r.lo >= r.hi {
			return false
		}
		c := columnsFrom(r.lo, r.hi)
		r.lo += c.width / groupWidth
		r.at, r.first, r.width = c.at(r.features), c.first(), c.width
		return true
	}
	if r.panel >= r.panels || r.units == 0 {
		return false
	}
	r.first = r.panel * 2 * groupWidth
	r.at = (r.panel*r.features + r.unit) * 2 * groupWidth
	r.panel++
	return true
}

// columns returns the samples of the region.
func (r *regions) columns() columns {
	return columns{r.first / asm.PanelWidth, r.first % asm.PanelWidth, r.width}
}

// activationForward computes y = f(x); y may be x.
type activationForward struct {
	fn      activations.Activation
	x, y    *buffer
	samples bool
}

func (o *activationForward) accesses() []access {
	own := splitOf(o.samples)
	return []access{
		{buffer: o.x, part: values, partition: own},
		{buffer: o.y, part: values, partition: own, write: true},
	}
}

func (o *activationForward) run(t *trainer, worker, workers int) {
	for r := newRegions(t, o.y.features, o.samples, worker, workers); r.next(); {
		activations.ForwardPanel(o.fn, t.kernels, o.y.panels[r.at:], o.x.panels[r.at:], r.units, r.width)
	}
}

// activationBackward computes dx from dy and y; dx is dy where x is y.
type activationBackward struct {
	fn      activations.Activation
	x, y    *buffer
	samples bool
}

func (o *activationBackward) inherit(samples bool) bool {
	o.samples = o.samples && samples || o.fn.Traits().RowWise
	return o.samples
}

func (o *activationBackward) accesses() []access {
	own := splitOf(o.samples)
	return []access{
		{buffer: o.y, part: values, partition: own},
		{buffer: o.y, part: gradients, partition: own},
		{buffer: o.x, part: gradients, partition: own, write: true},
	}
}

func (o *activationBackward) run(t *trainer, worker, workers int) {
	for r := newRegions(t, o.y.features, o.samples, worker, workers); r.next(); {
		activations.BackwardPanel(o.fn, t.kernels, o.x.grad[r.at:], o.y.grad[r.at:], nil, o.y.panels[r.at:], r.units, r.width)
		t.clearPads(o.x.grad, o.x.features, r.unit, r.unit+r.units, r.first/groupWidth, (r.first+r.width)/groupWidth)
	}
}
