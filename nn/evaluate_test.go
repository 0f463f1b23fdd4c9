package nn

import (
	"context"
	"math"
	"math/big"
	"sync/atomic"
	"testing"

	"weft/activations"
	"weft/asm"

	"github.com/stretchr/testify/require"
)

// fma returns a·b+c rounded once to float32, by arbitrary precision: 24 bits
// hold a float32 that is not subnormal, and none of the tests here comes near.
func fma(a, b, c float32) float32 {
	product := new(big.Float).SetPrec(48).Mul(big.NewFloat(float64(a)), big.NewFloat(float64(b)))
	sum, _ := new(big.Float).SetPrec(24).Add(product, big.NewFloat(float64(c))).Float32()
	return sum
}

// oracle computes the model in plain Go, sample by sample and unit by unit, with
// the functions of the specification: the outputs z of the last Dense layer and
// the outputs y of the model.
func oracle(t testing.TB, m *Sequential, x []float32) (z, y []float32) {
	generic, err := asm.Named("generic")
	require.NoError(t, err)
	y = append([]float32(nil), x...)
	weights := m.Weights()
	for _, l := range m.layers {
		switch l := l.(type) {
		case denseLayer:
			kernel, bias := weights[0], weights[1]
			weights = weights[2:]
			z = append([]float32(nil), bias.Data...)
			for u := range z {
				for i, v := range y {
					z[u] = fma(kernel.Data[i*len(z)+u], v, z[u])
				}
			}
			y = make([]float32, len(z))
			l.fn.Forward(generic, y, z)
		case activationLayer:
			l.fn.Forward(generic, y, y)
		}
	}
	return z, y
}

// trained is a model of every kind of layer, after some steps.
func trained(t testing.TB, k *asm.Kernels, workers int) *Sequential {
	m := NewSequential("", Flatten(5, 7), Dense(20, activations.Tanh), Dropout(0.5), Activation(activations.Sigmoid), Dense(10, activations.Softmax))
	compiled(t, m, Config{Seed: 5, Kernels: k, Workers: workers})
	setIntegerWeights(t, m)
	fit(t, m, newPatterns(96, 5, 7), FitOptions{})
	return m
}

// Evaluate and Predict on 1 … 100 samples, bytes and floats, give what plain Go
// gives, by bits.
func TestEvaluateAndPredictAgainstPlainGo(t *testing.T) {
	const most = 100
	data := newPatterns(most, 5, 7)
	floats := data.floats(t)
	generic, err := asm.Named("generic")
	require.NoError(t, err)
	var losses []float32
	var want []float32
	var right []int
	everySet(t, func(t *testing.T, k *asm.Kernels, workers int) {
		m := trained(t, k, workers)
		if losses == nil { // of the first set; the others must agree with it
			for i := range most {
				z, y := oracle(t, m, floats.x[i*35:(i+1)*35])
				hit := 0
				if argMax(z) == int(data.classes[i]) {
					hit = 1
				}
				right = append(right, hit)
				losses = append(losses, crossEntropy(generic, z, data.classes[i]))
				want = append(want, y...)
			}
		}
		sum, hits := 0.0, 0
		for n := 1; n <= most; n++ {
			sum += float64(losses[n-1])
			hits += right[n-1]
			if testing.Short() && n%7 != 1 {
				continue
			}
			for _, d := range []Dataset{data.head(n), &Samples{floats.shape, floats.x[:n*35], floats.classes[:n], nil, n}} {
				loss, accuracy, err := m.Evaluate(background, d)
				require.NoError(t, err)
				require.Equal(t, sum/float64(n), loss, "%d samples", n)
				require.Equal(t, float64(hits)/float64(n), accuracy, "%d samples", n)
				y, err := m.Predict(background, d)
				require.NoError(t, err)
				require.Equal(t, []int{n, 10, 10, 1}, []int{y.Rows, y.Cols, y.RowStride, y.ColStride})
				require.Equal(t, want[:n*10], y.Data, "%d samples", n)
			}
		}
		require.Greater(t, hits, 0)
		require.Less(t, hits, most)
	})
}

// Sets of several panels, and of one more or less: every
// sample has what a Predictor gives and the loss that it has alone.
func TestPredictAndEvaluateOverPanels(t *testing.T) {
	all := newPatterns(12*asm.PanelWidth+1, 5, 7)
	m := trained(t, asm.Best(), 1)
	p, err := m.Predictor()
	require.NoError(t, err)
	want := make([]float32, all.Len()*10)
	sums, sum := []float64{0}, 0.0
	for i := range all.Len() {
		p.Bytes(want[i*10:(i+1)*10], all.pixels[i*35:(i+1)*35])
		loss, _, err := m.Evaluate(background, subset{all, []int32{int32(i)}})
		require.NoError(t, err)
		sum += loss
		sums = append(sums, sum)
	}
	for _, workers := range []int{1, 2, 3, 7} {
		m := trained(t, asm.Best(), workers)
		for _, n := range []int{1, 31, 32, 33, 127, 128, 129, 273, all.Len()} {
			y, err := m.Predict(background, all.head(n))
			require.NoError(t, err)
			require.Equal(t, want[:n*10], y.Data, "%d samples, %d workers", n, workers)
			loss, _, err := m.Evaluate(background, all.head(n))
			require.NoError(t, err)
			require.Equal(t, sums[n]/float64(n), loss, "%d samples, %d workers", n, workers)
		}
	}
}

// The rows of a set may be any of its storage, in any order.
func TestPredictFollowsRows(t *testing.T) {
	m := trained(t, asm.Best(), 2)
	data := newPatterns(40, 5, 7)
	all, err := m.Predict(background, data)
	require.NoError(t, err)
	s := subset{data, []int32{39, 0, 7, 7, 12}}
	y, err := m.Predict(background, s)
	require.NoError(t, err)
	for i, r := range s.rows {
		require.Equal(t, all.Data[r*10:(r+1)*10], y.Data[i*10:(i+1)*10])
	}
	loss, _, err := m.Evaluate(background, s)
	require.NoError(t, err)
	sum := 0.0
	for _, r := range s.rows {
		l, _, err := m.Evaluate(background, subset{data, []int32{r}})
		require.NoError(t, err)
		sum += l
	}
	require.Equal(t, sum/5, loss)
}

// subset is some rows of a set.
type subset struct {
	*integers
	rows []int32
}

func (s subset) Len() int      { return len(s.rows) }
func (s subset) Rows() []int32 { return s.rows }

// Metrics whose answers can be seen: weights of zero but for one unit.
func TestMetricsKnownAnswers(t *testing.T) {
	constant := func(loss Loss, last activations.Activation, bias ...float32) *Sequential {
		m := NewSequential("", Input(1), Dense(len(bias), last))
		compiled(t, m, Config{Loss: loss})
		require.NoError(t, m.SetWeights([]Weight{{Shape: []int{1, len(bias)}, Data: make([]float32, len(bias))}, {Shape: []int{len(bias)}, Data: bias}}))
		return m
	}
	x := []float32{1, 2, 3, 4}
	classes, err := NewClassified(x, []int32{1, 1, 0, 1}, 1)
	require.NoError(t, err)
	targets := func(targets ...float32) Dataset {
		d, err := NewRegression(x, targets, 1)
		require.NoError(t, err)
		return d
	}
	log3, inf := float32(math.Log(3)), float32(math.Inf(1))
	for _, c := range []struct {
		name           string
		model          *Sequential
		data           Dataset
		loss, accuracy float64
	}{
		{"sparse: p = ¼, ¾", constant(SparseCategoricalCrossentropy, activations.Softmax, 0, log3), classes, -(3*math.Log(0.75) + math.Log(0.25)) / 4, 0.75},
		{"sparse: the first of equals counts", constant(SparseCategoricalCrossentropy, activations.Softmax, 0, 0), classes, math.Ln2, 0.25},
		{"categorical", constant(CategoricalCrossentropy, activations.Softmax, 0, log3), targets(0, 1, 0, 1, 1, 0, 0.5, 0.5), -(2.5*math.Log(0.75) + 1.5*math.Log(0.25)) / 4, 0.5},
		{"squares", constant(MeanSquaredError, activations.Linear, 1, 2), targets(1, 2, 1, 4, 0, 2, 4, 2), (0 + 4 + 1 + 9) / 8.0, math.NaN()},
		{"binary: p = ¾", constant(BinaryCrossentropy, activations.Sigmoid, log3), targets(1, 1, 1, 0), -(3*math.Log(0.75) + math.Log(0.25)) / 4, 0.75},
		{"binary: soft targets", constant(BinaryCrossentropy, activations.Sigmoid, -log3), targets(0.25, 0.25, 0.5, 0.75), -(2.25*math.Log(0.75) + 1.75*math.Log(0.25)) / 4, 0.75},
		{"categorical: p = 1 and 0", constant(CategoricalCrossentropy, activations.Softmax, -3e38, 3e38), targets(0, 1, 0, 1, 0, 1, 0, 1), 0, 1},
		{"binary: p = 1 and 0", constant(BinaryCrossentropy, activations.Sigmoid, inf, -inf), targets(1, 0, 1, 0, 1, 0, 1, 0), 0, 1},
		{"binary: every output counts", constant(BinaryCrossentropy, activations.Sigmoid, log3, -log3), targets(1, 1, 1, 0, 0, 0, 1, 0), -(6*math.Log(0.75) + 2*math.Log(0.25)) / 8, 0.75},
		{"categorical: NaN is a miss", constant(CategoricalCrossentropy, activations.Softmax, float32(math.NaN()), 0), targets(1, 0, 1, 0, 0, 1, 1, 0), math.NaN(), 0},
		{"binary: NaN is a miss", constant(BinaryCrossentropy, activations.Sigmoid, float32(math.NaN())), targets(0, 0, 1, 1), math.NaN(), 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			loss, accuracy, err := c.model.Evaluate(background, c.data)
			require.NoError(t, err)
			if math.IsNaN(c.loss) {
				require.True(t, math.IsNaN(loss))
			} else {
				require.InDelta(t, c.loss, loss, 4*0x1p-23) // log 3, exp, log and one sum in float32
			}
			if math.IsNaN(c.accuracy) {
				require.True(t, math.IsNaN(accuracy))
			} else {
				require.Equal(t, c.accuracy, accuracy)
			}
		})
	}
}

// An ended context ends Evaluate and Predict with its error, and the model goes
// on working.
func TestEvaluateCancelled(t *testing.T) {
	k, products := *asm.Best(), atomic.Int64{}
	k.Gemm = func(g asm.Gemm) { products.Add(1); asm.Best().Gemm(g) }
	m := trained(t, &k, 2)
	products.Store(0)
	data := newPatterns(500, 5, 7)
	ctx, cancel := context.WithCancel(background)
	cancel()
	_, _, err := m.Evaluate(ctx, data)
	require.ErrorIs(t, err, context.Canceled)
	_, err = m.Predict(ctx, data)
	require.ErrorIs(t, err, context.Canceled)
	require.Zero(t, products.Load(), "products after the end of the context")
	_, _, err = m.Evaluate(background, data)
	require.NoError(t, err)
}

// crossEntropy is the loss of one sample.
func crossEntropy(k *asm.Kernels, z []float32, class int32) float32 {
	panel, labels, loss := make([]float32, len(z)*asm.PanelWidth), make([]int32, 16), make([]float32, 16)
	for c, v := range z {
		panel[c*asm.PanelWidth] = v
	}
	labels[0] = class
	k.CrossEntropyPanel(panel, panel, len(z), 16, labels, make([]float32, 16), loss)
	return loss[0]
}
