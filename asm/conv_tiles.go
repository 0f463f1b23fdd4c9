//go:build (amd64 || arm64) && !purego

package asm

// The dense convolutions of the sets with assembly are lists of tiles, up to 14
// rows of C by up to 32 columns, whose chains are runs of steps such as those of
// Gemm. Rows of a tile are adjacent positions of one row of an image; where a tap
// leaves the image on the left or on the right, its run leaves out the first or the
// last rows of the tile. So nothing is multiplied by the zeros of a border.

// convRun is a part of the chains of a tile, repeated reps times. Addresses
// and distances are in bytes.
type convRun struct {
	a, b         int // row 0 of A at the first step; row of B
	steps        int
	cut          int // rows without this run: the first ones, or, negative, the last ones
	reps         int
	anext, bnext int // from the end of the steps to those of the next repetition
}

// convTile is blocks of rows×columns elements of C, all with the same runs:
//
//	for block < blocks {
//		acc[i,j] = resume ? c[i,j] : start[j]
//		for round, run, rep, k < steps { for i not cut, j { acc[i,j] = fma(a[i·rs + k·cs], b[k·ldb + j], acc[i,j]) } }
//		c[i,j] = acc[i,j]; a += anext; c += cnext
//	}
//
// where a and b move by around and bround after each round; blocks or rounds is 1.
// Strides and offsets are in bytes. An address in A counts only for the rows that a
// run has.
type convTile struct {
	a, b, c       *float32
	count         int // runs
	offset        int // from a
	rs, cs        int
	ldb, ldc      int
	blocks        int
	anext, cnext  int
	rounds        int
	around        int
	bround        int
	rows, columns int
	whole         bool // rows of B have all floats of a tile, else as many as there are columns
	resume        bool
	start         [PanelWidth]float32
}

// tileSet is a set's way to compute a convTile.
type tileSet uint8

const (
	tilesOfAVX512 tileSet = iota
	tilesOfAVX2
	tilesOfNEON
)

// maxCut is how many rows a run may leave out of a tile.
const maxCut = 3

// size returns the rows and columns of the largest tile for that many columns.
func (s tileSet) size(columns int) (rows, width int) {
	switch {
	case s == tilesOfAVX512 && columns > 16:
		return 14, 32
	case s == tilesOfAVX512:
		return 16, 16
	case s == tilesOfAVX2 && columns > 8:
		return 6, 16
	case s == tilesOfAVX2:
		return 12, 8
	default:
		return 6, 32
	}
}

// nineRows, as the rows of a tile, are nine rows in three groups: row 3i+j of A
// lies at i·rs + 4·j, and a run may leave out the first or the last row of each
// group.
const nineRows = 17

// tileJob is a tile whose runs are collected in a list.
type tileJob struct {
	convTile
	set    tileSet
	sealed int // runs that are not lengthened
	list   [32]convRun
}

// run appends a run of a distance of floats, or lengthens the last one where it
// goes on. A full list is computed first.
func (j *tileJob) run(a, b, steps, cut int) {
	a, b = 4*a, 4*b
	if j.count > j.sealed {
		last := &j.list[j.count-1]
		if last.cut == cut && last.reps == 1 && last.a+last.steps*j.cs == a && last.b+last.steps*j.ldb == b {
			last.steps += steps
			return
		}
	}
	if j.count == len(j.list) {
		j.flush()
	}
	j.list[j.count] = convRun{a: a, b: b, steps: steps, cut: cut, reps: 1}
	j.count++
}

// repeat makes the last run reps runs whose first steps are that many floats apart.
func (j *tileJob) repeat(reps, a, b int) {
	last := &j.list[j.count-1]
	last.reps, last.anext, last.bnext = reps, 4*a-last.steps*j.cs, 4*b-last.steps*j.ldb
}

// flush computes the tile as far as the list goes. Its chains continue in C.
func (j *tileJob) flush() {
	if j.count > 0 || !j.resume {
		j.set.compute(&j.convTile, &j.list[0])
	}
	j.resume, j.count, j.sealed = true, 0, 0
}

// grid is a product over taps: the forward pass of a convolution, or the gradient
// of some pixels of its input. Pixel (r, q) of C, rows.out×cols.out, is a sum over
// taps (i, j): the pixel of A at the place that the axes give, k channels, times
// the k rows of B from slice first + i·down + j·right on.
type grid struct {
	rows, cols         axis
	k                  int
	a, c               Layout
	b                  int // floats of a panel of B
	first, down, right int
	columns            int // of B
}

// samples computes n samples. Chains start at bias, or at +0 where it is nil.
func (g grid) samples(set tileSet, c, a, b, bias []float32, n int) {
	t := tiles{grid: g, cdata: c, bdata: b, bias: bias}
	t.job = tileJob{set: set}
	t.job.cs, t.job.ldb, t.job.whole, t.job.rounds = 4, 4*PanelWidth, true, 1
	t.job.a = &a[0]
	if g.pointwise() {
		t.pixels(n)
		return
	}
	if g.cols.out < few && n > g.cols.out {
		t.across(n)
		return
	}
	// A large B stays in the cache while all samples pass by, a small one while one does.
	const small = 64 << 10
	block := n
	if len(b) <= small {
		block = 1
	}
	t.strides(g.cols.stride*g.a.Col, g.c.Col, g.rows.stride*g.a.Row, g.c.Row)
	for s := 0; s < n; s += block {
		t.images(s, min(n, s+block))
	}
}

// few is the number of positions in a row of an image from which on they are rows
// of a tile whatever the number of samples: eight chains are in flight then.
const few = 4

// pointwise reports whether all pixels are alike: one tap, which meets them all.
func (g *grid) pointwise() bool {
	r, q := &g.rows, &g.cols
	return r.taps == 1 && q.taps == 1 && r.stride == 1 && q.stride == 1 && r.first == 0 && q.first == 0 && r.in == r.out && q.in == q.out &&
		g.a.Row == q.in*g.a.Col && g.c.Row == q.out*g.c.Col
}

// tiles are the tiles of a grid.
type tiles struct {
	grid
	job          tileJob
	cdata, bdata []float32
	bias         []float32
	bands        [16]band
	count        int // bands
}

// band is rows [from, to) of C that meet the same rows of taps, [i0, i1).
type band struct{ from, to, i0, i1 int }

// strides sets the strides of a tile's rows and of its blocks, in floats.
func (t *tiles) strides(arow, crow, ablock, cblock int) {
	t.job.rs, t.job.ldc, t.job.anext, t.job.cnext = 4*arow, 4*crow, 4*ablock, 4*cblock
}

// split fills bands with rows of C from a row on, and returns the row at which it
// ran out of bands.
func (t *tiles) split(from int) int {
	t.count = 0
	for from < t.rows.out && t.count < len(t.bands) {
		b := band{from: from, to: from + 1}
		b.i0, b.i1 = t.rows.inside(from)
		for ; b.to < t.rows.out; b.to++ {
			if i0, i1 := t.rows.inside(b.to); i0 != b.i0 || i1 != b.i1 {
				break
			}
		}
		t.bands[t.count], from = b, b.to
		t.count++
	}
	return from
}

// images computes samples [s0, s1): tiles of adjacent positions of a row.
func (t *tiles) images(s0, s1 int) {
	height, _ := t.job.set.size(t.columns)
	parts := (t.cols.out + height - 1) / height
	for row := 0; row < t.rows.out; {
		row = t.split(row)
		for from, part := 0, 1; part <= parts; {
			to := t.cols.out * part / parts
			for !t.fits(from, to) {
				to = from + (to-from)/2
			}
			t.job.rows = to - from
			t.span(from, to, s0, s1)
			from = to
			if from == t.cols.out*part/parts {
				part++
			}
		}
	}
}

// span computes positions [from, to) of the bands.
func (t *tiles) span(from, to, s0, s1 int) {
	job := &t.job
	// All bands share the runs of all rows of taps, where the list has room for them.
	job.count = 0
	shared := t.runs(0, t.rows.taps, from, to, false)
	each := job.count / max(1, t.rows.taps)
	_, width := job.set.size(t.columns)
	for v := 0; v < t.columns; v += width {
		t.column(v, width)
		for s := s0; s < s1; s++ {
			for i := range t.bands[:t.count] {
				b := &t.bands[i]
				job.blocks, job.resume = b.to-b.from, false
				t.place(s, b.from, from, v)
				if shared {
					job.count = (b.i1 - b.i0) * each
					job.set.compute(&job.convTile, &job.list[min(b.i0*each, len(job.list)-1)])
					continue
				}
				job.count = 0
				t.runs(b.i0, b.i1, from, to, true)
				job.flush()
			}
		}
	}
}

// column chooses columns of C from v on, up to width of them.
func (t *tiles) column(v, width int) {
	job := &t.job
	job.columns = min(width, t.columns-v)
	job.b = &t.bdata[v/PanelWidth*t.b+v%PanelWidth]
	if t.bias != nil {
		copy(job.start[:], t.bias[v:])
	}
}

// place points the tile at row r and column q of sample s in A and C.
func (t *tiles) place(s, r, q, v int) {
	a, c := &t.grid.a, &t.grid.c
	t.job.offset = 4 * (a.Start + s*a.Sample + (t.rows.first+r*t.rows.stride)*a.Row + (t.cols.first+q*t.cols.stride)*a.Col)
	t.job.c = &t.cdata[c.Start+s*c.Sample+r*c.Row+q*c.Col+v]
}

// runs appends the runs of rows of taps [i0, i1) for positions [from, to), which
// fit. A full list is computed, or, without flush, reported as false.
func (t *tiles) runs(i0, i1, from, to int, flush bool) bool {
	job := &t.job
	for i := i0; i < i1; i++ {
		job.sealed = job.count
		a, slice := i*t.rows.step*t.grid.a.Row, t.first+i*t.down
		for j := range t.cols.taps {
			lo, hi := t.cols.outputs(j)
			if lo, hi = max(lo, from), min(hi, to); lo >= hi {
				continue
			}
			if job.count == len(job.list) && !flush {
				return false
			}
			job.run(a+j*t.cols.step*t.grid.a.Col, (slice+j*t.right)*t.k*PanelWidth, t.k, lo-from-(to-hi))
		}
	}
	return true
}

// fits reports whether a tile of positions [from, to) can leave out what lies
// outside of the image.
func (t *tiles) fits(from, to int) bool {
	for j := range t.cols.taps {
		lo, hi := t.cols.outputs(j)
		lo, hi = max(lo, from), min(hi, to)
		if lo < hi && (lo > from && hi < to || max(lo-from, to-hi) > maxCut) {
			return false
		}
	}
	return true
}

// pixels computes a product without neighbours: tiles of any adjacent pixels, all
// of about the same height.
func (t *tiles) pixels(n int) {
	job := &t.job
	height, width := job.set.size(t.columns)
	pixels, images := t.rows.out*t.cols.out, n
	if a, c := &t.grid.a, &t.grid.c; a.Sample == pixels*a.Col && c.Sample == pixels*c.Col {
		pixels, images = pixels*n, 1 // of all samples
	}
	parts := (pixels + height - 1) / height
	low, taller := pixels/parts, pixels%parts
	job.list[0] = convRun{b: 4 * t.first * t.k * PanelWidth, steps: t.k, reps: 1}
	job.count = 1
	for v := 0; v < t.columns; v += width {
		t.column(v, width)
		for s := range images {
			t.cols.out = pixels
			t.place(s, 0, 0, v)
			if job.rows, job.blocks = low+1, taller; taller > 0 {
				t.strides(t.grid.a.Col, t.grid.c.Col, job.rows*t.grid.a.Col, job.rows*t.grid.c.Col)
				job.set.compute(&job.convTile, &job.list[0])
				t.place(s, 0, taller*job.rows, v)
			}
			job.rows, job.blocks = low, parts-taller
			t.strides(t.grid.a.Col, t.grid.c.Col, job.rows*t.grid.a.Col, job.rows*t.grid.c.Col)
			job.set.compute(&job.convTile, &job.list[0])
		}
	}
}

// across computes tiles of the same pixel of several samples.
func (t *tiles) across(n int) {
	job := &t.job
	height, width := job.set.size(t.columns)
	t.strides(t.grid.a.Sample, t.grid.c.Sample, 0, 0)
	job.blocks = 1
	parts := (n + height - 1) / height
	for v := 0; v < t.columns; v += width {
		t.column(v, width)
		for part := range parts {
			from := n * part / parts
			job.rows = n*(part+1)/parts - from
			for r := range t.rows.out {
				for q := range t.cols.out {
					job.resume = false
					t.place(from, r, q, v)
					t.pixel(r, q)
				}
			}
		}
	}
}

// pixel computes a tile of pixels (r, q): none leaves out what another has.
func (t *tiles) pixel(r, q int) {
	job := &t.job
	i0, i1 := t.rows.inside(r)
	j0, j1 := t.cols.inside(q)
	job.count, job.sealed = 0, 0
	for i := i0; i < i1; i++ {
		a, slice := i*t.rows.step*t.grid.a.Row, t.first+i*t.down
		for j := j0; j < j1; j++ {
			job.run(a+j*t.cols.step*t.grid.a.Col, (slice+j*t.right)*t.k*PanelWidth, t.k, 0)
		}
	}
	job.flush()
}
