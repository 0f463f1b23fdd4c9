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

func gemmAVX2(g Gemm) { gemmTiles(&g, tilesAVX2[:]) }

func gemmPanelAVX2(g Gemm, packed, next []float32, ldn int) {
	if packed != nil {
		packPanel(&g, packed, 16, packAVX2)
	}
	gemmTiles(&g, tilesAVX2[:])
}

// gemmPanel14x32AVX512 computes 14 rows of a panel of 32 columns. Strides are in bytes.
// Unless packed is nil the rows of B are copied there, and it fetches one line of each row
// of the next panel into L2:
//
//	for i < 14 { for j < 32 { acc := accumulate ? c[i,j] : 0; for k { acc = fma(a[i,k], b[k,j], acc); packed[k,j] = b[k,j] }; c[i,j] = acc } }
func gemmPanel14x32AVX512(a *float32, rs, cs int, b *float32, ldb int, c *float32, ldc, k int, accumulate bool, packed, next *float32, ldn int)

// gemmPanelAVX512 packs in its first tile, and fetches the next panel in the first two:
// 128×1024×1024 took 1.12 times as long with a pass for packing, which waits for L3.
func gemmPanelAVX512(g Gemm, packed, next []float32, ldn int) {
	const size, rows = 4, 14
	if g.N != PanelWidth || g.M < 3*rows || g.K == 0 || g.PA > 0 || g.Bias != nil {
		if packed != nil {
			packPanel(&g, packed, PanelWidth, packAVX512)
		}
		gemmAVX512(g)
		return
	}
	g.check()
	fetch, step := [2]*float32{&g.B[0], &g.B[0]}, 0
	if len(next) > PanelWidth/2 {
		fetch, step = [2]*float32{&next[0], &next[PanelWidth/2]}, ldn*size
	}
	var copied *float32
	if packed != nil {
		g.checkPanel(packed, PanelWidth)
		copied = &packed[0]
	}
	for t := range fetch {
		gemmPanel14x32AVX512(&g.A[t*rows*g.RS], g.RS*size, g.CS*size, &g.B[0], g.LDB*size, &g.C[t*rows*g.LDC], g.LDC*size, g.K, g.Accumulate, copied, fetch[t], step)
		if copied != nil {
			g.B, g.LDB, copied = packed, PanelWidth, nil
		}
	}
	g.M -= 2 * rows
	g.A, g.C = g.A[2*rows*g.RS:], g.C[2*rows*g.LDC:]
	gemmTiles(&g, tilesAVX512[:])
}

func gemvAVX512(y, x, w, b []float32) bool { return gemvPanels(y, x, w, b, gemvsAVX512[:]) }

func gemvAVX2(y, x, w, b []float32) bool { return gemvPanels(y, x, w, b, gemvsAVX2[:]) }
