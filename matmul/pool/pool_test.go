package pool

import (
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// taskFunc makes a task of a function.
type taskFunc func(worker, workers int)

func (f taskFunc) Run(worker, workers int) { f(worker, workers) }

// panics returns what f panics with.
func panics(f func()) (message string) {
	defer func() { message = fmt.Sprint(recover()) }()
	f()
	return ""
}

func TestPoolRunsEachWorkerOnce(t *testing.T) {
	for _, size := range []int{1, 2, 3, 7} {
		p := New(size)
		defer p.Close()
		for workers := 1; workers <= size; workers++ {
			for range 50 {
				calls := make([]atomic.Int32, size)
				p.Run(taskFunc(func(worker, n int) {
					if n != workers {
						t.Errorf("worker %d is one of %d, want %d", worker, n, workers)
					}
					calls[worker].Add(1)
				}), workers)
				for w := range calls {
					if got, want := calls[w].Load() == 1, w < workers; got != want {
						t.Fatalf("pool of %d, %d workers: worker %d ran %d times", size, workers, w, calls[w].Load())
					}
				}
			}
		}
	}
}

// At a barrier each worker sees what all wrote before it. (The race detector
// checks the order of memory.)
func TestPoolBarrier(t *testing.T) {
	for _, workers := range []int{1, 2, 3, 7} {
		p := New(workers)
		defer p.Close()
		steps := make([]int, workers) // not atomic: the barrier orders them
		p.Run(taskFunc(func(worker, workers int) {
			for step := 1; step <= 200; step++ {
				steps[worker] = step
				p.Barrier(workers)
				for w, s := range steps {
					if s != step {
						t.Errorf("worker %d sees step %d of worker %d in step %d", worker, s, w, step)
						return
					}
				}
				p.Barrier(workers)
			}
		}), workers)
	}
}

// A worker that parked, after a pause longer than it spins, wakes.
func TestPoolWakes(t *testing.T) {
	p := New(3)
	defer p.Close()
	for range 20 {
		var calls atomic.Int32
		p.Run(taskFunc(func(int, int) { calls.Add(1) }), 3)
		if calls.Load() != 3 {
			t.Fatalf("%d of 3 workers ran", calls.Load())
		}
		time.Sleep(2 * spinTime)
	}
	for i := range p.team.lanes {
		for deadline := time.Now().Add(10 * time.Second); p.team.lanes[i].state.Load() != parked; {
			if time.Now().After(deadline) {
				t.Fatalf("worker %d does not park", i+1)
			}
			time.Sleep(time.Millisecond)
		}
	}
}

func TestPoolSharedByGoroutines(t *testing.T) {
	p := New(2)
	defer p.Close()
	var inside, calls atomic.Int32
	var group sync.WaitGroup
	for range 5 {
		group.Go(func() {
			for range 100 {
				p.Run(taskFunc(func(_, workers int) {
					if n := inside.Add(1); int(n) > workers {
						t.Errorf("%d workers of two tasks at once", n)
					}
					calls.Add(1)
					p.Barrier(workers)
					inside.Add(-1)
					p.Barrier(workers)
				}), 2)
			}
		})
	}
	group.Wait()
	if calls.Load() != 1000 {
		t.Errorf("%d calls, want 1000", calls.Load())
	}
}

// A panic in one worker reaches the caller of Run, also while the others wait at
// a barrier, and the pool works on.
func TestPoolPanic(t *testing.T) {
	p := New(4)
	defer p.Close()
	for failing := range 4 {
		got := panics(func() {
			p.Run(taskFunc(func(worker, workers int) {
				if worker == failing {
					panic(fmt.Sprintf("worker %d fails", worker))
				}
				p.Barrier(workers)
			}), 4)
		})
		if want := fmt.Sprintf("worker %d fails", failing); got != want {
			t.Errorf("panic %q, want %q", got, want)
		}
		var calls atomic.Int32
		p.Run(taskFunc(func(_, workers int) { p.Barrier(workers); calls.Add(1) }), 4)
		if calls.Load() != 4 {
			t.Errorf("after a panic: %d of 4 workers ran", calls.Load())
		}
	}
}

// A task that ends the goroutine of a worker panics in the caller of Run, or ends the
// caller, who is worker 0, and the pool works on with no more goroutines.
func TestPoolEndedGoroutine(t *testing.T) {
	p := New(4)
	defer p.Close()
	before := runtime.NumGoroutine()
	for ending := range 4 {
		ended := make(chan string)
		go func() {
			message := "the caller ends"
			defer func() { ended <- message }()
			message = panics(func() {
				p.Run(taskFunc(func(worker, workers int) {
					if worker == ending {
						runtime.Goexit()
					}
					p.Barrier(workers)
				}), 4)
			})
		}()
		got := <-ended
		if want := fmt.Sprintf("ended the goroutine of worker %d", ending); ending > 0 && !strings.Contains(got, want) {
			t.Errorf("panic %q, want %q", got, want)
		}
		if ending == 0 && got != "the caller ends" {
			t.Errorf("the caller did not end: %q", got)
		}
		var calls atomic.Int32
		p.Run(taskFunc(func(_, workers int) { p.Barrier(workers); calls.Add(1) }), 4)
		if calls.Load() != 4 {
			t.Errorf("after a goroutine ended: %d of 4 workers ran", calls.Load())
		}
	}
	for deadline := time.Now().Add(10 * time.Second); runtime.NumGoroutine() > before; { // fewer where those of another test end
		if time.Now().After(deadline) {
			t.Fatalf("%d goroutines, %d before", runtime.NumGoroutine(), before)
		}
		time.Sleep(time.Millisecond)
	}
}

func TestPoolClose(t *testing.T) {
	before := runtime.NumGoroutine()
	for range 10 {
		p := New(4)
		p.Run(taskFunc(func(int, int) {}), 4)
		p.Close()
		p.Close()
		if got := panics(func() { p.Run(taskFunc(func(int, int) {}), 4) }); !strings.Contains(got, "closed") {
			t.Errorf("Run on a closed pool: %q", got)
		}
	}
	for deadline := time.Now().Add(10 * time.Second); runtime.NumGoroutine() > before; {
		if time.Now().After(deadline) {
			t.Fatalf("%d goroutines, %d before", runtime.NumGoroutine(), before)
		}
		time.Sleep(time.Millisecond)
	}
}

// A pool that nobody holds any more ends its goroutines without Close, also where it ran
// a task that holds the pool.
func TestPoolIsCollected(t *testing.T) {
	before := runtime.NumGoroutine()
	for range 10 {
		p := New(4)
		p.Run(taskFunc(func(_, workers int) { p.Barrier(workers) }), 4)
	}
	for deadline := time.Now().Add(10 * time.Second); runtime.NumGoroutine() > before; {
		if time.Now().After(deadline) {
			t.Fatalf("%d goroutines, %d before", runtime.NumGoroutine(), before)
		}
		runtime.GC()
		time.Sleep(time.Millisecond)
	}
}

// More workers than can run at the same time block at barriers instead of spinning.
func TestPoolCrowd(t *testing.T) {
	workers := 4 * runtime.NumCPU()
	p := New(workers)
	defer p.Close()
	steps := make([]int, workers)
	p.Run(taskFunc(func(worker, workers int) {
		for step := 1; step <= 100; step++ {
			steps[worker] = step
			p.Barrier(workers)
			for w, s := range steps {
				if s != step {
					t.Errorf("worker %d sees step %d of worker %d in step %d", worker, s, w, step)
					return
				}
			}
			p.Barrier(workers)
		}
	}), workers)
	if n := p.team.blocked.Load(); n != 0 {
		t.Errorf("%d waits still block", n)
	}
}

func TestPoolContract(t *testing.T) {
	if got := panics(func() { New(0) }); !strings.Contains(got, "0 workers: at least 1") {
		t.Errorf("New(0): %q", got)
	}
	p := New(2)
	defer p.Close()
	for _, workers := range []int{0, 3} {
		if got := panics(func() { p.Run(taskFunc(func(int, int) {}), workers) }); !strings.Contains(got, fmt.Sprintf("Run with %d workers on a pool of 2", workers)) {
			t.Errorf("Run with %d workers: %q", workers, got)
		}
	}
}

// Waits are counted: of two workers for one that sleeps once both are at the barrier. How
// soon they notice that they wait is up to the operating system, so that a busy machine
// may need more than one turn.
func TestPoolWaited(t *testing.T) {
	p := New(3)
	defer p.Close()
	const pause = 20 * time.Millisecond
	for turn := 0; ; turn++ {
		before, begin := p.Waited(), time.Now()
		p.Run(taskFunc(func(worker, workers int) {
			if worker == 1 {
				for p.team.arrived.Load() < 2 {
					runtime.Gosched()
				}
				time.Sleep(pause)
			}
			p.Barrier(workers)
		}), 3)
		waited, took := p.Waited()-before, time.Since(begin)
		if waited > 3*took {
			t.Fatalf("three workers waited %v in %v", waited, took)
		}
		if waited >= pause {
			return
		}
		if turn == 200 {
			t.Fatalf("two workers waited %v for one that slept %v", waited, pause)
		}
	}
}

func TestPoolAllocatesNothing(t *testing.T) {
	p := New(2)
	defer p.Close()
	var task Task = taskFunc(func(_, workers int) { p.Barrier(workers) })
	if n := testing.AllocsPerRun(100, func() { p.Run(task, 2) }); n != 0 {
		t.Errorf("Run allocates %v times", n)
	}
}

// A task with one barrier: the cost of a hand-over.
func BenchmarkPool(b *testing.B) {
	for _, workers := range []int{1, 2} {
		b.Run(fmt.Sprintf("workers=%d", workers), func(b *testing.B) {
			p := New(workers)
			defer p.Close()
			var task Task = taskFunc(func(_, workers int) { p.Barrier(workers) })
			for b.Loop() {
				p.Run(task, workers)
			}
		})
	}
}
