package archive

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"flag"
	"math/rand/v2"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var mutations = flag.Int("mutations", 1000, "mutated files each reader is tried with")

// seeds are the smallest files of each layout.
func seeds(t testing.TB) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	for _, name := range []string{
		"interop/k3_mlp_adam.keras", "interop/k3_functional.keras", "interop/k2tf215_adam.keras", "interop/k305_adam.keras", "interop/k3_cnn.keras",
		"interop/k3_embedding.keras", "interop/k2tf25_adam.h5", "interop/k3_korean.h5", "interop/k3_mlp_adam.h5", "interop/h5_gzip_shuffle.keras",
		"interop/h5_latest.keras", "interop/h5_fletcher.keras", "interop/k3_not_opt_schedule.keras", "interop/k2tf25_adam.weights.h5",
		"interop/k3_mlp_adam.weights.h5", "versions/k215_functional.h5", "versions/k3_functional.keras",
	} {
		out[name] = readFile(t, filepath.FromSlash(name))
	}
	return out
}

// try reads a file in every way. What comes of it does not matter, only that it
// returns, and that what it returns can be written and read again.
func try(t testing.TB, data []byte) (loaded bool) {
	t.Helper()
	m, err := Read(bytes.NewReader(data), int64(len(data)))
	if err == nil {
		var b bytes.Buffer
		if err := Write(&b, m); err == nil {
			back, err := Read(bytes.NewReader(b.Bytes()), int64(b.Len()))
			require.NoError(t, err)
			require.NoError(t, back.NoTraining)
		}
	}
	other := &Model{Input: []int{4, 4}, Layers: []Layer{{Name: "f", Config: &Flatten{}}, dense("hidden", 5, "relu"), dense("out", 3, "softmax")}}
	other.Training = &Training{Optimizer: NewOptimizer("Adam")}
	_ = ReadWeights(other, bytes.NewReader(data), int64(len(data)))
	return err == nil
}

func FuzzRead(f *testing.F) {
	for _, data := range seeds(f) {
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) { try(t, data) })
}

// FuzzConfig changes the config of an archive whose weights stay.
func FuzzConfig(f *testing.F) {
	for _, data := range seeds(f) {
		if z, err := openZip(bytes.NewReader(data), int64(len(data))); err == nil {
			config, err := z.read(configName, maxConfig)
			require.NoError(f, err)
			weights, err := z.read(weightsName, 1<<20)
			require.NoError(f, err)
			f.Add(config, weights)
		}
	}
	f.Fuzz(func(t *testing.T, config, weights []byte) { try(t, archiveOf(config, weights)) })
}

// archiveOf is an archive of a config and weights.
func archiveOf(config, weights []byte) []byte {
	var b bytes.Buffer
	_ = writeZip(&b, []string{configName, weightsName}, [][]byte{config, weights})
	return b.Bytes()
}

// FuzzJSON compares what is taken as JSON with the standard library.
func FuzzJSON(f *testing.F) {
	for _, s := range []string{`{"a": [1, -2.5e+3, true, null, "x\"\u00e9\n"]}`, `[`, `{"a":1,}`, `01`, `"\x"`, "\"\x01\"", `1 2`, ` [ ] `, `{"a" : {}}`, `-`, `1.`, `NaN`, `nul`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		v, err := parseJSON(text)
		valid := json.Valid(text)
		if err == nil {
			require.True(t, valid, "%q", text)
			if m, err := v.members(); err == nil && len(m) > 0 {
				var std map[string]json.RawMessage
				require.NoError(t, json.Unmarshal(text, &std))
				require.Len(t, m, len(std))
				for _, m := range m {
					require.Equal(t, string(std[m.key]), string(m.value))
				}
			}
		} else if valid {
			text := err.Error()
			require.True(t, strings.Contains(text, "UTF-8") || strings.Contains(text, "nested"), "%q: %v", text, err)
		}
	})
}

// Whatever bytes of a file are changed, reading returns, in bounded time and memory.
// An archive's checksums are made right again, so that changes reach what is inside.
func TestMutations(t *testing.T) {
	files := seeds(t)
	var names []string
	for name := range files {
		names = append(names, name)
	}
	n := *mutations
	if testing.Short() {
		n /= 10
	}
	r := rand.New(rand.NewPCG(3, 4))
	var slowest time.Duration
	loaded := 0
	for i := range n {
		data := mutated(t, r, files[names[i%len(names)]])
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		start := time.Now()
		_, err := Read(bytes.NewReader(data), int64(len(data)))
		slowest = max(slowest, time.Since(start))
		runtime.ReadMemStats(&after)
		if !raceDetector { // half a MiB for errors and what was thrown away
			require.LessOrEqual(t, after.TotalAlloc-before.TotalAlloc, uint64(4*len(data)+1<<20+1<<19), "%s, mutation %d", names[i%len(names)], i)
		}
		if err == nil {
			loaded++
		}
		if i%4 == 0 {
			try(t, data)
		}
	}
	t.Logf("%d mutated files, %d could be read, the slowest took %v", n, loaded, slowest)
}

// mutated changes the members of an archive, or a whole HDF5 file.
func mutated(t testing.TB, r *rand.Rand, seed []byte) []byte {
	t.Helper()
	z, err := openZip(bytes.NewReader(seed), int64(len(seed)))
	if err != nil || r.IntN(8) == 0 {
		return mutate(r, seed)
	}
	config, err := z.read(configName, maxConfig)
	require.NoError(t, err)
	weights, err := z.read(weightsName, 1<<20)
	require.NoError(t, err)
	switch r.IntN(3) {
	case 0:
		return archiveOf(mutateText(r, config), weights)
	case 1:
		return archiveOf(config, mutate(r, weights))
	}
	return deflated(t, mutateText(r, config), mutate(r, weights))
}

// deflated is an archive with compressed members, as zip tools make it.
func deflated(t testing.TB, config, weights []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, data := range map[string][]byte{configName: config, weightsName: weights, "assets/readme.txt": []byte("x")} {
		w, err := z.Create(name)
		require.NoError(t, err)
		_, err = w.Write(data)
		require.NoError(t, err)
	}
	require.NoError(t, z.Close())
	return b.Bytes()
}

// mutate changes some bytes of a binary file.
func mutate(r *rand.Rand, seed []byte) []byte {
	data := bytes.Clone(seed)
	at := func(n int) int {
		p := r.IntN(len(data) - n)
		for try := 0; try < 20 && data[p] == 0; try++ {
			p = r.IntN(len(data) - n)
		}
		return p
	}
	for range 1 + r.IntN(5) {
		switch r.IntN(5) {
		case 0:
			data[at(1)] ^= 1 << r.IntN(8)
		case 1:
			values := []uint64{0, 1, 0xffff, 1 << 31, 1 << 40, 1<<64 - 1, uint64(len(data)), uint64(r.IntN(len(data)))}
			binary.LittleEndian.PutUint64(data[at(8)&^7:], values[r.IntN(len(values))])
		case 2:
			n := 1 + r.IntN(64)
			copy(data[at(n):], data[at(n):][:n])
		case 3:
			binary.LittleEndian.PutUint16(data[at(2):], uint16(r.Uint32()))
		case 4:
			if r.IntN(5) == 0 {
				data = append(data[:128+r.IntN(len(data)-128)], make([]byte, r.IntN(100)+64)...)
			}
		}
	}
	return data
}

// mutateText exchanges words, numbers and parts of a JSON text.
func mutateText(r *rand.Rand, seed []byte) []byte {
	data := bytes.Clone(seed)
	words := []string{"null", "true", "-1", "0", "1e999", "2147483647", "4294967296", "\"relu\"", "[]", "{}", "[[1, 2], [3, 4]]", "\"Dense\"", "0.5", "\"\"", "[1000000, 1000000, 1000000]", "\"\\ud800\""}
	for range 1 + r.IntN(4) {
		switch r.IntN(4) {
		case 0: // a value
			if i := bytes.IndexByte(data[r.IntN(len(data)):], ':'); i >= 0 {
				at := r.IntN(len(data)-i) + i
				if j := bytes.IndexAny(data[at:], ",}"); j > 0 {
					if k := bytes.LastIndexByte(data[:at+j], ':'); k >= 0 {
						data = bytes.Join([][]byte{data[:k+1], []byte(words[r.IntN(len(words))]), data[at+j:]}, []byte(" "))
					}
				}
			}
		case 1: // a byte
			data[r.IntN(len(data))] = byte(32 + r.IntN(95))
		case 2: // a part twice
			a, b := r.IntN(len(data)), r.IntN(len(data))
			n := min(r.IntN(300), len(data)-max(a, b))
			data = bytes.Join([][]byte{data[:a], data[b : b+n], data[a:]}, nil)
		case 3: // a name for another
			names := []string{"units", "rate", "filters", "strides", "axis", "name", "Dense", "Dropout", "Conv2D", "Flatten", "BatchNormalization", "Embedding", "Reshape", "Adam", "SGD", "Nadam", "Ftrl"}
			data = bytes.Replace(data, []byte(names[r.IntN(len(names))]), []byte(names[r.IntN(len(names))]), 1+r.IntN(2))
		}
	}
	return data
}
