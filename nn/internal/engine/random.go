package engine

import (
	"math"
	"math/rand/v2"
)

// NewStream returns the generator of one purpose: PCG(seed, FNV-1a-64(purpose) +
// counter). Randomness is derived, never carried: nothing that a run did before
// changes what a stream gives, and a new purpose shifts no other.
func NewStream(seed uint64, purpose string, counter uint64) *rand.PCG {
	return rand.NewPCG(seed, PurposeHash(purpose)+counter)
}

// PurposeHash returns FNV-1a-64 of a purpose.
func PurposeHash(purpose string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(purpose) {
		h = (h ^ uint64(purpose[i])) * 1099511628211
	}
	return h
}

// Initializer gives a parameter its first values, w in Keras's shape, row-major.
type Initializer interface {
	Fill(w []float32, shape []int, g *rand.PCG)
}

// GlorotUniform draws from the uniform distribution on (−limit, limit), limit =
// √(6/(in+out)), in and out being the last two dimensions times the others (Glorot
// and Bengio 2010): an odd integer in (−2²⁴, 2²⁴) times a float32 constant,
// symmetric and never 0. A uint64 gives two weights, its low half first.
type GlorotUniform struct{}

// Fill implements [Initializer].
func (GlorotUniform) Fill(w []float32, shape []int, g *rand.PCG) {
	in, out := Fans(shape)
	limit := math.Sqrt(6 / float64(in+out))
	scale := float32(limit * 0x1p-24)
	var r uint64
	for k := range w {
		if k&1 == 0 {
			r = g.Uint64()
		} else {
			r >>= 32
		}
		w[k] = float32(int32(uint32(r))>>8<<1|1) * scale
	}
}

// Fans returns how many inputs an output of a kernel has, and how many outputs an
// input: the last two dimensions times the others.
func Fans(shape []int) (in, out int) {
	n := len(shape)
	if n < 2 {
		return Product(shape), Product(shape)
	}
	receptive := Product(shape[:n-2])
	return shape[n-2] * receptive, shape[n-1] * receptive
}

// Constant is an [Initializer] that gives every element one value.
type Constant float32

// Fill implements [Initializer].
func (c Constant) Fill(w []float32, _ []int, _ *rand.PCG) {
	for i := range w {
		w[i] = float32(c)
	}
}
