package callbacks

import (
	"errors"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

// Logs are read by name; what is not there is NaN, and not mistaken for a figure that
// is.
func TestLogs(t *testing.T) {
	l := Logs{{"loss", 0.5}, {"val_loss", math.NaN()}}
	require.Equal(t, 0.5, l.Get("loss"))
	require.True(t, math.IsNaN(l.Get("accuracy")))
	require.True(t, l.Has("val_loss"))
	require.False(t, l.Has("accuracy"))

	h := &History{Epochs: []Epoch{{Epoch: 1, Logs: l}, {Epoch: 2, Logs: Logs{{"accuracy", 0.75}, {"loss", 0.25}}}}}
	require.Equal(t, []float64{0.5, 0.25}, h.Get("loss"))
	require.True(t, math.IsNaN(h.Get("accuracy")[0]))
	require.Equal(t, 0.75, h.Get("accuracy")[1])
	require.Empty(t, (&History{}).Get("loss"))
}

// OnStep and OnEpoch are callbacks of one function each.
func TestOnStepAndOnEpoch(t *testing.T) {
	full := errors.New("the disk is full")
	var seen []int
	f := func(p *Progress) error { seen = append(seen, p.Step); return full }
	require.ErrorIs(t, OnStep(f).Step(&Progress{Step: 1}), full)
	require.NoError(t, OnStep(f).Epoch(&Progress{Step: 2}))
	require.NoError(t, OnEpoch(f).Step(&Progress{Step: 3}))
	require.ErrorIs(t, OnEpoch(f).Epoch(&Progress{Step: 4}), full)
	require.Equal(t, []int{1, 4}, seen)
}
