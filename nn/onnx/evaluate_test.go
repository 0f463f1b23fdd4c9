package onnx

import (
	"fmt"
	"math"
)

// evaluate computes a chain in float64 with plain loops, for one sample in the
// file's order, and returns the file's output.
func evaluate(c *Chain, sample []float64) []float64 {
	shape, x := c.Input, sample
	if c.ChannelsFirst {
		x = exchange(x, shape[2], shape[0]*shape[1])
	}
	for _, l := range c.Layers {
		shape, x = step(l, shape, x)
	}
	if c.OutputChannelsFirst {
		x = exchange(x, shape[0]*shape[1], shape[2])
	}
	if c.TwoColumns {
		x = []float64{1 - x[0], x[0]}
	}
	if got, want := fmt.Sprint(shape), fmt.Sprint(c.Output); got != want {
		panic("output of shape " + got + ", the chain says " + want)
	}
	return x
}

// exchange turns a matrix of rows × columns.
func exchange(x []float64, rows, columns int) []float64 {
	out := make([]float64, len(x))
	for i := range rows {
		for j := range columns {
			out[j*rows+i] = x[i*columns+j]
		}
	}
	return out
}

func step(l Layer, shape []int, x []float64) ([]int, []float64) {
	switch l := l.(type) {
	case *Dense:
		return dense(l, shape, x)
	case *Conv2D:
		w := window{l.Rows, l.Columns, l.Strides, l.Dilations, l.Pads}
		return slide(w, shape, l.Out, func(in, out []float64, pixel int) {
			for o := range out {
				for i := range l.In {
					out[o] += in[i] * float64(l.Kernel[(pixel*l.In+i)*l.Out+o])
				}
			}
		}, x, l.Bias)
	case *DepthwiseConv2D:
		w := window{l.Rows, l.Columns, l.Strides, l.Dilations, l.Pads}
		return slide(w, shape, l.In*l.Multiplier, func(in, out []float64, pixel int) {
			for o := range out {
				out[o] += in[o/l.Multiplier] * float64(l.Kernel[pixel*len(out)+o])
			}
		}, x, l.Bias)
	case *Pool2D:
		return pool(l, shape, x)
	case *GlobalPool2D:
		c := shape[2]
		all := &Pool2D{Max: l.Max, Rows: shape[0], Columns: shape[1], Strides: [2]int{1, 1}}
		_, y := pool(all, shape, x)
		if l.KeepDims {
			return []int{1, 1, c}, y
		}
		return []int{c}, y
	case *Reshape:
		return l.Shape, x
	case *Flatten:
		return []int{len(x)}, x
	case *Dropout:
		return shape, x
	case *ZeroPadding2D:
		w := window{1, 1, [2]int{1, 1}, [2]int{1, 1}, l.Pads}
		return slide(w, shape, shape[2], func(in, out []float64, _ int) { copy(out, in) }, x, nil)
	}
	out, c := make([]float64, len(x)), shape[len(shape)-1]
	for from := 0; from < len(x); from += c {
		channels(l, x[from:from+c], out[from:from+c])
	}
	return shape, out
}

// channels computes the layers that work on the channels of each position.
func channels(l Layer, x, y []float64) {
	at := func(v []float32, i int, otherwise float64) float64 {
		switch len(v) {
		case 0:
			return otherwise
		case 1:
			return float64(v[0])
		}
		return float64(v[i])
	}
	switch l := l.(type) {
	case *BatchNormalization:
		for i := range x {
			y[i] = (x[i]-float64(l.Mean[i]))/math.Sqrt(float64(l.Variance[i])+float64(l.Epsilon))*float64(l.Gamma[i]) + float64(l.Beta[i])
		}
	case *LayerNormalization:
		mean, variance := 0.0, 0.0
		for _, v := range x {
			mean += v / float64(len(x))
		}
		for _, v := range x {
			variance += (v - mean) * (v - mean) / float64(len(x))
		}
		for i := range x {
			y[i] = (x[i]-mean)/math.Sqrt(variance+float64(l.Epsilon))*at(l.Gamma, i, 1) + at(l.Beta, i, 0)
		}
	case *Affine:
		for i := range x {
			scale := at(l.Scale, i, 1)
			if l.Divide {
				scale = 1 / scale
			}
			y[i] = (x[i]-at(l.Mean, i, 0))*scale + at(l.Offset, i, 0)
		}
	case *Activation:
		activate(l, x, y)
	default:
		panic(fmt.Sprintf("%T", l))
	}
}

func activate(l *Activation, x, y []float64) {
	if l.Function == Softmax || l.Function == LogSoftmax {
		sum := 0.0
		for _, v := range x {
			sum += math.Exp(v)
		}
		for i, v := range x {
			y[i] = math.Exp(v) / sum
			if l.Function == LogSoftmax {
				y[i] = math.Log(y[i])
			}
		}
		return
	}
	a, b := float64(l.Alpha), float64(l.Beta)
	sigmoid := func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
	softplus := func(x float64) float64 { return math.Log1p(math.Exp(x)) }
	f := map[Function]func(float64) float64{
		ReLU: func(x float64) float64 { return max(x, 0) }, ReLU6: func(x float64) float64 { return min(max(x, 0), 6) },
		LeakyReLU: func(x float64) float64 { return max(x, 0) + a*min(x, 0) }, ELU: func(x float64) float64 { return max(x, 0) + a*math.Expm1(min(x, 0)) },
		CELU: func(x float64) float64 { return max(x, 0) + a*math.Expm1(min(x, 0)/a) },
		SELU: func(x float64) float64 { return seluGamma * (max(x, 0) + seluAlpha*math.Expm1(min(x, 0))) },
		GELU: func(x float64) float64 { return x / 2 * (1 + math.Erf(x/math.Sqrt2)) },
		GELUTanh: func(x float64) float64 {
			return x / 2 * (1 + math.Tanh(math.Sqrt(2/math.Pi)*(x+0.044715*x*x*x)))
		},
		SiLU: func(x float64) float64 { return x * sigmoid(x) }, Mish: func(x float64) float64 { return x * math.Tanh(softplus(x)) },
		Sigmoid: sigmoid, HardSigmoid: func(x float64) float64 { return min(max(a*x+b, 0), 1) }, HardSiLU: func(x float64) float64 { return x * min(max(x/6+0.5, 0), 1) },
		Tanh: math.Tanh, Softplus: softplus, Softsign: func(x float64) float64 { return x / (1 + math.Abs(x)) }, Exponential: math.Exp,
	}[l.Function]
	for i, v := range x {
		y[i] = f(v)
	}
}

func dense(l *Dense, shape []int, x []float64) ([]int, []float64) {
	var out []float64
	for ; len(x) > 0; x = x[l.In:] {
		for o := range l.Out {
			y := 0.0
			if l.Bias != nil {
				y = float64(l.Bias[o])
			}
			for i := range l.In {
				y += x[i] * float64(l.Kernel[i*l.Out+o])
			}
			out = append(out, y)
		}
	}
	return append(append([]int{}, shape[:len(shape)-1]...), l.Out), out
}

// slide calls each for every position of the window and every pixel in it that is
// inside of the image.
func slide(w window, shape []int, channels int, each func(in, out []float64, pixel int), x []float64, bias []float32) ([]int, []float64) {
	l := layout{shape: []int{shape[2], shape[0], shape[1]}}
	if err := w.apply(&l, channels, false); err != nil {
		panic(err)
	}
	rows, columns := l.shape[1], l.shape[2]
	var y []float64
	for r := range rows {
		for c := range columns {
			out := make([]float64, channels)
			for o := range bias {
				out[o] = float64(bias[o])
			}
			for kr := range w.rows {
				for kc := range w.columns {
					i, j := r*w.strides[0]-w.pads[0]+kr*w.dilations[0], c*w.strides[1]-w.pads[1]+kc*w.dilations[1]
					if i >= 0 && i < shape[0] && j >= 0 && j < shape[1] {
						at := (i*shape[1] + j) * shape[2]
						each(x[at:at+shape[2]], out, kr*w.columns+kc)
					}
				}
			}
			y = append(y, out...)
		}
	}
	return []int{rows, columns, channels}, y
}

func pool(l *Pool2D, shape []int, x []float64) ([]int, []float64) {
	w := window{l.Rows, l.Columns, l.Strides, [2]int{1, 1}, l.Pads}
	c := shape[2]
	if l.Max {
		low := make([]float32, c)
		for i := range low {
			low[i] = float32(math.Inf(-1))
		}
		return slide(w, shape, c, func(in, out []float64, _ int) {
			for i, v := range in {
				out[i] = max(out[i], v)
			}
		}, x, low)
	}
	_, counts := slide(w, shape, 1, func(_, out []float64, _ int) { out[0]++ }, x, nil)
	s, y := slide(w, shape, c, func(in, out []float64, _ int) {
		for i, v := range in {
			out[i] += v
		}
	}, x, nil)
	for i := range y {
		n := counts[i/c]
		if l.CountPads {
			n = float64(l.Rows * l.Columns)
		}
		y[i] /= n
	}
	return s, y
}
