package layers

import (
	"fmt"
	"slices"

	"weft/activations"
	"weft/asm"
	"weft/nn/internal/engine"
)

// Conv2DLayer is a convolution over images.
type Conv2DLayer struct {
	label    string
	Filters  int      `json:"filters"`
	Kernel   [2]int   `json:"kernel_size"`
	Strides  [2]int   `json:"strides"`
	Dilation [2]int   `json:"dilation_rate"`
	Padding  Padding  `json:"padding"`
	NoBias   bool     `json:"no_bias,omitempty"`
	Function Function `json:"activation"`
}

// Conv2D slides a window of rows×columns over images [rows][columns][channels] and makes
// a number of filters of each position, activation(Σ x·w + b), with stride and dilation
// 1, without padding, and with a kernel [rows, columns, channels, filters] that is
// Glorot-uniform at first. An output is one chain of fused multiply-adds from the bias,
// over rows, columns and channels of the window; what lies outside of the image is left
// out. A nil activation is Linear.
func Conv2D(filters, rows, columns int, fn activations.Activation) Conv2DLayer {
	if fn == nil {
		fn = activations.Linear
	}
	return Conv2DLayer{
		Filters: filters, Kernel: [2]int{rows, columns}, Strides: [2]int{1, 1}, Dilation: [2]int{1, 1},
		Padding: Valid, Function: Function{fn},
	}
}

// Same returns the layer with padding, so that stride 1 keeps the size of an image.
func (l Conv2DLayer) Same() Conv2DLayer { l.Padding = Same; return l }

// WithStrides returns the layer with other strides down and right.
func (l Conv2DLayer) WithStrides(rows, columns int) Conv2DLayer {
	l.Strides = [2]int{rows, columns}
	return l
}

// WithDilation returns the layer with other distances of the rows and columns of the
// window, 1 where they are adjacent.
func (l Conv2DLayer) WithDilation(rows, columns int) Conv2DLayer {
	l.Dilation = [2]int{rows, columns}
	return l
}

// WithoutBias returns the layer without biases.
func (l Conv2DLayer) WithoutBias() Conv2DLayer { l.NoBias = true; return l }

// Kind returns "Conv2D".
func (l Conv2DLayer) Kind() string { return "Conv2D" }

// Name returns the layer's name.
func (l Conv2DLayer) Name() string { return l.label }

// Named returns the layer with a name.
func (l Conv2DLayer) Named(name string) Layer { l.label = name; return l }

// Final returns the layer without its activation, which a loss may contain.
func (l Conv2DLayer) Final() (Layer, activations.Activation) {
	linear := l
	linear.Function = Function{activations.Linear}
	return linear, l.Function.Activation
}

// Output returns [rows columns filters].
func (l Conv2DLayer) Output(input []int) ([]int, error) {
	c, err := l.conv(input)
	if err != nil {
		return nil, err
	}
	return []int{c.OH, c.OW, c.Out}, nil
}

// conv checks the layer and describes it to the kernels.
func (l Conv2DLayer) conv(input []int) (c asm.Conv, err error) {
	kind := l.Kind()
	in, err := imageOf(kind, input)
	if err != nil {
		return c, err
	}
	if l.Filters < 1 || l.Filters > engine.MaxFloats {
		return c, fmt.Errorf("a %s layer of %d filters: give at least 1", kind, l.Filters)
	}
	for _, err := range []error{
		checkSides(kind, "a kernel of", 1, l.Kernel[:]...), checkSides(kind, "strides", 1, l.Strides[:]...),
		checkSides(kind, "a dilation of", 1, l.Dilation[:]...), l.Padding.check(kind), l.Function.check(),
	} {
		if err != nil {
			return c, err
		}
	}
	c.Window, err = window(kind, in, l.Kernel, l.Strides, l.Dilation, l.Padding)
	if err != nil {
		return c, err
	}
	if c.In, c.Out = in.channels, l.Filters; engine.Product([]int{c.OH, c.OW, c.Out}) > engine.MaxFloats {
		return c, fmt.Errorf("a %s layer makes %d×%d×%d numbers of a sample: too many", kind, c.OH, c.OW, c.Out)
	}
	c.X, _ = asm.ImageLayout(c.H, c.W, c.In, 0, 0, 0, 0)
	c.Y, _ = asm.ImageLayout(c.OH, c.OW, c.Out, 0, 0, 0, 0)
	return c, nil
}

// window describes how a rectangle moves over an image.
func window(kind string, in image, size, strides, dilation [2]int, p Padding) (asm.Window, error) {
	w := asm.Window{
		H: in.rows, W: in.columns, KH: size[0], KW: size[1], SH: strides[0], SW: strides[1], DH: dilation[0], DW: dilation[1],
	}.Padded(p == Same)
	if w.OH < 1 || w.OW < 1 {
		return w, fmt.Errorf("a %s layer's window of %d×%d, dilation %d×%d, does not fit into images of %d×%d: make it smaller, or give padding layers.Same",
			kind, size[0], size[1], dilation[0], dilation[1], in.rows, in.columns)
	}
	return w, nil
}

// Build adds the convolution and the activation.
func (l Conv2DLayer) Build(b *Builder, x *Tensor) *Tensor {
	conv, err := l.conv(x.Shape)
	if err != nil {
		b.Fail(err)
		return x
	}
	c := &convolution{conv: conv, x: b.Rows(x)}
	c.kernel = b.Param(Param{
		Name: "kernel", Shape: []int{conv.KH, conv.KW, conv.In, conv.Out}, Init: engine.GlorotUniform{}, Trained: true,
		Layout: kernelPanels{conv.Steps(), conv.Out}, Products: conv.OH * conv.OW, Input: x.Grad == nil,
	})
	if !l.NoBias {
		c.bias = b.Param(Param{Name: "bias", Shape: []int{conv.Out}, Init: engine.Constant(0), Trained: true, Layout: engine.Flat(conv.Out)})
	}
	trains := b.Trains(c.kernel) || c.bias != nil && b.Trains(c.bias)
	c.y = b.RowTensor([]int{conv.OH, conv.OW, conv.Out}, trains || x.Grad != nil)
	c.y.Overwrite = true
	b.Forward(newConvForward(b, c))
	if b.Mode == engine.Train {
		c.backward(b, trains)
	}
	return activate(b, l.Function.Activation, c.y)
}

// convolution is a convolution in a plan, over images sample by sample.
type convolution struct {
	conv         asm.Conv
	x, y         *Tensor
	kernel, bias *Param // bias nil: none
}

// kernelPanels is the layout of a kernel [rows·columns·channels][filters] in panels of
// 32 filters, the pads of the last one +0: see [asm.Conv].
type kernelPanels struct{ steps, filters int }

// Floats returns the number of floats, pads included.
func (l kernelPanels) Floats() int { return engine.PanelsOf(l.filters) * l.steps * asm.PanelWidth }

// ToKeras copies data to dst.
func (l kernelPanels) ToKeras(dst, data []float32) {
	for p := 0; p < l.filters; p += asm.PanelWidth {
		n := min(asm.PanelWidth, l.filters-p)
		for k := range l.steps {
			copy(dst[k*l.filters+p:][:n], data[p*l.steps+k*asm.PanelWidth:])
		}
	}
}

// FromKeras copies src to data.
func (l kernelPanels) FromKeras(data, src []float32) {
	for p := 0; p < l.filters; p += asm.PanelWidth {
		n := min(asm.PanelWidth, l.filters-p)
		for k := range l.steps {
			copy(data[p*l.steps+k*asm.PanelWidth:][:n], src[k*l.filters+p:])
		}
	}
}

// convForward computes y from x, split by samples.
type convForward struct {
	*convolution
	w, b []float32 // for one sample: those of when it was made
}

func newConvForward(b *Builder, c *convolution) *convForward {
	o := &convForward{convolution: c}
	if b.Mode == engine.One {
		o.w = slices.Clone(c.kernel.Data)
		if c.bias != nil {
			o.b = slices.Clone(c.bias.Data)
		}
	}
	return o
}

func (o *convForward) Uses() []Use {
	uses := []Use{
		{Memory: o.x.Values, Split: engine.BySamples},
		{Memory: o.y.Values, Split: engine.BySamples, Write: true},
		{Param: o.kernel, Split: engine.All},
	}
	if o.bias != nil {
		uses = append(uses, Use{Param: o.bias, Split: engine.All})
	}
	return uses
}

func (o *convForward) Run(s *Step, worker, workers int) {
	lo, hi := s.SampleRange(worker, workers)
	if lo >= hi {
		return
	}
	w, b := o.w, o.b
	if w == nil {
		w = o.kernel.Data
		if o.bias != nil {
			b = o.bias.Data
		}
	}
	s.Kernels.ConvForward(&o.conv, s.Floats(o.y.Values)[lo*o.y.Features:], s.Floats(o.x.Values)[lo*o.x.Features:], w, b, hi-lo)
}

// backward adds the gradients and the update.
func (c *convolution) backward(b *Builder, trains bool) {
	if dx := b.Gradient(c.x); dx != nil {
		turned := b.Memory(c.conv.TurnedLen())
		b.Forward(&convTurn{c, turned})
		b.Backward(&convInputGrad{c, turned, dx})
	}
	if trains {
		b.Update(&convUpdate{convolution: c, dw: b.Memory(c.conv.WeightLen()), trains: b.Trains(c.kernel), trainsBias: c.bias != nil && b.Trains(c.bias)})
		b.Scratch(c.conv.Out)
	}
}

// convTurn turns the kernel for the gradient of the input, split by panels of channels.
type convTurn struct {
	*convolution
	turned *Memory
}

func (o *convTurn) Uses() []Use {
	return []Use{{Param: o.kernel, Split: engine.All}, {Memory: o.turned, Split: engine.ByUnits, Write: true}}
}

func (o *convTurn) Run(s *Step, worker, workers int) {
	from, to := s.Share(engine.PanelsOf(o.conv.In), worker, workers)
	s.Kernels.ConvTurn(&o.conv, s.Floats(o.turned), o.kernel.Data, from, to)
}

// convInputGrad computes dx from dy, split by samples.
type convInputGrad struct {
	*convolution
	turned, dx *Memory
}

func (o *convInputGrad) Plan(*Builder) { o.dx.Split, o.dx.Density = engine.BySamples, 1 }

func (o *convInputGrad) Uses() []Use {
	return []Use{
		{Memory: o.turned, Split: engine.All},
		{Memory: o.y.Grad, Split: engine.BySamples},
		{Memory: o.dx, Split: engine.BySamples, Write: true},
	}
}

func (o *convInputGrad) Run(s *Step, worker, workers int) {
	lo, hi := s.SampleRange(worker, workers)
	if lo < hi {
		s.Kernels.ConvInputGrad(&o.conv, s.Floats(o.dx)[lo*o.x.Features:], s.Floats(o.y.Grad)[lo*o.y.Features:], s.Floats(o.turned), hi-lo)
	}
}

// convUpdate computes the gradients of kernel and bias over the batch and updates
// them, split by panels of filters and taps.
type convUpdate struct {
	*convolution
	dw                 *Memory
	trains, trainsBias bool
}

func (o *convUpdate) Uses() []Use {
	uses := []Use{
		{Memory: o.x.Values, Split: engine.All},
		{Memory: o.y.Grad, Split: engine.All},
		{Memory: o.dw, Split: engine.ByUnits, Write: true},
		{Param: o.kernel, Split: engine.ByUnits, Write: true},
	}
	if o.bias != nil {
		uses = append(uses, Use{Param: o.bias, Split: engine.ByUnits, Write: true})
	}
	return uses
}

func (o *convUpdate) Run(s *Step, worker, workers int) {
	x, dy := s.Floats(o.x.Values), s.Floats(o.y.Grad)
	if from, to := s.Share(o.conv.Panels()*o.conv.KH*o.conv.KW, worker, workers); o.trains && from < to {
		dw, slice := s.Floats(o.dw), o.conv.In*asm.PanelWidth
		s.Kernels.ConvWeightGrad(&o.conv, dw, x, dy, s.Batch, from, to, false)
		s.Update(o.kernel, worker, from*slice, dw[from*slice:to*slice])
	}
	if lo, hi := s.Share(o.conv.Out, worker, workers); o.trainsBias && lo < hi {
		own := o.conv
		own.Y.Start += lo
		own.Out = hi - lo
		db := s.Scratch(worker)[:hi-lo]
		s.Kernels.ConvBiasGrad(&own, db, dy, s.Batch, false)
		s.Update(o.bias, worker, lo, db)
	}
}
