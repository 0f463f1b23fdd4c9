package engine_test

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"weft/activations"
	"weft/asm"
	"weft/matmul/pool"
	"weft/nn/internal/engine"
	"weft/nn/internal/enginetest"
	"weft/nn/layers"
)

// BenchmarkScale estimates what a training step takes on more cores than there are
// here. Share-µs is measured: the part of the last of that many workers, which is
// never smaller than another's (the inputs are whole panels: the half panel at the
// end of 784 would be its), done again and again alone, so that its weights and slots
// lie in this core's cache as they would in that core's. Step-µs adds the model of
// what workers do together:
//
//	step(n) = share(n) + meetings(n) · barrier(2) · n/2
//
// Meetings are the barriers of the step and the hand-over of a Run. A barrier of
// two workers is measured here, and takes longer in proportion to their number,
// because all arrive at one counter, one after the other. Not in the model: cache
// lines of activations that come from other cores, the memory that cores share,
// cores of two sockets. Where there are enough cores, measured-µs is the whole
// step, which shows how far the model is off.
func BenchmarkScale(b *testing.B) {
	data := enginetest.Patterns(8192, 25, 32)
	barrier := barrierOfTwo()
	for _, c := range []struct {
		hidden []int
		batch  int
	}{
		{[]int{100}, 32}, {[]int{100}, 2048}, {[]int{1024, 1024}, 128}, {[]int{1024, 1024}, 512},
	} {
		alone := 0.0
		for workers := 1; workers <= 128; workers *= 2 {
			b.Run(fmt.Sprintf("shape=800-%d×%d-10/batch=%d/kernels=%s/workers=%d", c.hidden[0], len(c.hidden), c.batch, asm.Best().Name, workers), func(b *testing.B) {
				var all []layers.Layer
				for _, units := range c.hidden {
					all = append(all, layers.Dense(units, activations.ReLU))
				}
				n := enginetest.New(b, options(asm.Best(), workers, c.batch, data, append(all, layers.Dense(10, activations.Linear))...))
				order := n.Order()
				engine.Shuffle(order, data, 1, 1)
				step := 0
				next := func() (rows, following []int32) {
					at := step * c.batch % data.N
					step++
					return order[at : at+c.batch], order[at+c.batch:]
				}
				n.Train(next()) // which also says what the constants of a step are
				for b.Loop() {
					rows, following := next()
					n.RunAlone(rows, following, workers)
				}
				share := float64(b.Elapsed().Nanoseconds()) / 1e3 / float64(b.N)
				predicted := share
				if workers > 1 {
					predicted += float64(n.Barriers()+1) * barrier * float64(workers) / 2
				} else {
					alone = share
				}
				b.ReportMetric(share, "share-µs")
				b.ReportMetric(predicted, "step-µs")
				b.ReportMetric(alone/predicted, "speed-up")
				if workers <= runtime.GOMAXPROCS(0) {
					begin := time.Now()
					for range b.N {
						n.Train(next())
					}
					b.ReportMetric(float64(time.Since(begin).Nanoseconds())/1e3/float64(b.N), "measured-µs")
				}
			})
		}
	}
}

// barriers is a task of nothing but barriers.
type barriers struct {
	pool *pool.Pool
	n    int
}

func (t barriers) Run(worker, workers int) {
	for range t.n {
		t.pool.Barrier(workers)
	}
}

// barrierOfTwo returns the microseconds of a barrier of two workers.
func barrierOfTwo() float64 {
	if runtime.GOMAXPROCS(0) < 2 {
		return 0
	}
	t := barriers{pool.New(2), 100_000}
	defer t.pool.Close()
	t.pool.Run(t, 2)
	begin := time.Now()
	t.pool.Run(t, 2)
	return float64(time.Since(begin).Nanoseconds()) / 1e3 / float64(t.n)
}
