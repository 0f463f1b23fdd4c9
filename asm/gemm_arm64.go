//go:build arm64 && !purego

package asm

func gemm1x16NEON(a *float32, rs, cs int, b *float32, ldb, pb int, c *float32, ldc, pc int, bias *float32, n, k int, accumulate bool, kp, pa, blocks int)
func gemm2x16NEON(a *float32, rs, cs int, b *float32, ldb, pb int, c *float32, ldc, pc int, bias *float32, n, k int, accumulate bool, kp, pa, blocks int)
func gemm3x16NEON(a *float32, rs, cs int, b *float32, ldb, pb int, c *float32, ldc, pc int, bias *float32, n, k int, accumulate bool, kp, pa, blocks int)
func gemm4x16NEON(a *float32, rs, cs int, b *float32, ldb, pb int, c *float32, ldc, pc int, bias *float32, n, k int, accumulate bool, kp, pa, blocks int)
func gemm5x16NEON(a *float32, rs, cs int, b *float32, ldb, pb int, c *float32, ldc, pc int, bias *float32, n, k int, accumulate bool, kp, pa, blocks int)
func gemm6x16NEON(a *float32, rs, cs int, b *float32, ldb, pb int, c *float32, ldc, pc int, bias *float32, n, k int, accumulate bool, kp, pa, blocks int)
func gemv1x16NEON(y, x, w, b *float32, k int) (large bool)
func gemv2x16NEON(y, x, w, b *float32, k int) (large bool)
func gemv3x16NEON(y, x, w, b *float32, k int) (large bool)
func gemv4x16NEON(y, x, w, b *float32, k int) (large bool)

// tilesNEON[r−1] computes r rows.
var tilesNEON = [...]tileFunc{gemm1x16NEON, gemm2x16NEON, gemm3x16NEON, gemm4x16NEON, gemm5x16NEON, gemm6x16NEON}

// gemvsNEON[r−1] computes r panels.
var gemvsNEON = [...]gemvFunc{gemv1x16NEON, gemv2x16NEON, gemv3x16NEON, gemv4x16NEON}

func gemmPanelNEON(g Gemm, packed, next []float32, ldn int) {
	if packed != nil {
		packPanel(&g, packed, PanelWidth, packGo)
	}
	gemmNEON(g)
}

func gemmNEON(g Gemm) { gemmTiles(&g, tilesNEON[:]) }

func gemvNEON(y, x, w, b []float32) bool { return gemvPanels(y, x, w, b, gemvsNEON[:]) }
