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
