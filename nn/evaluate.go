package nn

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"sync/atomic"

	"weft/activations"
	"weft/asm"
	"weft/matmul"
)

// Evaluate returns the mean loss and the accuracy of the model on data.
// Accuracy is NaN where the loss has none.
func (m *Sequential) Evaluate(ctx context.Context, data Dataset) (loss, accuracy float64, err error) {
	if !m.compiled {
		return 0, 0, errNotCompiled
	}
	if data == nil {
		return 0, 0, errNoData
	}
	features, outputs, err := m.sizes(data.Shape())
	if err != nil {
		return 0, 0, err
	}
	s, err := newSource("evaluated", data, features)
	if err != nil {
		return 0, 0, err
	}
	if err := s.checkTargets("evaluated", m.loss, outputs); err != nil {
		return 0, 0, err
	}
	if err := m.Build(data.Shape()...); err != nil {
		return 0, 0, err
	}
	return m.evaluate(ctx, s)
}

func (m *Sequential) evaluate(ctx context.Context, s *source) (loss, accuracy float64, err error) {
	i := newInference(ctx, m, s, m.trainingNodes())
	i.loss = m.loss
	i.losses = make([]float32, panelsOf(s.n)*asm.PanelWidth)
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
	features, _, err := m.sizes(data.Shape())
	if err != nil {
		return matmul.Matrix{}, err
	}
	s, err := newSource("predicted", data, features)
	if err != nil {
		return matmul.Matrix{}, err
	}
	if m.compiled {
		if err := m.Build(data.Shape()...); err != nil {
			return matmul.Matrix{}, err
		}
	}
	if err := m.servable(); err != nil {
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

// inference takes samples through the network. Each worker takes the next panel,
// as fast as its core is, from input to output in memory of its own, without
// barriers: a panel of 784 pixels, 100 KB, stays in L2 beside the weights.
type inference struct {
	ctx     context.Context
	model   *Sequential
	data    *source
	nodes   []node
	lanes   []lane
	loss    Loss
	losses  []float32 // evaluation: the loss of each sample
	hits    []workerHits
	out     []float32    // prediction: the outputs of each sample
	workers int          // that take part
	taken   atomic.Int64 // panels that somebody began
}

// lane is the memory of one worker.
type lane struct {
	reader  reader
	values  [][]float32 // output of each node: a panel
	rows    []int32
	classes []int32
	targets []float32
	scratch []float32
}

func newInference(ctx context.Context, m *Sequential, s *source, nodes []node) *inference {
	i := &inference{ctx: ctx, model: m, data: s, nodes: nodes, hits: make([]workerHits, m.workers), lanes: make([]lane, m.workers)}
	i.workers = min(m.workers, panelsOf(s.n))
	for w := range i.workers {
		l := &i.lanes[w]
		l.rows, l.classes = make([]int32, asm.PanelWidth), make([]int32, asm.PanelWidth)
		l.values = make([][]float32, len(nodes))
		slab(func(alloc func(int) []float32) {
			l.reader = newReader(s, 0, alloc)
			l.targets = alloc(asm.PanelWidth * s.outputs)
			l.scratch = alloc(lossScratch(m.outputs))
			x := l.reader.samples
			for j, n := range nodes {
				if n.dense != nil {
					x = alloc(asm.PanelWidth * n.dense.out)
				}
				l.values[j] = x // element-wise nodes work in place
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

// Run does one worker's panels; it implements [pool.Task].
func (i *inference) Run(worker, _ int) {
	for i.ctx.Err() == nil {
		first := int(i.taken.Add(1)-1) * asm.PanelWidth
		if first >= i.data.n {
			return
		}
		i.panel(worker, first)
	}
}

// panel computes the samples from first on, at most a panel.
func (i *inference) panel(worker, first int) {
	const width = asm.PanelWidth
	l, k, features := &i.lanes[worker], i.model.kernels, i.model.features
	n := min(width, i.data.n-first)
	rows := l.rows[:n]
	for j := range rows {
		rows[j] = i.data.row(first + j)
	}
	x := l.reader.panel(k, i.data, rows, width)
	for j, nd := range i.nodes {
		y := l.values[j]
		switch {
		case nd.dense != nil:
			p := i.model.parametersOf(nd.layer)
			for u := 0; u < p.out; {
				g := p.product(u, p.out)
				g.N, g.B, g.C = width, x, y[u*width:]
				k.Gemm(g)
				u += g.M
			}
			features = p.out
		case nd.rate > 0: // dropout passes everything outside training
		default:
			activations.ForwardPanel(nd.activation, k, y, y, features, width)
		}
		x = y
	}
	if i.losses == nil {
		k.RowsFromPanel(i.out[first*features:], features, x, n, features)
		return
	}
	i.data.readTargets(l.classes, l.targets, rows, columns{width: width})
	i.hits[worker].n += i.loss.block(&lossBlock{
		kernels: k, outputs: features, width: width, n: n, k: 1, z: x, d: x,
		losses: i.losses[first : first+width], scratch: l.scratch, classes: l.classes, targets: l.targets,
	})
}
