package nn

import (
	"weft/activations"
	"weft/asm"
)

// A gradient that went back through ReLU or a dropout is zero wherever they shut a
// unit: for half of the samples and more. The products that it goes into, dW = dyᵀ·x
// and dx = Wᵀ·dy, take what is not zero alone, and have the same bits ([asm.Kernels]
// tells at SpMM why and when). Where they must not, or would not be faster, they
// take all.

const (
	// keptTerms is up to how many elements of a gradient a worker keeps the terms of,
	// 6 bytes each. Made again for each product, they cost a quarter of it.
	keptTerms = 1 << 21

	// A worker makes terms for dW where it has so many inputs at least, for dx so
	// many: 64 of them save some two cycles for an element of dy, of which a term
	// takes one, and one and a half where the gradient is transposed first.
	leastForUpdate   = 128
	leastForBackward = 256
)

// sparse is the memory of one worker for the left operands of sparse products, nil
// where it has none.
type sparse struct {
	units   []asm.SparseRows // of dyᵀ, in parts of SpKC samples; one part where all are too many
	samples []asm.SparseRows // of dy, in parts of up to SpKC units that lie together
	rows    []float32        // SpKC units of dy, in rows: [⌈units/32⌉][samples][32]
	dx      []float32        // SpNR inputs of dx, in rows: [inputs/32][samples][32]
}

// shuts reports whether the gradient of nodes[i] went back through ReLU or a dropout
// that shuts enough, with no product or softmax between them.
func shuts(k *asm.Kernels, nodes []node, i int) bool {
	for _, n := range nodes[i+1:] {
		switch {
		case n.dense != nil:
			return false
		case n.rate > 0:
			if 1-n.rate <= k.MaxDensity {
				return true
			}
		case n.activation == activations.ReLU:
			return true
		case n.activation.Traits().RowWise:
			return false
		}
	}
	return false
}

// chooseSparse keeps sparse products where they pay for so many workers and samples at
// most. That holds for all steps, whatever parts the workers have in one: only these
// products have memory.
func chooseSparse(k *asm.Kernels, ops []op, workers, samples int) {
	for _, o := range ops {
		switch o := o.(type) {
		case *denseUpdate:
			panels := o.p.panels()
			if o.inputs {
				panels = (panels + workers - 1) / workers
			}
			o.sparse = o.sparse && min(panels*asm.PanelWidth, o.p.in) >= leastForUpdate
		case *denseBackward:
			o.sparse = o.sparse && !o.samples && o.p.in/workers >= max(leastForBackward, k.SpNR) && o.p.out*samples <= keptTerms
		}
	}
}

// fitSparse makes room for the sparse operands of every worker, for the groups of units
// that there are now.
func (t *trainer) fitSparse() {
	samples := len(t.losses)
	units := 0        // that lie together in a layer, at most
	var longest []int // of each part of dy, its units at most
	for _, p := range t.plan {
		switch o := p.op.(type) {
		case *denseUpdate:
			for u := 0; u < o.p.out && o.sparse; {
				r := o.p.run(u, o.p.out)
				units = max(units, r.n)
				u += r.n
			}
		case *denseBackward:
			for u, part := 0, 0; u < o.p.out && o.sparse; part++ {
				r := o.p.run(u, min(u+t.kernels.SpKC, o.p.out))
				if part == len(longest) {
					longest = append(longest, 0)
				}
				longest[part] = max(longest[part], r.n)
				u += r.n
			}
		}
	}
	for w := range t.sparse {
		t.sparse[w].fit(t.kernels, samples, units, longest)
	}
}

// fit makes room for products of a batch of so many samples with so many units that
// lie together, and with parts of so many units.
func (s *sparse) fit(k *asm.Kernels, samples, units int, parts []int) {
	n := (samples + k.SpKC - 1) / k.SpKC
	if units*samples > keptTerms {
		n = 1
	}
	if units > 0 && len(s.units) != n {
		s.units = make([]asm.SparseRows, n)
	}
	for i := range s.units {
		s.units[i].Grow(units, k.SpKC)
	}
	if len(s.samples) < len(parts) {
		s.samples = append(s.samples, make([]asm.SparseRows, len(parts)-len(s.samples))...)
	}
	for i, n := range parts {
		s.samples[i].Grow(samples, n)
	}
	if len(parts) > 0 && s.rows == nil {
		s.rows, s.dx = asm.Aligned(samples*k.SpKC), asm.Aligned(samples*k.SpNR)
	}
}

// sparsely reports whether the gradient of the n units from u on is better multiplied by
// its terms, and may be. It makes the terms that a worker keeps.
func (o *denseUpdate) sparsely(t *trainer, worker, u, n int) bool {
	if !o.sparse {
		return false
	}
	parts := t.sparse[worker].units
	for part, first := 0, 0; first < t.batch && part < len(parts); part++ {
		samples := o.terms(t, &parts[part], u, n, first)
		if float64(parts[part].NNZ()) > t.kernels.MaxDensity*float64(samples*n) {
			return false
		}
		first += samples
	}
	for panel := range t.panels {
		if !t.kernels.InExactRange(o.y.grad[(panel*o.p.out+u)*asm.PanelWidth:][:n*asm.PanelWidth], asm.MinSparseA) {
			return false
		}
	}
	return true
}

// terms makes terms of the gradient of the n units from u on for the samples from first
// on, as many as a part holds, which it returns.
func (o *denseUpdate) terms(t *trainer, part *asm.SparseRows, u, n, first int) (samples int) {
	samples = min(t.kernels.SpKC, t.batch-first)
	at := (first/asm.PanelWidth*o.p.out + u) * asm.PanelWidth
	t.kernels.CompressRows(part, o.y.grad[at:], n, samples, o.p.out*asm.PanelWidth)
	return samples
}

// regular reports whether n inputs of the layer from panel j on, whole panels, are such
// as a sparse product takes.
func (o *denseUpdate) regular(t *trainer, j, n int) bool {
	if o.x.set {
		return t.regularSet
	}
	for p := j; p < j+n/asm.PanelWidth; p++ {
		if !t.kernels.InExactRange(o.x.rows[p*o.x.samples*asm.PanelWidth:][:t.batch*asm.PanelWidth], asm.MinSparseB) {
			return false
		}
	}
	return true
}

// multiply is the product g of the gradient of units from u on for the samples from
// first on, of which so many columns are made from terms.
func (o *denseUpdate) multiply(t *trainer, worker, u, first, columns int, g asm.Gemm) {
	parts, steps := t.sparse[worker].units, t.kernels.SpKC
	for s := 0; s < g.K && columns > 0; s += steps {
		part := &parts[0]
		if len(parts) > 1 {
			part = &parts[(first+s)/steps]
		} else if t.batch > steps {
			o.terms(t, part, u, g.M, first+s)
		}
		t.kernels.SpMM(asm.SpMM{
			N: columns, A: part, B: g.B[s*asm.PanelWidth:], PB: g.PB, C: g.C, PC: g.PC, Accumulate: g.Accumulate || s > 0,
		})
	}
	if g.N -= columns; g.N > 0 {
		g.B, g.C = g.B[columns/asm.PanelWidth*g.PB:], g.C[columns/asm.PanelWidth*g.PC:]
		t.kernels.Gemm(g)
	}
}

// blocks returns the inputs of [i0, i1) that are whole blocks of SpNR, none where dx is
// not to be made from terms.
func (o *denseBackward) blocks(t *trainer, i0, i1 int) (first, end int) {
	first = pad32(i0)
	if !o.sparse || first >= i1 {
		return i0, i0
	}
	return first, first + (i1-first)/t.kernels.SpNR*t.kernels.SpNR
}

// sparsely reports whether the gradient of all units is better multiplied by its terms,
// and may be. It makes the terms.
func (o *denseBackward) sparsely(t *trainer, worker int) bool {
	const width = asm.PanelWidth
	k, s, p := t.kernels, &t.sparse[worker], o.p
	for u, part := 0, 0; u < p.out; part++ {
		units := p.run(u, min(u+k.SpKC, p.out)).n
		for i := 0; i < units; i += width {
			for panel := range t.panels {
				k.RowsFromPanel(s.rows[(i/width*t.batch+panel*width)*width:], width, o.y.grad[(panel*p.out+u+i)*width:],
					min(width, t.batch-panel*width), min(width, units-i))
			}
		}
		k.CompressRows(&s.samples[part], s.rows, t.batch, units, t.batch*width)
		if float64(s.samples[part].NNZ()) > k.MaxDensity*float64(units*t.batch) {
			return false
		}
		u += units
	}
	for panel := range t.panels {
		if !k.InExactRange(o.y.grad[panel*p.out*width:][:p.out*width], asm.MinSparseA) {
			return false
		}
	}
	return true
}

// multiplySparse makes the gradient of inputs [first, end), whole blocks, from terms of
// the samples: in rows, for some units after the others, whose weights stay in L1.
func (o *denseBackward) multiplySparse(t *trainer, worker, first, end int) {
	const width = asm.PanelWidth
	k, s, p := t.kernels, &t.sparse[worker], o.p
	for i := first; i < end; i += k.SpNR {
		regular := true
		for u, part := 0, 0; u < p.out && regular; part++ {
			r := p.run(u, min(u+k.SpKC, p.out))
			w := p.w[r.at+i/width*r.stride:]
			for panel := range k.SpNR / width {
				regular = regular && k.InExactRange(w[panel*r.stride:][:r.n*width], asm.MinSparseB)
			}
			k.SpMM(asm.SpMM{
				N: k.SpNR, A: &s.samples[part], B: w, PB: r.stride, C: s.dx, PC: t.batch * width, Accumulate: u > 0,
			})
			u += r.n
		}
		if !regular {
			o.multiply(t, i, i+k.SpNR, 0, t.groups())
			continue
		}
		for j := 0; j < k.SpNR; j += width {
			for panel := range t.panels {
				k.PanelFromRows(o.x.grad[(panel*p.in+i+j)*width:], s.dx[(j*t.batch+panel*width*width):], width, min(width, t.batch-panel*width), width, width)
			}
		}
	}
}
