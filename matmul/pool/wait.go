package pool

import (
	"runtime"
	"sync/atomic"
	"time"
)

const (
	spinTurns  = 2000 // turns of a wait before each of them yields: about 1 µs
	crowdTurns = 50   // turns of a wait in a crowd before it blocks
)

// wait returns when a counter has a value, or, unless equal, another one, or when a
// worker failed: at a barrier it then panics. It adds a long wait to what the team
// waited, and returns it.
func (m *team) wait(counter *atomic.Uint32, value uint32, equal bool) time.Duration {
	var long time.Time // since when it is a long one
	for turn := 1; (counter.Load() == value) != equal; turn++ {
		if !equal && m.failed.Load() {
			panic(errReleased)
		}
		if long.IsZero() && (turn == spinTurns || m.crowd && turn == crowdTurns) {
			long = time.Now()
		}
		switch {
		case m.crowd && turn >= crowdTurns:
			m.block(counter, value, equal)
		case m.crowd || turn > spinTurns:
			runtime.Gosched()
		}
	}
	if long.IsZero() {
		return 0
	}
	waited := time.Since(long)
	m.waited.Add(int64(waited))
	return waited
}

// block waits without taking a core from those who are waited for. Whoever changes a
// counter calls unblock.
func (m *team) block(counter *atomic.Uint32, value uint32, equal bool) {
	m.blocking.Lock()
	m.blocked.Add(1)
	for (counter.Load() == value) != equal && (equal || !m.failed.Load()) {
		m.unblocks.Wait()
	}
	m.blocked.Add(-1)
	m.blocking.Unlock()
}

// unblock lets the waits that block look again.
func (m *team) unblock() {
	if m.blocked.Load() > 0 {
		m.blocking.Lock()
		m.unblocks.Broadcast()
		m.blocking.Unlock()
	}
}
