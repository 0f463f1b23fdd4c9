//go:build (amd64 || arm64) && !purego

package asm

// weightGrad is ConvWeightGrad in tiles of a set: rows of a tile are input
// channels of one tap, or of all taps of a row where those are few and adjacent
// floats, and a step is a position of the output.
func (s tileSet) weightGrad(c *Conv, dw, x, dy []float32, n, from, to int, accumulate bool) {
	c.checkWeightGrad(dw, x, dy, n, from, to)
	if from == to || n == 0 && accumulate {
		return
	}
	g := weightGrad{Conv: c, dw: dw, x: x, dy: dy}
	g.job.set = s
	g.job.blocks = 1
	g.job.cs, g.job.ldb, g.job.ldc = 4*c.SW*c.X.Col, 4*c.Y.Col, 4*PanelWidth
	taps, together := c.KH*c.KW, 1
	if g.divideRow() {
		together = c.KW
	}
	square := g.square()
	// As many samples at a time as L2 holds next to everything else.
	const floats = 64 << 10
	block := max(1, min(n, floats/(c.H*c.W*c.In+c.OH*c.OW*c.Out)))
	for s := 0; s < max(n, 1); s += block {
		g.s0, g.s1 = s, min(n, s+block)
		g.more = accumulate || s > 0
		for slice := from; slice < to; {
			tap := slice % taps
			count := 1
			if tap == 0 && square && slice+taps <= to {
				count = taps
			} else if tap%c.KW == 0 && slice+together <= to {
				count = together
			}
			g.slices(slice/taps, tap/c.KW, tap%c.KW, count)
			slice += count
		}
	}
}

// weightGrad computes gradients of weights.
type weightGrad struct {
	*Conv
	dw, x, dy []float32
	job       tileJob
	s0, s1    int // samples
	more      bool
	parts     [2*maxCut + 1]part
	count     int
}

// part is the columns [from, to) of the output that meet taps [j0, j1) of a row.
type part struct{ from, to, j0, j1 int }

// divideRow divides a row of the output into parts, and reports whether the taps of
// a row may be rows of one tile: at the edges of the image few of them are cut off,
// on one side at a time.
func (g *weightGrad) divideRow() bool {
	if g.In > maxCut || g.DW != 1 || g.X.Col != g.In {
		return false
	}
	cols := g.cols()
	for q := range g.OW {
		j0, j1 := cols.inside(q)
		if left, right := j0*g.In, (g.KW-j1)*g.In; left > 0 && right > 0 || max(left, right) > maxCut {
			return false
		}
		if n := g.count; n > 0 && g.parts[n-1].j0 == j0 && g.parts[n-1].j1 == j1 {
			g.parts[n-1].to++
			continue
		}
		if g.count == len(g.parts) {
			return false
		}
		g.parts[g.count] = part{q, q + 1, j0, j1}
		g.count++
	}
	return true
}

// square reports whether all 3×3 taps of one channel may be rows of one tile.
func (g *weightGrad) square() bool {
	r0, r1 := g.commonRows()
	return g.count > 0 && g.In == 1 && g.KH == 3 && g.KW == 3 && r0 < r1 && g.job.set != tilesOfNEON
}

// commonRows returns the rows of the output that meet all rows of taps.
func (g *weightGrad) commonRows() (from, to int) {
	rows := g.rows()
	to = g.OH
	for i := range g.KH {
		r0, r1 := rows.outputs(i)
		from, to = max(from, r0), min(to, r1)
	}
	return from, to
}

// slices computes the gradients of count taps from tap (i, j) on.
func (g *weightGrad) slices(panel, i, j, count int) {
	job := &g.job
	columns := min(PanelWidth, g.Out-panel*PanelWidth)
	_, width := job.set.size(columns)
	if count > g.KW && job.set == tilesOfAVX2 {
		width = 8 // nine rows
	}
	for v := 0; v < columns; v += width {
		job.columns = min(width, columns-v)
		job.whole = job.columns == width
		unit := panel*PanelWidth + v
		if count > g.KW {
			g.nine(unit)
			continue
		}
		height, _ := job.set.size(job.columns)
		rows := count * g.In
		parts := (rows + height - 1) / height
		for part := range parts {
			first, end := rows*part/parts, rows*(part+1)/parts
			g.tile(unit, i, j, first, end)
			job.resume = g.more
			if end <= g.In {
				g.oneTap(unit, i, j, first)
			} else {
				r0, r1 := g.rowsOf(i)
				g.rowOfTaps(unit, i, first, end, r0, r1, g.s0, g.s1)
			}
		}
	}
}

// rowsOf returns the rows of the output that meet row i of the taps.
func (g *weightGrad) rowsOf(i int) (from, to int) {
	rows := g.rows()
	return rows.outputs(i)
}

// tile points the tile at rows [first, end) of the taps from (i, j) on.
func (g *weightGrad) tile(unit, i, j, first, end int) {
	job := &g.job
	job.rows, job.rs = end-first, 4
	job.c = &g.dw[(((unit/PanelWidth*g.KH+i)*g.KW+j)*g.In+first)*PanelWidth+unit%PanelWidth]
	job.count, job.sealed, job.rounds = 0, 0, 1
}

// input returns where tap (i, j) of output (r, q) of sample s lies in x.
func (g *weightGrad) input(s, r, q, i, j int) int {
	return g.X.Start + s*g.X.Sample + (r*g.SH+i*g.DH-g.Top)*g.X.Row + (q*g.SW+j*g.DW-g.Left)*g.X.Col
}

// output returns where unit u of output (r, q) of sample s lies in y.
func (g *weightGrad) output(s, r, q, u int) int {
	return g.Y.Start + s*g.Y.Sample + r*g.Y.Row + q*g.Y.Col + u
}

// oneTap computes the tile for the samples: its runs are rows of the output.
func (g *weightGrad) oneTap(unit, i, j, first int) {
	job := &g.job
	cols := g.cols()
	r0, r1 := g.rowsOf(i)
	q0, q1 := cols.outputs(j)
	if g.s0 < g.s1 && r0 < r1 && q0 < q1 {
		job.a, job.b = &g.x[0], &g.dy[g.output(g.s0, r0, q0, unit)]
		job.offset = 4 * (g.input(g.s0, r0, q0, i, j) + first)
		job.run(0, 0, q1-q0, 0)
		job.repeat(r1-r0, g.SH*g.X.Row, g.Y.Row)
		job.rounds, job.around, job.bround = g.s1-g.s0, 4*g.X.Sample, 4*g.Y.Sample
	}
	job.flush()
}

// rowOfTaps computes the tile for rows [r0, r1) of samples [s0, s1): its runs are
// the parts of a row of the output.
func (g *weightGrad) rowOfTaps(unit, i, first, end, r0, r1, s0, s1 int) {
	job := &g.job
	if r0 < r1 && s0 < s1 {
		for _, p := range g.parts[:g.count] {
			if lo, hi := max(first, p.j0*g.In), min(end, p.j1*g.In); lo < hi {
				job.run(p.from*g.SW*g.X.Col, p.from*g.Y.Col, p.to-p.from, lo-first-(end-hi))
			}
		}
		job.rounds, job.around, job.bround = r1-r0, 4*g.SH*g.X.Row, 4*g.Y.Row
	}
	count := job.count
	for s := s0; s < s1 && count > 0; s++ {
		job.a, job.b = &g.x[0], &g.dy[g.output(s, r0, 0, unit)]
		job.offset = 4 * (g.input(s, r0, 0, i, 0) + first)
		job.count = count
		job.flush()
	}
	job.flush()
}

// nine computes the gradients of 3×3 taps of one channel, all of which are rows of
// one tile for the rows of the output that meet them all.
func (g *weightGrad) nine(unit int) {
	job := &g.job
	r0, r1 := g.commonRows()
	if !g.more { // the chains start here
		g.tile(unit, 0, 0, 0, 9)
		job.resume = false
		job.flush()
	}
	for s := g.s0; s < g.s1; s++ {
		for i := range 3 {
			from, to := g.rowsOf(i)
			g.threeTaps(unit, i, from, min(to, r0), s)
		}
		g.tile(unit, 0, 0, 0, nineRows)
		job.rs, job.resume = 4*g.DH*g.X.Row, true
		for _, p := range g.parts[:g.count] {
			job.run(p.from*g.SW, p.from*g.Y.Col, p.to-p.from, p.j0-(3-p.j1))
		}
		job.a, job.b = &g.x[0], &g.dy[g.output(s, r0, 0, unit)]
		job.offset = 4 * g.input(s, r0, 0, 0, 0)
		job.rounds, job.around, job.bround = r1-r0, 4*g.SH*g.X.Row, 4*g.Y.Row
		job.flush()
		for i := range 3 {
			from, to := g.rowsOf(i)
			g.threeTaps(unit, i, max(from, r1), to, s)
		}
	}
}

// threeTaps goes on with the gradients of row i of the taps for rows [from, to).
func (g *weightGrad) threeTaps(unit, i, from, to, s int) {
	if from < to {
		g.tile(unit, i, 0, 0, 3)
		g.job.resume = true
		g.rowOfTaps(unit, i, 0, 3, from, to, s, s+1)
	}
}
