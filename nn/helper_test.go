package nn

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"strconv"
	"testing"

	"weft/activations"
	"weft/asm"
	"weft/nn/callbacks"
	"weft/nn/data"
	"weft/nn/internal/engine"
	"weft/nn/layers"
	"weft/optim"

	"github.com/stretchr/testify/require"
)

var background = context.Background()

// integers returns a classified set made by integer formulas, the same on every
// platform: bytes in 10 classes, each class a pattern of its own under noise.
type integers struct {
	shape   []int
	pixels  []uint8
	classes []int32
}

// newIntegers returns n samples of 28×28 bytes.
func newIntegers(n int) *integers { return newPatterns(n, 28, 28) }

// newPatterns returns n samples of height×width bytes.
func newPatterns(n, height, width int) *integers {
	size := height * width
	s := &integers{[]int{height, width}, make([]uint8, n*size), make([]int32, n)}
	x := uint32(12345)
	for i := range n {
		c := i * 7 % 10
		s.classes[i] = int32(c)
		for j := range size {
			x = x*1664525 + 1013904223
			v := x >> 25
			if (j/width*(c+3)+j%width*(11-c))%17 < 6 {
				v += 100
			}
			s.pixels[i*size+j] = uint8(v)
		}
	}
	return s
}

func (s *integers) Len() int { return len(s.classes) }

// Data makes the samples a data.Source.
func (s *integers) Data() *data.Data {
	return &data.Data{Shape: s.shape, Bytes: s.pixels, Classes: s.classes}
}

// head returns the first n samples.
func (s *integers) head(n int) *integers {
	return &integers{s.shape, s.pixels[:n*engine.Product(s.shape)], s.classes[:n]}
}

// vectors returns the same samples without their shape.
func (s *integers) vectors() *integers {
	return &integers{[]int{engine.Product(s.shape)}, s.pixels, s.classes}
}

// floats returns the same samples as float32, u/255.
func (s *integers) floats(t testing.TB) *data.Data {
	x := make([]float32, len(s.pixels))
	for i, u := range s.pixels {
		x[i] = float32(u) / 255
	}
	d, err := data.NewClassification(x, s.classes, s.shape...)
	require.NoError(t, err)
	return d
}

// oneHot returns the same samples as float32 with outputs float targets each: 1
// at the class and 0 elsewhere, or, where soft, numbers between 0 and 1 whose
// sum is 1.
func (s *integers) oneHot(t testing.TB, outputs int, soft bool) *data.Data {
	targets := make([]float32, len(s.classes)*outputs)
	for i, c := range s.classes {
		row := targets[i*outputs : (i+1)*outputs]
		row[int(c)%outputs] = 1
		if soft {
			row[int(c)%outputs] = 0.75
			row[int(c+1)%outputs] += 0.25
		}
	}
	d, err := data.NewRegression(s.floats(t).Floats, targets, s.shape...)
	require.NoError(t, err)
	return d
}

func tutorialModel() *Sequential {
	return NewSequential("", layers.Flatten(28, 28), layers.Dense(100, activations.ReLU), layers.Dense(10, activations.Softmax))
}

// smallModel takes the samples of newPatterns(n, 5, 7).
func smallModel() *Sequential {
	return NewSequential("", layers.Flatten(5, 7), layers.Dense(12, activations.ReLU), layers.Dense(10, activations.Softmax))
}

// compiled compiles a model and closes it at the end of the test.
func compiled(t testing.TB, m *Sequential, c CompileOptions) *Sequential {
	require.NoError(t, m.Compile(c))
	t.Cleanup(m.Close)
	return m
}

// fit trains and returns the history.
func fit(t testing.TB, m *Sequential, data data.Source, o FitOptions) *callbacks.History {
	h, err := m.Fit(background, data, o)
	require.NoError(t, err)
	return h
}

// evaluate returns the loss and the accuracy of a model, NaN where it has none.
func evaluate(t testing.TB, m *Sequential, set data.Source) (loss, accuracy float64) {
	logs, err := m.Evaluate(background, set)
	require.NoError(t, err)
	return logs.Get("loss"), logs.Get("accuracy")
}

// subset is some rows of a set.
type subset struct {
	*integers
	rows []int32
}

func (s subset) Len() int { return len(s.rows) }

// Data makes the rows a data.Source.
func (s subset) Data() *data.Data {
	d := s.integers.Data()
	d.Rows = s.rows
	return d
}

// setIntegerWeights gives a model weights made by an integer formula, of about
// the size that Glorot-uniform ones have.
func setIntegerWeights(t testing.TB, m *Sequential) {
	weights := m.Weights()
	x := uint32(2024)
	for _, w := range weights {
		for i := range w.Data {
			x = x*1664525 + 1013904223
			w.Data[i] = float32(int32(x)>>16) * 0x1p-17 // in [−1/4, 1/4)
		}
	}
	require.NoError(t, m.SetWeights(weights))
}

// everySet calls f for each set of kernels and several numbers of workers.
func everySet(t *testing.T, f func(t *testing.T, k *asm.Kernels, workers int)) {
	for _, k := range asm.Available() {
		for _, workers := range []int{1, 2, 3, 7} {
			t.Run(fmt.Sprintf("%s/%d", k.Name, workers), func(t *testing.T) { f(t, k, workers) })
		}
	}
}

// digest returns a SHA-256 of the weights of a model and of every figure of a history
// but the times: losses and accuracies of training and validation, NaN for none.
func digest(m *Sequential, h *callbacks.History) string {
	hash := sha256.New()
	sum := m.SHA256()
	hash.Write(sum[:])
	for _, e := range h.Epochs {
		for _, name := range []string{"loss", "accuracy", "val_loss", "val_accuracy"} {
			io.WriteString(hash, strconv.FormatFloat(e.Get(name), 'g', -1, 64)+"\n")
		}
	}
	return hex.EncodeToString(hash.Sum(nil))
}

// saved returns what Save writes.
func saved(t testing.TB, m interface{ Save(io.Writer) error }) []byte {
	var b bytes.Buffer
	require.NoError(t, m.Save(&b))
	return b.Bytes()
}

// load reads a saved model and closes it at the end of the test.
func load(t testing.TB, file []byte) *Sequential {
	m, err := Load(bytes.NewReader(file))
	require.NoError(t, err)
	t.Cleanup(m.Close)
	return m
}

// everyOptimizer is one rule for each update kernel.
var everyOptimizer = []optim.Optimizer{
	optim.NewSGD(0.05),
	optim.NewSGD(0.05).WithMomentum(0.9),
	optim.NewSGD(0.05).WithNesterov(0.9),
	optim.NewAdagrad(0.02),
	optim.NewRMSprop(0.002),
	optim.NewRMSprop(0.002).WithMomentum(0.5),
	optim.NewAdam(0.005),
}
