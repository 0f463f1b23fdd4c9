package nn

import (
	"fmt"
	"math"
	"sync"
	"testing"

	"weft/activations"
	"weft/asm"

	"github.com/stretchr/testify/require"
)

// predictorModels are stacks of different ends and widths for 35 inputs.
func predictorModels() map[string]*Sequential {
	return map[string]*Sequential{
		"softmax":     smallModel(),
		"tanh, 17":    NewSequential("", Flatten(5, 7), Dense(33, activations.Tanh), Dropout(0.5), Dense(17, activations.Sigmoid), Dense(10, activations.Softmax)),
		"layers":      NewSequential("", Flatten(5, 7), Activation(activations.Tanh), Activation(activations.Sigmoid), Dense(16, activations.Softmax), Activation(activations.ReLU), Dense(10, activations.Linear), Activation(activations.Softmax)),
		"one product": NewSequential("", Flatten(5, 7), Dense(10, activations.Softmax)),
	}
}

// A Predictor gives Predict's bits for every row, floats and bytes, on every
// set.
func TestPredictorEqualsPredict(t *testing.T) {
	data := newPatterns(40, 5, 7)
	floats := data.floats(t)
	for name, m := range predictorModels() {
		for _, k := range asm.Available() {
			t.Run(fmt.Sprintf("%s/%s", name, k.Name), func(t *testing.T) {
				compiled(t, m, Config{Kernels: k, Workers: 2})
				want, err := m.Predict(background, data)
				require.NoError(t, err)
				p, err := m.Predictor()
				require.NoError(t, err)
				got := make([]float32, 10)
				for i := range data.Len() {
					p.Row(got, floats.x[i*35:(i+1)*35])
					require.Equal(t, want.Data[i*10:(i+1)*10], got, "row %d", i)
					clear(got)
					p.Bytes(got, data.pixels[i*35:(i+1)*35])
					require.Equal(t, want.Data[i*10:(i+1)*10], got, "row %d of bytes", i)
				}
				x := append([]float32(nil), floats.x[:35]...)
				p.Row(x[3:13], x) // in place
				require.Equal(t, want.Data[:10], x[3:13])
			})
		}
	}
}

// Rows with many zeros, tiny numbers, infinities and NaN, and weights and biases
// with which no zero may be skipped: always Predict's bits.
func TestPredictorSkipsNoZeroThatCounts(t *testing.T) {
	const inputs = 70
	inf, nan, zero := float32(math.Inf(1)), float32(math.NaN()), float32(math.Copysign(0, -1))
	tiniest := make([]float32, inputs)
	tiniest[0] = 0x1p-149 // its product with a negative weight is rounded to −0, which +0 behind it undoes
	rows := map[string][]float32{"tiniest": tiniest, "zeros": {0, zero}, "some": {1, 0, 0, -2, 0}, "tiny": {1, 0, 1e-30, 0}, "not finite": {0, inf, 0, 1}, "no number": {0, nan, 1}}
	for name, values := range map[string][]float32{
		"weights": {0.5, -0.25, 0}, "tiny weights": {1e-20, -1e-30}, "zeros": {zero, 0}, "infinite weights": {inf, 1}, "no numbers": {nan, 1},
	} {
		for _, bias := range []float32{0, zero, 1} {
			m := compiled(t, NewSequential("", Input(inputs), Dense(20, activations.Linear)), Config{Loss: MeanSquaredError})
			weights := m.Weights()
			for i := range weights[0].Data {
				weights[0].Data[i] = values[i*7%len(values)]
			}
			for i := range weights[1].Data {
				weights[1].Data[i] = bias
			}
			require.NoError(t, m.SetWeights(weights))
			p, err := m.Predictor()
			require.NoError(t, err)
			for row, numbers := range rows {
				x := make([]float32, inputs)
				for i := range x {
					x[i] = numbers[i%len(numbers)]
				}
				data, err := NewClassified(x, make([]int32, 1), inputs)
				require.NoError(t, err)
				want, err := m.Predict(background, data)
				require.NoError(t, err)
				got := make([]float32, 20)
				p.Row(got, x)
				for i, v := range want.Data {
					if v != v { // which NaN is not told
						require.True(t, got[i] != got[i], "%s, bias %g, row %s: output %d", name, bias, row, i)
						continue
					}
					require.Equal(t, math.Float32bits(v), math.Float32bits(got[i]), "%s, bias %g, row %s: output %d", name, bias, row, i)
				}
			}
		}
	}
}

func TestPredictorAllocatesNothing(t *testing.T) {
	data := newPatterns(1, 5, 7)
	x := data.floats(t).x
	for name, m := range predictorModels() {
		for _, k := range asm.Available() {
			compiled(t, m, Config{Kernels: k, Workers: 1})
			p, err := m.Predictor()
			require.NoError(t, err)
			dst := make([]float32, 10)
			require.Zero(t, testing.AllocsPerRun(100, func() { p.Row(dst, x) }), "%s, %s", name, k.Name)
			require.Zero(t, testing.AllocsPerRun(100, func() { p.Bytes(dst, data.pixels) }), "%s, %s", name, k.Name)
		}
	}
}

// A Predictor is a snapshot, and clones serve from several goroutines.
func TestPredictorIsASnapshot(t *testing.T) {
	m := trained(t, asm.Best(), 2)
	data := newPatterns(30, 5, 7)
	x := data.floats(t).x
	before, err := m.Predict(background, data)
	require.NoError(t, err)
	p, err := m.Predictor()
	require.NoError(t, err)
	hash := m.SHA256()
	fit(t, m, data, FitOptions{})
	require.NotEqual(t, hash, m.SHA256())
	var wg sync.WaitGroup
	got := make([]float32, len(before.Data))
	for w := range 3 {
		wg.Add(1)
		go func(p *Predictor) {
			defer wg.Done()
			for i := w; i < data.Len(); i += 3 {
				p.Row(got[i*10:(i+1)*10], x[i*35:(i+1)*35])
			}
		}(p.Clone())
	}
	wg.Wait()
	require.Equal(t, before.Data, got)
}

func TestPredictorWrongLengths(t *testing.T) {
	p, err := compiled(t, smallModel(), Config{}).Predictor()
	require.NoError(t, err)
	for _, c := range []struct {
		name string
		call func()
		want string
	}{
		{"outputs", func() { p.Row(make([]float32, 9), make([]float32, 35)) }, "nn: Row with 9 outputs and 35 inputs: the model has 10 and 35"},
		{"inputs", func() { p.Row(make([]float32, 10), make([]float32, 36)) }, "nn: Row with 10 outputs and 36 inputs: the model has 10 and 35"},
		{"bytes", func() { p.Bytes(make([]float32, 10), make([]uint8, 34)) }, "nn: Bytes with 34 inputs: the model has 35"},
	} {
		t.Run(c.name, func(t *testing.T) { require.PanicsWithValue(t, c.want, c.call) })
	}
}
