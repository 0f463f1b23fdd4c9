package nn

import (
	"fmt"
	"math"

	"weft/nn/callbacks"
	"weft/nn/losses"
)

// position is where a Fit is inside an epoch, after a finished step. The zero value is
// the beginning of an epoch. Together with weights, slots and the counts of steps and
// epochs it is all that the rest of a run depends on: what is random is derived from
// the seed and these counts.
type position struct {
	Samples int    `json:"samples"` // of the training set
	Batch   int    `json:"batch"`
	InOrder bool   `json:"in_order,omitempty"`
	Step    int    `json:"step"` // finished steps of the epoch
	LossSum uint64 `json:"loss_sum"`
	Hits    int    `json:"hits"`
}

// seen returns the number of samples that the finished steps took.
func (p *position) seen() int { return min(p.Step*p.Batch, p.Samples) }

// sum returns the sum of their losses, which is kept in its bits because JSON has no
// infinity.
func (p *position) sum() float64 { return math.Float64frombits(p.LossSum) }

// steps returns the number of steps of the epoch.
func (p *position) steps() int { return (p.Samples + p.Batch - 1) / p.Batch }

// check refuses what no Fit leaves.
func (p *position) check(loss losses.Loss, outputs, steps int) error {
	if p.Batch < 1 || p.Samples < p.Batch || p.Step < 1 || p.Step > p.steps() || p.Step > steps ||
		p.Hits < 0 || p.Hits > losses.Answers(loss, p.seen(), outputs) || math.IsNaN(p.sum()) {
		return fmt.Errorf("nn: the saved model says that it was stopped after step %d of %d samples in batches of %d, with %d right answers: the file is damaged", p.Step, p.Samples, p.Batch, p.Hits)
	}
	return nil
}

// resume makes the model ready to go on inside an epoch. It fails where the Fit that
// was stopped divided its epochs otherwise than this one.
func (m *Sequential) resume(samples, batch int, inOrder bool) error {
	p := &m.training.position
	if p.Step > 0 && (p.Samples != samples || p.Batch != batch || p.InOrder != inOrder) {
		return fmt.Errorf("nn: model %q was stopped inside an epoch of %d samples in batches of %d (in order: %v), it cannot go on with %d in batches of %d (in order: %v): give the same data and options, or leave Resume out",
			m.name, p.Samples, p.Batch, p.InOrder, samples, batch, inOrder)
	}
	return nil
}

// running fills the running means of the epoch.
func (m *Sequential) running(p *callbacks.Progress) {
	at := &m.training.position
	p.Step = at.Step
	p.Logs = m.means(m.training, p.Logs[:0], at.sum(), at.Hits, at.seen())
}

// means appends the loss and, where it is reported, the accuracy of n samples.
func (m *Sequential) means(t *training, logs callbacks.Logs, sum float64, hits, n int) callbacks.Logs {
	logs = append(logs, callbacks.Log{Name: "loss", Value: sum / float64(n)})
	if t.accuracy {
		logs = append(logs, callbacks.Log{Name: "accuracy", Value: float64(hits) / float64(losses.Answers(t.loss, n, m.outputs))})
	}
	return logs
}
