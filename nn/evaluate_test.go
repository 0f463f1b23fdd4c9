package nn

import (
	"context"
	"math"
	"math/big"
	"slices"
	"sync/atomic"
	"testing"

	"weft/activations"
	"weft/asm"
	"weft/nn/data"
	"weft/nn/layers"
	"weft/nn/losses"

	"github.com/stretchr/testify/require"
)

// fma returns a·b+c rounded once to float32, by arbitrary precision: 24 bits
// hold a float32 that is not subnormal, and none of the tests here comes near.
func fma(a, b, c float32) float32 {
	product := new(big.Float).SetPrec(48).Mul(big.NewFloat(float64(a)), big.NewFloat(float64(b)))
	sum, _ := new(big.Float).SetPrec(24).Add(product, big.NewFloat(float64(c))).Float32()
	return sum
}

// crossEntropy returns −log p of a class, p = softmax(z), by the operations of the
// specification: log Σe^(z−m) − (z−m)[class].
func crossEntropy(k *asm.Kernels, z []float32, class int) float32 {
	m := k.Max(z)
	e := make([]float32, len(z))
	for i, v := range z {
		e[i] = v - m
	}
	margin := e[class]
	k.Exp(e, e)
	log := []float32{k.Sum(e)}
	k.Log(log, log)
	return log[0] - margin
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
		case layers.DenseLayer:
			kernel, bias := weights[0], weights[1]
			weights = weights[2:]
			z = append([]float32(nil), bias.Data...)
			for u := range z {
				for i, v := range y {
					z[u] = fma(kernel.Data[i*len(z)+u], v, z[u])
				}
			}
			y = make([]float32, len(z))
			l.Function.Forward(generic, y, z)
		case layers.ActivationLayer:
			l.Function.Forward(generic, y, y)
		}
	}
	return z, y
}

// trained is a model of every kind of layer, after some steps.
func trained(t testing.TB, k *asm.Kernels, workers int) *Sequential {
	m := NewSequential("", layers.Flatten(5, 7), layers.Dense(20, activations.Tanh), layers.Dropout(0.5), layers.Activation(activations.Sigmoid), layers.Dense(10, activations.Softmax))
	compiled(t, m, CompileOptions{Seed: 5, Kernels: k, Workers: workers})
	setIntegerWeights(t, m)
	fit(t, m, newPatterns(96, 5, 7), FitOptions{})
	return m
}

// Evaluate and Predict on 1 … 100 samples, bytes and floats, give what plain Go
// gives, bit for bit.
func TestEvaluateAndPredictAgainstPlainGo(t *testing.T) {
	const most = 100
	set := newPatterns(most, 5, 7)
	floats := set.floats(t)
	generic, err := asm.Named("generic")
	require.NoError(t, err)
	var singles []float32
	var want []float32
	var right []int
	everySet(t, func(t *testing.T, k *asm.Kernels, workers int) {
		m := trained(t, k, workers)
		if singles == nil { // of the first set; the others must agree with it
			for i := range most {
				z, y := oracle(t, m, floats.Floats[i*35:(i+1)*35])
				hit := 0
				if slices.Index(z, slices.Max(z)) == int(set.classes[i]) {
					hit = 1
				}
				right = append(right, hit)
				singles = append(singles, crossEntropy(generic, z, int(set.classes[i])))
				want = append(want, y...)
			}
		}
		sum, hits := 0.0, 0
		for n := 1; n <= most; n++ {
			sum += float64(singles[n-1])
			hits += right[n-1]
			if testing.Short() && n%7 != 1 {
				continue
			}
			for _, d := range []data.Source{set.head(n), set.head(n).floats(t)} {
				loss, accuracy := evaluate(t, m, d)
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
		loss, _ := evaluate(t, m, subset{all, []int32{int32(i)}})
		sum += loss
		sums = append(sums, sum)
	}
	for _, workers := range []int{1, 2, 3, 7} {
		m := trained(t, asm.Best(), workers)
		for _, n := range []int{1, 31, 32, 33, 127, 128, 129, 273, all.Len()} {
			y, err := m.Predict(background, all.head(n))
			require.NoError(t, err)
			require.Equal(t, want[:n*10], y.Data, "%d samples, %d workers", n, workers)
			loss, _ := evaluate(t, m, all.head(n))
			require.Equal(t, sums[n]/float64(n), loss, "%d samples, %d workers", n, workers)
		}
	}
}

// The rows of a set may be any of its storage, in any order.
func TestPredictFollowsRows(t *testing.T) {
	m := trained(t, asm.Best(), 2)
	set := newPatterns(40, 5, 7)
	all, err := m.Predict(background, set)
	require.NoError(t, err)
	s := subset{set, []int32{39, 0, 7, 7, 12}}
	y, err := m.Predict(background, s)
	require.NoError(t, err)
	for i, r := range s.rows {
		require.Equal(t, all.Data[r*10:(r+1)*10], y.Data[i*10:(i+1)*10])
	}
	loss, _ := evaluate(t, m, s)
	sum := 0.0
	for _, r := range s.rows {
		l, _ := evaluate(t, m, subset{set, []int32{r}})
		sum += l
	}
	require.Equal(t, sum/5, loss)
}

// Metrics whose answers can be seen: weights of zero but for one unit.
func TestMetricsKnownAnswers(t *testing.T) {
	constant := func(loss losses.Loss, last activations.Activation, bias ...float32) *Sequential {
		m := NewSequential("", layers.Input(1), layers.Dense(len(bias), last))
		compiled(t, m, CompileOptions{Loss: loss})
		require.NoError(t, m.SetWeights([]Weight{{Shape: []int{1, len(bias)}, Data: make([]float32, len(bias))}, {Shape: []int{len(bias)}, Data: bias}}))
		return m
	}
	x := []float32{1, 2, 3, 4}
	classes, err := data.NewClassification(x, []int32{1, 1, 0, 1}, 1)
	require.NoError(t, err)
	targets := func(targets ...float32) data.Source {
		d, err := data.NewRegression(x, targets, 1)
		require.NoError(t, err)
		return d
	}
	log3, inf := float32(math.Log(3)), float32(math.Inf(1))
	for _, c := range []struct {
		name           string
		model          *Sequential
		set            data.Source
		loss, accuracy float64
	}{
		{"sparse: p = ¼, ¾", constant(losses.SparseCategoricalCrossentropy, activations.Softmax, 0, log3), classes, -(3*math.Log(0.75) + math.Log(0.25)) / 4, 0.75},
		{"sparse: the first of equals counts", constant(losses.SparseCategoricalCrossentropy, activations.Softmax, 0, 0), classes, math.Ln2, 0.25},
		{"categorical", constant(losses.CategoricalCrossentropy, activations.Softmax, 0, log3), targets(0, 1, 0, 1, 1, 0, 0.5, 0.5), -(2.5*math.Log(0.75) + 1.5*math.Log(0.25)) / 4, 0.5},
		{"squares: no accuracy", constant(losses.MeanSquaredError, activations.Linear, 1, 2), targets(1, 2, 1, 4, 0, 2, 4, 2), (0 + 4 + 1 + 9) / 8.0, math.NaN()},
		{"binary: p = ¾", constant(losses.BinaryCrossentropy, activations.Sigmoid, log3), targets(1, 1, 1, 0), -(3*math.Log(0.75) + math.Log(0.25)) / 4, 0.75},
		{"binary: soft targets", constant(losses.BinaryCrossentropy, activations.Sigmoid, -log3), targets(0.25, 0.25, 0.5, 0.75), -(2.25*math.Log(0.75) + 1.75*math.Log(0.25)) / 4, 0.75},
		{"categorical: p = 1 and 0", constant(losses.CategoricalCrossentropy, activations.Softmax, -3e38, 3e38), targets(0, 1, 0, 1, 0, 1, 0, 1), 0, 1},
		{"binary: p = 1 and 0", constant(losses.BinaryCrossentropy, activations.Sigmoid, inf, -inf), targets(1, 0, 1, 0, 1, 0, 1, 0), 0, 1},
		{"binary: every output counts", constant(losses.BinaryCrossentropy, activations.Sigmoid, log3, -log3), targets(1, 1, 1, 0, 0, 0, 1, 0), -(6*math.Log(0.75) + 2*math.Log(0.25)) / 8, 0.75},
		{"categorical: NaN is a miss", constant(losses.CategoricalCrossentropy, activations.Softmax, float32(math.NaN()), 0), targets(1, 0, 1, 0, 0, 1, 1, 0), math.NaN(), 0},
		{"binary: NaN is a miss", constant(losses.BinaryCrossentropy, activations.Sigmoid, float32(math.NaN())), targets(0, 0, 1, 1), math.NaN(), 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			loss, accuracy := evaluate(t, c.model, c.set)
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
	set := newPatterns(500, 5, 7)
	ctx, cancel := context.WithCancel(background)
	cancel()
	_, err := m.Evaluate(ctx, set)
	require.ErrorIs(t, err, context.Canceled)
	_, err = m.Predict(ctx, set)
	require.ErrorIs(t, err, context.Canceled)
	require.Zero(t, products.Load(), "products after the end of the context")
	_, err = m.Evaluate(background, set)
	require.NoError(t, err)
}

// Outside training dropout passes everything, and a rate of 0 is no layer at
// all.
func TestDropoutOffAtInference(t *testing.T) {
	set := newPatterns(75, 5, 7)
	with := compiled(t, NewSequential("", layers.Flatten(5, 7), layers.Dropout(0.9), layers.Dense(12, activations.ReLU), layers.Dropout(0.9), layers.Dense(10, activations.Softmax)), CompileOptions{})
	without := compiled(t, smallModel(), CompileOptions{})
	setIntegerWeights(t, with)
	setIntegerWeights(t, without)
	a, err := with.Predict(background, set)
	require.NoError(t, err)
	b, err := without.Predict(background, set)
	require.NoError(t, err)
	require.Equal(t, b, a)
	p, err := with.Predictor()
	require.NoError(t, err)
	row := make([]float32, 10)
	p.Bytes(row, set.pixels[:35])
	require.Equal(t, b.Data[:10], row)
	lossA, accuracyA := evaluate(t, with, set)
	lossB, accuracyB := evaluate(t, without, set)
	require.Equal(t, [2]float64{lossB, accuracyB}, [2]float64{lossA, accuracyA})

	h := fit(t, with, set, FitOptions{NoShuffle: true, BatchSize: 75})
	require.NotEqual(t, lossA, h.Epochs[0].Get("loss"), "nothing was dropped in training")

	none := compiled(t, NewSequential("", layers.Flatten(5, 7), layers.Dropout(0), layers.Dense(12, activations.ReLU), layers.Dropout(0), layers.Dense(10, activations.Softmax)), CompileOptions{})
	setIntegerWeights(t, none)
	fit(t, none, set, FitOptions{})
	fit(t, without, set, FitOptions{})
	require.Equal(t, without.SHA256(), none.SHA256())
}
