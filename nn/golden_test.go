package nn

import (
	"testing"

	"weft/activations"
	"weft/asm"
	"weft/nn/data"
	"weft/nn/internal/engine"
	"weft/nn/layers"
	"weft/nn/losses"
	"weft/optim"

	"github.com/stretchr/testify/require"
)

// goldenRun is a short training run on data and weights made by integer
// formulas, and the SHA-256 of its weights and of all its losses and
// accuracies.
type goldenRun struct {
	name      string
	optimizer optim.Optimizer
	loss      losses.Loss
	batch     int
	soft      bool // targets between 0 and 1
	layers    []layers.Layer
	digest    string
}

// goldenRuns cover every update, activation and loss, dropout, last batches
// that are not full, batches of several panels, layers split over units and
// over samples, a layer whose rows are made in pieces, and validation.
var goldenRuns = []goldenRun{
	{"relu, adam", optim.NewAdam(0.005), losses.SparseCategoricalCrossentropy, 32, false,
		[]layers.Layer{layers.Flatten(), layers.Dense(40, activations.ReLU), layers.Dense(10, activations.Softmax)},
		"6dd917f19e67e4b3241c9bf0efd81e3f8e2ad8abe8c53752c0653f6ba50509bd"},
	{"sigmoid, sgd", optim.NewSGD(0.1), losses.SparseCategoricalCrossentropy, 32, false,
		[]layers.Layer{layers.Flatten(), layers.Dense(23, activations.Sigmoid), layers.Dense(10, activations.Softmax)},
		"55775b310c06115cb18fe4217514f38bc0da2ae4ed438949e6f856939c2581d5"},
	{"tanh, nesterov, dropout", optim.NewSGD(0.05).WithNesterov(0.9), losses.SparseCategoricalCrossentropy, 16, false,
		[]layers.Layer{layers.Flatten(), layers.Dropout(0.2), layers.Dense(40, activations.Tanh), layers.Dropout(0.5), layers.Dense(17, activations.Linear), layers.Activation(activations.ReLU), layers.Dense(10, activations.Linear), layers.Activation(activations.Softmax)},
		"65ef00c5378528e8110a4e38d726404fef4da803582fa7fdb69e516ce4d03e68"},
	{"softmax inside, momentum", optim.NewSGD(0.05).WithMomentum(0.9), losses.SparseCategoricalCrossentropy, 50, false,
		[]layers.Layer{layers.Flatten(), layers.Activation(activations.Tanh), layers.Dense(33, activations.Softmax), layers.Dense(20, activations.ReLU), layers.Activation(activations.Sigmoid), layers.Dropout(0.25), layers.Dense(10, activations.Softmax)},
		"b994143ce0ca08f91ee702c69a0baff0e60b74be1ca545ea344568f76a4a2d23"},
	{"categorical, rmsprop", optim.NewRMSprop(0.002), losses.CategoricalCrossentropy, 32, true,
		[]layers.Layer{layers.Flatten(), layers.Dense(18, activations.ReLU), layers.Dense(10, activations.Softmax)},
		"2f93fbe100c5c2b818ed54e2b45737a3859c7707fcf8b0ab10778f306e248bcc"},
	{"squares, rmsprop with momentum", optim.NewRMSprop(0.002).WithMomentum(0.5), losses.MeanSquaredError, 70, true,
		[]layers.Layer{layers.Flatten(), layers.Dense(18, activations.Tanh), layers.Dense(6, activations.Linear)},
		"5b1a1817e5cbb55c522cb0f6e0c5370281c5a37685b2eec02eb69d6cc7d12f4f"},
	{"squares of probabilities, adagrad", optim.NewAdagrad(0.05), losses.MeanSquaredError, 75, false,
		[]layers.Layer{layers.Flatten(), layers.Dense(9, activations.ReLU), layers.Dense(20, activations.Softmax)},
		"878c85b2a2ae8bd4fee107bbef3c9c2e3af1888efb5301df80e0c02b003286f6"},
	{"binary, adam", optim.NewAdam(0.005).WithBetas(0.8, 0.99), losses.BinaryCrossentropy, 1, false,
		[]layers.Layer{layers.Flatten(), layers.Dropout(0.1), layers.Dense(20, activations.Sigmoid)},
		"cd90ad15e6e97c07dfb158ce6ddaa2faf15b17cc1bba57e1c072601a57f0dadd"},
	{"deep, adagrad", optim.NewAdagrad(0.05), losses.SparseCategoricalCrossentropy, 32, false,
		[]layers.Layer{layers.Flatten(), layers.Dense(40, activations.ReLU), layers.Dense(33, activations.Linear), layers.Dense(24, activations.Tanh), layers.Dense(30, activations.Sigmoid), layers.Dense(10, activations.Softmax)},
		"af48f577417cb03314fa0e6fc393038f61a4bfa3a43bae8bc4ef6d5db3c8ac94"},
	{"long rows, adam", optim.NewAdam(0.005), losses.SparseCategoricalCrossentropy, 64, false,
		[]layers.Layer{layers.Flatten(), layers.Dense(1500, activations.ReLU), layers.Dense(24, activations.ReLU), layers.Dense(10, activations.Softmax)},
		"bd825466b1e6e78f20595dc14a97d19b7b6a3a4c1cd568ed9d45662d81c865e0"},
}

func (r goldenRun) run(t *testing.T, k *asm.Kernels, workers int) string {
	patterns := newPatterns(75, 6, 8)
	var data data.Source = patterns
	m := NewSequential("golden", r.layers...)
	if r.loss != losses.SparseCategoricalCrossentropy {
		require.NoError(t, m.Build(6, 8))
		data = patterns.oneHot(t, m.outputs, r.soft)
	}
	compiled(t, m, CompileOptions{Optimizer: r.optimizer, Loss: r.loss, Seed: 7, Workers: workers, Kernels: k})
	require.NoError(t, m.Build(6, 8))
	setIntegerWeights(t, m)
	h := fit(t, m, data, FitOptions{Epochs: 2, BatchSize: r.batch, ValidationSplit: 0.2})
	require.Less(t, h.Epochs[1].Get("loss"), h.Epochs[0].Get("loss"), "the run does not learn")
	return digest(m, h)
}

// Weights and figures of every run are those that stand here, on every kernel
// set, for every number of workers, on every platform.
func TestGoldenRuns(t *testing.T) {
	for _, r := range goldenRuns {
		t.Run(r.name, func(t *testing.T) {
			everySet(t, func(t *testing.T, k *asm.Kernels, workers int) {
				require.Equal(t, r.digest, r.run(t, k, workers))
			})
			if !testing.Short() {
				t.Run("more workers than there is work for", func(t *testing.T) { require.Equal(t, r.digest, r.run(t, asm.Best(), 45)) })
			}
		})
	}
}

// The number of workers may change between any two steps: bits cannot.
func TestWorkersMayChangeBetweenSteps(t *testing.T) {
	some := []int{7, 1, 4, 2, 5}
	for _, c := range []struct {
		name    string
		first   []layers.Layer
		workers []int // of each step; the first one has all
	}{
		{"the set is gathered", []layers.Layer{layers.Dropout(0.2), layers.Dense(40, activations.Tanh)}, some},
		{"each worker reads the set", []layers.Layer{layers.Dense(40, activations.Tanh)}, some},
		{"the workers share the set's reading", []layers.Layer{layers.Dense(8, activations.Tanh)}, some},
		// One worker has inputs enough for terms in layers where two have not, and 1024
		// inputs are enough for two.
		{"sparse products", []layers.Layer{layers.Dense(256, activations.ReLU), layers.Dense(1024, activations.ReLU), layers.Dense(128, activations.ReLU)}, []int{2, 1, 2, 1, 1}},
	} {
		t.Run(c.name, func(t *testing.T) { testWorkersMayChange(t, c.first, c.workers) })
	}
}

func testWorkersMayChange(t *testing.T, first []layers.Layer, workers []int) {
	const batch = 16
	data := newPatterns(75, 5, 7)
	model := func() *Sequential {
		m := NewSequential("", layers.Flatten(5, 7))
		for _, l := range first {
			m.Add(l)
		}
		m.Add(layers.Dropout(0.5))
		m.Add(layers.Dense(33, activations.Softmax))
		m.Add(layers.Dense(10, activations.Softmax))
		return compiled(t, m, CompileOptions{Optimizer: optim.NewAdam(0.01), Workers: workers[0]})
	}
	same, changing := model(), model()
	h := fit(t, same, data, FitOptions{BatchSize: batch, NoShuffle: true})

	tr := newTrainer(t, changing, data, batch)
	order := make([]int32, data.Len())
	engine.InOrder(order, tr.source)
	sum := 0.0
	for step, workers := range workers {
		last := min((step+1)*batch, len(order))
		rule := changing.training.optimizer.At(step+1, 0.01)
		sum, _ = tr.TrainWith(workers, order[step*batch:last], order[last:], step+1, rule, sum)
	}
	require.Equal(t, h.Epochs[0].Get("loss"), sum/75)
	require.Equal(t, same.SHA256(), changing.SHA256())
}

// testTrainer is the trainer of a Fit, with the data that it reads.
type testTrainer struct {
	*engine.Trainer
	source *engine.Source
}

// newTrainer plans the steps of a compiled model on data.
func newTrainer(t testing.TB, m *Sequential, d data.Source, batch int) testTrainer {
	f := &trainRun{m: m, ctx: background, o: FitOptions{BatchSize: batch}}
	require.NoError(t, f.begin(d))
	m.fitting = false
	return testTrainer{f.trainer, f.train}
}

// A barrier stands only where what one worker wrote is read by another: in the
// tutorial's step before the small last layer, which splits over samples, and
// before the derivative of the hidden layer, which splits over units again.
func TestBarriers(t *testing.T) {
	for _, c := range []struct {
		name   string
		layers []layers.Layer
		want   string // the ops, a bar for a barrier
	}{
		{"tutorial", []layers.Layer{layers.Flatten(28, 28), layers.Dense(100, activations.ReLU), layers.Dense(10, activations.Softmax)},
			"denseForward activationForward across | denseForward lossOp denseBackward | activationBackward denseUpdate denseUpdate"},
		{"more samples than units", []layers.Layer{layers.Flatten(28, 28), layers.Dense(16, activations.ReLU), layers.Dense(10, activations.Softmax)},
			"denseForward activationForward across denseForward lossOp denseBackward activationBackward | denseUpdate denseUpdate"},
		{"one layer", []layers.Layer{layers.Flatten(28, 28), layers.Dense(10, activations.Softmax)},
			"denseForward lossOp | denseUpdate"},
		{"two large layers", []layers.Layer{layers.Flatten(28, 28), layers.Dense(100, activations.ReLU), layers.Dropout(0.5), layers.Dense(50, activations.ReLU), layers.Dense(10, activations.Softmax)},
			"denseForward activationForward dropoutForward across | denseForward activationForward across | denseForward lossOp denseBackward | activationBackward | denseBackward dropoutBackward activationBackward denseUpdate | denseUpdate denseUpdate"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := compiled(t, NewSequential("", c.layers...), CompileOptions{Workers: 2})
			require.Equal(t, c.want, newTrainer(t, m, newIntegers(32), 32).String())
		})
	}
}

// The products of a step run over the real inner dimension, never over the
// padding of a panel, where a NaN of an earlier batch may stand.
func TestProductsRunOverRealSamples(t *testing.T) {
	var k = map[int]bool{}
	kernels := *asm.Best()
	gemm := kernels.Gemm
	kernels.Gemm = func(g asm.Gemm) { k[g.K] = true; gemm(g) }
	m := compiled(t, NewSequential("", layers.Flatten(5, 7), layers.Dense(20, activations.ReLU), layers.Dense(10, activations.Softmax)), CompileOptions{Kernels: &kernels, Workers: 1})
	fit(t, m, newPatterns(45, 5, 7), FitOptions{BatchSize: 40})
	require.Equal(t, map[int]bool{
		35: true, 20: true, // forward, over the inputs
		10: true,          // backward, over the outputs
		40: true, 5: true, // gradients, over the samples
	}, k)
}
