package asm

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"runtime/debug"
	"slices"
	"testing"
	"unsafe"
)

// Memory

// guard is memory between two pages that can be neither read nor written.
type guard struct {
	memory   []byte
	canaries []byte // what memory holds around the slice
	used     [2]int // the slice given out, in bytes
}

// newGuard returns a guard that holds n floats at any of 16 alignments.
func newGuard(t testing.TB, n int) *guard {
	memory := guardPages(t, 4*(n+16))
	return &guard{memory: memory, canaries: bytes.Repeat([]byte{canary}, len(memory))}
}

// canary fills what lies around a slice; as a float32 it is a NaN.
const canary = 0xfd

// flushRight, as an alignment, places a slice directly before the end guard.
const flushRight = -1

// alignments are the places to try: directly after the start guard and up to 15
// floats behind it, and directly before the end guard.
var alignments = []int{flushRight, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}

// bytes gives out n bytes, align elements of size bytes behind the start guard
// or before the end guard; what was given out before must no longer be used.
func (g *guard) bytes(n, align, size int) []byte {
	start := align * size
	if align == flushRight {
		start = len(g.memory) - n
	}
	g.used = [2]int{start, start + n}
	copy(g.memory, g.canaries)
	return g.memory[start : start+n : start+n]
}

// floats gives out n floats as bytes does.
func (g *guard) floats(n, align int) []float32 {
	b := g.bytes(4*n, align, 4)
	return unsafe.Slice((*float32)(unsafe.Pointer(unsafe.SliceData(b))), n)
}

// ints gives out n int32 as bytes does.
func (g *guard) ints(n, align int) []int32 {
	b := g.bytes(4*n, align, 4)
	return unsafe.Slice((*int32)(unsafe.Pointer(unsafe.SliceData(b))), n)
}

// copyOf gives out a copy of x.
func (g *guard) copyOf(x []float32, align int) []float32 {
	y := g.floats(len(x), align)
	copy(y, x)
	return y
}

// check returns an error where a byte outside of the slice was written.
func (g *guard) check() error {
	start, end := g.used[0], g.used[1]
	if bytes.Equal(g.memory[:start], g.canaries[:start]) && bytes.Equal(g.memory[end:], g.canaries[end:]) {
		return nil
	}
	for i, b := range g.memory {
		if b != canary && (i < start || i >= end) {
			return fmt.Errorf("byte %d of slice [0:%d] was written", i-start, end-start)
		}
	}
	panic("unreachable")
}

// faults calls f and returns what it panics with, a memory fault included.
func faults(f func()) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	f()
	return nil
}

// Values

// sameBits tells whether x and y have the same bits or are both NaN.
func sameBits(x, y float32) bool {
	return math.Float32bits(x) == math.Float32bits(y) || x != x && y != y
}

// diff describes the first element in which got is not want by bits; it is
// empty where there is none.
func diff(got, want []float32) string {
	if len(got) != len(want) {
		return fmt.Sprintf("length %d, want %d", len(got), len(want))
	}
	for i, w := range want {
		if !sameBits(got[i], w) {
			return fmt.Sprintf("element %d is %g (%#08x), want %g (%#08x)", i, got[i], math.Float32bits(got[i]), w, math.Float32bits(w))
		}
	}
	return ""
}

var (
	inf32 = math.Float32frombits(0x7f800000)
	nan32 = math.Float32frombits(0x7fc00000)
)

// specials are the values at which an implementation may differ: NaN,
// infinities, zeros, subnormals, the largest and smallest numbers, and both
// sides of every threshold of the sequences.
var specials = func() []float32 {
	x := []float32{0, inf32, nan32, 1, 0x1p-149, 0x1p-148, 0x1.fffffcp-127, 0x1p-126, 0x1.8p-126, 0x1p-103, math.MaxFloat32, 0x1p127, 1e30, 1e-30, 1e10, 1e-10, 0.5, 2, 3, 10}
	for _, threshold := range []float32{
		104.5, 103.97, 103.28, 89, 88.72284, 88, 87.33655, 87.3, 17.4, 9.1, 9.0109, 0.34657359, 0.6931472, // exp, sigmoid, tanh
		0.75, 1.5, 1, 0x1p-126, // log
		0x1p-100, 0x1p-101, // tiny0
	} {
		x = append(x, threshold, math.Nextafter32(threshold, 0), math.Nextafter32(threshold, inf32))
	}
	for _, v := range x[:len(x):len(x)] {
		x = append(x, -v)
	}
	return x
}()

// rng is the generator of test values.
type rng = *rand.Rand

// random returns a generator that depends on nothing but its arguments.
func random(seed ...int) rng {
	h := uint64(14695981039346656037)
	for _, s := range seed {
		h = (h ^ uint64(s)) * 1099511628211
	}
	return rand.New(rand.NewPCG(h, 1))
}

// fill is a way to fill a slice with test values.
type fill int

const (
	moderate fill = iota // −8…8, which the short forms of the kernels take
	mixed                // moderate with one special value in four
	wild                 // any bits
	positive             // 2⁻²⁰…8, for slots and arguments of log
	fills
)

func (f fill) values(r rng, x []float32) []float32 {
	for i := range x {
		v := float32(int32(r.Uint32())) * 0x1p-28
		switch {
		case f == wild:
			v = math.Float32frombits(r.Uint32())
		case f == mixed && r.IntN(4) == 0:
			v = specials[r.IntN(len(specials))]
		case f == positive:
			v = max(v, -v, 0x1p-20)
		}
		x[i] = v
	}
	return x
}

// filled returns n times v.
func filled(n int, v float32) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = v
	}
	return x
}

// lengths are those to test a kernel with: all up to three vectors of sixteen
// and three more, and around the unrolled loops.
var lengths = func() []int {
	var n []int
	for i := range 3*16 + 4 {
		n = append(n, i)
	}
	for i := 63; i <= 67; i++ {
		n = append(n, i, i+64)
	}
	for i := 255; i <= 260; i++ {
		n = append(n, i)
	}
	return append(n, 1000)
}()

// ulps returns |got − want| in units of the last place of a float32 as large as
// want, of 2⁻¹⁴⁹ at least.
func ulps(got float32, want float64) float64 {
	if float64(got) == want || got != got && want != want {
		return 0
	}
	if math.Abs(want) >= 0x1p128 { // the first value that float32 has no place for
		if float64(got) > math.MaxFloat32 && want > 0 || float64(got) < -math.MaxFloat32 && want < 0 {
			return 0
		}
	}
	e := math.Float64bits(want)>>52&0x7ff - 1023
	exponent := max(int(int64(e)), -126)
	return math.Abs(float64(got)-want) / math.Ldexp(1, exponent-23)
}

// The sets

// TestAvailable checks the order and the completeness of the sets.
func TestAvailable(t *testing.T) {
	var names []string
	for _, k := range Available() {
		if slices.Contains(names, k.Name) {
			t.Errorf("two sets %q", k.Name)
		}
		names = append(names, k.Name)
		v := reflect.ValueOf(*k)
		for i := range v.NumField() {
			if v.Field(i).IsZero() {
				t.Errorf("%s: %s is not set", k.Name, v.Type().Field(i).Name)
			}
		}
		if named, err := Named(k.Name); err != nil || named.Name != k.Name {
			t.Errorf("Named(%q) = %v, %v", k.Name, named, err)
		}
	}
	if last := names[len(names)-1]; last != "generic" {
		t.Errorf("the last set is %q, want generic", last)
	}
	if best := Best().Name; best != names[0] {
		t.Errorf("Best is %q, the first set %q", best, names[0])
	}
}
