package onnx

import (
	"errors"
	"fmt"
	"slices"

	"weft/nn/internal/tensor"
)

func (r *recognizer) flatten(n *Node, p *parameters) error {
	if err := r.arity(n, 1, 1); err != nil {
		return err
	}
	axis := p.integer("axis", 1)
	if axis < 0 {
		axis += int64(len(r.shape)) + 1
	}
	if axis != 1 {
		return tensor.Unsupported("axis is %d: Weft keeps samples apart, as axis 1 does", axis)
	}
	size, ok := tensor.Elements(r.shape)
	if !ok {
		return fmt.Errorf("samples of shape %v are too large", r.shape)
	}
	return r.reshapeTo(n, []int{size})
}

// reshape follows the second input, constant or computed from shapes.
func (r *recognizer) reshape(n *Node, p *parameters) error {
	if err := r.arity(n, 2, 2); err != nil {
		return err
	}
	to, err := r.vector(n.Inputs[1])
	if err != nil {
		return err
	}
	shape, err := r.resolve(to, p.integer("allowzero", 0) != 0)
	if err != nil {
		return err
	}
	return r.reshapeTo(n, shape)
}

// resolve returns the shape of a sample after a Reshape to a list that may have a
// −1 and, without allowzero, zeros for sizes that stay.
func (r *recognizer) resolve(to []dim, allowZero bool) ([]int, error) {
	total, ok := tensor.Elements(r.shape)
	if len(to) < 2 || !ok || len(to) > tensor.MaxRank {
		return nil, tensor.Unsupported("it makes %d axes of samples of shape %v: the first must stay the batch", len(to), r.shape)
	}
	shape, free, rest := make([]int, len(to)-1), -1, 1
	for i, d := range to[1:] {
		switch {
		case d.batch:
			return nil, tensor.Unsupported("it moves the batch to axis %d: Weft keeps it first", i+1)
		case d.n == 0 && !allowZero && i < len(r.shape):
			shape[i] = r.shape[i]
		case d.n == -1 && free < 0:
			free, shape[i] = i, 1
		case d.n < 1:
			return nil, fmt.Errorf("axis %d becomes %d", i+1, d.n)
		default:
			shape[i] = d.n
		}
	}
	rest, ok = tensor.Elements(shape)
	if free >= 0 && ok && total%rest == 0 {
		shape[free] = total / rest
		rest = total
	}
	first := to[0]
	keeps := first.batch || first.n == -1 && free < 0 || first.n == 0 && !allowZero || r.batch > 0 && first.n == r.batch
	if !ok || rest != total || !keeps {
		return nil, tensor.Unsupported("it makes %v of samples of shape %v (batch first): Weft keeps samples apart", list(to), r.shape)
	}
	return shape, nil
}

// list is a computed shape as text.
func list(v []dim) []string {
	out := make([]string, len(v))
	for i, d := range v {
		if out[i] = fmt.Sprint(d.n); d.batch {
			out[i] = "batch"
		}
	}
	return out
}

// reshapeTo gives samples another shape with the same elements in the file's order.
func (r *recognizer) reshapeTo(n *Node, shape []int) error {
	if slices.Equal(shape, r.shape) {
		return nil
	}
	from := r.shape
	if g, ok := r.last().(*GlobalPool2D); ok && g.KeepDims && len(shape) == 1 {
		g.KeepDims = false
		r.shape, r.channelsFirst = shape, false
		return nil
	}
	switch {
	case r.flattened != nil: // back to the image alone
		if !slices.Equal(shape, r.flattened) {
			return tensor.Unsupported("it makes %v of a flattened image of %v (channels first): Weft keeps channels last and cannot follow", shape, r.flattened)
		}
		r.shape, r.flattened, r.channelsFirst = shape, nil, true
		return r.append(&Reshape{Name: n.name(), Shape: r.order()})
	case r.channelsFirst && len(shape) == 1:
		if !same(from) {
			r.flattened = from
		}
	case r.channelsFirst && !same(from):
		return tensor.Unsupported("it makes %v of an image of %v (channels first): Weft keeps channels last and cannot follow", shape, from)
	}
	r.shape, r.channelsFirst, r.fixed = shape, false, true
	if len(shape) == 1 {
		return r.append(&Flatten{Name: n.name()})
	}
	return r.append(&Reshape{Name: n.name(), Shape: slices.Clone(shape)})
}

// squeeze removes or adds axes of size 1.
func (r *recognizer) squeeze(n *Node, p *parameters) error {
	if err := r.arity(n, 1, 2); err != nil {
		return err
	}
	axes, err := r.axes(n, p, len(r.shape)+1, n.Op == "Unsqueeze")
	if err != nil {
		return err
	}
	if slices.Contains(axes, 0) {
		return tensor.Unsupported("it changes the axis of the batch")
	}
	for i := range axes {
		axes[i]-- // without the batch
	}
	shape, err := squeeze(r.shape, axes, n.Op == "Unsqueeze")
	if err != nil {
		return err
	}
	if len(shape) == 0 {
		return tensor.Unsupported("it leaves samples without an axis")
	}
	return r.reshapeTo(n, shape)
}

// transpose changes between channels first and last; nothing else.
func (r *recognizer) transpose(n *Node, p *parameters) error {
	if err := r.arity(n, 1, 1); err != nil {
		return err
	}
	perm := p.integers("perm")
	switch {
	case slices.Equal(perm, []int64{0, 1, 2, 3}[:min(4, len(r.shape)+1)]):
		return nil
	case len(r.shape) == 3 && slices.Equal(perm, []int64{0, 3, 1, 2}) && !r.channelsFirst:
		r.shape = []int{r.shape[2], r.shape[0], r.shape[1]}
		r.channelsFirst, r.fixed = true, true
		return nil
	case len(r.shape) == 3 && slices.Equal(perm, []int64{0, 2, 3, 1}):
		if err := r.image(); err != nil {
			return err
		}
		r.shape, r.channelsFirst = r.order(), false
		return nil
	}
	return tensor.Unsupported("it permutes the axes of %v (channels first: %t) by %v, which no layer of Weft does", r.shape, r.channelsFirst, perm)
}

func (r *recognizer) identity(n *Node, p *parameters) error { return r.arity(n, 1, 1) }

// cast changes the precision of floats, or makes floats of an integer input.
func (r *recognizer) cast(n *Node, p *parameters) error {
	p.ignore("saturate", "round_mode")
	to, err := elementOf(p.integer("to", 0))
	if err != nil {
		return err
	}
	if !to.IsFloat() {
		return tensor.Unsupported("it casts to %s: Weft computes with float32", to)
	}
	r.numeric = true
	return r.arity(n, 1, 1)
}

func (r *recognizer) dropout(n *Node, p *parameters) error {
	if err := r.arity(n, 1, 3); err != nil {
		return err
	}
	p.ignore("seed")
	rate := p.float("ratio", 0.5)
	if v, _, err := r.floats(n, 1); err != nil {
		return err
	} else if len(v) == 1 {
		rate = v[0]
	}
	if len(n.Inputs) > 2 && n.Inputs[2] != "" {
		t, ok := r.constants[n.Inputs[2]]
		if !ok || t.Len() != 1 || slices.Max(t.Data) != 0 {
			return tensor.Unsupported("it drops in training mode: export the model for inference")
		}
	}
	switch {
	case !(rate >= 0 && rate < 1):
		return fmt.Errorf("its ratio is %v", rate)
	case rate == 0:
		return nil
	}
	return r.append(&Dropout{Name: n.name(), Rate: rate})
}

// functions are the operators that are activations.
var functions = map[string]Function{
	"Relu": ReLU, "Sigmoid": Sigmoid, "Tanh": Tanh, "Exp": Exponential, "Softplus": Softplus, "Softsign": Softsign, "Mish": Mish, "HardSwish": HardSiLU,
	"LeakyRelu": LeakyReLU, "Elu": ELU, "Celu": CELU, "Selu": SELU, "Gelu": GELU, "HardSigmoid": HardSigmoid, "Swish": SiLU, "Softmax": Softmax, "LogSoftmax": LogSoftmax,
}

// The constants of Selu, as float32.
const (
	seluAlpha = 1.6732632
	seluGamma = 1.050701
)

func (r *recognizer) activation(n *Node, p *parameters) error {
	if err := r.arity(n, 1, 1); err != nil {
		return err
	}
	l := &Activation{Name: n.name(), Function: functions[n.Op]}
	switch l.Function {
	case LeakyReLU:
		l.Alpha = p.float("alpha", 0.01)
	case ELU, CELU:
		l.Alpha = p.float("alpha", 1)
	case HardSigmoid:
		l.Alpha, l.Beta = p.float("alpha", 0.2), p.float("beta", 0.5)
	case SiLU:
		p.mustFloat("alpha", 1)
	case SELU:
		near(p, "alpha", seluAlpha)
		near(p, "gamma", seluGamma)
	case GELU:
		switch how := p.string("approximate", "none"); how {
		case "none":
		case "tanh":
			l.Function = GELUTanh
		default:
			return fmt.Errorf("approximate is %q", how)
		}
	}
	return r.append(l)
}

// near fails where an attribute is not the value but for the last digits, in which
// exporters differ.
func near(p *parameters, name string, value float32) {
	if v := p.float(name, value); (v < value-1e-6 || v > value+1e-6) && p.err == nil {
		p.err = tensor.Unsupported("%s is %v, Weft has %v only", name, v, value)
	}
}

// clip is ReLU or ReLU6 where its bounds are theirs.
func (r *recognizer) clip(n *Node, p *parameters) error {
	if err := r.arity(n, 1, 3); err != nil {
		return err
	}
	const none = 3e38
	low, high := p.float("min", -none), p.float("max", none)
	for i, to := range []*float32{&low, &high} {
		if v, _, err := r.floats(n, 1+i); err != nil {
			return err
		} else if len(v) == 1 {
			*to = v[0]
		} else if v != nil {
			return errors.New("a bound is not one number")
		}
	}
	switch {
	case low == 0 && high == 6:
		return r.append(&Activation{Name: n.name(), Function: ReLU6})
	case low == 0 && high >= none:
		return r.append(&Activation{Name: n.name(), Function: ReLU})
	}
	return tensor.Unsupported("it clips to %v … %v, Weft to 0 … 6 and 0 … ∞", low, high)
}

func (r *recognizer) softmax(n *Node, p *parameters) error {
	if err := r.arity(n, 1, 1); err != nil {
		return err
	}
	rank := int64(len(r.shape)) + 1
	otherwise := int64(-1)
	if r.m.Opset < 13 {
		otherwise = 1
	}
	axis := p.integer("axis", otherwise)
	if axis < 0 {
		axis += rank
	}
	if axis == 1 && rank == 4 && r.m.Opset >= 13 && !r.channelsFirst && !r.fixed {
		if err := r.image(); err != nil {
			return err
		}
	}
	want := rank - 1
	if r.channelsFirst {
		want = 1
	}
	switch {
	case axis == 0:
		return tensor.Unsupported("it works on axis 0, over the samples of a batch: Weft's %s works on the classes of a sample", functions[n.Op])
	case axis != want, r.channelsFirst && r.m.Opset < 13:
		return tensor.Unsupported("it works on axis %d of %v, in opset %d: Weft's %s works on the channels", axis, r.shape, r.m.Opset, functions[n.Op])
	}
	r.fixed = true
	return r.append(&Activation{Name: n.name(), Function: functions[n.Op]})
}
