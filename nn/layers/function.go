package layers

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"

	"weft/activations"
)

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
