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
	texts := map[string]*string{"class_name": &o.class, "module": &o.module, "registered_name": &registered}
	values := map[string]*value{"config": &o.config, "build_config": &o.build, "compile_config": &o.compile, "inbound_nodes": &o.inbound}
	for _, m := range m {
		switch {
		case texts[m.key] != nil && m.null():
		case texts[m.key] != nil:
			if *texts[m.key], err = m.text(); err != nil {
				return o, fmt.Errorf("%s: %w", m.key, err)
			}
		case values[m.key] != nil:
			*values[m.key] = m.value
		case m.key == "shared_object_id" || m.key == "name": // the name is in the config too
		default:
			return o, unsupported("the unknown key %q", clip(m.key))
		}
	}
	if o.class == "" {
		return o, fmt.Errorf("an object without class_name")
	}
	return o, o.check(registered)
}

// check refuses a class that is not Keras's own.
func (o object) check(registered string) error {
	module, _, _ := strings.Cut(o.module, ".")
	ours := module == "" || module == "keras" || module == "tf_keras" || o.module == "builtins"
	if ours && (registered == "" || registered == o.class) {
		return nil
	}
	if registered == "" {
		registered = o.class
	}
	return unsupported("the class %q of module %q is not Keras's own: its code is not in the file", clip(registered), clip(o.module))
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
