package engine

import (
	"math"

	"weft/asm"
)

const panelWidth = asm.PanelWidth

// Product returns the number of numbers in a shape, 0 where a dimension is not
// positive, and the largest int where an int cannot hold it.
func Product(shape []int) int {
	n := 1
	for _, d := range shape {
		if d < 1 {
			return 0
		}
		if n > math.MaxInt/d {
			n = math.MaxInt
		} else {
			n *= d
		}
	}
	return n
}

// PanelsOf returns the number of panels that hold n features or samples.
func PanelsOf(n int) int { return (n + asm.PanelWidth - 1) / asm.PanelWidth }

// Pad16 rounds n up to a multiple of 16 floats, a cache line.
func Pad16(n int) int { return (n + 15) &^ 15 }
