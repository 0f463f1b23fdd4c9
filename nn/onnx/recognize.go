package onnx

import (
	"encoding/json"
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

// Recognize turns a graph into a chain of layers, and fails where the graph is
// none or has what a Chain cannot say. The error names the node.
func Recognize(m *Model) (*Chain, error) {
	if err := m.Graph.check(); err != nil {
		return nil, fmt.Errorf("onnx: %w", err)
	}
	c, guessed, err := recognize(m, false)
	if err != nil && guessed { // pads of axis 2 alone can be rows with channels first, or columns with channels last
		if last, _, other := recognize(m, true); other == nil {
			return last, nil
		}
	}
	if err != nil {
		return nil, fmt.Errorf("onnx: %w", err)
	}
	return c, nil
}

// recognize takes an image at the input with channels first once a node needs that,
// or with channels last where told so. guessed reports whether it did the first.
func recognize(m *Model, channelsLast bool) (c *Chain, guessed bool, err error) {
	r := &recognizer{
		m: m, constants: map[string]Tensor{}, strings: map[string][]string{}, readers: map[string][]int{}, outputs: map[string]bool{},
		used: make([]bool, len(m.Graph.Nodes)), vectors: map[string][]dim{}, passed: map[string][]int{}, chain: &Chain{Name: m.Graph.Name},
	}
	r.fixed = channelsLast
	err = r.begin()
	for i := 0; i < len(r.used) && err == nil; i++ {
		r.used[i], err = r.fold(&m.Graph.Nodes[i])
		err = within(&m.Graph.Nodes[i], err)
	}
	for i := 0; i < len(r.used) && err == nil; i++ {
		if !r.used[i] {
			err = r.node(i)
		}
	}
	if err == nil {
		err = r.end()
	}
	return r.chain, r.chain.ChannelsFirst, err
}

// begin reads the input and collects the constants.
func (r *recognizer) begin() error {
	g := &r.m.Graph
	r.left = 256 << 10
	for _, t := range g.Initializers {
		r.constants[t.Name] = t
		r.left += 2 * len(t.Data)
	}
	for _, s := range g.Strings {
		r.strings[s.Name] = s.Values
	}
	for i := range g.Nodes {
		for _, name := range g.Nodes[i].Inputs {
			if at := r.readers[name]; name != "" && (len(at) == 0 || at[len(at)-1] != i) {
				r.readers[name] = append(at, i)
			}
		}
	}
	for _, v := range g.Outputs {
		r.outputs[v.Name] = true
	}
	if len(g.Inputs) != 1 {
		return tensor.Unsupported("the graph has %d inputs, Weft's networks have one", len(g.Inputs))
	}
	in := &g.Inputs[0]
	if in.IsString || in.IsMap || len(in.Shape) < 2 {
		return tensor.Unsupported("input %q has no shape, or is not a batch of arrays of numbers: export the model with the shape of its input", in.Name)
	}
	r.batch = in.Shape[0].Size
	if r.batch == 0 { // scikit-learn's exporter
		r.batch = -1
	}
	for i, d := range in.Shape[1:] {
		if d.Size < 1 {
			return tensor.Unsupported("dimension %d of input %q is not fixed (%s): only the first may be, that of the batch", i+1, in.Name, d.Name)
		}
		r.shape = append(r.shape, d.Size)
	}
	r.chain.InputName, r.chain.InputType, r.chain.Input = in.Name, in.Type, r.shape
	r.head, r.numeric = in.Name, in.Type.IsFloat()
	r.passed[in.Name] = r.shape
	return nil
}

// end checks that the chain is the graph's output, and all of the graph.
func (r *recognizer) end() error {
	r.chain.OutputName = r.head
	switch {
	case !r.outputs[r.head]:
		return tensor.Unsupported("the network ends with %q, which is not an output of the graph", r.head)
	case r.flattened != nil:
		return tensor.Unsupported("the output is an image of %d×%d pixels with %d channels, flattened with the channels first, which Weft's Flatten has last", r.flattened[1], r.flattened[2], r.flattened[0])
	case !r.numeric:
		return tensor.Unsupported("the output %q is not floating-point", r.head)
	}
	delete(r.outputs, r.head)
	for _, v := range r.m.Graph.Outputs {
		if r.outputs[v.Name] {
			return tensor.Unsupported("the graph has a second output, %q: Weft's networks have one", v.Name)
		}
	}
	r.chain.Output, r.chain.OutputChannelsFirst = r.order(), r.channelsFirst
	r.classesOf(r.m.Metadata[classesKey])
	return nil
}

// classesOf takes the names of classes from the metadata, where Build puts them.
// Other tools may have something else there.
func (r *recognizer) classesOf(text string) {
	var list []string
	if text == "" || json.Unmarshal([]byte(text), &list) != nil || len(r.shape) != 1 || r.chain.Classes != nil {
		return
	}
	if len(list) == r.shape[0] || len(list) == 2 && r.shape[0] == 1 {
		r.chain.Classes = list
	}
}

// node takes the next node: shape arithmetic, or what the chain goes on with.
func (r *recognizer) node(i int) error {
	n := &r.m.Graph.Nodes[i]
	if done, err := r.arithmetic(n); done || err != nil {
		r.used[i] = true
		return within(n, err)
	}
	if !slices.Contains(n.Inputs, r.head) {
		return tensor.Unsupported("%s reads %q, which is not where the chain has come to (%q): Weft's networks have no branches", n.describe(), n.Inputs, r.head)
	}
	if done, err := r.labels(n); done || err != nil {
		return within(n, err)
	}
	if done, err := r.pattern(i); done || err != nil {
		return within(n, err)
	}
	op := n.Op
	if n.Domain != "" {
		op = n.Domain + "." + op
	}
	rule, ok := rules[op]
	if !ok {
		return tensor.Unsupported("%s: Weft has no layer for this operator", n.describe())
	}
	if r.outputs[r.head] {
		return tensor.Unsupported("%q is an output of the graph and goes on to %s: Weft's networks have one output", r.head, n.describe())
	}
	p := &parameters{node: n}
	if err := rule(r, n, p); err != nil {
		return within(n, err)
	}
	if err := p.end(); err != nil {
		return within(n, err)
	}
	r.used[i] = true
	r.advance(n.Outputs[0])
	return nil
}

// advance makes a value the head.
func (r *recognizer) advance(name string) {
	r.head = name
	r.passed[name] = r.shape
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
