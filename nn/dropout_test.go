package nn

import (
	"fmt"
	"math"
	"testing"

	"weft/activations"
	"weft/asm"
	"weft/optim"

	"github.com/stretchr/testify/require"
)

// masks trains a model with a layer Dropout(rate) of the given number of units
// at position 1 and returns the mask of each step as [sample][unit].
func masks(t *testing.T, units, samples, steps int, rate float64, c Config) (all [][][]float32) {
	return masksBehind(t, units, samples, steps, rate, c)
}

// masksBehind is masks of a layer that stands behind others.
func masksBehind(t *testing.T, units, samples, steps int, rate float64, c Config, before ...Layer) (all [][][]float32) {
	x := make([]float32, samples*units)
	for i := range x {
		x[i] = 1
	}
	data, err := NewClassified(x, make([]int32, samples), units)
	require.NoError(t, err)
	c.Optimizer = optim.NewSGD(0)
	m := compiled(t, NewSequential("", append(append([]Layer{Flatten(units)}, before...), Dropout(rate), Dense(2, activations.Softmax))...), c)
	s, err := newSource("training", data, units)
	require.NoError(t, err)
	tr := newTrainer(m, s, samples, m.workers)
	order := make([]int32, samples)
	inOrder(order, s)
	tr.begin(order, nil)
	for step := 1; step <= steps; step++ {
		tr.step, tr.update = step, m.optimizer.At(step, m.optimizer.Rate())
		tr.train(m.workers, 0)
		var drop *dropoutForward
		for _, p := range tr.plan {
			if d, ok := p.op.(*dropoutForward); ok {
				drop = d
			}
		}
		mask := make([][]float32, samples)
		for i := range mask {
			mask[i] = make([]float32, units)
			for u := range mask[i] {
				at := (i/asm.PanelWidth*units+u)*asm.PanelWidth + i%asm.PanelWidth
				mask[i][u] = drop.mask[at]
				require.Equal(t, mask[i][u], drop.y.panels[at]) // mask times 1
			}
		}
		all = append(all, mask)
	}
	return all
}

// A mask is what the words of its specification say: it depends on seed, layer,
// step, unit and place in the batch, not on workers, kernels or the batch.
func TestDropoutMask(t *testing.T) {
	const units, samples, steps, rate = 21, 50, 3, 0.3
	everySet(t, func(t *testing.T, k *asm.Kernels, workers int) {
		for step, mask := range masks(t, units, samples, steps, rate, Config{Seed: 11, Kernels: k, Workers: workers}) {
			for i, row := range mask {
				for u, v := range row {
					require.Equal(t, float32(maskAt(11, 1, step+1, u, i, units, rate)), v, "step %d, sample %d, unit %d", step+1, i, u)
				}
			}
		}
	})
	want := masks(t, units, samples, 1, rate, Config{Seed: 11})[0]
	require.Equal(t, want[:17], masks(t, units, 17, 1, rate, Config{Seed: 11})[0])
	require.NotEqual(t, want, masks(t, units, samples, 1, rate, Config{Seed: 12})[0])
	require.NotEqual(t, want, masks(t, units, samples, 2, rate, Config{Seed: 11})[1])
	require.NotEqual(t, want, masksBehind(t, units, samples, 1, rate, Config{Seed: 11}, Activation(activations.Linear))[0], "two layers have one mask")
}

// The share that is dropped is the rate, within five standard deviations of the
// binomial distribution, over all and for each unit, sample and step; neighbours
// of every kind are independent; what is kept is scaled by 1/(1−rate).
func TestDropoutRate(t *testing.T) {
	const units, samples, steps = 64, 96, 12
	for _, rate := range []float64{0.01, 0.1, 0.25, 0.5, 0.8, 0.99} {
		t.Run(fmt.Sprint(rate), func(t *testing.T) {
			all := masks(t, units, samples, steps, rate, Config{Seed: 2026})
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
			within("neighbouring units", unitPairs, (units-1)*samples*steps, rate*rate)
			within("neighbouring samples", samplePairs, units*(samples-1)*steps, rate*rate)
			within("neighbouring steps", stepPairs, units*samples*(steps-1), rate*rate)
		})
	}
}

// Outside training dropout passes everything, and a rate of 0 is no layer at
// all.
func TestDropoutOffAtInference(t *testing.T) {
	data := newPatterns(75, 5, 7)
	with := compiled(t, NewSequential("", Flatten(5, 7), Dropout(0.9), Dense(12, activations.ReLU), Dropout(0.9), Dense(10, activations.Softmax)), Config{})
	without := compiled(t, smallModel(), Config{})
	setIntegerWeights(t, with)
	setIntegerWeights(t, without)
	a, err := with.Predict(background, data)
	require.NoError(t, err)
	b, err := without.Predict(background, data)
	require.NoError(t, err)
	require.Equal(t, b, a)
	lossA, accuracyA, err := with.Evaluate(background, data)
	require.NoError(t, err)
	lossB, accuracyB, err := without.Evaluate(background, data)
	require.NoError(t, err)
	require.Equal(t, [2]float64{lossB, accuracyB}, [2]float64{lossA, accuracyA})

	h := fit(t, with, data, FitOptions{InOrder: true, BatchSize: 75})
	require.NotEqual(t, lossA, h.Epochs[0].Loss, "nothing was dropped in training")

	none := compiled(t, NewSequential("", Flatten(5, 7), Dropout(0), Dense(12, activations.ReLU), Dropout(0), Dense(10, activations.Softmax)), Config{})
	setIntegerWeights(t, none)
	fit(t, none, data, FitOptions{})
	fit(t, without, data, FitOptions{})
	require.Equal(t, without.SHA256(), none.SHA256())
}
