package archive

import (
	"slices"
	"strings"
)

// Loss is one of Keras's losses with its parameters. A class reads and writes those
// that are named with it; [NewLoss] gives Keras's defaults.
type Loss struct {
	Class string // Keras's, such as SparseCategoricalCrossentropy; "" for none
	// Reduction is "sum_over_batch_size", Keras's default, or another of its words.
	Reduction string

	FromLogits     bool    // the five cross-entropies
	LabelSmoothing float64 // those that are not sparse
	IgnoreClass    *int    // SparseCategoricalCrossentropy
	Balanced       bool    // apply_class_balancing: BinaryFocalCrossentropy
	Alpha          float64 // the focal ones; Tversky
	Gamma          float64 // the focal ones
	Beta           float64 // Tversky
	Delta          float64 // Huber
	Q              float64 // CategoricalGeneralizedCrossEntropy
}

// lossNames are the classes with the names that Keras takes for their defaults.
var lossNames = map[string][]string{
	"BinaryCrossentropy":                 {"bce"},
	"BinaryFocalCrossentropy":            nil,
	"CategoricalCrossentropy":            nil,
	"CategoricalFocalCrossentropy":       nil,
	"CategoricalHinge":                   nil,
	"CosineSimilarity":                   nil,
	"Dice":                               nil,
	"Hinge":                              nil,
	"Huber":                              {"huber_loss"},
	"KLDivergence":                       {"kld", "kl_divergence", "kullback_leibler_divergence"},
	"LogCosh":                            {"logcosh"},
	"MeanAbsoluteError":                  {"mae"},
	"MeanAbsolutePercentageError":        {"mape"},
	"MeanSquaredError":                   {"mse"},
	"MeanSquaredLogarithmicError":        {"msle"},
	"Poisson":                            nil,
	"SparseCategoricalCrossentropy":      nil,
	"SquaredHinge":                       nil,
	"Tversky":                            nil,
	"CategoricalGeneralizedCrossEntropy": nil,
}

// NewLoss returns a loss with Keras's defaults.
func NewLoss(class string) Loss {
	l := Loss{Class: class, Reduction: "sum_over_batch_size"}
	switch class {
	case "BinaryFocalCrossentropy", "CategoricalFocalCrossentropy":
		l.Alpha, l.Gamma = 0.25, 2
	case "Huber":
		l.Delta = 1
	case "Tversky":
		l.Alpha, l.Beta = 0.5, 0.5
	case "CategoricalGeneralizedCrossEntropy":
		l.Q = 0.5
	}
	return l
}

// lossByName resolves a name such as mse or sparse_categorical_crossentropy.
func lossByName(name string) (Loss, error) {
	for class, others := range lossNames {
		if name == class || lower(name) == snake(class) || slices.Contains(others, lower(name)) {
			return NewLoss(class), nil
		}
	}
	return Loss{}, unsupported("the loss %q is not Keras's own", clip(name))
}

// readLoss reads a loss: a name, an object, or one of them in a list or under the
// name of the only output.
func readLoss(v value, c *codec) (Loss, error) {
	v, err := onlyOutput(v)
	if err != nil || v.null() {
		return Loss{}, err
	}
	if v.kind() == "a string" {
		return namedLoss(v)
	}
	o, err := readObject(v)
	if err != nil {
		return Loss{}, err
	}
	if o.class == "function" {
		return namedLoss(o.config)
	}
	if _, ok := lossNames[o.class]; !ok {
		return Loss{}, unsupported("the loss %q is not Keras's own", clip(o.class))
	}
	inner, err := reader(o.config, c)
	if err != nil {
		return Loss{}, err
	}
	l := NewLoss(o.class)
	l.fields(inner)
	return l, inner.done()
}

func namedLoss(v value) (Loss, error) {
	name, err := v.text()
	if err != nil {
		return Loss{}, err
	}
	return lossByName(name)
}

// onlyOutput unpacks what is in a list of one, or under the name of the only output.
func onlyOutput(v value) (value, error) {
	switch v.kind() {
	case "a list":
		items, err := v.items()
		if err == nil && len(items) != 1 {
			err = unsupported("%d losses for one output", len(items))
		}
		if err != nil {
			return nil, err
		}
		return items[0], nil
	case "an object":
		m, err := v.members()
		if err == nil && len(m) == 1 && m[0].key != "class_name" {
			return m[0].value, nil
		}
		return v, err
	}
	return v, nil
}

func (l *Loss) fields(c *codec) {
	if c.writing() {
		c.put("name", quote(snake(l.Class)))
	} else {
		c.ignore("name", "fn") // fn is the function of the class
		c.old("dtype", `"float32"`)
	}
	c.text("reduction", &l.Reduction)
	if l.Reduction == "auto" { // Keras 2
		l.Reduction = "sum_over_batch_size"
	}
	switch l.Class {
	case "BinaryCrossentropy", "CategoricalCrossentropy", "BinaryFocalCrossentropy", "CategoricalFocalCrossentropy":
		c.boolean("from_logits", &l.FromLogits)
		c.share("label_smoothing", &l.LabelSmoothing)
		c.only("axis", "-1")
	case "SparseCategoricalCrossentropy":
		c.boolean("from_logits", &l.FromLogits)
		c.maybeInteger("ignore_class", &l.IgnoreClass)
	case "CosineSimilarity", "Dice":
		c.old("axis", "-1")
	case "Tversky":
		c.number("alpha", &l.Alpha)
		c.number("beta", &l.Beta)
		c.old("axis")
	case "Huber":
		l.delta(c)
	case "CategoricalGeneralizedCrossEntropy":
		c.number("q", &l.Q)
	}
	if strings.HasSuffix(l.Class, "FocalCrossentropy") {
		if l.Class == "BinaryFocalCrossentropy" {
			c.boolean("apply_class_balancing", &l.Balanced)
		}
		c.number("alpha", &l.Alpha)
		c.number("gamma", &l.Gamma)
	}
}

// delta is Huber's. Keras 3 forgets it when it saves: a file without it means 1 to
// Keras and here, whatever the model was trained with.
func (l *Loss) delta(c *codec) {
	if !c.writing() || l.Delta != 1 {
		c.number("delta", &l.Delta)
	}
}

// Metric is a metric that was asked for in compile. It changes no training, so that
// what is unknown about it is no error.
type Metric struct {
	// Name is what compile was given: a name such as accuracy or mae, or the name
	// of an object.
	Name string
	// Class is that of an object, such as AUC; "" for a name.
	Class string
	// Config is the object's config as JSON; nil for a name.
	Config []byte
}

// readMetrics reads a list of metrics; those of one output may be a list in it.
func readMetrics(v value) ([]Metric, error) {
	if v.null() {
		return nil, nil
	}
	items := []value{v}
	var err error
	switch v.kind() {
	case "a list":
		if items, err = v.items(); err != nil {
			return nil, err
		}
	case "an object": // under the names of the outputs
		if m, err := v.members(); err != nil {
			return nil, err
		} else if len(m) == 1 && m[0].key != "class_name" {
			return readMetrics(m[0].value)
		}
	}
	var out []Metric
	for _, item := range items {
		switch item.kind() {
		case "a string":
			name, err := item.text()
			if err != nil {
				return nil, err
			}
			out = append(out, Metric{Name: name})
		case "an object":
			m, err := readMetric(item)
			if err != nil {
				return nil, err
			}
			out = append(out, m)
		case "a list":
			inner, err := readMetrics(item)
			if err != nil {
				return nil, err
			}
			out = append(out, inner...)
		}
	}
	return out, nil
}

// readMetric reads the object of a metric.
func readMetric(v value) (Metric, error) {
	members, err := v.members()
	if err != nil {
		return Metric{}, err
	}
	var m Metric
	for _, member := range members {
		switch {
		case member.key == "class_name" && !member.null():
			if m.Class, err = member.text(); err != nil {
				return m, err
			}
		case member.key == "config" && member.kind() == "an object":
			m.Config = append([]byte(nil), member.value...)
			config, err := member.members()
			if err != nil {
				return m, err
			}
			for _, k := range config {
				if k.key == "name" && k.kind() == "a string" {
					m.Name, _ = k.text()
				}
			}
		case member.key == "config" && member.kind() == "a string": // a function
			m.Name, _ = member.text()
		}
	}
	return m, nil
}

// metricsText is a list of metrics as JSON.
func metricsText(list []Metric) string {
	if len(list) == 0 {
		return "null"
	}
	var out []string
	for _, m := range list {
		if m.Class == "" {
			out = append(out, quote(m.Name))
			continue
		}
		config := strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(string(m.Config)), "{"), "}")
		out = append(out, objectText("keras.metrics", m.Class, config, ""))
	}
	return "[" + strings.Join(out, ", ") + "]"
}
