package asm

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"unsafe"
)

// sparseCase is a sparse product.
type sparseCase struct {
	m, k       int
	tiles      int     // of columns
	density    float64 // of the elements of A that are not zero
	gap        int     // floats between panels that belong to nobody
	accumulate bool
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
	for _, k := range Available() {
		r, n := random(c.m, c.k, c.tiles), c.tiles*k.SpNR
		a, pa := c.left(r, special)
		b, pb := c.right(r, special, n)
		terms := NewSparseRows(c.m, c.k)
		compressRowsGo(terms, a, c.m, c.k, pa)
		pc := c.m*PanelWidth + c.gap
		in := [][]float32{b, special.values(r, make([]float32, max(0, (n/PanelWidth-1)*pc+c.m*PanelWidth)))}
		comparison := comparison{fmt.Sprintf("SpMM(%+v)", c), nil, func(k *Kernels, s [][]float32) float32 {
			k.SpMM(SpMM{N: n, A: terms, B: s[0], PB: pb, C: s[1], PC: pc, Accumulate: c.accumulate})
			return 0
		}}
		want := comparison.onCopies(generic(), in, 0)
		for _, place := range []int{flushRight, 0, 3} {
			s := make([][]float32, len(in))
			for i := range s {
				s[i] = guards[i].copyOf(in[i], place)
			}
			comparison.check(t, k, guards, s, want, place, "")
		}
	}
}

// Rows with every number of terms, and every remainder of terms, in no tile, in one and
// in two.
func TestSpMM(t *testing.T) {
	guards := guardsFor(t, 2, 70_000)
	ms, ks := []int{0, 1, 2, 3, 7, 20}, []int{1, 2, 3, 4, 5, 31, 32, 33, 64, 71}
	for _, m := range ms {
		for _, k := range ks {
			for i, density := range []float64{0, 0.1, 0.5, 0.9, 1} {
				sparseCase{m, k, (m + i) % 3, density, (m + k) % 3, (m+k+i)%2 == 0}.check(t, guards, fill((m+k+i)%int(fills)))
			}
		}
	}
	sparseCase{20, 64, 1, 0.5, 0, false}.check(t, guards, moderate)
	sparseCase{2, maxTermSteps, 1, 0.5, 0, false}.check(t, guards, moderate)
	sparseCase{50, 32, 2, 0.4, 0, true}.check(t, guards, moderate)
	sparseCase{3, 40, 1, 0.5, 0, false}.check(t, guards, mixed)
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

// What SpMM promises: with regular operands the bits of the product over all k.
func TestSpMMIsGemm(t *testing.T) {
	infinite, subnormal := 0, 0
	for _, k := range Available() {
		r := random(1)
		for range 200 {
			m, n, small := 1+r.IntN(6), k.SpNR, r.IntN(2) == 0
			depth := 1 + r.IntN(70)
			c := sparseCase{m: m, k: depth, density: r.Float64()}
			a, pa := c.left(r, moderate)
			b, pb := c.right(r, moderate, n)
			for i := range a {
				if a[i] != 0 {
					a[i] = regularNumber(r, MinSparseA, small)
				}
			}
			for i := range b {
				if r.IntN(3) == 0 {
					b[i] = float32(math.Copysign(0, float64(b[i])))
				} else {
					b[i] = regularNumber(r, MinSparseB, small)
				}
			}
			if !k.InExactRange(a, MinSparseA) || !k.InExactRange(b, MinSparseB) {
				t.Fatalf("%s: operands are not regular", k.Name)
			}
			want, got := make([]float32, n*m), make([]float32, n*m)
			terms := NewSparseRows(m, PanelWidth)
			for s := 0; s < depth; s += PanelWidth { // in parts, through C
				steps := min(PanelWidth, depth-s)
				k.Gemm(Gemm{M: m, N: n, K: steps, A: a[s/PanelWidth*pa:], RS: PanelWidth, CS: 1, B: b[s*PanelWidth:], LDB: PanelWidth, PB: pb, C: want, LDC: PanelWidth, PC: m * PanelWidth, Accumulate: s > 0})
				k.CompressRows(terms, a[s/PanelWidth*pa:], m, steps, 0)
				k.SpMM(SpMM{N: n, A: terms, B: b[s*PanelWidth:], PB: pb, C: got, PC: m * PanelWidth, Accumulate: s > 0})
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
func TestSpMMNeedsBounds(t *testing.T) {
	for _, k := range Available() {
		a, b := make([]float32, PanelWidth), make([]float32, k.SpNR*(quad+1))
		for i := range quad {
			a[i], b[i*PanelWidth] = -MinSparseA, MinSparseB/0x1p50
		}
		b[quad*PanelWidth] = 1
		if !k.InExactRange(a, MinSparseA) || k.InExactRange(b, MinSparseB) {
			t.Errorf("%s: InExactRange of A, B = %v, %v, want true, false", k.Name, k.InExactRange(a, MinSparseA), k.InExactRange(b, MinSparseB))
		}
		terms, dense, sparse := NewSparseRows(1, quad+1), make([]float32, k.SpNR), make([]float32, k.SpNR)
		k.CompressRows(terms, a, 1, quad+1, 0)
		k.Gemm(Gemm{M: 1, N: k.SpNR, K: quad + 1, A: a, RS: PanelWidth, CS: 1, B: b, LDB: PanelWidth, PB: (quad + 1) * PanelWidth, C: dense, LDC: PanelWidth, PC: PanelWidth})
		k.SpMM(SpMM{N: k.SpNR, A: terms, B: b, PB: (quad + 1) * PanelWidth, C: sparse, PC: PanelWidth})
		if math.Signbit(float64(dense[0])) || !math.Signbit(float64(sparse[0])) {
			t.Errorf("%s: %g and %g, want +0 and −0", k.Name, dense[0], sparse[0])
		}
	}
}

// SparseRows of every set are those of Go, except for the slack after them.
func TestCompressRows(t *testing.T) {
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
					want, got := NewSparseRows(c.m, steps), NewSparseRows(c.m, steps)
					for i := range got.a {
						got.a[i], got.b[i] = 1, 2
					}
					compressRowsGo(want, a, c.m, steps, pa)
					for _, place := range []int{flushRight, 1} {
						s := guards[0].copyOf(a, place)
						if err := faults(func() { k.CompressRows(got, s, c.m, steps, pa) }); err != nil {
							t.Fatalf("%s: CompressRows of %+v: %v", k.Name, c, err)
						}
						countCompared(k)
						if err := guards[0].check(); err != nil {
							t.Fatalf("%s: CompressRows of %+v: %v", k.Name, c, err)
						}
						if got.rows != want.rows || got.k != want.k || got.n != want.n || got.count != want.count || !slices.Equal(got.b[:got.n], want.b[:want.n]) || !slices.EqualFunc(got.a[:got.n], want.a[:want.n], sameBits) {
							t.Fatalf("%s: CompressRows of %+v: %v at %v, want %v at %v", k.Name, c, got.a[:got.n], got.b[:got.n], want.a[:want.n], want.b[:want.n])
						}
					}
				}
			}
		}
	}
}

// The assembly may write termSlack terms after the last one, and no more.
func TestCompressRowsSlack(t *testing.T) {
	guards := guardsFor(t, 3, 3000)
	for _, k := range Available() {
		for steps := 1; steps <= 40; steps++ {
			a := moderate.values(random(steps), guards[0].floats((steps-1)/PanelWidth*32+2*32, flushRight))
			room := 2*steps + termSlack
			offsets := guards[2].bytes(2*room, flushRight, 2)
			terms := SparseRows{a: guards[1].floats(room, flushRight), b: unsafe.Slice((*uint16)(unsafe.Pointer(unsafe.SliceData(offsets))), room)}
			if err := faults(func() { k.CompressRows(&terms, a, 2, steps, 32) }); err != nil {
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

func TestInExactRange(t *testing.T) {
	guards := guardsFor(t, 1, 2000)
	for _, k := range Available() {
		for _, least := range []float32{MinSparseA, MinSparseB, 0x1p-126, 1} {
			for _, n := range lengths {
				x := guards[0].floats(n, flushRight)
				r := random(n)
				for i := range x {
					x[i] = []float32{0, float32(math.Copysign(0, -1)), least, -least, math.MaxFloat32, -math.MaxFloat32, least * 2}[r.IntN(7)]
				}
				if !k.InExactRange(x, least) {
					t.Fatalf("%s: InExactRange of %v from %g on is false", k.Name, x, least)
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
						if k.InExactRange(x, least) {
							t.Fatalf("%s: InExactRange of %v from %g on is true", k.Name, x, least)
						}
						x[i] = was
					}
				}
			}
		}
	}
}

// TestSpMMContract checks that wrong sizes panic with nothing written, and that
// nothing is allocated.
func TestSpMMContract(t *testing.T) {
	for _, k := range Available() {
		panels := k.SpNR / PanelWidth
		a, terms := make([]float32, 10*PanelWidth), NewSparseRows(10, 8)
		k.CompressRows(terms, a, 10, 8, 0)
		g := SpMM{N: k.SpNR, A: terms, B: make([]float32, panels*256), PB: 256, C: make([]float32, panels*320), PC: 320}
		if n := testing.AllocsPerRun(10, func() { k.CompressRows(terms, a, 10, 8, 0); k.SpMM(g) }); n != 0 {
			t.Errorf("%s: CompressRows and SpMM allocate %v times", k.Name, n)
		}
		for _, s := range [][2]int{{-1, 8}, {4, 0}, {2, 513}, {math.MaxInt, 4}} {
			refuses(t, fmt.Sprintf("NewSparseRows(%d, %d)", s[0], s[1]), func() { NewSparseRows(s[0], s[1]) })
		}
		for what, spoil := range map[string]func(g *SpMM){
			"short B":         func(g *SpMM) { g.B = g.B[:len(g.B)-1] },
			"short C":         func(g *SpMM) { g.C = g.C[:len(g.C)-1] },
			"part of a tile":  func(g *SpMM) { g.N = 32 },
			"negative stride": func(g *SpMM) { g.PB = -1 },
		} {
			h := g
			spoil(&h)
			panicsUnchanged(t, k.Name+": SpMM with "+what, [][]float32{g.C}, func() { k.SpMM(h) })
		}
		for what, call := range map[string]func(){
			"more rows than room":  func() { k.CompressRows(terms, make([]float32, 11*PanelWidth), 11, 8, 0) },
			"no steps":             func() { k.CompressRows(terms, a, 10, 0, 0) },
			"513 steps":            func() { k.CompressRows(NewSparseRows(2, 512), make([]float32, 17*PanelWidth), 1, 513, PanelWidth) },
			"rows that a lacks":    func() { k.CompressRows(terms, a[:len(a)-1], 10, 8, 0) },
			"panels that a lacks":  func() { k.CompressRows(NewSparseRows(1, 33), a, 1, 33, 9*PanelWidth+1) },
			"a negative number":    func() { k.CompressRows(terms, a, -1, 8, 0) },
			"panels that overflow": func() { k.CompressRows(NewSparseRows(1, 65), a, 1, 65, math.MaxInt) },
		} {
			refuses(t, k.Name+": CompressRows with "+what, call)
		}
		empty := NewSparseRows(0, 1)
		k.CompressRows(empty, nil, 0, 1, 0)
		k.SpMM(SpMM{N: k.SpNR, A: empty})
	}
}
