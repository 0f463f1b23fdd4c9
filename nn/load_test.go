package nn

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"weft/activations"
	"weft/nn/data"
	"weft/nn/layers"
	"weft/nn/losses"
	"weft/optim"

	"github.com/stretchr/testify/require"
)

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
		require.ErrorContains(t, err, "trailing data after the saved model")
		_, err = Load(bytes.NewReader([]byte(string(file) + more)))
		require.ErrorContains(t, err, fmt.Sprintf("%d bytes of trailing data after the saved model", len(more)))
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
		{"an unknown layer", `"Dropout"`, `"Conv9D"`, "unknown kind"},
		{"an unknown activation", `"tanh"`, `"sine"`, "no activation"},
		{"an unknown optimizer", `"adam"`, `"adam9"`, "no optimizer"},
		{"an unknown hyper-parameter", `"beta_1"`, `"beta_3"`, "hyper-parameter"},
		{"a wrong hyper-parameter", `"beta_1":0.9`, `"beta_1":1.9`, "beta_1"},
		{"an unknown loss", `"sparse_categorical_crossentropy"`, `"hinge9"`, "no loss"},
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

// Loading takes memory for the model and at most 1.2 times the file beyond the weights,
// slots included, from a regular file and from memory.
func TestLoadMemory(t *testing.T) {
	m := NewSequential("", layers.Input(400), layers.Dense(500, activations.ReLU), layers.Dense(10, activations.Softmax))
	compiled(t, m, CompileOptions{Optimizer: optim.NewAdam(0.01)})
	set, err := data.NewClassification(make([]float32, 400), make([]int32, 1), 400)
	require.NoError(t, err)
	fit(t, m, set, FitOptions{})
	file := saved(t, m)
	weights := 0
	for _, p := range m.params {
		weights += 4 * p.Size()
	}
	require.Greater(t, len(file), 3*weights, "two slots")
	name := filepath.Join(t.TempDir(), "m.weft")
	require.NoError(t, os.WriteFile(name, file, 0o600))
	for how, open := range map[string]func() io.Reader{
		"memory": func() io.Reader { return bytes.NewReader(file) },
		"a file": func() io.Reader {
			f, err := os.Open(name)
			require.NoError(t, err)
			t.Cleanup(func() { f.Close() })
			return f
		},
	} {
		r := open()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		got, err := Load(r)
		runtime.ReadMemStats(&after)
		require.NoError(t, err)
		t.Cleanup(got.Close)
		require.Equal(t, m.SHA256(), got.SHA256())
		taken := after.TotalAlloc - before.TotalAlloc
		require.LessOrEqual(t, float64(taken), float64(weights)+1.2*float64(len(file)), "%s: %d bytes of weights, a file of %d", how, weights, len(file))
	}
}

// A regular file is checked for its size before anything of it is kept: one that ends
// early, and one with a terabyte of nothing after the model.
func TestLoadChecksTheSizeFirst(t *testing.T) {
	m := fileModel(t)
	file := saved(t, m)
	open := func(size int64) *os.File {
		f, err := os.Create(filepath.Join(t.TempDir(), "m.weft"))
		require.NoError(t, err)
		t.Cleanup(func() { f.Close() })
		_, err = f.Write(file)
		require.NoError(t, err)
		if err := f.Truncate(size); err != nil {
			t.Skip("no sparse files here: ", err)
		}
		_, err = f.Seek(0, io.SeekStart)
		require.NoError(t, err)
		return f
	}
	whole := int64(len(file))
	got, err := Load(open(whole))
	require.NoError(t, err)
	require.Equal(t, m.SHA256(), got.SHA256())
	_, err = Load(open(whole - 1))
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	require.ErrorContains(t, err, "bytes of its tensors and checksum")
	_, err = Load(open(whole + 1<<40))
	require.ErrorContains(t, err, "1099511627776 bytes of trailing data after the saved model")

	// from inside of a file that holds more
	f := open(whole)
	_, err = f.Seek(0, io.SeekEnd)
	require.NoError(t, err)
	_, err = f.Write(file)
	require.NoError(t, err)
	_, err = f.Seek(whole, io.SeekStart)
	require.NoError(t, err)
	_, err = Load(f)
	require.NoError(t, err)
}

// What is read as a stream, whose size nobody knows, is kept until it is whole: no
// memory for the model before.
func TestLoadStreams(t *testing.T) {
	m := fileModel(t)
	file := saved(t, m)
	r, w := io.Pipe()
	go func() { w.Write(file); w.Close() }()
	got, err := Load(r)
	require.NoError(t, err)
	require.Equal(t, m.SHA256(), got.SHA256())
	header := `{"name":"m","input":[46340],"layers":[{"kind":"Dense","name":"d","units":46000,"activation":"linear"}],"floats":2131686000}`
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err = Load(iotest.DataErrReader(bytes.NewBuffer(withHeader(file, header))))
	runtime.ReadMemStats(&after)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(1<<20)) // the tensors would be 8 GB
}

// FuzzLoad: whatever is read gives an error or a model that saves those bytes.
func FuzzLoad(f *testing.F) {
	file := saved(f, fileModel(f))
	f.Add(file)
	f.Add(file[:100])
	f.Add(saved(f, compiled(f, smallModel(), CompileOptions{Loss: losses.SparseCategoricalCrossentropy})))
	f.Add(withHeader(file, "{}"))
	f.Fuzz(func(t *testing.T, b []byte) {
		again := func(m *Sequential) []byte {
			var file bytes.Buffer
			require.NoError(t, m.SaveAny(&file))
			return file.Bytes()
		}
		m, err := Load(bytes.NewReader(b))
		if err == nil {
			defer m.Close()
			require.Equal(t, b, again(m))
		}
		// the same bytes with a checksum that is right
		if len(b) > 12 {
			b = append(b, make([]byte, sha256.Size)...)
			sum := sha256.Sum256(b[:len(b)-sha256.Size])
			copy(b[len(b)-sha256.Size:], sum[:])
			if m, err := Load(bytes.NewReader(b)); err == nil {
				defer m.Close()
				require.Equal(t, b, again(m))
			}
		}
	})
}
