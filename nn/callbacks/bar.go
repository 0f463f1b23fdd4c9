package callbacks

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// progressInterval is the least time between two drawings of a bar.
const progressInterval = 50 * time.Millisecond

// barWidth is the number of characters between the brackets of Keras's bar, and
// narrowBar the least that is still worth its place on a narrow terminal.
const (
	barWidth  = 30
	narrowBar = 5
)

// Bar is a callback that draws Keras's line for each epoch on a terminal,
// redrawing it in place at most 20 times a second:
//
//	1500/1500 [==============================] - 4s 2ms/step - loss: 0.5236 - accuracy: 0.8155
//
// An error of the writer does not stop the training; nothing more is drawn.
type Bar struct {
	W     io.Writer
	Width func() int // columns of the terminal, asked at every drawing; nil: as many as needed
	Color bool       // with ANSI colours

	epoch int // that is drawn
	drawn time.Time
	shown int // characters that stand in the line
	err   error
}

// ProgressBar returns a plain [Bar], as wide as its line needs.
func ProgressBar(w io.Writer) Callback { return &Bar{W: w} }

// Step draws the line.
func (b *Bar) Step(p *Progress) error {
	if p.Epoch != b.epoch || p.Step == p.Resumed+1 {
		b.End() // the line of a Fit that was stopped
		b.epoch, b.drawn = p.Epoch, time.Time{}
		if p.Epochs > 1 {
			b.print("Epoch %d/%d\n", p.Epoch, p.Epochs)
		}
	}
	if now := time.Now(); now.Sub(b.drawn) >= progressInterval && p.Step < p.Steps {
		b.drawn = now
		left := time.Duration(float64(p.Elapsed) / float64(p.Step-p.Resumed) * float64(p.Steps-p.Step))
		fields := append([]string{"ETA: " + seconds(left)}, figures(p.Logs)...)
		count := fmt.Sprintf("%*d/%d", len(fmt.Sprint(p.Steps)), p.Step, p.Steps)
		l := b.fit(count, p.Step, p.Steps, fields)
		b.redraw(l[:1])
	}
	return nil
}

// Epoch draws the line of the finished epoch, with the figures of the
// validation.
func (b *Bar) Epoch(p *Progress) error {
	fields := append([]string{seconds(p.Elapsed) + " " + perStep(p.stepTime()) + "/step"}, figures(p.Last.Logs)...)
	b.redraw(b.fit(fmt.Sprintf("%d/%d", p.Steps, p.Steps), p.Steps, p.Steps, fields))
	b.End()
	b.epoch = 0 // the next one may have the same number, in another Fit
	return nil
}

// End ends the line that stands, if one does: the next output begins a new one.
// The end of an epoch does it; so must who stops a Fit inside one.
func (b *Bar) End() {
	if b.shown > 0 {
		b.print("\n")
		b.shown = 0
	}
}

// piece is text with the number of characters that it takes on the terminal.
type piece struct {
	text  string
	width int
}

// fit lays a line out in the terminal's width: the bar shrinks and goes before a
// figure moves to a line of its own.
func (b *Bar) fit(count string, step, steps int, fields []string) []piece {
	width := 1 << 20
	if b.Width != nil {
		width = max(1, b.Width()-1) // a character in the last column may wrap
	}
	whole := len(count)
	for _, f := range fields {
		whole += len(" - ") + len(f)
	}
	// Where even a short bar does not fit next to all figures, it fits next to
	// the first three: the time, loss and accuracy.
	room := width - len(" []")
	length := min(barWidth, room-whole)
	if length < narrowBar {
		head := len(count)
		for _, f := range fields[:min(3, len(fields))] {
			head += len(" - ") + len(f)
		}
		length = min(barWidth, room-head)
	}
	line := piece{count, len(count)}
	if length >= narrowBar {
		drawn := bar(step, steps, length)
		if done := strings.TrimRight(drawn, "."); b.Color {
			drawn = "\x1b[32m" + done + "\x1b[0m" + drawn[len(done):]
		}
		line.text += " [" + drawn + "]"
		line.width += length + len(" []")
	}
	var lines []piece
	for _, f := range fields {
		if line.width+len(" - ")+len(f) <= width {
			line.text += " - " + f
			line.width += len(" - ") + len(f)
			continue
		}
		lines = append(lines, line)
		f = f[:min(len(f), width+1)] // the last column may be used where the line ends behind it
		line = piece{f, len(f)}
	}
	return append(lines, line)
}

// bar draws step of steps in the given number of characters.
func bar(step, steps, width int) string {
	n := step * width / steps
	if n >= width {
		return strings.Repeat("=", width)
	}
	return strings.Repeat("=", n) + ">" + strings.Repeat(".", width-n-1)
}

// redraw draws lines over the one that stands.
func (b *Bar) redraw(lines []piece) {
	for i, l := range lines {
		if i > 0 {
			b.End()
		}
		blank := 0
		if l.width < b.shown {
			blank = b.shown - l.width
			if b.Width != nil { // the terminal may have become narrower
				blank = max(0, min(blank, b.Width()-1-l.width))
			}
		}
		b.print("\r%s%s", l.text, strings.Repeat(" ", blank))
		b.shown = l.width
	}
}

func (b *Bar) print(format string, args ...any) {
	if b.err == nil {
		_, b.err = fmt.Fprintf(b.W, format, args...)
	}
}
