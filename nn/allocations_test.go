package nn

import (
	"fmt"
	"testing"

	"weft/activations"
	"weft/asm"
	"weft/optim"

	"github.com/stretchr/testify/require"
)

// stray is how many allocations of the runtime's own goroutines may fall into a
// count. One allocation a step would be 76 more, one a sample 1990.
const stray = 10

// A training step allocates nothing: a Fit of forty steps allocates as often as
// one of two steps, whatever it allocates to begin with.
func TestStepAllocatesNothing(t *testing.T) {
	const claimed = "claimed panels"
	for _, c := range []struct {
		name   string
		loss   Loss
		rule   optim.Optimizer
		layers []Layer
	}{
		{"sparse, adam, bytes", SparseCategoricalCrossentropy, optim.NewAdam(0.001), []Layer{Flatten(10, 15), Dense(20, activations.ReLU), Dropout(0.5), Activation(activations.Sigmoid), Dense(10, activations.Softmax)}},
		{"sparse products", SparseCategoricalCrossentropy, optim.NewAdam(0.001), []Layer{Flatten(10, 15), Dense(300, activations.ReLU), Dropout(0.5), Dense(40, activations.ReLU), Dense(10, activations.Softmax)}},
		{claimed, SparseCategoricalCrossentropy, optim.NewAdam(0.001), []Layer{Flatten(10, 15), Dense(20, activations.ReLU), Dense(10, activations.Softmax)}},
		{"categorical, rmsprop, floats", CategoricalCrossentropy, optim.NewRMSprop(0.001), []Layer{Flatten(10, 15), Dropout(0.1), Dense(20, activations.Softmax), Dense(10, activations.Softmax)}},
		{"squares, sgd", MeanSquaredError, optim.NewSGD(0.01), []Layer{Flatten(10, 15), Activation(activations.Tanh), Dense(10, activations.Tanh)}},
		{"binary, adagrad", BinaryCrossentropy, optim.NewAdagrad(0.01), []Layer{Flatten(10, 15), Dense(10, activations.Sigmoid)}},
	} {
		for _, workers := range []int{1, 2} {
			t.Run(fmt.Sprintf("%s/%d", c.name, workers), func(t *testing.T) {
				batch := 32
				if c.name == claimed {
					batch = 32 * panelsToTake * 2
				}
				if (c.name == "sparse products" || c.name == claimed) && asm.Best().Name == "generic" {
					t.Skip("some billion operations")
				}
				m := compiled(t, NewSequential("", c.layers...), Config{Loss: c.loss, Optimizer: c.rule, Workers: workers})
				count := func(s *integers) float64 {
					var data Dataset = s
					if c.loss != SparseCategoricalCrossentropy {
						data = s.oneHot(t, 10, false)
					}
					o := FitOptions{Epochs: 2, BatchSize: batch, Callbacks: []Callback{stepFunc(func(*Progress) error { return nil })}}
					return testing.AllocsPerRun(3, func() {
						if _, err := m.Fit(background, data, o); err != nil {
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
	m := compiled(t, smallModel(), Config{Workers: 1})
	count := func(n int) float64 {
		data := newPatterns(n, 5, 7)
		return testing.AllocsPerRun(3, func() {
			if _, _, err := m.Evaluate(background, data); err != nil {
				t.Fatal(err)
			}
		})
	}
	require.InDelta(t, count(10), count(2000), stray)
}
