package archive

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"weft/nn/keras/internal/hdf5"
)

// metadata names the version of Keras whose layout is written. The date is fixed:
// equal models make equal bytes.
const metadata = `{"keras_version": "3.15.1", "date_saved": "1980-01-01@00:00:00"}`

// Write writes a model as a .keras archive that Keras 3 loads without a warning,
// with the optimizer's state where there is one. Keras on TensorFlow cannot train
// a model whose name, or a layer's, has a space or is not ASCII; Keras on JAX can.
func Write(w io.Writer, m *Model) error {
	if err := m.check(); err != nil {
		return prefixed(err)
	}
	config, err := m.text()
	if err != nil {
		return prefixed(err)
	}
	var weights strings.Builder
	if err := m.weights(&weights); err != nil {
		return prefixed(err)
	}
	names := []string{metadataName, configName, weightsName}
	return writeZip(w, names, [][]byte{[]byte(metadata), []byte(config), []byte(weights.String())})
}

// WriteWeights writes the weights alone, and the optimizer's state where there is
// one, as a .weights.h5 file for Keras's load_weights.
func WriteWeights(w io.Writer, m *Model) error {
	if err := m.check(); err != nil {
		return prefixed(err)
	}
	if err := m.weights(w); err != nil {
		return prefixed(err)
	}
	return nil
}

// check refuses what could not be read again.
func (m *Model) check() error {
	if len(m.Layers) == 0 {
		return fmt.Errorf("model %q has no layers", m.Name)
	}
	if err := m.Shapes(); err != nil {
		return err
	}
	names := map[string]bool{m.inputName(): true}
	for i := range m.Layers {
		l := &m.Layers[i]
		switch {
		case l.Name == "" || names[l.Name]:
			return fmt.Errorf("%s: its name is missing or occurs twice", l)
		case strings.Contains(l.Name, "/"):
			return fmt.Errorf("%s: Keras allows no / in a layer's name: give the layer another one", l)
		}
		names[l.Name] = true
		for _, t := range l.Weights {
			if len(t.Values) != elements(t.Shape) {
				return fmt.Errorf("%s: %s has %d values for the shape %v", l, t.Name, len(t.Values), t.Shape)
			}
			if err := finite(t.Values); err != nil {
				return fmt.Errorf("%s: %s: %w", l, t.Name, err)
			}
		}
	}
	if t := m.Training; t != nil {
		if !slices.Contains(optimizerClasses, t.Optimizer.Class) {
			return unsupported("Keras has no optimizer %q: it has %v", t.Optimizer.Class, optimizerClasses)
		}
		if t.State != nil {
			if err := t.State.check(t.Optimizer, m.Trained()); err != nil {
				return fmt.Errorf("the optimizer's state: %w", err)
			}
		}
	}
	return nil
}

func (m *Model) inputName() string {
	if m.InputName != "" {
		return m.InputName
	}
	return "input_layer"
}

// text is config.json.
func (m *Model) text() (string, error) {
	var layers []string
	layers = append(layers, m.inputText())
	last := m.inputName()
	for i := range m.Layers {
		l := &m.Layers[i]
		text, err := l.text(m.Functional, last)
		if err != nil {
			return "", fmt.Errorf("%s: %w", l, err)
		}
		layers = append(layers, text)
		last = l.Name
	}
	compile := "{}"
	if m.Training != nil {
		var err error
		if compile, err = m.Training.text(); err != nil {
			return "", err
		}
	}
	shape := batchShape(m.Input)
	list := strings.Join(layers, ", ")
	name := quote(m.Name)
	if m.Functional {
		config := fmt.Sprintf(`"name": %s, "trainable": true, "layers": [%s], "input_layers": [%s, 0, 0], "output_layers": [%s, 0, 0]`,
			name, list, quote(m.inputName()), quote(last))
		return objectText("keras.src.models.functional", "Functional", config, fmt.Sprintf(`, "build_config": {"input_shape": %s}, "compile_config": %s`, shape, compile)), nil
	}
	config := fmt.Sprintf(`"name": %s, "trainable": true, "dtype": "float32", "layers": [%s], "build_input_shape": %s`, name, list, shape)
	return objectText("keras", "Sequential", config, fmt.Sprintf(`, "build_config": {"input_shape": %s}, "compile_config": %s`, shape, compile)), nil
}

// batchShape is a shape with the batch before it.
func batchShape(shape []int) string {
	return "[null, " + strings.TrimPrefix(formatInts(shape), "[")
}

func (m *Model) inputText() string {
	dtype := m.InputType
	if dtype == "" {
		dtype = "float32"
	}
	name := quote(m.inputName())
	config := fmt.Sprintf(`"batch_shape": %s, "dtype": %s, "sparse": false, "ragged": false, "name": %s`, batchShape(m.Input), quote(dtype), name)
	more := ""
	if m.Functional {
		more = fmt.Sprintf(`, "name": %s, "inbound_nodes": []`, name)
	}
	return objectText("keras.layers", "InputLayer", config, more)
}

// text is the layer's object; last is the layer before it.
func (l *Layer) text(functional bool, last string) (string, error) {
	c := &codec{out: &strings.Builder{}, version: 3}
	c.put("name", quote(l.Name))
	if l.Config.Class() != "SpatialDropout2D" { // whose constructor does not take it
		c.put("trainable", strconv.FormatBool(!l.Frozen))
	}
	c.dtype()
	l.Config.fields(c)
	if c.err != nil {
		return "", c.err
	}
	more := fmt.Sprintf(`, "build_config": {"input_shape": %s}`, batchShape(l.Input))
	if functional {
		kwargs := "{}"
		if _, ok := l.Config.(*Noise); ok {
			kwargs = `{"training": false}`
		}
		tensor := fmt.Sprintf(`{"class_name": "__keras_tensor__", "config": {"shape": %s, "dtype": "float32", "keras_history": [%s, 0, 0]}}`,
			batchShape(l.Input), quote(last))
		more += fmt.Sprintf(`, "name": %s, "inbound_nodes": [{"args": [%s], "kwargs": %s}]`, quote(l.Name), tensor, kwargs)
	}
	return objectText("keras.layers", l.Config.Class(), c.out.String(), more), nil
}

// text is compile_config.
func (t *Training) text() (string, error) {
	c := &codec{out: &strings.Builder{}, version: 3}
	o := t.Optimizer
	writeObject(c, "optimizer", "keras.optimizers", o.Class, o.fields)
	switch l := t.Loss; {
	case l.Class == "":
		c.put("loss", "null")
	case lossNames[l.Class] == nil && !hasLoss(l.Class):
		return "", unsupported("Keras has no loss %q", l.Class)
	case l == NewLoss(l.Class):
		c.put("loss", quote(snake(l.Class)))
	default:
		writeObject(c, "loss", "keras.losses", l.Class, l.fields)
	}
	c.put("loss_weights", "null")
	c.put("metrics", metricsText(t.Metrics))
	c.put("weighted_metrics", metricsText(t.WeightedMetrics))
	c.put("run_eagerly", "false")
	c.put("steps_per_execution", "1")
	c.put("jit_compile", "false")
	return "{" + c.out.String() + "}", c.err
}

// weights writes the HDF5 file.
func (m *Model) weights(w io.Writer) error {
	layers := &hdf5.Node{Name: "layers"}
	for i, name := range groupNames(m) {
		l := &m.Layers[i]
		vars := &hdf5.Node{Name: "vars"}
		for j, t := range l.Weights {
			vars.Children = append(vars.Children, &hdf5.Node{Name: strconv.Itoa(j), Shape: t.Shape, Values: t.Values})
		}
		if withCount(l) {
			count := int64(0)
			vars.Children = append(vars.Children, &hdf5.Node{Name: strconv.Itoa(len(l.Weights)), Integer: &count})
		}
		layers.Children = append(layers.Children, &hdf5.Node{Name: name, Children: []*hdf5.Node{vars}})
	}
	if m.Functional {
		input := &hdf5.Node{Name: "input_layer", Children: []*hdf5.Node{{Name: "vars"}}}
		layers.Children = append(layers.Children, input)
	}
	root := &hdf5.Node{Children: []*hdf5.Node{layers, {Name: "vars"}}}
	if m.Training != nil {
		vars, err := m.Training.variables(m.Trained())
		if err != nil {
			return err
		}
		root.Children = append(root.Children, &hdf5.Node{Name: "optimizer", Children: []*hdf5.Node{vars}})
	}
	return hdf5.Write(w, root)
}

// variables is the group of the optimizer's variables. Keras builds all of them
// when it loads a model, so that a state without slots gets their first values.
func (t *Training) variables(trained []*Tensor) (*hdf5.Node, error) {
	s := t.State
	if s == nil {
		s = &State{}
	}
	layout := layouts(t.Optimizer, trained, false)[0]
	vars := &hdf5.Node{Name: "vars"}
	for i, p := range layout {
		n := &hdf5.Node{Name: strconv.Itoa(i), Shape: p.shape}
		switch p.kind {
		case iterations:
			n.Integer = &s.Iterations
		case learningRate:
			n.Values = []float32{float32(t.Optimizer.LearningRate)}
		case product:
			n.Values = []float32{s.Product}
			switch {
			case s.Product == 0 && s.Iterations == 0:
				n.Values[0] = 1
			case s.Product == 0:
				return nil, errors.New("the state of Nadam has no product of its momentum schedule")
			}
		case slotValue:
			if len(s.Slots) > 0 {
				n.Values = s.Slots[p.slot].Values[p.weight]
			} else {
				n.Values = t.Optimizer.initialSlot(slotNames(t.Optimizer)[p.slot], trained[p.weight])
			}
		}
		vars.Children = append(vars.Children, n)
	}
	return vars, nil
}

// initialSlot is what Keras starts a slot with.
func (o Optimizer) initialSlot(name string, w *Tensor) []float32 {
	values := make([]float32, elements(w.Shape))
	switch name {
	case "accumulator":
		for i := range values {
			values[i] = float32(o.InitialAccumulator)
		}
	case "average":
		copy(values, w.Values)
	}
	return values
}

func hasLoss(class string) bool {
	_, ok := lossNames[class]
	return ok
}
