package archive

import (
	"fmt"
	"slices"
)

// Dense is act(x·kernel + bias) over the last axis.
type Dense struct {
	Units             int
	Activation        Activation
	NoBias            bool
	KernelInitializer Initializer // default GlorotUniform
	BiasInitializer   Initializer // default Zeros
	KernelRegularizer *Regularizer
	BiasRegularizer   *Regularizer
	KernelConstraint  *Constraint
	BiasConstraint    *Constraint
}

func (Dense) Class() string { return "Dense" }

func (d Dense) Output(in []int) ([]int, error) {
	return append(slices.Clone(in[:len(in)-1]), d.Units), nil
}

func (d Dense) Weights(in []int) []Tensor {
	w := []Tensor{{Name: "kernel", Shape: []int{in[len(in)-1], d.Units}, Trained: true}}
	return withBias(w, !d.NoBias, d.Units)
}

// withBias appends a bias.
func withBias(w []Tensor, bias bool, units int) []Tensor {
	if bias {
		w = append(w, Tensor{Name: "bias", Shape: []int{units}, Trained: true})
	}
	return w
}

func (d *Dense) fields(c *codec) {
	c.count("units", &d.Units)
	c.activation("activation", &d.Activation)
	c.bias(&d.NoBias)
	c.initializer("kernel_initializer", &d.KernelInitializer, "GlorotUniform")
	c.initializer("bias_initializer", &d.BiasInitializer, "Zeros")
	c.regularizer("kernel_regularizer", &d.KernelRegularizer)
	c.regularizer("bias_regularizer", &d.BiasRegularizer)
	c.trainingOnly("activity_regularizer")
	c.constraint("kernel_constraint", &d.KernelConstraint)
	c.constraint("bias_constraint", &d.BiasConstraint)
	c.old("quantization_config")
	c.old("lora_rank")
}

// bias is use_bias, the contrary of a field whose zero value is Keras's default.
func (c *codec) bias(no *bool) {
	use := !*no
	c.boolean("use_bias", &use)
	*no = !use
}

// Flatten makes a vector of a sample.
type Flatten struct{}

func (Flatten) Class() string                  { return "Flatten" }
func (Flatten) Output(in []int) ([]int, error) { return []int{elements(in)}, nil }
func (Flatten) Weights([]int) []Tensor         { return nil }
func (Flatten) fields(c *codec)                { c.channelsLast() }

func (c *codec) channelsLast() { c.only("data_format", `"channels_last"`) }

// Identity does nothing.
type Identity struct{}

func (Identity) Class() string                  { return "Identity" }
func (Identity) Output(in []int) ([]int, error) { return same(in) }
func (Identity) Weights([]int) []Tensor         { return nil }
func (Identity) fields(*codec)                  {}

func same(in []int) ([]int, error) { return slices.Clone(in), nil }

// axesOf checks how many axes a sample has.
func axesOf(in []int, axes int) error {
	if len(in) != axes {
		return fmt.Errorf("a sample of the shape %v, but %d axes are needed", in, axes)
	}
	return nil
}

// Reshape gives a sample another shape; one axis may be -1.
type Reshape struct{ Target []int }

func (Reshape) Class() string { return "Reshape" }

func (r Reshape) Output(in []int) ([]int, error) {
	out := slices.Clone(r.Target)
	rest, open := elements(in), -1
	for i, d := range out {
		switch {
		case d == -1 && open < 0:
			open = i
		case d < 1 || rest%d != 0:
			return nil, fmt.Errorf("a sample of the shape %v cannot have the shape %v", in, r.Target)
		default:
			rest /= d
		}
	}
	if open >= 0 {
		out[open] = rest
	} else if rest != 1 {
		return nil, fmt.Errorf("a sample of the shape %v cannot have the shape %v", in, r.Target)
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("a sample without axes")
	}
	return out, nil
}

func (Reshape) Weights([]int) []Tensor { return nil }
func (r *Reshape) fields(c *codec)     { c.integers("target_shape", &r.Target) }

// Function is an activation as a layer of its own.
type Function struct {
	Activation Activation
	// Layer is Keras's class: Activation, ReLU, LeakyReLU, ELU or Softmax; "" for
	// the one that can say what Activation says.
	Layer string
}

var functionLayers = []string{"Activation", "ReLU", "LeakyReLU", "ELU", "Softmax"}

func (f Function) Class() string {
	if f.Layer != "" {
		return f.Layer
	}
	if f.Activation == NewActivation(f.Activation.Name) {
		return "Activation"
	}
	switch f.Activation.Name {
	case "relu":
		return "ReLU"
	case "leaky_relu":
		return "LeakyReLU"
	case "elu":
		return "ELU"
	}
	return "Activation" // which cannot say it: fields refuses
}

func (Function) Output(in []int) ([]int, error) { return same(in) }
func (Function) Weights([]int) []Tensor         { return nil }

func (f *Function) fields(c *codec) {
	a := &f.Activation
	must := func(name string) {
		if c.writing() && a.Name != name {
			c.fail("class_name", fmt.Errorf("%s cannot be %q", f.Class(), a.Name))
		}
		a.Name = name
	}
	switch f.Class() {
	case "Activation":
		c.activation("activation", a)
	case "ReLU":
		must("relu")
		c.maybe("max_value", &a.MaxValue)
		c.number("negative_slope", &a.NegativeSlope)
		c.number("threshold", &a.Threshold)
	case "LeakyReLU":
		must("leaky_relu")
		if !c.writing() {
			a.NegativeSlope = 0.3
			c.number("alpha", &a.NegativeSlope) // Keras 2
		}
		c.number("negative_slope", &a.NegativeSlope)
	case "ELU":
		must("elu")
		if !c.writing() {
			a.Alpha = 1
		}
		c.number("alpha", &a.Alpha)
	case "Softmax":
		must("softmax")
		c.only("axis", "-1")
	}
}

// Noise changes samples in training alone.
type Noise struct {
	// Kind is Keras's class: Dropout, SpatialDropout2D, AlphaDropout,
	// GaussianDropout or GaussianNoise.
	Kind string
	// Rate is the share that is dropped, of GaussianNoise the standard deviation.
	Rate float64
	// Seed is Keras's and ignored elsewhere: the state of its generator is not in
	// the file, so that masks after loading differ from Keras's anyway.
	Seed *int
}

var noiseLayers = []string{"Dropout", "SpatialDropout2D", "AlphaDropout", "GaussianDropout", "GaussianNoise"}

func (n Noise) Class() string        { return n.Kind }
func (Noise) Weights([]int) []Tensor { return nil }
func (n Noise) Output(in []int) ([]int, error) {
	if n.Kind == "SpatialDropout2D" {
		if err := axesOf(in, 3); err != nil {
			return nil, err
		}
	}
	return same(in)
}

func (n *Noise) fields(c *codec) {
	if n.Kind == "GaussianNoise" {
		if c.number("stddev", &n.Rate); n.Rate < 0 || n.Rate > 1 {
			c.fail("stddev", fmt.Errorf("%v is not from 0 to 1", n.Rate))
		}
	} else {
		c.share("rate", &n.Rate)
	}
	c.maybeInteger("seed", &n.Seed)
	switch n.Kind {
	case "SpatialDropout2D":
		c.channelsLast()
		c.old("noise_shape")
	case "Dropout", "AlphaDropout":
		c.only("noise_shape", "null")
	}
}

// Embedding looks up a row of its table for each index of a sample.
type Embedding struct {
	InputDim    int // rows: indices are below
	OutputDim   int
	MaskZero    bool        // index 0 is padding, which the layers after it leave out
	Initializer Initializer // default RandomUniform from -0.05 to 0.05
	Regularizer *Regularizer
	Constraint  *Constraint
}

func (Embedding) Class() string { return "Embedding" }

func (e Embedding) Output(in []int) ([]int, error) { return append(slices.Clone(in), e.OutputDim), nil }

func (e Embedding) Weights([]int) []Tensor {
	return []Tensor{{Name: "embeddings", Shape: []int{e.InputDim, e.OutputDim}, Trained: true}}
}

func (e *Embedding) fields(c *codec) {
	c.count("input_dim", &e.InputDim)
	c.count("output_dim", &e.OutputDim)
	c.initializer("embeddings_initializer", &e.Initializer, "RandomUniform")
	c.regularizer("embeddings_regularizer", &e.Regularizer)
	c.trainingOnly("activity_regularizer")
	c.constraint("embeddings_constraint", &e.Constraint)
	c.boolean("mask_zero", &e.MaskZero)
	c.ignore("input_length") // Keras 2: follows from the input's shape
	c.old("quantization_config")
	c.old("lora_rank")
	c.old("sparse", "false")
}
