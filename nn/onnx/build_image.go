package onnx

import "fmt"

// firstAxes turns [pixels][in][out] into [out][in][pixels].
func firstAxes(from []float32, out, in, pixels int) []float32 {
	to := make([]float32, 0, len(from))
	for o := range out {
		for i := range in {
			for p := range pixels {
				to = append(to, from[(p*in+i)*out+o])
			}
		}
	}
	return to
}

// slide updates the size of the image.
func (b *builder) slide(w window, channels int) error {
	if w.rows < 1 || w.columns < 1 || channels < 1 {
		return fmt.Errorf("a window of %d×%d for %d channels", w.rows, w.columns, channels)
	}
	for i := range 2 {
		if w.strides[i] < 1 || w.dilations[i] < 1 || w.pads[i] < 0 || w.pads[i+2] < 0 {
			return fmt.Errorf("strides %v, dilations %v, pads %v", w.strides, w.dilations, w.pads)
		}
	}
	l := layout{shape: []int{b.shape[2], b.shape[0], b.shape[1]}}
	if err := w.apply(&l, channels, false); err != nil {
		return err
	}
	b.shape = []int{l.shape[1], l.shape[2], channels}
	return nil
}

func (w *window) attributes() []Attribute {
	return []Attribute{listAttribute("kernel_shape", w.rows, w.columns), listAttribute("pads", w.pads[:]...), listAttribute("strides", w.strides[:]...)}
}

func (b *builder) conv(l *Conv2D) error {
	if err := b.image(); err != nil {
		return err
	}
	w := window{l.Rows, l.Columns, l.Strides, l.Dilations, l.Pads}
	pixels := l.Rows * l.Columns
	if l.In != b.channels() || len(l.Kernel) != pixels*l.In*l.Out || l.Bias != nil && len(l.Bias) != l.Out {
		return fmt.Errorf("a kernel of %d×%d×%d×%d with %d weights and %d biases does not fit %v", l.Rows, l.Columns, l.In, l.Out, len(l.Kernel), len(l.Bias), b.shape)
	}
	if err := b.slide(w, l.Out); err != nil {
		return err
	}
	inputs := []string{b.floats(l.Name+"/kernel", []int{l.Out, l.In, l.Rows, l.Columns}, firstAxes(l.Kernel, l.Out, l.In, pixels))}
	if l.Bias != nil {
		inputs = append(inputs, b.floats(l.Name+"/bias", []int{l.Out}, l.Bias))
	}
	b.node("Conv", l.Name, inputs, append(w.attributes(), listAttribute("dilations", l.Dilations[:]...))...)
	return nil
}

func (b *builder) depthwise(l *DepthwiseConv2D) error {
	if err := b.image(); err != nil {
		return err
	}
	w := window{l.Rows, l.Columns, l.Strides, l.Dilations, l.Pads}
	pixels, out := l.Rows*l.Columns, l.In*l.Multiplier
	if l.In != b.channels() || len(l.Kernel) != pixels*out || l.Bias != nil && len(l.Bias) != out {
		return fmt.Errorf("a kernel of %d×%d×%d×%d with %d weights and %d biases does not fit %v", l.Rows, l.Columns, l.In, l.Multiplier, len(l.Kernel), len(l.Bias), b.shape)
	}
	if err := b.slide(w, out); err != nil {
		return err
	}
	inputs := []string{b.floats(l.Name+"/kernel", []int{out, 1, l.Rows, l.Columns}, firstAxes(l.Kernel, out, 1, pixels))}
	if l.Bias != nil {
		inputs = append(inputs, b.floats(l.Name+"/bias", []int{out}, l.Bias))
	}
	b.node("Conv", l.Name, inputs, append(w.attributes(), listAttribute("dilations", l.Dilations[:]...), integerAttribute("group", int64(l.In)))...)
	return nil
}

func (b *builder) pool(l *Pool2D) error {
	if err := b.image(); err != nil {
		return err
	}
	w := window{l.Rows, l.Columns, l.Strides, [2]int{1, 1}, l.Pads}
	if l.Pads[0] >= l.Rows || l.Pads[2] >= l.Rows || l.Pads[1] >= l.Columns || l.Pads[3] >= l.Columns {
		return fmt.Errorf("pads %v leave windows of %d×%d without a pixel", l.Pads, l.Rows, l.Columns)
	}
	if err := b.slide(w, b.channels()); err != nil {
		return err
	}
	if l.Max {
		b.node("MaxPool", l.Name, nil, w.attributes()...)
		return nil
	}
	count := int64(0)
	if l.CountPads {
		count = 1
	}
	b.node("AveragePool", l.Name, nil, append(w.attributes(), integerAttribute("count_include_pad", count))...)
	return nil
}

func (b *builder) globalPool(l *GlobalPool2D) error {
	if err := b.image(); err != nil {
		return err
	}
	op, name := "GlobalAveragePool", l.Name
	if l.Max {
		op = "GlobalMaxPool"
	}
	b.shape = []int{1, 1, b.channels()}
	b.node(op, name, nil)
	if !l.KeepDims {
		b.node("Flatten", l.Name+"/Flatten", nil, integerAttribute("axis", 1))
		b.first, b.shape = false, b.shape[2:]
	}
	return nil
}

func (b *builder) batchNormalization(l *BatchNormalization) error {
	if len(b.shape) == 3 {
		b.channelsFirst()
	} else if len(b.shape) != 1 {
		return fmt.Errorf("it needs a row or an image, not %v", b.shape)
	}
	var inputs []string
	for _, part := range []struct {
		name string
		v    []float32
	}{{"gamma", l.Gamma}, {"beta", l.Beta}, {"mean", l.Mean}, {"variance", l.Variance}} {
		if len(part.v) != b.channels() {
			return fmt.Errorf("%s has %d numbers for %d channels", part.name, len(part.v), b.channels())
		}
		inputs = append(inputs, b.floats(l.Name+"/"+part.name, []int{len(part.v)}, part.v))
	}
	b.node("BatchNormalization", l.Name, inputs, floatAttribute("epsilon", l.Epsilon), floatAttribute("momentum", l.Momentum))
	return nil
}

func (b *builder) pad(l *ZeroPadding2D) error {
	if len(b.shape) != 3 || l.Pads[0] < 0 || l.Pads[1] < 0 || l.Pads[2] < 0 || l.Pads[3] < 0 {
		return fmt.Errorf("pads %v of %v", l.Pads, b.shape)
	}
	t, left, bottom, right := int64(l.Pads[0]), int64(l.Pads[1]), int64(l.Pads[2]), int64(l.Pads[3])
	pads := []int64{0, t, left, 0, 0, bottom, right, 0}
	if b.first {
		pads = []int64{0, 0, t, left, 0, 0, bottom, right}
	}
	b.node("Pad", l.Name, []string{b.integers(l.Name+"/pads", pads)})
	b.shape = []int{b.shape[0] + l.Pads[0] + l.Pads[2], b.shape[1] + l.Pads[1] + l.Pads[3], b.shape[2]}
	return nil
}
