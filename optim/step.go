package optim

import (
	"fmt"

	"weft/asm"
)

// Kernel updates parameters w in place from their gradients g and the slots of
// their rule, all of one length. c holds the constants of the step. It must not
// depend on how a caller divides the parameters among calls, and to keep the
// same bits everywhere it rounds each operation: Go may fuse x*y + z, but not
// float32(x*y) + z.
type Kernel func(k *asm.Kernels, c *[8]float32, w, g []float32, slots [][]float32)

// Step is one step of a rule: its kernel and the constants of that step. Any
// worker may apply it to any range of parameters; the bits do not depend on the
// ranges.
type Step struct {
	Kernel    Kernel
	Constants [8]float32
	Slots     int     // that the kernel reads
	Decay     float32 // before the kernel runs, w −= w·Decay
}

// NewStep returns a step of a kernel that reads that many slots, with up to
// eight constants.
func NewStep(kernel Kernel, slots int, constants ...float32) Step {
	s := Step{Kernel: kernel, Slots: slots}
	if len(constants) > len(s.Constants) {
		panic(fmt.Sprintf("optim: a step of %d constants: at most %d", len(constants), len(s.Constants)))
	}
	copy(s.Constants[:], constants)
	return s
}

// Update applies the step to the parameters w with the gradients g and the
// slots. All are of one length, and there are as many slots as the kernel reads,
// else it panics with the sizes and writes nothing. g is left as it is; none of
// them may overlap.
func (s *Step) Update(k *asm.Kernels, w, g []float32, slots [][]float32) {
	bad := len(g) != len(w) || len(slots) != s.Slots
	for _, slot := range slots {
		bad = bad || len(slot) != len(w)
	}
	if bad {
		s.refuse(w, g, slots)
	}
	if s.Decay != 0 {
		k.SGD(w, w, s.Decay)
	}
	s.Kernel(k, &s.Constants, w, g, slots)
}

// refuse panics with the sizes of what Update was given.
//
//go:noinline
func (s *Step) refuse(w, g []float32, slots [][]float32) {
	lengths := []int{len(w), len(g)}
	for _, slot := range slots {
		lengths = append(lengths, len(slot))
	}
	if len(slots) != s.Slots {
		panic(fmt.Sprintf("optim: Update with %d slots: the rule has %d", len(slots), s.Slots))
	}
	panic(fmt.Sprintf("optim: Update: parameters, gradients and slots of different lengths %v", lengths))
}
