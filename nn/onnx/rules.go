package onnx

import (
	"errors"
	"fmt"
	"slices"

	"weft/nn/internal/tensor"
)

// rule turns a node that reads the head into layers, and updates the layout. The
// caller advances the head to the node's first output.
type rule func(*recognizer, *Node, *parameters) error

// rules are the operators of a chain. Those of a Constant, of shapes and of labels
// are elsewhere.
var rules = map[string]rule{
	"Gemm": (*recognizer).gemm, "MatMul": (*recognizer).matMul,
	"Add": (*recognizer).addition, "Sub": (*recognizer).subtraction, "Mul": (*recognizer).product, "Div": (*recognizer).quotient,
	"ai.onnx.ml.Scaler": (*recognizer).scaler, "ai.onnx.ml.LinearRegressor": (*recognizer).linearRegressor, "ai.onnx.ml.Normalizer": (*recognizer).normalizer,
	"Conv": (*recognizer).conv, "MaxPool": (*recognizer).pool, "AveragePool": (*recognizer).pool,
	"GlobalMaxPool": (*recognizer).globalPool, "GlobalAveragePool": (*recognizer).globalPool, "ReduceMean": (*recognizer).reduce, "ReduceMax": (*recognizer).reduce,
	"BatchNormalization": (*recognizer).batchNormalization, "LayerNormalization": (*recognizer).layerNormalization,
	"Pad": (*recognizer).pad, "Flatten": (*recognizer).flatten, "Reshape": (*recognizer).reshape, "Squeeze": (*recognizer).squeeze, "Unsqueeze": (*recognizer).squeeze,
	"Transpose": (*recognizer).transpose, "Identity": (*recognizer).identity, "Cast": (*recognizer).cast, "Dropout": (*recognizer).dropout,
	"Relu": (*recognizer).activation, "Sigmoid": (*recognizer).activation, "Tanh": (*recognizer).activation, "Exp": (*recognizer).activation,
	"Softplus": (*recognizer).activation, "Softsign": (*recognizer).activation, "Mish": (*recognizer).activation, "HardSwish": (*recognizer).activation,
	"LeakyRelu": (*recognizer).activation, "Elu": (*recognizer).activation, "Celu": (*recognizer).activation, "Selu": (*recognizer).activation,
	"Gelu": (*recognizer).activation, "HardSigmoid": (*recognizer).activation, "Swish": (*recognizer).activation, "Clip": (*recognizer).clip,
	"Softmax": (*recognizer).softmax, "LogSoftmax": (*recognizer).softmax,
}

func (r *recognizer) gemm(n *Node, p *parameters) error {
	if err := r.arity(n, 2, 3); err != nil {
		return err
	}
	p.mustFloat("alpha", 1)
	p.mustFloat("beta", 1)
	p.must("transA", 0)
	turned := p.integer("transB", 0) != 0
	if p.err != nil {
		return fmt.Errorf("%w: multiply the weights by alpha, the bias by beta", p.err)
	}
	if len(r.shape) != 1 {
		return fmt.Errorf("it multiplies samples of shape %v, which are no rows", r.shape)
	}
	d, err := r.dense(n, turned)
	if err != nil {
		return err
	}
	if bias, shape, err := r.floats(n, 2); err != nil {
		return err
	} else if bias != nil {
		if d.Bias = broadcast(bias, shape, d.Out, len(r.shape)); d.Bias == nil {
			return tensor.Unsupported("its bias has shape %v, Weft's one element for each of %d outputs", shape, d.Out)
		}
	}
	return r.append(d)
}

// dense makes a Dense layer of the second input of a product, and updates the layout.
func (r *recognizer) dense(n *Node, turned bool) (*Dense, error) {
	kernel, shape, err := r.floats(n, 1)
	if err != nil {
		return nil, err
	}
	in := r.channels()
	switch {
	case len(shape) != 2:
		return nil, tensor.Unsupported("its weights have shape %v, Weft's are a matrix", shape)
	case turned && shape[1] != in, !turned && shape[0] != in, len(kernel) == 0:
		return nil, fmt.Errorf("its weights have shape %v, which does not fit %d inputs", shape, in)
	}
	out := len(kernel) / in
	if turned {
		from := kernel
		kernel = make([]float32, len(from))
		for o := range out {
			for i := range in {
				kernel[i*out+o] = from[o*in+i]
			}
		}
	}
	d := &Dense{Name: n.name(), In: in, Out: out, Kernel: r.toChain(kernel)}
	r.flattened, r.fixed = nil, true
	r.shape = append(slices.Clone(r.shape[:len(r.shape)-1]), out)
	return d, nil
}

func (r *recognizer) matMul(n *Node, p *parameters) error {
	if err := r.arity(n, 2, 2); err != nil {
		return err
	}
	if r.channelsFirst {
		return tensor.Unsupported("it multiplies the columns of an image, Weft's Dense layer the channels")
	}
	d, err := r.dense(n, false)
	if err != nil {
		return err
	}
	return r.append(d)
}

// broadcast expands a constant that is added to rows of n elements: one element, n,
// or n after axes of size 1. It returns nil where the shape is another.
func broadcast(values []float32, shape []int, n, rank int) []float32 {
	switch {
	case len(shape) > rank+1:
		return nil
	case len(values) == 1:
		return slices.Repeat(values, n)
	case len(values) == n && shape[len(shape)-1] == n:
		return values
	}
	return nil
}

// operand returns the constant of an operator with two inputs, in the chain's
// order: one element, or one for each channel. first reports whether it is the first input.
func (r *recognizer) operand(n *Node) (values []float32, first bool, err error) {
	if len(n.Inputs) != 2 || n.Inputs[0] == n.Inputs[1] {
		return nil, false, errors.New("it needs two inputs, one of them constant")
	}
	first = n.Inputs[1] == r.head
	at := 1
	if first {
		at = 0
	}
	values, shape, err := r.floats(n, at)
	if err != nil {
		return nil, first, err
	}
	return r.perChannel(values, shape, first)
}

func (r *recognizer) addition(n *Node, p *parameters) error {
	v, _, err := r.operand(n)
	if err != nil {
		return err
	}
	width := len(v)
	if width == 1 {
		width = r.channels()
	}
	switch l := r.last().(type) {
	case *Dense:
		if l.Bias == nil {
			l.Bias = broadcast(v, []int{len(v)}, width, 1)
			return nil
		}
	case *Conv2D:
		if l.Bias == nil {
			l.Bias = broadcast(v, []int{len(v)}, width, 1)
			return nil
		}
	case *DepthwiseConv2D:
		if l.Bias == nil {
			l.Bias = broadcast(v, []int{len(v)}, width, 1)
			return nil
		}
	case *LayerNormalization:
		if l.Beta == nil && width == len(v) {
			l.Beta = v
			return nil
		}
	case *Affine:
		if l.Offset == nil {
			l.Offset = v
			return nil
		}
	}
	return r.append(&Affine{Name: n.name(), Offset: v})
}

func (r *recognizer) subtraction(n *Node, p *parameters) error {
	v, first, err := r.operand(n)
	if err != nil {
		return err
	}
	if first {
		return r.append(&Affine{Name: n.name(), Scale: []float32{-1}, Offset: v})
	}
	return r.append(&Affine{Name: n.name(), Mean: v})
}

func (r *recognizer) product(n *Node, p *parameters) error {
	v, _, err := r.operand(n)
	if err != nil {
		return err
	}
	return r.scale(n, v, false)
}

func (r *recognizer) quotient(n *Node, p *parameters) error {
	v, first, err := r.operand(n)
	if err != nil {
		return err
	}
	if first {
		return tensor.Unsupported("it divides a constant by what the layers before compute")
	}
	return r.scale(n, v, true)
}

func (r *recognizer) scale(n *Node, v []float32, divide bool) error {
	switch l := r.last().(type) {
	case *Affine:
		if l.Scale == nil && l.Offset == nil {
			l.Scale, l.Divide = v, divide
			return nil
		}
	case *LayerNormalization:
		if l.Gamma == nil && l.Beta == nil && !divide && len(v) == r.channels() {
			l.Gamma = v
			return nil
		}
	}
	return r.append(&Affine{Name: n.name(), Scale: v, Divide: divide})
}
