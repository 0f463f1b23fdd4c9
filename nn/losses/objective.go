package losses

import (
	"weft/asm"
	"weft/nn/internal/engine"
)

// Objective returns a loss as the engine calls it.
func Objective(l Loss) engine.Objective {
	if p, ok := l.(Paneled); ok {
		return panels{p}
	}
	return columns{l}
}

// panels calls a loss once for a panel.
type panels struct{ loss Paneled }

func (o panels) Scratch(int) int       { return 0 }
func (o panels) Panel(b *engine.Block) { o.loss.Panel(b) }

// columns calls a loss for one sample after the other.
type columns struct{ loss Loss }

// Scratch returns room for outputs, target and gradient of a sample and what the loss
// itself may use.
func (o columns) Scratch(outputs int) int { return 4*outputs + 1 }

func (o columns) Panel(b *engine.Block) {
	n, scratch := b.Outputs, b.Scratch
	s := &b.Sample
	*s = Sample{
		Kernels: b.Kernels, Class: -1, Outputs: scratch[:n], Gradient: scratch[2*n : 3*n], Scratch: scratch[3*n : 4*n+1],
	}
	if b.Targets != nil {
		s.Target = scratch[n : 2*n]
	}
	for c := range b.Width {
		if c >= b.N {
			for i := range n {
				b.D[i*asm.PanelWidth+c] = 0
			}
			b.Losses[c] = 0
			continue
		}
		for i := range n {
			s.Outputs[i] = b.Z[i*asm.PanelWidth+c]
		}
		for i := range s.Target {
			s.Target[i] = b.Targets[i*asm.PanelWidth+c]
		}
		if b.Classes != nil {
			s.Class = int(b.Classes[c])
		}
		s.Scale = b.Scale[c]
		b.Losses[c] = o.loss.Sample(s)
		for i := range n {
			b.D[i*asm.PanelWidth+c] = s.Gradient[i]
		}
	}
	b.Hits += s.Hits
}
