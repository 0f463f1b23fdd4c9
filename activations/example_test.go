package activations_test

import (
	"fmt"

	"weft/activations"
	"weft/asm"
)

func ExampleActivation_Forward() {
	x := []float32{-2, -0.5, 0, 0.5, 2}
	y := make([]float32, len(x))
	for _, a := range []activations.Activation{activations.ReLU, activations.Sigmoid, activations.Tanh} {
		a.Forward(asm.Best(), y, x)
		fmt.Printf("%-8s%.3f\n", a.Name(), y)
	}
	// Output:
	// relu    [0.000 0.000 0.000 0.500 2.000]
	// sigmoid [0.119 0.378 0.500 0.622 0.881]
	// tanh    [-0.964 -0.462 0.000 0.462 0.964]
}

// The rows of a matrix become probabilities, in place.
func ExampleForwardRows() {
	const rows, columns = 2, 3
	x := []float32{
		1, 2, 3,
		0, 0, 0,
	}
	activations.ForwardRows(activations.Softmax, asm.Best(), x, x, rows, columns, columns)
	fmt.Printf("%.3f\n%.3f\n", x[:columns], x[columns:])
	// Output:
	// [0.090 0.245 0.665]
	// [0.333 0.333 0.333]
}

// The gradient of the input comes from that of the output and the output.
func ExampleActivation_Backward() {
	y := []float32{0.25, 0.5, 0.75} // of a sigmoid
	dy := []float32{1, 1, -1}
	dx := make([]float32, len(y))
	activations.Sigmoid.Backward(asm.Best(), dx, dy, nil, y)
	fmt.Println(dx)
	// Output: [0.1875 0.25 -0.1875]
}

// A panel holds 32 samples, the sample as the fastest index: here 2 features, of
// which sample 0 has the logits 0 and 0, all others 0 and 40.
func ExampleForwardPanel() {
	panel := make([]float32, 2*asm.PanelWidth)
	for s := 1; s < asm.PanelWidth; s++ {
		panel[asm.PanelWidth+s] = 40
	}
	activations.ForwardPanel(activations.Softmax, asm.Best(), panel, panel, 2, asm.PanelWidth)
	fmt.Println(panel[0], panel[asm.PanelWidth], panel[asm.PanelWidth+1])
	// Output: 0.5 0.5 1
}

func ExampleByName() {
	a, err := activations.ByName("relu")
	fmt.Println(a.Name(), err)
	_, err = activations.ByName("ReLU") // the error lists the choices
	fmt.Println(err != nil)
	// Output:
	// relu <nil>
	// true
}

// square is an activation of one's own. Its derivative needs the input.
type square struct{}

func (square) Name() string               { return "square" }
func (square) Config() map[string]float64 { return nil }
func (square) Traits() activations.Traits { return activations.Traits{NeedsInput: true, Density: 1} }

func (square) Forward(k *asm.Kernels, y, x []float32) { k.Mul(y, x, x) }

func (square) Backward(k *asm.Kernels, dx, dy, x, y []float32) {
	k.Mul(dx, dy, x)
	k.Scale(dx, dx, 2)
}

// A type of one's own works on rows and panels as the package's do.
func ExampleActivation() {
	x := []float32{-3, 1, 2}
	y, dx := make([]float32, 3), make([]float32, 3)
	activations.ForwardRows(square{}, asm.Best(), y, x, 1, 3, 3)
	square{}.Backward(asm.Best(), dx, []float32{1, 1, 1}, x, y)
	fmt.Println(y, dx)
	// Output: [9 1 4] [-6 2 4]
}

// Hyper-parameters have Keras's names and defaults.
func ExampleFromConfig() {
	a, _ := activations.FromConfig("leaky_relu", map[string]float64{"negative_slope": 0.25})
	y := make([]float32, 2)
	a.Forward(asm.Best(), y, []float32{-2, 2})
	fmt.Println(y)
	_, err := activations.FromConfig("elu", map[string]float64{"slope": 1})
	fmt.Println(err)
	// Output:
	// [-0.5 2]
	// activations: elu has no hyper-parameter "slope": it has [alpha]
}
