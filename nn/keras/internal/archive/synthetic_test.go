package archive

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// filled gives every weight values that are small and differ, variances that are
// positive.
func filled(t testing.TB, m *Model) *Model {
	t.Helper()
	require.NoError(t, m.Shapes(), m.Name)
	n := 0
	for i := range m.Layers {
		for j := range m.Layers[i].Weights {
			w := &m.Layers[i].Weights[j]
			w.Values = make([]float32, elements(w.Shape))
			for k := range w.Values {
				n++
				if w.Values[k] = float32(n%101)/128 - 0.25; w.Name == "variance" || w.Name == "moving_variance" {
					w.Values[k] = 1 + float32(n%7)
				}
			}
		}
	}
	return m
}

// trained gives a model a training with a state after some steps.
func trained(t testing.TB, m *Model, o Optimizer, l Loss) *Model {
	t.Helper()
	filled(t, m)
	s := &State{Iterations: 7}
	if o.Class == "Nadam" {
		s.Product = 0.125
	}
	for i, name := range slotNames(o) {
		slot := Slot{Name: name}
		for _, w := range m.Trained() {
			values := make([]float32, len(w.Values))
			for k := range values {
				values[k] = float32(i+1) + float32(k)/1024
			}
			slot.Values = append(slot.Values, values)
		}
		s.Slots = append(s.Slots, slot)
	}
	m.Training = &Training{Optimizer: o, Loss: l, State: s, Metrics: []Metric{{Name: "accuracy"}}}
	return m
}

func dense(name string, units int, activation string) Layer {
	return Layer{Name: name, Config: &Dense{Units: units, Activation: NewActivation(activation)}}
}

// syntheticModels has what no file of testdata has: each class and parameter that
// can be written.
func syntheticModels(t testing.TB) map[string]*Model {
	t.Helper()
	models := map[string]*Model{}
	small := func(name string) *Model {
		return &Model{Name: name, Input: []int{4}, Layers: []Layer{dense("hidden", 5, "relu"), dense("out", 3, "softmax")}}
	}
	sparse := NewLoss("SparseCategoricalCrossentropy")
	for _, class := range optimizerClasses {
		models["optimizer_"+class] = trained(t, small(class), NewOptimizer(class), sparse)
	}
	half, steps, every := 0.5, 3, 10
	o := NewOptimizer("Adam")
	o.AMSGrad, o.EMA, o.EMAOverwrite, o.AccumulationSteps, o.GlobalClipNorm, o.WeightDecay = true, true, &every, &steps, &half, &half
	models["optimizer_everything"] = trained(t, small("everything"), o, sparse)
	for _, s := range []Schedule{
		{Class: "ExponentialDecay", Initial: 0.1, Steps: 100, Rate: 0.9, Staircase: true},
		{Class: "InverseTimeDecay", Initial: 0.1, Steps: 100, Rate: 0.9},
		{Class: "PolynomialDecay", Initial: 0.1, Steps: 100, End: 0.01, Power: 2, Cycle: true},
		{Class: "PiecewiseConstantDecay", At: []float64{10, 20}, Values: []float64{0.1, 0.01, 0.001}},
		{Class: "CosineDecay", Initial: 0, Steps: 100, Alpha: 0.1, Warmup: &half, WarmSteps: 10},
		{Class: "CosineDecayRestarts", Initial: 0.1, Steps: 100, TMul: 2, MMul: 0.5},
	} {
		o := NewOptimizer("SGD")
		o.Momentum, o.Nesterov, o.Schedule = 0.9, true, &s
		models["schedule_"+s.Class] = trained(t, small(s.Class), o, sparse)
	}
	ignore := 2
	for class := range lossNames {
		l := NewLoss(class)
		models["loss_"+class] = trained(t, small(class), NewOptimizer("RMSprop"), l)
		switch class {
		case "SparseCategoricalCrossentropy":
			l.FromLogits, l.IgnoreClass = true, &ignore
		case "Huber":
			l.Delta = 2
		case "Tversky":
			l.Alpha, l.Beta = 0.25, 0.75
		case "BinaryFocalCrossentropy":
			l.Balanced, l.Gamma, l.LabelSmoothing = true, 1.5, 0.1
		default:
			l.Reduction = "sum"
		}
		models["loss_"+class+"_other"] = trained(t, small(class), NewOptimizer("RMSprop"), l)
	}
	models["activations"] = filled(t, activationModel())
	models["images"] = trained(t, imageModel(), NewOptimizer("Adam"), NewLoss("CategoricalCrossentropy"))
	models["parts"] = trained(t, partsModel(), NewOptimizer("SGD"), NewLoss("MeanSquaredError"))
	models["embedding"] = filled(t, &Model{Name: "text", Input: []int{6}, InputType: "int32", Functional: true, Layers: []Layer{
		{Name: "table", Config: &Embedding{InputDim: 10, OutputDim: 4}}, {Name: "mean", Config: &GlobalPooling{Kind: "GlobalAveragePooling1D", KeepDims: true}},
		{Name: "vector", Config: &Flatten{}}, dense("out", 2, "softmax"),
	}})
	korean := &Model{Name: "패션 MNIST 모델 \"𝕎\"", Input: []int{2, 2}, Layers: []Layer{{Name: "펼침", Config: &Flatten{}}, dense("은닉층\\", 3, "relu")}}
	models["korean"] = trained(t, korean, NewOptimizer("Adam"), NewLoss("MeanSquaredError"))
	deep := &Model{Name: "deep", Input: []int{2}}
	for i := range 150 {
		deep.Layers = append(deep.Layers, dense(fmt.Sprint("d", i), 2, "tanh"))
	}
	models["deep"] = trained(t, deep, NewOptimizer("Adam"), NewLoss("MeanSquaredError")) // 602 variables: a B-tree of two levels
	return models
}

// activationModel has every function, and those with parameters as functions of a
// Dense and as layers.
func activationModel() *Model {
	m := &Model{Name: "activations", Input: []int{4}}
	for _, name := range activationNames {
		if name != "glu" { // which halves its input
			m.Layers = append(m.Layers, dense("dense_"+name, 4, name), Layer{Name: "layer_" + name, Config: &Function{Activation: NewActivation(name)}})
		}
	}
	six := 6.0
	for i, a := range []Activation{{Name: "relu", MaxValue: &six, NegativeSlope: 0.25, Threshold: 0.5}, {Name: "leaky_relu", NegativeSlope: 0.3}, {Name: "elu", Alpha: 0.5}} {
		m.Layers = append(m.Layers, Layer{Name: fmt.Sprint("f", i), Config: &Function{Activation: a}}, Layer{Name: fmt.Sprint("g", i), Config: &Dense{Units: 4, Activation: a}})
	}
	m.Layers = append(m.Layers, Layer{Name: "end", Config: &Function{Activation: NewActivation("softmax"), Layer: "Softmax"}})
	return m
}

// imageModel has the layers of images with parameters that are not the defaults.
func imageModel() *Model {
	window := func(rows, columns, stride, dilation int, same bool) Window {
		return Window{Size: [2]int{rows, columns}, Strides: [2]int{stride, stride}, Dilation: [2]int{dilation, dilation}, Same: same}
	}
	return &Model{Name: "images", Input: []int{12, 11, 4}, InputType: "uint8", InputName: "picture", Layers: []Layer{
		{Name: "scale", Config: &Rescaling{Scale: []float64{0.5, 0.25, 1, 2}, Offset: []float64{-1, 0, 1, 0.5}}},
		{Name: "known", Config: &Normalization{Mean: []float64{0.1, 0.2, 0.3, 0.4}, Variance: []float64{1, 2, 3, 4}, Invert: true}},
		{Name: "adapted", Config: &Normalization{}},
		{Name: "pad", Config: &ZeroPadding2D{Padding: [2][2]int{{1, 0}, {2, 3}}}},
		{Name: "conv", Config: &Conv2D{Filters: 6, Window: window(3, 2, 2, 1, true), Groups: 2, NoBias: true, Activation: NewActivation("relu")}},
		{Name: "norm", Config: &BatchNormalization{Momentum: 0.9, Epsilon: 0.01, NoCenter: true}},
		{Name: "depthwise", Config: &DepthwiseConv2D{Multiplier: 2, Window: window(2, 3, 1, 1, false)}},
		{Name: "layers", Config: &LayerNormalization{Epsilon: 0.1, NoScale: true}},
		{Name: "max", Config: &Pooling2D{Window: window(2, 2, 1, 1, true)}},
		{Name: "mean", Config: &Pooling2D{Average: true, Window: Window{Size: [2]int{2, 2}}}},
		{Name: "drop", Config: &Noise{Kind: "SpatialDropout2D", Rate: 0.25}},
		{Name: "dilated", Config: &Conv2D{Filters: 3, Window: window(2, 1, 1, 2, true)}},
		{Name: "same", Config: &Identity{}},
		{Name: "global", Config: &GlobalPooling{Kind: "GlobalMaxPooling2D", KeepDims: true}},
		{Name: "shape", Config: &Reshape{Target: []int{-1, 1}}},
		{Name: "flat", Config: &Flatten{}},
		{Name: "noise", Config: &Noise{Kind: "GaussianNoise", Rate: 1}},
		{Name: "frozen", Frozen: true, Config: &Dense{Units: 3}},
		{Name: "alpha", Config: &Noise{Kind: "AlphaDropout", Rate: 0.5}},
		dense("out", 2, "softmax"),
	}}
}

// partsModel has every initializer, regularizer and constraint.
func partsModel() *Model {
	m := &Model{Name: "parts", Input: []int{4}}
	seed := 11
	for i, class := range []string{"Zeros", "Ones", "GlorotUniform", "GlorotNormal", "HeUniform", "HeNormal", "LecunUniform", "LecunNormal",
		"Constant", "RandomUniform", "RandomNormal", "TruncatedNormal", "Orthogonal", "VarianceScaling"} {
		init := Initializer{Class: class}
		switch class {
		case "Zeros", "Ones":
		case "Constant":
			init.Value = 0.5
		case "RandomUniform":
			init.Minval, init.Maxval, init.Seed = -1, 1, &seed
		case "RandomNormal", "TruncatedNormal":
			init.Mean, init.Stddev = 0.5, 0.25
		case "Orthogonal":
			init.Gain = 2
		case "VarianceScaling":
			init.Scale, init.Mode, init.Distribution = 2, "fan_avg", "uniform"
		default:
			init.Seed = &seed
		}
		m.Layers = append(m.Layers, Layer{Name: fmt.Sprint("i", i), Config: &Dense{Units: 4, KernelInitializer: init}})
	}
	for i, c := range []*Constraint{{Class: "MaxNorm", MaxValue: 3, Axis: []int{0}}, {Class: "NonNeg"},
		{Class: "UnitNorm", Axis: []int{0}}, {Class: "MinMaxNorm", MinValue: 0.5, MaxValue: 2, Rate: 0.5, Axis: []int{0}}} {
		d := &Dense{Units: 4, KernelConstraint: c, KernelRegularizer: &Regularizer{L1: 0.01, L2: 0.02}, BiasRegularizer: &Regularizer{L2: 0.5}}
		m.Layers = append(m.Layers, Layer{Name: fmt.Sprint("c", i), Config: d})
	}
	return m
}

// What can be made is written and read: the same values, and the defaults that
// Keras has where a field was empty.
func TestSynthetic(t *testing.T) {
	for name, m := range syntheticModels(t) {
		first := written(t, name, m)
		require.Equal(t, first, written(t, name, m), "%s: the model was changed", name)
		back, err := Read(bytes.NewReader(first), int64(len(first)))
		require.NoError(t, err, name)
		require.NoError(t, back.NoTraining, name)
		require.Equal(t, first, written(t, name, back), name)
		for i := range m.Layers {
			require.Equal(t, m.Layers[i].Weights, back.Layers[i].Weights, name)
			require.Equal(t, m.Layers[i].Output, back.Layers[i].Output, name)
		}
		if m.Training == nil {
			continue
		}
		require.Empty(t, m.Training.Optimizer.Name)
		require.Equal(t, m.Training.State, back.Training.State, name)
		require.Equal(t, m.Training.Loss, back.Training.Loss, name)
		o := back.Training.Optimizer
		o.Name = m.Training.Optimizer.Name
		if o.Schedule != nil {
			o.Schedule.Name = ""
		}
		require.Equal(t, m.Training.Optimizer, o, name)
	}
}

// A model that was compiled and not yet trained is written with the slots that
// Keras starts with, and read as one at its first step.
func TestUntrained(t *testing.T) {
	for _, class := range optimizerClasses {
		m := trained(t, &Model{Name: "new", Input: []int{2}, Layers: []Layer{dense("out", 2, "")}}, NewOptimizer(class), NewLoss("MeanSquaredError"))
		m.Training.State = nil
		data := written(t, class, m)
		back, err := read1(data)
		require.NoError(t, err)
		require.NoError(t, back.NoTraining)
		s := back.Training.State
		require.Zero(t, s.Iterations)
		for _, slot := range s.Slots {
			want := float32(0)
			if slot.Name == "accumulator" {
				want = 0.1
			}
			for _, values := range slot.Values {
				require.Equal(t, slices.Repeat([]float32{want}, len(values)), values, "%s %s", class, slot.Name)
			}
		}
		if class == "Nadam" {
			require.Equal(t, float32(1), s.Product)
		}
	}
}

// What cannot be written is refused with its name.
func TestWriteRefuses(t *testing.T) {
	model := func() *Model {
		return trained(t, &Model{Name: "m", Input: []int{2}, Layers: []Layer{dense("a", 2, "relu"), dense("b", 2, "")}}, NewOptimizer("Adam"), NewLoss("MeanSquaredError"))
	}
	for want, change := range map[string]func(m *Model){
		`model "m" has no layers`:                                                                                     func(m *Model) { m.Layers = nil },
		`model "m" has no input shape`:                                                                                func(m *Model) { m.Input = nil },
		`layer "a" (Dense): its name is missing or occurs twice`:                                                      func(m *Model) { m.Layers[1].Name = "a" },
		`layer "a/b" (Dense): Keras allows no / in a layer's name: give the layer another one`:                        func(m *Model) { m.Layers[0].Name = "a/b" },
		`layer "b" (Dense): kernel: it holds NaN at index 1: the training of this model went wrong`:                   func(m *Model) { m.Layers[1].Weights[0].Values[1] = float32(math.NaN()) },
		`layer "b" (Dense): kernel has 3 values for the shape [2 2]`:                                                  func(m *Model) { m.Layers[1].Weights[0].Values = make([]float32, 3) },
		`layer "b" (Dense): kernel has the shape [2 2], not [2 3]`:                                                    func(m *Model) { m.Layers[1].Config = &Dense{Units: 3} },
		`layer "a" (Dense): activation: Keras has no activation "snake"`:                                              func(m *Model) { m.Layers[0].Config.(*Dense).Activation.Name = "snake" },
		`layer "a" (Dense): activation: Keras has no parameters for tanh`:                                             func(m *Model) { m.Layers[0].Config.(*Dense).Activation = Activation{Name: "tanh", Alpha: 2} },
		`layer "a" (Dense): kernel_initializer: class_name: Keras has no initializer "Own" that is known here`:        func(m *Model) { m.Layers[0].Config.(*Dense).KernelInitializer.Class = "Own" },
		`Keras has no loss "Quantile"`:                                                                                func(m *Model) { m.Training.Loss.Class = "Quantile" },
		`Keras has no optimizer "LARS": it has [SGD RMSprop Adam AdamW Nadam Adamax Adadelta Adagrad Lion Ftrl Lamb]`: func(m *Model) { m.Training.Optimizer.Class = "LARS" },
		`the optimizer's state: 1 slots for Adam, which has [momentum velocity]`:                                      func(m *Model) { m.Training.State.Slots = m.Training.State.Slots[:1] },
		`the optimizer's state: slot "velocity" has 1 values for bias of shape [2]`:                                   func(m *Model) { m.Training.State.Slots[1].Values[3] = []float32{1} },
		`the optimizer's state: -1 iterations: from 0 to 2⁵³ are possible`:                                            func(m *Model) { m.Training.State.Iterations = -1 },
		`optimizer: learning_rate: class_name: the schedule "OneCycle" is not Keras's own`:                            func(m *Model) { m.Training.Optimizer.Schedule = &Schedule{Class: "OneCycle"} },
	} {
		m := model()
		change(m)
		require.EqualError(t, Write(&bytes.Buffer{}, m), "keras: "+want)
	}
}

// The bytes of a file are the same on every platform and in every version, until
// someone changes them on purpose: testdata/written.keras, which check.sh has Keras
// load.
func TestWrittenBytes(t *testing.T) {
	got := written(t, "images", syntheticModels(t)["images"])
	if *update {
		require.NoError(t, os.WriteFile(filepath.Join(testdata, "written.keras"), got, 0o644))
	}
	require.True(t, bytes.Equal(readFile(t, "written.keras"), got))
}
