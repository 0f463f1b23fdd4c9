package nn

import (
	"fmt"
	"math"
	"math/rand/v2"

	"weft/activations"
	"weft/nn/data"
	"weft/nn/internal/engine"
	"weft/nn/layers"
	"weft/nn/losses"
)

// reference is the mathematics of a model in float64, sample by sample: an
// implementation of its own, to which the engine is compared.
type reference struct {
	layers  []layers.Layer
	loss    losses.Loss
	seed    uint64
	weights []tensors // of each Dense layer, in order
}

// tensors is a kernel [in][out] and a bias [out].
type tensors struct {
	in, out      int
	kernel, bias []float64
}

// newReference copies layers and weights of a compiled model.
func newReference(m *Sequential, loss losses.Loss) *reference {
	r := &reference{layers: m.layers, loss: loss, seed: m.training.seed}
	all := m.Weights()
	for i := 0; i < len(all); i += 2 {
		r.weights = append(r.weights, tensors{all[i].Shape[0], all[i].Shape[1], widened(all[i].Data), widened(all[i+1].Data)})
	}
	return r
}

func widened(x []float32) []float64 {
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = float64(v)
	}
	return y
}

// outputs returns what the model makes of one sample. step is the number of the
// optimizer's step, from 1, or 0 outside training; sample is the place in the
// batch.
func (r *reference) outputs(x []float64, step, sample int) []float64 {
	x = append([]float64(nil), x...)
	dense := 0
	for position, l := range r.layers {
		switch l := l.(type) {
		case layers.DenseLayer:
			x = activated(l.Function.Activation, r.weights[dense].times(x))
			dense++
		case layers.ActivationLayer:
			x = activated(l.Function.Activation, x)
		case layers.DropoutLayer:
			for unit := range x {
				if step > 0 {
					x[unit] *= maskAt(r.seed, position, step, unit, sample, len(x), l.Rate)
				}
			}
		}
	}
	return x
}

// times returns kernelᵀ·x + bias.
func (w *tensors) times(x []float64) []float64 {
	y := append([]float64(nil), w.bias...)
	for i, v := range x {
		for o := range y {
			y[o] += float64(v * w.kernel[i*w.out+o])
		}
	}
	return y
}

func activated(fn activations.Activation, x []float64) []float64 {
	y := make([]float64, len(x))
	sum := 0.0
	for i, v := range x {
		switch fn {
		case activations.Linear:
			y[i] = v
		case activations.ReLU:
			y[i] = max(v, 0)
		case activations.Sigmoid:
			y[i] = 1 / (1 + math.Exp(-v))
		case activations.Tanh:
			y[i] = math.Tanh(v)
		case activations.Softmax:
			y[i] = math.Exp(v)
			sum += y[i]
		}
	}
	if fn == activations.Softmax {
		for i := range y {
			y[i] /= sum
		}
	}
	return y
}

// of returns the loss of outputs y for a sample with the given class or targets.
func (r *reference) of(y []float64, class int32, targets []float32) float64 {
	n, sum := float64(len(y)), 0.0
	switch r.loss {
	case losses.SparseCategoricalCrossentropy:
		return -math.Log(y[class])
	case losses.CategoricalCrossentropy:
		for i, t := range targets {
			sum -= float64(float64(t) * math.Log(y[i]))
		}
		return sum
	case losses.MeanSquaredError:
		for i, t := range targets {
			sum += float64((y[i] - float64(t)) * (y[i] - float64(t)))
		}
		return sum / n
	case losses.BinaryCrossentropy:
		for i, t := range targets {
			sum -= float64(float64(t)*math.Log(y[i])) + float64((1-float64(t))*math.Log1p(-y[i]))
		}
		return sum / n
	}
	panic("no reference for " + r.loss.Name())
}

// mean returns the mean loss of the first n samples, each times its weight.
func (r *reference) mean(d *data.Data, n, step int) float64 {
	size, sum := engine.Product(d.Shape), 0.0
	for i := range n {
		y, weight := r.outputs(widened(d.Floats[i*size:(i+1)*size]), step, i), 1.0
		if d.Weights != nil {
			weight = float64(d.Weights[i])
		}
		if d.Classes != nil {
			sum += float64(weight * r.of(y, d.Classes[i], nil))
		} else {
			sum += float64(weight * r.of(y, 0, d.Targets[i*len(y):(i+1)*len(y)]))
		}
	}
	return sum / float64(n)
}

// maskAt returns the factor of a dropout layer for one number, from the words of
// its specification: the stream PCG(seed, FNV-1a("dropout/<layer>") +
// (step·units + unit)·2²⁴ + ⌊sample/16⌋) gives sixteen samples half a word each,
// low half first, and a half below rate·2³² drops.
func maskAt(seed uint64, layer, step, unit, sample, units int, rate float64) float64 {
	h := uint64(14695981039346656037)
	for _, c := range []byte(fmt.Sprintf("dropout/%d", layer)) {
		h = (h ^ uint64(c)) * 1099511628211
	}
	g := rand.NewPCG(seed, h+uint64(step*units+unit)<<24+uint64(sample/16))
	var word uint64
	for range sample%16/2 + 1 {
		word = g.Uint64()
	}
	if uint32(word>>(32*(sample%2))) < uint32(rate*(1<<32)) {
		return 0
	}
	return 1 / (1 - rate)
}
