package engine

import "weft/asm"

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
