package nn

import (
	"fmt"
	"math"
	"testing"

	"weft/activations"
	"weft/optim"

	"github.com/stretchr/testify/require"
)

// firstStep returns the mean loss of one step over all of the data and what the
// engine computes as the gradient of each tensor, in Keras's shapes: with a rate
// of 1 the slot of momentum is exactly its negative after the first step.
func firstStep(t *testing.T, m *Sequential, data Dataset) (loss float64, all [][]float64) {
	h := fit(t, m, data, FitOptions{BatchSize: data.Len(), InOrder: true})
	for _, p := range m.params {
		for _, slot := range [][]float32{p.keras(p.ws[0]), p.bs[0]} {
			g := widened(slot)
			for i := range g {
				g[i] = -g[i]
			}
			all = append(all, g)
		}
	}
	return h.Epochs[0].Loss, all
}

// checkGradients compares the loss and the gradients of one step with the
// reference in float64, whose gradients are central differences.
func checkGradients(t *testing.T, m *Sequential, loss Loss, data *Samples, workers int) {
	n := data.Len()
	require.NoError(t, m.Build(data.Shape()...))
	compiled(t, m, Config{Optimizer: optim.NewSGD(1).WithMomentum(0.5), Loss: loss, Seed: 3, Workers: workers})
	setIntegerWeights(t, m)
	r := newReference(m, loss)
	want := r.mean(data, n, 1)
	got, gradient := firstStep(t, m, data)

	// A float32 number of the step is a chain over the batch of terms that went
	// through chains of at most 50 numbers and functions within 2.5 ULP: fewer
	// than 256 roundings of 2⁻²⁴, of terms up to some times larger than their
	// sum. The differences themselves are good to 2⁻⁵³/h, 1e-10.
	const share, floor, h = 4 * 256 * 0x1p-24, 1e-9, 1e-6
	require.InEpsilon(t, want, got, share)
	k := 0
	for _, w := range r.weights {
		for _, x := range [][]float64{w.kernel, w.bias} {
			largest := 0.0
			for _, g := range gradient[k] {
				largest = max(largest, math.Abs(g))
			}
			require.Greater(t, largest, 1e-5, "tensor %d has no gradient", k)
			stride := 1 + len(x)/40 // some elements of a large kernel are enough
			for j := k % stride; j < len(x); j += stride {
				at := x[j]
				x[j] = at + h
				up := r.mean(data, n, 1)
				x[j] = at - h
				down := r.mean(data, n, 1)
				x[j] = at
				require.InDelta(t, (up-down)/(2*h), gradient[k][j], share*largest+floor, "tensor %d, element %d", k, j)
			}
			k++
		}
	}
}

// Every activation, inside a Dense layer, as a layer of its own and before the
// first Dense layer.
func TestGradientsOfActivations(t *testing.T) {
	data := newPatterns(35, 5, 7).floats(t)
	for _, fn := range []activations.Activation{activations.Linear, activations.ReLU, activations.Sigmoid, activations.Tanh, activations.Softmax} {
		for name, layers := range map[string][]Layer{
			"in Dense": {Flatten(), Dense(20, fn), Dense(10, activations.Softmax)},
			"layer":    {Flatten(), Dense(20, activations.Linear), Activation(fn), Dense(10, activations.Softmax)},
			"second":   {Flatten(), Dense(20, activations.Tanh), Activation(fn), Dense(10, activations.Softmax)},
			"first":    {Activation(fn), Flatten(), Dense(18, activations.Tanh), Dense(10, activations.Softmax)},
		} {
			if name == "first" && fn == activations.Softmax {
				layers[0], layers[1] = layers[1], layers[0]
			}
			t.Run(fmt.Sprintf("%v/%s", fn, name), func(t *testing.T) {
				checkGradients(t, NewSequential("", layers...), SparseCategoricalCrossentropy, data, 2)
			})
		}
	}
}

// Every loss, with hard and soft targets, alone and above other layers, on
// outputs that fill a panel's columns and on fewer or more.
func TestGradientsOfLosses(t *testing.T) {
	patterns := newPatterns(35, 5, 7)
	for _, c := range []struct {
		loss Loss
		last activations.Activation
	}{
		{CategoricalCrossentropy, activations.Softmax},
		{MeanSquaredError, activations.Linear},
		{MeanSquaredError, activations.ReLU},
		{MeanSquaredError, activations.Sigmoid},
		{MeanSquaredError, activations.Softmax},
		{BinaryCrossentropy, activations.Sigmoid},
	} {
		for _, outputs := range []int{2, 10, 16, 37} {
			for _, soft := range []bool{false, true} {
				t.Run(fmt.Sprintf("%v of %v/%d outputs, soft %t", c.loss, c.last, outputs, soft), func(t *testing.T) {
					m := NewSequential("", Flatten(), Dense(8, activations.Tanh), Dense(outputs, c.last))
					checkGradients(t, m, c.loss, patterns.oneHot(t, outputs, soft), 2)
				})
			}
		}
	}
	for _, outputs := range []int{10, 17} {
		t.Run(fmt.Sprintf("sparse_categorical_crossentropy/%d outputs", outputs), func(t *testing.T) {
			checkGradients(t, NewSequential("", Flatten(), Dense(outputs, activations.Softmax)), SparseCategoricalCrossentropy, patterns.floats(t), 2)
		})
	}
}

// Dropout before, between and after the Dense layers, its masks taken from the
// words of their specification.
func TestGradientsOfDropout(t *testing.T) {
	patterns := newPatterns(70, 5, 7)
	for name, c := range map[string]struct {
		loss   Loss
		layers []Layer
	}{
		"first":  {SparseCategoricalCrossentropy, []Layer{Flatten(), Dropout(0.3), Dense(10, activations.Softmax)}},
		"inside": {SparseCategoricalCrossentropy, []Layer{Flatten(), Dense(20, activations.ReLU), Dropout(0.5), Dense(18, activations.Linear), Dropout(0.2), Activation(activations.Tanh), Dense(10, activations.Softmax)}},
		"twice":  {SparseCategoricalCrossentropy, []Layer{Flatten(), Dense(20, activations.Sigmoid), Dropout(0.25), Dropout(0.25), Dense(10, activations.Softmax)}},
		"last":   {MeanSquaredError, []Layer{Flatten(), Dense(10, activations.Tanh), Dropout(0.5)}},
	} {
		for _, workers := range []int{1, 3} {
			t.Run(fmt.Sprintf("%s/%d", name, workers), func(t *testing.T) {
				data := patterns.floats(t)
				if c.loss == MeanSquaredError {
					data = patterns.oneHot(t, 10, true)
				}
				checkGradients(t, NewSequential("", c.layers...), c.loss, data, workers)
			})
		}
	}
}
