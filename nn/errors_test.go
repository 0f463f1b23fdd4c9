package nn

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"weft/activations"
	"weft/asm"
	"weft/nn/callbacks"
	"weft/nn/data"
	"weft/nn/layers"
	"weft/nn/losses"
	"weft/nn/metrics"
	"weft/optim"

	"github.com/stretchr/testify/require"
)

// Each mistake in a stack has an error that names it and says what to do, from
// Compile where it can be known there, and the model stays as it was.
func TestStackMistakes(t *testing.T) {
	relu, softmax := activations.ReLU, activations.Softmax
	for _, c := range []struct {
		name   string
		layers []layers.Layer
		config CompileOptions
		want   string
	}{
		{"no layers", nil, CompileOptions{}, `model "m" has no layers`},
		{"input alone", []layers.Layer{layers.Input(3)}, CompileOptions{}, `model "m" has no layers`},
		{"no Dense", []layers.Layer{layers.Flatten(2, 2), layers.Activation(softmax)}, CompileOptions{}, `model "m" has no weights to train: add a Dense layer`},
		{"a nil layer", []layers.Layer{nil}, CompileOptions{}, "nil layer"},
		{"no units", []layers.Layer{layers.Input(3), layers.Dense(0, softmax)}, CompileOptions{}, "0 units: give at least 1"},
		{"too many units", []layers.Layer{layers.Input(3), layers.Dense(math.MaxInt32, softmax)}, CompileOptions{}, "parameters"},
		{"Dense on images", []layers.Layer{layers.Input(28, 28), layers.Dense(10, softmax)}, CompileOptions{}, `layer "dense" of model "m": a Dense layer takes vectors, its input has shape [28 28]: put layers.Flatten() before it`},
		{"an input of nothing", []layers.Layer{layers.Input(3, 0), layers.Dense(2, softmax)}, CompileOptions{}, "the input shape [3 0] of model \"m\" holds no number"},
		{"an input without a shape", []layers.Layer{layers.Input(), layers.Dense(2, softmax)}, CompileOptions{}, "holds no number"},
		{"a negative input", []layers.Layer{layers.Flatten(-3), layers.Dense(2, softmax)}, CompileOptions{}, "holds no number"},
		{"a huge input", []layers.Layer{layers.Flatten(1<<20, 1<<20), layers.Dense(2, softmax)}, CompileOptions{}, "or more: too many"},
		{"Input above", []layers.Layer{layers.Dense(2, relu), layers.Input(3), layers.Dense(2, softmax)}, CompileOptions{}, "Input must be the first layer"},
		{"two Inputs", []layers.Layer{layers.Input(3), layers.Input(3), layers.Dense(2, softmax)}, CompileOptions{}, "Input must be the first layer"},
		{"two input shapes", []layers.Layer{layers.Input(10), layers.Flatten(28, 28), layers.Dense(2, softmax)}, CompileOptions{}, "has the input shape [10], and a Flatten of [28 28]: use layers.Flatten()"},
		{"an input shape inside", []layers.Layer{layers.Input(3), layers.Dense(2, relu), layers.Flatten(2), layers.Dense(2, softmax)}, CompileOptions{}, "use layers.Flatten() inside"},
		{"a rate of 1", []layers.Layer{layers.Input(3), layers.Dropout(1), layers.Dense(2, softmax)}, CompileOptions{}, "a Dropout layer of rate 1: give 0 ≤ rate < 1"},
		{"a negative rate", []layers.Layer{layers.Input(3), layers.Dropout(-0.1), layers.Dense(2, softmax)}, CompileOptions{}, "rate -0.1"},
		{"a rate that is no number", []layers.Layer{layers.Input(3), layers.Dropout(math.NaN()), layers.Dense(2, softmax)}, CompileOptions{}, "rate NaN"},
		{"no activation", []layers.Layer{layers.Input(3), layers.Activation(nil), layers.Dense(2, softmax)}, CompileOptions{}, "no activation: give one, activations.Linear for none"},
		{"sparse without softmax", []layers.Layer{layers.Input(3), layers.Dense(2, activations.Linear)}, CompileOptions{}, "loss sparse_categorical_crossentropy wants a softmax on the last layer of model \"m\": give it activations.Softmax"},
		{"sparse without softmax, input unknown", []layers.Layer{layers.Dense(2, relu)}, CompileOptions{}, "give it activations.Softmax"},
		{"categorical without softmax", []layers.Layer{layers.Input(3), layers.Dense(2, activations.Sigmoid)}, CompileOptions{Loss: losses.CategoricalCrossentropy}, "give it activations.Softmax"},
		{"dropout above softmax", []layers.Layer{layers.Input(3), layers.Dense(2, softmax), layers.Dropout(0.5)}, CompileOptions{}, "give it activations.Softmax"},
		{"binary without sigmoid", []layers.Layer{layers.Input(3), layers.Dense(2, softmax)}, CompileOptions{Loss: losses.BinaryCrossentropy}, "give it activations.Sigmoid"},
		{"sparse of one output", []layers.Layer{layers.Input(3), layers.Dense(1, softmax)}, CompileOptions{}, `loss sparse_categorical_crossentropy does not suit the 1 outputs of model "m": the softmax of one output is always 1: give one output with activations.Sigmoid and losses.BinaryCrossentropy`},
		{"categorical of one output", []layers.Layer{layers.Input(3), layers.Dense(1, softmax)}, CompileOptions{Loss: losses.CategoricalCrossentropy}, "the softmax of one output is always 1"},
		{"a nil metric", []layers.Layer{layers.Input(3), layers.Dense(2, softmax)}, CompileOptions{Metrics: []metrics.Metric{metrics.Accuracy(), nil}}, "metric 1 is nil"},
		{"a metric of more outputs", []layers.Layer{layers.Input(3), layers.Dense(2, softmax)}, CompileOptions{Metrics: []metrics.Metric{metrics.TopK(3)}}, `metric top_k_categorical_accuracy of model "m": the top 3 of 2 outputs`},
		{"a metric of other targets", []layers.Layer{layers.Input(3), layers.Dense(2, softmax)}, CompileOptions{Metrics: []metrics.Metric{metrics.MeanAbsoluteError()}}, "mean_absolute_error needs float targets, the loss takes classes"},
		{"no kernels", []layers.Layer{layers.Input(3), layers.Dense(2, softmax)}, CompileOptions{Kernels: &asm.Kernels{}}, "take a set of asm.Available, asm.Best or asm.Named"},
		{"negative workers", []layers.Layer{layers.Input(3), layers.Dense(2, softmax)}, CompileOptions{Workers: -1}, "-1 workers: give 1 to 4096, or 0 for all processors"},
		{"a wrong rule", []layers.Layer{layers.Input(3), layers.Dense(2, softmax)}, CompileOptions{Optimizer: optim.NewSGD(-1)}, "learning_rate"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := NewSequential("m", c.layers...)
			t.Cleanup(m.Close)
			for range 2 { // the second time too
				require.ErrorContains(t, m.Compile(c.config), c.want)
				_, err := m.Fit(background, newPatterns(4, 1, 3), FitOptions{})
				require.Error(t, err)
			}
		})
	}
}

// A mistake of the loss can be mended by adding what is missing.
func TestFailedCompileChangesNothing(t *testing.T) {
	set := newPatterns(40, 5, 7)
	m := NewSequential("", layers.Flatten(5, 7), layers.Dense(10, activations.Linear))
	require.ErrorContains(t, m.Compile(CompileOptions{}), "activations.Softmax")
	m.Add(layers.Activation(activations.Softmax))
	compiled(t, m, CompileOptions{})
	fit(t, m, set, FitOptions{})

	// a model that trains goes on as it was
	file := saved(t, m)
	require.Error(t, m.Compile(CompileOptions{Loss: losses.BinaryCrossentropy, Seed: 5}))
	require.Error(t, m.Compile(CompileOptions{Optimizer: optim.NewAdam(-1), Seed: 5}))
	require.Equal(t, file, saved(t, m))

	// also where a layer comes too late, but for what would train it
	m.Add(layers.Dense(3, activations.ReLU))
	require.ErrorContains(t, m.Compile(CompileOptions{}), "add all layers first")
	_, err := m.Fit(background, set, FitOptions{})
	require.ErrorContains(t, err, "add all layers first")
	require.Equal(t, file, saved(t, m))
	_, err = m.Predict(background, set)
	require.NoError(t, err)

	// a shape that only the data tells may be a mistake each time anew
	m = compiled(t, NewSequential("", layers.Dense(10, activations.Softmax)), CompileOptions{})
	for range 2 {
		_, err := m.Fit(background, set, FitOptions{})
		require.ErrorContains(t, err, "put layers.Flatten() before it")
	}
	fit(t, m, newPatterns(40, 5, 7).vectors(), FitOptions{})
}

// A set that is refused gives a model no shape.
func TestRefusedDataGivesNoShape(t *testing.T) {
	bad, err := data.NewClassification(make([]float32, 6), []int32{0, 5}, 3)
	require.NoError(t, err)
	good, err := data.NewClassification(make([]float32, 4), []int32{0, 1}, 2)
	require.NoError(t, err)
	unshaped := func() *Sequential { return NewSequential("", layers.Dense(2, activations.Softmax)) }
	for name, call := range map[string]func(m *Sequential) error{
		"Fit":        func(m *Sequential) error { _, err := m.Fit(background, bad, FitOptions{}); return err },
		"validation": func(m *Sequential) error { _, err := m.Fit(background, good, FitOptions{Validation: bad}); return err },
		"Evaluate":   func(m *Sequential) error { _, err := m.Evaluate(background, bad); return err },
	} {
		m := compiled(t, unshaped(), CompileOptions{})
		require.Error(t, call(m), name)
		require.Nil(t, m.shapes, name)
		fit(t, m, good, FitOptions{})
	}
	m := unshaped()
	_, err = m.Predict(background, bad)
	require.ErrorContains(t, err, "no weights yet")
	compiled(t, m, CompileOptions{})
	fit(t, m, good, FitOptions{})
}

// What is wrong only in view of the data is found before a weight changes.
func TestDataMistakes(t *testing.T) {
	good := newPatterns(40, 5, 7)
	with := func(change func(*data.Data)) data.Source {
		d := *good.floats(t)
		change(&d)
		return &d
	}
	label := func(i int, c int32) data.Source {
		d := &integers{good.shape, good.pixels, append([]int32(nil), good.classes...)}
		d.classes[i] = c
		return d
	}
	for _, c := range []struct {
		name string
		set  data.Source
		want string
	}{
		{"nil", nil, "the data is nil: give a *data.Data or a set that has one"},
		{"a source of nil", (*data.Data)(nil), "the data is nil"},
		{"empty", good.head(0), "set is empty: give at least one sample"},
		{"other shape", newPatterns(4, 5, 8), "takes samples of shape [5 7], not [5 8]"},
		{"a class too high", label(39, 10), "sample 39 of the %s set has class 10, the model has outputs for 0…9"},
		{"a negative class", label(0, -1), "sample 0 of the %s set has class -1"},
		{"float targets", good.oneHot(t, 10, false), "wants a class for each sample, the %s set has none: use categorical_crossentropy"},
		{"bytes and floats", with(func(d *data.Data) { d.Bytes = good.pixels }), "must give either Bytes or Floats"},
		{"neither", with(func(d *data.Data) { d.Floats, d.Rows = nil, []int32{0} }), "must give either Bytes or Floats"},
		{"classes and targets", with(func(d *data.Data) { d.Targets = make([]float32, 40) }), "both Classes and Targets"},
		{"half a sample", with(func(d *data.Data) { d.Floats = d.Floats[:1399] }), "no whole number of samples"},
		{"fewer samples than classes", with(func(d *data.Data) { d.Floats = d.Floats[:35*39] }), "40 classes for 39 samples"},
		{"fewer classes than samples", with(func(d *data.Data) { d.Classes = d.Classes[:39] }), "39 classes for 40 samples"},
		{"fewer weights than samples", with(func(d *data.Data) { d.Weights = make([]float32, 39) }), "39 weights for 40 samples"},
		{"a negative weight", with(func(d *data.Data) { d.Weights = make([]float32, 40); d.Weights[7] = -1 }), "weight of sample 7 of the %s set is -1"},
		{"a weight that is no number", with(func(d *data.Data) { d.Weights = make([]float32, 40); d.Weights[39] = float32(math.NaN()) }), "weight of sample 39 of the %s set is NaN"},
		{"a row outside", subset{good, []int32{3, 40}}, "sample 1 of the %s set is row 40 of a storage of 40"},
		{"a negative row", subset{good, []int32{-1}}, "row -1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := compiled(t, smallModel(), CompileOptions{Seed: 4})
			hash := m.SHA256()
			check := func(set string, err error) {
				require.ErrorContains(t, err, strings.ReplaceAll(c.want, "%s", set))
			}
			h, err := m.Fit(background, c.set, FitOptions{})
			check("training", err)
			require.Empty(t, h.Epochs)
			_, err = m.Evaluate(background, c.set)
			check("evaluated", err)
			if c.set != nil {
				_, err = m.Fit(background, good, FitOptions{Validation: c.set})
				if c.name != "other shape" {
					check("validation", err)
				}
				require.Error(t, err)
			}
			require.Equal(t, hash, m.SHA256())
			fit(t, m, good, FitOptions{})
		})
	}

	m := compiled(t, NewSequential("", layers.Flatten(5, 7), layers.Dense(10, activations.Linear)), CompileOptions{Loss: losses.MeanSquaredError})
	_, err := m.Fit(background, good, FitOptions{})
	require.ErrorContains(t, err, "mean_squared_error wants float targets, the training set has none: use sparse_categorical_crossentropy for classes")
	_, err = m.Fit(background, good.oneHot(t, 9, false), FitOptions{})
	require.ErrorContains(t, err, "9 targets a sample, the model has 10 outputs")
	_, err = m.Fit(background, with(func(d *data.Data) { d.Classes, d.Targets = nil, make([]float32, 401) }), FitOptions{})
	require.ErrorContains(t, err, "401 float targets of the training set do not divide among 40 samples")
}

func TestFitMistakes(t *testing.T) {
	set := newPatterns(40, 5, 7)
	for _, c := range []struct {
		name string
		o    FitOptions
		want string
	}{
		{"batch", FitOptions{Epochs: 1, BatchSize: -1}, "1 epochs of batches of -1: give positive numbers"},
		{"epochs", FitOptions{Epochs: -1}, "give positive numbers"},
		{"both validations", FitOptions{Validation: set, ValidationSplit: 0.5}, "choose one"},
		{"split 1", FitOptions{ValidationSplit: 1}, "a validation split of 1: give 0 < share < 1"},
		{"split negative", FitOptions{ValidationSplit: -0.5}, "give 0 < share < 1"},
		{"split NaN", FitOptions{ValidationSplit: math.NaN()}, "give 0 < share < 1"},
		{"split of all", FitOptions{ValidationSplit: 0.99}, "leaves 0 of 40 samples for training"},
		{"split of none", FitOptions{ValidationSplit: 1e-20}, "leaves 40 of 40"},
		{"nil callback", FitOptions{Callbacks: []callbacks.Callback{callbacks.EpochLines(nil), nil}}, "callback 1 is nil"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := compiled(t, smallModel(), CompileOptions{})
			hash := m.SHA256()
			_, err := m.Fit(background, set, c.o)
			require.ErrorContains(t, err, c.want)
			require.Equal(t, hash, m.SHA256())
		})
	}
}

// What a model lacks is said, for each call.
func TestUnreadyModels(t *testing.T) {
	set := newPatterns(4, 5, 7)
	unbuilt := func() *Sequential {
		return NewSequential("m", layers.Flatten(), layers.Dense(10, activations.Softmax))
	}
	var sink discard
	for _, c := range []struct {
		name string
		call func(m *Sequential) error
		want string
	}{
		{"Fit", func(m *Sequential) error { _, err := m.Fit(background, set, FitOptions{}); return err }, "not compiled: call Compile first"},
		{"Evaluate", func(m *Sequential) error { _, err := m.Evaluate(background, set); return err }, "not compiled: call Compile first"},
		{"Predict", func(m *Sequential) error { _, err := m.Predict(background, set); return err }, "no weights yet: call Compile, or load one"},
		{"Predict nil", func(m *Sequential) error { _, err := m.Predict(background, nil); return err }, "the data is nil"},
		{"Predictor", func(m *Sequential) error { _, err := m.Predictor(); return err }, "input shape of model \"m\" is not known"},
		{"Save", func(m *Sequential) error { return m.Save(sink) }, "no weights yet to save: call Compile first"},
		{"Summary", func(m *Sequential) error { return m.Summary(sink) }, "begin with layers.Input(784) or layers.Flatten(28, 28), or call Build(784)"},
		{"Build", func(m *Sequential) error { return m.Build() }, "call Build(784)"},
		{"Build with nothing", func(m *Sequential) error { return m.Build(5, 0) }, "holds no number"},
		{"SetWeights", func(m *Sequential) error { return m.SetWeights(nil) }, "not built: call Build first"},
	} {
		t.Run(c.name, func(t *testing.T) { require.ErrorContains(t, c.call(unbuilt()), c.want) })
	}
	built := unbuilt()
	require.NoError(t, built.Build(5, 7))
	_, err := built.Predictor()
	require.ErrorContains(t, err, "no weights yet")
	require.ErrorContains(t, built.Build(5, 8), "takes samples of shape [5 7], not [5 8]")
	require.NoError(t, built.Build(35))

	weights := compiled(t, built, CompileOptions{}).Weights()
	hash := built.SHA256()
	require.ErrorContains(t, built.SetWeights(weights[:1]), "1 tensors for model \"m\", which has 2")
	weights[1].Data = weights[1].Data[:9]
	require.ErrorContains(t, built.SetWeights(weights), "tensor 1 (dense/bias) has shape [10] and 9 numbers")
	weights = built.Weights()
	weights[1].Shape = []int{10, 1}
	require.ErrorContains(t, built.SetWeights(weights), "tensor 1 (dense/bias) has shape [10 1]")
	weights = built.Weights()
	weights[0].Shape = []int{10, 35}
	require.ErrorContains(t, built.SetWeights(weights), "tensor 0 (dense/kernel) has shape [10 35]")
	require.Equal(t, hash, built.SHA256())
}

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }

// Fit, Compile and SetResources inside a callback are refused, Close does nothing there;
// what only reads the model may be called.
func TestCallsInsideACallback(t *testing.T) {
	set := newPatterns(64, 5, 7)
	m := compiled(t, smallModel(), CompileOptions{})
	steps := 0
	h, err := m.Fit(background, set, FitOptions{Epochs: 2, Callbacks: []callbacks.Callback{callbacks.OnStep(func(p *callbacks.Progress) error {
		steps++
		require.Same(t, m, p.Model)
		_, err := m.Fit(background, set, FitOptions{})
		require.ErrorIs(t, err, errFitting)
		require.ErrorIs(t, m.Compile(CompileOptions{}), errFitting)
		require.ErrorIs(t, m.SetResources(1, nil), errFitting)
		m.Close()
		_, err = m.Predict(background, set)
		require.NoError(t, err)
		_, err = m.Evaluate(background, set)
		return err
	})}})
	require.NoError(t, err)
	require.Len(t, h.Epochs, 2)
	require.Equal(t, 4, steps)
	require.NoError(t, m.Compile(CompileOptions{}))
}

// Closing a model ends its goroutines; used again it starts them again.
func TestClosedModel(t *testing.T) {
	set := newPatterns(64, 5, 7)
	open, closed := compiled(t, smallModel(), CompileOptions{Workers: 3}), compiled(t, smallModel(), CompileOptions{Workers: 3})
	closed.Close()
	for range 2 {
		fit(t, open, set, FitOptions{})
		fit(t, closed, set, FitOptions{})
		closed.Close()
		closed.Close()
		_, err := closed.Predict(background, set)
		require.NoError(t, err)
		closed.Close()
	}
	require.Equal(t, open.SHA256(), closed.SHA256())
}

// A context that ends at any step ends Fit with its error; the weights are those
// of whole steps, and the model goes on.
func TestFitCancelled(t *testing.T) {
	set := newPatterns(150, 5, 7) // 5 steps an epoch
	var after []([32]byte)        // hash after each step of a run that nothing stops
	whole := compiled(t, smallModel(), CompileOptions{Workers: 2})
	fit(t, whole, set, FitOptions{Epochs: 2, Callbacks: []callbacks.Callback{callbacks.OnStep(func(p *callbacks.Progress) error {
		after = append(after, whole.SHA256())
		return nil
	})}})
	require.Len(t, after, 10)

	lost := errors.New("the line was lost")
	for stop := range 10 {
		m := compiled(t, smallModel(), CompileOptions{Workers: 2})
		ctx, cancel := context.WithCancelCause(background)
		steps := 0
		h, err := m.Fit(ctx, set, FitOptions{Epochs: 2, Callbacks: []callbacks.Callback{callbacks.OnStep(func(p *callbacks.Progress) error {
			if steps == stop {
				cancel(lost)
			}
			steps++
			return nil
		})}})
		if stop == 9 { // after the last step there is nothing to stop
			require.NoError(t, err)
		} else {
			require.ErrorIs(t, err, context.Canceled)
			require.ErrorIs(t, err, lost)
		}
		require.Len(t, h.Epochs, (stop+1)/5)
		require.Equal(t, stop+1, steps)
		require.Equal(t, after[stop], m.SHA256())
		fit(t, m, set, FitOptions{})
		cancel(nil)
	}

	// before the first step, and from another goroutine at a moment of its own
	m := compiled(t, smallModel(), CompileOptions{Workers: 2})
	hash := m.SHA256()
	ctx, cancel := context.WithCancel(background)
	cancel()
	_, err := m.Fit(ctx, set, FitOptions{})
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, hash, m.SHA256())
	ctx, cancel = context.WithCancel(background)
	started := make(chan struct{})
	go func() { <-started; cancel() }()
	steps := 0
	_, err = m.Fit(ctx, set, FitOptions{Epochs: 1 << 30, Callbacks: []callbacks.Callback{callbacks.OnStep(func(p *callbacks.Progress) error {
		if steps++; steps == 3 {
			close(started)
		}
		return nil
	})}})
	require.ErrorIs(t, err, context.Canceled)
	_, err = m.Evaluate(background, set)
	require.NoError(t, err)
}

// Targets that a loss has no meaning for are refused by Fit, Evaluate and as validation,
// with the sample, the value and the remedy, before anything is trained.
func TestTargetsOutOfDomain(t *testing.T) {
	inf, nan := float32(math.Inf(1)), float32(math.NaN())
	for _, c := range []struct {
		loss losses.Loss
		last activations.Activation
		bad  []float32
		want string
	}{
		{losses.BinaryCrossentropy, activations.Sigmoid, []float32{-1, 2, nan, inf}, "give 0 ≤ t ≤ 1 (for classes −1 and +1 take (t+1)/2)"},
		{losses.CategoricalCrossentropy, activations.Softmax, []float32{-0.5, 1.5, nan, inf}, "give 0 ≤ t ≤ 1"},
		{losses.MeanSquaredError, activations.Linear, []float32{nan, inf, -inf}, "give finite numbers"},
	} {
		good := newPatterns(40, 5, 7).oneHot(t, 10, true)
		for _, v := range c.bad {
			bad := *good
			bad.Targets = append([]float32(nil), good.Targets...)
			bad.Targets[33*10+6] = v
			want := fmt.Sprintf("does not suit %s: target 6 is %v: %s", c.loss.Name(), v, c.want)
			m := compiled(t, NewSequential("", layers.Flatten(5, 7), layers.Dense(10, c.last)), CompileOptions{Loss: c.loss})
			hash := m.SHA256()
			_, err := m.Fit(background, &bad, FitOptions{})
			require.ErrorContains(t, err, "sample 33 of the training set "+want)
			_, err = m.Fit(background, good, FitOptions{Validation: &bad})
			require.ErrorContains(t, err, "sample 33 of the validation set "+want)
			_, err = m.Evaluate(background, &bad)
			require.ErrorContains(t, err, "sample 33 of the evaluated set "+want)
			require.Equal(t, hash, m.SHA256())
			bad.Rows = []int32{0, 1, 2} // what does not belong to the set does not matter
			fit(t, m, &bad, FitOptions{})
			_, err = m.Predict(background, &bad)
			require.NoError(t, err)
		}
	}
}

// A nil context is an error that names the remedy.
func TestNilContext(t *testing.T) {
	m := compiled(t, smallModel(), CompileOptions{})
	set := newPatterns(4, 5, 7)
	var none context.Context
	_, err := m.Fit(none, set, FitOptions{})
	require.EqualError(t, err, "nn: Fit with a nil context: give context.Background()")
	_, err = m.Evaluate(none, set)
	require.EqualError(t, err, "nn: Evaluate with a nil context: give context.Background()")
	_, err = m.Predict(none, set)
	require.EqualError(t, err, "nn: Predict with a nil context: give context.Background()")
}
