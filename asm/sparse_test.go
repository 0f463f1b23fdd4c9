package asm

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"unsafe"
)

// sparseCase is a sparse product with an update beside it.
type sparseCase struct {
	m, k       int
	tiles      int     // of columns
	density    float64 // of the elements of A that are not zero
	gap        int     // floats between panels that belong to nobody
	accumulate bool
	rule       Rule
	parameters int
}

// left returns A in panels along k, and their distance. Some zeros are −0.
func (c sparseCase) left(r rng, special fill) (a []float32, pa int) {
	pa = c.m*PanelWidth + c.gap
	a = special.values(r, make([]float32, (c.k-1)/PanelWidth*pa+c.m*PanelWidth))
	for i := range a {
		if r.Float64() >= c.density {
			a[i] = float32(math.Copysign(0, float64(r.IntN(3))-0.5))
		}
	}
	return a, pa
}

// right returns B for so many columns, and the distance of its panels.
func (c sparseCase) right(r rng, special fill, columns int) (b []float32, pb int) {
	pb = c.k*PanelWidth + c.gap
	return special.values(r, make([]float32, max(0, (columns/PanelWidth-1)*pb+c.k*PanelWidth))), pb
}

// check compares every set with the specification by bits, between guard pages.
func (c sparseCase) check(t *testing.T, guards []*guard, special fill) {
	t.Helper()
	constants := [5]float32{0.01, 0.9, 0.1, 1e-7, 1e-6}
	if c.rule == RuleRMSpropMomentum {
		constants[3] = 0.8
	}
	for _, k := range Available() {
		r, n := random(c.m, c.k, int(c.rule), c.parameters), c.tiles*k.SparseN
		a, pa := c.left(r, special)
		b, pb := c.right(r, special, n)
		terms := NewTerms(c.m, c.k)
		nonzerosGo(terms, a, c.m, c.k, pa)
		pc := c.m*PanelWidth + c.gap
		in := [][]float32{b, special.values(r, make([]float32, max(0, (n/PanelWidth-1)*pc+c.m*PanelWidth)))}
		for range 4 { // w, g and the slots
			in = append(in, special.values(r, make([]float32, c.parameters)))
		}
		spec := generic()
		spec.SparseN = k.SparseN
		comparison := comparison{fmt.Sprintf("SparseGemm(%+v)", c), nil, func(k *Kernels, s [][]float32) float32 {
			g := SparseGemm{N: n, A: terms, B: s[0], PB: pb, C: s[1], PC: pc, Accumulate: c.accumulate}
			k.SparseGemm(g, Update{Rule: c.rule, W: s[2], G: s[3], S: [2][]float32{s[4], s[5]}, C: constants})
			return 0
		}}
		want := comparison.onCopies(spec, in, 0)
		for _, place := range []int{flushRight, 0, 3} {
			s := make([][]float32, len(in))
			for i := range s {
				s[i] = guards[i].copyOf(in[i], place)
			}
			comparison.check(t, k, guards, s, want, place, "")
		}
	}
}

// Every rule, with fewer and more parameters than the terms have room for, rows with
// every number of terms, and every remainder of terms and parameters, in no tile, in one
// and in two.
func TestSparseGemm(t *testing.T) {
	guards := guardsFor(t, 6, 70_000)
	ms, ks := []int{0, 1, 2, 3, 7, 20}, []int{1, 2, 3, 4, 5, 31, 32, 33, 64, 71}
	if testing.Short() {
		ms, ks = []int{0, 1, 5}, []int{1, 4, 33}
	}
	for rule := range RuleAdam + 1 {
		for _, m := range ms {
			for _, k := range ks {
				density := []float64{0, 0.1, 0.5, 0.9, 1}[(m+k)%5]
				for _, parameters := range []int{0, 31, 32, 33, 100, m * PanelWidth} {
					sparseCase{m, k, (m + parameters) % 3, density, (m + k) % 3, (m+k)%2 == 0, rule, parameters}.check(t, guards, fill((m+k+parameters)%int(fills)))
				}
			}
		}
		sparseCase{20, 64, 1, 0.5, 0, false, rule, 1920}.check(t, guards, moderate)
		sparseCase{2, maxTermSteps, 1, 0.5, 0, false, rule, 64}.check(t, guards, moderate)
		sparseCase{50, 32, 2, 0.4, 0, true, rule, 4800}.check(t, guards, moderate)
		sparseCase{3, 40, 1, 0.5, 0, false, rule, 5000}.check(t, guards, mixed)
	}
}

// regularNumber returns a regular number from least on: one of a few directly above
// least, whose products cancel to subnormal sums, or of any size.
func regularNumber(r rng, least float32, small bool) float32 {
	v := least * (1 + float32(r.IntN(3))*0x1p-23)
	switch {
	case small:
	case r.IntN(8) == 0:
		v = math.MaxFloat32
	default:
		v = float32(math.Ldexp(1+r.Float64(), r.IntN(20)-12))
	}
	if r.IntN(2) == 0 {
		v = -v
	}
	return v
}

// What SparseGemm promises: with regular operands the bits of the product over all k.
func TestSparseGemmIsGemm(t *testing.T) {
	infinite, subnormal := 0, 0
	for _, k := range Available() {
		r := random(1)
		for range 200 {
			m, n, small := 1+r.IntN(6), k.SparseN, r.IntN(2) == 0
			depth := 1 + r.IntN(70)
			c := sparseCase{m: m, k: depth, density: r.Float64()}
			a, pa := c.left(r, moderate)
			b, pb := c.right(r, moderate, n)
			for i := range a {
				if a[i] != 0 {
					a[i] = regularNumber(r, LeastTerm, small)
				}
			}
			for i := range b {
				if r.IntN(3) == 0 {
					b[i] = float32(math.Copysign(0, float64(b[i])))
				} else {
					b[i] = regularNumber(r, LeastFactor, small)
				}
			}
			if !k.Regular(a, LeastTerm) || !k.Regular(b, LeastFactor) {
				t.Fatalf("%s: operands are not regular", k.Name)
			}
			want, got := make([]float32, n*m), make([]float32, n*m)
			terms := NewTerms(m, PanelWidth)
			for s := 0; s < depth; s += PanelWidth { // in parts, through C
				steps := min(PanelWidth, depth-s)
				k.Gemm(Gemm{M: m, N: n, K: steps, A: a[s/PanelWidth*pa:], RS: PanelWidth, CS: 1, B: b[s*PanelWidth:], LDB: PanelWidth, PB: pb, C: want, LDC: PanelWidth, PC: m * PanelWidth, Accumulate: s > 0})
				k.Nonzeros(terms, a[s/PanelWidth*pa:], m, steps, 0)
				k.SparseGemm(SparseGemm{N: n, A: terms, B: b[s*PanelWidth:], PB: pb, C: got, PC: m * PanelWidth, Accumulate: s > 0}, Update{})
			}
			for i := range got {
				if !sameBits(got[i], want[i]) {
					t.Fatalf("%s: %d rows, %d steps: element %d is %x, want %x", k.Name, m, depth, i, got[i], want[i])
				}
				switch v := math.Abs(float64(got[i])); {
				case v > math.MaxFloat32:
					infinite++
				case 0 < v && v < 0x1p-126:
					subnormal++
				}
			}
		}
	}
	if infinite == 0 || subnormal == 0 {
		t.Errorf("%d sums were infinite, %d subnormal: want some of both", infinite, subnormal)
	}
}

// The bounds are needed: below them a sum may become −0, which a skipped zero would
// have made +0. (A quad of terms: none fills up the list.)
func TestSparseGemmNeedsBounds(t *testing.T) {
	for _, k := range Available() {
		a, b := make([]float32, PanelWidth), make([]float32, k.SparseN*(quad+1))
		for i := range quad {
			a[i], b[i*PanelWidth] = -LeastTerm, LeastFactor/0x1p50
		}
		b[quad*PanelWidth] = 1
		if !k.Regular(a, LeastTerm) || k.Regular(b, LeastFactor) {
			t.Errorf("%s: Regular of A, B = %v, %v, want true, false", k.Name, k.Regular(a, LeastTerm), k.Regular(b, LeastFactor))
		}
		terms, dense, sparse := NewTerms(1, quad+1), make([]float32, k.SparseN), make([]float32, k.SparseN)
		k.Nonzeros(terms, a, 1, quad+1, 0)
		k.Gemm(Gemm{M: 1, N: k.SparseN, K: quad + 1, A: a, RS: PanelWidth, CS: 1, B: b, LDB: PanelWidth, PB: (quad + 1) * PanelWidth, C: dense, LDC: PanelWidth, PC: PanelWidth})
		k.SparseGemm(SparseGemm{N: k.SparseN, A: terms, B: b, PB: (quad + 1) * PanelWidth, C: sparse, PC: PanelWidth}, Update{})
		if math.Signbit(float64(dense[0])) || !math.Signbit(float64(sparse[0])) {
			t.Errorf("%s: %g and %g, want +0 and −0", k.Name, dense[0], sparse[0])
		}
	}
}

// Terms of every set are those of Go, the slack behind them apart.
func TestNonzeros(t *testing.T) {
	guards := guardsFor(t, 1, 30_000)
	for _, k := range Available() {
		for steps := 1; steps <= maxTermSteps; steps++ {
			if steps == 100 {
				steps = maxTermSteps // the last one
			}
			for _, special := range []fill{moderate, mixed, wild} {
				for _, density := range []float64{0, 0.05, 0.5, 1} {
					r := random(steps, int(special))
					c := sparseCase{m: 1 + r.IntN(5), k: steps, density: density, gap: r.IntN(3)}
					a, pa := c.left(r, special)
					want, got := NewTerms(c.m, steps), NewTerms(c.m, steps)
					for i := range got.a {
						got.a[i], got.b[i] = 1, 2
					}
					nonzerosGo(want, a, c.m, steps, pa)
					for _, place := range []int{flushRight, 1} {
						s := guards[0].copyOf(a, place)
						if err := faults(func() { k.Nonzeros(got, s, c.m, steps, pa) }); err != nil {
							t.Fatalf("%s: Nonzeros of %+v: %v", k.Name, c, err)
						}
						countCompared(k)
						if err := guards[0].check(); err != nil {
							t.Fatalf("%s: Nonzeros of %+v: %v", k.Name, c, err)
						}
						if got.rows != want.rows || got.k != want.k || got.n != want.n || got.count != want.count || !slices.Equal(got.b[:got.n], want.b[:want.n]) || !slices.EqualFunc(got.a[:got.n], want.a[:want.n], sameBits) {
							t.Fatalf("%s: Nonzeros of %+v: %v at %v, want %v at %v", k.Name, c, got.a[:got.n], got.b[:got.n], want.a[:want.n], want.b[:want.n])
						}
					}
				}
			}
		}
	}
}

// The assembly may write termSlack terms behind the last one, and no more.
func TestNonzerosSlack(t *testing.T) {
	guards := guardsFor(t, 3, 3000)
	for _, k := range Available() {
		for steps := 1; steps <= 40; steps++ {
			a := moderate.values(random(steps), guards[0].floats((steps-1)/PanelWidth*32+2*32, flushRight))
			room := 2*steps + termSlack
			offsets := guards[2].bytes(2*room, flushRight, 2)
			terms := Terms{a: guards[1].floats(room, flushRight), b: unsafe.Slice((*uint16)(unsafe.Pointer(unsafe.SliceData(offsets))), room)}
			if err := faults(func() { k.Nonzeros(&terms, a, 2, steps, 32) }); err != nil {
				t.Fatalf("%s: %d steps: %v", k.Name, steps, err)
			}
			for _, g := range guards {
				if err := g.check(); err != nil {
					t.Fatalf("%s: %d steps: %v", k.Name, steps, err)
				}
			}
		}
	}
}

func TestRegular(t *testing.T) {
	guards := guardsFor(t, 1, 2000)
	for _, k := range Available() {
		for _, least := range []float32{LeastTerm, LeastFactor, 0x1p-126, 1} {
			for _, n := range lengths {
				x := guards[0].floats(n, flushRight)
				r := random(n)
				for i := range x {
					x[i] = []float32{0, float32(math.Copysign(0, -1)), least, -least, math.MaxFloat32, -math.MaxFloat32, least * 2}[r.IntN(7)]
				}
				if !k.Regular(x, least) {
					t.Fatalf("%s: Regular of %v from %g on is false", k.Name, x, least)
				}
				countCompared(k)
				if n == 0 {
					continue
				}
				for _, bad := range []float32{inf32, nan32, math.Float32frombits(0x7f800001), math.Nextafter32(least, 0), 0x1p-149} {
					for _, v := range []float32{bad, -bad, math.Float32frombits(math.Float32bits(bad) | 1<<31)} {
						i := r.IntN(n)
						was := x[i]
						x[i] = v
						if k.Regular(x, least) {
							t.Fatalf("%s: Regular of %v from %g on is true", k.Name, x, least)
						}
						x[i] = was
					}
				}
			}
		}
	}
}

// TestSparseGemmContract checks that wrong sizes panic with nothing written, and that
// nothing is allocated.
func TestSparseGemmContract(t *testing.T) {
	for _, k := range Available() {
		panels := k.SparseN / PanelWidth
		a, terms := make([]float32, 10*PanelWidth), NewTerms(10, 8)
		k.Nonzeros(terms, a, 10, 8, 0)
		g := SparseGemm{N: k.SparseN, A: terms, B: make([]float32, panels*256), PB: 256, C: make([]float32, panels*320), PC: 320}
		u := Update{Rule: RuleAdam, W: make([]float32, 64), G: make([]float32, 64), S: [2][]float32{make([]float32, 64), make([]float32, 64)}, C: [5]float32{1, 1, 1, 1, 1}}
		if n := testing.AllocsPerRun(10, func() { k.Nonzeros(terms, a, 10, 8, 0); k.SparseGemm(g, u) }); n != 0 {
			t.Errorf("%s: Nonzeros and SparseGemm allocate %v times", k.Name, n)
		}
		for _, s := range [][2]int{{-1, 8}, {4, 0}, {2, 513}, {math.MaxInt, 4}} {
			refuses(t, fmt.Sprintf("NewTerms(%d, %d)", s[0], s[1]), func() { NewTerms(s[0], s[1]) })
		}
		for what, spoil := range map[string]func(g *SparseGemm, u *Update){
			"short B":         func(g *SparseGemm, u *Update) { g.B = g.B[:len(g.B)-1] },
			"short C":         func(g *SparseGemm, u *Update) { g.C = g.C[:len(g.C)-1] },
			"part of a tile":  func(g *SparseGemm, u *Update) { g.N = 32 },
			"negative stride": func(g *SparseGemm, u *Update) { g.PB = -1 },
			"short G":         func(g *SparseGemm, u *Update) { u.G = u.G[:63] },
			"no slot":         func(g *SparseGemm, u *Update) { u.S[0] = nil },
			"no such rule":    func(g *SparseGemm, u *Update) { u.Rule = RuleAdam + 1 },
		} {
			h, v := g, u
			spoil(&h, &v)
			panicsUnchanged(t, k.Name+": SparseGemm with "+what, [][]float32{g.C, u.W, u.S[0], u.S[1]}, func() { k.SparseGemm(h, v) })
		}
		for what, call := range map[string]func(){
			"more rows than room":  func() { k.Nonzeros(terms, make([]float32, 11*PanelWidth), 11, 8, 0) },
			"no steps":             func() { k.Nonzeros(terms, a, 10, 0, 0) },
			"513 steps":            func() { k.Nonzeros(NewTerms(2, 512), make([]float32, 17*PanelWidth), 1, 513, PanelWidth) },
			"rows that a lacks":    func() { k.Nonzeros(terms, a[:len(a)-1], 10, 8, 0) },
			"panels that a lacks":  func() { k.Nonzeros(NewTerms(1, 33), a, 1, 33, 9*PanelWidth+1) },
			"a negative number":    func() { k.Nonzeros(terms, a, -1, 8, 0) },
			"panels that overflow": func() { k.Nonzeros(NewTerms(1, 65), a, 1, 65, math.MaxInt) },
		} {
			refuses(t, k.Name+": Nonzeros with "+what, call)
		}
		v := u
		v.W, v.G = []float32{1}, []float32{1}
		v.S = [2][]float32{{1}, {1}}
		empty := NewTerms(0, 1)
		k.Nonzeros(empty, nil, 0, 1, 0)
		k.SparseGemm(SparseGemm{N: k.SparseN, A: empty}, v)
		if v.W[0] == 1 {
			t.Errorf("%s: SparseGemm without a product does not update", k.Name)
		}
	}
}
