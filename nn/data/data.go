// Package data holds what a model reads: samples with their targets, in memory.
//
//	train, err := data.NewClassification(x, classes, 28, 28)   // float32 samples
//	train, err := data.NewImages(pixels, classes, 28, 28)      // bytes, read as u/255
//	train, err := data.NewRegression(x, targets, 4)
//	train, err = train.WithWeights(weights)
//
// Rows name the samples of a storage that belong to the data, so that a split or a
// subset copies nothing.
package data

import (
	"fmt"
	"math"
	"slices"
)

// Data is samples with their targets. Exactly one of Bytes and Floats is not nil, and
// at most one of Classes and Targets. Nothing of it may change while a model reads it.
type Data struct {
	Shape   []int     // of one sample, such as [28 28]
	Bytes   []uint8   // storage of samples, row by row; a byte u is read as u/255
	Floats  []float32 // storage of samples, row by row
	Rows    []int32   // storage row of each sample; nil: sample i is row i
	Classes []int32   // class of each storage row, for sparse categorical cross-entropy
	Targets []float32 // targets of each storage row, for the other losses
	Weights []float32 // weight of each storage row in the loss; nil: 1
}

// Source is what Fit, Evaluate and Predict read: a Data, or a type that has one, such
// as mnist.Set.
type Source interface{ Data() *Data }

// Data returns d, which makes it a [Source].
func (d *Data) Data() *Data { return d }

// NewClassification returns samples x, row by row in the given shape, each with its
// class. It fails where the length of x is not len(classes) times the size of a
// sample.
func NewClassification(x []float32, classes []int32, shape ...int) (*Data, error) {
	d := &Data{Shape: slices.Clone(shape), Floats: nonNil(x), Classes: nonNil(classes)}
	return d, d.checkStorage(len(classes))
}

// NewImages returns samples of bytes, row by row in the given shape, each with its
// class. A byte u is read as u/255.
func NewImages(pixels []uint8, classes []int32, shape ...int) (*Data, error) {
	d := &Data{Shape: slices.Clone(shape), Bytes: nonNil(pixels), Classes: nonNil(classes)}
	return d, d.checkStorage(len(classes))
}

// NewRegression returns samples x, row by row in the given shape, each with
// len(targets)/(number of samples) float targets; none, targets being nil, is enough
// for Predict. It fails where x is no whole number of samples, or targets do not
// divide among them.
func NewRegression(x, targets []float32, shape ...int) (*Data, error) {
	d := &Data{Shape: slices.Clone(shape), Floats: nonNil(x), Targets: targets}
	size := product(shape)
	if size < 1 {
		return nil, fmt.Errorf("data: the shape %v of a sample holds no number", shape)
	}
	n := len(x) / size
	if n > 0 && len(targets)%n != 0 {
		return nil, fmt.Errorf("data: %d targets do not divide among %d samples", len(targets), n)
	}
	return d, d.checkStorage(n)
}

// WithWeights returns the data with a weight for each storage row, finite and not
// negative, by which its loss is multiplied.
func (d *Data) WithWeights(weights []float32) (*Data, error) {
	if stored := d.Stored(); len(weights) != stored {
		return nil, fmt.Errorf("data: %d weights for %d samples in storage", len(weights), stored)
	}
	for i, w := range weights {
		if !(w >= 0 && w <= math.MaxFloat32) {
			return nil, fmt.Errorf("data: the weight of sample %d is %v: give finite numbers ≥ 0", i, w)
		}
	}
	c := *d
	c.Weights = weights
	return &c, nil
}

// Len returns the number of samples.
func (d *Data) Len() int {
	if d.Rows != nil {
		return len(d.Rows)
	}
	return d.Stored()
}

// Stored returns the number of samples in storage, 0 for a shape that holds no
// number.
func (d *Data) Stored() int {
	size := product(d.Shape)
	if size < 1 {
		return 0
	}
	return (len(d.Bytes) + len(d.Floats)) / size
}

// Row returns the storage row of sample i.
func (d *Data) Row(i int) int {
	if d.Rows != nil {
		return int(d.Rows[i])
	}
	return i
}

// checkStorage returns an error where the storage is not n samples.
func (d *Data) checkStorage(n int) error {
	size := product(d.Shape)
	if numbers := len(d.Bytes) + len(d.Floats); size < 1 || n > math.MaxInt/size || numbers != n*size {
		return fmt.Errorf("data: %d numbers are not %d samples of shape %v", numbers, n, d.Shape)
	}
	return nil
}

// nonNil makes an empty slice of nil: there are no samples, rather than no storage.
func nonNil[T any](x []T) []T {
	if x == nil {
		return []T{}
	}
	return x
}

// product returns the number of numbers in a shape, 0 where a dimension is not
// positive or an int cannot hold it.
func product(shape []int) int {
	n := 1
	for _, d := range shape {
		if d < 1 || n > math.MaxInt/d {
			return 0
		}
		n *= d
	}
	return n
}
