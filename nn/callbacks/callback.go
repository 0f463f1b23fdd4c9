// Package callbacks holds what watches a training: the interface [Callback], progress
// on a terminal or line by line, and what a training gives, epoch by epoch.
//
//	model.Fit(ctx, train, nn.FitOptions{Epochs: 5, Callbacks: []callbacks.Callback{
//		callbacks.ProgressBar(os.Stderr),
//		callbacks.OnEpoch(func(p *callbacks.Progress) error {
//			if p.Last.Get("val_accuracy") > 0.9 {
//				return callbacks.ErrStop
//			}
//			return nil
//		}),
//	}})
package callbacks

import (
	"errors"
	"io"
	"math"
	"time"

	"weft/nn/internal/engine"
)

// Callback watches a Fit. What it changes of what it is given the callbacks after it
// see, Fit does not. An error stops Fit, which returns it with the history so far;
// ErrStop stops it as if it were finished, after the other callbacks.
type Callback interface {
	Step(*Progress) error  // after each step
	Epoch(*Progress) error // after each epoch, validation included
}

// Ender is implemented by a callback that wants to know when a Fit ends, however it
// does: err is what Fit is about to return. An error of End is returned where Fit has
// none.
type Ender interface {
	End(p *Progress, err error) error
}

// ErrStop, returned by a callback, ends a Fit without an error.
var ErrStop = errors.New("nn: stopped by a callback")

// Weight is one tensor of a model in Keras's shape, row-major.
type Weight = engine.Weight

// Model is what a callback may do with the model that is trained. All of it may be
// called from a callback.
type Model interface {
	Name() string
	Weights() []Weight
	SetWeights([]Weight) error
	Save(io.Writer) error
}

// Progress is where a Fit is, as callbacks see it.
type Progress struct {
	Model         Model
	Epoch, Epochs int           // this epoch from 1, and how many there are
	Step, Steps   int           // finished steps of this epoch, and how many it has
	Resumed       int           // of the finished steps, those of a Fit before this one
	Logs          Logs          // running means of this epoch, until the next step: loss and, where the loss has one, accuracy
	Elapsed       time.Duration // since the epoch began, or was resumed; validation not included
	Last          Epoch         // the finished epoch; filled at its end
}

// Log is one figure of a training.
type Log struct {
	Name  string // Keras's: loss, accuracy, val_loss, …
	Value float64
}

// Logs are figures of a training, in Keras's order.
type Logs []Log

// Get returns the figure of that name, NaN where there is none.
func (l Logs) Get(name string) float64 {
	for _, v := range l {
		if v.Name == name {
			return v.Value
		}
	}
	return math.NaN()
}

// Has reports whether there is a figure of that name.
func (l Logs) Has(name string) bool {
	for _, v := range l {
		if v.Name == name {
			return true
		}
	}
	return false
}

// Epoch is what one epoch of training gave: the loss as a mean over its samples, the
// metrics over all of them, and with the prefix val_ those of the validation.
type Epoch struct {
	Epoch   int     // from 1
	Seconds float64 // of training: shuffling and the callbacks after each step included, validation not
	Logs
}

// History is the epochs of one Fit, in order.
type History struct{ Epochs []Epoch }

// Get returns a figure of each epoch, NaN where it has none.
func (h *History) Get(name string) []float64 {
	all := make([]float64, len(h.Epochs))
	for i, e := range h.Epochs {
		all[i] = e.Get(name)
	}
	return all
}

type onEpoch func(*Progress) error

// OnEpoch returns a callback that calls f after each epoch.
func OnEpoch(f func(*Progress) error) Callback { return onEpoch(f) }

func (onEpoch) Step(*Progress) error      { return nil }
func (f onEpoch) Epoch(p *Progress) error { return f(p) }

type onStep func(*Progress) error

// OnStep returns a callback that calls f after each step.
func OnStep(f func(*Progress) error) Callback { return onStep(f) }

func (f onStep) Step(p *Progress) error { return f(p) }
func (onStep) Epoch(*Progress) error    { return nil }
