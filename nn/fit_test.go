package nn

import (
	"errors"
	"math"
	"sync"
	"testing"
	"time"

	"weft/activations"
	"weft/asm"
	"weft/optim"

	"github.com/stretchr/testify/require"
)

// History has an entry for each epoch; what was not computed is NaN.
func TestHistory(t *testing.T) {
	data, other := newPatterns(100, 5, 7), newPatterns(30, 5, 7)
	m := compiled(t, smallModel(), Config{Optimizer: optim.NewAdam(0.01)})
	h := fit(t, m, data, FitOptions{Epochs: 4})
	require.Len(t, h.Epochs, 4)
	for i, e := range h.Epochs {
		require.Equal(t, i+1, e.Epoch)
		require.Positive(t, e.Seconds)
		require.True(t, e.Accuracy >= 0 && e.Accuracy <= 1)
		require.True(t, math.IsNaN(e.ValLoss) && math.IsNaN(e.ValAccuracy))
		if i > 0 {
			require.Less(t, e.Loss, h.Epochs[i-1].Loss)
		}
	}
	// the validation figures are those of Evaluate after the epoch
	var evaluated [][2]float64
	h = fit(t, m, data, FitOptions{Epochs: 2, Validation: other, Callbacks: []Callback{epochFunc(func(p *Progress) error {
		require.True(t, p.Validated)
		loss, accuracy, err := p.Model.Evaluate(background, other)
		evaluated = append(evaluated, [2]float64{loss, accuracy})
		return err
	})}})
	for i, e := range h.Epochs {
		require.Equal(t, i+1, e.Epoch) // each Fit counts its own
		require.Equal(t, evaluated[i], [2]float64{e.ValLoss, e.ValAccuracy})
	}
	m = compiled(t, NewSequential("", Flatten(5, 7), Dense(10, activations.Linear)), Config{Loss: MeanSquaredError})
	h = fit(t, m, data.oneHot(t, 10, false), FitOptions{ValidationSplit: 0.5})
	require.True(t, math.IsNaN(h.Epochs[0].Accuracy) && math.IsNaN(h.Epochs[0].ValAccuracy))
	require.False(t, math.IsNaN(h.Epochs[0].ValLoss))
}

// At a rate of 0 the mean over the epoch is Evaluate's, whatever the batches and
// the order: every sample counts once.
func TestEpochMeanCountsEachSampleOnce(t *testing.T) {
	data := newPatterns(77, 5, 7)
	for _, batch := range []int{1, 2, 16, 31, 32, 33, 64, 76, 77, 78, 1000} {
		for _, inOrder := range []bool{true, false} {
			m := compiled(t, smallModel(), Config{Optimizer: optim.NewSGD(0), Workers: 2})
			hash := m.SHA256()
			h := fit(t, m, data, FitOptions{BatchSize: batch, InOrder: inOrder})
			loss, accuracy, err := m.Evaluate(background, data)
			require.NoError(t, err)
			require.Equal(t, accuracy, h.Epochs[0].Accuracy, "batches of %d", batch)
			if inOrder {
				require.Equal(t, loss, h.Epochs[0].Loss, "batches of %d", batch)
			} else {
				require.InEpsilon(t, loss, h.Epochs[0].Loss, 77*0x1p-53, "batches of %d", batch) // the order of a float64 sum
			}
			require.Equal(t, hash, m.SHA256())
		}
	}
}

// Without shuffling the samples are taken in the order of the set. The loss of
// each batch tells which samples it had: at a rate of 0 every sample has a loss
// of its own.
func TestOrder(t *testing.T) {
	data := newPatterns(10, 5, 7)
	m := compiled(t, smallModel(), Config{Optimizer: optim.NewSGD(0), Seed: 3})
	alone := map[float64]int{} // loss → sample
	for i := range data.Len() {
		loss, _, err := m.Evaluate(background, subset{data, []int32{int32(i)}})
		require.NoError(t, err)
		alone[loss] = i
	}
	require.Len(t, alone, data.Len())
	// The losses are float32, so that sums of ten of them are exact in float64.
	orders := func(d Dataset, o FitOptions) (all [][]int) {
		sum := 0.0
		o.BatchSize = 1
		o.Callbacks = []Callback{stepFunc(func(p *Progress) error {
			if p.Step == 1 {
				sum = 0
				all = append(all, nil)
			}
			now := float64(p.Loss * float64(p.Step))
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
	require.Equal(t, [][]int{straight, straight}, orders(data, FitOptions{Epochs: 2, InOrder: true}))
	require.Equal(t, [][]int{{4, 4, 0, 9}}, orders(subset{data, []int32{4, 4, 0, 9}}, FitOptions{InOrder: true}))
	require.Equal(t, [][]int{straight[:7]}, orders(data, FitOptions{InOrder: true, ValidationSplit: 0.3}))

	m = compiled(t, m, Config{Optimizer: optim.NewSGD(0), Seed: 3})
	shuffled := orders(data, FitOptions{Epochs: 3})
	for i, order := range shuffled {
		require.ElementsMatch(t, straight, order)
		require.NotEqual(t, straight, order)
		for _, before := range shuffled[:i] {
			require.NotEqual(t, before, order)
		}
	}
	// what is shuffled is the training part alone
	require.ElementsMatch(t, straight[:7], orders(data, FitOptions{ValidationSplit: 0.3})[0])
}

// The order of an epoch depends on seed and epoch alone, and every place is as
// likely for every sample.
func TestShuffle(t *testing.T) {
	s := &source{n: 8}
	order := func(seed uint64, epoch int) [8]int32 {
		var o [8]int32
		shuffle(o[:], s, seed, epoch)
		return o
	}
	require.Equal(t, order(1, 2), order(1, 2))
	require.NotEqual(t, order(1, 2), order(1, 3))
	require.NotEqual(t, order(1, 2), order(2, 2))
	var count [8][8]int
	const epochs = 8000
	for e := range epochs {
		for place, i := range order(7, e) {
			count[place][i]++
		}
	}
	// 1000 expected, σ = √(8000·⅛·⅞) = 30: five of it for 64 counts
	for place := range count {
		for i, c := range count[place] {
			require.InDelta(t, 1000, c, 150, "sample %d at place %d", i, place)
		}
	}
}

// A batch larger than the set is the set.
func TestBatchLargerThanTheSet(t *testing.T) {
	data := newPatterns(40, 5, 7)
	train := func(batch int) string {
		m := compiled(t, smallModel(), Config{})
		return digest(m, fit(t, m, data, FitOptions{Epochs: 2, BatchSize: batch}))
	}
	require.Equal(t, train(40), train(math.MaxInt))
	require.NotEqual(t, train(40), train(39))
	require.Equal(t, train(0), train(32))
}

// A validation split is the tail of the set, as if both parts were given.
func TestValidationSplit(t *testing.T) {
	data := newPatterns(50, 5, 7)
	rows := make([]int32, 50)
	for i := range rows {
		rows[i] = int32(i)
	}
	a, b := compiled(t, smallModel(), Config{}), compiled(t, smallModel(), Config{})
	split := fit(t, a, data, FitOptions{Epochs: 2, ValidationSplit: 0.3})
	given := fit(t, b, subset{data, rows[:35]}, FitOptions{Epochs: 2, Validation: subset{data, rows[35:]}})
	require.Equal(t, digest(b, given), digest(a, split))

	// Keras: the training part is ⌊n·(1−share)⌋
	for _, c := range []struct {
		n, train int
		share    float64
	}{{10, 8, 0.2}, {10, 7, 0.3}, {3, 2, 0.1}, {7, 3, 0.5}, {48000, 38400, 0.2}} {
		train, validation, err := (&source{n: c.n}).tail(c.share)
		require.NoError(t, err)
		require.Equal(t, []int{c.train, c.n - c.train}, []int{train.n, validation.n})
		require.Equal(t, int32(c.train), validation.row(0))
	}
}

// A second Fit goes on where the first one ended; Compile starts the optimizer
// anew and keeps the weights.
func TestFitTwice(t *testing.T) {
	data := newPatterns(75, 5, 7)
	layers := []Layer{Flatten(5, 7), Dropout(0.25), Dense(12, activations.ReLU), Dense(10, activations.Softmax)}
	for _, rule := range everyOptimizer {
		c := Config{Optimizer: rule, Seed: 6}
		once, twice := compiled(t, NewSequential("", layers...), c), compiled(t, NewSequential("", layers...), c)
		all := fit(t, once, data, FitOptions{Epochs: 5})
		first, second := fit(t, twice, data, FitOptions{Epochs: 2}), fit(t, twice, data, FitOptions{Epochs: 3})
		require.Equal(t, digest(once, all), digest(twice, &History{append(first.Epochs, second.Epochs...)}))
		require.Equal(t, saved(t, once), saved(t, twice))

		weights := twice.SHA256()
		require.NoError(t, twice.Compile(c))
		require.Equal(t, weights, twice.SHA256())
		require.Zero(t, twice.steps)
		require.Nil(t, twice.params[0].ws[0])
		other := compiled(t, NewSequential("", layers...), c)
		require.NoError(t, other.SetWeights(twice.Weights()))
		other.epochs = twice.epochs // the order of the samples goes on
		fit(t, twice, data, FitOptions{})
		fit(t, other, data, FitOptions{})
		require.Equal(t, other.SHA256(), twice.SHA256())
	}
}

// Compile may change the loss.
func TestCompileAnotherLoss(t *testing.T) {
	data := newPatterns(64, 5, 7)
	m := compiled(t, smallModel(), Config{Optimizer: optim.NewAdam(0.01)})
	fit(t, m, data, FitOptions{})
	for _, loss := range []Loss{CategoricalCrossentropy, MeanSquaredError} {
		require.NoError(t, m.Compile(Config{Loss: loss}))
		h := fit(t, m, data.oneHot(t, 10, false), FitOptions{Epochs: 2})
		require.Less(t, h.Epochs[1].Loss, h.Epochs[0].Loss)
	}
}

// What other models did before changes no bit of this one.
func TestOtherModelsChangeNothing(t *testing.T) {
	data := newPatterns(75, 5, 7)
	train := func() string {
		m := compiled(t, smallModel(), Config{Seed: 1})
		return digest(m, fit(t, m, data, FitOptions{Epochs: 2, ValidationSplit: 0.2}))
	}
	want := train()
	fit(t, compiled(t, NewSequential("", Flatten(5, 7), Dropout(0.5), Dense(99, activations.Tanh), Dense(10, activations.Softmax)), Config{Seed: 2}), data, FitOptions{})
	require.Equal(t, want, train())
}

// Everything that a run draws comes from its seed.
func TestSeed(t *testing.T) {
	start := func(seed uint64) [32]byte { return compiled(t, smallModel(), Config{Seed: seed}).SHA256() }
	require.Equal(t, start(1), start(1))
	require.NotEqual(t, start(1), start(2))
	require.NotEqual(t, start(1), start(1+1<<63))
}

// Kernels are drawn Glorot-uniform, biases are zero, layers differ.
func TestInitialWeights(t *testing.T) {
	m := compiled(t, tutorialModel(), Config{})
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
	require.Greater(t, math.Abs(u[0]-u[1]), 1e-3, "both layers are drawn from one stream")
}

// One sample, one class, one feature, one unit: the smallest of everything.
func TestSmallestModels(t *testing.T) {
	everySet(t, func(t *testing.T, k *asm.Kernels, workers int) {
		one, err := NewClassified([]float32{0.5}, []int32{0}, 1)
		require.NoError(t, err)
		m := compiled(t, NewSequential("", Dense(1, activations.Softmax)), Config{Kernels: k, Workers: workers})
		h := fit(t, m, one, FitOptions{Epochs: 2})
		require.Equal(t, []float64{0, 1}, []float64{h.Epochs[0].Loss, h.Epochs[0].Accuracy}) // p of the only class is 1

		two, err := NewClassified([]float32{-1, 1}, []int32{0, 1}, 1)
		require.NoError(t, err)
		m = compiled(t, NewSequential("", Dense(2, activations.Softmax)), Config{Kernels: k, Workers: workers, Optimizer: optim.NewAdam(0.1)})
		h = fit(t, m, two, FitOptions{Epochs: 100})
		require.Less(t, h.Epochs[99].Loss, 0.01)
		require.Equal(t, 1.0, h.Epochs[99].Accuracy)
	})
}

// Callbacks are called in order after each step and epoch; their errors end Fit,
// ErrStop ends it in peace.
func TestCallbacks(t *testing.T) {
	data := newPatterns(70, 5, 7)
	m := compiled(t, smallModel(), Config{})
	type call struct {
		who, epoch, step int
		end              bool
	}
	var calls []call
	spy := func(who int) []Callback {
		return []Callback{
			stepFunc(func(p *Progress) error {
				require.Equal(t, []any{m, 2, 3}, []any{p.Model, p.Epochs, p.Steps})
				calls = append(calls, call{who, p.Epoch, p.Step, false})
				return nil
			}),
			epochFunc(func(p *Progress) error {
				require.Equal(t, p.Epoch, p.Last.Epoch)
				require.Equal(t, []float64{p.Last.Loss, p.Last.Accuracy}, []float64{p.Loss, p.Accuracy})
				require.Equal(t, p.Last.Seconds, p.Elapsed.Seconds())
				calls = append(calls, call{who, p.Epoch, p.Step, true})
				return nil
			}),
		}
	}
	fit(t, m, data, FitOptions{Epochs: 2, Callbacks: append(spy(1), spy(2)...)})
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
		cb     Callback
		epochs int
		err    error
	}{
		{"step error", stepFunc(func(p *Progress) error { return when(p.Epoch == 2 && p.Step == 2, full) }), 1, full},
		{"step stop", stepFunc(func(p *Progress) error { return when(p.Epoch == 2 && p.Step == 2, ErrStop) }), 1, nil},
		{"epoch error", epochFunc(func(p *Progress) error { return when(p.Epoch == 2, full) }), 2, full},
		{"epoch stop", epochFunc(func(p *Progress) error { return when(p.Epoch == 2, ErrStop) }), 2, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			h, err := m.Fit(background, data, FitOptions{Epochs: 3, Callbacks: []Callback{c.cb}})
			require.ErrorIs(t, err, c.err)
			require.Len(t, h.Epochs, c.epochs)
			fit(t, m, data, FitOptions{})
		})
	}
}

// A callback that changes what it is shown does not change Fit, and one that stops a Fit
// does not keep the step or the epoch from the others.
func TestCallbacksDoNotMeddle(t *testing.T) {
	data := newPatterns(70, 5, 7)
	m := compiled(t, smallModel(), Config{})
	meddle := func(p *Progress) error { *p = Progress{Step: 99, Steps: 1, Epoch: 7, Epochs: 1}; return nil }
	var seen []int
	see := func(p *Progress) error { seen = append(seen, 10*p.Epoch+p.Step); return nil }
	h := fit(t, m, data, FitOptions{Epochs: 2, Callbacks: []Callback{stepFunc(see), stepFunc(meddle), epochFunc(see), epochFunc(meddle)}})
	require.Equal(t, []int{11, 12, 13, 13, 21, 22, 23, 23}, seen)
	require.Len(t, h.Epochs, 2)
	require.Equal(t, 2, h.Epochs[1].Epoch)

	seen = nil
	stop := func(p *Progress) error { return when(p.Step == 2, ErrStop) }
	fit(t, m, data, FitOptions{Callbacks: []Callback{stepFunc(stop), stepFunc(see), epochFunc(see)}})
	require.Equal(t, []int{11, 12}, seen)
	seen = nil
	fit(t, m, data, FitOptions{Epochs: 3, Callbacks: []Callback{epochFunc(func(*Progress) error { return ErrStop }), epochFunc(see)}})
	require.Equal(t, []int{13}, seen)
	full := errors.New("the disk is full")
	_, err := m.Fit(background, data, FitOptions{Callbacks: []Callback{stepFunc(stop), stepFunc(func(p *Progress) error { return when(p.Step == 2, full) })}})
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
	m := compiled(t, NewSequential("", Flatten(5, 7), Dense(units, activations.ReLU), Dense(3, activations.Softmax)), Config{Kernels: &k, Workers: 2})
	data := newPatterns(320, 5, 7)
	for i := range data.classes {
		data.classes[i] %= 3
	}
	for range 20 { // a busy machine may keep the other worker waiting
		fit(t, m, data, FitOptions{})
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
	m := compiled(t, tutorialModel(), Config{})
	rule, err := optim.ByName("rmsprop")
	require.NoError(t, err)
	require.Equal(t, rule, m.optimizer)
	require.Equal(t, optim.RMSprop{LearningRate: 0.001, Rho: 0.9, Epsilon: 1e-7}, m.optimizer)
	require.Equal(t, SparseCategoricalCrossentropy, m.loss)
	h := fit(t, m, newIntegers(65), FitOptions{Callbacks: []Callback{stepFunc(func(p *Progress) error {
		require.Equal(t, []int{1, 3}, []int{p.Epochs, p.Steps}) // one epoch, batches of 32
		return nil
	})}})
	require.Len(t, h.Epochs, 1)
	// 15.34 GFLOP for 48,000 samples: 2·784·100 forward, as much for the gradient
	// of the weights, and 6·100·10
	require.Equal(t, 4*78400+6*1000, m.FLOPs())
}

func TestLossNames(t *testing.T) {
	for _, l := range []Loss{SparseCategoricalCrossentropy, CategoricalCrossentropy, MeanSquaredError, BinaryCrossentropy} {
		found, err := LossByName(l.String())
		require.NoError(t, err)
		require.Equal(t, l, found)
	}
	_, err := LossByName("hinge")
	require.EqualError(t, err, `nn: no loss "hinge": choose one of [sparse_categorical_crossentropy categorical_crossentropy mean_squared_error binary_crossentropy]`)
}
