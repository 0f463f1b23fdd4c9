package activations

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"weft/asm"
)

// every is each activation.
var every = kinds

// specification returns the kernels in Go, with which all sets are compared.
func specification() *asm.Kernels {
	sets := asm.Available()
	return sets[len(sets)-1]
}

func source(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 0)) }

// fill sets x to numbers of the size that layers see; one fill in eight has a
// special value too.
func fill(r *rand.Rand, x []float32) {
	for i := range x {
		x[i] = 8 * (2*r.Float32() - 1)
	}
	if len(x) > 0 && r.IntN(8) == 0 {
		x[r.IntN(len(x))] = specials[r.IntN(len(specials))]
	}
}

var (
	inf      = float32(math.Inf(1))
	nan      = float32(math.NaN())
	negZero  = float32(math.Copysign(0, -1))
	specials = []float32{nan, inf, -inf, 0, negZero, 0x1p-149, -0x1p-130, 0x1p-126, 100, -100, math.MaxFloat32, -math.MaxFloat32}
)

// bits returns the bits of x, of any NaN those of one NaN.
func bits(x float32) uint32 {
	if x != x {
		return 0x7fc00000
	}
	return math.Float32bits(x)
}

// mustEqual compares two slices by bits.
func mustEqual(t *testing.T, got, want []float32, format string, args ...any) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d numbers, want %d", fmt.Sprintf(format, args...), len(got), len(want))
	}
	for i, w := range want {
		if bits(got[i]) != bits(w) {
			t.Fatalf("%s: element %d is %x (%v), want %x (%v)", fmt.Sprintf(format, args...), i, bits(got[i]), got[i], bits(w), w)
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

// ulp returns the distance of float32 numbers at v.
func ulp(v float64) float64 {
	_, exponent := math.Frexp(v)
	if v == 0 {
		exponent = -149
	}
	return math.Ldexp(1, max(exponent-24, -149))
}

// exact is an activation in float64, and for Softmax a row.
func exact(a Activation, x []float64) []float64 {
	y := make([]float64, len(x))
	if a == Softmax {
		m, sum := math.Inf(-1), 0.0
		for _, v := range x {
			m = max(m, v)
		}
		for i, v := range x {
			y[i] = math.Exp(v - m)
			sum += y[i]
		}
		for i := range y {
			y[i] /= sum
		}
		return y
	}
	for i, v := range x {
		switch a {
		case Linear:
			y[i] = v
		case ReLU:
			y[i] = max(v, 0)
		case Sigmoid: // e^-|v| keeps all digits on both sides
			e := math.Exp(-math.Abs(v))
			if v >= 0 {
				y[i] = 1 / (1 + e)
			} else {
				y[i] = e / (1 + e)
			}
		case Tanh:
			y[i] = math.Tanh(v)
		}
	}
	return y
}

// wide returns x as float64.
func wide(x []float32) []float64 {
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = float64(v)
	}
	return y
}
