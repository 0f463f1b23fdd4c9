//go:build arm64 && !purego

package asm

// sparseNEONAsm is a tile of columns of SparseGemm, for at least one row, of the n terms at
// ta and tb. Distances are in bytes.
//
//go:noescape
func sparseNEONAsm(ta *float32, tb *uint16, n int, b *float32, pb int, c *float32, pc int, accumulate bool)

func (k *Kernels) sparseGemmNEON(g SparseGemm, u Update) {
	g.check(k.SparseN)
	u.check()
	for j := 0; j < g.N && !g.empty(); j += k.SparseN {
		b, c := &g.B[j/PanelWidth*g.PB], &g.C[j/PanelWidth*g.PC]
		sparseNEONAsm(&g.A.a[0], &g.A.b[0], g.A.n, b, 4*g.PB, c, 4*g.PC, g.Accumulate)
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
