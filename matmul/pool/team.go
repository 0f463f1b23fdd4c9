package pool

import (
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// team is what a pool's goroutines share. They hold the team and not the pool, so
// that a pool which nobody uses any more is garbage.
type team struct {
	mu    sync.Mutex // one Run at a time
	lanes []lane     // of workers 1, 2, …

	ended uint32 // what done becomes when this Run has ended
	crowd bool   // this Run has more workers than can run at the same time

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

	blocked  atomic.Int32 // waits that block
	unblocks sync.Cond    // they look again
	blocking sync.Mutex
}

// line keeps what different workers write on different cache lines, two of
// them because the prefetcher of amd64 fetches pairs.
type line [128]byte

// cooperative marks the platforms that run goroutines on one thread without
// preemption, where a bare spin would hang for ever.
const cooperative = runtime.GOARCH == "wasm"

// errReleased is what a barrier panics with when another worker failed.
var errReleased = errors.New("pool: another worker panicked")

func newTeam(workers int) *team {
	m := &team{lanes: make([]lane, workers-1)}
	m.unblocks.L = &m.blocking
	for i := range m.lanes {
		l := &m.lanes[i]
		l.wake, l.alarm = make(chan struct{}, 1), time.NewTimer(time.Hour)
		l.alarm.Stop()
		go m.work(i+1, 0)
	}
	return m
}

func (m *team) run(t Task, workers int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.lanes) > 0 && m.lanes[0].closed.Load() {
		panic("pool: Run on a pool that was closed")
	}
	m.crowd = workers > min(runtime.GOMAXPROCS(0), runtime.NumCPU()) || cooperative
	m.ended += uint32(workers - 1)
	if m.failed.Load() { // in the Run before, maybe with workers at a barrier
		m.arrived.Store(0)
		m.failure = nil
		m.failed.Store(false)
	}
	for i := range m.lanes[:workers-1] {
		l := &m.lanes[i]
		l.task, l.workers, l.crowd = t, workers, m.crowd
		l.call()
	}
	m.lead(t, workers)
	if m.failed.Load() {
		panic(m.failure)
	}
}

// lead does the part of worker 0 and returns when all have ended, also where the task
// ends the goroutine.
func (m *team) lead(t Task, workers int) {
	defer func() {
		if workers > 1 {
			m.wait(&m.done, m.ended, true)
		}
	}()
	m.do(t, 0, workers)
}

// work is the life of one worker that has seen a number of calls.
func (m *team) work(worker int, seen uint32) {
	l := &m.lanes[worker-1]
	for crowd := false; ; seen++ {
		l.await(seen, crowd)
		if l.closed.Load() {
			return
		}
		t, workers := l.task, l.workers
		l.task, crowd = nil, l.crowd
		m.do(t, worker, workers)
		t = nil
		m.done.Add(1)
		m.unblock()
	}
}

// do runs the task and keeps the first panic. Where the task ends the goroutine, as
// testing's FailNow does, another one goes on as that worker.
func (m *team) do(t Task, worker, workers int) {
	returned := false
	defer func() {
		r := recover()
		ended := r == nil && !returned
		if ended {
			r = fmt.Errorf("pool: a task ended the goroutine of worker %d (runtime.Goexit, which testing's FailNow calls): return from it", worker)
		}
		if r != nil && r != errReleased && m.failed.CompareAndSwap(false, true) {
			m.failure = r
			m.unblock()
		}
		if ended && worker > 0 {
			go m.work(worker, m.lanes[worker-1].calls.Load())
			m.done.Add(1)
			m.unblock()
		}
	}()
	t.Run(worker, workers)
	returned = true
}

func (m *team) barrier(workers int) time.Duration {
	phase := m.phase.Load()
	if m.arrived.Add(1) == int32(workers) {
		m.arrived.Store(0)
		m.phase.Add(1)
		m.unblock()
		return 0
	}
	return m.wait(&m.phase, phase, false)
}

func (m *team) close() {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i := range m.lanes {
		l := &m.lanes[i]
		if !l.closed.Swap(true) {
			l.call()
		}
	}
}
