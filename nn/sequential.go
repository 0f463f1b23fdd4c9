package nn

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"unicode"

	"weft/asm"
	"weft/matmul"
	"weft/optim"
)

// Scope numbers the names of models and of layers that have none of their own,
// as Keras does: dense, dense_1, … and sequential, sequential_1, … Models that
// share a scope are numbered together; the zero value is a fresh scope.
type Scope struct{ used map[string]int }

// number returns the next numbered name.
func (s *Scope) number(base string) string {
	if s.used == nil {
		s.used = map[string]int{}
	}
	n := s.used[base]
	s.used[base]++
	if n == 0 {
		return base
	}
	return fmt.Sprintf("%s_%d", base, n)
}

// Sequential is a stack of layers, each taking the output of the one before.
// It is not safe for use by several goroutines at once; [Predictor] serves from
// many.
type Sequential struct {
	name   string
	scope  *Scope
	layers []Layer // with names
	input  []int   // shape of one sample, nil until it is known
	err    error   // first mistake in the stack, reported by Build and Compile

	// after Build
	shapes   [][]int // output shape of each layer
	features int     // numbers in a sample
	outputs  int
	nodes    []node
	params   []*parameters

	// after Compile
	compiled   bool
	optimizer  optim.Optimizer
	loss       Loss
	kernels    *asm.Kernels
	workers    int
	seed       uint64
	fresh      bool // the weights are to be drawn at the next Build
	steps      int  // of the optimizer so far
	epochs     int  // trained so far
	workerPool *matmul.Pool
}

// NewSequential returns a model of the given layers in a naming scope of its
// own. An empty name is numbered: "sequential".
func NewSequential(name string, layers ...Layer) *Sequential {
	return new(Scope).Sequential(name, layers...)
}

// Sequential returns a model of the given layers that is numbered in scope s.
func (s *Scope) Sequential(name string, layers ...Layer) *Sequential {
	m := &Sequential{name: name, scope: s, fresh: true}
	if name == "" {
		m.name = s.number("sequential")
	}
	for _, l := range layers {
		m.Add(l)
	}
	return m
}

// Name returns the model's name.
func (m *Sequential) Name() string { return m.name }

// Add puts a layer on top. A mistake, such as a second layer of the same name
// or a layer added after Compile, is reported by Build and Compile.
func (m *Sequential) Add(l Layer) {
	if m.compiled || m.shapes != nil {
		m.fail(fmt.Errorf("nn: layer %q added to model %q after it was built: add all layers first", l.kind(), m.name))
		return
	}
	if in, ok := l.(inputLayer); ok {
		if len(m.layers) > 0 || m.input != nil {
			m.fail(fmt.Errorf("nn: Input must be the first layer of model %q", m.name))
		}
		m.setInput(in.shape)
		return
	}
	if f, ok := l.(flattenLayer); ok && len(f.shape) > 0 {
		if len(m.layers) > 0 {
			m.fail(fmt.Errorf("nn: only a first layer gives the input shape: use nn.Flatten() inside model %q", m.name))
		} else {
			m.setInput(f.shape)
		}
	}
	if l.name() == "" {
		l = l.Named(m.scope.number(snake(l.kind())))
	}
	for _, other := range m.layers {
		if other.name() == l.name() {
			m.fail(fmt.Errorf("nn: two layers of model %q are named %q: give each its own name", m.name, l.name()))
		}
	}
	m.layers = append(m.layers, l)
}

func (m *Sequential) setInput(shape []int) {
	if product(shape) == 0 {
		m.fail(fmt.Errorf("nn: the input shape %v of model %q holds no number", shape, m.name))
	}
	m.input = shape
}

func (m *Sequential) fail(err error) {
	if m.err == nil {
		m.err = err
	}
}

// snake turns a class name into a base for numbered names: "Dense" to "dense".
func snake(class string) string {
	var b strings.Builder
	for i, r := range class {
		if unicode.IsUpper(r) && i > 0 {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// Build fixes the shape of one sample, where no first layer gave it, and works
// out the shapes of all layers. Compile and Fit call it.
func (m *Sequential) Build(input ...int) error {
	if m.err != nil {
		return m.err
	}
	if m.shapes != nil {
		if len(input) > 0 && product(input) != m.features {
			return fmt.Errorf("nn: model %q takes samples of shape %v, not %v", m.name, m.input, input)
		}
		return nil
	}
	if len(m.layers) == 0 {
		return fmt.Errorf("nn: model %q has no layers", m.name)
	}
	if m.input == nil {
		if len(input) == 0 {
			return fmt.Errorf("nn: the input shape of model %q is not known: begin with nn.Input(784) or nn.Flatten(28, 28), or call Build(784)", m.name)
		}
		m.setInput(input)
		if m.err != nil {
			return m.err
		}
	}
	if len(input) > 0 && product(input) != product(m.input) {
		return fmt.Errorf("nn: model %q takes samples of shape %v, not %v", m.name, m.input, input)
	}
	shape := m.input
	var shapes [][]int
	var nodes []node
	var params []*parameters
	for i, l := range m.layers {
		out, err := l.output(shape)
		if err != nil {
			return fmt.Errorf("nn: layer %q of model %q: %w", l.name(), m.name, err)
		}
		for _, n := range l.nodes(i, shape) {
			if n.dense != nil {
				params = append(params, &parameters{denseShape: *n.dense, ld: pad16(n.dense.in), layer: i})
			}
			nodes = append(nodes, n)
		}
		shapes = append(shapes, out)
		shape = out
	}
	m.shapes, m.nodes, m.params = shapes, nodes, params
	m.features, m.outputs = product(m.input), product(shape)
	slab(func(alloc func(int) []float32) {
		for _, p := range params {
			p.w, p.b = alloc(p.out*p.ld), alloc(p.out)
		}
	})
	return m.ready()
}

// ready draws the weights and makes the optimizer's slots, once shapes and
// configuration are both known.
func (m *Sequential) ready() error {
	if !m.compiled || m.shapes == nil {
		return nil
	}
	if want, ok := m.loss.final(); ok {
		last := node{}
		if len(m.nodes) > 0 {
			last = m.nodes[len(m.nodes)-1]
		}
		if last.dense != nil || last.rate > 0 || last.activation != want {
			return fmt.Errorf("nn: loss %v wants a %s on the last layer of model %q: give it activations.%s", m.loss, want.Name(), m.name, title(want.Name()))
		}
	}
	if len(m.params) == 0 {
		return fmt.Errorf("nn: model %q has no weights to train: add a Dense layer", m.name)
	}
	if m.fresh {
		for _, p := range m.params {
			p.initialize(m.seed)
		}
		m.fresh = false
	}
	return nil
}

func title(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// Config says how a model is trained.
type Config struct {
	Optimizer optim.Optimizer // nil: RMSprop with Keras's defaults
	Loss      Loss            // zero: sparse categorical cross-entropy
	Seed      uint64          // of the initial weights, the shuffling and the dropout
	Workers   int             // goroutines that compute; 0: GOMAXPROCS. Never changes bits.
	Kernels   *asm.Kernels    // nil: the best of this CPU. Never changes bits.
}

// Compile chooses optimizer, loss and resources. The weights are drawn at the
// first Compile (or when the input shape becomes known) and kept by a later
// one, which starts the optimizer anew.
func (m *Sequential) Compile(c Config) error {
	if m.err != nil {
		return m.err
	}
	if err := asm.CheckEnvironment(); err != nil {
		return err
	}
	if c.Optimizer == nil {
		o, err := optim.ByName("rmsprop")
		if err != nil {
			return err
		}
		c.Optimizer = o
	}
	if err := c.Optimizer.Validate(); err != nil {
		return err
	}
	if int(c.Loss) >= len(lossNames) {
		return fmt.Errorf("nn: no loss %v: choose one of %v", c.Loss, lossNames)
	}
	if c.Workers < 0 {
		return fmt.Errorf("nn: %d workers: give at least 1, or 0 for all processors", c.Workers)
	}
	if c.Workers == 0 {
		c.Workers = runtime.GOMAXPROCS(0)
	}
	if c.Kernels == nil {
		c.Kernels = asm.Best()
	}
	m.optimizer, m.loss, m.seed, m.workers, m.kernels = c.Optimizer, c.Loss, c.Seed, c.Workers, c.Kernels
	m.compiled, m.steps = true, 0
	m.Close()
	for _, p := range m.params {
		p.ws, p.bs = [2][]float32{}, [2][]float32{}
	}
	if m.shapes != nil {
		return m.ready()
	}
	if m.input != nil {
		return m.Build()
	}
	return nil
}

// makeSlots makes the optimizer's slots, where they are not there yet.
func (m *Sequential) makeSlots() {
	if m.optimizer.Slots() == 0 || m.params[0].ws[0] != nil {
		return
	}
	slab(func(alloc func(int) []float32) {
		for _, p := range m.params {
			for i := range m.optimizer.Slots() {
				p.ws[i], p.bs[i] = alloc(len(p.w)), alloc(len(p.b))
			}
		}
	})
	for _, p := range m.params {
		p.reset(m.optimizer)
	}
}

// Close ends the goroutines that compute. A model that is used again starts
// them again; one that is not closed leaves them parked.
func (m *Sequential) Close() {
	if m.workerPool != nil {
		m.workerPool.Close()
		m.workerPool = nil
	}
}

// pool returns the workers of the model.
func (m *Sequential) pool(workers int) *matmul.Pool {
	if m.workerPool == nil {
		m.workerPool = matmul.NewPool(workers)
	}
	return m.workerPool
}

// errNotCompiled is what Fit and Evaluate return before Compile.
var errNotCompiled = errors.New("nn: the model is not compiled: call Compile first")

// trainingNodes returns the nodes without the final activation that the loss
// contains.
func (m *Sequential) trainingNodes() []node {
	if _, ok := m.loss.final(); ok {
		return m.nodes[:len(m.nodes)-1]
	}
	return m.nodes
}

// parametersOf returns the parameters of the layer at a position.
func (m *Sequential) parametersOf(layer int) *parameters {
	for _, p := range m.params {
		if p.layer == layer {
			return p
		}
	}
	panic(fmt.Sprintf("nn: layer %d of %d has no parameters", layer, len(m.layers)))
}

// widest returns how many floats of scratch the losses and bias gradients want.
func (m *Sequential) widest() int {
	n := 4*m.outputs + 16
	for _, p := range m.params {
		n = max(n, p.out)
	}
	return n
}

// FLOPs returns the floating-point operations of one sample in training: two
// for each multiply-add of the products of the forward pass, the gradient of
// the weights and, above the first Dense layer, of the input.
func (m *Sequential) FLOPs() int {
	n := 0
	for i, p := range m.params {
		n += 4 * p.in * p.out
		if i > 0 {
			n += 2 * p.in * p.out
		}
	}
	return n
}
