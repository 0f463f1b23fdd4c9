package nn

import (
	"context"
	"fmt"
	"testing"

	"weft/asm"
	"weft/optim"
)

// BenchmarkEpoch trains the tutorial's network for an epoch of 48,000 samples a
// turn.
func BenchmarkEpoch(b *testing.B) {
	data := newIntegers(48000)
	for _, k := range asm.Available() {
		for _, workers := range []int{1, 2} {
			b.Run(fmt.Sprintf("shape=784-100-10/batch=32/kernels=%s/workers=%d", k.Name, workers), func(b *testing.B) {
				m := tutorialModel()
				defer m.Close()
				if err := m.Compile(Config{Optimizer: optim.NewAdam(0.001), Workers: workers, Kernels: k}); err != nil {
					b.Fatal(err)
				}
				if _, err := m.Fit(context.Background(), data, FitOptions{Epochs: 1}); err != nil {
					b.Fatal(err)
				}
				b.ResetTimer()
				for range b.N {
					if _, err := m.Fit(context.Background(), data, FitOptions{Epochs: 1}); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(m.FLOPs())*48000*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
			})
		}
	}
}
