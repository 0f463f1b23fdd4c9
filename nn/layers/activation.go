package layers

import (
	"weft/activations"
	"weft/nn/internal/engine"
)

// ActivationLayer applies a function to its input.
type ActivationLayer struct {
	label    string
	Function Function `json:"activation"`
}

// Activation applies a function to the output of the layer before it. Softmax takes
// all numbers of a sample as one row.
func Activation(fn activations.Activation) ActivationLayer {
	return ActivationLayer{Function: Function{fn}}
}

// Kind returns "Activation".
func (l ActivationLayer) Kind() string { return "Activation" }

// Name returns the layer's name.
func (l ActivationLayer) Name() string { return l.label }

// Named returns the layer with a name.
func (l ActivationLayer) Named(name string) Layer { l.label = name; return l }

// Output returns the shape of the input.
func (l ActivationLayer) Output(input []int) ([]int, error) { return input, l.Function.check() }

// Final returns the layer without its function, which a loss may contain.
func (l ActivationLayer) Final() (Layer, activations.Activation) {
	return Activation(activations.Linear), l.Function.Activation
}

// Build adds the function.
func (l ActivationLayer) Build(b *Builder, x *Tensor) *Tensor {
	return activate(b, l.Function.Activation, x)
}

// activate adds y = f(x) to a plan. It works in place where nothing else needs x.
func activate(b *Builder, fn activations.Activation, x *Tensor) *Tensor {
	if fn == activations.Linear {
		return x
	}
	traits := fn.Traits()
	x = b.Read(x)
	if traits.RowWise {
		x = b.Panels(x)
	}
	split := x.Values.Split
	if traits.RowWise {
		split = engine.BySamples
	}
	var y *Tensor
	if x.Overwrite && !traits.NeedsInput {
		y = x.InPlace(split)
	} else {
		y = b.TensorLike(x, split, x.Grad != nil)
	}
	b.Forward(&activationForward{fn, x, y, split, traits.RowWise})
	if dx := b.Gradient(x); dx != nil {
		b.Backward(&activationBackward{fn: fn, traits: traits, x: x, y: y, dx: dx, forward: split})
	}
	return y
}

// activationForward computes y = f(x); y may be x.
type activationForward struct {
	fn      activations.Activation
	x, y    *Tensor
	split   Split
	rowWise bool
}

func (o *activationForward) Uses() []Use {
	return []Use{
		{Memory: o.x.Values, Split: o.split},
		{Memory: o.y.Values, Split: o.split, Write: true},
	}
}

func (o *activationForward) Run(s *Step, worker, workers int) {
	x, y := s.Floats(o.x.Values), s.Floats(o.y.Values)
	if o.rowWise && o.y.Layout == engine.Panels {
		for r := s.Regions(o.y.Features, o.split, worker, workers); r.Next(); {
			activations.ForwardPanel(o.fn, s.Kernels, y[r.At:], x[r.At:], r.Units, r.Width)
		}
		return
	}
	for p := s.Spans(o.y, o.split, worker, workers); p.Next(); {
		o.fn.Forward(s.Kernels, y[p.Lo:p.Hi], x[p.Lo:p.Hi])
	}
}

// activationBackward computes dx from dy, y and, where the function needs it, x; dx
// is dy where x is y.
type activationBackward struct {
	fn      activations.Activation
	traits  activations.Traits
	x, y    *Tensor
	dx      *Memory
	forward Split // of the forward pass
	split   Split
}

// Plan splits the work as the gradient of y is, but by samples only where the
// forward pass was, too: the layer below then reads what its worker wrote, and the
// units of a worker are contiguous, where half a panel of samples is a call for each
// unit: 1.1 of 91 µs in the tutorial's step with two workers.
func (o *activationBackward) Plan(*Builder) {
	o.split = elementwiseSplit(o.forward, o.y.Grad.Split)
	if o.traits.RowWise {
		o.split = engine.BySamples
	}
	o.dx.Split, o.dx.Density = o.split, o.y.Grad.Density*o.traits.Density
	if o.traits.RowWise {
		o.dx.Density = 1
	}
}

// elementwiseSplit returns how an element-wise op of the backward pass is split.
func elementwiseSplit(forward, gradient Split) Split {
	if forward == engine.BySamples && gradient == engine.BySamples {
		return engine.BySamples
	}
	return engine.ByUnits
}

func (o *activationBackward) Uses() []Use {
	uses := []Use{
		{Memory: o.y.Values, Split: o.split},
		{Memory: o.y.Grad, Split: o.split},
		{Memory: o.dx, Split: o.split, Write: true},
	}
	if o.traits.NeedsInput {
		uses = append(uses, Use{Memory: o.x.Values, Split: o.split})
	}
	return uses
}

func (o *activationBackward) Run(s *Step, worker, workers int) {
	y, dy, dx := s.Floats(o.y.Values), s.Floats(o.y.Grad), s.Floats(o.dx)
	var x []float32
	if o.traits.NeedsInput {
		x = s.Floats(o.x.Values)
	}
	if o.y.Layout == engine.Rows {
		for p := s.Spans(o.y, o.split, worker, workers); p.Next(); {
			o.fn.Backward(s.Kernels, dx[p.Lo:p.Hi], dy[p.Lo:p.Hi], from(x, p.Lo, p.Hi), y[p.Lo:p.Hi])
		}
		return
	}
	for r := s.Regions(o.y.Features, o.split, worker, workers); r.Next(); {
		activations.BackwardPanel(o.fn, s.Kernels, dx[r.At:], dy[r.At:], from(x, r.At, len(x)), y[r.At:], r.Units, r.Width)
		s.ClearPads(dx, o.y.Features, r.Unit, r.Unit+r.Units, r.First/engine.GroupWidth, (r.First+r.Width)/engine.GroupWidth)
	}
}

// from returns x[lo:hi], nil for nil.
func from(x []float32, lo, hi int) []float32 {
	if x == nil {
		return nil
	}
	return x[lo:hi]
}
