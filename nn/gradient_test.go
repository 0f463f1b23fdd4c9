package nn

import (
	"fmt"
	"math"
	"testing"

	"weft/activations"
	"weft/nn/data"
	"weft/nn/layers"
	"weft/nn/losses"
	"weft/optim"

	"github.com/stretchr/testify/require"
)

// firstStep returns the mean loss of one step over all of the data and what the
// engine computes as the gradient of each tensor, in Keras's shapes: with a rate
// of 1 the slot of momentum is exactly its negative after the first step.
func firstStep(t *testing.T, m *Sequential, set data.Source) (loss float64, all [][]float64) {
	h := fit(t, m, set, FitOptions{BatchSize: set.Data().Len(), NoShuffle: true})
	for _, p := range m.params {
		g := widened(p.Keras(p.Slots[0]))
		for i := range g {
			g[i] = -g[i]
		}
		all = append(all, g)
	}
	return h.Epochs[0].Get("loss"), all
}

// checkGradients compares the loss and the gradients of one step with the
// reference in float64, whose gradients are central differences.
func checkGradients(t *testing.T, m *Sequential, loss losses.Loss, set *data.Data, workers int) {
	n := set.Len()
	require.NoError(t, m.Build(set.Shape...))
	compiled(t, m, CompileOptions{Optimizer: optim.NewSGD(1).WithMomentum(0.5), Loss: loss, Seed: 3, Workers: workers})
	setIntegerWeights(t, m)
	r := newReference(m, loss)
	want := r.mean(set, n, 1)
	got, gradient := firstStep(t, m, set)

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
				up := r.mean(set, n, 1)
				x[j] = at - h
				down := r.mean(set, n, 1)
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
	set := newPatterns(35, 5, 7).floats(t)
	for _, fn := range []activations.Activation{activations.Linear, activations.ReLU, activations.Sigmoid, activations.Tanh, activations.Softmax} {
		for name, stack := range map[string][]layers.Layer{
			"in Dense": {layers.Flatten(), layers.Dense(20, fn), layers.Dense(10, activations.Softmax)},
			"layer":    {layers.Flatten(), layers.Dense(20, activations.Linear), layers.Activation(fn), layers.Dense(10, activations.Softmax)},
			"second":   {layers.Flatten(), layers.Dense(20, activations.Tanh), layers.Activation(fn), layers.Dense(10, activations.Softmax)},
			"first":    {layers.Activation(fn), layers.Flatten(), layers.Dense(18, activations.Tanh), layers.Dense(10, activations.Softmax)},
		} {
			if name == "first" && fn == activations.Softmax {
				stack[0], stack[1] = stack[1], stack[0]
			}
			t.Run(fn.Name()+"/"+name, func(t *testing.T) {
				checkGradients(t, NewSequential("", stack...), losses.SparseCategoricalCrossentropy, set, 2)
			})
		}
	}
}

// Every loss, with hard and soft targets, alone and above other layers, on
// outputs that fill a panel's columns and on fewer or more.
func TestGradientsOfLosses(t *testing.T) {
	patterns := newPatterns(35, 5, 7)
	for _, c := range []struct {
		loss losses.Loss
		last activations.Activation
	}{
		{losses.CategoricalCrossentropy, activations.Softmax},
		{losses.MeanSquaredError, activations.Linear},
		{losses.MeanSquaredError, activations.ReLU},
		{losses.MeanSquaredError, activations.Sigmoid},
		{losses.MeanSquaredError, activations.Softmax},
		{losses.BinaryCrossentropy, activations.Sigmoid},
	} {
		for _, outputs := range []int{2, 10, 16, 37} {
			for _, soft := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s of %s/%d outputs, soft %t", c.loss.Name(), c.last.Name(), outputs, soft), func(t *testing.T) {
					m := NewSequential("", layers.Flatten(), layers.Dense(8, activations.Tanh), layers.Dense(outputs, c.last))
					checkGradients(t, m, c.loss, patterns.oneHot(t, outputs, soft), 2)
				})
			}
		}
	}
	for _, outputs := range []int{10, 17} {
		t.Run(fmt.Sprintf("sparse_categorical_crossentropy/%d outputs", outputs), func(t *testing.T) {
			checkGradients(t, NewSequential("", layers.Flatten(), layers.Dense(outputs, activations.Softmax)), losses.SparseCategoricalCrossentropy, patterns.floats(t), 2)
		})
	}
}

// Dropout before, between and after the Dense layers, its masks taken from the
// words of their specification.
func TestGradientsOfDropout(t *testing.T) {
	patterns := newPatterns(70, 5, 7)
	for name, c := range map[string]struct {
		loss   losses.Loss
		layers []layers.Layer
	}{
		"first":  {losses.SparseCategoricalCrossentropy, []layers.Layer{layers.Flatten(), layers.Dropout(0.3), layers.Dense(10, activations.Softmax)}},
		"inside": {losses.SparseCategoricalCrossentropy, []layers.Layer{layers.Flatten(), layers.Dense(20, activations.ReLU), layers.Dropout(0.5), layers.Dense(18, activations.Linear), layers.Dropout(0.2), layers.Activation(activations.Tanh), layers.Dense(10, activations.Softmax)}},
		"twice":  {losses.SparseCategoricalCrossentropy, []layers.Layer{layers.Flatten(), layers.Dense(20, activations.Sigmoid), layers.Dropout(0.25), layers.Dropout(0.25), layers.Dense(10, activations.Softmax)}},
		"last":   {losses.MeanSquaredError, []layers.Layer{layers.Flatten(), layers.Dense(10, activations.Tanh), layers.Dropout(0.5)}},
	} {
		for _, workers := range []int{1, 3} {
			t.Run(fmt.Sprintf("%s/%d", name, workers), func(t *testing.T) {
				set := patterns.floats(t)
				if c.loss == losses.MeanSquaredError {
					set = patterns.oneHot(t, 10, true)
				}
				checkGradients(t, NewSequential("", c.layers...), c.loss, set, workers)
			})
		}
	}
}
