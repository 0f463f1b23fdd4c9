package nn

import (
	"fmt"
	"runtime"
	"sync/atomic"

	"weft/asm"
	"weft/nn/internal/engine"
)

// Predictor serves single rows and may be shared by any number of goroutines: an
// immutable snapshot of a model's weights, packed for one sample at a time, with
// scratch for as many calls at once as there are.
type Predictor struct {
	kernels *asm.Kernels
	plan    *engine.RowPlan
	inputs  int
	outputs int
	idle    []slot // scratch that no call uses
}

// slot holds the scratch of one call at a time, on cache lines of its own.
type slot struct {
	call atomic.Pointer[call]
	_    [120]byte
}

// call is the scratch of one call.
type call struct {
	sample *engine.Sample
	pixels []float32
}

// Predictor returns a snapshot of the model. Later training does not change it.
func (m *Sequential) Predictor() (*Predictor, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.build(nil); err != nil {
		return nil, err
	}
	if err := m.servable(); err != nil {
		return nil, err
	}
	o := &engine.Options{Kernels: m.kernels, Workers: 1, Network: network(m.layers), Params: m.params, Shape: m.input}
	p := &Predictor{
		kernels: m.kernels, plan: engine.NewRowPlan(o), inputs: m.features, outputs: m.outputs,
		idle: make([]slot, max(4, 2*runtime.GOMAXPROCS(0))),
	}
	p.idle[0].call.Store(p.newCall())
	return p, nil
}

func (p *Predictor) newCall() *call {
	return &call{p.plan.NewSample(), asm.Aligned(engine.PanelsOf(p.inputs) * asm.PanelWidth)}
}

// begin returns scratch that nobody else uses. Only a call that runs next to more
// others than ever before allocates.
func (p *Predictor) begin() *call {
	for i := range p.idle {
		if p.idle[i].call.Load() != nil {
			if c := p.idle[i].call.Swap(nil); c != nil {
				return c
			}
		}
	}
	return p.newCall()
}

// end gives scratch back.
func (p *Predictor) end(c *call) {
	for i := range p.idle {
		if p.idle[i].call.CompareAndSwap(nil, c) {
			return
		}
	}
}

// Row writes the outputs of the model for the sample x to dst. It panics where their
// lengths are not those of the model.
func (p *Predictor) Row(dst, x []float32) {
	if len(dst) != p.outputs || len(x) != p.inputs {
		panic(fmt.Sprintf("nn: Row with %d outputs and %d inputs: the model has %d and %d", len(dst), len(x), p.outputs, p.inputs))
	}
	c := p.begin()
	copy(dst, c.sample.Do(x))
	p.end(c)
}

// Bytes is like Row for a uint8 sample, which is scaled by 1/255.
func (p *Predictor) Bytes(dst []float32, x []uint8) {
	if len(dst) != p.outputs || len(x) != p.inputs {
		panic(fmt.Sprintf("nn: Bytes with %d outputs and %d inputs: the model has %d and %d", len(dst), len(x), p.outputs, p.inputs))
	}
	c := p.begin()
	p.kernels.GatherRows(c.pixels, x, len(x), 0, len(x), firstRow)
	copy(dst, c.sample.Do(c.pixels[:len(x)]))
	p.end(c)
}

// firstRow is the only row of a set of one.
var firstRow = []int32{0}

// Inputs returns the numbers of a sample.
func (p *Predictor) Inputs() int { return p.inputs }

// Outputs returns the number of outputs that Row and Bytes write.
func (p *Predictor) Outputs() int { return p.outputs }
