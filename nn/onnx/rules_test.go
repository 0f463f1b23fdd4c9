package onnx

import (
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"weft/nn/internal/tensor"
)

// small makes a model of nodes that read "x", of the given shape, and make "y".
func small(opset int64, shape []int, constants []Tensor, nodes ...Node) *Model {
	dims := []Dim{{Size: -1, Name: "N"}}
	for _, d := range shape {
		dims = append(dims, Dim{Size: d})
	}
	return &Model{IR: 8, Opset: opset, Graph: Graph{Name: "g", Nodes: nodes, Initializers: constants, Inputs: []Value{{Name: "x", Shape: dims}}, Outputs: []Value{{Name: "y"}}}}
}

func node(op string, inputs []string, output string, attributes ...Attribute) Node {
	return Node{Op: op, Inputs: inputs, Outputs: []string{output}, Attributes: attributes}
}

func in(names ...string) []string { return names }

func numbers(name string, shape ...int) Tensor {
	n, _ := tensor.Elements(shape)
	return tensor.New(name, shape, randoms(rand.New(rand.NewPCG(1, uint64(n))), n, false))
}

func integers(name string, v ...int64) Tensor {
	t := integersOf([]int{len(v)}, v)
	t.Name = name
	return t
}

func text(name, v string) Attribute { return Attribute{Name: name, Kind: AttributeString, String: v} }

// What a chain cannot say is refused, and the error says what.
func TestRefusedGraphs(t *testing.T) {
	row, image := []int{4}, []int{2, 6, 6}
	w, c := numbers("w", 4, 3), numbers("c", 2, 2, 3, 3)
	for name, g := range map[string]struct {
		m    *Model
		text string
	}{
		"two inputs":       {twoInputs(), "has 2 inputs"},
		"open dimension":   {small(13, []int{-1, 3}, nil, node("Relu", in("x"), "y")), "dimension 1"},
		"transA":           {small(13, row, []Tensor{w}, node("Gemm", in("x", "w"), "y", integerAttribute("transA", 1))), "transA is 1"},
		"beta":             {small(13, row, []Tensor{w}, node("Gemm", in("x", "w"), "y", floatAttribute("beta", 2))), "beta is 2"},
		"attribute":        {small(13, row, []Tensor{w}, node("Gemm", in("x", "w"), "y", integerAttribute("gamma", 1))), `attribute "gamma"`},
		"attribute type":   {small(13, row, []Tensor{w}, node("Gemm", in("x", "w"), "y", integerAttribute("alpha", 1))), "another type"},
		"weights first":    {small(13, row, []Tensor{numbers("w", 3, 4)}, node("MatMul", in("w", "x"), "y")), "must be its first input"},
		"weights missing":  {small(13, row, nil, node("MatMul", in("x", "x"), "y")), "must be its first input"},
		"wrong size":       {small(13, []int{5}, []Tensor{w}, node("MatMul", in("x", "w"), "y")), "does not fit 5 inputs"},
		"rank":             {small(13, row, []Tensor{numbers("w", 1, 4, 3)}, node("MatMul", in("x", "w"), "y")), "are a matrix"},
		"bias":             {small(13, row, []Tensor{w, numbers("b", 2, 3)}, node("Gemm", in("x", "w", "b"), "y")), "bias has shape"},
		"constants":        {small(13, row, []Tensor{numbers("v", 2)}, node("Mul", in("x", "v"), "y")), "constant has shape"},
		"division":         {small(13, row, []Tensor{numbers("v", 1)}, node("Div", in("v", "x"), "y")), "divides a constant"},
		"square":           {small(13, row, nil, node("Mul", in("x", "x"), "y")), "two inputs"},
		"softmax":          {small(13, row, nil, node("Softmax", in("x"), "y", integerAttribute("axis", 0))), "over the samples"},
		"old softmax":      {small(11, []int{2, 3}, nil, node("Softmax", in("x"), "y")), "axis 1"},
		"flatten":          {small(13, image, nil, node("Flatten", in("x"), "y", integerAttribute("axis", 2))), "axis is 2"},
		"samples mixed":    {small(13, image, []Tensor{integers("s", 36, 2)}, node("Reshape", in("x", "s"), "y")), "keeps samples apart"},
		"no batch":         {small(13, image, []Tensor{integers("s", -1)}, node("Reshape", in("x", "s"), "y")), "must stay the batch"},
		"two free":         {small(13, image, []Tensor{integers("s", -1, -1, 2)}, node("Reshape", in("x", "s"), "y")), "keeps samples apart"},
		"allowzero":        {small(14, image, []Tensor{integers("s", 0, 72)}, node("Reshape", in("x", "s"), "y", integerAttribute("allowzero", 1))), "keeps samples apart"},
		"squeeze":          {small(13, []int{1, 4}, []Tensor{integers("a", 0)}, node("Squeeze", in("x", "a"), "y")), "axis of the batch"},
		"squeeze 4":        {small(13, []int{1, 4}, []Tensor{integers("a", 2)}, node("Squeeze", in("x", "a"), "y")), "cannot be squeezed"},
		"squeeze all":      {small(13, row, nil, node("Squeeze", in("x"), "y")), "names no axes"},
		"cast":             {small(13, row, nil, node("Cast", in("x"), "y", integerAttribute("to", 7))), "casts to int64"},
		"clip":             {small(6, row, nil, node("Clip", in("x"), "y", floatAttribute("min", -1), floatAttribute("max", 1))), "clips to -1"},
		"selu":             {small(13, row, nil, node("Selu", in("x"), "y", floatAttribute("alpha", 1))), "alpha is 1"},
		"swish":            {small(24, row, nil, node("Swish", in("x"), "y", floatAttribute("alpha", 2))), "alpha is 2"},
		"gelu":             {small(20, row, nil, node("Gelu", in("x"), "y", text("approximate", "erf"))), "approximate"},
		"dropout":          {small(7, row, nil, node("Dropout", in("x"), "y", floatAttribute("ratio", 1))), "ratio is 1"},
		"pool of a row":    {small(13, row, nil, node("MaxPool", in("x"), "y", listAttribute("kernel_shape", 2, 2))), "images with channels"},
		"pool dilations":   {small(13, image, nil, node("MaxPool", in("x"), "y", listAttribute("kernel_shape", 2, 2), listAttribute("dilations", 2, 1))), "dilations"},
		"pool 3D":          {small(13, image, nil, node("MaxPool", in("x"), "y", listAttribute("kernel_shape", 2, 2, 2))), "rows and columns"},
		"pool pads":        {small(13, image, nil, node("MaxPool", in("x"), "y", listAttribute("kernel_shape", 2, 2), listAttribute("pads", 2, 0, 0, 0))), "without a pixel"},
		"pool large":       {small(13, image, nil, node("MaxPool", in("x"), "y", listAttribute("kernel_shape", 7, 2))), "larger than the image"},
		"pool size":        {small(13, image, nil, node("MaxPool", in("x"), "y")), "no kernel_shape"},
		"pool indices":     {small(13, image, nil, Node{Op: "MaxPool", Inputs: in("x"), Outputs: in("p", "y"), Attributes: []Attribute{listAttribute("kernel_shape", 2, 2)}}), `output "y" is used`},
		"conv kernel":      {small(13, image, []Tensor{c}, node("Conv", in("x", "c"), "y", listAttribute("kernel_shape", 2, 3))), "kernel_shape is"},
		"conv channels":    {small(13, []int{3, 6, 6}, []Tensor{c}, node("Conv", in("x", "c"), "y")), "does not fit 3 channels"},
		"conv bias":        {small(13, image, []Tensor{c, numbers("b", 3)}, node("Conv", in("x", "c", "b"), "y")), "bias has shape"},
		"conv auto":        {small(13, image, []Tensor{c}, node("Conv", in("x", "c"), "y", text("auto_pad", "FULL"))), "auto_pad"},
		"conv stride":      {small(13, image, []Tensor{c}, node("Conv", in("x", "c"), "y", listAttribute("strides", 0, 1))), "strides is"},
		"bn training":      {small(14, row, bn(4), node("BatchNormalization", in("x", "g", "b", "m", "v"), "y", integerAttribute("training_mode", 1))), "training_mode"},
		"bn size":          {small(14, row, bn(3), node("BatchNormalization", in("x", "g", "b", "m", "v"), "y")), "not one element"},
		"bn matrix":        {small(14, []int{2, 4}, bn(4), node("BatchNormalization", in("x", "g", "b", "m", "v"), "y")), "rows and images"},
		"ln axis":          {small(17, []int{2, 4}, []Tensor{numbers("g", 2, 4)}, node("LayerNormalization", in("x", "g"), "y", integerAttribute("axis", 1))), "over axis 1"},
		"pad mode":         {small(13, image, []Tensor{integers("p", 0, 0, 1, 1, 0, 0, 1, 1)}, node("Pad", in("x", "p"), "y", text("mode", "reflect"))), "mode is"},
		"pad value":        {small(13, image, []Tensor{integers("p", 0, 0, 1, 1, 0, 0, 1, 1), numbers("v")}, node("Pad", in("x", "p", "v"), "y")), "pads with"},
		"pad channels":     {small(13, image, []Tensor{integers("p", 0, 1, 0, 1, 0, 0, 0, 0)}, node("Pad", in("x", "p"), "y")), "rows and columns"},
		"negative pads":    {small(13, image, []Tensor{integers("p", 0, 0, -1, 0, 0, 0, 0, 0)}, node("Pad", in("x", "p"), "y")), "pads are"},
		"mean":             {small(13, image, nil, node("ReduceMean", in("x"), "y", listAttribute("axes", 1))), "reduces axes"},
		"other output":     {small(13, row, nil, node("Relu", in("x"), "z"), node("Relu", in("z"), "y"), node("Shape", in("y"), "unused"), node("Relu", in("x"), "more")), "no layer that Weft knows"},
		"output goes on":   {small(13, row, nil, node("Relu", in("x"), "y"), node("Relu", in("y"), "z")), "one output"},
		"unused constants": {small(13, row, []Tensor{w}, node("Relu", in("x"), "y"), node("Relu", in("w"), "z")), "constant folding"},
		"domain":           {small(13, row, nil, Node{Op: "Relu", Domain: "com.other", Inputs: in("x"), Outputs: in("y")}), "no layer"},
		"tied":             {small(13, []int{100}, []Tensor{numbers("w", 100, 100)}, tied(20)...), "nodes use too"},
		"after two columns": {small(13, []int{1}, []Tensor{tensor.New("one", []int{}, []float32{1})}, node("Sub", in("one", "x"), "q"),
			node("Concat", in("q", "x"), "z", integerAttribute("axis", 1)), node("Relu", in("z"), "y")), "columns 1 − p and p"},
	} {
		_, err := Recognize(g.m)
		require.ErrorContains(t, err, g.text, name)
	}
}

func twoInputs() *Model {
	m := small(13, []int{4}, nil, node("Relu", in("x"), "y"))
	m.Graph.Inputs = append(m.Graph.Inputs, Value{Name: "z", Shape: m.Graph.Inputs[0].Shape})
	return m
}

func bn(n int) []Tensor {
	return []Tensor{numbers("g", n), numbers("b", n), numbers("m", n), numbers("v", n)}
}

// tied are products with the same weights, again and again.
func tied(n int) (nodes []Node) {
	from := "x"
	for i := range n {
		to := "y"
		if i < n-1 {
			to = "v" + string(rune('a'+i))
		}
		nodes = append(nodes, node("MatMul", in(from, "w"), to))
		from = to
	}
	return nodes
}

// What exporters write in other ways than the files of the tests.
func TestAcceptedGraphs(t *testing.T) {
	row, image := []int{4}, []int{2, 6, 6}
	w, c := numbers("w", 4, 3), numbers("c", 2, 2, 3, 3)
	for name, g := range map[string]struct {
		m    *Model
		want []string // the layers' types
	}{
		"bias of one number":    {small(13, row, []Tensor{w, numbers("b", 1)}, node("Gemm", in("x", "w", "b"), "y")), []string{"Dense"}},
		"transB":                {small(13, row, []Tensor{numbers("w", 3, 4)}, node("Gemm", in("x", "w"), "y", integerAttribute("transB", 1))), []string{"Dense"}},
		"matrix samples":        {small(13, []int{2, 4}, []Tensor{w}, node("MatMul", in("x", "w"), "y")), []string{"Dense"}},
		"constant node":         {small(13, row, nil, Node{Op: "Constant", Outputs: in("w"), Attributes: []Attribute{{Name: "value", Kind: AttributeTensor, Tensor: &w}}}, node("MatMul", in("x", "w"), "y")), []string{"Dense"}},
		"transposed weights":    {small(13, row, []Tensor{numbers("v", 3, 4)}, node("Transpose", in("v"), "w"), node("MatMul", in("x", "w"), "y")), []string{"Dense"}},
		"conv and bias":         {small(13, image, []Tensor{c, numbers("b", 1, 2, 1, 1)}, node("Conv", in("x", "c"), "z"), node("Add", in("z", "b"), "y")), []string{"Conv2D"}},
		"bias first":            {small(13, row, []Tensor{w, numbers("b", 1, 3)}, node("MatMul", in("x", "w"), "z"), node("Add", in("b", "z"), "y")), []string{"Dense"}},
		"one minus":             {small(13, row, []Tensor{numbers("v", 1)}, node("Sub", in("v", "x"), "y")), []string{"Affine"}},
		"relu by clip":          {small(13, row, []Tensor{tensor.New("v", []int{}, []float32{0})}, node("Clip", in("x", "v"), "y")), []string{"Activation"}},
		"old dropout":           {small(7, row, nil, node("Dropout", in("x"), "y", floatAttribute("ratio", 0.3))), []string{"Dropout"}},
		"no dropout":            {small(7, row, nil, node("Dropout", in("x"), "y", floatAttribute("ratio", 0))), nil},
		"old pads":              {small(7, image, nil, node("Pad", in("x"), "y", listAttribute("pads", 0, 0, 1, 1, 0, 0, 1, 1))), []string{"ZeroPadding2D"}},
		"no pads":               {small(13, image, []Tensor{integers("p", 0, 0, 0, 0, 0, 0, 0, 0)}, node("Pad", in("x", "p"), "y")), nil},
		"columns, last":         {small(13, image, []Tensor{integers("p", 0, 0, 1, 0, 0, 0, 0, 0), numbers("d", 6, 3)}, node("Pad", in("x", "p"), "z"), node("MatMul", in("z", "d"), "y")), []string{"ZeroPadding2D", "Dense"}},
		"old squeeze":           {small(11, []int{1, 4}, nil, node("Squeeze", in("x"), "y", listAttribute("axes", 1))), []string{"Flatten"}},
		"unsqueeze":             {small(13, row, []Tensor{integers("a", -1)}, node("Unsqueeze", in("x", "a"), "y")), []string{"Reshape"}},
		"same lower":            {small(13, image, []Tensor{c}, node("Conv", in("x", "c"), "y", text("auto_pad", "SAME_LOWER"), listAttribute("strides", 2, 2))), []string{"Conv2D"}},
		"valid":                 {small(13, image, []Tensor{c}, node("Conv", in("x", "c"), "y", text("auto_pad", "VALID"))), []string{"Conv2D"}},
		"ceil without effect":   {small(13, image, nil, node("MaxPool", in("x"), "y", listAttribute("kernel_shape", 2, 2), listAttribute("strides", 2, 2), integerAttribute("ceil_mode", 1))), []string{"Pool2D"}},
		"mean of channels last": {small(13, image, nil, node("ReduceMean", in("x"), "y", listAttribute("axes", 1, 2), integerAttribute("keepdims", 0))), []string{"GlobalPool2D"}},
		"pool and squeeze":      {small(13, image, []Tensor{integers("a", 2, 3)}, node("GlobalAveragePool", in("x"), "z"), node("Squeeze", in("z", "a"), "y")), []string{"GlobalPool2D"}},
		"softmax of channels":   {small(13, image, []Tensor{c}, node("Softmax", in("x"), "z", integerAttribute("axis", 1)), node("Conv", in("z", "c"), "y")), []string{"Activation", "Conv2D"}},
		"back to an image": {small(13, image, []Tensor{c, integers("s", -1, 2, 4, 4)}, node("Conv", in("x", "c"), "z"), node("Flatten", in("z"), "f"),
			node("Reshape", in("f", "s"), "i"), node("GlobalMaxPool", in("i"), "y")), []string{"Conv2D", "Flatten", "Reshape", "GlobalPool2D"}},
		"mean, scale, offset": {small(13, row, []Tensor{numbers("m", 4), numbers("s", 1), numbers("o", 1, 4)}, node("Sub", in("x", "m"), "a"), node("Div", in("a", "s"), "b"), node("Add", in("b", "o"), "y")), []string{"Affine"}},
		"offset, then scale":  {small(13, row, []Tensor{numbers("m", 4), numbers("s", 1)}, node("Add", in("x", "m"), "a"), node("Mul", in("a", "s"), "y")), []string{"Affine", "Affine"}},
	} {
		chain, err := Recognize(g.m)
		require.NoError(t, err, name)
		var got []string
		for _, l := range chain.Layers {
			got = append(got, typeName(l))
		}
		require.Equal(t, g.want, got, name)
		n, _ := tensor.Elements(chain.Input)
		require.NotEmpty(t, evaluate(chain, make([]float64, n)), name) // checks the shape of the output
		sameChain(t, chain, throughFile(t, chain), rand.New(rand.NewPCG(2, 3)))
	}
}

func typeName(l Layer) string {
	switch l.(type) {
	case *Dense:
		return "Dense"
	case *Conv2D:
		return "Conv2D"
	case *Pool2D:
		return "Pool2D"
	case *GlobalPool2D:
		return "GlobalPool2D"
	case *Affine:
		return "Affine"
	case *Activation:
		return "Activation"
	case *Dropout:
		return "Dropout"
	case *Flatten:
		return "Flatten"
	case *Reshape:
		return "Reshape"
	case *ZeroPadding2D:
		return "ZeroPadding2D"
	}
	return "?"
}

// Pads of SAME in both spellings: 6 pixels, a window of 3, stride 2 need one pad.
func TestAutoPads(t *testing.T) {
	for how, want := range map[string][4]int{"SAME_UPPER": {0, 0, 1, 1}, "SAME_LOWER": {1, 1, 0, 0}, "VALID": {}} {
		w := window{rows: 3, columns: 3, strides: [2]int{2, 2}, dilations: [2]int{1, 1}}
		require.NoError(t, w.auto(how, []int{6, 6}))
		require.Equal(t, want, w.pads, how)
	}
}

func TestUnsupportedIsNotDamaged(t *testing.T) {
	_, err := Recognize(small(13, []int{4}, nil, node("Erf", in("x"), "y")))
	require.ErrorIs(t, err, errors.ErrUnsupported)
	_, err = Recognize(small(13, []int{4}, nil, node("Relu", in("z"), "y")))
	require.Error(t, err)
	require.NotErrorIs(t, err, errors.ErrUnsupported)
}
