package pool

import (
	"runtime"
	"time"
)

// Throttle picks the number of workers for the next steps: no more than can run at
// the same time, and fewer next to another busy process. There the workers wait for
// whichever of them has lost its core: two are then 2–3 × slower than one. So when
// they wait for more than nine twentieths of a window, half of them go on alone. (A
// third of a window was too little: where the neighbors of a virtual machine slow one
// core down to 0.65 of the other, that one waits 0.35 of the time, and two are still
// faster than one.)
//
// Soon after, the others are probed: they spin while the steps go on without them.
// Where none of them is interrupted, all work again. Work that fails takes all workers
// the rest of a time slice, up to 4 ms; a probe takes them nothing.
type Throttle struct {
	pool    *Pool
	workers int // when all work
	now     int // workers of the next step

	begin  time.Time     // of this window
	waited time.Duration // what the pool had waited at begin

	pause   time.Duration // before the next probe, from changed on
	changed time.Time     // when now changed, or a probe failed

	probe  probe
	recall time.Time // when the others were asked for the probe
	began  time.Time // when all of them spun
	spun   time.Time // when all of them were last seen to spin
	beats  []uint32  // counts of the workers' beats
}

// probe is how far a probe is.
type probe int

const (
	noProbe probe = iota
	recalling
	spinning
)

const (
	// throttleWindow is the time over which waiting is judged, at least a step.
	throttleWindow = time.Millisecond

	// A pause grows by a quarter with each probe, and is the first one again after all
	// workers ran for calm.
	firstPause, longestPause = time.Millisecond, 100 * time.Millisecond
	calm                     = 10 * time.Millisecond

	// A probe takes twice its pause, at most longestProbe: more than a time slice. It
	// fails where a worker is not there within longestRecall or does not spin for
	// longestGap.
	longestProbe  = 5 * time.Millisecond
	longestRecall = 3 * time.Millisecond
	longestGap    = 300 * time.Microsecond
	lookTime      = 50 * time.Microsecond // between two looks at a probe
)

// NewThrottle returns a throttle that begins with all of the workers of a pool,
// or of its first ones.
func NewThrottle(p *Pool, workers int) Throttle {
	now := time.Now()
	t := Throttle{pool: p, workers: workers, pause: firstPause, begin: now, changed: now, waited: p.Waited(), beats: make([]uint32, workers)}
	t.now = t.most()
	p.team.assign(1, ready)
	return t
}

// most returns how many workers can run at the same time.
func (t *Throttle) most() int { return min(t.workers, runtime.GOMAXPROCS(0)) }

// Next is called between steps and returns the number of workers of the next.
func (t *Throttle) Next() int {
	if t.workers == 1 {
		return 1
	}
	now := time.Now()
	elapsed, most := now.Sub(t.begin), 0
	if t.probe != noProbe {
		if elapsed < lookTime {
			return t.now
		}
		most = t.most()
		t.look(now, t.pool.team.beating(t.now, most, t.beats), most)
		t.begin, t.waited = now, t.pool.Waited()
		return t.now
	}
	if elapsed < throttleWindow {
		return t.now
	}
	waited := t.pool.Waited()
	t.judge(now, elapsed, waited-t.waited, t.most())
	t.begin, t.waited = now, waited
	return t.now
}

// judge draws the conclusion from one window, where most workers can run at the same
// time.
func (t *Throttle) judge(now time.Time, elapsed, waited time.Duration, most int) {
	since := now.Sub(t.changed)
	switch {
	case t.now > most:
		t.reduce(most, now)
	case t.now > 1 && waited > elapsed*time.Duration(t.now-1)*9/20: // one of them is always the last
		if since >= calm {
			t.pause = firstPause
		}
		t.reduce(max(1, t.now/2), now)
	case t.now < most && since >= t.pause:
		t.probe, t.recall = recalling, now
		t.pool.team.assign(t.now, probed)
		t.pool.team.beating(t.now, most, t.beats)
	}
}

// look goes on with a probe: all the others, of most workers, spun since the last look,
// or not.
func (t *Throttle) look(now time.Time, spun bool, most int) {
	if spun {
		if t.probe == recalling {
			t.probe, t.began = spinning, now
		}
		t.spun = now
	}
	switch {
	case t.probe == recalling && now.Sub(t.recall) > longestRecall, t.probe == spinning && now.Sub(t.spun) > longestGap:
		t.reduce(t.now, now)
	case t.probe == spinning && now.Sub(t.began) >= min(2*t.pause, longestProbe):
		t.now, t.changed = most, now
		t.pool.team.assign(1, ready)
	default:
		return
	}
	t.probe, t.pause = noProbe, min(longestPause, t.pause*5/4)
}

// reduce lets fewer workers, or as many as now, go on without the others.
func (t *Throttle) reduce(workers int, now time.Time) {
	t.now, t.changed = workers, now
	t.pool.team.assign(workers, spare)
}
