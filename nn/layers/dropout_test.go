package layers

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"weft/asm"
	"weft/nn/internal/engine"
	"weft/nn/internal/enginetest"
	"weft/optim"

	"github.com/stretchr/testify/require"
)

// masks trains a network with a layer Dropout(rate) of the given number of units at
// position 1, or above other layers, and returns the mask of each step as
// [sample][unit]: its inputs are 1.
func masks(t *testing.T, units, samples, steps int, rate float64, o enginetest.Options, below ...Layer) (all [][][]float32) {
	o.Data = &engine.Source{N: samples, Features: units, Floats: make([]float32, samples*units), Classes: make([]int32, samples)}
	for i := range o.Data.Floats {
		o.Data.Floats[i] = 1
	}
	drop := &spied{Layer: Dropout(rate)}
	o.Network = stack(append(append([]Layer{Flatten()}, below...), drop, Dense(2, linear))...)
	o.Batch, o.Rule = samples, optim.NewSGD(0)
	o.Objective = objective(func(int, int) float32 { return 0 })
	n := enginetest.New(t, o)
	for range steps {
		n.Train(n.Order(), nil)
		mask := make([][]float32, samples)
		for i := range mask {
			mask[i] = make([]float32, units)
			for u := range mask[i] {
				mask[i][u] = value(n.Floats(drop.y.Values), units, u, i)
			}
		}
		all = append(all, mask)
	}
	return all
}

// maskAt returns the factor of a dropout layer for one number, from the words of
// its specification: the stream PCG(seed, FNV-1a("dropout/<layer>") +
// (step·units + unit)·2²⁴ + ⌊sample/16⌋) gives sixteen samples half a word each,
// low half first, and a half below rate·2³² drops.
func maskAt(seed uint64, layer, step, unit, sample, units int, rate float64) float64 {
	h := uint64(14695981039346656037)
	for _, c := range []byte(fmt.Sprintf("dropout/%d", layer)) {
		h = (h ^ uint64(c)) * 1099511628211
	}
	g := rand.NewPCG(seed, h+uint64(step*units+unit)<<24+uint64(sample/16))
	var word uint64
	for range sample%16/2 + 1 {
		word = g.Uint64()
	}
	if uint32(word>>(32*(sample%2))) < uint32(rate*(1<<32)) {
		return 0
	}
	return 1 / (1 - rate)
}

// A mask is what the words of its specification say: it depends on seed, layer,
// step, unit and place in the batch, not on workers, kernels or the batch.
func TestDropoutMask(t *testing.T) {
	const units, samples, steps, rate = 21, 50, 3, 0.3
	seed := func(s uint64) (o enginetest.Options) { o.Seed = s; return o }
	enginetest.EverySet(t, func(t *testing.T, k *asm.Kernels, workers int) {
		o := seed(11)
		o.Kernels, o.Workers = k, workers
		for step, mask := range masks(t, units, samples, steps, rate, o) {
			for i, row := range mask {
				for u, v := range row {
					require.Equal(t, float32(maskAt(11, 1, step+1, u, i, units, rate)), v, "step %d, sample %d, unit %d", step+1, i, u)
				}
			}
		}
	})
	want := masks(t, units, samples, 1, rate, seed(11))[0]
	require.Equal(t, want[:17], masks(t, units, 17, 1, rate, seed(11))[0])
	require.NotEqual(t, want, masks(t, units, samples, 1, rate, seed(12))[0])
	require.NotEqual(t, want, masks(t, units, samples, 2, rate, seed(11))[1])
	require.NotEqual(t, want, masks(t, units, samples, 1, rate, seed(11), Activation(linear))[0], "two layers have one mask")
}

// The share that is dropped is the rate, within five standard deviations of the
// binomial distribution, over all and for each unit, sample and step; neighbors
// of every kind are independent; what is kept is scaled by 1/(1−rate).
func TestDropoutRate(t *testing.T) {
	const units, samples, steps = 64, 96, 12
	for _, rate := range []float64{0.01, 0.1, 0.25, 0.5, 0.8, 0.99} {
		t.Run(fmt.Sprint(rate), func(t *testing.T) {
			var o enginetest.Options
			o.Seed = 2026
			all := masks(t, units, samples, steps, rate, o)
			within := func(what string, dropped, n int, p float64) {
				require.InDelta(t, p*float64(n), dropped, 5*math.Sqrt(float64(n)*p*(1-p))+1, what)
			}
			var total, unitPairs, samplePairs, stepPairs int
			var byUnit [units]int
			var bySample [samples]int
			for s, mask := range all {
				inStep := 0
				for i, row := range mask {
					for u, v := range row {
						if v != 0 {
							require.Equal(t, float32(1/(1-rate)), v)
							continue
						}
						inStep++
						byUnit[u]++
						bySample[i]++
						if u > 0 && row[u-1] == 0 {
							unitPairs++
						}
						if i > 0 && mask[i-1][u] == 0 {
							samplePairs++
						}
						if s > 0 && all[s-1][i][u] == 0 {
							stepPairs++
						}
					}
				}
				total += inStep
				within("step", inStep, units*samples, rate)
			}
			within("all", total, units*samples*steps, rate)
			for _, n := range byUnit {
				within("unit", n, samples*steps, rate)
			}
			for _, n := range bySample {
				within("sample", n, units*steps, rate)
			}
			within("neighboring units", unitPairs, (units-1)*samples*steps, rate*rate)
			within("neighboring samples", samplePairs, units*(samples-1)*steps, rate*rate)
			within("neighboring steps", stepPairs, units*samples*(steps-1), rate*rate)
		})
	}
}
