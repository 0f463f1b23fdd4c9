package nn

import (
	"errors"
	"fmt"
	"math"

	"weft/nn/data"
	"weft/nn/internal/engine"
	"weft/nn/losses"
)

// errNoData is what Fit, Evaluate and Predict return for nil data.
var errNoData = errors.New("nn: the data is nil: give a *data.Data or a set that has one")

// dataOf returns what a source holds.
func dataOf(s data.Source) (*data.Data, error) {
	if s == nil {
		return nil, errNoData
	}
	d := s.Data()
	if d == nil {
		return nil, errNoData
	}
	return d, nil
}

// newSource checks data as the input of a model of the given input size. name is what
// an error calls the set.
func newSource(name string, d *data.Data, features int) (*engine.Source, error) {
	n := d.Len()
	s := &engine.Source{N: n, Features: features, Rows: d.Rows, Bytes: d.Bytes, Floats: d.Floats, Classes: d.Classes, Targets: d.Targets, Weights: d.Weights}
	if got := engine.Product(d.Shape); got != features {
		return nil, fmt.Errorf("nn: a sample of the %s set has shape %v = %d numbers, the model takes %d", name, d.Shape, got, features)
	}
	if n <= 0 {
		return nil, fmt.Errorf("nn: the %s set is empty: give at least one sample", name)
	}
	if (s.Bytes == nil) == (s.Floats == nil) {
		return nil, fmt.Errorf("nn: the %s set must give either Bytes or Floats", name)
	}
	if s.Classes != nil && s.Targets != nil {
		return nil, fmt.Errorf("nn: the %s set gives both Classes and Targets: give what the loss wants", name)
	}
	numbers := len(s.Bytes) + len(s.Floats) // one of them is 0
	stored := numbers / features
	if numbers%features != 0 {
		return nil, fmt.Errorf("nn: the storage of the %s set, %d numbers, is no whole number of samples of %d", name, numbers, features)
	}
	for i, r := range s.Rows {
		if r < 0 || int(r) >= stored {
			return nil, fmt.Errorf("nn: sample %d of the %s set is row %d of a storage of %d", i, name, r, stored)
		}
	}
	if s.Classes != nil && len(s.Classes) != stored {
		return nil, fmt.Errorf("nn: the %s set has %d classes for %d samples in storage", name, len(s.Classes), stored)
	}
	if err := checkWeights(s, name, stored); err != nil {
		return nil, err
	}
	if s.Targets != nil {
		if len(s.Targets)%stored != 0 {
			return nil, fmt.Errorf("nn: %d float targets of the %s set do not divide among %d samples", len(s.Targets), name, stored)
		}
		s.Outputs = len(s.Targets) / stored
	}
	return s, nil
}

// checkWeights checks the weights of a set, which may have been put there by hand.
func checkWeights(s *engine.Source, name string, stored int) error {
	if s.Weights == nil {
		return nil
	}
	if len(s.Weights) != stored {
		return fmt.Errorf("nn: the %s set has %d weights for %d samples in storage", name, len(s.Weights), stored)
	}
	for i := range s.N {
		if w := s.Weights[s.Row(i)]; !(w >= 0 && w <= math.MaxFloat32) {
			return fmt.Errorf("nn: the weight of sample %d of the %s set is %v: give finite numbers ≥ 0", i, name, w)
		}
	}
	return nil
}

// checkTargets checks the targets of a set against a loss and the number of outputs of
// a model, each target once.
func checkTargets(s *engine.Source, name string, loss losses.Loss, outputs int) error {
	if losses.WantsClasses(loss) {
		if s.Classes == nil {
			return fmt.Errorf("nn: %s wants a class for each sample, the %s set has none: use categorical_crossentropy for one-hot targets", loss.Name(), name)
		}
		for i := range s.N {
			if c := s.Classes[s.Row(i)]; c < 0 || int(c) >= outputs {
				return fmt.Errorf("nn: sample %d of the %s set has class %d, the model has outputs for 0…%d", i, name, c, outputs-1)
			}
		}
		return nil
	}
	if s.Targets == nil {
		return fmt.Errorf("nn: %s wants float targets, the %s set has none: use sparse_categorical_crossentropy for classes", loss.Name(), name)
	}
	if s.Outputs != outputs {
		return fmt.Errorf("nn: the %s set has %d targets a sample, the model has %d outputs", name, s.Outputs, outputs)
	}
	c, ok := loss.(losses.Checked)
	if !ok {
		return nil
	}
	for i := range s.N {
		at := int(s.Row(i)) * outputs
		if err := c.CheckTarget(s.Targets[at : at+outputs]); err != nil {
			return fmt.Errorf("nn: sample %d of the %s set does not suit %s: %w", i, name, loss.Name(), err)
		}
	}
	return nil
}

// checkedSource checks data for training or evaluation.
func (m *Sequential) checkedSource(name string, d *data.Data, o *outline) (*engine.Source, error) {
	s, err := newSource(name, d, o.features)
	if err != nil {
		return nil, err
	}
	return s, checkTargets(s, name, m.training.loss, o.outputs)
}
