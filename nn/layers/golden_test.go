package layers

import (
	"encoding/json"
	"os"
	"testing"
	"weft/asm"
	"weft/nn/internal/engine"

	"github.com/stretchr/testify/require"
)

// golden is a case of testdata/golden_layers.json, made with Keras: the file's note
// says how.
type golden struct {
	Name, Layer string
	Config      struct {
		Momentum      *float64
		Epsilon       *float64
		Center, Scale *bool
		Axis          any

		PoolSize   [2]int `json:"pool_size"`
		KeepDims   bool   `json:"keepdims"`
		Filters    int
		KernelSize [2]int `json:"kernel_size"`
		Strides    [2]int
		Padding    string
		Dilation   [2]int `json:"dilation_rate"`
		UseBias    bool   `json:"use_bias"`
		Multiplier int    `json:"depth_multiplier"`
	}
	Weights []tensor
	call
	Training  []call
	Inference *call
}

type call struct {
	Input, Upstream, Output tensor
	GradInput               tensor   `json:"grad_input"`
	GradWeights             []tensor `json:"grad_weights"`
	MovingMean              *tensor  `json:"moving_mean"`
	MovingVariance          *tensor  `json:"moving_variance"`
}

type tensor struct {
	Name  string
	Shape []int
	V     []float32
	F64   []float64
}

func goldenCases(t *testing.T, file, layer string) []golden {
	b, err := os.ReadFile("testdata/" + file)
	require.NoError(t, err)
	var all struct{ Cases []json.RawMessage }
	require.NoError(t, json.Unmarshal(b, &all))
	var cases []golden
	for _, raw := range all.Cases {
		var head struct{ Layer string }
		require.NoError(t, json.Unmarshal(raw, &head))
		if head.Layer != layer {
			continue
		}
		var c golden
		require.NoError(t, json.Unmarshal(raw, &c))
		cases = append(cases, c)
	}
	require.NotEmpty(t, cases)
	return cases
}

func values(all []tensor) (v [][]float32) {
	for _, w := range all {
		v = append(v, w.V)
	}
	return v
}

// share is how far a float32 result may be from the float64 one, of the largest: its
// chains are at most 64 numbers long and pass through some ten rounded operations, each
// good to 2⁻²⁴, and a difference x − mean loses up to the ratio of the two, 4 here.
const share = 2e-6

func (c *call) check(t *testing.T, b *bench) {
	y, dx, dw := b.train(c.Input.V, c.Upstream.V)
	within(t, "output", c.Output.F64, y, share)
	within(t, "gradient of input", c.GradInput.F64, dx, 4*share)
	require.Len(t, dw, len(c.GradWeights))
	for i, g := range c.GradWeights {
		within(t, "gradient of "+g.Name, g.F64, dw[i], 4*share)
	}
}

// pattern returns n numbers in (−2, 2) by an integer formula.
func pattern(n int, seed uint32) []float32 {
	x := make([]float32, n)
	for i := range x {
		seed = seed*1664525 + 1013904223
		x[i] = float32(int32(seed)>>16) * 0x1p-14
	}
	return x
}

// sameBits requires that outputs, gradients and inference of a stack do not depend on
// the kernels or the number of workers, in batches of several panels, whole and not.
func sameBits(t *testing.T, shape []int, stack ...Layer) {
	size := engine.Product(shape)
	for _, n := range []int{1, 31, 32, 70} {
		x := pattern(n*size, 1)
		var want []float32
		everySet(t, func(t *testing.T, k *asm.Kernels, workers int) {
			b := newBench(t, k, workers, shape, nil, stack...)
			y, dx, dw := b.train(x, pattern(n*b.outputs, 2))
			got := append(append(y, dx...), b.infer(x)...)
			for _, w := range dw {
				got = append(got, w...)
			}
			if want == nil {
				want = got
			}
			equalBits(t, want, got)
		})
	}
}
