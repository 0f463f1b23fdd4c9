package archive

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// wholeModels reads every whole model of testdata that can be read, by the name of
// its file.
func wholeModels(t testing.TB) map[string]*Model {
	t.Helper()
	models := map[string]*Model{}
	for _, folder := range []string{"interop", "versions"} {
		files, err := os.ReadDir(filepath.Join(testdata, folder))
		require.NoError(t, err)
		for _, f := range files {
			name := f.Name()
			if strings.HasSuffix(name, ".weights.h5") || !strings.HasSuffix(name, ".keras") && !strings.HasSuffix(name, ".h5") {
				continue
			}
			data := readFile(t, folder, name)
			if m, err := Read(bytes.NewReader(data), int64(len(data))); err == nil && m.NoTraining == nil {
				models[folder+"_"+name] = m
			}
		}
	}
	require.Greater(t, len(models), 100)
	return models
}

// What was read is written and read again: the same model, by every bit, and the
// same file when it is written once more.
func TestRoundTrip(t *testing.T) {
	for name, m := range wholeModels(t) {
		first := written(t, name, m)
		back, err := Read(bytes.NewReader(first), int64(len(first)))
		require.NoError(t, err, name)
		require.NoError(t, back.NoTraining, name)
		require.Equal(t, normal(m), normal(back), name)
		require.Equal(t, first, written(t, name, back), name)

		var weights bytes.Buffer
		require.NoError(t, WriteWeights(&weights, m), name)
		empty := normal(back)
		for i := range empty.Layers {
			for j := range empty.Layers[i].Weights {
				empty.Layers[i].Weights[j].Values = nil
			}
		}
		if empty.Training != nil {
			empty.Training.State = nil
		}
		require.NoError(t, ReadWeights(empty, bytes.NewReader(weights.Bytes()), int64(weights.Len())), name)
		require.NoError(t, empty.NoTraining, name)
		require.Equal(t, normal(m), normal(empty), name)
	}
}

func written(t testing.TB, name string, m *Model) []byte {
	t.Helper()
	// Keras 2.15 stores no product of Nadam: what computes it is not here.
	if m.Training != nil && m.Training.Optimizer.Class == "Nadam" && m.Training.State != nil && m.Training.State.Product == 0 {
		m.Training.State.Product = 0.5
	}
	var b bytes.Buffer
	require.NoError(t, Write(&b, m), name)
	return b.Bytes()
}

// normal copies a model without what a file may say or not: a name that is the
// default, the place of an axis, slots that are zero before the first step.
func normal(m *Model) *Model {
	c := *m
	c.InputName = m.inputName()
	c.Layers = append([]Layer(nil), m.Layers...)
	for i := range c.Layers {
		c.Layers[i].axis = 0
		c.Layers[i].Weights = append([]Tensor(nil), m.Layers[i].Weights...)
	}
	if m.Training != nil {
		training := *m.Training
		if s := training.State; s == nil || s.Iterations == 0 {
			training.State = &State{}
		}
		if training.Optimizer.Name == "" {
			training.Optimizer.Name = snake(training.Optimizer.Class)
		}
		if s := training.Optimizer.Schedule; s != nil && s.Name == "" {
			named := *s
			named.Name = s.Class
			training.Optimizer.Schedule = &named
		}
		if len(training.Metrics) == 0 {
			training.Metrics = nil
		}
		c.Training = &training
	}
	return &c
}

// TestKeras is two halves of testdata/check.sh: it writes every model for Keras, and
// reads what Keras made of them.
func TestKeras(t *testing.T) {
	out, back := os.Getenv("WEFT_KERAS_OUT"), os.Getenv("WEFT_KERAS_BACK")
	if out == "" && back == "" {
		t.Skip("run nn/keras/testdata/check.sh")
	}
	count := 0
	models := wholeModels(t)
	for name, m := range syntheticModels(t) {
		models["synthetic_"+name] = m
	}
	for name, m := range models {
		name = strings.ReplaceAll(name, ".", "_")
		if out != "" {
			require.NoError(t, os.WriteFile(filepath.Join(out, name+".keras"), written(t, name, m), 0o644))
			var b bytes.Buffer
			require.NoError(t, WriteWeights(&b, m))
			require.NoError(t, os.WriteFile(filepath.Join(out, name+".weights.h5"), b.Bytes(), 0o644))
			count++
			continue
		}
		ours := written(t, name, m)
		m, err := Read(bytes.NewReader(ours), int64(len(ours))) // with defaults for what was empty
		require.NoError(t, err, name)
		data, err := os.ReadFile(filepath.Join(back, name+".keras"))
		require.NoError(t, err)
		got, err := Read(bytes.NewReader(data), int64(len(data)))
		require.NoError(t, err, name)
		require.NoError(t, got.NoTraining, name)
		if m.Training != nil && m.Training.Loss.Class == "Huber" {
			m.Training.Loss.Delta = 1 // Keras does not save it
		}
		require.Equal(t, withoutMetrics(m), withoutMetrics(got), name)
		count++
	}
	require.Equal(t, len(models), count)
}

// withoutMetrics leaves out the configs of metrics, which Keras writes anew with
// defaults that older versions did not have.
func withoutMetrics(m *Model) *Model {
	c := normal(m)
	if c.Training != nil {
		c.Training.Metrics = append([]Metric(nil), c.Training.Metrics...)
		for i := range c.Training.Metrics {
			c.Training.Metrics[i].Config = nil
		}
	}
	return c
}
