package torch

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"hash/crc32"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"archive/zip"

	"github.com/stretchr/testify/require"

	"weft/nn/internal/interop"
	"weft/nn/internal/tensor"
)

func readBytes(data []byte, keys ...string) ([]Tensor, error) {
	return Read(bytes.NewReader(data), int64(len(data)), keys...)
}

func floats(t *testing.T, x Tensor) []float32 {
	values, err := x.Float32()
	require.NoError(t, err, x.Name)
	return values
}

func names(tensors []Tensor) (out []string) {
	for _, x := range tensors {
		out = append(out, x.Name)
	}
	return out
}

// Every file of the manifest: the tensors of the JSON file, or an error of the list.
func TestFiles(t *testing.T) {
	refused := map[string]error{}
	for _, f := range interop.Files(t, "torch") {
		var tensors []Tensor
		var err error
		used := interop.Allocated(func() { tensors, err = readBytes(f.Data) })
		require.LessOrEqual(t, used, interop.Limit(len(f.Data)), f.Name)
		if f.Refused() {
			refused[f.Name] = err
			continue
		}
		require.NoError(t, err, f.Name)
		switch f.Name {
		case "pt_mlp.pt":
			g := f.Golden(t)
			require.Equal(t, []string{"1.weight", "1.bias", "3.weight", "3.bias"}, names(tensors))
			for _, x := range tensors {
				require.Equal(t, g.Tensors[x.Name].Shape, x.Shape)
				require.Equal(t, g.Tensors[x.Name].Data, floats(t, x))
			}
			require.Equal(t, g.SHA256, sum(t, tensors))
		case "pt_checkpoint.pt": // "model", not the optimizer's state
			require.Equal(t, []string{"hidden.weight", "hidden.bias", "output.weight", "output.bias"}, names(tensors))
			require.Equal(t, []int{5, 16}, tensors[0].Shape)
			_, err := readBytes(f.Data, "optimizer")
			require.ErrorContains(t, err, `"state" (a dictionary), "param_groups" (a list)`)
		default:
			t.Errorf("%s was read", f.Name)
		}
	}
	more, values := interop.More(t, "more_pt.json")
	for _, f := range more {
		tensors, err := readBytes(f.Data)
		if f.Refused() {
			refused[f.Name] = err
			continue
		}
		require.NoError(t, err, f.Name)
		check(t, f.Name, values[f.Name], tensors)
	}
	interop.CheckErrors(t, refused)
}

// sum is Weft's checksum of a chain of Linear layers: kernels as [in, out], each
// before its bias, float32.
func sum(t *testing.T, tensors []Tensor) string {
	hash := sha256.New()
	for i := 0; i < len(tensors); i += 2 {
		weight, bias := tensors[i], tensors[i+1]
		w, out, in := floats(t, weight), weight.Shape[0], weight.Shape[1]
		turned := make([]float32, len(w))
		for o := range out {
			for i := range in {
				turned[i*out+o] = w[o*in+i]
			}
		}
		hash.Write(tensor.New("", []int{in, out}, turned).Data)
		hash.Write(bias.Data)
	}
	return hex.EncodeToString(hash.Sum(nil))
}

func check(t *testing.T, file string, g interop.Golden, tensors []Tensor) {
	require.Equal(t, g.Names, names(tensors), file)
	for _, x := range tensors {
		want, ok := g.Tensors[x.Name]
		if !ok {
			require.Equal(t, "flags", x.Name) // 70,000 booleans: every third
			for i, b := range x.Data {
				require.Equal(t, i%3 == 0, b == 1)
			}
			continue
		}
		require.NoError(t, x.Check())
		require.Equal(t, want.Shape, x.Shape, "%s %s", file, x.Name)
		require.Equal(t, want.Data, floats(t, x), "%s %s", file, x.Name)
	}
}

func TestTypes(t *testing.T) {
	more, _ := interop.More(t, "more_pt.json")
	at := slices.IndexFunc(more, func(f interop.File) bool { return f.Name == "more_pt_types.pt" })
	tensors, err := readBytes(more[at].Data)
	require.NoError(t, err)
	kinds := map[tensor.DType]bool{}
	for _, x := range tensors {
		if name, ok := strings.CutPrefix(x.Name, "torch."); ok {
			require.Equal(t, name, x.Type.String())
			kinds[x.Type] = true
		}
	}
	require.Len(t, kinds, len(storages)-1) // float32 elsewhere
}

func TestKeys(t *testing.T) {
	more, values := interop.More(t, "more_pt.json")
	for _, f := range more {
		var keys []string
		switch f.Name {
		case "more_pt_several.pt":
			keys = []string{"model"}
			_, err := readBytes(f.Data, "epoch")
			require.ErrorContains(t, err, "an int")
			_, err = readBytes(f.Data, "net")
			require.ErrorContains(t, err, `no key "net" but "model" (a state_dict), "ema" (a state_dict), "epoch" (an int)`)
		case "more_pt_nested.pt":
			keys = []string{"state", "net"}
		default:
			continue
		}
		tensors, err := readBytes(f.Data, keys...)
		require.NoError(t, err)
		check(t, f.Name, values[f.Name], tensors)
		_, err = readBytes(f.Data, append(keys, "more")...)
		require.ErrorContains(t, err, "no key")
	}
}

// pack makes an archive as torch.save does.
func pack(pickle string, storages map[string]string) []byte {
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	members := map[string]string{"data.pkl": pickle, "byteorder": "little", "version": "3\n"}
	for key, data := range storages {
		members["data/"+key] = data
	}
	if order, ok := storages["byteorder"]; ok {
		members["byteorder"] = order
	}
	for _, name := range slices.Sorted(maps.Keys(members)) {
		data := []byte(members[name])
		w, err := z.CreateRaw(&zip.FileHeader{Name: "archive/" + name, CRC32: crc32.ChecksumIEEE(data), CompressedSize64: uint64(len(data)), UncompressedSize64: uint64(len(data))})
		if err != nil {
			panic(err)
		}
		if _, err := w.Write(data); err != nil {
			panic(err)
		}
	}
	if err := z.Close(); err != nil {
		panic(err)
	}
	return out.Bytes()
}

func str(s string) string {
	return "X" + string(binary.LittleEndian.AppendUint32(nil, uint32(len(s)))) + s
}

// one is the pickle of a tensor: a storage of length bytes, shape and strides.
func one(kind, key string, length, offset byte, shape, stride string) string {
	return "ctorch._utils\n_rebuild_tensor_v2\n((" + str("storage") + "ctorch\n" + kind + "\n" + str(key) + str("cpu") + "K" + string([]byte{length}) +
		"tQK" + string([]byte{offset}) + shape + stride + "\x89ccollections\nOrderedDict\n)RtR"
}

// dictOf is the pickle of a dictionary with the members.
func dictOf(members ...string) string {
	out := "\x80\x02}("
	for i := 0; i < len(members); i += 2 {
		out += str(members[i]) + members[i+1]
	}
	return out + "u."
}

func TestNumericOrder(t *testing.T) {
	x := one("ByteStorage", "0", 1, 0, "K\x01\x85", "K\x01\x85")
	data := pack(dictOf("10.weight", x, "10.bias", x, "2.weight", x, "2.bias", x), map[string]string{"0": "\x07"})
	tensors, err := readBytes(data)
	require.NoError(t, err)
	require.Equal(t, []string{"2.weight", "2.bias", "10.weight", "10.bias"}, names(tensors))
	data = pack(dictOf("b.10.weight", x, "b.2.weight", x, "a.weight", x), map[string]string{"0": "\x07"})
	tensors, err = readBytes(data)
	require.NoError(t, err)
	require.Equal(t, []string{"b.10.weight", "b.2.weight", "a.weight"}, names(tensors))
}

func TestBigEndian(t *testing.T) {
	x := one("ShortStorage", "0", 2, 0, "K\x02\x85", "K\x01\x85")
	for order, want := range map[string][]float32{"little": {1, 2}, "big": {256, 512}} {
		tensors, err := readBytes(pack(dictOf("a", x), map[string]string{"0": "\x01\x00\x02\x00", "byteorder": order}))
		require.NoError(t, err)
		require.Equal(t, want, floats(t, tensors[0]))
	}
	_, err := readBytes(pack(dictOf("a", x), map[string]string{"0": "\x01\x00\x02\x00", "byteorder": "middle"}))
	require.ErrorContains(t, err, "middle")
}

func TestRefused(t *testing.T) {
	good := one("ByteStorage", "0", 4, 0, "K\x02K\x02\x86", "K\x02K\x01\x86")
	four := map[string]string{"0": "abcd"}
	_, err := readBytes(pack(dictOf("a", good), four))
	require.NoError(t, err)
	for name, c := range map[string]struct {
		pickle, text string
	}{
		"offset":         {dictOf("a", one("ByteStorage", "0", 4, 1, "K\x02K\x02\x86", "K\x02K\x01\x86")), "leaves its storage"},
		"offset outside": {dictOf("a", one("ByteStorage", "0", 4, 5, "K\x00\x85", "K\x01\x85")), "does not exist"},
		"stride":         {dictOf("a", one("ByteStorage", "0", 4, 0, "K\x02\x85", "K\x04\x85")), "leaves its storage"},
		"stride rank":    {dictOf("a", one("ByteStorage", "0", 4, 0, "K\x02\x85", "K\x01K\x01\x86")), "does not exist"},
		"negative":       {dictOf("a", one("ByteStorage", "0", 4, 0, "J\xff\xff\xff\xff\x85", "K\x01\x85")), "not described"},
		"huge":           {dictOf("a", one("ByteStorage", "0", 4, 0, "\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f\x85", "K\x00\x85")), "not described"},
		"expanded":       {dictOf("a", one("ByteStorage", "0", 4, 0, "J\xff\xff\xff\x00\x85", "K\x00\x85")), "repeats its storage"},
		"missing":        {dictOf("a", one("ByteStorage", "1", 4, 0, "K\x02\x85", "K\x01\x85")), "no data/1"},
		"length":         {dictOf("a", one("ByteStorage", "0", 5, 0, "K\x02\x85", "K\x01\x85")), "has 4 bytes"},
		"two types":      {dictOf("a", good, "b", one("CharStorage", "0", 4, 0, "K\x02\x85", "K\x01\x85")), "of uint8"},
		"path":           {dictOf("a", one("ByteStorage", "../version", 2, 0, "K\x02\x85", "K\x01\x85")), "not described"},
		"twice":          {dictOf("a", good, "a", good), "twice"},
		"not UTF-8":      {dictOf("\xff", good), "UTF-8"},
		"empty":          {"\x80\x02}.", "no keys"},
		"list":           {"\x80\x02].", "a list"},
		"two objects":    {"\x80\x02NN.", "more than one"},
		"open mark":      {"\x80\x02(N.", "more than one"},
		"no mark":        {"\x80\x02Nt.", "stack is empty"},
		"below mark":     {"\x80\x02N(\x85.", "stack is empty"},
		"rest":           {"\x80\x02}.}", "more than one"},
		"memo":           {"\x80\x02Nq\x01.", "memo"},
		"memo read":      {"\x80\x02h\x00.", "memo"},
		"put":            {"\x80\x02q\x00.", "stack is empty"},
		"append":         {"\x80\x02}Na.", "not a list"},
		"set":            {"\x80\x02]NNs.", "not a dictionary"},
		"odd":            {"\x80\x02}(Nu.", "not a dictionary"},
		"call":           {"\x80\x02N)R.", "calls None"},
		"call storage":   {"\x80\x02ctorch\nFloatStorage\n)R.", "calls torch.FloatStorage"},
		"OrderedDict":    {"\x80\x02ccollections\nOrderedDict\nN\x85R.", "OrderedDict"},
		"rebuild":        {"\x80\x02ctorch._utils\n_rebuild_tensor_v2\n)R.", "not described"},
		"parameter":      {"\x80\x02ctorch._utils\n_rebuild_parameter\nNNN\x87R.", "not described"},
		"persistent":     {"\x80\x02NQ.", "not described"},
		"build":          {"\x80\x02]}b.", "attributes of a list"},
		"name":           {"\x80\x02cos", "does not end"},
		"newobj":         {"\x80\x02ccollections\nOrderedDict\n)\x81.", "0x81"},
		"inst":           {"\x80\x02(ios\nsystem\n.", "0x69"},
		"integer":        {"\x80\x02\x8a\x09123456789.", "integer of 9 bytes"},
		"objects":        {"\x80\x02" + strings.Repeat("}0", 40000) + ".", "0x30"},
		"stack":          {"\x80\x02" + strings.Repeat("N", 40000) + ".", "stack larger"},
		"marks":          {"\x80\x02" + strings.Repeat("(", 40000) + ".", "too deeply"},
	} {
		_, err := readBytes(pack(c.pickle, four))
		require.ErrorContains(t, err, c.text, name)
	}
}

// A pickle that makes a megabyte of objects from few bytes each stops early.
func TestObjectsAreBounded(t *testing.T) {
	pickle := "\x80\x02](" + strings.Repeat(strings.Repeat("}", 1000)+"e(", 1000) + "e."
	data := pack(pickle, nil)
	var err error
	used := interop.Allocated(func() { _, err = readBytes(data) })
	require.ErrorContains(t, err, "more objects")
	require.LessOrEqual(t, used, interop.Limit(len(data)))
}

func TestLongIntegers(t *testing.T) {
	for in, want := range map[string]integer{"\x00": 0, "\x01\xff": -1, "\x02\x00\x80": -32768, "\x08\xff\xff\xff\xff\xff\xff\xff\x7f": 1<<63 - 1, "\x05\x00\x00\x00\x00\x01": 1 << 32} {
		budget := int64(1000)
		got, err := (&machine{in: []byte("\x80\x02\x8a" + in + "."), budget: &budget}).run()
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
}

func TestUnsupported(t *testing.T) {
	for _, f := range interop.Files(t, "torch") {
		_, err := readBytes(f.Data)
		switch f.Name {
		case "pt_mlp_legacy.pt", "pt_mlp_whole_module.pt":
			require.ErrorIs(t, err, errors.ErrUnsupported)
		case "bad_pt_stride.pt", "bad_pt_truncated.pt", "bad_pickle_trunc.pt":
			require.NotErrorIs(t, err, errors.ErrUnsupported)
		}
	}
}

func seeds(t testing.TB) (files, pickles [][]byte) {
	more, _ := interop.More(t, "more_pt.json")
	for _, f := range append(interop.Files(t, "torch"), more...) {
		if len(f.Data) > 10000 {
			continue
		}
		files = append(files, f.Data)
		if z, err := zip.NewReader(bytes.NewReader(f.Data), int64(len(f.Data))); err == nil {
			for _, m := range z.File {
				if !strings.HasSuffix(m.Name, "data.pkl") {
					continue
				}
				r, err := m.Open()
				require.NoError(t, err)
				var pickle bytes.Buffer
				_, err = pickle.ReadFrom(r)
				require.NoError(t, err)
				pickles = append(pickles, pickle.Bytes())
			}
		}
	}
	return files, pickles
}

// storages of the sizes that the pickles of the manifest need.
var some = map[string]string{"0": strings.Repeat("a", 320), "1": strings.Repeat("b", 20), "2": strings.Repeat("c", 60), "3": strings.Repeat("d", 12)}

func TestMutations(t *testing.T) {
	files, pickles := seeds(t)
	interop.Mutate(t, files, func(data []byte) error { _, err := readBytes(data); return err })
	// The pickle itself: in a file its checksum would reveal every change.
	interop.Mutate(t, pickles, func(data []byte) error {
		file := pack(string(data), some)
		var err error
		if used := interop.Allocated(func() { _, err = readBytes(file) }); used > interop.Limit(len(file)) {
			t.Fatalf("%d bytes allocated for %d", used, len(file))
		}
		return err
	})
	_, err := os.Stat("WEFT_PICKLE_EXECUTED")
	require.ErrorIs(t, err, os.ErrNotExist)
}

func FuzzRead(f *testing.F) {
	files, _ := seeds(f)
	for _, s := range files {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, data []byte) { _, _ = readBytes(data) })
}

func FuzzPickle(f *testing.F) {
	_, pickles := seeds(f)
	for _, s := range pickles {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		tensors, err := readBytes(pack(string(data), some))
		for _, x := range tensors {
			if err == nil {
				require.NoError(t, x.Check())
			}
		}
	})
}
