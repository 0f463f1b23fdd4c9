package safetensors

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"weft/nn/internal/interop"
	"weft/nn/internal/tensor"
)

func read(data []byte) ([]Tensor, map[string]string, error) {
	return Read(bytes.NewReader(data), int64(len(data)))
}

func find(t *testing.T, tensors []Tensor, name string) []float32 {
	for _, x := range tensors {
		if x.Name == name {
			values, err := x.Float32()
			require.NoError(t, err)
			return values
		}
	}
	t.Fatalf("no tensor %q", name)
	return nil
}

// Every file of the manifest: the tensors of the JSON file, or an error of the list.
func TestFiles(t *testing.T) {
	refused := map[string]error{}
	for _, f := range interop.Files(t, "safetensors") {
		var tensors []Tensor
		var err error
		used := interop.Allocated(func() { tensors, _, err = read(f.Data) })
		require.LessOrEqual(t, used, interop.Limit(len(f.Data)), f.Name)
		if f.Refused() {
			refused[f.Name] = err
			require.Nil(t, tensors)
			continue
		}
		require.NoError(t, err, f.Name)
		require.Negative(t, tensor.Compare(tensors[0].Name, tensors[len(tensors)-1].Name))
		if f.Values == "" {
			f.Values = "pt_mlp.json" // ok_*: other headers of the same tensors
		}
		g := f.Golden(t)
		for name, want := range g.Tensors {
			require.Equal(t, want.Data, find(t, tensors, name), "%s %s", f.Name, name)
		}
		if g.SHA256 != "" && f.Name != "pt_mlp_extra.safetensors" {
			require.Equal(t, g.SHA256, sum(t, tensors), f.Name)
		}
	}
	interop.CheckErrors(t, refused)
}

// sum is Weft's checksum of a chain of Linear layers: kernels as [in, out], each
// before its bias, float32.
func sum(t *testing.T, tensors []Tensor) string {
	hash := sha256.New()
	for i := 0; i < len(tensors); i += 2 {
		bias, weight := tensors[i], tensors[i+1]
		require.Equal(t, strings.TrimSuffix(bias.Name, ".bias"), strings.TrimSuffix(weight.Name, ".weight"))
		out, in := weight.Shape[0], weight.Shape[1]
		w := find(t, tensors, weight.Name)
		turned := make([]float32, len(w))
		for o := range out {
			for i := range in {
				turned[i*out+o] = w[o*in+i]
			}
		}
		hash.Write(tensor.New("", []int{in, out}, turned).Data)
		hash.Write(tensor.New("", []int{out}, find(t, tensors, bias.Name)).Data)
	}
	return hex.EncodeToString(hash.Sum(nil))
}

func TestMetadata(t *testing.T) {
	for _, f := range interop.Files(t, "safetensors") {
		switch f.Name {
		case "pt_mlp_f32.safetensors":
			_, metadata, err := read(f.Data)
			require.NoError(t, err)
			require.Equal(t, map[string]string{"format": "pt"}, metadata)
		case "pt_mlp_f32_nometa.safetensors":
			_, metadata, err := read(f.Data)
			require.NoError(t, err)
			require.Nil(t, metadata)
		case "pt_cnn.safetensors":
			tensors, _, err := read(f.Data)
			require.NoError(t, err)
			counters := 0
			for _, x := range tensors {
				if x.Type == tensor.I64 {
					n, err := x.Int64()
					require.NoError(t, err)
					require.Len(t, n, 1)
					require.Empty(t, x.Shape)
					counters++
				}
			}
			require.Equal(t, 1, counters)
		}
	}
}

// Files of the library, read and written again, keep their bytes.
func TestSameBytesAsTheLibrary(t *testing.T) {
	for _, f := range interop.Files(t, "safetensors") {
		if !strings.HasPrefix(f.Name, "pt_") {
			continue
		}
		tensors, metadata, err := read(f.Data)
		require.NoError(t, err)
		var out bytes.Buffer
		require.NoError(t, Write(&out, tensors, metadata))
		require.Equal(t, f.Data, out.Bytes(), f.Name)
	}
}

func TestEveryType(t *testing.T) {
	var tensors []Tensor
	for _, x := range types {
		tensors = append(tensors, Tensor{Name: "은닉층/\"" + x.name, Shape: []int{2, 1}, Type: x.kind, Data: bytes.Repeat([]byte{1}, 2*x.kind.Size())})
	}
	tensors = append(tensors, tensor.New("scalar", []int{}, []float32{1}), tensor.New("none", []int{0, 3}, nil))
	var out, again bytes.Buffer
	require.NoError(t, Write(&out, tensors, map[string]string{"classes": "셔츠\n<&>"}))
	got, metadata, err := read(out.Bytes())
	require.NoError(t, err)
	require.Equal(t, map[string]string{"classes": "셔츠\n<&>"}, metadata)
	require.Len(t, got, len(tensors))
	for _, want := range tensors {
		found := false
		for _, x := range got {
			if x.Name == want.Name {
				found = true
				require.Equal(t, want.Shape, x.Shape)
				require.Equal(t, want.Type, x.Type)
				require.True(t, bytes.Equal(want.Data, x.Data), want.Name)
			}
		}
		require.True(t, found, want.Name)
	}
	require.NoError(t, Write(&again, got, metadata)) // in another order
	require.Equal(t, out.Bytes(), again.Bytes())
}

// Files for .ci/interop: every type, and a state_dict.
func TestWriteForRealTools(t *testing.T) {
	dir := interop.Out(t)
	var all []Tensor
	values := map[string]interop.Array{}
	for _, x := range types {
		y := Tensor{Name: "은닉층." + x.name, Shape: []int{2, 3}, Type: x.kind, Data: bytes.Repeat([]byte{0, 1, 0, 1, 1, 0}, x.kind.Size())}
		all = append(all, y)
		values[y.Name] = interop.Array{Shape: y.Shape, Data: y.Round()}
	}
	state := []Tensor{
		tensor.New("0.weight", []int{2, 3}, []float32{1, 2, 3, 4, 5, 6}), tensor.New("0.bias", []int{2}, []float32{-1, 0.1}),
		tensor.New("2.weight", []int{1, 2}, []float32{0.5, 1e-30}), tensor.New("2.bias", []int{1}, []float32{7}),
	}
	stateValues := map[string]interop.Array{}
	for _, x := range state {
		stateValues[x.Name] = interop.Array{Shape: x.Shape, Data: x.Round()}
	}
	cases := []interop.Case{{File: "types.safetensors", Tensors: values}, {File: "state.safetensors", Tensors: stateValues}}
	interop.WriteCases(t, dir, "safetensors.json", cases, func(w io.Writer, i int) error {
		return Write(w, [][]Tensor{all, state}[i], map[string]string{"format": "pt", "classes": "셔츠"})
	})
}

func TestWriteRefuses(t *testing.T) {
	one := tensor.New("a", []int{1}, []float32{1})
	for _, c := range []struct {
		tensors  []Tensor
		metadata map[string]string
	}{
		{tensors: []Tensor{one, one}},
		{tensors: []Tensor{{Name: "a", Shape: []int{2}, Data: make([]byte, 4)}}},
		{tensors: []Tensor{tensor.New(metadataKey, []int{1}, []float32{1})}},
		{tensors: []Tensor{tensor.New("\xff", []int{1}, []float32{1})}},
		{metadata: map[string]string{"a": "\xff"}},
	} {
		require.Error(t, Write(&bytes.Buffer{}, c.tensors, c.metadata))
	}
}

// pack puts a length before a header and data after it.
func pack(header string, data int) []byte {
	return append(append([]byte{byte(len(header)), byte(len(header) >> 8), 0, 0, 0, 0, 0, 0}, header...), make([]byte, data)...)
}

func TestStrictHeader(t *testing.T) {
	entry := `"dtype":"U8","shape":[2],"data_offsets":[0,2]`
	good := []string{
		`{"a":{` + entry + `}}`, `{"a":{` + entry + `}}  `, `{ "a" : { "dtype" : "U8" , "shape" : [ 2 ] , "data_offsets":[0,2] } }`,
		`{"a":{` + entry + `},"__metadata__":{}}`, `{"\u0061":{` + entry + `}}`,
	}
	for _, text := range good {
		tensors, _, err := read(pack(text, 2))
		require.NoError(t, err, text)
		require.Equal(t, "a", tensors[0].Name)
	}
	bad := []string{
		``, `{`, `{}`, `{"a":{` + entry + `}}x`, "{\"a\":{" + entry + "}}\n", `{"a":{` + entry + `}`, `{"a":{` + entry + `,}}`, `{"a":{` + entry + `},}`, `{a:{` + entry + `}}`,
		`{"a":{` + entry + `,"dtype":"U8"}}`, `{"a":{"dtype":"U8","shape":[2]}}`, `{"a":{"Dtype":"U8","shape":[2],"data_offsets":[0,2]}}`,
		`{"a":{"dtype":"u8","shape":[2],"data_offsets":[0,2]}}`, `{"a":{"dtype":"U8","shape":[02],"data_offsets":[0,2]}}`, `{"a":{"dtype":"U8","shape":[2.0],"data_offsets":[0,2]}}`,
		`{"a":{"dtype":"U8","shape":[2e0],"data_offsets":[0,2]}}`, `{"a":{"dtype":"U8","shape":[+2],"data_offsets":[0,2]}}`, `{"a":{"dtype":"U8","shape":[2,],"data_offsets":[0,2]}}`,
		`{"a":{"dtype":"U8","shape":2,"data_offsets":[0,2]}}`, `{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,1,2]}}`, `{"a":{"dtype":"U8","shape":[2],"data_offsets":[2]}}`,
		`{"a":{"dtype":"U8","shape":[99999999999999999999],"data_offsets":[0,2]}}`, `{"a":null}`, `{"a":[` + entry + `]}`, `{"__metadata__":[],"a":{` + entry + `}}`,
		`{"__metadata__":{},"a":{` + entry + `},"__metadata__":{}}`, `{"__metadata__":{"a":"1","a":"2"},"a":{` + entry + `}}`, `{"a":{` + entry + `},"\u0061":{` + entry + `}}`,
		"{\"a\xff\":{" + entry + "}}", "{\"a\n\":{" + entry + "}}", `{"a\q":{` + entry + `}}`, `{"a` + strings.Repeat("\\", 3),
	}
	for _, text := range bad {
		_, _, err := read(pack(text, 2))
		require.Error(t, err, text)
		require.NotErrorIs(t, err, errors.ErrUnsupported, text)
	}
	_, _, err := read(pack(`{"a":{"dtype":"F4","shape":[2],"data_offsets":[0,1]}}`, 1))
	require.ErrorIs(t, err, errors.ErrUnsupported)
	tensors, _, err := read(pack(`{}`, 0))
	require.NoError(t, err)
	require.Empty(t, tensors)
}

func seeds(t testing.TB) (out [][]byte) {
	for _, f := range interop.Files(t, "safetensors") {
		out = append(out, f.Data)
	}
	return out
}

func TestMutations(t *testing.T) {
	interop.Mutate(t, seeds(t), func(data []byte) error { _, _, err := read(data); return err })
}

func FuzzRead(f *testing.F) {
	for _, s := range seeds(f) {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		tensors, metadata, err := read(data)
		if err == nil {
			require.NoError(t, Write(&bytes.Buffer{}, tensors, metadata))
		}
	})
}

// A header of many tensors is read in a small multiple of its size.
func TestManyTensors(t *testing.T) {
	var tensors []Tensor
	for i := range 20000 {
		tensors = append(tensors, tensor.New(string(rune('a'+i%26))+strings.Repeat("x", i/26/26)+string(rune('a'+i/26%26)), []int{}, []float32{float32(i)}))
	}
	var out bytes.Buffer
	require.NoError(t, Write(&out, tensors, nil))
	var err error
	used := interop.Allocated(func() { _, _, err = read(out.Bytes()) })
	require.NoError(t, err)
	require.LessOrEqual(t, used, interop.Limit(out.Len()))
	t.Logf("%d bytes, %d allocated", out.Len(), used)
}
