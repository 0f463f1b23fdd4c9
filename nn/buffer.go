package nn

import "weft/asm"

// groupWidth is the least number of samples that a worker owns where work is
// split over samples: half a panel, one AVX-512 register.
const groupWidth = asm.PanelWidth / 2

// buffer is the activations between two nodes: values and gradients in panels
// of 32 samples, [panels][features][32], and, where a Dense layer trains on
// them, the values also in panels of 32 features, [⌈features/32⌉][samples][32].
type buffer struct {
	features     int
	panels, grad []float32
	rows         []float32
	samples      int  // in a panel of rows, pads included
	wantRows     bool // a Dense layer that trains needs it
	wantGrad     bool // something below it trains

	// set marks the batch where a Dense layer reads it: it has no memory, each
	// worker reads what it needs from the set. Sharing it between workers cost
	// 22 µs of cache lines that the other core held, for 8 µs of reading (two
	// cores of a Xeon server); a batch of 2048 images, kept, leaves every L2.
	set bool
}

// columns is a range of samples inside one panel.
type columns struct{ panel, offset, width int }

// columnsFrom returns the columns of group lo, joined with the next group where
// that is in the same panel and below hi.
func columnsFrom(lo, hi int) columns {
	c := columns{panel: lo / 2, offset: lo % 2 * groupWidth, width: groupWidth}
	if c.offset == 0 && lo+1 < hi {
		c.width = asm.PanelWidth
	}
	return c
}

// at returns the index of the first number of the columns in a buffer with the
// given number of features.
func (c columns) at(features int) int {
	return c.panel*features*asm.PanelWidth + c.offset
}

// first returns the number of the first sample in the batch.
func (c columns) first() int { return c.panel*asm.PanelWidth + c.offset }

// panelsOf returns the number of panels that hold n features or samples.
func panelsOf(n int) int { return (n + asm.PanelWidth - 1) / asm.PanelWidth }

// pad16 rounds n up to a multiple of 16 floats, a cache line.
func pad16(n int) int { return (n + 15) &^ 15 }

// pad32 rounds n up to whole panels.
func pad32(n int) int { return panelsOf(n) * asm.PanelWidth }

// slab calls wishes twice: first to add up how many floats it asks for, then
// with pieces of one slice of that many. Each piece starts on a cache line.
func slab(wishes func(alloc func(n int) []float32)) {
	total := 0
	wishes(func(n int) []float32 { total += pad16(n); return nil })
	mem := asm.Aligned(total)
	wishes(func(n int) []float32 {
		s := mem[:n:n]
		mem = mem[pad16(n):]
		return s
	})
}
