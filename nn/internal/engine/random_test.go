package engine

import (
	"hash/fnv"
	"testing"

	"github.com/stretchr/testify/require"
)

// The order of an epoch depends on seed and epoch alone, and every place is as
// likely for every sample.
func TestShuffle(t *testing.T) {
	s := &Source{N: 8}
	order := func(seed uint64, epoch int) [8]int32 {
		var o [8]int32
		Shuffle(o[:], s, seed, epoch)
		return o
	}
	require.Equal(t, order(1, 2), order(1, 2))
	require.NotEqual(t, order(1, 2), order(1, 3))
	require.NotEqual(t, order(1, 2), order(2, 2))
	var count [8][8]int
	const epochs = 8000
	for e := range epochs {
		for place, i := range order(7, e) {
			count[place][i]++
		}
	}
	// 1000 expected, σ = √(8000·⅛·⅞) = 30: five of it for 64 counts
	for place := range count {
		for i, c := range count[place] {
			require.InDelta(t, 1000, c, 150, "sample %d at place %d", i, place)
		}
	}
}

// The rows of the data, not the samples' numbers, are shuffled.
func TestShuffleTakesRows(t *testing.T) {
	s := &Source{N: 4, Rows: []int32{9, 9, 2, 5}}
	in, order := make([]int32, 4), make([]int32, 4)
	InOrder(in, s)
	require.Equal(t, s.Rows, in)
	Shuffle(order, s, 1, 0)
	require.ElementsMatch(t, s.Rows, order)
}

// A purpose's hash is FNV-1a-64 of its name.
func TestPurposeHash(t *testing.T) {
	for _, purpose := range []string{"", "shuffle", "init/0/kernel", "dropout/12"} {
		h := fnv.New64a()
		h.Write([]byte(purpose))
		require.Equal(t, h.Sum64(), PurposeHash(purpose), purpose)
	}
}
