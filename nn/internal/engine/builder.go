package engine

import (
	"fmt"
	"math"
	"strings"

	"weft/asm"
)

// Mode is what a plan is for.
type Mode uint8

// The modes.
const (
	Outline Mode = iota // to find out the parameters: nothing runs
	Train               // steps of training
	Infer               // a panel of samples from input to output
	One                 // one sample from input to output, with the weights of now
)

// MaxFloats is the most numbers of a sample, units of a layer and elements of a
// model's parameters: what an int32 holds, so that sizes fit an int on every
// platform.
const MaxFloats = math.MaxInt32

// Builder collects the ops of a plan. Layers add theirs in the order of the forward
// pass; each says what runs forward, what runs backward and what updates.
type Builder struct {
	Mode    Mode
	Kernels *asm.Kernels
	Workers int
	Batch   int // samples of a full batch, Train and Infer

	position int    // of the layer that is being built
	scope    string // of a part of it, "" or ending in a slash
	ordinal  int    // of its next parameter
	params   []*Param
	fresh    bool // params are being made
	floats   int
	err      error
	failed   int // the layer of err

	forward, backward, updates []Op
	memories                   []*Memory
	scratch                    int // floats that an op wants of each worker
	reads                      int // floats of panels of features that an op wants of each worker
	owned                      []ownership
	divided, work              int // how many things the product with the most work divides
}

// ownership is a layer whose units belong to groups of workers.
type ownership struct {
	param   *Param
	weights *Weights
	ends    []int // where other groups end, as many as there are to be
}

// Position returns the position of the layer that is being built.
func (b *Builder) Position() int { return b.position }

// Layer says that the ops and parameters that follow are of the layer at a
// position.
func (b *Builder) Layer(position int) { b.position, b.ordinal = position, 0 }

// Scope says that the parameters and purposes that follow belong to a named part of
// the layer, and returns what ends that.
func (b *Builder) Scope(name string) (end func()) {
	outer := b.scope
	b.scope += name + "/"
	return func() { b.scope = outer }
}

// Purpose returns the name of a stream of random numbers of the layer that is being
// built, such as dropout/3.
func (b *Builder) Purpose(kind string) string {
	return strings.TrimSuffix(fmt.Sprintf("%s/%d/%s", kind, b.position, b.scope), "/")
}

// Capacity returns the samples that a tensor holds: those of the batch, in whole
// panels.
func (b *Builder) Capacity() int { return PanelsOf(b.Batch) * panelWidth }

// Param returns the parameter that p describes: on the first call for a model it
// becomes one, later plans get the same again. A model of too many numbers fails
// in the end, see [Builder.Err].
func (b *Builder) Param(p Param) *Param {
	p.Layer, p.Name = b.position, b.scope+p.Name
	if b.fresh {
		if n := Product(p.Shape); n > MaxFloats-b.floats {
			b.Fail(fmt.Errorf("%s %v brings the model above %d parameters", p.Name, p.Shape, MaxFloats))
		} else {
			b.floats += n
		}
		b.params = append(b.params, &p)
		return &p
	}
	k := 0
	for _, q := range b.params {
		if q.Layer != b.position {
			continue
		}
		if k == b.ordinal {
			b.ordinal++
			return q
		}
		k++
	}
	panic(fmt.Sprintf("engine: layer %d has no parameter %d (%s): its Build asks for others than before", b.position, b.ordinal, p.Name))
}

// Fail reports a mistake of the layer that is being built. The first one counts.
func (b *Builder) Fail(err error) {
	if b.err == nil {
		b.err, b.failed = err, b.position
	}
}

// Err returns the first mistake and the position of its layer.
func (b *Builder) Err() (layer int, err error) { return b.failed, b.err }

// Params returns the parameters in the order of the layers.
func (b *Builder) Params() []*Param { return b.params }

// Memory returns n floats that ops share.
func (b *Builder) Memory(n int) *Memory {
	m := &Memory{floats: n, Density: 1}
	b.memories = append(b.memories, m)
	return m
}

// floatsOf returns the floats of a tensor's values.
func (b *Builder) floatsOf(features int) int {
	if b.Mode == One {
		return Pad16(features)
	}
	return b.Capacity() * features
}

// Tensor returns a tensor that an op is to write, split as given: in panels, or, in a
// plan of one sample, in a row. Where grad is set and the plan trains, it has a
// gradient.
func (b *Builder) Tensor(shape []int, split Split, grad bool) *Tensor {
	layout := Panels
	if b.Mode == One {
		layout = Rows
	}
	return b.tensor(shape, layout, split, grad)
}

// RowTensor is Tensor for a tensor that lies sample by sample.
func (b *Builder) RowTensor(shape []int, grad bool) *Tensor {
	return b.tensor(shape, Rows, BySamples, grad)
}

// TensorLike is Tensor for a tensor that lies as x does.
func (b *Builder) TensorLike(x *Tensor, split Split, grad bool) *Tensor {
	return b.tensor(x.Shape, x.Layout, split, grad)
}

func (b *Builder) tensor(shape []int, layout Layout, split Split, grad bool) *Tensor {
	t := &Tensor{Shape: shape, Features: Product(shape), Layout: layout}
	t.Values = b.Memory(b.floatsOf(t.Features))
	t.Values.Split = split
	if grad && b.training() {
		t.Grad = b.Memory(b.floatsOf(t.Features))
		t.Grad.Split = split
	}
	return t
}

// Input returns the tensor of the batch.
func (b *Builder) Input(shape []int) *Tensor {
	t := &Tensor{Shape: shape, Features: Product(shape), Input: true}
	if b.Mode == One {
		t.Layout, t.Values = Rows, &Memory{input: true, floats: t.Features}
	}
	return t
}

// Read returns a tensor whose values an op can read, in any layout: x itself, or where
// x is the batch, one that it is gathered into, in panels.
func (b *Builder) Read(x *Tensor) *Tensor {
	if x.Values != nil {
		return x
	}
	return b.Panels(x)
}

// Panels returns the values of x in panels, or, in a plan of one sample, x.
func (b *Builder) Panels(x *Tensor) *Tensor { return b.in(Panels, x) }

// Rows returns the values of x sample by sample.
func (b *Builder) Rows(x *Tensor) *Tensor { return b.in(Rows, x) }

// in returns the values of x in a layout. The ops that bring them there are added once.
func (b *Builder) in(layout Layout, x *Tensor) *Tensor {
	if x.Values != nil && x.Layout == layout || b.Mode == One {
		return x
	}
	if y := x.other[layout]; y != nil {
		return y
	}
	y := b.tensor(x.Shape, layout, BySamples, x.Grad != nil)
	x.other[layout] = y
	switch {
	case x.Input && layout == Rows:
		b.Forward(&gatherRows{y})
		return y
	case x.Input:
		b.Forward(&gather{y})
		return y
	case layout == Rows:
		b.Forward(&toRows{x.Values, y.Values, x.Features})
		if dx := b.Gradient(x); dx != nil {
			b.Backward(&toPanels{y.Grad, dx, x.Features})
		}
	default:
		b.Forward(&toPanels{x.Values, y.Values, x.Features})
		if dx := b.Gradient(x); dx != nil {
			b.Backward(&toRows{y.Grad, dx, x.Features})
		}
	}
	return y
}

// Across makes the values of x, which lies in panels, also lie in panels of features,
// for the gradient of weights.
func (b *Builder) Across(x *Tensor) {
	if x.Across == nil && b.Mode == Train {
		x.Across = b.Memory(PanelsOf(x.Features) * b.Capacity() * panelWidth)
		b.Forward(&across{x, x.Values.Split})
	}
}

// Gradient returns where one reader of x puts the gradient of the loss by x, nil
// where nobody wants it. Several readers get memory of their own, and the plan adds
// it up.
func (b *Builder) Gradient(x *Tensor) *Memory {
	if b.Mode != Train || x.Grad == nil {
		return nil
	}
	x.readers++
	if x.readers == 1 {
		b.backward = append(b.backward, &gradientSum{x: x}) // runs after all readers, if there are more
		return x.Grad
	}
	m := b.Memory(b.floatsOf(x.Features))
	x.partials = append(x.partials, m)
	return m
}

// Forward adds an op to the forward pass.
func (b *Builder) Forward(o Op) { b.forward = append(b.forward, o) }

// Backward adds an op to the backward pass, which runs in the reverse order, in
// training only.
func (b *Builder) Backward(o Op) { b.backward = append(b.backward, o) }

// Update adds an op that changes parameters. Updates run at the end of a step, in
// order, in training only, and not where the loss of the step is NaN.
func (b *Builder) Update(o Op) { b.updates = append(b.updates, o) }

// Scratch asks for n floats of scratch for each worker, see [Step.Scratch].
func (b *Builder) Scratch(n int) { b.scratch = max(b.scratch, n) }

// Reads asks for n floats of each worker for [Step.ReadRows].
func (b *Builder) Reads(n int) { b.reads = max(b.reads, n) }

// Own lays the weights of a parameter out in that many groups of units, each of
// which is one worker's.
func (b *Builder) Own(p *Param, w *Weights, groups int) {
	b.owned = append(b.owned, ownership{p, w, make([]int, groups)})
}

// Divides says that a product of that much work divides n things among the workers:
// the largest one decides whether unequal parts are worthwhile.
func (b *Builder) Divides(n, work int) {
	if work > b.work {
		b.divided, b.work = n, work
	}
}

// Trains reports whether an optimizer changes p in this plan.
func (b *Builder) Trains(p *Param) bool { return b.training() && p.Trained && !p.Frozen }

// training reports whether tensors have gradients: in an outline, too, which counts
// the products of a step.
func (b *Builder) training() bool { return b.Mode == Train || b.Mode == Outline }

// ops puts the forward pass, the loss, the backward pass and the updates in order.
func (b *Builder) ops(loss Op) []planned {
	var all []planned
	for _, o := range b.forward {
		all = append(all, planned{op: o})
	}
	if loss == nil {
		return all
	}
	all = append(all, planned{op: loss})
	for i := len(b.backward) - 1; i >= 0; i-- {
		if sum, ok := b.backward[i].(*gradientSum); ok {
			if sum.partials = sum.x.partials; len(sum.partials) == 0 {
				continue
			}
		}
		all = append(all, planned{op: b.backward[i]})
	}
	for _, o := range b.updates {
		all = append(all, planned{op: o, update: true})
	}
	for _, p := range all[len(b.forward):] {
		if o, ok := p.op.(Planner); ok {
			o.Plan(b)
		}
	}
	return all
}

// place gives every memory its place, each on a cache line, and returns how many
// floats that is.
func (b *Builder) place() int {
	at := 0
	for _, m := range b.memories {
		m.at = at
		at += Pad16(m.floats)
	}
	return at
}

// arena calls layout twice: first to add up how many floats it asks for, then with
// pieces of one slice of that many. Each piece starts on a cache line.
func arena(layout func(alloc func(n int) []float32)) {
	total := 0
	layout(func(n int) []float32 { total += Pad16(n); return nil })
	mem := asm.Aligned(total)
	layout(func(n int) []float32 {
		s := mem[:n:n]
		mem = mem[Pad16(n):]
		return s
	})
}
