package onnx

import (
	"encoding/json"
	"fmt"
	"slices"

	"weft/nn/internal/tensor"
)

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
	g := &m.Graph
	r := &recognizer{
		m: m, constants: make(map[string]Tensor, len(g.Initializers)), strings: map[string][]string{}, readers: make(map[string][]int, len(g.Nodes)), outputs: map[string]bool{},
		used: make([]bool, len(g.Nodes)), vectors: map[string][]dim{}, passed: map[string][]int{}, chain: &Chain{Name: g.Name, Layers: make([]Layer, 0, len(g.Nodes))},
	}
	r.fixed = channelsLast
	err = r.begin()
	for i := 0; i < len(r.used) && err == nil; i++ {
		r.used[i], err = r.fold(&g.Nodes[i])
		err = within(&g.Nodes[i], err)
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
		r.shapes = r.shapes || g.Nodes[i].Op == "Shape"
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
	r.numeric = in.Type.IsFloat()
	r.advance(in.Name)
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
	r.parameters = parameters{node: n, read: r.parameters.read[:0]}
	if err := rule(r, n, &r.parameters); err != nil {
		return within(n, err)
	}
	if err := r.parameters.end(); err != nil {
		return within(n, err)
	}
	r.used[i] = true
	r.advance(n.Outputs[0])
	return nil
}
