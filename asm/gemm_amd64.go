//go:build amd64 && !purego

package asm

func gemm1x32AVX512(a *float32, rs, cs int, b *float32, ldb, pb int, c *float32, ldc, pc int, bias *float32, n, k int, accumulate bool, kp, pa, blocks int)
func gemm2x32AVX512(a *float32, rs, cs int, b *float32, ldb, pb int, c *float32, ldc, pc int, bias *float32, n, k int, accumulate bool, kp, pa, blocks int)
func gemm3x32AVX512(a *float32, rs, cs int, b *float32, ldb, pb int, c *float32, ldc, pc int, bias *float32, n, k int, accumulate bool, kp, pa, blocks int)
func gemm4x32AVX512(a *float32, rs, cs int, b *float32, ldb, pb int, c *float32, ldc, pc int, bias *float32, n, k int, accumulate bool, kp, pa, blocks int)
func gemm5x32AVX512(a *float32, rs, cs int, b *float32, ldb, pb int, c *float32, ldc, pc int, bias *float32, n, k int, accumulate bool, kp, pa, blocks int)
func gemm6x32AVX512(a *float32, rs, cs int, b *float32, ldb, pb int, c *float32, ldc, pc int, bias *float32, n, k int, accumulate bool, kp, pa, blocks int)
func gemm7x32AVX512(a *float32, rs, cs int, b *float32, ldb, pb int, c *float32, ldc, pc int, bias *float32, n, k int, accumulate bool, kp, pa, blocks int)
func gemm8x32AVX512(a *float32, rs, cs int, b *float32, ldb, pb int, c *float32, ldc, pc int, bias *float32, n, k int, accumulate bool, kp, pa, blocks int)
func gemm9x32AVX512(a *float32, rs, cs int, b *float32, ldb, pb int, c *float32, ldc, pc int, bias *float32, n, k int, accumulate bool, kp, pa, blocks int)
func gemm10x32AVX512(a *float32, rs, cs int, b *float32, ldb, pb int, c *float32, ldc, pc int, bias *float32, n, k int, accumulate bool, kp, pa, blocks int)
func gemm11x32AVX512(a *float32, rs, cs int, b *float32, ldb, pb int, c *float32, ldc, pc int, bias *float32, n, k int, accumulate bool, kp, pa, blocks int)
func gemm12x32AVX512(a *float32, rs, cs int, b *float32, ldb, pb int, c *float32, ldc, pc int, bias *float32, n, k int, accumulate bool, kp, pa, blocks int)
func gemm13x32AVX512(a *float32, rs, cs int, b *float32, ldb, pb int, c *float32, ldc, pc int, bias *float32, n, k int, accumulate bool, kp, pa, blocks int)
func gemm14x32AVX512(a *float32, rs, cs int, b *float32, ldb, pb int, c *float32, ldc, pc int, bias *float32, n, k int, accumulate bool, kp, pa, blocks int)
func gemm1x16AVX2(a *float32, rs, cs int, b *float32, ldb, pb int, c *float32, ldc, pc int, bias *float32, n, k int, accumulate bool, kp, pa, blocks int)
func gemm2x16AVX2(a *float32, rs, cs int, b *float32, ldb, pb int, c *float32, ldc, pc int, bias *float32, n, k int, accumulate bool, kp, pa, blocks int)
func gemm3x16AVX2(a *float32, rs, cs int, b *float32, ldb, pb int, c *float32, ldc, pc int, bias *float32, n, k int, accumulate bool, kp, pa, blocks int)
func gemm4x16AVX2(a *float32, rs, cs int, b *float32, ldb, pb int, c *float32, ldc, pc int, bias *float32, n, k int, accumulate bool, kp, pa, blocks int)
func gemm5x16AVX2(a *float32, rs, cs int, b *float32, ldb, pb int, c *float32, ldc, pc int, bias *float32, n, k int, accumulate bool, kp, pa, blocks int)
func gemm6x16AVX2(a *float32, rs, cs int, b *float32, ldb, pb int, c *float32, ldc, pc int, bias *float32, n, k int, accumulate bool, kp, pa, blocks int)
func gemv1x16AVX512(y, x, w, b *float32, k int) (large bool)
func gemv2x16AVX512(y, x, w, b *float32, k int) (large bool)
func gemv3x16AVX512(y, x, w, b *float32, k int) (large bool)
func gemv4x16AVX512(y, x, w, b *float32, k int) (large bool)
func gemv5x16AVX512(y, x, w, b *float32, k int) (large bool)
func gemv6x16AVX512(y, x, w, b *float32, k int) (large bool)
func gemv7x16AVX512(y, x, w, b *float32, k int) (large bool)
func gemv8x16AVX512(y, x, w, b *float32, k int) (large bool)
func gemv1x16AVX2(y, x, w, b *float32, k int) (large bool)
func gemv2x16AVX2(y, x, w, b *float32, k int) (large bool)
func gemv3x16AVX2(y, x, w, b *float32, k int) (large bool)
func gemv4x16AVX2(y, x, w, b *float32, k int) (large bool)
func gemv5x16AVX2(y, x, w, b *float32, k int) (large bool)
func gemv6x16AVX2(y, x, w, b *float32, k int) (large bool)
func gemv7x16AVX2(y, x, w, b *float32, k int) (large bool)

// tilesAVX512[r−1] computes r rows.
var tilesAVX512 = [...]tileFunc{
	gemm1x32AVX512, gemm2x32AVX512, gemm3x32AVX512, gemm4x32AVX512, gemm5x32AVX512, gemm6x32AVX512, gemm7x32AVX512,
	gemm8x32AVX512, gemm9x32AVX512, gemm10x32AVX512, gemm11x32AVX512, gemm12x32AVX512, gemm13x32AVX512, gemm14x32AVX512,
}

// tilesAVX2[r−1] computes r rows.
var tilesAVX2 = [...]tileFunc{gemm1x16AVX2, gemm2x16AVX2, gemm3x16AVX2, gemm4x16AVX2, gemm5x16AVX2, gemm6x16AVX2}

// gemvsAVX512[r−1] computes r panels.
var gemvsAVX512 = [...]gemvFunc{
	gemv1x16AVX512, gemv2x16AVX512, gemv3x16AVX512, gemv4x16AVX512, gemv5x16AVX512, gemv6x16AVX512, gemv7x16AVX512, gemv8x16AVX512,
}

// gemvsAVX2[r−1] computes r panels.
var gemvsAVX2 = [...]gemvFunc{gemv1x16AVX2, gemv2x16AVX2, gemv3x16AVX2, gemv4x16AVX2, gemv5x16AVX2, gemv6x16AVX2, gemv7x16AVX2}

func gemmAVX512(g Gemm) { gemmTiles(&g, tilesAVX512[:]) }

func gemmAVX2(g Gemm) { gemmTiles(&g, tilesAVX2[:]) }

func gemvAVX512(y, x, w, b []float32) bool { return gemvPanels(y, x, w, b, gemvsAVX512[:]) }

func gemvAVX2(y, x, w, b []float32) bool { return gemvPanels(y, x, w, b, gemvsAVX2[:]) }
