package nn

import (
	"bytes"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"weft/nn/callbacks"
	"weft/nn/losses"
	"weft/optim"

	"github.com/stretchr/testify/require"
)

// While a Fit runs, other goroutines may predict, evaluate, save and read the weights:
// they see the model after whole steps, and change no bit of the training. What would
// change it is refused.
func TestModelIsSharedWhileFitRuns(t *testing.T) {
	set := newPatterns(200, 5, 7)
	o := FitOptions{Epochs: 3, BatchSize: 16, Validation: newPatterns(40, 5, 7)}
	model := func() *Sequential {
		return compiled(t, smallModel(), CompileOptions{Optimizer: optim.NewAdam(0.01), Workers: 2, Seed: 3})
	}
	alone := model()
	whole := map[[32]byte]bool{alone.SHA256(): true} // of the model after each step
	o.Callbacks = []callbacks.Callback{callbacks.OnStep(func(*callbacks.Progress) error { whole[alone.SHA256()] = true; return nil })}
	want := fit(t, alone, set, o)

	m := model()
	o.Callbacks = nil
	done := make(chan struct{})
	var wg sync.WaitGroup
	errs := make(chan error, 1000)
	again := func(f func() error) { // until the Fit ends, and once at least
		wg.Add(1)
		go func() {
			defer wg.Done()
			for {
				if err := f(); err != nil {
					errs <- err
					return
				}
				select {
				case <-done:
					return
				default:
				}
			}
		}()
	}
	var lock sync.Mutex
	seen := map[[32]byte]bool{}
	see := func(h [32]byte) error {
		lock.Lock()
		defer lock.Unlock()
		seen[h] = true
		return nil
	}
	again(func() error { return see(m.SHA256()) })
	again(func() error {
		_, err := m.Predict(background, set)
		return err
	})
	again(func() error {
		_, err := m.Evaluate(background, set)
		return err
	})
	again(func() error {
		var b bytes.Buffer
		if err := m.Save(&b); err != nil {
			return err
		}
		saved, err := Load(&b)
		if err != nil {
			return err
		}
		defer saved.Close()
		return see(saved.SHA256())
	})
	again(func() error {
		p, err := m.Predictor()
		if err != nil {
			return err
		}
		p.Bytes(make([]float32, 10), set.pixels[:35])
		m.FLOPs()
		return m.Summary(discard{})
	})
	var refused []error
	once := callbacks.OnStep(func(p *callbacks.Progress) error { // surely during the Fit
		if p.Epoch == 2 && p.Step == 2 {
			all := make(chan error)
			go func() { _, err := m.Fit(background, set, FitOptions{}); all <- err }()
			go func() { all <- m.Compile(CompileOptions{}) }()
			go func() { all <- m.SetResources(1, nil) }()
			for range 3 {
				refused = append(refused, <-all)
			}
			m.Close()
		}
		return nil
	})
	o.Callbacks = []callbacks.Callback{once}
	got := fit(t, m, set, o)
	close(done)
	wg.Wait()
	close(errs)
	for err := range errs {
		require.NoError(t, err)
	}
	require.Len(t, refused, 3)
	for _, err := range refused {
		require.ErrorIs(t, err, errFitting)
	}
	require.Equal(t, withoutSeconds(want), withoutSeconds(got))
	require.Equal(t, saved(t, alone), saved(t, m))
	for h := range seen {
		require.True(t, whole[h], "weights in the middle of a step")
	}
}

// All that reads a model may run at once, and next to Close and SetResources.
func TestModelIsShared(t *testing.T) {
	set := newPatterns(100, 5, 7)
	m := compiled(t, smallModel(), CompileOptions{Workers: 2})
	want, err := m.Predict(background, set)
	require.NoError(t, err)
	loss, _ := evaluate(t, m, set)
	var wg sync.WaitGroup
	errs := make(chan error, 100)
	for g := range 4 {
		wg.Add(2)
		go func() {
			defer wg.Done()
			for range 20 {
				if y, err := m.Predict(background, set); err != nil {
					errs <- err
				} else if !slices.Equal(y.Data, want.Data) {
					errs <- errFitting
				}
				if logs, err := m.Evaluate(background, set); err != nil {
					errs <- err
				} else if logs.Get("loss") != loss {
					errs <- errFitting
				}
			}
		}()
		go func() {
			defer wg.Done()
			for range 20 {
				m.Close()
				if err := m.SetResources(g%3+1, nil); err != nil {
					errs <- err
				}
				runtime.Gosched()
			}
		}()
	}
	wg.Wait()
	close(errs)
	for err := range errs {
		require.NoError(t, err)
	}
}

// Compile between the checks of an evaluation and its work changes what is evaluated
// for later calls alone.
func TestCompileNextToEvaluate(t *testing.T) {
	set := newPatterns(100, 5, 7)
	classes, targets := CompileOptions{Workers: 2}, CompileOptions{Workers: 2, Loss: losses.MeanSquaredError}
	m := compiled(t, smallModel(), classes)
	var wg sync.WaitGroup
	for range 3 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for range 50 {
				logs, err := m.Evaluate(background, set)
				if err == nil && !logs.Has("accuracy") {
					t.Error("classes were evaluated with squares")
				}
			}
		}()
	}
	for range 50 {
		require.NoError(t, m.Compile(targets))
		require.NoError(t, m.Compile(classes))
	}
	wg.Wait()
}

// A model that is dropped without Close leaves no goroutine.
func TestDroppedModel(t *testing.T) {
	count := func() int { // of goroutines of any pool
		var b strings.Builder
		stacks := make([]byte, 1<<22)
		b.Write(stacks[:runtime.Stack(stacks, true)])
		return strings.Count(b.String(), "pool.(*Pool).work(")
	}
	set := newPatterns(64, 5, 7)
	before := count()
	func() {
		for range 5 {
			m := smallModel()
			require.NoError(t, m.Compile(CompileOptions{Workers: 3}))
			fit(t, m, set, FitOptions{})
			_, err := m.Predict(background, set)
			require.NoError(t, err)
		}
	}()
	for range 500 {
		runtime.GC()
		if count() <= before {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("%d goroutines of dropped models, %d before", count(), before)
}
