package nn

import (
	"compress/gzip"
	"encoding/json"
	"io"
	"math"
	"os"
	"path/filepath"
	"testing"

	"weft/activations"
	"weft/asm"
	"weft/nn/callbacks"
	"weft/nn/layers"
	"weft/optim"

	"github.com/stretchr/testify/require"
)

// goldenTraining is testdata/golden_training.json: twenty steps of the
// tutorial's network on the first 640 images of Fashion-MNIST in file order.
type goldenTraining struct {
	EntryIndex [4][][]int     `json:"entry_index"`
	W0         []goldenTensor `json:"w0_check"`
	X          struct {
		SumU8    int     `json:"sum_u8"`
		Labels32 []uint8 `json:"labels_first32"`
	} `json:"x_check"`
	Cases []struct {
		Activation, Optimizer string
		Args                  map[string]float64
		Loss32, Loss64        []float64
		Tensors               []goldenTensor
		Error                 struct {
			Loss    float64
			Weights [4]float64
			Sum     [4]float64
			SumSq   [4]float64 `json:"sumsq_rel"`
		}
	}
}

// goldenTensor is the sum of a tensor, the sum of its squares, and a few of its
// entries.
type goldenTensor struct {
	Sum, SumSq float64
	Entries    []float64
}

// idx returns the payload of the first n items of a gzipped IDX file.
func idx(t *testing.T, dir, name string, header, bytes int) []uint8 {
	f, err := os.Open(filepath.Join(dir, name))
	require.NoError(t, err)
	defer f.Close()
	z, err := gzip.NewReader(f)
	require.NoError(t, err)
	b := make([]byte, header+bytes)
	_, err = io.ReadFull(z, b)
	require.NoError(t, err)
	return b[header:]
}

// Keras's training, step by step. The tolerance is argued from the golden file
// itself: it has the distances of three float32 programs, which differ in the
// order of their operations, from the float64 run. Weft is a fourth such
// program, and twice the largest of the three distances is what it may have.
func TestGoldenTraining(t *testing.T) {
	dir := os.Getenv("FASHION_MNIST_DIR")
	if dir == "" {
		t.Skip("FASHION_MNIST_DIR is not set: the golden steps are made with real images")
	}
	var golden goldenTraining
	file, err := os.ReadFile("testdata/golden_training.json")
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(file, &golden))
	require.Len(t, golden.Cases, 3)

	set := &integers{shape: []int{28, 28}, pixels: idx(t, dir, "train-images-idx3-ubyte.gz", 16, 640*784)}
	sum := 0
	for _, u := range set.pixels {
		sum += int(u)
	}
	labels := idx(t, dir, "train-labels-idx1-ubyte.gz", 8, 640)
	require.Equal(t, golden.X.SumU8, sum)
	require.Equal(t, golden.X.Labels32, labels[:32])
	for _, l := range labels {
		set.classes = append(set.classes, int32(l))
	}

	for _, c := range golden.Cases {
		for _, k := range asm.Available() {
			t.Run(c.Activation+" "+c.Optimizer+" "+k.Name, func(t *testing.T) {
				fn, err := activations.ByName(c.Activation)
				require.NoError(t, err)
				var rule optim.Optimizer
				switch c.Optimizer {
				case "SGD":
					rule = optim.NewSGD(c.Args["learning_rate"])
				case "RMSprop":
					rule = optim.NewRMSprop(0.001)
				case "Adam":
					rule = optim.NewAdam(0.001)
				}
				m := compiled(t, NewSequential("", layers.Flatten(28, 28), layers.Dense(100, fn), layers.Dense(10, activations.Softmax)), CompileOptions{Optimizer: rule, Kernels: k, Workers: 2})
				start := m.Weights()
				for l := range 2 {
					w := start[2*l]
					for i := range w.Shape[0] {
						for j := range w.Shape[1] {
							angle := float64(0.37*float64(i)) + float64(1.3*float64(j)) + float64(l)
							w.Data[i*w.Shape[1]+j] = float32(0.05 * math.Sin(angle))
						}
					}
				}
				require.NoError(t, m.SetWeights(start))
				for i, w := range m.Weights() { // the formula was read right
					compareTensor(t, golden.W0[i], w, golden.EntryIndex[i], 0, 1e-9, 1e-12)
				}

				var losses []float64
				sum := 0.0
				record := callbacks.OnStep(func(p *callbacks.Progress) error {
					losses = append(losses, float64(p.Logs.Get("loss")*float64(p.Step))-sum) // batches of one size: the mean is that of their means
					sum = float64(p.Logs.Get("loss") * float64(p.Step))
					return nil
				})
				fit(t, m, set, FitOptions{NoShuffle: true, Callbacks: []callbacks.Callback{record}})
				require.Len(t, losses, len(c.Loss64))
				for s, l := range losses {
					require.InDelta(t, c.Loss64[s], l, 2*c.Error.Loss, "loss of step %d", s)
					require.InDelta(t, c.Loss32[s], l, 3*c.Error.Loss, "loss of step %d", s) // Keras itself is one distance away
				}
				for i, w := range m.Weights() {
					compareTensor(t, c.Tensors[i], w, golden.EntryIndex[i], 2*c.Error.Weights[i], 2*c.Error.Sum[i], 2*c.Error.SumSq[i])
				}
			})
		}
	}
}

// compareTensor checks entries, sum and, relatively, the sum of squares.
func compareTensor(t *testing.T, want goldenTensor, w Weight, index [][]int, entry, sum, squares float64) {
	gotSum, gotSquares := 0.0, 0.0
	for _, v := range w.Data {
		gotSum += float64(v)
		gotSquares += float64(float64(v) * float64(v))
	}
	require.InDelta(t, want.Sum, gotSum, sum, "sum of %s", w.Name)
	require.InDelta(t, want.SumSq, gotSquares, squares*want.SumSq, "squares of %s", w.Name)
	require.Len(t, want.Entries, len(index))
	for e, at := range index {
		i := at[0]
		if len(at) == 2 {
			i = at[0]*w.Shape[1] + at[1]
		}
		require.InDelta(t, want.Entries[e], float64(w.Data[i]), entry, "entry %v of %s", at, w.Name)
	}
}
