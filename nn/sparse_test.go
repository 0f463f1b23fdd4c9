package nn

import (
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"weft/activations"
	"weft/asm"
	"weft/optim"
)

// sparseRun trains a model whose gradients are sparse, of one wide layer whose dx is
// made in blocks, and returns the digest and how many sparse products it took.
func sparseRun(t *testing.T, set *asm.Kernels, workers, batch int, data Dataset, spoil func([]Weight), regular bool) (string, int64) {
	kernels, calls := *set, atomic.Int64{}
	kernels.SparseGemm = func(g asm.SparseGemm, u asm.Update) { calls.Add(1); set.SparseGemm(g, u) }
	if !regular {
		kernels.Regular = func([]float32, float32) bool { return false }
	}
	wide := 2*sparseBlocks*set.SparseN + 11
	m := compiled(t, NewSequential("", Flatten(10, 15), Dense(wide, activations.ReLU), Dense(35, activations.ReLU),
		Dropout(0.5), Dense(10, activations.Softmax)), Config{Kernels: &kernels, Workers: workers, Optimizer: optim.NewAdam(0.01), Seed: 3})
	if spoil != nil {
		w := m.Weights()
		spoil(w)
		require.NoError(t, m.SetWeights(w))
	}
	h := fit(t, m, data, FitOptions{BatchSize: batch})
	return digest(m, h), calls.Load()
}

// Products that skip zeros have the bits of those that take all, for batches of one part
// and of several, for a last batch that is no whole panel, where units begin anywhere,
// and where some operands are not regular.
func TestSparseProducts(t *testing.T) {
	images := newPatterns(130, 10, 15)
	tiny := images.floats(t)
	tiny.Floats()[77] = 1e-20                                     // of the first sample
	tinyWeight := func(w []Weight) { w[2].Data[40*35+3] = 1e-30 } // of the second layer, input 40
	cases := []struct {
		name  string
		batch int
		data  Dataset
		spoil func([]Weight)
	}{
		{"bytes", 33, images, nil},
		{"floats", 64, images.floats(t), nil},
		{"all", 130, images, nil},
		{"a tiny input", 64, tiny, nil},
		{"a tiny weight", 64, images, tinyWeight},
	}
	for _, set := range asm.Available() {
		for _, c := range cases {
			t.Run(fmt.Sprintf("%s/%s", set.Name, c.name), func(t *testing.T) {
				want, none := sparseRun(t, set, 1, c.batch, c.data, c.spoil, false)
				require.Zero(t, none, "sparse products without regular operands")
				for _, workers := range []int{1, 2, 3} {
					got, some := sparseRun(t, set, workers, c.batch, c.data, c.spoil, true)
					require.NotZero(t, some, "sparse products with %d workers", workers)
					require.Equal(t, want, got, "%d workers", workers)
				}
			})
		}
	}
}

// Where the terms of a batch are too many to keep, they are made for each product.
func TestSparseProductsOfLargeBatch(t *testing.T) {
	set := asm.Best()
	if set.Name == "generic" {
		t.Skip("some billion operations")
	}
	wide := 2*sparseBlocks*set.SparseN + 11
	images := newPatterns(keptTerms/wide+5, 10, 15)
	want, _ := sparseRun(t, set, 1, images.Len(), images, nil, false)
	got, some := sparseRun(t, set, 1, images.Len(), images, nil, true)
	require.NotZero(t, some)
	require.Equal(t, want, got)
}
