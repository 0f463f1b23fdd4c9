//go:build arm64 && !purego

package asm

//go:noescape
func gemm1x16NEON(a *float32, rs, cs int, b *float32, ldb, pb int, c *float32, ldc, pc int, bias *float32, n, k int, accumulate bool, kp, pa, blocks int)

//go:noescape
func gemm2x16NEON(a *float32, rs, cs int, b *float32, ldb, pb int, c *float32, ldc, pc int, bias *float32, n, k int, accumulate bool, kp, pa, blocks int)

//go:noescape
func gemm3x16NEON(a *float32, rs, cs int, b *float32, ldb, pb int, c *float32, ldc, pc int, bias *float32, n, k int, accumulate bool, kp, pa, blocks int)

//go:noescape
func gemm4x16NEON(a *float32, rs, cs int, b *float32, ldb, pb int, c *float32, ldc, pc int, bias *float32, n, k int, accumulate bool, kp, pa, blocks int)

//go:noescape
func gemm5x16NEON(a *float32, rs, cs int, b *float32, ldb, pb int, c *float32, ldc, pc int, bias *float32, n, k int, accumulate bool, kp, pa, blocks int)

//go:noescape
func gemm6x16NEON(a *float32, rs, cs int, b *float32, ldb, pb int, c *float32, ldc, pc int, bias *float32, n, k int, accumulate bool, kp, pa, blocks int)

//go:noescape
func gemv1x16NEON(y, x, w, b *float32, k int)

//go:noescape
func gemv2x16NEON(y, x, w, b *float32, k int)

//go:noescape
func gemv3x16NEON(y, x, w, b *float32, k int)

//go:noescape
func gemv4x16NEON(y, x, w, b *float32, k int)

// tilesNEON[r−1] computes r rows.
var tilesNEON = [...]tileFunc{gemm1x16NEON, gemm2x16NEON, gemm3x16NEON, gemm4x16NEON, gemm5x16NEON, gemm6x16NEON}

// gemvsNEON[r−1] computes r panels.
var gemvsNEON = [...]gemvFunc{gemv1x16NEON, gemv2x16NEON, gemv3x16NEON, gemv4x16NEON}

func gemmNEON(g Gemm) { gemmTiles(&g, tilesNEON[:]) }

func gemvNEON(y, x, w, b []float32) {
	checkGemv(y, x, w, b)
	y, w, b = gemvPanels(y, x, w, b, gemvsNEON[:])
	if len(y) > 0 && len(x) > 0 { // the last panel is partial: through a scratch
		var last [2][16]float32
		copy(last[1][:], b)
		gemv1x16NEON(&last[0][0], &x[0], &w[0], &last[1][0], len(x))
		copy(y, last[0][:])
	}
}
