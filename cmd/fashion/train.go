package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"strings"
	"time"

	"weft/cmd/fashion/internal/durable"
	"weft/nn"
)

func trainCommand() command {
	return command{
		name: "train", summary: "train a network, print what it reached",
		examples: []string{
			"fashion",
			"fashion -activation sigmoid -optimizer sgd",
			"fashion -optimizer sgd -momentum 0.9 -nesterov",
			"fashion -hidden 300,100 -epochs 20 -json",
			"fashion -epochs 50 -checkpoint run       # Ctrl-C stops it,",
			"fashion -checkpoint run -resume          # and this goes on",
			"fashion -save model.weft -report report.html",
		},
		define: func(f *flags) func(context.Context, *console, []string) error {
			t := &training{flags: f}
			t.network.register(f)
			t.source.register(f)
			t.machine.register(f)
			f.group("Saving and stopping")
			f.StringVar(&t.save, "save", "", "")
			f.describe("save", "FILE", "save the trained model")
			f.StringVar(&t.checkpoint, "checkpoint", "", "")
			f.describe("checkpoint", "DIR", "keep the run there: after every epoch, and when it is stopped")
			f.IntVar(&t.every, "checkpoint-steps", 0, "")
			f.describe("checkpoint-steps", "N", "also after every N steps")
			f.BoolVar(&t.resume, "resume", false, "")
			f.describe("resume", "", "go on with the run in -checkpoint, with the same bits; its flags\nneed not be given again, -epochs may ask for more")
			f.Float64Var(&t.minAccuracy, "min-accuracy", 0, "")
			f.describe("min-accuracy", "X", "exit with 3 where the accuracy on the test set is below X")
			f.group("Output")
			f.BoolVar(&t.json, "json", false, "")
			f.describe("json", "", "one JSON object a line on standard output")
			f.StringVar(&t.report, "report", "", "")
			f.describe("report", "FILE", "write a page of curves, mistakes and pictures (HTML)")
			describeProgress(f, &t.progress)
			return t.run
		},
	}
}

// training is the flags of fashion train.
type training struct {
	flags *flags
	network
	source
	machine
	save, checkpoint, report string
	every                    int
	resume                   bool
	minAccuracy              float64
	json                     bool
	progress                 string
}

// check looks at the flags that only train has.
func (t *training) check() error {
	given := t.flags.given
	switch {
	case t.checkpoint == "" && t.resume:
		return usagef("-resume does nothing without -checkpoint: add -checkpoint DIR")
	case t.checkpoint == "" && given["checkpoint-steps"]:
		return usagef("-checkpoint-steps does nothing without -checkpoint: add -checkpoint DIR")
	case given["checkpoint-steps"] && t.every < 1:
		return usagef("-checkpoint-steps %d: give at least 1", t.every)
	}
	paths := map[string]string{}
	for _, name := range []string{"save", "report", "checkpoint"} {
		path := t.flags.Lookup(name).Value.String()
		switch {
		case !given[name]:
			continue
		case path == "":
			return usagef("-%s: the name is empty", name)
		case name == "checkpoint":
			path = t.checkpointPath()
		}
		if whole, err := filepath.Abs(path); err == nil {
			path = whole
		}
		if other := paths[path]; other != "" {
			return usagef("-%s and -%s write the same file, %s: give each its own", other, name, path)
		}
		paths[path] = name
	}
	return first(checkMinAccuracy(t.flags, t.minAccuracy), checkProgress(t.progress))
}

// run reads the data, trains, evaluates and reports.
func (t *training) run(ctx context.Context, c *console, args []string) error {
	begin := time.Now()
	if err := first(none(args), t.check(), t.network.resolve(t.flags.given), t.machine.resolve()); err != nil {
		return err
	}
	for _, path := range []string{t.save, t.report} {
		if path != "" {
			if err := durable.Ready(path); err != nil { // now, not after the training
				return err
			}
		}
	}
	past := &record{}
	var m *nn.Sequential
	if t.checkpoint != "" {
		r, loaded, err := openCheckpoint(t.checkpoint, t.resume)
		if err != nil {
			return err
		}
		if r == nil && t.resume {
			fmt.Fprintf(c.stderr, "%s holds no run: a new one begins.\n", t.checkpoint)
		}
		if r != nil {
			past, m = r, loaded
			if err := first(t.network.restore(t.flags, past), t.network.resolve(t.flags.given)); err != nil {
				return err
			}
		}
	}
	data, err := t.source.load(ctx, c)
	if err != nil {
		return err
	}
	id := newDataID(data)
	if m == nil {
		m = t.network.model()
		err = m.Compile(nn.Config{Optimizer: t.optimizer, Seed: t.seed, Workers: t.workers, Kernels: t.kernels})
	} else if err = m.SetResources(t.workers, t.kernels); past.Data != id {
		err = fmt.Errorf("%s is a run on other data (%s): give the same with -data, or begin a new run in another folder", t.checkpointPath(), past.Data.Source)
	}
	if err != nil {
		return err
	}
	defer m.Close()

	s := &session{training: t, console: c, sets: data, model: m, begin: begin, past: past, id: id, carried: past.Elapsed}
	for _, e := range past.Epochs {
		s.epochs = append(s.epochs, nn.Epoch{Epoch: e.Epoch, Seconds: float64(e.Seconds), Loss: float64(e.Loss), Accuracy: float64(e.Accuracy), ValLoss: float64(e.ValLoss), ValAccuracy: float64(e.ValAccuracy)})
	}
	return s.run(ctx)
}

func (t *training) checkpointPath() string { return filepath.Join(t.checkpoint, checkpointName) }

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
	epochs  []nn.Epoch // finished, those of the resumed run first
	carried float64    // seconds of the unfinished epoch before this process
	now     nn.Progress
}

// run trains from where the model stands.
func (s *session) run(ctx context.Context) error {
	show, end := s.showProgress()
	callbacks := append([]nn.Callback{s}, show...)
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
		callbacks = append(callbacks, jsonLines{out})
	} else {
		if err := s.model.Summary(s.stdout); err != nil {
			return err
		}
	}
	if s.past.Flags != nil {
		fmt.Fprintf(s.stderr, "Going on with %s: %d of %d epochs are done.\n", s.checkpointPath(), len(s.epochs), s.network.epochs)
	}
	_, err := s.model.Fit(ctx, s.train, nn.FitOptions{Epochs: s.network.epochs, BatchSize: s.batch, Validation: s.validation, Callbacks: callbacks, Resume: true})
	end()
	if err != nil {
		return s.ended(ctx, err)
	}
	if len(s.epochs) != s.network.epochs {
		return fmt.Errorf("%s has the record of another number of epochs than its model: the file is damaged", s.checkpointPath())
	}
	r, err := s.result(ctx)
	if err != nil {
		return s.ended(ctx, err)
	}
	// What cannot be had again comes first.
	if s.save != "" {
		err = durable.Write(s.save, s.model.Save)
	}
	if s.report != "" {
		err = errors.Join(err, s.writeReport(ctx, r))
	}
	if s.json {
		err = errors.Join(err, r.end(s.data()))
	} else {
		err = errors.Join(err, r.table(s.stdout))
	}
	if err == nil && s.minAccuracy > 0 && !(r.testAccuracy >= s.minAccuracy) {
		err = belowError{r.testAccuracy, s.minAccuracy}
	}
	return err
}

// result evaluates the trained model.
func (s *session) result(ctx context.Context) (*result, error) {
	r := &result{sets: s.sets, machine: s.machine, model: s.model, epochs: s.epochs}
	var err error
	if r.trainLoss, r.trainAccuracy, err = s.model.Evaluate(ctx, s.train); err != nil {
		return nil, err
	}
	if r.testLoss, r.testAccuracy, err = s.model.Evaluate(ctx, s.test); err != nil {
		return nil, err
	}
	r.seconds = s.seconds()
	return r, nil
}

// seconds returns the time of the run, that before a resume included.
func (s *session) seconds() float64 { return s.past.Seconds + time.Since(s.begin).Seconds() }

// Step keeps the place in the epoch, and saves it every -checkpoint-steps.
func (s *session) Step(p *nn.Progress) error {
	s.now = *p
	if s.every > 0 && p.Step%s.every == 0 && p.Step < p.Steps {
		return s.keep(s.carried + p.Elapsed.Seconds())
	}
	return nil
}

// Epoch keeps the finished epoch. Its time is that of all its parts.
func (s *session) Epoch(p *nn.Progress) error {
	p.Last.Seconds += s.carried
	s.carried, s.now = 0, nn.Progress{}
	s.epochs = append(s.epochs, p.Last)
	if s.checkpoint != "" {
		return s.keep(0)
	}
	return nil
}

// keep writes the checkpoint. elapsed is of the unfinished epoch.
func (s *session) keep(elapsed float64) error {
	r := record{Flags: s.settings(s.flags), Data: s.id, Elapsed: elapsed, Seconds: s.seconds()}
	for _, e := range s.epochs {
		r.Epochs = append(r.Epochs, newEpochRecord(e))
	}
	return durable.Write(s.checkpointPath(), func(w io.Writer) error { return r.write(w, s.model) })
}

// ended is what remains to be done where a run does not reach its end: after a
// signal it saves and prints what was reached.
func (s *session) ended(ctx context.Context, err error) error {
	stop := stoppedOr(ctx, nil)
	if stop == nil {
		return fmt.Errorf("%w (after %d whole epochs)", err, len(s.epochs))
	}
	var saved []string
	if s.checkpoint != "" {
		if err := s.keep(s.carried + s.now.Elapsed.Seconds()); err != nil {
			return errors.Join(err, errors.New(stop.Error()))
		}
		saved = append(saved, s.checkpointPath())
	}
	if s.save != "" {
		if err := durable.Write(s.save, s.model.Save); err != nil {
			return errors.Join(err, errors.New(stop.Error()))
		}
		saved = append(saved, s.save)
	}
	p := s.now
	if p.Epoch == 0 { // between two epochs
		p.Epoch = len(s.epochs)
		p.Loss, p.Accuracy = math.NaN(), math.NaN()
		if n := len(s.epochs); n > 0 {
			p.Loss, p.Accuracy = s.epochs[n-1].Loss, s.epochs[n-1].Accuracy
		}
	}
	if s.json {
		return errors.Join(stop, stoppedLine(s.data(), &p, s.model))
	}
	where := fmt.Sprintf("after epoch %d of %d", p.Epoch, s.network.epochs)
	if p.Step > 0 {
		where = fmt.Sprintf("in epoch %d of %d after step %d of %d", p.Epoch, s.network.epochs, p.Step, p.Steps)
	}
	_, out := fmt.Fprintf(s.stdout, "\nStopped %s: loss %.4f, accuracy %.4f.\nweights SHA-256\n%x\n", where, p.Loss, p.Accuracy, s.model.SHA256())
	if len(saved) > 0 {
		fmt.Fprintf(s.stderr, "Saved %s.\n", strings.Join(saved, " and "))
	}
	if s.checkpoint != "" {
		line := s.console.line
		if !s.resume {
			line += " -resume"
		}
		fmt.Fprintf(s.stderr, "Go on with: %s\n", line)
	}
	return errors.Join(stop, out)
}
