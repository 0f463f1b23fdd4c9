package archive

import (
	"fmt"
	"slices"
)

// Window is how a convolution or a pooling moves over an image.
type Window struct {
	Size     [2]int // rows, columns
	Strides  [2]int // zeros are 1, 1 for a convolution and the size for a pooling
	Dilation [2]int // of a convolution; zeros are 1, 1
	Same     bool   // padding "same" instead of "valid"
}

// output is the size of what the window makes of rows and columns. With "same"
// Keras pads the smaller half first.
func (w Window) output(in []int) ([2]int, error) {
	var out [2]int
	if err := axesOf(in, 3); err != nil {
		return out, err
	}
	for i := range out {
		size, stride, dilation := w.Size[i], w.Strides[i], max(1, w.Dilation[i])
		if w.Strides == [2]int{} {
			stride = 1
		}
		if size < 1 || stride < 1 || size > maxElements/dilation {
			return out, fmt.Errorf("a window of %v with strides %v", w.Size, w.Strides)
		}
		reach := (size-1)*dilation + 1
		if w.Same {
			out[i] = (in[i] + stride - 1) / stride
		} else {
			out[i] = (in[i]-reach)/stride + 1
			if in[i] < reach {
				return out, fmt.Errorf("a window of %d on %d rows or columns", reach, in[i])
			}
		}
	}
	return out, nil
}

// padding is "same" or "valid".
func (w *Window) padding(c *codec) {
	padding := "valid"
	if w.Same {
		padding = "same"
	}
	c.choice("padding", &padding, "valid", "same")
	w.Same = padding == "same"
}

// strides reads strides, which are the size of a pooling window where they are null.
func (w *Window) strides(c *codec, otherwise [2]int) { c.pairOr("strides", &w.Strides, otherwise) }

// dilation reads a dilation of the window.
func (w *Window) dilation(c *codec) { c.pairOr("dilation_rate", &w.Dilation, [2]int{1, 1}) }

// pairOr is a pair of at least 1 with a default that zeros stand for.
func (c *codec) pairOr(key string, p *[2]int, otherwise [2]int) {
	pair := *p
	if pair == [2]int{} {
		pair = otherwise
	}
	if c.pair(key, &pair, 1); !c.writing() {
		*p = pair
	}
}

// countOr is a count with a default of 1 that zero stands for.
func (c *codec) countOr(key string, p *int) {
	n := max(1, *p)
	if c.count(key, &n); !c.writing() {
		*p = n
	}
}

// Conv2D is a convolution of images, channels last, with a kernel
// [rows][columns][channels/Groups][Filters].
type Conv2D struct {
	Filters    int
	Window     Window
	Groups     int // 0 is 1
	Activation Activation
	NoBias     bool

	KernelInitializer Initializer // default GlorotUniform
	BiasInitializer   Initializer // default Zeros
	KernelRegularizer *Regularizer
	BiasRegularizer   *Regularizer
	KernelConstraint  *Constraint
	BiasConstraint    *Constraint
}

func (Conv2D) Class() string { return "Conv2D" }

func (l Conv2D) Output(in []int) ([]int, error) {
	out, err := l.Window.output(in)
	if g := max(1, l.Groups); err == nil && (in[2]%g != 0 || l.Filters%g != 0) {
		err = fmt.Errorf("%d channels and %d filters in %d groups", in[2], l.Filters, g)
	}
	return []int{out[0], out[1], l.Filters}, err
}

func (l Conv2D) Weights(in []int) []Tensor {
	shape := []int{l.Window.Size[0], l.Window.Size[1], in[2] / max(1, l.Groups), l.Filters}
	return withBias([]Tensor{{Name: "kernel", Shape: shape, Trained: true}}, !l.NoBias, l.Filters)
}

func (l *Conv2D) fields(c *codec) {
	c.count("filters", &l.Filters)
	c.pair("kernel_size", &l.Window.Size, 1)
	l.Window.strides(c, [2]int{1, 1})
	l.Window.padding(c)
	c.channelsLast()
	l.Window.dilation(c)
	c.countOr("groups", &l.Groups)
	c.activation("activation", &l.Activation)
	c.bias(&l.NoBias)
	c.initializer("kernel_initializer", &l.KernelInitializer, "GlorotUniform")
	c.initializer("bias_initializer", &l.BiasInitializer, "Zeros")
	c.regularizer("kernel_regularizer", &l.KernelRegularizer)
	c.regularizer("bias_regularizer", &l.BiasRegularizer)
	c.trainingOnly("activity_regularizer")
	c.constraint("kernel_constraint", &l.KernelConstraint)
	c.constraint("bias_constraint", &l.BiasConstraint)
	c.old("quantization_config")
	c.old("lora_rank")
}

// DepthwiseConv2D convolves each channel by itself with a kernel
// [rows][columns][channels][Multiplier].
type DepthwiseConv2D struct {
	Multiplier int // outputs for each channel; 0 is 1
	Window     Window
	Activation Activation
	NoBias     bool

	KernelInitializer Initializer // default GlorotUniform
	BiasInitializer   Initializer // default Zeros
	KernelRegularizer *Regularizer
	BiasRegularizer   *Regularizer
	KernelConstraint  *Constraint
	BiasConstraint    *Constraint
}

func (DepthwiseConv2D) Class() string { return "DepthwiseConv2D" }

func (l DepthwiseConv2D) Output(in []int) ([]int, error) {
	out, err := l.Window.output(in)
	if err != nil {
		return nil, err
	}
	return []int{out[0], out[1], l.channels(in)}, nil
}

func (l DepthwiseConv2D) Weights(in []int) []Tensor {
	shape := []int{l.Window.Size[0], l.Window.Size[1], in[2], max(1, l.Multiplier)}
	return withBias([]Tensor{{Name: "kernel", Shape: shape, Trained: true}}, !l.NoBias, l.channels(in))
}

func (l DepthwiseConv2D) channels(in []int) int { return in[2] * max(1, l.Multiplier) }

func (l *DepthwiseConv2D) fields(c *codec) {
	c.countOr("depth_multiplier", &l.Multiplier)
	c.pair("kernel_size", &l.Window.Size, 1)
	l.Window.strides(c, [2]int{1, 1})
	l.Window.padding(c)
	c.channelsLast()
	l.Window.dilation(c)
	c.old("groups", "1") // Keras 2
	c.activation("activation", &l.Activation)
	c.bias(&l.NoBias)
	c.initializer("depthwise_initializer", &l.KernelInitializer, "GlorotUniform")
	c.initializer("bias_initializer", &l.BiasInitializer, "Zeros")
	c.regularizer("depthwise_regularizer", &l.KernelRegularizer)
	c.regularizer("bias_regularizer", &l.BiasRegularizer)
	c.trainingOnly("activity_regularizer")
	c.constraint("depthwise_constraint", &l.KernelConstraint)
	c.constraint("bias_constraint", &l.BiasConstraint)
}

// Pooling2D is MaxPooling2D or, with Average, AveragePooling2D.
type Pooling2D struct {
	Average bool
	Window  Window
}

func (p Pooling2D) Class() string {
	if p.Average {
		return "AveragePooling2D"
	}
	return "MaxPooling2D"
}

func (p Pooling2D) Output(in []int) ([]int, error) {
	w := p.Window
	if w.Strides == [2]int{} {
		w.Strides = w.Size
	}
	out, err := w.output(in)
	if err != nil {
		return nil, err
	}
	return []int{out[0], out[1], in[2]}, nil
}

func (Pooling2D) Weights([]int) []Tensor { return nil }

func (p *Pooling2D) fields(c *codec) {
	if !c.writing() {
		p.Window.Size, p.Window.Dilation = [2]int{2, 2}, [2]int{1, 1}
	}
	c.pair("pool_size", &p.Window.Size, 1)
	p.Window.padding(c)
	p.Window.strides(c, p.Window.Size)
	c.channelsLast()
}

// GlobalPooling makes one number of each channel: the mean, or the maximum.
type GlobalPooling struct {
	// Kind is Keras's class: GlobalAveragePooling2D, GlobalMaxPooling2D,
	// GlobalAveragePooling1D or GlobalMaxPooling1D.
	Kind     string
	KeepDims bool
}

var globalPoolings = []string{"GlobalAveragePooling2D", "GlobalMaxPooling2D", "GlobalAveragePooling1D", "GlobalMaxPooling1D"}

func (g GlobalPooling) Class() string { return g.Kind }

func (g GlobalPooling) Output(in []int) ([]int, error) {
	axes := int(g.Kind[len(g.Kind)-2]-'0') + 1
	if err := axesOf(in, axes); err != nil {
		return nil, err
	}
	out := []int{in[axes-1]}
	if g.KeepDims {
		out = append(slices.Repeat([]int{1}, axes-1), out...)
	}
	return out, nil
}

func (GlobalPooling) Weights([]int) []Tensor { return nil }

func (g *GlobalPooling) fields(c *codec) {
	c.channelsLast()
	c.boolean("keepdims", &g.KeepDims)
}

// ZeroPadding2D puts zeros around an image.
type ZeroPadding2D struct {
	Padding [2][2]int // before and after the rows, before and after the columns
}

func (ZeroPadding2D) Class() string { return "ZeroPadding2D" }

func (z ZeroPadding2D) Output(in []int) ([]int, error) {
	if err := axesOf(in, 3); err != nil {
		return nil, err
	}
	p := z.Padding
	return []int{in[0] + p[0][0] + p[0][1], in[1] + p[1][0] + p[1][1], in[2]}, nil
}

func (ZeroPadding2D) Weights([]int) []Tensor { return nil }

func (z *ZeroPadding2D) fields(c *codec) {
	if c.writing() {
		p := z.Padding
		c.put("padding", fmt.Sprintf("[[%d, %d], [%d, %d]]", p[0][0], p[0][1], p[1][0], p[1][1]))
	} else if v := c.get("padding"); v.null() {
		z.Padding = [2][2]int{{1, 1}, {1, 1}}
	} else {
		c.fail("padding", z.read(v))
	}
	c.channelsLast()
}

// read takes n, [rows, columns] and [[before, after], [before, after]].
func (z *ZeroPadding2D) read(v value) error {
	items := []value{v, v}
	if v.kind() == "a list" {
		var err error
		if items, err = v.items(); err != nil {
			return err
		}
	}
	if len(items) != 2 {
		return fmt.Errorf("%s where two paddings are expected", clip(string(v)))
	}
	for i, item := range items {
		list, err := ints(item)
		if err != nil {
			return err
		}
		if len(list) == 1 {
			list = []int{list[0], list[0]}
		}
		if len(list) != 2 || list[0] < 0 || list[1] < 0 || list[0] >= 1<<30 || list[1] >= 1<<30 {
			return fmt.Errorf("%s where two sizes of at least 0 are expected", clip(string(item)))
		}
		z.Padding[i] = [2]int(list)
	}
	return nil
}
