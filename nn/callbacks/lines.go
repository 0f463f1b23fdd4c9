package callbacks

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// seconds prints a time as Keras does: 0s, 4s, 1:05.
func seconds(d time.Duration) string {
	s := int(d.Seconds())
	if s < 60 {
		return fmt.Sprintf("%ds", s)
	}
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}

// stepTime returns the time of a step of this Fit in a finished epoch.
func (p *Progress) stepTime() time.Duration {
	return p.Elapsed / time.Duration(max(1, p.Steps-p.Resumed))
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

// figures prints the figures as Keras does.
func figures(logs Logs) []string {
	var s []string
	for _, l := range logs {
		s = append(s, fmt.Sprintf("%s: %.4f", l.Name, l.Value))
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
	fields := []string{fmt.Sprintf("Epoch %d/%d", p.Epoch, p.Epochs), fmt.Sprintf("%d steps", p.Steps), fmt.Sprintf("%.2fs", p.Elapsed.Seconds()), perStep(p.stepTime()) + "/step"}
	fields = append(fields, figures(p.Last.Logs)...)
	_, err := fmt.Fprintln(l.w, strings.Join(fields, " - "))
	return err
}
