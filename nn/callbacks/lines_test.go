package callbacks

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The tutorial's line, over the bar of the steps before.
func TestProgressBar(t *testing.T) {
	var b strings.Builder
	bar := ProgressBar(&b)
	p := &Progress{Epoch: 1, Epochs: 5, Steps: 1500, Logs: means(2.5, 0.1)}
	for p.Step = 1; p.Step <= 1500; p.Step++ {
		require.NoError(t, bar.Step(p))
	}
	p.Step = 1500
	p.Elapsed, p.Last.Logs = 4*time.Second, means(0.5236, 0.8155)
	require.NoError(t, bar.Epoch(p))
	text := b.String()
	require.True(t, strings.HasPrefix(text, "Epoch 1/5\n\r   1/1500 [>.............................] - ETA: "), "%q", text)
	require.Contains(t, text, " - loss: 2.5000 - accuracy: 0.1000")
	last := strings.TrimRight(text[strings.LastIndex(text, "\r")+1:], " \n")
	require.Equal(t, "1500/1500 [==============================] - 4s 3ms/step - loss: 0.5236 - accuracy: 0.8155", last)
	require.True(t, strings.HasSuffix(text, "\n"))
	drawn := strings.Split(strings.TrimSuffix(text, "\n"), "\r")[1:]
	for i := 1; i < len(drawn); i++ {
		require.GreaterOrEqual(t, len(drawn[i]), len(strings.TrimRight(drawn[i-1], " ")), "drawing %d does not cover the one before", i)
	}

	b.Reset()
	p = &Progress{Epoch: 1, Epochs: 1, Step: 1, Steps: 1, Elapsed: 65 * time.Second, Last: Epoch{Logs: Logs{{"loss", 1}, {"val_loss", 2}}}}
	require.NoError(t, bar.Step(p))
	require.NoError(t, bar.Epoch(p))
	require.Equal(t, "\r1/1 [==============================] - 1:05 65s/step - loss: 1.0000 - val_loss: 2.0000\n", b.String()) // no "Epoch 1/1", no accuracy
}

func TestBar(t *testing.T) {
	for step, want := range map[int]string{
		0:   ">.............................",
		3:   ">.............................",
		4:   "=>............................",
		50:  "===============>..............",
		99:  "=============================>",
		100: "==============================",
	} {
		require.Equal(t, want, bar(step, 100, barWidth))
	}
	for d, want := range map[time.Duration]string{2 * time.Second: "2s", 1500 * time.Microsecond: "2ms", 71 * time.Microsecond: "71us", 0: "0us"} {
		require.Equal(t, want, perStep(d))
	}
}

func TestEpochLines(t *testing.T) {
	var b strings.Builder
	lines := EpochLines(&b)
	p := &Progress{Epoch: 1, Epochs: 5, Step: 1500, Steps: 1500, Elapsed: 100 * time.Millisecond, Last: Epoch{Logs: means(0.5236, 0.8155)}}
	require.NoError(t, lines.Step(p))
	require.NoError(t, lines.Epoch(p))
	p.Last.Logs = append(p.Last.Logs, Log{"val_loss", 0.4}, Log{"val_accuracy", 0.85}, Log{"val_mean_absolute_error", 1})
	require.NoError(t, lines.Epoch(p))
	require.Equal(t, `Epoch 1/5 - 1500 steps - 0.10s - 67us/step - loss: 0.5236 - accuracy: 0.8155
Epoch 1/5 - 1500 steps - 0.10s - 67us/step - loss: 0.5236 - accuracy: 0.8155 - val_loss: 0.4000 - val_accuracy: 0.8500 - val_mean_absolute_error: 1.0000
`, b.String())
}
