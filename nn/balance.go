package nn

import (
	"math"
	"slices"
	"time"
)

// balance gives each worker a part of the units, samples and inputs that suits the
// speed of its core. A step ends when its last worker does: where one core is slower
// than the others, because it is another kind of core or because somebody else's
// thread runs beside it, equal parts leave the others waiting. The parts never show
// in a result.
type balance struct {
	ends   []int      // parts end at these, of whole; the last one is whole
	even   bool       // they are equal
	n      int        // how many things the largest product divides
	speeds []float64  // of each worker, in parts of that product a second
	times  []workTime // of each worker in this window
	steps  int        // measured in this window, of which mostSteps are kept
	better int        // windows in a row in which other parts were better
	begin  time.Time  // of this window
}

// workTime is how long one worker was busy in each of a window's measured steps, on
// cache lines of its own.
type workTime struct {
	busy [mostSteps]time.Duration
	_    [16]uint64
}

const (
	whole = 1 << 16 // what parts are counted in

	// window is the time over which speeds are judged, by the medians of some measured
	// steps: one that the operating system interrupted tells nothing about a core. One
	// step of measuredStep is measured, which takes 0.1 µs.
	window       = 5 * while
	fewestSteps  = 5
	mostSteps    = 64
	measuredStep = 8

	// Parts become unequal where with equal ones the last worker would be busy
	// unevenness times as long as all with the best ones, and change where that makes
	// it worthwhile times shorter, both in so many windows in a row: what moves goes
	// from core to core. (On two equal cores whose neighbours disturb them now and
	// then, 1.06 for both and 3 in a row took 1.03 times as long as equal parts.)
	unevenness = 1.15
	worthwhile = 1.04
	inARow     = 4

	// partGrain is what units are divided by where there are enough: the rows of a
	// tile with an update beside it.
	partGrain = 5

	// divisible is how many things for each worker are enough for unequal parts.
	divisible = 8
)

// newBalance returns equal parts for a number of workers. The largest product
// divides n things.
func newBalance(n, workers int) balance {
	b := balance{
		ends: make([]int, workers), even: true, n: n,
		speeds: make([]float64, workers), times: make([]workTime, workers), begin: time.Now(),
	}
	for w := range b.ends {
		b.ends[w] = whole * (w + 1) / workers
	}
	return b
}

// share returns the part [lo, hi) of n things that a worker owns.
func (b *balance) share(n, worker, workers int) (lo, hi int) {
	if b.even || workers != len(b.ends) || n < divisible*workers {
		return share(n, worker, workers)
	}
	return b.end(n, worker-1), b.end(n, worker)
}

// end returns where the part of a worker ends.
func (b *balance) end(n, worker int) int {
	switch {
	case worker < 0:
		return 0
	case worker == len(b.ends)-1:
		return n
	}
	grain := 1
	if n >= 2*divisible*partGrain {
		grain = partGrain
	}
	return min(n, (n*b.ends[worker]+grain*whole/2)/(grain*whole)*grain)
}

// measures reports whether a step of so many workers is to be measured.
func (b *balance) measures(step, workers int) bool {
	return step%measuredStep == 0 && workers > 1 && workers == len(b.ends) && b.n >= divisible*workers
}

// record is called by a worker that was busy for so long in a measured step.
func (b *balance) record(worker int, busy time.Duration) {
	b.times[worker].busy[b.steps%mostSteps] = busy
}

// judge ends the window where it is long enough, and reports whether it changed
// the parts.
func (b *balance) judge(now time.Time) bool {
	if b.steps < fewestSteps || now.Sub(b.begin) < window {
		return false
	}
	workers := len(b.ends)
	last, all, slowest := 0.0, 0.0, math.Inf(1) // the longest time, the speed of all and of one
	for w := range b.times {
		lo, hi := b.share(b.n, w, workers)
		times := b.times[w].busy[:min(b.steps, mostSteps)]
		slices.Sort(times)
		busy := max(times[len(times)/2], 1).Seconds()
		last = max(last, busy)
		b.speeds[w] = float64(hi-lo) / float64(b.n) / busy
		all += b.speeds[w]
		slowest = min(slowest, b.speeds[w])
	}
	b.steps, b.begin = 0, now
	even := all < unevenness*float64(workers)*slowest
	best := 1 / all
	if even {
		best = 1 / (float64(workers) * slowest)
	}
	b.better++
	if last < worthwhile*best || even && b.even {
		b.better = 0
	}
	if b.better < inARow {
		return false
	}
	b.better = 0
	if even {
		b.even = true
		return true
	}
	smallest, total := all/float64(4*workers), 0.0 // a part stays large enough to tell a speed
	for w, s := range b.speeds {
		b.speeds[w] = max(s, smallest)
		total += b.speeds[w]
	}
	sum, changed := 0.0, false
	for w, s := range b.speeds[:workers-1] {
		_, before := b.share(b.n, w, workers)
		sum += s
		b.ends[w] = int(sum / total * whole)
		changed = changed || b.end(b.n, w) != before
	}
	b.even = b.even && !changed
	return changed
}
