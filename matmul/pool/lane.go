package pool

import (
	"runtime"
	"sync/atomic"
	"time"
)

// lane is how one worker is called. The task lies on the line that the worker
// looks at, so that it comes with the call: each other line that one CPU wrote
// and another reads costs a call 0.1 to 0.2 µs.
type lane struct {
	calls   atomic.Uint32 // Runs that this worker was called for
	closed  atomic.Bool
	state   atomic.Uint32 // awake, napping or parked
	duty    atomic.Uint32 // ready, spare or probed
	crowd   bool          // of this Run: it has more workers than can run at the same time
	workers int           // of this Run
	task    Task
	wake    chan struct{} // holds one wake-up
	alarm   *time.Timer   // of a nap
	_       line
	beats   atomic.Uint32 // grows while the worker spins
	_       line
}

// states of a worker between tasks
const (
	awake uint32 = iota
	napping
	parked
)

// duties of a worker between tasks
const (
	ready  uint32 = iota // it spins for spinTime, after a Run in a crowd for a moment, then parks
	spare                // a throttle does without it: it naps, mostNaps times, then parks
	probed               // a throttle looks whether it gets its core: it spins for probeTime, then parks
)

const (
	spinTime  = time.Millisecond
	probeTime = 20 * time.Millisecond

	// A spare worker naps because one that wakes by itself is on the core that it left.
	// One that is woken may share the waker's core for some milliseconds: the kernel of
	// a virtual machine takes a halted core for one that is not available.
	napTime  = time.Millisecond
	mostNaps = 200
)

// call wakes a worker, or ends its spinning, because there is work.
func (l *lane) call() {
	if l.duty.Load() != ready { // of another throttle of this pool
		l.duty.Store(ready)
	}
	l.calls.Add(1)
	l.unpark()
}

// unpark wakes a worker that rests.
func (l *lane) unpark() {
	if s := l.state.Load(); s != awake && l.state.CompareAndSwap(s, awake) {
		l.wake <- struct{}{}
	}
}

// await returns when the worker has been called more often than it has seen, the last
// time in a crowd or not.
func (l *lane) await(seen uint32, crowd bool) {
	var since time.Time
	naps := 0
	for turn := 0; l.calls.Load() == seen; turn++ {
		if turn < spinTurns && !cooperative && !crowd {
			continue
		}
		runtime.Gosched()
		if turn%16 != 0 {
			continue
		}
		l.beats.Add(1)
		if since.IsZero() {
			since = time.Now()
		}
		d := l.duty.Load()
		switch spun := time.Since(since); {
		case d == spare && naps < mostNaps:
			naps++
			l.rest(seen, napping)
			since = time.Now()
		case d == spare || d == ready && (spun >= spinTime || crowd && turn >= crowdTurns) || spun >= probeTime:
			l.rest(seen, parked)
			naps, since = 0, time.Now()
		}
	}
}

// rest blocks until the worker is called, unless it was called since it looked, or for
// a nap.
func (l *lane) rest(seen, state uint32) {
	l.state.Store(state)
	if l.calls.Load() != seen && l.state.CompareAndSwap(state, awake) {
		return
	}
	if state == napping {
		l.alarm.Reset(napTime)
		select {
		case <-l.wake:
			return
		case <-l.alarm.C:
			if l.state.CompareAndSwap(napping, awake) {
				return
			}
		}
	}
	<-l.wake
}

// assign gives the workers from first on a duty, and wakes those that parked where it
// is no rest.
func (m *team) assign(first int, duty uint32) {
	for i := max(0, first-1); i < len(m.lanes); i++ {
		l := &m.lanes[i]
		l.duty.Store(duty)
		if duty == probed && l.state.Load() == parked {
			l.unpark()
		}
	}
}

// beating reports whether workers first … last−1 all spun since the last call with
// these counts of their beats.
func (m *team) beating(first, last int, beats []uint32) bool {
	all := true
	for w := first; w < last; w++ {
		n := m.lanes[w-1].beats.Load()
		all = all && n != beats[w]
		beats[w] = n
	}
	return all
}
