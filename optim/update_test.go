package optim

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"weft/asm"
)

// every is each rule in each of its forms, one for each kernel.
var every = []Optimizer{
	NewSGD(0.01),
	NewSGD(0.1).WithMomentum(0.9),
	NewSGD(0.1).WithNesterov(0.9),
	NewAdagrad(0.01),
	NewRMSprop(0.001),
	NewRMSprop(0.001).WithMomentum(0.7),
	NewAdam(0.001),
}

// random returns n numbers of many magnitudes, some of them ±0.
func random(r *rand.Rand, n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(math.Ldexp(2*r.Float64()-1, r.IntN(8)-r.IntN(40)*r.IntN(2)))
		if r.IntN(16) == 0 {
			x[i] = float32(math.Copysign(0, float64(x[i])))
		}
	}
	return x
}

// bits returns a variable's numbers and slots as bits, so that −0 is not +0.
func (v *variable) bits() (b []uint32) {
	for _, x := range append([][]float32{v.w}, v.slots...) {
		for _, f := range x {
			b = append(b, math.Float32bits(f))
		}
	}
	return b
}

// TestBits compares five steps of every rule in every set, whole and in ranges,
// with the Go specification.
func TestBits(t *testing.T) {
	sets := asm.Available()
	specification := sets[len(sets)-1]
	for _, o := range every {
		for _, n := range []int{0, 1, 7, 8, 15, 16, 17, 31, 33, 64, 65, 100, 257} {
			r := rand.New(rand.NewPCG(3, uint64(n)))
			start, gradients := random(r, n), [][]float32{random(r, n), random(r, n), random(r, n), random(r, n), random(r, n)}
			want := newVariable(o, start)
			for i, g := range gradients {
				step := o.At(i+1, o.Rate())
				want.update(specification, &step, g)
			}
			for _, k := range sets {
				whole, split := newVariable(o, start), newVariable(o, start)
				for i, g := range gradients {
					step := o.At(i+1, o.Rate())
					whole.update(k, &step, g)
					for _, part := range [][2]int{{2 * n / 3, n}, {0, n / 3}, {n / 3, 2 * n / 3}} {
						split.part(part[0], part[1]).update(k, &step, g[part[0]:part[1]])
					}
				}
				require.Equal(t, want.bits(), whole.bits(), "%s %+v, %d parameters in %s", o.Name(), o, n, k.Name)
				require.Equal(t, want.bits(), split.bits(), "%s %+v, %d parameters in three ranges in %s", o.Name(), o, n, k.Name)
			}
		}
	}
}

// part returns a range of a variable, in the same memory.
func (v *variable) part(lo, hi int) *variable {
	p := &variable{w: v.w[lo:hi]}
	for _, s := range v.slots {
		p.slots = append(p.slots, s[lo:hi])
	}
	return p
}

// TestTinySlots lets the slots of a dead parameter, whose gradient is 0, decay
// by one step from both sides of 2⁻¹⁰⁰: what falls below becomes +0, from the
// negative side too, what does not stays as it is, and w does not become NaN.
func TestTinySlots(t *testing.T) {
	const edge = 0x1p-100
	above, below := math.Nextafter32(edge, 1), math.Nextafter32(edge, 0)
	tests := []struct {
		o      Optimizer
		slot   int
		decay  float32 // of the slot in a step, with constants that are exact
		signed bool    // the slot may be negative
	}{
		{NewSGD(0.1).WithMomentum(0.5), 0, 0.5, true},
		{NewSGD(0.1).WithNesterov(0.5), 0, 0.5, true},
		{NewRMSprop(0.1).WithRho(0.5), 0, 0.5, false},
		{NewRMSprop(0.1).WithMomentum(0.5), 1, 0.5, true},
		{NewAdam(0.1).WithBetas(0.5, 0.5), 0, 0.5, true},
		{NewAdam(0.1).WithBetas(0.5, 0.5), 1, 0.5, false},
	}
	for _, k := range asm.Available() {
		for _, test := range tests {
			var start, want []float32
			for _, after := range []float32{above, edge, below, edge / 2, 0x1p-149} {
				kept := after
				if after < edge {
					kept = 0
				}
				start, want = append(start, after/test.decay), append(want, kept)
				if test.signed {
					start, want = append(start, -after/test.decay), append(want, -kept+0)
				}
			}
			v := newVariable(test.o, make([]float32, len(start)))
			copy(v.slots[test.slot], start)
			step := test.o.At(1, 0.1)
			v.update(k, &step, make([]float32, len(start)))
			for i, got := range v.slots[test.slot] {
				assert.Equal(t, math.Float32bits(want[i]), math.Float32bits(got), "%s %+v in %s: slot %d from %g became %g, want %g", test.o.Name(), test.o, k.Name, test.slot, start[i], got, want[i])
				assert.False(t, math.IsNaN(float64(v.w[i])), "%s %+v in %s: w is NaN", test.o.Name(), test.o, k.Name)
			}
		}
	}
}

// TestAccumulatorStays: Adagrad's sum does not decay, so nothing flushes it.
func TestAccumulatorStays(t *testing.T) {
	o := NewAdagrad(0.1)
	o.InitialAccumulator = 0x1p-110
	for _, k := range asm.Available() {
		v := newVariable(o, []float32{1})
		step := o.At(1, 0.1)
		v.update(k, &step, []float32{0})
		assert.Equal(t, float32(0x1p-110), v.slots[0][0], k.Name)
		assert.Equal(t, float32(1), v.w[0], k.Name)
	}
}

// TestRateZero: a rate of 0 moves no parameter; the slots go on.
func TestRateZero(t *testing.T) {
	for _, o := range every {
		o = o.WithRate(0)
		require.NoError(t, o.Validate(), o.Name())
		require.Zero(t, o.Rate(), o.Name())
		for _, k := range asm.Available() {
			start := []float32{1, -2, 3, 0, 5e-3}
			v := newVariable(o, start)
			for i := range 3 {
				step := o.At(i+1, o.Rate())
				v.update(k, &step, []float32{1, 2, -3, 4, 0})
			}
			assert.Equal(t, start, v.w, "%s %+v in %s", o.Name(), o, k.Name)
			if _, ok := o.(Adam); ok {
				assert.NotZero(t, v.slots[0][0], "%s in %s: the mean of the gradients", o.Name(), k.Name)
			}
		}
	}
}

// TestDifferentLengths: slices of different lengths panic with the lengths, and
// nothing is written.
func TestDifferentLengths(t *testing.T) {
	for _, o := range every {
		for _, k := range asm.Available() {
			for short := range 2 + len(o.Slots()) {
				v, g := newVariable(o, []float32{1, 2, 3, 4, 5}), []float32{1, 1, 1, 1, 1}
				operands := []*[]float32{&v.w, &g}
				for i := range v.slots {
					operands = append(operands, &v.slots[i])
				}
				*operands[short] = (*operands[short])[:3]
				before := v.bits()
				step := o.At(1, 0.1)
				message := panicOf(func() { v.update(k, &step, g) })
				require.Regexp(t, `different lengths \[[0-9 ]*3[0-9 ]*\]`, message, "%s in %s, operand %d", o.Name(), k.Name, short)
				require.Contains(t, message, "5")
				require.Equal(t, before, v.bits(), "%s in %s wrote before it panicked", o.Name(), k.Name)
			}
		}
	}
}

// panicOf returns what f panics with, "" if it does not.
func panicOf(f func()) (message string) {
	defer func() {
		if r := recover(); r != nil {
			message = fmt.Sprint(r)
		}
	}()
	f()
	return ""
}

// TestAllocations: neither half of a step allocates, called as a trainer does,
// through the interface.
func TestAllocations(t *testing.T) {
	for _, o := range every {
		for _, k := range asm.Available() {
			v, g, i := newVariable(o, make([]float32, 100)), make([]float32, 100), 0
			var step Step
			assert.Zero(t, testing.AllocsPerRun(100, func() {
				i++
				step = o.At(i, o.Rate())
				v.update(k, &step, g)
			}), "%s %+v in %s", o.Name(), o, k.Name)
		}
	}
}
