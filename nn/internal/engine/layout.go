package engine

// The ops of this file bring the values of a tensor, or of the batch, into another
// layout, and gradients back.

// gather reads the batch into panels.
type gather struct{ x *Tensor }

func (o *gather) Uses() []Use {
	return []Use{{Memory: o.x.Values, Split: BySamples, Write: true}}
}

func (o *gather) Run(s *Step, worker, workers int) {
	values := s.Floats(o.x.Values)
	for r := s.Regions(o.x.Features, BySamples, worker, workers); r.Next(); {
		s.data.panel(s.Kernels, values[r.At:], s.readers[worker].staging, s.batchRows(r.First, r.Width), r.Width)
	}
}

// gatherRows reads the batch sample by sample.
type gatherRows struct{ x *Tensor }

func (o *gatherRows) Uses() []Use {
	return []Use{{Memory: o.x.Values, Split: BySamples, Write: true}}
}

func (o *gatherRows) Run(s *Step, worker, workers int) {
	values, features := s.Floats(o.x.Values), o.x.Features
	lo, hi := s.SampleRange(worker, workers)
	for i := lo; i < hi; i++ {
		to := values[i*features : (i+1)*features]
		if s.data.Bytes == nil {
			row := int(s.rows[i])
			copy(to, s.data.Floats[row*features:(row+1)*features])
			continue
		}
		r := &s.readers[worker]
		s.Kernels.GatherRows(r.row, s.data.Bytes, features, 0, features, s.rows[i:i+1])
		copy(to, r.row)
	}
}

// across writes the values of a tensor in panels also in panels of features.
type across struct {
	x     *Tensor
	split Split
}

func (o *across) Uses() []Use {
	return []Use{
		{Memory: o.x.Values, Split: o.split},
		{Memory: o.x.Across, Split: o.split, Write: true},
	}
}

func (o *across) Run(s *Step, worker, workers int) {
	values, to := s.Floats(o.x.Values), s.Floats(o.x.Across)
	samples := s.Capacity()
	for r := s.Regions(o.x.Features, o.split, worker, workers); r.Next(); {
		n := min(r.Width, s.Batch-r.First)
		for u := 0; u < r.Units && n > 0; { // block by block of both panels
			f := (r.Unit + u) % panelWidth
			units := min(panelWidth-f, r.Units-u)
			block := to[((r.Unit+u)/panelWidth*samples+r.First)*panelWidth+f:]
			s.Kernels.RowsFromPanel(block, panelWidth, values[r.At+u*panelWidth:], n, units)
			u += units
		}
	}
}

// toPanels copies rows to panels. Columns beyond the batch become +0.
type toPanels struct {
	rows, panels *Memory
	features     int
}

func (o *toPanels) Uses() []Use {
	return []Use{{Memory: o.rows, Split: BySamples}, {Memory: o.panels, Split: BySamples, Write: true}}
}

// Plan is for a gradient.
func (o *toPanels) Plan(*Builder) { o.panels.Split, o.panels.Density = BySamples, o.rows.Density }

func (o *toPanels) Run(s *Step, worker, workers int) {
	rows, panels := s.Floats(o.rows), s.Floats(o.panels)
	for r := s.Regions(o.features, BySamples, worker, workers); r.Next(); {
		n := max(0, min(r.Width, s.Batch-r.First))
		s.Kernels.PanelFromRows(panels[r.At:], rows[min(r.First, s.Batch)*o.features:], o.features, n, o.features, r.Width)
	}
}

// toRows copies panels to rows.
type toRows struct {
	panels, rows *Memory
	features     int
}

func (o *toRows) Uses() []Use {
	return []Use{{Memory: o.panels, Split: BySamples}, {Memory: o.rows, Split: BySamples, Write: true}}
}

// Plan is for a gradient.
func (o *toRows) Plan(*Builder) { o.rows.Split, o.rows.Density = BySamples, o.panels.Density }

func (o *toRows) Run(s *Step, worker, workers int) {
	panels, rows := s.Floats(o.panels), s.Floats(o.rows)
	for r := s.Regions(o.features, BySamples, worker, workers); r.Next(); {
		if n := min(r.Width, s.Batch-r.First); n > 0 {
			s.Kernels.RowsFromPanel(rows[r.First*o.features:], o.features, panels[r.At:], n, o.features)
		}
	}
}
