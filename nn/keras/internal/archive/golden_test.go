package archive

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const testdata = "../../testdata"

var update = flag.Bool("update", false, "write testdata/verdicts.txt anew, to be read through")

// entry is a line of interop/manifest.json.
type entry struct {
	File, Kind, Expected, Values string
	SHA256                       string
}

// golden is what Keras said of a model: interop's JSON and versions/values.json.
type golden struct {
	Files     []string
	Weights   []goldenArray
	SHA256    string `json:"weights_sha256"`
	Optimizer *struct {
		Class     string
		Config    map[string]any
		Variables []goldenArray
	}
	Loss json.RawMessage
}

type goldenArray struct {
	Path  string
	Shape []int
	Sum   *float64
}

func readFile(t testing.TB, parts ...string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(append([]string{testdata}, parts...)...))
	require.NoError(t, err)
	return data
}

func readJSON(t testing.TB, into any, parts ...string) {
	t.Helper()
	require.NoError(t, json.Unmarshal(readFile(t, parts...), into), parts)
}

// readMeasured reads a model and checks that all memory that was allocated for it,
// in use or not, is within 4 times the file and 1 MiB.
func readMeasured(t testing.TB, data []byte) (*Model, error) {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	m, err := Read(bytes.NewReader(data), int64(len(data)))
	runtime.ReadMemStats(&after)
	if !raceDetector { // which allocates too
		require.LessOrEqual(t, after.TotalAlloc-before.TotalAlloc, uint64(4*len(data)+1<<20))
	}
	return m, err
}

// readAny reads a whole model, or weights into the model of the .keras file of the
// same name.
func readAny(t testing.TB, folder, file string) (*Model, error) {
	data := readFile(t, folder, file)
	base, weights := strings.CutSuffix(file, ".weights.h5")
	if !weights {
		return readMeasured(t, data)
	}
	var m *Model
	for _, suffix := range []string{".keras", ".h5"} {
		whole, err := os.ReadFile(filepath.Join(testdata, folder, base+suffix))
		if err != nil || strings.HasPrefix(file, "bad_") {
			continue
		}
		m, err = Read(bytes.NewReader(whole), int64(len(whole)))
		require.NoError(t, err)
		break
	}
	if m == nil { // a hostile file: any model will do
		return nil, ReadWeights(&Model{Input: []int{4}, Layers: []Layer{{Name: "d", Config: &Dense{Units: 1}}}}, bytes.NewReader(data), int64(len(data)))
	}
	for i := range m.Layers {
		for j := range m.Layers[i].Weights {
			m.Layers[i].Weights[j].Values = nil
		}
	}
	if m.Training != nil {
		m.Training.State = nil
	}
	return m, ReadWeights(m, bytes.NewReader(data), int64(len(data)))
}

// verdict is what reading a file came to, in one line.
func verdict(m *Model, err error) string {
	switch {
	case errors.Is(err, errors.ErrUnsupported):
		return "unsupported: " + err.Error()
	case err != nil:
		return "error: " + err.Error()
	case m.NoTraining != nil:
		return "predicts only: " + m.NoTraining.Error()
	case m.Training == nil:
		return "loaded, not compiled"
	case m.Training.State == nil:
		return "loaded, compiled, no state"
	}
	return fmt.Sprintf("loaded, %d steps of %s", m.Training.State.Iterations, m.Training.Optimizer.Class)
}

// Every file of other tools is read as the manifest says, and every error is one
// that was read through: testdata/verdicts.txt.
func TestInterop(t *testing.T) {
	var manifest []entry
	readJSON(t, &manifest, "interop", "manifest.json")
	require.Len(t, manifest, 132)
	var lines []string
	for _, e := range manifest {
		data := readFile(t, "interop", e.File)
		sum := sha256.Sum256(data)
		require.Equal(t, e.SHA256, hex.EncodeToString(sum[:]), e.File)
		m, err := readAny(t, "interop", e.File)
		v := verdict(m, err)
		lines = append(lines, "interop/"+e.File+": "+v)
		switch {
		case e.Expected == "error":
			require.False(t, strings.HasPrefix(v, "loaded"), "%s: %s", e.File, v)
		case strings.HasPrefix(e.Expected, "load for prediction"): // with training where a Model has a place for it
			require.NoError(t, err, e.File)
		case strings.Contains(e.Expected, "error"):
		default:
			require.NoError(t, err, e.File)
			require.NoError(t, m.NoTraining, e.File)
		}
		if err == nil && e.Values != "" && e.Values != "resume.json" {
			var g golden
			readJSON(t, &g, "interop", e.Values)
			compare(t, e.File, m, g)
		}
	}
	lines = append(lines, testVersions(t)...)
	text := strings.Join(lines, "\n") + "\n"
	if *update {
		require.NoError(t, os.WriteFile(filepath.Join(testdata, "verdicts.txt"), []byte(text), 0o644))
	}
	require.Equal(t, string(readFile(t, "verdicts.txt")), text)
}

// testVersions reads models with every layer and optimizer, of three versions of
// Keras.
func testVersions(t *testing.T) []string {
	var values map[string]golden
	readJSON(t, &values, "versions", "values.json")
	var lines []string
	for _, g := range values {
		for _, file := range g.Files {
			m, err := readAny(t, "versions", file)
			lines = append(lines, "versions/"+file+": "+verdict(m, err))
			require.NoError(t, err, file)
			compare(t, file, m, g)
		}
	}
	slices.Sort(lines)
	return lines
}

// compare compares a model with what Keras said of it.
func compare(t *testing.T, file string, m *Model, g golden) {
	t.Helper()
	require.Equal(t, g.SHA256, hash(m), file)
	var all []Tensor
	for _, l := range m.Layers {
		all = append(all, l.Weights...)
	}
	want := slices.DeleteFunc(slices.Clone(g.Weights), func(a goldenArray) bool { return strings.HasSuffix(strings.TrimSuffix(a.Path, ":0"), "count") })
	require.Equal(t, len(want), len(all), file)
	for i, a := range want {
		require.Equal(t, a.Shape, all[i].Shape, "%s: %s", file, a.Path)
		require.Contains(t, a.Path, all[i].Name, file)
		sum(t, a, all[i].Values, file)
	}
	if m.Training == nil || m.Training.State == nil || g.Optimizer == nil {
		return
	}
	require.Equal(t, g.Optimizer.Class, m.Training.Optimizer.Class, file)
	if strings.Contains(file, "functional") || file == "k3_not_frozen.keras" {
		require.Less(t, len(m.Trained()), len(all), "%s: frozen weights", file)
	}
	compareState(t, file, m, g)
}

// hash is the SHA-256 of the trained weights, as Keras's script computed it.
func hash(m *Model) string {
	h := sha256.New()
	for _, w := range m.Trained() {
		for _, v := range w.Values {
			_ = binary.Write(h, binary.LittleEndian, v)
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

// sum compares a sum with NumPy's, which adds in another order.
func sum(t *testing.T, a goldenArray, values []float32, file string) {
	t.Helper()
	if a.Sum == nil {
		return
	}
	var sum, absolute float64
	for _, v := range values {
		sum += float64(v)
		absolute += math.Abs(float64(v))
	}
	require.InDelta(t, *a.Sum, sum, 1e-15*float64(len(values))*absolute, "%s: %s", file, a.Path)
}

// oldNames are the names of slots in tf.keras 2.15, and those before 2.11.
var oldNames = map[string][]string{
	"momentum": {"m", "momentum"}, "velocity": {"v", "velocity", "rms"}, "velocity_hat": {"vhat"}, "norm": {"u"},
	"average_gradient": {"average_gradient", "mg"}, "accumulated_grad": {"accumulated_grad", "accum_grad"},
	"accumulated_delta_var": {"accumulated_delta_var", "accum_var"},
}

// compareState finds each slot by the name that Keras gives it, whatever its place
// in the file.
func compareState(t *testing.T, file string, m *Model, g golden) {
	t.Helper()
	variables := map[string]goldenArray{}
	for _, v := range g.Optimizer.Variables {
		variables[v.Path] = v
	}
	var trained []string // paths of the trained weights
	next := 0
	for _, l := range m.Layers {
		for _, w := range l.Weights {
			for !strings.HasSuffix(strings.TrimSuffix(g.Weights[next].Path, ":0"), w.Name) {
				next++
			}
			if path := g.Weights[next].Path; w.Trained && !l.Frozen {
				if !strings.Contains(path, "/") { // Keras 3.0
					path = m.Name + "/" + l.Name + "/" + path
				}
				trained = append(trained, path)
			}
			next++
		}
	}
	s := m.Training.State
	for _, slot := range s.Slots {
		require.Len(t, slot.Values, len(trained), file)
		for i, path := range trained {
			require.True(t, slices.ContainsFunc(candidates(g.Optimizer.Class, slot.Name, path), func(name string) bool {
				v, ok := variables[name]
				if ok {
					sum(t, v, slot.Values[i], file)
				}
				return ok
			}) || strings.HasSuffix(file, ".h5") && strings.HasPrefix(file, "k305"), "%s: %s of %s among %v", file, slot.Name, path, variables)
		}
	}
	for path, v := range variables {
		switch {
		case strings.HasSuffix(path, "iteration") || strings.HasSuffix(path, "iteration:0") || strings.HasSuffix(path, "iter:0"):
			require.Equal(t, *v.Sum, float64(s.Iterations), file)
		case strings.HasSuffix(path, "learning_rate"):
			require.InDelta(t, *v.Sum, m.Training.Optimizer.LearningRate, 0, file)
		case strings.HasSuffix(path, "/variable_1") || strings.HasSuffix(path, "/variable"):
			require.InDelta(t, *v.Sum, float64(s.Product), 0, file)
		}
	}
}

// candidates are the names that a slot of a weight may have.
func candidates(class, slot, weight string) []string {
	long := strings.ReplaceAll(weight, "/", "_") + "_" + slot
	out := []string{class + "/" + long, snake(class) + "/" + long, strings.ToLower(class) + "/" + long}
	for n := range 20 { // Keras numbers optimizers of a class
		out = append(out, fmt.Sprintf("%s_%d/%s", snake(class), n, long))
	}
	for _, name := range append([]string{slot}, oldNames[slot]...) {
		out = append(out, class+"/"+name+"/"+weight, class+"/"+strings.TrimSuffix(weight, ":0")+"/"+name+":0")
	}
	return out
}

// The states that training goes on from are those of resume_state.json, by bits.
func TestResumeState(t *testing.T) {
	var states map[string]struct {
		Class      string
		Iterations int64
		Rate       float64 `json:"learning_rate"`
		Weights    []struct{ Data []float32 }
		Variables  []struct{ Data []float32 } `json:"optimizer_vars_from_2"`
	}
	readJSON(t, &states, "interop", "resume_state.json")
	require.Len(t, states, 8)
	for name, want := range states {
		m, err := readAny(t, "interop", "resume_"+name+".keras")
		require.NoError(t, err, name)
		require.NoError(t, m.NoTraining, name)
		require.Equal(t, want.Class, m.Training.Optimizer.Class)
		require.Equal(t, want.Rate, m.Training.Optimizer.LearningRate)
		require.Equal(t, want.Iterations, m.Training.State.Iterations)
		for i, w := range m.Trained() {
			require.Equal(t, want.Weights[i].Data, w.Values)
		}
		var stored [][]float32
		slots := m.Training.State.Slots
		if want.Class == "Adam" { // in turn
			for i := range m.Trained() {
				stored = append(stored, slots[0].Values[i], slots[1].Values[i])
			}
		} else {
			for _, slot := range slots {
				stored = append(stored, slot.Values...)
			}
		}
		require.Len(t, stored, len(want.Variables), name)
		for i, v := range want.Variables {
			require.Equal(t, v.Data, stored[i], "%s %d", name, i)
		}
	}
}

// Each layer's input is the one that Keras built it with.
func TestShapesLikeKeras(t *testing.T) {
	seen := 0
	for _, file := range []string{"interop/k3_cnn.keras", "interop/k3_gap.keras", "interop/k3_embedding.keras", "versions/k3_all.keras", "versions/k305_all.keras", "versions/k215_all.keras", "versions/k215_functional.keras"} {
		data := readFile(t, file)
		z, err := openZip(bytes.NewReader(data), int64(len(data)))
		require.NoError(t, err)
		text, err := z.read(configName, maxConfig)
		require.NoError(t, err)
		var config struct {
			Config struct {
				Layers []struct {
					Config struct{ Name string }
					Build  struct {
						Input []*int `json:"input_shape"`
					} `json:"build_config"`
				}
			}
		}
		require.NoError(t, json.Unmarshal(text, &config))
		m, err := Read(bytes.NewReader(data), int64(len(data)))
		require.NoError(t, err)
		inputs := map[string][]int{}
		for _, l := range m.Layers {
			inputs[l.Name] = l.Input
		}
		for _, l := range config.Config.Layers {
			if len(l.Build.Input) == 0 || inputs[l.Config.Name] == nil {
				continue
			}
			require.Len(t, inputs[l.Config.Name], len(l.Build.Input)-1, l.Config.Name)
			for i, d := range l.Build.Input[1:] {
				require.Equal(t, *d, inputs[l.Config.Name][i], "%s %s", file, l.Config.Name)
			}
			seen++
		}
	}
	require.Greater(t, seen, 60)
}
