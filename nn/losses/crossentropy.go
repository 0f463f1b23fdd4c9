package losses

import (
	"fmt"
	"math"

	"weft/activations"
)

type sparseCategorical struct{}

// SparseCategoricalCrossentropy is −log p of the sample's class, after a final
// softmax. Accuracy: the arg-max is the class.
var SparseCategoricalCrossentropy Loss = sparseCategorical{}

func (sparseCategorical) Name() string                  { return "sparse_categorical_crossentropy" }
func (sparseCategorical) Final() activations.Activation { return activations.Softmax }
func (sparseCategorical) Classes() bool                 { return true }
func (sparseCategorical) Answers(int) int               { return 1 }
func (sparseCategorical) CheckTarget(t []float32) error { return nil }
func (l sparseCategorical) CheckOutputs(n int) error    { return moreThanOne(l, n) }
func (sparseCategorical) Panel(b *Block) {
	b.Hits += b.Kernels.CrossEntropyPanel(b.D, b.Z, b.Outputs, b.Width, b.Classes, b.Scale, b.Losses)
}

// Sample is Panel for one sample, by the same operations: with e = e^(z − max z),
// S = Σe and r = scale/S, the gradient is e·r, that of the class fma(e, r, −scale).
func (sparseCategorical) Sample(s *Sample) float32 {
	k, d, class := s.Kernels, s.Gradient, s.Class
	if argMax(s.Outputs) == class {
		s.Hits++
	}
	m := k.Max(s.Outputs)
	margin := s.Outputs[class] - m
	for i, z := range s.Outputs {
		d[i] = z - m
	}
	k.Exp(d, d)
	sum := k.Sum(d)
	r, e := s.Scratch[:1], s.Scratch[1:2]
	r[0], e[0] = s.Scale/sum, d[class]
	k.Scale(d, d, r[0])
	d[class] = -s.Scale
	k.VecMat(d[class:class+1], e, r, 1)
	r[0] = sum
	k.Log(r, r)
	return r[0] - margin
}

type categorical struct{}

// CategoricalCrossentropy is −Σ t·log p for targets t ≥ 0, after a final softmax.
// Accuracy: arg-max equals arg-max of the targets.
var CategoricalCrossentropy Loss = categorical{}

func (categorical) Name() string                  { return "categorical_crossentropy" }
func (categorical) Final() activations.Activation { return activations.Softmax }
func (categorical) Answers(int) int               { return 1 }
func (l categorical) CheckOutputs(n int) error    { return moreThanOne(l, n) }

// CheckTarget returns an error for what is no share of a class.
func (categorical) CheckTarget(t []float32) error { return shares(t) }

// Sample: with q = z − max z and S = Σ e^q, log p = q − log S, the loss is −Σ t·log p
// and the gradient scale·(p·Σt − t).
func (categorical) Sample(s *Sample) float32 {
	k, d, e, n := s.Kernels, s.Gradient, s.Scratch[:len(s.Outputs)], len(s.Outputs)
	m := k.Max(s.Outputs)
	for i, z := range s.Outputs {
		d[i] = z - m
	}
	k.Exp(e, d)
	sum := k.Sum(e)
	log := s.Scratch[n : n+1]
	log[0] = sum
	k.Log(log, log)
	for i, t := range s.Target {
		if d[i] = float32(t * (d[i] - log[0])); t == 0 {
			d[i] = 0 // also where log p is −Inf
		}
	}
	loss := -k.Sum(d)
	p := 1 / sum
	total := k.Sum(s.Target)
	for i, t := range s.Target {
		d[i] = float32(s.Scale * (float32(float32(e[i]*p)*total) - t))
	}
	if best := argMax(s.Outputs); best >= 0 && best == argMax(s.Target) {
		s.Hits++
	}
	return loss
}

type binary struct{}

// BinaryCrossentropy is the mean over the outputs of −t·log p − (1−t)·log(1−p), after
// a final sigmoid, for targets 0 ≤ t ≤ 1. Accuracy: the share of outputs where p > 1/2
// is t > 1/2.
var BinaryCrossentropy Loss = binary{}

func (binary) Name() string                  { return "binary_crossentropy" }
func (binary) Final() activations.Activation { return activations.Sigmoid }
func (binary) Answers(outputs int) int       { return outputs }
func (binary) CheckOutputs(int) error        { return nil }

// CheckTarget returns an error for what is no probability.
func (binary) CheckTarget(t []float32) error { return shares(t) }

// Sample: with e = exp(−|z|), the loss of an output is max(z, 0) − z·t + log(1+e), and
// its gradient scale/outputs·(sigmoid(z) − t).
func (binary) Sample(s *Sample) float32 {
	k, d, e := s.Kernels, s.Gradient, s.Scratch[:len(s.Outputs)]
	for i, z := range s.Outputs {
		e[i] = -float32(math.Abs(float64(z)))
	}
	k.Exp(e, e)
	for i := range e {
		e[i] = 1 + e[i]
	}
	k.Log(e, e)
	for i, z := range s.Outputs {
		e[i] = linear(z, s.Target[i]) + e[i]
		if z == z && (z > 0) == (s.Target[i] > 0.5) {
			s.Hits++
		}
	}
	share := 1 / float32(len(s.Outputs))
	loss := float32(k.Sum(e) * share)
	k.Sigmoid(d, s.Outputs)
	scale := float32(s.Scale * share)
	for i, t := range s.Target {
		d[i] = float32(scale * (d[i] - t))
	}
	return loss
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

// moreThanOne returns an error for a softmax over one output, which is always 1.
func moreThanOne(l Loss, n int) error {
	if n < 2 {
		return fmt.Errorf("the softmax of one output is always 1: give one output with activations.Sigmoid and losses.BinaryCrossentropy, or as many outputs as there are classes")
	}
	return nil
}

// shares returns an error for a target outside of [0, 1].
func shares(t []float32) error {
	for i, v := range t {
		if !(v >= 0 && v <= 1) {
			return fmt.Errorf("target %d is %v: give 0 ≤ t ≤ 1 (for classes −1 and +1 take (t+1)/2)", i, v)
		}
	}
	return nil
}
