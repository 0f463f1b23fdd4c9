package layers

import (
	"math/big"

	"weft/activations"
	"weft/asm"
	"weft/nn/internal/engine"
	"weft/nn/internal/enginetest"
	"weft/nn/losses"
	"weft/optim"
)

// linear has no activation; the loss of these tests contains the last softmax.
var linear = activations.Linear

// stack returns the network of some layers.
func stack(all ...Layer) engine.Network {
	return func(b *Builder, x *Tensor) *Tensor {
		for i, l := range all {
			b.Layer(i)
			x = l.Build(b, x)
		}
		return x
	}
}

// options are those of a classifier on data, trained with SGD at a rate of 0.5.
func options(k *asm.Kernels, workers, batch int, data *engine.Source, all ...Layer) enginetest.Options {
	return enginetest.Options{Rule: optim.NewSGD(0.5), Options: engine.Options{
		Kernels: k, Workers: workers, Batch: batch, Data: data, Network: stack(all...),
		Objective: losses.Objective(losses.SparseCategoricalCrossentropy),
	}}
}

// spied is a layer whose tensors a test looks at.
type spied struct {
	Layer
	x, y *Tensor
}

func (l *spied) Build(b *Builder, x *Tensor) *Tensor {
	l.x = x
	l.y = l.Layer.Build(b, x)
	return l.y
}

// built is a layer that a function builds.
type built struct {
	Layer
	build func(b *Builder, x *Tensor) *Tensor
}

func (l built) Build(b *Builder, x *Tensor) *Tensor { return l.build(b, x) }

// value returns the number of a unit and a sample in panels.
func value(panels []float32, units, unit, sample int) float32 {
	return panels[(sample/asm.PanelWidth*units+unit)*asm.PanelWidth+sample%asm.PanelWidth]
}

// objective is a loss of 0 whose gradient by each output of a sample, its class, is
// given.
type objective func(output, sample int) float32

func (objective) Scratch(int) int { return 0 }

func (f objective) Panel(b *engine.Block) {
	for c := range b.Width {
		b.Losses[c] = 0
		for o := range b.Outputs {
			b.D[o*asm.PanelWidth+c] = 0
			if c < b.N {
				b.D[o*asm.PanelWidth+c] = f(o, int(b.Classes[c]))
			}
		}
	}
}

// numbered gives each sample its number as its class, for an objective.
func numbered(s *engine.Source) *engine.Source {
	for i := range s.Classes {
		s.Classes[i] = int32(i)
	}
	return s
}

// fma returns a·b+c rounded once to float32, by arbitrary precision: 24 bits
// hold a float32 that is not subnormal, and none of the tests here comes near.
func fma(a, b, c float32) float32 {
	product := new(big.Float).SetPrec(48).Mul(big.NewFloat(float64(a)), big.NewFloat(float64(b)))
	sum, _ := new(big.Float).SetPrec(24).Add(product, big.NewFloat(float64(c))).Float32()
	return sum
}

// addUp adds tensors of one shape.
func addUp(b *Builder, in []*Tensor) *Tensor {
	o := &sum{in: in, y: b.Tensor(in[0].Shape, engine.BySamples, true)}
	b.Forward(o)
	for _, x := range in {
		o.dx = append(o.dx, b.Gradient(x))
	}
	b.Backward(&sumBackward{o})
	return o.y
}

type sum struct {
	in []*Tensor
	dx []*Memory
	y  *Tensor
}

func (o *sum) Uses() []Use {
	uses := []Use{{Memory: o.y.Values, Split: engine.BySamples, Write: true}}
	for _, x := range o.in {
		uses = append(uses, Use{Memory: x.Values, Split: engine.BySamples})
	}
	return uses
}

func (o *sum) Run(s *Step, worker, workers int) {
	y := s.Floats(o.y.Values)
	for r := s.Regions(o.y.Features, engine.BySamples, worker, workers); r.Next(); {
		for u := range r.Units {
			for i := r.At + u*asm.PanelWidth; i < r.At+u*asm.PanelWidth+r.Width; i++ {
				y[i] = 0
				for _, x := range o.in {
					y[i] += s.Floats(x.Values)[i]
				}
			}
		}
	}
}

type sumBackward struct{ *sum }

func (o *sumBackward) Plan(*Builder) {
	for _, m := range o.dx {
		m.Split, m.Density = engine.BySamples, 1
	}
}

func (o *sumBackward) Uses() []Use {
	uses := []Use{{Memory: o.y.Grad, Split: engine.BySamples}}
	for _, m := range o.dx {
		uses = append(uses, Use{Memory: m, Split: engine.BySamples, Write: true})
	}
	return uses
}

func (o *sumBackward) Run(s *Step, worker, workers int) {
	dy := s.Floats(o.y.Grad)
	for r := s.Regions(o.y.Features, engine.BySamples, worker, workers); r.Next(); {
		for u := range r.Units {
			at := r.At + u*asm.PanelWidth
			for _, m := range o.dx {
				copy(s.Floats(m)[at:at+r.Width], dy[at:])
			}
		}
	}
}
