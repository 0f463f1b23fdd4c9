package asm

import (
	"strings"
	"testing"
)

// comparison is a call of a kernel that is to have the same effect in every
// set.
type comparison struct {
	call  string                                      // kernel and sizes, for messages
	alias []int                                       // the operands that operand 0 may be
	run   func(k *Kernels, s [][]float32) (r float32) // calls the kernel on its operands
}

// sets compares every set with the specification by bits: all operands, inputs
// included, and the result, at each place between guard pages, and in place.
func (c comparison) sets(t *testing.T, guards []*guard, in [][]float32, places []int) {
	t.Helper()
	want := c.onCopies(generic(), in, 0)
	for _, k := range Available() {
		for _, place := range places {
			s := make([][]float32, len(in))
			for i := range s {
				// Operands are placed differently, but all against a guard
				// page where the first is.
				align := place
				if place > 0 {
					align = (place + 5*i) % 16
				}
				s[i] = guards[i].copyOf(in[i], align)
			}
			c.check(t, k, guards, s, want, place, "")
		}
	}
	for _, a := range c.alias {
		wantInPlace := c.onCopies(generic(), in, a)
		if d := diff(wantInPlace[0], want[0]); d != "" {
			t.Fatalf("generic: %s in place of operand %d: %s", c.call, a, d)
		}
		for _, k := range Available() {
			for _, place := range []int{flushRight, 0} {
				s := make([][]float32, len(in))
				for i := range s {
					s[i] = guards[i].copyOf(in[i], place)
				}
				s[0] = s[a]
				c.check(t, k, guards, s, wantInPlace, place, " in place")
			}
		}
	}
}

// onCopies returns copies of the operands after the call, and the result as one
// operand more. Operand 0 is operand alias where that is not 0.
func (c comparison) onCopies(k *Kernels, in [][]float32, alias int) [][]float32 {
	s := make([][]float32, len(in))
	for i := range s {
		s[i] = append([]float32{}, in[i]...)
	}
	if alias > 0 {
		s[0] = s[alias]
	}
	result := c.run(k, s)
	return append(s, []float32{result})
}

// check calls the kernel on s and compares all operands and the result.
func (c comparison) check(t *testing.T, k *Kernels, guards []*guard, s, want [][]float32, place int, how string) {
	t.Helper()
	var result float32
	if err := faults(func() { result = c.run(k, s) }); err != nil {
		t.Fatalf("%s: %s%s, alignment %d: %v", k.Name, c.call, how, place, err)
	}
	countCompared(k)
	for i, s := range append(s[:len(s):len(s)], []float32{result}) {
		if d := diff(s, want[i]); d != "" {
			t.Fatalf("%s: %s%s, alignment %d: operand %d: %s", k.Name, c.call, how, place, i, d)
		}
	}
	for i := range s {
		if err := guards[i].check(); err != nil {
			t.Fatalf("%s: %s%s, alignment %d: operand %d: %v", k.Name, c.call, how, place, i, err)
		}
	}
}

// guardsFor returns n guards for slices of up to size floats.
func guardsFor(t testing.TB, n, size int) []*guard {
	guards := make([]*guard, n)
	for i := range guards {
		guards[i] = newGuard(t, size)
	}
	return guards
}

// refuses checks that run panics with a message of this package: a panic of the
// runtime, or a fault in assembly, would be a check that is missing.
func refuses(t *testing.T, what string, run func()) {
	t.Helper()
	if err := faults(run); err == nil {
		t.Errorf("%s: no panic", what)
	} else if !strings.HasPrefix(err.Error(), "panic: asm: ") {
		t.Errorf("%s: %v, want a message of this package", what, err)
	}
}

// panicsUnchanged checks that run refuses its operands and leaves them as they were.
func panicsUnchanged(t *testing.T, what string, s [][]float32, run func()) {
	t.Helper()
	before := make([][]float32, len(s))
	for i := range s {
		before[i] = append([]float32{}, s[i]...)
	}
	refuses(t, what, run)
	for i := range s {
		if d := diff(s[i], before[i]); d != "" {
			t.Errorf("%s wrote operand %d: %s", what, i, d)
		}
	}
}
