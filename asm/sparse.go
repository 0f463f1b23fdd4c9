package asm

import (
	"fmt"
	"math"
)

// SparseRows is the left operand of a sparse product: for each row its elements that are
// not zero. [Kernels.CompressRows] fills it, any number of times.
type SparseRows struct {
	// Term i is a[i], an element of A, and b[i], where row k of B begins, in bytes:
	// k·32·4. Bit 0 of b is set in the first term of each row but row 0. The list is
	// filled up to quads of terms by zeros of k = 0, which so belong to the last row.
	a []float32
	b []uint16

	rows, k int
	n       int // terms
	count   int // of them elements that are not zero
}

// quad is how many terms a CPU loads at once.
const quad = 4

// nextRow is the bit of a term's b that begins a row of A.
const nextRow = 1

// bytesOfRow is the size of a row of a panel.
const bytesOfRow = 4 * PanelWidth

// maxTermSteps is the largest k of SparseRows.
const maxTermSteps = (math.MaxUint16 + 1) / bytesOfRow

// termSlack is how many terms a set may write after the last one.
const termSlack = 8

// NewSparseRows returns SparseRows that have room for m rows of k elements, m ≥ 0 and 1 ≤ k ≤ 512.
// It panics, with the sizes, where they are others.
func NewSparseRows(m, k int) *SparseRows {
	t := new(SparseRows)
	t.Grow(m, k)
	return t
}

// Grow makes room for m rows of k elements where there is less. The terms are lost then.
// It panics as NewSparseRows does.
func (t *SparseRows) Grow(m, k int) {
	if m < 0 || k < 1 || k > maxTermSteps || m > (math.MaxInt-termSlack)/k {
		panic(fmt.Sprintf("asm: SparseRows for %d rows of %d elements: want at least 0 rows of 1 to %d", m, k, maxTermSteps))
	}
	if n := m*k + termSlack; len(t.a) < n {
		*t = SparseRows{a: make([]float32, n), b: make([]uint16, n)}
	}
}

// NNZ returns the number of elements that are not zero.
func (t *SparseRows) NNZ() int { return t.count }

// begin empties t for m rows of k elements of a. It panics, with the sizes, where they
// do not suit t or a.
func (t *SparseRows) begin(a []float32, m, k, pa int) {
	if m < 0 || k < 1 || k > maxTermSteps || pa < 0 {
		panic(fmt.Sprintf("asm: CompressRows: %d rows of %d elements, panels %d floats apart", m, k, pa))
	}
	if room := max(0, len(t.a)-termSlack); m > room/k {
		panic(fmt.Sprintf("asm: CompressRows: %d rows of %d elements, but SparseRows for %d elements", m, k, room))
	}
	if m > 0 {
		need("CompressRows", "A", len(a), (k-1)/PanelWidth, pa, m-1, PanelWidth, PanelWidth-1)
	}
	t.rows, t.k, t.n, t.count = m, k, 0, 0
}

func compressRowsGo(t *SparseRows, a []float32, m, k, pa int) {
	t.begin(a, m, k, pa)
	for i := range m {
		first := t.n
		for s := range k { // without a branch that half of the numbers take
			v := a[s/PanelWidth*pa+i*PanelWidth+s%PanelWidth]
			t.a[t.n], t.b[t.n] = v, uint16(s*bytesOfRow)
			magnitude := math.Float32bits(v) << 1
			t.n += int((magnitude | -magnitude) >> 31)
		}
		t.count += t.n - first
		if t.n == first {
			t.a[t.n], t.b[t.n] = 0, 0
			t.n++
		}
		if i > 0 {
			t.b[first] |= nextRow
		}
	}
	for ; t.n%quad != 0; t.n++ {
		t.a[t.n], t.b[t.n] = 0, 0
	}
}

func inExactRangeGo(x []float32, least float32) bool {
	for _, v := range x {
		if v != 0 && !(least <= v && v <= math.MaxFloat32 || -math.MaxFloat32 <= v && v <= -least) {
			return false
		}
	}
	return true
}

// MinSparseA and MinSparseB are the magnitudes from which on the elements of A and of B
// are to be [Kernels.InExactRange] where [Kernels.SpMM] is to have the bits of the chain
// over all k. A has the smaller ones: gradients get smaller than activations.
const (
	MinSparseA = 0x1p-73
	MinSparseB = 0x1p-30
)

// SpMM describes one product C = A·B for [Kernels.SpMM]. B and C are in
// panels of 32 columns: element (k, j) of B is B[(j/32)·PB + k·32 + j%32], element
// (i, j) of C is C[(j/32)·PC + i·32 + j%32].
type SpMM struct {
	N          int // columns, a multiple of the set's SpNR
	A          *SparseRows
	B          []float32
	PB         int // floats from a panel of B to the next, ≥ 0
	C          []float32
	PC         int  // of C
	Accumulate bool // chains start at C, not at +0
}

// check panics, with the sizes, where g breaks the contract of [Kernels.SpMM]
// in a set whose SpNR is tile.
func (g *SpMM) check(tile int) {
	if g.N < 0 || g.N%tile != 0 {
		panic(fmt.Sprintf("asm: SpMM: %d columns, no multiple of %d", g.N, tile))
	}
	if g.PB|g.PC < 0 {
		panic(fmt.Sprintf("asm: SpMM: negative stride: PB = %d, PC = %d", g.PB, g.PC))
	}
	if g.empty() {
		return
	}
	last := g.N/PanelWidth - 1
	need("SpMM", "B", len(g.B), last, g.PB, g.A.k-1, PanelWidth, PanelWidth-1)
	need("SpMM", "C", len(g.C), last, g.PC, g.A.rows-1, PanelWidth, PanelWidth-1)
}

// empty reports whether C has no elements.
func (g *SpMM) empty() bool { return g.N == 0 || g.A.rows == 0 }

// spNRGo is the SpNR of the specification.
const spNRGo = 64

// spmmGo computes eight columns at a time.
func spmmGo(g SpMM) {
	g.check(spNRGo)
	if g.empty() {
		return
	}
	var rows strip
	for j := 0; j < g.N; j += 8 {
		right, c := g.B[j/PanelWidth*g.PB+j%PanelWidth:], g.C[j/PanelWidth*g.PC+j%PanelWidth:]
		row := -1
		for at := 0; at < g.A.n; { // terms of one row, as many as a strip holds
			begins := row < 0 || g.A.b[at]&nextRow != 0
			if begins {
				row++
			}
			n := 1
			for n < min(g.A.n-at, stripSteps) && g.A.b[at+n]&nextRow == 0 {
				n++
			}
			for i, b := range g.A.b[at : at+n] {
				for c, v := range right[int(b&^nextRow)/4:][:8] {
					rows[i][c] = float64(v)
				}
			}
			out := c[row*PanelWidth:][:8]
			if begins && !g.Accumulate {
				clear(out)
			}
			steps(rows[:n]).chains(out, g.A.a[at:at+n], 1)
			at += n
		}
	}
}
