package layers

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// kind is one kind of layer that a saved model may hold.
type kind struct {
	name   string
	decode func(config []byte) (Layer, error)
}

// kinds is the one list of them.
var kinds = []kind{
	{"Flatten", decode[FlattenLayer]},
	{"Dense", decode[DenseLayer]},
	{"Activation", decode[ActivationLayer]},
	{"Dropout", decode[DropoutLayer]},
	{"BatchNormalization", decode[BatchNormalizationLayer]},
	{"LayerNormalization", decode[LayerNormalizationLayer]},
	{"Residual", decode[ResidualLayer]},
	{"Reshape", decode[ReshapeLayer]},
	{"Conv2D", decode[Conv2DLayer]},
	{"MaxPooling2D", decode[MaxPooling2DLayer]},
	{"AveragePooling2D", decode[AveragePooling2DLayer]},
	{"GlobalAveragePooling2D", decode[GlobalAveragePooling2DLayer]},
}

// Kinds returns the kinds of layers that a model can be saved with.
func Kinds() []string {
	var names []string
	for _, k := range kinds {
		names = append(names, k.name)
	}
	return names
}

// FromConfig makes a layer from its kind, its name and the JSON of its struct. A
// field that the kind does not have is an error.
func FromConfig(kindName, name string, config []byte) (Layer, error) {
	i := slices.IndexFunc(kinds, func(k kind) bool { return k.name == kindName })
	if i < 0 {
		return nil, fmt.Errorf("layer %q is of the unknown kind %q: this version of Weft has %s", name, kindName, strings.Join(Kinds(), ", "))
	}
	l, err := kinds[i].decode(config)
	if err != nil {
		return nil, fmt.Errorf("layer %q: %w", name, err)
	}
	return l.Named(name), nil
}

// decode reads the JSON of a layer's struct.
func decode[L Layer](config []byte) (Layer, error) {
	var l L
	d := json.NewDecoder(bytes.NewReader(config))
	d.DisallowUnknownFields()
	if err := d.Decode(&l); err != nil {
		return nil, err
	}
	return l, nil
}
