package engine

import (
	"fmt"
	"testing"

	"weft/optim"

	"github.com/stretchr/testify/require"
)

// A tensor with several readers has the sum of their gradients, added in the order of
// the readers: 2²⁷ − 2²⁷ + 1 is 1 in that order and 0 in the others, because
// 2²⁷ + 1 is 2²⁷ in float32. That holds however the readers split their work.
func TestSeveralReadersAddInOrder(t *testing.T) {
	const features, samples = 21, 75
	order := []float32{0x1p27, -0x1p27, 1}
	everySplit(func(workers int, split Split) {
		for readers := 1; readers <= 3; readers++ {
			t.Run(fmt.Sprintf("%d workers, split %d, %d readers", workers, split, readers), func(t *testing.T) {
				var h *produce
				tr := newTestTrainer(t, Options{
					Workers: workers, Batch: samples, Data: testData(samples, features),
					Objective: testObjective(func(o, sample int) float32 { return 1 + float32(sample%2) }),
					Network: func(b *Builder, x *Tensor) *Tensor {
						h = newProduce(b, x, split)
						var paths []*Tensor
						for r := range readers { // each splits in its own way
							s := newScale(b, h.y, fmt.Sprint("w", r), Split(r+int(split))%2)
							paths = append(paths, s.y)
							if s.w.Data != nil {
								for i := range s.w.Data {
									s.w.Data[i] = order[r]
								}
							}
						}
						return newAdd(b, split, paths...).y
					},
				}, 0)
				step(tr, samples, 1, optim.NewSGD(0))
				want := float32(0)
				for _, g := range order[:readers] {
					want += g
				}
				require.Equal(t, min(1, 0.25*float64(readers)), h.y.Grad.Density)
				for i := range samples {
					for f := range features {
						at := (i/panelWidth*features+f)*panelWidth + i%panelWidth
						require.Equal(t, want*(1+float32(i%2)), h.kept[at], "sample %d, feature %d", i, f)
					}
				}
				for i := samples; i < tr.Capacity(); i++ { // the pads
					require.Zero(t, h.kept[(i/panelWidth*features)*panelWidth+i%panelWidth])
				}
			})
		}
	})
}

// A residual sum: the same tensor read by a branch and by the sum itself.
func TestResidualReaders(t *testing.T) {
	const features, samples = 5, 40
	everySplit(func(workers int, split Split) {
		var h *produce
		tr := newTestTrainer(t, Options{
			Workers: workers, Batch: samples, Data: testData(samples, features),
			Objective: testObjective(func(o, sample int) float32 { return float32(o + 1) }),
			Network: func(b *Builder, x *Tensor) *Tensor {
				h = newProduce(b, x, split)
				branch := newScale(b, h.y, "w", ByUnits)
				for i := range branch.w.Data {
					branch.w.Data[i] = 3
				}
				return newAdd(b, BySamples, branch.y, h.y).y
			},
		}, 0)
		step(tr, samples, 1, optim.NewSGD(0))
		for f := range features {
			require.Equal(t, float32(4*(f+1)), h.kept[f*panelWidth+7])
		}
	})
}

// Gradients that are kept whole give the weights and slots of the update that follows
// each product at once, and are there afterwards; a frozen parameter stays.
func TestKeepGradients(t *testing.T) {
	const features, samples, steps = 37, 50, 3
	rule := optim.NewAdam(0.01)
	train := func(workers int, keep, freeze bool) (all []*Param) {
		tr := newTestTrainer(t, Options{
			Workers: workers, Batch: samples, Data: testData(samples, features), KeepGradients: keep,
			Objective: testObjective(func(o, sample int) float32 { return float32(o+sample%3) / 64 }),
			Network: func(b *Builder, x *Tensor) *Tensor {
				a := newScale(b, x, "a", BySamples)
				a.w.Frozen = freeze
				return newScale(b, a.y, "b", ByUnits).y
			},
		}, 2)
		for n := range steps {
			step(tr, samples, n+1, rule)
		}
		return tr.params
	}
	want := train(1, false, false)
	for _, workers := range []int{1, 2, 3, 7} {
		got := train(workers, true, false)
		for i, p := range got {
			require.Equal(t, want[i].Data, p.Data, "%d workers", workers)
			require.Equal(t, want[i].Slots, p.Slots, "%d workers", workers)
			require.Nil(t, want[i].Grad)
			require.Len(t, p.Grad, len(p.Data))
			for f := range features { // the last layer's is Σ dy·x, x being what the first made
				require.NotZero(t, p.Grad[f])
			}
		}
		frozen := train(workers, true, true)
		for f := range features {
			require.Equal(t, float32(1), frozen[0].Data[f])
			require.Zero(t, frozen[0].Slots[0][f])
			require.NotEqual(t, float32(1), frozen[1].Data[f])
		}
	}
}

// What a kept gradient holds is the gradient: with one step of a rate of 1 the weight
// falls by it.
func TestKeptGradientIsTheGradient(t *testing.T) {
	const features, samples = 33, 20
	data := testData(samples, features)
	tr := newTestTrainer(t, Options{
		Workers: 2, Batch: samples, Data: data, KeepGradients: true,
		Objective: testObjective(func(o, sample int) float32 { return float32(o - sample) }),
		Network:   func(b *Builder, x *Tensor) *Tensor { return newScale(b, x, "w", ByUnits).y },
	}, 0)
	step(tr, samples, 1, optim.NewSGD(1))
	for f := range features {
		want := float32(0) // whole numbers: any order gives the same
		for i := range samples {
			want += float32(f-i) * data.Floats[i*features+f]
		}
		require.Equal(t, want, tr.params[0].Grad[f])
		require.Equal(t, 1-want, tr.params[0].Data[f])
	}
}

// A step whose loss is NaN for any sample changes nothing: no update of any worker
// runs, of parameters and of state alike, and the sum is NaN.
func TestNoUpdateWhereALossIsNaN(t *testing.T) {
	const features, samples = 9, 70
	for _, workers := range []int{1, 2, 3, 7} {
		for _, keep := range []bool{false, true} {
			for _, bad := range []int{0, 31, 32, 69} {
				data := testData(samples, features)
				state := &counting{ran: make([]int, workers)}
				tr := newTestTrainer(t, Options{
					Workers: workers, Batch: samples, Data: data, KeepGradients: keep,
					Objective: testObjective(func(o, sample int) float32 { return 1 }),
					Network: func(b *Builder, x *Tensor) *Tensor {
						y := newScale(b, x, "w", ByUnits).y
						b.Update(state)
						return y
					},
				}, 0)
				step(tr, samples, 1, optim.NewSGD(0.5))
				require.NotEqual(t, float32(1), tr.params[0].Data[1])
				before := append([]float32(nil), tr.params[0].Data...)
				nan := float32(0)
				data.Floats[bad*features] = nan / nan // the first output is the loss
				sum := step(tr, samples, 2, optim.NewSGD(0.5))
				require.True(t, sum != sum)
				require.Equal(t, before, tr.params[0].Data, "%d workers, sample %d", workers, bad)
				for _, ran := range state.ran {
					require.Equal(t, 1, ran)
				}
				data.Floats[bad*features] = 0
				sum = step(tr, samples, 2, optim.NewSGD(0.5)) // and training may go on
				require.True(t, sum == sum)
				require.NotEqual(t, before, tr.params[0].Data)
			}
		}
	}
}

// counting is an update that counts its runs.
type counting struct{ ran []int }

func (o *counting) Uses() []Use                      { return nil }
func (o *counting) Run(_ *Step, worker, workers int) { o.ran[worker]++ }
