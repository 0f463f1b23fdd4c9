package matmul

import "weft/asm"

// turnedRows is the number of rows of a Cᵀ up to which it is worth its scratch.
const turnedRows = 288

// orient turns the product into Cᵀ = Bᵀ·Aᵀ where the rows of Cᵀ, not those of C,
// are contiguous, or where that is less work though Cᵀ goes through a scratch: a
// C of ten columns leaves 6 of 16 lanes idle, its transpose none.
func (p *product) orient(kernels *asm.Kernels) {
	if p.c.ColStride != 1 && p.c.RowStride == 1 && p.c.Cols > 1 {
		p.turn()
	}
	if p.alpha != 1 || p.c.Cols > turnedRows {
		return // alpha scales A, the left operand; a tall Cᵀ leaves no block of Bᵀ in L2
	}
	if p.turnedWork(kernels) < work(p.c.Rows, p.c.Cols, p.a.Cols, kernels)+moves(&p.b) {
		p.turn()
	}
}

// turn makes it Cᵀ = Bᵀ·Aᵀ. (Field by field: whole views are copied by wider loads than
// the stores that made them, which the CPU does not forward to.)
func (p *product) turn() {
	c, a, b := &p.c, &p.a, &p.b
	c.Rows, c.Cols, c.RowStride, c.ColStride = c.Cols, c.Rows, c.ColStride, c.RowStride
	a.Data, b.Data = b.Data, a.Data
	a.Rows, b.Cols = b.Cols, a.Rows
	a.Cols, b.Rows = b.Rows, a.Cols
	a.RowStride, b.ColStride = b.ColStride, a.RowStride
	a.ColStride, b.RowStride = b.RowStride, a.ColStride
}

// turnedWork is the work of the product if it is turned.
func (p *product) turnedWork(kernels *asm.Kernels) int {
	m, n := p.c.Rows, p.c.Cols
	sum := work(n, m, p.a.Cols, kernels) + m*n/2
	if p.accumulate {
		sum += m * n / 2
	}
	if p.a.RowStride != 1 && m > 1 {
		sum += m * p.a.Cols / 2
	}
	return sum
}

// work counts the multiply-adds of registers in a product: at least 4 rows
// because that many wait for each other in a tile of fewer, and 2 for a single
// row, which has its own kernel. A tile of EdgeNR columns takes a quarter of a register,
// and as much again for its permutations.
func work(m, n, k int, kernels *asm.Kernels) int {
	lanes := kernels.NR / 2
	quarters := 4 * (n / lanes)
	if rest := n % lanes; rest > 0 && kernels.EdgeNR < lanes && m >= 8 {
		quarters += min(4, (rest+kernels.EdgeNR-1)/kernels.EdgeNR+1)
	} else if rest > 0 {
		quarters += 4
	}
	if m == 1 {
		m = 2
	} else {
		m = max(m, 4)
	}
	return m * quarters * k / 4
}

// moves counts the transposition of a right operand in the same unit: 64 floats
// take 12 to 20 cycles of Zen 3, as 24 to 40 multiply-adds.
func moves(b *Matrix) int {
	if b.ColStride == 1 || b.Cols == 1 {
		return 0
	}
	return b.Rows * b.Cols / 2
}
