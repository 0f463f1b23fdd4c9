package nn

import (
	"errors"
	"fmt"
	"math"
)

// Dataset is a set of samples with their targets. The rows of a storage hold
// the samples; Rows tells which of them belong to the set and in which order,
// so that a split or a subset copies nothing.
//
// Exactly one of Bytes and Floats is not nil, and exactly one of Classes and
// Targets. Nothing that the methods return may change while a model reads it.
type Dataset interface {
	Len() int           // number of samples
	Shape() []int       // shape of one sample, such as [28 28]
	Rows() []int32      // storage row of each sample; nil: sample i is row i
	Bytes() []uint8     // storage of samples, row by row; a byte u is read as u/255
	Floats() []float32  // storage of samples, row by row
	Classes() []int32   // class of each storage row, for sparse categorical cross-entropy
	Targets() []float32 // targets of each storage row, for the other losses
}

// Samples is a Dataset of float32 samples in memory.
type Samples struct {
	shape   []int
	x       []float32
	classes []int32
	targets []float32
	n       int
}

// NewClassified returns samples x, row by row in the given shape, each with its
// class. It fails where the length of x is not len(classes) times the size of a
// sample.
func NewClassified(x []float32, classes []int32, shape ...int) (*Samples, error) {
	return (&Samples{shape: shape, x: x, classes: classes, n: len(classes)}).checked()
}

// NewRegression returns samples x, row by row in the given shape, each with
// len(targets)/(len(x)/size of a sample) float targets; none, targets being
// nil, is enough for Predict. It fails where x are no whole number of samples, or targets
// do not divide among them.
func NewRegression(x, targets []float32, shape ...int) (*Samples, error) {
	size := product(shape)
	if size < 1 {
		return nil, fmt.Errorf("nn: the shape %v of a sample holds no number", shape)
	}
	s := &Samples{shape: shape, x: x, targets: targets, n: len(x) / size}
	if s.n > 0 && len(targets)%s.n != 0 {
		return nil, fmt.Errorf("nn: %d targets do not divide among %d samples", len(targets), s.n)
	}
	return s.checked()
}

// checked returns the samples, or an error where they are not as many as they say.
func (s *Samples) checked() (*Samples, error) {
	size := product(s.shape)
	if size < 1 || len(s.x) != s.n*size {
		return nil, fmt.Errorf("nn: %d numbers are not %d samples of shape %v", len(s.x), s.n, s.shape)
	}
	return s, nil
}

// Len returns the number of samples.
func (s *Samples) Len() int { return s.n }

// Shape returns the shape of one sample.
func (s *Samples) Shape() []int { return s.shape }

// Rows returns nil: sample i is row i.
func (s *Samples) Rows() []int32 { return nil }

// Bytes returns nil: the samples are floats.
func (s *Samples) Bytes() []uint8 { return nil }

// Floats returns the samples, row by row.
func (s *Samples) Floats() []float32 { return s.x }

// Classes returns the class of each sample, nil for float targets.
func (s *Samples) Classes() []int32 { return s.classes }

// Targets returns the float targets, row by row, nil for classes.
func (s *Samples) Targets() []float32 { return s.targets }

// source is a Dataset that was checked against a model: its slices, read once.
type source struct {
	n        int
	features int
	rows     []int32
	bytes    []uint8
	floats   []float32
	classes  []int32
	targets  []float32
	outputs  int // float targets a row
}

// row returns the storage row of sample i.
func (s *source) row(i int) int32 {
	if s.rows == nil {
		return int32(i)
	}
	return s.rows[i]
}

// newSource checks data as the input of a model of the given input size, and
// returns its slices. name is what an error calls the set.
func newSource(name string, data Dataset, features int) (*source, error) {
	n := data.Len()
	if n <= 0 {
		return nil, fmt.Errorf("nn: the %s set is empty: give at least one sample", name)
	}
	s := &source{n: n, features: features, rows: data.Rows(), bytes: data.Bytes(), floats: data.Floats(), classes: data.Classes(), targets: data.Targets()}
	if got := product(data.Shape()); got != features {
		return nil, fmt.Errorf("nn: a sample of the %s set has shape %v = %d numbers, the model takes %d", name, data.Shape(), got, features)
	}
	if (s.bytes == nil) == (s.floats == nil) {
		return nil, fmt.Errorf("nn: the %s set must give either Bytes or Floats", name)
	}
	if s.classes != nil && s.targets != nil {
		return nil, fmt.Errorf("nn: the %s set gives both Classes and Targets: give what the loss wants", name)
	}
	stored := len(s.bytes)/features + len(s.floats)/features // one of them is 0
	if (len(s.bytes)+len(s.floats))%features != 0 {
		return nil, fmt.Errorf("nn: the storage of the %s set, %d numbers, is no whole number of samples of %d", name, len(s.bytes)+len(s.floats), features)
	}
	if s.rows == nil && stored != n || s.rows != nil && len(s.rows) != n {
		return nil, fmt.Errorf("nn: the %s set says %d samples, but has %d rows in storage and %d row numbers", name, n, stored, len(s.rows))
	}
	for i, r := range s.rows {
		if r < 0 || int(r) >= stored {
			return nil, fmt.Errorf("nn: sample %d of the %s set is row %d of a storage of %d", i, name, r, stored)
		}
	}
	if s.classes != nil && len(s.classes) != stored {
		return nil, fmt.Errorf("nn: the %s set has %d classes for %d samples in storage", name, len(s.classes), stored)
	}
	if s.targets != nil {
		if stored == 0 || len(s.targets)%stored != 0 {
			return nil, fmt.Errorf("nn: %d float targets of the %s set do not divide among %d samples", len(s.targets), name, stored)
		}
		s.outputs = len(s.targets) / stored
	}
	return s, nil
}

// checkTargets checks the targets of the set against a loss and the number of
// outputs of a model.
func (s *source) checkTargets(name string, loss Loss, outputs int) error {
	if loss == SparseCategoricalCrossentropy {
		if s.classes == nil {
			return fmt.Errorf("nn: %v wants a class for each sample, the %s set has none: use categorical_crossentropy for one-hot targets", loss, name)
		}
		for i := range s.n {
			if c := s.classes[s.row(i)]; c < 0 || int(c) >= outputs {
				return fmt.Errorf("nn: sample %d of the %s set has class %d, the model has outputs for 0…%d", i, name, c, outputs-1)
			}
		}
		return nil
	}
	if s.targets == nil {
		return fmt.Errorf("nn: %v wants float targets, the %s set has none: use sparse_categorical_crossentropy for classes", loss, name)
	}
	if s.outputs != outputs {
		return fmt.Errorf("nn: the %s set has %d targets a sample, the model has %d outputs", name, s.outputs, outputs)
	}
	return nil
}

// product returns the number of numbers in a shape, 0 where a dimension is not
// positive, and the largest int where an int cannot hold it.
func product(shape []int) int {
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

// errNoData is what Fit, Evaluate and Predict return for a nil set.
var errNoData = errors.New("nn: the data is nil: give a Dataset")
