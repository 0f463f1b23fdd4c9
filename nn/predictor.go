package nn

import (
	"fmt"
	"math"

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

// stage is a Dense layer with its weights and biases packed by 16 outputs, the
// pads +0, or an activation.
type stage struct {
	w, b  []float32
	fn    activations.Activation
	out   int
	skips bool // zeros of the input may be skipped: see [asm.Kernels]
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
	s := stage{w: asm.Aligned(pad16(p.out) * p.in), b: asm.Aligned(pad16(p.out)), out: p.out, skips: true}
	for u := range p.out {
		s.b[u] = p.b[u]
		s.skips = s.skips && (p.b[u] != 0 || !math.Signbit(float64(p.b[u])))
		for k := range p.in {
			w := p.w[p.at(u, k)]
			s.w[(u/16*p.in+k)*16+u%16] = w
			size := math.Abs(float64(w))
			s.skips = s.skips && (size == 0 || size >= asm.MinGemvInput && size <= math.MaxFloat32)
		}
	}
	return s
}

// product computes y = W·x + b. Zeros in x are skipped where that gives the bits of
// the whole chains, which is nearly always.
func (s *stage) product(k *asm.Kernels, y, x []float32) {
	if s.skips && k.Gemv(y, x, s.w, s.b) {
		return
	}
	copy(y, s.b)
	for j := 0; j < len(y); j += 16 {
		k.Gemm(asm.Gemm{M: 1, N: 16, K: len(x), A: x, CS: 1, B: s.w[j*len(x):], LDB: 16, C: y[j:], Accumulate: true})
	}
}

// Clone returns a predictor of the same snapshot for another goroutine.
func (p *Predictor) Clone() *Predictor {
	c := *p
	widest := c.inputs
	for _, s := range c.stages {
		widest = max(widest, pad16(s.out))
	}
	c.x[0], c.x[1], c.pixels = asm.Aligned(widest), asm.Aligned(widest), asm.Aligned(panelsOf(c.inputs)*asm.PanelWidth)
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
		y := p.x[i%2][:pad16(s.out)]
		s.product(p.kernels, y, x)
		x = y[:s.out]
	}
	copy(dst, x)
}

// Bytes is Row for a sample of bytes, each of which is read as u/255.
func (p *Predictor) Bytes(dst []float32, x []uint8) {
	if len(x) != p.inputs {
		panic(fmt.Sprintf("nn: Bytes with %d inputs: the model has %d", len(x), p.inputs))
	}
	p.kernels.GatherRows(p.pixels, x, len(x), 0, len(x), firstRow)
	p.Row(dst, p.pixels[:len(x)])
}

// firstRow is the only row of a set of one.
var firstRow = []int32{0}

// Outputs returns the number of outputs that Row and Bytes write.
func (p *Predictor) Outputs() int { return p.outputs }
