package pool

import (
	"slices"
	"testing"
	"time"
)

// judged lets a balance judge some windows in which the workers have these
// speeds, in things a second, and returns the parts of n things. In every window
// some steps are interrupted.
func judged(b *Balance, windows, n int, speeds ...float64) (changed bool, parts []int) {
	for range windows {
		for step := range 2*mostSteps + 1 {
			now := b.begin
			if step == 2*mostSteps {
				now = now.Add(balanceWindow)
			}
			for w := range b.times {
				lo, hi := b.Share(b.n, w, len(b.ends))
				busy := time.Duration(float64(hi-lo) / speeds[w] * float64(time.Second))
				if step%5 == w {
					busy *= 20
				}
				b.Record(w, busy)
			}
			changed = b.Judge(now) || changed
		}
	}
	for w := range b.ends {
		lo, hi := b.Share(n, w, len(b.ends))
		parts = append(parts, hi-lo)
	}
	return changed, parts
}

func TestBalance(t *testing.T) {
	b := NewBalance(100, 2)
	for _, c := range []struct {
		why     string
		windows int
		speed   float64 // of the second worker; the first has 1
		n       int
		changed bool
		parts   []int
	}{
		{"too little to move anything", 10, 0.8, 100, false, []int{50, 50}},
		{"it may pass", patience - 1, 0.67, 100, false, []int{50, 50}},
		{"it passed", 1, 1, 100, false, []int{50, 50}},
		{"it may pass again", patience - 1, 0.67, 100, false, []int{50, 50}},
		{"it stays", 1, 0.67, 100, true, []int{60, 40}},
		{"the parts suit the speeds", 10, 0.67, 100, false, []int{60, 40}},
		{"slower still", patience, 0.5, 1024, true, []int{685, 339}},
		{"equal parts are good enough now", patience, 0.9, 1024, true, []int{512, 512}},
		{"a worker keeps enough to measure its speed", patience, 1e-6, 100, true, []int{90, 10}},
		{"few things are divided equally", patience, 0.1, 15, false, []int{7, 8}},
	} {
		changed, parts := judged(&b, c.windows, c.n, 1, c.speed)
		if changed != c.changed || !slices.Equal(parts, c.parts) {
			t.Errorf("%s: changed %t, parts %v, want %t, %v", c.why, changed, parts, c.changed, c.parts)
		}
	}

	// Four fast cores and four of half their speed.
	b = NewBalance(1000, 8)
	_, parts := judged(&b, patience, 1000, 1, 1, 1, 1, 0.5, 0.5, 0.5, 0.5)
	if want := []int{165, 170, 165, 165, 85, 85, 80, 85}; !slices.Equal(parts, want) {
		t.Errorf("eight uneven cores have parts %v, want %v", parts, want)
	}
}

// A window that is too short, or has too few steps, goes on.
func TestBalanceWindow(t *testing.T) {
	b := NewBalance(100, 2)
	b.steps = fewestSteps - 1
	for _, c := range []struct {
		after time.Duration
		steps int
	}{{balanceWindow - 1, fewestSteps}, {balanceWindow, 0}, {2 * balanceWindow, 1}} {
		b.Judge(b.begin.Add(c.after))
		if b.steps != c.steps {
			t.Errorf("%d steps in the window, want %d", b.steps, c.steps)
		}
	}
}

func TestMeasures(t *testing.T) {
	b, few := NewBalance(100, 2), NewBalance(divisible*2-1, 2)
	for _, c := range []struct {
		why           string
		b             *Balance
		step, workers int
		want          bool
	}{
		{"every eighth step", &b, measuredStep, 2, true},
		{"the others", &b, measuredStep + 1, 2, false},
		{"fewer workers than there are", &b, measuredStep, 1, false},
		{"too few things to divide otherwise", &few, measuredStep, 2, false},
	} {
		if got := c.b.Measures(c.step, c.workers); got != c.want {
			t.Errorf("%s: measured %t", c.why, got)
		}
	}
}

// Parts cover everything once, in order, however many things there are.
func TestPartsCover(t *testing.T) {
	b := NewBalance(100, 3)
	for _, ends := range [][]int{{unit / 12, unit / 6, unit}, {unit * 5 / 6, unit * 11 / 12, unit}, {unit / 2, unit * 9 / 10, unit}} {
		b.ends, b.uniform = ends, false
		for n := range 2000 {
			at := 0
			for w := range 3 {
				lo, hi := b.Share(n, w, 3)
				if lo != at || hi < lo || hi == lo && n >= divisible*3 {
					t.Fatalf("%d things, worker %d: [%d, %d) after %d", n, w, lo, hi, at)
				}
				at = hi
			}
			if at != n {
				t.Fatalf("%d things, %d of which have a worker", n, at)
			}
		}
	}
}
