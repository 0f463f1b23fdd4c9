package pool

import (
	"runtime"
	"testing"
	"time"
)

// scenario is a throttle whose windows and looks at a probe are made up.
type scenario struct {
	*testing.T
	Throttle
	clock time.Time
}

func newScenario(t *testing.T, workers int) *scenario {
	p := New(workers)
	t.Cleanup(p.Close)
	j := &scenario{t, NewThrottle(p, workers), time.Unix(0, 0)}
	j.now, j.changed = workers, j.clock // whatever this machine has
	return j
}

// pass lets windows go by in which workers waited for a share of the time.
func (j *scenario) pass(windows int, share float64) {
	for range windows {
		if j.probe != noProbe {
			j.Fatal("a probe is under way")
		}
		j.clock = j.clock.Add(throttleWindow)
		j.judge(j.clock, throttleWindow, time.Duration(share*float64(throttleWindow)*float64(j.now-1)), j.workers)
	}
}

// rest passes quiet windows until a probe begins, and returns how long that took.
func (j *scenario) rest() time.Duration {
	begin := j.clock
	for j.probe == noProbe {
		if j.clock.Sub(begin) > 2*longestPause {
			j.Fatal("no probe")
		}
		j.pass(1, 0)
	}
	return j.clock.Sub(begin)
}

// spins lets a probe go on for a time, all of which the workers spin, or none.
func (j *scenario) spins(d time.Duration, spun bool) {
	for end := j.clock.Add(d); j.probe != noProbe && j.clock.Before(end); {
		j.clock = j.clock.Add(lookTime)
		j.look(j.clock, spun, j.workers)
	}
}

func (j *scenario) want(workers int, when string) {
	j.Helper()
	if j.now != workers {
		j.Errorf("%s: %d workers, want %d", when, j.now, workers)
	}
}

func TestThrottle(t *testing.T) {
	j := newScenario(t, 8)
	j.pass(1000, 0.4)
	j.want(8, "a core at 0.6 of the others' speed")
	j.pass(1, 0.5)
	j.want(4, "after one bad window")
	j.pass(1, 0.5)
	j.want(2, "after two")
	j.pass(1, 0.5)
	j.want(1, "after three")
	if d := j.rest(); d > 2*firstPause {
		t.Errorf("the first probe comes after %v, want about %v", d, firstPause)
	}
	j.spins(longestProbe+longestGap, true)
	j.want(8, "after a probe without a gap")
}

func TestThrottleProbeFails(t *testing.T) {
	j := newScenario(t, 2)
	j.pass(1, 0.9)
	j.rest()
	j.spins(2*longestRecall, false)
	j.want(1, "a worker that is not there")
	j.rest()
	j.spins(longestRecall/2, false)
	j.spins(firstPause, true)
	j.spins(longestGap/2, false)
	j.spins(lookTime, true)
	if j.probe != spinning {
		t.Fatal("a probe ended at a gap of an interrupt")
	}
	j.spins(2*longestGap, false)
	if j.probe != noProbe {
		t.Error("a probe goes on in spite of a gap")
	}
	j.want(1, "a worker that was interrupted")
}

// Next to a process that stays, tries become rare; a calm time makes the next one early
// again.
func TestThrottlePauses(t *testing.T) {
	j := newScenario(t, 2)
	tries, end := 0, j.clock.Add(5*time.Second)
	for ; j.clock.Before(end); tries++ {
		j.pass(1, 0.9)
		j.rest()
		j.spins(2*longestProbe, true)
		j.want(2, "after a probe")
	}
	if most := int(5*time.Second/longestPause) + 30; tries < 20 || tries > most {
		t.Errorf("%d tries in 5 s next to a busy process, want 20 to %d", tries, most)
	}
	j.pass(int(calm/throttleWindow)-2, 0.1)
	j.pass(1, 0.9)
	if d := j.rest(); d < longestPause {
		t.Errorf("a probe after %v, want %v: the time before was too short to be calm", d, longestPause)
	}
	j.spins(2*longestProbe, true)
	j.pass(int(calm/throttleWindow), 0.1)
	j.pass(1, 0.9)
	if d := j.rest(); d > 2*firstPause {
		t.Errorf("after a calm time a probe after %v, want about %v", d, firstPause)
	}
}

// A throttle uses no more workers than GOMAXPROCS lets run at the same time, from the
// first step on, and follows it.
func TestThrottleCap(t *testing.T) {
	before := runtime.GOMAXPROCS(2)
	defer runtime.GOMAXPROCS(before)
	p := New(16)
	defer p.Close()
	h := NewThrottle(p, 16)
	if n, want := h.Next(), runtime.GOMAXPROCS(0); n != want { // of WebAssembly 1
		t.Errorf("%d of 16 workers on %d CPUs", n, want)
	}
	runtime.GOMAXPROCS(1)
	h.judge(time.Now(), throttleWindow, 0, h.most())
	if h.now != 1 {
		t.Errorf("%d workers after GOMAXPROCS became 1", h.now)
	}
	one := NewThrottle(p, 1)
	if n := one.Next(); n != 1 {
		t.Errorf("%d workers of 1", n)
	}
}

// Steps of real workers: whatever the machine does, each has between one and all of
// them, and the spare ones come back when they are called.
func TestThrottledSteps(t *testing.T) {
	const workers = 3
	before := runtime.GOMAXPROCS(max(workers, runtime.GOMAXPROCS(0)))
	defer runtime.GOMAXPROCS(before)
	p := New(workers)
	defer p.Close()
	h := NewThrottle(p, workers)
	steps, sum := 0, 0
	for begin := time.Now(); time.Since(begin) < 50*time.Millisecond || steps < 100; steps++ {
		n := h.Next()
		if n < 1 || n > workers {
			t.Fatalf("%d workers of %d", n, workers)
		}
		if steps%10 == 9 { // as if they had waited
			h.reduce(1, time.Now())
			n = 1 + steps/10%workers
		}
		p.Run(taskFunc(func(_, n int) { p.Barrier(n) }), n)
		sum += n
	}
	if sum < steps {
		t.Errorf("%d steps of %d workers", steps, sum)
	}
}
