package layers

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
)

// ResidualLayer adds what a stack of layers makes of its input to the input.
type ResidualLayer struct {
	label string
	inner []Layer
}

// Residual computes y = x + inner(x), inner being a stack of layers that keeps the
// shape (He et al. 2016).
func Residual(inner ...Layer) ResidualLayer { return ResidualLayer{inner: slices.Clone(inner)} }

// Kind returns "Residual".
func (l ResidualLayer) Kind() string { return "Residual" }

// Name returns the layer's name.
func (l ResidualLayer) Name() string { return l.label }

// Named returns the layer with a name.
func (l ResidualLayer) Named(name string) Layer { l.label = name; return l }

// Output returns the shape of the input.
func (l ResidualLayer) Output(input []int) ([]int, error) {
	shape := input
	for i, inner := range l.inner {
		if inner == nil {
			return nil, fmt.Errorf("layer %d of a Residual layer is nil", i)
		}
		out, err := inner.Output(shape)
		if err != nil {
			return nil, fmt.Errorf("layer %d of a Residual layer: %w", i, err)
		}
		shape = out
	}
	if !slices.Equal(shape, input) {
		return nil, fmt.Errorf("the layers of a Residual layer make %v of %v: they must keep the shape", shape, input)
	}
	return input, nil
}

// Build adds the stack and the sum.
func (l ResidualLayer) Build(b *Builder, x *Tensor) *Tensor {
	x = b.Read(x)
	x.Overwrite = false // the sum reads it, too
	y := x
	for i, inner := range l.inner {
		end := b.Scope(strconv.Itoa(i))
		y = inner.Build(b, y)
		end()
	}
	if y.Layout != x.Layout {
		x, y = b.Rows(x), b.Rows(y)
	}
	split := x.Values.Split
	z := b.TensorLike(x, split, x.Grad != nil || y.Grad != nil)
	b.Forward(&residualSum{x, y, z, split})
	for _, t := range []*Tensor{y, x} {
		if d := b.Gradient(t); d != nil {
			b.Backward(&residualGradient{z: z, d: d})
		}
	}
	return z
}

// residualSum computes z = x + y.
type residualSum struct {
	x, y, z *Tensor
	split   Split
}

func (o *residualSum) Uses() []Use {
	return []Use{
		{Memory: o.x.Values, Split: o.split},
		{Memory: o.y.Values, Split: o.split},
		{Memory: o.z.Values, Split: o.split, Write: true},
	}
}

func (o *residualSum) Run(s *Step, worker, workers int) {
	x, y, z := s.Floats(o.x.Values), s.Floats(o.y.Values), s.Floats(o.z.Values)
	for p := s.Spans(o.z, o.split, worker, workers); p.Next(); {
		for i := p.Lo; i < p.Hi; i++ {
			z[i] = x[i] + y[i]
		}
	}
}

// residualGradient passes the gradient of z on.
type residualGradient struct {
	z     *Tensor
	d     *Memory
	split Split
}

func (o *residualGradient) Plan(*Builder) {
	o.split = o.z.Grad.Split
	o.d.Split, o.d.Density = o.split, o.z.Grad.Density
}

func (o *residualGradient) Uses() []Use {
	return []Use{{Memory: o.z.Grad, Split: o.split}, {Memory: o.d, Split: o.split, Write: true}}
}

func (o *residualGradient) Run(s *Step, worker, workers int) {
	from, to := s.Floats(o.z.Grad), s.Floats(o.d)
	for p := s.Spans(o.z, o.split, worker, workers); p.Next(); {
		copy(to[p.Lo:p.Hi], from[p.Lo:p.Hi])
	}
}

// residual is the JSON of a Residual layer.
type residual struct {
	Layers []json.RawMessage `json:"layers"`
}

// MarshalJSON implements [json.Marshaler].
func (l ResidualLayer) MarshalJSON() ([]byte, error) {
	r := residual{Layers: []json.RawMessage{}}
	for _, inner := range l.inner {
		b, err := Marshal(inner, inner.Name())
		if err != nil {
			return nil, err
		}
		r.Layers = append(r.Layers, b)
	}
	return json.Marshal(r)
}

// UnmarshalJSON implements [json.Unmarshaler].
func (l *ResidualLayer) UnmarshalJSON(b []byte) error {
	var r residual
	if err := json.Unmarshal(b, &r); err != nil {
		return err
	}
	for _, b := range r.Layers {
		inner, err := Unmarshal(b)
		if err != nil {
			return err
		}
		l.inner = append(l.inner, inner)
	}
	return nil
}
