package nn

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"testing"
	"time"

	"weft/activations"
	"weft/asm"
	"weft/nn/callbacks"
	"weft/nn/data"
	"weft/nn/layers"
	"weft/nn/losses"
	"weft/optim"

	"github.com/stretchr/testify/require"
)

// at calls f after the given step of a Fit, counted over its epochs.
type at struct {
	step int
	f    func() error
	n    int
}

func (a *at) Epoch(*callbacks.Progress) error { return nil }

func (a *at) Step(*callbacks.Progress) error {
	if a.n++; a.n == a.step {
		return a.f()
	}
	return nil
}

// resumable returns a model that has everything that carries state.
func resumable(t *testing.T, o optim.Optimizer) *Sequential {
	t.Helper()
	m := NewSequential("", layers.Flatten(28, 28), layers.Dense(24, activations.Tanh), layers.Dropout(0.25), layers.Dense(10, activations.Softmax))
	t.Cleanup(m.Close)
	require.NoError(t, m.Compile(CompileOptions{Optimizer: o, Seed: 5, Workers: 2}))
	return m
}

// A run that is stopped after any step, saved, loaded and resumed, with another
// number of workers and other kernels, ends with the bits of one that was never
// stopped: weights, slots, counts and printed figures. The last step of an epoch
// is stopped in its validation.
func TestResume(t *testing.T) {
	set, validation := newIntegers(70), newIntegers(40)
	const epochs, steps = 2, 3 // of 32, 32 and 6 samples
	kernels := asm.Available()
	for _, o := range []optim.Optimizer{optim.NewSGD(0.1), optim.NewSGD(0.1).WithNesterov(0.9), optim.NewAdagrad(0.01), optim.NewRMSprop(0.001), optim.NewAdam(0.001)} {
		straight := resumable(t, o)
		want, err := straight.Fit(t.Context(), set, FitOptions{Epochs: epochs, Validation: validation})
		require.NoError(t, err)
		for k := 1; k <= epochs*steps; k++ {
			t.Run(fmt.Sprintf("%s after step %d", o.Name(), k), func(t *testing.T) {
				m := resumable(t, o)
				ctx, cancel := context.WithCancel(t.Context())
				got, err := m.Fit(ctx, set, FitOptions{Epochs: epochs, Validation: validation, Callbacks: []callbacks.Callback{&at{step: k, f: func() error { cancel(); return nil }}}})
				require.ErrorIs(t, err, context.Canceled)
				require.Len(t, got.Epochs, (k-1)/steps)

				m, err = Load(bytes.NewReader(saved(t, m)))
				require.NoError(t, err)
				defer m.Close()
				require.NoError(t, m.SetResources(k%3+1, kernels[k%len(kernels)]))
				var seen, before []int
				rest, err := m.Fit(t.Context(), set, FitOptions{Epochs: epochs, Validation: validation, Resume: true, Callbacks: []callbacks.Callback{progressed(func(p *callbacks.Progress) {
					seen, before = append(seen, p.Epoch*100+p.Step), append(before, p.Resumed)
				})}})
				require.NoError(t, err)
				require.Len(t, seen, epochs*steps-k, "steps that were done again, or left out")
				for i, s := range seen {
					require.Equal(t, ((k+i)/steps+1)*100+(k+i)%steps+1, s)
					resumed := 0
					if (k+i)/steps == k/steps {
						resumed = k % steps
					}
					require.Equal(t, resumed, before[i], "steps of the Fit before in step %d", s)
				}
				require.Equal(t, withoutSeconds(want), withoutSeconds(&callbacks.History{Epochs: append(got.Epochs, rest.Epochs...)}))
				require.True(t, bytes.Equal(saved(t, straight), saved(t, m)), "the saved models differ")
			})
		}
	}
}

// progressed calls f after each step.
func progressed(f func(*callbacks.Progress)) callbacks.Callback {
	return callbacks.OnStep(func(p *callbacks.Progress) error { f(p); return nil })
}

func withoutSeconds(h *callbacks.History) []callbacks.Epoch {
	all := append([]callbacks.Epoch(nil), h.Epochs...)
	for i := range all {
		all[i].Seconds = 0
	}
	return all
}

// A callback that saves after each step changes nothing, and what it saved is
// the model after that step.
func TestSaveInsideEpoch(t *testing.T) {
	set := newIntegers(70)
	want := resumable(t, optim.NewAdam(0.001))
	_, err := want.Fit(t.Context(), set, FitOptions{})
	require.NoError(t, err)
	m := resumable(t, optim.NewAdam(0.001))
	var files [][]byte
	_, err = m.Fit(t.Context(), set, FitOptions{Callbacks: []callbacks.Callback{progressed(func(p *callbacks.Progress) { files = append(files, saved(t, p.Model)) })}})
	require.NoError(t, err)
	require.Equal(t, want.SHA256(), m.SHA256())
	require.Len(t, files, 3)
	for _, file := range files {
		m, err := Load(bytes.NewReader(file))
		require.NoError(t, err)
		defer m.Close()
		_, err = m.Fit(t.Context(), set, FitOptions{Resume: true})
		require.NoError(t, err)
		require.Equal(t, want.SHA256(), m.SHA256())
	}
}

// stopped returns a model that was stopped after the second step of an epoch.
func stopped(t *testing.T, set data.Source, o FitOptions) *Sequential {
	t.Helper()
	m := resumable(t, optim.NewAdam(0.001))
	o.Callbacks = []callbacks.Callback{&at{step: 2, f: func() error { return callbacks.ErrStop }}}
	_, err := m.Fit(t.Context(), set, o)
	require.NoError(t, err)
	return m
}

// The middle of an epoch means something only for the same division of the same
// data.
func TestResumeRefuses(t *testing.T) {
	set := newIntegers(70)
	for _, c := range []struct {
		name string
		set  data.Source
		o    FitOptions
		want string
	}{
		{"another batch", set, FitOptions{BatchSize: 16}, "batches of 16"},
		{"another set", newIntegers(71), FitOptions{}, "with 71 in batches"},
		{"another order", set, FitOptions{NoShuffle: true}, "in order: true"},
		{"a part", set, FitOptions{ValidationSplit: 0.5}, "with 35 in batches"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := stopped(t, set, FitOptions{})
			before := saved(t, m)
			c.o.Resume = true
			_, err := m.Fit(t.Context(), c.set, c.o)
			require.ErrorContains(t, err, c.want)
			require.ErrorContains(t, err, "leave Resume out")
			require.True(t, bytes.Equal(before, saved(t, m)), "a refused Fit must change nothing")
		})
	}
}

// Without Resume a Fit begins an epoch, and Compile forgets the place.
func TestWithoutResume(t *testing.T) {
	set := newIntegers(70)
	m := stopped(t, set, FitOptions{})
	n := 0
	_, err := m.Fit(t.Context(), set, FitOptions{Callbacks: []callbacks.Callback{progressed(func(*callbacks.Progress) { n++ })}})
	require.NoError(t, err)
	require.Equal(t, 3, n)

	m = stopped(t, set, FitOptions{})
	require.NoError(t, m.Compile(CompileOptions{}))
	n = 0
	_, err = m.Fit(t.Context(), set, FitOptions{Resume: true, Callbacks: []callbacks.Callback{progressed(func(*callbacks.Progress) { n++ })}})
	require.NoError(t, err)
	require.Equal(t, 3, n)
}

// A run that has reached its goal does nothing; a higher goal trains on.
func TestResumeFinished(t *testing.T) {
	set := newIntegers(70)
	m, want := resumable(t, optim.NewAdam(0.001)), resumable(t, optim.NewAdam(0.001))
	_, err := m.Fit(t.Context(), set, FitOptions{Epochs: 2})
	require.NoError(t, err)
	hash := m.SHA256()
	h, err := m.Fit(t.Context(), set, FitOptions{Epochs: 2, Resume: true})
	require.NoError(t, err)
	require.Empty(t, h.Epochs)
	require.Equal(t, hash, m.SHA256())

	h, err = m.Fit(t.Context(), set, FitOptions{Epochs: 3, Resume: true})
	require.NoError(t, err)
	require.Len(t, h.Epochs, 1)
	require.Equal(t, 3, h.Epochs[0].Epoch)
	_, err = want.Fit(t.Context(), set, FitOptions{Epochs: 3})
	require.NoError(t, err)
	require.Equal(t, want.SHA256(), m.SHA256())
}

// Load refuses a place where no Fit stops.
func TestDamagedPosition(t *testing.T) {
	good := position{Samples: 70, Batch: 32, Step: 2, LossSum: math.Float64bits(3), Hits: 64}
	for name, damage := range map[string]func(*position){
		"no batch":            func(p *position) { p.Batch = 0 },
		"more than the set":   func(p *position) { p.Batch = 71 },
		"a step too many":     func(p *position) { p.Step = 4 },
		"a step below 0":      func(p *position) { p.Step = -1 },
		"more than the model": func(p *position) { p.Batch, p.Step = 10, 3 },
		"too many hits":       func(p *position) { p.Hits = 65 },
		"hits below 0":        func(p *position) { p.Hits = -1 },
		"no number":           func(p *position) { p.LossSum = math.Float64bits(math.NaN()) },
	} {
		p := good
		require.NoError(t, p.check(losses.SparseCategoricalCrossentropy, 10, 2))
		damage(&p)
		require.ErrorContains(t, p.check(losses.SparseCategoricalCrossentropy, 10, 2), "damaged", name)
	}
	m := stopped(t, newIntegers(70), FitOptions{})
	m.training.position.Hits = 1000
	_, err := Load(bytes.NewReader(saved(t, m)))
	require.ErrorContains(t, err, "1000 right answers: the file is damaged")
}

func TestSetResources(t *testing.T) {
	m := resumable(t, optim.NewAdam(0.001))
	require.ErrorContains(t, m.SetResources(-1, nil), "-1 workers: give 1 to 4096, or 0 for all processors")
	require.ErrorContains(t, m.SetResources(4097, nil), "4097 workers")
	kernels := m.kernels
	for name, change := range map[string]func(*asm.Kernels){ // a set that lacks something, whatever it is
		"MR": func(k *asm.Kernels) { *k = asm.Kernels{Name: "mine"} }, "Exp": func(k *asm.Kernels) { k.Exp = nil }, "Name": func(k *asm.Kernels) { *k = asm.Kernels{} },
	} {
		k := *asm.Best()
		change(&k)
		require.ErrorContains(t, m.SetResources(1, &k), "without "+name)
		require.ErrorContains(t, m.Compile(CompileOptions{Kernels: &k}), "without "+name)
	}
	require.Same(t, kernels, m.kernels, "a refused set was taken")
	set := newIntegers(70)
	fit(t, m, set, FitOptions{})
	require.NoError(t, m.SetResources(m.workers+1, asm.Best())) // more than the pool of the first Fit has
	fit(t, m, set, FitOptions{})
}

// Callbacks see the time of the epoch grow, and their error comes back.
func TestProgressElapsed(t *testing.T) {
	m := resumable(t, optim.NewAdam(0.001))
	stop := errors.New("stop")
	var elapsed []time.Duration
	_, err := m.Fit(t.Context(), newIntegers(70), FitOptions{Callbacks: []callbacks.Callback{
		progressed(func(p *callbacks.Progress) { elapsed = append(elapsed, p.Elapsed) }),
		&at{step: 2, f: func() error { return stop }},
	}})
	require.ErrorIs(t, err, stop)
	require.Len(t, elapsed, 2)
	require.Positive(t, elapsed[0])
	require.Greater(t, elapsed[1], elapsed[0])
}
