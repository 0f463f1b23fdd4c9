package onnx

import (
	"fmt"
	"slices"
	"weft/nn/internal/tensor"
)

// recognizer follows the nodes of a graph from its input to its output.
type recognizer struct {
	m         *Model
	constants map[string]Tensor
	strings   map[string][]string
	readers   map[string][]int // the nodes that read a value, in order
	outputs   map[string]bool  // of the graph
	used      []bool           // nodes
	vectors   map[string][]dim // values of shape arithmetic
	passed    map[string][]int // shapes of the values of the chain so far

	chain   *Chain
	head    string // the value that the next node reads
	numeric bool   // head is floating-point: the input is, or a Cast came
	batch   int    // of the input, -1 where it is not fixed
	left    int    // bytes of weights that may still be made
	layout

	shapes     bool       // a node asks for the shape of a value
	parameters parameters // of the node at hand
}

// layout says how the file's value and the chain's are related. A sample's shape
// in the file is shape. The chain's is the same, or with channelsFirst an image of
// rows × columns × channels where the file has channels × rows × columns.
type layout struct {
	shape         []int
	channelsFirst bool
	fixed         bool  // a layer needed the order of the axes: the input's is settled
	flattened     []int // channels, rows, columns of an image whose flattened elements the file has in that order, the chain in its own
}

// dim is an element of a vector that a graph computes from shapes: a number, or the
// size of the batch.
type dim struct {
	n     int
	batch bool
}

// advance makes a value the head.
func (r *recognizer) advance(name string) {
	r.head = name
	if r.shapes {
		r.passed[name] = r.shape
	}
}

// spend takes bytes from what the weights of the chain may need: twice the
// constants of the graph. Only a graph that uses a constant again and again needs
// more.
func (r *recognizer) spend(bytes int) error {
	if r.left -= bytes; r.left < 0 {
		return tensor.Unsupported("it uses weights that other nodes use too: Weft's layers have weights of their own")
	}
	return nil
}

// within puts the node before an error.
func within(n *Node, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", n.describe(), err)
}

// name is the name of a layer: the node's, or that of its output.
func (n *Node) name() string {
	if n.Name != "" {
		return n.Name
	}
	return n.Outputs[0]
}

// append appends a layer that computes.
func (r *recognizer) append(l Layer) error {
	if !r.numeric {
		return tensor.Unsupported("it computes with %s: a Cast to float must come first", r.chain.InputType)
	}
	if r.chain.TwoColumns {
		return tensor.Unsupported("it computes with the columns 1 − p and p: Weft's networks end with p")
	}
	r.chain.Layers = append(r.chain.Layers, l)
	return nil
}

// last returns the last layer, or nil.
func (r *recognizer) last() Layer {
	if len(r.chain.Layers) == 0 {
		return nil
	}
	return r.chain.Layers[len(r.chain.Layers)-1]
}

// order is the shape of a sample in the chain.
func (l *layout) order() []int {
	if l.channelsFirst {
		return []int{l.shape[1], l.shape[2], l.shape[0]}
	}
	return slices.Clone(l.shape)
}

// same reports whether an image of channels × rows × columns has its elements in
// the same order with the channels last.
func same(shape []int) bool { return shape[0] == 1 || shape[1]*shape[2] == 1 }

// image makes the head an image with channels first in the file. The input becomes
// one where nothing has settled the order of its axes yet.
func (r *recognizer) image() error {
	switch {
	case r.channelsFirst:
		return nil
	case len(r.shape) != 3:
		return tensor.Unsupported("it works on samples of shape %v, Weft's layer on images with channels", r.shape)
	case !r.fixed:
		r.chain.Input, r.chain.ChannelsFirst = []int{r.shape[1], r.shape[2], r.shape[0]}, true
	case same(r.shape):
		to := []int{r.shape[1], r.shape[2], r.shape[0]}
		if l, ok := r.last().(*Reshape); ok {
			l.Shape = to
		} else if err := r.append(&Reshape{Name: r.head + " as an image", Shape: to}); err != nil {
			return err
		}
	default:
		return tensor.Unsupported("it takes %v as channels × rows × columns, but the layers before have other axes: Weft keeps channels last and cannot exchange them here", r.shape)
	}
	r.channelsFirst, r.fixed = true, true
	return nil
}

// channels is the number of channels of the head.
func (l *layout) channels() int {
	if l.channelsFirst {
		return l.shape[0]
	}
	return l.shape[len(l.shape)-1]
}

// toChain reorders the rows of a matrix, one for each element of a flattened image
// in the file, to the chain's order.
func (l *layout) toChain(rows []float32) []float32 {
	if l.flattened == nil {
		return rows
	}
	c, h, w := l.flattened[0], l.flattened[1], l.flattened[2]
	width := len(rows) / (c * h * w)
	out := make([]float32, 0, len(rows))
	for pixel := range h * w {
		for channel := range c {
			from := (channel*h*w + pixel) * width
			out = append(out, rows[from:from+width]...)
		}
	}
	return out
}

// arity checks the number of inputs, that the head is the first and only there, and
// that nobody reads a second output.
func (r *recognizer) arity(n *Node, least, most int) error {
	if len(n.Inputs) < least || len(n.Inputs) > most {
		return fmt.Errorf("it has %d inputs, the operator %d to %d", len(n.Inputs), least, most)
	}
	if n.Inputs[0] != r.head || slices.Contains(n.Inputs[1:], r.head) {
		return tensor.Unsupported("%q must be its first input and no other: Weft's layers have constant weights", r.head)
	}
	return r.oneOutput(n)
}

func (r *recognizer) oneOutput(n *Node) error {
	for _, name := range n.Outputs[1:] {
		if name != "" && (len(r.readers[name]) > 0 || r.outputs[name]) {
			return tensor.Unsupported("its output %q is used: Weft's layers have one output", name)
		}
	}
	return nil
}

// floats returns a constant input as float32, and its shape; nil where an optional
// one is absent.
func (r *recognizer) floats(n *Node, i int) ([]float32, []int, error) {
	if i >= len(n.Inputs) || n.Inputs[i] == "" {
		return nil, nil, nil
	}
	t, ok := r.constants[n.Inputs[i]]
	if !ok {
		return nil, nil, tensor.Unsupported("its input %q is not constant: Weft's layers have constant weights", n.Inputs[i])
	}
	if err := r.spend(4 * t.Len()); err != nil {
		return nil, nil, err
	}
	values, err := t.Float32()
	return values, t.Shape, err
}

// vector32 returns a constant input with an element for each channel, in the
// chain's order.
func (r *recognizer) vector32(n *Node, i int) ([]float32, error) {
	values, shape, err := r.floats(n, i)
	if err != nil || values == nil {
		return nil, err
	}
	if len(shape) != 1 || len(values) != r.channels() {
		return nil, fmt.Errorf("its input %q has shape %v, not one element for each of %d channels", n.Inputs[i], shape, r.channels())
	}
	return r.toChain(values), nil
}

func (r *recognizer) perChannel(values []float32, shape []int, first bool) ([]float32, bool, error) {
	refused := tensor.Unsupported("its constant has shape %v: Weft's layers take one number, or one for each channel of %v", shape, r.shape)
	rank := len(r.shape) + 1
	if len(shape) > rank || len(values) == 0 {
		return nil, first, refused
	}
	if len(values) == 1 {
		return values, first, nil
	}
	axis := -1 // the only one with more than one element, counted with the batch
	for i, d := range shape {
		if d == len(values) && axis < 0 {
			axis = i + rank - len(shape)
		} else if d != 1 {
			return nil, first, refused
		}
	}
	if rank == 4 && axis == 1 && !r.channelsFirst {
		if err := r.image(); err != nil {
			return nil, first, err
		}
	}
	want := rank - 1
	if r.channelsFirst {
		want = 1
	}
	if axis != want || len(values) != r.channels() {
		return nil, first, refused
	}
	r.fixed = true
	return r.toChain(values), first, nil
}
