package layers

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"weft/activations"
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

// Function is an activation as a field of a layer. Its JSON is Keras's name, or,
// where it has hyper-parameters, name and config.
type Function struct{ activations.Activation }

// function is the JSON of an activation with hyper-parameters.
type function struct {
	Name   string             `json:"name"`
	Config map[string]float64 `json:"config"`
}

// MarshalJSON implements [json.Marshaler]. An activation that UnmarshalJSON would not
// make again, such as one of a user's own, is an error.
func (f Function) MarshalJSON() ([]byte, error) {
	again, err := activations.FromConfig(f.Name(), f.Config())
	if err != nil {
		return nil, err
	}
	if !reflect.DeepEqual(again, f.Activation) {
		return nil, fmt.Errorf("the activation %q is a %T: a saved model would get a %T", f.Name(), f.Activation, again)
	}
	if config := f.Config(); config != nil {
		return json.Marshal(function{f.Name(), config})
	}
	return json.Marshal(f.Name())
}

// UnmarshalJSON implements [json.Unmarshaler].
func (f *Function) UnmarshalJSON(b []byte) error {
	var with function
	var err error
	if len(b) > 0 && b[0] == '{' {
		d := json.NewDecoder(bytes.NewReader(b))
		d.DisallowUnknownFields()
		if err := d.Decode(&with); err != nil {
			return err
		}
		f.Activation, err = activations.FromConfig(with.Name, with.Config)
		return err
	}
	if err := json.Unmarshal(b, &with.Name); err != nil {
		return err
	}
	f.Activation, err = activations.ByName(with.Name)
	return err
}

// check returns an error for a missing function.
func (f Function) check() error {
	if f.Activation == nil {
		return fmt.Errorf("no activation: give one, activations.Linear for none")
	}
	return nil
}
