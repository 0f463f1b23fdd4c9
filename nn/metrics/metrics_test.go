package metrics

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// results returns random outputs of n samples, some of them equal, with classes or
// float targets.
func results(n, columns int, classes bool) *Results {
	rng := rand.New(rand.NewPCG(5, uint64(n*columns)))
	r := &Results{Columns: columns, Outputs: make([]float32, n*columns)}
	for i := range r.Outputs {
		r.Outputs[i] = float32(rng.IntN(12)) / 8
	}
	if classes {
		for range n {
			r.Classes = append(r.Classes, int32(rng.IntN(columns)))
		}
		return r
	}
	for range r.Outputs {
		r.Targets = append(r.Targets, float32(rng.IntN(7))/4-0.5)
	}
	return r
}

// class returns the class of a sample, the plain way.
func (r *Results) plainClass(i int) int {
	if r.Classes != nil {
		return int(r.Classes[i])
	}
	row := r.Targets[i*r.Columns:][:r.Columns]
	return slices.Index(row, slices.Max(row))
}

// Accuracy and top-k accuracy are what sorting gives: the class is the first of the
// largest outputs, or fewer than k outputs are larger than its.
func TestAccuracies(t *testing.T) {
	for _, classes := range []bool{true, false} {
		for _, columns := range []int{1, 2, 5, 10} {
			for _, n := range []int{1, 7, 200} {
				r := results(n, columns, classes)
				hits := 0
				top := make([]int, columns+1)
				for i := range n {
					row, class := r.Row(i), r.plainClass(i)
					require.Equal(t, class, r.Class(i))
					if slices.Index(row, slices.Max(row)) == class {
						hits++
					}
					sorted := slices.Clone(row)
					slices.Sort(sorted)
					slices.Reverse(sorted)
					for k := 1; k <= columns; k++ {
						if slices.Contains(sorted[:k], row[class]) {
							top[k]++
						}
					}
				}
				require.Equal(t, n, r.Len())
				require.Equal(t, float64(hits)/float64(n), Accuracy().Of(r))
				for k := 1; k <= columns; k++ {
					require.NoError(t, TopK(k).(Checked).Check(columns, classes))
					require.Equal(t, float64(top[k])/float64(n), TopK(k).Of(r), "the top %d of %d", k, columns)
				}
				require.Equal(t, 1.0, TopK(columns).Of(r))
			}
		}
	}
}

// Mean errors are the plain sums in float64: the same numbers, in the same order.
func TestMeanErrors(t *testing.T) {
	for _, n := range []int{1, 33, 1000} {
		r := results(n, 3, false)
		absolute, squared := 0.0, 0.0
		for i, y := range r.Outputs {
			d := float64(y) - float64(r.Targets[i]) // eighths: exact
			absolute += math.Abs(d)
			squared += float64(d * d)
		}
		require.Equal(t, absolute/float64(3*n), MeanAbsoluteError().Of(r))
		require.Equal(t, squared/float64(3*n), MeanSquaredError().Of(r))
	}
}

// A sample with a NaN output is a miss, whatever else it has; an error of NaN is NaN.
func TestNaN(t *testing.T) {
	nan := float32(math.NaN())
	r := &Results{Columns: 2, Outputs: []float32{nan, 1, 1, nan, 1, 0, 0, 1}, Classes: []int32{1, 0, 0, 1}}
	require.Equal(t, 0.5, Accuracy().Of(r))
	require.Equal(t, 0.5, TopK(1).Of(r))
	require.Equal(t, 0.5, TopK(2).Of(r))
	r.Classes, r.Targets = nil, []float32{0, 1, 1, 0, 1, 0, nan, 1}
	require.Equal(t, 0.25, Accuracy().Of(r), "a NaN target is no class")
	require.Equal(t, 0.25, TopK(2).Of(r))
	require.True(t, math.IsNaN(MeanAbsoluteError().Of(r)))
}

// What does not suit a model is an error that says why.
func TestChecks(t *testing.T) {
	for _, k := range []int{0, -1, 4} {
		require.ErrorContains(t, TopK(k).(Checked).Check(3, true), fmt.Sprintf("the top %d of 3 outputs: give 1 ≤ k ≤ 3", k))
	}
	for _, m := range []Metric{MeanAbsoluteError(), MeanSquaredError()} {
		require.ErrorContains(t, m.(Checked).Check(3, true), m.Name()+" needs float targets, the loss takes classes")
		require.NoError(t, m.(Checked).Check(3, false))
	}
}

// Metrics are found by Keras's names; an error lists them.
func TestNames(t *testing.T) {
	for _, name := range Names() {
		m, err := ByName(name)
		require.NoError(t, err)
		require.Equal(t, name, m.Name())
	}
	for _, m := range []Metric{Accuracy(), TopK(5), MeanAbsoluteError(), MeanSquaredError()} {
		found, err := ByName(m.Name())
		require.NoError(t, err)
		require.Equal(t, m.Name(), found.Name())
	}
	_, err := ByName("f2")
	require.EqualError(t, err, fmt.Sprintf(`metrics: no metric "f2": choose one of %v`, Names()))
}
