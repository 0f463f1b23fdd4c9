package nn

import (
	"testing"

	"github.com/stretchr/testify/require"

	"weft/nn/callbacks"
	"weft/optim"
)

// A schedule sets the rate of each step, is saved, and goes on where it was: the bits
// of a run that was never stopped.
func TestSchedule(t *testing.T) {
	data := newPatterns(70, 5, 7)
	schedule := optim.PiecewiseConstantDecay{Boundaries: []int{1}, Values: []float64{0.5, 0}}
	options := CompileOptions{Optimizer: optim.NewSGD(9), Schedule: schedule, Seed: 1}
	once := compiled(t, smallModel(), CompileOptions{Optimizer: optim.NewSGD(0.5), Seed: 1})
	twice := compiled(t, smallModel(), options)
	stop := callbacks.OnStep(func(p *callbacks.Progress) error {
		if p.Step == 2 {
			return callbacks.ErrStop
		}
		return nil
	})
	fit(t, once, data, FitOptions{BatchSize: 32, Callbacks: []callbacks.Callback{stop}})
	fit(t, twice, data, FitOptions{BatchSize: 32, Epochs: 2})
	require.Equal(t, once.SHA256(), twice.SHA256(), "two steps of 0.5, then steps of 0")

	straight, stopped := compiled(t, smallModel(), options), compiled(t, smallModel(), options)
	cosine := optim.NewCosineDecay(0.1, 7)
	require.NoError(t, straight.Compile(CompileOptions{Optimizer: optim.NewAdam(1), Schedule: cosine, Seed: 2}))
	require.NoError(t, stopped.Compile(CompileOptions{Optimizer: optim.NewAdam(1), Schedule: cosine, Seed: 2}))
	fit(t, straight, data, FitOptions{BatchSize: 16, Epochs: 2})
	fit(t, stopped, data, FitOptions{BatchSize: 16, Epochs: 2, Callbacks: []callbacks.Callback{stop}})
	resumed := load(t, saved(t, stopped))
	fit(t, resumed, data, FitOptions{BatchSize: 16, Epochs: 2, Resume: true})
	require.Equal(t, straight.SHA256(), resumed.SHA256())

	bad := smallModel()
	require.ErrorContains(t, bad.Compile(CompileOptions{Schedule: optim.NewCosineDecay(0.1, -1)}), "cosine_decay")
}
