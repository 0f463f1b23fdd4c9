package nn

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"

	"weft/activations"
	"weft/optim"

	"github.com/stretchr/testify/require"
)

// Each mistake in a stack has an error that names it and says what to do, from
// Compile where it can be known there, and the model stays as it was.
func TestStackMistakes(t *testing.T) {
	relu, softmax := activations.ReLU, activations.Softmax
	for _, c := range []struct {
		name   string
		layers []Layer
		config Config
		want   string
	}{
		{"no layers", nil, Config{}, `model "m" has no weights to train: add a Dense layer`},
		{"input alone", []Layer{Input(3)}, Config{}, "add a Dense layer"},
		{"no Dense", []Layer{Flatten(2, 2), Activation(softmax)}, Config{}, "add a Dense layer"},
		{"a nil layer", []Layer{nil}, Config{}, "nil layer"},
		{"no units", []Layer{Input(3), Dense(0, softmax)}, Config{}, "0 units: give at least 1"},
		{"too many units", []Layer{Input(3), Dense(math.MaxInt32, softmax)}, Config{}, "parameters"},
		{"Dense on images", []Layer{Input(28, 28), Dense(10, softmax)}, Config{}, `layer "dense" of model "m": a Dense layer takes vectors, its input has shape [28 28]: put nn.Flatten() before it`},
		{"an input of nothing", []Layer{Input(3, 0), Dense(2, softmax)}, Config{}, "the input shape [3 0] of model \"m\" holds no number"},
		{"an input without a shape", []Layer{Input(), Dense(2, softmax)}, Config{}, "holds no number"},
		{"a negative input", []Layer{Flatten(-3), Dense(2, softmax)}, Config{}, "holds no number"},
		{"a huge input", []Layer{Flatten(1<<20, 1<<20), Dense(2, softmax)}, Config{}, "or more: too many"},
		{"Input above", []Layer{Dense(2, relu), Input(3), Dense(2, softmax)}, Config{}, "Input must be the first layer"},
		{"two Inputs", []Layer{Input(3), Input(3), Dense(2, softmax)}, Config{}, "Input must be the first layer"},
		{"two input shapes", []Layer{Input(10), Flatten(28, 28), Dense(2, softmax)}, Config{}, "has the input shape [10], and a Flatten of [28 28]: use nn.Flatten()"},
		{"an input shape inside", []Layer{Input(3), Dense(2, relu), Flatten(2), Dense(2, softmax)}, Config{}, "use nn.Flatten() inside"},
		{"a rate of 1", []Layer{Input(3), Dropout(1), Dense(2, softmax)}, Config{}, "a Dropout layer of rate 1: give 0 ≤ rate < 1"},
		{"a negative rate", []Layer{Input(3), Dropout(-0.1), Dense(2, softmax)}, Config{}, "rate -0.1"},
		{"a rate that is no number", []Layer{Input(3), Dropout(math.NaN()), Dense(2, softmax)}, Config{}, "rate NaN"},
		{"an unknown activation", []Layer{Input(3), Dense(2, unknownActivation{relu}), Dense(2, softmax)}, Config{}, `no activation "unknown"`},
		{"an unknown Activation layer", []Layer{Input(3), Activation(nil), Dense(2, softmax)}, Config{}, "no activation given (nil): use activations.Linear"},
		{"sparse without softmax", []Layer{Input(3), Dense(2, activations.Linear)}, Config{}, "loss sparse_categorical_crossentropy wants a softmax on the last layer of model \"m\": give it activations.Softmax"},
		{"sparse without softmax, input unknown", []Layer{Dense(2, relu)}, Config{}, "give it activations.Softmax"},
		{"categorical without softmax", []Layer{Input(3), Dense(2, activations.Sigmoid)}, Config{Loss: CategoricalCrossentropy}, "give it activations.Softmax"},
		{"dropout above softmax", []Layer{Input(3), Dense(2, softmax), Dropout(0.5)}, Config{}, "give it activations.Softmax"},
		{"binary without sigmoid", []Layer{Input(3), Dense(2, softmax)}, Config{Loss: BinaryCrossentropy}, "give it activations.Sigmoid"},
		{"an unknown loss", []Layer{Input(3), Dense(2, softmax)}, Config{Loss: 9}, "no loss Loss(9): choose one of"},
		{"negative workers", []Layer{Input(3), Dense(2, softmax)}, Config{Workers: -1}, "-1 workers: give at least 1, or 0 for all processors"},
		{"a wrong rule", []Layer{Input(3), Dense(2, softmax)}, Config{Optimizer: optim.NewSGD(-1)}, "learning_rate"},
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
	data := newPatterns(40, 5, 7)
	m := NewSequential("", Flatten(5, 7), Dense(10, activations.Linear))
	require.ErrorContains(t, m.Compile(Config{}), "activations.Softmax")
	m.Add(Activation(activations.Softmax))
	compiled(t, m, Config{})
	fit(t, m, data, FitOptions{})

	// a model that trains goes on as it was
	file := saved(t, m)
	require.Error(t, m.Compile(Config{Loss: BinaryCrossentropy, Seed: 5}))
	require.Error(t, m.Compile(Config{Optimizer: optim.NewAdam(-1), Seed: 5}))
	require.Equal(t, file, saved(t, m))

	// also where a layer comes too late, but for what would train it
	m.Add(Dense(3, activations.ReLU))
	require.ErrorContains(t, m.Compile(Config{}), "add all layers first")
	_, err := m.Fit(background, data, FitOptions{})
	require.ErrorContains(t, err, "add all layers first")
	require.Equal(t, file, saved(t, m))
	_, err = m.Predict(background, data)
	require.NoError(t, err)

	// a shape that only the data tells may be a mistake each time anew
	m = compiled(t, NewSequential("", Dense(10, activations.Softmax)), Config{})
	for range 2 {
		_, err := m.Fit(background, data, FitOptions{})
		require.ErrorContains(t, err, "put nn.Flatten() before it")
	}
	fit(t, m, newPatterns(40, 5, 7).vectors(), FitOptions{})
}

// A set that is refused gives a model no shape.
func TestRefusedDataGivesNoShape(t *testing.T) {
	bad, err := NewClassified(make([]float32, 6), []int32{0, 5}, 3)
	require.NoError(t, err)
	good, err := NewClassified(make([]float32, 4), []int32{0, 1}, 2)
	require.NoError(t, err)
	unshaped := func() *Sequential { return NewSequential("", Dense(2, activations.Softmax)) }
	for name, call := range map[string]func(m *Sequential) error{
		"Fit":        func(m *Sequential) error { _, err := m.Fit(background, bad, FitOptions{}); return err },
		"validation": func(m *Sequential) error { _, err := m.Fit(background, good, FitOptions{Validation: bad}); return err },
		"Evaluate":   func(m *Sequential) error { _, _, err := m.Evaluate(background, bad); return err },
	} {
		m := compiled(t, unshaped(), Config{})
		require.Error(t, call(m), name)
		require.Nil(t, m.shapes, name)
		fit(t, m, good, FitOptions{})
	}
	m := unshaped()
	_, err = m.Predict(background, bad)
	require.ErrorContains(t, err, "no weights yet")
	compiled(t, m, Config{})
	fit(t, m, good, FitOptions{})
}

// What is wrong only in view of the data is found before a weight changes.
func TestDataMistakes(t *testing.T) {
	good := newPatterns(40, 5, 7)
	floats := good.floats(t)
	label := func(i int, c int32) Dataset {
		d := &integers{good.shape, good.pixels, append([]int32(nil), good.classes...)}
		d.classes[i] = c
		return d
	}
	for _, c := range []struct {
		name string
		data Dataset
		want string
	}{
		{"nil", nil, "the data is nil: give a Dataset"},
		{"empty", good.head(0), "set is empty: give at least one sample"},
		{"other shape", newPatterns(4, 5, 8), "takes samples of shape [5 7], not [5 8]"},
		{"a class too high", label(39, 10), "sample 39 of the %s set has class 10, the model has outputs for 0…9"},
		{"a negative class", label(0, -1), "sample 0 of the %s set has class -1"},
		{"float targets", good.oneHot(t, 10, false), "wants a class for each sample, the %s set has none: use categorical_crossentropy"},
		{"bytes and floats", stored{Samples: floats, bytes: good.pixels}, "must give either Bytes or Floats"},
		{"neither", stored{Samples: &Samples{shape: good.shape, classes: good.classes, n: 40}}, "must give either Bytes or Floats"},
		{"classes and targets", stored{Samples: &Samples{good.shape, floats.x, good.classes, make([]float32, 40), 40}}, "both Classes and Targets"},
		{"half a sample", stored{Samples: &Samples{good.shape, floats.x[:1399], good.classes, nil, 40}}, "no whole number of samples"},
		{"fewer samples than said", stored{Samples: &Samples{good.shape, floats.x[:35*39], good.classes, nil, 40}}, "says 40 samples, but has 39 rows in storage"},
		{"fewer classes than samples", stored{Samples: &Samples{good.shape, floats.x, good.classes[:39], nil, 40}}, "39 classes for 40 samples"},
		{"a row outside", subset{good, []int32{3, 40}}, "sample 1 of the %s set is row 40 of a storage of 40"},
		{"a negative row", subset{good, []int32{-1}}, "row -1"},
		{"fewer rows than said", stored{Samples: floats, rows: []int32{1}}, "1 row numbers"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := compiled(t, smallModel(), Config{Seed: 4})
			hash := m.SHA256()
			check := func(set string, err error) {
				require.ErrorContains(t, err, strings.ReplaceAll(c.want, "%s", set))
			}
			h, err := m.Fit(background, c.data, FitOptions{})
			check("training", err)
			require.Empty(t, h.Epochs)
			_, _, err = m.Evaluate(background, c.data)
			check("evaluated", err)
			if c.data != nil {
				_, err = m.Fit(background, good, FitOptions{Validation: c.data})
				if c.name != "other shape" {
					check("validation", err)
				}
				require.Error(t, err)
			}
			require.Equal(t, hash, m.SHA256())
			fit(t, m, good, FitOptions{})
		})
	}

	m := compiled(t, NewSequential("", Flatten(5, 7), Dense(10, activations.Linear)), Config{Loss: MeanSquaredError})
	_, err := m.Fit(background, good, FitOptions{})
	require.ErrorContains(t, err, "mean_squared_error wants float targets, the training set has none: use sparse_categorical_crossentropy for classes")
	_, err = m.Fit(background, good.oneHot(t, 9, false), FitOptions{})
	require.ErrorContains(t, err, "9 targets a sample, the model has 10 outputs")
	_, err = m.Fit(background, stored{Samples: &Samples{good.shape, floats.x, nil, make([]float32, 401), 40}}, FitOptions{})
	require.ErrorContains(t, err, "401 float targets of the training set do not divide among 40 samples")
}

// stored is a set whose storage may contradict itself.
type stored struct {
	*Samples
	bytes []uint8
	rows  []int32
}

func (s stored) Bytes() []uint8 { return s.bytes }
func (s stored) Rows() []int32  { return s.rows }

func TestSamplesMistakes(t *testing.T) {
	x := make([]float32, 12)
	_, err := NewClassified(x, make([]int32, 5), 3)
	require.ErrorContains(t, err, "12 numbers are not 5 samples of shape [3]")
	_, err = NewClassified(x, make([]int32, 4), 0)
	require.ErrorContains(t, err, "shape [0]")
	_, err = NewRegression(x, make([]float32, 5), 3)
	require.ErrorContains(t, err, "5 targets do not divide among 4 samples")
	_, err = NewRegression(x, make([]float32, 4), -1)
	require.ErrorContains(t, err, "holds no number")
	_, err = NewRegression(x, make([]float32, 4), 5)
	require.ErrorContains(t, err, "12 numbers are not 2 samples of shape [5]")
}

func TestFitMistakes(t *testing.T) {
	data := newPatterns(40, 5, 7)
	for _, c := range []struct {
		name string
		o    FitOptions
		want string
	}{
		{"batch", FitOptions{Epochs: 1, BatchSize: -1}, "1 epochs of batches of -1: give positive numbers"},
		{"epochs", FitOptions{Epochs: -1}, "give positive numbers"},
		{"both validations", FitOptions{Validation: data, ValidationSplit: 0.5}, "choose one"},
		{"split 1", FitOptions{ValidationSplit: 1}, "a validation split of 1: give 0 < share < 1"},
		{"split negative", FitOptions{ValidationSplit: -0.5}, "give 0 < share < 1"},
		{"split NaN", FitOptions{ValidationSplit: math.NaN()}, "give 0 < share < 1"},
		{"split of all", FitOptions{ValidationSplit: 0.99}, "leaves 0 of 40 samples for training"},
		{"split of none", FitOptions{ValidationSplit: 1e-20}, "leaves 40 of 40"},
		{"nil callback", FitOptions{Callbacks: []Callback{EpochLines(nil), nil}}, "callback 1 is nil"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := compiled(t, smallModel(), Config{})
			hash := m.SHA256()
			_, err := m.Fit(background, data, c.o)
			require.ErrorContains(t, err, c.want)
			require.Equal(t, hash, m.SHA256())
		})
	}
}

// What a model lacks is said, for each call.
func TestUnreadyModels(t *testing.T) {
	data := newPatterns(4, 5, 7)
	unbuilt := func() *Sequential {
		return NewSequential("m", Flatten(), Dense(10, activations.Softmax))
	}
	var sink discard
	for _, c := range []struct {
		name string
		call func(m *Sequential) error
		want string
	}{
		{"Fit", func(m *Sequential) error { _, err := m.Fit(background, data, FitOptions{}); return err }, "not compiled: call Compile first"},
		{"Evaluate", func(m *Sequential) error { _, _, err := m.Evaluate(background, data); return err }, "not compiled: call Compile first"},
		{"Predict", func(m *Sequential) error { _, err := m.Predict(background, data); return err }, "no weights yet: call Compile, or load one"},
		{"Predict nil", func(m *Sequential) error { _, err := m.Predict(background, nil); return err }, "the data is nil"},
		{"Predictor", func(m *Sequential) error { _, err := m.Predictor(); return err }, "input shape of model \"m\" is not known"},
		{"Save", func(m *Sequential) error { return m.Save(sink) }, "no weights yet to save: call Compile first"},
		{"Summary", func(m *Sequential) error { return m.Summary(sink) }, "begin with nn.Input(784) or nn.Flatten(28, 28), or call Build(784)"},
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

	weights := compiled(t, built, Config{}).Weights()
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

// A loss that is not a number stops training and says where.
func TestLossNotANumber(t *testing.T) {
	data := newPatterns(96, 5, 7).floats(t)
	data.x[70*35] = float32(math.NaN())
	m := compiled(t, smallModel(), Config{})
	h, err := m.Fit(background, data, FitOptions{Epochs: 2, InOrder: true})
	require.EqualError(t, err, "nn: the loss is not a number any more in epoch 1, step 3 of 3: lower the learning rate, or look for NaN in the data")
	require.Empty(t, h.Epochs)

	m = compiled(t, NewSequential("", Input(35), Dense(1, activations.Linear)), Config{Loss: MeanSquaredError, Optimizer: optim.NewSGD(1e30)})
	far, err := NewRegression(make([]float32, 35*64), make([]float32, 64), 35)
	require.NoError(t, err)
	for i := range far.x {
		far.x[i] = 1e3
	}
	_, err = m.Fit(background, far, FitOptions{Epochs: 9})
	require.ErrorContains(t, err, "lower the learning rate")
}

// Fit, Compile and SetResources inside a callback are refused, Close does nothing there.
func TestCallsInsideACallback(t *testing.T) {
	data := newPatterns(64, 5, 7)
	m := compiled(t, smallModel(), Config{})
	steps := 0
	h, err := m.Fit(background, data, FitOptions{Epochs: 2, Callbacks: []Callback{stepFunc(func(p *Progress) error {
		steps++
		_, err := p.Model.Fit(background, data, FitOptions{})
		require.ErrorIs(t, err, errFitting)
		require.ErrorIs(t, p.Model.Compile(Config{}), errFitting)
		require.ErrorIs(t, p.Model.SetResources(1, nil), errFitting)
		p.Model.Close()
		_, _, err = p.Model.Evaluate(background, data)
		return err
	})}})
	require.NoError(t, err)
	require.Len(t, h.Epochs, 2)
	require.Equal(t, 4, steps)
	require.NoError(t, m.Compile(Config{}))
}

// Closing a model ends its goroutines; used again it starts them again.
func TestClosedModel(t *testing.T) {
	data := newPatterns(64, 5, 7)
	open, closed := compiled(t, smallModel(), Config{Workers: 3}), compiled(t, smallModel(), Config{Workers: 3})
	closed.Close()
	for range 2 {
		fit(t, open, data, FitOptions{})
		fit(t, closed, data, FitOptions{})
		closed.Close()
		closed.Close()
		_, err := closed.Predict(background, data)
		require.NoError(t, err)
		closed.Close()
	}
	require.Equal(t, open.SHA256(), closed.SHA256())
}

// A context that ends at any step ends Fit with its error; the weights are those
// of whole steps, and the model goes on.
func TestFitCancelled(t *testing.T) {
	data := newPatterns(150, 5, 7) // 5 steps an epoch
	var after []([32]byte)         // hash after each step of a run that nothing stops
	whole := compiled(t, smallModel(), Config{Workers: 2})
	fit(t, whole, data, FitOptions{Epochs: 2, Callbacks: []Callback{stepFunc(func(p *Progress) error {
		after = append(after, p.Model.SHA256())
		return nil
	})}})
	require.Len(t, after, 10)

	lost := errors.New("the line was lost")
	for stop := range 10 {
		m := compiled(t, smallModel(), Config{Workers: 2})
		ctx, cancel := context.WithCancelCause(background)
		steps := 0
		h, err := m.Fit(ctx, data, FitOptions{Epochs: 2, Callbacks: []Callback{stepFunc(func(p *Progress) error {
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
		fit(t, m, data, FitOptions{})
		cancel(nil)
	}

	// before the first step, and from another goroutine at a moment of its own
	m := compiled(t, smallModel(), Config{Workers: 2})
	hash := m.SHA256()
	ctx, cancel := context.WithCancel(background)
	cancel()
	_, err := m.Fit(ctx, data, FitOptions{})
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, hash, m.SHA256())
	ctx, cancel = context.WithCancel(background)
	started := make(chan struct{})
	go func() { <-started; cancel() }()
	steps := 0
	_, err = m.Fit(ctx, data, FitOptions{Epochs: 1 << 30, Callbacks: []Callback{stepFunc(func(p *Progress) error {
		if steps++; steps == 3 {
			close(started)
		}
		return nil
	})}})
	require.ErrorIs(t, err, context.Canceled)
	_, _, err = m.Evaluate(background, data)
	require.NoError(t, err)
}

// unknownActivation is an activation that no saved model could name.
type unknownActivation struct{ activations.Activation }

func (unknownActivation) Name() string { return "unknown" }
