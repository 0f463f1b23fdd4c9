package nn

import (
	"context"
	"fmt"
	"math"
	"testing"

	"weft/activations"
	"weft/asm"
	"weft/optim"

	"github.com/stretchr/testify/require"
)

// integers returns a classified set made by integer formulas, the same on every
// platform: n samples of 28×28 bytes in 10 classes, each class a pattern of its
// own under noise.
type integers struct {
	pixels  []uint8
	classes []int32
}

func newIntegers(n int) *integers {
	s := &integers{make([]uint8, n*784), make([]int32, n)}
	x := uint32(12345)
	for i := range n {
		c := i * 7 % 10
		s.classes[i] = int32(c)
		for j := range 784 {
			x = x*1664525 + 1013904223
			v := x >> 25
			if (j/28*(c+3)+j%28*(11-c))%17 < 6 {
				v += 100
			}
			s.pixels[i*784+j] = uint8(v)
		}
	}
	return s
}

func (s *integers) Len() int           { return len(s.classes) }
func (s *integers) Shape() []int       { return []int{28, 28} }
func (s *integers) Rows() []int32      { return nil }
func (s *integers) Bytes() []uint8     { return s.pixels }
func (s *integers) Floats() []float32  { return nil }
func (s *integers) Classes() []int32   { return s.classes }
func (s *integers) Targets() []float32 { return nil }

func tutorialModel() *Sequential {
	return NewSequential("", Flatten(28, 28), Dense(100, activations.ReLU), Dense(10, activations.Softmax))
}

// everySet calls f for each set of kernels and several numbers of workers.
func everySet(t *testing.T, f func(t *testing.T, k *asm.Kernels, workers int)) {
	for _, k := range asm.Available() {
		for _, workers := range []int{1, 2, 3, 7} {
			t.Run(fmt.Sprintf("%s/%d", k.Name, workers), func(t *testing.T) { f(t, k, workers) })
		}
	}
}

// The bits of a short training run do not depend on kernels and workers, and
// every printed figure is the same too.
func TestSameBits(t *testing.T) {
	data := newIntegers(200)
	var want *History
	var hash [32]byte
	everySet(t, func(t *testing.T, k *asm.Kernels, workers int) {
		m := tutorialModel()
		defer m.Close()
		require.NoError(t, m.Compile(Config{Optimizer: optim.NewAdam(0.001), Seed: 1, Workers: workers, Kernels: k}))
		h, err := m.Fit(context.Background(), data, FitOptions{Epochs: 3, ValidationSplit: 0.2})
		require.NoError(t, err)
		for i := range h.Epochs {
			h.Epochs[i].Seconds = 0
		}
		if want == nil {
			want, hash = h, m.SHA256()
			require.False(t, math.IsNaN(h.Epochs[2].Loss))
			require.Less(t, h.Epochs[2].Loss, h.Epochs[0].Loss)
			return
		}
		require.Equal(t, want, h)
		require.Equal(t, hash, m.SHA256())
	})
}
