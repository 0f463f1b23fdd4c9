package main

import (
	"runtime"
	"slices"
	"time"

	"weft/asm"
	"weft/matmul/pool"
)

// meter measures on the workers of one pool.
type meter struct {
	pool   *pool.Pool
	runs   int           // repetitions of each measurement
	target time.Duration // of one repetition
}

// figure is the time of one turn over all repetitions, in seconds.
type figure struct{ best, median float64 }

// together is a task in which each of the workers does turns of body.
type together struct {
	turns int
	body  func(worker, turns int)
}

func (t *together) Run(worker, _ int) { t.body(worker, t.turns) }

// measure times a turn of body that the given number of workers do at the same
// time, each its own. Turns are doubled until a repetition takes the target.
func (m *meter) measure(workers int, body func(worker, turns int)) figure {
	task := &together{turns: 1, body: body}
	run := func() time.Duration {
		start := time.Now()
		m.pool.Run(task, workers)
		return time.Since(start)
	}
	run()
	for run() < m.target {
		task.turns *= 2
	}
	seconds := make([]float64, m.runs)
	for i := range seconds {
		seconds[i] = run().Seconds() / float64(task.turns)
	}
	slices.Sort(seconds)
	return figure{seconds[0], seconds[len(seconds)/2]}
}

// rate turns the figure of a turn in which each of the workers does work into
// work a nanosecond: GFLOP/s from operations, GB/s from bytes.
func (f figure) rate(workers, work int) (best, median float64) {
	all := float64(workers*work) / 1e9
	return all / f.best, all / f.median
}

// arithmetic measures the peak of multiply-adds.
func (m *meter) arithmetic(l loops, workers int) (best, median float64) {
	return m.measure(workers, func(_, turns int) { l.fma(turns) }).rate(workers, l.flops)
}

// operation is one way to go over memory.
type operation struct {
	name string
	pass func(l loops, x []float32)
}

var operations = []operation{
	{"read", func(l loops, x []float32) { l.read(x) }},
	{"write", func(l loops, x []float32) { l.write(x) }},
	{"copy", func(l loops, x []float32) { l.copy(x[:len(x)/2], x[len(x)/2:]) }},
}

// bandwidth measures an operation on the working set of each worker. A copy
// reads one half and writes the other.
func (m *meter) bandwidth(l loops, o operation, sets [][]float32) (best, median float64) {
	return m.measure(len(sets), func(worker, turns int) {
		for range turns {
			o.pass(l, sets[worker])
		}
	}).rate(len(sets), 4*len(sets[0]))
}

// workingSets returns a working set of the given bytes for each worker, every
// page of it written.
func workingSets(workers, bytes int) [][]float32 {
	sets := make([][]float32, workers)
	for i := range sets {
		sets[i] = asm.Aligned(bytes / 4 / (2 * blockFloats) * (2 * blockFloats))
		writeGo(sets[i])
	}
	return sets
}

// empty is a task of no work.
type empty struct{}

func (empty) Run(worker, workers int) {}

// barrier measures a barrier of the pool's workers.
func (m *meter) barrier(workers int) figure {
	return m.measure(workers, func(_, turns int) {
		for range turns {
			m.pool.Barrier(workers)
		}
	})
}

// handover measures a Run of no work: calling workers that spin and waiting until
// all have ended.
func (m *meter) handover(workers int) figure {
	const turns = 2000
	return m.each(func() time.Duration {
		start := time.Now()
		for range turns {
			m.pool.Run(empty{}, workers)
		}
		return time.Since(start) / turns
	})
}

// wakeup is handover after a pause in which the workers have parked.
func (m *meter) wakeup(workers int) figure {
	return m.each(func() time.Duration {
		time.Sleep(10 * time.Millisecond)
		start := time.Now()
		m.pool.Run(empty{}, workers)
		return time.Since(start)
	})
}

// start measures what the pool avoids: a goroutine started for the work, until
// it runs while this one computes.
func (m *meter) start() figure {
	return m.each(func() time.Duration {
		time.Sleep(10 * time.Millisecond)
		begun := make(chan time.Time, 1)
		start := time.Now()
		go func() { begun <- time.Now() }()
		for len(begun) == 0 {
			if runtime.GOMAXPROCS(0) == 1 {
				runtime.Gosched() // nobody else could run it
			}
		}
		return (<-begun).Sub(start)
	})
}

// each repeats a measurement that times itself.
func (m *meter) each(once func() time.Duration) figure {
	seconds := make([]float64, m.runs)
	once()
	for i := range seconds {
		seconds[i] = once().Seconds()
	}
	slices.Sort(seconds)
	return figure{seconds[0], seconds[len(seconds)/2]}
}
