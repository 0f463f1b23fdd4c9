//go:build amd64 && !purego

package main

import "weft/asm"

// The functions below read and write whole blocks of blockFloats from the first
// element on.

// fmaAVX512 does 24 × 16 multiply-adds a turn in 24 chains.
//
//go:noescape
func fmaAVX512(turns int)

// fmaAVX2 does 12 × 8 multiply-adds a turn in 12 chains.
//
//go:noescape
func fmaAVX2(turns int)

//go:noescape
func readAVX512Asm(x *float32, n int)

//go:noescape
func writeAVX512Asm(x *float32, n int)

//go:noescape
func copyAVX512Asm(dst, src *float32, n int)

//go:noescape
func readAVX2Asm(x *float32, n int)

//go:noescape
func writeAVX2Asm(x *float32, n int)

//go:noescape
func copyAVX2Asm(dst, src *float32, n int)

// available returns the loops of every set of kernels that this CPU runs, the
// best first.
func available() []loops {
	var sets []loops
	for _, k := range asm.Available() {
		switch k.Name {
		case "avx512":
			sets = append(sets, loops{"avx512", 2 * 24 * 16, fmaAVX512,
				func(x []float32) { readAVX512Asm(&x[0], len(x)) },
				func(x []float32) { writeAVX512Asm(&x[0], len(x)) },
				func(dst, src []float32) { copyAVX512Asm(&dst[0], &src[0], len(dst)) }})
		case "avx2":
			sets = append(sets, loops{"avx2", 2 * 12 * 8, fmaAVX2,
				func(x []float32) { readAVX2Asm(&x[0], len(x)) },
				func(x []float32) { writeAVX2Asm(&x[0], len(x)) },
				func(dst, src []float32) { copyAVX2Asm(&dst[0], &src[0], len(dst)) }})
		}
	}
	return append(sets, generic())
}
