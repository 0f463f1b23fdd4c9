package main

import (
	"bytes"
	"context"
	_ "embed" // what Keras printed
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"weft/mnist"
	"weft/nn"
	"weft/nn/callbacks"
)

func tutorialCommand() command {
	return command{
		name: "tutorial", summary: "run the tutorial's notebook cell by cell, beside what Keras printed",
		examples: []string{"fashion tutorial", "fashion tutorial -seed 7 | less"},
		define: func(f *flags) func(context.Context, *console, []string) error {
			t := &tutorial{}
			t.source.register(f)
			t.machine.register(f)
			f.group("Training")
			f.Uint64Var(&t.seed, "seed", 42, "")
			f.describe("seed", "N", "of weights and shuffling (default 42)")
			return t.run
		},
	}
}

// tutorial is the flags of fashion tutorial.
type tutorial struct {
	source
	machine
	seed uint64
}

// tutorialText tells what the notebook does and what Keras printed there.
//
//go:embed tutorial.md
var tutorialText string

// kerasCell is one row of its table.
type kerasCell struct{ does, printed string }

// kerasCells reads the table of the cells.
func kerasCells() map[int]kerasCell {
	cells := map[int]kerasCell{}
	for row := range strings.Lines(tutorialText) {
		parts := strings.Split(strings.TrimSpace(row), "|")
		if len(parts) != 5 {
			continue
		}
		if n, err := strconv.Atoi(strings.TrimSpace(parts[1])); err == nil {
			cells[n] = kerasCell{strings.TrimSpace(parts[2]), strings.TrimSpace(parts[3])}
		}
	}
	return cells
}

// run prints each cell: what it does, the Go code that does it, what Keras
// printed, what it prints here, and its time.
func (t *tutorial) run(ctx context.Context, c *console, args []string) error {
	if err := first(none(args), t.machine.resolve()); err != nil {
		return err
	}
	cells, begin, number := kerasCells(), time.Now(), 0
	started := begin
	out := &indented{w: c.stdout, prefix: "  "}
	options := mnist.LoadOptions{Dir: t.dir, Offline: t.offline, Progress: c.meter(), Log: c.stderr}
	config := nn.CompileOptions{Seed: t.seed, Workers: t.workers, Kernels: t.kernels}
	progress := []callbacks.Callback{callbacks.EpochLines(out)}
	if c.bar != nil && c.stdout != c.stderr {
		if c.widthOut == nil { // the results go elsewhere: show that something happens
			progress = append(progress, &callbacks.Bar{W: c.bar, Width: c.width, Color: c.colorErr})
		}
	}
	err := notebook(ctx, options, config, out, progress, func(next int) {
		now := time.Now()
		if number > 0 {
			fmt.Fprintf(c.stdout, "Time: %.3f s\n\n", now.Sub(started).Seconds())
		}
		number = next
		if next > 0 {
			cell := cells[next]
			fmt.Fprintf(c.stdout, "Cell %d: %s\n\nGo\n", next, cell.does)
			fmt.Fprintf(&indented{w: c.stdout, prefix: "  "}, "%s\n", cellCode(next))
			if cell.printed != "" {
				fmt.Fprintf(c.stdout, "\nKeras printed\n  %s\n", cell.printed)
			}
			fmt.Fprintf(c.stdout, "\nWeft prints\n")
		}
		started = time.Now()
	})
	if err != nil {
		return stoppedOr(ctx, err)
	}
	_, err = fmt.Fprintf(c.stdout, "All cells: %.2f s, kernels %s, %d workers.\n", time.Since(begin).Seconds(), t.kernels.Name, t.workers)
	return err
}

// indented writes each line behind a prefix.
type indented struct {
	w      io.Writer
	prefix string
	inside bool // a line has begun
}

func (i *indented) Write(p []byte) (int, error) {
	var b bytes.Buffer
	for line := range bytes.Lines(p) {
		if !i.inside && len(line) > 1 {
			b.WriteString(i.prefix)
		}
		b.Write(line)
		i.inside = line[len(line)-1] != '\n'
	}
	if _, err := i.w.Write(b.Bytes()); err != nil {
		return 0, err
	}
	return len(p), nil
}
