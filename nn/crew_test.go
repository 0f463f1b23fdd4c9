package nn

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// The conclusions from a series of whiles in which a share of the time was
// waited.
func TestCrew(t *testing.T) {
	now := time.Unix(0, 0)
	c := crew{workers: 8, now: 8, pause: firstPause}
	pass := func(whiles int, share float64) {
		for range whiles {
			now = now.Add(while)
			c.judge(now, while, time.Duration(share*float64(while)*float64(c.now-1)))
		}
	}
	pass(100, 0.4)
	assert.Equal(t, 8, c.now, "a core at 0.6 of the others' speed")
	pass(1, 0.5)
	assert.Equal(t, 4, c.now, "after one bad while")
	pass(1, 0.5)
	assert.Equal(t, 2, c.now, "after two")
	pass(5, 0.5)
	assert.Equal(t, 1, c.now, "one waits for nobody")
	pass(2, 0)
	assert.Equal(t, 1, c.now, "within the pause")
	pass(10, 0.1)
	assert.Equal(t, 8, c.now, "after the pause, with a quiet machine")

	// Beside a process that stays, the attempts become rare.
	c.workers, c.now = 2, 2
	attempts := 0
	for range 1000 {
		if c.now == 2 {
			attempts++
		}
		pass(1, 0.9)
	}
	assert.Less(t, attempts, 12, "whiles of 1000 in which two tried beside a busy process")
	assert.Greater(t, attempts, 4)

	// When it ends, both work again.
	pass(int(longestPause/while)+1, 0.1)
	assert.Equal(t, 2, c.now)
	pass(50, 0.1)
	assert.Equal(t, firstPause, c.pause)
}
