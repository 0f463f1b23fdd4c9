package nn

import (
	"fmt"
	"math/rand/v2"

	"weft/asm"
)

type dropoutLayer struct {
	label string
	rate  float64
}

// Dropout sets a share of its inputs to zero in training and scales the others
// by 1/(1−rate), so that nothing needs to change outside training, where it
// passes everything (Srivastava et al. 2014). 0 ≤ rate < 1. The mask depends on
// seed, layer, step, unit and place in the batch alone.
func Dropout(rate float64) Layer { return dropoutLayer{rate: rate} }

func (l dropoutLayer) Named(name string) Layer { l.label = name; return l }
func (l dropoutLayer) name() string            { return l.label }
func (l dropoutLayer) kind() string            { return "Dropout" }

func (l dropoutLayer) output(input []int) ([]int, error) {
	if !(l.rate >= 0 && l.rate < 1) {
		return nil, fmt.Errorf("a Dropout layer of rate %v: give 0 ≤ rate < 1, the share that is dropped", l.rate)
	}
	return input, nil
}

func (l dropoutLayer) nodes(position int, input []int) []node {
	if l.rate == 0 {
		return nil
	}
	return []node{{rate: l.rate, layer: position}}
}

func (l dropoutLayer) config() layerConfig {
	return layerConfig{Kind: l.kind(), Name: l.label, Rate: l.rate}
}

// dropoutPurpose returns the hash of the stream of a layer's masks.
func dropoutPurpose(layer int) uint64 { return purposeHash(fmt.Sprintf("dropout/%d", layer)) }

// dropoutForward computes y = mask·x, the mask being 0 or 1/(1−rate).
type dropoutForward struct {
	x, y    *buffer
	mask    []float32
	samples bool
	rate    float64
	purpose uint64
}

func (o *dropoutForward) accesses() []access {
	own := splitOf(o.samples)
	return []access{
		{buffer: o.x, part: values, partition: own},
		{buffer: o.y, part: mask, partition: own, write: true},
		{buffer: o.y, part: values, partition: own, write: true},
	}
}

func (o *dropoutForward) run(t *trainer, worker, workers int) {
	keep := float32(1 / (1 - o.rate))
	drop := uint32(o.rate * (1 << 32)) // a number below it drops
	f, x := o.y.features, o.x
	for r := newRegions(t, f, o.samples, worker, workers); r.next(); {
		for u := range r.units {
			at := r.at + u*asm.PanelWidth
			unit := uint64(t.step)*uint64(f) + uint64(r.unit+u)
			for s := 0; s < r.width; s += groupWidth {
				// one stream for 16 samples of a unit and step, so that any
				// worker can draw them
				g := rand.NewPCG(t.seed, o.purpose+unit<<24+uint64(r.first+s)/groupWidth)
				drawMask(o.mask[at+s:at+s+groupWidth], g, drop, keep)
			}
			t.kernels.Mul(o.y.panels[at:at+r.width], x.panels[at:at+r.width], o.mask[at:at+r.width])
		}
	}
}

func drawMask(mask []float32, g *rand.PCG, drop uint32, keep float32) {
	for i := 0; i < len(mask); i += 2 {
		bits := g.Uint64()
		mask[i], mask[i+1] = 0, 0
		if uint32(bits) >= drop {
			mask[i] = keep
		}
		if uint32(bits>>32) >= drop {
			mask[i+1] = keep
		}
	}
}

// dropoutBackward computes dx = mask·dy.
type dropoutBackward struct {
	forward *dropoutForward
	samples bool
}

func (o *dropoutBackward) inherit(samples bool) bool {
	o.samples = o.forward.samples && samples
	return o.samples
}

func (o *dropoutBackward) accesses() []access {
	own := splitOf(o.samples)
	return []access{
		{buffer: o.forward.y, part: mask, partition: own},
		{buffer: o.forward.y, part: gradients, partition: own},
		{buffer: o.forward.x, part: gradients, partition: own, write: true},
	}
}

func (o *dropoutBackward) run(t *trainer, worker, workers int) {
	x, y, mask := o.forward.x, o.forward.y, o.forward.mask
	for r := newRegions(t, y.features, o.samples, worker, workers); r.next(); {
		for u := range r.units {
			at := r.at + u*asm.PanelWidth
			t.kernels.Mul(x.grad[at:at+r.width], y.grad[at:at+r.width], mask[at:at+r.width])
		}
	}
}
