package onnx

import "weft/nn/internal/tensor"

// Chain is a feed-forward network, one layer after the other, in Weft's and
// Keras's terms: images are rows × columns × channels, a Dense kernel is [in,
// out], a convolution's [rows, columns, in, out], and Flatten runs over rows,
// columns, channels. ONNX has channels first; Recognize and Build permute the
// weights.
type Chain struct {
	Name                string
	Input               []int // shape of a sample
	InputName           string
	InputType           tensor.DType // of the file's input; layers compute with float32
	ChannelsFirst       bool         // the file's input is [channels, rows, columns] of Input
	Layers              []Layer
	Output              []int // shape of a sample
	OutputName          string
	OutputChannelsFirst bool     // the file's output is [channels, rows, columns] of Output
	TwoColumns          bool     // the file's output is [1−p, p] where the chain's is [p]: scikit-learn's binary classifiers
	Classes             []string // names of the outputs, nil where the file has none
}

// Layer is one of the layer types of this file, as a pointer.
type Layer interface{ layerName() string }

// Dense is y = x·kernel + bias, on the last axis.
type Dense struct {
	Name    string
	In, Out int
	Kernel  []float32 // [In][Out]
	Bias    []float32 // [Out], nil for none
}

// Conv2D is a convolution of images.
type Conv2D struct {
	Name          string
	Rows, Columns int // of the kernel
	In, Out       int
	Kernel        []float32 // [Rows][Columns][In][Out]
	Bias          []float32 // [Out], nil for none
	Strides       [2]int
	Dilations     [2]int
	Pads          [4]int // top, left, bottom, right
}

// DepthwiseConv2D convolves each channel by itself.
type DepthwiseConv2D struct {
	Name           string
	Rows, Columns  int // of the kernel
	In, Multiplier int
	Kernel         []float32 // [Rows][Columns][In][Multiplier]
	Bias           []float32 // [In·Multiplier], nil for none
	Strides        [2]int
	Dilations      [2]int
	Pads           [4]int
}

// Pool2D takes the maximum or the mean of each window.
type Pool2D struct {
	Name          string
	Max           bool
	Rows, Columns int // of the window
	Strides       [2]int
	Pads          [4]int
	CountPads     bool // a mean counts the zeros of the padding
}

// GlobalPool2D takes the maximum or the mean of each channel.
type GlobalPool2D struct {
	Name     string
	Max      bool
	KeepDims bool // the output is 1 × 1 × channels
}

// BatchNormalization is (x − mean)/√(variance + epsilon)·gamma + beta, for each channel.
type BatchNormalization struct {
	Name                        string
	Gamma, Beta, Mean, Variance []float32
	Epsilon                     float32
	Momentum                    float32 // weight of the old mean in training
}

// LayerNormalization normalizes over the channels. Gamma and Beta may be nil.
type LayerNormalization struct {
	Name        string
	Gamma, Beta []float32
	Epsilon     float32
}

// Affine is (x − Mean)·Scale + Offset, or (x − Mean)/Scale + Offset with Divide.
// Each has one element, or one for each channel, or is nil.
type Affine struct {
	Name                string
	Mean, Scale, Offset []float32
	Divide              bool
}

// Activation applies a function to each element, or softmax to the channels.
type Activation struct {
	Name        string
	Function    Function
	Alpha, Beta float32 // of LeakyReLU, ELU, CELU: alpha; HardSigmoid: min(max(alpha·x + beta, 0), 1)
}

// Dropout does nothing in prediction.
type Dropout struct {
	Name string
	Rate float32
}

// Flatten makes a row of the elements.
type Flatten struct{ Name string }

// Reshape gives the elements another shape in the same order.
type Reshape struct {
	Name  string
	Shape []int
}

// ZeroPadding2D puts zeros around an image.
type ZeroPadding2D struct {
	Name string
	Pads [4]int // top, left, bottom, right
}

func (l *Dense) layerName() string              { return l.Name }
func (l *Conv2D) layerName() string             { return l.Name }
func (l *DepthwiseConv2D) layerName() string    { return l.Name }
func (l *Pool2D) layerName() string             { return l.Name }
func (l *GlobalPool2D) layerName() string       { return l.Name }
func (l *BatchNormalization) layerName() string { return l.Name }
func (l *LayerNormalization) layerName() string { return l.Name }
func (l *Affine) layerName() string             { return l.Name }
func (l *Activation) layerName() string         { return l.Name }
func (l *Dropout) layerName() string            { return l.Name }
func (l *Flatten) layerName() string            { return l.Name }
func (l *Reshape) layerName() string            { return l.Name }
func (l *ZeroPadding2D) layerName() string      { return l.Name }

// Function is an activation, by Keras's name.
type Function string

// The activations.
const (
	ReLU        Function = "relu"
	ReLU6       Function = "relu6"
	LeakyReLU   Function = "leaky_relu"
	ELU         Function = "elu"
	SELU        Function = "selu"
	CELU        Function = "celu"
	GELU        Function = "gelu"
	GELUTanh    Function = "gelu_tanh" // Keras's gelu with approximate=True
	SiLU        Function = "silu"
	Mish        Function = "mish"
	Sigmoid     Function = "sigmoid"
	HardSigmoid Function = "hard_sigmoid"
	HardSiLU    Function = "hard_silu"
	Tanh        Function = "tanh"
	Softplus    Function = "softplus"
	Softsign    Function = "softsign"
	Exponential Function = "exponential"
	Softmax     Function = "softmax"
	LogSoftmax  Function = "log_softmax"
)
