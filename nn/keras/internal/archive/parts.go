package archive

import (
	"fmt"
	"slices"
	"strings"
)

// Activation is a function with its parameters. The zero value is linear.
type Activation struct {
	// Name is Keras's name of the function, such as relu, silu (never swish) or
	// leaky_relu; "" is linear.
	Name string
	// NegativeSlope is that of relu (0) and leaky_relu (0.2 as a function, 0.3 as a
	// layer).
	NegativeSlope float64
	MaxValue      *float64 // of relu: 6 makes relu6
	Threshold     float64  // of relu
	Alpha         float64  // of elu and celu: 1
}

// NewActivation returns the function with Keras's defaults.
func NewActivation(name string) Activation {
	a := Activation{Name: name}
	switch name {
	case "leaky_relu":
		a.NegativeSlope = 0.2
	case "elu", "celu":
		a.Alpha = 1
	}
	return a
}

// activationNames are the functions of Keras 3.15, with their older names.
var activationNames = []string{
	"celu", "elu", "exponential", "gelu", "glu", "hard_shrink", "hard_sigmoid", "hard_silu", "hard_tanh", "leaky_relu",
	"linear", "log_sigmoid", "log_softmax", "mish", "relu", "relu6", "selu", "sigmoid", "silu", "soft_shrink", "softmax",
	"softplus", "softsign", "sparse_plus", "sparse_sigmoid", "sparsemax", "squareplus", "tanh", "tanh_shrink", "threshold",
}

// activationByName resolves a name of a file.
func activationByName(name string, version int) (Activation, error) {
	switch name {
	case "swish":
		name = "silu"
	case "hard_swish":
		name = "hard_silu"
	}
	if !slices.Contains(activationNames, name) {
		return Activation{}, unsupported("the function %q is not Keras's own: its code is not in the file", clip(name))
	}
	if name == "hard_sigmoid" && version < 3 {
		return Activation{}, unsupported("hard_sigmoid of Keras 2 is 0.2·x + 0.5, that of Keras 3 is x/6 + 0.5: a file of Keras 2 cannot use it")
	}
	if name == "linear" {
		name = ""
	}
	return NewActivation(name), nil
}

// activation is a function: its name, or one of the layers that are functions.
func (c *codec) activation(key string, a *Activation) {
	if c.writing() {
		c.putActivation(key, *a)
		return
	}
	v := c.get(key)
	if v.null() {
		return
	}
	read, err := readActivation(v, c)
	c.fail(key, err)
	*a = read
}

func readActivation(v value, c *codec) (Activation, error) {
	if v.kind() == "a string" {
		name, err := v.text()
		if err != nil {
			return Activation{}, err
		}
		return activationByName(name, c.version)
	}
	o, err := readObject(v)
	if err != nil {
		return Activation{}, err
	}
	if o.class == "function" {
		name, err := o.config.text()
		if err != nil {
			return Activation{}, err
		}
		return activationByName(name, c.version)
	}
	f := Function{Layer: o.class}
	if !slices.Contains(functionLayers, o.class) || o.class == "Activation" {
		return Activation{}, unsupported("%s is no activation", clip(o.class))
	}
	inner, err := reader(o.config, c)
	if err != nil {
		return Activation{}, err
	}
	inner.ignore("name", "trainable")
	inner.dtype()
	f.fields(inner)
	return f.Activation, inner.done()
}

func (c *codec) putActivation(key string, a Activation) {
	name := a.Name
	if name == "" {
		name = "linear"
	}
	if !slices.Contains(activationNames, name) {
		c.fail(key, unsupported("Keras has no activation %q", clip(name)))
		return
	}
	if a == NewActivation(a.Name) {
		c.put(key, quote(name))
		return
	}
	f := Function{Activation: a}
	class := f.Class()
	if class == "Activation" {
		c.fail(key, unsupported("Keras has no parameters for %s", name))
		return
	}
	writeObject(c, key, "keras.layers", class, func(inner *codec) {
		inner.put("name", quote(snake(class)))
		f.fields(inner)
	})
}

// Initializer is how a weight was made. It changes nothing once the weights are
// there, so that an unknown class is no error: only its name is kept.
type Initializer struct {
	// Class is Keras's, such as GlorotUniform; "" is the default of the place.
	Class              string
	Seed               *int
	Value              float64 // Constant
	Minval, Maxval     float64 // RandomUniform
	Mean, Stddev       float64 // RandomNormal, TruncatedNormal
	Scale              float64 // VarianceScaling
	Mode, Distribution string  // VarianceScaling
	Gain               float64 // Orthogonal
}

// initializer reads or writes an initializer; class is Keras's default.
func (c *codec) initializer(key string, p *Initializer, class string) {
	if c.writing() {
		i := *p
		if i.Class == "" {
			i.Class = class
			if class == "RandomUniform" {
				i.Minval, i.Maxval = -0.05, 0.05
			}
		}
		writeObject(c, key, "keras.initializers", i.Class, i.fields)
		return
	}
	v := c.get(key)
	if v.null() {
		return
	}
	if v.kind() == "a string" {
		name, err := v.text()
		c.fail(key, err)
		p.Class = camel(name)
		return
	}
	o, err := readObject(v)
	if err != nil { // a class of the user's: the weights that it made are in the file
		return
	}
	p.Class = strings.TrimSuffix(o.class, "Initializer")
	inner, err := reader(o.config, c)
	if err != nil {
		c.fail(key, err)
		return
	}
	p.fields(inner)
	if inner.err != nil && p.Class != "Constant" { // a constant may be an array
		c.fail(key, inner.err)
	}
}

// fields has the parameters of the known classes.
func (i *Initializer) fields(c *codec) {
	switch i.Class {
	case "Zeros", "Ones":
	case "Constant":
		c.number("value", &i.Value)
	case "RandomUniform":
		c.number("minval", &i.Minval)
		c.number("maxval", &i.Maxval)
		c.maybeInteger("seed", &i.Seed)
	case "RandomNormal", "TruncatedNormal":
		c.number("mean", &i.Mean)
		c.number("stddev", &i.Stddev)
		c.maybeInteger("seed", &i.Seed)
	case "Orthogonal":
		c.number("gain", &i.Gain)
		c.maybeInteger("seed", &i.Seed)
	case "VarianceScaling":
		c.number("scale", &i.Scale)
		c.text("mode", &i.Mode)
		c.text("distribution", &i.Distribution)
		c.maybeInteger("seed", &i.Seed)
	case "GlorotUniform", "GlorotNormal", "HeUniform", "HeNormal", "LecunUniform", "LecunNormal":
		c.maybeInteger("seed", &i.Seed)
	default:
		if c.writing() {
			c.fail("class_name", unsupported("Keras has no initializer %q that is known here", clip(i.Class)))
		}
	}
}

// Regularizer adds L1·Σ|w| + L2·Σw² to the loss.
type Regularizer struct{ L1, L2 float64 }

// regularizer is null or a regularizer.
func (c *codec) regularizer(key string, p **Regularizer) {
	if c.writing() {
		if *p == nil {
			c.put(key, "null")
			return
		}
		writeObject(c, key, "keras.regularizers", "L1L2", func(inner *codec) {
			inner.putNumber("l1", (*p).L1)
			inner.putNumber("l2", (*p).L2)
		})
		return
	}
	v := c.get(key)
	if v.null() {
		return
	}
	r, err := readRegularizer(v, c)
	if err != nil {
		c.untrained(fmt.Errorf("%s: %w", key, err))
		return
	}
	*p = r
}

func readRegularizer(v value, c *codec) (*Regularizer, error) {
	r := &Regularizer{}
	var class string
	var config value
	if v.kind() == "a string" {
		class, _ = v.text()
		class = strings.ToUpper(strings.ReplaceAll(class, "_", ""))
	} else {
		o, err := readObject(v)
		if err != nil {
			return nil, err
		}
		class, config = o.class, o.config
	}
	switch class { // Keras's defaults
	case "L1":
		r.L1 = 0.01
	case "L2":
		r.L2 = 0.01
	case "L1L2":
		if config == nil {
			r.L1, r.L2 = 0.01, 0.01
		}
	default:
		return nil, unsupported("the regularizer %q is neither L1, L2 nor L1L2", clip(class))
	}
	if config == nil {
		return r, nil
	}
	inner, err := reader(config, c)
	if err != nil {
		return nil, err
	}
	inner.atLeast("l1", &r.L1, 0)
	inner.atLeast("l2", &r.L2, 0)
	return r, inner.done()
}

// Constraint is what the weights are forced to after an update.
type Constraint struct {
	Class              string // MaxNorm, NonNeg, UnitNorm or MinMaxNorm
	MinValue, MaxValue float64
	Rate               float64
	Axis               []int
}

// constraint is null or a constraint.
func (c *codec) constraint(key string, p **Constraint) {
	if c.writing() {
		if *p == nil {
			c.put(key, "null")
			return
		}
		writeObject(c, key, "keras.constraints", (*p).Class, (*p).fields)
		return
	}
	v := c.get(key)
	if v.null() {
		return
	}
	r, err := readConstraint(v, c)
	if err != nil {
		c.untrained(fmt.Errorf("%s: %w", key, err))
		return
	}
	*p = r
}

func readConstraint(v value, c *codec) (*Constraint, error) {
	if v.kind() == "a string" {
		name, err := v.text()
		if err != nil {
			return nil, err
		}
		r := newConstraint(camel(name))
		inner := &codec{}
		r.fields(inner)
		return r, inner.err
	}
	o, err := readObject(v)
	if err != nil {
		return nil, err
	}
	inner, err := reader(o.config, c)
	if err != nil {
		return nil, err
	}
	r := newConstraint(o.class)
	r.fields(inner)
	return r, inner.done()
}

// newConstraint has Keras's defaults.
func newConstraint(class string) *Constraint {
	r := &Constraint{Class: class}
	switch class {
	case "MaxNorm":
		r.MaxValue = 2
	case "MinMaxNorm":
		r.MaxValue, r.Rate = 1, 1
	}
	if class != "NonNeg" {
		r.Axis = []int{0}
	}
	return r
}

func (r *Constraint) fields(c *codec) {
	axis := func() {
		if c.writing() && len(r.Axis) == 1 {
			c.put("axis", fmt.Sprint(r.Axis[0]))
			return
		}
		c.integers("axis", &r.Axis)
	}
	switch r.Class {
	case "NonNeg":
	case "UnitNorm":
		axis()
	case "MaxNorm":
		c.number("max_value", &r.MaxValue)
		axis()
	case "MinMaxNorm":
		c.number("min_value", &r.MinValue)
		c.number("max_value", &r.MaxValue)
		c.number("rate", &r.Rate)
		axis()
	default:
		c.fail("class_name", unsupported("the constraint %q is none of MaxNorm, NonNeg, UnitNorm and MinMaxNorm", clip(r.Class)))
	}
}

func errFirst(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// camel makes glorot_uniform GlorotUniform; a class name stays.
func camel(s string) string {
	var b strings.Builder
	for _, part := range strings.Split(s, "_") {
		if part != "" {
			b.WriteString(strings.ToUpper(part[:1]) + part[1:])
		}
	}
	return b.String()
}
