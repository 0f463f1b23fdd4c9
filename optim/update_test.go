package optim

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"

	"weft/asm"
)

// TestTinySlots lets the slots of a dead parameter, whose gradient is 0, decay
// by one step from both sides of 2⁻¹⁰⁰: what falls below becomes +0, from the
// negative side too, what does not stays as it is, and w does not become NaN.
func TestTinySlots(t *testing.T) {
	const edge = 0x1p-100
	above, below := math.Nextafter32(edge, 1), math.Nextafter32(edge, 0)
	tests := []struct {
		o      Optimizer
		slot   int
		decay  float32 // of the slot in a step, with constants that are exact
		signed bool    // the slot may be negative
	}{
		{NewSGD(0.1).WithMomentum(0.5), 0, 0.5, true},
		{NewSGD(0.1).WithNesterov(0.5), 0, 0.5, true},
		{NewRMSprop(0.1).WithRho(0.5), 0, 0.5, false},
		{NewRMSprop(0.1).WithMomentum(0.5), 1, 0.5, true},
		{NewAdam(0.1).WithBetas(0.5, 0.5), 0, 0.5, true},
		{NewAdam(0.1).WithBetas(0.5, 0.5), 1, 0.5, false},
	}
	for _, k := range asm.Available() {
		for _, test := range tests {
			var start, want []float32
			for _, after := range []float32{above, edge, below, edge / 2, 0x1p-149} {
				kept := after
				if after < edge {
					kept = 0
				}
				start, want = append(start, after/test.decay), append(want, kept)
				if test.signed {
					start, want = append(start, -after/test.decay), append(want, -kept+0)
				}
			}
			v := newVariable(test.o, make([]float32, len(start)))
			copy(v.slots[test.slot], start)
			step := test.o.At(1, 0.1)
			v.update(k, &step, make([]float32, len(start)))
			for i, got := range v.slots[test.slot] {
				assert.Equal(t, math.Float32bits(want[i]), math.Float32bits(got), "%s %+v in %s: slot %d from %g became %g, want %g", test.o.Name(), test.o, k.Name, test.slot, start[i], got, want[i])
				assert.False(t, math.IsNaN(float64(v.w[i])), "%s %+v in %s: w is NaN", test.o.Name(), test.o, k.Name)
			}
		}
	}
}
