package nn

import (
	"slices"
	"testing"

	"weft/activations"
	"weft/nn/callbacks"
	"weft/nn/internal/engine"
	"weft/nn/layers"
	"weft/nn/losses"
	"weft/nn/metrics"
	"weft/optim"

	"github.com/stretchr/testify/require"
)

// spread is a metric of a user's own, of a type that cannot be compared: the largest
// output of all samples minus the smallest. It keeps what it was given.
type spread struct {
	seen *[]metrics.Results
	_    []int
}

func (spread) Name() string { return "spread" }

func (m spread) Of(r *metrics.Results) float64 {
	c := *r
	c.Outputs = slices.Clone(r.Outputs) // the next epoch writes over it
	*m.seen = append(*m.seen, c)
	smallest, largest := r.Outputs[0], r.Outputs[0]
	for _, v := range r.Outputs {
		smallest, largest = min(smallest, v), max(largest, v)
	}
	return float64(largest) - float64(smallest)
}

// Metrics, own ones among them, appear in histories, validations and evaluations, in
// the order of Compile after loss and accuracy; each sees every sample with its target,
// in order.
func TestMetrics(t *testing.T) {
	set, validation := newPatterns(77, 5, 7), newPatterns(20, 5, 7)
	var seen []metrics.Results
	m := compiled(t, smallModel(), CompileOptions{
		Optimizer: optim.NewSGD(0), Seed: 5, Workers: 2, Metrics: []metrics.Metric{metrics.TopK(3), metrics.Accuracy(), spread{seen: &seen}},
	})
	setIntegerWeights(t, m)
	y, err := m.Predict(background, set)
	require.NoError(t, err)

	h := fit(t, m, set, FitOptions{Epochs: 2, BatchSize: 16, Validation: validation})
	require.Len(t, seen, 4)
	want := []string{"loss", "accuracy", "top_k_categorical_accuracy", "spread"}
	for epoch, e := range h.Epochs {
		require.Equal(t, append(append([]string(nil), want...), "val_loss", "val_accuracy", "val_top_k_categorical_accuracy", "val_spread"), namesOf(e.Logs))
		order := make([]int32, set.Len())
		engine.Shuffle(order, &engine.Source{N: set.Len()}, 5, epoch)
		r := seen[2*epoch]
		require.Equal(t, set.Len(), r.Len())
		for i, row := range order { // the weights do not move: what a step gives is what Predict gives
			require.Equal(t, y.Data[row*10:(row+1)*10], r.Row(i))
			require.Equal(t, set.classes[row], r.Classes[i])
		}
		require.Nil(t, r.Targets)
		require.Equal(t, 20, seen[2*epoch+1].Len())
		require.Equal(t, metrics.TopK(3).Of(&r), e.Get("top_k_categorical_accuracy"))
		require.Equal(t, metrics.Accuracy().Of(&r), e.Get("accuracy"), "the accuracy that the loss counts")
		require.Equal(t, metrics.TopK(3).Of(&seen[2*epoch+1]), e.Get("val_top_k_categorical_accuracy"))
	}
	logs, err := m.Evaluate(background, set)
	require.NoError(t, err)
	require.Equal(t, want, namesOf(logs))
	require.Equal(t, y.Data, seen[4].Outputs)
	for _, name := range want[1:] { // which do not depend on the order
		require.Equal(t, logs.Get(name), h.Epochs[1].Get(name), name)
	}

	rows, err := m.Evaluate(background, subset{set, []int32{5, 5, 1}})
	require.NoError(t, err)
	require.Equal(t, append(append(append([]float32(nil), y.Data[50:60]...), y.Data[50:60]...), y.Data[10:20]...), seen[5].Outputs)
	require.Equal(t, []int32{set.classes[5], set.classes[5], set.classes[1]}, seen[5].Classes)
	require.Equal(t, metrics.TopK(3).Of(&seen[5]), rows.Get("top_k_categorical_accuracy"))
}

// Metrics of float targets see the outputs after an activation that the loss contains.
func TestMetricsOfTargets(t *testing.T) {
	set := newPatterns(50, 5, 7).oneHot(t, 10, true)
	for _, c := range []struct {
		loss losses.Loss
		last activations.Activation
	}{{losses.BinaryCrossentropy, activations.Sigmoid}, {losses.CategoricalCrossentropy, activations.Softmax}, {losses.MeanSquaredError, activations.Tanh}} {
		m := compiled(t, NewSequential("", layers.Flatten(5, 7), layers.Dense(10, c.last)), CompileOptions{
			Loss: c.loss, Optimizer: optim.NewSGD(0), Metrics: []metrics.Metric{metrics.MeanAbsoluteError(), metrics.MeanSquaredError(), metrics.Accuracy()},
		})
		y, err := m.Predict(background, set)
		require.NoError(t, err)
		r := &metrics.Results{Columns: 10, Outputs: y.Data, Targets: set.Targets}
		h := fit(t, m, set, FitOptions{NoShuffle: true})
		logs, err := m.Evaluate(background, set)
		require.NoError(t, err)
		for _, metric := range []metrics.Metric{metrics.MeanAbsoluteError(), metrics.MeanSquaredError()} {
			require.Equal(t, metric.Of(r), logs.Get(metric.Name()), c.loss.Name())
			require.Equal(t, metric.Of(r), h.Epochs[0].Get(metric.Name()), c.loss.Name())
		}
		require.True(t, logs.Has("accuracy"), "asked for, the loss's own or the metric")
		if c.loss == losses.MeanSquaredError {
			require.Equal(t, metrics.Accuracy().Of(r), logs.Get("accuracy"))
		}
	}
}

// An empty list is no metrics, nil the accuracy that the loss has; they change no bit of
// a training, and are counted anew in an epoch that is resumed or not at all.
func TestMetricsChangeNothing(t *testing.T) {
	set := newPatterns(75, 5, 7)
	train := func(all []metrics.Metric, o FitOptions) (*Sequential, *callbacks.History) {
		m := compiled(t, smallModel(), CompileOptions{Optimizer: optim.NewAdam(0.01), Seed: 2, Metrics: all})
		o.Epochs = 2
		return m, fit(t, m, set, o)
	}
	plain, h := train(nil, FitOptions{})
	require.Equal(t, []string{"loss", "accuracy"}, namesOf(h.Epochs[0].Logs))
	none, h := train([]metrics.Metric{}, FitOptions{})
	require.Equal(t, []string{"loss"}, namesOf(h.Epochs[0].Logs))
	require.Equal(t, plain.SHA256(), none.SHA256())
	top, h := train([]metrics.Metric{metrics.TopK(2)}, FitOptions{})
	require.Equal(t, []string{"loss", "top_k_categorical_accuracy"}, namesOf(h.Epochs[0].Logs))
	require.Equal(t, plain.SHA256(), top.SHA256())

	m := compiled(t, smallModel(), CompileOptions{Optimizer: optim.NewAdam(0.01), Seed: 2, Metrics: []metrics.Metric{metrics.TopK(2)}})
	fit(t, m, set, FitOptions{Epochs: 2, Callbacks: []callbacks.Callback{&at{step: 2, f: func() error { return callbacks.ErrStop }}}})
	h = fit(t, m, set, FitOptions{Epochs: 2, Resume: true})
	require.Equal(t, []string{"loss"}, namesOf(h.Epochs[0].Logs), "the outputs of the steps before are gone")
	require.Equal(t, []string{"loss", "top_k_categorical_accuracy"}, namesOf(h.Epochs[1].Logs))
	require.Equal(t, plain.SHA256(), m.SHA256())
}
