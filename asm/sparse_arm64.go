//go:build arm64 && !purego

package asm

//go:noescape
func spmmNEONAsm(ta *float32, tb *uint16, n int, b *float32, pb int, c *float32, pc int, accumulate bool)

func spmmNEON(g SpMM) { spmmTiles(&g, 64, spmmNEONAsm) }

// inExactRangeNEONAsm is inExactRangeGo for 16·n numbers, n ≥ 1.
//
//go:noescape
func inExactRangeNEONAsm(x *float32, n int, least float32) bool

func inExactRangeNEON(x []float32, least float32) bool {
	n := len(x) / 16
	return (n == 0 || inExactRangeNEONAsm(&x[0], n, least)) && inExactRangeGo(x[16*n:], least)
}
