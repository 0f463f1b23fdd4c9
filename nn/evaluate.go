package nn

import (
	"context"
	"errors"
	"fmt"

	"weft/activations"
	"weft/asm"
	"weft/matmul"
	"weft/nn/callbacks"
	"weft/nn/data"
	"weft/nn/internal/engine"
	"weft/nn/losses"
	"weft/nn/metrics"
)

// Evaluate returns the mean loss of the model on data and its metrics, by Keras's
// names: loss, accuracy, …
func (m *Sequential) Evaluate(ctx context.Context, set data.Source) (callbacks.Logs, error) {
	d, err := dataOf(set)
	if err != nil {
		return nil, err
	}
	if ctx == nil {
		return nil, errors.New("nn: Evaluate with a nil context: give context.Background()")
	}
	t, s, err := m.evaluated(d)
	if err != nil {
		return nil, err
	}
	return m.evaluate(ctx, t, s)
}

// evaluated checks data and makes the model ready. It also returns what the data suits:
// a Compile may be next.
func (m *Sequential) evaluated(d *data.Data) (*training, *engine.Source, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.training == nil {
		return nil, nil, errNotCompiled
	}
	outline, err := m.sizes(d.Shape)
	if err != nil {
		return nil, nil, err
	}
	if err := m.checkTraining(m.training, outline); err != nil {
		return nil, nil, err
	}
	s, err := m.checkedSource("evaluated", d, outline)
	if err != nil {
		return nil, nil, err
	}
	return m.training, s, m.build(d.Shape)
}

// evaluate passes checked data through the model.
func (m *Sequential) evaluate(ctx context.Context, t *training, s *engine.Source) (callbacks.Logs, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	var out []float32
	if len(t.metrics) > 0 {
		out = make([]float32, s.N*m.outputs)
	}
	o := m.options(t.stack, s)
	o.Objective = losses.Objective(t.loss)
	sum, hits, err := engine.NewInference(ctx, o, out).Do()
	if err != nil {
		return nil, fmt.Errorf("nn: stopped before all samples were read: %w", reason(ctx))
	}
	order := make([]int32, 0, s.N)
	if out != nil {
		order = order[:s.N]
		engine.InOrder(order, s)
	}
	return m.measure(t, m.means(t, nil, sum, hits, s.N), out, s, order), nil
}

// measure appends the metrics of outputs, which may lack the activation that the loss
// contains, for the samples in the given storage rows.
func (m *Sequential) measure(t *training, logs callbacks.Logs, out []float32, s *engine.Source, order []int32) callbacks.Logs {
	if out == nil {
		return logs
	}
	if t.final != nil {
		activations.ForwardRows(t.final, m.kernels, out, out, s.N, m.outputs, m.outputs)
	}
	r := &metrics.Results{Columns: m.outputs, Outputs: out}
	for _, row := range order {
		if s.Classes != nil {
			r.Classes = append(r.Classes, s.Classes[row])
		} else {
			r.Targets = append(r.Targets, s.Targets[int(row)*s.Outputs:(int(row)+1)*s.Outputs]...)
		}
	}
	for _, metric := range t.metrics {
		logs = append(logs, callbacks.Log{Name: metric.Name(), Value: metric.Of(r)})
	}
	return logs
}

// Predict returns the outputs of the model for each sample of data, one a row.
func (m *Sequential) Predict(ctx context.Context, set data.Source) (matmul.Matrix, error) {
	d, err := dataOf(set)
	if err != nil {
		return matmul.Matrix{}, err
	}
	if ctx == nil {
		return matmul.Matrix{}, errors.New("nn: Predict with a nil context: give context.Background()")
	}
	s, err := m.predicted(d)
	if err != nil {
		return matmul.Matrix{}, err
	}
	m.mu.RLock()
	defer m.mu.RUnlock()
	out := make([]float32, s.N*m.outputs)
	if _, _, err := engine.NewInference(ctx, m.options(m.layers, s), out).Do(); err != nil {
		return matmul.Matrix{}, fmt.Errorf("nn: stopped before all samples were read: %w", reason(ctx))
	}
	return matmul.Matrix{Data: out, Rows: s.N, Cols: m.outputs, RowStride: m.outputs, ColStride: 1}, nil
}

// predicted checks data and makes the model ready.
func (m *Sequential) predicted(d *data.Data) (*engine.Source, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	outline, err := m.sizes(d.Shape)
	if err != nil {
		return nil, err
	}
	s, err := newSource("predicted", d, outline.features)
	if err != nil {
		return nil, err
	}
	s.Classes, s.Targets, s.Weights, s.Outputs = nil, nil, nil, 0
	if m.training != nil {
		if err := m.build(d.Shape); err != nil {
			return nil, err
		}
	}
	if err := m.servable(); err != nil {
		return nil, err
	}
	return s, nil
}

// servable makes a model ready that was loaded, not compiled.
func (m *Sequential) servable() error {
	if m.err != nil {
		return m.err
	}
	if m.stage != filled {
		return fmt.Errorf("nn: model %q has no weights yet: call Compile, or load one", m.name)
	}
	if m.kernels == nil {
		if err := asm.CheckEnvironment(); err != nil {
			return err
		}
		m.setResources(0, nil)
	}
	return nil
}
