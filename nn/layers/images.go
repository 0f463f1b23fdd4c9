package layers

import (
	"fmt"

	"weft/nn/internal/engine"
)

// Padding is how a window treats the border of an image.
type Padding string

// The paddings, as in Keras.
const (
	Valid Padding = "valid" // the window stays inside
	Same  Padding = "same"  // ⌈size/stride⌉ outputs, the smaller half of the padding first
)

func (p Padding) check(kind string) error {
	if p != Valid && p != Same {
		return fmt.Errorf("a %s layer with padding %q: give layers.Valid or layers.Same", kind, p)
	}
	return nil
}

// image is the shape of an image: rows, columns, channels.
type image struct{ rows, columns, channels int }

// imageOf returns the image of a shape, of which [rows columns] has one channel.
func imageOf(kind string, shape []int) (image, error) {
	switch len(shape) {
	case 2:
		return image{shape[0], shape[1], 1}, nil
	case 3:
		return image{shape[0], shape[1], shape[2]}, nil
	}
	return image{}, fmt.Errorf("a %s layer takes images [rows columns channels] or [rows columns], its input has shape %v: put layers.Reshape before it", kind, shape)
}

// mostSide limits what moves over an image: kernels, strides, dilations, paddings.
const mostSide = 1 << 12

// checkSides returns an error for sizes of a window that cannot be.
func checkSides(kind, what string, least int, sides ...int) error {
	for _, n := range sides {
		if n < least || n > mostSide {
			return fmt.Errorf("a %s layer with %s %v: give %d to %d", kind, what, sides, least, mostSide)
		}
	}
	return nil
}

// ReshapeLayer gives the numbers of a sample another shape.
type ReshapeLayer struct {
	label string
	Shape []int `json:"shape"`
}

// Reshape gives the numbers of a sample another shape of the same size. One dimension
// may be −1: it takes what is left.
func Reshape(shape ...int) ReshapeLayer { return ReshapeLayer{Shape: append([]int{}, shape...)} }

// Kind returns "Reshape".
func (l ReshapeLayer) Kind() string { return "Reshape" }

// Name returns the layer's name.
func (l ReshapeLayer) Name() string { return l.label }

// Named returns the layer with a name.
func (l ReshapeLayer) Named(name string) Layer { l.label = name; return l }

// Output returns the shape.
func (l ReshapeLayer) Output(input []int) ([]int, error) {
	size, known, free := engine.Product(input), 1, -1
	shape := append([]int{}, l.Shape...)
	for i, d := range shape {
		switch {
		case d == -1 && free < 0:
			free = i
		case d < 1 || known > size:
			return nil, fmt.Errorf("a Reshape layer to %v: give positive sizes, at most one −1", l.Shape)
		default:
			known *= d
		}
	}
	if free >= 0 && known <= size && size%known == 0 {
		shape[free] = size / known
		known = size
	}
	if known != size || len(shape) == 0 {
		return nil, fmt.Errorf("a Reshape layer makes %v of %v, %d numbers: the sizes must agree", l.Shape, input, size)
	}
	return shape, nil
}

// Build returns x with the shape.
func (l ReshapeLayer) Build(b *Builder, x *Tensor) *Tensor {
	shape, err := l.Output(x.Shape)
	if err != nil {
		b.Fail(err)
		return x
	}
	return x.WithShape(shape...)
}
