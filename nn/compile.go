package nn

import (
	"cmp"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"

	"weft/activations"
	"weft/asm"
	"weft/nn/internal/engine"
	"weft/nn/layers"
	"weft/nn/losses"
	"weft/nn/metrics"
	"weft/optim"
)

// CompileOptions say how a model is trained and what it computes with.
type CompileOptions struct {
	Optimizer optim.Optimizer  // nil: RMSprop with Keras's defaults
	Schedule  optim.Schedule   // of the learning rate, in place of the optimizer's; nil: that
	Loss      losses.Loss      // nil: sparse categorical cross-entropy
	Metrics   []metrics.Metric // over whole sets; nil: accuracy, where the loss has one
	Seed      uint64           // of the initial weights, the shuffling and the dropout
	Workers   int              // goroutines that compute; 0: GOMAXPROCS. Never changes bits.
	Kernels   *asm.Kernels     // nil: the best of this CPU. Never changes bits.
}

// training is what Compile chooses and where training has come.
type training struct {
	optimizer optim.Optimizer
	schedule  optim.Schedule // nil: the optimizer's own rate
	loss      losses.Loss
	metrics   []metrics.Metric // but for the accuracy that the loss counts
	accuracy  bool             // the loss's accuracy is reported
	seed      uint64
	stack     []layers.Layer         // without the last activation where the loss contains it
	final     activations.Activation // that one; nil: none
	steps     int                    // of the optimizer so far
	position  position               // inside an epoch
}

// Compile chooses optimizer, loss, metrics and resources. The weights get their first
// values at the first Compile (or when the input shape becomes known) and are kept by
// a later one, which starts the optimizer anew. A Compile that fails changes nothing.
func (m *Sequential) Compile(o CompileOptions) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := cmp.Or(m.err, m.late); err != nil {
		return err
	}
	if m.fitting {
		return errFitting
	}
	t, err := m.newTraining(o)
	if err != nil {
		return err
	}
	if err := checkResources(o.Workers, o.Kernels); err != nil {
		return err
	}
	if m.input != nil {
		outline, err := m.sizes(nil)
		if err != nil {
			return err
		}
		if err := m.checkTraining(t, outline); err != nil {
			return err
		}
		if err := m.build(nil); err != nil {
			return err
		}
	}
	m.setResources(o.Workers, o.Kernels)
	m.training = t
	for _, p := range m.params {
		p.Slots = nil
	}
	m.initialize()
	return nil
}

// newTraining checks what can be checked of the options without the input shape.
func (m *Sequential) newTraining(o CompileOptions) (*training, error) {
	if err := asm.CheckEnvironment(); err != nil {
		return nil, err
	}
	if len(m.layers) == 0 {
		return nil, fmt.Errorf("nn: model %q has no layers", m.name)
	}
	if o.Optimizer == nil {
		rule, err := optim.ByName("rmsprop")
		if err != nil {
			return nil, err
		}
		o.Optimizer = rule
	}
	if err := o.Optimizer.Validate(); err != nil {
		return nil, err
	}
	if o.Schedule != nil {
		if err := o.Schedule.Validate(); err != nil {
			return nil, err
		}
	}
	if o.Loss == nil {
		o.Loss = losses.SparseCategoricalCrossentropy
	}
	if i := slices.Index(o.Metrics, nil); i >= 0 {
		return nil, fmt.Errorf("nn: metric %d is nil", i)
	}
	t := &training{optimizer: o.Optimizer, schedule: o.Schedule, loss: o.Loss, seed: o.Seed}
	t.accuracy = o.Metrics == nil && losses.Answers(o.Loss, 1, 1) > 0
	for _, metric := range o.Metrics {
		if metric == metrics.Accuracy() && losses.Answers(o.Loss, 1, 1) > 0 {
			t.accuracy = true // which the loss counts as it goes
		} else {
			t.metrics = append(t.metrics, metric)
		}
	}
	if err := m.peel(t); err != nil {
		return nil, err
	}
	return t, nil
}

// rate returns the learning rate of the next step.
func (t *training) rate() float64 {
	if t.schedule != nil {
		return t.schedule.Rate(t.steps)
	}
	return t.optimizer.Rate()
}

// peel takes the last activation off the stack that is trained where the loss contains
// it.
func (m *Sequential) peel(t *training) error {
	t.stack = m.layers
	want := losses.FinalOf(t.loss)
	if want == nil {
		return nil
	}
	last := len(m.layers) - 1
	if l, ok := m.layers[last].(layers.Activated); ok {
		if rest, fn := l.Final(); fn == want {
			t.stack = append(slices.Clone(m.layers[:last]), rest)
			t.final = fn
			return nil
		}
	}
	return fmt.Errorf("nn: loss %s wants a %s on the last layer of model %q: give it activations.%s", t.loss.Name(), want.Name(), m.name, title(want.Name()))
}

func title(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// checkTraining checks a model whose shape is known against its loss and metrics.
func (m *Sequential) checkTraining(t *training, o *outline) error {
	if !slices.ContainsFunc(o.params, func(p *engine.Param) bool { return p.Trained && !p.Frozen }) {
		return fmt.Errorf("nn: model %q has no weights to train: add a Dense layer", m.name)
	}
	if c, ok := t.loss.(losses.Checked); ok {
		if err := c.CheckOutputs(o.outputs); err != nil {
			return fmt.Errorf("nn: loss %s does not suit the %d outputs of model %q: %w", t.loss.Name(), o.outputs, m.name, err)
		}
	}
	for _, metric := range t.metrics {
		if c, ok := metric.(metrics.Checked); ok {
			if err := c.Check(o.outputs, losses.WantsClasses(t.loss)); err != nil {
				return fmt.Errorf("nn: metric %s of model %q: %w", metric.Name(), m.name, err)
			}
		}
	}
	return nil
}

// SetResources changes what a model computes with, as the Workers and Kernels of
// CompileOptions say, and nothing else: a model that was loaded goes on training with
// the same bits. While a Fit is under way it is an error.
func (m *Sequential) SetResources(workers int, kernels *asm.Kernels) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fitting {
		return errFitting
	}
	if err := checkResources(workers, kernels); err != nil {
		return err
	}
	m.setResources(workers, kernels)
	return nil
}

// mostWorkers is more than any machine has use for.
const mostWorkers = 1 << 12

func checkResources(workers int, kernels *asm.Kernels) error {
	if workers < 0 || workers > mostWorkers {
		return fmt.Errorf("nn: %d workers: give 1 to %d, or 0 for all processors", workers, mostWorkers)
	}
	if kernels != nil {
		return kernels.Validate()
	}
	return nil
}

func (m *Sequential) setResources(workers int, kernels *asm.Kernels) {
	if workers == 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	if kernels == nil {
		kernels = asm.Best()
	}
	m.workers, m.kernels = workers, kernels
	m.closePool()
}

// makeSlots makes the optimizer's slots, where they are not there yet.
func (m *Sequential) makeSlots() {
	start := m.training.optimizer.Slots()
	for _, p := range m.params {
		if !p.Trained || len(p.Slots) == len(start) {
			continue
		}
		p.Slots = make([][]float32, len(start))
		memory := asm.Aligned(len(start) * engine.Pad16(len(p.Data)))
		for i, v := range start {
			p.Slots[i], memory = memory[:len(p.Data):len(p.Data)], memory[engine.Pad16(len(p.Data)):]
			if v == 0 {
				continue
			}
			for j := range p.Slots[i] {
				p.Slots[i][j] = v
			}
		}
	}
}

// errNotCompiled is what Fit and Evaluate return before Compile.
var errNotCompiled = errors.New("nn: the model is not compiled: call Compile first")

// options returns what the engine makes a plan from.
func (m *Sequential) options(stack []layers.Layer, data *engine.Source) *engine.Options {
	m.startPool()
	return &engine.Options{
		Kernels: m.kernels, Pool: m.pool, Workers: m.workers, Network: network(stack), Params: m.params, Shape: m.input, Data: data,
	}
}
