package asm

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// gemmCase is one product with its memory laid out by strides; every number
// that the product must not touch is a canary.
type gemmCase struct {
	m, n, k    int
	transposed bool // A is stored [k][m]
	strips     bool // A is stored panel by panel along k
	panels     bool // B and C are stored panel by panel
	gap        int  // floats between rows that belong to nobody
	start      int  // 0: +0, 1: bias, 2: C
}

func (c gemmCase) String() string {
	return fmt.Sprintf("m=%d/n=%d/k=%d/transposed=%t/strips=%t/panels=%t/gap=%d/start=%d", c.m, c.n, c.k, c.transposed, c.strips, c.panels, c.gap, c.start)
}

// foreign marks what a product must not touch: a NaN that no operation makes.
const foreign = 0x7fbadbad

// matrix fills rows×cols of a panelled or row-major operand and returns it with
// its strides; the rest is canaries. The slice ends with the last element.
func (c gemmCase) matrix(rows, cols int, value func() float32) (x []float32, ld, panel int) {
	ld, panel = cols+c.gap, PanelWidth
	if c.panels {
		ld, panel = PanelWidth+c.gap, rows*(PanelWidth+c.gap)+c.gap
	}
	if rows == 0 || cols == 0 {
		return nil, ld, panel
	}
	last := (cols-1)/PanelWidth*panel + (rows-1)*ld + (cols-1)%PanelWidth
	x = make([]float32, last+1)
	for i := range x {
		x[i] = math.Float32frombits(foreign)
	}
	for i := range rows {
		for j := range cols {
			x[j/PanelWidth*panel+i*ld+j%PanelWidth] = value()
		}
	}
	return x, ld, panel
}

// gemm makes the product with random or special numbers.
func (c gemmCase) gemm(r *rand.Rand, special bool) Gemm {
	odd := [...]float32{0, float32(math.Copysign(0, -1)), float32(math.Inf(1)), float32(math.NaN()), 0x1p-149, 0x1p-126, math.MaxFloat32, -1}
	value := func() float32 {
		if special && r.IntN(8) == 0 {
			return odd[r.IntN(len(odd))]
		}
		return r.Float32()*2 - 1
	}
	g := Gemm{M: c.m, N: c.n, K: c.k, RS: c.k + c.gap, CS: 1, Accumulate: c.start == 2}
	if c.transposed {
		g.RS, g.CS = 1, c.m+c.gap
	}
	panel, step := 0, c.k-1
	if c.strips {
		g.RS, panel, step = PanelWidth+c.gap, (c.k-1)/PanelWidth, (c.k-1)%PanelWidth
		if c.transposed {
			g.RS = 1
		}
		g.PA = max(c.m*g.RS, PanelWidth*g.CS) + c.gap + 1
	}
	if c.m > 0 && c.k > 0 {
		last := panel*g.PA + (c.m-1)*g.RS + step*g.CS
		if panel > 0 {
			last = max(last, (panel-1)*g.PA+(c.m-1)*g.RS+(PanelWidth-1)*g.CS)
		}
		g.A = make([]float32, last+1)
		for i := range g.A {
			g.A[i] = value()
		}
	}
	g.B, g.LDB, g.PB = c.matrix(c.k, c.n, value)
	g.C, g.LDC, g.PC = c.matrix(c.m, c.n, value)
	if c.start == 1 {
		g.Bias = make([]float32, c.m)
		for i := range g.Bias {
			g.Bias[i] = value()
		}
	}
	return g
}

// check runs the product on every set, with all operands between guard pages,
// and compares all of C, canaries included, with the specification.
func (c gemmCase) check(t *testing.T, f *fences, r *rand.Rand, special bool) {
	g := c.gemm(r, special)
	want := append([]float32(nil), g.C...)
	spec := g
	spec.C = want
	gemmGo(spec)
	for _, k := range Available() {
		for _, end := range []bool{false, true} {
			h := g
			h.A, h.B, h.C, h.Bias = f.copyOf(0, g.A, end), f.copyOf(1, g.B, end), f.copyOf(2, g.C, end), f.copyOf(3, g.Bias, end)
			if err := faults(func() { k.Gemm(h) }); err != nil {
				t.Fatalf("%s: %v: %v", k.Name, c, err)
			}
			countCompared(k)
			f.check(t)
			for i, w := range want {
				if got := h.C[i]; math.Float32bits(got) != math.Float32bits(w) && (got == got || w == w || math.Float32bits(w) == foreign) {
					t.Fatalf("%s: %v: C[%d] = %x (%v), want %x (%v)", k.Name, c, i, math.Float32bits(got), got, math.Float32bits(w), w)
				}
			}
		}
	}
}

// All small sizes, every layout and start: all edges of the tiles among
// themselves. Also the short test has tiles of every height.
func TestGemmSmall(t *testing.T) {
	r, f := rand.New(rand.NewPCG(1, 2)), newFences(t, 4000)
	rows, column, depth := 33, 1, 1
	if testing.Short() {
		rows, column, depth = 14, 5, 2
	}
	for m := 0; m <= rows; m++ {
		for n := 0; n <= 33; n += column {
			for k := 0; k <= 33; k += depth {
				// every layout comes up for every size of two of the three
				x := m + n + k
				gemmCase{m, n, k, x&1 != 0, (m+n+x>>2)&1 != 0, x>>1&1 != 0, x % 3, (m + 2*n + k) % 3}.check(t, f, r, x%4 == 0)
			}
		}
	}
}

// Sizes around the edges of tiles and panels, all layouts and starts.
func TestGemmEdges(t *testing.T) {
	r, f := rand.New(rand.NewPCG(3, 4)), newFences(t, 20_000)
	ms := []int{5, 6, 7, 12, 13, 14, 15, 27, 28, 29, 50}
	ns := []int{15, 16, 17, 31, 32, 33, 40, 47, 48, 49, 63, 64, 65, 100}
	if testing.Short() {
		ms, ns = []int{7, 15}, []int{17, 33, 49}
	}
	for _, m := range ms {
		for _, n := range ns {
			for layout := range 12 {
				gemmCase{m, n, 3 + layout%2, layout&1 != 0, false, layout&2 != 0, layout % 3, layout % 3}.check(t, f, r, layout == 5)
			}
		}
	}
}

// The last columns of products whose chains are long enough for tiles of four columns:
// every number of them, of rows around the groups of four, every rest of the steps.
func TestGemmEdgeColumns(t *testing.T) {
	r, f := rand.New(rand.NewPCG(11, 12)), newFences(t, 8000)
	step := 1
	if testing.Short() {
		step = 3
	}
	for n := 1; n <= 48; n++ {
		for m := 7 + n%step; m <= 45; m += step {
			k := 8 + (m+n)%5 // for up to 4 columns, then 8, then 12
			switch {
			case n%16 > 8:
				k += 56
			case n%16 > 4:
				k += 8
			}
			gemmCase{m, n, k, (m+n)&1 != 0, false, n%7 == 0, n % 3, (m + n/2) % 2 * 2}.check(t, f, r, (m+n)%3 == 0)
		}
	}
}

// The shapes of a training step: forward, input gradient, weight gradient.
func TestGemmTraining(t *testing.T) {
	r, f := rand.New(rand.NewPCG(5, 6)), newFences(t, 120_000)
	for _, c := range []gemmCase{
		{50, 32, 784, false, true, true, 0, 1}, {10, 16, 100, false, true, true, 0, 1},
		{32, 16, 10, true, false, true, 0, 0}, {50, 32, 100, false, true, false, 0, 0}, {50, 16, 7, false, true, false, 0, 2},
		{100, 16, 10, true, false, true, 0, 0}, {13, 784, 32, false, false, false, 0, 0}, {13, 784, 7, false, false, false, 0, 2},
	} {
		c.check(t, f, r, false)
	}
}

// GemmPanel is Gemm with a copy of its panel, whatever it is asked to fetch.
func TestGemmPanel(t *testing.T) {
	r, f := rand.New(rand.NewPCG(9, 10)), newFences(t, 20_000)
	ms := []int{0, 1, 5, 14, 41, 42, 43, 56, 57, 70, 128}
	if testing.Short() {
		ms = []int{0, 5, 41, 42, 57}
	}
	for _, m := range ms {
		for _, n := range []int{0, 1, 7, 15, 16, 17, 31, 32} {
			for _, k := range []int{0, 1, 2, 15, 40} {
				x := m + n + k
				c := gemmCase{m, n, k, x&1 != 0, x%7 == 0, false, x % 3, x % 2 * 2}
				g := c.gemm(r, x%4 == 0)
				want := append([]float32(nil), g.C...)
				spec := g
				spec.C = want
				gemmGo(spec)
				for _, kernels := range Available() {
					if n > kernels.NR {
						continue
					}
					for variant := range 4 {
						end := variant&1 != 0
						h, next := g, []float32(nil)
						h.A, h.B, h.C = f.copyOf(0, g.A, end), f.copyOf(1, g.B, end), f.copyOf(2, g.C, end)
						if end {
							next = h.B
						}
						var packed []float32
						if variant&2 != 0 && k > 0 && n > 0 {
							packed = make([]float32, (k-1)*kernels.NR+n)
							for i := range packed {
								packed[i] = math.Float32frombits(foreign)
							}
							packed = f.copyOf(3, packed, end)
						} else {
							f.copyOf(3, nil, end)
						}
						if err := faults(func() { kernels.GemmPanel(h, packed, next, h.LDB) }); err != nil {
							t.Fatalf("%s: %v: %v", kernels.Name, c, err)
						}
						countCompared(kernels)
						f.check(t)
						for i, w := range want {
							if got := h.C[i]; !sameBits(got, w) {
								t.Fatalf("%s: %v: C[%d] = %v, want %v", kernels.Name, c, i, got, w)
							}
						}
						for i, got := range packed {
							w := math.Float32frombits(foreign)
							if i%kernels.NR < n {
								w = g.B[i/kernels.NR*g.LDB+i%kernels.NR]
							}
							if math.Float32bits(got) != math.Float32bits(w) {
								t.Fatalf("%s: %v: packed[%d] = %x, want %x", kernels.Name, c, i, math.Float32bits(got), math.Float32bits(w))
							}
						}
					}
				}
			}
		}
	}
	for _, k := range Available() {
		g := gemmCase{50, k.NR, 9, false, false, false, 0, 0}.gemm(r, false)
		before := append([]float32(nil), g.C...)
		for what, call := range map[string]func(){
			"a short panel": func() { k.GemmPanel(g, make([]float32, 9*k.NR-1), nil, 0) },
			"a short A":     func() { h := g; h.A = h.A[1:]; k.GemmPanel(h, make([]float32, 9*k.NR), nil, 0) },
			"wide": func() {
				h := gemmCase{50, k.NR + 1, 9, false, false, false, 0, 0}.gemm(r, false)
				k.GemmPanel(h, make([]float32, 18*k.NR), nil, 0)
			},
		} {
			if faults(call) == nil {
				t.Errorf("%s: GemmPanel with %s does not panic", k.Name, what)
			}
		}
		if d := diff(g.C, before); d != "" {
			t.Errorf("%s: GemmPanel wrote before it panicked: %s", k.Name, d)
		}
		packed := make([]float32, 9*k.NR)
		if n := testing.AllocsPerRun(10, func() { k.GemmPanel(g, packed, g.B, g.LDB) }); n != 0 {
			t.Errorf("%s: GemmPanel allocates %v times", k.Name, n)
		}
	}
}

func TestGemmAllocatesNothing(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for _, k := range Available() {
		g := gemmCase{13, 40, 9, false, false, false, 0, 0}.gemm(r, false)
		if n := testing.AllocsPerRun(10, func() { k.Gemm(g) }); n != 0 {
			t.Errorf("%s: Gemm allocates %v times", k.Name, n)
		}
		y, x, w, b := make([]float32, 32), make([]float32, 9), make([]float32, 32*9), make([]float32, 32)
		if n := testing.AllocsPerRun(10, func() { k.Gemv(y, x, w, b) }); n != 0 {
			t.Errorf("%s: Gemv allocates %v times", k.Name, n)
		}
	}
}

// fences are memory between guard pages for the operands of one call.
type fences [4]*guard

func newFences(t testing.TB, floats int) *fences {
	var f fences
	for i := range f {
		f[i] = newGuard(t, floats)
		f[i].floats(0, 0)
	}
	return &f
}

// copyOf returns a copy of x, as operand i of a call, directly before or behind
// a page that cannot be touched.
func (f *fences) copyOf(i int, x []float32, end bool) []float32 {
	if x == nil {
		f[i].floats(0, 0)
		return nil
	}
	if end {
		return f[i].copyOf(x, flushRight)
	}
	return f[i].copyOf(x, 0)
}

// check reports writes outside of the operands.
func (f *fences) check(t testing.TB) {
	for i, g := range f {
		if err := g.check(); err != nil {
			t.Fatalf("operand %d: %v", i, err)
		}
	}
}
