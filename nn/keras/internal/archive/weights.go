package archive

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"weft/nn/keras/internal/hdf5"
)

// variable is a variable of an optimizer as a file holds it.
type variable struct {
	name string // in a legacy file, such as Adam/hidden/kernel/m:0; "" else
	*hdf5.Dataset
}

// stored is the content of a weights file for a model: the tensors of each layer,
// not yet read, and the optimizer's variables.
type stored struct {
	layers    [][]*hdf5.Dataset
	optimizer []variable // nil where the file has none
	// optimizerErr is why the optimizer's variables cannot be had.
	optimizerErr error
}

// withCount reports whether a layer has, after its weights, an integer that counts
// what adapt has seen.
func withCount(l *Layer) bool {
	n, ok := l.Config.(*Normalization)
	return ok && n.Mean == nil
}

// groupNames are the names of the layers' groups: Keras counts the layers of a
// class, by its name in small letters.
func groupNames(m *Model) []string {
	counts := map[string]int{}
	names := make([]string, len(m.Layers))
	for i := range m.Layers {
		name := snake(m.Layers[i].Config.Class())
		if names[i] = name; counts[name] > 0 {
			names[i] += "_" + strconv.Itoa(counts[name])
		}
		counts[name]++
	}
	return names
}

// find3 finds the weights in a file of Keras 3, or of tf.keras 2.12 and later:
// groups layers/<class>/vars with numbered datasets.
func find3(root *hdf5.Group, m *Model) (*stored, error) {
	layers, err := layersName(root)
	if err != nil {
		return nil, err
	}
	s := &stored{layers: make([][]*hdf5.Dataset, len(m.Layers))}
	if layers != "" {
		group, err := root.Group(layers)
		if err != nil {
			return nil, err
		}
		known := map[string]bool{"input_layer": true}
		for i, name := range groupNames(m) {
			known[name] = true
			if s.layers[i], err = layer3(group, name, &m.Layers[i]); err != nil {
				return nil, fmt.Errorf("%s: %w", &m.Layers[i], err)
			}
		}
		for _, name := range group.Names() {
			if !known[name] {
				return nil, fmt.Errorf("/%s/%s holds a layer that the model does not have", layers, clip(name))
			}
		}
	}
	if root.Has("optimizer") {
		s.optimizer, s.optimizerErr = optimizer3(root)
	}
	return s, s.complete(m)
}

// layersName returns the name of the group of layers, "" where there is none, and
// refuses what a chain of layers does not have.
func layersName(root *hdf5.Group) (string, error) {
	layers := ""
	for _, name := range root.Names() {
		switch name {
		case "layers", "_layer_checkpoint_dependencies": // the latter in tf.keras 2.12 and 2.13
			layers = name
		case "vars":
			if vars, err := root.Group(name); err != nil {
				return "", err
			} else if len(vars.Names()) > 0 {
				return "", unsupported("the model itself has weights, apart from its layers: /vars/%s", clip(vars.Names()[0]))
			}
		case "optimizer", "metrics":
		default:
			return "", unsupported("/%s is unknown: this file holds more than a chain of layers and an optimizer", clip(name))
		}
	}
	return layers, nil
}

// complete returns an error for a layer whose weights were not found.
func (s *stored) complete(m *Model) error {
	for i := range m.Layers {
		if len(m.Layers[i].Weights) > 0 && s.layers[i] == nil {
			return fmt.Errorf("%s: its weights are missing", &m.Layers[i])
		}
	}
	return nil
}

// storedWeights is how many variables a file has of a layer.
func storedWeights(l *Layer) int {
	if withCount(l) {
		return len(l.Weights) + 1
	}
	return len(l.Weights)
}

// layer3 finds the weights of one layer; nil where its group is missing.
func layer3(layers *hdf5.Group, name string, l *Layer) ([]*hdf5.Dataset, error) {
	if !layers.Has(name) {
		return nil, nil
	}
	group, err := layers.Group(name)
	if err != nil {
		return nil, err
	}
	for _, inner := range group.Names() {
		switch inner {
		case "vars":
		case "activation": // a layer as an activation: none that is read has weights
		case "seed_generator": // of Dropout, in some versions: masks are made anew
		default:
			return nil, unsupported("it holds %q, which is unknown", clip(inner))
		}
	}
	if !group.Has("vars") {
		return nil, nil
	}
	data, err := numbered(group, storedWeights(l))
	if err != nil {
		return nil, err
	}
	return data[:len(l.Weights)], nil
}

// numbered opens the datasets 0, 1, 2 … of a group's vars, which must be want, or
// any number where want is -1.
func numbered(group *hdf5.Group, want int) ([]*hdf5.Dataset, error) {
	vars, err := group.Group("vars")
	if err != nil {
		return nil, err
	}
	names := vars.Names()
	if want < 0 {
		want = len(names)
	}
	if len(names) != want {
		return nil, fmt.Errorf("%d variables are stored where %d are expected", len(names), want)
	}
	out := make([]*hdf5.Dataset, want)
	for i := range out {
		if out[i], err = vars.Dataset(strconv.Itoa(i)); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func optimizer3(root *hdf5.Group) ([]variable, error) {
	group, err := root.Group("optimizer")
	if err != nil {
		return nil, err
	}
	for _, name := range group.Names() {
		if name != "vars" {
			return nil, unsupported("/optimizer/%s is unknown", clip(name))
		}
	}
	data, err := numbered(group, -1)
	if err != nil {
		return nil, err
	}
	out := make([]variable, len(data))
	for i, d := range data {
		out[i] = variable{Dataset: d}
	}
	return out, nil
}

// read reads the tensors into new ones.
func (s *stored) read(m *Model) ([][][]float32, error) {
	out := make([][][]float32, len(m.Layers))
	for i := range m.Layers {
		l := &m.Layers[i]
		for j, d := range s.layers[i] {
			values, err := tensor(d, l.Weights[j].Shape)
			if err != nil {
				return nil, fmt.Errorf("%s: %s: %w", l, l.Weights[j].Name, err)
			}
			out[i] = append(out[i], values)
		}
	}
	return out, nil
}

// tensor reads a dataset of a shape. A number that is not finite is an error: a
// model that has one predicts nothing.
func tensor(d *hdf5.Dataset, shape []int) ([]float32, error) {
	if got := d.Shape(); !slices.Equal(got, shape) {
		return nil, fmt.Errorf("it has the shape %v in the file, not %v", got, shape)
	}
	values, err := d.Float32s()
	if err != nil {
		return nil, err
	}
	return values, finite(values)
}

// finite returns an error for NaN and infinities.
func finite(values []float32) error {
	const exponent = 0xff << 23
	for i, v := range values {
		if math.Float32bits(v)&exponent == exponent {
			return fmt.Errorf("it holds %v at index %d: the training of this model went wrong", v, i)
		}
	}
	return nil
}

// set puts values that read returned into the model.
func (m *Model) set(values [][][]float32) {
	for i := range m.Layers {
		for j := range m.Layers[i].Weights {
			m.Layers[i].Weights[j].Values = values[i][j]
		}
	}
}
