package layers

import (
	"weft/asm"
	"weft/nn/internal/engine"
)

// A gradient that went back through ReLU or a dropout is zero wherever they cut a
// unit: for half of the samples and more. The products that it goes into, dW = dyᵀ·x
// and dx = Wᵀ·dy, take what is not zero alone, and have the same bits ([asm.Kernels]
// says at SpMM why and when). Where they must not, or would not be faster, they take
// all.

const (
	// keptElements is up to how many elements of a gradient a worker keeps the
	// compressed rows of, 6 bytes each. Made again for each product, they cost a
	// quarter of it.
	keptElements = 1 << 21

	// A worker compresses dy for dW where it has at least that many inputs, for dx
	// that many: 64 of them save some two cycles for an element of dy, of which a
	// compressed one takes one, and one and a half where the gradient is transposed
	// first.
	leastForUpdate   = 128
	leastForBackward = 256
)

// isSparse reports whether enough of a gradient is expected to be zero.
func isSparse(k *asm.Kernels, gradient *Memory) bool {
	return gradient.Density < 1 && gradient.Density <= k.MaxDensity
}

// updatePays reports whether a sparse dW pays for that many workers. It holds for all
// steps, whatever parts the workers have in one: only these products have memory.
func updatePays(b *Builder, w *engine.Weights, inputs bool) bool {
	panels := w.Panels()
	if inputs {
		panels = (panels + b.Workers - 1) / b.Workers
	}
	return min(panels*asm.PanelWidth, w.In) >= leastForUpdate
}

// backwardPays reports whether a sparse dx pays.
func backwardPays(b *Builder, w *engine.Weights) bool {
	return w.In/b.Workers >= max(leastForBackward, b.Kernels.SpNR) && w.Out*b.Capacity() <= keptElements
}

// sparseW is one worker's left operand of sparse products of dW.
type sparseW struct {
	units []asm.SparseRows // of dyᵀ, in parts of SpKC samples; one part where all are too many
}

// sparseX is one worker's memory for sparse products of dx.
type sparseX struct {
	samples []asm.SparseRows // of dy, in parts of up to SpKC units that are contiguous
	rows    []float32        // SpKC units of dy, in rows: [⌈units/32⌉][samples][32]
	dx      []float32        // SpNR inputs of dx, in rows: [inputs/32][samples][32]
}

// Regroup makes room for the groups of units that there are now.
func (o *denseUpdate) Regroup(s *Step) {
	if !o.sparse {
		return
	}
	units := 0 // that are contiguous, at most
	for u := 0; u < o.weights.Out; {
		r := o.weights.Run(u, o.weights.Out)
		units = max(units, r.N)
		u += r.N
	}
	n := (s.Capacity() + s.Kernels.SpKC - 1) / s.Kernels.SpKC
	if units*s.Capacity() > keptElements {
		n = 1
	}
	for w := range o.lanes {
		l := &o.lanes[w]
		if len(l.units) != n {
			l.units = make([]asm.SparseRows, n)
		}
		for i := range l.units {
			l.units[i].Grow(units, s.Kernels.SpKC)
		}
	}
}

// Regroup makes room for the groups of units that there are now.
func (o *denseBackward) Regroup(s *Step) {
	if !o.sparse {
		return
	}
	var parts []int // units of each part of dy
	for u := 0; u < o.weights.Out; {
		r := o.weights.Run(u, min(u+s.Kernels.SpKC, o.weights.Out))
		parts = append(parts, r.N)
		u += r.N
	}
	for w := range o.lanes {
		l := &o.lanes[w]
		if len(l.samples) < len(parts) {
			l.samples = append(l.samples, make([]asm.SparseRows, len(parts)-len(l.samples))...)
		}
		for i, n := range parts {
			l.samples[i].Grow(s.Capacity(), n)
		}
		if l.rows == nil {
			l.rows, l.dx = asm.Aligned(s.Capacity()*s.Kernels.SpKC), asm.Aligned(s.Capacity()*s.Kernels.SpNR)
		}
	}
}

// useSparse reports whether the gradient of the n units from u on is better multiplied
// compressed, and may be. It compresses what a worker keeps.
func (o *denseUpdate) useSparse(s *Step, worker, u, n int) bool {
	if !o.sparse {
		return false
	}
	parts := o.lanes[worker].units
	for part, first := 0, 0; first < s.Batch && part < len(parts); part++ {
		samples := o.compress(s, &parts[part], u, n, first)
		if float64(parts[part].NNZ()) > s.Kernels.MaxDensity*float64(samples*n) {
			return false
		}
		first += samples
	}
	dy := s.Floats(o.y.Grad)
	for panel := range s.Panels {
		if !s.Kernels.InExactRange(dy[(panel*o.weights.Out+u)*asm.PanelWidth:][:n*asm.PanelWidth], asm.MinSparseA) {
			return false
		}
	}
	return true
}

// compress compresses the gradient of the n units from u on for the samples from first
// on, as many as a part holds, which it returns.
func (o *denseUpdate) compress(s *Step, part *asm.SparseRows, u, n, first int) (samples int) {
	samples = min(s.Kernels.SpKC, s.Batch-first)
	at := (first/asm.PanelWidth*o.weights.Out + u) * asm.PanelWidth
	s.Kernels.CompressRows(part, s.Floats(o.y.Grad)[at:], n, samples, o.weights.Out*asm.PanelWidth)
	return samples
}

// inExactRange reports whether n inputs of the layer from a panel on, whole panels, are
// such as a sparse product takes.
func (o *denseUpdate) inExactRange(s *Step, panel, n int) bool {
	if o.x.Input {
		return s.ExactData
	}
	rows := s.Floats(o.x.Across)
	for p := panel; p < panel+n/asm.PanelWidth; p++ {
		if !s.Kernels.InExactRange(rows[p*s.Capacity()*asm.PanelWidth:][:s.Batch*asm.PanelWidth], asm.MinSparseB) {
			return false
		}
	}
	return true
}

// multiplyMixed is the product g of the gradient of units from u on for the samples
// from first on, of which the first columns are multiplied compressed.
func (o *denseUpdate) multiplyMixed(s *Step, worker, u, first, columns int, g asm.Gemm) {
	steps := s.Kernels.SpKC
	for at := 0; at < g.K && columns > 0; at += steps {
		parts := o.lanes[worker].units
		part := &parts[0]
		if len(parts) > 1 {
			part = &parts[(first+at)/steps]
		} else if s.Batch > steps {
			o.compress(s, part, u, g.M, first+at)
		}
		s.Kernels.SpMM(asm.SpMM{
			N: columns, A: part, B: g.B[at*asm.PanelWidth:], PB: g.PB, C: g.C, PC: g.PC, Accumulate: g.Accumulate || at > 0,
		})
	}
	if g.N -= columns; g.N > 0 {
		g.B, g.C = g.B[columns/asm.PanelWidth*g.PB:], g.C[columns/asm.PanelWidth*g.PC:]
		s.Kernels.Gemm(g)
	}
}

// blocks returns the inputs of [i0, i1) that are whole blocks of SpNR, none where dx is
// not to be made compressed.
func (o *denseBackward) blocks(s *Step, i0, i1 int) (first, end int) {
	first = engine.PanelsOf(i0) * asm.PanelWidth
	if !o.sparse || first >= i1 {
		return i0, i0
	}
	return first, first + (i1-first)/s.Kernels.SpNR*s.Kernels.SpNR
}

// useSparse reports whether the gradient of all units is better multiplied compressed,
// and may be. It compresses it.
func (o *denseBackward) useSparse(s *Step, worker int) bool {
	const width = asm.PanelWidth
	k, l, w, dy := s.Kernels, &o.lanes[worker], o.weights, s.Floats(o.y.Grad)
	for u, part := 0, 0; u < w.Out; part++ {
		units := w.Run(u, min(u+k.SpKC, w.Out)).N
		for i := 0; i < units; i += width {
			for panel := range s.Panels {
				k.RowsFromPanel(l.rows[(i/width*s.Batch+panel*width)*width:], width, dy[(panel*w.Out+u+i)*width:],
					min(width, s.Batch-panel*width), min(width, units-i))
			}
		}
		k.CompressRows(&l.samples[part], l.rows, s.Batch, units, s.Batch*width)
		if float64(l.samples[part].NNZ()) > k.MaxDensity*float64(units*s.Batch) {
			return false
		}
		u += units
	}
	for panel := range s.Panels {
		if !k.InExactRange(dy[panel*w.Out*width:][:w.Out*width], asm.MinSparseA) {
			return false
		}
	}
	return true
}

// multiplySparse makes the gradient of inputs [first, end), whole blocks, from the
// compressed samples: in rows, for some units after the others, whose weights stay in
// L1.
func (o *denseBackward) multiplySparse(s *Step, worker, first, end int) {
	const width = asm.PanelWidth
	k, l, w, dx := s.Kernels, &o.lanes[worker], o.weights, s.Floats(o.dx)
	for i := first; i < end; i += k.SpNR {
		if !o.multiplyBlock(s, l, i) {
			o.multiply(s, i, i+k.SpNR, 0, s.Groups())
			continue
		}
		for j := 0; j < k.SpNR; j += width {
			for panel := range s.Panels {
				k.PanelFromRows(dx[(panel*w.In+i+j)*width:], l.dx[(j*s.Batch+panel*width*width):], width, min(width, s.Batch-panel*width), width, width)
			}
		}
	}
}

// multiplyBlock makes the gradient of a block of inputs from i on in rows, or reports
// false where the weights are not such as a sparse product takes.
func (o *denseBackward) multiplyBlock(s *Step, l *sparseX, i int) bool {
	const width = asm.PanelWidth
	k, w := s.Kernels, o.weights
	for u, part := 0, 0; u < w.Out; part++ {
		r := w.Run(u, min(u+k.SpKC, w.Out))
		weights := o.kernel.Data[r.At+i/width*r.Stride:]
		for panel := range k.SpNR / width {
			if !k.InExactRange(weights[panel*r.Stride:][:r.N*width], asm.MinSparseB) {
				return false
			}
		}
		k.SpMM(asm.SpMM{
			N: k.SpNR, A: &l.samples[part], B: weights, PB: r.Stride, C: l.dx, PC: s.Batch * width, Accumulate: u > 0,
		})
		u += r.N
	}
	return true
}
