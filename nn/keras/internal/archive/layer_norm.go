package archive

import (
	"fmt"
	"slices"
)

// BatchNormalization normalizes each channel over the samples: the last axis.
type BatchNormalization struct {
	Momentum float64 // weight of the old moving mean and variance
	Epsilon  float64
	NoCenter bool // no beta
	NoScale  bool // no gamma

	BetaInitializer           Initializer // default Zeros
	GammaInitializer          Initializer // default Ones
	MovingMeanInitializer     Initializer // default Zeros
	MovingVarianceInitializer Initializer // default Ones
	BetaRegularizer           *Regularizer
	GammaRegularizer          *Regularizer
	BetaConstraint            *Constraint
	GammaConstraint           *Constraint
}

func (BatchNormalization) Class() string                  { return "BatchNormalization" }
func (BatchNormalization) Output(in []int) ([]int, error) { return same(in) }

func (b BatchNormalization) Weights(in []int) []Tensor {
	shape := in[len(in)-1:]
	return append(scaleAndCenter(shape, b.NoScale, b.NoCenter),
		Tensor{Name: "moving_mean", Shape: slices.Clone(shape)}, Tensor{Name: "moving_variance", Shape: slices.Clone(shape)})
}

// scaleAndCenter is gamma and beta, as far as they are there.
func scaleAndCenter(shape []int, noScale, noCenter bool) []Tensor {
	var w []Tensor
	if !noScale {
		w = append(w, Tensor{Name: "gamma", Shape: slices.Clone(shape), Trained: true})
	}
	if !noCenter {
		w = append(w, Tensor{Name: "beta", Shape: slices.Clone(shape), Trained: true})
	}
	return w
}

func (b *BatchNormalization) fields(c *codec) {
	if !c.writing() {
		b.Momentum, b.Epsilon = 0.99, 1e-3
	}
	c.lastAxis(false)
	c.number("momentum", &b.Momentum)
	c.atLeast("epsilon", &b.Epsilon, 0)
	c.not("center", &b.NoCenter)
	c.not("scale", &b.NoScale)
	c.initializer("beta_initializer", &b.BetaInitializer, "Zeros")
	c.initializer("gamma_initializer", &b.GammaInitializer, "Ones")
	c.initializer("moving_mean_initializer", &b.MovingMeanInitializer, "Zeros")
	c.initializer("moving_variance_initializer", &b.MovingVarianceInitializer, "Ones")
	c.regularizer("beta_regularizer", &b.BetaRegularizer)
	c.regularizer("gamma_regularizer", &b.GammaRegularizer)
	c.constraint("beta_constraint", &b.BetaConstraint)
	c.constraint("gamma_constraint", &b.GammaConstraint)
	c.old("synchronized", "false")
	c.old("renorm", "false")
	c.old("renorm_clipping")
	c.ignore("renorm_momentum") // without renorm it is not used
}

// not is a truth value that is kept as its contrary.
func (c *codec) not(key string, p *bool) {
	is := !*p
	c.boolean(key, &is)
	*p = !is
}

// lastAxis is the axis of a normalization: -1, or a list of it, or, in files of
// Keras 2, its positive number, which only the input's shape can confirm.
func (c *codec) lastAxis(list bool) {
	if c.writing() {
		if list {
			c.put("axis", "[-1]")
		} else {
			c.put("axis", "-1")
		}
		return
	}
	v := c.get("axis")
	if v.null() {
		return
	}
	axes, err := ints(v)
	if err == nil && len(axes) != 1 {
		err = unsupported("normalization over the axes %v: only the last one is known", axes)
	}
	if err == nil && axes[0] != -1 {
		c.axis = axes[0]
	}
	c.fail("axis", err)
}

// LayerNormalization normalizes each sample over its last axis.
type LayerNormalization struct {
	Epsilon  float64
	NoCenter bool // no beta
	NoScale  bool // no gamma

	BetaInitializer  Initializer // default Zeros
	GammaInitializer Initializer // default Ones
	BetaRegularizer  *Regularizer
	GammaRegularizer *Regularizer
	BetaConstraint   *Constraint
	GammaConstraint  *Constraint
}

func (LayerNormalization) Class() string                  { return "LayerNormalization" }
func (LayerNormalization) Output(in []int) ([]int, error) { return same(in) }

func (l LayerNormalization) Weights(in []int) []Tensor {
	return scaleAndCenter(in[len(in)-1:], l.NoScale, l.NoCenter)
}

func (l *LayerNormalization) fields(c *codec) {
	if !c.writing() {
		l.Epsilon = 1e-3
	}
	c.lastAxis(true)
	c.atLeast("epsilon", &l.Epsilon, 0)
	c.not("center", &l.NoCenter)
	c.not("scale", &l.NoScale)
	c.old("rms_scaling", "false")
	c.initializer("beta_initializer", &l.BetaInitializer, "Zeros")
	c.initializer("gamma_initializer", &l.GammaInitializer, "Ones")
	c.regularizer("beta_regularizer", &l.BetaRegularizer)
	c.regularizer("gamma_regularizer", &l.GammaRegularizer)
	c.constraint("beta_constraint", &l.BetaConstraint)
	c.constraint("gamma_constraint", &l.GammaConstraint)
}

// Rescaling is x·Scale + Offset, with one number or one for each channel.
type Rescaling struct{ Scale, Offset []float64 }

func (Rescaling) Class() string { return "Rescaling" }

func (r Rescaling) Output(in []int) ([]int, error) {
	return perChannel(in, r.Scale, r.Offset)
}

// perChannel is the shape in, if lists have one number or one for each channel.
func perChannel(in []int, lists ...[]float64) ([]int, error) {
	for _, list := range lists {
		if len(list) > 1 && len(list) != in[len(in)-1] {
			return nil, fmt.Errorf("%d numbers for %d channels", len(list), in[len(in)-1])
		}
	}
	return same(in)
}

func (Rescaling) Weights([]int) []Tensor { return nil }

func (r *Rescaling) fields(c *codec) {
	if !c.writing() {
		r.Offset = []float64{0}
	}
	c.numbers("scale", &r.Scale)
	c.numbers("offset", &r.Offset)
	if len(r.Scale) == 0 || len(r.Offset) == 0 {
		c.fail("scale", fmt.Errorf("a rescaling needs scale and offset"))
	}
}

// Normalization is (x − mean)/√variance over the last axis, with Keras's least
// deviation of 1e-7. Mean and Variance come from the config; without them they are
// weights, which adapt computed.
type Normalization struct {
	Mean, Variance []float64
	Invert         bool // x·√variance + mean
	Whole          bool // Keras's axis = None: one mean of the whole sample
}

func (Normalization) Class() string { return "Normalization" }

func (n Normalization) Output(in []int) ([]int, error) { return perChannel(in, n.Mean, n.Variance) }

func (n Normalization) Weights(in []int) []Tensor {
	if n.Mean != nil {
		return nil
	}
	shape := slices.Clone(in[len(in)-1:])
	if n.Whole {
		shape = []int{}
	}
	return []Tensor{{Name: "mean", Shape: shape}, {Name: "variance", Shape: slices.Clone(shape)}}
}

func (n *Normalization) fields(c *codec) {
	if !c.writing() {
		axis := c.get("axis")
		n.Whole = len(axis) > 0 && axis.null()
	}
	if n.Whole && c.writing() {
		c.put("axis", "null")
	} else {
		c.lastAxis(true)
	}
	c.boolean("invert", &n.Invert)
	c.numbers("mean", &n.Mean)
	c.numbers("variance", &n.Variance)
	if (n.Mean == nil) != (n.Variance == nil) {
		c.fail("mean", fmt.Errorf("mean and variance are only known together"))
	}
}
