package pool

import "time"

// Throttle picks the number of workers for the next steps. Next to another busy
// process the workers wait for whichever of them has lost its core: two are then
// 2–3 × slower than one. So when they wait for more than nine twentieths of a
// window, half of them go on alone, and all try again later: after ten windows
// at first, twice as many each time that it fails. (A third of a window was too
// little: where the neighbors of a virtual machine slow one core down to 0.65 of
// the other, that one waits 0.35 of the time, and two are still faster than one.)
type Throttle struct {
	pool    *Pool
	workers int           // when all work
	now     int           // workers of the next step
	begin   time.Time     // of this window
	waited  time.Duration // what the pool had waited at begin
	backoff time.Duration // until all try again
	reduced time.Time     // when fewer began to work
}

// throttleWindow is the time over which waiting is judged: some time slices of
// the operating system, which are 3–4 ms.
const throttleWindow = 10 * time.Millisecond

const firstBackoff, longestBackoff = 10 * throttleWindow, 200 * throttleWindow

// NewThrottle returns a throttle that begins with all of the workers of a pool,
// or of its first ones.
func NewThrottle(p *Pool, workers int) Throttle {
	return Throttle{pool: p, workers: workers, now: workers, backoff: firstBackoff, begin: time.Now(), waited: p.Waited()}
}

// Next is called between steps and returns the number of workers of the next.
func (t *Throttle) Next() int {
	if t.workers == 1 {
		return 1
	}
	now := time.Now()
	elapsed := now.Sub(t.begin)
	if elapsed < throttleWindow {
		return t.now
	}
	waited := t.pool.Waited()
	t.judge(now, elapsed, waited-t.waited)
	t.begin, t.waited = now, waited
	return t.now
}

// judge draws the conclusion from one window.
func (t *Throttle) judge(now time.Time, elapsed, waited time.Duration) {
	switch {
	case t.now > 1 && waited > elapsed*time.Duration(t.now-1)*9/20: // one of them is always the last
		t.now = max(1, t.now/2)
		t.reduced = now
	case t.now == t.workers:
		t.backoff = max(firstBackoff, t.backoff/2)
	case now.Sub(t.reduced) >= t.backoff:
		t.now = t.workers
		t.backoff = min(longestBackoff, 2*t.backoff)
	}
}
