package layers

import (
	"fmt"

	"weft/asm"
	"weft/nn/internal/engine"
)

// BatchNormalizationLayer normalizes each channel over the samples of a batch.
type BatchNormalizationLayer struct {
	label    string
	Momentum float64 `json:"momentum"`
	Epsilon  float64 `json:"epsilon"`
	NoScale  bool    `json:"no_scale,omitempty"`
	NoCenter bool    `json:"no_center,omitempty"`
}

// BatchNormalization normalizes each channel, the last axis of its input (Ioffe and
// Szegedy 2015), with Keras's defaults, momentum 0.99 and ε 0.001:
//
//	y = (x − mean)/√(variance + ε)·gamma + beta
//
// In training mean and variance (the biased one) are those of the batch over all
// samples and positions, and moving averages of them follow,
// moving = moving·momentum + mean·(1 − momentum), which take their place outside
// training. Sums are in sixteen lanes by the index (sample, position).
func BatchNormalization() BatchNormalizationLayer {
	return BatchNormalizationLayer{Momentum: 0.99, Epsilon: 1e-3}
}

// WithMomentum returns the layer with another momentum of the moving averages,
// 0 ≤ momentum ≤ 1.
func (l BatchNormalizationLayer) WithMomentum(momentum float64) BatchNormalizationLayer {
	l.Momentum = momentum
	return l
}

// WithEpsilon returns the layer with another ε > 0.
func (l BatchNormalizationLayer) WithEpsilon(epsilon float64) BatchNormalizationLayer {
	l.Epsilon = epsilon
	return l
}

// WithoutScale returns the layer without gamma.
func (l BatchNormalizationLayer) WithoutScale() BatchNormalizationLayer { l.NoScale = true; return l }

// WithoutCenter returns the layer without beta.
func (l BatchNormalizationLayer) WithoutCenter() BatchNormalizationLayer { l.NoCenter = true; return l }

// Kind returns "BatchNormalization".
func (l BatchNormalizationLayer) Kind() string { return "BatchNormalization" }

// Name returns the layer's name.
func (l BatchNormalizationLayer) Name() string { return l.label }

// Named returns the layer with a name.
func (l BatchNormalizationLayer) Named(name string) Layer { l.label = name; return l }

// Output returns the shape of the input.
func (l BatchNormalizationLayer) Output(input []int) ([]int, error) {
	if !(l.Momentum >= 0 && l.Momentum <= 1) {
		return nil, fmt.Errorf("a BatchNormalization layer with momentum %v: give 0 ≤ momentum ≤ 1, such as 0.99", l.Momentum)
	}
	if err := checkEpsilon(l.Kind(), l.Epsilon); err != nil {
		return nil, err
	}
	return input, checkChannels(l.Kind(), input)
}

// Build adds the normalization: by the batch in training, else by the moving averages.
func (l BatchNormalizationLayer) Build(b *Builder, x *Tensor) *Tensor {
	split := engine.ByUnits
	if x.Shape[len(x.Shape)-1] != x.Features {
		split = engine.All // a worker's channels are not contiguous features
	}
	n := newNormalizer(b, x, l.Epsilon, !l.NoScale, !l.NoCenter, split)
	o := &batchNormalization{normalizer: n, split: split, momentum: float32(l.Momentum), rest: float32(1 - l.Momentum)}
	o.movingMean = b.Param(channelParam("moving_mean", n.channels, 0, false))
	o.movingVariance = b.Param(channelParam("moving_variance", n.channels, 1, false))
	if b.Mode != engine.Train {
		b.Forward(newMovingNormalization(b, o))
		return n.y
	}
	o.mean, o.variance = b.Memory(n.channels), b.Memory(n.channels)
	b.Scratch(2 * b.Capacity() * n.positions)
	b.Forward(o)
	dx := b.Gradient(n.x)
	if n.y.Grad != nil {
		b.Backward(&batchNormalizationBackward{o, dx})
	}
	if n.trains(b) {
		b.Update(&updateNormalizer{n})
	}
	b.Update(&updateMoving{o})
	return n.y
}

// batchNormalization computes y from x by the mean and variance of the batch.
type batchNormalization struct {
	*normalizer
	split                      Split
	momentum, rest             float32
	movingMean, movingVariance *Param
	mean, variance             *Memory // [channels], of the batch
}

func (o *batchNormalization) Uses() []Use {
	return append(o.params(engine.All, false),
		Use{Memory: o.x.Values, Split: o.split},
		Use{Memory: o.normal, Split: o.split, Write: true},
		Use{Memory: o.mean, Split: engine.ByUnits, Write: true},
		Use{Memory: o.variance, Split: engine.ByUnits, Write: true},
		Use{Memory: o.y.Values, Split: o.split, Write: true})
}

// gather copies a channel of the batch to column, in the order (sample, position).
func (o *normalizer) gather(column, x []float32, batch, channel int) {
	i := 0
	for s := range batch {
		for p := range o.positions {
			column[i] = x[at(o.x.Features, s, p*o.channels+channel)]
			i++
		}
	}
}

// scatter is gather's reverse.
func (o *normalizer) scatter(x, column []float32, batch, channel int) {
	i := 0
	for s := range batch {
		for p := range o.positions {
			x[at(o.x.Features, s, p*o.channels+channel)] = column[i]
			i++
		}
	}
}

func (o *batchNormalization) Run(s *Step, worker, workers int) {
	x, y, normal := s.Floats(o.x.Values), s.Floats(o.y.Values), s.Floats(o.normal)
	means, variances := s.Floats(o.mean), s.Floats(o.variance)
	n := s.Batch * o.positions
	c, squares := s.Scratch(worker)[:n], s.Scratch(worker)[n:2*n]
	lo, hi := s.Share(o.channels, worker, workers)
	for channel := lo; channel < hi; channel++ {
		o.gather(c, x, s.Batch, channel)
		mean := s.Kernels.Sum(c) / float32(n)
		for i := range c {
			c[i] -= mean
		}
		s.Kernels.Mul(squares, c, c)
		variance := s.Kernels.Sum(squares) / float32(n)
		means[channel], variances[channel] = mean, variance
		s.Kernels.Scale(c, c, inverse(variance, o.epsilon))
		o.scatter(normal, c, s.Batch, channel)
		gamma, beta := o.scale(channel)
		s.Kernels.Scale(c, c, gamma)
		for i := range c {
			c[i] += beta
		}
		o.scatter(y, c, s.Batch, channel)
	}
}

// batchNormalizationBackward computes, over the n samples and positions,
//
//	dgamma = Σ dy·normal, dbeta = Σ dy
//	dx = gamma/√(variance + ε)·(dy − dbeta/n − normal·dgamma/n)
type batchNormalizationBackward struct {
	*batchNormalization
	dx *Memory
}

func (o *batchNormalizationBackward) Plan(*Builder) {
	if o.dx != nil {
		o.dx.Split, o.dx.Density = o.split, 1
	}
}

func (o *batchNormalizationBackward) Uses() []Use {
	uses := append(o.params(engine.All, false),
		Use{Memory: o.y.Grad, Split: o.split},
		Use{Memory: o.normal, Split: o.split},
		Use{Memory: o.variance, Split: engine.ByUnits},
		Use{Memory: o.dgamma, Split: engine.ByUnits, Write: true},
		Use{Memory: o.dbeta, Split: engine.ByUnits, Write: true})
	if o.dx != nil {
		uses = append(uses, Use{Memory: o.dx, Split: o.split, Write: true})
	}
	return uses
}

func (o *batchNormalizationBackward) Run(s *Step, worker, workers int) {
	dy, normal, variances := s.Floats(o.y.Grad), s.Floats(o.normal), s.Floats(o.variance)
	dgamma, dbeta := s.Floats(o.dgamma), s.Floats(o.dbeta)
	n := s.Batch * o.positions
	g, x := s.Scratch(worker)[:n], s.Scratch(worker)[n:2*n]
	lo, hi := s.Share(o.channels, worker, workers)
	for channel := lo; channel < hi; channel++ {
		o.gather(g, dy, s.Batch, channel)
		dbeta[channel] = s.Kernels.Sum(g)
		o.gather(x, normal, s.Batch, channel)
		s.Kernels.Mul(x, g, x)
		dgamma[channel] = s.Kernels.Sum(x)
		if o.dx == nil {
			continue
		}
		o.gather(x, normal, s.Batch, channel)
		gamma, _ := o.scale(channel)
		t := gamma * inverse(variances[channel], o.epsilon)
		b, a := dbeta[channel]/float32(n), dgamma[channel]/float32(n)
		for i := range g {
			g[i] = t * (g[i] - b - float32(x[i]*a))
		}
		o.scatter(s.Floats(o.dx), g, s.Batch, channel)
	}
	if o.dx == nil {
		return
	}
	if o.split == engine.ByUnits {
		s.ClearPads(s.Floats(o.dx), o.x.Features, lo, hi, 0, s.Groups())
		return
	}
	for f := range o.x.Features { // of the own channels
		if c := f % o.channels; c >= lo && c < hi {
			s.ClearPads(s.Floats(o.dx), o.x.Features, f, f+1, 0, s.Groups())
		}
	}
}

// updateMoving moves the moving averages towards the mean and variance of the batch.
type updateMoving struct{ *batchNormalization }

func (o *updateMoving) Uses() []Use {
	return []Use{
		{Memory: o.mean, Split: engine.ByUnits},
		{Memory: o.variance, Split: engine.ByUnits},
		{Param: o.movingMean, Split: engine.ByUnits, Write: true},
		{Param: o.movingVariance, Split: engine.ByUnits, Write: true},
	}
}

func (o *updateMoving) Run(s *Step, worker, workers int) {
	mean, variance := s.Floats(o.mean), s.Floats(o.variance)
	lo, hi := s.Share(o.channels, worker, workers)
	for c := lo; c < hi; c++ {
		m, v := &o.movingMean.Data[c], &o.movingVariance.Data[c]
		*m = float32(*m*o.momentum) + float32(mean[c]*o.rest)
		*v = float32(*v*o.momentum) + float32(variance[c]*o.rest)
	}
}

// movingNormalization computes y from x by the moving averages. For one sample it has
// taken them, gamma and beta when it was made.
type movingNormalization struct {
	*batchNormalization
	row [][4]float32 // mean, inverse, gamma, beta of each channel; nil: those of now
}

func newMovingNormalization(b *Builder, o *batchNormalization) *movingNormalization {
	m := &movingNormalization{batchNormalization: o}
	if b.Mode == engine.One {
		m.row = make([][4]float32, o.channels)
		for c := range m.row {
			m.row[c] = m.channel(c)
		}
	}
	return m
}

func (o *movingNormalization) channel(c int) [4]float32 {
	gamma, beta := o.scale(c)
	return [4]float32{o.movingMean.Data[c], inverse(o.movingVariance.Data[c], o.epsilon), gamma, beta}
}

// Uses returns nothing: what is not training has no barriers.
func (o *movingNormalization) Uses() []Use { return nil }

func (o *movingNormalization) Run(s *Step, worker, workers int) {
	x, y := s.Floats(o.x.Values), s.Floats(o.y.Values)
	if o.row != nil {
		for f := range o.x.Features {
			y[f] = normalized(x[f], &o.row[f%o.channels])
		}
		return
	}
	for r := s.Regions(o.x.Features, engine.ByUnits, worker, workers); r.Next(); {
		for u := range r.Units {
			c := o.channel((r.Unit + u) % o.channels)
			from := r.At + u*asm.PanelWidth
			for i := from; i < from+r.Width; i++ {
				y[i] = normalized(x[i], &c)
			}
		}
	}
}

// normalized returns (x − mean)·inverse·gamma + beta, each operation rounded.
func normalized(x float32, c *[4]float32) float32 {
	return float32(float32((x-c[0])*c[1])*c[2]) + c[3]
}
