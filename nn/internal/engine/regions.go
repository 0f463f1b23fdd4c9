package engine

import "weft/asm"

// Regions walks over the part of a tensor in panels that one worker owns, panel by
// panel.
type Regions struct {
	At          int // index of the region's first number
	First       int // its first sample
	Unit, Units int // its units
	Width       int // its samples

	features, lo, hi, panel, panels int
	samples                         bool
}

// Regions returns a walk over the part of one worker.
func (s *Step) Regions(features int, split Split, worker, workers int) Regions {
	r := Regions{features: features, samples: split == BySamples, panels: s.Panels}
	if r.samples {
		r.lo, r.hi = s.Samples(worker, workers)
		r.Units = features
	} else {
		r.lo, r.hi = s.Share(features, worker, workers)
		r.Unit, r.Units, r.Width = r.lo, r.hi-r.lo, asm.PanelWidth
	}
	return r
}

// Next moves to the next region and reports whether there is one.
func (r *Regions) Next() bool {
	if r.samples {
		if r.lo >= r.hi {
			return false
		}
		c := ColumnsFrom(r.lo, r.hi)
		r.lo += c.Width / GroupWidth
		r.At, r.First, r.Width = c.At(r.features), c.First(), c.Width
		return true
	}
	if r.panel >= r.panels || r.Units == 0 {
		return false
	}
	r.First = r.panel * asm.PanelWidth
	r.At = (r.panel*r.features + r.Unit) * asm.PanelWidth
	r.panel++
	return true
}

// Columns returns the samples of the region.
func (r *Regions) Columns() Columns {
	return Columns{r.First / asm.PanelWidth, r.First % asm.PanelWidth, r.Width}
}

// SampleRange returns the samples [lo, hi) of the batch that a worker owns where work
// is split by samples.
func (s *Step) SampleRange(worker, workers int) (lo, hi int) {
	if s.Panels == 0 { // one sample
		return 0, 1
	}
	g0, g1 := s.Samples(worker, workers)
	return min(g0*GroupWidth, s.Batch), min(g1*GroupWidth, s.Batch)
}

// Spans walks over the contiguous floats of a tensor that one worker owns, in any
// layout: what element-wise ops do.
type Spans struct {
	Lo, Hi int

	regions Regions
	unit    int
	rows    bool
}

// Spans returns a walk over the part of one worker.
func (s *Step) Spans(t *Tensor, split Split, worker, workers int) Spans {
	if t.Layout == Rows {
		lo, hi := s.SampleRange(worker, workers)
		return Spans{Lo: lo * t.Features, Hi: hi * t.Features, rows: true}
	}
	return Spans{regions: s.Regions(t.Features, split, worker, workers)}
}

// Next moves to the next span and reports whether there is one.
func (p *Spans) Next() bool {
	if p.rows {
		p.rows = false
		return p.Lo < p.Hi
	}
	r := &p.regions
	if p.unit == 0 {
		if r.panels == 0 || !r.Next() {
			return false
		}
		if r.Width == asm.PanelWidth {
			p.Lo, p.Hi = r.At, r.At+r.Units*asm.PanelWidth
			return true
		}
	}
	p.Lo = r.At + p.unit*asm.PanelWidth
	p.Hi = p.Lo + r.Width
	if p.unit++; p.unit == r.Units {
		p.unit = 0
	}
	return true
}
