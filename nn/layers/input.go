package layers

import "weft/nn/internal/engine"

// InputLayer gives the shape of a sample. It adds nothing to a plan.
type InputLayer struct {
	Shape []int
}

// Input gives the shape of one sample, such as 784 or 28, 28. It must be the first
// layer; a summary does not list it.
func Input(shape ...int) InputLayer { return InputLayer{shape} }

// Kind returns "Input".
func (l InputLayer) Kind() string { return "Input" }

// Name returns "": it is not listed.
func (l InputLayer) Name() string { return "" }

// Named returns the layer as it is.
func (l InputLayer) Named(string) Layer { return l }

// InputShape returns the shape.
func (l InputLayer) InputShape() []int { return l.Shape }

// Output returns the shape.
func (l InputLayer) Output([]int) ([]int, error) { return l.Shape, nil }

// Build returns x.
func (l InputLayer) Build(_ *Builder, x *Tensor) *Tensor { return x }

// FlattenLayer turns samples of any shape into vectors.
type FlattenLayer struct {
	label string
	shape []int
}

// Flatten turns samples of any shape into vectors, row by row. As the first layer it
// may give the shape of a sample, as in Flatten(28, 28).
func Flatten(shape ...int) FlattenLayer { return FlattenLayer{shape: shape} }

// Kind returns "Flatten".
func (l FlattenLayer) Kind() string { return "Flatten" }

// Name returns the layer's name.
func (l FlattenLayer) Name() string { return l.label }

// Named returns the layer with a name.
func (l FlattenLayer) Named(name string) Layer { l.label = name; return l }

// InputShape returns the shape that was given, nil for none.
func (l FlattenLayer) InputShape() []int { return l.shape }

// Output returns the size of a sample.
func (l FlattenLayer) Output(input []int) ([]int, error) {
	return []int{engine.Product(input)}, nil
}

// Build returns x with another shape.
func (l FlattenLayer) Build(b *Builder, x *Tensor) *Tensor {
	if !x.Input {
		x = b.Panels(x)
	}
	return x.WithShape(x.Features)
}
