package nn

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"weft/activations"
	"weft/optim"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the saved models in testdata anew")

// A model that is saved after epoch 2, loaded and trained to epoch 5 is by bits
// the one that was trained to epoch 5 straight, for every rule; and what is
// loaded saves the same bytes.
func TestSaveAndGoOn(t *testing.T) {
	data := newPatterns(75, 5, 7)
	for _, rule := range everyOptimizer {
		t.Run(fmt.Sprintf("%s of %d slots, %v", rule.Name(), rule.Slots(), rule.Config()), func(t *testing.T) {
			o := FitOptions{Epochs: 5, Validation: newPatterns(20, 5, 7)}
			model := func() *Sequential {
				m := NewSequential("긴 이름", Flatten(5, 7), Dropout(0.2), Dense(20, activations.ReLU).Named("<hidden> & \"quoted\""), Dense(10, activations.Softmax))
				return compiled(t, m, Config{Optimizer: rule, Seed: 1 << 63})
			}
			straight := model()
			want := fit(t, straight, data, o)

			first := model()
			o.Epochs = 2
			fit(t, first, data, o)
			file := saved(t, first)
			second := load(t, file)
			require.Equal(t, file, saved(t, second))
			require.Equal(t, first.SHA256(), second.SHA256())
			require.Equal(t, rule, second.optimizer)
			o.Epochs = 3
			got := fit(t, second, data, o)
			require.Equal(t, straight.SHA256(), second.SHA256())
			require.Equal(t, saved(t, straight), saved(t, second))
			for i, e := range got.Epochs {
				w := want.Epochs[i+2]
				require.Equal(t, [4]float64{w.Loss, w.Accuracy, w.ValLoss, w.ValAccuracy}, [4]float64{e.Loss, e.Accuracy, e.ValLoss, e.ValAccuracy})
			}
		})
	}
}

// Every layer, loss and state of a model survives.
func TestSaveKeepsEverything(t *testing.T) {
	data := newPatterns(33, 5, 7)
	every := []Layer{Flatten(), Activation(activations.Tanh).Named("wärme"), Dense(17, activations.Sigmoid), Dropout(0.125), Dense(9, activations.Linear), Activation(activations.ReLU), Dense(10, activations.Softmax)}
	for _, c := range []struct {
		name  string
		make  func() *Sequential
		ready bool // to be evaluated
	}{
		{"trained", func() *Sequential {
			m := NewSequential("a model", every...)
			compiled(t, m, Config{Seed: 9})
			fit(t, m, data, FitOptions{})
			return m
		}, true},
		{"compiled only", func() *Sequential { return compiled(t, smallModel(), Config{Seed: 9}) }, true},
		{"stopped inside an epoch", func() *Sequential {
			m := compiled(t, smallModel(), Config{Optimizer: optim.NewAdam(0.001)})
			fit(t, m, data, FitOptions{Callbacks: []Callback{stepFunc(func(*Progress) error { return ErrStop })}})
			return m
		}, true},
		{"built by hand", func() *Sequential {
			m := NewSequential("a model", every...)
			require.NoError(t, m.Build(5, 7))
			setIntegerWeights(t, m)
			return m
		}, false},
		{"with NaN and infinite weights", func() *Sequential {
			m := compiled(t, smallModel(), Config{})
			w := m.Weights()
			w[0].Data[0], w[0].Data[1], w[1].Data[2], w[2].Data[3] = float32(math.NaN()), float32(math.Inf(1)), float32(math.Copysign(0, -1)), 0x1p-149
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
			x, err := m.Predict(background, data)
			require.NoError(t, err)
			y, err := got.Predict(background, data)
			require.NoError(t, err)
			for i := range x.Data {
				require.Equal(t, canonical(x.Data[i]), canonical(y.Data[i]))
			}
			_, _, err = got.Evaluate(background, data)
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
		m := compiled(t, smallModel(), Config{})
		w := m.Weights()
		w[0].Data[0], w[3].Data[9] = math.Float32frombits(bits), math.Float32frombits(bits)
		require.NoError(t, m.SetWeights(w))
		hash[i], file[i] = m.SHA256(), saved(t, m)
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
	m := NewSequential("모델", Flatten(2, 2), Dense(3, activations.Tanh).Named("hidden"), Dropout(0.25), Dense(10, activations.Softmax))
	compiled(t, m, Config{Optimizer: optim.NewAdam(0.01), Seed: 42})
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

// Any damage to a file is found: every byte changed, every length but the right
// one.
func TestLoadFindsDamage(t *testing.T) {
	file := saved(t, fileModel(t))
	flips := []byte{0xff}
	if !testing.Short() {
		flips = []byte{1, 2, 4, 8, 0x10, 0x20, 0x40, 0x80, 0xff}
	}
	for at := range file {
		for _, flip := range flips {
			file[at] ^= flip
			_, err := Load(bytes.NewReader(file))
			require.Error(t, err, "byte %d changed by %#x", at, flip)
			file[at] ^= flip
		}
	}
	for n := range file {
		_, err := Load(bytes.NewReader(file[:n]))
		require.ErrorIs(t, err, io.ErrUnexpectedEOF, "%d of %d bytes", n, len(file))
	}
	for _, more := range []string{"\x00", "\n", string(file)} {
		_, err := Load(strings.NewReader(string(file) + more))
		require.ErrorContains(t, err, "bytes behind the end")
	}
	_, err := Load(bytes.NewReader(file))
	require.NoError(t, err)
}

// withHeader returns a file with another header, its length and checksum right.
func withHeader(file []byte, header string) []byte {
	n := binary.LittleEndian.Uint32(file[8:])
	tensors := file[12+n : len(file)-sha256.Size]
	b := binary.LittleEndian.AppendUint32([]byte(saveMagic), uint32(len(header)))
	b = append(append(b, header...), tensors...)
	sum := sha256.Sum256(b)
	return append(b, sum[:]...)
}

// A header that says what Save does not write is refused though its checksum is
// right.
func TestLoadRefusesWrongHeaders(t *testing.T) {
	file := saved(t, fileModel(t))
	header := string(file[12 : 12+binary.LittleEndian.Uint32(file[8:])])
	require.True(t, json.Valid([]byte(header)))
	_, err := Load(bytes.NewReader(withHeader(file, header)))
	require.NoError(t, err)
	for _, c := range []struct{ name, old, new, want string }{
		{"no JSON", header, "weights", "invalid character"},
		{"blanks", header, header + " ", "not as Weft writes it"},
		{"a second value", header, header + "{}", "invalid character"},
		{"an unknown field", `{"name"`, `{"color":1,"name"`, "not as Weft writes it"},
		{"a field twice", `{"name"`, `{"name":"x","name"`, "not as Weft writes it"},
		{"another case", `"loss"`, `"Loss"`, "not as Weft writes it"},
		{"no model name", `"모델"`, `""`, "no name"},
		{"no layer name", `"hidden"`, `""`, "no name"},
		{"two layers of one name", `"hidden"`, `"dense"`, "two layers"},
		{"an unknown layer", `"Dropout"`, `"Conv2D"`, "unknown kind"},
		{"an unknown activation", `"tanh"`, `"geluu"`, "no activation"},
		{"an unknown optimizer", `"adam"`, `"adamw"`, "no optimizer"},
		{"an unknown hyper-parameter", `"beta_1"`, `"beta_3"`, "hyper-parameter"},
		{"a wrong hyper-parameter", `"beta_1":0.9`, `"beta_1":1.9`, "beta_1"},
		{"an unknown loss", `"sparse_categorical_crossentropy"`, `"hinge"`, "no loss"},
		{"a loss that does not fit", `"sparse_categorical_crossentropy"`, `"binary_crossentropy"`, "sigmoid"},
		{"a wrong rate", `0.25`, `1.25`, "rate"},
		{"no input", `"input":[2,2]`, `"input":null`, "holds no number"},
		{"an empty input", `"input":[2,2]`, `"input":[2,0]`, "holds no number"},
		{"a huge input", `"input":[2,2]`, `"input":[65536,65536]`, "or more: too many"},
		{"a huge layer", `"units":3,`, `"units":2000000000,`, "parameters"},
		{"other units", `"units":3,`, `"units":4,`, "numbers"},
		{"other slots", `"slots":2`, `"slots":1`, "slots"},
		{"negative steps", `"steps":6`, `"steps":-6`, "steps"},
		{"too many steps", `"steps":6`, fmt.Sprintf(`"steps":%d`, math.MaxInt), "steps"},
		{"negative epochs", `"epochs":2`, `"epochs":-2`, "epochs"},
		{"too many epochs", `"epochs":2`, fmt.Sprintf(`"epochs":%d`, math.MaxInt), "epochs"},
		{"a fraction", `"steps":6`, `"steps":6.5`, "steps"},
		{"too few numbers", `"floats":165`, `"floats":164`, "numbers"},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.Equal(t, 1, strings.Count(header, c.old), "%s in %s", c.old, header)
			_, err := Load(bytes.NewReader(withHeader(file, strings.Replace(header, c.old, c.new, 1))))
			require.ErrorContains(t, err, c.want)
		})
	}
}

// A rule that Load would not make again is not saved as another one.
func TestSaveRefusesForeignRules(t *testing.T) {
	type mine struct{ optim.Adam }
	m := compiled(t, smallModel(), Config{Optimizer: mine{optim.NewAdam(0.01)}})
	require.ErrorContains(t, m.Save(io.Discard), "a nn.mine, cannot be saved: Load would go on with a optim.Adam")
	require.NoError(t, m.Compile(Config{Optimizer: optim.NewAdam(0.01)}))
	require.NoError(t, m.Save(io.Discard))
}

// A header may not ask for more memory than the file can fill.
func TestLoadMemoryIsBoundedByTheFile(t *testing.T) {
	file := saved(t, fileModel(t))
	header := `{"name":"m","input":[46340],"layers":[{"kind":"Dense","name":"d","units":46000,"activation":"linear"}],"floats":2131686000}`
	file = withHeader(file, header)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := Load(bytes.NewReader(file))
	runtime.ReadMemStats(&after)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(1<<20)) // the tensors would be 8 GB
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
	data := newPatterns(75, 5, 7)
	var files [][]byte
	m := compiled(t, smallModel(), Config{Optimizer: optim.NewAdam(0.01)})
	fit(t, m, data, FitOptions{Epochs: 3, Callbacks: []Callback{epochFunc(func(p *Progress) error {
		files = append(files, saved(t, p.Model))
		return nil
	})}})
	require.Len(t, files, 3)
	require.Equal(t, saved(t, m), files[2])
	again := load(t, files[0])
	_, err := again.Fit(context.Background(), data, FitOptions{Epochs: 2})
	require.NoError(t, err)
	require.Equal(t, m.SHA256(), again.SHA256())
}

// FuzzLoad: whatever is read gives an error or a model that saves those bytes.
func FuzzLoad(f *testing.F) {
	file := saved(f, fileModel(f))
	f.Add(file)
	f.Add(file[:100])
	f.Add(saved(f, compiled(f, smallModel(), Config{Loss: SparseCategoricalCrossentropy})))
	f.Add(withHeader(file, "{}"))
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := Load(bytes.NewReader(b))
		if err == nil {
			defer m.Close()
			require.Equal(t, b, saved(t, m))
		}
		// the same bytes with a checksum that is right
		if len(b) > 12 {
			b = append(b, make([]byte, sha256.Size)...)
			sum := sha256.Sum256(b[:len(b)-sha256.Size])
			copy(b[len(b)-sha256.Size:], sum[:])
			if m, err := Load(bytes.NewReader(b)); err == nil {
				defer m.Close()
				require.Equal(t, b, saved(t, m))
			}
		}
	})
}
