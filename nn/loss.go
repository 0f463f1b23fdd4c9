package nn

import (
	"fmt"
	"math"

	"weft/activations"
	"weft/asm"
)

// Loss is what training makes small. The zero value is
// SparseCategoricalCrossentropy.
type Loss uint8

// The losses, named as Keras names them. Each is a mean over the batch.
const (
	// SparseCategoricalCrossentropy is −log p of the sample's class, after a
	// final softmax. Accuracy: the arg-max is the class.
	SparseCategoricalCrossentropy Loss = iota
	// CategoricalCrossentropy is −Σ t·log p for targets t that sum to 1, after
	// a final softmax. Accuracy: arg-max equals arg-max of the targets.
	CategoricalCrossentropy
	// MeanSquaredError is the mean over the outputs of (y−t)². No accuracy.
	MeanSquaredError
	// BinaryCrossentropy is the mean over the outputs of
	// −t·log p − (1−t)·log(1−p), after a final sigmoid. Accuracy: the share of
	// outputs where p > 1/2 is t > 1/2.
	BinaryCrossentropy
)

var lossNames = [...]string{"sparse_categorical_crossentropy", "categorical_crossentropy", "mean_squared_error", "binary_crossentropy"}

// String returns Keras's name of the loss.
func (l Loss) String() string {
	if int(l) < len(lossNames) {
		return lossNames[l]
	}
	return fmt.Sprintf("Loss(%d)", uint8(l))
}

// LossByName finds a loss by Keras's name; its error lists the choices.
func LossByName(name string) (Loss, error) {
	for i, n := range lossNames {
		if n == name {
			return Loss(i), nil
		}
	}
	return 0, fmt.Errorf("nn: no loss %q: choose one of %v", name, lossNames)
}

// final returns the activation that the loss is fused with, if it needs one.
func (l Loss) final() (activations.Activation, bool) {
	switch l {
	case SparseCategoricalCrossentropy, CategoricalCrossentropy:
		return activations.Softmax, true
	case BinaryCrossentropy:
		return activations.Sigmoid, true
	}
	return activations.Linear, false
}

// answers returns how many right answers there can be among n samples, 0 where
// the loss has no accuracy.
func (l Loss) answers(n, outputs int) int {
	switch l {
	case MeanSquaredError:
		return 0
	case BinaryCrossentropy:
		return n * outputs
	}
	return n
}

// lossOp computes the losses of the batch and the gradient at the top. It
// splits over samples.
type lossOp struct{ top *buffer }

func (o *lossOp) accesses() []access {
	return []access{
		{buffer: o.top, part: values, partition: bySamples},
		{buffer: o.top, part: gradients, partition: bySamples, write: true},
	}
}

func (o *lossOp) run(t *trainer, worker, workers int) {
	f := o.top.features
	for r := newRegions(t, f, true, worker, workers); r.next(); {
		t.data.readTargets(t.classes, t.targets, t.batchRows(r.first, r.width), r.columns())
		b := lossBlock{
			kernels: t.kernels, outputs: f, width: r.width, n: max(0, min(r.width, t.batch-r.first)), k: t.k,
			z: o.top.panels[r.at:], d: o.top.grad[r.at:], losses: t.losses[r.first : r.first+r.width], scratch: t.scratch[worker],
			classes: t.classes[r.first : r.first+r.width],
		}
		if t.targets != nil {
			b.targets = t.targets[r.at:]
		}
		t.hits[worker].n += t.loss.block(&b)
	}
}

// lossBlock is the columns of one panel for which a loss is computed: outputs z
// (before the activation that the loss is fused with) and targets
// [outputs][32], of which width columns take part and n are samples.
type lossBlock struct {
	kernels               *asm.Kernels
	outputs, width, n     int
	k                     float32 // 1/batch
	z, d, losses, scratch []float32
	classes               []int32
	targets               []float32
}

// lossScratch returns the floats of scratch that block wants.
func lossScratch(outputs int) int { return max(4*outputs+1, asm.PanelWidth) }

// block computes losses, gradient d = k·∂loss/∂z and the number of right
// answers. Columns beyond n get a gradient and a loss of +0.
func (l Loss) block(b *lossBlock) (hits int) {
	if l == SparseCategoricalCrossentropy {
		k := b.scratch[:b.width]
		fill(k, b.k)
		return b.kernels.CrossEntropyPanel(b.d, b.z, b.outputs, b.width, b.classes, k, b.losses)
	}
	s := b.scratch
	row := lossRow{k: b.kernels, scale: b.k}
	n := b.outputs
	row.z, row.t, row.d, row.e, row.one = s[:n], s[n:2*n], s[2*n:3*n], s[3*n:4*n], s[4*n:4*n+1]
	for c := range b.width {
		if c >= b.n {
			for i := range n {
				b.d[i*asm.PanelWidth+c] = 0
			}
			b.losses[c] = 0
			continue
		}
		for i := range n {
			row.z[i], row.t[i] = b.z[i*asm.PanelWidth+c], b.targets[i*asm.PanelWidth+c]
		}
		var h int
		switch l {
		case CategoricalCrossentropy:
			b.losses[c], h = row.categorical()
		case BinaryCrossentropy:
			b.losses[c], h = row.binary()
		default:
			b.losses[c] = row.squared()
		}
		hits += h
		for i := range n {
			b.d[i*asm.PanelWidth+c] = row.d[i]
		}
	}
	return hits
}

// lossRow is one sample of a loss with float targets: z and t in, d out; e and
// one are scratch.
type lossRow struct {
	k               *asm.Kernels
	scale           float32
	z, t, d, e, one []float32
}

// categorical: with q = z − max z and S = Σ e^q, log p = q − log S, the loss is
// −Σ t·log p and d = scale·(p·Σt − t).
func (r *lossRow) categorical() (loss float32, hits int) {
	m := r.k.Max(r.z)
	for i, z := range r.z {
		r.d[i] = z - m
	}
	r.k.Exp(r.e, r.d)
	sum := r.k.Sum(r.e)
	r.one[0] = sum
	r.k.Log(r.one, r.one)
	for i, t := range r.t {
		if r.d[i] = float32(t * (r.d[i] - r.one[0])); t == 0 {
			r.d[i] = 0 // also where log p is −Inf
		}
	}
	loss = -r.k.Sum(r.d)
	p := 1 / sum
	total := r.k.Sum(r.t)
	for i, t := range r.t {
		r.d[i] = float32(r.scale * (float32(float32(r.e[i]*p)*total) - t))
	}
	if best := argMax(r.z); best >= 0 && best == argMax(r.t) {
		hits = 1
	}
	return loss, hits
}

// argMax returns the first index of the largest number, −1 where one is NaN.
func argMax(x []float32) int {
	best := -1
	for i, v := range x {
		if v != v {
			return -1
		}
		if best < 0 || v > x[best] {
			best = i
		}
	}
	return best
}

// binary: with e = exp(−|z|), the loss of an output is
// max(z, 0) − z·t + log(1+e), and d = scale/outputs·(sigmoid(z) − t).
func (r *lossRow) binary() (loss float32, hits int) {
	for i, z := range r.z {
		r.e[i] = -float32(math.Abs(float64(z)))
	}
	r.k.Exp(r.e, r.e)
	for i := range r.e {
		r.e[i] = 1 + r.e[i]
	}
	r.k.Log(r.e, r.e)
	for i, z := range r.z {
		r.e[i] = linear(z, r.t[i]) + r.e[i]
		if z == z && (z > 0) == (r.t[i] > 0.5) {
			hits++
		}
	}
	share := 1 / float32(len(r.z))
	loss = float32(r.k.Sum(r.e) * share)
	r.k.Sigmoid(r.d, r.z)
	scale := float32(r.scale * share)
	for i, t := range r.t {
		r.d[i] = float32(scale * (r.d[i] - t))
	}
	return loss, hits
}

// linear returns max(z, 0) − z·t, also where z is infinite and t is 0 or 1.
func linear(z, t float32) float32 {
	switch {
	case t == 0:
		return max(z, 0)
	case t == 1 && z > 0:
		return 0
	}
	return max(z, 0) - float32(z*t)
}

// squared: the loss is Σ(z−t)²/outputs and d = 2·scale/outputs·(z−t).
func (r *lossRow) squared() (loss float32) {
	for i, z := range r.z {
		r.d[i] = z - r.t[i]
		r.e[i] = float32(r.d[i] * r.d[i])
	}
	share := 1 / float32(len(r.z))
	loss = float32(r.k.Sum(r.e) * share)
	scale := float32(2 * float32(r.scale*share))
	for i := range r.d {
		r.d[i] = float32(scale * r.d[i])
	}
	return loss
}
