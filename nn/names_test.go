package nn

import (
	"fmt"
	"strings"
	"testing"

	"weft/activations"
	"weft/nn/layers"

	"github.com/stretchr/testify/require"
)

// names returns the name of a model and of its layers.
func names(m *Sequential) []string {
	n := []string{m.Name()}
	return append(n, m.names...)
}

// relu returns layers as the tutorial writes them.
func reluLayers() []layers.Layer {
	return []layers.Layer{layers.Dense(100, activations.Sigmoid), layers.Dense(10, activations.Softmax)}
}

// Keras numbers within a process; here within a scope, a new one for each model
// unless they share one. The shared scope goes through the tutorial's models.
func TestNumberedNames(t *testing.T) {
	for range 2 { // nothing is left of the models before
		require.Equal(t, []string{"sequential", "flatten", "dense", "dropout", "activation", "dense_1", "dropout_1", "dense_2", "flatten_1"},
			names(NewSequential("", layers.Flatten(28, 28), layers.Dense(8, activations.ReLU), layers.Dropout(0.5), layers.Activation(activations.Tanh), layers.Dense(8, activations.ReLU), layers.Dropout(0.5), layers.Dense(10, activations.Softmax), layers.Flatten())))
	}

	var scope NameScope
	require.Equal(t, []string{"sequential", "dense", "dense_1"}, names(scope.Sequential("", append([]layers.Layer{layers.Input(784)}, reluLayers()...)...)))
	named := scope.Sequential("패션 MNIST 모델", layers.Input(784), layers.Dense(100, activations.Sigmoid).Named("hidden"), layers.Dense(10, activations.Softmax).Named("output"))
	require.Equal(t, []string{"패션 MNIST 모델", "hidden", "output"}, names(named))
	added := scope.Sequential("")
	added.Add(layers.Input(784))
	for _, l := range reluLayers() {
		added.Add(l)
	}
	require.Equal(t, []string{"sequential_1", "dense_2", "dense_3"}, names(added))
	last := scope.Sequential("", append([]layers.Layer{layers.Flatten(28, 28)}, reluLayers()...)...)
	require.Equal(t, []string{"sequential_2", "flatten", "dense_4", "dense_5"}, names(last))
}

// A layer is a value: naming it changes no other, and it may stand in several
// models.
func TestLayersAreValues(t *testing.T) {
	l := layers.Dense(3, activations.ReLU)
	for _, l := range []layers.Layer{l, layers.Flatten(2), layers.Dropout(0.5), layers.Activation(activations.ReLU)} {
		require.Equal(t, "a", l.Named("a").Name())
		require.Equal(t, "", l.Name())
	}
	a, b := NewSequential("a", layers.Input(2), l, l), NewSequential("b", layers.Input(2), l)
	require.Equal(t, []string{"a", "dense", "dense_1"}, names(a))
	require.Equal(t, []string{"b", "dense"}, names(b))
}

func TestNamesOfAnyUnicode(t *testing.T) {
	for _, name := range []string{"é", "é", "层 1", "👨‍👩‍👧‍👦", "a/b:c", " ", "\u202eright to left", "line\nbreak", "quote\"", "%d", strings.Repeat("長", 1000)} {
		m := NewSequential(name, layers.Input(3), layers.Dense(2, activations.Softmax).Named(name))
		require.NoError(t, m.Compile(CompileOptions{}))
		require.Equal(t, []string{name, name}, names(m))
		require.Equal(t, name+"/kernel", m.Weights()[0].Name)
		require.Equal(t, []string{name, name}, names(load(t, saved(t, m))))
		require.NoError(t, m.Summary(&strings.Builder{}))
	}
	for _, m := range []*Sequential{
		NewSequential("\xff", layers.Input(3), layers.Dense(2, activations.Softmax)),
		NewSequential("", layers.Input(3), layers.Dense(2, activations.Softmax).Named("a\xc3")),
	} {
		require.ErrorContains(t, m.Compile(CompileOptions{}), "not valid UTF-8")
	}
}

func TestNamesTwice(t *testing.T) {
	for _, stack := range [][]layers.Layer{
		{layers.Dense(2, activations.ReLU).Named("a"), layers.Dense(2, activations.ReLU).Named("a")},
		{layers.Dense(2, activations.ReLU).Named("a"), layers.Dropout(0.5).Named("a")},
		{layers.Dense(2, activations.ReLU), layers.Dropout(0.5).Named("dense")},
		{layers.Dense(2, activations.ReLU).Named("dense"), layers.Dense(2, activations.ReLU)},
	} {
		m := NewSequential("m", append([]layers.Layer{layers.Input(3)}, stack...)...)
		want := fmt.Sprintf("nn: two layers of model \"m\" are named %q: give each its own name", m.names[0])
		require.EqualError(t, m.Build(), want)
		require.EqualError(t, m.Compile(CompileOptions{}), want)
	}
}

// Names are no part of what is computed.
func TestNamesChangeNoBits(t *testing.T) {
	set := newPatterns(40, 5, 7)
	train := func(m *Sequential) string {
		return digest(compiled(t, m, CompileOptions{}), fit(t, m, set, FitOptions{}))
	}
	plain := train(NewSequential("", layers.Flatten(5, 7), layers.Dropout(0.25), layers.Dense(12, activations.ReLU), layers.Dense(10, activations.Softmax)))
	named := train(NewSequential("x", layers.Flatten(5, 7).Named("a"), layers.Dropout(0.25).Named("b"), layers.Dense(12, activations.ReLU).Named("c"), layers.Dense(10, activations.Softmax).Named("d")))
	require.Equal(t, plain, named)
}

// The tutorial's table, with the sizes in bytes after the totals.
const tutorialSummary = `Model: "sequential_1"
_________________________________________________________________
Layer (type)                 Output Shape              Param #   
=================================================================
dense_2 (Dense)              (None, 100)               78500     
_________________________________________________________________
dense_3 (Dense)              (None, 10)                1010      
=================================================================
Total params: 79,510 (310.59 KB)
Trainable params: 79,510 (310.59 KB)
Non-trainable params: 0 (0.00 B)
_________________________________________________________________
`

func summary(t testing.TB, m *Sequential) string {
	var b strings.Builder
	require.NoError(t, m.Summary(&b))
	return b.String()
}

func TestSummary(t *testing.T) {
	var scope NameScope
	scope.Sequential("", append([]layers.Layer{layers.Input(784)}, reluLayers()...)...)
	m := scope.Sequential("", append([]layers.Layer{layers.Input(784)}, reluLayers()...)...)
	require.Equal(t, tutorialSummary, summary(t, m))
	require.NoError(t, m.Compile(CompileOptions{}))
	require.Equal(t, tutorialSummary, summary(t, m))

	m = scope.Sequential("", append([]layers.Layer{layers.Flatten(28, 28)}, reluLayers()...)...)
	require.Equal(t, `Model: "sequential_2"
_________________________________________________________________
Layer (type)                 Output Shape              Param #   
=================================================================
flatten (Flatten)            (None, 784)               0         
_________________________________________________________________
dense_4 (Dense)              (None, 100)               78500     
_________________________________________________________________
dense_5 (Dense)              (None, 10)                1010      
=================================================================
Total params: 79,510 (310.59 KB)
Trainable params: 79,510 (310.59 KB)
Non-trainable params: 0 (0.00 B)
_________________________________________________________________
`, summary(t, m))
}

// Wide characters take two columns, marks none, and long names widen the table:
// in every line the columns begin at the same place of a terminal.
func TestSummaryAligned(t *testing.T) {
	m := NewSequential("패션 MNIST 모델", layers.Activation(activations.Tanh).Named("첫째 층"), layers.Flatten(),
		layers.Dense(100, activations.ReLU).Named("은닉층은 이름이 아주 길어서 표를 넓힌다"), layers.Dense(10, activations.Softmax).Named("출력"))
	require.NoError(t, m.Build(12, 34, 5))
	require.Equal(t, `Model: "패션 MNIST 모델"
____________________________________________________________________________________
Layer (type)                                    Output Shape              Param #   
====================================================================================
첫째 층 (Activation)                            (None, 12, 34, 5)         0         
____________________________________________________________________________________
flatten (Flatten)                               (None, 2040)              0         
____________________________________________________________________________________
은닉층은 이름이 아주 길어서 표를 넓힌다 (Dense) (None, 100)               204100    
____________________________________________________________________________________
출력 (Dense)                                    (None, 10)                1010      
====================================================================================
Total params: 205,110 (801.21 KB)
Trainable params: 205,110 (801.21 KB)
Non-trainable params: 0 (0.00 B)
____________________________________________________________________________________
`, summary(t, m))

	m = NewSequential("two\nlines", layers.Input(2), layers.Dense(3, activations.ReLU).Named("a\tb\x1b[31m"))
	require.Contains(t, summary(t, m), "Model: \"two\\nlines\"\n")
	require.Contains(t, summary(t, m), "\na\\tb\\x1b[31m (Dense)         (None, 3) ")
}

func TestDisplayWidth(t *testing.T) {
	for s, want := range map[string]int{
		"":                   0,
		"dense_1":            7,
		"é":                  1, // one letter
		"e\u0301":            1, // letter and mark
		"패션":                 4,
		"\u1112\u1161\u11ab": 2, // 한 in single letters
		"層":                  2,
		"ｱ":                  1, // half width
		"Ａ":                  2, // full width
		"❤":                  1,
		"⭐":                  2,
		"👍":                  2,
		"a\u200bb":           2, // zero width space
		"א":                  1,
		"𠀀":                  2,
	} {
		require.Equal(t, want, displayWidth(s), "%q", s)
	}
}

func TestByteSize(t *testing.T) {
	for n, want := range map[int]string{0: "0.00 B", 12: "12.00 B", 1023: "1023.00 B", 1024: "1.00 KB", 318040: "310.59 KB", 1 << 20: "1.00 MB", 3 << 29: "1.50 GB"} {
		require.Equal(t, want, byteSize(n))
	}
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 79510: "79,510", 1234567: "1,234,567"} {
		require.Equal(t, want, thousands(n))
	}
}
