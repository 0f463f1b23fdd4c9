package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"weft/mnist"
	"weft/nn"
	"weft/nn/callbacks"
)

func tutorialCommand() command {
	return command{
		name: "tutorial", summary: "run a Keras notebook cell by cell, with its results and ours",
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

// run prints each cell: its title, the Python code and what Keras printed, the Go code and
// what it prints here, and its time; at the end the differences.
func (t *tutorial) run(ctx context.Context, c *console, args []string) error {
	if err := first(none(args), t.source.resolve(), t.machine.resolve()); err != nil {
		return err
	}
	options := t.source.options(c)
	config := nn.CompileOptions{Seed: t.seed, Workers: t.workers, Kernels: t.kernels}
	p := &cellPrinter{out: c.stdout, text: parseTutorial(tutorialEnglish), weft: map[int]string{}}
	progress := []callbacks.Callback{callbacks.EpochLines(p)}
	if c.bar != nil && c.widthOut == nil { // the results go elsewhere: show that something happens
		progress = append(progress, &callbacks.Bar{W: c.bar, Width: c.width, Color: c.colorErr})
	}
	begin := time.Now()
	err := notebook(ctx, options, config, p, progress, p.begin, func(data *mnist.Set) {
		p.end()
		w := p.text.words
		p.printf("%s: %.2f s, %s, %d %s\n\n%s\n%s", w["all"], time.Since(begin).Seconds(), t.kernels.Name, t.workers, w["workers"], w["differences"], p.text.differences(p.weft))
		note := w["chance"]
		if data.Source() != mnist.FashionMNIST {
			note = w["other"]
		}
		p.printf("\n%s\n", note)
	})
	if err != nil {
		return stoppedOr(ctx, remedy(err, options))
	}
	return p.err
}

// cellPrinter prints the cells of a notebook that runs. What is written to it belongs to
// the cell that was begun last.
type cellPrinter struct {
	out     io.Writer
	text    *tutorialText
	number  int // of the cell
	started time.Time
	weft    map[int]string // what each cell printed
	err     error          // the first of out
}

func (p *cellPrinter) printf(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.out, format, args...)
	}
}

// section prints a titled text of a cell.
func (p *cellPrinter) section(title, text string) {
	if text != "" {
		p.printf("%s\n%s\n\n", p.text.words[title], indent(text))
	}
}

// begin ends the cell before and begins another.
func (p *cellPrinter) begin(number int) {
	p.end()
	p.number = number
	w, cell := p.text.words, p.text.cells[number-1]
	p.printf("%s %d: %s\n\n", w["cell"], number, cell.title)
	p.section("python", cell.python)
	p.section("printed", cell.printed)
	p.section("go", cellCode(number))
	p.printf("%s\n", w["prints"])
	p.started = time.Now()
}

// end ends the cell that was begun last.
func (p *cellPrinter) end() {
	if p.number > 0 {
		p.printf("%s: %.3f s\n\n", p.text.words["time"], time.Since(p.started).Seconds())
	}
}

// Write prints what a cell printed, indented.
func (p *cellPrinter) Write(b []byte) (int, error) {
	text := string(b)
	if before := p.weft[p.number]; before != "" && !strings.HasSuffix(before, "\n") { // inside a line
		end := strings.IndexByte(text, '\n') + 1
		if end == 0 {
			end = len(text)
		}
		p.printf("%s%s", text[:end], indent(text[end:]))
	} else {
		p.printf("%s", indent(text))
	}
	p.weft[p.number] += text
	return len(b), p.err
}

// indent indents each line that is not empty.
func indent(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if strings.TrimSpace(line) != "" {
			b.WriteString("  ")
		}
		b.WriteString(line)
	}
	return b.String()
}
