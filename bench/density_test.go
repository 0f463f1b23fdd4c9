package bench

import (
	"context"
	"testing"

	"weft/activations"
	"weft/asm"
	"weft/nn"
	"weft/nn/data"
	"weft/optim"
)

// enough is a share of a gradient that is not zero with which a sparse product takes 0.8
// of the time of the dense one (32 samples, Zen 3, AVX2).
const enough = 0.55

// TestDensity tells, with -v, how much of the gradient of the hidden layers is not zero
// in each epoch, and fails where in the last one it is too much for sparse products to be
// of use.
func TestDensity(t *testing.T) {
	if testing.Short() || asm.Best().Name == "generic" {
		t.Skip("trains for some seconds, in pure Go for minutes")
	}
	train, other := clothes()
	for _, c := range []struct {
		hidden        []int
		batch, epochs int
		data          data.Source
	}{
		{[]int{100}, 32, 5, train},
		{[]int{1024, 1024}, 128, 3, other},
	} {
		best := asm.Best()
		kernels, terms, elements := *best, 0, 0
		kernels.CompressRows = func(t *asm.SparseRows, a []float32, m, k, pa int) {
			best.CompressRows(t, a, m, k, pa)
			terms += t.NNZ()
			elements += m * k
		}
		m := network(t, c.hidden, activations.ReLU, optim.NewAdam(0.001), &kernels, 1)
		for epoch := range c.epochs {
			terms, elements = 0, 0
			if _, err := m.Fit(context.Background(), c.data, nn.FitOptions{BatchSize: c.batch}); err != nil {
				t.Fatal(err)
			}
			density := float64(terms) / float64(elements)
			t.Logf("%s, batch %d, epoch %d: %.0f %%", name(c.hidden), c.batch, epoch+1, 100*density)
			if epoch == c.epochs-1 && !(density < enough) {
				t.Errorf("%s, batch %d: %.0f %% are not zero in epoch %d, want less than %.0f %%", name(c.hidden), c.batch, 100*density, epoch+1, 100*enough)
			}
		}
		m.Close()
	}
}
