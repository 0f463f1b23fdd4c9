package asm

// The products in Go. Eight chains run side by side, because a chain waits about
// 14 cycles for each of its steps (addition, rounding, widening). A strip of B,
// strip steps long and eight columns wide, is widened to float64 once and used
// for all rows of A; the chains are carried through C from strip to strip:
//
//	         b[k] 0 … 7
//	a[k·cs]  acc  0 … 7
//
// In a chain the accumulator is a float64 that holds a float32; see [fma32].

// stripSteps is the length of a strip of B, a multiple of PanelWidth: 64·8
// float64 fill 4 KiB of L1.
const stripSteps = 64

// strip holds steps of a chain for eight columns of B.
type strip [stripSteps][8]float64

// steps is a part of a strip.
type steps [][8]float64

// pack widens columns ≤ 8 of b, steps ≤ stripSteps rows at a distance of ldb, and
// sets the columns beyond to +0.
func (s *strip) pack(b []float32, ldb, columns, steps int) {
	for k := range s[:steps] {
		clear(s[k][columns:])
		for j, v := range b[k*ldb:][:columns] {
			s[k][j] = float64(v)
		}
	}
}

func gemmGo(g Gemm) {
	g.check()
	if g.M == 0 {
		return
	}
	var b strip
	for j := 0; j < g.N; j += 8 {
		panel, column, columns := j/PanelWidth, j%PanelWidth, min(8, g.N-j)
		c := g.C[panel*g.PC+column:]
		for i := range g.M {
			row := c[i*g.LDC:][:columns]
			switch {
			case g.Bias != nil:
				for n := range row {
					row[n] = g.Bias[i]
				}
			case !g.Accumulate:
				clear(row)
			}
		}
		for k := 0; k < g.K; k += stripSteps {
			n := min(stripSteps, g.K-k)
			b.pack(g.B[panel*g.PB+k*g.LDB+column:], g.LDB, columns, n)
			for i := range g.M {
				row := c[i*g.LDC:][:columns]
				if g.PA == 0 {
					steps(b[:n]).chains(row, g.A[i*g.RS+k*g.CS:], g.CS)
					continue
				}
				for s := 0; s < n; s += PanelWidth { // a strip is whole panels
					steps(b[s:min(s+PanelWidth, n)]).chains(row, g.A[(k+s)/PanelWidth*g.PA+i*g.RS:], g.CS)
				}
			}
		}
	}
}

func gemvGo(y, x, w, b []float32) (large bool) {
	checkGemv(y, x, w, b)
	if len(y) == 0 {
		return true
	}
	copy(y, b)
	large = true
	for _, v := range x {
		large = large && (v == 0 || !(-MinGemvInput < v && v < MinGemvInput))
	}
	var s strip
	for j := 0; j < len(y); j += 8 {
		out := y[j : j+8]
		first := j/16*len(x)*16 + j%16
		for k, n := 0, 0; k < len(x); k += max(n, 1) {
			for n = 0; n < min(stripSteps, len(x)-k) && x[k+n] != 0; n++ {
			}
			if n > 0 {
				s.pack(w[first+k*16:], 16, len(out), n)
				steps(s[:n]).chains(out, x[k:], 1)
			}
		}
	}
	return large
}

// MinGemvInput is the magnitude from which on [Kernels.Gemv] takes an input that is not
// zero for large.
const MinGemvInput = 0x1p-50

// chains continues up to eight chains by the steps:
//
//	for k < len(s) { for j < len(c) { c[j] = fma(a[k·cs], s[k][j], c[j]) } }
func (s steps) chains(c, a []float32, cs int) {
	var acc [8]float32
	copy(acc[:], c)
	if !s.quickChains(&acc, a, cs) {
		for k, w := range s {
			x := a[k*cs]
			for j := range c {
				acc[j] = fma32(x, float32(w[j]), acc[j])
			}
		}
	}
	copy(c, acc[:])
}

// quickChains continues eight chains by the steps. Where one needs [fmaOdd], as
// about one of 2²⁹ does, it reports false and leaves acc as it was.
func (s steps) quickChains(acc *[8]float32, a []float32, cs int) bool {
	c0, c1, c2, c3 := float64(acc[0]), float64(acc[1]), float64(acc[2]), float64(acc[3])
	c4, c5, c6, c7 := float64(acc[4]), float64(acc[5]), float64(acc[6]), float64(acc[7])
	i := 0
	for k := range s {
		x, w := float64(a[i]), &s[k]
		var s float64 // the sum of a step
		if s = float64(x*w[0]) + c0; twiceRounded(s) {
			return false
		}
		c0 = float64(float32(s))
		if s = float64(x*w[1]) + c1; twiceRounded(s) {
			return false
		}
		c1 = float64(float32(s))
		if s = float64(x*w[2]) + c2; twiceRounded(s) {
			return false
		}
		c2 = float64(float32(s))
		if s = float64(x*w[3]) + c3; twiceRounded(s) {
			return false
		}
		c3 = float64(float32(s))
		if s = float64(x*w[4]) + c4; twiceRounded(s) {
			return false
		}
		c4 = float64(float32(s))
		if s = float64(x*w[5]) + c5; twiceRounded(s) {
			return false
		}
		c5 = float64(float32(s))
		if s = float64(x*w[6]) + c6; twiceRounded(s) {
			return false
		}
		c6 = float64(float32(s))
		if s = float64(x*w[7]) + c7; twiceRounded(s) {
			return false
		}
		c7 = float64(float32(s))
		i += cs
	}
	*acc = [8]float32{
		float32(c0), float32(c1), float32(c2), float32(c3),
		float32(c4), float32(c5), float32(c6), float32(c7),
	}
	return true
}
