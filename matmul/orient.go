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

func (p *product) turn() {
	p.c, p.a, p.b, p.transposed = p.c.T(), p.b.T(), p.a.T(), !p.transposed
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
// row, which has its own kernel.
func work(m, n, k int, kernels *asm.Kernels) int {
	lanes := kernels.NR / 2
	if m == 1 {
		m = 2
	} else {
		m = max(m, 4)
	}
	return m * ((n + lanes - 1) / lanes) * k
}

// moves counts the transposition of a right operand in the same unit: 64 floats
// take 12 to 20 cycles of Zen 3, as 24 to 40 multiply-adds.
func moves(b *Matrix) int {
	if b.ColStride == 1 || b.Cols == 1 {
		return 0
	}
	return b.Rows * b.Cols / 2
}
