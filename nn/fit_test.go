package nn

import (
	"errors"
	"math"
	"sync"
	"testing"
	"time"

	"weft/activations"
	"weft/asm"
	"weft/nn/callbacks"
	"weft/nn/data"
	"weft/nn/internal/engine"
	"weft/nn/layers"
	"weft/nn/losses"
	"weft/optim"

	"github.com/stretchr/testify/require"
)

// History has an entry for each epoch with the figures that there are, by Keras's names.
func TestHistory(t *testing.T) {
	set, other := newPatterns(100, 5, 7), newPatterns(30, 5, 7)
	m := compiled(t, smallModel(), CompileOptions{Optimizer: optim.NewAdam(0.01)})
	h := fit(t, m, set, FitOptions{Epochs: 4})
	require.Len(t, h.Epochs, 4)
	for i, e := range h.Epochs {
		require.Equal(t, i+1, e.Epoch)
		require.Positive(t, e.Seconds)
		require.Equal(t, []string{"loss", "accuracy"}, namesOf(e.Logs))
		require.True(t, e.Get("accuracy") >= 0 && e.Get("accuracy") <= 1)
		if i > 0 {
			require.Less(t, e.Get("loss"), h.Epochs[i-1].Get("loss"))
		}
	}
	// the validation figures are those of Evaluate after the epoch
	var evaluated []callbacks.Logs
	h = fit(t, m, set, FitOptions{Epochs: 2, Validation: other, Callbacks: []callbacks.Callback{callbacks.OnEpoch(func(p *callbacks.Progress) error {
		logs, err := m.Evaluate(background, other)
		evaluated = append(evaluated, logs)
		return err
	})}})
	for i, e := range h.Epochs {
		require.Equal(t, i+1, e.Epoch) // each Fit counts its own
		require.Equal(t, []string{"loss", "accuracy", "val_loss", "val_accuracy"}, namesOf(e.Logs))
		for _, l := range evaluated[i] {
			require.Equal(t, l.Value, e.Get("val_"+l.Name))
		}
	}
	require.Equal(t, []float64{h.Epochs[0].Get("val_loss"), h.Epochs[1].Get("val_loss")}, h.Get("val_loss"))
	m = compiled(t, NewSequential("", layers.Flatten(5, 7), layers.Dense(10, activations.Linear)), CompileOptions{Loss: losses.MeanSquaredError})
	h = fit(t, m, set.oneHot(t, 10, false), FitOptions{ValidationSplit: 0.5})
	require.Equal(t, []string{"loss", "val_loss"}, namesOf(h.Epochs[0].Logs)) // a loss without an accuracy
	logs, err := m.Evaluate(background, set.oneHot(t, 10, false))
	require.NoError(t, err)
	require.Equal(t, []string{"loss"}, namesOf(logs))
}

func namesOf(logs callbacks.Logs) (names []string) {
	for _, l := range logs {
		names = append(names, l.Name)
	}
	return names
}

// At a rate of 0 the mean over the epoch is Evaluate's, whatever the batches and
// the order: every sample counts once.
func TestEpochMeanCountsEachSampleOnce(t *testing.T) {
	set := newPatterns(77, 5, 7)
	for _, batch := range []int{1, 2, 16, 31, 32, 33, 64, 76, 77, 78, 1000} {
		for _, inOrder := range []bool{true, false} {
			m := compiled(t, smallModel(), CompileOptions{Optimizer: optim.NewSGD(0), Workers: 2})
			hash := m.SHA256()
			h := fit(t, m, set, FitOptions{BatchSize: batch, NoShuffle: inOrder})
			loss, accuracy := evaluate(t, m, set)
			require.Equal(t, accuracy, h.Epochs[0].Get("accuracy"), "batches of %d", batch)
			if inOrder {
				require.Equal(t, loss, h.Epochs[0].Get("loss"), "batches of %d", batch)
			} else {
				require.InEpsilon(t, loss, h.Epochs[0].Get("loss"), 77*0x1p-53, "batches of %d", batch) // the order of a float64 sum
			}
			require.Equal(t, hash, m.SHA256())
		}
	}
}

// Without shuffling the samples are taken in the order of the set. The loss of
// each batch tells which samples it had: at a rate of 0 every sample has a loss
// of its own.
func TestOrder(t *testing.T) {
	set := newPatterns(10, 5, 7)
	m := compiled(t, smallModel(), CompileOptions{Optimizer: optim.NewSGD(0), Seed: 3})
	alone := map[float64]int{} // loss → sample
	for i := range set.Len() {
		loss, _ := evaluate(t, m, subset{set, []int32{int32(i)}})
		alone[loss] = i
	}
	require.Len(t, alone, set.Len())
	// The losses are float32, so that sums of ten of them are exact in float64.
	orders := func(d data.Source, o FitOptions) (all [][]int) {
		sum := 0.0
		o.BatchSize = 1
		o.Callbacks = []callbacks.Callback{callbacks.OnStep(func(p *callbacks.Progress) error {
			if p.Step == 1 {
				sum = 0
				all = append(all, nil)
			}
			now := float64(p.Logs.Get("loss") * float64(p.Step))
			for loss, i := range alone {
				if math.Abs(now-sum-loss) < 1e-12 {
					all[len(all)-1] = append(all[len(all)-1], i)
				}
			}
			sum = now
			return nil
		})}
		fit(t, m, d, o)
		return all
	}
	straight := []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}
	require.Equal(t, [][]int{straight, straight}, orders(set, FitOptions{Epochs: 2, NoShuffle: true}))
	require.Equal(t, [][]int{{4, 4, 0, 9}}, orders(subset{set, []int32{4, 4, 0, 9}}, FitOptions{NoShuffle: true}))
	require.Equal(t, [][]int{straight[:7]}, orders(set, FitOptions{NoShuffle: true, ValidationSplit: 0.3}))

	m = compiled(t, m, CompileOptions{Optimizer: optim.NewSGD(0), Seed: 3})
	shuffled := orders(set, FitOptions{Epochs: 3})
	for i, order := range shuffled {
		require.ElementsMatch(t, straight, order)
		require.NotEqual(t, straight, order)
		for _, before := range shuffled[:i] {
			require.NotEqual(t, before, order)
		}
	}
	// what is shuffled is the training part alone
	require.ElementsMatch(t, straight[:7], orders(set, FitOptions{ValidationSplit: 0.3})[0])
}

// A batch larger than the set is the set.
func TestBatchLargerThanTheSet(t *testing.T) {
	set := newPatterns(40, 5, 7)
	train := func(batch int) string {
		m := compiled(t, smallModel(), CompileOptions{})
		return digest(m, fit(t, m, set, FitOptions{Epochs: 2, BatchSize: batch}))
	}
	require.Equal(t, train(40), train(math.MaxInt))
	require.NotEqual(t, train(40), train(39))
	require.Equal(t, train(0), train(32))
}

// A validation split is the tail of the set, as if both parts were given.
func TestValidationSplit(t *testing.T) {
	set := newPatterns(50, 5, 7)
	rows := make([]int32, 50)
	for i := range rows {
		rows[i] = int32(i)
	}
	a, b := compiled(t, smallModel(), CompileOptions{}), compiled(t, smallModel(), CompileOptions{})
	split := fit(t, a, set, FitOptions{Epochs: 2, ValidationSplit: 0.3})
	given := fit(t, b, subset{set, rows[:35]}, FitOptions{Epochs: 2, Validation: subset{set, rows[35:]}})
	require.Equal(t, digest(b, given), digest(a, split))

	// Keras: the training part is ⌊n·(1−share)⌋
	for _, c := range []struct {
		n, train int
		share    float64
	}{{10, 8, 0.2}, {10, 7, 0.3}, {3, 2, 0.1}, {7, 3, 0.5}, {48000, 38400, 0.2}} {
		train, validation, err := tail(&engine.Source{N: c.n}, c.share)
		require.NoError(t, err)
		require.Equal(t, []int{c.train, c.n - c.train}, []int{train.N, validation.N})
		require.Equal(t, int32(c.train), validation.Row(0))
	}
}

// A second Fit goes on where the first one ended; Compile starts the optimizer
// anew and keeps the weights.
func TestFitTwice(t *testing.T) {
	set := newPatterns(75, 5, 7)
	stack := []layers.Layer{layers.Flatten(5, 7), layers.Dropout(0.25), layers.Dense(12, activations.ReLU), layers.Dense(10, activations.Softmax)}
	for _, rule := range everyOptimizer {
		c := CompileOptions{Optimizer: rule, Seed: 6}
		once, twice := compiled(t, NewSequential("", stack...), c), compiled(t, NewSequential("", stack...), c)
		all := fit(t, once, set, FitOptions{Epochs: 5})
		first, second := fit(t, twice, set, FitOptions{Epochs: 2}), fit(t, twice, set, FitOptions{Epochs: 3})
		require.Equal(t, digest(once, all), digest(twice, &callbacks.History{Epochs: append(first.Epochs, second.Epochs...)}))
		require.Equal(t, saved(t, once), saved(t, twice))

		weights := twice.SHA256()
		require.NoError(t, twice.Compile(c))
		require.Equal(t, weights, twice.SHA256())
		require.Zero(t, twice.training.steps)
		require.Nil(t, twice.params[0].Slots)
		other := compiled(t, NewSequential("", stack...), c)
		require.NoError(t, other.SetWeights(twice.Weights()))
		other.epochs = twice.epochs // the order of the samples goes on
		fit(t, twice, set, FitOptions{})
		fit(t, other, set, FitOptions{})
		require.Equal(t, other.SHA256(), twice.SHA256())
	}
}

// Compile may change the loss.
func TestCompileAnotherLoss(t *testing.T) {
	set := newPatterns(64, 5, 7)
	m := compiled(t, smallModel(), CompileOptions{Optimizer: optim.NewAdam(0.01)})
	fit(t, m, set, FitOptions{})
	for _, loss := range []losses.Loss{losses.CategoricalCrossentropy, losses.MeanSquaredError} {
		require.NoError(t, m.Compile(CompileOptions{Loss: loss}), loss.Name())
		h := fit(t, m, set.oneHot(t, 10, false), FitOptions{Epochs: 2})
		require.Less(t, h.Epochs[1].Get("loss"), h.Epochs[0].Get("loss"))
	}
}

// What other models did before changes no bit of this one.
func TestOtherModelsChangeNothing(t *testing.T) {
	set := newPatterns(75, 5, 7)
	train := func() string {
		m := compiled(t, smallModel(), CompileOptions{Seed: 1})
		return digest(m, fit(t, m, set, FitOptions{Epochs: 2, ValidationSplit: 0.2}))
	}
	want := train()
	fit(t, compiled(t, NewSequential("", layers.Flatten(5, 7), layers.Dropout(0.5), layers.Dense(99, activations.Tanh), layers.Dense(10, activations.Softmax)), CompileOptions{Seed: 2}), set, FitOptions{})
	require.Equal(t, want, train())
}

// Everything random of a run comes from its seed.
func TestSeed(t *testing.T) {
	start := func(seed uint64) [32]byte { return compiled(t, smallModel(), CompileOptions{Seed: seed}).SHA256() }
	require.Equal(t, start(1), start(1))
	require.NotEqual(t, start(1), start(2))
	require.NotEqual(t, start(1), start(1+1<<63))
}

// Kernels are Glorot-uniform, biases are zero, layers differ.
func TestInitialWeights(t *testing.T) {
	m := compiled(t, tutorialModel(), CompileOptions{})
	w := m.Weights()
	for i, c := range []struct{ in, out int }{{784, 100}, {100, 10}} {
		limit := math.Sqrt(6 / float64(c.in+c.out))
		kernel, n := w[2*i], float64(c.in*c.out)
		require.Equal(t, []int{c.in, c.out}, kernel.Shape)
		sum, squares := 0.0, 0.0
		for _, v := range kernel.Data {
			require.NotZero(t, v)
			require.LessOrEqual(t, math.Abs(float64(v)), limit*(1+0x1p-23))
			sum += float64(v)
			squares += float64(v) * float64(v)
		}
		// mean 0 with σ = limit/√3, squares limit²/3 with σ = limit²·√(4/45); four of each
		require.InDelta(t, 0, sum/n, 4*limit/math.Sqrt(3*n))
		require.InDelta(t, limit*limit/3, squares/n, 4*limit*limit*math.Sqrt(4/45.0/n))
		require.Equal(t, make([]float32, c.out), w[2*i+1].Data)
	}
	u := [2]float64{float64(w[0].Data[0]) / math.Sqrt(6/884.0), float64(w[2].Data[0]) / math.Sqrt(6/110.0)}
	require.Greater(t, math.Abs(u[0]-u[1]), 1e-3, "both layers are of one stream")
}

// One sample, one class, one feature, one unit: the smallest of everything.
func TestSmallestModels(t *testing.T) {
	everySet(t, func(t *testing.T, k *asm.Kernels, workers int) {
		one, err := data.NewClassification([]float32{0.5}, []int32{0}, 1)
		require.NoError(t, err)
		m := compiled(t, NewSequential("", layers.Dense(2, activations.Softmax)), CompileOptions{Kernels: k, Workers: workers})
		h := fit(t, m, one, FitOptions{Epochs: 2})
		require.Less(t, h.Epochs[1].Get("loss"), h.Epochs[0].Get("loss"))

		two, err := data.NewClassification([]float32{-1, 1}, []int32{0, 1}, 1)
		require.NoError(t, err)
		m = compiled(t, NewSequential("", layers.Dense(2, activations.Softmax)), CompileOptions{Kernels: k, Workers: workers, Optimizer: optim.NewAdam(0.1)})
		h = fit(t, m, two, FitOptions{Epochs: 100})
		require.Less(t, h.Epochs[99].Get("loss"), 0.01)
		require.Equal(t, 1.0, h.Epochs[99].Get("accuracy"))
	})
}

// Callbacks are called in order after each step and epoch; their errors end Fit,
// callbacks.ErrStop ends it in peace.
func TestCallbacks(t *testing.T) {
	set := newPatterns(70, 5, 7)
	m := compiled(t, smallModel(), CompileOptions{})
	type call struct {
		who, epoch, step int
		end              bool
	}
	var calls []call
	spy := func(who int) []callbacks.Callback {
		return []callbacks.Callback{
			callbacks.OnStep(func(p *callbacks.Progress) error {
				require.Equal(t, []any{m, 2, 3}, []any{p.Model, p.Epochs, p.Steps})
				calls = append(calls, call{who, p.Epoch, p.Step, false})
				return nil
			}),
			callbacks.OnEpoch(func(p *callbacks.Progress) error {
				require.Equal(t, p.Epoch, p.Last.Epoch)
				require.Equal(t, p.Last.Logs, p.Logs)
				require.Equal(t, p.Last.Seconds, p.Elapsed.Seconds())
				calls = append(calls, call{who, p.Epoch, p.Step, true})
				return nil
			}),
		}
	}
	fit(t, m, set, FitOptions{Epochs: 2, Callbacks: append(spy(1), spy(2)...)})
	var want []call
	for epoch := 1; epoch <= 2; epoch++ {
		for step := 1; step <= 3; step++ {
			want = append(want, call{1, epoch, step, false}, call{2, epoch, step, false})
		}
		want = append(want, call{1, epoch, 3, true}, call{2, epoch, 3, true})
	}
	require.Equal(t, want, calls)

	full := errors.New("the disk is full")
	for _, c := range []struct {
		name   string
		cb     callbacks.Callback
		epochs int
		err    error
	}{
		{"step error", callbacks.OnStep(func(p *callbacks.Progress) error { return when(p.Epoch == 2 && p.Step == 2, full) }), 1, full},
		{"step stop", callbacks.OnStep(func(p *callbacks.Progress) error { return when(p.Epoch == 2 && p.Step == 2, callbacks.ErrStop) }), 1, nil},
		{"epoch error", callbacks.OnEpoch(func(p *callbacks.Progress) error { return when(p.Epoch == 2, full) }), 2, full},
		{"epoch stop", callbacks.OnEpoch(func(p *callbacks.Progress) error { return when(p.Epoch == 2, callbacks.ErrStop) }), 2, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			h, err := m.Fit(background, set, FitOptions{Epochs: 3, Callbacks: []callbacks.Callback{c.cb}})
			require.ErrorIs(t, err, c.err)
			require.Len(t, h.Epochs, c.epochs)
			fit(t, m, set, FitOptions{})
		})
	}
}

// A callback that changes what it is shown does not change Fit, and one that stops a Fit
// does not keep the step or the epoch from the others.
func TestCallbacksDoNotMeddle(t *testing.T) {
	set := newPatterns(70, 5, 7)
	m := compiled(t, smallModel(), CompileOptions{})
	meddle := func(p *callbacks.Progress) error {
		*p = callbacks.Progress{Step: 99, Steps: 1, Epoch: 7, Epochs: 1}
		return nil
	}
	var seen []int
	see := func(p *callbacks.Progress) error { seen = append(seen, 10*p.Epoch+p.Step); return nil }
	h := fit(t, m, set, FitOptions{Epochs: 2, Callbacks: []callbacks.Callback{callbacks.OnStep(see), callbacks.OnStep(meddle), callbacks.OnEpoch(see), callbacks.OnEpoch(meddle)}})
	require.Equal(t, []int{11, 12, 13, 13, 21, 22, 23, 23}, seen)
	require.Len(t, h.Epochs, 2)
	require.Equal(t, 2, h.Epochs[1].Epoch)

	// nor does one that writes into the figures, which the next one sees
	m = compiled(t, smallModel(), CompileOptions{})
	want := fit(t, m, set, FitOptions{Epochs: 2, ValidationSplit: 0.2})
	m = compiled(t, smallModel(), CompileOptions{})
	scribble := func(logs *callbacks.Logs) {
		for i := range *logs {
			(*logs)[i].Value = 99
		}
		*logs = append(*logs, callbacks.Log{Name: "mine", Value: 1})
	}
	h = fit(t, m, set, FitOptions{Epochs: 2, ValidationSplit: 0.2, Callbacks: []callbacks.Callback{
		callbacks.OnStep(func(p *callbacks.Progress) error { scribble(&p.Logs); return nil }),
		callbacks.OnStep(func(p *callbacks.Progress) error {
			require.Equal(t, callbacks.Logs{{Name: "loss", Value: 99}, {Name: "accuracy", Value: 99}, {Name: "mine", Value: 1}}, p.Logs)
			return nil
		}),
		callbacks.OnEpoch(func(p *callbacks.Progress) error { scribble(&p.Logs); scribble(&p.Last.Logs); return nil }),
		callbacks.OnEpoch(func(p *callbacks.Progress) error { require.True(t, p.Last.Has("mine")); return nil }),
	}})
	require.Equal(t, withoutSeconds(want), withoutSeconds(h))

	m = compiled(t, smallModel(), CompileOptions{})
	seen = nil
	stop := func(p *callbacks.Progress) error { return when(p.Step == 2, callbacks.ErrStop) }
	fit(t, m, set, FitOptions{Callbacks: []callbacks.Callback{callbacks.OnStep(stop), callbacks.OnStep(see), callbacks.OnEpoch(see)}})
	require.Equal(t, []int{11, 12}, seen)
	seen = nil
	fit(t, m, set, FitOptions{Epochs: 3, Callbacks: []callbacks.Callback{callbacks.OnEpoch(func(*callbacks.Progress) error { return callbacks.ErrStop }), callbacks.OnEpoch(see)}})
	require.Equal(t, []int{13}, seen)
	full := errors.New("the disk is full")
	_, err := m.Fit(background, set, FitOptions{Callbacks: []callbacks.Callback{callbacks.OnStep(stop), callbacks.OnStep(func(p *callbacks.Progress) error { return when(p.Step == 2, full) })}})
	require.ErrorIs(t, err, full)
}

// Fit divides its steps over the workers, and goes on with fewer where one of them keeps
// the others waiting.
func TestFitDividesSteps(t *testing.T) {
	const units = 11 // 5 and 6 of two workers
	k, slow := *asm.Best(), true
	var lock sync.Mutex
	owned := map[int]int{}
	k.SumSamples = func(dst, x []float32, panels, stride int) {
		lock.Lock()
		owned[len(dst)]++
		late := len(dst) == 6 && slow
		lock.Unlock()
		if late {
			time.Sleep(50 * time.Millisecond)
		}
		asm.Best().SumSamples(dst, x, panels, stride)
	}
	m := compiled(t, NewSequential("", layers.Flatten(5, 7), layers.Dense(units, activations.ReLU), layers.Dense(3, activations.Softmax)), CompileOptions{Kernels: &k, Workers: 2})
	set := newPatterns(320, 5, 7)
	for i := range set.classes {
		set.classes[i] %= 3
	}
	for range 20 { // a busy machine may keep the other worker waiting
		fit(t, m, set, FitOptions{})
		if owned[units] > 0 {
			break
		}
	}
	require.NotZero(t, owned[5], "a worker with 5 of 11 units")
	require.Equal(t, owned[5], owned[6])
	require.NotZero(t, owned[units], "one worker alone")
}

func when(now bool, err error) error {
	if now {
		return err
	}
	return nil
}

// What a program leaves out is what Keras takes.
func TestDefaults(t *testing.T) {
	m := compiled(t, tutorialModel(), CompileOptions{})
	rule, err := optim.ByName("rmsprop")
	require.NoError(t, err)
	require.Equal(t, rule, m.training.optimizer)
	require.Equal(t, optim.RMSprop{LearningRate: 0.001, Rho: 0.9, Epsilon: 1e-7}, m.training.optimizer)
	require.Equal(t, losses.SparseCategoricalCrossentropy, m.training.loss)
	h := fit(t, m, newIntegers(65), FitOptions{Callbacks: []callbacks.Callback{callbacks.OnStep(func(p *callbacks.Progress) error {
		require.Equal(t, []int{1, 3}, []int{p.Epochs, p.Steps}) // one epoch, batches of 32
		return nil
	})}})
	require.Len(t, h.Epochs, 1)
	// 15.34 GFLOP for 48,000 samples: 2·784·100 forward, as much for the gradient
	// of the weights, and 6·100·10
	require.Equal(t, 4*78400+6*1000, m.FLOPs())
}

// A terminal that is gone does not stop the training; a log that cannot be
// written does.
func TestCallbacksWithoutAWriter(t *testing.T) {
	set := newPatterns(64, 5, 7)
	gone := errors.New("gone")
	m := compiled(t, smallModel(), CompileOptions{})
	h, err := m.Fit(background, set, FitOptions{Epochs: 2, Callbacks: []callbacks.Callback{callbacks.ProgressBar(&limited{err: gone})}})
	require.NoError(t, err)
	require.Len(t, h.Epochs, 2)
	h, err = m.Fit(background, set, FitOptions{Epochs: 2, Callbacks: []callbacks.Callback{callbacks.EpochLines(&limited{err: gone})}})
	require.ErrorIs(t, err, gone)
	require.Len(t, h.Epochs, 1)
}

// The pads of a batch are no samples, also where an infinite weight makes them NaN: a
// saturated unit has no gradient, with pads as without.
func TestPadsHaveNoGradient(t *testing.T) {
	for _, fn := range []activations.Activation{activations.Sigmoid, activations.Tanh} {
		for _, n := range []int{asm.PanelWidth, asm.PanelWidth - 1} {
			x, targets := make([]float32, n), make([]float32, n)
			for i := range x {
				x[i], targets[i] = 1, 0.25
			}
			set, err := data.NewRegression(x, targets, 1)
			require.NoError(t, err)
			m := compiled(t, NewSequential("", layers.Input(1), layers.Dense(17, fn), layers.Dense(1, activations.Linear)), CompileOptions{Loss: losses.MeanSquaredError, Optimizer: optim.NewSGD(0.1)})
			w := m.Weights()
			w[0].Data[3] = float32(math.Inf(1))
			require.NoError(t, m.SetWeights(w))
			fit(t, m, set, FitOptions{})
			require.Zero(t, m.Weights()[1].Data[3], "%s, %d samples", fn.Name(), n)
		}
	}
}

// Workers that take panel after panel of a large batch, and steal what they update, make
// the bits of one worker: with few inputs and many, and with more workers than panels of
// inputs.
func TestStolenPanels(t *testing.T) {
	const batch = 32*4*3 + 5
	for _, c := range []struct {
		rows, columns int
		fn            activations.Activation
	}{{5, 7, activations.Tanh}, {10, 15, activations.ReLU}, {1, 33, activations.ReLU}} {
		set := newPatterns(3*batch-100, c.rows, c.columns)
		everySet(t, func(t *testing.T, k *asm.Kernels, workers int) {
			train := func(workers int) *Sequential {
				m := compiled(t, NewSequential("", layers.Flatten(c.rows, c.columns), layers.Dense(12, c.fn), layers.Dropout(0.3), layers.Dense(9, activations.Softmax), layers.Dense(10, activations.Softmax)),
					CompileOptions{Kernels: k, Workers: workers, Optimizer: optim.NewAdam(0.01), Seed: 3})
				fit(t, m, set, FitOptions{BatchSize: batch})
				return m
			}
			many := train(workers)
			require.Equal(t, train(1).SHA256(), many.SHA256())
			tr := newTrainer(t, many, set, batch)
			tr.TrainWith(workers, make([]int32, batch), nil, 1, many.training.optimizer.At(1, 0.01), 0)
			require.Equal(t, workers == 2 || workers == 3, tr.Steals(workers))
			if !tr.Steals(workers) {
				return
			}
			for w := range workers {
				_, left := tr.TakeInputs(w, workers, 4)
				require.Zero(t, left, "panels that worker %d left", w)
			}
		})
	}
}
