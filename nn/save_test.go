package nn

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"strings"
	"testing"
	"testing/iotest"

	"weft/activations"
	"weft/nn/callbacks"
	"weft/nn/layers"
	"weft/nn/losses"
	"weft/optim"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the saved models in testdata anew")

// A model that is saved after epoch 2, loaded and trained to epoch 5 is, bit for bit,
// the one that was trained to epoch 5 straight, for every rule; and what is
// loaded saves the same bytes.
func TestSaveAndGoOn(t *testing.T) {
	set := newPatterns(75, 5, 7)
	for _, rule := range everyOptimizer {
		t.Run(fmt.Sprintf("%s of %d slots, %v", rule.Name(), len(rule.Slots()), rule.Config()), func(t *testing.T) {
			o := FitOptions{Epochs: 5, Validation: newPatterns(20, 5, 7)}
			model := func() *Sequential {
				m := NewSequential("긴 이름", layers.Flatten(5, 7), layers.Dropout(0.2), layers.Dense(20, activations.ReLU).Named("<hidden> & \"quoted\""), layers.Dense(10, activations.Softmax))
				return compiled(t, m, CompileOptions{Optimizer: rule, Seed: 1 << 63})
			}
			straight := model()
			want := fit(t, straight, set, o)

			first := model()
			o.Epochs = 2
			fit(t, first, set, o)
			file := saved(t, first)
			second := load(t, file)
			require.Equal(t, file, saved(t, second))
			require.Equal(t, first.SHA256(), second.SHA256())
			require.Equal(t, rule, second.training.optimizer)
			o.Epochs = 3
			got := fit(t, second, set, o)
			require.Equal(t, straight.SHA256(), second.SHA256())
			require.Equal(t, saved(t, straight), saved(t, second))
			for i, e := range got.Epochs {
				require.Equal(t, want.Epochs[i+2].Logs, e.Logs)
			}
		})
	}
}

// Every layer, loss and state of a model survives.
func TestSaveKeepsEverything(t *testing.T) {
	set := newPatterns(33, 5, 7)
	every := []layers.Layer{layers.Flatten(), layers.Activation(activations.Tanh).Named("wärme"), layers.Dense(17, activations.Sigmoid), layers.Dropout(0.125), layers.Dense(9, activations.Linear), layers.Activation(activations.ReLU), layers.Dense(10, activations.Softmax)}
	for _, c := range []struct {
		name  string
		make  func() *Sequential
		ready bool // to be evaluated
	}{
		{"trained", func() *Sequential {
			m := NewSequential("a model", every...)
			compiled(t, m, CompileOptions{Seed: 9})
			fit(t, m, set, FitOptions{})
			return m
		}, true},
		{"compiled only", func() *Sequential { return compiled(t, smallModel(), CompileOptions{Seed: 9}) }, true},
		{"stopped inside an epoch", func() *Sequential {
			m := compiled(t, smallModel(), CompileOptions{Optimizer: optim.NewAdam(0.001)})
			fit(t, m, set, FitOptions{Callbacks: []callbacks.Callback{callbacks.OnStep(func(*callbacks.Progress) error { return callbacks.ErrStop })}})
			return m
		}, true},
		{"built by hand", func() *Sequential {
			m := NewSequential("a model", every...)
			require.NoError(t, m.Build(5, 7))
			setIntegerWeights(t, m)
			return m
		}, false},
		{"with −0 and subnormal weights", func() *Sequential {
			m := compiled(t, smallModel(), CompileOptions{})
			w := m.Weights()
			w[1].Data[2], w[2].Data[3] = float32(math.Copysign(0, -1)), 0x1p-149
			require.NoError(t, m.SetWeights(w))
			return m
		}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := c.make()
			file := saved(t, m)
			got := load(t, file)
			require.Equal(t, file, saved(t, got))
			require.Equal(t, m.SHA256(), got.SHA256())
			require.Equal(t, m.Name(), got.Name())
			var a, b strings.Builder
			require.NoError(t, m.Summary(&a))
			require.NoError(t, got.Summary(&b))
			require.Equal(t, a.String(), b.String())
			x, err := m.Predict(background, set)
			require.NoError(t, err)
			y, err := got.Predict(background, set)
			require.NoError(t, err)
			require.Equal(t, x.Data, y.Data)
			_, err = got.Evaluate(background, set)
			if c.ready {
				require.NoError(t, err)
			} else {
				require.Equal(t, errNotCompiled, err)
			}
		})
	}
}

// A NaN is a NaN: its payload and sign are not promised, so they neither show in
// a hash nor in a file.
func TestNaNIsOneNumber(t *testing.T) {
	var hash [2][32]byte
	var file [2][]byte
	for i, bits := range []uint32{0x7fc00000, 0xffc00001} {
		m := compiled(t, smallModel(), CompileOptions{})
		w := m.Weights()
		w[0].Data[0], w[3].Data[9] = math.Float32frombits(bits), math.Float32frombits(bits)
		require.NoError(t, m.SetWeights(w))
		hash[i] = m.SHA256()
		var b bytes.Buffer
		require.NoError(t, m.SaveAny(&b))
		file[i] = b.Bytes()
	}
	require.Equal(t, hash[0], hash[1])
	require.Equal(t, file[0], file[1])
}

// canonical returns the bits of a number, every NaN taken as one.
func canonical(v float32) uint32 {
	if v != v {
		return 0x7fc00000
	}
	return math.Float32bits(v)
}

// fileModel is a small model after two epochs, its state included.
func fileModel(t testing.TB) *Sequential {
	m := NewSequential("모델", layers.Flatten(2, 2), layers.Dense(3, activations.Tanh).Named("hidden"), layers.Dropout(0.25), layers.Dense(10, activations.Softmax))
	compiled(t, m, CompileOptions{Optimizer: optim.NewAdam(0.01), Seed: 42})
	setIntegerWeights(t, m)
	fit(t, m, newPatterns(20, 2, 2), FitOptions{Epochs: 2, BatchSize: 8})
	return m
}

// The file of a short run is the committed one, byte by byte, on every platform,
// and loading and saving the committed one gives its bytes.
func TestSavedFileIsThatOfEveryPlatform(t *testing.T) {
	const name = "testdata/model.weft"
	file := saved(t, fileModel(t))
	if *update {
		require.NoError(t, os.WriteFile(name, file, 0o666))
	}
	want, err := os.ReadFile(name)
	require.NoError(t, err)
	require.True(t, bytes.Equal(want, file), "training and Save give other bytes than %s", name)
	require.True(t, bytes.Equal(want, saved(t, load(t, want))), "Load and Save change %s", name)
}

// ownLoss and ownLayer are types of a user's own that call themselves as others.
type ownLoss struct{ losses.Loss }

func (ownLoss) Classes() bool { return false }

type ownActivation struct{ activations.Activation }

type ownLayer struct{ layers.Layer }

func (l ownLayer) Named(name string) layers.Layer { return ownLayer{l.Layer.Named(name)} }

// What Load would not make again is not saved as something else: a rule, a loss, an
// activation, a layer.
func TestSaveRefusesForeignTypes(t *testing.T) {
	type mine struct{ optim.Adam }
	m := compiled(t, smallModel(), CompileOptions{Optimizer: mine{optim.NewAdam(0.01)}})
	require.ErrorContains(t, m.Save(io.Discard), "a nn.mine, cannot be saved: Load would go on with a optim.Adam")
	require.NoError(t, m.Compile(CompileOptions{Optimizer: optim.NewAdam(0.01)}))
	require.NoError(t, m.Save(io.Discard))

	m = NewSequential("", layers.Input(3), layers.Dense(2, ownActivation{activations.ReLU}))
	compiled(t, m, CompileOptions{Loss: losses.MeanSquaredError})
	require.ErrorContains(t, m.Save(io.Discard), `the activation "relu" is a nn.ownActivation: a saved model would get a`)
	m = NewSequential("", layers.Input(3), layers.Dense(2, activations.ReLU), ownLayer{layers.Dropout(0.5)})
	compiled(t, m, CompileOptions{Loss: losses.MeanSquaredError})
	require.ErrorContains(t, m.Save(io.Discard), `model "sequential" cannot be saved: layer "dropout": json: unknown field`)
	m = NewSequential("", layers.Input(3), layers.Dense(2, activations.ReLU))
	compiled(t, m, CompileOptions{Loss: ownLoss{losses.MeanSquaredError}})
	require.ErrorContains(t, m.Save(io.Discard), "the loss of model \"sequential\", a nn.ownLoss, cannot be saved: Load would go on with a losses.meanSquared")
}

// NaN and infinite numbers are refused by name of layer and tensor, in weights and in
// slots of the optimizer; SaveAny takes them, and what it writes loads again.
func TestSaveRefusesWhatIsNotFinite(t *testing.T) {
	for _, bad := range []float32{float32(math.NaN()), float32(math.Inf(1)), float32(math.Inf(-1))} {
		for _, slot := range []bool{false, true} {
			m := compiled(t, smallModel(), CompileOptions{Optimizer: optim.NewAdam(0.01)})
			fit(t, m, newPatterns(33, 5, 7), FitOptions{})
			w := m.params[3]
			require.Equal(t, "bias", w.Name)
			if slot {
				w.Slots[1][4] = bad
			} else {
				w.Data[4] = bad
			}
			var b bytes.Buffer
			require.EqualError(t, m.Save(&b), fmt.Sprintf("nn: model \"sequential\" is not saved: bias of layer \"dense_1\" holds %v; go back to an earlier model, or save it all the same with SaveAny", bad))
			require.Zero(t, b.Len(), "a refused model was written")
			require.NoError(t, m.SaveAny(&b))
			got := load(t, b.Bytes())
			require.Equal(t, m.SHA256(), got.SHA256())
			require.Equal(t, canonical(bad), canonical(append(got.params[3].Data, got.params[3].Slots[1]...)[4+map[bool]int{true: len(w.Data)}[slot]]))
		}
	}
}

// Readers that give little at a time or fail, and writers that fail.
func TestSaveAndLoadThroughBadStreams(t *testing.T) {
	m := fileModel(t)
	file := saved(t, m)
	got, err := Load(iotest.OneByteReader(bytes.NewReader(file)))
	require.NoError(t, err)
	require.Equal(t, m.SHA256(), got.SHA256())
	broken := errors.New("a broken disk")
	for n := 0; n <= len(file); n += 7 {
		_, err := Load(io.MultiReader(bytes.NewReader(file[:n]), iotest.ErrReader(broken)))
		require.ErrorIs(t, err, broken, "after %d bytes", n)
		require.ErrorIs(t, m.Save(&limited{left: n, err: broken}), broken, "after %d bytes", n)
	}
}

// limited is a writer that fails after some bytes.
type limited struct {
	left int
	err  error
}

func (l *limited) Write(p []byte) (int, error) {
	if len(p) >= l.left {
		return l.left, l.err
	}
	l.left -= len(p)
	return len(p), nil
}

// A model saved by a callback is the one that the epoch made.
func TestSaveInACallback(t *testing.T) {
	set := newPatterns(75, 5, 7)
	var files [][]byte
	m := compiled(t, smallModel(), CompileOptions{Optimizer: optim.NewAdam(0.01)})
	fit(t, m, set, FitOptions{Epochs: 3, Callbacks: []callbacks.Callback{callbacks.OnEpoch(func(p *callbacks.Progress) error {
		files = append(files, saved(t, p.Model))
		return nil
	})}})
	require.Len(t, files, 3)
	require.Equal(t, saved(t, m), files[2])
	again := load(t, files[0])
	_, err := again.Fit(context.Background(), set, FitOptions{Epochs: 2})
	require.NoError(t, err)
	require.Equal(t, m.SHA256(), again.SHA256())
}
