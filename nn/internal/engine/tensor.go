package engine

// Split says which part of a memory one worker touches.
type Split uint8

// The splits. Two workers may touch one memory without a barrier between them
// only where both split it the same way.
const (
	ByUnits   Split = iota // its own units (features), all samples
	BySamples              // its own samples, all units
	ByInputs               // weights: the panels of inputs that it owns or takes, all units; one op a step
	All                    // everything
)

// Memory is a run of floats that ops of a plan share. The plan gives it a place;
// each [Step] has floats of its own there, see [Step.Floats].
type Memory struct {
	// Split is how the last op that writes it in a step divides it among workers,
	// Density the share of it that is expected not to be zero. Ops set them for
	// what they write, in Build or in [Planner.Plan], and read those of their
	// inputs.
	Split   Split
	Density float64

	at, floats int
	input      bool // the sample of a one-row plan, which is not copied
}

// Layout is how a tensor lies in memory.
type Layout uint8

// The layouts.
const (
	Panels Layout = iota // [⌈samples/32⌉][features][32]
	Rows                 // [samples][features], sample by sample; split by samples
)

// Tensor is what one layer hands to the next: values, and in training the
// gradient of the loss by them.
type Tensor struct {
	Shape    []int // of one sample
	Features int   // numbers of one sample
	Layout   Layout

	Values *Memory // nil for an Input that nobody has asked for: see [Builder.Read]
	Grad   *Memory // nil where nothing below trains, and outside training

	// Across are the values in panels of 32 features, [⌈features/32⌉][samples][32],
	// where somebody asked for them: see [Builder.Across].
	Across *Memory

	// Input marks the batch itself. It has no memory of its own until a layer
	// wants it: an op may read the data panel by panel with [Step.ReadPanel] and
	// [Step.ReadRows] instead. (Sharing a gathered batch between workers cost
	// 22 µs of cache lines that the other core held, for 8 µs of reading; a batch
	// of 2048 images, kept, leaves every L2.)
	Input bool

	// Overwrite says that the next layer may write its values over these: nothing
	// else reads them, not even the backward pass of the op that made them.
	Overwrite bool

	readers  int        // that have a gradient for it
	partials []*Memory  // of the second, third … reader
	other    [2]*Tensor // the same values in another layout
}

// WithShape returns the tensor with another shape of the same size. It is the same
// memory, with the same gradient.
func (t *Tensor) WithShape(shape ...int) *Tensor {
	t.Shape = shape
	return t
}

// InPlace returns a tensor in the memory of t, whose values are written over.
func (t *Tensor) InPlace(split Split) *Tensor {
	t.Values.Split = split
	return &Tensor{Shape: t.Shape, Features: t.Features, Layout: t.Layout, Values: t.Values, Grad: t.Grad}
}
