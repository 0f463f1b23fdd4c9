package nn

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"weft/asm"
	"weft/matmul/pool"
	"weft/nn/internal/engine"
	"weft/nn/layers"
)

// NameScope numbers the names of models and of layers that have none of their own,
// as Keras does: dense, dense_1, … and sequential, sequential_1, … Models that share
// a scope are numbered together; the zero value is a fresh scope.
type NameScope struct{ used map[string]int }

// number returns the next numbered name.
func (s *NameScope) number(base string) string {
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

// stage is how far a model has come.
type stage uint8

const (
	open   stage = iota // layers may be added
	built               // shapes are known and there are parameters, without values
	filled              // the parameters have values
)

// Sequential is a stack of layers, each taking the output of the one before.
//
// Its methods may be called by several goroutines. Fit lets others in between two
// steps, so that Predict, Evaluate, Weights and Save of another goroutine, or of a
// callback, see the model after a whole step. A second Fit, a Compile or another
// change while a Fit runs is an error.
type Sequential struct {
	mu      sync.RWMutex
	fitting bool // a Fit is under way

	name   string
	scope  *NameScope
	layers []layers.Layer
	names  []string // of the layers
	input  []int    // shape of one sample, nil until it is known
	err    error    // first mistake in the stack, reported by Build and Compile
	late   error    // a layer was added after Build, reported by Compile and Fit

	stage    stage
	training *training // nil before Compile
	epochs   int       // trained so far

	// from Build on
	shapes   [][]int // output shape of each layer
	features int     // numbers in a sample
	outputs  int
	params   []*engine.Param

	kernels *asm.Kernels // nil: not chosen yet
	workers int

	pooling sync.Mutex // of pool, for those who have mu to read alone
	pool    *pool.Pool // nil: to be started
	cleanup runtime.Cleanup
}

// NewSequential returns a model of the given layers in a naming scope of its own. An
// empty name is numbered: "sequential".
func NewSequential(name string, stack ...layers.Layer) *Sequential {
	return new(NameScope).Sequential(name, stack...)
}

// Sequential returns a model of the given layers that is numbered in scope s.
func (s *NameScope) Sequential(name string, stack ...layers.Layer) *Sequential {
	m := &Sequential{name: name, scope: s}
	if name == "" {
		m.name = s.number("sequential")
	}
	if !utf8.ValidString(name) {
		m.fail(fmt.Errorf("nn: the name %q of a model is not valid UTF-8", name))
	}
	for _, l := range stack {
		m.Add(l)
	}
	return m
}

// Name returns the model's name.
func (m *Sequential) Name() string { return m.name }

// Add puts a layer on top. A mistake, such as a second layer of the same name, is
// reported by Build, Compile and what needs a built model. A layer that is added to a
// model which is built already is not taken, and reported by Compile and Fit: all that
// uses the model as it is goes on.
func (m *Sequential) Add(l layers.Layer) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.training != nil || m.stage != open {
		if m.late == nil {
			m.late = fmt.Errorf("nn: a layer was added to model %q after it was built, and not taken: add all layers first, to a new model", m.name)
		}
		return
	}
	if l == nil {
		m.fail(fmt.Errorf("nn: a nil layer was added to model %q: make layers with layers.Dense and its like", m.name))
		return
	}
	if m.giveInput(l) {
		return
	}
	name := l.Name()
	if name == "" {
		name = m.scope.number(snake(l.Kind()))
	}
	if !utf8.ValidString(name) {
		m.fail(fmt.Errorf("nn: the name %q of a layer of model %q is not valid UTF-8", name, m.name))
	}
	if slices.Contains(m.names, name) {
		m.fail(fmt.Errorf("nn: two layers of model %q are named %q: give each its own name", m.name, name))
	}
	m.layers, m.names = append(m.layers, l), append(m.names, name)
}

// giveInput takes the shape of a sample from a first layer. It reports whether that is
// all that the layer is for.
func (m *Sequential) giveInput(l layers.Layer) (only bool) {
	in, ok := l.(layers.InputShape)
	if !ok {
		return false
	}
	_, only = l.(layers.InputLayer)
	shape := in.InputShape()
	switch {
	case only && (len(m.layers) > 0 || m.input != nil):
		m.fail(fmt.Errorf("nn: Input must be the first layer of model %q", m.name))
		return true
	case !only && len(shape) == 0:
		return false
	case len(m.layers) > 0:
		m.fail(fmt.Errorf("nn: only a first layer gives the input shape: use layers.%s() inside model %q", l.Kind(), m.name))
		return false
	case m.input != nil && !slices.Equal(m.input, shape):
		m.fail(fmt.Errorf("nn: model %q has the input shape %v, and a %s of %v: use layers.%s()", m.name, m.input, l.Kind(), shape, l.Kind()))
		return false
	}
	if err := m.checkInput(shape); err != nil {
		m.fail(err)
	}
	m.input = slices.Clone(shape)
	return only
}

func (m *Sequential) checkInput(shape []int) error {
	switch n := engine.Product(shape); {
	case n == 0 || len(shape) == 0:
		return fmt.Errorf("nn: the input shape %v of model %q holds no number", shape, m.name)
	case n >= engine.MaxFloats: // what an int cannot hold is the largest int
		return fmt.Errorf("nn: the input shape %v of model %q holds %d numbers or more: too many", shape, m.name, engine.MaxFloats)
	}
	return nil
}

func (m *Sequential) fail(err error) {
	if m.err == nil {
		m.err = err
	}
}

// snake turns a class name into a base for numbered names as Keras does: "Dense" to
// "dense", "BatchNormalization" to "batch_normalization", "MaxPooling2D" to
// "max_pooling2d".
func snake(class string) string {
	var b strings.Builder
	runes := []rune(class)
	for i, r := range runes {
		if unicode.IsUpper(r) && i > 0 && !unicode.IsDigit(runes[i-1]) {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// Build fixes the shape of one sample, where no first layer gave it, and works out the
// shapes of all layers. Compile and Fit call it.
func (m *Sequential) Build(input ...int) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.build(input)
}

func (m *Sequential) build(input []int) error {
	if m.stage != open {
		_, err := m.sizes(input)
		return err
	}
	o, err := m.outline(input)
	if err != nil {
		return err
	}
	m.input, m.shapes, m.params = o.input, o.shapes, o.params
	m.features, m.outputs = o.features, o.outputs
	floats := 0
	for _, p := range m.params {
		floats += engine.Pad16(p.Layout.Floats())
	}
	memory := asm.Aligned(floats)
	for _, p := range m.params {
		n := p.Layout.Floats()
		p.Data, memory = memory[:n:n], memory[engine.Pad16(n):]
	}
	m.stage = built
	m.initialize()
	return nil
}

// initialize gives the parameters their first values, once shapes and seed are known.
func (m *Sequential) initialize() {
	if m.training == nil || m.stage != built {
		return
	}
	for _, p := range m.params {
		p.Initialize(m.training.seed)
	}
	m.stage = filled
}

// outline is what shapes and layers make of a model: no memory yet.
type outline struct {
	input             []int
	shapes            [][]int // output shape of each layer
	params            []*engine.Param
	features, outputs int
	floats            int // in all parameters
}

// sizes returns the outline of the model, or, where it is not built yet, the one that
// Build would give it with this input: data is checked with it before it gives the
// model its shape.
func (m *Sequential) sizes(input []int) (*outline, error) {
	if m.err != nil {
		return nil, m.err
	}
	if m.stage == open {
		return m.outline(input)
	}
	if len(input) > 0 && engine.Product(input) != m.features {
		return nil, fmt.Errorf("nn: model %q takes samples of shape %v, not %v", m.name, m.input, input)
	}
	return &outline{features: m.features, outputs: m.outputs, params: m.params}, nil
}

// outline works out the shapes of all layers from the input shape of the model or,
// where no first layer gave it, from input.
func (m *Sequential) outline(input []int) (*outline, error) {
	if m.err != nil {
		return nil, m.err
	}
	if len(m.layers) == 0 {
		return nil, fmt.Errorf("nn: model %q has no layers", m.name)
	}
	shape := m.input
	switch {
	case shape == nil && len(input) == 0:
		return nil, fmt.Errorf("nn: the input shape of model %q is not known: begin with layers.Input(784) or layers.Flatten(28, 28), or call Build(784)", m.name)
	case shape == nil:
		if err := m.checkInput(input); err != nil {
			return nil, err
		}
		shape = slices.Clone(input)
	case len(input) > 0 && engine.Product(input) != engine.Product(shape):
		return nil, fmt.Errorf("nn: model %q takes samples of shape %v, not %v", m.name, shape, input)
	}
	o := &outline{input: shape, features: engine.Product(shape)}
	for i, l := range m.layers {
		out, err := l.Output(shape)
		if err == nil && engine.Product(out) < 1 {
			err = fmt.Errorf("its output shape %v holds no number", out)
		}
		if err != nil {
			return nil, fmt.Errorf("nn: layer %q of model %q: %w", m.names[i], m.name, err)
		}
		o.shapes = append(o.shapes, out)
		shape = out
	}
	o.outputs = engine.Product(shape)
	b := engine.NewOutline(network(m.layers), o.input)
	if layer, err := b.Err(); err != nil {
		return nil, fmt.Errorf("nn: layer %q of model %q: %w", m.names[layer], m.name, err)
	}
	o.params = b.Params()
	for _, p := range o.params {
		o.floats += p.Size()
	}
	return o, nil
}

// network returns what the engine runs: a stack of layers.
func network(stack []layers.Layer) engine.Network {
	return func(b *engine.Builder, x *engine.Tensor) *engine.Tensor {
		for i, l := range stack {
			b.Layer(i)
			x = l.Build(b, x)
		}
		return x
	}
}

// Close ends the goroutines that compute. A model that is used again starts them
// again; those of a model that is dropped without Close end when the garbage collector
// finds it. While a Fit is under way Close does nothing.
func (m *Sequential) Close() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.fitting {
		m.closePool()
	}
}

func (m *Sequential) closePool() {
	if m.pool != nil {
		m.cleanup.Stop()
		m.pool.Close()
		m.pool = nil
	}
}

// startPool makes the workers of the model ready. The caller has mu, to read at least.
func (m *Sequential) startPool() {
	m.pooling.Lock()
	defer m.pooling.Unlock()
	if m.pool == nil {
		m.pool = pool.New(m.workers)
		m.cleanup = runtime.AddCleanup(m, (*pool.Pool).Close, m.pool)
	}
}

// errFitting is what Fit, Compile and SetResources return while a Fit is under way.
var errFitting = errors.New("nn: the model is being trained: it can be neither trained a second time nor compiled or moved to other resources meanwhile, by a callback or another goroutine")

// FLOPs returns the floating-point operations of one sample in training: two for each
// multiply-add of the products of the forward pass, the gradient of the weights and,
// above the first layer with weights, of the input.
func (m *Sequential) FLOPs() int {
	m.mu.RLock()
	defer m.mu.RUnlock()
	n := 0
	for _, p := range m.params {
		passes := 3
		if p.Input {
			passes = 2
		}
		n += 2 * passes * p.Products * p.Size()
	}
	return n
}
