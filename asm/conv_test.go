package asm

import (
	"fmt"
	"math"
	"testing"
)

// convCase is a convolution with everything around it: gaps of random numbers lie
// in the layouts of x and y, so that a kernel which reads or writes one differs
// from the specification.
type convCase struct {
	Conv
	n      int // samples
	sx, sy int // floats of a sample
}

// newConvCase returns the convolution of a window, with a border of gap pixels.
func newConvCase(w Window, in, out, n, gap int) convCase {
	c := convCase{Conv: Conv{Window: w, In: in, Out: out}, n: n}
	c.X, c.sx = ImageLayout(w.H, w.W, in, gap, gap%2, gap/2, gap)
	c.Y, c.sy = ImageLayout(w.OH, w.OW, out, gap/2, gap, gap%2, gap)
	if gap > 1 { // distances of pixels and rows of their own
		c.X.Col, c.Y.Col = in+gap, out+2*gap
		c.X.Row, c.Y.Row = w.W*c.X.Col+gap, w.OW*c.Y.Col+gap
		c.X.Sample, c.Y.Sample = w.H*c.X.Row+gap, w.OH*c.Y.Row+3*gap
		c.sx, c.sy = c.X.Sample, c.Y.Sample
	}
	return c
}

// images returns as many floats as n samples take, and not one more.
func images(l Layout, n, h, w, channels int) int {
	if n == 0 {
		return 0
	}
	return l.Start + (n-1)*l.Sample + (h-1)*l.Row + (w-1)*l.Col + channels
}

// check compares all kernels of the convolution in all sets.
func (c convCase) check(t *testing.T, guards []*guard, f fill, seed int) {
	t.Helper()
	r := random(seed, c.In, c.Out, c.n)
	values := func(n int) []float32 { return f.values(r, make([]float32, n)) }
	x, y := values(images(c.X, c.n, c.H, c.W, c.In)), values(images(c.Y, c.n, c.OH, c.OW, c.Out))
	w, turned, bias := values(c.WeightLen()), values(c.TurnedLen()), values(c.Out)
	name := fmt.Sprintf("%+v of %d samples, fill %d", c.Conv, c.n, f)
	places := []int{flushRight, seed % 16}
	comparison{"ConvForward: " + name, nil, func(k *Kernels, s [][]float32) float32 {
		bias := s[3]
		if seed%4 == 0 {
			bias = nil
		}
		k.ConvForward(&c.Conv, s[0], s[1], s[2], bias, c.n)
		return 0
	}}.sets(t, guards, [][]float32{y, x, w, bias}, places)
	comparison{"ConvInputGrad: " + name, nil, func(k *Kernels, s [][]float32) float32 {
		k.ConvInputGrad(&c.Conv, s[0], s[1], s[2], c.n)
		return 0
	}}.sets(t, guards, [][]float32{x, y, turned}, places)
	slices := c.Panels() * c.KH * c.KW
	from, to := 0, slices
	if seed%3 == 0 {
		from, to = r.IntN(slices+1), slices-r.IntN(slices/2+1)
		from = min(from, to)
	}
	comparison{"ConvWeightGrad: " + name, nil, func(k *Kernels, s [][]float32) float32 {
		k.ConvWeightGrad(&c.Conv, s[0], s[1], s[2], c.n, from, to, seed%2 == 0)
		return 0
	}}.sets(t, guards, [][]float32{w, x, y}, places)
	comparison{"ConvBiasGrad: " + name, nil, func(k *Kernels, s [][]float32) float32 {
		k.ConvBiasGrad(&c.Conv, s[0], s[1], c.n, seed%2 == 0)
		return 0
	}}.sets(t, guards, [][]float32{bias, y}, places)
	comparison{"ConvTurn: " + name, nil, func(k *Kernels, s [][]float32) float32 {
		k.ConvTurn(&c.Conv, s[0], s[1], 0, (c.In+PanelWidth-1)/PanelWidth)
		return 0
	}}.sets(t, guards, [][]float32{turned, w}, places[:1])
}

// convSize is the size of the guards: the floats of the largest operand.
const convSize = 400_000

// window returns a window with adjacent taps.
func window(h, w, kh, kw, sh, sw int, same bool) Window {
	return Window{H: h, W: w, KH: kh, KW: kw, SH: sh, SW: sw, DH: 1, DW: 1}.Padded(same)
}

// TestConv compares the convolutions of every set with the specification: shapes of
// networks, and those at which tiles, cuts, panels and lists of runs end.
func TestConv(t *testing.T) {
	guards := guardsFor(t, 4, convSize)
	dilated := func(w Window, dh, dw int, same bool) Window {
		w.DH, w.DW = dh, dw
		return w.Padded(same)
	}
	for i, c := range []struct {
		w          Window
		in, out, n int
	}{
		{window(14, 14, 3, 3, 1, 1, true), 32, 64, 1}, {window(28, 28, 3, 3, 1, 1, true), 1, 32, 2}, {window(28, 28, 5, 5, 1, 1, false), 1, 6, 2},
		{window(12, 12, 5, 5, 1, 1, false), 6, 16, 1}, {window(16, 16, 3, 3, 1, 1, true), 3, 16, 2}, {window(15, 17, 3, 3, 2, 2, true), 16, 33, 1},
		{window(7, 7, 1, 1, 1, 1, true), 33, 65, 3}, {window(7, 7, 1, 1, 2, 2, true), 5, 20, 2}, {window(4, 4, 3, 3, 1, 1, true), 8, 40, 5},
		{window(2, 2, 3, 3, 1, 1, true), 7, 35, 17}, {window(1, 1, 3, 3, 1, 1, true), 3, 5, 33}, {window(1, 1, 1, 1, 1, 1, true), 1, 1, 1},
		{window(3, 2, 5, 7, 1, 1, true), 2, 9, 4}, {window(1, 64, 1, 9, 1, 1, true), 3, 8, 2}, {window(64, 1, 9, 1, 1, 1, true), 3, 8, 2},
		{window(9, 30, 1, 11, 1, 1, true), 2, 17, 1}, {window(20, 20, 11, 11, 4, 4, false), 3, 10, 1}, {window(13, 13, 7, 7, 1, 1, true), 1, 12, 2},
		{window(10, 10, 2, 2, 2, 2, false), 4, 31, 2}, {window(5, 40, 3, 3, 1, 3, true), 3, 32, 2}, {window(8, 16, 3, 3, 1, 1, true), 17, 8, 1},
		{window(6, 6, 3, 3, 3, 2, false), 2, 48, 3}, {window(5, 5, 2, 3, 4, 5, false), 3, 4, 2},
		{dilated(window(16, 16, 3, 3, 1, 1, true), 2, 2, true), 4, 16, 1}, {dilated(window(19, 19, 3, 3, 2, 2, true), 2, 3, true), 5, 7, 1},
		{dilated(window(12, 15, 3, 2, 1, 1, true), 3, 5, false), 1, 3, 2}, {dilated(window(9, 9, 3, 3, 2, 2, true), 4, 4, true), 1, 32, 2},
		{Window{H: 5, W: 5, OH: 9, OW: 11, KH: 3, KW: 3, SH: 1, SW: 1, DH: 1, DW: 1, Top: 4, Left: 5}, 2, 9, 2},                             // taps without any pixel
		{window(6, 40, 3, 3, 1, 1, true), 1, 40, 3}, {window(3, 3, 3, 3, 1, 1, true), 1, 16, 3}, {window(8, 3, 3, 3, 1, 1, true), 1, 15, 2}, // nine rows
		{window(2, 9, 3, 3, 1, 1, true), 1, 33, 2}, {window(9, 9, 3, 3, 2, 2, true), 1, 8, 2}, {window(9, 9, 3, 3, 1, 1, false), 1, 24, 2},
		{window(4, 4, 28, 28, 1, 1, true), 1, 3, 1}, {window(2, 2, 3, 3, 1, 1, true), 1, 3, 0},
	} {
		fills := []fill{moderate, mixed, wild}
		if testing.Short() && c.w.H*c.w.W*c.in*c.out > 20_000 {
			fills = fills[:1]
		}
		for j, f := range fills {
			newConvCase(c.w, c.in, c.out, c.n, (i+j)%4).check(t, guards, f, 7*i+j)
		}
	}
}

// randomConv returns a convolution of a random shape that takes some time in Go.
func randomConv(r rng, work int) convCase {
	for {
		w := Window{H: 1 + r.IntN(18), W: 1 + r.IntN(36), KH: 1 + r.IntN(5), KW: 1 + r.IntN(5), SH: 1 + r.IntN(3), SW: 1 + r.IntN(3), DH: 1 + r.IntN(2), DW: 1 + r.IntN(2)}
		if r.IntN(2) == 0 {
			w.KH, w.KW, w.SH, w.SW, w.DH, w.DW = 3, 3, 1, 1, 1, 1
		}
		w = w.Padded(r.IntN(3) > 0)
		c := [2]int{1 + r.IntN(5), 1 + r.IntN(70)}
		if r.IntN(3) == 0 {
			c[0] = 1 + r.IntN(70)
		}
		n := 1 + r.IntN(3)
		if r.IntN(3) == 0 {
			n = 1 + r.IntN(30)
		}
		if w.OH > 0 && w.OW > 0 && w.OH*w.OW*w.KH*w.KW*c[0]*c[1]*n < work {
			return newConvCase(w, c[0], c[1], n, max(0, r.IntN(6)-2))
		}
	}
}

func TestConvRandom(t *testing.T) {
	guards := guardsFor(t, 4, convSize)
	rounds, work := 1200, 1_000_000
	if testing.Short() {
		rounds, work = 150, 300_000
	}
	for seed := range rounds {
		r := random(seed, 19)
		randomConv(r, work).check(t, guards, fill(r.IntN(int(positive))), seed)
	}
}

// TestConvMathematics holds the specification against sums in float64 that are
// written otherwise, from Keras's layout of a kernel: an error is at most (k+2)·2⁻²⁴
// of the sum of magnitudes.
func TestConvMathematics(t *testing.T) {
	for seed := range 60 {
		r := random(seed, 23)
		c := randomConv(r, 200_000)
		values := func(n int) []float32 { return moderate.values(r, make([]float32, n)) }
		x, dy := values(c.n*c.sx+c.X.Start), values(c.n*c.sy+c.Y.Start)
		keras, bias := values(c.Steps()*c.Out), values(c.Out)
		w, turned := make([]float32, c.WeightLen()), make([]float32, c.TurnedLen())
		packGo(w, PanelWidth, keras, c.Out, c.Steps(), c.Out)
		k := generic()
		k.ConvTurn(&c.Conv, turned, w, 0, (c.In+PanelWidth-1)/PanelWidth)
		y, dx, dw, db := make([]float32, len(dy)), make([]float32, len(x)), make([]float32, len(w)), make([]float32, c.Out)
		k.ConvForward(&c.Conv, y, x, w, bias, c.n)
		k.ConvInputGrad(&c.Conv, dx, dy, turned, c.n)
		k.ConvWeightGrad(&c.Conv, dw, x, dy, c.n, 0, c.Panels()*c.KH*c.KW, false)
		k.ConvBiasGrad(&c.Conv, db, dy, c.n, false)
		kerasGrad := make([]float32, len(keras))
		for u := range c.Out {
			for i := range c.Steps() {
				kerasGrad[i*c.Out+u] = dw[(u/PanelWidth*c.Steps()+i)*PanelWidth+u%PanelWidth]
			}
		}
		sums := map[*float32]*[3]float64{} // exact sum, magnitudes, terms
		add := func(out []float32, i int, a, b float32) {
			s := sums[&out[i]]
			if s == nil {
				s = new([3]float64)
				sums[&out[i]] = s
			}
			s[0] += float64(a) * float64(b)
			s[1] += math.Abs(float64(a) * float64(b))
			s[2]++
		}
		at := func(l Layout, s, r, q, ch int) int { return l.Start + s*l.Sample + r*l.Row + q*l.Col + ch }
		for s := range c.n {
			for r := range c.OH {
				for q := range c.OW {
					for u := range c.Out {
						o := at(c.Y, s, r, q, u)
						add(y, o, bias[u], 1)
						add(db, u, dy[o], 1)
						for tap := range c.KH * c.KW {
							p, z := r*c.SH+tap/c.KW*c.DH-c.Top, q*c.SW+tap%c.KW*c.DW-c.Left
							for ch := 0; ch < c.In && p >= 0 && p < c.H && z >= 0 && z < c.W; ch++ {
								in, weight := at(c.X, s, p, z, ch), (tap*c.In+ch)*c.Out+u
								add(y, o, x[in], keras[weight])
								add(dx, in, dy[o], keras[weight])
								add(kerasGrad, weight, dy[o], x[in])
							}
						}
					}
				}
			}
		}
		for out, s := range sums {
			if math.Abs(float64(*out)-s[0]) > (s[2]+2)*0x1p-24*s[1]+s[2]*0x1p-150 {
				t.Fatalf("%+v: %g, want %g", c.Conv, *out, s[0])
			}
		}
	}
}

// TestConvLeavesOut proves that a tap outside of the image is no multiplication by
// zero: an infinite weight reaches what it meets and nothing else, and a −0 keeps
// its sign.
func TestConvLeavesOut(t *testing.T) {
	for _, k := range Available() {
		c := newConvCase(window(6, 6, 3, 3, 1, 1, true), 4, 32, 1, 0)
		x, w, y := make([]float32, c.sx), make([]float32, c.WeightLen()), make([]float32, c.sy)
		bias := make([]float32, c.Out)
		negative := float32(math.Copysign(0, -1))
		for u := range bias {
			bias[u] = negative
		}
		for i := range x {
			x[i] = negative
		}
		for i := range w {
			w[i] = 1
		}
		for i := range 4 * PanelWidth { // tap (0, 0): above and to the left
			w[i] = inf32
		}
		k.ConvForward(&c.Conv, y, x, w, bias, 1)
		for r := range c.OH {
			for q := range c.OW {
				v := y[r*c.Y.Row+q*c.Y.Col]
				if border := r == 0 || q == 0; border && (v != 0 || !math.Signbit(float64(v))) || !border && v == v {
					t.Errorf("%s: pixel (%d, %d) is %g, want −0 at the upper and left border, else NaN", k.Name, r, q, v)
				}
			}
		}
	}
}

// TestPadded holds the sizes of windows against those of Keras.
func TestPadded(t *testing.T) {
	for _, c := range []struct {
		in, taps, stride, distance int
		same                       bool
		out, before                int
	}{
		{28, 3, 1, 1, true, 28, 1}, {28, 3, 1, 1, false, 26, 0}, {28, 2, 2, 1, false, 14, 0}, {7, 2, 2, 1, false, 3, 0}, {7, 2, 2, 1, true, 4, 0},
		{5, 2, 1, 1, true, 5, 0}, {6, 3, 2, 1, true, 3, 0}, {7, 3, 2, 1, true, 4, 1}, {9, 3, 1, 3, true, 9, 3}, {9, 3, 1, 3, false, 3, 0},
		{2, 3, 1, 1, false, 0, 0}, {1, 3, 1, 1, true, 1, 1}, {3, 5, 4, 1, false, 0, 0},
	} {
		w := Window{H: c.in, W: c.in, KH: c.taps, KW: c.taps, SH: c.stride, SW: c.stride, DH: c.distance, DW: c.distance}.Padded(c.same)
		if w.OH != c.out || w.OW != c.out || w.Top != c.before || w.Left != c.before {
			t.Errorf("%+v: %d outputs, %d before", c, w.OH, w.Top)
		}
		if top, left, bottom, right := w.Border(); c.same && (top != left || bottom != right || top+bottom != max(0, (c.out-1)*c.stride+(c.taps-1)*c.distance+1-c.in)) {
			t.Errorf("%+v: a border of %d, %d, %d, %d", c, top, left, bottom, right)
		}
	}
}

// TestConvContract checks that wrong sizes panic with nothing written, and that
// nothing is allocated.
func TestConvContract(t *testing.T) {
	c := newConvCase(window(6, 5, 3, 3, 1, 1, true), 34, 40, 2, 1)
	r := random(3)
	x, y := moderate.values(r, make([]float32, images(c.X, 2, c.H, c.W, c.In))), moderate.values(r, make([]float32, images(c.Y, 2, c.OH, c.OW, c.Out)))
	w, turned, bias := moderate.values(r, make([]float32, c.WeightLen())), moderate.values(r, make([]float32, c.TurnedLen())), make([]float32, c.Out)
	operands := [][]float32{x, y, w, turned, bias}
	for _, k := range Available() {
		all := func(c *Conv, n, from, to int, x, y, w, turned, bias []float32) map[string]func() {
			return map[string]func(){
				"ConvForward":    func() { k.ConvForward(c, y, x, w, bias, n) },
				"ConvInputGrad":  func() { k.ConvInputGrad(c, x, y, turned, n) },
				"ConvWeightGrad": func() { k.ConvWeightGrad(c, w, x, y, n, from, to, false) },
				"ConvBiasGrad":   func() { k.ConvBiasGrad(c, bias, y, n, false) },
				"ConvTurn":       func() { k.ConvTurn(c, turned, w, 0, to/9) },
			}
		}
		for name, call := range all(&c.Conv, 2, 0, 18, x, y, w, turned, bias) {
			if n := testing.AllocsPerRun(3, call); n != 0 {
				t.Errorf("%s: %s allocates %v times", k.Name, name, n)
			}
		}
		bad := func(what string, c Conv, n, from, to, nx, ny, nw, nt, nb int, names ...string) {
			calls := all(&c, n, from, to, x[:len(x)-nx], y[:len(y)-ny], w[:len(w)-nw], turned[:len(turned)-nt], bias[:len(bias)-nb])
			for _, name := range names {
				panicsUnchanged(t, k.Name+": "+name+" with "+what, operands, calls[name])
			}
		}
		most := []string{"ConvForward", "ConvInputGrad", "ConvWeightGrad"}
		bad("a short x", c.Conv, 2, 0, 18, 1, 0, 0, 0, 0, most...)
		bad("a short y", c.Conv, 2, 0, 18, 0, 1, 0, 0, 0, append(most, "ConvBiasGrad")...)
		bad("a short w", c.Conv, 2, 0, 18, 0, 0, 1, 0, 0, "ConvForward", "ConvWeightGrad", "ConvTurn")
		bad("a short turned", c.Conv, 2, 0, 18, 0, 0, 0, 1, 0, "ConvInputGrad", "ConvTurn")
		bad("a short bias", c.Conv, 2, 0, 18, 0, 0, 0, 0, 1, "ConvForward", "ConvBiasGrad")
		bad("3 samples", c.Conv, 3, 0, 18, 0, 0, 0, 0, 0, append(most, "ConvBiasGrad")...)
		bad("−1 samples", c.Conv, -1, 0, 18, 0, 0, 0, 0, 0, append(most, "ConvBiasGrad")...)
		bad("slices beyond the last", c.Conv, 2, 0, 27, 0, 0, 0, 0, 0, "ConvWeightGrad", "ConvTurn")
		bad("slices in reverse", c.Conv, 2, 3, 2, 0, 0, 0, 0, 0, "ConvWeightGrad")
		for what, spoil := range map[string]func(c *Conv){
			"no rows":                 func(c *Conv) { c.OH = 0 },
			"a negative padding":      func(c *Conv) { c.Left = -1 },
			"a stride of 0":           func(c *Conv) { c.SW = 0 },
			"a dilation of 0":         func(c *Conv) { c.DH = 0 },
			"a negative distance":     func(c *Conv) { c.Y.Row = -1 },
			"rows that overflow":      func(c *Conv) { c.Y.Row = math.MaxInt },
			"samples that overflow":   func(c *Conv) { c.Y.Sample = math.MaxInt/2 + 1 },
			"units that are too many": func(c *Conv) { c.Out = math.MaxInt / 40 },
			"panels apart":            func(c *Conv) { c.Y.Panel = 64 },
		} {
			d := c.Conv
			spoil(&d)
			bad(what, d, 2, 0, 18, 0, 0, 0, 0, 0, append(most, "ConvBiasGrad")...)
		}
	}
}
