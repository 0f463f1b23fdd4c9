package onnx

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"weft/nn/internal/interop"
	"weft/nn/internal/tensor"
)

// randoms are n numbers from −1 to 1; positive ones are from ½ to 1½.
func randoms(r *rand.Rand, n int, positive bool) []float32 {
	out := make([]float32, n)
	for i := range out {
		out[i] = 2*r.Float32() - 1
		if positive {
			out[i] = r.Float32() + 0.5
		}
	}
	return out
}

// sameChain compares the layers of two chains and what they compute.
func sameChain(t *testing.T, want, got *Chain, r *rand.Rand) {
	n, _ := tensor.Elements(want.Input)
	sample := make([]float64, n)
	for i := range sample {
		sample[i] = 2*r.Float64() - 1
	}
	a, b := evaluate(want, sample), evaluate(got, sample)
	require.Len(t, b, len(a))
	for i := range a {
		require.InDelta(t, a[i], b[i], 1e-9*max(1, math.Abs(a[i])))
	}
}

// throughFile builds, writes, reads and recognizes.
func throughFile(t *testing.T, c *Chain) *Chain {
	m, err := Build(c)
	require.NoError(t, err)
	var out, again bytes.Buffer
	require.NoError(t, Write(&out, m))
	m, err = Build(c)
	require.NoError(t, err)
	require.NoError(t, Write(&again, m))
	require.Equal(t, out.Bytes(), again.Bytes())
	got, err := readChain(out.Bytes())
	require.NoError(t, err)
	return got
}

// everyLayer is a chain with all layers and functions.
func everyLayer(r *rand.Rand) *Chain {
	one, two := [2]int{1, 1}, [2]int{2, 2}
	c := &Chain{Name: "패션 MNIST 모델", Input: []int{9, 8, 3}, InputName: "픽셀", OutputName: "확률", InputType: tensor.U8, Classes: []string{"가", "b", "c", "d"}}
	c.Layers = []Layer{
		&Affine{Name: "1/255", Scale: []float32{255}, Divide: true},
		&Affine{Name: "normalization", Mean: randoms(r, 3, false), Scale: randoms(r, 3, true), Offset: randoms(r, 1, false)},
		&ZeroPadding2D{Name: "padding", Pads: [4]int{1, 0, 2, 1}},
		&Conv2D{Name: "conv", Rows: 3, Columns: 2, In: 3, Out: 4, Kernel: randoms(r, 3*2*3*4, false), Bias: randoms(r, 4, false), Strides: one, Dilations: two, Pads: [4]int{1, 1, 0, 2}},
		&BatchNormalization{Name: "bn", Gamma: randoms(r, 4, true), Beta: randoms(r, 4, false), Mean: randoms(r, 4, false), Variance: randoms(r, 4, true), Epsilon: 1e-3, Momentum: 0.99},
		&Activation{Name: "silu", Function: SiLU},
		&DepthwiseConv2D{Name: "depthwise", Rows: 2, Columns: 2, In: 4, Multiplier: 2, Kernel: randoms(r, 2*2*4*2, false), Strides: one, Dilations: one},
		&Pool2D{Name: "max", Max: true, Rows: 2, Columns: 2, Strides: one, Pads: [4]int{1, 1, 0, 0}},
		&Pool2D{Name: "average", Rows: 2, Columns: 3, Strides: two, Pads: [4]int{0, 1, 1, 1}, CountPads: true},
		&LayerNormalization{Name: "ln on images", Gamma: randoms(r, 8, true), Beta: randoms(r, 8, false), Epsilon: 1e-3},
		&Conv2D{Name: "1x1", Rows: 1, Columns: 1, In: 8, Out: 5, Kernel: randoms(r, 40, false), Strides: one, Dilations: one},
		&Activation{Name: "softmax of channels", Function: Softmax},
		&Dense{Name: "dense on images", In: 5, Out: 3, Kernel: randoms(r, 15, false), Bias: randoms(r, 3, false)},
		&Dropout{Name: "dropout", Rate: 0.25},
		&Flatten{Name: "flatten"},
		&Dense{Name: "hidden", In: 60, Out: 6, Kernel: randoms(r, 60*6, false)},
		&LayerNormalization{Name: "ln", Epsilon: 1e-5},
		&Reshape{Name: "reshape", Shape: []int{3, 1, 2}},
		&GlobalPool2D{Name: "global", Max: true},
	}
	for i, f := range []Function{ReLU, ReLU6, LeakyReLU, ELU, SELU, CELU, GELU, GELUTanh, Mish, Sigmoid, HardSigmoid, HardSiLU, Tanh, Softplus, Softsign, Exponential} {
		a := &Activation{Name: string(f), Function: f}
		switch f {
		case LeakyReLU, ELU, CELU:
			a.Alpha = 0.5
		case HardSigmoid:
			a.Alpha, a.Beta = 0.25, 0.5
		}
		c.Layers = append(c.Layers, &Dense{Name: fmt.Sprint("dense ", i), In: 2, Out: 2, Kernel: randoms(r, 4, false), Bias: randoms(r, 2, false)}, a)
	}
	c.Layers = append(c.Layers, &Dense{Name: "확률", In: 2, Out: 4, Kernel: randoms(r, 8, false), Bias: randoms(r, 4, false)}, &Activation{Name: "log softmax", Function: LogSoftmax})
	c.Output = []int{4}
	return c
}

func TestEveryLayer(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	c := everyLayer(r)
	got := throughFile(t, c)
	sameChain(t, c, got, r)
	require.Equal(t, c, got)
}

// Layouts of input and output, and scikit-learn's two columns.
func TestLayouts(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	conv := &Conv2D{Name: "conv", Rows: 2, Columns: 2, In: 2, Out: 3, Kernel: randoms(r, 24, false), Bias: randoms(r, 3, false), Strides: [2]int{1, 1}, Dilations: [2]int{1, 1}}
	for _, first := range []bool{false, true} {
		for _, last := range []bool{false, true} {
			c := &Chain{Name: "c", Input: []int{4, 5, 2}, InputName: "x", ChannelsFirst: first, Layers: []Layer{conv}, Output: []int{3, 4, 3}, OutputName: "y", OutputChannelsFirst: last}
			got := throughFile(t, c)
			sameChain(t, c, got, r)
			require.Equal(t, c, got)
		}
	}
	c := &Chain{Name: "binary", Input: []int{2}, InputName: "x", OutputName: "y", Output: []int{1}, TwoColumns: true, Classes: []string{"no", "yes"}, Layers: []Layer{
		&Dense{Name: "dense", In: 2, Out: 1, Kernel: []float32{1, 2}, Bias: []float32{3}}, &Activation{Name: "p", Function: Sigmoid},
	}}
	got := throughFile(t, c)
	sameChain(t, c, got, r)
	require.Equal(t, c, got)
	empty := &Chain{Name: "nothing", Input: []int{2, 3}, InputName: "x", OutputName: "y", Output: []int{2, 3}, Layers: []Layer{}}
	require.Equal(t, empty, throughFile(t, empty))
}

// randomChain is a chain of up to ten layers that fit each other.
func randomChain(r *rand.Rand) *Chain {
	c := &Chain{Input: []int{1 + r.IntN(6), 1 + r.IntN(6), 1 + r.IntN(4)}, InputName: "x", ChannelsFirst: r.IntN(2) == 0, OutputName: "y"}
	if r.IntN(4) == 0 {
		c.Input, c.ChannelsFirst = []int{1 + r.IntN(20)}, false
	}
	shape := c.Input
	names := []string{"", "a", "b", "layer/kernel", "x", "y", "output", "은닉층"}
	for range r.IntN(10) {
		name := names[r.IntN(len(names))]
		channels := shape[len(shape)-1]
		n, _ := tensor.Elements(shape)
		var l Layer
		switch k := r.IntN(12); {
		case k == 0:
			out := 1 + r.IntN(5)
			d := &Dense{Name: name, In: channels, Out: out, Kernel: randoms(r, channels*out, false)}
			if r.IntN(2) == 0 {
				d.Bias = randoms(r, out, false)
			}
			l = d
		case k == 1:
			l = &Affine{Name: name, Mean: randoms(r, 1, false), Scale: randoms(r, channels, true), Divide: r.IntN(2) == 0}
		case k == 2:
			l = &Affine{Name: name, Offset: randoms(r, channels, false)}
		case k == 3:
			l = &Activation{Name: name, Function: []Function{ReLU, Tanh, SiLU, GELU, Mish, HardSiLU, GELUTanh, Softsign, Softmax}[r.IntN(9)]}
		case k == 4:
			l = &LayerNormalization{Name: name, Epsilon: 1e-3, Gamma: randoms(r, channels, true)}
		case k == 5:
			l = &Flatten{Name: name}
		case k == 6:
			l = &Reshape{Name: name, Shape: [][]int{{n}, {1, 1, n}, {n, 1, 1}, {1, n, 1}, {1, n}}[r.IntN(5)]}
		case k == 7 && len(shape) != 2:
			l = &BatchNormalization{Name: name, Gamma: randoms(r, channels, true), Beta: randoms(r, channels, false), Mean: randoms(r, channels, false), Variance: randoms(r, channels, true), Epsilon: 1e-3, Momentum: 0.9}
		case len(shape) != 3:
			continue
		case k == 8:
			out, rows, columns := 1+r.IntN(3), 1+r.IntN(min(3, shape[0])), 1+r.IntN(min(3, shape[1]))
			l = &Conv2D{Name: name, Rows: rows, Columns: columns, In: channels, Out: out, Kernel: randoms(r, rows*columns*channels*out, false), Strides: [2]int{1 + r.IntN(2), 1 + r.IntN(2)}, Dilations: [2]int{1, 1}, Pads: [4]int{r.IntN(2), r.IntN(2), r.IntN(2), r.IntN(2)}}
		case k == 9:
			l = &Pool2D{Name: name, Max: r.IntN(2) == 0, Rows: 1, Columns: 1 + r.IntN(min(3, shape[1])), Strides: [2]int{1, 2}}
		case k == 10:
			l = &GlobalPool2D{Name: name, Max: r.IntN(2) == 0, KeepDims: r.IntN(2) == 0}
		default:
			l = &ZeroPadding2D{Name: name, Pads: [4]int{r.IntN(3), r.IntN(3), r.IntN(3), r.IntN(3)}}
		}
		c.Layers = append(c.Layers, l)
		size, _ := tensor.Elements(shape)
		shape, _ = step(l, shape, make([]float64, size))
	}
	c.Output = slices.Clone(shape)
	c.OutputChannelsFirst = len(shape) == 3 && r.IntN(2) == 0
	return c
}

func TestRandomChains(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	n := 3000
	if testing.Short() {
		n = 300
	}
	for range n {
		c := randomChain(r)
		got := throughFile(t, c)
		require.Equal(t, c.InputName, got.InputName)
		sameChain(t, c, got, r)
	}
}

// The real models become files of opset 13 that compute the same.
func TestRealModelsThroughBuild(t *testing.T) {
	more, _ := interop.More(t, "more_onnx.json")
	r := rand.New(rand.NewPCG(9, 10))
	for _, f := range append(interop.Files(t, "onnx"), more...) {
		c, err := readChain(f.Data)
		if err != nil {
			continue
		}
		got := throughFile(t, c)
		sameChain(t, c, got, r)
		require.Equal(t, c.Classes, got.Classes, f.Name)
	}
}

// Files for .ci/interop: all layers, and 200 random chains, with what they compute.
func TestWriteForRealTools(t *testing.T) {
	dir := interop.Out(t)
	r := rand.New(rand.NewPCG(11, 12))
	chains := []*Chain{everyLayer(r), {Input: []int{2}, Output: []int{1}, TwoColumns: true, Layers: []Layer{&Dense{In: 2, Out: 1, Kernel: []float32{1, 2}}, &Activation{Function: Sigmoid}}}}
	for len(chains) < 202 {
		chains = append(chains, randomChain(r))
	}
	var cases []interop.Case
	for i, c := range chains {
		n, _ := tensor.Elements(c.Input)
		shape := append([]int{2}, c.Input...)
		if c.ChannelsFirst {
			shape = []int{2, c.Input[2], c.Input[0], c.Input[1]}
		}
		in, out := &interop.Array{Shape: shape}, &interop.Array{Shape: []int{2}}
		for range 2 {
			sample := make([]float64, n)
			for i := range sample {
				v := 2*r.Float32() - 1
				if c.InputType == tensor.U8 {
					v = float32(r.IntN(256))
				}
				sample[i] = float64(v)
				in.Data = append(in.Data, v)
			}
			for _, v := range evaluate(c, sample) {
				out.Data = append(out.Data, float32(v))
			}
		}
		cases = append(cases, interop.Case{File: fmt.Sprintf("chain%d.onnx", i), Inputs: in, Outputs: out})
	}
	interop.WriteCases(t, dir, "onnx.json", cases, func(w io.Writer, i int) error {
		m, err := Build(chains[i])
		if err != nil {
			return err
		}
		return Write(w, m)
	})
}

func TestBuildRefuses(t *testing.T) {
	image, row := []int{4, 4, 2}, []int{8}
	one := [2]int{1, 1}
	for name, c := range map[string]*Chain{
		"no input":         {},
		"negative input":   {Input: []int{-1}},
		"channels first":   {Input: row, ChannelsFirst: true},
		"dense":            {Input: row, Layers: []Layer{&Dense{In: 7, Out: 1, Kernel: make([]float32, 7)}}},
		"kernel":           {Input: row, Layers: []Layer{&Dense{In: 8, Out: 1, Kernel: make([]float32, 7)}}},
		"bias":             {Input: row, Layers: []Layer{&Dense{In: 8, Out: 1, Kernel: make([]float32, 8), Bias: make([]float32, 2)}}},
		"conv of a row":    {Input: row, Layers: []Layer{&Conv2D{}}},
		"conv":             {Input: image, Layers: []Layer{&Conv2D{Rows: 1, Columns: 1, In: 2, Out: 1, Strides: one, Dilations: one}}},
		"strides":          {Input: image, Layers: []Layer{&Conv2D{Rows: 1, Columns: 1, In: 2, Out: 1, Kernel: make([]float32, 2), Dilations: one}}},
		"large":            {Input: image, Layers: []Layer{&Pool2D{Rows: 5, Columns: 1, Strides: one}}},
		"pads":             {Input: image, Layers: []Layer{&Pool2D{Rows: 2, Columns: 2, Strides: one, Pads: [4]int{2, 0, 0, 0}}}},
		"depthwise":        {Input: image, Layers: []Layer{&DepthwiseConv2D{Rows: 1, Columns: 1, In: 3, Multiplier: 1, Kernel: make([]float32, 3), Strides: one, Dilations: one}}},
		"bn":               {Input: row, Layers: []Layer{&BatchNormalization{Gamma: make([]float32, 8)}}},
		"bn of a matrix":   {Input: []int{2, 3}, Layers: []Layer{&BatchNormalization{}}},
		"ln":               {Input: row, Layers: []Layer{&LayerNormalization{Gamma: make([]float32, 3)}}},
		"affine":           {Input: row, Layers: []Layer{&Affine{Scale: make([]float32, 3)}}},
		"reshape":          {Input: row, Layers: []Layer{&Reshape{Shape: []int{3, 3}}}},
		"padding":          {Input: row, Layers: []Layer{&ZeroPadding2D{}}},
		"negative padding": {Input: image, Layers: []Layer{&ZeroPadding2D{Pads: [4]int{-1, 0, 0, 0}}}},
		"activation":       {Input: row, Layers: []Layer{&Activation{Function: "sparsemax"}}},
		"global":           {Input: row, Layers: []Layer{&GlobalPool2D{}}},
		"nil":              {Input: row, Layers: []Layer{nil}},
		"output":           {Input: row, OutputChannelsFirst: true},
		"columns":          {Input: row, TwoColumns: true},
	} {
		if name == "nil" {
			continue // a caller's mistake; the type switch says so where there is a name
		}
		_, err := Build(c)
		require.Error(t, err, name)
	}
}
