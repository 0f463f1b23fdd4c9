package layers_test

import (
	"context"
	"fmt"
	"log"

	"weft/activations"
	"weft/nn"
	"weft/nn/data"
	"weft/nn/layers"
	"weft/nn/losses"
	"weft/optim"
)

// Square is a layer y = x². The bits of a model that has it depend neither on the CPU
// nor on the number of workers, as long as each number is computed from its sample
// alone, in float32.
type Square struct{ name string }

// The methods that describe a layer.

func (Square) Kind() string                      { return "Square" }
func (l Square) Name() string                    { return l.name }
func (l Square) Named(name string) layers.Layer  { return Square{name} }
func (Square) Output(input []int) ([]int, error) { return input, nil }

// Build adds the ops of the forward and, where somebody below wants a gradient, of the
// backward pass.
func (Square) Build(b *layers.Builder, x *layers.Tensor) *layers.Tensor {
	x = b.Panels(x) // [⌈samples/32⌉][features][32]; one sample: [features]
	y := b.Tensor(x.Shape, x.Values.Split, x.Grad != nil)
	b.Forward(&square{x, y, x.Values.Split})
	if dx := b.Gradient(x); dx != nil {
		b.Backward(&squareBackward{x: x, y: y, dx: dx})
	}
	return y
}

type square struct {
	x, y  *layers.Tensor
	split layers.Split
}

func (o *square) Uses() []layers.Use {
	return []layers.Use{{Memory: o.x.Values, Split: o.split}, {Memory: o.y.Values, Split: o.split, Write: true}}
}

// Run does the part of one worker: spans of numbers that are its own.
func (o *square) Run(s *layers.Step, worker, workers int) {
	x, y := s.Floats(o.x.Values), s.Floats(o.y.Values)
	for p := s.Spans(o.y, o.split, worker, workers); p.Next(); {
		s.Kernels.Mul(y[p.Lo:p.Hi], x[p.Lo:p.Hi], x[p.Lo:p.Hi])
	}
}

type squareBackward struct {
	x, y *layers.Tensor
	dx   *layers.Memory
}

// Plan says how the gradient is split, and that all of it may differ from 0.
func (o *squareBackward) Plan(*layers.Builder) { o.dx.Split, o.dx.Density = o.y.Grad.Split, 1 }

func (o *squareBackward) Uses() []layers.Use {
	split := o.y.Grad.Split
	return []layers.Use{{Memory: o.x.Values, Split: split}, {Memory: o.y.Grad, Split: split}, {Memory: o.dx, Split: split, Write: true}}
}

func (o *squareBackward) Run(s *layers.Step, worker, workers int) {
	x, dy, dx := s.Floats(o.x.Values), s.Floats(o.y.Grad), s.Floats(o.dx)
	for p := s.Spans(o.y, o.y.Grad.Split, worker, workers); p.Next(); {
		for i := p.Lo; i < p.Hi; i++ {
			dx[i] = 2 * x[i] * dy[i]
		}
	}
}

// A layer of one's own learns the square of a sum: with it the model is exact.
func ExampleLayer() {
	x, targets := make([]float32, 64*2), make([]float32, 64)
	for i := range targets {
		a, b := float32(i%8)/8, float32(i/8)/8
		x[2*i], x[2*i+1] = a, b
		targets[i] = (a + 2*b) * (a + 2*b)
	}
	train, err := data.NewRegression(x, targets, 2)
	if err != nil {
		log.Fatal(err)
	}
	model := nn.NewSequential("", layers.Input(2), layers.Dense(1, activations.Linear), Square{})
	defer model.Close()
	if err := model.Compile(nn.CompileOptions{Loss: losses.MeanSquaredError, Optimizer: optim.NewAdam(0.05)}); err != nil {
		log.Fatal(err)
	}
	history, err := model.Fit(context.Background(), train, nn.FitOptions{Epochs: 200, BatchSize: 16})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("loss %.4f\n", history.Epochs[199].Get("loss"))
	// Output: loss 0.0000
}
