package callbacks

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// screen returns what a terminal of the given width shows of text: a carriage
// return goes to the line's begin, a line feed to the next. It fails where a
// character would be beyond the width.
func screen(t *testing.T, width int, text string) []string {
	t.Helper()
	lines, at := [][]rune{nil}, 0
	for _, r := range text {
		switch r {
		case '\r':
			at = 0
		case '\n':
			lines, at = append(lines, nil), 0
		default:
			last := &lines[len(lines)-1]
			for len(*last) <= at {
				*last = append(*last, ' ')
			}
			(*last)[at] = r
			at++
			require.LessOrEqual(t, at, width, "a wrapped line: %q", string(*last))
		}
	}
	var all []string
	for _, l := range lines {
		all = append(all, strings.TrimRight(string(l), " "))
	}
	return all
}

// means are the figures of an epoch under way.
func means(loss, accuracy float64) Logs { return Logs{{"loss", loss}, {"accuracy", accuracy}} }

func finished(p Progress) *Progress {
	p.Step, p.Elapsed, p.Logs = p.Steps, 4*time.Second, means(0.52361, 0.81554)
	p.Last = Epoch{p.Epoch, 4, append(means(0.52361, 0.81554), Log{"val_loss", 0.41}, Log{"val_accuracy", 0.85})}
	return &p
}

// The line is Keras's where it fits; a narrow terminal gets a shorter bar, then
// none, then more lines, never a wrapped one.
func TestBarLayout(t *testing.T) {
	for _, c := range []struct {
		width int
		want  []string
	}{
		{200, []string{"Epoch 1/5", "1500/1500 [==============================] - 4s 3ms/step - loss: 0.5236 - accuracy: 0.8155 - val_loss: 0.4100 - val_accuracy: 0.8500", ""}},
		{120, []string{"Epoch 1/5", "1500/1500 [=================] - 4s 3ms/step - loss: 0.5236 - accuracy: 0.8155 - val_loss: 0.4100 - val_accuracy: 0.8500", ""}},
		{80, []string{"Epoch 1/5", "1500/1500 [===================] - 4s 3ms/step - loss: 0.5236 - accuracy: 0.8155", "val_loss: 0.4100 - val_accuracy: 0.8500", ""}},
		{40, []string{"Epoch 1/5", "1500/1500 - 4s 3ms/step - loss: 0.5236", "accuracy: 0.8155 - val_loss: 0.4100", "val_accuracy: 0.8500", ""}},
		{20, []string{"Epoch 1/5", "1500/1500", "4s 3ms/step", "loss: 0.5236", "accuracy: 0.8155", "val_loss: 0.4100", "val_accuracy: 0.8500", ""}},
	} {
		var out strings.Builder
		b := &Bar{W: &out, Width: func() int { return c.width }}
		p := Progress{Epoch: 1, Epochs: 5, Step: 700, Steps: 1500, Elapsed: time.Second, Logs: means(0.6, 0.8)}
		require.NoError(t, b.Step(&p))
		require.NoError(t, b.Epoch(finished(p)))
		require.Equal(t, c.want, screen(t, c.width, out.String()))
		require.NotContains(t, out.String(), "\x1b")
	}
}

// While an epoch runs there is one line, with the time that it will still take.
func TestBarRunning(t *testing.T) {
	p := Progress{Epoch: 1, Epochs: 1, Step: 500, Steps: 1500, Elapsed: 2 * time.Second, Logs: means(0.6, 0.8)}
	for width, want := range map[int]string{
		200: " 500/1500 [==========>...................] - ETA: 4s - loss: 0.6000 - accuracy: 0.8000",
		70:  " 500/1500 [====>........] - ETA: 4s - loss: 0.6000 - accuracy: 0.8000",
		40:  " 500/1500 - ETA: 4s - loss: 0.6000",
		20:  " 500/1500 - ETA: 4s",
		8:   " 500/1500",
	} {
		var out strings.Builder
		b := &Bar{W: &out, Width: func() int { return width }, epoch: 1}
		require.NoError(t, b.Step(&p))
		require.Equal(t, []string{want}, screen(t, max(width, 9), out.String()), width)
	}
}

// A resumed epoch is announced, also by the bar of a Fit that was stopped in the same
// one, and its times come from the steps of this Fit.
func TestBarResumed(t *testing.T) {
	var out strings.Builder
	b := &Bar{W: &out}
	require.NoError(t, b.Step(&Progress{Epoch: 3, Epochs: 5, Step: 1, Steps: 1500, Elapsed: time.Millisecond}))
	out.Reset()
	p := Progress{Epoch: 3, Epochs: 5, Step: 1401, Steps: 1500, Resumed: 1400, Elapsed: time.Second}
	require.NoError(t, b.Step(&p))
	require.Contains(t, out.String(), "\nEpoch 3/5\n")
	require.Contains(t, out.String(), "ETA: 1:39")
	p.Step, p.Elapsed = 1500, 2*time.Second
	out.Reset()
	require.NoError(t, b.Epoch(&p))
	require.Contains(t, out.String(), " 20ms/step")
}

// The bar is redrawn at most 20 times a second, and a stopped one ends its line
// once.
func TestBarRate(t *testing.T) {
	var out strings.Builder
	b := &Bar{W: &out}
	begin := time.Now()
	for step := range 100_000 {
		require.NoError(t, b.Step(&Progress{Epoch: 1, Epochs: 1, Step: step + 1, Steps: 1 << 20}))
	}
	most := int(time.Since(begin)/progressInterval) + 1
	require.LessOrEqual(t, strings.Count(out.String(), "\r"), most)
	b.End()
	b.End()
	require.True(t, strings.HasSuffix(out.String(), "\n"))
	require.Equal(t, 1, strings.Count(out.String(), "\n"))
}

// A narrower drawing blanks what was there; colors take no room.
func TestBarRedraw(t *testing.T) {
	var out strings.Builder
	b := &Bar{W: &out, Color: true}
	p := Progress{Epoch: 1, Epochs: 1, Step: 10, Steps: 20, Elapsed: 100 * time.Hour, Logs: means(0.6, 0.8)}
	require.NoError(t, b.Step(&p))
	require.Contains(t, out.String(), "\x1b[32m===============>\x1b[0m..............")
	p = *finished(p)
	p.Last.Logs = p.Last.Logs[:1] // a loss without an accuracy
	require.NoError(t, b.Epoch(&p))
	text := strings.NewReplacer("\x1b[32m", "", "\x1b[0m", "").Replace(out.String())
	require.Equal(t, []string{"20/20 [==============================] - 4s 200ms/step - loss: 0.5236", ""}, screen(t, 200, text))
}

type refuses struct{ n int }

func (r *refuses) Write([]byte) (int, error) { r.n++; return 0, errors.New("closed") }

// A bar whose writer fails does not stop a training.
func TestBarError(t *testing.T) {
	w := &refuses{}
	b := ProgressBar(w)
	p := Progress{Epoch: 1, Epochs: 2, Step: 1, Steps: 2}
	require.NoError(t, b.Step(&p))
	require.NoError(t, b.Epoch(finished(p)))
	require.Equal(t, 1, w.n)
}
