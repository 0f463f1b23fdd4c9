package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"weft/cmd/fashion/internal/durable"
	"weft/mnist"
	"weft/nn"
	"weft/nn/callbacks"
)

// session is a run under way. It is the callback that keeps what a checkpoint
// needs, and comes before the callbacks that print.
type session struct {
	*training
	*console
	*sets
	model   *nn.Sequential
	begin   time.Time
	past    *record
	id      dataID
	epochs  []callbacks.Epoch // finished, those of the resumed run first
	carried float64           // seconds of the unfinished epoch before this process
	now     callbacks.Progress
	endBar  func() // ends the line of a progress bar, so that another can be printed
	kept    error  // of the last checkpoint
	moved   bool   // a step was trained
}

// run trains from where the model is, to the end or until something ends it.
func (s *session) run(ctx context.Context) error {
	show, end := s.showProgress()
	s.endBar = end
	watching := append([]callbacks.Callback{s}, show...)
	if s.json {
		out := s.data()
		if err := startLine(out, s.machine, s.seed, s.sets); err != nil {
			return err
		}
		for _, e := range s.epochs {
			if err := epochLine(out, e); err != nil {
				return err
			}
		}
		watching = append(watching, jsonLines{out})
	} else if err := s.model.Summary(s.stdout); err != nil {
		return err
	}
	if s.past.Flags != nil {
		fmt.Fprintf(s.stderr, "Going on with %s: %d of %d epochs are done.\n", s.checkpointPath(), len(s.epochs), s.network.epochs)
	}
	_, err := s.model.Fit(ctx, s.train, nn.FitOptions{Epochs: s.network.epochs, BatchSize: s.batch, Validation: s.validation, Callbacks: watching, Resume: true})
	end()
	if err == nil && len(s.epochs) != s.network.epochs {
		return fmt.Errorf("%s has the record of another number of epochs than its model: the file is damaged", s.checkpointPath())
	}
	return s.finish(ctx, err)
}

// finish saves and prints what was reached, however the training ended: what cannot be
// had again comes first, and no failure keeps from the rest.
func (s *session) finish(ctx context.Context, failure error) error {
	stop := stoppedOr(ctx, nil)
	if failure != nil && stop == nil {
		failure = fmt.Errorf("%w (after %d whole epochs)", failure, len(s.epochs))
	}
	var saved []string
	errs := []error{}
	usable := s.usable()
	if !usable {
		errs = append(errs, errors.New("the weights are not finite: nothing is saved"))
	}
	if s.checkpoint != "" && usable {
		if failure != nil {
			s.keep(s.carried + s.now.Elapsed.Seconds())
		}
		if errs = append(errs, s.kept); s.kept == nil {
			saved = append(saved, s.checkpointPath())
		}
	}
	// A run that ends before its first step has nothing that is worth an older model.
	trained := s.moved || s.past.Flags != nil
	if s.save != "" && usable && (failure == nil || trained) {
		err := durable.Write(s.save, s.model.Save)
		if errs = append(errs, err); err == nil {
			saved = append(saved, s.save)
		}
	}
	r, err := s.result(ctx, failure)
	if interrupted := stoppedOr(ctx, nil); err != nil && interrupted != nil {
		stop, err = interrupted, nil
	}
	errs = append(errs, err)
	if s.report != "" && r != nil && usable {
		err := s.writeReport(context.WithoutCancel(ctx), r)
		if errs = append(errs, err); err == nil {
			saved = append(saved, s.report)
		}
	}
	err = errors.Join(errs...)
	switch {
	case stop != nil && err == nil:
		return errors.Join(stop, s.stopped(saved, true))
	case stop != nil: // that something is not saved is worse than that it was stopped
		s.stopped(saved, true)
		return errors.Join(err, errors.New(stop.Error()))
	case failure != nil:
		s.stopped(saved, false) // where it cannot be printed, this may be the failure
		return errors.Join(failure, err)
	case r == nil:
		return err
	}
	return s.completed(r, saved, err)
}

// usable reports whether all weights are finite.
func (s *session) usable() bool {
	for _, w := range s.model.Weights() {
		for _, v := range w.Data {
			if v-v != 0 {
				return false
			}
		}
	}
	return true
}

// completed prints the results of a run that came to its end.
func (s *session) completed(r *result, saved []string, err error) error {
	if s.json {
		err = errors.Join(err, r.end(s.data()))
	} else {
		err = errors.Join(err, r.print(s.stdout))
	}
	if err == nil && s.minAccuracy > 0 && !(r.testAccuracy >= s.minAccuracy) {
		err = belowError{r.testAccuracy, s.minAccuracy}
	}
	if err == nil && !s.json {
		fmt.Fprint(s.stderr, s.next())
	}
	return err
}

// next says in a line what can be done after a run.
func (s *session) next() string {
	model := s.save
	if model == "" {
		model = s.checkpoint
	}
	line := "Next: keep the model with -save model.weft"
	if model != "" {
		line = "Next: classify images with " + commandLine([]string{"", "predict", model, "0", "photo.png"})
	}
	if s.report == "" {
		line += ", see curves and mistakes with -report report.html"
	}
	return line + "\n"
}

// result evaluates the model as it is. Where the training was ended, only the report asks
// for it.
func (s *session) result(ctx context.Context, failure error) (*result, error) {
	r := &result{sets: s.sets, machine: s.machine, model: s.model, epochs: s.epochs}
	if failure != nil {
		if s.report == "" {
			return nil, nil
		}
		ctx = context.WithoutCancel(ctx) // a second signal still ends the process
	}
	for _, e := range []struct {
		set            *mnist.Set
		loss, accuracy *float64
	}{{s.train, &r.trainLoss, &r.trainAccuracy}, {s.validation, &r.valLoss, &r.valAccuracy}, {s.test, &r.testLoss, &r.testAccuracy}} {
		logs, err := s.model.Evaluate(ctx, e.set)
		if err != nil {
			return nil, err
		}
		*e.loss, *e.accuracy = logs.Get("loss"), logs.Get("accuracy")
	}
	r.seconds = s.seconds()
	return r, nil
}

// seconds returns the time of the run, that before a resume included.
func (s *session) seconds() float64 { return s.past.Seconds + time.Since(s.begin).Seconds() }

// Step keeps the place in the epoch, and saves it every -checkpoint-steps.
func (s *session) Step(p *callbacks.Progress) error {
	s.moved, s.now = true, *p
	s.now.Logs = slices.Clone(p.Logs)
	if s.every > 0 && p.Step%s.every == 0 && p.Step < p.Steps {
		s.keep(s.carried + p.Elapsed.Seconds())
	}
	return nil
}

// Epoch keeps the finished epoch. Its time is that of all its parts.
func (s *session) Epoch(p *callbacks.Progress) error {
	p.Last.Seconds += s.carried
	s.carried, s.now = 0, callbacks.Progress{}
	s.epochs = append(s.epochs, p.Last)
	if s.checkpoint != "" {
		s.keep(0)
	}
	return nil
}

// keep writes the checkpoint. elapsed is of the unfinished epoch. A failure ends nothing:
// it is reported once, and the next checkpoint tries again.
func (s *session) keep(elapsed float64) {
	r := record{Flags: s.settings(s.flags), Data: s.id, Labels: s.source.labels, Elapsed: elapsed, Seconds: s.seconds()}
	for _, e := range s.epochs {
		r.Epochs = append(r.Epochs, newEpochRecord(e))
	}
	before := s.kept
	s.kept = durable.Write(s.checkpointPath(), func(w io.Writer) error { return r.write(w, s.model) })
	switch {
	case s.kept != nil && before == nil:
		s.endBar()
		fmt.Fprintf(s.stderr, "%v. The run goes on, and the next checkpoint tries again.\n", s.kept)
	case s.kept == nil && before != nil:
		s.endBar()
		fmt.Fprintf(s.stderr, "%s is written again.\n", s.checkpointPath())
	}
}

// stopped prints where a run was ended and what was saved.
func (s *session) stopped(saved []string, canGoOn bool) error {
	p := s.now
	if p.Epoch == 0 { // between two epochs
		p.Epoch = len(s.epochs)
		p.Logs = nil
		if n := len(s.epochs); n > 0 {
			p.Logs = s.epochs[n-1].Logs
		}
	}
	var out error
	if s.json {
		out = stoppedLine(s.data(), &p, s.model)
	} else {
		where := fmt.Sprintf("after epoch %d of %d", p.Epoch, s.network.epochs)
		if p.Step > 0 {
			where = fmt.Sprintf("in epoch %d of %d after step %d of %d", p.Epoch, s.network.epochs, p.Step, p.Steps)
		}
		_, out = fmt.Fprintf(s.stdout, "\nStopped %s: loss %.4f, accuracy %.4f.\nweights SHA-256\n%x\n", where, p.Logs.Get("loss"), p.Logs.Get("accuracy"), s.model.SHA256())
	}
	if len(saved) > 0 {
		fmt.Fprintf(s.stderr, "Saved %s.\n", join(saved))
	}
	if canGoOn && s.checkpoint != "" && s.kept == nil {
		line := s.console.line
		if !s.resume {
			line += " -resume"
		}
		fmt.Fprintf(s.stderr, "Go on with: %s\n", line)
	}
	return out
}

// join lists words: a, b and c.
func join(words []string) string {
	if n := len(words); n > 1 {
		return strings.Join(words[:n-1], ", ") + " and " + words[n-1]
	}
	return strings.Join(words, "")
}
