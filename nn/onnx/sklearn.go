package onnx

import (
	"fmt"
	"slices"
	"strconv"

	"weft/nn/internal/tensor"
)

// labels takes what scikit-learn's exporter adds to a network: ArgMax and a lookup of
// the class, a ZipMap, which is a dictionary of class and probability, and
// classifiers that make the class along with the probabilities. The classes are
// outputs of their own; the chain ends with the probabilities.
func (r *recognizer) labels(n *Node) (done bool, err error) {
	switch {
	case n.Op == "ZipMap" && n.Domain == domainML:
		return true, r.zipMap(n)
	case n.Op == "LinearClassifier" && n.Domain == domainML:
		return true, r.linearClassifier(n)
	case n.Op != "ArgMax" || n.Domain != "" || len(r.shape) != 1:
		return false, nil
	}
	p := &parameters{node: n}
	axis := p.integer("axis", 0)
	p.ignore("keepdims")
	p.must("select_last_index", 0)
	if err := p.end(); err != nil {
		return true, err
	}
	if axis != 1 && axis != -1 {
		return true, tensor.Unsupported("it takes the maximum over axis %d, not over the classes", axis)
	}
	r.take(n)
	return true, r.label(n.Outputs[0])
}

// label follows a class to the output of the graph.
func (r *recognizer) label(value string) error {
	for !r.outputs[value] {
		readers := r.readers[value]
		if len(readers) != 1 {
			return tensor.Unsupported("%d nodes read the class %q: Weft's networks end with the probabilities", len(readers), value)
		}
		n := &r.m.Graph.Nodes[readers[0]]
		switch n.Op {
		case "ArrayFeatureExtractor":
			if err := r.classes(n.Inputs[0]); err != nil {
				return err
			}
		case "Cast", "Reshape", "Identity", "Squeeze":
		default:
			return tensor.Unsupported("%s computes with the class: Weft's networks end with the probabilities", n.describe())
		}
		r.take(n)
		value = n.Outputs[0]
	}
	delete(r.outputs, value)
	return nil
}

// take marks a node that is not before the one at hand.
func (r *recognizer) take(n *Node) {
	for _, i := range r.readers[n.Inputs[0]] {
		r.used[i] = r.used[i] || &r.m.Graph.Nodes[i] == n
	}
	for _, name := range n.Inputs[1:] {
		for _, i := range r.readers[name] {
			r.used[i] = r.used[i] || &r.m.Graph.Nodes[i] == n
		}
	}
}

// classes takes the names of the classes from a constant.
func (r *recognizer) classes(name string) error {
	list := r.strings[name]
	if t, ok := r.constants[name]; ok && list == nil {
		numbers, err := t.Int64()
		if err != nil {
			return err
		}
		list = decimal(numbers)
	}
	return r.setClasses(list)
}

func decimal(numbers []int64) (out []string) {
	for _, n := range numbers {
		out = append(out, strconv.FormatInt(n, 10))
	}
	return out
}

func (r *recognizer) setClasses(list []string) error {
	want := r.shape[0]
	if r.chain.TwoColumns {
		want = 2
	}
	if len(list) != want || r.chain.Classes != nil && !slices.Equal(list, r.chain.Classes) {
		return fmt.Errorf("it names %d classes of %d", len(list), want)
	}
	r.chain.Classes = list
	return nil
}

// zipMap takes a ZipMap, whose output is the probabilities by class.
func (r *recognizer) zipMap(n *Node) error {
	p := &parameters{node: n}
	p.ignore("classlabels_strings", "classlabels_int64s")
	list := decimal(p.integers("classlabels_int64s"))
	if a := n.Attribute("classlabels_strings"); a != nil && list == nil {
		list = a.Strings
	}
	if err := p.end(); err != nil {
		return err
	}
	if len(n.Inputs) != 1 || len(r.shape) != 1 || !r.outputs[n.Outputs[0]] {
		return tensor.Unsupported("it does not make an output of the probabilities")
	}
	delete(r.outputs, n.Outputs[0])
	r.outputs[r.head] = true
	r.take(n)
	return r.setClasses(list)
}

// scaler is scikit-learn's StandardScaler and its kin: (x − offset)·scale.
func (r *recognizer) scaler(n *Node, p *parameters) error {
	if err := r.arity(n, 1, 1); err != nil {
		return err
	}
	offset, scale := p.floats("offset"), p.floats("scale")
	for _, v := range [][]float32{offset, scale} {
		if len(v) != 1 && len(v) != r.channels() {
			return fmt.Errorf("it has %d numbers for %d features", len(v), r.channels())
		}
	}
	if len(r.shape) != 1 || r.flattened != nil {
		return tensor.Unsupported("it scales samples of shape %v, Weft reads it for rows", r.shape)
	}
	r.fixed, r.numeric = true, true // integers become floats
	return r.append(&Affine{Name: n.name(), Mean: slices.Clone(offset), Scale: slices.Clone(scale)})
}

// linear makes a Dense layer of the attributes of a linear model, whose coefficients
// are [out, in].
func (r *recognizer) linear(n *Node, p *parameters, out int) (*Dense, error) {
	coefficients, bias, in := p.floats("coefficients"), p.floats("intercepts"), r.channels()
	if len(n.Inputs) != 1 || len(r.shape) != 1 || out < 1 || len(coefficients) != in*out || bias != nil && len(bias) != out {
		return nil, tensor.Unsupported("it has %d coefficients and %d intercepts for %v inputs and %d outputs", len(coefficients), len(bias), r.shape, out)
	}
	kernel := make([]float32, len(coefficients))
	for o := range out {
		for i := range in {
			kernel[i*out+o] = coefficients[o*in+i]
		}
	}
	d := &Dense{Name: n.name(), In: in, Out: out, Kernel: r.toChain(kernel), Bias: slices.Clone(bias)}
	r.flattened, r.fixed, r.numeric, r.shape = nil, true, true, []int{out}
	return d, r.append(d)
}

func (r *recognizer) linearRegressor(n *Node, p *parameters) error {
	if how := p.string("post_transform", "NONE"); how != "NONE" {
		return tensor.Unsupported("post_transform is %q, Weft has NONE only", how)
	}
	_, err := r.linear(n, p, int(min(p.integer("targets", 1), 1<<20)))
	return err
}

// linearClassifier is a logistic regression: a row of coefficients for each class,
// then a softmax or logistic function. The outputs are class and scores.
func (r *recognizer) linearClassifier(n *Node) error {
	p := &parameters{node: n}
	p.ignore("multi_class", "classlabels_strings", "classlabels_ints")
	classes := decimal(p.integers("classlabels_ints"))
	if a := n.Attribute("classlabels_strings"); a != nil && classes == nil {
		classes = a.Strings
	}
	functions := map[string]Function{"SOFTMAX": Softmax, "LOGISTIC": Sigmoid, "NONE": ""}
	how := p.string("post_transform", "NONE")
	function, ok := functions[how]
	if !ok || len(n.Outputs) != 2 {
		return tensor.Unsupported("post_transform is %q, with %d outputs", how, len(n.Outputs))
	}
	r.take(n)
	if _, err := r.linear(n, p, len(classes)); err != nil {
		return err
	}
	if err := p.end(); err != nil {
		return err
	}
	if function != "" {
		if err := r.append(&Activation{Name: n.name() + " " + string(function), Function: function}); err != nil {
			return err
		}
	}
	r.advance(n.Outputs[1])
	if err := r.setClasses(classes); err != nil {
		return err
	}
	if label := n.Outputs[0]; r.outputs[label] || len(r.readers[label]) > 0 {
		return r.label(label)
	}
	return nil
}

// normalizer divides scores by their sum, which changes nothing after a softmax, nor
// after the logistic function of z and −z.
func (r *recognizer) normalizer(n *Node, p *parameters) error {
	if norm := p.string("norm", "MAX"); norm != "L1" {
		return tensor.Unsupported("norm is %q: Weft reads the L1 of probabilities", norm)
	}
	layers := r.chain.Layers
	if a, ok := r.last().(*Activation); ok && a.Function == Softmax {
		return r.arity(n, 1, 1)
	} else if ok && a.Function == Sigmoid && len(layers) > 1 && slices.Equal(r.shape, []int{2}) {
		if d, ok := layers[len(layers)-2].(*Dense); ok && opposite(d.Kernel) && opposite(d.Bias) {
			return r.arity(n, 1, 1)
		}
	}
	return tensor.Unsupported("it divides what are no probabilities already: Weft has no such layer")
}

// opposite reports whether the second of each pair is the negative of the first.
func opposite(v []float32) bool {
	for i := 0; i+1 < len(v); i += 2 {
		if v[i] != -v[i+1] {
			return false
		}
	}
	return true
}
