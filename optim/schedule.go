package optim

import (
	"fmt"
	"maps"
	"math"
	"slices"
)

// Schedule is a learning rate that is a function of the step alone. Its bits are
// the same on every platform.
type Schedule interface {
	// Name returns Keras's name in lower case, such as "cosine_decay".
	Name() string
	// Config returns all hyper-parameters, each a list: of one number where it is
	// not a list by nature. ScheduleFromConfig makes the schedule again.
	Config() map[string][]float64
	// Validate returns an error that names the first hyper-parameter out of its
	// range.
	Validate() error
	// Rate returns the learning rate of a step, counted from 0: that of the step
	// which [Optimizer.At] calls step+1. A negative step has the rate of 0. Of a
	// schedule that Validate refuses the rates mean nothing.
	Rate(step int) float64
}

// scheduleKind is what the package knows of a schedule.
type scheduleKind struct {
	standard Schedule // its name, and Keras's defaults where there are some
	from     func(c scheduleConfig) Schedule
}

// schedules lists them. A new schedule is its file and a line here.
var schedules = []scheduleKind{
	{Constant{}, constantFrom},
	{ExponentialDecay{}, exponentialFrom},
	{InverseTimeDecay{}, inverseTimeFrom},
	{PiecewiseConstantDecay{}, piecewiseFrom},
	{NewPolynomialDecay(0, 0), polynomialFrom},
	{NewCosineDecay(0, 0), cosineFrom},
	{NewCosineDecayRestarts(0, 0), restartsFrom},
	{NewOneCycle(0, 0), oneCycleFrom},
}

// ScheduleNames returns the names of all schedules.
func ScheduleNames() []string {
	names := make([]string, len(schedules))
	for i, k := range schedules {
		names[i] = k.standard.Name()
	}
	return names
}

// ScheduleFromConfig makes a schedule from its name and hyper-parameters, as
// Config gave them. One that is missing has Keras's default, or is 0; one that is
// unknown or out of range is an error.
func ScheduleFromConfig(name string, config map[string][]float64) (Schedule, error) {
	i := slices.Index(ScheduleNames(), name)
	if i < 0 {
		return nil, fmt.Errorf("optim: no schedule %q: choose one of %v", name, ScheduleNames())
	}
	full := schedules[i].standard.Config()
	keys := slices.Sorted(maps.Keys(full))
	for _, key := range slices.Sorted(maps.Keys(config)) {
		if !slices.Contains(keys, key) {
			return nil, fmt.Errorf("optim: %s has no hyper-parameter %q: choose from %v", name, key, keys)
		}
		full[key] = config[key]
	}
	s := schedules[i].from(full)
	if err := s.Validate(); err != nil {
		return nil, err
	}
	made := s.Config()
	for _, key := range keys {
		if !slices.Equal(made[key], full[key]) {
			return nil, fmt.Errorf("optim: %s with %s %v: give a number such as %v", name, key, full[key], made[key])
		}
	}
	return s, nil
}

// scheduleConfig is the hyper-parameters of a schedule.
type scheduleConfig map[string][]float64

// number returns a hyper-parameter that is one number, NaN where it is not.
func (c scheduleConfig) number(key string) float64 {
	if len(c[key]) != 1 {
		return math.NaN()
	}
	return c[key][0]
}

// whole returns a hyper-parameter that is a whole number, −1 where it is none.
func (c scheduleConfig) whole(key string) int { return wholeNumber(c.number(key)) }

func wholeNumber(v float64) int {
	if v >= 0 && v <= math.MaxInt32 {
		return int(v)
	}
	return -1
}

// one returns a list of one number.
func one(v float64) []float64 { return []float64{v} }

// atLeastOne checks a number of steps.
func atLeastOne(schedule, name string, v int) error {
	if v < 1 {
		return fmt.Errorf("optim: %s with %s %d: give at least 1", schedule, name, v)
	}
	return nil
}

// fraction returns step/steps ≥ 0, rounded down where staircase is set.
func fraction(step, steps int, staircase bool) float64 {
	step, steps = max(step, 0), max(steps, 1)
	if staircase {
		return float64(step / steps)
	}
	return float64(step) / float64(steps)
}
