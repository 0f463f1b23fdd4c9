package pool

import (
	"testing"
	"time"
)

// The conclusions from a series of windows in which a share of the time was
// waited.
func TestThrottle(t *testing.T) {
	now := time.Unix(0, 0)
	c := Throttle{workers: 8, now: 8, backoff: firstBackoff}
	pass := func(windows int, share float64) {
		for range windows {
			now = now.Add(throttleWindow)
			c.judge(now, throttleWindow, time.Duration(share*float64(throttleWindow)*float64(c.now-1)))
		}
	}
	work := func(want int, when string) {
		t.Helper()
		if c.now != want {
			t.Errorf("%s: %d workers, want %d", when, c.now, want)
		}
	}
	pass(100, 0.4)
	work(8, "a core at 0.6 of the others' speed")
	pass(1, 0.5)
	work(4, "after one bad window")
	pass(1, 0.5)
	work(2, "after two")
	pass(5, 0.5)
	work(1, "one waits for nobody")
	pass(2, 0)
	work(1, "before the time to try again")
	pass(10, 0.1)
	work(8, "after it, on a quiet machine")

	// Next to a process that stays busy, the attempts become rare.
	c.workers, c.now = 2, 2
	attempts := 0
	for range 1000 {
		if c.now == 2 {
			attempts++
		}
		pass(1, 0.9)
	}
	if attempts <= 4 || attempts >= 12 {
		t.Errorf("%d of 1000 windows next to a busy process had two workers, want 5 to 11", attempts)
	}

	// When it ends, both work again.
	pass(int(longestBackoff/throttleWindow)+1, 0.1)
	work(2, "after the busy process")
	pass(50, 0.1)
	if c.backoff != firstBackoff {
		t.Errorf("the next attempt comes after %v, want %v", c.backoff, firstBackoff)
	}
}
