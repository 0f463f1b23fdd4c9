package nn_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"math"
	"strconv"
	"testing"

	"weft/activations"
	"weft/asm"
	"weft/nn"
	"weft/nn/callbacks"
	"weft/nn/data"
	"weft/nn/layers"
	"weft/nn/losses"
	"weft/nn/metrics"
	"weft/optim"

	"github.com/stretchr/testify/require"
)

// What follows is a layer, an activation, a loss, a metric and an optimizer of a user's
// own, in Go alone: nothing of Weft knows them. Each has the formula in its comment, and
// float32 conversions where Go might fuse a product into an addition.

// gain is a layer with two parameters, y = gamma·x + beta, feature by feature.
type gain struct{ name string }

func (gain) Kind() string                      { return "Gain" }
func (l gain) Name() string                    { return l.name }
func (l gain) Named(name string) layers.Layer  { return gain{name} }
func (gain) Output(input []int) ([]int, error) { return input, nil }

func (gain) Build(b *layers.Builder, x *layers.Tensor) *layers.Tensor {
	o := &gainForward{x: b.Panels(x)}
	n := x.Features
	o.gamma = b.Param(layers.Param{Name: "gamma", Shape: []int{n}, Init: layers.Constant(1), Trained: true, Layout: layers.Flat(n)})
	o.beta = b.Param(layers.Param{Name: "beta", Shape: []int{n}, Init: layers.Constant(0), Trained: true, Layout: layers.Flat(n)})
	o.y = b.Tensor(x.Shape, layers.ByUnits, true)
	b.Forward(o)
	if dx := b.Gradient(o.x); dx != nil {
		b.Backward(&gainBackward{o, dx})
	}
	if b.Mode == layers.Train {
		b.Update(&gainUpdate{o})
		b.Scratch(b.Capacity() + 2)
	}
	return o.y
}

type gainForward struct {
	x, y        *layers.Tensor
	gamma, beta *layers.Param
}

func (o *gainForward) Uses() []layers.Use {
	return []layers.Use{
		{Memory: o.x.Values, Split: layers.ByUnits},
		{Memory: o.y.Values, Split: layers.ByUnits, Write: true},
		{Param: o.gamma, Split: layers.ByUnits},
		{Param: o.beta, Split: layers.ByUnits},
	}
}

func (o *gainForward) Run(s *layers.Step, worker, workers int) {
	x, y := s.Floats(o.x.Values), s.Floats(o.y.Values)
	if o.y.Layout == layers.Rows { // one sample
		for f := range o.y.Features {
			y[f] = float32(o.gamma.Data[f]*x[f]) + o.beta.Data[f]
		}
		return
	}
	for r := s.Regions(o.y.Features, layers.ByUnits, worker, workers); r.Next(); {
		for u := range r.Units {
			gamma, beta := o.gamma.Data[r.Unit+u], o.beta.Data[r.Unit+u]
			for i := range r.Width {
				at := r.At + u*asm.PanelWidth + i
				y[at] = float32(gamma*x[at]) + beta
			}
		}
	}
}

// gainBackward computes dx = gamma·dy.
type gainBackward struct {
	*gainForward
	dx *layers.Memory
}

func (o *gainBackward) Plan(*layers.Builder) {
	o.dx.Split, o.dx.Density = layers.ByUnits, o.y.Grad.Density
}

func (o *gainBackward) Uses() []layers.Use {
	return []layers.Use{
		{Memory: o.y.Grad, Split: layers.ByUnits},
		{Memory: o.dx, Split: layers.ByUnits, Write: true},
		{Param: o.gamma, Split: layers.ByUnits},
	}
}

func (o *gainBackward) Run(s *layers.Step, worker, workers int) {
	dx, dy := s.Floats(o.dx), s.Floats(o.y.Grad)
	for r := s.Regions(o.y.Features, layers.ByUnits, worker, workers); r.Next(); {
		for u := range r.Units {
			at := r.At + u*asm.PanelWidth
			s.Kernels.Scale(dx[at:at+r.Width], dy[at:at+r.Width], o.gamma.Data[r.Unit+u])
		}
	}
	lo, hi := s.Share(o.y.Features, worker, workers)
	s.ClearPads(dx, o.y.Features, lo, hi, 0, s.Groups())
}

// gainUpdate sums dgamma = Σdy·x and dbeta = Σdy over the samples.
type gainUpdate struct{ *gainForward }

func (o *gainUpdate) Uses() []layers.Use {
	return []layers.Use{
		{Memory: o.x.Values, Split: layers.ByUnits},
		{Memory: o.y.Grad, Split: layers.ByUnits},
		{Param: o.gamma, Split: layers.ByUnits, Write: true},
		{Param: o.beta, Split: layers.ByUnits, Write: true},
	}
}

func (o *gainUpdate) Run(s *layers.Step, worker, workers int) {
	x, dy, scratch := s.Floats(o.x.Values), s.Floats(o.y.Grad), s.Scratch(worker)
	lo, hi := s.Share(o.y.Features, worker, workers)
	for f := lo; f < hi; f++ {
		products, sums := scratch[:s.Batch], scratch[s.Batch:s.Batch+2]
		sums[1] = 0
		for i := range products {
			at := (i/asm.PanelWidth*o.y.Features+f)*asm.PanelWidth + i%asm.PanelWidth
			products[i] = dy[at] * x[at]
			sums[1] += dy[at]
		}
		sums[0] = s.Kernels.Sum(products)
		s.Update(o.gamma, worker, f, sums[:1])
		s.Update(o.beta, worker, f, sums[1:])
	}
}

// fold is the activation x/(1+|x|), with the derivative 1/(1+|x|)², which needs x.
type fold struct{}

func (fold) Name() string               { return "fold" }
func (fold) Config() map[string]float64 { return nil }
func (fold) Traits() activations.Traits { return activations.Traits{NeedsInput: true, Density: 1} }

func (fold) Forward(_ *asm.Kernels, y, x []float32) {
	for i, v := range x {
		y[i] = v / (1 + max(v, -v))
	}
}

func (fold) Backward(_ *asm.Kernels, dx, dy, x, _ []float32) {
	for i, v := range x {
		d := 1 + max(v, -v)
		dx[i] = dy[i] / float32(d*d)
	}
}

// bounded is the loss Σ d²/(1+d²) over the outputs, d = y−t, with the gradient
// 2d/(1+d²)². An output within ½ of its target is a right answer.
type bounded struct{}

func (bounded) Name() string            { return "bounded" }
func (bounded) Answers(outputs int) int { return outputs }

func (bounded) Sample(s *losses.Sample) float32 {
	loss := float32(0)
	for i, y := range s.Outputs {
		d := y - s.Target[i]
		q := 1 + float32(d*d)
		loss += float32(d*d) / q
		s.Gradient[i] = float32(s.Scale*2*d) / float32(q*q)
		if -0.5 < d && d < 0.5 {
			s.Hits++
		}
	}
	return loss
}

// worst is the metric max |y−t|.
type worst struct{}

func (worst) Name() string { return "worst" }

func (worst) Of(r *metrics.Results) float64 {
	largest := 0.0
	for i, y := range r.Outputs {
		largest = max(largest, math.Abs(float64(y)-float64(r.Targets[i])))
	}
	return largest
}

// soft is the rule m = (m + g)/2, w = w − rate·m/(1+|m|), with a slot that begins at 1.
type soft struct{ rate float64 }

func (soft) Name() string                          { return "soft" }
func (o soft) Config() map[string]float64          { return map[string]float64{"learning_rate": o.rate} }
func (soft) Validate() error                       { return nil }
func (soft) Slots() []float32                      { return []float32{1} }
func (o soft) Rate() float64                       { return o.rate }
func (soft) WithRate(rate float64) optim.Optimizer { return soft{rate} }
func (soft) At(step int, rate float64) optim.Step  { return optim.NewStep(softKernel, 1, float32(rate)) }

func softKernel(_ *asm.Kernels, c *[8]float32, w, g []float32, slots [][]float32) {
	m := slots[0]
	for i := range w {
		m[i] = (m[i] + g[i]) / 2
		w[i] -= float32(c[0]*m[i]) / (1 + max(m[i], -m[i]))
	}
}

// The sizes of the network: 12 numbers, gain, 9 units, fold, gain, 4 units.
const (
	ownInputs, ownUnits, ownOutputs = 12, 9, 4
	ownSamples, ownBatch, ownEpochs = 75, 40, 3
	ownRate                         = 0.05
)

func ownModel(t testing.TB, k *asm.Kernels, workers int) *nn.Sequential {
	m := nn.NewSequential("own", layers.Input(ownInputs), gain{}, layers.Dense(ownUnits, fold{}), gain{}, layers.Dense(ownOutputs, activations.Linear))
	require.NoError(t, m.Compile(nn.CompileOptions{Optimizer: soft{ownRate}, Loss: bounded{}, Metrics: []metrics.Metric{worst{}, metrics.Accuracy()}, Seed: 8, Kernels: k, Workers: workers}))
	t.Cleanup(m.Close)
	return m
}

// ownData is numbers between −1 and 1 by an integer formula.
func ownData(t testing.TB) *data.Data {
	x, targets := make([]float32, ownSamples*ownInputs), make([]float32, ownSamples*ownOutputs)
	for i := range x {
		x[i] = float32((i*7919)%2047-1023) / 1024
	}
	for i := range targets {
		targets[i] = float32((i*104729)%1021-510) / 512
	}
	d, err := data.NewRegression(x, targets, ownInputs)
	require.NoError(t, err)
	return d
}

// A layer, an activation, a loss, a metric and a rule that are defined here, in Go
// alone, train on every set of kernels with any number of workers to the same bits, and
// to what their formulas give in float64.
func TestTypesOfAUsersOwn(t *testing.T) {
	ctx, set := context.Background(), ownData(t)
	train := func(k *asm.Kernels, workers int, watch ...callbacks.Callback) (*nn.Sequential, *callbacks.History, string) {
		m := ownModel(t, k, workers)
		h, err := m.Fit(ctx, set, nn.FitOptions{Epochs: ownEpochs, BatchSize: ownBatch, NoShuffle: true, Validation: set, Callbacks: watch})
		require.NoError(t, err)
		hash, sum := sha256.New(), m.SHA256()
		hash.Write(sum[:])
		for _, e := range h.Epochs {
			for _, l := range e.Logs {
				io.WriteString(hash, l.Name+strconv.FormatFloat(l.Value, 'g', -1, 64)+"\n")
			}
		}
		return m, h, hex.EncodeToString(hash.Sum(nil))
	}
	start := ownModel(t, nil, 1).Weights()
	var after [][]nn.Weight // of each step
	keep := callbacks.OnStep(func(p *callbacks.Progress) error { after = append(after, p.Model.Weights()); return nil })
	m, h, want := train(asm.Best(), 1, keep)
	for _, k := range asm.Available() {
		for _, workers := range []int{1, 2, 3, 7} {
			_, _, got := train(k, workers)
			require.Equal(t, want, got, "kernels %s, %d workers", k.Name, workers)
		}
	}

	// The reference in float64 does each step from the weights that float32 had before
	// it; its gradients are central differences, good to 1e-9. A gradient is a chain
	// over 40 samples of what chains of 12 and of 9 numbers made: fewer than 200
	// roundings of 2⁻²⁴ of numbers below 4. A slot halves its error at each step, so
	// that it has at most that of a gradient; the rule moves a weight by at most the
	// rate times that, and rounds it, below 2, twice.
	const u = 0x1p-24
	const bound = ownRate*(200*u*4+1e-9) + 4*u
	reference, moved := newOwnReference(start, set), 0.0
	for step, first := 0, 0; step < len(after); step, first = step+1, first+ownBatch {
		if first >= ownSamples {
			first = 0
		}
		before := start
		if step > 0 {
			before = after[step-1]
		}
		reference.set32(before)
		reference.step(first, min(first+ownBatch, ownSamples))
		for i, w := range after[step] {
			require.Equal(t, start[i].Name, w.Name)
			for j, v := range w.Data {
				require.InDelta(t, reference.weights[i][j], float64(v), bound, "step %d, %s, element %d", step+1, w.Name, j)
				moved = max(moved, math.Abs(float64(v)-float64(before[i].Data[j])))
			}
		}
	}
	require.Len(t, after, ownEpochs*2)
	require.Greater(t, moved, 1000*bound, "the bound shows nothing")
	reference.set32(m.Weights())

	// Evaluation, prediction and figures are of the same model.
	loss, largest, right := 0.0, 0.0, 0
	y, err := m.Predict(ctx, set)
	require.NoError(t, err)
	p, err := m.Predictor()
	require.NoError(t, err)
	row := make([]float32, ownOutputs)
	for i := range ownSamples {
		p.Row(row, set.Floats[i*ownInputs:(i+1)*ownInputs])
		require.Equal(t, y.Data[i*ownOutputs:(i+1)*ownOutputs], row, "sample %d", i)
		out := reference.outputs(i)
		for o, v := range row {
			target := float64(set.Targets[i*ownOutputs+o])
			require.InDelta(t, out[o], float64(v), 40*u*8, "sample %d", i) // chains of 12 and 9 numbers below 8
			d := float64(v) - target
			loss += d * d / (1 + d*d)
			largest = max(largest, math.Abs(d))
			if math.Abs(d) < 0.5 {
				right++
			}
		}
	}
	logs, err := m.Evaluate(ctx, set)
	require.NoError(t, err)
	require.InEpsilon(t, loss/ownSamples, logs.Get("loss"), 10*u)
	require.Equal(t, largest, logs.Get("worst"))
	require.Equal(t, float64(right)/(ownSamples*ownOutputs), logs.Get("accuracy"))
	last := h.Epochs[ownEpochs-1]
	var names []string
	for _, l := range last.Logs {
		names = append(names, l.Name)
	}
	require.Equal(t, []string{"loss", "accuracy", "worst", "val_loss", "val_accuracy", "val_worst"}, names)
	for _, l := range logs {
		require.Equal(t, l.Value, last.Get("val_"+l.Name))
	}
	require.Less(t, last.Get("loss"), h.Epochs[0].Get("loss"))
}

// What no one knows is an error where a file would have to name it, never the identity.
func TestUnknownTypesAreErrors(t *testing.T) {
	m := ownModel(t, nil, 1)
	require.ErrorContains(t, m.Save(io.Discard), `layer "gain" is of the unknown kind "Gain": this version of Weft has `)
	dense := nn.NewSequential("m", layers.Input(3), layers.Dense(2, fold{}))
	require.NoError(t, dense.Compile(nn.CompileOptions{Loss: losses.MeanSquaredError}))
	require.ErrorContains(t, dense.Save(io.Discard), `no activation "fold"`)
	dense = nn.NewSequential("m", layers.Input(3), layers.Dense(2, activations.ReLU))
	require.NoError(t, dense.Compile(nn.CompileOptions{Loss: bounded{}}))
	require.ErrorContains(t, dense.Save(io.Discard), `no loss "bounded"`)
	require.NoError(t, dense.Compile(nn.CompileOptions{Loss: losses.MeanSquaredError, Optimizer: soft{0.1}}))
	require.ErrorContains(t, dense.Save(io.Discard), `no optimizer "soft"`)
}

// ownReference is the network in float64.
type ownReference struct {
	set     *data.Data
	weights [][]float64 // as Weights orders them
	slots   [][]float64
}

func newOwnReference(start []nn.Weight, set *data.Data) *ownReference {
	r := &ownReference{set: set}
	for _, w := range start {
		m := make([]float64, len(w.Data))
		for i := range m {
			m[i] = 1
		}
		r.weights, r.slots = append(r.weights, make([]float64, len(w.Data))), append(r.slots, m)
	}
	return r
}

// set32 takes the weights of the model.
func (r *ownReference) set32(weights []nn.Weight) {
	for i, w := range weights {
		for j, v := range w.Data {
			r.weights[i][j] = float64(v)
		}
	}
}

// outputs returns what the network makes of sample i.
func (r *ownReference) outputs(i int) []float64 {
	w := r.weights
	scale := func(x, gamma, beta []float64) (y []float64) {
		for f, v := range x {
			y = append(y, gamma[f]*v+beta[f])
		}
		return y
	}
	dense := func(x, kernel, bias []float64) []float64 {
		y := append([]float64(nil), bias...)
		for f, v := range x {
			for u := range y {
				y[u] += v * kernel[f*len(y)+u]
			}
		}
		return y
	}
	var x []float64
	for _, v := range r.set.Floats[i*ownInputs : (i+1)*ownInputs] {
		x = append(x, float64(v))
	}
	x = dense(scale(x, w[0], w[1]), w[2], w[3])
	for u, v := range x {
		x[u] = v / (1 + math.Abs(v))
	}
	return dense(scale(x, w[4], w[5]), w[6], w[7])
}

// loss returns the mean over samples [first, end).
func (r *ownReference) loss(first, end int) float64 {
	sum := 0.0
	for i := first; i < end; i++ {
		for o, y := range r.outputs(i) {
			d := y - float64(r.set.Targets[i*ownOutputs+o])
			sum += d * d / (1 + d*d)
		}
	}
	return sum / float64(end-first)
}

// step trains on samples [first, end).
func (r *ownReference) step(first, end int) {
	const h = 1e-6
	gradients := make([][]float64, len(r.weights))
	for i, w := range r.weights {
		for j, v := range w {
			w[j] = v + h
			up := r.loss(first, end)
			w[j] = v - h
			down := r.loss(first, end)
			w[j] = v
			gradients[i] = append(gradients[i], (up-down)/(2*h))
		}
	}
	for i, w := range r.weights {
		for j, g := range gradients[i] {
			m := (r.slots[i][j] + g) / 2
			r.slots[i][j] = m
			w[j] -= ownRate * m / (1 + math.Abs(m))
		}
	}
}
