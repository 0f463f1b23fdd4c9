package archive

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// modelReader reads the config of a model.
type modelReader struct {
	version int // Keras's major version
	model   *Model
	names   map[string]bool
	// last is the layer whose output the next one must take, in a Functional model.
	last string
}

// readModel reads a model's object. Its compile_config is not read yet.
func readModel(v value, version int) (*Model, object, error) {
	o, err := readObject(v)
	if err != nil {
		return nil, o, err
	}
	if o.class != "Sequential" && o.class != "Functional" {
		return nil, o, unsupported("the model is of the class %q: only Sequential, and Functional without branches, are known", clip(o.class))
	}
	r := &modelReader{version: version, names: map[string]bool{}, model: &Model{Functional: o.class == "Functional"}}
	m := r.model
	c, err := reader(o.config, nil)
	if err != nil {
		return nil, o, fmt.Errorf("config: %w", err)
	}
	c.version, c.notTrained = version, &m.NoTraining
	trainable := true
	c.text("name", &m.Name)
	c.boolean("trainable", &trainable)
	c.dtype()
	layers := c.get("layers")
	built := c.get("build_input_shape")
	in, out := c.get("input_layers"), c.get("output_layers")
	if err := c.done(); err != nil {
		return nil, o, fmt.Errorf("config of model %q: %w", clip(m.Name), err)
	}
	items, err := layers.items()
	if err != nil {
		return nil, o, fmt.Errorf("layers: %w", err)
	}
	for i, item := range items {
		if err := r.layer(i, item); err != nil {
			return nil, o, err
		}
	}
	if len(m.Layers) == 0 {
		return nil, o, fmt.Errorf("model %q has no layers", clip(m.Name))
	}
	if m.Functional {
		if err := r.ends(in, out); err != nil {
			return nil, o, err
		}
	}
	if err := r.input(items, built, o.build); err != nil {
		return nil, o, err
	}
	for i := range m.Layers {
		m.Layers[i].Frozen = m.Layers[i].Frozen || !trainable
	}
	return m, o, nil
}

// layer reads one item of the list of layers.
func (r *modelReader) layer(i int, v value) error {
	o, err := readObject(v)
	if err != nil {
		return fmt.Errorf("layer %d: %w", i, err)
	}
	c, err := reader(o.config, nil)
	if err != nil {
		return fmt.Errorf("layer %d (%s): %w", i, clip(o.class), err)
	}
	var none error // why training cannot go on
	c.version, c.notTrained = r.version, &none
	l := Layer{Config: newConfig(o.class)}
	c.text("name", &l.Name)
	switch {
	case r.names[l.Name] || l.Name == "":
		err = errors.New("its name is missing or occurs twice")
	case o.class == "InputLayer" && i > 0:
		err = unsupported("a second input: only a chain of layers is known")
	case o.class == "InputLayer":
		err = r.inputLayer(c, l.Name)
	case l.Config == nil:
		err = unknownLayer(o.class)
	default:
		err = r.config(i, c, &l, o)
	}
	place := fmt.Sprintf("layer %q (%s)", clip(l.Name), clip(o.class))
	if err != nil {
		return fmt.Errorf("%s: %w", place, err)
	}
	if none != nil {
		r.model.notTraining(fmt.Errorf("%s: %w", place, none))
	}
	r.names[l.Name] = true
	r.last = l.Name
	return nil
}

// config reads the config of a layer and appends the layer to the model.
func (r *modelReader) config(i int, c *codec, l *Layer, o object) error {
	trainable := true
	c.boolean("trainable", &trainable)
	l.Frozen = !trainable
	c.dtype()
	if shape := c.get("batch_input_shape"); i == 0 && len(shape) > 0 { // Keras 2
		if err := r.shape(shape); err != nil {
			return err
		}
	}
	l.Config.fields(c)
	l.axis = c.axis
	if err := c.done(); err != nil {
		return err
	}
	if r.model.Functional {
		if err := r.inbound(c, o); err != nil {
			return err
		}
	}
	r.model.Layers = append(r.model.Layers, *l)
	return nil
}

// unknownLayer says why a class has no Config.
func unknownLayer(class string) error {
	switch class {
	case "Sequential", "Functional", "Model":
		return unsupported("a model inside of the model: put its layers in its place and save again")
	case "Lambda":
		return unsupported("its Python code is in the file and is never run: replace it by a layer")
	}
	return unsupported("this class is unknown: known are Dense, Flatten, Reshape, Activation and the like, Dropout and the like, " +
		"Conv2D, DepthwiseConv2D, the poolings of images, ZeroPadding2D, the normalizations, Rescaling and Embedding")
}

// inputLayer reads the input layer.
func (r *modelReader) inputLayer(c *codec, name string) error {
	m := r.model
	shape := c.get("batch_shape")
	if len(shape) == 0 {
		shape = c.get("batch_input_shape")
	}
	if dtype := c.get("dtype"); !dtype.null() {
		var err error
		if m.InputType, err = readDType(dtype); err != nil {
			return err
		}
	}
	c.old("sparse", "false")
	c.old("ragged", "false")
	c.old("optional", "false")
	if err := c.done(); err != nil {
		return err
	}
	if m.InputType == "float32" {
		m.InputType = ""
	} else if !slices.Contains([]string{"", "uint8", "int32", "int64", "float16", "float64"}, m.InputType) {
		return unsupported("an input of the type %q", clip(m.InputType))
	}
	m.InputName = name
	return r.shape(shape)
}

// shape takes the input's shape from one with the batch before it.
func (r *modelReader) shape(v value) error {
	items, err := v.items()
	if err != nil {
		return err
	}
	if len(items) < 2 {
		return fmt.Errorf("the input shape %s: the batch and at least one axis are needed", clip(string(v)))
	}
	shape := make([]int, 0, len(items))
	for _, item := range items[1:] {
		if item.null() {
			return unsupported("the input shape %s: an axis without a size", clip(string(v)))
		}
		n, err := item.integer()
		if err != nil {
			return err
		}
		if n < 1 || n > maxElements {
			return fmt.Errorf("the input shape %s: each axis must have from 1 to below 2³¹ numbers", clip(string(v)))
		}
		shape = append(shape, int(n))
	}
	r.model.Input = shape
	return sizes(shape)
}

// input finds the input's shape where there is no input layer: where the model was
// built, or its first layer.
func (r *modelReader) input(layers []value, built, build value) error {
	if r.model.Input != nil {
		return nil
	}
	if !built.null() {
		return r.shape(built)
	}
	builds := []value{build}
	if o, err := readObject(layers[0]); err == nil {
		builds = append(builds, o.build)
	}
	for _, v := range builds {
		if v.null() {
			continue
		}
		members, err := v.members()
		if err != nil {
			return err
		}
		for _, member := range members {
			if member.key == "input_shape" && !member.null() {
				return r.shape(member.value)
			}
		}
	}
	return fmt.Errorf("model %q does not say the shape of its input: call it once, or give it an Input, before saving", clip(r.model.Name))
}

// errBranches is about a layer that is not the next one of a chain.
var errBranches = unsupported("it does not take the output of the layer before it alone: only a chain of layers is known")

// inbound checks that a layer of a Functional model takes the output of the layer
// before it, once.
func (r *modelReader) inbound(c *codec, o object) error {
	nodes, err := o.inbound.items()
	switch {
	case err != nil:
		return fmt.Errorf("inbound_nodes: %w", err)
	case len(nodes) != 1:
		return errBranches
	case nodes[0].kind() == "a list":
		return r.inbound2(c, o.class, nodes[0])
	}
	inner, err := reader(nodes[0], c)
	if err != nil {
		return fmt.Errorf("inbound_nodes: %w", err)
	}
	args, kwargs := inner.get("args"), inner.get("kwargs")
	if err := inner.done(); err != nil {
		return err
	}
	list, err := args.items()
	if err != nil || len(list) != 1 || list[0].kind() != "an object" {
		return errors.Join(err, errBranches)
	}
	if err := r.tensor(c, list[0]); err != nil {
		return err
	}
	return r.arguments(c, o.class, kwargs)
}

// inbound2 is inbound for Keras 2: [["name", 0, 0, {}]].
func (r *modelReader) inbound2(c *codec, class string, node value) error {
	calls, err := node.items()
	if err != nil || len(calls) != 1 {
		return errors.Join(err, errBranches)
	}
	parts, err := calls[0].items()
	if err != nil || len(parts) != 4 || !r.isLast(parts[:3]) {
		return errors.Join(err, errBranches)
	}
	return r.arguments(c, class, parts[3])
}

// tensor checks that an argument is the output of the layer before.
func (r *modelReader) tensor(c *codec, v value) error {
	tensor, err := readObject(v)
	if err != nil || tensor.class != "__keras_tensor__" {
		return errors.Join(err, errBranches)
	}
	inner, err := reader(tensor.config, c)
	if err != nil {
		return err
	}
	inner.ignore("shape", "dtype")
	history, err := inner.get("keras_history").items()
	if err != nil || len(history) != 3 || !r.isLast(history) {
		return errors.Join(err, errBranches)
	}
	return inner.done()
}

// isLast reports whether [name, node, tensor] is the only output of the layer before.
func (r *modelReader) isLast(parts []value) bool {
	name, err := parts[0].text()
	return err == nil && name == r.last && string(parts[1]) == "0" && string(parts[2]) == "0"
}

// arguments checks what else a layer was called with.
func (r *modelReader) arguments(c *codec, class string, v value) error {
	if v.null() {
		return nil
	}
	inner, err := reader(v, c)
	if err != nil {
		return err
	}
	inner.old("mask")
	if training := inner.get("training"); !training.null() {
		switch noise := slices.Contains(noiseLayers, class); {
		case string(training) != "false":
			return unsupported("it was called with training=%s: predictions would not be repeatable", clip(string(training)))
		case !noise: // Keras 3 writes false for Dropout by itself
			inner.untrained(unsupported("it was called with training=False: training would not leave its statistics as they are"))
		}
	}
	return inner.done()
}

// ends checks that a Functional model begins at its input layer and ends at its
// last layer.
func (r *modelReader) ends(in, out value) error {
	m := r.model
	last := m.Layers[len(m.Layers)-1].Name
	for _, end := range []struct {
		v    value
		name string
	}{{in, m.InputName}, {out, last}} {
		parts, err := end.v.items()
		if err == nil && len(parts) == 1 { // a list of them
			parts, err = parts[0].items()
		}
		if err != nil || len(parts) != 3 {
			return unsupported("model %q has more than one input or output: only a chain of layers is known", clip(m.Name))
		}
		r.last = end.name
		if !r.isLast(parts) {
			return unsupported("model %q does not begin with its first and end with its last layer: only a chain of layers is known", clip(m.Name))
		}
	}
	return nil
}

// readTraining reads a compile_config, or the training_config of a legacy file.
func readTraining(v value, version int) (*Training, bool, error) {
	if v.null() {
		return nil, false, nil
	}
	var none error
	c, err := reader(v, nil)
	if err != nil {
		return nil, false, err
	}
	if len(c.members) == 0 {
		return nil, false, nil
	}
	c.version, c.notTrained = version, &none
	optimizer := c.get("optimizer")
	if c.has("optimizer_config") {
		optimizer = c.get("optimizer_config")
	}
	if optimizer.null() {
		return nil, false, errors.New("the model was compiled without an optimizer")
	}
	t := &Training{}
	var legacy bool
	if t.Optimizer, legacy, err = readOptimizer(optimizer, c); err != nil {
		return nil, false, err
	}
	if t.Loss, err = readLoss(c.get("loss"), c); err != nil {
		return nil, false, fmt.Errorf("loss: %w", err)
	}
	if t.Metrics, err = readMetrics(c.get("metrics")); err != nil {
		return nil, false, fmt.Errorf("metrics: %w", err)
	}
	if t.WeightedMetrics, err = readMetrics(c.get("weighted_metrics")); err != nil {
		return nil, false, fmt.Errorf("weighted_metrics: %w", err)
	}
	c.old("loss_weights")
	c.old("sample_weight_mode")
	c.ignore("run_eagerly", "steps_per_execution", "jit_compile", "is_legacy_optimizer", "auto_scale_loss")
	return t, legacy, errFirst(c.done(), none)
}

// majorVersion is the number before the first point, 3 where there is none.
func majorVersion(s string) int {
	if s, _, ok := strings.Cut(s, "."); ok && (s == "1" || s == "2") {
		return 2
	}
	return 3
}
