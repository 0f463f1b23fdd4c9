package optim

import (
	"cmp"
	"fmt"

	"weft/optim/math64"
)

// OneCycle is a rate that rises to its maximum and falls far below its start
// (Smith and Topin, "Super-convergence: very fast training of neural networks using
// large learning rates", 2018), as PyTorch's OneCycleLR has it: from max/div to max
// in the first share of the steps, then to max/div/finalDiv; in three phases back to
// max/div, as long as the rise took, and then on. It changes as half a period of the
// cosine, or on lines. After all steps it stays.
type OneCycle struct {
	MaxLearningRate float64 // ≥ 0
	TotalSteps      int     // ≥ 2
	PctStart        float64 // share of the steps of the rise, 0 < share < 1, or < ½ in three phases
	DivFactor       float64 // > 0
	FinalDivFactor  float64 // > 0
	ThreePhase      bool
	Linear          bool
}

// NewOneCycle returns the schedule with PyTorch's share 0.3 and factors 25 and 1e4,
// in two phases of the cosine.
func NewOneCycle(maximum float64, steps int) OneCycle {
	return OneCycle{MaxLearningRate: maximum, TotalSteps: steps, PctStart: 0.3, DivFactor: 25, FinalDivFactor: 1e4}
}

// Name returns "one_cycle".
func (s OneCycle) Name() string { return "one_cycle" }

// Config returns max_lr, total_steps, pct_start, div_factor, final_div_factor,
// three_phase and linear (1 or 0).
func (s OneCycle) Config() map[string][]float64 {
	return map[string][]float64{
		"max_lr": one(s.MaxLearningRate), "total_steps": one(float64(s.TotalSteps)), "pct_start": one(s.PctStart),
		"div_factor": one(s.DivFactor), "final_div_factor": one(s.FinalDivFactor), "three_phase": one(flag(s.ThreePhase)), "linear": one(flag(s.Linear)),
	}
}

// Validate checks the hyper-parameters.
func (s OneCycle) Validate() error {
	most := 1.0
	if s.ThreePhase {
		most = 0.5
	}
	if !(s.PctStart > 0 && s.PctStart < most) {
		return fmt.Errorf("optim: one_cycle with pct_start %v: give 0 < pct_start < %v", s.PctStart, most)
	}
	if s.TotalSteps < 2 {
		return fmt.Errorf("optim: one_cycle with total_steps %d: give at least 2", s.TotalSteps)
	}
	return cmp.Or(atLeastZero("one_cycle", "max_lr", s.MaxLearningRate), positive("one_cycle", "div_factor", s.DivFactor), positive("one_cycle", "final_div_factor", s.FinalDivFactor))
}

// Rate returns the learning rate of a step, counted from 0.
func (s OneCycle) Rate(step int) float64 {
	t := float64(min(max(step, 0), s.TotalSteps-1))
	first, peak := s.MaxLearningRate/s.DivFactor, s.MaxLearningRate
	final := first / s.FinalDivFactor
	end, last := float64(s.PctStart*float64(s.TotalSteps))-1, float64(s.TotalSteps-1)
	switch {
	case t <= end:
		return s.between(first, peak, t/end)
	case !s.ThreePhase:
		return s.between(peak, final, (t-end)/(last-end))
	}
	middle := float64(2*s.PctStart*float64(s.TotalSteps)) - 2
	if t <= middle {
		return s.between(peak, first, (t-end)/(middle-end))
	}
	return s.between(first, final, (t-middle)/(last-middle))
}

// between returns the rate at share x of the way.
func (s OneCycle) between(from, to, x float64) float64 {
	if x != x {
		return to // 0/0: the phase is one step
	}
	if s.Linear {
		return from + float64((to-from)*x)
	}
	return to + float64((from-to)*float64(0.5*(1+math64.CosPi(x))))
}

func oneCycleFrom(c scheduleConfig) Schedule {
	return OneCycle{c.number("max_lr"), c.whole("total_steps"), c.number("pct_start"), c.number("div_factor"), c.number("final_div_factor"), c.number("three_phase") == 1, c.number("linear") == 1}
}
