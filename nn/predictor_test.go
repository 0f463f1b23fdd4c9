package nn

import (
	"fmt"
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
