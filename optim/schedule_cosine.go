package optim

import (
	"cmp"
	"fmt"

	"weft/optim/math64"
)

// CosineDecay is a rate that falls as half a period of the cosine (Loshchilov and
// Hutter, "SGDR: stochastic gradient descent with warm restarts", 2017), after a
// warm-up in which it rises on a line:
//
//	rate = initial + (target − initial)·step/warmup                      step < warmup
//	rate = target·((1 − alpha)·½·(1 + cos(π·(step−warmup)/steps)) + alpha)
//
// Without a warm-up the target is the initial rate. After all steps it stays.
type CosineDecay struct {
	InitialLearningRate float64 // ≥ 0
	DecaySteps          int     // ≥ 1, after the warm-up
	Alpha               float64 // share of the rate that is left at the end, 0 ≤ alpha ≤ 1
	WarmupTarget        float64 // ≥ 0
	WarmupSteps         int     // ≥ 0; 0: no warm-up
}

// NewCosineDecay returns the schedule without a warm-up that falls to 0.
func NewCosineDecay(initial float64, steps int) CosineDecay {
	return CosineDecay{InitialLearningRate: initial, DecaySteps: steps}
}

// WithWarmup returns the schedule with a warm-up from the initial rate to the target.
func (s CosineDecay) WithWarmup(target float64, steps int) CosineDecay {
	s.WarmupTarget, s.WarmupSteps = target, steps
	return s
}

// Name returns "cosine_decay".
func (s CosineDecay) Name() string { return "cosine_decay" }

// Config returns initial_learning_rate, decay_steps, alpha, warmup_target and
// warmup_steps.
func (s CosineDecay) Config() map[string][]float64 {
	return map[string][]float64{
		"initial_learning_rate": one(s.InitialLearningRate), "decay_steps": one(float64(s.DecaySteps)), "alpha": one(s.Alpha),
		"warmup_target": one(s.WarmupTarget), "warmup_steps": one(float64(s.WarmupSteps)),
	}
}

// Validate checks the hyper-parameters.
func (s CosineDecay) Validate() error {
	if s.WarmupSteps < 0 {
		return fmt.Errorf("optim: cosine_decay with warmup_steps %d: give a number ≥ 0", s.WarmupSteps)
	}
	if s.WarmupSteps == 0 && s.WarmupTarget != 0 {
		return fmt.Errorf("optim: cosine_decay with warmup_target %v but warmup_steps 0: give a number of steps, or no target", s.WarmupTarget)
	}
	return cmp.Or(atLeastZero("cosine_decay", "initial_learning_rate", s.InitialLearningRate), atLeastOne("cosine_decay", "decay_steps", s.DecaySteps),
		upToOne("cosine_decay", "alpha", s.Alpha), atLeastZero("cosine_decay", "warmup_target", s.WarmupTarget))
}

// upToOne checks a share: 0 ≤ v ≤ 1.
func upToOne(schedule, name string, v float64) error {
	if !(v >= 0 && v <= 1) {
		return fmt.Errorf("optim: %s with %s %v: give 0 ≤ %s ≤ 1", schedule, name, v, name)
	}
	return nil
}

// Rate returns the learning rate of a step, counted from 0.
func (s CosineDecay) Rate(step int) float64 {
	step = max(step, 0)
	from := s.InitialLearningRate
	if s.WarmupSteps > 0 {
		if step < s.WarmupSteps {
			return from + float64((s.WarmupTarget-from)*(float64(step)/float64(s.WarmupSteps)))
		}
		step -= s.WarmupSteps
		from = s.WarmupTarget
	}
	return from * cosineShare(float64(min(step, s.DecaySteps))/float64(max(s.DecaySteps, 1)), 1, s.Alpha)
}

// cosineShare returns (1−alpha)·most·½·(1+cos(π·x)) + alpha.
func cosineShare(x, most, alpha float64) float64 {
	return float64((1-alpha)*float64(0.5*most*(1+math64.CosPi(x)))) + alpha
}

func cosineFrom(c scheduleConfig) Schedule {
	return CosineDecay{c.number("initial_learning_rate"), c.whole("decay_steps"), c.number("alpha"), c.number("warmup_target"), c.whole("warmup_steps")}
}

// CosineDecayRestarts is a cosine decay that starts again and again (SGDR): each
// period is TMul times as long as the one before, and its first rate MMul times as
// high.
type CosineDecayRestarts struct {
	InitialLearningRate float64 // ≥ 0
	FirstDecaySteps     int     // ≥ 1
	TMul                float64 // ≥ 1
	MMul                float64 // ≥ 0
	Alpha               float64 // share of the initial rate at the end of a period, 0 ≤ alpha ≤ 1
}

// NewCosineDecayRestarts returns the schedule with Keras's factors 2 and 1, which
// falls to 0.
func NewCosineDecayRestarts(initial float64, firstSteps int) CosineDecayRestarts {
	return CosineDecayRestarts{initial, firstSteps, 2, 1, 0}
}

// Name returns "cosine_decay_restarts".
func (s CosineDecayRestarts) Name() string { return "cosine_decay_restarts" }

// Config returns initial_learning_rate, first_decay_steps, t_mul, m_mul and alpha.
func (s CosineDecayRestarts) Config() map[string][]float64 {
	return map[string][]float64{
		"initial_learning_rate": one(s.InitialLearningRate), "first_decay_steps": one(float64(s.FirstDecaySteps)),
		"t_mul": one(s.TMul), "m_mul": one(s.MMul), "alpha": one(s.Alpha),
	}
}

// Validate checks the hyper-parameters.
func (s CosineDecayRestarts) Validate() error {
	if !(s.TMul >= 1 && s.TMul <= 1e6) {
		return fmt.Errorf("optim: cosine_decay_restarts with t_mul %v: give 1 ≤ t_mul ≤ 1e6", s.TMul)
	}
	return cmp.Or(atLeastZero("cosine_decay_restarts", "initial_learning_rate", s.InitialLearningRate), atLeastOne("cosine_decay_restarts", "first_decay_steps", s.FirstDecaySteps),
		atLeastZero("cosine_decay_restarts", "m_mul", s.MMul), upToOne("cosine_decay_restarts", "alpha", s.Alpha))
}

// Rate returns the learning rate of a step, counted from 0.
func (s CosineDecayRestarts) Rate(step int) float64 {
	step = max(step, 0)
	first := max(s.FirstDecaySteps, 1)
	restarts, x := step/first, float64(step%first)/float64(first)
	if s.TMul > 1 {
		start, length := 0.0, float64(first)
		for restarts = 0; float64(step) >= start+length; restarts++ {
			start += length
			length *= s.TMul
		}
		x = (float64(step) - start) / length
	}
	return s.InitialLearningRate * cosineShare(x, math64.PowInt(s.MMul, int64(restarts)), s.Alpha)
}

func restartsFrom(c scheduleConfig) Schedule {
	return CosineDecayRestarts{c.number("initial_learning_rate"), c.whole("first_decay_steps"), c.number("t_mul"), c.number("m_mul"), c.number("alpha")}
}
