package hdf5

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// open opens a file of testdata with the memory that any file may have.
func open(t *testing.T, data []byte) *Group {
	t.Helper()
	f, err := Open(data, budget(data))
	require.NoError(t, err)
	root, err := f.Root()
	require.NoError(t, err)
	return root
}

func budget(data []byte) int64 { return 4*int64(len(data)) + 1<<20 }

func load(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	require.NoError(t, err)
	return data
}

// Every way in which h5py stores numbers, against the sums that NumPy computed of
// the same values, in the same order.
func TestForms(t *testing.T) {
	for _, version := range []string{"earliest", "v108", "v110"} {
		t.Run(version, func(t *testing.T) {
			root := open(t, load(t, "forms_"+version+".h5"))
			lines := bufio.NewScanner(bytes.NewReader(load(t, "forms_"+version+".txt")))
			seen := 0
			for lines.Scan() {
				f := strings.Fields(lines.Text())
				require.Len(t, f, 4)
				d, err := root.Path(f[1])
				require.NoError(t, err)
				require.Equal(t, f[2], strings.ReplaceAll(fmt.Sprint(d.Shape()), " ", ","))
				if f[0] == "int" {
					v, err := d.Int()
					require.NoError(t, err)
					require.Equal(t, f[3], fmt.Sprint(v), f[1])
				} else {
					values, err := d.Float32s()
					require.NoError(t, err)
					var sum, want float64
					for _, v := range values {
						sum += float64(v)
					}
					_, err = fmt.Sscan(f[3], &want)
					require.NoError(t, err)
					require.Equal(t, want, sum, f[1])
				}
				seen++
			}
			require.Greater(t, seen, 90)
			testAttributes(t, root)
		})
	}
}

func testAttributes(t *testing.T, root *Group) {
	g, err := root.Group("attributes")
	require.NoError(t, err)
	for name, want := range map[string][]string{
		"a0": {"value 0 한글"}, "a11": {"value 11 한글"}, "fixed": {"x", "yy"}, "empty": nil,
		"weight_names": {"a", "bb", "은닉층/kernel:0"},
	} {
		got, ok, err := g.Strings(name)
		require.NoError(t, err, name)
		require.True(t, ok, name)
		require.Equal(t, want, got, name)
	}
	_, ok, err := g.Strings("a12")
	require.NoError(t, err)
	require.False(t, ok)
	_, _, err = g.Strings("number")
	require.ErrorIs(t, err, errors.ErrUnsupported)
	require.EqualError(t, err, `hdf5: attribute "number" of group /attributes: float64 where strings are expected`)
}

// What is asked for by a wrong name or as a wrong thing is an error that says so.
func TestWrongQuestions(t *testing.T) {
	root := open(t, load(t, "forms_earliest.h5"))
	_, err := root.Path("types/none")
	require.EqualError(t, err, "hdf5: /types/none does not exist")
	_, err = root.Path("none/none")
	require.EqualError(t, err, "hdf5: /none does not exist")
	_, err = root.Dataset("types")
	require.EqualError(t, err, "hdf5: dataset /types: it has no datatype, it is no dataset")
	_, err = root.Group("contiguous")
	require.EqualError(t, err, "hdf5: group /contiguous: it is no group")
	d, err := root.Path("types/int_i4")
	require.NoError(t, err)
	_, err = d.Float32s()
	require.EqualError(t, err, "hdf5: dataset /types/int_i4: its values are of type int32, not float")
	d, err = root.Dataset("contiguous")
	require.NoError(t, err)
	require.Equal(t, "float32", d.Type())
	_, err = d.Int()
	require.EqualError(t, err, "hdf5: dataset /contiguous: it is float32 of shape [17 23], not one integer")
	require.True(t, root.Has("many"))
	require.False(t, root.Has("man"))
	require.True(t, slices.IsSorted(root.Names()))
}

// Values that take more memory than is left are refused before they are allocated.
func TestMemory(t *testing.T) {
	data := load(t, "forms_earliest.h5")
	f, err := Open(data, 30_000)
	require.NoError(t, err)
	root, err := f.Root()
	require.NoError(t, err)
	d, err := root.Path("chunked/lzf_zeros")
	require.NoError(t, err)
	_, err = d.Float32s()
	require.ErrorContains(t, err, "takes more memory than a file of")
}

// half is exact for all halves, against the definition.
func TestHalf(t *testing.T) {
	for i := range 1 << 16 {
		h := uint16(i)
		sign, exponent, mantissa := 1.0, int(h>>10&31), float64(h&1023)
		if h>>15 == 1 {
			sign = -1
		}
		want := sign * math.Ldexp(mantissa, -24)
		switch {
		case exponent == 31 && mantissa == 0:
			want = sign * math.Inf(1)
		case exponent == 31:
			require.True(t, math.IsNaN(float64(half(h))))
			continue
		case exponent > 0:
			want = sign * math.Ldexp(1024+mantissa, exponent-25)
		}
		require.Equal(t, math.Float64bits(want), math.Float64bits(float64(half(h))), i)
	}
}

// A double that is no float32 is refused, one that is comes back.
func TestDoubles(t *testing.T) {
	root := open(t, load(t, "forms_earliest.h5"))
	d, err := root.Path("types/float_f8")
	require.NoError(t, err)
	raw, err := d.raw()
	require.NoError(t, err)
	raw[0] ^= 1 // the last bit of the first value
	_, err = d.Float32s()
	require.ErrorIs(t, err, errors.ErrUnsupported)
	require.ErrorContains(t, err, "at index 0 is no float32: save the model in float32")
}

// The hash is Bob Jenkins's: its author's own values.
func TestLookup3(t *testing.T) {
	require.Equal(t, uint32(0xdeadbeef), lookup3(nil))
	require.Equal(t, uint32(0x17770551), lookup3([]byte("Four score and seven years ago")))
}

func FuzzOpen(f *testing.F) {
	for _, name := range []string{"forms_earliest.h5", "forms_v108.h5", "forms_v110.h5"} {
		f.Add(load(f, name))
	}
	var b bytes.Buffer
	require.NoError(f, Write(&b, sample()))
	f.Add(b.Bytes())
	f.Fuzz(func(t *testing.T, data []byte) { readAll(data) })
}

// readAll reads everything in a file, as far as that goes: what it returns does not
// matter, only that it does. Loops are cut at a depth.
func readAll(data []byte) (datasets int) {
	file, err := Open(data, budget(data))
	if err != nil {
		return 0
	}
	root, err := file.Root()
	if err != nil {
		return 0
	}
	var walk func(g *Group, depth int)
	walk = func(g *Group, depth int) {
		_, _, _ = g.Strings("weight_names")
		for _, name := range g.Names() {
			if d, err := g.Dataset(name); err == nil {
				if _, err := d.Float32s(); err == nil {
					datasets++
				}
				_, _ = d.Int()
			} else if inner, err := g.Group(name); err == nil && depth < 6 {
				walk(inner, depth+1)
			}
		}
	}
	walk(root, 0)
	return datasets
}
