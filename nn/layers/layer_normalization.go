package layers

import (
	"weft/asm"
	"weft/nn/internal/engine"
)

// LayerNormalizationLayer normalizes each sample over its last axis.
type LayerNormalizationLayer struct {
	label    string
	Epsilon  float64 `json:"epsilon"`
	NoScale  bool    `json:"no_scale,omitempty"`
	NoCenter bool    `json:"no_center,omitempty"`
}

// LayerNormalization normalizes each sample, and each position of it, over its
// channels, the last axis (Ba, Kiros and Hinton 2016), with Keras's default ε 0.001:
//
//	y = (x − mean)/√(variance + ε)·gamma + beta
//
// Sums are in sixteen lanes by the index of the channel.
func LayerNormalization() LayerNormalizationLayer { return LayerNormalizationLayer{Epsilon: 1e-3} }

// WithEpsilon returns the layer with another ε > 0.
func (l LayerNormalizationLayer) WithEpsilon(epsilon float64) LayerNormalizationLayer {
	l.Epsilon = epsilon
	return l
}

// WithoutScale returns the layer without gamma.
func (l LayerNormalizationLayer) WithoutScale() LayerNormalizationLayer { l.NoScale = true; return l }

// WithoutCenter returns the layer without beta.
func (l LayerNormalizationLayer) WithoutCenter() LayerNormalizationLayer { l.NoCenter = true; return l }

// Kind returns "LayerNormalization".
func (l LayerNormalizationLayer) Kind() string { return "LayerNormalization" }

// Name returns the layer's name.
func (l LayerNormalizationLayer) Name() string { return l.label }

// Named returns the layer with a name.
func (l LayerNormalizationLayer) Named(name string) Layer { l.label = name; return l }

// Output returns the shape of the input.
func (l LayerNormalizationLayer) Output(input []int) ([]int, error) {
	if err := checkEpsilon(l.Kind(), l.Epsilon); err != nil {
		return nil, err
	}
	return input, checkChannels(l.Kind(), input)
}

// Build adds the normalization.
func (l LayerNormalizationLayer) Build(b *Builder, x *Tensor) *Tensor {
	n := newNormalizer(b, x, l.Epsilon, !l.NoScale, !l.NoCenter, engine.BySamples)
	if b.Mode == engine.One {
		b.Scratch(n.channels)
		b.Forward(newRowNormalization(n))
		return n.y
	}
	f := &layerNormalization{normalizer: n}
	if b.Mode == engine.Train {
		f.inverses = b.Memory(b.Capacity() * n.positions)
		b.Scratch(b.Capacity() * n.positions)
	}
	b.Forward(f)
	if n.trains(b) {
		b.Backward(&layerNormalizationScale{n})
		b.Update(&updateNormalizer{n})
	}
	if dx := b.Gradient(n.x); dx != nil {
		b.Backward(&layerNormalizationBackward{f, dx})
	}
	return n.y
}

// columns is a number for each sample of a panel.
type columns [asm.PanelWidth]float32

// lanes adds numbers of each sample of a panel in sixteen lanes, as [asm.Kernels.Sum]
// does.
type lanes [16]columns

// add adds the first width numbers of a row of a panel, the i-th that is added.
func (l *lanes) add(i int, row []float32) {
	lane := &l[i%16]
	for c, v := range row {
		lane[c] += v
	}
}

// sum folds the lanes.
func (l *lanes) sum() *columns {
	for h := 8; h > 0; h /= 2 {
		for i := range h {
			for c := range l[i] {
				l[i][c] += l[i+h][c]
			}
		}
	}
	return &l[0]
}

// layerNormalization computes y from x.
type layerNormalization struct {
	*normalizer
	inverses *Memory // 1/√(variance + ε) of each sample and position, [panels][positions][32]; training alone
}

func (o *layerNormalization) Uses() []Use {
	uses := append(o.params(engine.All, false),
		Use{Memory: o.x.Values, Split: engine.BySamples},
		Use{Memory: o.y.Values, Split: engine.BySamples, Write: true})
	if o.normal != nil {
		uses = append(uses, Use{Memory: o.normal, Split: engine.BySamples, Write: true}, Use{Memory: o.inverses, Split: engine.BySamples, Write: true})
	}
	return uses
}

func (o *layerNormalization) Run(s *Step, worker, workers int) {
	x, y := s.Floats(o.x.Values), s.Floats(o.y.Values)
	for r := s.Regions(o.x.Features, engine.BySamples, worker, workers); r.Next(); {
		for p := range o.positions {
			from := r.At + p*o.channels*asm.PanelWidth
			inv := o.normalize(y[from:], x[from:], r.Width)
			if o.normal != nil {
				normal := s.Floats(o.normal)[from:]
				for c := range o.channels {
					i := c * asm.PanelWidth
					copy(normal[i:i+r.Width], y[from+i:])
				}
				c := r.Columns()
				copy(s.Floats(o.inverses)[(c.Panel*o.positions+p)*asm.PanelWidth+c.Offset:][:r.Width], inv[:r.Width])
			}
			for c := range o.channels {
				gamma, beta := o.scale(c)
				row := y[from+c*asm.PanelWidth:][:r.Width]
				for i, v := range row {
					row[i] = float32(v*gamma) + beta
				}
			}
		}
	}
}

// normalize writes (x − mean)·inverse to y for the first width columns of one
// position, and returns the inverses.
func (o *layerNormalization) normalize(y, x []float32, width int) *columns {
	n := float32(o.channels)
	var sums, squares lanes
	for c := range o.channels {
		sums.add(c, x[c*asm.PanelWidth:][:width])
	}
	mean := sums.sum()
	for i := range mean {
		mean[i] /= n
	}
	var square columns
	for c := range o.channels {
		from, to := x[c*asm.PanelWidth:][:width], y[c*asm.PanelWidth:][:width]
		for i, v := range from {
			d := v - mean[i]
			to[i], square[i] = d, float32(d*d)
		}
		squares.add(c, square[:width])
	}
	inv := squares.sum()
	for i := range inv {
		inv[i] = inverse(inv[i]/n, o.epsilon)
	}
	for c := range o.channels {
		row := y[c*asm.PanelWidth:][:width]
		for i := range row {
			row[i] *= inv[i]
		}
	}
	return inv
}

// layerNormalizationScale computes dgamma = Σ dy·normal and dbeta = Σ dy over samples
// and positions.
type layerNormalizationScale struct{ *normalizer }

func (o *layerNormalizationScale) Uses() []Use {
	return []Use{
		{Memory: o.y.Grad, Split: engine.All},
		{Memory: o.normal, Split: engine.All},
		{Memory: o.dgamma, Split: engine.ByUnits, Write: true},
		{Memory: o.dbeta, Split: engine.ByUnits, Write: true},
	}
}

func (o *layerNormalizationScale) Run(s *Step, worker, workers int) {
	dy, normal := s.Floats(o.y.Grad), s.Floats(o.normal)
	dgamma, dbeta := s.Floats(o.dgamma), s.Floats(o.dbeta)
	g := s.Scratch(worker)[:s.Batch*o.positions]
	lo, hi := s.Share(o.channels, worker, workers)
	for c := lo; c < hi; c++ {
		o.gather(g, dy, s.Batch, c)
		dbeta[c] = s.Kernels.Sum(g)
		i := 0
		for sample := range s.Batch {
			for p := range o.positions {
				g[i] = float32(g[i] * normal[at(o.x.Features, sample, p*o.channels+c)])
				i++
			}
		}
		dgamma[c] = s.Kernels.Sum(g)
	}
}

// layerNormalizationBackward computes, over the n channels of a sample, with
// g = dy·gamma,
//
//	dx = (g − Σg/n − normal·Σ(g·normal)/n)/√(variance + ε)
type layerNormalizationBackward struct {
	*layerNormalization
	dx *Memory
}

func (o *layerNormalizationBackward) Plan(*Builder) { o.dx.Split, o.dx.Density = engine.BySamples, 1 }

func (o *layerNormalizationBackward) Uses() []Use {
	return append(o.params(engine.All, false),
		Use{Memory: o.y.Grad, Split: engine.BySamples},
		Use{Memory: o.normal, Split: engine.BySamples},
		Use{Memory: o.inverses, Split: engine.BySamples},
		Use{Memory: o.dx, Split: engine.BySamples, Write: true})
}

func (o *layerNormalizationBackward) Run(s *Step, worker, workers int) {
	dy, dx, normal, inverses := s.Floats(o.y.Grad), s.Floats(o.dx), s.Floats(o.normal), s.Floats(o.inverses)
	for r := s.Regions(o.x.Features, engine.BySamples, worker, workers); r.Next(); {
		c := r.Columns()
		for p := range o.positions {
			from := r.At + p*o.channels*asm.PanelWidth
			inv := inverses[(c.Panel*o.positions+p)*asm.PanelWidth+c.Offset:][:r.Width]
			o.backward(dx[from:], dy[from:], normal[from:], inv)
		}
		s.ClearPads(dx, o.x.Features, 0, o.x.Features, r.First/engine.GroupWidth, (r.First+r.Width)/engine.GroupWidth)
	}
}

func (o *layerNormalizationBackward) backward(dx, dy, normal, inverses []float32) {
	n, width := float32(o.channels), len(inverses)
	var sums, products lanes
	var g, product columns
	for c := range o.channels {
		gamma, _ := o.scale(c)
		row, x, to := dy[c*asm.PanelWidth:][:width], normal[c*asm.PanelWidth:][:width], dx[c*asm.PanelWidth:][:width]
		for i, d := range row {
			g[i] = float32(d * gamma)
			product[i] = float32(g[i] * x[i])
			to[i] = g[i]
		}
		sums.add(c, g[:width])
		products.add(c, product[:width])
	}
	sum, total := sums.sum(), products.sum()
	for i := range width {
		sum[i] /= n
		total[i] /= n
	}
	for c := range o.channels {
		x, to := normal[c*asm.PanelWidth:][:width], dx[c*asm.PanelWidth:][:width]
		for i, v := range to {
			to[i] = float32((v - sum[i] - float32(x[i]*total[i])) * inverses[i])
		}
	}
}

// rowNormalization is layerNormalization for one sample, with the gamma and beta of
// when it was made.
type rowNormalization struct {
	*normalizer
	gammas, betas []float32
}

func newRowNormalization(n *normalizer) *rowNormalization {
	o := &rowNormalization{n, make([]float32, n.channels), make([]float32, n.channels)}
	for c := range n.channels {
		o.gammas[c], o.betas[c] = n.scale(c)
	}
	return o
}

func (o *rowNormalization) Uses() []Use { return nil }

func (o *rowNormalization) Run(s *Step, _, _ int) {
	x, y := s.Floats(o.x.Values), s.Floats(o.y.Values)
	n := float32(o.channels)
	for p := range o.positions {
		in, out := x[p*o.channels:][:o.channels], y[p*o.channels:][:o.channels]
		mean := s.Kernels.Sum(in) / n
		for i, v := range in {
			out[i] = v - mean
		}
		squares := s.Scratch(0)[:o.channels]
		s.Kernels.Mul(squares, out, out)
		inv := inverse(s.Kernels.Sum(squares)/n, o.epsilon)
		for i, d := range out {
			out[i] = float32(float32(d*inv)*o.gammas[i]) + o.betas[i]
		}
	}
}
