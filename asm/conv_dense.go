//go:build (amd64 || arm64) && !purego

package asm

// forward is ConvForward in tiles of a set.
func (s tileSet) forward(c *Conv, y, x, w, bias []float32, n int) {
	c.checkForward(y, x, w, bias, n)
	if n == 0 {
		return
	}
	g := grid{
		rows: c.rows(), cols: c.cols(), k: c.In, a: c.X, c: c.Y,
		b: c.Steps() * PanelWidth, down: c.KW, right: 1, columns: c.Out,
	}
	g.samples(s, y, x, w, bias, n)
}

// inputGrad is ConvInputGrad in tiles of a set. The pixels whose place modulo the
// strides is the same meet the same taps, of adjacent outputs: they are a grid.
func (s tileSet) inputGrad(c *Conv, dx, dy, turned []float32, n int) {
	c.checkInputGrad(dx, dy, turned, n)
	if n == 0 {
		return
	}
	g := grid{k: c.Out, a: c.Y, b: c.KH * c.KW * c.Out * PanelWidth, columns: c.In}
	for q := range min(c.SH, c.H) {
		var i, di int
		g.rows, i, di = gradAxis(c.rows(), q)
		for p := range min(c.SW, c.W) {
			var j, dj int
			g.cols, j, dj = gradAxis(c.cols(), p)
			g.first, g.down, g.right = i*c.KW+j, di*c.KW, dj
			g.c = c.X
			g.c.Start += q*c.X.Row + p*c.X.Col
			g.c.Row *= c.SH
			g.c.Col *= c.SW
			g.samples(s, dx, dy, turned, nil, n)
		}
	}
}

// gradAxis returns the axis of the gradient of the places at rest modulo the
// stride: outputs of a are its input, places its outputs, and its taps those of a
// that meet such places, the last one first. Tap j of the axis is tap
// first + j·step of the turned taps.
func gradAxis(a axis, rest int) (g axis, first, step int) {
	g = axis{in: a.out, out: (a.in - rest + a.stride - 1) / a.stride, stride: 1, step: 1}
	last := -1
	for tap := a.taps - 1; tap >= 0; tap-- {
		if place := rest - a.first - tap*a.step; place%a.stride == 0 {
			switch {
			case g.taps == 0:
				g.first, first = place/a.stride, a.taps-1-tap
			case g.taps == 1:
				g.step, step = place/a.stride-g.first, last-tap
			}
			last = tap
			g.taps++
		}
	}
	return g, first, step
}

// biasGrad is ConvBiasGrad in tiles of a set: the weights of an input that is
// always 1, because a multiplication by it changes nothing.
func (s tileSet) biasGrad(c *Conv, db, dy []float32, n int, accumulate bool) {
	c.checkBiasGrad(db, dy, n)
	if n == 0 && accumulate {
		return
	}
	var job tileJob
	job.set, job.rows, job.blocks, job.rounds = s, 1, 1, 1
	job.ldb = 4 * c.Y.Col
	_, width := s.size(c.Out)
	for u := 0; u < c.Out; u += width {
		job.columns = min(width, c.Out-u)
		job.whole = job.columns == width
		job.c, job.resume = &db[u], accumulate
		if n > 0 {
			job.a, job.b = &one[0], &dy[c.Y.Start+u]
			job.run(0, 0, c.OW, 0)
			job.repeat(c.OH, 0, c.Y.Row)
			job.rounds, job.bround = n, 4*c.Y.Sample
		}
		job.flush()
	}
}

// one is a row of A.
var one = [1]float32{1}
