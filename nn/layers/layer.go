// Package layers holds the layers of a network: what each one is, no memory. A layer
// is a value that may be used in several models, which then share nothing.
//
//	layer                              output                      parameters
//	Input(shape…)                      shape                       –
//	Flatten()                          all numbers in one vector   –
//	Dense(units, activation)           units                       kernel [in, units], bias [units]
//	Activation(function)               as its input                –
//	Dropout(rate)                      as its input                –
//	BatchNormalization()               as its input                gamma, beta, moving_mean, moving_variance
//	LayerNormalization()               as its input                gamma, beta
//	Reshape(shape…)                    shape                       –
//	Conv2D(filters, rows, columns, f)  [rows columns filters]      kernel [rows, columns, in, filters], bias
//	MaxPooling2D(rows, columns)        [rows columns channels]     –
//	AveragePooling2D(rows, columns)    [rows columns channels]     –
//	GlobalAveragePooling2D()           channels                    –
//	Residual(inner…)                   as its input                those of inner
//
// Names, formulas and defaults are Keras 3's.
//
// # A layer of one's own
//
// A type with the methods of [Layer] works in any model. Build adds its ops to a
// plan, once for all uses: training, evaluation and prediction ask the same Build
// for a plan, and [Builder] says in Mode what for. An op states in Uses what it
// reads and writes and how that is split among workers; the plan puts barriers
// where they are needed. The example of this package is such a layer.
package layers

import (
	"weft/activations"
	"weft/nn/internal/engine"
)

// Layer is one layer of a model.
type Layer interface {
	// Kind returns Keras's class name, such as Dense.
	Kind() string
	// Name returns the layer's own name, "" for the numbered one that a model gives.
	Name() string
	// Named returns the layer with a name of its own, any Unicode.
	Named(name string) Layer
	// Output returns the shape that the layer makes of the shape of a sample, or an
	// error that says what the layer needs.
	Output(input []int) ([]int, error)
	// Build adds the layer's ops and parameters to a plan and returns its output.
	Build(b *Builder, x *Tensor) *Tensor
}

// The types of the engine that a layer of one's own meets.
type (
	Builder     = engine.Builder
	Tensor      = engine.Tensor
	Memory      = engine.Memory
	Param       = engine.Param
	Op          = engine.Op
	Use         = engine.Use
	Step        = engine.Step
	Planner     = engine.Planner
	Mode        = engine.Mode
	Layout      = engine.Layout
	Split       = engine.Split
	Initializer = engine.Initializer
	Flat        = engine.Flat          // lays a parameter out as Keras shapes it
	Constant    = engine.Constant      // gives every element one value
	Glorot      = engine.GlorotUniform // gives a kernel Keras's first values
)

// What a plan is for, how a tensor lies in memory, and which part of a memory one worker
// touches: see [Builder], [Tensor] and [Use].
const (
	Outline, Train, Infer, One        = engine.Outline, engine.Train, engine.Infer, engine.One
	Panels, Rows                      = engine.Panels, engine.Rows
	ByUnits, BySamples, ByInputs, All = engine.ByUnits, engine.BySamples, engine.ByInputs, engine.All
)

// InputShape is implemented by a layer that may give the shape of a sample where it
// is the first one.
type InputShape interface {
	Layer
	InputShape() []int // nil: not given
}

// Activated is implemented by a layer that ends in an activation, which a loss may
// contain.
type Activated interface {
	Layer
	// Final returns the layer without its last activation, and the activation.
	Final() (Layer, activations.Activation)
}
