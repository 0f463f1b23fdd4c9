package archive

import (
	"fmt"
	"strconv"
	"strings"

	"weft/nn/keras/internal/hdf5"
)

// findLegacy finds the weights in a group of a legacy file: its attribute
// layer_names has the order of the layers, the attribute weight_names of each
// layer's group that of its weights. ordered says that the layers must have the
// model's names, as they have where both come from one file.
func findLegacy(group *hdf5.Group, m *Model, named bool) (*stored, error) {
	names, ok, err := stringList(group, "layer_names")
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, fmt.Errorf("the attribute layer_names is missing: this HDF5 file holds no weights of Keras")
	}
	s := &stored{layers: make([][]*hdf5.Dataset, len(m.Layers))}
	next := 0 // layer of the model
	for _, name := range names {
		weights, err := legacyLayer(group, name)
		if err != nil {
			return nil, fmt.Errorf("layer %q: %w", clip(name), err)
		}
		if len(weights) == 0 {
			continue
		}
		for next < len(m.Layers) && len(m.Layers[next].Weights) == 0 {
			next++
		}
		if next == len(m.Layers) {
			return nil, fmt.Errorf("the file holds weights of a layer %q that the model does not have", clip(name))
		}
		l := &m.Layers[next]
		want := storedWeights(l)
		switch {
		case named && l.Name != name:
			return nil, fmt.Errorf("the file holds weights of %q where those of %s are expected", clip(name), l)
		case len(weights) != want:
			return nil, fmt.Errorf("%s: %d variables are stored where %d are expected", l, len(weights), want)
		}
		s.layers[next] = weights[:len(l.Weights)]
		next++
	}
	if err := s.complete(m); err != nil {
		return nil, err
	}
	return s, noTopLevel(group)
}

// noTopLevel refuses weights of the model itself.
func noTopLevel(group *hdf5.Group) error {
	const name = "top_level_model_weights"
	if !group.Has(name) {
		return nil
	}
	top, err := group.Group(name)
	if err != nil {
		return err
	}
	if weights, _, err := stringList(top, "weight_names"); err != nil || len(weights) > 0 {
		return errFirst(err, unsupported("the model itself has weights, apart from its layers"))
	}
	return nil
}

// legacyLayer opens the weights of one layer in their order.
func legacyLayer(group *hdf5.Group, name string) ([]*hdf5.Dataset, error) {
	for part := range strings.SplitSeq(name, "/") {
		var err error
		if group, err = group.Group(part); err != nil {
			return nil, err
		}
	}
	names, _, err := stringList(group, "weight_names")
	if err != nil {
		return nil, err
	}
	var out []*hdf5.Dataset
	for _, weight := range names {
		d, err := group.Path(weight)
		if err != nil {
			return nil, err
		}
		out = append(out, d)
	}
	return out, nil
}

// stringList reads an attribute of strings. One of more than 64 kB is written in
// parts: weight_names0, weight_names1 and so on.
func stringList(group *hdf5.Group, name string) ([]string, bool, error) {
	list, ok, err := group.Strings(name)
	if ok || err != nil {
		return list, ok, err
	}
	for i := 0; ; i++ {
		part, more, err := group.Strings(name + strconv.Itoa(i))
		if err != nil || !more {
			return list, ok, err
		}
		list, ok = append(list, part...), true
	}
}

// optimizerLegacy opens the variables of the optimizer in their order.
func optimizerLegacy(root *hdf5.Group) ([]variable, error) {
	const name = "optimizer_weights"
	if !root.Has(name) {
		return nil, nil
	}
	group, err := root.Group(name)
	if err != nil {
		return nil, err
	}
	names, _, err := stringList(group, "weight_names")
	if err != nil {
		return nil, err
	}
	out := []variable{}
	for _, weight := range names {
		d, err := group.Path(weight)
		if err != nil {
			return nil, err
		}
		out = append(out, variable{weight, d})
	}
	return out, nil
}
