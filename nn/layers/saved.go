package layers

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
)

// header is what the JSON of every layer begins with.
type header struct {
	Kind string `json:"kind"`
	Name string `json:"name"`
}

// Marshal returns a layer of the given name as JSON: its kind, its name and the fields
// of its struct. A layer that [Unmarshal] would not make again is an error.
func Marshal(l Layer, name string) ([]byte, error) {
	head, err := json.Marshal(header{l.Kind(), name})
	if err != nil {
		return nil, err
	}
	config, err := json.Marshal(l)
	if err != nil {
		return nil, err
	}
	again, err := FromConfig(l.Kind(), name, config)
	if err != nil {
		return nil, err
	}
	if a, b := reflect.TypeOf(again), reflect.TypeOf(l); a != b {
		return nil, fmt.Errorf("layer %q is a %v: a saved model would get a %v", name, b, a)
	}
	if bytes.Equal(config, []byte("{}")) {
		return head, nil
	}
	return append(append(head[:len(head)-1], ','), config[1:]...), nil
}

// Unmarshal makes a layer from what Marshal returned.
func Unmarshal(b []byte) (Layer, error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(b, &fields); err != nil {
		return nil, err
	}
	var h header
	if err := json.Unmarshal(b, &h); err != nil {
		return nil, err
	}
	delete(fields, "kind")
	delete(fields, "name")
	config, err := json.Marshal(fields)
	if err != nil {
		return nil, err
	}
	return FromConfig(h.Kind, h.Name, config)
}
