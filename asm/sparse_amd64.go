//go:build amd64 && !purego

package asm

// maskedAVX2 holds for each mask of eight numbers the indices of those that it has.
//
//lint:ignore U1000 the assembly reads it
var maskedAVX2 = func() (table [256][8]uint8) {
	for mask := range table {
		n := 0
		for i := range uint8(8) {
			if mask>>i&1 != 0 {
				table[mask][n] = i
				n++
			}
		}
	}
	return table
}()

// compressRowsAVX2Asm is compressRowsGo for m ≥ 1 rows; pa is in bytes. It writes up to
// termSlack terms after the n that it returns.
//
//go:noescape
func compressRowsAVX2Asm(ta *float32, tb *uint16, a *float32, m, k, pa int) (n, count int)

func compressRowsAVX2(t *SparseRows, a []float32, m, k, pa int) {
	t.begin(a, m, k, pa)
	if m > 0 {
		t.n, t.count = compressRowsAVX2Asm(&t.a[0], &t.b[0], &a[0], m, k, 4*pa)
	}
}

// inExactRangeAVX2Asm is inExactRangeGo for 32·n numbers, n ≥ 1.
//
//go:noescape
func inExactRangeAVX2Asm(x *float32, n int, least float32) bool

func inExactRangeAVX2(x []float32, least float32) bool {
	n := len(x) / 32
	return (n == 0 || inExactRangeAVX2Asm(&x[0], n, least)) && inExactRangeGo(x[32*n:], least)
}

//go:noescape
func spmmAVX512Asm(ta *float32, tb *uint16, n int, b *float32, pb int, c *float32, pc int, accumulate bool)

func spmmAVX512(g SpMM) { spmmTiles(&g, 128, spmmAVX512Asm) }

//go:noescape
func spmmAVX2Asm(ta *float32, tb *uint16, n int, b *float32, pb int, c *float32, pc int, accumulate bool)

func spmmAVX2(g SpMM) { spmmTiles(&g, 64, spmmAVX2Asm) }
