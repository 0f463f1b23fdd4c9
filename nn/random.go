package nn

import (
	"math"
	"math/bits"
	"math/rand/v2"
)

// stream returns the generator of one purpose: PCG(seed, FNV-1a-64(purpose) +
// counter). Randomness is derived, never carried: nothing that a run did before
// changes what a stream gives, and a new purpose shifts no other.
func stream(seed uint64, purpose string, counter uint64) *rand.PCG {
	return rand.NewPCG(seed, purposeHash(purpose)+counter)
}

// purposeHash is FNV-1a-64.
func purposeHash(purpose string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(purpose) {
		h = (h ^ uint64(purpose[i])) * 1099511628211
	}
	return h
}

// glorotUniform draws weights from the uniform distribution on (−limit, limit),
// limit = √(6/(in+out)) (Glorot and Bengio 2010): an odd integer in (−2²⁴, 2²⁴)
// times a float32 constant, symmetric and never 0. A uint64 gives two weights,
// its low half first.
func glorotUniform(p *parameters, g *rand.PCG) {
	limit := math.Sqrt(6 / float64(p.in+p.out))
	scale := float32(limit * 0x1p-24)
	var r uint64
	for k := range p.in * p.out {
		if k&1 == 0 {
			r = g.Uint64()
		} else {
			r >>= 32
		}
		p.w[p.at(k%p.out, k/p.out)] = float32(int32(uint32(r))>>8<<1|1) * scale
	}
}

// shuffle fills order with the rows of the set in the order of one epoch, which
// depends on the seed and the epoch alone (Fisher and Yates; the bias of a draw
// is below n/2⁶⁴).
func shuffle(order []int32, s *source, seed uint64, epoch int) {
	inOrder(order, s)
	g := stream(seed, "shuffle", uint64(epoch))
	for i := len(order) - 1; i > 0; i-- {
		j, _ := bits.Mul64(g.Uint64(), uint64(i+1))
		order[i], order[j] = order[j], order[i]
	}
}

// inOrder fills order with the storage rows of the set.
func inOrder(order []int32, s *source) {
	for i := range order {
		order[i] = s.row(i)
	}
}
