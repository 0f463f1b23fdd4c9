package matmul

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"weft/asm"
)

// checkProduct compares Mul or MulAdd with the chains on all setups.
func checkProduct(t *testing.T, all []setup, r *rand.Rand, m, n, k int, la, lb, lc layout, add, special bool) {
	t.Helper()
	a, b := la.view(m, k, random(r, special)), lb.view(k, n, random(r, special))
	before := lc.view(m, n, random(r, special))
	want, start := copied(before), zero
	if add {
		start = before.At
	}
	copyElements(want, chains(a, b, start))
	for _, s := range all {
		c := copied(before)
		if add {
			s.MulAdd(c, a, b)
		} else {
			s.Mul(c, a, b)
		}
		if err := sameBits(c, want); err != nil {
			t.Fatalf("%v: %d×%d×%d, A %v, B %v, C %v, add %t: %v", s, m, n, k, la, lb, lc, add, err)
		}
	}
}

// All small sizes, each with four layouts of A and B, in turn every layout of C
// and both starts.
func TestMulSmall(t *testing.T) {
	all := setups(t, 1)
	r := rand.New(rand.NewPCG(1, 1))
	step := 1
	if testing.Short() {
		step = 3
	}
	for m := 0; m <= 33; m += step {
		for n := 0; n <= 33; n += step {
			for k := 0; k <= 33; k += step {
				x := m + 2*n + 3*k
				for _, l := range [][2]layout{{0, 0}, {0, 1}, {1, 0}, {1, 1}} {
					if x%5 == 0 { // and strided
						l[0], l[1] = l[0]+2, l[1]+2
					}
					checkProduct(t, all, r, m, n, k, l[0], l[1], layout(x)%layouts, x%3 == 0, x%7 == 0)
					if k > 4 && n > 4 && (m+n+k)%4 != 0 {
						break // the larger sizes: one of the four
					}
				}
			}
		}
	}
}

// Sizes around the edges of tiles, strips, panels and blocks, on several
// workers. The block sizes are those of each set of kernels.
func TestMulEdges(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	workers := []int{1, 2, 3, 7}
	if testing.Short() {
		workers = []int{1, 3}
	}
	for _, s := range setups(t, workers...) {
		k := s.Engine.kernels
		for _, size := range [][3]int{
			{k.MR - 1, 33, 5}, {k.MR + 1, 63, 5}, {2*k.MR + 1, 31, 9}, {31, 65, 3}, {33, 129, 17}, {65, 100, 7}, {100, 10, 32}, {16, 257, 4},
			{k.MC + 1, 40, 3}, {3*k.MC/2 + 1, 35, 2}, {70, 50, k.KCShort}, {70, 50, k.KCShort + 1}, {70, 50, k.KC + 1}, {20, 33, 2*k.KC + 1},
			{66, k.NC - 1, 2}, {66, k.NC + 1, 3}, {3, 2*k.NC + 33, 2}, {1, 100, 78}, {100, 1, 78}, {1, 1, 700},
		} {
			x := size[0] + size[1] + size[2]
			if s.kernels == "generic" && size[0]*size[1]*size[2] > 1<<17 && s.workers != 2 {
				continue // pure Go does each of the large sizes once
			}
			for i := range layouts {
				la, lb, lc := i, (i+layout(x))%layouts, (i+layout(x/3))%layouts
				checkProduct(t, []setup{s}, r, size[0], size[1], size[2], la, lb, lc, (x+int(i))%2 == 0, x%4 == 0)
			}
		}
	}
}

// Rows that lie 2 KB apart, which the engine packs.
func TestMulPowerOfTwoStrides(t *testing.T) {
	all := setups(t, 1, 2)
	r := rand.New(rand.NewPCG(3, 3))
	for _, trans := range []bool{false, true} {
		a, b := NewMatrix(80, 512), NewMatrix(70, 512)
		for _, m := range []Matrix{a, b} {
			value := random(r, false)
			for i := range m.Data {
				m.Data[i] = value(0, 0)
			}
		}
		x, y := a.Block(0, 0, 80, 70), b.Block(0, 0, 70, 200)
		if trans {
			x, y = a.Block(0, 0, 70, 80).T(), b.Block(0, 0, 70, 70).T()
		}
		want := chains(x, y, zero)
		for _, s := range all {
			c := NewMatrix(x.Rows, y.Cols)
			s.Mul(c, x, y)
			if err := sameBits(c, want); err != nil {
				t.Fatalf("%v: transposed %t: %v", s, trans, err)
			}
		}
	}
}

// The distance to the mathematics: |err| ≤ (k+2)·2⁻²⁴·Σ|a·b| + k·2⁻¹⁵⁰, the
// bound of a chain of k roundings (Higham, Accuracy and Stability, §3.1; the
// last term is that of results below the normal range).
func TestMulError(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 4))
	for _, s := range setups(t, 2) {
		const m, n, k = 23, 45, 301
		a, b, c := rowMajor.view(m, k, random(r, false)), columnMajor.view(k, n, random(r, false)), NewMatrix(m, n)
		s.Mul(c, a, b)
		for i := range m {
			for j := range n {
				sum, size := 0.0, 0.0
				for q := range k {
					p := float64(a.At(i, q)) * float64(b.At(q, j))
					sum += p
					size += math.Abs(p)
				}
				if err := math.Abs(float64(c.At(i, j)) - sum); !(err <= (k+2)*0x1p-24*size+k*0x1p-150) {
					t.Fatalf("%v: C[%d,%d] = %v, want %v ± %v", s, i, j, c.At(i, j), sum, (k+2)*0x1p-24*size)
				}
			}
		}
	}
}

func FuzzMul(f *testing.F) {
	f.Add(uint64(1), uint8(40), uint8(70), uint8(9), uint8(0), false)
	f.Add(uint64(2), uint8(3), uint8(130), uint8(60), uint8(27), true)
	f.Add(uint64(3), uint8(100), uint8(1), uint8(0), uint8(63), false)
	all := setups(f, 1, 3)
	f.Fuzz(func(t *testing.T, seed uint64, m, n, k, shape uint8, add bool) {
		r := rand.New(rand.NewPCG(seed, 5))
		la, lb, lc := layout(shape%4), layout(shape/4%4), layout(shape/16%4)
		checkProduct(t, all, r, int(m), int(n), int(k), la, lb, lc, add, shape&64 != 0)
	})
}

// An engine that computes for one goroutine panics in another one, and so does not
// overwrite the product under way. It works on, and holds nothing of its products.
func TestEngineIsBusy(t *testing.T) {
	r := rand.New(rand.NewPCG(10, 10))
	a, b := rowMajor.view(30, 40, random(r, false)), rowMajor.view(40, 50, random(r, false))
	want := chains(a, b, zero)
	for _, s := range setups(t, 1, 2) {
		c := NewMatrix(30, 50)
		s.begin("Mul") // as the other goroutine
		for name, use := range map[string]func(){
			"Mul":    func() { s.Mul(c, a, b) },
			"MulAdd": func() { s.MulAdd(c, a, b) },
			"Sgemm":  func() { s.Sgemm(false, false, 0, 1, 1, 1, nil, 1, nil, 1, 0, nil, 1) },
		} {
			if got, want := panics(use), "matmul: "+name+" on an engine that is busy"; !strings.HasPrefix(got, want) {
				t.Errorf("%v: panic %q, want %q", s, got, want)
			}
		}
		s.end()
		s.Mul(c, a, b)
		if err := sameBits(c, want); err != nil {
			t.Errorf("%v: after a panic: %v", s, err)
		}
		s.Sgemm(false, false, 0, 50, 40, 1, a.Data, 40, b.Data, 50, 0, c.Data, 50)
		if p := &s.Engine.product; p.c.Data != nil || p.a.Data != nil || p.b.Data != nil {
			t.Errorf("%v: the engine still holds a product", s)
		}
	}
}

func TestMulAllocatesNothing(t *testing.T) {
	c, a, b := NewMatrix(100, 120), NewMatrix(100, 90), NewMatrix(90, 120)
	odd := scattered.view(100, 120, zero)
	for _, s := range setups(t, 1, 2) {
		if n := testing.AllocsPerRun(5, func() {
			s.Mul(c, a, b)
			s.Mul(c.T(), b.T(), a.T())
			s.Mul(odd, a, b)
			s.Sgemm(false, true, 100, 90, 90, 2, a.Data, 90, b.Data, 90, 1, c.Data, 120)
		}); n != 0 {
			t.Errorf("%v: %v allocations", s, n)
		}
	}
}

// panics returns what f panics with.
func panics(f func()) (message string) {
	defer func() { message = fmt.Sprint(recover()) }()
	f()
	return ""
}

func TestMulContract(t *testing.T) {
	square := func() Matrix { return NewMatrix(4, 4) }
	data := make([]float32, 100)
	a, b := square(), square()
	for _, c := range []struct {
		name    string
		f       func(c Matrix)
		message string
	}{
		{"rows", func(c Matrix) { Mul(c, NewMatrix(3, 4), b) }, "C is 4×4, A 3×4, B 4×4"},
		{"columns", func(c Matrix) { Mul(c, a, NewMatrix(4, 5)) }, "C is 4×4, A 4×4, B 4×5"},
		{"depth", func(c Matrix) { Mul(c, NewMatrix(4, 2), NewMatrix(3, 4)) }, "A 4×2, B 3×4"},
		{"short A", func(c Matrix) { Mul(c, Matrix{data[:15], 4, 4, 4, 1}, b) }, "A is 4×4 with strides 4 and 1, more than its 15 elements"},
		{"short B", func(c Matrix) { Mul(c, a, Matrix{data, 4, 4, 40, 1}) }, "B is 4×4 with strides 40 and 1, more than its 100 elements"},
		{"overflow", func(c Matrix) { Mul(c, a, Matrix{data, 4, 4, math.MaxInt, math.MaxInt}) }, "more than its 100 elements"},
		{"negative stride", func(c Matrix) { Mul(c, a, Matrix{data[50:], 4, 4, -4, 1}) }, "none may be negative"},
		{"C coincides", func(c Matrix) { Mul(Matrix{c.Data, 4, 4, 0, 1}, a, b) }, "elements of C may coincide"},
		{"C coincides in part", func(c Matrix) { Mul(Matrix{c.Data, 4, 4, 3, 1}, a, b) }, "elements of C may coincide"},
		{"C is A", func(c Matrix) { Mul(c, c, b) }, "C shares elements with A"},
		{"C is B", func(c Matrix) { Mul(c, a, c.T()) }, "C shares elements with B"},
	} {
		into := square()
		for i := range into.Data {
			into.Data[i] = canary
		}
		if got := panics(func() { c.f(into) }); !strings.Contains(got, c.message) {
			t.Errorf("%s: panic %q, want %q", c.name, got, c.message)
		}
		for i, v := range into.Data {
			if math.Float32bits(v) != math.Float32bits(canary) {
				t.Errorf("%s: element %d was written", c.name, i)
			}
		}
	}
}

// Kernels that lack something are refused when the engine is made.
func TestNewContract(t *testing.T) {
	noPack := *asm.Best()
	noPack.Pack = nil
	for name, k := range map[string]*asm.Kernels{"nil": nil, "empty": {}, "without a kernel": &noPack} {
		if got := panics(func() { New(k, nil) }); !strings.Contains(got, "kernels are incomplete: take those of asm.Best") {
			t.Errorf("%s: panic %q", name, got)
		}
	}
}

// Broadcast views: strides of 0 in A and B are legal.
func TestMulBroadcast(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	row, column := rowMajor.view(1, 50, random(r, false)), rowMajor.view(50, 1, random(r, false))
	a, b := Matrix{row.Data, 40, 50, 0, 1}, Matrix{column.Data, 50, 60, 1, 0}
	want := chains(a, b, zero)
	for _, s := range setups(t, 1, 2) {
		c := NewMatrix(40, 60)
		s.Mul(c, a, b)
		if err := sameBits(c, want); err != nil {
			t.Errorf("%v: %v", s, err)
		}
	}
}

func TestOverlap(t *testing.T) {
	data := make([]float32, 400)
	at := func(offset, rows, cols, rs, cs int) Matrix { return Matrix{data[offset:], rows, cols, rs, cs} }
	r := rand.New(rand.NewPCG(8, 8))
	meetings := 0
	for range 20_000 {
		var m [2]Matrix
		var owner [400]int
		shared := false
		for i := range m {
			rows, cols, rs, cs := 1+r.IntN(6), 1+r.IntN(6), r.IntN(24), r.IntN(24)
			m[i] = at(r.IntN(400-5*23-5*23), rows, cols, rs, cs)
			base := asm.Distance(data, m[i].Data)
			for u := range rows {
				for v := range cols {
					o := &owner[base+u*rs+v*cs]
					shared = shared || i == 1 && *o == 1
					if i == 0 {
						*o = 1
					}
				}
			}
		}
		if got := overlap(m[0], m[1]); got != shared {
			t.Fatalf("overlap is %t, want %t: %d×%d strides %d, %d at %d and %d×%d strides %d, %d at %d", got, shared,
				m[0].Rows, m[0].Cols, m[0].RowStride, m[0].ColStride, asm.Distance(data, m[0].Data),
				m[1].Rows, m[1].Cols, m[1].RowStride, m[1].ColStride, asm.Distance(data, m[1].Data))
		}
		if shared {
			meetings++
		}
	}
	if meetings < 5000 || meetings > 15000 {
		t.Errorf("%d of 20000 pairs meet: the test is not balanced", meetings)
	}
	if overlap(at(0, 2, 3, 3, 1), Matrix{make([]float32, 6), 2, 3, 3, 1}) || overlap(at(0, 0, 3, 3, 1), at(0, 2, 3, 3, 1)) {
		t.Error("different arrays, or no elements, overlap")
	}
}

// Every element belongs to exactly one worker.
func TestDivide(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 9))
	for range 300 {
		m, n, k, workers := 1+r.IntN(300), 1+r.IntN(300), r.IntN(2000), 1+r.IntN(70)
		d := divide(m, n, k, workers)
		if d.workers() < 1 || d.workers() > workers {
			t.Fatalf("%d×%d×%d: %d workers of %d", m, n, k, d.workers(), workers)
		}
		owned := make([]int, m*n)
		for w := range d.workers() {
			i0, i1 := d.rows(w, m)
			j0, j1 := d.cols(w, n)
			for i := i0; i < i1; i++ {
				for j := j0; j < j1; j++ {
					owned[i*n+j]++
				}
			}
		}
		for i, times := range owned {
			if times != 1 {
				t.Fatalf("%d×%d×%d on %d workers: element (%d, %d) has %d owners", m, n, k, workers, i/n, i%n, times)
			}
		}
	}
	if d := divide(784, 100, 32, 2); d.workers() != 2 {
		t.Errorf("784×100×32 uses %d of 2 workers", d.workers())
	}
	if d := divide(32, 100, 784, 2); d.down != 2 {
		t.Errorf("32×100×784 is divided over %d × %d workers, want two with 16 rows each", d.down, d.across)
	} else if lo, hi := d.rows(0, 32); lo != 0 || hi != 16 {
		t.Errorf("of 32 rows the first of two workers has %d to %d", lo, hi)
	}
	if d := divide(10, 10, 10, 8); d.workers() != 1 {
		t.Errorf("10×10×10 uses %d workers", d.workers())
	}
}
