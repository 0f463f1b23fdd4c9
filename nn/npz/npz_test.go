package npz

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"weft/nn/internal/interop"
	"weft/nn/internal/tensor"
)

func read(data []byte) ([]Tensor, error) {
	return Read(bytes.NewReader(data), int64(len(data)))
}

func readOne(data []byte) (Tensor, error) {
	return ReadArray(bytes.NewReader(data), int64(len(data)))
}

func floats(t *testing.T, x Tensor) []float32 {
	values, err := x.Float32()
	require.NoError(t, err)
	return values
}

// Every .npy of the manifest: the values, or an error of the list.
func TestFiles(t *testing.T) {
	refused := map[string]error{}
	for _, f := range interop.Files(t, "npy", "npz") {
		var got []Tensor
		var err error
		used := interop.Allocated(func() {
			if f.Kind == "npz" {
				got, err = read(f.Data)
			} else {
				got = make([]Tensor, 1)
				got[0], err = readOne(f.Data)
			}
		})
		require.LessOrEqual(t, used, interop.Limit(len(f.Data)), f.Name)
		if f.Refused() || f.Name == "bad_bomb16M.npz" {
			refused[f.Name] = err
			continue
		}
		require.NoError(t, err, f.Name)
		checkValues(t, f, got)
	}
	interop.CheckErrors(t, refused)
}

func checkValues(t *testing.T, f interop.File, got []Tensor) {
	names := []string{}
	for _, x := range got {
		names = append(names, x.Name)
	}
	g := f.Golden(t)
	want := slices.Clone(g.Array.Data)
	switch f.Name {
	case "np_scalar.npy":
		require.Empty(t, got[0].Shape)
		require.Len(t, floats(t, got[0]), 1)
		return
	case "np_u1.npy":
		require.Equal(t, tensor.U8, got[0].Type)
		for i, v := range want {
			want[i] = float32(math.Trunc(255 * float64(v)))
		}
	case "np_f2.npy":
		require.Equal(t, tensor.F16, got[0].Type)
		for i, v := range floats(t, got[0]) {
			require.InDelta(t, want[i], v, math.Abs(float64(want[i]))*0x1p-11) // half of a half's last bit
			want[i] = v
		}
	case "np_korean.npz":
		require.Equal(t, []string{"은닉층/kernel"}, names)
	case "np_positional.npz":
		require.Equal(t, []string{"arr_0", "arr_1"}, names)
		require.Equal(t, g.Bias.Data, floats(t, got[1]))
	case "np_stored.npz":
		require.Equal(t, []string{"bias", "kernel"}, names)
		require.Equal(t, g.Bias.Data, floats(t, got[0]))
		got = got[1:]
	case "skl_mlp.npz", "skl_regressor.npz":
		require.Equal(t, []string{"coefs_0", "coefs_1", "intercepts_0", "intercepts_1"}, names)
		checkPerceptron(t, f, got, g)
		return
	case "skl_binary.npz":
		require.Equal(t, []string{"coefs_0", "coefs_1", "coefs_2", "intercepts_0", "intercepts_1", "intercepts_2"}, names)
		checkPerceptron(t, f, got, g)
		return
	}
	require.Equal(t, g.Array.Shape, got[0].Shape, f.Name)
	require.Equal(t, want, floats(t, got[0]), f.Name)
}

// checkPerceptron computes the network of scikit-learn's coefs_ and intercepts_.
func checkPerceptron(t *testing.T, f interop.File, got []Tensor, g interop.Golden) {
	hidden := map[string]func(float64) float64{
		"skl_mlp.npz": func(x float64) float64 { return max(x, 0) }, "skl_binary.npz": math.Tanh,
		"skl_regressor.npz": func(x float64) float64 { return 1 / (1 + math.Exp(-x)) },
	}[f.Name]
	rows := g.Inputs.Shape[0]
	for r := range rows {
		x := []float64{}
		for _, v := range g.Inputs.Data[16*r : 16*r+16] {
			x = append(x, float64(v))
		}
		for l := range len(got) / 2 {
			kernel, bias := got[l], got[len(got)/2+l]
			k, y := floats(t, kernel), []float64{}
			for _, v := range floats(t, bias) {
				y = append(y, float64(v))
			}
			for o := range y {
				for i := range x {
					y[o] += float64(x[i] * float64(k[i*len(y)+o]))
				}
				if l+1 < len(got)/2 {
					y[o] = hidden(y[o])
				}
			}
			x = y
		}
		switch f.Name {
		case "skl_mlp.npz":
			sum := 0.0
			for _, v := range x {
				sum += math.Exp(v)
			}
			for i := range x {
				x[i] = math.Exp(x[i]) / sum
			}
		case "skl_binary.npz":
			p := 1 / (1 + math.Exp(-x[0]))
			x = []float64{1 - p, p}
		}
		for i, v := range x {
			require.InDelta(t, g.Outputs.Data[r*len(x)+i], v, 2e-6, f.Name)
		}
	}
}

// bomb is an archive of 16 MiB of zeros in 16 kB.
func bomb(t *testing.T) interop.File {
	for _, f := range interop.Files(t, "npz") {
		if f.Name == "bad_bomb16M.npz" {
			return f
		}
	}
	t.Fatal("no bad_bomb16M.npz")
	return interop.File{}
}

func TestLimit(t *testing.T) {
	data := bomb(t).Data
	got, err := ReadLimit(bytes.NewReader(data), int64(len(data)), 17<<20)
	require.NoError(t, err)
	require.Equal(t, []int{1 << 20, 4}, got[0].Shape)
	_, err = ReadLimit(bytes.NewReader(data), int64(len(data)), 16<<20)
	require.ErrorContains(t, err, "ReadLimit")
}

func TestEveryTypeAndOrder(t *testing.T) {
	for kind, d := range kinds {
		for _, order := range []string{"<", ">"} {
			for _, fortran := range []bool{false, true} {
				data := make([]byte, 24*d.Size())
				for i := range data {
					data[i] = byte(i * 7)
				}
				want := Tensor{Shape: []int{2, 3, 4}, Type: d, Data: data}
				got, err := readOne(foreign(want, order+kind, fortran))
				require.NoError(t, err)
				require.Equal(t, want, got, "%s%s %v", order, kind, fortran)
			}
		}
		var out bytes.Buffer
		want := Tensor{Shape: []int{5}, Type: d, Data: bytes.Repeat([]byte{1, 0, 2, 3, 4}, d.Size())}
		require.NoError(t, WriteArray(&out, want))
		require.Zero(t, (out.Len()-len(want.Data))%alignment)
		got, err := readOne(out.Bytes())
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	require.ErrorIs(t, WriteArray(&bytes.Buffer{}, Tensor{Shape: []int{1}, Type: tensor.BF16, Data: make([]byte, 2)}), errors.ErrUnsupported)
}

// foreign writes a 2×3×4 tensor with another byte or memory order.
func foreign(t Tensor, descr string, fortran bool) []byte {
	size, flag := t.Type.Size(), "False"
	data := slices.Clone(t.Data)
	if fortran {
		flag = "True"
		to := 0
		for k := range 4 {
			for j := range 3 {
				for i := range 2 {
					copy(data[to:to+size], t.Data[((i*3+j)*4+k)*size:])
					to += size
				}
			}
		}
	}
	if descr[0] == '>' {
		tensor.Swap(data, size)
	}
	return slices.Concat(pack("{'descr': '"+descr+"', 'fortran_order': "+flag+", 'shape': (2, 3, 4), }"), data)
}

func pack(header string) []byte {
	return append(binary.LittleEndian.AppendUint16([]byte(magic+"\x01\x00"), uint16(len(header))), header...)
}

// Files of NumPy, read and written again, keep their bytes.
func TestSameBytesAsNumPy(t *testing.T) {
	checked := 0
	for _, f := range interop.Files(t, "npy") {
		switch f.Name {
		case "np_c.npy", "np_f2.npy", "np_f8.npy", "np_scalar.npy", "np_u1.npy":
			x, err := readOne(f.Data)
			require.NoError(t, err)
			var out bytes.Buffer
			require.NoError(t, WriteArray(&out, x))
			require.Equal(t, f.Data, out.Bytes(), f.Name)
			checked++
		}
	}
	require.Equal(t, 5, checked)
}

func TestWrite(t *testing.T) {
	tensors := []Tensor{tensor.New("은닉층/kernel", []int{2, 2}, []float32{1, 2, 3, 4}), tensor.New("a10", []int{}, []float32{5}), tensor.New("a9", []int{0, 7}, nil)}
	var out, again bytes.Buffer
	require.NoError(t, Write(&out, tensors))
	require.NoError(t, Write(&again, tensors))
	require.Equal(t, out.Bytes(), again.Bytes())
	got, err := read(out.Bytes())
	require.NoError(t, err)
	require.Len(t, got, 3)
	for i, j := range []int{2, 1, 0} { // a9, a10, 은닉층
		require.Equal(t, tensors[j].Name, got[i].Name)
		require.Equal(t, tensors[j].Shape, got[i].Shape)
		require.True(t, bytes.Equal(tensors[j].Data, got[i].Data))
	}
	z, err := zip.NewReader(bytes.NewReader(out.Bytes()), int64(out.Len()))
	require.NoError(t, err)
	require.Equal(t, "은닉층/kernel.npy", z.File[0].Name)
	require.False(t, z.File[0].NonUTF8)
	one := tensors[1]
	for _, bad := range [][]Tensor{{one, one}, {tensor.New("", nil, []float32{1})}, {tensor.New("\xff", nil, []float32{1})}, {{Name: "a", Shape: []int{2}}}, {{Name: "a", Type: tensor.BF16, Data: make([]byte, 2)}}} {
		require.Error(t, Write(&bytes.Buffer{}, bad))
	}
}

// Files for .ci/interop: every type, as arrays and in an archive.
func TestWriteForRealTools(t *testing.T) {
	dir := interop.Out(t)
	var all []Tensor
	archive := interop.Case{File: "types.npz", Tensors: map[string]interop.Array{}}
	cases := []interop.Case{}
	for kind, d := range kinds {
		x := Tensor{Name: "은닉층/" + kind, Shape: []int{1, 2, 3}, Type: d, Data: bytes.Repeat([]byte{0, 1, 0, 1, 1, 0}, d.Size())}
		all = append(all, x)
		value := interop.Array{Shape: x.Shape, Data: x.Round()}
		archive.Tensors[x.Name] = value
		cases = append(cases, interop.Case{File: kind + ".npy", Tensors: map[string]interop.Array{"": value}})
	}
	cases = append(cases, archive)
	interop.WriteCases(t, dir, "npz.json", cases, func(w io.Writer, i int) error {
		if i == len(all) {
			return Write(w, all)
		}
		return WriteArray(w, all[i])
	})
}

func TestStrictHeader(t *testing.T) {
	good := []string{
		"{'descr': '|u1', 'fortran_order': False, 'shape': (2,), }", `{"shape":(2,),"fortran_order":True,"descr":"u1"}`, " { 'descr' : '<u1', 'fortran_order': False, 'shape': ( 2 , ) } \n",
		"{'descr': '|u1', 'fortran_order': False, 'shape': (2L,), }", "{'descr': '|u1', 'fortran_order': False, 'shape': (2,1,), }",
	}
	for _, text := range good {
		x, err := readOne(append(pack(text), 1, 2))
		require.NoError(t, err, text)
		require.Equal(t, 2, x.Len())
	}
	bad := []string{
		"", "{}", "{'descr': '|u1', 'fortran_order': False, 'shape': (2), }", "{'descr': '|u1', 'fortran_order': False, 'shape': [2], }", "{'descr': '|u1', 'fortran_order': False, 'shape': 2, }",
		"{'descr': '|u1', 'fortran_order': 0, 'shape': (2,), }", "{'descr': '|u1', 'fortran_order': False, 'shape': (2,), 'shape': (2,)}", "{'descr': '|u1' 'fortran_order': False, 'shape': (2,), }",
		"{'descr': '|u1', 'fortran_order': False, 'shape': (2,), } x", "{'descr': '|u1', 'fortran_order': False, 'shape': (2,)", "{'descr': '|u1', 'fortran_order': False, 'shape': (-2,), }",
		"{'descr': '|u1', 'fortran_order': False, 'shape': (1 2,), }", "{'descr': '|u3', 'fortran_order': False, 'shape': (2,), }", "{'descr': '|u2', 'fortran_order': False, 'shape': (1,), }",
		"{'descr': '=u2', 'fortran_order': False, 'shape': (1,), }", "{'descr': '', 'fortran_order': False, 'shape': (2,), }", "{'descr': '<', 'fortran_order': False, 'shape': (2,), }",
		"{'descr': '|u\\1', 'fortran_order': False, 'shape': (2,), }", "{'descr': u'|u1', 'fortran_order': False, 'shape': (2,), }", "{'descr': '|u1', 'fortran_order': False, 'shape': (99999999999999999999,), }",
		"{'descr': '|u1', 'fortran_order': False, 'shape': (" + strings.Repeat("1,", 65) + "), }", "{'descr': '|u1', 'fortran_order': False, 'shape': (2,), }\x00",
	}
	for _, text := range bad {
		_, err := readOne(append(pack(text), 1, 2))
		require.Error(t, err, text)
		require.NotErrorIs(t, err, errors.ErrUnsupported, text)
	}
	for _, descr := range []string{"'|O'", "'<c16'", "'<U3'", "'|S3'", "'<M8[s]'", "'<V2'", "'<f16'", "[('a', '<f4')]"} {
		_, err := readOne(append(pack("{'descr': "+descr+", 'fortran_order': False, 'shape': (2,), }"), 1, 2))
		require.ErrorIs(t, err, errors.ErrUnsupported, descr)
	}
}

func TestWrongKindOfFile(t *testing.T) {
	var one, many bytes.Buffer
	x := tensor.New("x", nil, []float32{1})
	require.NoError(t, WriteArray(&one, x))
	require.NoError(t, Write(&many, []Tensor{x}))
	_, err := read(one.Bytes())
	require.ErrorContains(t, err, "ReadArray")
	_, err = readOne(many.Bytes())
	require.ErrorContains(t, err, "Read")
	_, err = readOne([]byte("\x80\x04\x95 a pickle"))
	require.ErrorContains(t, err, "pickle")
	var other bytes.Buffer
	z := zip.NewWriter(&other)
	_, err = z.Create("readme.txt")
	require.NoError(t, err)
	require.NoError(t, z.Close())
	_, err = read(other.Bytes())
	require.ErrorContains(t, err, "not an array")
}

func seeds(t testing.TB, kind string) (out [][]byte) {
	for _, f := range interop.Files(t, kind) {
		out = append(out, f.Data)
	}
	return out
}

func TestMutations(t *testing.T) {
	interop.Mutate(t, seeds(t, "npy"), func(data []byte) error { _, err := readOne(data); return err })
	interop.Mutate(t, seeds(t, "npz"), func(data []byte) error { _, err := read(data); return err })
}

func FuzzRead(f *testing.F) {
	for _, s := range append(seeds(f, "npy"), seeds(f, "npz")...) {
		if len(s) < 4000 { // all but the bomb
			f.Add(s)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if x, err := readOne(data); err == nil {
			var out bytes.Buffer
			require.NoError(t, WriteArray(&out, x))
			again, err := readOne(out.Bytes())
			require.NoError(t, err)
			require.Equal(t, x, again)
		}
		_, _ = read(data)
	})
}
