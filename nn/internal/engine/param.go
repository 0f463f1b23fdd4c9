package engine

import (
	"fmt"
	"slices"
)

// Param is one tensor of a layer that lasts: weights that an optimizer trains, or
// state that the layer keeps itself, such as a moving mean.
type Param struct {
	Layer   int    // position of the layer in the model
	Name    string // Keras's: kernel, bias, gamma, moving_mean
	Shape   []int  // Keras's
	Init    Initializer
	Trained bool // an optimizer changes it; else it is state
	Frozen  bool // trained, but not now

	// Products is how many multiply-adds of a sample's forward pass each element
	// takes part in: 1 for the kernel of a Dense layer.
	Products int
	// Input says that no gradient goes further down: a step makes two products of
	// each multiply-add, not three.
	Input bool

	Layout Layouter
	Data   []float32
	Slots  [][]float32 // of the optimizer
	Grad   []float32   // the gradient as a whole, where something asks for it; else nil
}

// Layouter is how a parameter lies in memory, pads included.
type Layouter interface {
	Floats() int                   // that Data holds
	ToKeras(dst, data []float32)   // copies Data to Keras's shape, row-major
	FromKeras(data, src []float32) // copies Keras's shape, row-major, to Data; pads stay
}

// Size returns the number of elements.
func (p *Param) Size() int { return Product(p.Shape) }

// Keras returns a copy of data, which lies as the parameter does, in Keras's shape.
func (p *Param) Keras(data []float32) []float32 {
	k := make([]float32, p.Size())
	p.Layout.ToKeras(k, data)
	return k
}

// Initialize fills the parameter from its stream of random numbers.
func (p *Param) Initialize(seed uint64) {
	k := make([]float32, p.Size())
	p.Init.Fill(k, p.Shape, NewStream(seed, fmt.Sprintf("init/%d/%s", p.Layer, p.Name), 0))
	p.Layout.FromKeras(p.Data, k)
}

// Flat is the layout of a parameter that lies as Keras shapes it.
type Flat int

// Floats returns the number of elements.
func (f Flat) Floats() int { return int(f) }

// ToKeras copies data to dst.
func (f Flat) ToKeras(dst, data []float32) { copy(dst, data[:f]) }

// FromKeras copies src to data.
func (f Flat) FromKeras(data, src []float32) { copy(data[:f], src) }

// Weights is the layout of a kernel [in][out] in panels of 32 inputs,
// [⌈in/32⌉][out][32], the pads of the last one +0: 32 inputs of some units are one
// run of memory for an optimizer's update, and a panel is the left operand of the
// product and of its transpose in place. There is such an array for each group of
// units: what a worker owns lies apart from what the others own, so that a core's
// prefetchers do not run on into lines that another core writes. (An update in one
// array for all took up to twice as long with two workers.)
type Weights struct {
	In, Out int
	Ends    []int // the units of group g end before Ends[g]
}

// NewWeights returns the layout in one group.
func NewWeights(in, out int) *Weights { return &Weights{in, out, []int{out}} }

// Panels returns the number of panels of inputs.
func (w *Weights) Panels() int { return PanelsOf(w.In) }

// Floats returns the number of floats, pads included.
func (w *Weights) Floats() int { return w.Panels() * w.Out * panelWidth }

// UnitRun is units whose weights are contiguous: those of N units for the inputs of
// panel j are the N·32 floats from At + j·Stride on.
type UnitRun struct{ N, At, Stride int }

// Run returns the units from u on that lie together, at most up to end.
func (w *Weights) Run(u, end int) UnitRun {
	lo, hi := 0, w.Ends[0]
	for group := 1; hi <= u; group++ {
		lo, hi = hi, w.Ends[group]
	}
	return UnitRun{
		N:      min(hi, end) - u,
		At:     (lo*w.Panels() + u - lo) * panelWidth,
		Stride: (hi - lo) * panelWidth,
	}
}

// At returns the index of the weight of input i and unit u.
func (w *Weights) At(i, u int) int {
	r := w.Run(u, w.Out)
	return r.At + i/panelWidth*r.Stride + i%panelWidth
}

// ToKeras copies data to dst, [in][out].
func (w *Weights) ToKeras(dst, data []float32) {
	for u := range w.Out {
		r := w.Run(u, w.Out)
		for i := range w.In {
			dst[i*w.Out+u] = data[r.At+i/panelWidth*r.Stride+i%panelWidth]
		}
	}
}

// FromKeras copies src, [in][out], to data.
func (w *Weights) FromKeras(data, src []float32) {
	for u := range w.Out {
		r := w.Run(u, w.Out)
		for i := range w.In {
			data[r.At+i/panelWidth*r.Stride+i%panelWidth] = src[i*w.Out+u]
		}
	}
}

// regroup lays the weights, slots and gradient of p out for other groups, which end
// at ends. It copies them through a scratch of their length, and returns ends that
// it does not keep.
func (w *Weights) regroup(p *Param, ends []int, scratch []float32) []int {
	if slices.Equal(w.Ends, ends) {
		return ends
	}
	old := *w
	w.Ends = ends
	w.move(p.Data, &old, scratch)
	for _, s := range p.Slots {
		w.move(s, &old, scratch)
	}
	if p.Grad != nil {
		w.move(p.Grad, &old, scratch)
	}
	return old.Ends
}

// move copies one array from the old groups to those of w.
func (w *Weights) move(data []float32, old *Weights, scratch []float32) {
	moved := scratch[:len(data)]
	for u := 0; u < w.Out; {
		from, to := old.Run(u, w.Out), w.Run(u, w.Out)
		n := min(from.N, to.N)
		for j := range w.Panels() {
			copy(moved[to.At+j*to.Stride:][:n*panelWidth], data[from.At+j*from.Stride:])
		}
		u += n
	}
	copy(data, moved)
}
