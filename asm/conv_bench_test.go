package asm

import (
	"fmt"
	"testing"
	"time"
)

// convShapes are the convolutions that BenchmarkConv times: those of the
// tutorial's network, first layers of few channels, and shapes of other networks.
var convShapes = []struct {
	name       string
	w          Window
	in, out, n int
}{
	{"28x28/1-32/3x3", window(28, 28, 3, 3, 1, 1, true), 1, 32, 8},
	{"32x32/3-32/3x3", window(32, 32, 3, 3, 1, 1, true), 3, 32, 8},
	{"28x28/1-8/5x5", window(28, 28, 5, 5, 1, 1, true), 1, 8, 8},
	{"14x14/32-64/3x3", window(14, 14, 3, 3, 1, 1, true), 32, 64, 8},
	{"14x14/16-16/3x3", window(14, 14, 3, 3, 1, 1, true), 16, 16, 8},
	{"16x16/32-16/3x3", window(16, 16, 3, 3, 1, 1, true), 32, 16, 8},
	{"7x7/64-64/3x3", window(7, 7, 3, 3, 1, 1, true), 64, 64, 8},
	{"4x4/128-128/3x3", window(4, 4, 3, 3, 1, 1, true), 128, 128, 8},
	{"14x14/128-128/3x3", window(14, 14, 3, 3, 1, 1, true), 128, 128, 4},
	{"28x28/32-32/3x3/s2", window(28, 28, 3, 3, 2, 2, true), 32, 32, 8},
	{"14x14/32-32/5x5", window(14, 14, 5, 5, 1, 1, true), 32, 32, 8},
	{"56x56/64-64/3x3", window(56, 56, 3, 3, 1, 1, true), 64, 64, 1},
	{"14x14/64-64/1x1", window(14, 14, 1, 1, 1, 1, true), 64, 64, 8},
	{"7x7/256-128/1x1", window(7, 7, 1, 1, 1, 1, true), 256, 128, 8},
	{"14x14/32-32/1x1", window(14, 14, 1, 1, 1, 1, true), 32, 32, 8},
}

// insideTaps returns the number of taps inside of the image over all outputs.
func (w *Window) insideTaps() (n int) {
	rows, cols := w.rows(), w.cols()
	for i := range w.KH {
		for j := range w.KW {
			r0, r1 := rows.outputs(i)
			q0, q1 := cols.outputs(j)
			n += (r1 - r0) * (q1 - q0)
		}
	}
	return n
}

// BenchmarkConv reports GFLOP/s, taps outside of the image not counted, and the
// share of what the main tile of Gemm reaches with all operands in L1, measured in
// turn: both are those of the fastest call.
func BenchmarkConv(b *testing.B) {
	for _, shape := range convShapes {
		c := newConvCase(shape.w, shape.in, shape.out, shape.n, 0)
		r := random(1)
		x, y := moderate.values(r, Aligned(c.n*c.sx)), moderate.values(r, Aligned(c.n*c.sy))
		w, turned, bias := moderate.values(r, Aligned(c.WeightLen())), moderate.values(r, Aligned(c.TurnedLen())), Aligned(c.Out)
		flops := 2 * float64(c.insideTaps()*c.In*c.Out*c.n)
		for _, k := range Available() {
			if k.Name == "generic" {
				continue
			}
			for _, call := range []struct {
				kernel string
				run    func()
			}{
				{"forward", func() { k.ConvForward(&c.Conv, y, x, w, bias, c.n) }},
				{"dx", func() { k.ConvInputGrad(&c.Conv, x, y, turned, c.n) }},
				{"dw", func() { k.ConvWeightGrad(&c.Conv, w, x, y, c.n, 0, c.Panels()*c.KH*c.KW, false) }},
			} {
				b.Run(fmt.Sprintf("%s/%s/%s", shape.name, call.kernel, k.Name), func(b *testing.B) {
					peak := gemmPeak(k)
					best, top := time.Duration(1<<62), time.Duration(1<<62)
					for b.Loop() {
						start := time.Now()
						call.run()
						middle := time.Now()
						peak.run()
						best, top = min(best, middle.Sub(start)), min(top, time.Since(middle))
					}
					speed := flops / float64(best.Nanoseconds())
					b.ReportMetric(speed, "GFLOP/s")
					b.ReportMetric(100*speed*float64(top.Nanoseconds())/peak.flops, "%peak")
				})
			}
		}
	}
}

// peak is a product at a set's best speed.
type peak struct {
	run   func()
	flops float64
}

func gemmPeak(k *Kernels) peak {
	const n, steps, times = PanelWidth, 192, 20
	m := k.MR
	a, b, c := moderate.values(random(1), Aligned(m*steps)), moderate.values(random(2), Aligned(n*steps)), Aligned(m*n)
	g := Gemm{M: m, N: n, K: steps, A: a, RS: steps, CS: 1, B: b, LDB: n, PB: n, C: c, LDC: n, PC: n}
	return peak{func() {
		for range times {
			k.Gemm(g)
		}
	}, float64(2 * m * n * steps * times)}
}
