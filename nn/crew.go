package nn

import (
	"time"

	"weft/matmul"
)

// crew decides with how many workers the next steps are made. Beside another
// busy process the workers wait for whichever of them has lost its core: two are
// then 2–3 × slower than one. So when they wait for more than nine twentieths of
// a while, half of them go on alone, and all try again later: after a pause of
// ten whiles at first, twice as long each time that it fails. (A third was too
// little: where the neighbours of a virtual machine slow one core down to 0.65 of
// the other, that one waits 0.35 of the time, and two are still faster than one.)
// The number never shows in a result.
type crew struct {
	pool    *matmul.Pool
	workers int           // when all work
	now     int           // of the next step
	begin   time.Time     // of this while
	waited  time.Duration // what the pool had waited at begin
	pause   time.Duration // until all try again
	resting time.Time     // since when fewer work
}

// while is the time over which waiting is judged: some time slices of the
// operating system, which are 3–4 ms.
const while = 10 * time.Millisecond

const firstPause, longestPause = 10 * while, 200 * while

func newCrew(pool *matmul.Pool, workers int) crew {
	return crew{pool: pool, workers: workers, now: workers, pause: firstPause, begin: time.Now(), waited: pool.Waited()}
}

// step is called between steps and returns the number of workers of the next.
func (c *crew) step() int {
	if c.workers == 1 {
		return 1
	}
	now := time.Now()
	elapsed := now.Sub(c.begin)
	if elapsed < while {
		return c.now
	}
	waited := c.pool.Waited()
	c.judge(now, elapsed, waited-c.waited)
	c.begin, c.waited = now, waited
	return c.now
}

// judge draws the conclusion from one while.
func (c *crew) judge(now time.Time, elapsed, waited time.Duration) {
	switch {
	case c.now > 1 && waited > elapsed*time.Duration(c.now-1)*9/20: // one of them is always the last
		c.now = max(1, c.now/2)
		c.resting = now
	case c.now == c.workers:
		c.pause = max(firstPause, c.pause/2)
	case now.Sub(c.resting) >= c.pause:
		c.now = c.workers
		c.pause = min(longestPause, 2*c.pause)
	}
}
