package nn

import (
	"context"
	"fmt"
	"math"
	"runtime"

	"weft/activations"
	"weft/asm"
	"weft/matmul"
)

// chunkPanels is the number of panels that a worker takes through the whole
// network at once outside training: 128 samples of 784 pixels fill 400 KB of a
// 1 MiB L2, beside the weights.
const chunkPanels = 4

const chunkSamples = chunkPanels * asm.PanelWidth

// Evaluate returns the mean loss and the accuracy of the model on data.
// Accuracy is NaN where the loss has none.
func (m *Sequential) Evaluate(ctx context.Context, data Dataset) (loss, accuracy float64, err error) {
	if !m.compiled {
		return 0, 0, errNotCompiled
	}
	if data == nil {
		return 0, 0, errNoData
	}
	if err := m.Build(data.Shape()...); err != nil {
		return 0, 0, err
	}
	s, err := newSource("evaluated", data, m.features)
	if err != nil {
		return 0, 0, err
	}
	if err := s.checkTargets("evaluated", m.loss, m.outputs); err != nil {
		return 0, 0, err
	}
	return m.evaluate(ctx, s)
}

func (m *Sequential) evaluate(ctx context.Context, s *source) (loss, accuracy float64, err error) {
	i := newInference(ctx, m, s, m.trainingNodes())
	i.loss = m.loss
	i.losses = make([]float32, (s.n+chunkSamples-1)/chunkSamples*chunkSamples)
	if err := i.do(); err != nil {
		return 0, 0, err
	}
	sum, hits := 0.0, 0
	for _, l := range i.losses[:s.n] {
		sum += float64(l)
	}
	for w := range i.hits {
		hits += i.hits[w].n
	}
	accuracy = math.NaN()
	if a := m.loss.answers(s.n, m.outputs); a > 0 {
		accuracy = float64(hits) / float64(a)
	}
	return sum / float64(s.n), accuracy, nil
}

// Predict returns the outputs of the model for each sample of data, one a row.
func (m *Sequential) Predict(ctx context.Context, data Dataset) (matmul.Matrix, error) {
	if data == nil {
		return matmul.Matrix{}, errNoData
	}
	if err := m.Build(data.Shape()...); err != nil {
		return matmul.Matrix{}, err
	}
	if err := m.servable(); err != nil {
		return matmul.Matrix{}, err
	}
	s, err := newSource("predicted", data, m.features)
	if err != nil {
		return matmul.Matrix{}, err
	}
	i := newInference(ctx, m, s, m.nodes)
	i.out = make([]float32, s.n*m.outputs)
	if err := i.do(); err != nil {
		return matmul.Matrix{}, err
	}
	return matmul.Matrix{Data: i.out, Rows: s.n, Cols: m.outputs, RowStride: m.outputs, ColStride: 1}, nil
}

// servable makes a model ready that was loaded, not compiled.
func (m *Sequential) servable() error {
	if m.err != nil {
		return m.err
	}
	if m.shapes == nil || m.fresh {
		return fmt.Errorf("nn: model %q has no weights yet: call Compile, or load one", m.name)
	}
	if m.kernels == nil {
		if err := asm.CheckEnvironment(); err != nil {
			return err
		}
		m.kernels, m.workers = asm.Best(), runtime.GOMAXPROCS(0)
	}
	return nil
}

// inference takes samples through the network. Each worker takes whole chunks
// of samples from input to output in memory of its own, without barriers.
type inference struct {
	ctx     context.Context
	model   *Sequential
	data    *source
	nodes   []node
	lanes   []lane
	loss    Loss
	losses  []float32 // evaluation: the loss of each sample
	hits    []workerHits
	out     []float32 // prediction: the outputs of each sample
	workers int       // that take part
}

// lane is the memory of one worker.
type lane struct {
	input   buffer
	panels  [][]float32 // output of each node
	rows    []int32
	classes []int32
	targets []float32
	scratch []float32
}

func newInference(ctx context.Context, m *Sequential, s *source, nodes []node) *inference {
	i := &inference{ctx: ctx, model: m, data: s, nodes: nodes, hits: make([]workerHits, m.workers), lanes: make([]lane, m.workers)}
	i.workers = max(1, min(m.workers, (s.n+chunkSamples-1)/chunkSamples))
	for w := range i.workers {
		l := &i.lanes[w]
		l.rows, l.classes = make([]int32, chunkSamples), make([]int32, chunkSamples)
		l.panels = make([][]float32, len(nodes))
		l.input = buffer{features: m.features, ld: pad16(m.features)}
		slab(func(alloc func(int) []float32) {
			l.input.panels = alloc(chunkSamples * m.features)
			if s.floats != nil {
				l.input.staging = alloc(asm.PanelWidth * l.input.ld)
			}
			l.targets = alloc(chunkSamples * s.outputs)
			l.scratch = alloc(m.widest())
			x := l.input.panels
			for j, n := range nodes {
				if n.dense != nil {
					x = alloc(chunkSamples * n.dense.out)
				}
				l.panels[j] = x // element-wise nodes work in place
			}
		})
	}
	return i
}

func (i *inference) do() error {
	i.model.pool(i.model.workers).Run(i, i.workers)
	if err := i.ctx.Err(); err != nil {
		return fmt.Errorf("nn: stopped before all samples were read: %w", reason(i.ctx))
	}
	return nil
}

// Run does one worker's chunks; it implements [matmul.Task].
func (i *inference) Run(worker, workers int) {
	lo, hi := share((i.data.n+chunkSamples-1)/chunkSamples, worker, workers)
	for c := lo; c < hi && i.ctx.Err() == nil; c++ {
		i.chunk(worker, c*chunkSamples)
	}
}

// chunk computes the samples from first on, at most a chunk.
func (i *inference) chunk(worker, first int) {
	l, k, features := &i.lanes[worker], i.model.kernels, i.model.features
	n := min(chunkSamples, i.data.n-first)
	panels := (n + asm.PanelWidth - 1) / asm.PanelWidth
	for j := range n {
		l.rows[j] = i.data.row(first + j)
	}
	for p := range panels {
		c := columns{panel: p, width: asm.PanelWidth}
		rows := l.rows[c.first():min(c.first()+c.width, n)]
		l.input.read(k, i.data, rows, c)
		if i.losses != nil {
			i.data.readTargets(l.classes, l.targets, rows, c)
		}
	}
	x := l.input.panels
	for j, nd := range i.nodes {
		y := l.panels[j]
		switch {
		case nd.dense != nil:
			p := i.model.parametersOf(nd.layer)
			k.Gemm(asm.Gemm{
				M: p.out, N: panels * asm.PanelWidth, K: p.in, A: p.w, RS: p.ld, CS: 1,
				B: x, LDB: asm.PanelWidth, PB: p.in * asm.PanelWidth,
				C: y, LDC: asm.PanelWidth, PC: p.out * asm.PanelWidth, Bias: p.b,
			})
			features = p.out
		case nd.rate > 0: // dropout passes everything outside training
		default:
			forwardPanels(k, nd.activation, y, features, panels)
		}
		x = y
	}
	for p := range panels {
		at, w := p*features*asm.PanelWidth, min(asm.PanelWidth, n-p*asm.PanelWidth)
		if i.losses != nil {
			b := lossBlock{kernels: k, outputs: features, width: asm.PanelWidth, n: w, k: 1, z: x[at:], d: x[at:],
				losses: i.losses[first+p*asm.PanelWidth:][:asm.PanelWidth], scratch: l.scratch, classes: l.classes[p*asm.PanelWidth:][:asm.PanelWidth]}
			if i.data.targets != nil {
				b.targets = l.targets[at:]
			}
			i.hits[worker].n += i.loss.block(&b)
		} else {
			k.RowsFromPanel(i.out[(first+p*asm.PanelWidth)*features:], features, x[at:], w, features)
		}
	}
}

// forwardPanels applies an activation to whole panels in place.
func forwardPanels(k *asm.Kernels, fn activations.Activation, y []float32, features, panels int) {
	for p := range panels {
		at := y[p*features*asm.PanelWidth:]
		fn.ForwardPanel(k, at, at, features, asm.PanelWidth)
	}
}
