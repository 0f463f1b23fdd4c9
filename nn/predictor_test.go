package nn

import (
	"fmt"
	"math"
	"slices"
	"sync"
	"testing"

	"weft/activations"
	"weft/asm"
	"weft/nn/data"
	"weft/nn/layers"
	"weft/nn/losses"

	"github.com/stretchr/testify/require"
)

// predictorModels are stacks of different ends and widths for 35 inputs.
func predictorModels() map[string]*Sequential {
	return map[string]*Sequential{
		"softmax":     smallModel(),
		"tanh, 17":    NewSequential("", layers.Flatten(5, 7), layers.Dense(33, activations.Tanh), layers.Dropout(0.5), layers.Dense(17, activations.Sigmoid), layers.Dense(10, activations.Softmax)),
		"layers":      NewSequential("", layers.Flatten(5, 7), layers.Activation(activations.Tanh), layers.Activation(activations.Sigmoid), layers.Dense(16, activations.Softmax), layers.Activation(activations.ReLU), layers.Dense(10, activations.Linear), layers.Activation(activations.Softmax)),
		"one product": NewSequential("", layers.Flatten(5, 7), layers.Dense(10, activations.Softmax)),
	}
}

// A Predictor gives Predict's bits for every row, floats and bytes, on every
// set.
func TestPredictorEqualsPredict(t *testing.T) {
	set := newPatterns(40, 5, 7)
	floats := set.floats(t)
	for name, m := range predictorModels() {
		for _, k := range asm.Available() {
			t.Run(fmt.Sprintf("%s/%s", name, k.Name), func(t *testing.T) {
				compiled(t, m, CompileOptions{Kernels: k, Workers: 2})
				want, err := m.Predict(background, set)
				require.NoError(t, err)
				p, err := m.Predictor()
				require.NoError(t, err)
				got := make([]float32, 10)
				for i := range set.Len() {
					p.Row(got, floats.Floats[i*35:(i+1)*35])
					require.Equal(t, want.Data[i*10:(i+1)*10], got, "row %d", i)
					clear(got)
					p.Bytes(got, set.pixels[i*35:(i+1)*35])
					require.Equal(t, want.Data[i*10:(i+1)*10], got, "row %d of bytes", i)
				}
				x := append([]float32(nil), floats.Floats[:35]...)
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
	tiniest[0] = 0x1p-149 // its product with a negative weight is rounded to −0, which a later +0 undoes
	rows := map[string][]float32{"tiniest": tiniest, "zeros": {0, zero}, "some": {1, 0, 0, -2, 0}, "tiny": {1, 0, 1e-30, 0}, "not finite": {0, inf, 0, 1}, "no number": {0, nan, 1}}
	for name, values := range map[string][]float32{
		"weights": {0.5, -0.25, 0}, "tiny weights": {1e-20, -1e-30}, "zeros": {zero, 0}, "infinite weights": {inf, 1}, "no numbers": {nan, 1},
	} {
		for _, bias := range []float32{0, zero, 1} {
			m := compiled(t, NewSequential("", layers.Input(inputs), layers.Dense(20, activations.Linear)), CompileOptions{Loss: losses.MeanSquaredError})
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
				set, err := data.NewClassification(x, make([]int32, 1), inputs)
				require.NoError(t, err)
				want, err := m.Predict(background, set)
				require.NoError(t, err)
				got := make([]float32, 20)
				p.Row(got, x)
				for i, v := range want.Data {
					if v != v { // which NaN is not promised
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
	set := newPatterns(1, 5, 7)
	x := set.floats(t).Floats
	for name, m := range predictorModels() {
		for _, k := range asm.Available() {
			compiled(t, m, CompileOptions{Kernels: k, Workers: 1})
			p, err := m.Predictor()
			require.NoError(t, err)
			dst := make([]float32, 10)
			require.Zero(t, testing.AllocsPerRun(100, func() { p.Row(dst, x) }), "%s, %s", name, k.Name)
			require.Zero(t, testing.AllocsPerRun(100, func() { p.Bytes(dst, set.pixels) }), "%s, %s", name, k.Name)
		}
	}
}

// A Predictor is a snapshot: what is trained later does not change it.
func TestPredictorIsASnapshot(t *testing.T) {
	m := trained(t, asm.Best(), 2)
	set := newPatterns(30, 5, 7)
	x := set.floats(t).Floats
	before, err := m.Predict(background, set)
	require.NoError(t, err)
	p, err := m.Predictor()
	require.NoError(t, err)
	hash := m.SHA256()
	fit(t, m, set, FitOptions{})
	require.NotEqual(t, hash, m.SHA256())
	got := make([]float32, len(before.Data))
	for i := range set.Len() {
		p.Row(got[i*10:(i+1)*10], x[i*35:(i+1)*35])
	}
	require.Equal(t, before.Data, got)
}

// One Predictor serves any number of goroutines at once: each call has the outputs of
// its own row, bit for bit.
func TestPredictorIsShared(t *testing.T) {
	const goroutines, rounds = 8, 20
	m := trained(t, asm.Best(), 2)
	set := newPatterns(64, 5, 7)
	x := set.floats(t).Floats
	want, err := m.Predict(background, set)
	require.NoError(t, err)
	p, err := m.Predictor()
	require.NoError(t, err)
	require.Equal(t, []int{35, 10}, []int{p.Inputs(), p.Outputs()})
	wrong := make([]int, goroutines)
	var wg sync.WaitGroup
	for g := range goroutines {
		wg.Add(1)
		go func() {
			defer wg.Done()
			got := make([]float32, 10)
			for round := range rounds {
				for i := range set.Len() {
					i = (i*(g+1) + round) % set.Len() // each in another order
					if (g+round)%2 == 0 {
						p.Row(got, x[i*35:(i+1)*35])
					} else {
						p.Bytes(got, set.pixels[i*35:(i+1)*35])
					}
					if !slices.Equal(got, want.Data[i*10:(i+1)*10]) {
						wrong[g]++
					}
				}
			}
		}()
	}
	wg.Wait()
	require.Equal(t, make([]int, goroutines), wrong, "wrong rows of each goroutine")
}

// Once warm, calls that run at once allocate nothing either: there is scratch for each.
func TestSharedPredictorAllocatesNothing(t *testing.T) {
	m := trained(t, asm.Best(), 1)
	p, err := m.Predictor()
	require.NoError(t, err)
	const calls = 3
	x, dst := make([]float32, 35), make([]float32, 10)
	at := make([]*call, calls)
	together := func() { // as many calls at once
		for i := range at {
			at[i] = p.begin()
		}
		for i := range at {
			p.end(at[i])
		}
		p.Row(dst, x)
	}
	together()
	for i := range at {
		for j := range i {
			require.NotSame(t, at[i], at[j], "two calls at once have one scratch")
		}
	}
	require.Zero(t, testing.AllocsPerRun(100, together))
}

func TestPredictorWrongLengths(t *testing.T) {
	p, err := compiled(t, smallModel(), CompileOptions{}).Predictor()
	require.NoError(t, err)
	for _, c := range []struct {
		name string
		call func()
		want string
	}{
		{"outputs", func() { p.Row(make([]float32, 9), make([]float32, 35)) }, "nn: Row with 9 outputs and 35 inputs: the model has 10 and 35"},
		{"inputs", func() { p.Row(make([]float32, 10), make([]float32, 36)) }, "nn: Row with 10 outputs and 36 inputs: the model has 10 and 35"},
		{"bytes", func() { p.Bytes(make([]float32, 10), make([]uint8, 34)) }, "nn: Bytes with 10 outputs and 34 inputs: the model has 10 and 35"},
	} {
		t.Run(c.name, func(t *testing.T) { require.PanicsWithValue(t, c.want, c.call) })
	}
}
