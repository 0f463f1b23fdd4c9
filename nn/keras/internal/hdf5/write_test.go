package hdf5

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// sample is a tree with groups of every size: empty, one symbol table, one B-tree
// node, and more than a node.
func sample() *Node {
	n := int64(-24)
	many := &Node{Name: "many"}
	for i := range 700 {
		many.Children = append(many.Children, &Node{Name: fmt.Sprint(i), Shape: []int{2, 3}, Values: []float32{float32(i), 1, 2, 3, 4, 5}})
	}
	some := &Node{Name: "some"}
	for i := range 9 {
		some.Children = append(some.Children, &Node{Name: fmt.Sprint("이름", i), Values: []float32{float32(i)}})
	}
	return &Node{Children: []*Node{{Name: "empty"}, {Name: "count", Integer: &n}, some, many}}
}

// What is written is read again, every name and every bit.
func TestWrite(t *testing.T) {
	var first, second bytes.Buffer
	require.NoError(t, Write(&first, sample()))
	require.NoError(t, Write(&second, sample()))
	require.Equal(t, first.Bytes(), second.Bytes())
	root := open(t, first.Bytes())
	require.Equal(t, []string{"count", "empty", "many", "some"}, root.Names())
	count, err := root.Dataset("count")
	require.NoError(t, err)
	n, err := count.Int()
	require.NoError(t, err)
	require.Equal(t, int64(-24), n)
	empty, err := root.Group("empty")
	require.NoError(t, err)
	require.Empty(t, empty.Names())
	many, err := root.Group("many")
	require.NoError(t, err)
	require.Len(t, many.Names(), 700)
	for i := range 700 {
		d, err := many.Dataset(fmt.Sprint(i))
		require.NoError(t, err)
		require.Equal(t, []int{2, 3}, d.Shape())
		values, err := d.Float32s()
		require.NoError(t, err)
		require.Equal(t, []float32{float32(i), 1, 2, 3, 4, 5}, values)
	}
	some, err := root.Path("some/이름8")
	require.NoError(t, err)
	values, err := some.Float32s()
	require.NoError(t, err)
	require.Equal(t, []float32{8}, values)
	require.Empty(t, some.Shape())
}

func TestWriteRefuses(t *testing.T) {
	for want, n := range map[string]*Node{
		`hdf5: "a/b" is no name of a link`:                    {Name: "a/b"},
		`hdf5: "" is no name of a link`:                       {},
		`hdf5: dataset "d" has 3 values for the shape [2]`:    {Name: "d", Shape: []int{2}, Values: []float32{1, 2, 3}},
		`hdf5: dataset "d" is empty`:                          {Name: "d", Shape: []int{0}, Values: []float32{}},
		`hdf5: dataset "d" has the shape [1 1 1 1 1 1 1 1 1]`: {Name: "d", Shape: []int{1, 1, 1, 1, 1, 1, 1, 1, 1}, Values: []float32{1}},
	} {
		require.EqualError(t, Write(&bytes.Buffer{}, &Node{Children: []*Node{n}}), want)
	}
	twice := &Node{Children: []*Node{{Name: "a"}, {Name: "a"}}}
	require.EqualError(t, Write(&bytes.Buffer{}, twice), `hdf5: two links named "a"`)
}
