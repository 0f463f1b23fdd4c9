package main

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	"weft/cmd/fashion/internal/durable"
	"weft/cmd/fashion/internal/lock"
	"weft/cmd/fashion/internal/paths"
	"weft/mnist"
	"weft/nn"
)

func trainCommand() command {
	return command{
		name: "train", summary: "train a network and report the results",
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
			f.describe("checkpoint", "DIR", "keep the run there: after every epoch, and however it ends")
			f.IntVar(&t.every, "checkpoint-steps", 0, "")
			f.describe("checkpoint-steps", "N", "also after every N steps")
			f.BoolVar(&t.resume, "resume", false, "")
			f.describe("resume", "", "go on with the run in -checkpoint, with the same bits; its flags\nand -data need not be given again, -epochs may ask for more")
			f.Float64Var(&t.minAccuracy, "min-accuracy", 0, "")
			f.describe("min-accuracy", "X", "exit with 3 where the accuracy on the test set is below X")
			f.group("Output")
			f.BoolVar(&t.json, "json", false, "")
			f.describe("json", "", "one JSON object per line on standard output")
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
func (t *training) check(c *console) error {
	given := t.flags.given
	switch {
	case t.checkpoint == "" && t.resume:
		return usagef("-resume does nothing without -checkpoint: add -checkpoint DIR")
	case t.checkpoint == "" && given["checkpoint-steps"]:
		return usagef("-checkpoint-steps does nothing without -checkpoint: add -checkpoint DIR")
	case given["checkpoint-steps"] && t.every < 1:
		return usagef("-checkpoint-steps %d: give at least 1", t.every)
	}
	for _, name := range []string{"save", "report", "checkpoint", "labels"} {
		if given[name] && t.flags.Lookup(name).Value.String() == "" {
			return usagef("-%s: the name is empty", name)
		}
	}
	return first(t.checkPaths(c, nil), checkMinAccuracy(t.flags, t.minAccuracy), checkProgress(t.progress))
}

// checkPaths refuses two outputs in one file, and an output in the place of an input. The
// files of the data are known once it has been found.
func (t *training) checkPaths(c *console, data []string) error {
	files := []paths.File{}
	for name, info := range c.files {
		files = append(files, paths.File{Role: name, Info: info, Output: true})
	}
	for _, path := range data {
		files = append(files, paths.File{Role: "-data", Path: path})
	}
	add := func(role, path string, output bool) {
		if path != "" {
			files = append(files, paths.File{Role: role, Path: path, Output: output})
		}
	}
	add("-labels", t.labelsFile, false)
	add("-save", t.save, true)
	add("-report", t.report, true)
	if t.checkpoint != "" {
		add("-checkpoint", t.checkpointPath(), true)
		add("the lock of -checkpoint", filepath.Join(t.checkpoint, lock.Name), true)
	}
	if err := paths.Conflict(files); err != nil {
		return usageError{err}
	}
	return nil
}

// run checks everything that can be checked, reads the data, trains, evaluates and
// reports.
func (t *training) run(ctx context.Context, c *console, args []string) error {
	begin := time.Now()
	c.tolerate(t.save != "" || t.report != "" || t.checkpoint != "")
	if err := first(none(args), t.source.resolve(), t.check(c), t.network.resolve(t.flags.given), t.machine.resolve()); err != nil {
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
		l, r, loaded, err := openCheckpoint(c, t.checkpoint, t.resume)
		if err != nil {
			return err
		}
		if l != nil {
			defer l.Release()
		}
		if r == nil && t.resume {
			fmt.Fprintf(c.stderr, "%s holds no run: a new one begins.\n", t.checkpoint)
		}
		if r != nil {
			past, m = r, loaded
			defer m.Close()
			if err := first(t.network.restore(t.flags, past), t.network.resolve(t.flags.given), t.source.restore(t.flags, past)); err != nil {
				return err
			}
		}
	}
	data, err := t.source.load(ctx, c)
	if err != nil {
		return err
	}
	if dir := data.train.Dir(); dir != "" {
		files, err := mnist.Files(dir, t.prefix)
		if err != nil {
			return err
		}
		if err := t.checkPaths(c, files[:]); err != nil {
			return err
		}
	}
	s := &session{training: t, console: c, sets: data, model: m, begin: begin, past: past, id: newDataID(data, &t.source), carried: past.Elapsed}
	if err := s.prepare(); err != nil {
		return err
	}
	defer s.model.Close()
	return s.run(ctx)
}

func (t *training) checkpointPath() string { return filepath.Join(t.checkpoint, checkpointName) }

// prepare makes the model, or checks the one of the run that is resumed.
func (s *session) prepare() error {
	if s.model == nil {
		s.model = s.network.model(modelName(s.train), s.train.NumClasses())
		return s.model.Compile(nn.CompileOptions{Optimizer: s.optimizer, Seed: s.seed, Workers: s.workers, Kernels: s.kernels})
	}
	if !s.past.Data.same(s.id) {
		return fmt.Errorf("%s is a run on other data (%s): give the same with -data, or begin a new run in another folder", s.checkpointPath(), s.past.Data.Source)
	}
	for _, e := range s.past.Epochs {
		s.epochs = append(s.epochs, e.epoch())
	}
	return s.model.SetResources(s.workers, s.kernels)
}
