package onnx

import (
	"errors"
	"math"
	"slices"
	"sort"
	"strconv"
	"strings"

	"weft/nn/internal/tensor"
)

// Some layers are several operators in a graph, which fork at the head and meet
// again: x·sigmoid(x), x − mean(x), … . pattern collects the nodes between, writes
// what they compute as a formula in a normal form, and looks it up. Where it finds
// nothing it goes on to where the paths meet next: gelu ends with a factor, and
// x − mean(x) begins a normalization.

// expression is a node of a formula.
type expression struct {
	op     string // "x", "" for a number, "@" for a vector, or an operator
	args   []*expression
	number float64
	vector []float32
	text   string // the normal form
}

const (
	maxRegion  = 32   // nodes of a pattern
	maxFormula = 4000 // characters
)

var errFormula = errors.New("no formula")

// pattern takes the nodes from node i on that make one layer.
func (r *recognizer) pattern(i int) (done bool, err error) {
	branches := 0
	for _, at := range r.readers[r.head] {
		if !r.used[at] && r.m.Graph.Nodes[at].Op != "Shape" {
			branches++
		}
	}
	if branches < 2 || r.outputs[r.head] {
		return false, nil
	}
	var region []int
	for end := r.head; !r.outputs[end] && len(region) < maxRegion; {
		nodes, next := r.region(end, i)
		if nodes == nil {
			break
		}
		region, end = append(region, nodes...), next
		f := &formula{recognizer: r, made: map[string]int{}, exprs: map[string]*expression{}}
		for _, at := range region {
			f.made[r.m.Graph.Nodes[at].Outputs[0]] = at
		}
		e, err := f.of(end)
		if err == nil && r.layerOf(e, r.m.Graph.Nodes[region[len(region)-1]].name()) {
			for _, at := range region {
				r.used[at] = true
			}
			r.advance(end)
			return true, nil
		}
	}
	var ops []string
	for _, at := range r.readers[r.head] {
		ops = append(ops, r.m.Graph.Nodes[at].Op)
	}
	return false, tensor.Unsupported("%q is read by %d nodes (%s), which together are no layer that Weft knows: Weft's networks have no branches", r.head, branches, strings.Join(ops, ", "))
}

// region returns the nodes from node i on up to the first value that all paths from
// a value go through, and that value.
func (r *recognizer) region(from string, i int) (nodes []int, end string) {
	open := map[string]int{from: 0} // values and how many of their readers are left
	for _, at := range r.readers[from] {
		if !r.used[at] && r.m.Graph.Nodes[at].Op != "Shape" {
			open[from]++
		}
	}
	for ; i < len(r.used) && len(nodes) < maxRegion; i++ {
		n := &r.m.Graph.Nodes[i]
		reads := false
		for k, name := range n.Inputs {
			if _, ok := open[name]; !ok || r.used[i] || slices.Contains(n.Inputs[:k], name) {
				continue
			}
			reads = true
			if open[name]--; open[name] == 0 {
				delete(open, name)
			}
		}
		if !reads {
			continue
		}
		value := n.Outputs[0]
		nodes = append(nodes, i)
		open[value] = len(r.readers[value])
		if len(open) == 1 {
			return nodes, value
		}
	}
	return nil, ""
}

// formula writes values of a region in terms of the head.
type formula struct {
	*recognizer
	made   map[string]int // the node of the region that makes a value
	exprs  map[string]*expression
	length int
}

func (f *formula) of(name string) (*expression, error) {
	if e, ok := f.exprs[name]; ok {
		return e, nil
	}
	var e *expression
	var err error
	if name == f.head {
		e = &expression{op: "x", text: "x"}
	} else if t, ok := f.constants[name]; ok {
		e, err = f.constant(t)
	} else if at, ok := f.made[name]; ok {
		e, err = f.node(&f.m.Graph.Nodes[at])
	} else {
		err = errFormula
	}
	if err != nil {
		return nil, err
	}
	if f.length += len(e.text); f.length > maxFormula*maxRegion || len(e.text) > maxFormula {
		return nil, errFormula
	}
	f.exprs[name] = e
	return e, nil
}

func (f *formula) constant(t Tensor) (*expression, error) {
	if t.Len() == 1 {
		return numberOf(float64(t.Round()[0])), nil
	}
	if t.Len() != f.channels() || len(f.shape) == 3 && !f.fixed { // a layer must settle the axes first
		return nil, errFormula
	}
	if err := f.spend(4 * t.Len()); err != nil {
		return nil, err
	}
	v, _, err := f.perChannel(t.Round(), t.Shape, false)
	return &expression{op: "@", vector: v, text: "@"}, err
}

func numberOf(v float64) *expression {
	return &expression{number: v, text: strconv.FormatFloat(v, 'g', 5, 64)}
}

func (f *formula) node(n *Node) (*expression, error) {
	p := &parameters{node: n}
	var in []*expression
	for _, name := range n.Inputs {
		if isShape := n.Op == "Reshape" && len(in) == 1 || strings.HasPrefix(n.Op, "Reduce") && len(in) == 1; isShape {
			break
		}
		e, err := f.of(name)
		if err != nil {
			return nil, err
		}
		in = append(in, e)
	}
	if len(in) == 0 || n.Domain != "" || len(n.Outputs) != 1 {
		return nil, errFormula
	}
	e, err := f.apply(n, p, in)
	if err == nil {
		err = p.end()
	}
	return e, err
}

func (f *formula) apply(n *Node, p *parameters, in []*expression) (*expression, error) {
	switch n.Op {
	case "Identity":
		return in[0], nil
	case "Abs", "Sqrt", "Erf", "Tanh", "Sigmoid", "Softplus":
		return call(n.Op, in[:1]), nil
	case "HardSigmoid":
		return call("HardSigmoid"+numberOf(float64(p.float("alpha", 0.2))).text+"+"+numberOf(float64(p.float("beta", 0.5))).text, in[:1]), nil
	case "Neg":
		return multiply(numberOf(-1), in[0]), nil
	case "Reciprocal":
		return reciprocal(in[0]), nil
	case "ReduceMean":
		return f.mean(n, p, in[0])
	case "Reshape":
		return f.sameShape(n, p, in[0])
	}
	if len(in) != 2 {
		return nil, errFormula
	}
	return f.applyTwo(n, p, in)
}

func (f *formula) applyTwo(n *Node, p *parameters, in []*expression) (*expression, error) {
	switch n.Op {
	case "Add":
		return add(in[0], in[1]), nil
	case "Sub":
		return add(in[0], multiply(numberOf(-1), in[1])), nil
	case "Mul":
		return multiply(in[0], in[1]), nil
	case "Div":
		return multiply(in[0], reciprocal(in[1])), nil
	case "Pow":
		if k := in[1].number; in[1].op == "" && (k == 2 || k == 3) {
			return multiply(slices.Repeat([]*expression{in[0]}, int(k))...), nil
		}
	case "Concat":
		if axis := p.integer("axis", 0); axis == 1 || axis == -1 && len(f.shape) == 1 {
			return call("Concat", in), nil
		}
	}
	return nil, errFormula
}

// mean is the mean over the channels.
func (f *formula) mean(n *Node, p *parameters, of *expression) (*expression, error) {
	axes, err := f.axes(n, p, len(f.shape)+1, false)
	p.must("keepdims", 1)
	p.must("noop_with_empty_axes", 0)
	want := len(f.shape)
	if f.channelsFirst {
		want = 1
	}
	if err != nil || !slices.Equal(axes, []int{want}) {
		return nil, errFormula
	}
	return call("Mean", []*expression{of}), nil
}

// sameShape lets a Reshape pass that tf2onnx puts after the mean of a single pixel.
func (f *formula) sameShape(n *Node, p *parameters, of *expression) (*expression, error) {
	p.must("allowzero", 0)
	if len(n.Inputs) != 2 {
		return nil, errFormula
	}
	to, ok := f.constants[n.Inputs[1]]
	if !ok || of.op != "Mean" || !f.channelsFirst || f.shape[1]*f.shape[2] != 1 {
		return nil, errFormula
	}
	shape, err := to.Int64()
	if err != nil || !slices.Equal(shape, []int64{-1, 1, 1, 1}) {
		return nil, errFormula
	}
	return of, nil
}

func call(op string, args []*expression) *expression {
	texts := make([]string, len(args))
	for i, a := range args {
		texts[i] = a.text
	}
	if op == "Sqrt" && args[0].op == "+" && args[0].args[0].op == "" { // the number is captured, not compared
		texts[0] = "+(eps" + strings.TrimPrefix(args[0].text, "+("+args[0].args[0].text)
	}
	return &expression{op: op, args: args, text: op + "(" + strings.Join(texts, ",") + ")"}
}

func reciprocal(e *expression) *expression {
	if e.op == "" {
		return numberOf(1 / e.number)
	}
	return call("1/", []*expression{e})
}

func add(args ...*expression) *expression { return join("+", 0, args) }

func multiply(args ...*expression) *expression { return join("*", 1, args) }

// join makes a sum or product: terms of terms become its own, numbers become one,
// first, and the rest is in order.
func join(op string, neutral float64, args []*expression) *expression {
	number, rest := neutral, []*expression{}
	var collect func(list []*expression)
	collect = func(list []*expression) {
		for _, a := range list {
			switch {
			case a.op == op:
				collect(a.args)
			case a.op == "" && op == "+":
				number += a.number
			case a.op == "":
				number *= a.number
			default:
				rest = append(rest, a)
			}
		}
	}
	collect(args)
	sort.SliceStable(rest, func(i, j int) bool { return rest[i].text < rest[j].text })
	if len(rest) == 0 {
		return numberOf(number)
	}
	if number != neutral {
		rest = append([]*expression{numberOf(number)}, rest...)
	}
	if len(rest) == 1 {
		return rest[0]
	}
	return call(op, rest)
}

// The normal forms: numbers first with five digits, then by text. @ is a vector.
const (
	formSiLU     = "*(Sigmoid(x),x)"
	formHardSiLU = "*(HardSigmoid0.16667+0.5(x),x)"
	formSoftsign = "*(1/(+(1,Abs(x))),x)"
	formMish     = "*(Tanh(Softplus(x)),x)"
	formGELU     = "*(0.5,+(1,Erf(*(0.70711,x))),x)"
	formGELUTanh = "*(0.5,+(1,Tanh(*(0.79788,+(*(0.044715,x,x,x),x)))),x)"
	formBinary   = "Concat(+(1,*(-1,x)),x)" // scikit-learn: [1 − p, p]

	formCentered = "+(*(-1,Mean(x)),x)"
	formInverse  = "1/(Sqrt(+(eps,Mean(*(" + formCentered + "," + formCentered + ")))))"
	formNorm     = "*(" + formCentered + "," + formInverse + ")"
	formNormTF   = "+(*(-1," + formInverse + ",@,Mean(x)),*(" + formInverse + ",@,x),@)" // x·s − mean·s + beta, s = gamma/√…
)

var forms = map[string]Function{formSiLU: SiLU, formHardSiLU: HardSiLU, formMish: Mish, formSoftsign: Softsign, formGELU: GELU, formGELUTanh: GELUTanh}

// layerOf appends the layer of a formula, if there is one.
func (r *recognizer) layerOf(e *expression, name string) bool {
	if function, ok := forms[e.text]; ok {
		return r.append(&Activation{Name: name, Function: function}) == nil
	}
	switch e.text {
	case formBinary:
		if len(r.shape) != 1 || r.shape[0] != 1 || r.chain.TwoColumns {
			return false
		}
		r.chain.TwoColumns = true
		return true
	case formNorm, formNormTF:
		l := &LayerNormalization{Name: name, Epsilon: float32(epsilon(e))}
		if e.text == formNormTF {
			vectors := e.vectors(nil) // gamma, gamma, beta
			if l.Gamma, l.Beta = vectors[0], vectors[2]; !slices.Equal(l.Gamma, vectors[1]) {
				return false
			}
		}
		r.fixed = true
		return r.append(l) == nil
	}
	return false
}

// vectors collects the vectors of a formula in the order of its text.
func (e *expression) vectors(to [][]float32) [][]float32 {
	if e.op == "@" {
		return append(to, e.vector)
	}
	for _, a := range e.args {
		to = a.vectors(to)
	}
	return to
}

// epsilon finds the number under the root.
func epsilon(e *expression) float64 {
	if e.op == "Sqrt" {
		return e.args[0].args[0].number
	}
	for _, a := range e.args {
		if v := epsilon(a); !math.IsNaN(v) {
			return v
		}
	}
	return math.NaN()
}
