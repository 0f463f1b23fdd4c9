package nn

import (
	"fmt"
	"math"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"weft/activations"
	"weft/asm"
	"weft/optim"
)

// sparseCalls counts the products that were made from terms.
type sparseCalls struct{ update, backward atomic.Int64 }

// sparseKernels returns a set that counts its sparse products and takes them whatever
// the density is, or that finds nothing regular.
func sparseKernels(set *asm.Kernels, regular bool, calls *sparseCalls) *asm.Kernels {
	k := *set
	k.MaxDensity = 1
	k.SpMM = func(g asm.SpMM) { calls.update.Add(1); set.SpMM(g) }
	// From bytes nothing is transposed into panels but dx.
	k.PanelFromRows = func(xt, xr []float32, ld, n, features, width int) {
		calls.backward.Add(1)
		set.PanelFromRows(xt, xr, ld, n, features, width)
	}
	if !regular {
		k.InExactRange = func([]float32, float32) bool { return false }
	}
	return &k
}

// wideLayer is so wide that both of two workers make dx from terms, the second one
// from an input on that begins no panel.
func wideLayer(k *asm.Kernels) int { return 2*max(leastForBackward, k.SpNR) + 64 + 11 }

// sparseRun trains a model whose gradients are sparse and returns the digest.
func sparseRun(t *testing.T, set *asm.Kernels, workers, batch int, data Dataset, spoil func([]Weight), regular bool) (string, *sparseCalls) {
	calls := &sparseCalls{}
	m := compiled(t, NewSequential("", Flatten(10, 15), Dense(wideLayer(set), activations.ReLU), Dense(35, activations.ReLU),
		Dropout(0.5), Dense(10, activations.Softmax)), Config{Kernels: sparseKernels(set, regular, calls), Workers: workers, Optimizer: optim.NewAdam(0.01), Seed: 3})
	if spoil != nil {
		w := m.Weights()
		spoil(w)
		require.NoError(t, m.SetWeights(w))
	}
	h := fit(t, m, data, FitOptions{BatchSize: batch})
	return digest(m, h), calls
}

// Products that skip zeros have the bits of those that take all: for batches of one part
// and of several, for a last batch that is no whole panel, where units begin anywhere,
// and where some operands are not regular. There a zero times infinity must stay NaN, in
// the step of a finite loss: hence one step, and units that the infinite number shuts.
func TestSparseProducts(t *testing.T) {
	images := newPatterns(130, 10, 15)
	changed := func(v float32) Dataset { // one number, of sample 0
		d := images.floats(t)
		d.Floats()[77] = v
		return d
	}
	inf := float32(math.Inf(1))
	fill := func(x []float32, v float32) {
		for i := range x {
			x[i] = v
		}
	}
	row := func(w Weight, i int) []float32 { return w.Data[i*w.Shape[1]:][:w.Shape[1]] }
	type spoiled struct {
		name  string
		batch int
		data  Dataset
		spoil func([]Weight)
	}
	cases := []spoiled{
		{"bytes", 33, images, nil},
		{"floats", 64, images.floats(t), nil},
		{"all", 130, images, nil},
		{"an infinite input", 130, changed(inf), func(w []Weight) { fill(row(w[0], 77), -0.01) }},
		{"an infinite activation", 130, changed(3e38), func(w []Weight) {
			fill(row(w[0], 77), 0)
			row(w[0], 77)[70] = 10
			fill(row(w[2], 70), -0.01)
		}},
	}
	for _, set := range asm.Available() {
		sets := []*asm.Kernels{set}
		if set.Name != "generic" && set.SpNR == 64 { // tiles of other sets
			wide := *set
			wide.Name, wide.SpNR = set.Name+" of 128 columns", 128
			sets = append(sets, &wide)
		}
		for _, set := range sets {
			all := cases
			for _, input := range []int{0, 40, 97, set.SpNR + 37, wideLayer(set) - 1} { // in both panels of blocks
				all = append(all, spoiled{fmt.Sprintf("an infinite weight of input %d", input), 130, images, func(w []Weight) {
					fill(w[1].Data, 30)
					row(w[2], input)[input%35] = -inf
				}})
			}
			if testing.Short() && set.Name == "generic" {
				all = all[:1]
			}
			for _, c := range all {
				t.Run(fmt.Sprintf("%s/%s", set.Name, c.name), func(t *testing.T) {
					want, calls := sparseRun(t, set, 1, c.batch, c.data, c.spoil, false)
					require.Zero(t, calls.update.Load(), "sparse products without regular operands")
					for _, workers := range []int{1, 2, 3} {
						got, calls := sparseRun(t, set, workers, c.batch, c.data, c.spoil, true)
						require.NotZero(t, calls.update.Load(), "%d workers: sparse products", workers)
						if c.data == Dataset(images) && workers < 3 {
							require.NotZero(t, calls.backward.Load(), "%d workers: sparse products of dx", workers)
						}
						require.Equal(t, want, got, "%d workers", workers)
					}
				})
			}
		}
	}
}

// Where the terms of a batch are too many to keep, they are made for each product.
func TestSparseProductsOfLargeBatch(t *testing.T) {
	set := asm.Best()
	if set.Name == "generic" {
		t.Skip("some billion operations")
	}
	images := newPatterns(keptTerms/wideLayer(set)+5, 10, 15)
	want, _ := sparseRun(t, set, 1, images.Len(), images, nil, false)
	got, calls := sparseRun(t, set, 1, images.Len(), images, nil, true)
	require.NotZero(t, calls.update.Load())
	require.Equal(t, want, got)
}

// Parts of a batch end where the samples that are multiplied at once do.
func TestSparseParts(t *testing.T) {
	for _, k := range asm.Available() {
		require.Zero(t, k.SpKC%asm.PanelWidth, "%s: SpKC = %d", k.Name, k.SpKC)
		require.Zero(t, updateSamples%k.SpKC, "%s: SpKC = %d", k.Name, k.SpKC)
	}
}

// Where terms never are few enough, or nothing is shut, none are made.
func TestDenseGradientsStayDense(t *testing.T) {
	for _, c := range []struct {
		name   string
		layers []Layer
		makes  bool // terms
		takes  bool
	}{
		{"ReLU", []Layer{Dense(140, activations.ReLU)}, true, true},
		{"dropout above a sigmoid", []Layer{Dense(140, activations.Sigmoid), Dropout(0.5)}, true, true},
		{"sigmoid", []Layer{Dense(140, activations.Sigmoid)}, false, false},
		{"small dropout", []Layer{Dense(140, activations.Tanh), Dropout(0.1)}, false, false},
		{"dropout above a softmax", []Layer{Dense(140, activations.Softmax), Dropout(0.5)}, false, false},
		{"all open", []Layer{Dense(140, activations.ReLU)}, true, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			set := asm.Best()
			k, made, taken := *set, 0, 0
			k.MaxDensity = 0.7
			k.CompressRows = func(t *asm.SparseRows, a []float32, m, n, pa int) { made++; set.CompressRows(t, a, m, n, pa) }
			k.SpMM = func(g asm.SpMM) { taken++; set.SpMM(g) }
			layers := append(append([]Layer{Flatten(10, 15)}, c.layers...), Dense(10, activations.Softmax))
			m := compiled(t, NewSequential("", layers...), Config{Kernels: &k, Workers: 1})
			if !c.takes && c.makes {
				w := m.Weights()
				for i := range w[1].Data {
					w[1].Data[i] = 5
				}
				require.NoError(t, m.SetWeights(w))
			}
			fit(t, m, newPatterns(40, 10, 15), FitOptions{BatchSize: 40})
			require.Equal(t, c.makes, made > 0, "%d times terms", made)
			require.Equal(t, c.takes, taken > 0, "%d sparse products", taken)
		})
	}
}

// Memory for terms is there only where a worker may use it: many workers have too few
// inputs each.
func TestSparseMemory(t *testing.T) {
	data := newPatterns(256, 10, 15)
	s, err := newSource("training", data, 150)
	require.NoError(t, err)
	for _, c := range []struct {
		workers          int
		update, backward bool
	}{{1, true, true}, {2, true, true}, {16, true, false}} {
		set := asm.Best()
		m := compiled(t, NewSequential("", Flatten(10, 15), Dense(wideLayer(set), activations.ReLU), Dense(150, activations.ReLU), Dense(10, activations.Softmax)),
			Config{Kernels: set, Workers: c.workers})
		tr := newTrainer(m, s, 64, c.workers)
		for _, memory := range tr.sparse {
			require.Equal(t, c.update, memory.units != nil, "%d workers", c.workers)
			require.Equal(t, c.backward, memory.samples != nil, "%d workers", c.workers)
			require.Equal(t, c.backward, memory.rows != nil, "%d workers", c.workers)
		}
	}
}
