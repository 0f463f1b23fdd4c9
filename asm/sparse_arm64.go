//go:build arm64 && !purego

package asm

// sparseNEONAsm is SparseGemm for at least one row, of the terms from list to last,
// which is behind the last one. Distances are in bytes.
//
//go:noescape
func sparseNEONAsm(list, last *term, b *float32, pb int, c *float32, pc int, accumulate bool)

func (k *Kernels) sparseGemmNEON(g SparseGemm, u Update) {
	g.check(k.SparseN)
	u.check()
	if g.A.rows > 0 {
		sparseNEONAsm(&g.A.list[0], &g.A.list[g.A.n], &g.B[0], 4*g.PB, &g.C[0], 4*g.PC, g.Accumulate)
	}
	k.Update(u)
}

// regularNEONAsm is regularGo for 16·n numbers, n ≥ 1.
//
//go:noescape
func regularNEONAsm(x *float32, n int, least float32) bool

func regularNEON(x []float32, least float32) bool {
	n := len(x) / 16
	return (n == 0 || regularNEONAsm(&x[0], n, least)) && regularGo(x[16*n:], least)
}
