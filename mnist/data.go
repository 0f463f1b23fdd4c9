package mnist

import "weft/nn/data"

// Data returns the images as bytes with their labels as classes, which makes a Set a
// [data.Source] that a model of package nn trains on.
func (s *Set) Data() *data.Data {
	return &data.Data{Shape: []int{s.height, s.width}, Bytes: s.pixels, Classes: s.labels, Rows: s.rows}
}
