package nn

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"
)

// FitOptions say how long and in which portions a model is trained.
type FitOptions struct {
	Epochs          int     // passes over the data; 0: 1
	BatchSize       int     // samples a step; 0: 32
	Validation      Dataset // evaluated after every epoch; nil: none
	ValidationSplit float64 // where Validation is nil: the last share of data, which is then not trained on
	InOrder         bool    // take the samples in the order of the set, without shuffling
	Callbacks       []Callback

	// Resume goes on with a Fit that was stopped, by its context, a callback or
	// the end of a process that saved the model: also from the middle of an
	// epoch, with the bits of a Fit that was never stopped. Epochs is then the
	// goal for the model's whole life: the epochs that it has trained count.
	Resume bool
}

// Epoch is what one epoch of training gave. Loss and Accuracy are running means
// over the epoch, as Keras prints them; what was not computed is NaN.
type Epoch struct {
	Epoch                int     // from 1
	Seconds              float64 // of training: shuffling and the callbacks after each step included, validation not
	Loss, Accuracy       float64
	ValLoss, ValAccuracy float64
}

// History is the epochs of one Fit, in order.
type History struct{ Epochs []Epoch }

// Progress is where a Fit stands, as callbacks see it.
type Progress struct {
	Model          *Sequential
	Epoch, Epochs  int           // this epoch from 1, and how many there are
	Step, Steps    int           // finished steps of this epoch, and how many it has
	Resumed        int           // of the finished steps, those of a Fit before this one
	Loss, Accuracy float64       // running means of this epoch
	Elapsed        time.Duration // since the epoch began, or was resumed; validation not included
	Last           Epoch         // the finished epoch; filled at its end
	Validated      bool          // Last has validation figures
}

// Callback watches a Fit. What it changes of what it is given the callbacks after it see,
// Fit does not. An error stops Fit, which returns it with the history so far; ErrStop
// stops it as if it were finished, after the other callbacks.
type Callback interface {
	Step(*Progress) error  // after each step
	Epoch(*Progress) error // after each epoch, validation included
}

// ErrStop, returned by a callback, ends a Fit without an error.
var ErrStop = errors.New("nn: stopped by a callback")

// Fit trains the model on data. It returns the history of the epochs that were
// finished also where it ends with an error: of a callback, of a cancelled
// context (after the step under way), or of a loss that is not a number any
// more. A second Fit goes on where the first one ended.
func (m *Sequential) Fit(ctx context.Context, data Dataset, o FitOptions) (*History, error) {
	history := &History{}
	switch {
	case m.fitting:
		return history, errFitting
	case !m.compiled:
		return history, errNotCompiled
	case data == nil:
		return history, errNoData
	}
	if o.Epochs < 0 || o.BatchSize < 0 {
		return history, fmt.Errorf("nn: %d epochs of batches of %d: give positive numbers", o.Epochs, o.BatchSize)
	}
	if i := slices.Index(o.Callbacks, nil); i >= 0 {
		return history, fmt.Errorf("nn: callback %d is nil", i)
	}
	if o.Epochs == 0 {
		o.Epochs = 1
	}
	if o.BatchSize == 0 {
		o.BatchSize = 32
	}
	if m.late != nil {
		return history, m.late
	}
	train, validation, err := m.fitSources(data, o)
	if err != nil {
		return history, err
	}
	if err := m.Build(data.Shape()...); err != nil {
		return history, err
	}
	m.makeSlots()
	m.fitting = true
	defer func() { m.fitting = false }()
	batch := min(o.BatchSize, train.n)
	t := newTrainer(m, train, batch, m.workers)
	order := make([]int32, train.n)
	p := &progress{Progress: Progress{Model: m, Epochs: o.Epochs, Steps: (train.n + batch - 1) / batch}}
	if !o.Resume {
		m.position = position{}
	} else if p.Epoch = m.epochs; p.Epoch < o.Epochs {
		if err := m.resume(train.n, batch, o.InOrder); err != nil {
			return history, err
		}
	}
	for p.Epoch < o.Epochs {
		p.Epoch++
		if err := m.epoch(ctx, t, p, order, batch, o); err != nil {
			if errors.Is(err, ErrStop) {
				return history, nil
			}
			return history, err
		}
		if validation != nil {
			p.Last.ValLoss, p.Last.ValAccuracy, err = m.evaluate(ctx, validation)
			if err != nil {
				return history, err
			}
		}
		m.epochs++
		m.position = position{}
		history.Epochs = append(history.Epochs, p.Last)
		if err := notify(o.Callbacks, Callback.Epoch, p); err != nil {
			if errors.Is(err, ErrStop) {
				return history, nil
			}
			return history, err
		}
	}
	return history, nil
}

// notify calls all callbacks with a copy of p, up to the first error but ErrStop.
func notify(callbacks []Callback, call func(Callback, *Progress) error, p *progress) (stop error) {
	p.shown = p.Progress
	for _, c := range callbacks {
		if err := call(c, &p.shown); errors.Is(err, ErrStop) {
			stop = err
		} else if err != nil {
			return err
		}
	}
	return stop
}

// progress is where a Fit stands, and what its callbacks are shown of that.
type progress struct {
	Progress
	shown Progress
}

// fitSources checks the sets of a Fit.
func (m *Sequential) fitSources(data Dataset, o FitOptions) (train, validation *source, err error) {
	features, outputs, err := m.sizes(data.Shape())
	if err != nil {
		return nil, nil, err
	}
	train, err = newSource("training", data, features)
	if err != nil {
		return nil, nil, err
	}
	if err := train.checkTargets("training", m.loss, outputs); err != nil {
		return nil, nil, err
	}
	switch {
	case o.Validation != nil && o.ValidationSplit != 0:
		return nil, nil, errors.New("nn: both Validation and ValidationSplit are given: choose one")
	case o.Validation != nil:
		validation, err = newSource("validation", o.Validation, features)
		if err == nil {
			err = validation.checkTargets("validation", m.loss, outputs)
		}
	case o.ValidationSplit != 0:
		if !(o.ValidationSplit > 0 && o.ValidationSplit < 1) {
			return nil, nil, fmt.Errorf("nn: a validation split of %v: give 0 < share < 1", o.ValidationSplit)
		}
		train, validation, err = train.tail(o.ValidationSplit)
	}
	return train, validation, err
}

// tail divides the set: its last share is for validation, as in Keras.
func (s *source) tail(share float64) (train, validation *source, err error) {
	at := int(math.Floor(float64(s.n) * (1 - share)))
	if at < 1 || at >= s.n {
		return nil, nil, fmt.Errorf("nn: a validation split of %v leaves %d of %d samples for training: choose another share", share, at, s.n)
	}
	order := make([]int32, s.n)
	inOrder(order, s)
	a, b := *s, *s
	a.n, a.rows = at, order[:at]
	b.n, b.rows = s.n-at, order[at:]
	return &a, &b, nil
}

// epoch trains one epoch and fills p.Last.
func (m *Sequential) epoch(ctx context.Context, t *trainer, p *progress, order []int32, batch int, o FitOptions) error {
	train, begin := t.data, time.Now()
	if o.InOrder {
		inOrder(order, train)
	} else {
		shuffle(order, train, m.seed, m.epochs)
	}
	at := &m.position
	if at.Step == 0 {
		*at = position{Samples: train.n, Batch: batch, InOrder: o.InOrder}
	} else {
		m.running(&p.Progress)
	}
	sum, done := at.sum(), ctx.Done()
	p.Resumed = at.Step
	for p.Step = at.Step; p.Step < p.Steps; {
		select {
		case <-done:
			return fmt.Errorf("nn: training stopped in epoch %d after step %d of %d: %w", p.Epoch, p.Step, p.Steps, reason(ctx))
		default:
		}
		first := p.Step * batch
		last := min(first+batch, train.n)
		t.begin(order[first:last], order[last:])
		m.steps++
		t.step = m.steps
		t.update = m.optimizer.At(m.steps, m.optimizer.Rate())
		hits := 0
		sum, hits = t.train(t.throttle.Next(), sum)
		if sum != sum {
			*at = position{} // there is nothing to go on with
			return fmt.Errorf("nn: the loss is not a number any more in epoch %d, step %d of %d: lower the learning rate, or look for NaN in the data", p.Epoch, p.Step+1, p.Steps)
		}
		at.Step, at.LossSum, at.Hits = at.Step+1, math.Float64bits(sum), at.Hits+hits
		m.running(&p.Progress)
		p.Elapsed = time.Since(begin)
		if err := notify(o.Callbacks, Callback.Step, p); err != nil {
			return err
		}
	}
	p.Elapsed = time.Since(begin)
	p.Validated = o.Validation != nil || o.ValidationSplit != 0
	p.Last = Epoch{p.Epoch, p.Elapsed.Seconds(), p.Loss, p.Accuracy, math.NaN(), math.NaN()}
	return nil
}

// reason returns the error of a context that has ended, together with its cause
// where that says more.
func reason(ctx context.Context) error {
	err, cause := ctx.Err(), context.Cause(ctx)
	if errors.Is(cause, err) {
		return cause
	}
	return fmt.Errorf("%w: %w", err, cause)
}
