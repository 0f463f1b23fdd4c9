package asm

import (
	"fmt"
	"math/bits"
)

// Convolution kernels work on images whose channels are innermost,
// [sample][row][column][channel], and on kernels in panels of 32 units. These
// are the orders of their sums, which no layout, tile, worker or set changes:
//
//   - Forward: a chain that starts at the unit's bias, over (tap row, tap column,
//     input channel), each increasing: Keras's kernel [kh][kw][in][out] row by row.
//   - Gradient of the input: a chain from +0 over the positions of the output
//     that reach the pixel, in row-major order, and over the units of each.
//   - Gradient of the weights: a chain from +0 over (sample, row, column) of the
//     output.
//   - Gradient of the bias: additions from +0 in the order of the weights' chain.
//
// A tap outside of the image is left out. It is not a multiplication by zero: an
// infinite weight does not reach the border as 0·Inf = NaN, and no zero changes
// its sign.

// Window describes how a rectangle of taps moves over an image. Tap (i, j) of
// output (r, c) is at row r·SH + i·DH − Top and column c·SW + j·DW − Left of the
// input; where that is outside, the tap is left out.
type Window struct {
	H, W      int // rows and columns of the input
	OH, OW    int // rows and columns of the output
	KH, KW    int // rows and columns of taps
	SH, SW    int // strides
	DH, DW    int // distance of taps, 1 where they are adjacent
	Top, Left int // rows and columns of padding before the input
}

// Padded returns w with the sizes of the output and the padding that Keras gives
// it: with same padding ⌈input/stride⌉ outputs, the smaller half of the padding
// first; else ("valid") as many as fit, at least 0, without padding.
func (w Window) Padded(same bool) Window {
	w.OH, w.Top = paddedAxis(w.H, w.KH, w.SH, w.DH, same)
	w.OW, w.Left = paddedAxis(w.W, w.KW, w.SW, w.DW, same)
	return w
}

func paddedAxis(in, taps, stride, distance int, same bool) (out, before int) {
	extent := (taps-1)*distance + 1
	if !same {
		return max(0, (in-extent+stride)/stride), 0
	}
	out = (in + stride - 1) / stride
	return out, max(0, (out-1)*stride+extent-in) / 2
}

// Border returns how many rows and columns beyond the image the taps reach. In a
// layout with such a border every tap of every output has a pixel.
func (w *Window) Border() (top, left, bottom, right int) {
	bottom = max(0, (w.OH-1)*w.SH+(w.KH-1)*w.DH-w.Top-(w.H-1))
	right = max(0, (w.OW-1)*w.SW+(w.KW-1)*w.DW-w.Left-(w.W-1))
	return w.Top, w.Left, bottom, right
}

// check panics, with the sizes, where w is no window.
func (w *Window) check(kernel string) {
	if min(w.H, w.W, w.OH, w.OW, w.KH, w.KW) < 1 || min(w.SH, w.SW, w.DH, w.DW) < 1 || min(w.Top, w.Left) < 0 {
		panic(fmt.Sprintf("asm: %s: no window: %+v", kernel, *w))
	}
	if max(w.H, w.W, w.OH, w.OW, w.KH, w.KW) > maxExtent || max(w.SH, w.SW, w.DH, w.DW, w.Top, w.Left) > maxExtent {
		panic(fmt.Sprintf("asm: %s: a side of more than %d: %+v", kernel, maxExtent, *w))
	}
}

// maxExtent limits the sides of windows, so that positions do not overflow.
const maxExtent = 1 << 15

// axis returns the window's rows, or its columns.
func (w *Window) rows() axis { return axis{w.H, w.OH, w.KH, w.SH, -w.Top, w.DH} }
func (w *Window) cols() axis { return axis{w.W, w.OW, w.KW, w.SW, -w.Left, w.DW} }

// axis is one side of a window: tap j of output i is at first + i·stride + j·step
// of in places.
type axis struct{ in, out, taps, stride, first, step int }

// inside returns the taps [from, to) of output i that are inside of the input.
func (a *axis) inside(i int) (from, to int) {
	return placesInside(a.first+i*a.stride, a.step, a.in, a.taps)
}

// outputs returns the outputs [from, to) whose tap j is inside of the input.
func (a *axis) outputs(j int) (from, to int) {
	return placesInside(a.first+j*a.step, a.stride, a.in, a.out)
}

// placesInside returns which of n places start, start + step, … are in [0, in).
func placesInside(start, step, in, n int) (from, to int) {
	if start >= in {
		return 0, 0
	}
	if step == 1 { // without a division
		from = min(n, max(0, -start))
		return from, max(from, min(n, in-start))
	}
	if start < 0 {
		from = min(n, (-start+step-1)/step)
	}
	return from, max(from, min(n, (in-1-start)/step+1))
}

// Layout locates the pixels of images in a slice: channel k of row r and column c
// of sample s is element
//
//	Start + s·Sample + r·Row + c·Col + (k/32)·Panel + k%32
//
// A border around the images, which Start leaves room for, is part of the slice.
type Layout struct {
	Start, Sample, Row, Col int
	Panel                   int // 32, where the channels of a pixel are contiguous
}

// ImageLayout returns the layout of images of h×w pixels of contiguous channels
// with a border, and the floats of one sample.
func ImageLayout(h, w, channels, top, left, bottom, right int) (l Layout, sample int) {
	l.Col, l.Panel = channels, PanelWidth
	l.Row = (left + w + right) * channels
	l.Sample = (top + h + bottom) * l.Row
	l.Start = top*l.Row + left*l.Col
	return l, l.Sample
}

// check panics, with the sizes, where a slice of a length does not hold n images,
// n ≥ 1, of h×w pixels of that many channels.
func (l *Layout) check(kernel, operand string, have, n, h, w, channels int, contiguous bool) {
	if l.Start|l.Sample|l.Row|l.Col|l.Panel < 0 {
		panic(fmt.Sprintf("asm: %s: negative stride of %s: %+v", kernel, operand, *l))
	}
	panels := (channels - 1) / PanelWidth
	if contiguous && panels > 0 && l.Panel != PanelWidth {
		panic(fmt.Sprintf("asm: %s: %s must have contiguous channels: Panel = %d", kernel, operand, l.Panel))
	}
	last := uint64(l.Start)
	overflow := uint64(0)
	for _, p := range [...][2]int{{n - 1, l.Sample}, {h - 1, l.Row}, {w - 1, l.Col}, {panels, l.Panel}} {
		high, low := bits.Mul64(uint64(p[0]), uint64(p[1]))
		var carry uint64
		last, carry = bits.Add64(last, low, 0)
		overflow |= high | carry
	}
	// In the last panel lie the channels that are left, in the one before it 32.
	end := (channels-1)%PanelWidth + 1
	if panels > 0 {
		end = max(end, PanelWidth-l.Panel)
	}
	if overflow != 0 || last >= uint64(have) || uint64(end) > uint64(have)-last {
		panic(fmt.Sprintf("asm: %s: %s has %d elements: too few for %d images of %d×%d pixels of %d channels at %+v", kernel, operand, have, n, h, w, channels, *l))
	}
}

// Conv describes a convolution: a window over images of In channels that gives
// images of Out channels, its units.
//
// Weights lie in panels of 32 units, each [KH][KW][In][32]: the weight of tap
// (i, j), channel k and unit u is
//
//	w[(u/32)·KH·KW·In·32 + ((i·KW + j)·In + k)·32 + u%32]
//
// which [Kernels.Pack] makes of Keras's [KH][KW][In][Out] with a width of 32. What
// is beyond the units in the last panel exists, and neither counts nor changes.
// The gradient of the weights has the same layout.
type Conv struct {
	Window
	In, Out int
	X, Y    Layout // of the input and its gradient, of the output and its gradient
}

// Panels returns the number of panels of weights.
func (c *Conv) Panels() int { return (c.Out + PanelWidth - 1) / PanelWidth }

// Steps returns the length of a whole chain of the forward pass, KH·KW·In.
func (c *Conv) Steps() int { return c.KH * c.KW * c.In }

// WeightLen returns the number of floats of the weights.
func (c *Conv) WeightLen() int { return c.Panels() * c.Steps() * PanelWidth }

// TurnedLen returns the number of floats of weights turned for the gradient of
// the input; see [Kernels.ConvTurn].
func (c *Conv) TurnedLen() int {
	return (c.In + PanelWidth - 1) / PanelWidth * c.KH * c.KW * c.Out * PanelWidth
}

// check panics, with the sizes, where c is no convolution, or where x and y do not
// hold n samples of its input and output.
func (c *Conv) check(kernel string, x, y []float32, n int) {
	c.checkShape(kernel, n)
	if n > 0 {
		c.X.check(kernel, "x", len(x), n, c.H, c.W, c.In, true)
		c.Y.check(kernel, "y", len(y), n, c.OH, c.OW, c.Out, true)
	}
}

// checkShape panics, with the sizes, where c is no convolution.
func (c *Conv) checkShape(kernel string, n int) {
	c.Window.check(kernel)
	if c.In < 1 || c.Out < 1 || n < 0 {
		panic(fmt.Sprintf("asm: %s: %d channels, %d units, %d samples", kernel, c.In, c.Out, n))
	}
	if high, size := bits.Mul64(uint64(c.KH*c.KW), uint64(c.In+PanelWidth)); high != 0 || size > maxWeights || size*uint64(c.Out+PanelWidth) > maxWeights {
		panic(fmt.Sprintf("asm: %s: more than %d weights: %d×%d taps, %d channels, %d units", kernel, maxWeights, c.KH, c.KW, c.In, c.Out))
	}
}

// maxWeights limits the weights of a convolution, so that sizes do not overflow.
const maxWeights = 1 << 30

// checkSlice panics where an operand is shorter than what is needed.
func checkSlice(kernel, operand string, have, need int) {
	if have < need {
		panic(fmt.Sprintf("asm: %s: %s has %d elements, want %d", kernel, operand, have, need))
	}
}

// checkForward panics where the operands of [Kernels.ConvForward] do not fit.
func (c *Conv) checkForward(y, x, w, bias []float32, n int) {
	c.check("ConvForward", x, y, n)
	checkSlice("ConvForward", "w", len(w), c.WeightLen())
	if bias != nil {
		checkSlice("ConvForward", "bias", len(bias), c.Out)
	}
}

// checkInputGrad panics where the operands of [Kernels.ConvInputGrad] do not fit.
func (c *Conv) checkInputGrad(dx, dy, turned []float32, n int) {
	c.check("ConvInputGrad", dx, dy, n)
	checkSlice("ConvInputGrad", "turned", len(turned), c.TurnedLen())
}

// checkWeightGrad panics where the operands of [Kernels.ConvWeightGrad] do not
// fit.
func (c *Conv) checkWeightGrad(dw, x, dy []float32, n, from, to int) {
	c.check("ConvWeightGrad", x, dy, n)
	checkSlice("ConvWeightGrad", "dw", len(dw), c.WeightLen())
	if slices := c.Panels() * c.KH * c.KW; from < 0 || from > to || to > slices {
		panic(fmt.Sprintf("asm: ConvWeightGrad: slices %d to %d of %d", from, to, slices))
	}
}

// checkTurn panics where the operands of [Kernels.ConvTurn] do not fit.
func (c *Conv) checkTurn(turned, w []float32, from, to int) {
	c.checkShape("ConvTurn", 0)
	checkSlice("ConvTurn", "w", len(w), c.WeightLen())
	checkSlice("ConvTurn", "turned", len(turned), c.TurnedLen())
	if panels := (c.In + PanelWidth - 1) / PanelWidth; from < 0 || from > to || to > panels {
		panic(fmt.Sprintf("asm: ConvTurn: panels %d to %d of %d", from, to, panels))
	}
}

// checkBiasGrad panics where the operands of [Kernels.ConvBiasGrad] do not fit.
func (c *Conv) checkBiasGrad(db, dy []float32, n int) {
	c.checkShape("ConvBiasGrad", n)
	checkSlice("ConvBiasGrad", "db", len(db), c.Out)
	if n > 0 {
		c.Y.check("ConvBiasGrad", "dy", len(dy), n, c.OH, c.OW, c.Out, true)
	}
}
