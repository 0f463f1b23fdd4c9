package nn

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"weft/activations"
	"weft/asm"
	"weft/matmul/pool"
	"weft/optim"
)

// moveParts lets a balance judge workers whose speeds are these until it has given
// them other parts.
func moveParts(b *pool.Balance, n int, speeds []float64, now *time.Time) {
	for range 8 { // windows
		*now = now.Add(time.Second)
		for range 8 { // steps, of which the last ends the window
			for w := range speeds {
				lo, hi := b.Share(n, w, len(speeds))
				b.Record(w, time.Duration(float64(hi-lo)/speeds[w]*float64(time.Second)))
			}
			if b.Judge(*now) {
				return
			}
		}
	}
}

// largestDivided returns how many things the largest product of a trainer divides, at a
// batch size.
func largestDivided(t *trainer, batch int) int {
	var ops []op
	for _, p := range t.plan {
		ops = append(ops, p.op)
	}
	return dividedBy(ops, panelsOf(batch)*asm.PanelWidth/groupWidth)
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
				things, speeds, now := largestDivided(tr, c.batch), make([]float64, workers), time.Now()
				x := uint32(1)
				unequal := 0
				for step := range steps {
					if workers > 1 {
						for w := range speeds { // one at least is twice as fast as another
							x = x*1664525 + 1013904223
							speeds[w] = 1 + float64(x>>16)/(1<<17)
						}
						speeds[step%workers], speeds[(step+1)%workers] = 2, 1
						moveParts(&tr.balance, things, speeds, &now)
						tr.regroup()
						for _, o := range tr.owned {
							require.Len(t, o.p.ends, len(o.ends), "groups of units")
						}
						for w := range workers {
							lo, hi := tr.balance.Share(things, w, workers)
							if a, b := pool.Share(things, w, workers); a != lo || b != hi {
								unequal++
							}
						}
					}
					at := step * c.batch
					tr.begin(order[at:min(at+c.batch, s.n)], order[min(at+c.batch, s.n):])
					tr.step, tr.update = step+1, m.optimizer.At(step+1, m.optimizer.Rate())
					tr.train(workers, 0)
				}
				if tr.balance.Measures(0, workers) { // there is enough to divide
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
					t.balance = pool.NewBalance(0, 2) // nothing to divide
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
			tr := &trainer{kernels: asm.Best(), balance: pool.NewBalance(panels, workers), claims: make([]claims, workers)}
			for w := range workers { // one alone
				tr.deal(panels, workers)
				lo, hi := tr.balance.Share(panels, w, workers)
				var all []int
				ends := map[int]bool{} // of what is left of the parts
				for v := range workers {
					_, hi := tr.balance.Share(panels, v, workers)
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
	tr := &trainer{kernels: asm.Best(), balance: pool.NewBalance(panels, workers), claims: make([]claims, workers)}
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
