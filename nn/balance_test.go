package nn

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"weft/activations"
	"weft/asm"
	"weft/optim"
)

// judged lets a balance judge so many windows in which the workers have these
// speeds, in things a second, and returns the parts of n things. In every window
// some steps are interrupted.
func judged(b *balance, windows, n int, speeds ...float64) (changed bool, parts []int) {
	for range windows {
		for step := range 2*mostSteps + 1 {
			for w := range b.times {
				lo, hi := b.share(b.n, w, len(b.ends))
				busy := time.Duration(float64(hi-lo) / speeds[w] * float64(time.Second))
				if step%5 == w {
					busy *= 20
				}
				b.record(w, busy)
			}
			b.steps++
		}
		changed = b.judge(b.begin.Add(window)) || changed
	}
	for w := range b.ends {
		lo, hi := b.share(n, w, len(b.ends))
		parts = append(parts, hi-lo)
	}
	return changed, parts
}

func TestBalance(t *testing.T) {
	b := newBalance(100, 2)
	changed, parts := judged(&b, 10, 100, 1, 0.8)
	assert.False(t, changed, "too little to move anything")
	assert.Equal(t, []int{50, 50}, parts)

	changed, _ = judged(&b, inARow-1, 100, 1, 0.67)
	assert.False(t, changed, "it may pass")
	changed, _ = judged(&b, 1, 100, 1, 1)
	assert.False(t, changed, "it passed")
	changed, _ = judged(&b, inARow-1, 100, 1, 0.67)
	assert.False(t, changed, "it may pass again")
	changed, parts = judged(&b, 1, 100, 1, 0.67)
	assert.True(t, changed, "it stays")
	assert.Equal(t, []int{60, 40}, parts)
	changed, _ = judged(&b, 10, 100, 1, 0.67)
	assert.False(t, changed, "the parts suit the speeds")
	changed, parts = judged(&b, inARow, 1024, 1, 0.5)
	assert.True(t, changed)
	assert.Equal(t, []int{685, 339}, parts)
	changed, parts = judged(&b, inARow, 1024, 1, 0.9)
	assert.True(t, changed, "equal parts are good enough now")
	assert.Equal(t, []int{512, 512}, parts)

	_, parts = judged(&b, inARow, 100, 1, 1e-6)
	assert.Equal(t, []int{90, 10}, parts, "a worker keeps enough to tell its speed")
	_, parts = judged(&b, inARow, 15, 1, 0.1)
	assert.Equal(t, []int{7, 8}, parts, "few things are divided equally")

	// Four fast cores and four of half their speed.
	b = newBalance(1000, 8)
	_, parts = judged(&b, inARow, 1000, 1, 1, 1, 1, 0.5, 0.5, 0.5, 0.5)
	assert.Equal(t, []int{165, 170, 165, 165, 85, 85, 80, 85}, parts)

	// A window that is too short, or has too few steps, goes on.
	b = newBalance(100, 2)
	b.steps = fewestSteps
	assert.False(t, b.judge(b.begin.Add(window-1)))
	assert.Equal(t, fewestSteps, b.steps)
	b.steps = fewestSteps - 1
	assert.False(t, b.judge(b.begin.Add(window)))
	assert.Equal(t, fewestSteps-1, b.steps)
	b.steps = fewestSteps
	b.judge(b.begin.Add(window))
	assert.Equal(t, 0, b.steps)

	assert.True(t, b.measures(measuredStep, 2))
	assert.False(t, b.measures(measuredStep+1, 2))
	assert.False(t, b.measures(measuredStep, 1), "fewer workers than there are")
	few := newBalance(divisible*2-1, 2)
	assert.False(t, few.measures(measuredStep, 2), "too few things to divide otherwise")
}

// Parts cover everything once, in order, however many things there are.
func TestPartsCover(t *testing.T) {
	b := newBalance(100, 3)
	for _, ends := range [][]int{{whole / 12, whole / 6, whole}, {whole * 5 / 6, whole * 11 / 12, whole}, {whole / 2, whole * 9 / 10, whole}} {
		b.ends, b.even = ends, false
		for n := range 2000 {
			at := 0
			for w := range 3 {
				lo, hi := b.share(n, w, 3)
				require.Equal(t, at, lo, "%d things, worker %d", n, w)
				require.GreaterOrEqual(t, hi, lo)
				require.True(t, n < divisible*3 || hi > lo, "%d things, worker %d: none", n, w)
				at = hi
			}
			require.Equal(t, n, at)
		}
	}
}

// The parts may change between any two steps: the weights are those of one worker.
func TestBitsOfUnequalParts(t *testing.T) {
	for _, c := range []struct {
		name   string
		batch  int
		floats bool
		layers []Layer
	}{
		{"units", 32, false, []Layer{Flatten(10, 15), Dense(90, activations.ReLU), Dense(50, activations.Tanh), Dense(10, activations.Softmax)}},
		{"samples and inputs", 300, false, []Layer{Flatten(10, 15), Dense(33, activations.ReLU), Dense(10, activations.Softmax)}},
		{"sparse products", 90, false, []Layer{Flatten(10, 15), Dense(523, activations.ReLU), Dense(140, activations.ReLU), Dropout(0.4), Dense(81, activations.ReLU), Dense(10, activations.Softmax)}},
		{"dropout, a softmax between, floats", 48, true, []Layer{Flatten(10, 15), Dropout(0.2), Dense(81, activations.Softmax), Dropout(0.3), Dense(60, activations.ReLU), Dense(10, activations.Softmax)}},
	} {
		t.Run(c.name, func(t *testing.T) {
			const steps = 6
			images := newPatterns(c.batch*steps-7, 10, 15)
			var data Dataset = images
			if c.floats {
				data = images.floats(t)
			}
			train := func(k *asm.Kernels, workers int) string {
				m := compiled(t, NewSequential("", c.layers...), Config{Kernels: k, Workers: workers, Optimizer: optim.NewAdam(0.01)})
				s, err := newSource("training", data, m.features)
				require.NoError(t, err)
				m.makeSlots()
				tr := newTrainer(m, s, c.batch, workers)
				order := make([]int32, s.n)
				inOrder(order, s)
				x := uint32(1)
				unequal := 0
				for step := range steps {
					if workers > 1 {
						for w := range workers - 1 { // each from half to one and a half of an equal part
							x = x*1664525 + 1013904223
							tr.balance.ends[w] = whole * (w + 1) / workers
							tr.balance.ends[w] += (int(x>>16) - whole/2) / (2 * workers)
						}
						tr.balance.even = false
						tr.regroup()
						for _, o := range tr.owned {
							require.Len(t, o.p.ends, len(o.ends), "groups of units")
						}
						for n, w := tr.balance.n, 0; w < workers; w++ {
							lo, hi := tr.balance.share(n, w, workers)
							if a, b := share(n, w, workers); a != lo || b != hi {
								unequal++
							}
						}
					}
					at := step * c.batch
					tr.begin(order[at:min(at+c.batch, s.n)], order[min(at+c.batch, s.n):])
					tr.step, tr.update = step+1, m.optimizer.At(step+1, m.optimizer.Rate())
					tr.train(workers, 0)
				}
				if workers > 1 && tr.balance.n >= divisible*workers {
					require.GreaterOrEqual(t, unequal, steps)
				}
				return fmt.Sprintf("%x", m.SHA256())
			}
			want := train(asm.Best(), 1)
			everySet(t, func(t *testing.T, k *asm.Kernels, workers int) {
				if testing.Short() && k.Name == "generic" && c.name == "sparse products" {
					t.Skip("a billion operations")
				}
				require.Equal(t, want, train(k, workers), "%d workers", workers)
			})
		})
	}
}

// slowed is an op that takes one worker half as long again.
type slowed struct {
	op
	worker int
}

func (o slowed) run(t *trainer, worker, workers int) {
	begin := time.Now()
	o.op.run(t, worker, workers)
	if worker == o.worker {
		for end := time.Since(begin) * 3 / 2; time.Since(begin) < end; {
		}
	}
}

// BenchmarkSlowCore is a step of 784-100-10 with two workers, one of whose cores is
// made a third slower, with equal parts and with parts that suit the cores.
func BenchmarkSlowCore(b *testing.B) {
	data := newIntegers(4096)
	for _, batch := range []int{32, 512} {
		for _, equal := range []bool{true, false} {
			b.Run(fmt.Sprintf("shape=784-100-10/batch=%d/kernels=%s/equal=%t", batch, asm.Best().Name, equal), func(b *testing.B) {
				m := tutorialModel()
				require.NoError(b, m.Compile(Config{Optimizer: optim.NewAdam(0.001), Workers: 2}))
				defer m.Close()
				require.NoError(b, m.Build(28, 28))
				s, err := newSource("training", data, m.features)
				require.NoError(b, err)
				m.makeSlots()
				t := newTrainer(m, s, batch, 2)
				if equal {
					t.balance.n = 0 // nothing to divide
				}
				for i := range t.plan {
					t.plan[i].op = slowed{t.plan[i].op, 1}
				}
				order := make([]int32, s.n)
				shuffle(order, s, 1, 1)
				for step := 0; b.Loop(); step++ {
					at := step * batch % s.n
					t.begin(order[at:at+batch], order[at+batch:])
					t.step, t.update = step+1, m.optimizer.At(step+1, m.optimizer.Rate())
					t.train(2, 0)
				}
			})
		}
	}
}

// Every panel of inputs is claimed once, by whoever is free: a worker's own part from the
// front while there is any of it, then others' from the end.
func TestClaims(t *testing.T) {
	for workers := 1; workers <= 5; workers++ {
		for panels := range 40 {
			tr := &trainer{kernels: asm.Best(), balance: newBalance(panels, workers), claims: make([]claims, workers)}
			for w := range workers { // one alone
				tr.deal(panels, workers)
				lo, hi := tr.balance.share(panels, w, workers)
				var all []int
				ends := map[int]bool{} // of what is left of the parts
				for v := range workers {
					_, hi := tr.balance.share(panels, v, workers)
					ends[hi] = true
				}
				for first, n := tr.claim(w, workers, widePanels); n > 0; first, n = tr.claim(w, workers, widePanels) {
					require.LessOrEqual(t, n, widePanels)
					if at := len(all); at < hi-lo {
						require.Equal(t, lo+at, first, "worker %d of %d, %d panels", w, workers, panels)
					} else {
						require.True(t, ends[first+n], "worker %d of %d, %d panels: %d … %d", w, workers, panels, first, first+n-1)
						delete(ends, first+n)
						ends[first] = true
					}
					all = append(all, upTo(first, first+n)...)
				}
				slices.Sort(all)
				require.Equal(t, upTo(0, panels), all, "worker %d of %d, %d panels", w, workers, panels)
			}
		}
	}
	const workers, panels = 3, 25
	tr := &trainer{kernels: asm.Best(), balance: newBalance(panels, workers), claims: make([]claims, workers)}
	for range 100 { // all at once
		tr.deal(panels, workers)
		claimed := make([][]int, workers)
		var wg sync.WaitGroup
		for w := range workers {
			wg.Add(1)
			go func() {
				defer wg.Done()
				for first, n := tr.claim(w, workers, widePanels); n > 0; first, n = tr.claim(w, workers, widePanels) {
					claimed[w] = append(claimed[w], upTo(first, first+n)...)
				}
			}()
		}
		wg.Wait()
		all := slices.Concat(claimed...)
		slices.Sort(all)
		require.Equal(t, upTo(0, panels), all)
	}
}

// upTo returns lo … hi−1, nil where there is none.
func upTo(lo, hi int) (all []int) {
	for i := lo; i < hi; i++ {
		all = append(all, i)
	}
	return all
}
