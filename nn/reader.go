package nn

import "weft/asm"

// reader is the memory in which one worker reads samples of a set, as float32,
// both ways that a Dense layer wants them.
type reader struct {
	samples  []float32 // a panel: [features][32]
	features []float32 // panels of 32 features of some samples: [panels][samples][32]
	staging  []float32 // a panel of float samples, row by row
}

// newReader returns a reader of panels, and of n numbers of panels of features.
func newReader(s *source, n int, alloc func(n int) []float32) reader {
	r := reader{samples: alloc(s.features * asm.PanelWidth), features: alloc(n)}
	if s.floats != nil {
		r.staging = alloc(s.features * asm.PanelWidth)
	}
	return r
}

// panel returns a panel of the samples in the given storage rows; its columns
// beyond them, up to width, are +0.
func (r *reader) panel(k *asm.Kernels, s *source, rows []int32, width int) []float32 {
	s.panel(k, r.samples, r.staging, rows, width)
	return r.samples
}

// rows returns n features from first on of the samples in the given storage rows,
// in panels of 32 features, [panels][samples][32].
func (r *reader) rows(k *asm.Kernels, s *source, rows []int32, first, n int) []float32 {
	const width = asm.PanelWidth
	if s.bytes != nil {
		k.GatherRows(r.features, s.bytes, s.features, first, n, rows)
		return r.features
	}
	for at := 0; at < n; at += width {
		panel, features := r.features[at*len(rows):], min(width, n-at)
		for i, row := range rows {
			copy(panel[i*width:][:features], s.floats[int(row)*s.features+first+at:])
		}
	}
	return r.features
}

// panel reads the samples in the given storage rows into columns 0 … width−1 of
// a panel; columns without a sample become +0. Floats pass through staging.
func (s *source) panel(k *asm.Kernels, panel, staging []float32, rows []int32, width int) {
	if s.bytes != nil {
		k.Gather(panel, s.bytes, s.features, rows, width)
		return
	}
	for i, r := range rows {
		copy(staging[i*s.features:][:s.features], s.floats[int(r)*s.features:])
	}
	k.PanelFromRows(panel, staging, s.features, len(rows), s.features, width)
}

// readTargets fills the classes or the float targets of columns c.
func (s *source) readTargets(classes []int32, targets []float32, rows []int32, c columns) {
	if s.classes != nil && classes != nil {
		for i := range c.width {
			classes[c.first()+i] = -1
			if i < len(rows) {
				classes[c.first()+i] = s.classes[rows[i]]
			}
		}
	}
	if s.targets != nil && targets != nil {
		for o := range s.outputs {
			column := targets[c.at(s.outputs)+o*asm.PanelWidth:][:c.width]
			for i := range column {
				column[i] = 0
				if i < len(rows) {
					column[i] = s.targets[int(rows[i])*s.outputs+o]
				}
			}
		}
	}
}
