package nn

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"weft/nn/callbacks"
	"weft/nn/data"
	"weft/nn/internal/engine"
	"weft/nn/losses"
)

// FitOptions configure a call to Fit.
type FitOptions struct {
	Epochs          int         // passes over the data; 0: 1
	BatchSize       int         // samples a step; 0: 32
	Validation      data.Source // evaluated after every epoch; nil: none
	ValidationSplit float64     // where Validation is nil: the last share of the data, which is then not trained on
	NoShuffle       bool        // take the samples in the order of the data
	Callbacks       []callbacks.Callback

	// Resume goes on with a Fit that was stopped, by its context, a callback or the
	// end of a process that saved the model: also from the middle of an epoch, with
	// the bits of a Fit that was never stopped. Epochs is then the goal for the
	// model's whole life: the epochs that it has trained count.
	Resume bool
}

// Fit trains the model on data. It returns the history of the finished epochs also
// where it ends with an error: of a callback, of a cancelled context (after the step
// under way), or of a loss that became NaN, which leaves the weights of the step
// before. A second Fit goes on where the first one ended.
func (m *Sequential) Fit(ctx context.Context, train data.Source, o FitOptions) (*callbacks.History, error) {
	f := &trainRun{m: m, ctx: ctx, o: o, history: &callbacks.History{}}
	if ctx == nil {
		return f.history, errors.New("nn: Fit with a nil context: give context.Background()")
	}
	if err := f.begin(train); err != nil {
		return f.history, err
	}
	defer func() {
		m.mu.Lock()
		m.fitting = false
		m.mu.Unlock()
	}()
	err := f.epochs()
	if errors.Is(err, callbacks.ErrStop) {
		err = nil
	}
	for _, c := range o.Callbacks {
		if e, ok := c.(callbacks.Ender); ok {
			if end := e.End(&f.p, err); err == nil {
				err = end
			}
		}
	}
	return f.history, err
}

// trainRun is one call to Fit.
type trainRun struct {
	m       *Sequential
	ctx     context.Context
	o       FitOptions
	history *callbacks.History

	trainer    *engine.Trainer
	train      *engine.Source
	validation *engine.Source
	batch      int
	order      []int32
	outputs    []float32 // of an epoch, for metrics; nil: none
	p, shown   callbacks.Progress
}

// begin checks the options and the data and makes everything ready.
func (f *trainRun) begin(train data.Source) error {
	m, o := f.m, &f.o
	m.mu.Lock()
	defer m.mu.Unlock()
	switch {
	case m.fitting:
		return errFitting
	case m.training == nil:
		return errNotCompiled
	case o.Epochs < 0 || o.BatchSize < 0:
		return fmt.Errorf("nn: %d epochs of batches of %d: give positive numbers", o.Epochs, o.BatchSize)
	case m.late != nil:
		return m.late
	}
	if i := slices.Index(o.Callbacks, nil); i >= 0 {
		return fmt.Errorf("nn: callback %d is nil", i)
	}
	if o.Epochs == 0 {
		o.Epochs = 1
	}
	if o.BatchSize == 0 {
		o.BatchSize = 32
	}
	d, err := dataOf(train)
	if err != nil {
		return err
	}
	if err := f.sources(d); err != nil {
		return err
	}
	if err := m.build(d.Shape); err != nil {
		return err
	}
	f.batch = min(o.BatchSize, f.train.N)
	f.p = callbacks.Progress{Model: m, Epochs: o.Epochs, Steps: (f.train.N + f.batch - 1) / f.batch, Logs: make(callbacks.Logs, 0, 2)}
	if !o.Resume {
		m.training.position = position{}
	} else if f.p.Epoch = m.epochs; f.p.Epoch < o.Epochs {
		if err := m.resume(f.train.N, f.batch, o.NoShuffle); err != nil {
			return err
		}
	}
	m.makeSlots()
	options := m.options(m.training.stack, f.train)
	options.Batch, options.Seed, options.Objective = f.batch, m.training.seed, losses.Objective(m.training.loss)
	f.trainer = engine.NewTrainer(options)
	f.order = make([]int32, f.train.N)
	if len(m.training.metrics) > 0 {
		f.outputs = make([]float32, f.train.N*m.outputs)
	}
	m.fitting = true
	return nil
}

// sources checks the sets of a Fit.
func (f *trainRun) sources(d *data.Data) error {
	m, o := f.m, &f.o
	outline, err := m.sizes(d.Shape)
	if err != nil {
		return err
	}
	if err := m.checkTraining(m.training, outline); err != nil {
		return err
	}
	if f.train, err = m.checkedSource("training", d, outline); err != nil {
		return err
	}
	switch {
	case o.Validation != nil && o.ValidationSplit != 0:
		return errors.New("nn: both Validation and ValidationSplit are given: choose one")
	case o.Validation != nil:
		v, err := dataOf(o.Validation)
		if err != nil {
			return err
		}
		f.validation, err = m.checkedSource("validation", v, outline)
		return err
	case o.ValidationSplit != 0:
		if !(o.ValidationSplit > 0 && o.ValidationSplit < 1) {
			return fmt.Errorf("nn: a validation split of %v: give 0 < share < 1", o.ValidationSplit)
		}
		f.train, f.validation, err = tail(f.train, o.ValidationSplit)
		return err
	}
	return nil
}

// tail divides data: its last share is for validation, as in Keras.
func tail(s *engine.Source, share float64) (train, validation *engine.Source, err error) {
	at := int(math.Floor(float64(s.N) * (1 - share)))
	if at < 1 || at >= s.N {
		return nil, nil, fmt.Errorf("nn: a validation split of %v leaves %d of %d samples for training: choose another share", share, at, s.N)
	}
	order := make([]int32, s.N)
	engine.InOrder(order, s)
	a, b := *s, *s
	a.N, a.Rows = at, order[:at]
	b.N, b.Rows = s.N-at, order[at:]
	return &a, &b, nil
}

// epochs trains epoch after epoch.
func (f *trainRun) epochs() error {
	m, p := f.m, &f.p
	for p.Epoch < f.o.Epochs {
		p.Epoch++
		if err := f.epoch(); err != nil {
			return err
		}
		if f.validation != nil {
			logs, err := m.evaluate(f.ctx, m.training, f.validation)
			if err != nil {
				return err
			}
			for _, l := range logs {
				p.Last.Logs = append(p.Last.Logs, callbacks.Log{Name: "val_" + l.Name, Value: l.Value})
			}
		}
		m.mu.Lock()
		m.epochs++
		m.training.position = position{}
		m.mu.Unlock()
		f.history.Epochs = append(f.history.Epochs, p.Last)
		p.Last.Logs = slices.Clone(p.Last.Logs) // which callbacks may write into, and keep
		if err := f.notify(callbacks.Callback.Epoch); err != nil {
			return err
		}
	}
	return nil
}

// notify calls all callbacks with a copy of the progress, up to the first error but
// ErrStop.
func (f *trainRun) notify(call func(callbacks.Callback, *callbacks.Progress) error) (stop error) {
	logs := f.shown.Logs[:0]
	f.shown = f.p
	f.shown.Logs = append(logs, f.p.Logs...)
	for _, c := range f.o.Callbacks {
		if err := call(c, &f.shown); errors.Is(err, callbacks.ErrStop) {
			stop = err
		} else if err != nil {
			return err
		}
	}
	return stop
}

// epoch trains one epoch and fills p.Last.
func (f *trainRun) epoch() error {
	m, p, begin := f.m, &f.p, time.Now()
	if f.o.NoShuffle {
		engine.InOrder(f.order, f.train)
	} else {
		engine.Shuffle(f.order, f.train, m.training.seed, m.epochs)
	}
	whole := f.position()
	for done := f.ctx.Done(); p.Step < p.Steps; {
		select {
		case <-done:
			return fmt.Errorf("nn: training stopped in epoch %d after step %d of %d: %w", p.Epoch, p.Step, p.Steps, reason(f.ctx))
		default:
		}
		if err := f.step(); err != nil {
			return err
		}
		p.Elapsed = time.Since(begin)
		if err := f.notify(callbacks.Callback.Step); err != nil {
			return err
		}
	}
	p.Elapsed = time.Since(begin)
	p.Last = callbacks.Epoch{Epoch: p.Epoch, Seconds: p.Elapsed.Seconds(), Logs: slices.Clone(p.Logs)}
	if whole {
		p.Last.Logs = m.measure(m.training, p.Last.Logs, f.outputs, f.train, f.order)
	}
	return nil
}

// position begins the epoch, or goes on inside of it, and reports whether it is new.
func (f *trainRun) position() (whole bool) {
	m, p := f.m, &f.p
	m.mu.Lock()
	defer m.mu.Unlock()
	at := &m.training.position
	if whole = at.Step == 0; whole {
		*at = position{Samples: f.train.N, Batch: f.batch, InOrder: f.o.NoShuffle}
	} else {
		m.running(p)
	}
	p.Resumed, p.Step = at.Step, at.Step
	if f.outputs != nil {
		f.trainer.Collect(f.outputs, at.seen())
	}
	return whole
}

// step trains one batch.
func (f *trainRun) step() error {
	m, p := f.m, &f.p
	m.mu.Lock()
	defer m.mu.Unlock()
	t, at := m.training, &m.training.position
	first := p.Step * f.batch
	last := min(first+f.batch, f.train.N)
	rule := t.optimizer.At(t.steps+1, t.rate())
	sum, hits := f.trainer.Train(f.order[first:last], f.order[last:], t.steps+1, rule, at.sum())
	if sum != sum {
		return fmt.Errorf("nn: the loss became NaN in epoch %d, step %d of %d; the model has the weights of the step before: lower the learning rate, or look for NaN in the data", p.Epoch, p.Step+1, p.Steps)
	}
	t.steps++
	at.Step, at.LossSum, at.Hits = at.Step+1, math.Float64bits(sum), at.Hits+hits
	m.running(p)
	return nil
}

// reason returns the error of a context that has ended, together with its cause where
// that says more.
func reason(ctx context.Context) error {
	err, cause := ctx.Err(), context.Cause(ctx)
	if errors.Is(cause, err) {
		return cause
	}
	return fmt.Errorf("%w: %w", err, cause)
}
