package pool

import (
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// Task is work that several workers do together. Run is called once for each
// worker, 0 ≤ worker < workers, all at the same time. It must not call Run of its
// own pool, which waits until the task is done.
type Task interface{ Run(worker, workers int) }

// Pool is a set of workers that stay: the caller of Run is worker 0, the others
// are goroutines. Between tasks they spin for about a millisecond and then
// park, so that a task handed over soon starts in well under a microsecond and
// an idle pool costs nothing. (A goroutine started or a channel woken for each
// task of 5–100 µs loses the whole second core: 80–128 µs until it runs.)
type Pool struct {
	mu    sync.Mutex // one Run at a time
	lanes []lane     // of workers 1, 2, …

	ended uint32 // what done becomes when this Run has ended
	yield bool   // give way to the scheduler at each turn of a wait

	_       line
	arrived atomic.Int32 // workers at the barrier
	_       line
	phase   atomic.Uint32 // barriers so far
	failed  atomic.Bool   // a worker panicked
	_       line
	done    atomic.Uint32 // Runs that workers, 0 excepted, have finished, all counted
	_       line

	failure any // value of the first panic, written by whoever set failed

	waited atomic.Int64 // nanoseconds of waits longer than spinTurns
}

// line keeps what different workers write on different cache lines, two of
// them because the prefetcher of amd64 fetches pairs.
type line [128]byte

// lane is how one worker is called. The task lies on the line that the worker
// looks at, so that it comes with the call: each other line that one CPU wrote
// and another reads costs a call 0.1 to 0.2 µs.
type lane struct {
	calls   atomic.Uint32 // Runs that this worker was called for
	closed  atomic.Bool
	parked  atomic.Bool
	workers int // of this Run
	task    Task
	wake    chan struct{} // holds one wake-up
	_       line
}

const (
	spinTurns = 2000             // turns of a wait before each of them yields: about 1 µs
	spinTime  = time.Millisecond // time without work after which a worker parks
)

// New starts a pool of the given number of workers, at least 1, the caller
// of Run included. Close ends it.
func New(workers int) *Pool {
	if workers < 1 {
		panic(fmt.Sprintf("pool: %d workers: at least 1", workers))
	}
	p := &Pool{lanes: make([]lane, workers-1)}
	for i := range p.lanes {
		p.lanes[i].wake = make(chan struct{}, 1)
		go p.work(i+1, 0)
	}
	return p
}

// Workers returns the number of workers, the caller of Run included.
func (p *Pool) Workers() int { return len(p.lanes) + 1 }

// Run lets the first workers of the pool do t together and returns when all of
// them have. The caller is worker 0. Calls from several goroutines follow one
// another. A panic of a worker is raised again here, once all have ended, and so
// is one for a worker whose goroutine the task ended.
func (p *Pool) Run(t Task, workers int) {
	if workers < 1 || workers > p.Workers() {
		panic(fmt.Sprintf("pool: Run with %d workers on a pool of %d", workers, p.Workers()))
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.lanes) > 0 && p.lanes[0].closed.Load() {
		panic("pool: Run on a pool that was closed")
	}
	p.yield = workers > runtime.GOMAXPROCS(0) || cooperative
	p.ended += uint32(workers - 1)
	if p.failed.Load() { // in the Run before, maybe with workers at a barrier
		p.arrived.Store(0)
		p.failure = nil
		p.failed.Store(false)
	}
	for i := range p.lanes[:workers-1] {
		l := &p.lanes[i]
		l.task, l.workers = t, workers
		l.call()
	}
	p.lead(t, workers)
	if p.failed.Load() {
		panic(p.failure)
	}
}

// lead does the part of worker 0 and returns when all have ended, also where the task
// ends the goroutine.
func (p *Pool) lead(t Task, workers int) {
	defer func() {
		w := p.newWait()
		for p.done.Load() != p.ended {
			w.turn()
		}
		p.end(&w)
	}()
	p.do(t, 0, workers)
}

// cooperative tells the platforms that run goroutines on one thread without
// preemption, where a bare spin would hang for ever.
const cooperative = runtime.GOARCH == "wasm"

// call tells a worker that there is work.
func (l *lane) call() {
	l.calls.Add(1)
	if l.parked.Load() && l.parked.CompareAndSwap(true, false) {
		l.wake <- struct{}{}
	}
}

// work is the life of one worker that was called so many times.
func (p *Pool) work(worker int, seen uint32) {
	l := &p.lanes[worker-1]
	for ; ; seen++ {
		l.await(seen)
		if l.closed.Load() {
			return
		}
		t, workers := l.task, l.workers
		l.task = nil
		p.do(t, worker, workers)
		p.done.Add(1)
	}
}

// await returns when the worker has been called more often than it has seen.
func (l *lane) await(seen uint32) {
	var since time.Time
	for turn := 0; l.calls.Load() == seen; turn++ {
		if turn < spinTurns && !cooperative {
			continue
		}
		runtime.Gosched()
		if turn%16 != 0 {
			continue
		}
		if since.IsZero() {
			since = time.Now()
		}
		if time.Since(since) < spinTime {
			continue
		}
		l.parked.Store(true)
		if l.calls.Load() != seen && l.parked.CompareAndSwap(true, false) {
			return // called between the last look and parking
		}
		<-l.wake
	}
}

// do runs the task and keeps the first panic. Where the task ends the goroutine, as
// testing's FailNow does, another one goes on as that worker.
func (p *Pool) do(t Task, worker, workers int) {
	returned := false
	defer func() {
		r := recover()
		ended := r == nil && !returned
		if ended {
			r = fmt.Errorf("pool: a task ended the goroutine of worker %d (runtime.Goexit, which testing's FailNow calls): return from it", worker)
		}
		if r != nil && r != errReleased && p.failed.CompareAndSwap(false, true) {
			p.failure = r
		}
		if ended && worker > 0 {
			go p.work(worker, p.lanes[worker-1].calls.Load())
			p.done.Add(1)
		}
	}()
	t.Run(worker, workers)
	returned = true
}

// errReleased is what a barrier panics with when another worker failed.
var errReleased = fmt.Errorf("pool: another worker panicked")

// Barrier returns when all workers of this Run have called it, with the number of
// them. What they wrote before is then visible to all. It returns how long this one
// waited, the first microsecond not counted.
func (p *Pool) Barrier(workers int) time.Duration {
	if workers == 1 {
		return 0
	}
	phase := p.phase.Load()
	if p.arrived.Add(1) == int32(workers) {
		p.arrived.Store(0)
		p.phase.Add(1)
		return 0
	}
	w := p.newWait()
	for p.phase.Load() == phase {
		w.turn()
		if p.failed.Load() {
			panic(errReleased)
		}
	}
	return p.end(&w)
}

// wait is one wait for other workers of a Run.
type wait struct {
	yield bool
	turns int
	long  time.Time // when it became one of more than spinTurns
}

func (p *Pool) newWait() wait { return wait{yield: p.yield} }

// turn passes a moment: bare turns at first, then yielding ones.
func (w *wait) turn() {
	w.turns++
	if w.turns == spinTurns {
		w.long = time.Now()
	}
	if w.yield || w.turns > spinTurns {
		runtime.Gosched()
	}
}

// end adds a long wait to what the pool waited, and returns it.
func (p *Pool) end(w *wait) time.Duration {
	if w.long.IsZero() {
		return 0
	}
	long := time.Since(w.long)
	p.waited.Add(int64(long))
	return long
}

// Waited returns how long workers have waited for each other since the pool
// began, added up over the workers: at barriers and at the end of tasks, the
// first microsecond of each wait not counted. Much of it means that something
// else runs on the cores.
func (p *Pool) Waited() time.Duration { return time.Duration(p.waited.Load()) }

// Close ends the goroutines of the pool after the Run under way. A second Close
// does nothing.
func (p *Pool) Close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := range p.lanes {
		l := &p.lanes[i]
		if !l.closed.Swap(true) {
			l.call()
		}
	}
}
