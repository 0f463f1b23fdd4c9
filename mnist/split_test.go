package mnist

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

// blank returns a set of n images of one pixel.
func blank(t *testing.T, n int) *Set {
	s, err := NewSet(make([]uint8, n), make([]int32, n), 1, 1)
	require.NoError(t, err)
	return s
}

// testdata/split.json was made with scikit-learn's train_test_split.
func TestSplit(t *testing.T) {
	var golden struct {
		Fashion struct {
			N          int
			TestSize   float64 `json:"test_size"`
			Seed       uint32
			TrainN     int     `json:"train_n"`
			TrainFirst []int32 `json:"train_first"`
			ValLast    []int32 `json:"val_last"`
			Train      string  `json:"train_sha256"`
			Val        string  `json:"val_sha256"`
		}
		Small []struct {
			N          int
			TestSize   float64 `json:"test_size"`
			Seed       uint32
			Train, Val []int32
		}
	}
	text, err := os.ReadFile("testdata/split.json")
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &golden))
	require.NotEmpty(t, golden.Small)
	for _, g := range golden.Small {
		train, val, err := blank(t, g.N).Split(g.TestSize, g.Seed)
		require.NoError(t, err)
		require.Equal(t, g.Train, train.Rows())
		require.Equal(t, g.Val, val.Rows())
	}
	g := golden.Fashion
	train, val, err := blank(t, g.N).Split(g.TestSize, g.Seed)
	require.NoError(t, err)
	require.Equal(t, g.TrainN, train.Len())
	require.Equal(t, g.TrainFirst, train.Rows()[:len(g.TrainFirst)])
	require.Equal(t, g.ValLast, val.Rows()[val.Len()-len(g.ValLast):])
	require.Equal(t, g.Train, train.IndexSHA256())
	require.Equal(t, g.Val, val.IndexSHA256())
}

// A split of a split names rows of the storage.
func TestSplitOfSplit(t *testing.T) {
	pixels, labels := make([]uint8, 50), make([]int32, 50)
	for i := range pixels {
		pixels[i], labels[i] = uint8(i), int32(i%10)
	}
	s, err := NewSet(pixels, labels, 1, 1)
	require.NoError(t, err)
	a, _, err := s.Split(0.4, 1)
	require.NoError(t, err)
	b, c, err := a.Split(0.5, 2)
	require.NoError(t, err)
	seen := map[uint8]bool{}
	for _, set := range []*Set{b, c} {
		for i := range set.Len() {
			p := set.Image(i)[0]
			require.Equal(t, int(p)%10, set.Label(i))
			require.False(t, seen[p])
			seen[p] = true
		}
	}
	require.Len(t, seen, a.Len())
}

func TestSplitErrors(t *testing.T) {
	for _, f := range []float64{0, 1, -1, 2} {
		_, _, err := blank(t, 10).Split(f, 1)
		require.ErrorContains(t, err, "0 < fraction < 1")
	}
	_, _, err := blank(t, 1).Split(0.5, 1)
	require.ErrorContains(t, err, "leaves no image")
}
