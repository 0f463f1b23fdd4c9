package onnx

import (
	"errors"
	"fmt"
	"slices"

	"weft/nn/internal/tensor"
)

// arithmetic takes a node that computes with shapes, as exporters do to keep the
// batch open: Shape, Gather, Unsqueeze, Concat, Reshape.
func (r *recognizer) arithmetic(n *Node) (done bool, err error) {
	if n.Domain != "" || len(n.Inputs) == 0 || len(n.Outputs) != 1 {
		return false, nil
	}
	p := &parameters{node: n}
	var v []dim
	if n.Op == "Shape" {
		shape, ok := r.passed[n.Inputs[0]]
		if !ok {
			return false, nil
		}
		v, err = sliced(append([]dim{{batch: true}}, dimsOf(shape)...), p.integer("start", 0), p.integer("end", 1<<31), 1)
	} else {
		computed := false
		for _, name := range n.Inputs {
			_, ok := r.vectors[name]
			computed = computed || ok && n.Op != "Reshape" && n.Op != "Expand"
		}
		if !computed {
			return false, nil
		}
		v, err = r.compute(n, p)
	}
	if err == nil {
		err = p.end()
	}
	if err == nil && len(v) > tensor.MaxRank {
		err = fmt.Errorf("it makes a shape of %d dimensions", len(v))
	}
	r.vectors[n.Outputs[0]] = v
	return true, err
}

func dimsOf(shape []int) (out []dim) {
	for _, n := range shape {
		out = append(out, dim{n: n})
	}
	return out
}

// vector returns the value of an input that is constant or computed from shapes.
// A single number counts as a vector of one.
func (r *recognizer) vector(name string) ([]dim, error) {
	if v, ok := r.vectors[name]; ok {
		return v, nil
	}
	t, ok := r.constants[name]
	if !ok || len(t.Shape) > 1 {
		return nil, tensor.Unsupported("%q is neither constant nor computed from shapes alone", name)
	}
	list, err := t.Int64()
	if err != nil {
		return nil, err
	}
	v := make([]dim, 0, len(list))
	for _, n := range list {
		v = append(v, dim{n: int(max(min(n, 1<<31-1), -1<<31))})
	}
	return v, nil
}

// compute evaluates a node of shape arithmetic.
func (r *recognizer) compute(n *Node, p *parameters) ([]dim, error) {
	var in [][]dim
	for _, name := range n.Inputs {
		if name == "" {
			in = append(in, nil)
			continue
		}
		v, err := r.vector(name)
		if err != nil {
			return nil, err
		}
		in = append(in, v)
	}
	switch n.Op {
	case "Identity", "Unsqueeze", "Squeeze": // of a vector and of single numbers
		p.ignore("axes")
		return in[0], nil
	case "Cast":
		if to, err := elementOf(p.integer("to", 0)); err != nil || to != tensor.I64 && to != tensor.I32 {
			return nil, tensor.Unsupported("it casts a shape to something else than integers")
		}
		return in[0], nil
	case "Concat":
		p.must("axis", 0)
		return slices.Concat(in...), nil
	case "Gather":
		p.must("axis", 0)
		if len(in) != 2 {
			break
		}
		var out []dim
		for _, at := range in[1] {
			if at.n < 0 {
				at.n += len(in[0])
			}
			if at.batch || at.n < 0 || at.n >= len(in[0]) {
				return nil, errors.New("it gathers outside of the shape")
			}
			out = append(out, in[0][at.n])
		}
		return out, nil
	case "Slice":
		return r.slice(p, in)
	}
	return nil, tensor.Unsupported("Weft does not follow this operator on shapes: export the model with fixed shapes, or with newer settings")
}

// slice evaluates a Slice: data, starts, ends, axes, steps, or attributes before opset 10.
func (r *recognizer) slice(p *parameters, in [][]dim) ([]dim, error) {
	one := func(name string, at int, otherwise int64) int64 {
		if list := p.integers(name); len(list) == 1 {
			return list[0]
		}
		if at < len(in) && len(in[at]) == 1 && !in[at][0].batch {
			return int64(in[at][0].n)
		}
		return otherwise
	}
	start, end := one("starts", 1, 1<<40), one("ends", 2, 1<<40)
	if start == 1<<40 || end == 1<<40 || one("axes", 3, 0) != 0 {
		return nil, tensor.Unsupported("it slices a shape in a way that Weft does not follow")
	}
	return sliced(in[0], start, end, one("", 4, 1))
}

func sliced(v []dim, start, end, step int64) ([]dim, error) {
	n := int64(len(v))
	clamp := func(i int64) int64 {
		if i < 0 {
			i += n
		}
		return max(0, min(i, n))
	}
	start, end = clamp(start), clamp(end)
	if step != 1 || start > end {
		return nil, tensor.Unsupported("it slices a shape in a way that Weft does not follow")
	}
	return v[start:end], nil
}
