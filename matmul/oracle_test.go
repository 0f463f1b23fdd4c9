package matmul

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"runtime"
	"testing"

	"weft/asm"
	"weft/matmul/pool"
)

// fma returns x·y + z rounded once: the float64 sum of the exact product and z,
// rounded to odd, so that rounding it again to float32 cannot go wrong.
func fma(x, y, z float32) float32 {
	p, q := float64(x)*float64(y), float64(z)
	s := p + q
	t := s - p
	if e := float64(p-float64(s-t)) + float64(q-t); e != 0 && !math.IsInf(s, 0) && math.Float64bits(s)&1 == 0 {
		if (e > 0) == (s > 0) {
			s = math.Float64frombits(math.Float64bits(s) + 1)
		} else {
			s = math.Float64frombits(math.Float64bits(s) - 1)
		}
	}
	return float32(s)
}

// chains is the product by its definition: element (i, j) is the chain over k
// that starts at start(i, j).
func chains(a, b Matrix, start func(i, j int) float32) Matrix {
	c := NewMatrix(a.Rows, b.Cols)
	for i := range c.Rows {
		for j := range c.Cols {
			acc := start(i, j)
			for k := range a.Cols {
				acc = fma(a.At(i, k), b.At(k, j), acc)
			}
			c.Set(i, j, acc)
		}
	}
	return c
}

func zero(int, int) float32 { return 0 }

// layout is how a view lies in memory.
type layout int

const (
	rowMajor    layout = iota
	columnMajor        // a transpose
	gapped             // row-major with floats between the rows
	scattered          // no stride is 1
	layouts
)

func (l layout) String() string {
	return [...]string{"row-major", "column-major", "gapped", "scattered"}[l]
}

// canary stands wherever a product must not write.
var canary = math.Float32frombits(0x7fbadbad)

// view returns rows×cols elements in that layout, all around them canaries.
func (l layout) view(rows, cols int, value func(i, j int) float32) Matrix {
	m := Matrix{Rows: rows, Cols: cols, RowStride: cols, ColStride: 1}
	switch l {
	case columnMajor:
		m.RowStride, m.ColStride = 1, rows
	case gapped:
		m.RowStride = cols + 3
	case scattered:
		m.RowStride, m.ColStride = 2*cols+1, 2
	}
	m.Data = make([]float32, max(0, rows-1)*m.RowStride+max(0, cols-1)*m.ColStride+1)
	for i := range m.Data {
		m.Data[i] = canary
	}
	for i := range rows {
		for j := range cols {
			m.Set(i, j, value(i, j))
		}
	}
	return m
}

// random returns values with zeros and, where special, what a shortcut would
// treat otherwise.
func random(r *rand.Rand, special bool) func(i, j int) float32 {
	odd := [...]float32{float32(math.Copysign(0, -1)), float32(math.Inf(1)), float32(math.NaN()), 0x1p-149, math.MaxFloat32}
	return func(int, int) float32 {
		switch v := r.Uint32(); {
		case v%16 == 0:
			return 0
		case special && v%16 == 1:
			return odd[r.IntN(len(odd))]
		default:
			return float32(int32(v)) * 0x1p-30
		}
	}
}

// sameBits compares all of the data of two views, canaries included; NaNs are
// equal to each other, but not to a canary.
func sameBits(got, want Matrix) error {
	for i, w := range want.Data {
		g := got.Data[i]
		gb, wb := math.Float32bits(g), math.Float32bits(w)
		if gb != wb && (g == g || w == w || wb == math.Float32bits(canary)) {
			return fmt.Errorf("data[%d] (row stride %d) is %v (%#08x), want %v (%#08x)", i, got.RowStride, g, gb, w, wb)
		}
	}
	return nil
}

// copied returns a view on a copy of the data.
func copied(m Matrix) Matrix {
	m.Data = append([]float32(nil), m.Data...)
	return m
}

// TestMain lets as many workers run as the tests want: an engine uses no more than
// GOMAXPROCS.
func TestMain(m *testing.M) {
	runtime.GOMAXPROCS(max(7, runtime.GOMAXPROCS(0)))
	os.Exit(m.Run())
}

// setup is a set of kernels with a number of workers.
type setup struct {
	kernels string
	workers int
	*Engine
}

func (s setup) String() string { return fmt.Sprintf("%s, %d workers", s.kernels, s.workers) }

// setups returns an engine for each set of kernels and each of these numbers of
// workers.
func setups(t testing.TB, workers ...int) []setup {
	var all []setup
	for _, k := range asm.Available() {
		for _, w := range workers {
			p := pool.New(w)
			t.Cleanup(p.Close)
			all = append(all, setup{k.Name, w, New(k, p)})
		}
	}
	return all
}
