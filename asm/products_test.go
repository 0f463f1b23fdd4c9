package asm

import (
	"fmt"
	"math"
	"testing"
)

// TestGemmAccuracy compares the products of every set with float64: each of k
// steps of a chain rounds once, so that |err| ≤ (k+2)·2⁻²⁴·Σ|ab| + k·2⁻¹⁵⁰, where
// the start of the chain counts among the products and the second term stands
// for subnormal results.
func TestGemmAccuracy(t *testing.T) {
	for _, k := range Available() {
		for _, size := range [][3]int{{1, 1, 1}, {3, 40, 7}, {5, 33, 64}, {2, 31, 65}, {17, 10, 200}, {4, 64, 1000}} {
			for _, start := range []string{"zero", "bias", "C"} {
				for _, scale := range []float32{1, 0x1p-70} { // the second: subnormal products
					gemmAccuracy(t, k, size[0], size[1], size[2], start, scale)
				}
			}
		}
	}
}

func gemmAccuracy(t *testing.T, k *Kernels, m, n, depth int, start string, scale float32) {
	t.Helper()
	r := random(m, n, depth)
	values := func(n int) []float32 {
		x := moderate.values(r, make([]float32, n))
		scaleGo(x, x, scale)
		return x
	}
	g := Gemm{M: m, N: n, K: depth, A: values(m * depth), RS: 1, CS: m, B: values(depth * n), LDB: n, PB: PanelWidth, C: values(m * n), LDC: n, PC: PanelWidth}
	from := func(i, j int) float32 { return 0 }
	switch start {
	case "bias":
		g.Bias = values(m)
		from = func(i, j int) float32 { return g.Bias[i] }
	case "C":
		g.Accumulate = true
		before := append([]float32{}, g.C...)
		from = func(i, j int) float32 { return before[i*n+j] }
	}
	k.Gemm(g)
	for i := range m {
		for j := range n {
			exact, size := float64(from(i, j)), math.Abs(float64(from(i, j)))
			for l := range depth {
				p := float64(g.A[i+l*m]) * float64(g.B[l*n+j])
				exact += p
				size += math.Abs(p)
			}
			bound := float64(depth+2)*0x1p-24*size + float64(depth)*0x1p-150
			if e := math.Abs(float64(g.C[i*n+j]) - exact); !(e <= bound) {
				t.Fatalf("%s: %d×%d×%d from %s, scale %g: C[%d, %d] is wrong by %g, bound %g", k.Name, m, n, depth, start, scale, i, j, e, bound)
			}
		}
	}
}

// TestGemmChain checks the definition on chains in which every step needs the
// exact rounding: ties, cancellation, subnormals, signs of zero, NaN, infinities
// times zero; against arbitrary precision.
func TestGemmChain(t *testing.T) {
	const m, n, depth = 3, 37, 130
	for _, k := range Available() {
		r := random(7)
		g := Gemm{M: m, N: n, K: depth, A: make([]float32, m*depth), RS: depth, CS: 1, B: make([]float32, depth*n), LDB: n, PB: PanelWidth, C: make([]float32, m*n), LDC: n, PC: PanelWidth, Accumulate: true}
		for i := range g.A {
			g.A[i] = float32(r.IntN(1<<24)-1<<23) * 0x1p-90
		}
		for i := range g.B {
			g.B[i] = float32(r.IntN(1<<12)-1<<11) * 0x1p-45
		}
		for i := range g.C {
			g.C[i] = math.Float32frombits(r.Uint32() & 0x81ffffff)
		}
		// One column of ties: 1 + 2⁻²⁴·odd, and one in which NaN appears.
		for l := range depth {
			g.A[l] = 0x1p-24
			g.B[l*n+5] = 1
			g.B[l*n+36] = 0
		}
		g.C[5] = 1
		g.A[2*depth+100] = inf32
		want := append([]float32{}, g.C...)
		for i := range m {
			for j := range n {
				for l := range depth {
					a, b := g.A[i*depth+l], g.B[l*n+j]
					if a == inf32 || want[i*n+j]-want[i*n+j] != 0 {
						want[i*n+j] += a * b
						continue
					}
					want[i*n+j] = exactFMA(a, b, want[i*n+j])
				}
			}
		}
		k.Gemm(g)
		if d := diff(g.C, want); d != "" {
			t.Errorf("%s: %s", k.Name, d)
		}
		if c := g.C[2*n+36]; c == c {
			t.Errorf("%s: Inf·0 left %g in the chain", k.Name, c)
		}
	}
}

// TestGemmContract checks that wrong sizes panic with nothing written, and that
// what needs no operand does not ask for it.
func TestGemmContract(t *testing.T) {
	good := func() Gemm {
		return Gemm{M: 3, N: 40, K: 5, A: make([]float32, 15), RS: 5, CS: 1, B: make([]float32, 200), LDB: 40, PB: 32, C: make([]float32, 120), LDC: 40, PC: 32}
	}
	for _, k := range Available() {
		k.Gemm(good())
		for what, spoil := range map[string]func(g *Gemm){
			"M":                 func(g *Gemm) { g.M = -1 },
			"N":                 func(g *Gemm) { g.N = -1 },
			"K":                 func(g *Gemm) { g.K = -1 },
			"RS":                func(g *Gemm) { g.RS = -1 },
			"CS":                func(g *Gemm) { g.CS = -1 },
			"PA":                func(g *Gemm) { g.PA = -1 },
			"LDB":               func(g *Gemm) { g.LDB = -1 },
			"PB":                func(g *Gemm) { g.PB = -1 },
			"LDC":               func(g *Gemm) { g.LDC = -1 },
			"PC":                func(g *Gemm) { g.PC = -1 },
			"short A":           func(g *Gemm) { g.A = g.A[:14] },
			"short B":           func(g *Gemm) { g.B = g.B[:199] },
			"short C":           func(g *Gemm) { g.C = g.C[:119] },
			"short Bias":        func(g *Gemm) { g.Bias = make([]float32, 2) },
			"both starts":       func(g *Gemm) { g.Bias, g.Accumulate = make([]float32, 3), true },
			"overflowing RS":    func(g *Gemm) { g.RS = math.MaxInt },
			"overflowing LDB":   func(g *Gemm) { g.LDB = math.MaxInt/4 + 1 },
			"overflowing LDC":   func(g *Gemm) { g.LDC = math.MaxInt },
			"overflowing sizes": func(g *Gemm) { g.M, g.K, g.RS, g.CS = math.MaxInt, math.MaxInt, 0, math.MaxInt },
			"overflowing PA":    func(g *Gemm) { g.K, g.PA, g.LDB, g.PB = 65, math.MaxInt, 0, 0 },
			// the last panel is narrow: the full one before it ends later
			"short full panel of A": func(g *Gemm) { g.K, g.PA, g.LDB, g.PB, g.A = 33, 1, 0, 0, make([]float32, 41) },
			"short full panel":      func(g *Gemm) { g.N, g.PB, g.PC = 33, 0, 0; g.B = g.B[:191] },
		} {
			g := good()
			for i := range g.C {
				g.C[i] = float32(i)
			}
			spoil(&g)
			panicsUnchanged(t, fmt.Sprintf("%s: Gemm with %s", k.Name, what), [][]float32{g.C}, func() { k.Gemm(g) })
		}
		k.Gemm(Gemm{})
		k.Gemm(Gemm{M: 5, K: 3})
		k.Gemm(Gemm{N: 5, K: 3})
		g := Gemm{M: 2, N: 3, C: []float32{1, 2, 3, 4, 5, 6}, LDC: 3, PC: PanelWidth, Bias: []float32{7, 8}}
		k.Gemm(g)
		if d := diff(g.C, []float32{7, 7, 7, 8, 8, 8}); d != "" {
			t.Errorf("%s: K = 0 with a bias: %s", k.Name, d)
		}
		g.Bias, g.Accumulate = nil, true
		k.Gemm(g)
		if d := diff(g.C, []float32{7, 7, 7, 8, 8, 8}); d != "" {
			t.Errorf("%s: K = 0 onto C: %s", k.Name, d)
		}
		g.Accumulate = false
		k.Gemm(g)
		if d := diff(g.C, make([]float32, 6)); d != "" {
			t.Errorf("%s: K = 0: %s", k.Name, d)
		}
	}
}

// TestGemv compares Gemv of every set with the specification and that with the
// chains: from no to all inputs zero, of both signs, and every number of inputs
// around the blocks of 64.
func TestGemv(t *testing.T) {
	guards := guardsFor(t, 4, 130*272)
	for _, outputs := range []int{0, 16, 32, 48, 64, 80, 96, 112, 128, 144, 240, 272} {
		for _, inputs := range []int{0, 1, 2, 7, 8, 9, 15, 16, 17, 31, 33, 40, 55, 56, 63, 64, 65, 71, 72, 80, 127, 128, 129, 130} {
			for f := range fills {
				r := random(outputs, inputs, int(f))
				x, b, w := f.values(r, make([]float32, inputs)), f.values(r, make([]float32, outputs)), f.values(r, make([]float32, outputs*inputs))
				zeros := r.IntN(inputs + 1)
				for i, at := range r.Perm(inputs) {
					if i < zeros {
						x[at] = float32(math.Copysign(0, r.Float64()-0.5))
					}
				}
				want, large := append([]float32{}, b...), true
				for i, v := range x {
					if v == 0 {
						continue
					}
					large = large && (outputs == 0 || !(math.Abs(float64(v)) < 0x1p-50))
					for j := range want {
						want[j] = fma32(v, w[(j/16*inputs+i)*16+j%16], want[j])
					}
				}
				y := make([]float32, outputs)
				if got := generic().Gemv(y, x, w, b); got != large {
					t.Fatalf("Gemv(%d, %d): large %t, want %t", outputs, inputs, got, large)
				}
				if d := diff(y, want); d != "" {
					t.Fatalf("Gemv(%d, %d): %s", outputs, inputs, d)
				}
				comparison{fmt.Sprintf("Gemv(%d, %d)", outputs, inputs), nil, func(k *Kernels, s [][]float32) float32 {
					if k.Gemv(s[0], s[1], s[2], s[3]) {
						return 1
					}
					return 0
				}}.sets(t, guards, [][]float32{make([]float32, outputs), x, w, b}, []int{flushRight, 0, 3})
			}
		}
	}
	for _, k := range Available() {
		y, x, w, b := make([]float32, 32), make([]float32, 3), make([]float32, 32*3), positive.values(random(1), make([]float32, 32))
		panicsUnchanged(t, k.Name+": Gemv, short w", [][]float32{y}, func() { k.Gemv(y, x, w[1:], b) })
		panicsUnchanged(t, k.Name+": Gemv, short b", [][]float32{y}, func() { k.Gemv(y, x, w, b[1:]) })
		panicsUnchanged(t, k.Name+": Gemv, 31 outputs", [][]float32{y}, func() { k.Gemv(y[:31], x, w[:31*3], b[:31]) })
	}
}

// TestGemvLarge checks what counts as large: at the bound, below it, NaN, at every
// place.
func TestGemvLarge(t *testing.T) {
	const bound = 0x1p-50
	below := math.Nextafter32(bound, 0)
	y, w, b := make([]float32, 16), make([]float32, 16*130), make([]float32, 16)
	for _, k := range Available() {
		for at := range 130 {
			for v, want := range map[float32]bool{0: true, bound: true, -bound: true, below: false, -below: false, 0x1p-149: false, nan32: true, inf32: true} {
				x := make([]float32, 130)
				x[at] = v
				if got := k.Gemv(y, x, w, b); got != want {
					t.Fatalf("%s: Gemv with input %d of %g: large %t, want %t", k.Name, at, v, got, want)
				}
			}
		}
	}
}

// TestVecMat compares VecMat of every set with the specification and that with
// the chains, which start at y.
func TestVecMat(t *testing.T) {
	guards := guardsFor(t, 3, 7*250)
	for _, cols := range []int{0, 1, 2, 7, 8, 9, 15, 16, 17, 24, 31, 33, 40, 56, 63, 65, 80, 90, 96, 97, 100, 103, 104, 105, 127, 209, 230} {
		for _, rows := range []int{0, 1, 2, 7} {
			for f := range fills {
				ld := cols + (rows+cols)%3*5
				r := random(cols, rows, int(f))
				in := [][]float32{f.values(r, make([]float32, cols)), f.values(r, make([]float32, rows)), f.values(r, rowsOf(r, rows, ld, cols))}
				want := append([]float32{}, in[0]...)
				for j := range want {
					for i, v := range in[1] {
						want[j] = fma32(v, in[2][i*ld+j], want[j])
					}
				}
				y := append([]float32{}, in[0]...)
				generic().VecMat(y, in[1], in[2], ld)
				if d := diff(y, want); d != "" {
					t.Fatalf("VecMat(%d, %d): %s", cols, rows, d)
				}
				comparison{fmt.Sprintf("VecMat(%d columns, %d rows, ld %d)", cols, rows, ld), nil, func(k *Kernels, s [][]float32) float32 {
					k.VecMat(s[0], s[1], s[2], ld)
					return 0
				}}.sets(t, guards, in, []int{flushRight, 0, 3})
			}
		}
	}
	for _, k := range Available() {
		y, x, w := positive.values(random(1), make([]float32, 20)), make([]float32, 3), make([]float32, 3*20)
		panicsUnchanged(t, k.Name+": VecMat, short w", [][]float32{y}, func() { k.VecMat(y, x, w[1:], 20) })
		panicsUnchanged(t, k.Name+": VecMat, negative", [][]float32{y}, func() { k.VecMat(y, x, w, -1) })
		panicsUnchanged(t, k.Name+": VecMat, overflow", [][]float32{y}, func() { k.VecMat(y, x, w, math.MaxInt) })
	}
}
