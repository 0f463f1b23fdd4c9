package layers

import (
	"fmt"
	"math"

	"weft/asm"
	"weft/nn/internal/engine"
)

// normalizer is what normalization layers have in common: gamma and beta for each
// channel, the last axis of the input.
type normalizer struct {
	x, y      *Tensor
	channels  int
	positions int // of a sample that share a channel's gamma and beta
	epsilon   float32

	gamma, beta   *Param  // nil: 1 and 0
	normal        *Memory // (x − mean)·inverse, as x lies; training alone
	dgamma, dbeta *Memory // [channels]; training alone
}

// newNormalizer adds gamma and beta, as far as they are wanted, and the output.
func newNormalizer(b *Builder, x *Tensor, epsilon float64, scale, center bool, split Split) *normalizer {
	x = b.Panels(x)
	n := &normalizer{x: x, channels: x.Shape[len(x.Shape)-1], epsilon: float32(epsilon)}
	n.positions = x.Features / n.channels
	if scale {
		n.gamma = b.Param(channelParam("gamma", n.channels, 1, true))
	}
	if center {
		n.beta = b.Param(channelParam("beta", n.channels, 0, true))
	}
	n.y = b.Tensor(x.Shape, split, x.Grad != nil || n.trains(b))
	if b.Mode == engine.Train {
		n.normal = b.Memory(b.Capacity() * x.Features)
		n.dgamma, n.dbeta = b.Memory(n.channels), b.Memory(n.channels)
	}
	return n
}

// channelParam returns a parameter of one number a channel.
func channelParam(name string, channels int, value float32, trained bool) Param {
	return Param{Name: name, Shape: []int{channels}, Init: engine.Constant(value), Trained: trained, Layout: engine.Flat(channels)}
}

// trains reports whether an optimizer changes gamma or beta.
func (n *normalizer) trains(b *Builder) bool {
	return n.gamma != nil && b.Trains(n.gamma) || n.beta != nil && b.Trains(n.beta)
}

// scale returns gamma and beta of a channel.
func (n *normalizer) scale(channel int) (gamma, beta float32) {
	gamma = 1
	if n.gamma != nil {
		gamma = n.gamma.Data[channel]
	}
	if n.beta != nil {
		beta = n.beta.Data[channel]
	}
	return gamma, beta
}

// params returns how an op uses gamma and beta.
func (n *normalizer) params(split Split, write bool) (uses []Use) {
	for _, p := range []*Param{n.gamma, n.beta} {
		if p != nil {
			uses = append(uses, Use{Param: p, Split: split, Write: write})
		}
	}
	return uses
}

// updateNormalizer lets the optimizer update gamma and beta.
type updateNormalizer struct{ *normalizer }

func (o *updateNormalizer) Uses() []Use {
	return append(o.params(engine.All, true), Use{Memory: o.dgamma, Split: engine.ByUnits}, Use{Memory: o.dbeta, Split: engine.ByUnits})
}

func (o *updateNormalizer) Run(s *Step, worker, workers int) {
	lo, hi := s.Share(o.channels, worker, workers)
	if lo == hi {
		return
	}
	if o.gamma != nil && !o.gamma.Frozen {
		s.Update(o.gamma, worker, lo, s.Floats(o.dgamma)[lo:hi])
	}
	if o.beta != nil && !o.beta.Frozen {
		s.Update(o.beta, worker, lo, s.Floats(o.dbeta)[lo:hi])
	}
}

// at returns the index of a number in panels: feature f of a sample.
func at(features, sample, f int) int {
	return (sample/asm.PanelWidth*features+f)*asm.PanelWidth + sample%asm.PanelWidth
}

// inverse returns 1/√(variance + ε), each operation rounded to float32.
func inverse(variance, epsilon float32) float32 {
	return 1 / float32(math.Sqrt(float64(variance+epsilon)))
}

// checkChannels returns an error for an input without a last axis.
func checkChannels(kind string, input []int) error {
	if len(input) == 0 {
		return fmt.Errorf("a %s layer needs an input with at least one axis", kind)
	}
	return nil
}

// checkEpsilon returns an error for an epsilon that would not keep a variance of 0 from
// becoming a division by 0.
func checkEpsilon(kind string, epsilon float64) error {
	if !(float32(epsilon) > 0 && float32(epsilon) <= math.MaxFloat32) {
		return fmt.Errorf("a %s layer with epsilon %v: give a finite number > 0, such as 1e-3", kind, epsilon)
	}
	return nil
}
