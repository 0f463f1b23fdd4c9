//go:build amd64 && !purego

package asm

import "math"

// quadFunc computes groups of 4 rows, as many as its name says, of the last columns of
// C. Strides are in bytes, la and lc lead from the last but one group to the last one,
// which may overlap; either cs is 4 or rs:
//
//	for i < rows { for j < columns { acc := accumulate ? c[i,j] : 0; for k { acc = fma(a[i,k], b[k,j], acc) }; c[i,j] = acc } }
type quadFunc func(a *float32, rs, la, cs int, b *float32, ldb int, c *float32, ldc, lc, k, mask int, accumulate bool)

func gemmQuad8x4AVX512(a *float32, rs, la, cs int, b *float32, ldb int, c *float32, ldc, lc, k, mask int, accumulate bool)

func gemmQuad12x4AVX512(a *float32, rs, la, cs int, b *float32, ldb int, c *float32, ldc, lc, k, mask int, accumulate bool)

func gemmQuad16x4AVX512(a *float32, rs, la, cs int, b *float32, ldb int, c *float32, ldc, lc, k, mask int, accumulate bool)

func gemmQuad20x4AVX512(a *float32, rs, la, cs int, b *float32, ldb int, c *float32, ldc, lc, k, mask int, accumulate bool)

func gemmQuad24x4AVX512(a *float32, rs, la, cs int, b *float32, ldb int, c *float32, ldc, lc, k, mask int, accumulate bool)

func gemmQuad28x4AVX512(a *float32, rs, la, cs int, b *float32, ldb int, c *float32, ldc, lc, k, mask int, accumulate bool)

func gemmQuad32x4AVX512(a *float32, rs, la, cs int, b *float32, ldb int, c *float32, ldc, lc, k, mask int, accumulate bool)

func gemmQuad8x8AVX512(a *float32, rs, la, cs int, b *float32, ldb int, c *float32, ldc, lc, k, mask int, accumulate bool)

func gemmQuad12x8AVX512(a *float32, rs, la, cs int, b *float32, ldb int, c *float32, ldc, lc, k, mask int, accumulate bool)

func gemmQuad16x8AVX512(a *float32, rs, la, cs int, b *float32, ldb int, c *float32, ldc, lc, k, mask int, accumulate bool)

func gemmQuad8x12AVX512(a *float32, rs, la, cs int, b *float32, ldb int, c *float32, ldc, lc, k, mask int, accumulate bool)

func gemmQuad12x12AVX512(a *float32, rs, la, cs int, b *float32, ldb int, c *float32, ldc, lc, k, mask int, accumulate bool)

func gemmQuad16x12AVX512(a *float32, rs, la, cs int, b *float32, ldb int, c *float32, ldc, lc, k, mask int, accumulate bool)

// quadsAVX512[q−1][g−2] computes g groups of 4 rows, 4·q columns.
var quadsAVX512 = [...][]quadFunc{
	{gemmQuad8x4AVX512, gemmQuad12x4AVX512, gemmQuad16x4AVX512, gemmQuad20x4AVX512, gemmQuad24x4AVX512, gemmQuad28x4AVX512, gemmQuad32x4AVX512},
	{gemmQuad8x8AVX512, gemmQuad12x8AVX512, gemmQuad16x8AVX512},
	{gemmQuad8x12AVX512, gemmQuad12x12AVX512, gemmQuad16x12AVX512},
}

// gemmAVX512 leaves the last 1 … 12 columns of a register that is not full to tiles that
// grow by 4 columns, where their permutations pay: 100×100×100 took 1.07 to 1.1 times as
// long with masks, 128×4×100 1.6 to 2.2 times (Emerald Rapids, Zen 5).
func gemmAVX512(g Gemm) {
	columns := g.N % 16
	if columns > 12 || g.K < leastQuad[(columns+3)/4] || g.M < 8 || g.PA > 0 || g.Bias != nil || g.CS != 1 && g.RS != 1 {
		gemmTiles(&g, tilesAVX512[:])
		return
	}
	g.check()
	gemmQuads(&g, columns)
	if g.N -= columns; g.N > 0 {
		gemmTiles(&g, tilesAVX512[:])
	}
}

// leastQuad[q] is the length of the chains from which on q groups of 4 columns are faster
// than masks.
var leastQuad = [...]int{math.MaxInt, 8, 16, 64}

// gemmQuads computes the last columns, at most 12, of at least 8 rows.
func gemmQuads(g *Gemm, columns int) {
	const size = 4
	quads := (columns + 3) / 4
	mask := 0x1111 * (1<<((columns-1)%4+1) - 1)
	tiles := quadsAVX512[quads-1]
	j := g.N - columns
	panel, column := j/PanelWidth, j%PanelWidth
	b, c := &g.B[panel*g.PB+column], g.C[panel*g.PC+column:]
	groups := (g.M + 3) / 4
	last := g.M - 4*groups + 4 // rows from the last but one group to the last one
	blocks := (groups + len(tiles)) / (len(tiles) + 1)
	for row := 0; blocks > 0; blocks-- {
		n := (groups + blocks - 1) / blocks
		step := 4
		if blocks == 1 {
			step = last
		}
		tiles[n-2](&g.A[row*g.RS], g.RS*size, step*g.RS*size, g.CS*size, b, g.LDB*size, &c[row*g.LDC], g.LDC*size, step*g.LDC*size, g.K, mask, g.Accumulate)
		groups -= n
		row += 4 * n
	}
}
