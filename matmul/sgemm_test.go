package matmul

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

// sgemm is the definition of [Sgemm] on views.
func sgemm(alpha float32, a, b Matrix, beta float32, c Matrix) {
	for i := range c.Rows {
		for j := range c.Cols {
			var acc float32
			switch beta {
			case 0:
			case 1:
				acc = c.At(i, j)
			default:
				acc = beta * c.At(i, j)
			}
			if alpha != 0 {
				for k := range a.Cols {
					x := a.At(i, k)
					if alpha != 1 {
						x = alpha * x
					}
					acc = fma(x, b.At(k, j), acc)
				}
			}
			c.Set(i, j, acc)
		}
	}
}

func TestSgemm(t *testing.T) {
	all := setups(t, 1, 2)
	r := rand.New(rand.NewPCG(10, 10))
	for _, size := range [][3]int{{1, 1, 1}, {0, 3, 2}, {3, 0, 2}, {3, 4, 0}, {5, 7, 9}, {33, 40, 17}, {14, 32, 64}, {70, 150, 33}} {
		for _, alpha := range []float32{0, 1, -1, 0.3} {
			for _, beta := range []float32{0, 1, -2, 0.7} {
				for trans := range 4 {
					m, n, k := size[0], size[1], size[2]
					transA, transB := trans&1 != 0, trans&2 != 0
					gap := (m + n + trans) % 3
					value := random(r, alpha == 1 && beta == 0)
					a := Matrix{Rows: m, Cols: k, RowStride: k + gap, ColStride: 1}
					if transA {
						a.RowStride, a.ColStride = 1, m+gap
					}
					b := Matrix{Rows: k, Cols: n, RowStride: n + gap, ColStride: 1}
					if transB {
						b.RowStride, b.ColStride = 1, k+gap
					}
					lda, ldb, ldc := max(1, a.RowStride, a.ColStride), max(1, b.RowStride, b.ColStride), max(1, n+gap)
					for _, x := range []*Matrix{&a, &b} {
						x.Data = make([]float32, (m+n+k+3)*max(lda, ldb))
						for i := range x.Data {
							x.Data[i] = value(0, 0)
						}
					}
					before := Matrix{make([]float32, m*ldc), m, n, ldc, 1}
					for i := range before.Data {
						before.Data[i] = canary // beta = 0 must not read it
						if beta != 0 && i%ldc < n {
							before.Data[i] = value(0, 0)
						}
					}
					if alpha == 0 { // A and B are not read
						for _, x := range []Matrix{a, b} {
							for i := range x.Data {
								x.Data[i] = float32(math.NaN())
							}
						}
					}
					want := copied(before)
					sgemm(alpha, a, b, beta, want)
					for _, s := range all {
						c := copied(before)
						s.Sgemm(transA, transB, m, n, k, alpha, a.Data, lda, b.Data, ldb, beta, c.Data, ldc)
						if err := sameBits(c, want); err != nil {
							t.Fatalf("%v: %v, alpha %v, beta %v, transA %t, transB %t: %v", s, size, alpha, beta, transA, transB, err)
						}
					}
				}
			}
		}
	}
}

func TestSgemmContract(t *testing.T) {
	x, y := make([]float32, 64), make([]float32, 64)
	for _, c := range []struct {
		name    string
		f       func(c []float32)
		message string
	}{
		{"m", func(c []float32) { Sgemm(false, false, -1, 2, 2, 1, x, 2, y, 2, 0, c, 2) }, "m = -1, n = 2, k = 2"},
		{"lda", func(c []float32) { Sgemm(false, false, 2, 2, 3, 1, x, 2, y, 2, 0, c, 2) }, "the leading dimension of A is 2, its rows as stored have 3"},
		{"lda of Aᵀ", func(c []float32) { Sgemm(true, false, 5, 2, 3, 1, x, 4, y, 2, 0, c, 2) }, "of A is 4, its rows as stored have 5"},
		{"ldb", func(c []float32) { Sgemm(false, true, 2, 2, 3, 1, x, 3, y, 2, 0, c, 2) }, "of B is 2, its rows as stored have 3"},
		{"ldc", func(c []float32) { Sgemm(false, false, 2, 3, 3, 1, x, 3, y, 3, 0, c, 2) }, "of C is 2, its rows as stored have 3"},
		{"ldc of nothing", func(c []float32) { Sgemm(false, false, 2, 0, 3, 1, x, 3, y, 3, 0, c, 0) }, "the leading dimension of C is 0"},
		{"short A", func(c []float32) { Sgemm(false, false, 9, 2, 8, 1, x, 8, y, 2, 0, c, 2) }, "A is 9×8"},
		{"short B", func(c []float32) { Sgemm(false, false, 2, 9, 8, 1, x, 8, y, 9, 0, c, 9) }, "B is 8×9"},
		{"short C", func(c []float32) { Sgemm(false, false, 9, 8, 1, 1, x, 8, y, 8, 0, c, 8) }, "C is 9×8"},
		{"C in A", func(c []float32) { Sgemm(false, false, 2, 2, 2, 1, c[3:], 2, y, 2, 0, c, 2) }, "C shares elements with A or B"},
		{"size overflows", func(c []float32) { Sgemm(false, false, math.MaxInt/2, 2, 2, 1, x, math.MaxInt/4, y, 2, 0, c, 2) }, "C is"},
	} {
		into := make([]float32, 64)
		for i := range into {
			into[i] = canary
		}
		got := panics(func() { c.f(into) })
		if !strings.Contains(got, c.message) {
			t.Errorf("%s: panic %q, want %q", c.name, got, c.message)
		}
		for i, v := range into {
			if math.Float32bits(v) != math.Float32bits(canary) {
				t.Errorf("%s: element %d was written", c.name, i)
			}
		}
	}
}

// A and C may be columns of the same array that do not meet.
func TestSgemmBesideItsOperand(t *testing.T) {
	x := make([]float32, 8*6)
	for i := range x {
		x[i] = float32(i)
	}
	identity := []float32{1, 0, 0, 0, 1, 0, 0, 0, 1}
	Sgemm(false, false, 8, 3, 3, 1, x, 6, identity, 3, 0, x[3:], 6)
	for i := range 8 {
		for j := range 3 {
			if x[6*i+3+j] != x[6*i+j] {
				t.Fatalf("row %d: %v", i, x[6*i:6*i+6])
			}
		}
	}
}

func ExampleSgemm() {
	a := []float32{1, 2, 3, 4, 5, 6} // 2×3
	b := []float32{1, 0, 0, 1, 1, 1} // 3×2
	c := make([]float32, 4)
	Sgemm(false, false, 2, 2, 3, 1, a, 3, b, 2, 0, c, 2)
	fmt.Println(c)
	// Output: [4 5 10 11]
}

func ExampleMul() {
	dy, x, dw := NewMatrix(2, 1), NewMatrix(2, 3), NewMatrix(1, 3)
	copy(dy.Data, []float32{1, 10})
	copy(x.Data, []float32{1, 2, 3, 4, 5, 6})
	Mul(dw, dy.T(), x) // the gradient of a layer's weights
	fmt.Println(dw.Data)
	// Output: [41 52 63]
}
