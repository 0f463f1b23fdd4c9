package engine

import (
	"math/bits"

	"weft/asm"
)

// Source is data that was checked: what a step reads.
type Source struct {
	N        int // samples
	Features int // numbers of a sample
	Rows     []int32
	Bytes    []uint8   // storage of samples; a byte u is read as u/255; or
	Floats   []float32 // storage of samples
	Classes  []int32   // of each storage row, or nil
	Targets  []float32 // Outputs float targets of each storage row, or nil
	Outputs  int
	Weights  []float32 // of each storage row; nil: 1
}

// Row returns the storage row of sample i.
func (s *Source) Row(i int) int32 {
	if s.Rows == nil {
		return int32(i)
	}
	return s.Rows[i]
}

// reader is the memory in which one worker reads samples, as float32, both ways
// that a Dense layer wants them.
type reader struct {
	samples  []float32 // a panel: [features][32]
	features []float32 // panels of 32 features of some samples: [panels][samples][32]
	staging  []float32 // a panel of float samples, row by row
	row      []float32 // one sample of bytes, in whole panels of features
}

// newReader returns a reader of panels, and of n numbers of panels of features.
func newReader(s *Source, n int, alloc func(n int) []float32) reader {
	r := reader{samples: alloc(s.Features * panelWidth), features: alloc(n)}
	if s.Floats != nil {
		r.staging = alloc(s.Features * panelWidth)
	} else {
		r.row = alloc(PanelsOf(s.Features) * panelWidth)
	}
	return r
}

// rows returns n features from first on of the samples in the given storage rows,
// in panels of 32 features, [panels][samples][32].
func (r *reader) rows(k *asm.Kernels, s *Source, rows []int32, first, n int) []float32 {
	if s.Bytes != nil {
		k.GatherRows(r.features, s.Bytes, s.Features, first, n, rows)
		return r.features
	}
	for at := 0; at < n; at += panelWidth {
		panel, features := r.features[at*len(rows):], min(panelWidth, n-at)
		for i, row := range rows {
			copy(panel[i*panelWidth:][:features], s.Floats[int(row)*s.Features+first+at:])
		}
	}
	return r.features
}

// panel reads the samples in the given storage rows into columns 0 … width−1 of a
// panel; columns without a sample become +0. Floats pass through staging.
func (s *Source) panel(k *asm.Kernels, panel, staging []float32, rows []int32, width int) {
	if s.Bytes != nil {
		k.Gather(panel, s.Bytes, s.Features, rows, width)
		return
	}
	for i, r := range rows {
		copy(staging[i*s.Features:][:s.Features], s.Floats[int(r)*s.Features:])
	}
	k.PanelFromRows(panel, staging, s.Features, len(rows), s.Features, width)
}

// readTargets fills the classes or the float targets of columns c.
func (s *Source) readTargets(classes []int32, targets []float32, rows []int32, c Columns) {
	if s.Classes != nil && classes != nil {
		for i := range c.Width {
			classes[c.First()+i] = -1
			if i < len(rows) {
				classes[c.First()+i] = s.Classes[rows[i]]
			}
		}
	}
	if s.Targets != nil && targets != nil {
		for o := range s.Outputs {
			column := targets[c.At(s.Outputs)+o*panelWidth:][:c.Width]
			for i := range column {
				column[i] = 0
				if i < len(rows) {
					column[i] = s.Targets[int(rows[i])*s.Outputs+o]
				}
			}
		}
	}
}

// Shuffle fills order with the rows of the data in the order of one epoch, which
// depends on the seed and the epoch alone (Fisher and Yates; the bias of a choice
// is below n/2⁶⁴).
func Shuffle(order []int32, s *Source, seed uint64, epoch int) {
	InOrder(order, s)
	g := NewStream(seed, "shuffle", uint64(epoch))
	for i := len(order) - 1; i > 0; i-- {
		j, _ := bits.Mul64(g.Uint64(), uint64(i+1))
		order[i], order[j] = order[j], order[i]
	}
}

// InOrder fills order with the storage rows of the data.
func InOrder(order []int32, s *Source) {
	for i := range order {
		order[i] = s.Row(i)
	}
}
