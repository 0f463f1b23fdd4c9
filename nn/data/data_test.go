package data

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

// Storage that contradicts itself is an error that says how.
func TestMistakes(t *testing.T) {
	x := make([]float32, 12)
	_, err := NewClassification(x, make([]int32, 5), 3)
	require.ErrorContains(t, err, "12 numbers are not 5 samples of shape [3]")
	_, err = NewClassification(x, make([]int32, 4), 0)
	require.ErrorContains(t, err, "shape [0]")
	_, err = NewClassification(x, make([]int32, 4), math.MaxInt/2, 3)
	require.ErrorContains(t, err, "12 numbers are not 4 samples")
	_, err = NewImages(make([]uint8, 12), make([]int32, 5), 1, 3)
	require.ErrorContains(t, err, "12 numbers are not 5 samples of shape [1 3]")
	_, err = NewRegression(x, make([]float32, 5), 3)
	require.ErrorContains(t, err, "5 targets do not divide among 4 samples")
	_, err = NewRegression(x, make([]float32, 4), -1)
	require.ErrorContains(t, err, "holds no number")
	_, err = NewRegression(x, make([]float32, 4), 5)
	require.ErrorContains(t, err, "12 numbers are not 2 samples of shape [5]")
}

// Constructors say what the samples are, and keep no shape that a caller may change.
func TestData(t *testing.T) {
	shape := []int{2, 3}
	c, err := NewClassification(make([]float32, 12), []int32{4, 5}, shape...)
	require.NoError(t, err)
	shape[0] = 7
	require.Equal(t, []int{2, 3}, c.Shape)
	require.Equal(t, 2, c.Len())
	require.Equal(t, 2, c.Stored())
	require.Same(t, c, c.Data())
	require.Nil(t, c.Bytes)

	i, err := NewImages([]uint8{1, 2, 3}, []int32{0, 1, 2}, 1)
	require.NoError(t, err)
	require.Nil(t, i.Floats)
	require.Equal(t, 3, i.Len())

	r, err := NewRegression(make([]float32, 6), make([]float32, 4), 3)
	require.NoError(t, err)
	require.Equal(t, 2, r.Len())
	r, err = NewRegression(make([]float32, 6), nil, 3) // enough for Predict
	require.NoError(t, err)
	require.Equal(t, 2, r.Len())
	require.Nil(t, r.Targets)

	for _, none := range []func() (*Data, error){
		func() (*Data, error) { return NewClassification(nil, nil, 3) },
		func() (*Data, error) { return NewImages(nil, nil, 3) },
		func() (*Data, error) { return NewRegression(nil, nil, 3) },
	} { // no samples are samples: a model says that there are none
		d, err := none()
		require.NoError(t, err)
		require.Equal(t, 0, d.Len())
		require.True(t, d.Bytes != nil || d.Floats != nil)
	}
}

// Rows name the samples of a storage: their number and order are those of the data.
func TestRows(t *testing.T) {
	d, err := NewClassification(make([]float32, 12), make([]int32, 4), 3)
	require.NoError(t, err)
	require.Equal(t, 2, d.Row(2))
	part := *d
	part.Rows = []int32{3, 3, 0, 1, 2}
	require.Equal(t, 5, part.Len())
	require.Equal(t, 4, part.Stored())
	require.Equal(t, 3, part.Row(1))
	require.Equal(t, 4, d.Len())
}

// A weight for each storage row, finite and not negative, in a copy.
func TestWithWeights(t *testing.T) {
	d, err := NewClassification(make([]float32, 9), make([]int32, 3), 3)
	require.NoError(t, err)
	w, err := d.WithWeights([]float32{0, 1, 2.5})
	require.NoError(t, err)
	require.Equal(t, []float32{0, 1, 2.5}, w.Weights)
	require.Nil(t, d.Weights)
	_, err = d.WithWeights([]float32{1, 1})
	require.ErrorContains(t, err, "2 weights for 3 samples in storage")
	for _, bad := range []float32{-1, float32(math.NaN()), float32(math.Inf(1)), -0x1p-149} {
		_, err = d.WithWeights([]float32{1, bad, 1})
		require.ErrorContains(t, err, "the weight of sample 1 is")
		require.ErrorContains(t, err, "give finite numbers ≥ 0")
	}
}
