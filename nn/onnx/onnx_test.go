package onnx

import (
	"bytes"
	"errors"
	"math"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"weft/nn/internal/interop"
)

func read(data []byte) (*Model, error) {
	return Read(bytes.NewReader(data), int64(len(data)))
}

func readChain(data []byte) (*Chain, error) {
	m, err := read(data)
	if err != nil {
		return nil, err
	}
	return Recognize(m)
}

// checkOutputs computes the chain of a model and compares with the tool's outputs.
func checkOutputs(t *testing.T, name string, c *Chain, g interop.Golden) {
	batch := g.Inputs.Shape[0]
	in, out := len(g.Inputs.Data)/batch, len(g.Outputs.Data)/batch
	for b := range batch {
		sample := make([]float64, in)
		for i := range sample {
			sample[i] = float64(g.Inputs.Data[b*in+i])
		}
		got := evaluate(c, sample)
		require.Len(t, got, out, name)
		for i, v := range got {
			want := float64(g.Outputs.Data[b*out+i])
			// 2e-6 for probabilities; float32 sums of other outputs are as good as their size.
			require.InDelta(t, want, v, 2e-6*max(1, math.Abs(want)), "%s, sample %d, output %d", name, b, i)
		}
	}
}

// Every model of the manifest: its outputs, or an error of the list.
func TestFiles(t *testing.T) {
	refused := map[string]error{}
	for _, f := range interop.Files(t, "onnx", "tflite") {
		var c *Chain
		var err error
		used := interop.Allocated(func() { c, err = readChain(f.Data) })
		require.LessOrEqual(t, used, interop.Limit(len(f.Data)), f.Name)
		switch {
		case f.Refused():
			refused[f.Name] = err
			continue
		case f.Name == "onnx_dynamo_external.onnx":
			refused[f.Name] = err
			require.ErrorIs(t, err, errors.ErrUnsupported)
			var m *Model
			m, err = ReadFile(filepath.Join(interop.Dir, f.Name))
			require.NoError(t, err)
			c, err = Recognize(m)
		}
		require.NoError(t, err, f.Name)
		switch {
		case f.Name == "ok_hand.onnx":
			require.InDeltaSlice(t, []float64{1. / 3, 1. / 3, 1. / 3}, evaluate(c, make([]float64, 16)), 0)
		case f.Values != "":
			checkOutputs(t, f.Name, c, f.Golden(t))
		}
	}
	more, values := interop.More(t, "more_onnx.json")
	for _, f := range more {
		var c *Chain
		var err error
		used := interop.Allocated(func() { c, err = readChain(f.Data) })
		require.LessOrEqual(t, used, interop.Limit(len(f.Data)), f.Name)
		if f.Refused() {
			refused[f.Name] = err
			continue
		}
		require.NoError(t, err, f.Name)
		checkOutputs(t, f.Name, c, values[f.Name])
	}
	interop.CheckErrors(t, refused)
}
