package main

import (
	"testing"

	"weft/asm"
)

// The loops do what they are called: a peak measured by a loop that stops early
// would be a lie.
func TestLoops(t *testing.T) {
	const n = 6 * blockFloats
	for _, l := range available() {
		x, guard := asm.Aligned(3*n), float32(-1)
		for i := range x {
			x[i] = guard
		}
		l.write(x[n : 2*n])
		for i, v := range x {
			if inside := i >= n && i < 2*n; inside != (v == 0.5) {
				t.Fatalf("%s: write of [%d, %d) left %g at %d", l.name, n, 2*n, v, i)
			}
		}
		for i := range n {
			x[i] = float32(i)
		}
		l.copy(x[n:2*n], x[:n])
		for i := range n {
			if x[n+i] != float32(i) || x[2*n+i] != guard {
				t.Fatalf("%s: copy left %g at %d and %g after its end", l.name, x[n+i], i, x[2*n+i])
			}
		}
		l.read(x[:n])
		l.fma(3)
	}
}

func TestReport(t *testing.T) {
	m := newMeter(2, 2, 0)
	defer m.pool.Close()
	var r report
	counts := []int{1, 2}
	m.peaks(&r, counts)
	m.bandwidths(&r, counts, []level{{"L1", 4096}})
	m.costs(&r, counts)
	sets := len(available())
	if len(r.Peak) != 2*sets || len(r.Bandwidth) != 2*sets*len(operations) || len(r.Pool) != 5 {
		t.Fatalf("got %d, %d and %d lines", len(r.Peak), len(r.Bandwidth), len(r.Pool))
	}
	for _, p := range r.Peak {
		if !(p.Best >= p.Median && p.Median > 0) {
			t.Errorf("%+v: want best ≥ median > 0", p)
		}
	}
	for _, b := range r.Bandwidth {
		if !(b.Best >= b.Median && b.Median > 0) {
			t.Errorf("%+v: want best ≥ median > 0", b)
		}
	}
	for _, p := range r.Pool {
		if !(p.Median >= p.Best && p.Best > 0) {
			t.Errorf("%+v: want median ≥ best > 0", p)
		}
	}
}
