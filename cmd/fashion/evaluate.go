package main

import (
	"context"
	"fmt"

	"weft/mnist"
)

func evaluateCommand() command {
	return command{
		name: "evaluate", args: "FILE", summary: "print loss and accuracy of a saved model",
		examples: []string{"fashion evaluate model.weft", "fashion evaluate run/checkpoint.weft -json", "fashion evaluate model.weft -min-accuracy 0.87"},
		define: func(f *flags) func(context.Context, *console, []string) error {
			e := &evaluation{flags: f}
			e.source.register(f)
			e.machine.register(f)
			f.group("Output")
			f.BoolVar(&e.json, "json", false, "")
			f.describe("json", "", "one JSON object per line on standard output")
			f.Float64Var(&e.minAccuracy, "min-accuracy", 0, "")
			f.describe("min-accuracy", "X", "exit with 3 where the accuracy on the test set is below X")
			return e.run
		},
	}
}

// evaluation is the flags of fashion evaluate.
type evaluation struct {
	flags *flags
	source
	machine
	json        bool
	minAccuracy float64
}

func (e *evaluation) run(ctx context.Context, c *console, args []string) error {
	if len(args) == 0 {
		return errNoFile
	}
	if err := first(none(args[1:]), e.source.resolve(), e.machine.resolve(), checkMinAccuracy(e.flags, e.minAccuracy)); err != nil {
		return err
	}
	r, m, err := readModel(args[0])
	if err != nil {
		return err
	}
	defer m.Close()
	if r != nil {
		e.source.recorded = &r.Data
		e.source.transpose = e.source.transpose || r.Data.Transpose
	}
	if err := m.SetResources(e.workers, e.kernels); err != nil {
		return err
	}
	data, err := e.source.load(ctx, c)
	if err != nil {
		return err
	}
	type figures struct {
		Event    string       `json:"event"`
		Set      string       `json:"set"`
		Data     mnist.Source `json:"data"`
		Images   int          `json:"images"`
		Loss     number       `json:"loss"`
		Accuracy number       `json:"accuracy"`
	}
	rows := table{{"set", "images", "loss", "accuracy"}}
	var last float64
	for _, s := range []struct {
		name string
		set  *mnist.Set
	}{{"training", data.train}, {"validation", data.validation}, {"test", data.test}} {
		result, err := m.Evaluate(ctx, s.set)
		if err != nil {
			return stoppedOr(ctx, fmt.Errorf("%s: %w", args[0], err))
		}
		loss, accuracy := result.Get("loss"), result.Get("accuracy")
		last = accuracy
		if e.json {
			if err := line(c.data(), figures{"evaluate", s.name, s.set.Source(), s.set.Len(), number(loss), number(accuracy)}); err != nil {
				return err
			}
			continue
		}
		rows.add(s.name, fmt.Sprint(s.set.Len()), fmt.Sprintf("%.4f", loss), fmt.Sprintf("%.4f", accuracy))
	}
	if !e.json {
		if _, err := fmt.Fprintf(c.stdout, "%sdata        %s\nweights SHA-256\n%x\n", rows, describeSet(data.test), m.SHA256()); err != nil {
			return err
		}
	}
	if e.minAccuracy > 0 && !(last >= e.minAccuracy) {
		return belowError{last, e.minAccuracy}
	}
	return nil
}

// checkMinAccuracy checks -min-accuracy.
func checkMinAccuracy(f *flags, x float64) error {
	if f.given["min-accuracy"] && !(x > 0 && x <= 1) {
		return usagef("-min-accuracy %v: give 0 < X ≤ 1", x)
	}
	return nil
}
