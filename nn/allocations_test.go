package nn

import (
	"fmt"
	"testing"

	"weft/activations"
	"weft/asm"
	"weft/nn/callbacks"
	"weft/nn/layers"
	"weft/nn/losses"
	"weft/optim"

	"github.com/stretchr/testify/require"
)

// stray is how many allocations of the runtime's own goroutines may fall into a
// count. One allocation a step would be 76 more, one a sample 1990.
const stray = 10

// A training step allocates nothing: a Fit of forty steps allocates as often as
// one of two steps, whatever it allocates to begin with.
func TestStepAllocatesNothing(t *testing.T) {
	const stolen = "stolen panels"
	for _, c := range []struct {
		name     string
		loss     losses.Loss
		rule     optim.Optimizer
		layers   []layers.Layer
		weighted bool
	}{
		{"sparse, adam, bytes", losses.SparseCategoricalCrossentropy, optim.NewAdam(0.001), []layers.Layer{layers.Flatten(10, 15), layers.Dense(20, activations.ReLU), layers.Dropout(0.5), layers.Activation(activations.Sigmoid), layers.Dense(10, activations.Softmax)}, false},
		{"sparse products", losses.SparseCategoricalCrossentropy, optim.NewAdam(0.001), []layers.Layer{layers.Flatten(10, 15), layers.Dense(300, activations.ReLU), layers.Dropout(0.5), layers.Dense(40, activations.ReLU), layers.Dense(10, activations.Softmax)}, false},
		{stolen, losses.SparseCategoricalCrossentropy, optim.NewAdam(0.001), []layers.Layer{layers.Flatten(10, 15), layers.Dense(20, activations.ReLU), layers.Dense(10, activations.Softmax)}, false},
		{"categorical, rmsprop, floats", losses.CategoricalCrossentropy, optim.NewRMSprop(0.001), []layers.Layer{layers.Flatten(10, 15), layers.Dropout(0.1), layers.Dense(20, activations.Softmax), layers.Dense(10, activations.Softmax)}, false},
		{"squares, sgd", losses.MeanSquaredError, optim.NewSGD(0.01), []layers.Layer{layers.Flatten(10, 15), layers.Activation(activations.Tanh), layers.Dense(10, activations.Tanh)}, false},
		{"binary, adagrad", losses.BinaryCrossentropy, optim.NewAdagrad(0.01), []layers.Layer{layers.Flatten(10, 15), layers.Dense(10, activations.Sigmoid)}, false},
		{"weighted", losses.BinaryCrossentropy, optim.NewAdam(0.01), []layers.Layer{layers.Flatten(10, 15), layers.Dense(20, activations.ReLU), layers.Dense(10, activations.Sigmoid)}, true},
	} {
		for _, workers := range []int{1, 2} {
			t.Run(fmt.Sprintf("%s/%d", c.name, workers), func(t *testing.T) {
				batch := 32
				if c.name == stolen {
					batch = 256
				}
				if (c.name == "sparse products" || c.name == stolen) && asm.Best().Name == "generic" {
					t.Skip("some billion operations")
				}
				m := compiled(t, NewSequential("", c.layers...), CompileOptions{Loss: c.loss, Optimizer: c.rule, Workers: workers})
				if c.name == stolen {
					tr := newTrainer(t, m, newPatterns(batch, 10, 15), batch)
					tr.Panels = batch / asm.PanelWidth
					require.Equal(t, workers == 2, tr.Steals(workers))
				}
				count := func(s *integers) float64 {
					d := s.Data()
					if c.loss != losses.SparseCategoricalCrossentropy {
						d = s.oneHot(t, 10, false)
					}
					if c.weighted {
						d.Weights = make([]float32, s.Len())
					}
					o := FitOptions{Epochs: 2, BatchSize: batch, Callbacks: []callbacks.Callback{callbacks.OnStep(func(*callbacks.Progress) error { return nil })}}
					return testing.AllocsPerRun(3, func() {
						if _, err := m.Fit(background, d, o); err != nil {
							t.Fatal(err)
						}
					})
				}
				require.InDelta(t, count(newPatterns(2*batch, 10, 15)), count(newPatterns(40*batch, 10, 15)), stray)
			})
		}
	}
}

// Evaluate allocates by set, not by sample.
func TestEvaluateAllocatesBySet(t *testing.T) {
	m := compiled(t, smallModel(), CompileOptions{Workers: 1})
	count := func(n int) float64 {
		set := newPatterns(n, 5, 7)
		return testing.AllocsPerRun(3, func() {
			if _, err := m.Evaluate(background, set); err != nil {
				t.Fatal(err)
			}
		})
	}
	require.InDelta(t, count(10), count(2000), stray)
}
