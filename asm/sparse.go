package asm

import (
	"fmt"
	"math"
)

// Terms is the left operand of a sparse product: for each row its elements that are
// not zero. [Kernels.Nonzeros] fills it, any number of times.
type Terms struct {
	list       []term
	rows, k, n int
}

// term is one element.
type term struct {
	a float32
	// b is where row k of B begins, in bytes: k·32·4. Bit 0 is set in the first term
	// of each row of A but row 0.
	b uint32
}

// nextRow is the bit of term.b that begins a row of A.
const nextRow = 1

// bytesOfRow is the size of a row of a panel.
const bytesOfRow = 4 * PanelWidth

// maxTermSteps is the largest K of Terms, so that every offset is positive as an int32.
const maxTermSteps = math.MaxInt32 / bytesOfRow

// termSlack is how many terms a set may write behind the last one.
const termSlack = 4

// NewTerms returns Terms that have room for m rows of k elements, m ≥ 0 and k ≥ 1.
func NewTerms(m, k int) *Terms {
	t := new(Terms)
	t.Grow(m, k)
	return t
}

// Grow makes room for m rows of k elements where there is less, m ≥ 0 and k ≥ 1. The
// terms are lost then.
func (t *Terms) Grow(m, k int) {
	if n := m*k + termSlack; len(t.list) < n {
		*t = Terms{list: make([]term, n)}
	}
}

// Len returns the number of terms: of the elements that are not zero, and of one zero
// for each row that has nothing else.
func (t *Terms) Len() int { return t.n }

// begin empties t for m rows of k elements of a. It panics, with the sizes, where they
// do not suit t or a.
func (t *Terms) begin(a []float32, m, k, pa int) {
	if m < 0 || k < 1 || k > maxTermSteps || pa < 0 {
		panic(fmt.Sprintf("asm: Nonzeros: %d rows of %d elements, panels %d floats apart", m, k, pa))
	}
	if room := max(0, len(t.list)-termSlack); m > room/k {
		panic(fmt.Sprintf("asm: Nonzeros: %d rows of %d elements, but Terms for %d elements", m, k, room))
	}
	if m > 0 {
		need("Nonzeros", "A", len(a), (k-1)/PanelWidth, pa, m-1, PanelWidth, PanelWidth-1)
	}
	t.rows, t.k, t.n = m, k, 0
}

func nonzerosGo(t *Terms, a []float32, m, k, pa int) {
	t.begin(a, m, k, pa)
	for i := range m {
		first := t.n
		for s := range k { // without a branch that half of the numbers take
			v := a[s/PanelWidth*pa+i*PanelWidth+s%PanelWidth]
			t.list[t.n] = term{v, uint32(s * bytesOfRow)}
			magnitude := math.Float32bits(v) << 1
			t.n += int((magnitude | -magnitude) >> 31)
		}
		if t.n == first {
			t.list[t.n] = term{}
			t.n++
		}
		if i > 0 {
			t.list[first].b |= nextRow
		}
	}
}

func regularGo(x []float32, least float32) bool {
	for _, v := range x {
		if v != 0 && !(least <= v && v <= math.MaxFloat32 || -math.MaxFloat32 <= v && v <= -least) {
			return false
		}
	}
	return true
}

// LeastTerm and LeastFactor are the magnitudes from which on the elements of A and of B
// are to be [Kernels.Regular] where [Kernels.SparseGemm] is to have the bits of the chain
// over all k. A has the smaller ones: gradients get smaller than activations.
const (
	LeastTerm   = 0x1p-73
	LeastFactor = 0x1p-30
)

// SparseGemm describes one product C = A·B for [Kernels.SparseGemm]. B and C are in
// panels of 32 columns: element (k, j) of B is B[(j/32)·PB + k·32 + j%32], element
// (i, j) of C is C[(j/32)·PC + i·32 + j%32].
type SparseGemm struct {
	N          int // columns, a multiple of the set's SparseN
	A          *Terms
	B          []float32
	PB         int // floats from a panel of B to the next, ≥ 0
	C          []float32
	PC         int  // of C
	Accumulate bool // chains start at C, not at +0
}

// check panics, with the sizes, where g breaks the contract of [Kernels.SparseGemm]
// in a set whose SparseN is tile.
func (g *SparseGemm) check(tile int) {
	if g.N < 0 || g.N%tile != 0 {
		panic(fmt.Sprintf("asm: SparseGemm: %d columns, no multiple of %d", g.N, tile))
	}
	if g.PB|g.PC < 0 {
		panic(fmt.Sprintf("asm: SparseGemm: negative stride: PB = %d, PC = %d", g.PB, g.PC))
	}
	if g.empty() {
		return
	}
	last := g.N/PanelWidth - 1
	need("SparseGemm", "B", len(g.B), last, g.PB, g.A.k-1, PanelWidth, PanelWidth-1)
	need("SparseGemm", "C", len(g.C), last, g.PC, g.A.rows-1, PanelWidth, PanelWidth-1)
}

// empty reports whether C has no elements.
func (g *SparseGemm) empty() bool { return g.N == 0 || g.A.rows == 0 }

// sparseGemmThenUpdate is SparseGemm in Go, and then the set's own update.
func (k *Kernels) sparseGemmThenUpdate(g SparseGemm, u Update) {
	g.check(k.SparseN)
	u.check()
	g.multiply()
	k.Update(u)
}

// multiply computes the product, eight columns at a time.
func (g *SparseGemm) multiply() {
	if g.empty() {
		return
	}
	var b strip
	for j := 0; j < g.N; j += 8 {
		right, c := g.B[j/PanelWidth*g.PB+j%PanelWidth:], g.C[j/PanelWidth*g.PC+j%PanelWidth:]
		row := -1
		for list := g.A.list[:g.A.n]; len(list) > 0; { // terms of one row, as many as a strip holds
			begins := row < 0 || list[0].b&nextRow != 0
			if begins {
				row++
			}
			n := 1
			for n < min(len(list), stripSteps) && list[n].b&nextRow == 0 {
				n++
			}
			var a [stripSteps]float32
			for i, t := range list[:n] {
				a[i] = t.a
				for c, v := range right[t.b&^nextRow/4:][:8] {
					b[i][c] = float64(v)
				}
			}
			out := c[row*PanelWidth:][:8]
			if begins && !g.Accumulate {
				clear(out)
			}
			steps(b[:n]).chains(out, a[:], 1)
			list = list[n:]
		}
	}
}
