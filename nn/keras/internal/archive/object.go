package archive

import (
	"fmt"
	"strings"
)

// object is one of Keras's serialized objects: {"module": …, "class_name": …,
// "config": …}.
type object struct {
	class  string
	module string
	config value
	// Of a layer:
	build   value // build_config
	compile value // compile_config, of a model
	inbound value // inbound_nodes, in a Functional model
}

// readObject reads a serialized object. A class that does not come from Keras is
// refused, whatever its name is.
func readObject(v value) (object, error) {
	m, err := v.members()
	if err != nil {
		return object{}, err
	}
	var o object
	registered := ""
	for _, m := range m {
		var err error
		switch m.key {
		case "class_name":
			o.class, err = m.text()
		case "module":
			if !m.null() {
				o.module, err = m.text()
			}
		case "registered_name":
			if !m.null() {
				registered, err = m.text()
			}
		case "config":
			o.config = m.value
		case "build_config":
			o.build = m.value
		case "compile_config":
			o.compile = m.value
		case "inbound_nodes":
			o.inbound = m.value
		case "shared_object_id", "name": // the name is in the config too
		default:
			err = unsupported("the unknown key %q", clip(m.key))
		}
		if err != nil {
			return o, fmt.Errorf("%s: %w", m.key, err)
		}
	}
	if o.class == "" {
		return o, fmt.Errorf("an object without class_name")
	}
	package_, _, _ := strings.Cut(o.module, ".")
	ours := o.module == "" || package_ == "keras" || package_ == "tf_keras" || o.module == "builtins"
	if !ours || registered != "" && registered != o.class {
		name := o.class
		if registered != "" {
			name = registered
		}
		return o, unsupported("the class %q of module %q is not Keras's own: its code is not in the file", clip(name), clip(o.module))
	}
	return o, nil
}

// writeObject writes a serialized object of one of Keras's modules.
func writeObject(c *codec, key, module, class string, fields func(*codec)) {
	inner := &codec{out: &strings.Builder{}, version: 3}
	fields(inner)
	if inner.err != nil {
		c.fail(key, inner.err)
		return
	}
	c.put(key, objectText(module, class, inner.out.String(), ""))
}

// objectText is the text of a serialized object; more is what follows its config.
func objectText(module, class, config, more string) string {
	return fmt.Sprintf(`{"module": %s, "class_name": %s, "config": {%s}, "registered_name": null%s}`, quote(module), quote(class), config, more)
}
