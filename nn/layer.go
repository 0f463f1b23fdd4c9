package nn

import (
	"fmt"

	"weft/activations"
)

// Layer is one layer of a [Sequential]: what it is, no memory. Its values come
// from Input, Flatten, Dense, Activation and Dropout and may be used in several
// models, which then share nothing.
type Layer interface {
	// Named returns the layer with a name of its own, any Unicode, instead of
	// the numbered one that the model gives.
	Named(name string) Layer

	name() string
	kind() string // Keras's class name, as Summary prints it
	// output returns the shape that the layer makes of an input shape.
	output(input []int) ([]int, error)
	// nodes returns the work of the layer at the given position.
	nodes(position int, input []int) []node
	config() layerConfig
}

// node is one piece of work between two buffers of activations.
type node struct {
	dense      *denseShape            // a product, or
	activation activations.Activation // an activation (where dense is nil and rate is 0)
	rate       float64                // a dropout
	layer      int                    // position of the layer in the model
}

// layerConfig is how a layer is written in a saved model.
type layerConfig struct {
	Kind       string  `json:"kind"`
	Name       string  `json:"name"`
	Units      int     `json:"units,omitempty"`
	Activation string  `json:"activation,omitempty"`
	Rate       float64 `json:"rate,omitempty"`
}

// layer makes a saved layer again.
func (c layerConfig) layer() (Layer, error) {
	switch c.Kind {
	case "Flatten":
		return Flatten().Named(c.Name), nil
	case "Dropout":
		return Dropout(c.Rate).Named(c.Name), nil
	case "Dense", "Activation":
		a, err := activations.ByName(c.Activation)
		if err != nil {
			return nil, fmt.Errorf("nn: layer %q: %w", c.Name, err)
		}
		if c.Kind == "Activation" {
			return Activation(a).Named(c.Name), nil
		}
		return Dense(c.Units, a).Named(c.Name), nil
	}
	return nil, fmt.Errorf("nn: layer %q is of the unknown kind %q: this Weft knows Flatten, Dense, Activation and Dropout", c.Name, c.Kind)
}

type inputLayer struct{ shape []int }

// Input gives the shape of one sample, such as 784 or 28, 28. It must be the
// first layer; Summary does not list it.
func Input(shape ...int) Layer { return inputLayer{shape} }

func (l inputLayer) Named(string) Layer      { return l }
func (l inputLayer) name() string            { return "" }
func (l inputLayer) kind() string            { return "Input" }
func (l inputLayer) nodes(int, []int) []node { return nil }
func (l inputLayer) config() layerConfig     { return layerConfig{Kind: l.kind()} }

func (l inputLayer) output(input []int) ([]int, error) { return l.shape, nil }

type flattenLayer struct {
	label string
	shape []int
}

// Flatten turns samples of any shape into vectors. As the first layer it may
// give the input shape, as in Flatten(28, 28).
func Flatten(shape ...int) Layer { return flattenLayer{shape: shape} }

func (l flattenLayer) Named(name string) Layer { l.label = name; return l }
func (l flattenLayer) name() string            { return l.label }
func (l flattenLayer) kind() string            { return "Flatten" }
func (l flattenLayer) nodes(int, []int) []node { return nil }

// config leaves out the shape: it stands in the header as the model's input.
func (l flattenLayer) config() layerConfig {
	return layerConfig{Kind: l.kind(), Name: l.label}
}

func (l flattenLayer) output(input []int) ([]int, error) {
	return []int{product(input)}, nil
}

type activationLayer struct {
	label string
	fn    activations.Activation
}

// Activation applies a function to the output of the layer before it.
func Activation(fn activations.Activation) Layer { return activationLayer{fn: fn} }

func (l activationLayer) Named(name string) Layer { l.label = name; return l }
func (l activationLayer) name() string            { return l.label }
func (l activationLayer) kind() string            { return "Activation" }

func (l activationLayer) output(input []int) ([]int, error) { return input, known(l.fn) }

// known returns an error for an activation that a saved model could not name, or
// whose gradient needs the input, which the buffers here do not keep.
func known(fn activations.Activation) error {
	if err := activations.Validate(fn); err != nil {
		return err
	}
	byName, err := activations.ByName(fn.Name())
	if err == nil && (byName != fn || fn.Traits().NeedsInput) {
		err = fmt.Errorf("the activation %s %v is not supported: choose one of linear, relu, sigmoid, tanh and softmax", fn.Name(), fn.Config())
	}
	return err
}

func (l activationLayer) nodes(position int, input []int) []node {
	if l.fn == activations.Linear {
		return nil
	}
	return []node{{activation: l.fn, layer: position}}
}

func (l activationLayer) config() layerConfig {
	return layerConfig{Kind: l.kind(), Name: l.label, Activation: l.fn.Name()}
}
