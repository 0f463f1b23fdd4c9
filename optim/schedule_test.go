package optim

import (
	"encoding/json"
	"math"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestGoldenSchedules compares every schedule with Keras's formula, or PyTorch's, in
// float64. A rate is allowed 2⁻⁵² of the case's largest rate, for the cosine and
// differences that cancel, and 10⁻¹³ of itself: 2·|y·ln x| + 3 units of a power, of
// which y·ln x is at most 32 in these cases, and as much for the file's own.
func TestGoldenSchedules(t *testing.T) {
	data, err := os.ReadFile("testdata/golden_schedules.json")
	require.NoError(t, err)
	var golden struct {
		Steps []int
		Cases []struct {
			Schedule string
			Config   map[string][]float64
			Rates    []float64
		}
	}
	require.NoError(t, json.Unmarshal(data, &golden))
	seen := map[string]bool{"constant": true} // which has nothing to compare
	for _, c := range golden.Cases {
		seen[c.Schedule] = true
		s, err := ScheduleFromConfig(c.Schedule, c.Config)
		require.NoError(t, err)
		largest, worst := 0.0, 0.0
		for _, rate := range c.Rates {
			largest = max(largest, rate)
		}
		for i, want := range c.Rates {
			step := i
			if c.Schedule != "one_cycle" {
				step = golden.Steps[i]
			}
			got, allowed := s.Rate(step), 1e-13*want+0x1p-52*largest
			worst = max(worst, math.Abs(got-want)/allowed)
			assert.InDelta(t, want, got, allowed, "%s %v: step %d", c.Schedule, c.Config, step)
		}
		t.Logf("%s %v: at most %.2f of what is allowed", c.Schedule, c.Config, worst)
	}
	for _, name := range ScheduleNames() {
		assert.True(t, seen[name], "no golden case of %s", name)
	}
}

// everySchedule has each schedule with every hyper-parameter away from its default.
var everySchedule = []Schedule{
	Constant{0.25},
	ExponentialDecay{0.25, 7, 0.5, true},
	InverseTimeDecay{0.25, 7, 0.5, true},
	PiecewiseConstantDecay{[]int{2, 5}, []float64{0.25, 0.5, 0.125}},
	PolynomialDecay{0.25, 7, 0.125, 0.75, true},
	NewCosineDecay(0.25, 7).WithWarmup(0.5, 3),
	CosineDecay{0.25, 7, 0.5, 0, 0},
	CosineDecayRestarts{0.25, 7, 1, 0.5, 0.25},
	CosineDecayRestarts{0.25, 7, 1.5, 0.5, 0.25},
	OneCycle{0.25, 20, 0.25, 5, 50, true, true},
	NewOneCycle(0.25, 20),
}

// TestScheduleConfig: Config and ScheduleFromConfig are inverse, also through JSON, and
// names and hyper-parameters that are not known are errors with the choices.
func TestScheduleConfig(t *testing.T) {
	for _, s := range everySchedule {
		require.NoError(t, s.Validate(), "%+v", s)
		got, err := ScheduleFromConfig(s.Name(), s.Config())
		require.NoError(t, err, "%+v", s)
		assert.Equal(t, s, got)
		text, err := json.Marshal(s.Config())
		require.NoError(t, err)
		var config map[string][]float64
		require.NoError(t, json.Unmarshal(text, &config))
		got, err = ScheduleFromConfig(s.Name(), config)
		require.NoError(t, err)
		assert.Equal(t, s, got)

		config["beta"] = []float64{1}
		_, err = ScheduleFromConfig(s.Name(), config)
		require.ErrorContains(t, err, `"beta"`)
		for key := range s.Config() {
			assert.ErrorContains(t, err, key)
		}
	}
	_, err := ScheduleFromConfig("cosine", nil)
	require.ErrorContains(t, err, `no schedule "cosine"`)
	for _, name := range ScheduleNames() {
		assert.ErrorContains(t, err, name)
	}
}

// TestScheduleInvalid puts values out of range into every hyper-parameter.
func TestScheduleInvalid(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	for _, s := range everySchedule {
		for key, value := range s.Config() {
			bad := [][]float64{{-1}, {nan}, {inf}, {-inf}}
			if len(value) == 1 {
				bad = append(bad, nil, []float64{1, 2})
			}
			switch key {
			case "boundaries":
				bad = [][]float64{{5, 2}, {2, 2}, {-1, 2}, {2.5, 5}, {2, nan}, {2}, {2, 5, 7}}
			case "values":
				bad = [][]float64{{0.1, -1, 0.1}, {nan, 0.1, 0.1}, {0.1, 0.1}, nil}
			case "decay_steps", "first_decay_steps", "total_steps":
				bad = append(bad, []float64{0}, []float64{1.5}, []float64{1e18})
			case "warmup_steps":
				bad = append(bad, []float64{1.5})
			case "staircase", "cycle", "three_phase", "linear":
				bad = append(bad, []float64{0.5}, []float64{2})
			case "alpha", "pct_start":
				bad = append(bad, []float64{1.01})
			}
			for _, v := range bad {
				config := s.Config()
				config[key] = v
				got, err := ScheduleFromConfig(s.Name(), config)
				require.Error(t, err, "%s with %s %v", s.Name(), key, v)
				assert.Nil(t, got)
				assert.ErrorContains(t, err, "optim: "+s.Name()+" with ")
				assert.ErrorContains(t, err, "give ")
			}
		}
	}
}

// TestScheduleRates: a rate is finite and not negative at any step, also before the
// first and long after the last one, also of schedules that are not valid, and asking
// allocates nothing.
func TestScheduleRates(t *testing.T) {
	zero := []Schedule{Constant{}, ExponentialDecay{}, InverseTimeDecay{}, PiecewiseConstantDecay{}, PolynomialDecay{}, CosineDecay{}, CosineDecayRestarts{}, OneCycle{}}
	for _, s := range append(zero, everySchedule...) {
		for _, step := range []int{math.MinInt, -1, 0, 1, 2, 3, 5, 6, 7, 8, 14, 19, 20, 21, 1000, math.MaxInt32} {
			rate := s.Rate(step)
			if s.Validate() == nil {
				assert.True(t, rate >= 0 && rate <= 1, "%+v: step %d has the rate %v", s, step, rate)
			}
		}
		assert.Equal(t, math.Float64bits(s.Rate(0)), math.Float64bits(s.Rate(-5)), "%+v", s)
		assert.Zero(t, testing.AllocsPerRun(10, func() { s.Rate(5) }), "%+v", s)
	}
}
