package layers

import (
	"testing"

	"weft/activations"
	"weft/asm"
)

func TestConv2DGolden(t *testing.T) {
	for _, c := range goldenCases(t, "golden_layers_conv.json", "Conv2D") {
		t.Run(c.Name, func(t *testing.T) {
			g := c.Config
			l := Conv2D(g.Filters, g.KernelSize[0], g.KernelSize[1], activations.Linear).
				WithStrides(g.Strides[0], g.Strides[1]).WithDilation(g.Dilation[0], g.Dilation[1])
			if g.Padding == "same" {
				l = l.Same()
			}
			if !g.UseBias {
				l = l.WithoutBias()
			}
			everySet(t, func(t *testing.T, k *asm.Kernels, workers int) {
				b := newBench(t, k, workers, c.Input.Shape[1:], values(c.Weights), l)
				c.check(t, b)
				within(t, "inference", c.Output.F64, b.infer(c.Input.V), share)
			})
		})
	}
}

func TestConv2DBits(t *testing.T) {
	same := Conv2D(5, 3, 3, activations.ReLU).Same()
	sameBits(t, []int{6, 5}, same, Conv2D(33, 2, 3, activations.Tanh).WithStrides(2, 1), Flatten(), Dense(3, activations.Linear))
	sameBits(t, []int{5, 4, 3}, Residual(Conv2D(3, 3, 3, activations.ReLU).Same()), same.WithDilation(2, 1))
}
