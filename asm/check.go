package asm

import (
	"fmt"
	"math/bits"
)

// equal2 returns the length of the slices of an element-wise kernel, which must be the
// same, else it panics with the lengths. Every set calls it before any store. It and
// equal3 are just small enough to be inlined.
func equal2(kernel string, a, b []float32) int {
	if len(a) != len(b) {
		differ(kernel, a, b)
	}
	return len(a)
}

// equal3 is equal2 for three slices.
func equal3(kernel string, a, b, c []float32) int {
	if len(a) != len(b) || len(a) != len(c) {
		differ(kernel, a, b, c)
	}
	return len(a)
}

// equal4 is equal2 for four slices.
func equal4(kernel string, a, b, c, d []float32) int {
	if len(a) != len(b) || len(a) != len(c) || len(a) != len(d) {
		differ(kernel, a, b, c, d)
	}
	return len(a)
}

//go:noinline
func differ(kernel string, slices ...[]float32) {
	lengths := make([]int, len(slices))
	for i, s := range slices {
		lengths[i] = len(s)
	}
	panic(fmt.Sprintf("asm: %s: slices of different lengths %v", kernel, lengths))
}

// need panics where a slice of length have does not hold the element that lies
// at i·s + j·t + o, or where that index overflows. All of i, s, j, t, o are ≥ 0.
func need(kernel, operand string, have, i, s, j, t, o int) {
	h1, p1 := bits.Mul64(uint64(i), uint64(s))
	h2, p2 := bits.Mul64(uint64(j), uint64(t))
	q, c1 := bits.Add64(p1, p2, 0)
	q, c2 := bits.Add64(q, uint64(o), 0)
	if h1|h2|c1|c2 != 0 || q >= uint64(have) {
		tooShort(kernel, operand, have, i, s, j, t, o)
	}
}

//go:noinline
func tooShort(kernel, operand string, have, i, s, j, t, o int) {
	panic(fmt.Sprintf("asm: %s: %s has %d elements, but its element %d·%d + %d·%d + %d is needed", kernel, operand, have, i, s, j, t, o))
}

// checkPanelWidth panics where n is not a number of columns that the panel
// kernels work on: 16 or 32.
func checkPanelWidth(kernel string, n int) {
	if n != PanelWidth/2 && n != PanelWidth {
		panic(fmt.Sprintf("asm: %s: %d columns of a panel, want 16 or 32", kernel, n))
	}
}

// check panics, with the sizes, where g breaks the contract of [Kernels.Gemm].
// Every set calls it before any store.
func (g *Gemm) check() {
	if g.M|g.N|g.K < 0 {
		panic(fmt.Sprintf("asm: Gemm: negative size: M = %d, N = %d, K = %d", g.M, g.N, g.K))
	}
	if g.RS|g.CS|g.PA|g.LDB|g.PB|g.LDC|g.PC < 0 {
		panic(fmt.Sprintf("asm: Gemm: negative stride: RS = %d, CS = %d, PA = %d, LDB = %d, PB = %d, LDC = %d, PC = %d", g.RS, g.CS, g.PA, g.LDB, g.PB, g.LDC, g.PC))
	}
	if g.Bias != nil {
		if g.Accumulate {
			panic("asm: Gemm: Bias with Accumulate: a chain starts at one of them")
		}
		if len(g.Bias) < g.M {
			panic(fmt.Sprintf("asm: Gemm: Bias has %d elements for %d rows", len(g.Bias), g.M))
		}
	}
	if g.M == 0 || g.N == 0 {
		return
	}
	// The furthest element of a panelled operand lies in the last panel or at
	// the end of the last full one.
	panel, column := (g.N-1)/PanelWidth, (g.N-1)%PanelWidth
	need("Gemm", "C", len(g.C), panel, g.PC, g.M-1, g.LDC, column)
	if panel > 0 {
		need("Gemm", "C", len(g.C), panel-1, g.PC, g.M-1, g.LDC, PanelWidth-1)
	}
	if g.K == 0 {
		return
	}
	g.needA(len(g.A))
	need("Gemm", "B", len(g.B), panel, g.PB, g.K-1, g.LDB, column)
	if panel > 0 {
		need("Gemm", "B", len(g.B), panel-1, g.PB, g.K-1, g.LDB, PanelWidth-1)
	}
}

// checkPanel panics, with the sizes, where g and the packed panel break the contract of
// [Kernels.GemmPanel].
func (g *Gemm) checkPanel(packed []float32, width int) {
	g.check()
	if g.N > width {
		panic(fmt.Sprintf("asm: GemmPanel: %d columns in a panel of %d", g.N, width))
	}
	if g.K > 0 && g.N > 0 {
		need("GemmPanel", "packed", len(packed), g.K-1, width, 0, 0, g.N-1)
	}
}

// needA panics where A, of a length have, does not hold what the product reads:
// the last row at the last step, and with panels at the end of the last full one.
func (g *Gemm) needA(have int) {
	if g.PA == 0 {
		need("Gemm", "A", have, g.M-1, g.RS, g.K-1, g.CS, 0)
		return
	}
	panel, step := (g.K-1)/PanelWidth, (g.K-1)%PanelWidth
	high, first := bits.Mul64(uint64(panel), uint64(g.PA))
	if high != 0 || first >= uint64(have) {
		tooShort("Gemm", "A", have, panel, g.PA, 0, 0, 0)
	}
	need("Gemm", "A", have-int(first), g.M-1, g.RS, step, g.CS, 0)
	if panel > 0 {
		need("Gemm", "A", have-(panel-1)*g.PA, g.M-1, g.RS, PanelWidth-1, g.CS, 0)
	}
}

// checkGemv panics, with the sizes, where the operands of [Kernels.Gemv] do not
// fit together.
func checkGemv(y, x, w, b []float32) {
	equal2("Gemv", y, b)
	if len(y)%16 != 0 {
		panic(fmt.Sprintf("asm: Gemv: %d outputs, no multiple of 16", len(y)))
	}
	high, size := bits.Mul64(uint64(len(y)), uint64(len(x)))
	if high != 0 || size != uint64(len(w)) {
		panic(fmt.Sprintf("asm: Gemv: w has %d elements for %d outputs of %d inputs", len(w), len(y), len(x)))
	}
}

// checkSoftmaxPanel panics where p and z do not hold n columns of a panel of
// classes rows.
func checkSoftmaxPanel(kernel string, p, z []float32, classes, n int) {
	checkPanelWidth(kernel, n)
	if classes < 1 {
		panic(fmt.Sprintf("asm: %s: %d classes, want at least 1", kernel, classes))
	}
	need(kernel, "the output", len(p), classes-1, PanelWidth, 0, 0, n-1)
	need(kernel, "the input", len(z), classes-1, PanelWidth, 0, 0, n-1)
}

// checkCrossEntropyPanel is checkSoftmaxPanel with the labels, factors and losses.
func checkCrossEntropyPanel(d, z []float32, classes, n int, labels []int32, k, loss []float32) {
	checkSoftmaxPanel("CrossEntropyPanel", d, z, classes, n)
	if len(labels) < n || len(k) < n || len(loss) < n {
		panic(fmt.Sprintf("asm: CrossEntropyPanel: %d labels, %d factors k and %d losses for %d columns", len(labels), len(k), len(loss), n))
	}
	for s, label := range labels[:n] {
		if int(label) >= classes {
			panic(fmt.Sprintf("asm: CrossEntropyPanel: label %d of column %d is outside of %d classes", label, s, classes))
		}
	}
}

// checkSoftmax panics where the operands of [Kernels.Softmax] do not fit
// together.
func checkSoftmax(p, z []float32) {
	equal2("Softmax", p, z)
	if len(z) == 0 {
		panic("asm: Softmax: a row of 0 classes")
	}
}

// checkSumSamples panics where x does not hold the panels of
// [Kernels.SumSamples].
func checkSumSamples(dst, x []float32, panels, stride int) {
	if panels < 0 || stride < 0 {
		panic(fmt.Sprintf("asm: SumSamples: %d panels, stride %d", panels, stride))
	}
	if panels > 0 && len(dst) > 0 {
		need("SumSamples", "x", len(x), panels-1, stride, len(dst)-1, PanelWidth, PanelWidth-1)
	}
}

// checkGather panics where the operands of [Kernels.Gather] do not fit
// together.
func checkGather(xt []float32, src []uint8, features int, rows []int32, width int) {
	checkTranspose("Gather", xt, nil, 0, len(rows), features, width, false)
	checkImages("Gather", src, features, rows, features)
}

// checkGatherRows panics where the operands of [Kernels.GatherRows] do not fit
// together.
func checkGatherRows(x []float32, src []uint8, features, first, n int, rows []int32) {
	if features < 0 || first < 0 || n < 0 || first > features-n {
		panic(fmt.Sprintf("asm: GatherRows: features %d to %d of %d", first, first+n, features))
	}
	if len(rows) > 0 && n > 0 {
		need("GatherRows", "x", len(x), (n-1)/PanelWidth, len(rows)*PanelWidth, len(rows)-1, PanelWidth, PanelWidth-1)
	}
	checkImages("GatherRows", src, features, rows, first+n)
}

// checkPrefetch panics where the operands of [Kernels.Prefetch] do not fit
// together.
func checkPrefetch(src []uint8, features int, rows []int32) {
	if features < 0 {
		panic(fmt.Sprintf("asm: Prefetch: images of %d features", features))
	}
	checkImages("Prefetch", src, features, rows, features)
}

// checkImages panics where src does not hold the first n bytes of all images.
func checkImages(kernel string, src []uint8, features int, rows []int32, n int) {
	if len(rows) == 0 {
		return
	}
	least, most := rows[0], rows[0]
	for _, row := range rows[1:] {
		least, most = min(least, row), max(most, row)
	}
	if least < 0 {
		panic(fmt.Sprintf("asm: %s: a row is image %d", kernel, least))
	}
	if n > 0 {
		need(kernel, "src", len(src), int(most), features, 0, 0, n-1)
	}
}

// checkTranspose panics where a panel xt of width columns and, if hasRows, n
// rows of xr at distance ld do not hold the features of a transposition.
func checkTranspose(kernel string, xt, xr []float32, ld, n, features, width int, hasRows bool) {
	checkPanelWidth(kernel, width)
	if n < 0 || n > width || features < 0 {
		panic(fmt.Sprintf("asm: %s: %d rows of %d features into %d columns", kernel, n, features, width))
	}
	if features == 0 {
		return
	}
	need(kernel, "xt", len(xt), features-1, PanelWidth, 0, 0, width-1)
	if hasRows && n > 0 {
		if ld < features {
			panic(fmt.Sprintf("asm: %s: rows of %d features at a distance of %d", kernel, features, ld))
		}
		need(kernel, "xr", len(xr), n-1, ld, 0, 0, features-1)
	}
}

// checkRowsFromPanel panics where the operands of [Kernels.RowsFromPanel] do
// not fit together.
func checkRowsFromPanel(xr []float32, ld int, xt []float32, n, features int) {
	if n < 0 || n > PanelWidth || features < 0 {
		panic(fmt.Sprintf("asm: RowsFromPanel: %d columns of %d features", n, features))
	}
	if n == 0 || features == 0 {
		return
	}
	if ld < features {
		panic(fmt.Sprintf("asm: RowsFromPanel: rows of %d features at a distance of %d", features, ld))
	}
	need("RowsFromPanel", "xt", len(xt), features-1, PanelWidth, 0, 0, n-1)
	need("RowsFromPanel", "xr", len(xr), n-1, ld, 0, 0, features-1)
}

// checkPack panics where the operands of [Kernels.Pack] do not fit together.
func checkPack(dst []float32, width int, src []float32, ss, rows, cols int) {
	if width < 1 || ss|rows|cols < 0 {
		panic(fmt.Sprintf("asm: Pack: %d×%d at a distance of %d into panels of %d columns", rows, cols, ss, width))
	}
	if rows == 0 || cols == 0 {
		return
	}
	last := (cols - 1) / width // the panel, which begins at a multiple of its size
	if high, size := bits.Mul64(uint64(rows), uint64(width)); high != 0 || int(size) < 0 {
		panic(fmt.Sprintf("asm: Pack: %d rows in panels of %d columns", rows, width))
	}
	need("Pack", "dst", len(dst), last, rows*width, rows-1, width, (cols-1)%width)
	need("Pack", "src", len(src), rows-1, ss, 0, 0, cols-1)
}

// checkTransposed panics where the operands of [Kernels.Transpose] do not fit
// together.
func checkTransposed(dst []float32, ds int, src []float32, ss, rows, cols int) {
	if ds|ss|rows|cols < 0 {
		panic(fmt.Sprintf("asm: Transpose: %d×%d at distances of %d and %d", rows, cols, ss, ds))
	}
	if rows == 0 || cols == 0 {
		return
	}
	need("Transpose", "dst", len(dst), cols-1, ds, 0, 0, rows-1)
	need("Transpose", "src", len(src), rows-1, ss, 0, 0, cols-1)
}

// checkVecMat panics where the operands of [Kernels.VecMat] do not fit together.
func checkVecMat(y, x, w []float32, ld int) {
	if ld < 0 {
		panic(fmt.Sprintf("asm: VecMat: rows at a distance of %d", ld))
	}
	if len(y) > 0 && len(x) > 0 {
		need("VecMat", "w", len(w), len(x)-1, ld, 0, 0, len(y)-1)
	}
}
