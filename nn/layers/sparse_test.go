package layers

import (
	"fmt"
	"math"
	"sync/atomic"
	"testing"

	"weft/activations"
	"weft/asm"
	"weft/nn/internal/engine"
	"weft/nn/internal/enginetest"
	"weft/optim"

	"github.com/stretchr/testify/require"
)

// sparseCalls counts the sparse products.
type sparseCalls struct{ update, backward atomic.Int64 }

// sparseKernels returns a set that counts its sparse products and takes them whatever
// the density is, or that finds no operand in the range where they may be taken.
func sparseKernels(set *asm.Kernels, exact bool, calls *sparseCalls) *asm.Kernels {
	k := *set
	k.MaxDensity = 1
	k.SpMM = func(g asm.SpMM) { calls.update.Add(1); set.SpMM(g) }
	// From bytes nothing is transposed into panels but dx.
	k.PanelFromRows = func(xt, xr []float32, ld, n, features, width int) {
		calls.backward.Add(1)
		set.PanelFromRows(xt, xr, ld, n, features, width)
	}
	if !exact {
		k.InExactRange = func([]float32, float32) bool { return false }
	}
	return &k
}

// wideLayer is so wide that both of two workers make dx sparse, the second one from
// an input on that begins no panel.
func wideLayer(k *asm.Kernels) int { return 2*max(leastForBackward, k.SpNR) + 64 + 11 }

// sparseRun trains a network whose gradients are sparse and returns the digest. spoil
// changes the parameters in Keras's shapes.
func sparseRun(t *testing.T, set *asm.Kernels, workers, batch int, data *engine.Source, spoil func([]engine.Weight), exact bool) (string, *sparseCalls) {
	calls := &sparseCalls{}
	o := options(sparseKernels(set, exact, calls), workers, batch, data,
		Flatten(), Dense(wideLayer(set), activations.ReLU), Dense(35, activations.ReLU), Dropout(0.5), Dense(10, linear))
	o.Rule, o.Seed = optim.NewAdam(0.01), 3
	o.Set = func(params []*Param) {
		if spoil == nil {
			return
		}
		var all []engine.Weight
		for _, p := range params {
			all = append(all, p.Weight("layer"))
		}
		spoil(all)
		for i, p := range params {
			p.Layout.FromKeras(p.Data, all[i].Data)
		}
	}
	return enginetest.New(t, o).Epoch(), calls
}

// Products that skip zeros have the bits of those that take all: for batches of one part
// and of several, for a last batch that is no whole panel, where units begin anywhere,
// and where some operands are out of the exact range. There a zero times infinity must
// stay NaN, in the step of a finite loss: hence one step, and units that the infinite
// number cuts.
func TestSparseProducts(t *testing.T) {
	images := enginetest.Patterns(130, 10, 15)
	changed := func(v float32) *engine.Source { // one number, of sample 0
		d := enginetest.Floats(images)
		d.Floats[77] = v
		return d
	}
	inf := float32(math.Inf(1))
	fill := func(x []float32, v float32) {
		for i := range x {
			x[i] = v
		}
	}
	row := func(w engine.Weight, i int) []float32 { return w.Data[i*w.Shape[1]:][:w.Shape[1]] }
	type spoiled struct {
		name  string
		batch int
		data  *engine.Source
		spoil func([]engine.Weight)
	}
	cases := []spoiled{
		{"bytes", 33, images, nil},
		{"floats", 64, enginetest.Floats(images), nil},
		{"all", 130, images, nil},
		{"an infinite input", 130, changed(inf), func(w []engine.Weight) { fill(row(w[0], 77), -0.01) }},
		{"an infinite activation", 130, changed(3e38), func(w []engine.Weight) {
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
				all = append(all, spoiled{fmt.Sprintf("an infinite weight of input %d", input), 130, images, func(w []engine.Weight) {
					fill(w[1].Data, 30)
					for i := range w[2].Data { // or the softmax saturates, and gradients leave the exact range
						w[2].Data[i] /= 64
					}
					row(w[2], input)[input%35] = -inf
				}})
			}
			if testing.Short() && set.Name == "generic" {
				all = all[:1]
			}
			for _, c := range all {
				t.Run(fmt.Sprintf("%s/%s", set.Name, c.name), func(t *testing.T) {
					want, calls := sparseRun(t, set, 1, c.batch, c.data, c.spoil, false)
					require.Zero(t, calls.update.Load(), "sparse products of operands out of the exact range")
					for _, workers := range []int{1, 2, 3} {
						got, calls := sparseRun(t, set, workers, c.batch, c.data, c.spoil, true)
						require.NotZero(t, calls.update.Load(), "%d workers: sparse products", workers)
						if c.data == images && workers < 3 {
							require.NotZero(t, calls.backward.Load(), "%d workers: sparse products of dx", workers)
						}
						require.Equal(t, want, got, "%d workers", workers)
					}
				})
			}
		}
	}
}

// Where the compressed rows of a batch are too many to keep, they are made for each
// product.
func TestSparseProductsOfLargeBatch(t *testing.T) {
	set := asm.Best()
	if set.Name == "generic" {
		t.Skip("some billion operations")
	}
	images := enginetest.Patterns(keptElements/wideLayer(set)+5, 10, 15)
	want, _ := sparseRun(t, set, 1, images.N, images, nil, false)
	got, calls := sparseRun(t, set, 1, images.N, images, nil, true)
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

// Where a gradient never is sparse enough, or nothing is cut, no product is sparse.
func TestDenseGradientsStayDense(t *testing.T) {
	for _, c := range []struct {
		name   string
		layers []Layer
		makes  bool // compressed rows
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
			o := options(&k, 1, 40, enginetest.Patterns(40, 10, 15), append(c.layers, Dense(10, linear))...)
			o.Set = func(params []*Param) {
				if c.makes && !c.takes {
					for i := range params[1].Data {
						params[1].Data[i] = 5
					}
				}
			}
			enginetest.New(t, o).Epoch()
			require.Equal(t, c.makes, made > 0, "%d times compressed", made)
			require.Equal(t, c.takes, taken > 0, "%d sparse products", taken)
		})
	}
}

// Memory for compressed rows is there only where a worker may use it: many workers have
// too few inputs each.
func TestSparseMemory(t *testing.T) {
	set := asm.Best()
	for _, c := range []struct {
		workers          int
		update, backward bool
	}{{1, true, true}, {2, true, true}, {16, true, false}} {
		var update *denseUpdate
		var backward *denseBackward
		layer := built{Dense(150, linear), func(b *Builder, x *Tensor) *Tensor {
			d := newDense(b, x, 150)
			y := d.forward(b)
			if b.Mode == engine.Train {
				backward = &denseBackward{denseProduct: d, dx: b.Gradient(x)}
				update = &denseUpdate{denseProduct: d, trains: true}
				b.Backward(backward)
				b.Update(update)
				b.Scratch(widePanels * asm.PanelWidth * 150)
				b.Own(d.kernel, d.weights, b.Workers)
			}
			return activate(b, activations.ReLU, y)
		}}
		enginetest.New(t, options(set, c.workers, 64, enginetest.Patterns(256, 10, 15), Dense(wideLayer(set), activations.ReLU), layer, Dense(10, linear)))
		require.Equal(t, c.update, update.sparse, "%d workers", c.workers)
		require.Equal(t, c.backward, backward.sparse, "%d workers", c.workers)
		require.Len(t, update.lanes, c.workers)
		for _, l := range update.lanes {
			require.Equal(t, c.update, l.units != nil, "%d workers", c.workers)
		}
		for _, l := range backward.lanes {
			require.Equal(t, c.backward, l.samples != nil, "%d workers", c.workers)
			require.Equal(t, c.backward, l.rows != nil, "%d workers", c.workers)
		}
	}
}
