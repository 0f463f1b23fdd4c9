package mnist

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSet(t *testing.T) {
	s, err := NewSet(ramp(5*2*3, 256), []int32{4, 3, 2, 1, 0}, 2, 3)
	require.NoError(t, err)
	require.Equal(t, 5, s.Len())
	require.Equal(t, []int{2, 3}, s.Shape())
	require.Nil(t, s.Rows())
	require.Equal(t, ramp(30, 256), s.Bytes())
	require.Equal(t, []int32{4, 3, 2, 1, 0}, s.Classes())
	require.Nil(t, s.Floats())
	require.Nil(t, s.Targets())
	require.Equal(t, Unverified, s.Source())
	require.Empty(t, s.Dir())
	for i := range 5 {
		require.Equal(t, 4-i, s.Label(i))
		require.Equal(t, ramp(30, 256)[6*i:6*i+6], s.Image(i))
		require.Equal(t, 6, cap(s.Image(i)), "an append must not reach the next image")
	}
}

// The parts of a split share the storage; images and labels follow the rows.
func TestSetRows(t *testing.T) {
	s, err := NewSet(ramp(20, 256), wide(ramp(20, 10)), 1, 1)
	require.NoError(t, err)
	s.source, s.dir = FashionMNIST, "folder"
	train, validation, err := s.Split(0.3, 7)
	require.NoError(t, err)
	require.Equal(t, 14, train.Len())
	require.Equal(t, 6, validation.Len())
	for _, part := range []*Set{train, validation} {
		require.Len(t, part.Rows(), part.Len())
		require.Same(t, &s.Bytes()[0], &part.Bytes()[0])
		require.Equal(t, FashionMNIST, part.Source())
		require.Equal(t, "folder", part.Dir())
		for i, row := range part.Rows() {
			require.Equal(t, []uint8{uint8(row)}, part.Image(i))
			require.Equal(t, int(row)%10, part.Label(i))
		}
	}
	require.Nil(t, s.Rows(), "the whole set is as it was")
}

// The validation part has ⌈fraction·n⌉ images, as scikit-learn rounds.
func TestSplitSizes(t *testing.T) {
	for _, c := range []struct {
		n          int
		fraction   float64
		validation int
	}{{10, 0.2, 2}, {11, 0.2, 3}, {2, 0.5, 1}, {3, 0.01, 1}, {60000, 0.2, 12000}, {10, 0.9, 9}, {1000, 0.001, 1}} {
		train, validation, err := blank(t, c.n).Split(c.fraction, 1)
		require.NoError(t, err)
		require.Equal(t, []int{c.n - c.validation, c.validation}, []int{train.Len(), validation.Len()}, "%+v", c)
	}
	_, _, err := blank(t, 10).Split(math.NaN(), 1)
	require.ErrorContains(t, err, "0 < fraction < 1")
	_, _, err = blank(t, 0).Split(0.5, 1)
	require.ErrorContains(t, err, "leaves no image of 0")
}

func TestNewSetErrors(t *testing.T) {
	for _, c := range []struct{ pixels, labels, height, width int }{
		{12, 2, 2, 2}, {8, 3, 2, 2}, {0, 0, 0, 5}, {0, 0, 5, -1},
		{4, 4, math.MaxInt, math.MaxInt}, // MaxInt² wraps to 1
	} {
		_, err := NewSet(make([]uint8, c.pixels), make([]int32, c.labels), c.height, c.width)
		require.ErrorContains(t, err, "pixels are not", "%+v", c)
	}
}

// The number of classes comes from the labels, names from the source.
func TestSetClasses(t *testing.T) {
	s, err := NewSet(ramp(3, 256), []int32{61, 0, 3}, 1, 1)
	require.NoError(t, err)
	require.Equal(t, 62, s.NumClasses())
	require.Equal(t, "9", s.ClassName(9))
	for _, s.source = range []Source{FashionMNIST, SyntheticSet} {
		require.Equal(t, "Ankle boot", s.ClassName(9))
		require.Equal(t, "10", s.ClassName(10))
	}
	labels := []int32{1}
	s, err = NewSet([]uint8{0}, labels, 1, 1)
	require.NoError(t, err)
	labels[0] = 7
	require.Equal(t, 1, s.Label(0), "labels are copied")
	_, err = NewSet([]uint8{0}, []int32{-1}, 1, 1)
	require.ErrorContains(t, err, "label 0 is -1")
}

func TestClassName(t *testing.T) {
	require.Equal(t, "T-shirt/top", ClassName(0))
	require.Equal(t, "Ankle boot", ClassName(Classes-1))
	require.Panics(t, func() { _ = ClassName(Classes) })
}
