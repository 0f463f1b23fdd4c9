package engine

import (
	"sync/atomic"
)

// Work stealing: in a large batch no worker waits long for one whose core is slow at
// the moment. Panels of samples of the leading ops come from one counter, panels of
// inputs that updates own from a deque for each worker, from whose end others steal.

// hold is the groups of samples of the panel that a worker has taken, hi 0 where it
// has none, on a cache line of its own.
type hold struct {
	lo, hi int
	_      [6]uint64
}

// deque is the panels of inputs [lo, hi) of a worker's part that nobody has begun to
// update, as lo·2³² + hi, on a cache line of its own.
type deque struct {
	left atomic.Uint64
	_    [7]uint64
}

// take takes up to n panels, the first ones or, for another worker, the last ones.
func (d *deque) take(n int, last bool) (first, taken int) {
	for {
		v := d.left.Load()
		lo, hi := int(v>>32), int(uint32(v))
		n := min(n, hi-lo)
		if n <= 0 {
			return 0, 0
		}
		first, v2 := lo, uint64(lo+n)<<32|uint64(hi)
		if last {
			first, v2 = hi-n, uint64(lo)<<32|uint64(hi-n)
		}
		if d.left.CompareAndSwap(v, v2) {
			return first, n
		}
	}
}

// size returns how many panels are left.
func (d *deque) size() int {
	v := d.left.Load()
	return int(uint32(v)) - int(v>>32)
}

// panelsToSteal is how many panels for each worker are enough to take them one by one.
const panelsToSteal = 4

// Steals reports whether that many workers take the panels of the batch one by one
// for the leading ops, and panels of inputs with [Step.TakeInputs] for updates: equal
// parts of a large batch are as slow as the slowest core. (784-100-10, two workers,
// one or the other disturbed: with the leading ops alone a step takes 0.94 to 1.00
// times as long at batch 512, 0.96 to 0.97 at 2048, with the update 0.97 to 1.00 and
// 0.96 to 0.98 times as long as that.)
func (s *Step) Steals(workers int) bool {
	return workers > 1 && s.deques != nil && s.Panels >= panelsToSteal*workers
}

// deal gives each worker its part of the panels of inputs.
func (s *Step) deal(panels, workers int) {
	for w := range workers {
		lo, hi := s.Share(panels, w, workers)
		s.deques[w].left.Store(uint64(lo)<<32 | uint64(hi))
	}
}

// TakeInputs returns up to most panels of inputs of the batch that a worker is to
// update next, none where all are begun: of its own part, whose weights are in its
// cache, while there are any, and then of the part of which most is left. The fewer
// are left of a part the fewer are taken, but for no less than a tile of a sparse
// product.
func (s *Step) TakeInputs(worker, workers, most int) (first, n int) {
	grain := min(most, s.Kernels.SpNR/panelWidth)
	own := &s.deques[worker]
	if first, n = own.take(max(grain, min(most, own.size()/2/grain*grain)), false); n > 0 {
		return first, n
	}
	for {
		from, left := own, 0
		for w := range s.deques[:workers] {
			if d := &s.deques[w]; d.size() > left {
				from, left = d, d.size()
			}
		}
		if left == 0 {
			return 0, 0
		}
		if first, n = from.take(grain, true); n > 0 {
			return first, n
		}
	}
}
