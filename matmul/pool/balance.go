package pool

import (
	"math"
	"slices"
	"time"
)

// Share returns the part [lo, hi) of n things that a worker owns where the parts
// are equal.
func Share(n, worker, workers int) (lo, hi int) {
	return n * worker / workers, n * (worker + 1) / workers
}

// Balance gives each worker a part of the units, samples and inputs that suits the
// speed of its core. A step ends when its last worker does: where one core is slower
// than the others, because it is an efficiency core or is shared with another
// process, equal parts leave the others waiting.
type Balance struct {
	ends    []int      // where parts end, in parts of unit; the last one is unit
	uniform bool       // they are equal
	n       int        // how many things the largest product divides
	speeds  []float64  // of each worker, in parts of that product a second
	times   []workTime // of each worker in this window
	steps   int        // measured in this window, of which mostSteps are kept
	streak  int        // windows in a row in which other parts were better
	begin   time.Time  // of this window
}

// workTime is how long one worker was busy in each of a window's measured steps, on
// cache lines of its own.
type workTime struct {
	busy [mostSteps]time.Duration
	_    [16]uint64
}

const (
	unit = 1 << 16 // what parts are counted in

	// balanceWindow is the time over which speeds are judged, by the medians of some
	// measured steps: one that the operating system interrupted says nothing about a
	// core. One step of measuredStep is measured, which takes 0.1 µs.
	balanceWindow = 50 * time.Millisecond
	fewestSteps   = 5
	mostSteps     = 64
	measuredStep  = 8

	// Parts become unequal where with equal ones the last worker would be busy
	// unevenness times as long as all with the best ones, and change where that makes
	// it worthwhile times shorter, both in patience windows in a row: what moves goes
	// from core to core. (On two equal cores whose neighbors disturb them now and
	// then, 1.06 for both and 3 in a row took 1.03 times as long as equal parts.)
	unevenness = 1.15
	worthwhile = 1.04
	patience   = 4

	// partGrain is what units are divided by where there are enough: the rows of a
	// tile with an update inside.
	partGrain = 5

	// divisible is how many things for each worker are enough for unequal parts.
	divisible = 8
)

// NewBalance returns equal parts for a number of workers. The largest product
// divides n things.
func NewBalance(n, workers int) Balance {
	b := Balance{
		ends: make([]int, workers), uniform: true, n: n,
		speeds: make([]float64, workers), times: make([]workTime, workers), begin: time.Now(),
	}
	for w := range b.ends {
		b.ends[w] = unit * (w + 1) / workers
	}
	return b
}

// Share returns the part [lo, hi) of n things that a worker owns.
func (b *Balance) Share(n, worker, workers int) (lo, hi int) {
	if b.uniform || workers != len(b.ends) || n < divisible*workers {
		return Share(n, worker, workers)
	}
	return b.end(n, worker-1), b.end(n, worker)
}

// end returns where the part of a worker ends.
func (b *Balance) end(n, worker int) int {
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
	return min(n, (n*b.ends[worker]+grain*unit/2)/(grain*unit)*grain)
}

// Measures reports whether the workers record how long they are busy in a step, by
// its number and the number of its workers.
func (b *Balance) Measures(step, workers int) bool {
	return step%measuredStep == 0 && workers > 1 && workers == len(b.ends) && b.n >= divisible*workers
}

// Record takes down how long a worker was busy in a measured step, waiting not
// counted. Each worker of the step calls it, once.
func (b *Balance) Record(worker int, busy time.Duration) {
	b.times[worker].busy[b.steps%mostSteps] = busy
}

// Judge is called after each measured step, by one goroutine. It reports whether it
// changed the parts.
func (b *Balance) Judge(now time.Time) bool {
	b.steps++
	if b.steps < fewestSteps || now.Sub(b.begin) < balanceWindow {
		return false
	}
	last, all, slowest := b.measure()
	b.steps, b.begin = 0, now
	workers := float64(len(b.ends))
	uniform := all < unevenness*workers*slowest
	best := 1 / all
	if uniform {
		best = 1 / (workers * slowest)
	}
	b.streak++
	if last < worthwhile*best || uniform && b.uniform {
		b.streak = 0
	}
	if b.streak < patience {
		return false
	}
	b.streak = 0
	if uniform {
		b.uniform = true
		return true
	}
	return b.divide(all)
}

// measure returns the longest of the workers' median times in this window, in
// seconds, the speed of all workers together and that of the slowest.
func (b *Balance) measure() (last, all, slowest float64) {
	slowest = math.Inf(1)
	for w := range b.times {
		lo, hi := b.Share(b.n, w, len(b.ends))
		times := b.times[w].busy[:min(b.steps, mostSteps)]
		slices.Sort(times)
		busy := max(times[len(times)/2], 1).Seconds()
		last = max(last, busy)
		b.speeds[w] = float64(hi-lo) / float64(b.n) / busy
		all += b.speeds[w]
		slowest = min(slowest, b.speeds[w])
	}
	return last, all, slowest
}

// divide makes the parts proportional to the speeds, all of which add up to all,
// and reports whether a part changed.
func (b *Balance) divide(all float64) bool {
	workers := len(b.ends)
	smallest, total := all/float64(4*workers), 0.0 // a part stays large enough to measure a speed
	for w, s := range b.speeds {
		b.speeds[w] = max(s, smallest)
		total += b.speeds[w]
	}
	sum, changed := 0.0, false
	for w, s := range b.speeds[:workers-1] {
		_, before := b.Share(b.n, w, workers)
		sum += s
		b.ends[w] = int(sum / total * unit)
		changed = changed || b.end(b.n, w) != before
	}
	b.uniform = b.uniform && !changed
	return changed
}
