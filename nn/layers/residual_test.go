package layers

import (
	"testing"
	"weft/activations"
	"weft/asm"
)

func TestResidualGolden(t *testing.T) {
	for _, c := range goldenCases(t, "golden_layers.json", "Add") {
		everySet(t, func(t *testing.T, k *asm.Kernels, workers int) {
			l := Residual(Dense(5, activations.ReLU), Dense(3, activations.Linear))
			b := newBench(t, k, workers, c.Input.Shape[1:], values(c.Weights), l)
			c.check(t, b)
			within(t, "inference", c.Output.F64, b.infer(c.Input.V), share)
		})
	}
}

func TestResidualBits(t *testing.T) {
	sameBits(t, []int{37}, Residual(BatchNormalization(), Activation(activations.Tanh)), LayerNormalization())
	sameBits(t, []int{20}, Residual(Residual(LayerNormalization()), Activation(activations.ReLU)))
}
