package nn

import (
	"fmt"
	"io"
	"math"
	"strings"
	"time"
)

// progressInterval is the least time between two drawings of a bar.
const progressInterval = 50 * time.Millisecond

// barWidth is the number of characters between the brackets of Keras's bar.
const barWidth = 30

type progressBar struct {
	w     io.Writer
	drawn time.Time
	begin time.Time
	width int // of the line last drawn, to blank it
	err   error
}

// ProgressBar draws Keras's line for each epoch on a terminal, redrawing it in
// place at most 20 times a second:
//
//	1500/1500 [==============================] - 4s 2ms/step - loss: 0.5236 - accuracy: 0.8155
//
// An error of the writer does not stop the training; nothing more is drawn.
func ProgressBar(w io.Writer) Callback { return &progressBar{w: w} }

func (b *progressBar) Step(p *Progress) error {
	if p.Step == 1 {
		b.begin = time.Now()
		b.drawn = time.Time{}
		if p.Epochs > 1 {
			b.print("Epoch %d/%d\n", p.Epoch, p.Epochs)
		}
	}
	if now := time.Now(); now.Sub(b.drawn) >= progressInterval && p.Step < p.Steps {
		b.drawn = now
		left := time.Duration(float64(now.Sub(b.begin)) / float64(p.Step) * float64(p.Steps-p.Step))
		b.redraw(fmt.Sprintf("%*d/%d [%s] - ETA: %s%s", len(fmt.Sprint(p.Steps)), p.Step, p.Steps, bar(p.Step, p.Steps), seconds(left), figures(p.Loss, p.Accuracy, "")))
	}
	return nil
}

func (b *progressBar) Epoch(p *Progress) error {
	line := fmt.Sprintf("%d/%d [%s] - %s %s/step%s", p.Steps, p.Steps, bar(1, 1), seconds(p.Elapsed), perStep(p.Elapsed/time.Duration(p.Steps)), figures(p.Loss, p.Accuracy, ""))
	if p.Validated {
		line += figures(p.Last.ValLoss, p.Last.ValAccuracy, "val_")
	}
	b.redraw(line)
	b.print("\n")
	b.width = 0
	return nil
}

// redraw draws a line over the last one.
func (b *progressBar) redraw(line string) {
	blank := max(0, b.width-len(line))
	b.width = len(line)
	b.print("\r%s%s", line, strings.Repeat(" ", blank))
}

func (b *progressBar) print(format string, args ...any) {
	if b.err == nil {
		_, b.err = fmt.Fprintf(b.w, format, args...)
	}
}

// bar draws step of steps.
func bar(step, steps int) string {
	n := step * barWidth / steps
	if n >= barWidth {
		return strings.Repeat("=", barWidth)
	}
	return strings.Repeat("=", n) + ">" + strings.Repeat(".", barWidth-n-1)
}

// seconds prints a time as Keras does: 0s, 4s, 1:05.
func seconds(d time.Duration) string {
	s := int(d.Seconds())
	if s < 60 {
		return fmt.Sprintf("%ds", s)
	}
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}

// perStep prints the time of a step: 2ms, 71us.
func perStep(d time.Duration) string {
	switch {
	case d >= time.Second:
		return fmt.Sprintf("%.0fs", d.Seconds())
	case d >= time.Millisecond:
		return fmt.Sprintf("%.0fms", d.Seconds()*1e3)
	}
	return fmt.Sprintf("%.0fus", d.Seconds()*1e6)
}

// figures prints loss and, where there is one, accuracy.
func figures(loss, accuracy float64, prefix string) string {
	s := fmt.Sprintf(" - %sloss: %.4f", prefix, loss)
	if !math.IsNaN(accuracy) {
		s += fmt.Sprintf(" - %saccuracy: %.4f", prefix, accuracy)
	}
	return s
}

type epochLines struct{ w io.Writer }

// EpochLines writes one line for each epoch, without control characters:
//
//	Epoch 1/5 - 1500 steps - 0.10s - 67us/step - loss: 0.5236 - accuracy: 0.8155
func EpochLines(w io.Writer) Callback { return epochLines{w} }

func (epochLines) Step(*Progress) error { return nil }

func (l epochLines) Epoch(p *Progress) error {
	line := fmt.Sprintf("Epoch %d/%d - %d steps - %.2fs - %s/step%s", p.Epoch, p.Epochs, p.Steps, p.Elapsed.Seconds(), perStep(p.Elapsed/time.Duration(p.Steps)), figures(p.Loss, p.Accuracy, ""))
	if p.Validated {
		line += figures(p.Last.ValLoss, p.Last.ValAccuracy, "val_")
	}
	_, err := fmt.Fprintln(l.w, line)
	return err
}
