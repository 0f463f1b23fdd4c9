package layers

import (
	"fmt"
	"math/rand/v2"

	"weft/asm"
	"weft/nn/internal/engine"
)

// DropoutLayer sets a share of its inputs to zero in training.
type DropoutLayer struct {
	label string
	Rate  float64 `json:"rate,omitempty"`
}

// Dropout sets a share of its inputs to zero in training and scales the others by
// 1/(1−rate), so that nothing needs to change outside training, where it passes
// everything (Srivastava et al. 2014). 0 ≤ rate < 1. The mask depends on seed, layer,
// step, unit and position in the batch alone.
func Dropout(rate float64) DropoutLayer { return DropoutLayer{Rate: rate} }

// Kind returns "Dropout".
func (l DropoutLayer) Kind() string { return "Dropout" }

// Name returns the layer's name.
func (l DropoutLayer) Name() string { return l.label }

// Named returns the layer with a name.
func (l DropoutLayer) Named(name string) Layer { l.label = name; return l }

// Output returns the shape of the input.
func (l DropoutLayer) Output(input []int) ([]int, error) {
	if !(l.Rate >= 0 && l.Rate < 1) {
		return nil, fmt.Errorf("a Dropout layer of rate %v: give 0 ≤ rate < 1, the share that is dropped", l.Rate)
	}
	return input, nil
}

// Build adds the mask, in training alone.
func (l DropoutLayer) Build(b *Builder, x *Tensor) *Tensor {
	if l.Rate == 0 || b.Mode != engine.Train {
		return x
	}
	x = b.Read(x)
	y := b.TensorLike(x, x.Values.Split, x.Grad != nil)
	f := &dropoutForward{
		x: x, y: y, mask: b.Memory(b.Capacity() * x.Features), split: x.Values.Split,
		rate: l.Rate, purpose: engine.PurposeHash(b.Purpose("dropout")),
	}
	b.Forward(f)
	if dx := b.Gradient(x); dx != nil {
		b.Backward(&dropoutBackward{forward: f, dx: dx})
	}
	return y
}

// dropoutForward computes y = mask·x, the mask being 0 or 1/(1−rate).
type dropoutForward struct {
	x, y    *Tensor
	mask    *Memory
	split   Split
	rate    float64
	purpose uint64
}

func (o *dropoutForward) Uses() []Use {
	return []Use{
		{Memory: o.x.Values, Split: o.split},
		{Memory: o.mask, Split: o.split, Write: true},
		{Memory: o.y.Values, Split: o.split, Write: true},
	}
}

func (o *dropoutForward) Run(s *Step, worker, workers int) {
	keep := float32(1 / (1 - o.rate))
	drop := uint32(o.rate * (1 << 32)) // a number below it drops
	x, y, mask := s.Floats(o.x.Values), s.Floats(o.y.Values), s.Floats(o.mask)
	f := o.y.Features
	if o.y.Layout == engine.Rows {
		o.fillRows(s, mask, worker, workers, drop, keep)
	} else {
		for r := s.Regions(f, o.split, worker, workers); r.Next(); {
			for u := range r.Units {
				at := r.At + u*asm.PanelWidth
				for i := 0; i < r.Width; i += engine.GroupWidth {
					g := o.stream(s, r.Unit+u, r.First+i)
					fillMask(mask[at+i:at+i+engine.GroupWidth], g, drop, keep)
				}
			}
		}
	}
	for p := s.Spans(o.y, o.split, worker, workers); p.Next(); {
		s.Kernels.Mul(y[p.Lo:p.Hi], x[p.Lo:p.Hi], mask[p.Lo:p.Hi])
	}
}

// stream returns the random numbers of the 16 samples from first on of a unit and
// step: one stream for them, so that any worker can make them.
func (o *dropoutForward) stream(s *Step, unit, first int) *rand.PCG {
	at := uint64(s.Number)*uint64(o.y.Features) + uint64(unit)
	return rand.NewPCG(s.Seed, o.purpose+at<<24+uint64(first)/engine.GroupWidth)
}

// fillRows makes the mask of a tensor that lies sample by sample.
func (o *dropoutForward) fillRows(s *Step, mask []float32, worker, workers int, drop uint32, keep float32) {
	var group [engine.GroupWidth]float32
	lo, hi := s.SampleRange(worker, workers)
	for first := lo; first < hi; first += engine.GroupWidth {
		for unit := range o.y.Features {
			fillMask(group[:], o.stream(s, unit, first), drop, keep)
			for i := first; i < min(first+engine.GroupWidth, hi); i++ {
				mask[i*o.y.Features+unit] = group[i-first]
			}
		}
	}
}

func fillMask(mask []float32, g *rand.PCG, drop uint32, keep float32) {
	for i := 0; i < len(mask); i += 2 {
		bits := g.Uint64()
		mask[i], mask[i+1] = 0, 0
		if uint32(bits) >= drop {
			mask[i] = keep
		}
		if uint32(bits>>32) >= drop {
			mask[i+1] = keep
		}
	}
}

// dropoutBackward computes dx = mask·dy.
type dropoutBackward struct {
	forward *dropoutForward
	dx      *Memory
	split   Split
}

func (o *dropoutBackward) Plan(*Builder) {
	dy := o.forward.y.Grad
	o.split = elementwiseSplit(o.forward.split, dy.Split)
	o.dx.Split, o.dx.Density = o.split, dy.Density*(1-o.forward.rate)
}

func (o *dropoutBackward) Uses() []Use {
	return []Use{
		{Memory: o.forward.mask, Split: o.split},
		{Memory: o.forward.y.Grad, Split: o.split},
		{Memory: o.dx, Split: o.split, Write: true},
	}
}

func (o *dropoutBackward) Run(s *Step, worker, workers int) {
	dx, dy, mask := s.Floats(o.dx), s.Floats(o.forward.y.Grad), s.Floats(o.forward.mask)
	for p := s.Spans(o.forward.y, o.split, worker, workers); p.Next(); {
		s.Kernels.Mul(dx[p.Lo:p.Hi], dy[p.Lo:p.Hi], mask[p.Lo:p.Hi])
	}
}
