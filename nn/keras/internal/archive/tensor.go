package archive

import (
	"fmt"
	"math"
)

// Tensor is an array of float32 in row-major order.
type Tensor struct {
	Name    string // as Keras names the variable: kernel, gamma, moving_mean
	Shape   []int
	Values  []float32
	Trained bool // false for moving means and the like, whether the layer is frozen or not
}

// maxElements is the most numbers of an array.
const maxElements = math.MaxInt32

// sizes refuses shapes that nobody can hold in memory.
func sizes(shape []int) error {
	n := 1
	for _, d := range shape {
		if d <= 0 || n > maxElements/d {
			return fmt.Errorf("the shape %v: each axis must have at least 1 and all together less than 2³¹ numbers", shape)
		}
		n *= d
	}
	if len(shape) > 8 {
		return fmt.Errorf("the shape %v has more than 8 axes", shape)
	}
	return nil
}

// elements is the number of elements of a shape that sizes has checked.
func elements(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}
