package onnx

import (
	"errors"
	"fmt"
	"slices"

	"weft/nn/internal/tensor"
)

// window is what convolutions and pooling share.
type window struct {
	rows, columns int
	strides       [2]int
	dilations     [2]int
	pads          [4]int // top, left, bottom, right
}

// window reads kernel_shape, strides, dilations, pads and auto_pad. kernel is the
// shape of the weights, nil for pooling.
func (r *recognizer) window(p *parameters, kernel []int) (w window, err error) {
	size, err := sizes(p, "kernel_shape", kernel, 1)
	if err != nil {
		return w, err
	}
	if kernel != nil && (size[0] != kernel[0] || size[1] != kernel[1]) {
		return w, fmt.Errorf("kernel_shape is %v, that of the weights %v", size, kernel)
	}
	strides, err := sizes(p, "strides", []int{1, 1}, 1)
	if err != nil {
		return w, err
	}
	dilations, err := sizes(p, "dilations", []int{1, 1}, 1)
	if err != nil {
		return w, err
	}
	pads, err := sizes(p, "pads", []int{0, 0, 0, 0}, 0)
	if err != nil {
		return w, err
	}
	w = window{rows: size[0], columns: size[1], strides: [2]int(strides), dilations: [2]int(dilations), pads: [4]int(pads)}
	return w, w.auto(p.string("auto_pad", "NOTSET"), r.shape[1:])
}

// sizes reads a list of numbers, as many as there are in otherwise.
func sizes(p *parameters, name string, otherwise []int, least int64) ([]int, error) {
	list := p.integers(name)
	if list == nil {
		if otherwise == nil {
			return nil, fmt.Errorf("it has no %s", name)
		}
		return otherwise, nil
	}
	n := 2
	if otherwise != nil {
		n = len(otherwise)
	}
	if len(list) != n {
		return nil, tensor.Unsupported("%s is %v: Weft's layers work on rows and columns", name, list)
	}
	out := make([]int, n)
	for i, v := range list {
		if v < least || v > 1<<14 {
			return nil, fmt.Errorf("%s is %v", name, list)
		}
		out[i] = int(v)
	}
	return out, nil
}

// auto computes the pads of auto_pad for an image.
func (w *window) auto(how string, image []int) error {
	switch how {
	case "NOTSET":
		return nil
	case "VALID":
		w.pads = [4]int{}
		return nil
	case "SAME_UPPER", "SAME_LOWER":
	default:
		return fmt.Errorf("auto_pad is %q", how)
	}
	for i, size := range []int{w.rows, w.columns} {
		out := (image[i] + w.strides[i] - 1) / w.strides[i]
		total := max(0, (out-1)*w.strides[i]+(size-1)*w.dilations[i]+1-image[i])
		less, more := total/2, total-total/2
		if how == "SAME_LOWER" {
			less, more = more, less
		}
		w.pads[i], w.pads[i+2] = less, more
	}
	return nil
}

// apply updates the size of the image. ceil rounds it up, as some pooling does.
func (w *window) apply(l *layout, channels int, ceil bool) error {
	out := []int{channels, 0, 0}
	for i, size := range []int{w.rows, w.columns} {
		room := l.shape[1+i] + w.pads[i] + w.pads[i+2] - (size-1)*w.dilations[i] - 1
		if room < 0 {
			return fmt.Errorf("its window of %d×%d is larger than the image of %d×%d with its pads", w.rows, w.columns, l.shape[1], l.shape[2])
		}
		if ceil && room%w.strides[i] != 0 {
			return tensor.Unsupported("ceil_mode adds a window that leaves the image, which Weft's pooling has not")
		}
		out[1+i] = room/w.strides[i] + 1
	}
	l.shape = out
	return nil
}

func (r *recognizer) conv(n *Node, p *parameters) error {
	if err := r.arity(n, 2, 3); err != nil {
		return err
	}
	if err := r.image(); err != nil {
		return err
	}
	weights, shape, err := r.floats(n, 1)
	if err != nil {
		return err
	}
	groups := int(min(p.integer("group", 1), 1<<30))
	if len(shape) != 4 || len(weights) == 0 || groups < 1 || shape[1]*groups != r.shape[0] || shape[0]%groups != 0 {
		return fmt.Errorf("its weights have shape %v in %d groups, which does not fit %d channels", shape, groups, r.shape[0])
	}
	if groups != 1 && groups != r.shape[0] {
		return tensor.Unsupported("it has %d groups of %d channels: Weft has convolutions of all channels and of each alone", groups, shape[1])
	}
	w, err := r.window(p, shape[2:])
	if err != nil {
		return err
	}
	bias, biasShape, err := r.floats(n, 2)
	if err != nil {
		return err
	}
	if bias != nil && (len(biasShape) != 1 || len(bias) != shape[0]) {
		return fmt.Errorf("its bias has shape %v for %d channels", biasShape, shape[0])
	}
	in := r.shape[0]
	if err := w.apply(&r.layout, shape[0], false); err != nil {
		return err
	}
	if groups > 1 {
		return r.append(&DepthwiseConv2D{
			Name: n.name(), Rows: w.rows, Columns: w.columns, In: in, Multiplier: shape[0] / in, Kernel: lastAxes(weights, shape[0], 1, w.rows*w.columns),
			Bias: bias, Strides: w.strides, Dilations: w.dilations, Pads: w.pads,
		}) // [in·multiplier, 1, rows, columns] → [rows, columns, in, multiplier]
	}
	return r.append(&Conv2D{
		Name: n.name(), Rows: w.rows, Columns: w.columns, In: in, Out: shape[0], Kernel: lastAxes(weights, shape[0], in, w.rows*w.columns),
		Bias: bias, Strides: w.strides, Dilations: w.dilations, Pads: w.pads,
	})
}

// lastAxes turns [out][in][pixels] into [pixels][in][out].
func lastAxes(from []float32, out, in, pixels int) []float32 {
	to := make([]float32, 0, len(from))
	for p := range pixels {
		for i := range in {
			for o := range out {
				to = append(to, from[(o*in+i)*pixels+p])
			}
		}
	}
	return to
}

func (r *recognizer) pool(n *Node, p *parameters) error {
	if err := r.arity(n, 1, 1); err != nil {
		return err
	}
	if err := r.image(); err != nil {
		return err
	}
	w, err := r.window(p, nil)
	if err != nil {
		return err
	}
	p.ignore("storage_order") // of the second output
	ceil := p.integer("ceil_mode", 0) != 0
	count := p.integer("count_include_pad", 0) != 0 && w.pads != [4]int{}
	if w.dilations != [2]int{1, 1} {
		return tensor.Unsupported("its window has dilations %v, which Weft's pooling has not", w.dilations)
	}
	if w.pads[0] >= w.rows || w.pads[2] >= w.rows || w.pads[1] >= w.columns || w.pads[3] >= w.columns {
		return fmt.Errorf("pads %v leave windows of %d×%d without a pixel", w.pads, w.rows, w.columns)
	}
	if err := w.apply(&r.layout, r.shape[0], ceil); err != nil {
		return err
	}
	return r.append(&Pool2D{Name: n.name(), Max: n.Op == "MaxPool", Rows: w.rows, Columns: w.columns, Strides: w.strides, Pads: w.pads, CountPads: count})
}

func (r *recognizer) globalPool(n *Node, p *parameters) error {
	if err := r.arity(n, 1, 1); err != nil {
		return err
	}
	if err := r.image(); err != nil {
		return err
	}
	r.shape = []int{r.shape[0], 1, 1}
	return r.append(&GlobalPool2D{Name: n.name(), Max: n.Op == "GlobalMaxPool", KeepDims: true})
}

// reduce is a global pool where it reduces rows and columns.
func (r *recognizer) reduce(n *Node, p *parameters) error {
	if err := r.arity(n, 1, 2); err != nil {
		return err
	}
	axes, err := r.axes(n, p, len(r.shape)+1, false)
	if err != nil {
		return err
	}
	keep := p.integer("keepdims", 1) != 0
	p.must("noop_with_empty_axes", 0)
	channels := 0
	switch {
	case len(r.shape) == 3 && slices.Equal(axes, []int{2, 3}):
		if err := r.image(); err != nil {
			return err
		}
		channels, r.shape = r.shape[0], []int{r.shape[0], 1, 1}
	case len(r.shape) == 3 && slices.Equal(axes, []int{1, 2}) && !r.channelsFirst:
		channels, r.shape = r.shape[2], []int{1, 1, r.shape[2]}
		r.fixed = true
	default:
		return tensor.Unsupported("it reduces axes %v of %v: Weft reduces the rows and columns of images", axes, r.shape)
	}
	if !keep {
		r.shape, r.channelsFirst = []int{channels}, false
	}
	return r.append(&GlobalPool2D{Name: n.name(), Max: n.Op == "ReduceMax", KeepDims: keep})
}

func (r *recognizer) batchNormalization(n *Node, p *parameters) error {
	if err := r.arity(n, 5, 5); err != nil {
		return err
	}
	p.must("training_mode", 0)
	p.must("spatial", 1)
	l := &BatchNormalization{Name: n.name(), Epsilon: p.float("epsilon", 1e-5), Momentum: p.float("momentum", 0.9)}
	switch len(r.shape) {
	case 1:
	case 3:
		if err := r.image(); err != nil {
			return err
		}
	default:
		return tensor.Unsupported("it normalizes samples of shape %v: Weft normalizes rows and images", r.shape)
	}
	for i, to := range []*[]float32{&l.Gamma, &l.Beta, &l.Mean, &l.Variance} {
		v, err := r.vector32(n, i+1)
		if err == nil && v == nil {
			err = errors.New("an input is missing")
		}
		if err != nil {
			return err
		}
		*to = v
	}
	return r.append(l)
}

func (r *recognizer) layerNormalization(n *Node, p *parameters) (err error) {
	if err := r.arity(n, 2, 3); err != nil {
		return err
	}
	axis := p.integer("axis", -1)
	p.ignore("stash_type")
	l := &LayerNormalization{Name: n.name(), Epsilon: p.float("epsilon", 1e-5)}
	if r.channelsFirst || axis != -1 && axis != int64(len(r.shape)) {
		return tensor.Unsupported("it normalizes over axis %d and those after it of %v: Weft normalizes over the channels", axis, r.shape)
	}
	r.fixed = true
	if l.Gamma, err = r.vector32(n, 1); err != nil {
		return err
	}
	if l.Beta, err = r.vector32(n, 2); err != nil {
		return err
	}
	return r.append(l)
}

// pad puts zeros around an image.
func (r *recognizer) pad(n *Node, p *parameters) error {
	if err := r.arity(n, 1, 4); err != nil {
		return err
	}
	pads, err := r.padList(n, p)
	if err != nil {
		return err
	}
	rank := len(r.shape) + 1
	inside := func(axes ...int) bool { // no pads elsewhere
		for i, v := range pads {
			if v != 0 && !slices.Contains(axes, i%rank) {
				return false
			}
		}
		return true
	}
	var four [4]int
	switch {
	case inside():
		return nil
	case rank == 4 && (r.channelsFirst || !r.fixed) && inside(2, 3):
		if err := r.image(); err != nil {
			return err
		}
		four = [4]int{pads[2], pads[3], pads[6], pads[7]}
		r.shape = []int{r.shape[0], r.shape[1] + four[0] + four[2], r.shape[2] + four[1] + four[3]}
	case rank == 4 && !r.channelsFirst && inside(1, 2):
		four = [4]int{pads[1], pads[2], pads[5], pads[6]}
		r.shape = []int{r.shape[0] + four[0] + four[2], r.shape[1] + four[1] + four[3], r.shape[2]}
		r.fixed = true
	default:
		return tensor.Unsupported("pads are %v: Weft pads the rows and columns of images", pads)
	}
	return r.append(&ZeroPadding2D{Name: n.name(), Pads: four})
}

// padList reads the pads of all axes, before and after, attributes before opset 11.
func (r *recognizer) padList(n *Node, p *parameters) ([]int, error) {
	if mode := p.string("mode", "constant"); mode != "constant" {
		return nil, tensor.Unsupported("mode is %q, Weft pads with zeros", mode)
	}
	p.mustFloat("value", 0)
	if value, _, err := r.floats(n, 2); err != nil {
		return nil, err
	} else if len(value) > 0 && value[0] != 0 {
		return nil, tensor.Unsupported("it pads with %v, Weft with zeros", value[0])
	}
	if len(n.Inputs) > 3 && n.Inputs[3] != "" {
		return nil, tensor.Unsupported("it names axes: export the model with opset %d", buildOpset)
	}
	list := p.integers("pads")
	if list == nil && len(n.Inputs) > 1 {
		t, ok := r.constants[n.Inputs[1]]
		if !ok {
			return nil, tensor.Unsupported("its pads are not constant")
		}
		var err error
		if list, err = t.Int64(); err != nil {
			return nil, err
		}
	}
	if len(list) != 2*(len(r.shape)+1) {
		return nil, fmt.Errorf("pads are %v for %d axes", list, len(r.shape)+1)
	}
	out := make([]int, len(list))
	for i, v := range list {
		if v < 0 || v > 1<<14 {
			return nil, tensor.Unsupported("pads are %v", list)
		}
		out[i] = int(v)
	}
	return out, nil
}
