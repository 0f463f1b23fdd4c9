// Package archive holds Keras's models as plain Go values and reads and writes
// them as .keras archives, .weights.h5 and (reading only) legacy .h5 files of
// Keras 3 and tf.keras 2. It knows Keras's layers, optimizers, losses and their
// parameters, not Weft's: what Weft can do with them is decided where they are
// connected.
//
// [Read] takes a whole model, [ReadWeights] puts the weights of any of the formats
// into a model that is there, [Write] and [WriteWeights] are the way back.
//
// Every key of a config is known: it is mapped to a field, it must have the one
// value that means nothing (a quantization, for instance, must be null), or it is
// listed as meaningless (a seed); anything else is an error that names it. What
// only training needs, such as a regularizer of unknown kind or an optimizer of
// unknown class, makes [Model.NoTraining] instead, and the model still predicts.
//
// errors.Is(err, errors.ErrUnsupported) separates what is valid but has no place
// in a Model from a damaged file.
package archive

import (
	"fmt"
	"slices"
)

// Model is a chain of layers with its weights and, where the file has one, its
// training. It is the same for Keras's Sequential and for a Functional model
// without branches.
type Model struct {
	Name       string
	Functional bool   // written as a Functional model, not as a Sequential
	InputName  string // of the input layer, "" for Keras's default
	InputType  string // dtype of the input layer; "" is float32
	Input      []int  // shape of a sample, without the batch
	Layers     []Layer

	// Training is how the model was compiled, with the optimizer's state; nil for
	// a model that was not.
	Training *Training
	// NoTraining says why the model cannot go on training as Keras would, although
	// it predicts the same; Training is nil then. It is set by Read and ReadWeights
	// alone.
	NoTraining error
}

// Layer is one layer. Input and Output are computed by Read, Write and Shapes and
// need not be set by who makes a Model.
type Layer struct {
	Name   string
	Frozen bool // Keras's trainable = False: its weights have no slots
	Config Config
	Input  []int // shape of a sample
	Output []int
	// Weights are the tensors in Keras's order, such as kernel and bias, with the
	// shapes that Config and Input ask for.
	Weights []Tensor

	axis int // of a normalization in a file of Keras 2, to be compared with Input
}

// Config is what a layer computes, a pointer to one of the types of this package:
// [Dense], [Flatten], [Reshape], [Identity], [Function] (Activation, ReLU,
// LeakyReLU, ELU, Softmax), [Noise] (Dropout, SpatialDropout2D, AlphaDropout,
// GaussianDropout, GaussianNoise), [Conv2D], [DepthwiseConv2D], [Pooling2D]
// (MaxPooling2D, AveragePooling2D), [GlobalPooling] (GlobalAveragePooling2D,
// GlobalMaxPooling2D and the two of one dimension), [ZeroPadding2D],
// [BatchNormalization], [LayerNormalization], [Rescaling], [Normalization] and
// [Embedding].
type Config interface {
	// Class is Keras's class name.
	Class() string
	// Output is the shape that the layer makes of a sample's shape, which has at
	// least one axis.
	Output(in []int) ([]int, error)
	// Weights are the tensors that the layer has for this input, without values.
	Weights(in []int) []Tensor

	// fields reads or writes each key of Keras's config, in Keras's order.
	fields(c *codec)
}

// newConfig makes the Config of a class, nil where it is unknown.
func newConfig(class string) Config {
	switch class {
	case "Dense":
		return &Dense{}
	case "Flatten":
		return &Flatten{}
	case "Reshape":
		return &Reshape{}
	case "Identity":
		return &Identity{}
	case "BatchNormalization":
		return &BatchNormalization{}
	case "LayerNormalization":
		return &LayerNormalization{}
	case "Rescaling":
		return &Rescaling{}
	case "Normalization":
		return &Normalization{}
	case "Embedding":
		return &Embedding{}
	}
	switch {
	case slices.Contains(functionLayers, class):
		return &Function{Layer: class}
	case slices.Contains(noiseLayers, class):
		return &Noise{Kind: class}
	}
	return newImageConfig(class)
}

// newImageConfig is newConfig for the layers of images.
func newImageConfig(class string) Config {
	switch class {
	case "Conv2D":
		return &Conv2D{}
	case "DepthwiseConv2D":
		return &DepthwiseConv2D{}
	case "MaxPooling2D", "AveragePooling2D":
		return &Pooling2D{Average: class == "AveragePooling2D"}
	case "ZeroPadding2D":
		return &ZeroPadding2D{}
	}
	if slices.Contains(globalPoolings, class) {
		return &GlobalPooling{Kind: class}
	}
	return nil
}

// Training is what compile was called with, and where fit stopped.
type Training struct {
	Optimizer Optimizer
	// State is nil where the file holds none, as a legacy .h5 of a model that was
	// compiled and never trained.
	State           *State
	Loss            Loss
	Metrics         []Metric
	WeightedMetrics []Metric
}

// State is the optimizer's state.
type State struct {
	// Iterations counts the calls of the optimizer, with accumulated gradients
	// those too that made no update.
	Iterations int64
	// Slots are the optimizer's arrays in the order of [Optimizer.Slots]; none
	// before the first update.
	Slots []Slot
	// Product is Nadam's running product of momentum schedules, 0 where the file
	// has none (Keras 2.15): it follows from Iterations then.
	Product float32
}

// Slot is one array of the optimizer for each trained weight, such as Adam's
// momentum.
type Slot struct {
	Name   string      // momentum, velocity, velocity_hat, average, …: see Optimizer.Slots
	Values [][]float32 // in the order and with the sizes of Model.Trained
}

// Trained returns the weights that the optimizer changes: those of layers that are
// not frozen, in order, without moving means and the like.
func (m *Model) Trained() []*Tensor {
	var out []*Tensor
	for i := range m.Layers {
		for j := range m.Layers[i].Weights {
			if w := &m.Layers[i].Weights[j]; w.Trained && !m.Layers[i].Frozen {
				out = append(out, w)
			}
		}
	}
	return out
}

// Shapes computes each layer's Input and Output from the model's Input, and makes
// the list of Weights of a layer that has none, without values. An existing list
// must have the shapes that the layer asks for.
func (m *Model) Shapes() error {
	if len(m.Input) == 0 {
		return fmt.Errorf("keras: model %q has no input shape", m.Name)
	}
	if err := sizes(m.Input); err != nil {
		return fmt.Errorf("keras: the input of model %q: %w", m.Name, err)
	}
	shape := m.Input
	for i := range m.Layers {
		l := &m.Layers[i]
		l.Input = slices.Clone(shape)
		if l.axis != 0 && l.axis != len(l.Input) {
			return unsupported("keras: %s: normalization over axis %d of a sample of %d axes: only the last one is known", l, l.axis, len(l.Input))
		}
		out, err := l.Config.Output(l.Input)
		if err == nil {
			err = sizes(out)
		}
		if err != nil {
			return fmt.Errorf("keras: %s: %w", l, err)
		}
		l.Output = out
		shape = out
		want := l.Config.Weights(l.Input)
		if l.Weights == nil {
			l.Weights = want
		}
		if len(l.Weights) != len(want) {
			return fmt.Errorf("keras: %s has %d weights, not %d", l, len(l.Weights), len(want))
		}
		for j, w := range want {
			if err := sizes(w.Shape); err != nil {
				return fmt.Errorf("keras: %s: %s: %w", l, w.Name, err)
			}
			if !slices.Equal(l.Weights[j].Shape, w.Shape) {
				return fmt.Errorf("keras: %s: %s has the shape %v, not %v", l, w.Name, l.Weights[j].Shape, w.Shape)
			}
			l.Weights[j].Name, l.Weights[j].Trained = w.Name, w.Trained
		}
	}
	return nil
}

// String names the layer as errors do.
func (l *Layer) String() string { return fmt.Sprintf("layer %q (%s)", l.Name, l.Config.Class()) }
