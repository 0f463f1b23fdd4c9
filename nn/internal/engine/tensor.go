package engine

import "weft/asm"

// Split says which part of a memory one worker touches.
type Split uint8

// The splits. Two workers may touch one memory without a barrier between them
// only where both split it the same way.
const (
	ByUnits   Split = iota // its own units (features), all samples
	BySamples              // its own samples, all units
	ByInputs               // weights: the panels of inputs that it owns or takes, all units; one op a step
	All                    // everything
)

// Memory is a run of floats that ops of a plan share. The plan gives it a place;
// each [Step] has floats of its own there, see [Step.Floats].
type Memory struct {
	// Split is how the last op that writes it in a step divides it among workers,
	// Density the share of it that is expected not to be zero. Ops set them for
	// what they write, in Build or in [Planner.Plan], and read those of their
	// inputs.
	Split   Split
	Density float64

	at, floats int
	input      bool // the sample of a one-row plan, which is not copied
}

// Layout is how a tensor lies in memory.
type Layout uint8

// The layouts.
const (
	Panels Layout = iota // [⌈samples/32⌉][features][32]
	Rows                 // [samples][features], sample by sample; split by samples
)

// Tensor is what one layer hands to the next: values, and in training the
// gradient of the loss by them.
type Tensor struct {
	Shape    []int // of one sample
	Features int   // numbers of one sample
	Layout   Layout

	Values *Memory // nil for an Input that nobody has asked for: see [Builder.Read]
	Grad   *Memory // nil where nothing below trains, and outside training

	// Across are the values in panels of 32 features, [⌈features/32⌉][samples][32],
	// where somebody asked for them: see [Builder.Across].
	Across *Memory

	// Input marks the batch itself. It has no memory of its own until a layer
	// wants it: an op may read the data panel by panel with [Step.ReadPanel] and
	// [Step.ReadRows] instead. (Sharing a gathered batch between workers cost
	// 22 µs of cache lines that the other core held, for 8 µs of reading; a batch
	// of 2048 images, kept, leaves every L2.)
	Input bool

	// Overwrite says that the next layer may write its values over these: nothing
	// else reads them, not even the backward pass of the op that made them.
	Overwrite bool

	readers  int        // that have a gradient for it
	partials []*Memory  // of the second, third … reader
	other    [2]*Tensor // the same values in another layout
}

// GroupWidth is the least number of samples that a worker owns where work is
// split by samples: half a panel, one AVX-512 register.
const GroupWidth = asm.PanelWidth / 2

// Columns is a range of samples inside one panel.
type Columns struct{ Panel, Offset, Width int }

// ColumnsFrom returns the columns of group lo, joined with the next group where
// that is in the same panel and below hi.
func ColumnsFrom(lo, hi int) Columns {
	c := Columns{Panel: lo / 2, Offset: lo % 2 * GroupWidth, Width: GroupWidth}
	if c.Offset == 0 && lo+1 < hi {
		c.Width = asm.PanelWidth
	}
	return c
}

// At returns the index of the first number of the columns in panels of the given
// number of features.
func (c Columns) At(features int) int {
	return c.Panel*features*asm.PanelWidth + c.Offset
}

// First returns the number of the first sample in the batch.
func (c Columns) First() int { return c.Panel*asm.PanelWidth + c.Offset }

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

// PanelsOf returns the number of panels that hold n features or samples.
func PanelsOf(n int) int { return (n + asm.PanelWidth - 1) / asm.PanelWidth }

// Pad16 rounds n up to a multiple of 16 floats, a cache line.
func Pad16(n int) int { return (n + 15) &^ 15 }

// Reshaped returns the tensor with another shape of the same size. It is the same
// memory, with the same gradient.
func (t *Tensor) Reshaped(shape ...int) *Tensor {
	t.Shape = shape
	return t
}

// InPlace returns a tensor in the memory of t, whose values are written over.
func (t *Tensor) InPlace(split Split) *Tensor {
	t.Values.Split = split
	return &Tensor{Shape: t.Shape, Features: t.Features, Layout: t.Layout, Values: t.Values, Grad: t.Grad}
}
