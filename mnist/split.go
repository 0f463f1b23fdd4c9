package mnist

import (
	"fmt"
	"math"
)

// Split divides the set into two, as views that copy no pixel, exactly as
// scikit-learn's train_test_split(test_size=fraction, random_state=seed) does:
// of NumPy's legacy permutation of n, the first ⌈fraction·n⌉ images validate
// and the others train, in that order.
func (s *Set) Split(fraction float64, seed uint32) (train, validation *Set, err error) {
	n := s.Len()
	if !(fraction > 0 && fraction < 1) {
		return nil, nil, fmt.Errorf("mnist: a split of %v: give 0 < fraction < 1, the share that validates", fraction)
	}
	held := int(math.Ceil(float64(fraction * float64(n))))
	if held >= n {
		return nil, nil, fmt.Errorf("mnist: a split of %v leaves no image of %d for training: give a smaller fraction", fraction, n)
	}
	order := permutation(n, seed)
	for i, r := range order {
		order[i] = int32(s.row(int(r)))
	}
	a, b := *s, *s
	a.rows, b.rows = order[held:], order[:held]
	return &a, &b, nil
}

// permutation is RandomState(seed).permutation(n) of NumPy: Fisher and Yates
// from the end, with masked rejection sampling.
func permutation(n int, seed uint32) []int32 {
	g := newMT19937(seed)
	p := make([]int32, n)
	for i := range p {
		p[i] = int32(i)
	}
	for i := n - 1; i > 0; i-- {
		j := g.below(uint32(i))
		p[i], p[j] = p[j], p[i]
	}
	return p
}

// mt19937 is the Mersenne Twister of Matsumoto and Nishimura (1998).
type mt19937 struct {
	state [624]uint32
	next  int
}

func newMT19937(seed uint32) *mt19937 {
	g := &mt19937{next: 624}
	for i := range g.state {
		g.state[i] = seed
		seed = 1812433253*(seed^seed>>30) + uint32(i) + 1
	}
	return g
}

func (g *mt19937) uint32() uint32 {
	if g.next == len(g.state) {
		s := &g.state
		for i := range s {
			y := s[i]&0x80000000 | s[(i+1)%624]&0x7fffffff
			s[i] = s[(i+397)%624] ^ y>>1
			if y&1 != 0 {
				s[i] ^= 0x9908b0df
			}
		}
		g.next = 0
	}
	y := g.state[g.next]
	g.next++
	y ^= y >> 11
	y ^= y << 7 & 0x9d2c5680
	y ^= y << 15 & 0xefc60000
	return y ^ y>>18
}

// below returns a number from 0 to last, each as likely.
func (g *mt19937) below(last uint32) uint32 {
	mask := last
	for s := 1; s < 32; s *= 2 {
		mask |= mask >> s
	}
	for {
		if v := g.uint32() & mask; v <= last {
			return v
		}
	}
}
