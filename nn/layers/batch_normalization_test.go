package layers

import (
	"testing"
	"weft/asm"
)

func TestBatchNormalizationGolden(t *testing.T) {
	for _, c := range goldenCases(t, "golden_layers.json", "BatchNormalization") {
		t.Run(c.Name, func(t *testing.T) {
			everySet(t, func(t *testing.T, k *asm.Kernels, workers int) {
				l := BatchNormalization()
				if c.Config.Momentum != nil {
					l = l.WithMomentum(*c.Config.Momentum)
				}
				if c.Config.Epsilon != nil {
					l = l.WithEpsilon(*c.Config.Epsilon)
				}
				if c.Config.Scale != nil && !*c.Config.Scale {
					l = l.WithoutScale()
				}
				if c.Config.Center != nil && !*c.Config.Center {
					l = l.WithoutCenter()
				}
				first := c.Training[0].Input.Shape[1:]
				b := newBench(t, k, workers, first, values(c.Weights), l)
				for i := range c.Training {
					c.Training[i].check(t, b)
					moving := b.params[len(b.params)-2:]
					within(t, "moving mean", c.Training[i].MovingMean.F64, moving[0].Data, share)
					within(t, "moving variance", c.Training[i].MovingVariance.F64, moving[1].Data, share)
				}
				within(t, "inference", c.Inference.Output.F64, b.infer(c.Inference.Input.V), share)
			})
		})
	}
}

func TestBatchNormalizationBits(t *testing.T) {
	sameBits(t, []int{37}, BatchNormalization())
	sameBits(t, []int{3, 5, 7}, BatchNormalization())
}
