package layers

import (
	"fmt"
	"math"

	"weft/asm"
	"weft/nn/internal/engine"
)

// pooling is what layers have in common that make one number of a window, for each
// channel.
type pooling struct {
	label   string
	Size    [2]int  `json:"pool_size"`
	Strides [2]int  `json:"strides"`
	Padding Padding `json:"padding"`
}

func newPooling(rows, columns int) pooling {
	return pooling{Size: [2]int{rows, columns}, Strides: [2]int{rows, columns}, Padding: Valid}
}

// Name returns the layer's name.
func (l pooling) Name() string { return l.label }

// window checks the layer and describes its window over an input.
func (l pooling) window(kind string, input []int) (w asm.Window, channels int, err error) {
	in, err := imageOf(kind, input)
	if err != nil {
		return w, 0, err
	}
	for _, err := range []error{
		checkSides(kind, "a window of", 1, l.Size[:]...), checkSides(kind, "strides", 1, l.Strides[:]...), l.Padding.check(kind),
	} {
		if err != nil {
			return w, 0, err
		}
	}
	w, err = window(kind, in, l.Size, l.Strides, [2]int{1, 1}, l.Padding)
	return w, in.channels, err
}

func (l pooling) output(kind string, input []int) ([]int, error) {
	w, channels, err := l.window(kind, input)
	if err != nil {
		return nil, err
	}
	return []int{w.OH, w.OW, channels}, nil
}

// pooled is a pooling in a plan, over images sample by sample.
type pooled struct {
	asm.Window
	channels int
	x, y     *Tensor
}

// newPool makes the output of a pooling.
func newPool(b *Builder, kind string, l pooling, x *Tensor) (*pooled, error) {
	w, channels, err := l.window(kind, x.Shape)
	if err != nil {
		return nil, err
	}
	p := &pooled{Window: w, channels: channels, x: b.Rows(x)}
	p.y = b.RowTensor([]int{w.OH, w.OW, channels}, x.Grad != nil)
	return p, nil
}

// taps calls f for each tap of the window at output (r, q) that lies in the image, in
// row-major order, with its number in the window and where its pixel begins.
func (p *pooled) taps(r, q int, f func(tap, at int)) {
	for i := range p.KH {
		row := r*p.SH + i - p.Top
		if row < 0 || row >= p.H {
			continue
		}
		for j := range p.KW {
			if column := q*p.SW + j - p.Left; column >= 0 && column < p.W {
				f(i*p.KW+j, (row*p.W+column)*p.channels)
			}
		}
	}
}

func (p *pooled) forwardUses() []Use {
	return []Use{{Memory: p.x.Values, Split: engine.BySamples}, {Memory: p.y.Values, Split: engine.BySamples, Write: true}}
}

// MaxPooling2DLayer takes the maximum of a window.
type MaxPooling2DLayer struct{ pooling }

// MaxPooling2D makes the maximum of each window of rows×columns of images
// [rows][columns][channels], for each channel; the strides are the window's size, and
// nothing is padded. What lies outside of the image is left out. The gradient goes to
// the first of equal maxima, in row-major order; a window with a NaN is NaN and has
// none.
func MaxPooling2D(rows, columns int) MaxPooling2DLayer {
	return MaxPooling2DLayer{newPooling(rows, columns)}
}

// Same returns the layer with padding.
func (l MaxPooling2DLayer) Same() MaxPooling2DLayer { l.Padding = Same; return l }

// WithStrides returns the layer with other strides down and right.
func (l MaxPooling2DLayer) WithStrides(rows, columns int) MaxPooling2DLayer {
	l.Strides = [2]int{rows, columns}
	return l
}

// Kind returns "MaxPooling2D".
func (l MaxPooling2DLayer) Kind() string { return "MaxPooling2D" }

// Named returns the layer with a name.
func (l MaxPooling2DLayer) Named(name string) Layer { l.label = name; return l }

// Output returns [rows columns channels].
func (l MaxPooling2DLayer) Output(input []int) ([]int, error) { return l.output(l.Kind(), input) }

// Build adds the maximum.
func (l MaxPooling2DLayer) Build(b *Builder, x *Tensor) *Tensor {
	p, err := newPool(b, l.Kind(), l.pooling, x)
	if err != nil {
		b.Fail(err)
		return x
	}
	b.Forward(&maxPool{p})
	if dx := b.Gradient(p.x); dx != nil {
		b.Backward(&maxPoolGradient{p, dx})
	}
	return p.y
}

// maxPool computes the running maximum of each window, NaN where there is one.
type maxPool struct{ *pooled }

func (o *maxPool) Uses() []Use { return o.forwardUses() }

func (o *maxPool) Run(s *Step, worker, workers int) {
	lo, hi := s.SampleRange(worker, workers)
	for i := lo; i < hi; i++ {
		x, y := s.Floats(o.x.Values)[i*o.x.Features:][:o.x.Features], s.Floats(o.y.Values)[i*o.y.Features:][:o.y.Features]
		for r := range o.OH {
			for q := range o.OW {
				out := y[(r*o.OW+q)*o.channels:][:o.channels]
				for c := range out {
					out[c] = float32(math.Inf(-1))
				}
				o.taps(r, q, func(_, at int) {
					for c, v := range x[at : at+o.channels] {
						if v > out[c] || v != v {
							out[c] = v
						}
					}
				})
			}
		}
	}
}

// maxPoolGradient passes the gradient of each window to its first maximum.
type maxPoolGradient struct {
	*pooled
	dx *Memory
}

// Plan expects that one of a window's pixels has a gradient.
func (o *maxPoolGradient) Plan(*Builder) {
	o.dx.Split, o.dx.Density = engine.BySamples, min(1, o.y.Grad.Density/float64(o.SH*o.SW))
}

func (o *maxPoolGradient) Uses() []Use {
	return []Use{
		{Memory: o.x.Values, Split: engine.BySamples}, {Memory: o.y.Values, Split: engine.BySamples},
		{Memory: o.y.Grad, Split: engine.BySamples}, {Memory: o.dx, Split: engine.BySamples, Write: true},
	}
}

func (o *maxPoolGradient) Run(s *Step, worker, workers int) {
	lo, hi := s.SampleRange(worker, workers)
	for i := lo; i < hi; i++ {
		from, to := i*o.x.Features, i*o.y.Features
		x, dx := s.Floats(o.x.Values)[from:][:o.x.Features], s.Floats(o.dx)[from:][:o.x.Features]
		y, dy := s.Floats(o.y.Values)[to:][:o.y.Features], s.Floats(o.y.Grad)[to:][:o.y.Features]
		clear(dx)
		for r := range o.OH {
			for q := range o.OW {
				at := (r*o.OW + q) * o.channels
				o.window(dx, x, y[at:at+o.channels], dy[at:at+o.channels], r, q)
			}
		}
	}
}

// window adds the gradient of one window.
func (o *maxPoolGradient) window(dx, x, y, dy []float32, r, q int) {
	for c, m := range y {
		found := false
		o.taps(r, q, func(_, at int) {
			if !found && x[at+c] == m {
				dx[at+c] += dy[c]
				found = true
			}
		})
	}
}

// AveragePooling2DLayer takes the mean of a window.
type AveragePooling2DLayer struct{ pooling }

// AveragePooling2D makes the mean of each window of rows×columns of images
// [rows][columns][channels], for each channel; the strides are the window's size, and
// nothing is padded. What lies outside of the image is left out and not counted. The
// sum is in sixteen lanes by the number of the pixel in the window.
func AveragePooling2D(rows, columns int) AveragePooling2DLayer {
	return AveragePooling2DLayer{newPooling(rows, columns)}
}

// Same returns the layer with padding.
func (l AveragePooling2DLayer) Same() AveragePooling2DLayer { l.Padding = Same; return l }

// WithStrides returns the layer with other strides down and right.
func (l AveragePooling2DLayer) WithStrides(rows, columns int) AveragePooling2DLayer {
	l.Strides = [2]int{rows, columns}
	return l
}

// Kind returns "AveragePooling2D".
func (l AveragePooling2DLayer) Kind() string { return "AveragePooling2D" }

// Named returns the layer with a name.
func (l AveragePooling2DLayer) Named(name string) Layer { l.label = name; return l }

// Output returns [rows columns channels].
func (l AveragePooling2DLayer) Output(input []int) ([]int, error) { return l.output(l.Kind(), input) }

// Build adds the mean.
func (l AveragePooling2DLayer) Build(b *Builder, x *Tensor) *Tensor {
	p, err := newPool(b, l.Kind(), l.pooling, x)
	if err != nil {
		b.Fail(err)
		return x
	}
	return averaged(b, p)
}

// averaged adds the mean of windows.
func averaged(b *Builder, p *pooled) *Tensor {
	b.Scratch(17 * p.channels)
	b.Forward(&averagePool{p})
	if dx := b.Gradient(p.x); dx != nil {
		b.Backward(&averagePoolGradient{p, dx})
	}
	return p.y
}

// averagePool computes the mean of each window.
type averagePool struct{ *pooled }

func (o *averagePool) Uses() []Use { return o.forwardUses() }

func (o *averagePool) Run(s *Step, worker, workers int) {
	lanes := s.Scratch(worker)[:16*o.channels]
	lo, hi := s.SampleRange(worker, workers)
	for i := lo; i < hi; i++ {
		x, y := s.Floats(o.x.Values)[i*o.x.Features:][:o.x.Features], s.Floats(o.y.Values)[i*o.y.Features:][:o.y.Features]
		for r := range o.OH {
			for q := range o.OW {
				n := 0
				clear(lanes)
				o.taps(r, q, func(tap, at int) {
					n++
					lane := lanes[tap%16*o.channels:][:o.channels]
					for c, v := range x[at : at+o.channels] {
						lane[c] += v
					}
				})
				for h := 8; h > 0; h /= 2 {
					for c := range h * o.channels {
						lanes[c] += lanes[h*o.channels+c]
					}
				}
				out := y[(r*o.OW+q)*o.channels:][:o.channels]
				for c := range out {
					out[c] = lanes[c] / float32(n)
				}
			}
		}
	}
}

// averagePoolGradient divides the gradient of each window among its pixels.
type averagePoolGradient struct {
	*pooled
	dx *Memory
}

// Plan expects no zeros.
func (o *averagePoolGradient) Plan(*Builder) { o.dx.Split, o.dx.Density = engine.BySamples, 1 }

func (o *averagePoolGradient) Uses() []Use {
	return []Use{{Memory: o.y.Grad, Split: engine.BySamples}, {Memory: o.dx, Split: engine.BySamples, Write: true}}
}

func (o *averagePoolGradient) Run(s *Step, worker, workers int) {
	lo, hi := s.SampleRange(worker, workers)
	for i := lo; i < hi; i++ {
		dx, dy := s.Floats(o.dx)[i*o.x.Features:][:o.x.Features], s.Floats(o.y.Grad)[i*o.y.Features:][:o.y.Features]
		clear(dx)
		for r := range o.OH {
			for q := range o.OW {
				n := 0
				o.taps(r, q, func(int, int) { n++ })
				grad := dy[(r*o.OW+q)*o.channels:][:o.channels]
				o.taps(r, q, func(_, at int) {
					for c, d := range grad {
						dx[at+c] += d / float32(n)
					}
				})
			}
		}
	}
}

// GlobalAveragePooling2DLayer takes the mean of an image.
type GlobalAveragePooling2DLayer struct {
	label    string
	KeepDims bool `json:"keepdims,omitempty"`
}

// GlobalAveragePooling2D makes the mean of each channel of images
// [rows][columns][channels], a vector.
func GlobalAveragePooling2D() GlobalAveragePooling2DLayer { return GlobalAveragePooling2DLayer{} }

// Kind returns "GlobalAveragePooling2D".
func (l GlobalAveragePooling2DLayer) Kind() string { return "GlobalAveragePooling2D" }

// Name returns the layer's name.
func (l GlobalAveragePooling2DLayer) Name() string { return l.label }

// Named returns the layer with a name.
func (l GlobalAveragePooling2DLayer) Named(name string) Layer { l.label = name; return l }

// Output returns [channels], or [1 1 channels].
func (l GlobalAveragePooling2DLayer) Output(input []int) ([]int, error) {
	return globalOutput(l.Kind(), input, l.KeepDims)
}

func globalOutput(kind string, input []int, keep bool) ([]int, error) {
	in, err := imageOf(kind, input)
	if err != nil {
		return nil, err
	}
	if max(in.rows, in.columns) > mostSide {
		return nil, fmt.Errorf("a %s layer over images of %d×%d: at most %d", kind, in.rows, in.columns, mostSide)
	}
	if keep {
		return []int{1, 1, in.channels}, nil
	}
	return []int{in.channels}, nil
}

// Build adds the mean.
func (l GlobalAveragePooling2DLayer) Build(b *Builder, x *Tensor) *Tensor {
	p, shape, err := globalPool(b, l.Kind(), x, l.KeepDims)
	if err != nil {
		b.Fail(err)
		return x
	}
	return averaged(b, p).WithShape(shape...)
}

// globalPool returns a pooling of whole images, and the shape that it makes.
func globalPool(b *Builder, kind string, x *Tensor, keep bool) (*pooled, []int, error) {
	shape, err := globalOutput(kind, x.Shape, keep)
	if err != nil {
		return nil, nil, err
	}
	in, err := imageOf(kind, x.Shape)
	if err != nil {
		return nil, nil, err
	}
	p, err := newPool(b, kind, newPooling(in.rows, in.columns), x)
	return p, shape, err
}
