package losses_test

import (
	"fmt"

	"weft/asm"
	"weft/nn/losses"
)

// absolute is a loss of one's own: |y − t|, summed over the outputs.
type absolute struct{}

func (absolute) Name() string { return "absolute" }

func (absolute) Sample(s *losses.Sample) float32 {
	loss := float32(0)
	for i, y := range s.Outputs {
		d, sign := y-s.Target[i], s.Scale
		if d < 0 {
			d, sign = -d, -sign
		}
		loss += d
		s.Gradient[i] = sign
	}
	return loss
}

// A loss returns the loss of one sample, and its gradient times the sample's scale.
func ExampleLoss() {
	s := &losses.Sample{Kernels: asm.Best(), Outputs: []float32{1, 5}, Target: []float32{2, 2}, Scale: 0.5, Gradient: make([]float32, 2), Scratch: make([]float32, 3)}
	var l losses.Loss = absolute{}
	fmt.Println(l.Sample(s), s.Gradient)
	// Output: 4 [-0.5 0.5]
}

func ExampleByName() {
	l, err := losses.ByName("mean_squared_error")
	fmt.Println(l == losses.MeanSquaredError, err)
	// Output: true <nil>
}
