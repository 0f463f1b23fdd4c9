package onnx

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"

	"weft/nn/internal/tensor"
)

// classesKey is the entry of the metadata that holds Chain.Classes as JSON, since the
// graph itself has no place for them.
const classesKey = "classes"

// builder makes a graph of a chain.
type builder struct {
	g      Graph
	nodes  map[string]bool // names that are taken
	values map[string]bool
	output string
	head   string
	shape  []int // of a sample in the chain
	first  bool  // the graph has channels first: an image that a convolution made
}

// Build turns a chain into a model of IR 8 and opset 13, which every tool of the last
// years reads. Node names are the layers', made unique. Activations that are no
// operator of that opset become several nodes, which Recognize knows.
func Build(c *Chain) (*Model, error) {
	b := &builder{nodes: map[string]bool{}, values: map[string]bool{}, shape: slices.Clone(c.Input)}
	m := &Model{IR: buildIR, Opset: buildOpset, Producer: "weft", Metadata: map[string]string{}}
	if err := b.begin(c); err != nil {
		return nil, fmt.Errorf("onnx: %w", err)
	}
	for i, l := range c.Layers {
		if err := b.layer(l); err != nil {
			return nil, fmt.Errorf("onnx: layer %d, %q: %w", i, l.layerName(), err)
		}
	}
	if err := b.end(c); err != nil {
		return nil, fmt.Errorf("onnx: %w", err)
	}
	if c.Classes != nil {
		text, err := json.Marshal(c.Classes)
		if err != nil {
			return nil, fmt.Errorf("onnx: %w", err)
		}
		m.Metadata[classesKey] = string(text)
	}
	m.Graph = b.g
	return m, nil
}

func (b *builder) begin(c *Chain) error {
	if len(c.Input) == 0 || c.ChannelsFirst && len(c.Input) != 3 {
		return fmt.Errorf("a sample has shape %v", c.Input)
	}
	for _, d := range c.Input {
		if d < 1 {
			return fmt.Errorf("a sample has shape %v", c.Input)
		}
	}
	b.g.Name = cmp.Or(c.Name, "weft")
	b.first = c.ChannelsFirst
	b.head = unique(b.values, cmp.Or(c.InputName, "input"))
	b.output = unique(b.values, cmp.Or(c.OutputName, "output"))
	b.g.Inputs = []Value{{Name: b.head, Type: c.InputType, Shape: b.dims()}}
	if c.InputType != tensor.F32 {
		b.node("Cast", b.head+"/Cast", nil, Attribute{Name: "to", Kind: AttributeInt, Int: elementNumber(tensor.F32)})
	}
	return nil
}

// end makes the output: [1 − p, p] and the order of the axes that the chain asks for.
func (b *builder) end(c *Chain) error {
	if c.OutputChannelsFirst {
		if len(b.shape) != 3 {
			return fmt.Errorf("an output of shape %v has no channels first", b.shape)
		}
		b.channelsFirst()
	} else {
		b.channelsLast()
	}
	if c.TwoColumns {
		if !slices.Equal(b.shape, []int{1}) {
			return fmt.Errorf("an output of shape %v does not have two columns", b.shape)
		}
		p := b.head
		one := b.number(p+"/one", 1)
		b.head = one
		b.node("Sub", p+"/Sub", []string{p})
		b.node("Concat", p+"/Concat", []string{p}, Attribute{Name: "axis", Kind: AttributeInt, Int: 1})
		b.shape = []int{2}
	}
	if len(b.g.Nodes) == 0 {
		b.node("Identity", "identity", nil)
	}
	b.g.Nodes[len(b.g.Nodes)-1].Outputs[0] = b.output
	b.g.Outputs = []Value{{Name: b.output, Type: tensor.F32, Shape: b.dims()}}
	return nil
}

// dims is the shape of a batch in the graph.
func (b *builder) dims() []Dim {
	out := []Dim{{Size: -1, Name: "N"}}
	shape := b.shape
	if b.first {
		shape = []int{shape[2], shape[0], shape[1]}
	}
	for _, d := range shape {
		out = append(out, Dim{Size: d})
	}
	return out
}

// unique returns the name, or the name with a number where it was given before.
func unique(taken map[string]bool, name string) string {
	for i, base := 2, name; taken[name]; i++ {
		name = base + "_" + strconv.Itoa(i)
	}
	taken[name] = true
	return name
}

// node appends a node that reads the head, then other values, and is the new head.
func (b *builder) node(op, name string, others []string, attributes ...Attribute) {
	name = unique(b.nodes, cmp.Or(name, op))
	value := unique(b.values, name)
	b.g.Nodes = append(b.g.Nodes, Node{Name: name, Op: op, Inputs: append([]string{b.head}, others...), Outputs: []string{value}, Attributes: attributes})
	b.head = value
}

// floats adds a constant.
func (b *builder) floats(name string, shape []int, values []float32) string {
	name = unique(b.values, name)
	b.g.Initializers = append(b.g.Initializers, tensor.New(name, shape, values))
	return name
}

func (b *builder) number(name string, v float32) string {
	return b.floats(name, []int{}, []float32{v})
}

func (b *builder) integers(name string, values []int64) string {
	t := integersOf([]int{len(values)}, values)
	t.Name = unique(b.values, name)
	b.g.Initializers = append(b.g.Initializers, t)
	return t.Name
}

func integerAttribute(name string, v int64) Attribute {
	return Attribute{Name: name, Kind: AttributeInt, Int: v}
}

func floatAttribute(name string, v float32) Attribute {
	return Attribute{Name: name, Kind: AttributeFloat, Float: v}
}

func listAttribute(name string, v ...int) Attribute {
	a := Attribute{Name: name, Kind: AttributeInts}
	for _, n := range v {
		a.Ints = append(a.Ints, int64(n))
	}
	return a
}

// channelsFirst puts the channels of an image first in the graph.
func (b *builder) channelsFirst() {
	if !b.first {
		b.node("Transpose", b.head+"/channels first", nil, listAttribute("perm", 0, 3, 1, 2))
		b.first = true
	}
}

func (b *builder) channelsLast() {
	if b.first {
		b.node("Transpose", b.head+"/channels last", nil, listAttribute("perm", 0, 2, 3, 1))
		b.first = false
	}
}

var errImage = errors.New("it needs an image of rows × columns × channels")

func (b *builder) image() error {
	if len(b.shape) != 3 {
		return fmt.Errorf("%w, not %v", errImage, b.shape)
	}
	b.channelsFirst()
	return nil
}

// channels is the size of the last axis.
func (b *builder) channels() int { return b.shape[len(b.shape)-1] }

// layer appends the nodes of a layer.
func (b *builder) layer(l Layer) error {
	switch l := l.(type) {
	case *Dense:
		return b.dense(l)
	case *Conv2D:
		return b.conv(l)
	case *DepthwiseConv2D:
		return b.depthwise(l)
	case *Pool2D:
		return b.pool(l)
	case *GlobalPool2D:
		return b.globalPool(l)
	case *BatchNormalization:
		return b.batchNormalization(l)
	case *LayerNormalization:
		return b.layerNormalization(l)
	case *Affine:
		return b.affine(l)
	case *Activation:
		return b.activation(l)
	case *Dropout:
		b.node("Dropout", l.Name, []string{b.number(l.Name+"/ratio", l.Rate)})
		return nil
	case *Flatten:
		return b.flatten(l)
	case *Reshape:
		return b.reshape(l)
	case *ZeroPadding2D:
		return b.pad(l)
	}
	return fmt.Errorf("ONNX has no %T", l)
}

func (b *builder) dense(l *Dense) error {
	if l.In != b.channels() || len(l.Kernel) != l.In*l.Out || l.Bias != nil && len(l.Bias) != l.Out || l.Out < 1 {
		return fmt.Errorf("a kernel of %d×%d with %d weights and %d biases does not fit %v", l.In, l.Out, len(l.Kernel), len(l.Bias), b.shape)
	}
	b.channelsLast()
	kernel := b.floats(l.Name+"/kernel", []int{l.In, l.Out}, l.Kernel)
	switch {
	case l.Bias == nil:
		b.node("MatMul", l.Name, []string{kernel})
	case len(b.shape) == 1:
		b.node("Gemm", l.Name, []string{kernel, b.floats(l.Name+"/bias", []int{l.Out}, l.Bias)})
	default:
		b.node("MatMul", l.Name, []string{kernel})
		b.node("Add", l.Name+"/Add", []string{b.floats(l.Name+"/bias", []int{l.Out}, l.Bias)})
	}
	b.shape = append(slices.Clone(b.shape[:len(b.shape)-1]), l.Out)
	return nil
}

func (b *builder) flatten(l *Flatten) error {
	if n, ok := tensor.Elements(b.shape); ok {
		if b.first && !same([]int{b.shape[2], b.shape[0], b.shape[1]}) {
			b.channelsLast()
		}
		b.first, b.shape = false, []int{n}
		b.node("Flatten", l.Name, nil, integerAttribute("axis", 1))
		return nil
	}
	return fmt.Errorf("a sample of shape %v is too large", b.shape)
}

func (b *builder) reshape(l *Reshape) error {
	n, _ := tensor.Elements(b.shape)
	if k, ok := tensor.Elements(l.Shape); !ok || k != n || len(l.Shape) == 0 {
		return fmt.Errorf("%v elements do not have shape %v", b.shape, l.Shape)
	}
	b.channelsLast()
	to := []int64{-1}
	for _, d := range l.Shape {
		to = append(to, int64(d))
	}
	b.node("Reshape", l.Name, []string{b.integers(l.Name+"/shape", to)})
	b.shape = slices.Clone(l.Shape)
	return nil
}

// vector adds a constant with one element for each channel, in the shape that the
// graph's axes need.
func (b *builder) vector(name string, v []float32) (string, error) {
	switch {
	case len(v) == 1:
		return b.number(name, v[0]), nil
	case len(v) != b.channels():
		return "", fmt.Errorf("%d numbers for %d channels", len(v), b.channels())
	case b.first:
		return b.floats(name, []int{len(v), 1, 1}, v), nil
	}
	return b.floats(name, []int{len(v)}, v), nil
}

func (b *builder) affine(l *Affine) error {
	scale := "Mul"
	if l.Divide {
		scale = "Div"
	}
	name := l.Name // of the first node, so that it stays the layer's
	for _, part := range []struct {
		op, name string
		v        []float32
	}{{"Sub", "mean", l.Mean}, {scale, "scale", l.Scale}, {"Add", "offset", l.Offset}} {
		if part.v == nil {
			continue
		}
		v, err := b.vector(l.Name+"/"+part.name, part.v)
		if err != nil {
			return err
		}
		b.node(part.op, name, []string{v})
		name = l.Name + "/more"
	}
	return nil
}

func (b *builder) layerNormalization(l *LayerNormalization) error {
	b.channelsLast()
	x, axis := b.head, listAttribute("axes", len(b.shape))
	b.node("ReduceMean", l.Name+"/mean", nil, axis)
	mean := b.head
	b.head = x
	b.node("Sub", l.Name+"/Sub", []string{mean})
	centered := b.head
	b.node("Mul", l.Name+"/square", []string{centered})
	b.node("ReduceMean", l.Name+"/variance", nil, axis)
	b.node("Add", l.Name+"/Add", []string{b.number(l.Name+"/epsilon", l.Epsilon)})
	b.node("Sqrt", l.Name+"/Sqrt", nil)
	root := b.head
	b.head = centered
	b.node("Div", l.Name, []string{root})
	for _, part := range []struct {
		op, name string
		v        []float32
	}{{"Mul", "gamma", l.Gamma}, {"Add", "beta", l.Beta}} {
		if part.v == nil {
			continue
		}
		if len(part.v) != b.channels() {
			return fmt.Errorf("%s has %d numbers for %d channels", part.name, len(part.v), b.channels())
		}
		b.node(part.op, l.Name+"/"+part.name+" "+part.op, []string{b.floats(l.Name+"/"+part.name, []int{len(part.v)}, part.v)})
	}
	return nil
}

func (b *builder) activation(l *Activation) error {
	for op, f := range functions {
		if f != l.Function || op == "Mish" || op == "HardSwish" || op == "Gelu" || op == "Swish" {
			continue // these came with later opsets
		}
		var attributes []Attribute
		switch l.Function {
		case LeakyReLU, ELU, CELU:
			attributes = []Attribute{floatAttribute("alpha", l.Alpha)}
		case HardSigmoid:
			attributes = []Attribute{floatAttribute("alpha", l.Alpha), floatAttribute("beta", l.Beta)}
		case Softmax, LogSoftmax:
			axis := int64(len(b.shape))
			if b.first {
				axis = 1
			}
			attributes = []Attribute{integerAttribute("axis", axis)}
		}
		b.node(op, l.Name, nil, attributes...)
		return nil
	}
	x, step := b.head, func(op, part string, others ...string) { b.node(op, l.Name+"/"+part, others) }
	number := func(name string, v float32) string { return b.number(l.Name+"/"+name, v) }
	switch l.Function {
	case ReLU6:
		b.node("Clip", l.Name, []string{number("min", 0), number("max", 6)})
	case SiLU:
		step("Sigmoid", "Sigmoid")
		b.node("Mul", l.Name, []string{x})
	case HardSiLU:
		b.node("HardSigmoid", l.Name+"/HardSigmoid", nil, floatAttribute("alpha", 1./6), floatAttribute("beta", 0.5))
		b.node("Mul", l.Name, []string{x})
	case Mish:
		step("Softplus", "Softplus")
		step("Tanh", "Tanh")
		b.node("Mul", l.Name, []string{x})
	case GELU:
		step("Div", "Div", number("root", math.Sqrt2))
		step("Erf", "Erf")
		step("Add", "Add", number("one", 1))
		step("Mul", "Mul", x)
		b.node("Mul", l.Name, []string{number("half", 0.5)})
	case GELUTanh:
		step("Mul", "square", x)
		step("Mul", "cube", x)
		step("Mul", "part", number("0.044715", 0.044715))
		step("Add", "sum", x)
		step("Mul", "Mul", number("root", 0.7978845608)) // √(2/π)
		step("Tanh", "Tanh")
		step("Add", "Add", number("one", 1))
		step("Mul", "product", x)
		b.node("Mul", l.Name, []string{number("half", 0.5)})
	default:
		return fmt.Errorf("ONNX has no activation %q", l.Function)
	}
	return nil
}
