// Package losses holds the functions that training minimizes, each a mean over the
// batch, with Keras's names and formulas.
//
//	loss                           of outputs y (or logits z) and targets t       last layer
//	SparseCategoricalCrossentropy  −log p[class], p = softmax(z)                  softmax
//	CategoricalCrossentropy        −Σ t·log p, p = softmax(z)                     softmax
//	BinaryCrossentropy             mean of −t·log p − (1−t)·log(1−p), p = σ(z)    sigmoid
//	MeanSquaredError               mean of (y−t)²                                 any
//
// A loss that names a last activation is computed from what goes into it, the logits:
// exact where a probability would round to 0 or 1.
//
// # A loss of one's own
//
// A type with the two methods of [Loss] works in any model; the other interfaces of
// this package, [Final], [Classed], [Checked] and [Counted], are optional.
package losses

import (
	"weft/activations"
	"weft/nn/internal/engine"
)

// Loss is a function of the outputs of a model for a sample and its target. A model
// minimizes its mean, weighted by the weights of the samples.
type Loss interface {
	// Name returns Keras's name.
	Name() string
	// Sample returns the loss of one sample and fills s.Gradient with
	// s.Scale · ∂loss/∂s.Outputs. It is called by several goroutines at once.
	Sample(s *Sample) float32
}

// Sample is what a loss sees of one sample.
type Sample = engine.LossSample

// Block is what a loss sees that works on a panel of samples at once.
type Block = engine.Block

// Final is implemented by a loss that contains the last activation of a model: its
// Outputs are what goes into that, and the model's last layer must have it.
type Final interface{ Final() activations.Activation }

// Classed is implemented by a loss whose targets are classes, not floats.
type Classed interface{ Classes() bool }

// Checked is implemented by a loss that not every model or target suits.
type Checked interface {
	// CheckOutputs returns an error for a number of outputs that mean nothing.
	CheckOutputs(n int) error
	// CheckTarget returns an error for float targets of a sample that are out of the
	// loss's domain. Fit and Evaluate call it once for each sample.
	CheckTarget(t []float32) error
}

// Counted is implemented by a loss that counts right answers in s.Hits.
type Counted interface {
	// Answers returns how many answers a sample has, each right or wrong.
	Answers(outputs int) int
}

// Paneled is implemented by a loss that is faster on a panel of samples at once.
type Paneled interface{ Panel(b *Block) }

// FinalOf returns the last activation that a loss contains, nil for none.
func FinalOf(l Loss) activations.Activation {
	if f, ok := l.(Final); ok {
		return f.Final()
	}
	return nil
}

// WantsClasses reports whether the targets of a loss are classes.
func WantsClasses(l Loss) bool {
	c, ok := l.(Classed)
	return ok && c.Classes()
}

// Answers returns how many right answers there can be for n samples, 0 where the loss
// has no accuracy.
func Answers(l Loss, n, outputs int) int {
	if c, ok := l.(Counted); ok {
		return n * c.Answers(outputs)
	}
	return 0
}
