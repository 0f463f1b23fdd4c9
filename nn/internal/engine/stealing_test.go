package engine

import (
	"slices"
	"sync"
	"testing"

	"weft/asm"
	"weft/matmul/pool"

	"github.com/stretchr/testify/require"
)

// stealingStep returns a step whose workers take panels of inputs.
func stealingStep(panels, workers int) *Step {
	return &Step{Kernels: asm.Best(), balance: pool.NewBalance(panels, workers), deques: make([]deque, workers)}
}

// Every panel of inputs is taken once, by whoever is free: from a worker's own part
// first, front to back, then from the ends of other parts.
func TestTakeInputs(t *testing.T) {
	const most = 4
	for workers := 1; workers <= 5; workers++ {
		for panels := range 40 {
			s := stealingStep(panels, workers)
			for w := range workers { // one alone
				s.deal(panels, workers)
				lo, hi := s.Share(panels, w, workers)
				var all []int
				ends := map[int]bool{} // of what is left of the parts
				for v := range workers {
					_, hi := s.Share(panels, v, workers)
					ends[hi] = true
				}
				for first, n := s.TakeInputs(w, workers, most); n > 0; first, n = s.TakeInputs(w, workers, most) {
					require.LessOrEqual(t, n, most)
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
}

// The same where all workers take at once.
func TestTakeInputsAtOnce(t *testing.T) {
	const workers, panels, most = 3, 25, 4
	s := stealingStep(panels, workers)
	for range 100 {
		s.deal(panels, workers)
		taken := make([][]int, workers)
		var wg sync.WaitGroup
		for w := range workers {
			wg.Add(1)
			go func() {
				defer wg.Done()
				for first, n := s.TakeInputs(w, workers, most); n > 0; first, n = s.TakeInputs(w, workers, most) {
					taken[w] = append(taken[w], upTo(first, first+n)...)
				}
			}()
		}
		wg.Wait()
		all := slices.Concat(taken...)
		slices.Sort(all)
		require.Equal(t, upTo(0, panels), all)
	}
}

// Workers take panels where there are some for each of them, and one alone never does.
func TestSteals(t *testing.T) {
	for _, c := range []struct {
		panels, workers int
		want            bool
	}{{panelsToSteal * 2, 2, true}, {panelsToSteal*2 - 1, 2, false}, {panelsToSteal * 3, 3, true}, {100, 1, false}} {
		s := stealingStep(8, c.workers)
		s.Panels = c.panels
		require.Equal(t, c.want, s.Steals(c.workers), "%d panels, %d workers", c.panels, c.workers)
		s.deques = nil // the leading ops are not split by samples
		require.False(t, s.Steals(c.workers))
	}
}

// upTo returns lo … hi−1, nil where there is none.
func upTo(lo, hi int) (all []int) {
	for i := lo; i < hi; i++ {
		all = append(all, i)
	}
	return all
}
