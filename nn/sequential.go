package nn

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"weft/asm"
	"weft/matmul/pool"
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
	names  map[string]bool
	err    error // first mistake in the stack, reported by Build and Compile
	late   error // a layer was added after Build, reported by Compile and Fit

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
	position   position
	workerPool *pool.Pool
	fitting    bool // a Fit is under way, and this call comes from a callback
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
	if !utf8.ValidString(name) {
		m.fail(fmt.Errorf("nn: the name %q of a model is not valid UTF-8", name))
	}
	for _, l := range layers {
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
func (m *Sequential) Add(l Layer) {
	if m.compiled || m.shapes != nil {
		if m.late == nil {
			m.late = fmt.Errorf("nn: a layer was added to model %q after it was built, and not taken: add all layers first, to a new model", m.name)
		}
		return
	}
	if l == nil {
		m.fail(fmt.Errorf("nn: a nil layer was added to model %q: make layers with nn.Dense and its like", m.name))
		return
	}
	if in, ok := l.(inputLayer); ok {
		if len(m.layers) > 0 || m.input != nil {
			m.fail(fmt.Errorf("nn: Input must be the first layer of model %q", m.name))
		}
		m.giveInput(in.shape)
		return
	}
	if f, ok := l.(flattenLayer); ok && len(f.shape) > 0 {
		switch {
		case len(m.layers) > 0:
			m.fail(fmt.Errorf("nn: only a first layer gives the input shape: use nn.Flatten() inside model %q", m.name))
		case m.input != nil && !slices.Equal(m.input, f.shape):
			m.fail(fmt.Errorf("nn: model %q has the input shape %v, and a Flatten of %v: use nn.Flatten()", m.name, m.input, f.shape))
		default:
			m.giveInput(f.shape)
		}
	}
	if l.name() == "" {
		l = l.Named(m.scope.number(snake(l.kind())))
	}
	if !utf8.ValidString(l.name()) {
		m.fail(fmt.Errorf("nn: the name %q of a layer of model %q is not valid UTF-8", l.name(), m.name))
	}
	if m.names[l.name()] {
		m.fail(fmt.Errorf("nn: two layers of model %q are named %q: give each its own name", m.name, l.name()))
	}
	if m.names == nil {
		m.names = make(map[string]bool)
	}
	m.names[l.name()] = true
	m.layers = append(m.layers, l)
}

// giveInput takes the input shape of a first layer.
func (m *Sequential) giveInput(shape []int) {
	if err := m.checkInput(shape); err != nil {
		m.fail(err)
	}
	m.input = slices.Clone(shape)
}

// maxNumbers is the most numbers of a sample, units of a layer and parameters of
// a model: what an int32 holds, so that sizes fit an int on every platform.
const maxNumbers = math.MaxInt32

func (m *Sequential) checkInput(shape []int) error {
	switch n := product(shape); {
	case n == 0 || len(shape) == 0:
		return fmt.Errorf("nn: the input shape %v of model %q holds no number", shape, m.name)
	case n >= maxNumbers: // what an int cannot hold is the largest int
		return fmt.Errorf("nn: the input shape %v of model %q holds %d numbers or more: too many", shape, m.name, maxNumbers)
	}
	return nil
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
	if m.shapes != nil {
		_, _, err := m.sizes(input)
		return err
	}
	if m.err != nil {
		return m.err
	}
	o, err := m.outline(input)
	if err != nil {
		return err
	}
	m.input, m.shapes, m.nodes, m.params = o.input, o.shapes, o.nodes, o.params
	m.features, m.outputs = o.sizes()
	slab(func(alloc func(int) []float32) {
		for _, p := range m.params {
			p.w, p.b = alloc(p.panels()*p.out*asm.PanelWidth), alloc(p.out)
		}
	})
	m.draw()
	return nil
}

// sizes returns the numbers of a sample of the model and its outputs, or, where it is not
// built yet, those that Build would give it with this input: a set is checked with them
// before it gives the model its shape.
func (m *Sequential) sizes(input []int) (features, outputs int, err error) {
	if m.err != nil {
		return 0, 0, m.err
	}
	if m.shapes == nil {
		o, err := m.outline(input)
		if err != nil {
			return 0, 0, err
		}
		features, outputs = o.sizes()
		return features, outputs, nil
	}
	if len(input) > 0 && product(input) != m.features {
		return 0, 0, fmt.Errorf("nn: model %q takes samples of shape %v, not %v", m.name, m.input, input)
	}
	return m.features, m.outputs, nil
}

// outline is what shapes and layers make of a model: no memory yet.
type outline struct {
	input  []int
	shapes [][]int // output shape of each layer
	nodes  []node
	params []*parameters
	floats int // in all parameters
}

// sizes returns the numbers of a sample and of its output.
func (o *outline) sizes() (features, outputs int) {
	return product(o.input), product(o.shapes[len(o.shapes)-1])
}

// outline works out the shapes of all layers from the input shape of the model
// or, where no first layer gave it, from input.
func (m *Sequential) outline(input []int) (*outline, error) {
	if len(m.layers) == 0 {
		return nil, fmt.Errorf("nn: model %q has no layers", m.name)
	}
	shape := m.input
	switch {
	case shape == nil && len(input) == 0:
		return nil, fmt.Errorf("nn: the input shape of model %q is not known: begin with nn.Input(784) or nn.Flatten(28, 28), or call Build(784)", m.name)
	case shape == nil:
		if err := m.checkInput(input); err != nil {
			return nil, err
		}
		shape = slices.Clone(input)
	case len(input) > 0 && product(input) != product(shape):
		return nil, fmt.Errorf("nn: model %q takes samples of shape %v, not %v", m.name, shape, input)
	}
	o := &outline{input: shape}
	floats := int64(0)
	for i, l := range m.layers {
		out, err := l.output(shape)
		if err != nil {
			return nil, fmt.Errorf("nn: layer %q of model %q: %w", l.name(), m.name, err)
		}
		for _, n := range l.nodes(i, shape) {
			if n.dense != nil {
				floats += int64(n.dense.out) * (int64(n.dense.in) + 1) // below 2⁶² + 2³¹
				if floats > maxNumbers {
					return nil, fmt.Errorf("nn: layer %q of model %q: %d units for %d inputs bring the model above %d parameters", l.name(), m.name, n.dense.out, n.dense.in, maxNumbers)
				}
				o.params = append(o.params, &parameters{denseShape: *n.dense, layer: i, ends: []int{n.dense.out}})
			}
			o.nodes = append(o.nodes, n)
		}
		o.shapes = append(o.shapes, out)
		shape = out
	}
	o.floats = int(floats)
	return o, nil
}

// draw draws the weights, once shapes and seed are both known.
func (m *Sequential) draw() {
	if m.compiled && m.shapes != nil && m.fresh {
		for _, p := range m.params {
			p.initialize(m.seed)
		}
		m.fresh = false
	}
}

// checkLoss checks that the stack can be trained with a loss. It asks the
// layers alone, so that Compile finds a mistake also where the input shape is
// not known yet.
func (m *Sequential) checkLoss(loss Loss) error {
	var last node
	trainable := false
	for i, l := range m.layers {
		for _, n := range l.nodes(i, []int{1}) { // which work there is does not depend on the shape
			last, trainable = n, trainable || n.dense != nil
		}
	}
	if !trainable {
		return fmt.Errorf("nn: model %q has no weights to train: add a Dense layer", m.name)
	}
	if want, ok := loss.final(); ok && (last.dense != nil || last.rate > 0 || last.activation != want) {
		return fmt.Errorf("nn: loss %v wants a %s on the last layer of model %q: give it activations.%s", loss, want.Name(), m.name, title(want.Name()))
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
// one, which starts the optimizer anew. A Compile that fails changes nothing.
func (m *Sequential) Compile(c Config) error {
	if err := cmp.Or(m.err, m.late); err != nil {
		return err
	}
	if m.fitting {
		return errFitting
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
	if err := m.checkLoss(c.Loss); err != nil {
		return err
	}
	if m.input != nil {
		if err := m.Build(); err != nil {
			return err
		}
	}
	if err := m.SetResources(c.Workers, c.Kernels); err != nil {
		return err
	}
	m.optimizer, m.loss, m.seed = c.Optimizer, c.Loss, c.Seed
	m.compiled, m.steps, m.position = true, 0, position{}
	for _, p := range m.params {
		p.ws, p.bs = [2][]float32{}, [2][]float32{}
	}
	m.draw()
	return nil
}

// SetResources changes what a model computes with, as Config's Workers and
// Kernels say, and nothing else: a model that was loaded goes on training with
// the same bits. A callback of Fit may not call it.
func (m *Sequential) SetResources(workers int, kernels *asm.Kernels) error {
	if m.fitting {
		return errFitting
	}
	if workers < 0 {
		return fmt.Errorf("nn: %d workers: give at least 1, or 0 for all processors", workers)
	}
	if workers == 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	if kernels == nil {
		kernels = asm.Best()
	}
	m.workers, m.kernels = workers, kernels
	m.Close()
	return nil
}

// makeSlots makes the optimizer's slots, where they are not there yet.
func (m *Sequential) makeSlots() {
	if len(m.optimizer.Slots()) == 0 || m.params[0].ws[0] != nil {
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
// them again; one that is not closed leaves them parked. Called by a callback
// it does nothing: Fit needs them.
func (m *Sequential) Close() {
	if m.workerPool != nil && !m.fitting {
		m.workerPool.Close()
		m.workerPool = nil
	}
}

// pool returns the workers of the model.
func (m *Sequential) pool(workers int) *pool.Pool {
	if m.workerPool == nil {
		m.workerPool = pool.New(workers)
	}
	return m.workerPool
}

// errNotCompiled is what Fit and Evaluate return before Compile.
var errNotCompiled = errors.New("nn: the model is not compiled: call Compile first")

// errFitting is what Fit, Compile and SetResources return inside a callback.
var errFitting = errors.New("nn: the model is being trained: a callback may neither Fit nor Compile it, nor call SetResources")

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

// widest returns the outputs of the widest Dense layer.
func (m *Sequential) widest() int {
	n := 0
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
