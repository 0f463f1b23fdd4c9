package archive

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// Optimizer is one of Keras's optimizers with its hyper-parameters. A class reads
// and writes those that are named with it; [NewOptimizer] gives Keras's defaults.
type Optimizer struct {
	// Class is Keras's: SGD, RMSprop, Adam, AdamW, Nadam, Adamax, Adadelta, Adagrad,
	// Lion, Ftrl or Lamb.
	Class string
	Name  string // Keras's default where it is ""

	// LearningRate is the config's number. Keras rounds it to float32 before it
	// multiplies with it, and writes what it rounded to. With a Schedule it is not
	// used.
	LearningRate float64
	Schedule     *Schedule

	Momentum float64 // SGD, RMSprop
	Nesterov bool    // SGD
	Rho      float64 // RMSprop, Adadelta
	Centered bool    // RMSprop
	Beta1    float64 // Adam, AdamW, Nadam, Adamax, Lion, Lamb
	Beta2    float64 // the same
	AMSGrad  bool    // Adam, AdamW
	Epsilon  float64 // all but SGD, Lion and Ftrl

	InitialAccumulator float64 // Adagrad, Ftrl
	LearningRatePower  float64 // Ftrl, as the next four
	L1, L2             float64
	L2Shrinkage        float64
	Beta               float64

	// For every class:
	WeightDecay    *float64
	ClipNorm       *float64 // of each weight's gradient
	GlobalClipNorm *float64 // of all gradients together
	ClipValue      *float64
	// EMA keeps a moving average of the weights with this momentum, in the slot
	// "average"; every EMAOverwrite steps it becomes the weights.
	EMA          bool
	EMAMomentum  float64
	EMAOverwrite *int
	// AccumulationSteps adds up the gradients of so many calls for one update, in
	// the slot "gradient_accumulator"; nil is 1.
	AccumulationSteps *int
}

var optimizerClasses = []string{"SGD", "RMSprop", "Adam", "AdamW", "Nadam", "Adamax", "Adadelta", "Adagrad", "Lion", "Ftrl", "Lamb"}

// NewOptimizer returns an optimizer of a class with Keras's defaults.
func NewOptimizer(class string) Optimizer {
	o := Optimizer{Class: class, LearningRate: float64(float32(0.001)), Epsilon: 1e-7, EMAMomentum: 0.99}
	switch class {
	case "SGD":
		o.LearningRate, o.Epsilon = float64(float32(0.01)), 0
	case "RMSprop":
		o.Rho = 0.9
	case "Adadelta":
		o.Rho = 0.95
	case "Adagrad":
		o.InitialAccumulator = 0.1
	case "Lion":
		o.Beta1, o.Beta2, o.Epsilon = 0.9, 0.99, 0
	case "Ftrl":
		o.LearningRatePower, o.InitialAccumulator, o.Epsilon = -0.5, 0.1, 0
	default: // Adam and its relatives
		o.Beta1, o.Beta2 = 0.9, 0.999
	}
	if class == "AdamW" {
		decay := 0.004
		o.WeightDecay = &decay
	}
	return o
}

// Slots names the arrays that the optimizer keeps for each weight, in Keras's
// order. Those of one inner list are stored in turn, weight by weight; the lists
// one after the other.
func (o Optimizer) Slots() [][]string {
	var s [][]string
	if o.EMA {
		s = append(s, []string{"average"})
	}
	if o.AccumulationSteps != nil {
		s = append(s, []string{"gradient_accumulator"})
	}
	when := func(is bool, name string) {
		if is {
			s = append(s, []string{name})
		}
	}
	switch o.Class {
	case "SGD":
		when(o.Momentum != 0, "momentum")
	case "RMSprop":
		s = append(s, []string{"velocity"})
		when(o.Momentum > 0, "momentum")
		when(o.Centered, "average_gradient")
	case "Adam", "AdamW", "Nadam", "Lamb":
		s = append(s, []string{"momentum", "velocity"})
		when(o.AMSGrad, "velocity_hat")
	case "Adamax":
		s = append(s, []string{"momentum", "norm"})
	case "Adadelta":
		s = append(s, []string{"accumulated_grad", "accumulated_delta_var"})
	case "Adagrad":
		s = append(s, []string{"accumulator"})
	case "Lion":
		s = append(s, []string{"momentum"})
	case "Ftrl":
		s = append(s, []string{"accumulator", "linear"})
	}
	return s
}

// readOptimizer reads an optimizer: an object, or a name in small letters, which
// stands for the defaults. legacy says that it is one of tf.keras before 2.11.
func readOptimizer(v value, c *codec) (o Optimizer, legacy bool, err error) {
	if v.kind() == "a string" {
		name, err := v.text()
		if err != nil {
			return o, false, err
		}
		for _, class := range optimizerClasses {
			if lower(class) == lower(name) {
				return NewOptimizer(class), false, nil
			}
		}
		return o, false, unsupported("the optimizer %q is none of %v", clip(name), optimizerClasses)
	}
	ob, err := readObject(v)
	if err != nil {
		return o, false, err
	}
	if c.version < 3 { // tf.keras 2.15 registers its own classes so in an .h5
		ob.class = strings.TrimPrefix(ob.class, "Custom>")
	}
	if !slices.Contains(optimizerClasses, ob.class) {
		return o, false, unsupported("the optimizer %q is none of %v", clip(ob.class), optimizerClasses)
	}
	inner, err := reader(ob.config, c)
	if err != nil {
		return o, false, err
	}
	o = NewOptimizer(ob.class)
	legacy = inner.has("decay") || ob.module == "keras.optimizers.legacy"
	if o.fields(inner); inner.done() != nil {
		return o, legacy, fmt.Errorf("the optimizer %s: %w", o.Class, inner.done())
	}
	if legacy {
		err = o.legacy()
	}
	return o, legacy, err
}

// legacy refuses the optimizers of tf.keras before 2.11 that compute something
// else than those of the same name today.
func (o *Optimizer) legacy() error {
	const remedy = ": compile the model with a current optimizer and save it again"
	switch {
	case o.Class == "RMSprop" && o.Momentum == 0:
		return unsupported("the RMSprop of tf.keras before 2.11 adds epsilon to the root, not under it%s", remedy)
	case o.Class == "Nadam":
		return unsupported("the Nadam of tf.keras before 2.11 has another schedule of its momentum%s", remedy)
	case o.Class == "Adagrad" && o.InitialAccumulator < 0.1:
		// From 0.1 on the two differ by less than 2e-7 of an update.
		return unsupported("the Adagrad of tf.keras before 2.11 adds epsilon to the root, not under it%s", remedy)
	}
	return nil
}

// fields has the keys of all classes, and those of this one.
func (o *Optimizer) fields(c *codec) {
	if c.writing() && o.Name == "" {
		c.put("name", quote(snake(o.Class)))
	} else {
		c.text("name", &o.Name)
	}
	c.learningRate(o)
	c.maybe("weight_decay", &o.WeightDecay)
	c.maybe("clipnorm", &o.ClipNorm)
	c.maybe("global_clipnorm", &o.GlobalClipNorm)
	c.maybe("clipvalue", &o.ClipValue)
	c.boolean("use_ema", &o.EMA)
	c.share("ema_momentum", &o.EMAMomentum)
	c.maybeInteger("ema_overwrite_frequency", &o.EMAOverwrite)
	c.only("loss_scale_factor", "null")
	c.maybeInteger("gradient_accumulation_steps", &o.AccumulationSteps)
	switch o.Class {
	case "SGD":
		c.share("momentum", &o.Momentum)
		c.boolean("nesterov", &o.Nesterov)
	case "RMSprop":
		c.share("rho", &o.Rho)
		c.share("momentum", &o.Momentum)
		c.atLeast("epsilon", &o.Epsilon, 0)
		c.boolean("centered", &o.Centered)
	case "Adadelta":
		c.share("rho", &o.Rho)
		c.atLeast("epsilon", &o.Epsilon, 0)
	case "Adagrad":
		c.atLeast("initial_accumulator_value", &o.InitialAccumulator, 0)
		c.atLeast("epsilon", &o.Epsilon, 0)
	case "Lion":
		c.share("beta_1", &o.Beta1)
		c.share("beta_2", &o.Beta2)
	case "Ftrl":
		c.number("learning_rate_power", &o.LearningRatePower)
		c.atLeast("initial_accumulator_value", &o.InitialAccumulator, 0)
		c.atLeast("l1_regularization_strength", &o.L1, 0)
		c.atLeast("l2_regularization_strength", &o.L2, 0)
		c.atLeast("l2_shrinkage_regularization_strength", &o.L2Shrinkage, 0)
		c.number("beta", &o.Beta)
	default:
		c.share("beta_1", &o.Beta1)
		c.share("beta_2", &o.Beta2)
		c.atLeast("epsilon", &o.Epsilon, 0)
		if o.Class == "Adam" || o.Class == "AdamW" {
			c.boolean("amsgrad", &o.AMSGrad)
		}
	}
	// tf.keras 2
	if o.Class == "Nadam" { // whose decay was part of the rule: see legacy
		c.ignore("decay")
	} else {
		c.old("decay", "0.0", "0")
	}
	c.ignore("jit_compile", "is_legacy_optimizer")
	if o.AccumulationSteps != nil && *o.AccumulationSteps < 2 {
		c.fail("gradient_accumulation_steps", fmt.Errorf("%d, but at least 2 are needed", *o.AccumulationSteps))
	}
}

// learningRate is a number or a schedule.
func (c *codec) learningRate(o *Optimizer) {
	const key = "learning_rate"
	switch {
	case c.writing() && o.Schedule != nil:
		writeObject(c, key, "keras.optimizers.schedules", o.Schedule.Class, o.Schedule.fields)
	case c.writing():
		c.putNumber(key, o.LearningRate)
	default:
		v := c.get(key)
		if v.kind() == "an object" {
			s, err := readSchedule(v, c)
			c.fail(key, err)
			o.Schedule = s
			return
		}
		if !v.null() {
			c.atLeast(key, &o.LearningRate, 0)
			if o.LearningRate > math.MaxFloat32 {
				c.fail(key, fmt.Errorf("%v is no float32", o.LearningRate))
			}
		}
	}
}

// Schedule is a learning rate that depends on the iteration.
type Schedule struct {
	// Class is ExponentialDecay, InverseTimeDecay, PolynomialDecay,
	// PiecewiseConstantDecay, CosineDecay or CosineDecayRestarts.
	Class string
	Name  string // Keras's default where it is ""

	Initial   float64   // initial_learning_rate: all but PiecewiseConstantDecay
	Steps     float64   // decay_steps; first_decay_steps of CosineDecayRestarts
	Rate      float64   // decay_rate: ExponentialDecay, InverseTimeDecay
	Staircase bool      // the same
	End       float64   // end_learning_rate: PolynomialDecay
	Power     float64   // the same
	Cycle     bool      // the same
	At        []float64 // boundaries: PiecewiseConstantDecay
	Values    []float64 // the same, one more
	Alpha     float64   // CosineDecay, CosineDecayRestarts
	Warmup    *float64  // warmup_target: CosineDecay
	WarmSteps float64   // warmup_steps: CosineDecay
	TMul      float64   // CosineDecayRestarts
	MMul      float64   // the same
}

// readSchedule reads the schedule of a learning rate.
func readSchedule(v value, c *codec) (*Schedule, error) {
	o, err := readObject(v)
	if err != nil {
		return nil, err
	}
	s := &Schedule{Class: o.class}
	switch s.Class { // Keras's defaults
	case "PolynomialDecay":
		s.End, s.Power = 1e-4, 1
	case "CosineDecayRestarts":
		s.TMul, s.MMul = 2, 1
	}
	inner, err := reader(o.config, c)
	if err != nil {
		return nil, err
	}
	s.fields(inner)
	return s, inner.done()
}

func (s *Schedule) fields(c *codec) {
	const steps = "decay_steps"
	if s.Class != "PiecewiseConstantDecay" {
		c.number("initial_learning_rate", &s.Initial)
	}
	switch s.Class {
	case "ExponentialDecay", "InverseTimeDecay":
		c.atLeast(steps, &s.Steps, 1)
		c.number("decay_rate", &s.Rate)
		c.boolean("staircase", &s.Staircase)
	case "PolynomialDecay":
		c.atLeast(steps, &s.Steps, 1)
		c.number("end_learning_rate", &s.End)
		c.number("power", &s.Power)
		c.boolean("cycle", &s.Cycle)
	case "PiecewiseConstantDecay":
		c.list("boundaries", &s.At)
		c.list("values", &s.Values)
		if len(s.Values) != len(s.At)+1 || !slices.IsSorted(s.At) {
			c.fail("boundaries", fmt.Errorf("%d boundaries in order need %d values", len(s.At), len(s.At)+1))
		}
	case "CosineDecay":
		c.atLeast(steps, &s.Steps, 0)
		c.number("alpha", &s.Alpha)
		c.maybe("warmup_target", &s.Warmup)
		c.atLeast("warmup_steps", &s.WarmSteps, 0)
	case "CosineDecayRestarts":
		c.atLeast("first_decay_steps", &s.Steps, 1)
		c.number("t_mul", &s.TMul)
		c.number("m_mul", &s.MMul)
		c.number("alpha", &s.Alpha)
	default:
		c.fail("class_name", unsupported("the schedule %q is not Keras's own", clip(s.Class)))
	}
	if s.Name == "" && c.writing() {
		c.put("name", quote(s.Class))
	} else {
		c.text("name", &s.Name)
	}
}
