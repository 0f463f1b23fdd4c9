package nn

import (
	"fmt"
	"math"
	"testing"

	"weft/activations"
	"weft/asm"
	"weft/nn/callbacks"
	"weft/nn/data"
	"weft/nn/layers"
	"weft/nn/losses"
	"weft/optim"

	"github.com/stretchr/testify/require"
)

// A step whose loss becomes NaN leaves weights, slots and position of the step before,
// bit for bit, and says where it was: on every set and with any number of workers, for
// batches of one panel and of several, of which panels are stolen. Save works
// afterwards, and once the data is mended the training goes on as if nothing had been.
func TestLossBecomesNaN(t *testing.T) {
	nan := float32(math.NaN())
	for _, c := range []struct {
		batch, samples, bad int // bad is a sample of step 3
	}{{32, 110, 70}, {300, 1000, 899}} {
		t.Run(fmt.Sprintf("batches of %d", c.batch), func(t *testing.T) {
			good := newPatterns(c.samples, 5, 7).floats(t)
			poisoned := *good
			poisoned.Floats = append([]float32(nil), good.Floats...)
			poisoned.Floats[c.bad*35+3] = nan
			everySet(t, func(t *testing.T, k *asm.Kernels, workers int) {
				model := func() *Sequential {
					m := NewSequential("", layers.Flatten(5, 7), layers.Dense(40, activations.ReLU), layers.Dropout(0.25), layers.Dense(10, activations.Softmax))
					return compiled(t, m, CompileOptions{Optimizer: optim.NewAdam(0.01), Seed: 3, Kernels: k, Workers: workers})
				}
				o := FitOptions{Epochs: 2, BatchSize: c.batch, NoShuffle: true}
				stop := o
				stop.Callbacks = []callbacks.Callback{&at{step: 2, f: func() error { return callbacks.ErrStop }}}
				before := model()
				fit(t, before, good, stop)

				m := model()
				h, err := m.Fit(background, &poisoned, o)
				require.EqualError(t, err, "nn: the loss became NaN in epoch 1, step 3 of 4; the model has the weights of the step before: lower the learning rate, or look for NaN in the data")
				require.Empty(t, h.Epochs)
				require.Equal(t, before.SHA256(), m.SHA256())
				require.Equal(t, before.training.position, m.training.position)
				file := saved(t, m)
				require.Equal(t, saved(t, before), file, "weights, slots, steps and position")

				// again, the same step fails, and changes nothing again
				o.Resume = true
				_, err = m.Fit(background, &poisoned, o)
				require.ErrorContains(t, err, "epoch 1, step 3 of 4")
				require.Equal(t, file, saved(t, m))

				straight := model()
				fit(t, straight, good, FitOptions{Epochs: 2, BatchSize: c.batch, NoShuffle: true})
				for _, mended := range []*Sequential{m, load(t, file)} {
					fit(t, mended, good, o)
					require.Equal(t, saved(t, straight), saved(t, mended))
				}
			})
		})
	}
}

// A first step that fails leaves a model without a position, which can be saved.
func TestFirstLossIsNaN(t *testing.T) {
	set := newPatterns(40, 5, 7).floats(t)
	set.Floats[7] = float32(math.NaN())
	m := compiled(t, smallModel(), CompileOptions{Optimizer: optim.NewSGD(0.1)})
	file := saved(t, m)
	_, err := m.Fit(background, set, FitOptions{NoShuffle: true})
	require.ErrorContains(t, err, "epoch 1, step 1 of 2")
	require.Equal(t, file, saved(t, m))
}

// A rate that is far too high is named as a cause.
func TestLossOverflows(t *testing.T) {
	m := compiled(t, NewSequential("", layers.Input(35), layers.Dense(1, activations.Linear)), CompileOptions{Loss: losses.MeanSquaredError, Optimizer: optim.NewSGD(1e30)})
	far, err := data.NewRegression(make([]float32, 35*64), make([]float32, 64), 35)
	require.NoError(t, err)
	for i := range far.Floats {
		far.Floats[i] = 1e3
	}
	_, err = m.Fit(background, far, FitOptions{Epochs: 9})
	require.ErrorContains(t, err, "lower the learning rate")
	require.ErrorContains(t, m.Save(discard{}), "SaveAny") // an infinite loss had infinite weights
	require.NoError(t, m.SaveAny(discard{}))
}
