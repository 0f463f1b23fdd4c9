package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"weft/nn"
)

func benchCommand() command {
	return command{
		name: "bench", summary: "train with several seeds and optimizers, print the medians",
		examples: []string{"fashion bench", "fashion bench -seeds 3 -optimizers sgd,adagrad,rmsprop,adam", "fashion bench -workers 1 -kernels avx2 -markdown"},
		define: func(f *flags) func(context.Context, *console, []string) error {
			b := &bench{flags: f}
			f.group("The benchmark")
			f.IntVar(&b.seeds, "seeds", 5, "")
			f.describe("seeds", "N", "runs of each optimizer, with seeds -seed, -seed + 1, … (default 5)")
			f.StringVar(&b.optimizers, "optimizers", "", "")
			f.describe("optimizers", "A,B,…", "optimizers to compare (default: the one of -optimizer)", "sgd,adagrad,rmsprop,adam")
			b.network.register(f)
			b.source.register(f)
			b.machine.register(f)
			f.group("Output")
			f.BoolVar(&b.markdown, "markdown", false, "")
			f.describe("markdown", "", "the table in Markdown")
			f.BoolVar(&b.json, "json", false, "")
			f.describe("json", "", "one JSON object per line: every run, then every median")
			return b.run
		},
	}
}

// bench is the flags of fashion bench.
type bench struct {
	flags *flags
	network
	source
	machine
	seeds          int
	optimizers     string
	markdown, json bool
}

// benchRun is the figures of one run, or the medians of several.
type benchRun struct {
	Event        string `json:"event"` // "run" or "median"
	Optimizer    string `json:"optimizer"`
	Seed         uint64 `json:"seed"` // of a median: the first one
	Loss         number `json:"loss"`
	ValLoss      number `json:"val_loss"`
	ValAccuracy  number `json:"val_accuracy"`
	TestAccuracy number `json:"test_accuracy"`
	Seconds      number `json:"seconds"` // of an epoch
	Rate         number `json:"samples_per_second"`
}

// benchColumns are the figures of the table.
var benchColumns = []struct {
	title, format string
	of            func(*benchRun) *number
}{
	{"loss", "%.4f", func(r *benchRun) *number { return &r.Loss }},
	{"val_loss", "%.4f", func(r *benchRun) *number { return &r.ValLoss }},
	{"val_accuracy", "%.4f", func(r *benchRun) *number { return &r.ValAccuracy }},
	{"test_accuracy", "%.4f", func(r *benchRun) *number { return &r.TestAccuracy }},
	{"s/epoch", "%.4f", func(r *benchRun) *number { return &r.Seconds }},
	{"samples/s", "%.0f", func(r *benchRun) *number { return &r.Rate }},
}

// networks returns the networks to compare.
func (b *bench) networks() ([]network, error) {
	if b.markdown && b.json {
		return nil, usagef("-markdown does nothing with -json: leave one of them out")
	}
	if b.flags.given["optimizers"] && b.flags.given["optimizer"] {
		return nil, usagef("-optimizer does nothing with -optimizers: put all of them into -optimizers")
	}
	names := []string{b.optimizerName}
	if b.flags.given["optimizers"] {
		names = strings.Split(b.optimizers, ",")
	}
	var all []network
	for _, name := range names {
		n := b.network
		n.optimizerName = name
		if err := n.resolve(b.flags.given); err != nil {
			return nil, err
		}
		all = append(all, n)
	}
	return all, first(atLeast("seeds", b.seeds, 1), b.machine.resolve())
}

func (b *bench) run(ctx context.Context, c *console, args []string) error {
	if err := first(none(args), b.source.resolve()); err != nil {
		return err
	}
	networks, err := b.networks()
	if err != nil {
		return err
	}
	data, err := b.source.load(ctx, c)
	if err != nil {
		return err
	}
	var medians []benchRun
	for _, n := range networks {
		var runs []benchRun
		for range b.seeds {
			r, err := b.once(ctx, &n, data)
			if err != nil {
				return stoppedOr(ctx, fmt.Errorf("%s, seed %d: %w", n.optimizer.Name(), n.seed, err))
			}
			if b.json {
				err = line(c.data(), r)
			} else {
				_, err = fmt.Fprintf(c.stderr, "%s, seed %d: val_loss %.4f, val_accuracy %.4f, %.3f s/epoch\n", r.Optimizer, r.Seed, r.ValLoss, r.ValAccuracy, r.Seconds)
			}
			if err != nil {
				return err
			}
			runs = append(runs, r)
			n.seed++
		}
		medians = append(medians, medianOf(runs))
	}
	if b.json {
		for _, m := range medians {
			if err := line(c.data(), m); err != nil {
				return err
			}
		}
		return nil
	}
	return b.table(c.stdout, data, networks, medians)
}

// once trains and evaluates one network.
func (b *bench) once(ctx context.Context, n *network, data *sets) (benchRun, error) {
	m := n.model(modelName(data.train), data.train.NumClasses())
	defer m.Close()
	if err := m.Compile(nn.CompileOptions{Optimizer: n.optimizer, Seed: n.seed, Workers: b.workers, Kernels: b.kernels}); err != nil {
		return benchRun{}, err
	}
	h, err := m.Fit(ctx, data.train, nn.FitOptions{Epochs: n.epochs, BatchSize: n.batch, Validation: data.validation})
	if err != nil {
		return benchRun{}, err
	}
	test, err := m.Evaluate(ctx, data.test)
	if err != nil {
		return benchRun{}, err
	}
	last := h.Epochs[len(h.Epochs)-1]
	r := result{epochs: h.Epochs}
	seconds := r.epochSeconds()
	return benchRun{"run", n.optimizer.Name(), n.seed, number(last.Get("loss")), number(last.Get("val_loss")), number(last.Get("val_accuracy")), number(test.Get("accuracy")), number(seconds), number(float64(data.train.Len()) / seconds)}, nil
}

// medianOf returns the median of each figure.
func medianOf(runs []benchRun) benchRun {
	m := runs[0]
	m.Event = "median"
	for _, column := range benchColumns {
		var s []float64
		for i := range runs {
			s = append(s, float64(*column.of(&runs[i])))
		}
		*column.of(&m) = number(median(s))
	}
	return m
}

// table prints the medians.
func (b *bench) table(out io.Writer, data *sets, networks []network, medians []benchRun) error {
	rows := [][]string{{"optimizer"}}
	for _, column := range benchColumns {
		rows[0] = append(rows[0], column.title)
	}
	for i := range medians {
		row := []string{fmt.Sprintf("%s %v", medians[i].Optimizer, networks[i].optimizer.Rate())}
		for _, column := range benchColumns {
			row = append(row, fmt.Sprintf(column.format, float64(*column.of(&medians[i]))))
		}
		rows = append(rows, row)
	}
	what := fmt.Sprintf("Medians of %d seeds, %d epochs of %d images (%s), batch %d, hidden %s %s, kernels %s, %d workers.",
		b.seeds, b.epochs, data.train.Len(), data.train.Source(), b.batch, b.hiddenList, b.activationName, b.kernels.Name, b.workers)
	var text strings.Builder
	if b.markdown {
		for i, row := range rows {
			text.WriteString("| " + strings.Join(row, " | ") + " |\n")
			if i == 0 {
				text.WriteString("| ---" + strings.Repeat(" | ---:", len(row)-1) + " |\n")
			}
		}
	} else {
		text.WriteString(table(rows).String())
	}
	_, err := fmt.Fprintf(out, "%s\n\n%s", what, text.String())
	return err
}
