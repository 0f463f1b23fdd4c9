package layers

import (
	"strings"
	"testing"

	"weft/activations"
	"weft/asm"
)

func TestPoolingGolden(t *testing.T) {
	for _, kind := range []string{"MaxPooling2D", "AveragePooling2D", "GlobalAveragePooling2D"} {
		for _, c := range goldenCases(t, "golden_layers.json", kind) {
			t.Run(c.Name, func(t *testing.T) {
				g := c.Config
				size, strides := g.PoolSize, g.Strides
				if strides == [2]int{} {
					strides = size
				}
				var l Layer
				switch p := strings.ToLower(g.Padding); kind {
				case "MaxPooling2D":
					m := MaxPooling2D(size[0], size[1]).WithStrides(strides[0], strides[1])
					if l = m; p == "same" {
						l = m.Same()
					}
				case "AveragePooling2D":
					m := AveragePooling2D(size[0], size[1]).WithStrides(strides[0], strides[1])
					if l = m; p == "same" {
						l = m.Same()
					}
				default:
					m := GlobalAveragePooling2D()
					m.KeepDims = g.KeepDims
					l = m
				}
				everySet(t, func(t *testing.T, k *asm.Kernels, workers int) {
					b := newBench(t, k, workers, c.Input.Shape[1:], nil, l)
					c.check(t, b)
					within(t, "inference", c.Output.F64, b.infer(c.Input.V), share)
				})
			})
		}
	}
}

func TestPoolingBits(t *testing.T) {
	sameBits(t, []int{7, 5, 3}, MaxPooling2D(2, 2).Same(), AveragePooling2D(3, 2).WithStrides(1, 1), Activation(activations.Tanh), GlobalAveragePooling2D())
	sameBits(t, []int{9, 6}, MaxPooling2D(3, 3).WithStrides(2, 1), Flatten(), Dense(4, activations.ReLU))
}
