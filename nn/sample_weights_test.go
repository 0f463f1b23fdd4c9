package nn

import (
	"fmt"
	"math"
	"testing"

	"weft/activations"
	"weft/asm"
	"weft/nn/data"
	"weft/nn/layers"
	"weft/nn/losses"
	"weft/optim"

	"github.com/stretchr/testify/require"
)

// everyLoss is each loss with a last activation, and whether it takes classes.
var everyLoss = []struct {
	loss losses.Loss
	last activations.Activation
}{
	{losses.SparseCategoricalCrossentropy, activations.Softmax},
	{losses.CategoricalCrossentropy, activations.Softmax},
	{losses.MeanSquaredError, activations.Tanh},
	{losses.BinaryCrossentropy, activations.Sigmoid},
}

// weighted returns n samples for a loss with weights, nil for none.
func weighted(t testing.TB, loss losses.Loss, n int, weights []float32) *data.Data {
	set := newPatterns(n, 5, 7)
	d := set.floats(t)
	if !losses.WantsClasses(loss) {
		d = set.oneHot(t, 10, true)
	}
	d.Weights = weights
	return d
}

// unequal returns n weights between 0 and 2, some of them 0.
func unequal(n int) []float32 {
	w := make([]float32, n)
	for i := range w {
		w[i] = float32(i*7%9) / 4
	}
	return w
}

// Losses and gradients are weighted as Keras does it, Σw·l/n: against the mathematics in
// float64.
func TestGradientsOfSampleWeights(t *testing.T) {
	for _, c := range everyLoss {
		for _, workers := range []int{1, 2} {
			t.Run(fmt.Sprintf("%s/%d", c.loss.Name(), workers), func(t *testing.T) {
				m := NewSequential("", layers.Flatten(), layers.Dense(20, activations.ReLU), layers.Dropout(0.25), layers.Dense(10, c.last))
				checkGradients(t, m, c.loss, weighted(t, c.loss, 70, unequal(70)), workers)
			})
		}
	}
}

// Evaluate's loss is Σw·l/n, the accuracy is that of all samples, and the validation's
// and the epoch's are the same.
func TestLossOfSampleWeights(t *testing.T) {
	const n = 75
	for _, c := range everyLoss {
		t.Run(c.loss.Name(), func(t *testing.T) {
			weights := unequal(n)
			m := compiled(t, NewSequential("", layers.Flatten(5, 7), layers.Dense(10, c.last)), CompileOptions{Loss: c.loss, Optimizer: optim.NewSGD(0), Workers: 2})
			plain, set := weighted(t, c.loss, n, nil), weighted(t, c.loss, n, weights)
			_, accuracy := evaluate(t, m, plain)
			sum := 0.0
			for i := range n { // the float32 loss of each sample times its weight, in float32
				one := *plain
				one.Rows = []int32{int32(i)}
				loss, _ := evaluate(t, m, &one)
				sum += float64(float32(float32(loss) * weights[i]))
			}
			loss, got := evaluate(t, m, set)
			require.Equal(t, sum/n, loss)
			require.Equal(t, math.Float64bits(accuracy), math.Float64bits(got))
			h := fit(t, m, set, FitOptions{NoShuffle: true, Validation: set})
			require.Equal(t, []float64{sum / n, sum / n}, []float64{h.Epochs[0].Get("loss"), h.Epochs[0].Get("val_loss")})

			part := *set // weights belong to rows of the storage, as samples do
			part.Rows = []int32{7, 7, 3}
			one := func(row int32) float64 {
				single := *set
				single.Rows = []int32{row}
				l, _ := evaluate(t, m, &single)
				return l
			}
			loss, _ = evaluate(t, m, &part)
			require.Equal(t, (one(7)+one(7)+one(3))/3, loss)
		})
	}
}

// Weights of 1 give the bits of none; those of 0 take a sample out, whatever it is;
// all twice as large are gradients twice as large: on every set with any number of
// workers.
func TestBitsOfSampleWeights(t *testing.T) {
	const n, batch = 150, 32
	ones, twos := make([]float32, n), make([]float32, n)
	for i := range ones {
		ones[i], twos[i] = 1, 2
	}
	zeros := unequal(n)
	for _, c := range everyLoss {
		t.Run(c.loss.Name(), func(t *testing.T) {
			train := func(k *asm.Kernels, workers int, rate float64, set *data.Data) *Sequential {
				m := compiled(t, NewSequential("", layers.Flatten(5, 7), layers.Dense(24, activations.ReLU), layers.Dropout(0.2), layers.Dense(10, c.last)),
					CompileOptions{Loss: c.loss, Optimizer: optim.NewSGD(rate), Kernels: k, Workers: workers, Seed: 4})
				fit(t, m, set, FitOptions{Epochs: 2, BatchSize: batch})
				return m
			}
			plain := weighted(t, c.loss, n, nil)
			want := train(asm.Best(), 1, 0.5, plain).SHA256()
			unequal := train(asm.Best(), 1, 0.5, weighted(t, c.loss, n, zeros)).SHA256()
			require.NotEqual(t, want, unequal)
			other := weighted(t, c.loss, n, zeros) // another picture and target where the weight is 0
			left := 0
			for i, w := range zeros {
				if w != 0 {
					continue
				}
				left++
				for j := range 35 {
					other.Floats[i*35+j] = float32(i*j%7) / 3
				}
				if other.Classes != nil {
					other.Classes[i] = (other.Classes[i] + 1) % 10
				} else {
					other.Targets[i*10] = 1 - other.Targets[i*10]
				}
			}
			require.Greater(t, left, 10)
			everySet(t, func(t *testing.T, k *asm.Kernels, workers int) {
				require.Equal(t, want, train(k, workers, 0.5, weighted(t, c.loss, n, ones)).SHA256(), "weights of 1")
				require.Equal(t, want, train(k, workers, 0.25, weighted(t, c.loss, n, twos)).SHA256(), "weights of 2 at half the rate")
				require.Equal(t, unequal, train(k, workers, 0.5, weighted(t, c.loss, n, zeros)).SHA256(), "unequal weights")
				require.Equal(t, unequal, train(k, workers, 0.5, other).SHA256(), "other samples of weight 0")
			})
		})
	}
}
