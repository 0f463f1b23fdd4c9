package nn

import (
	"fmt"

	"weft/activations"
	"weft/asm"
)

// Predictor serves single rows: an immutable snapshot of a model's weights,
// packed for one sample at a time, with scratch of its own. One predictor is
// for one goroutine; Clone makes another at the cost of its scratch.
type Predictor struct {
	kernels *asm.Kernels
	stages  []stage // shared by clones
	inputs  int
	outputs int
	x       [2][]float32
	pixels  []float32
}

// stage is a Dense layer with its weights packed by 16 outputs, or an
// activation.
type stage struct {
	w, b []float32
	fn   activations.Activation
	out  int
}

// Predictor returns a snapshot of the model. Later training does not change it.
func (m *Sequential) Predictor() (*Predictor, error) {
	if err := m.Build(); err != nil {
		return nil, err
	}
	if err := m.servable(); err != nil {
		return nil, err
	}
	p := &Predictor{kernels: m.kernels, inputs: m.features, outputs: m.outputs}
	for _, n := range m.nodes {
		switch {
		case n.dense != nil:
			p.stages = append(p.stages, packed(m.parametersOf(n.layer)))
		case n.rate == 0:
			p.stages = append(p.stages, stage{fn: n.activation})
		}
	}
	return p.Clone(), nil
}

// packed returns the weights of a layer as Gemv wants them.
func packed(p *parameters) stage {
	s := stage{w: asm.Aligned(pad16(p.out) * p.in), b: asm.Aligned(p.out), out: p.out}
	copy(s.b, p.b)
	for u := range p.out {
		for k := range p.in {
			s.w[(u/16*p.in+k)*16+u%16] = p.w[p.at(u, k)]
		}
	}
	return s
}

// Clone returns a predictor of the same snapshot for another goroutine.
func (p *Predictor) Clone() *Predictor {
	c := *p
	widest := c.inputs
	for _, s := range c.stages {
		widest = max(widest, s.out)
	}
	c.x[0], c.x[1], c.pixels = asm.Aligned(widest), asm.Aligned(widest), asm.Aligned(c.inputs)
	return &c
}

// Row writes the outputs of the model for the sample x to dst. It panics where
// their lengths are not those of the model, and allocates nothing.
func (p *Predictor) Row(dst, x []float32) {
	if len(dst) != p.outputs || len(x) != p.inputs {
		panic(fmt.Sprintf("nn: Row with %d outputs and %d inputs: the model has %d and %d", len(dst), len(x), p.outputs, p.inputs))
	}
	for i, s := range p.stages {
		if s.w == nil {
			y := p.x[i%2][:len(x)]
			s.fn.Forward(p.kernels, y, x)
			x = y
			continue
		}
		y := p.x[i%2][:s.out]
		p.kernels.Gemv(y, x, s.w, s.b)
		x = y
	}
	copy(dst, x)
}

// Bytes is Row for a sample of bytes, each of which is read as u/255.
func (p *Predictor) Bytes(dst []float32, x []uint8) {
	if len(x) != p.inputs {
		panic(fmt.Sprintf("nn: Bytes with %d inputs: the model has %d", len(x), p.inputs))
	}
	for i, u := range x {
		p.pixels[i] = float32(u) / 255
	}
	p.Row(dst, p.pixels)
}

// Outputs returns the number of outputs that Row and Bytes write.
func (p *Predictor) Outputs() int { return p.outputs }
