package onnx

import (
	"errors"
	"fmt"
	"slices"

	"weft/nn/internal/tensor"
)

// fold takes a node that makes a constant.
func (r *recognizer) fold(n *Node) (done bool, err error) {
	if n.Op == "Constant" && n.Domain == "" {
		return true, r.constant(n)
	}
	if len(n.Inputs) == 0 || n.Domain != "" || len(n.Outputs) != 1 {
		return false, nil
	}
	for _, name := range n.Inputs {
		if _, ok := r.constants[name]; !ok {
			return false, nil
		}
	}
	p := &parameters{node: n}
	t, err := r.computeConstant(n, p, r.constants[n.Inputs[0]])
	if err == nil {
		err = p.end()
	}
	r.define(n, t)
	return true, err
}

// computeConstant applies an operator to a constant.
func (r *recognizer) computeConstant(n *Node, p *parameters, t Tensor) (Tensor, error) {
	switch n.Op {
	case "Identity":
		return t, nil
	case "Cast":
		p.ignore("saturate", "round_mode")
		if d, err := elementOf(p.integer("to", 0)); err != nil || d.IsFloat() != t.Type.IsFloat() {
			return t, errFold
		}
		return t, nil // the type stays: it holds the numbers
	case "Transpose":
		perm := p.integers("perm")
		if perm == nil {
			for i := range t.Shape {
				perm = append(perm, int64(len(t.Shape)-1-i))
			}
		}
		if err := r.spend(len(t.Data)); err != nil {
			return t, err
		}
		return transpose(t, perm)
	case "Reshape", "Unsqueeze", "Squeeze":
		shape, err := r.constantShape(n, p, t)
		t.Shape = shape
		return t, err
	case "ConstantOfShape", "Concat", "Slice":
		return r.foldIntegers(n, p, t)
	}
	return t, errFold
}

var errFold = tensor.Unsupported("it computes with constants alone: export the model with constant folding")

// foldIntegers computes lists of integers, such as pads: PyTorch's exporter leaves
// that to the runtime.
func (r *recognizer) foldIntegers(n *Node, p *parameters, t Tensor) (Tensor, error) {
	var lists [][]int64
	for _, name := range n.Inputs {
		values, err := r.constants[name].Int64()
		if err != nil || len(values) > 2*tensor.MaxRank {
			return t, errFold
		}
		lists = append(lists, values)
	}
	switch {
	case n.Op == "ConstantOfShape":
		value := p.get("value", AttributeTensor)
		if value == nil || value.Tensor == nil || value.Tensor.Len() != 1 || len(lists[0]) != 1 || lists[0][0] < 0 || lists[0][0] > 2*tensor.MaxRank {
			return t, errFold
		}
		fill, err := value.Tensor.Int64()
		if err != nil {
			return t, errFold
		}
		list := slices.Repeat(fill, int(lists[0][0]))
		return integersOf([]int{len(list)}, list), nil
	case n.Op == "Concat" && len(t.Shape) == 1:
		p.must("axis", 0)
		list := slices.Concat(lists...)
		return integersOf([]int{len(list)}, list), nil
	case n.Op == "Slice" && len(lists) == 5 && len(t.Shape) > 0 && len(lists[0]) > 0:
		return sliceRows(t, lists)
	}
	return t, errFold
}

// sliceRows is a Slice of the first axis: data, starts, ends, axes, steps.
func sliceRows(t Tensor, lists [][]int64) (Tensor, error) {
	for _, l := range lists[1:] {
		if len(l) != 1 {
			return t, errFold
		}
	}
	rows, start, end, step := int64(t.Shape[0]), lists[1][0], lists[2][0], lists[4][0]
	if lists[3][0] != 0 || step != 1 && step != -1 {
		return t, errFold
	}
	if start < 0 {
		start += rows
	}
	if end < 0 {
		end = max(end, -1<<40) + rows
	}
	width := len(lists[0]) / t.Shape[0]
	list := []int64{}
	for at := min(max(start, 0), rows-1); at >= 0 && at < rows && at != end && (at < end) == (step > 0); at += step {
		list = append(list, lists[0][at*int64(width):(at+1)*int64(width)]...)
	}
	shape := slices.Clone(t.Shape)
	shape[0] = len(list) / width
	return integersOf(shape, list), nil
}

// define gives a constant the name of a node's output.
func (r *recognizer) define(n *Node, t Tensor) {
	t.Name = n.Outputs[0]
	r.constants[t.Name] = t
}

// constant reads a Constant.
func (r *recognizer) constant(n *Node) error {
	if len(n.Attributes) != 1 || len(n.Outputs) != 1 {
		return errors.New("a constant has one value")
	}
	a := &n.Attributes[0]
	switch {
	case a.Name == "value" && a.Kind == AttributeTensor && a.Tensor != nil:
		r.define(n, *a.Tensor)
	case a.Name == "value_float" && a.Kind == AttributeFloat:
		r.define(n, tensor.New("", []int{}, []float32{a.Float}))
	case a.Name == "value_floats" && a.Kind == AttributeFloats:
		r.define(n, tensor.New("", []int{len(a.Floats)}, a.Floats))
	case a.Name == "value_int" && a.Kind == AttributeInt:
		r.define(n, integersOf([]int{}, []int64{a.Int}))
	case a.Name == "value_ints" && a.Kind == AttributeInts:
		r.define(n, integersOf([]int{len(a.Ints)}, a.Ints))
	case a.Strings != nil:
		r.define(n, Tensor{Shape: []int{0}}) // nobody computes with it
		r.strings[n.Outputs[0]] = a.Strings
	default:
		return fmt.Errorf("a constant by attribute %q is not read", a.Name)
	}
	return nil
}

func integersOf(shape []int, values []int64) Tensor {
	data, err := narrow(tensor.I64, values)
	if err != nil {
		panic(err) // every int64 is one
	}
	return Tensor{Shape: shape, Type: tensor.I64, Data: data}
}

// transpose permutes the axes of a constant: axis i of the result is perm[i].
func transpose(t Tensor, perm []int64) (Tensor, error) {
	rank := len(t.Shape)
	seen := make([]bool, rank)
	if len(perm) != rank {
		return t, fmt.Errorf("%v is no permutation of %d axes", perm, rank)
	}
	for _, p := range perm {
		if p < 0 || p >= int64(rank) || seen[p] {
			return t, fmt.Errorf("%v is no permutation of %d axes", perm, rank)
		}
		seen[p] = true
	}
	size := t.Type.Size()
	shape, strides, index := make([]int, rank), make([]int, rank), make([]int, rank)
	for i, p := range perm {
		shape[i] = t.Shape[p]
		strides[i] = size
		for _, d := range t.Shape[p+1:] {
			strides[i] *= d
		}
	}
	out := make([]byte, 0, len(t.Data))
	for from := 0; len(out) < len(t.Data); {
		out = append(out, t.Data[from:from+size]...)
		for d := rank - 1; d >= 0; d-- {
			from += strides[d]
			if index[d]++; index[d] < shape[d] {
				break
			}
			from -= strides[d] * shape[d]
			index[d] = 0
		}
	}
	return Tensor{Name: t.Name, Shape: shape, Type: t.Type, Data: out}, nil
}

// constantShape is the new shape of a constant that is reshaped.
func (r *recognizer) constantShape(n *Node, p *parameters, t Tensor) ([]int, error) {
	if n.Op != "Reshape" {
		axes, err := r.axes(n, p, len(t.Shape), n.Op == "Unsqueeze")
		if err != nil {
			return nil, err
		}
		return squeeze(t.Shape, axes, n.Op == "Unsqueeze")
	}
	p.must("allowzero", 0)
	if len(n.Inputs) != 2 {
		return nil, errors.New("it has no shape")
	}
	to, err := r.constants[n.Inputs[1]].Int64()
	if err != nil {
		return nil, err
	}
	shape, free, total := []int{}, -1, 1
	for i, d := range to {
		switch {
		case d == 0 && i < len(t.Shape):
			d = int64(t.Shape[i])
		case d == -1 && free < 0:
			free, d = i, 1
		case d < 1 || d > 1<<40:
			return nil, fmt.Errorf("shape %v does not exist", to)
		}
		shape = append(shape, int(d))
	}
	total, ok := tensor.Elements(shape)
	if !ok || free >= 0 && (total == 0 || t.Len()%total != 0) {
		return nil, fmt.Errorf("%d elements do not have shape %v", t.Len(), to)
	}
	if free >= 0 {
		shape[free] = t.Len() / total
		total *= shape[free]
	}
	if total != t.Len() {
		return nil, fmt.Errorf("%d elements do not have shape %v", t.Len(), to)
	}
	return shape, nil
}

// axes reads the axes of a node, an attribute before opset 13 and an input since
// then, as numbers ≥ 0. Those of Unsqueeze count in its output.
func (r *recognizer) axes(n *Node, p *parameters, rank int, unsqueeze bool) ([]int, error) {
	list := p.integers("axes")
	if list == nil && len(n.Inputs) == 2 {
		t, ok := r.constants[n.Inputs[1]]
		if !ok {
			return nil, tensor.Unsupported("its axes are not constant")
		}
		var err error
		if list, err = t.Int64(); err != nil {
			return nil, err
		}
	}
	if list == nil {
		return nil, tensor.Unsupported("it names no axes")
	}
	if unsqueeze {
		rank += len(list)
	}
	out := make([]int, 0, len(list))
	for _, a := range list {
		if a < 0 {
			a += int64(rank)
		}
		if a < 0 || a >= int64(rank) || slices.Contains(out, int(a)) {
			return nil, fmt.Errorf("axes %v of %d do not exist", list, rank)
		}
		out = append(out, int(a))
	}
	slices.Sort(out)
	return out, nil
}

// squeeze removes axes of size 1 from a shape, or puts some in.
func squeeze(shape, axes []int, unsqueeze bool) ([]int, error) {
	if unsqueeze {
		out := slices.Clone(shape)
		for _, a := range axes {
			out = slices.Insert(out, a, 1)
		}
		return out, nil
	}
	out := []int{}
	for i, d := range shape {
		switch {
		case !slices.Contains(axes, i):
			out = append(out, d)
		case d != 1:
			return nil, fmt.Errorf("axis %d has %d elements and cannot be squeezed", i, d)
		}
	}
	return out, nil
}
