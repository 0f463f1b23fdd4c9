// Package activations holds the functions between layers and their derivatives,
// on the kernels of package asm: for rows and vectors of float32, and for
// panels of samples, the layout that training uses.
//
//	               y = f(x)                                 dx from dy and y, or x
//	Linear         x                                        dy
//	ReLU           x, where x < 0: +0                       dy where y > 0, else +0
//	ReLU6          x from 0 to 6                            dy where 0 < y < 6
//	LeakyReLU(s)   x, where x < 0: s·x                      dy, where y ≤ 0: s·dy
//	ELU(α)         x, where x < 0: α·(eˣ−1)                 dy, where y ≤ 0: dy·(y+α)
//	SELU           λ·x, where x < 0: λ·α·(eˣ−1)             λ·dy, where y < 0: dy·(y+λ·α)
//	CELU(α)        x, where x < 0: α·(e^(x/α)−1)            dy, where y < 0: dy·(1+y/α)
//	GELU           x·Φ(x), the normal distribution          dy·(Φ(x) + x·φ(x))
//	GELUTanh       x·σ(u), u = 2√(2/π)·(x+0.044715x³)       dy·(s + x·u′·s·(1−s)), s = σ(u)
//	SiLU           x·σ(x)                                   dy·(s + x·s·(1−s)), s = σ(x)
//	Mish           x·tanh(log(1+eˣ))                        dy·f′(x)
//	Softplus       log(1+eˣ)                                dy·(1 − e^−y)
//	Softsign       x/(1+|x|)                                dy·(1−|y|)²
//	Sigmoid        1/(1+e⁻ˣ)                                dy·(y − y²)
//	HardSigmoid    (x+3)/6 from 0 to 1                      dy/6 where 0 < y < 1
//	HardSiLU       x·HardSigmoid(x)                         dy·(x/3 + ½) from −3 to 3
//	Tanh           (eˣ−e⁻ˣ)/(eˣ+e⁻ˣ)                        dy·(1 − y²)
//	Exponential    eˣ                                       dy·y
//	Softmax        eˣ/Σeˣ of a row                          y·(dy − Σdy·y)
//	LogSoftmax     log(eˣ/Σeˣ) of a row                     dy − e^y·Σdy
//
// The formulas are those of Keras 3; the sequences of float32 operations that
// compute them are the specification in package asm. Every set of kernels and
// every layout gives the same bits, a NaN's sign and payload apart:
//
//	activations.Softmax.Forward(k, y, x)                               // one row
//	activations.ForwardRows(activations.Softmax, k, y, x, rows, columns, stride)
//	activations.ForwardPanel(activations.Softmax, k, y, x, features, width)
//
// NaN passes through every function, and makes a whole row of Softmax NaN, as
// +Inf in it does, and a row of nothing but −Inf. At the infinities functions and
// derivatives have their limits, where Keras has NaN for some. ReLU and LeakyReLU
// take a NaN output as negative in their derivatives. What is smaller than 10⁻³⁶ may
// be 0 in Softplus, SiLU, Mish and GELU, and in their derivatives.
//
// A type of one's own with the methods of [Activation] works wherever these do.
// Nothing here allocates or starts a goroutine, [ForwardPanel] and
// [BackwardPanel] of a row-wise activation without methods of [Paneled] apart.
// Slices of the wrong length, and strides and widths that cannot be, panic with
// the sizes, before anything is written.
package activations

import (
	"fmt"

	"weft/asm"
)

// Activation is a function between layers, with its derivative. Its methods may
// be called by several goroutines at once.
type Activation interface {
	// Name returns Keras's name, such as "relu".
	Name() string

	// Config returns the hyper-parameters by Keras's names, nil where there are
	// none.
	Config() map[string]float64

	// Traits returns what whoever plans the work must know.
	Traits() Traits

	// Forward computes y = f(x) for one row, which is all that a row-wise
	// activation depends on; for others any slice will do. y may be x, and
	// otherwise must not overlap it. Their lengths must be equal.
	Forward(k *asm.Kernels, y, x []float32)

	// Backward computes the gradient dx of the input from the gradient dy of
	// the output and the output y, and, where Traits().NeedsInput, from the
	// input x, which is nil otherwise. dx may be dy, and otherwise must not
	// overlap dy, x or y. Their lengths must be equal.
	Backward(k *asm.Kernels, dx, dy, x, y []float32)
}

// Traits are what the plan of a training step must know of an activation.
type Traits struct {
	RowWise    bool    // an output depends on the whole row, as in Softmax
	NeedsInput bool    // Backward reads x, which y must then not overwrite
	Density    float64 // expected share of dx that is not zero, 1 where nothing is cut (ReLU: 0.5)
}

// Paneled is implemented by row-wise activations that compute the columns of a
// panel without copying each of them to a row. The arguments are those of
// [ForwardPanel] and [BackwardPanel], which have checked them; features > 0.
type Paneled interface {
	ForwardPanel(k *asm.Kernels, y, x []float32, features, width int)
	BackwardPanel(k *asm.Kernels, dx, dy, x, y []float32, features, width int)
}

// checkForward panics where y and x differ in length.
func checkForward(name string, y, x []float32) {
	if len(y) != len(x) {
		panic(fmt.Sprintf("activations: %s: Forward of %d numbers into %d", name, len(x), len(y)))
	}
}

// checkBackward panics where dx, dy and y differ in length.
func checkBackward(name string, dx, dy, y []float32) {
	if len(dx) != len(dy) || len(dx) != len(y) {
		panic(fmt.Sprintf("activations: %s: Backward of %d gradients and %d outputs into %d", name, len(dy), len(y), len(dx)))
	}
}

// checkBackwardInput is checkBackward where the input is needed too.
func checkBackwardInput(name string, dx, dy, x, y []float32) {
	checkBackward(name, dx, dy, y)
	if len(dx) != len(x) {
		panic(fmt.Sprintf("activations: %s: Backward of %d gradients and %d inputs into %d: it needs the input of Forward", name, len(dy), len(x), len(dx)))
	}
}
