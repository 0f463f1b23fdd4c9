package layers

import (
	"testing"
	"weft/asm"
)

func TestLayerNormalizationGolden(t *testing.T) {
	for _, c := range goldenCases(t, "golden_layers.json", "LayerNormalization") {
		if c.Config.Axis != nil {
			continue // over several axes
		}
		t.Run(c.Name, func(t *testing.T) {
			everySet(t, func(t *testing.T, k *asm.Kernels, workers int) {
				l := LayerNormalization()
				if c.Config.Epsilon != nil {
					l = l.WithEpsilon(*c.Config.Epsilon)
				}
				if c.Config.Scale != nil && !*c.Config.Scale {
					l = l.WithoutScale()
				}
				if c.Config.Center != nil && !*c.Config.Center {
					l = l.WithoutCenter()
				}
				b := newBench(t, k, workers, c.Input.Shape[1:], values(c.Weights), l)
				c.check(t, b)
				within(t, "inference", c.Output.F64, b.infer(c.Input.V), share)
			})
		})
	}
}

func TestLayerNormalizationBits(t *testing.T) {
	sameBits(t, []int{37}, LayerNormalization())
	sameBits(t, []int{3, 5, 7}, LayerNormalization())
}
