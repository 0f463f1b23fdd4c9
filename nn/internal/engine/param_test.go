package engine

import (
	"fmt"
	"testing"

	"weft/asm"

	"github.com/stretchr/testify/require"
)

// Other groups move weights, slots and gradient and leave the pads +0.
func TestRegroup(t *testing.T) {
	const in, out = 75, 10
	w := NewWeights(in, out)
	p := &Param{Shape: []int{in, out}, Layout: w}
	arrays := []*[]float32{&p.Data, nil, nil, &p.Grad}
	p.Slots = make([][]float32, 2)
	arrays[1], arrays[2] = &p.Slots[0], &p.Slots[1]
	var keras [][]float32
	var sums []float32
	for a, x := range arrays {
		*x = make([]float32, w.Floats())
		k, sum := make([]float32, in*out), float32(0)
		for i := range k {
			k[i] = float32((i + 1) * (a + 1))
			sum += k[i]
		}
		w.FromKeras(*x, k)
		keras, sums = append(keras, k), append(sums, sum)
	}
	scratch := make([]float32, len(p.Data))
	for i := range scratch {
		scratch[i] = -1e9
	}
	for _, ends := range [][]int{{5, 10}, {0, 3, 10}, {1, 1, 7, 10, 10}, {7, 10}, {7, 10}, {10}} {
		before := w.Ends
		unused := w.regroup(p, ends, scratch)
		require.Equal(t, ends, w.Ends)
		require.Equal(t, before, unused)
		for a, x := range arrays {
			require.Equal(t, keras[a], p.Keras(*x), "array %d, groups end at %v", a, ends)
			all := float32(0) // whole numbers below 2²⁴: any order gives the same
			for _, v := range *x {
				all += v
			}
			require.Equal(t, sums[a], all, "array %d, groups end at %v: pads", a, ends)
		}
	}
}

// Each weight has a place of its own, where Run, At, ToKeras and FromKeras agree on
// it, and the units of a run are contiguous.
func TestWeights(t *testing.T) {
	for _, c := range []struct {
		in, out int
		ends    []int
	}{{1, 1, []int{1}}, {32, 3, []int{3}}, {33, 7, []int{2, 2, 7}}, {95, 16, []int{0, 5, 16}}, {64, 5, []int{5, 5}}} {
		t.Run(fmt.Sprint(c), func(t *testing.T) {
			w := &Weights{c.in, c.out, c.ends}
			require.Equal(t, (c.in+31)/32*32*c.out, w.Floats())
			keras, data := make([]float32, c.in*c.out), make([]float32, w.Floats())
			for i := range keras {
				keras[i] = float32(i + 1)
			}
			w.FromKeras(data, keras)
			seen := map[int]bool{}
			for i := range c.in {
				for u := range c.out {
					at := w.At(i, u)
					require.False(t, seen[at], "two weights at %d", at)
					seen[at] = true
					require.Equal(t, keras[i*c.out+u], data[at])
				}
			}
			for at, v := range data {
				require.Equal(t, seen[at], v != 0, "element %d", at)
			}
			back := make([]float32, len(keras))
			w.ToKeras(back, data)
			require.Equal(t, keras, back)
			for u := range c.out {
				for end := u + 1; end <= c.out; end++ {
					r := w.Run(u, end)
					require.True(t, r.N >= 1 && u+r.N <= end)
					for v := range r.N {
						for i := range c.in {
							require.Equal(t, w.At(i, u+v), r.At+v*32+i/32*r.Stride+i%32)
						}
					}
				}
			}
		})
	}
}

// A parameter's first values depend on seed, position and name, on Keras's shape and
// not on the layout.
func TestInitialize(t *testing.T) {
	values := func(p Param, seed uint64) []float32 {
		p.Shape, p.Init = []int{40, 7}, GlorotUniform{}
		p.Data = asm.Aligned(p.Layout.Floats())
		p.Initialize(seed)
		return p.Keras(p.Data)
	}
	first := Param{Layer: 2, Name: "kernel", Layout: NewWeights(40, 7)}
	want := values(first, 9)
	require.Equal(t, want, values(first, 9))
	for name, change := range map[string]func(*Param){
		"groups": func(p *Param) { p.Layout = &Weights{40, 7, []int{3, 7}} },
		"flat":   func(p *Param) { p.Layout = Flat(280) },
	} {
		p := first
		change(&p)
		require.Equal(t, want, values(p, 9), name)
	}
	for name, change := range map[string]func(*Param){
		"position": func(p *Param) { p.Layer = 3 },
		"name":     func(p *Param) { p.Name = "recurrent_kernel" },
	} {
		p := first
		change(&p)
		require.NotEqual(t, want, values(p, 9), name)
	}
	require.NotEqual(t, want, values(first, 10), "seed")

	constant := make([]float32, 3)
	Constant(0.5).Fill(constant, []int{3}, nil)
	require.Equal(t, []float32{0.5, 0.5, 0.5}, constant)
	for _, c := range []struct {
		shape   []int
		in, out int
	}{{[]int{5}, 5, 5}, {[]int{3, 4}, 3, 4}, {[]int{3, 3, 8, 16}, 72, 144}} {
		in, out := Fans(c.shape)
		require.Equal(t, []int{c.in, c.out}, []int{in, out})
	}
}
