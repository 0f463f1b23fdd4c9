// Package interop helps to test the readers of other tools' files: it walks the
// files of nn/testdata/interop, keeps lists of error texts, mutates files and
// measures memory. Only tests import it.
package interop

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Dir is the folder of the files, seen from a package in nn.
const Dir = "../testdata/interop"

var (
	update    = flag.Bool("update", false, "write the lists of error texts anew")
	mutations = flag.Int("mutations", 2000, "mutated inputs for each reader")
)

// File is an entry of manifest.json and the bytes of its file.
type File struct {
	Name     string `json:"file"`
	Kind     string `json:"kind"`
	SHA256   string `json:"sha256"`
	Expected string `json:"expected"`
	Why      string `json:"why"`
	Values   string `json:"values"`
	Data     []byte `json:"-"`
}

// Refused reports whether the file must be refused.
func (f File) Refused() bool {
	return f.Expected == "error" || strings.HasPrefix(f.Expected, "clear error")
}

// Files returns the files of some kinds, in the order of their names.
func Files(t testing.TB, kinds ...string) []File {
	text, err := os.ReadFile(filepath.Join(Dir, "manifest.json"))
	require.NoError(t, err)
	var all, out []File
	require.NoError(t, json.Unmarshal(text, &all))
	for _, f := range all {
		if !slices.Contains(kinds, f.Kind) {
			continue
		}
		f.Data, err = os.ReadFile(filepath.Join(Dir, f.Name))
		require.NoError(t, err)
		sum := sha256.Sum256(f.Data)
		require.Equal(t, f.SHA256, hex.EncodeToString(sum[:]), f.Name)
		out = append(out, f)
	}
	require.NotEmpty(t, out)
	return out
}

// More returns the files that one of the scripts in Dir wrote, and their values.
func More(t testing.TB, list string) ([]File, map[string]Golden) {
	text, err := os.ReadFile(filepath.Join(Dir, list))
	require.NoError(t, err)
	var all struct {
		Files  []File
		Values map[string]Golden
	}
	require.NoError(t, json.Unmarshal(text, &all))
	require.NotEmpty(t, all.Files)
	for i := range all.Files {
		all.Files[i].Data, err = os.ReadFile(filepath.Join(Dir, all.Files[i].Name))
		require.NoError(t, err)
	}
	return all.Files, all.Values
}

// Array is an array of a JSON file.
type Array struct {
	Shape []int     `json:"shape"`
	Data  []float32 `json:"data"`
}

// Golden is a JSON file: what the other tool computes.
type Golden struct {
	Inputs  Array            `json:"inputs"`
	Outputs Array            `json:"outputs"`
	Tensors map[string]Array `json:"tensors"`
	Names   []string         `json:"names"` // of the tensors, in the file's order
	SHA256  string           `json:"weights_sha256"`
	Array   Array            `json:"array"`
	Bias    Array            `json:"bias"`
}

// Golden reads the values of a file.
func (f File) Golden(t testing.TB) Golden {
	require.NotEmpty(t, f.Values, f.Name)
	text, err := os.ReadFile(filepath.Join(Dir, f.Values))
	require.NoError(t, err)
	var g Golden
	require.NoError(t, json.Unmarshal(text, &g))
	return g
}

// CheckErrors compares error texts, by file, with the list in testdata/errors.txt,
// which somebody has read through. With -update it writes the list. Where an int has
// 32 bits some numbers fail earlier, with another text.
func CheckErrors(t *testing.T, got map[string]error) {
	var lines []string
	for name, err := range got {
		require.Error(t, err, name)
		lines = append(lines, fmt.Sprintf("%s: %v\n", name, err))
	}
	slices.Sort(lines)
	path := filepath.Join("testdata", "errors.txt")
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(path, []byte(strings.Join(lines, "")), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	if strconv.IntSize == 64 {
		require.Equal(t, string(want), strings.Join(lines, ""), "go test -update writes the list anew: read it")
	}
	_, err = os.Stat("WEFT_PICKLE_EXECUTED")
	require.ErrorIs(t, err, fs.ErrNotExist, "code in a file was run")
}

// Case is a file that Weft wrote, for a real tool to open: the values in it, or what a
// model computes.
type Case struct {
	File    string           `json:"file"`
	Tensors map[string]Array `json:"tensors,omitempty"`
	Inputs  *Array           `json:"inputs,omitempty"`
	Outputs *Array           `json:"outputs,omitempty"`
}

// Out returns the folder for files that real tools are to open, and skips a test
// where nobody asked for them: .ci/interop does.
func Out(t *testing.T) string {
	dir := os.Getenv("WEFT_INTEROP_OUT")
	if dir == "" {
		t.Skip("WEFT_INTEROP_OUT is not set: .ci/interop runs this")
	}
	return dir
}

// WriteCases writes files and, next to them, a list of their values.
func WriteCases(t *testing.T, dir, list string, cases []Case, write func(w io.Writer, i int) error) {
	for i, c := range cases {
		f, err := os.Create(filepath.Join(dir, c.File))
		require.NoError(t, err)
		require.NoError(t, write(f, i))
		require.NoError(t, f.Close())
	}
	text, err := json.Marshal(cases)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, list), text, 0o644))
}

// Limit is the most memory that a reader may allocate for a file: four times its
// size and a megabyte.
func Limit(size int) uint64 { return 4*uint64(size) + 1<<20 }

// Allocated returns the bytes that a function allocates, freed ones included.
func Allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// Mutate feeds a reader with changed files: -mutations of them. The reader may
// fail but not panic, and it must stay below Limit.
func Mutate(t *testing.T, seeds [][]byte, read func(data []byte) error) {
	require.NotEmpty(t, seeds)
	random, refused := rand.New(rand.NewPCG(1, 2)), 0
	for i := range *mutations {
		data := mutant(random, seeds)
		var err error
		used := Allocated(func() { err = safely(read, data) })
		if err != nil {
			refused++
		}
		var p *panicked
		if errors.As(err, &p) || used > Limit(len(data)) {
			path := filepath.Join(t.ArtifactDir(), "mutant")
			require.NoError(t, os.WriteFile(path, data, 0o644))
			t.Fatalf("mutant %d, %d bytes in %s: %d bytes allocated, error %v", i, len(data), path, used, err)
		}
	}
	t.Logf("%d mutants, %d refused", *mutations, refused)
	require.Positive(t, refused)
}

type panicked struct{ text string }

func (p *panicked) Error() string { return p.text }

func safely(read func([]byte) error, data []byte) (err error) {
	defer func() {
		if r := recover(); r != nil {
			stack := make([]byte, 4096)
			err = &panicked{fmt.Sprintf("panic: %v\n%s", r, stack[:runtime.Stack(stack, false)])}
		}
	}()
	return read(data)
}

// odd are numbers at which readers stumble.
var odd = []uint64{0, 1, 2, 7, 127, 128, 255, 256, 65535, 1 << 24, 1<<31 - 1, 1 << 31, 1<<32 - 1, 1 << 32, 1 << 62, 1<<63 - 1, 1 << 63, 1<<64 - 1}

// mutant changes a seed in one to four places.
func mutant(r *rand.Rand, seeds [][]byte) []byte {
	data := slices.Clone(seeds[r.IntN(len(seeds))])
	for range 1 + r.IntN(4) {
		if len(data) < 16 {
			return append(data, byte(r.Uint32()))
		}
		at := r.IntN(len(data))
		end := min(len(data), at+1+r.IntN(1+r.IntN(64)))
		switch r.IntN(8) {
		case 0:
			data[at] ^= 1 << r.IntN(8)
		case 1:
			data[at] = byte(r.Uint32())
		case 2:
			data[at] = byte(odd[r.IntN(len(odd))])
		case 3: // an odd number of up to eight bytes
			v := odd[r.IntN(len(odd))]
			for i := at; i < min(len(data), at+1<<r.IntN(4)); i++ {
				data[i] = byte(v)
				v >>= 8
			}
		case 4:
			data = slices.Delete(data, at, end)
		case 5:
			data = slices.Insert(data, at, slices.Clone(data[at:end])...)
		case 6:
			data = data[:at]
		case 7: // a piece of another file
			other := seeds[r.IntN(len(seeds))]
			if len(other) > 0 {
				from := r.IntN(len(other))
				copy(data[at:end], other[from:])
			}
		}
	}
	return data
}
