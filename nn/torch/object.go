package torch

import (
	"fmt"
	"strconv"
	"strings"

	"weft/nn/internal/tensor"
)

// object is a value of the pickle machine.
type object interface{ describe() string }

type (
	none    struct{}
	boolean bool
	integer int64
	float   float64
	text    string
	tuple   []object
	global  string // "module name", one of those that the machine knows
)

type list struct{ items []object }

// dict keeps its keys in their order; a key may occur twice.
type dict struct{ keys, values []object }

// storage is a member of the archive with length elements.
type storage struct {
	kind   tensor.DType
	key    string
	length int
}

// array is a view of a storage.
type array struct {
	of            *storage
	offset        int
	shape, stride []int
}

func (none) describe() string     { return "None" }
func (boolean) describe() string  { return "a bool" }
func (integer) describe() string  { return "an int" }
func (float) describe() string    { return "a float" }
func (text) describe() string     { return "a string" }
func (tuple) describe() string    { return "a tuple" }
func (g global) describe() string { return strings.Replace(string(g), " ", ".", 1) }
func (*list) describe() string    { return "a list" }
func (*storage) describe() string { return "a storage" }
func (*array) describe() string   { return "a tensor" }

func (d *dict) describe() string {
	if d.isState() {
		return "a state_dict"
	}
	return "a dictionary"
}

// isState reports whether a dictionary holds tensors by name and nothing else.
func (d *dict) isState() bool {
	for i := range d.keys {
		_, named := d.keys[i].(text)
		_, ok := d.values[i].(*array)
		if !named || !ok {
			return false
		}
	}
	return len(d.keys) > 0
}

// list names the first keys and what they hold.
func (d *dict) list() string {
	const most = 8
	var out []string
	for i, key := range d.keys {
		if i == most {
			out = append(out, fmt.Sprintf("%d more", len(d.keys)-most))
			break
		}
		name := key.describe()
		switch k := key.(type) {
		case text:
			name = strconv.Quote(string(k))
		case integer:
			name = strconv.FormatInt(int64(k), 10)
		}
		out = append(out, fmt.Sprintf("%s (%s)", name, d.values[i].describe()))
	}
	if len(out) == 0 {
		return "no keys"
	}
	return strings.Join(out, ", ")
}
