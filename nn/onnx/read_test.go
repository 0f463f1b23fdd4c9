package onnx

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"weft/nn/internal/interop"
	"weft/nn/internal/tensor"
)

// recorder is a file system that notes what is opened.
type recorder struct {
	fs.FS
	opened []string
}

func (r *recorder) Open(name string) (fs.File, error) {
	r.opened = append(r.opened, name)
	return r.FS.Open(name)
}

// Every model opens itself, its own data, and nothing else.
func TestNothingElseIsOpened(t *testing.T) {
	for _, f := range interop.Files(t, "onnx") {
		r := &recorder{FS: os.DirFS(interop.Dir)}
		_, err := ReadFS(r, f.Name)
		want := []string{f.Name}
		switch f.Name {
		case "onnx_dynamo_external.onnx":
			require.NoError(t, err)
			want = append(want, f.Name+".data")
		case "bad_external_missing.onnx":
			require.ErrorIs(t, err, fs.ErrNotExist)
			want = append(want, "nowhere.bin")
		case "bad_external_absolute.onnx", "bad_external_traversal.onnx":
			require.ErrorContains(t, err, "leaves the folder")
		}
		require.Equal(t, want, r.opened, f.Name)
	}
}

// external is a model whose weights lie in another file.
func external(location string, entries ...string) []byte {
	var data []byte
	for i := 0; i < len(entries); i += 2 {
		data = appendBytes(data, 13, appendText(appendText(nil, 1, entries[i]), 2, entries[i+1]))
	}
	data = appendBytes(data, 13, appendText(appendText(nil, 1, "location"), 2, location))
	w := appendInt(appendInt(encodeDims(nil, []int{2, 3}), 2, 1), 14, 1)
	w = append(appendText(w, 8, "w"), data...)
	m := small(13, []int{2}, nil, node("MatMul", in("x", "w"), "y"))
	m.Graph.Nodes[0].Inputs[1] = "x" // encodeGraph needs no weights
	graph, err := encodeGraph(&m.Graph)
	if err != nil {
		panic(err)
	}
	graph = bytes.Replace(graph, []byte("\x0a\x01x\x0a\x01x\x12"), []byte("\x0a\x01x\x0a\x01w\x12"), 1)
	b := appendBytes(appendInt(nil, 1, 8), 7, appendBytes(graph, 5, w))
	return appendBytes(b, 8, appendInt(nil, 2, 13))
}

func TestExternalData(t *testing.T) {
	weights := numbers("w", 2, 3).Data
	file := slices.Concat([]byte("skip"), weights)
	for name, c := range map[string]struct {
		model []byte
		text  string
	}{
		"whole":         {external("exact.bin"), ""},
		"offset":        {external("w.bin", "offset", "4", "length", "24", "checksum", "abc"), ""},
		"to the end":    {external("w.bin", "offset", "4"), ""},
		"below":         {external("sub/w.bin", "offset", "4"), ""},
		"length":        {external("w.bin", "offset", "4", "length", "20"), "has 24 bytes"},
		"too far":       {external("w.bin", "offset", "8", "length", "24"), "too few"},
		"huge":          {external("w.bin", "offset", "9223372036854775807", "length", "24"), "too few"},
		"negative":      {external("w.bin", "offset", "-4"), "external data"},
		"number":        {external("w.bin", "offset", "4x"), "external data"},
		"unknown key":   {external("w.bin", "file", "a"), "external data"},
		"missing":       {external("none.bin"), "none.bin"},
		"folder":        {external("sub"), "not a regular file"},
		"parent":        {external("../w.bin"), "leaves the folder"},
		"inner parent":  {external("sub/../../w.bin"), "leaves the folder"},
		"absolute":      {external("/etc/passwd"), "leaves the folder"},
		"backslash":     {external(`sub\w.bin`), "leaves the folder"},
		"drive":         {external("c:w.bin"), "leaves the folder"},
		"empty":         {external(""), "leaves the folder"},
		"itself":        {external("."), "leaves the folder"},
		"the same name": {external("model.onnx"), "has 24 bytes"},
	} {
		fsys := fstest.MapFS{"models/model.onnx": {Data: c.model}, "models/w.bin": {Data: file}, "models/exact.bin": {Data: weights}, "models/sub/w.bin": {Data: file}, "w.bin": {Data: file}}
		r := &recorder{FS: fsys}
		m, err := ReadFS(r, "models/model.onnx")
		for _, opened := range r.opened {
			require.True(t, strings.HasPrefix(opened, "models/"), opened)
		}
		if c.text != "" {
			require.ErrorContains(t, err, c.text, name)
			continue
		}
		require.NoError(t, err, name)
		require.Equal(t, weights, m.Graph.Initializers[0].Data, name)
		_, err = read(c.model)
		require.ErrorIs(t, err, errors.ErrUnsupported)
	}
}

// A file system whose files can only be read in order, as embed's and zip's may be.
type streams struct{ fstest.MapFS }

func (s streams) Open(name string) (fs.File, error) {
	f, err := s.MapFS.Open(name)
	return struct{ fs.File }{f}, err
}

func TestStreams(t *testing.T) {
	weights := numbers("w", 2, 3).Data
	m, err := ReadFS(streams{fstest.MapFS{"m.onnx": {Data: external("w.bin", "offset", "4")}, "w.bin": {Data: slices.Concat([]byte("skip"), weights)}}}, "m.onnx")
	require.NoError(t, err)
	require.Equal(t, weights, m.Graph.Initializers[0].Data)
}

// ReadFile does not follow a link out of the folder.
func TestLinksStayInside(t *testing.T) {
	outside, inside := t.TempDir(), t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(outside, "w.bin"), numbers("w", 2, 3).Data, 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(inside, "m.onnx"), external("w.bin"), 0o600))
	if err := os.Symlink(filepath.Join(outside, "w.bin"), filepath.Join(inside, "w.bin")); err != nil {
		t.Skip("no symbolic links: ", err)
	}
	_, err := ReadFile(filepath.Join(inside, "m.onnx"))
	require.ErrorContains(t, err, "escapes")
	_, err = ReadFile(filepath.Join(inside, "none.onnx"))
	require.ErrorIs(t, err, fs.ErrNotExist)
}

// Weights may use their file twice and no more.
func TestExternalDataAreBounded(t *testing.T) {
	fsys := fstest.MapFS{"w.bin": {Data: make([]byte, 24)}}
	used, ref := map[string]int64{}, reference{location: "w.bin", length: -1}
	x := Tensor{Shape: []int{2, 3}}
	require.NoError(t, ref.load(fsys, ".", &x, used))
	require.NoError(t, ref.load(fsys, ".", &x, used))
	require.ErrorContains(t, ref.load(fsys, ".", &x, used), "more than twice")
}

// All real models, read, written and read again, are the same.
func TestWriteAndReadAgain(t *testing.T) {
	more, _ := interop.More(t, "more_onnx.json")
	written := 0
	for _, f := range append(interop.Files(t, "onnx"), more...) {
		m, err := read(f.Data)
		if err != nil {
			continue
		}
		var out bytes.Buffer
		if err := Write(&out, m); strings.Contains(f.Name, "zipmap") {
			require.ErrorContains(t, err, "maps")
			continue
		} else {
			require.NoError(t, err, f.Name)
		}
		again, err := read(out.Bytes())
		require.NoError(t, err)
		require.Equal(t, m, again, f.Name)
		written++
	}
	require.Greater(t, written, 40)
}

func TestWriteRefuses(t *testing.T) {
	same := small(13, []int{4}, nil, Node{Name: "a", Op: "Relu", Inputs: in("x"), Outputs: in("z")}, Node{Name: "a", Op: "Relu", Inputs: in("z"), Outputs: in("y")})
	require.ErrorContains(t, Write(io.Discard, same), "two nodes")
	short := small(13, []int{4}, []Tensor{{Name: "w", Shape: []int{2}}}, node("Relu", in("x"), "y"))
	require.ErrorContains(t, Write(io.Discard, short), "shape")
	kind := small(13, []int{4}, nil, node("Relu", in("x"), "y", Attribute{Name: "a", Kind: 5}))
	require.ErrorContains(t, Write(io.Discard, kind), "kind 5")
	require.ErrorContains(t, Write(io.Discard, small(13, []int{4}, nil, node("Relu", in("z"), "y"))), "nothing makes")
}

// tensorProto makes a TensorProto of a type and a field with its data.
func tensorProto(kind int64, dims []int, number int, data []byte, packed bool) []byte {
	b := appendText(appendInt(encodeDims(nil, dims), 2, kind), 8, "w")
	if packed {
		return appendBytes(b, number, data)
	}
	return append(b, data...)
}

// All fields that data may come in, packed and not.
func TestTensorData(t *testing.T) {
	half := []byte{0, 0x3c, 0, 0xc0} // 1, −2
	floats := append(appendFloat(nil, floatData, 1), appendFloat(nil, floatData, -2)...)
	ints := func(v ...int64) (b []byte) {
		for _, n := range v {
			b = binary.AppendUvarint(b, uint64(n))
		}
		return b
	}
	one := func(number int, v ...int64) (b []byte) {
		for _, n := range v {
			b = appendInt(b, number, n)
		}
		return b
	}
	for name, c := range map[string]struct {
		proto []byte
		want  []float32
	}{
		"float32 raw":      {tensorProto(1, []int{2}, rawData, numbersOf(1, -2), true), []float32{1, -2}},
		"float32 packed":   {tensorProto(1, []int{2}, floatData, numbersOf(1, -2), true), []float32{1, -2}},
		"float32 not":      {tensorProto(1, []int{2}, 0, floats, false), []float32{1, -2}},
		"float64":          {tensorProto(11, []int{1}, doubleData, binary.LittleEndian.AppendUint64(nil, math.Float64bits(0.5)), true), []float32{0.5}},
		"float16 raw":      {tensorProto(10, []int{2}, rawData, half, true), []float32{1, -2}},
		"float16 integers": {tensorProto(10, []int{2}, int32Data, ints(0x3c00, 0xc000), true), []float32{1, -2}},
		"bfloat16":         {tensorProto(16, []int{1}, int32Data, ints(0x3f80), true), []float32{1}},
		"int64 packed":     {tensorProto(7, []int{2}, int64Data, ints(-1, 7), true), []float32{-1, 7}},
		"int64 not":        {tensorProto(7, []int{2}, 0, one(int64Data, -1, 7), false), []float32{-1, 7}},
		"int32":            {tensorProto(6, []int{2}, int32Data, ints(-1, 7), true), []float32{-1, 7}},
		"int8":             {tensorProto(3, []int{1}, int32Data, ints(-128), true), []float32{-128}},
		"uint8":            {tensorProto(2, []int{1}, int32Data, ints(255), true), []float32{255}},
		"uint32":           {tensorProto(12, []int{1}, uint64Data, ints(1<<31), true), []float32{1 << 31}},
		"uint64":           {tensorProto(13, []int{1}, uint64Data, ints(1<<40), true), []float32{1 << 40}},
		"bool":             {tensorProto(9, []int{2}, int32Data, ints(0, 1), true), []float32{0, 1}},
		"scalar":           {tensorProto(1, nil, rawData, numbersOf(3), true), []float32{3}},
		"empty":            {tensorProto(1, []int{0}, 0, nil, false), []float32{}},
	} {
		d := &decoder{left: 1 << 20}
		r, err := d.rawTensor(c.proto)
		require.NoError(t, err, name)
		x, err := d.tensor(&r)
		require.NoError(t, err, name)
		got, err := x.Float32()
		require.NoError(t, err, name)
		require.Equal(t, c.want, got, name)
	}
	for name, proto := range map[string][]byte{
		"short":           tensorProto(1, []int{3}, rawData, numbersOf(1, -2), true),
		"long":            tensorProto(1, []int{1}, rawData, numbersOf(1, -2), true),
		"none":            tensorProto(1, []int{1}, 0, nil, false),
		"odd":             tensorProto(1, []int{2}, floatData, []byte{1, 2, 3}, true),
		"other field":     tensorProto(1, []int{1}, int32Data, ints(1), true),
		"float in double": tensorProto(1, []int{2}, doubleData, make([]byte, 8), true),
		"few integers":    tensorProto(7, []int{2}, int64Data, ints(1), true),
		"too large":       tensorProto(3, []int{1}, int32Data, ints(128), true),
		"half too large":  tensorProto(10, []int{1}, int32Data, ints(65536), true),
		"negative":        tensorProto(2, []int{1}, int32Data, ints(-1), true),
		"no truth":        tensorProto(9, []int{1}, int32Data, ints(2), true),
		"twice":           append(tensorProto(1, []int{1}, rawData, numbersOf(1), true), appendBytes(nil, rawData, numbersOf(1))...),
		"two fields":      append(tensorProto(1, []int{1}, rawData, numbersOf(1), true), appendBytes(nil, floatData, numbersOf(1))...),
		"complex":         tensorProto(14, []int{1}, rawData, make([]byte, 8), true),
		"type 0":          tensorProto(0, []int{1}, rawData, make([]byte, 8), true),
		"many dimensions": tensorProto(1, slices.Repeat([]int{1}, 65), rawData, numbersOf(1), true),
		"unknown field":   append(tensorProto(1, []int{1}, rawData, numbersOf(1), true), appendInt(nil, 99, 1)...),
		"segment":         append(tensorProto(1, []int{1}, rawData, numbersOf(1), true), appendBytes(nil, 3, "")...),
		"cut varint":      tensorProto(7, []int{1}, int64Data, []byte{0x80}, true),
	} {
		d := &decoder{left: 1 << 20}
		r, err := d.rawTensor(proto)
		if err == nil {
			_, err = d.tensor(&r)
		}
		require.Error(t, err, name)
	}
}

func numbersOf(v ...float32) []byte { return tensor.New("", []int{len(v)}, v).Data }

// What a model must have, and may have once.
func TestStrictModel(t *testing.T) {
	m := small(13, []int{4}, nil, node("Relu", in("x"), "y"))
	var out bytes.Buffer
	require.NoError(t, Write(&out, m))
	good := out.Bytes()
	_, err := read(good)
	require.NoError(t, err)
	graph, err := encodeGraph(&m.Graph)
	require.NoError(t, err)
	opset := appendBytes(nil, 8, appendInt(nil, 2, 13))
	whole := func(graph []byte, more ...[]byte) []byte {
		return slices.Concat(append([][]byte{appendInt(nil, 1, 8), appendBytes(nil, 7, graph), opset}, more...)...)
	}
	for name, c := range map[string]struct {
		data []byte
		text string
	}{
		"empty":             {nil, "no graph"},
		"no graph":          {slices.Concat(appendInt(nil, 1, 8), opset), "no graph"},
		"no IR":             {slices.Concat(appendBytes(nil, 7, graph), opset), "IR version 0"},
		"no opset":          {slices.Concat(appendInt(nil, 1, 8), appendBytes(nil, 7, graph)), "opset 0"},
		"old opset":         {slices.Concat(appendInt(nil, 1, 8), appendBytes(nil, 7, graph), appendBytes(nil, 8, appendInt(nil, 2, 6))), "opset 6"},
		"two graphs":        {whole(graph, appendBytes(nil, 7, graph)), "occurs twice"},
		"two opsets":        {whole(graph, appendBytes(nil, 8, appendInt(nil, 2, 14))), "imported after"},
		"field":             {whole(graph, appendInt(nil, 27, 1)), "field 27"},
		"functions":         {whole(graph, appendBytes(nil, 25, "")), "functions"},
		"training":          {whole(graph, appendBytes(nil, 20, "")), "training"},
		"quantized":         {whole(appendBytes(slices.Clone(graph), 14, "")), "quantized"},
		"sparse":            {whole(appendBytes(slices.Clone(graph), 15, "")), "sparse"},
		"graph field":       {whole(appendInt(slices.Clone(graph), 3, 1)), "field 3"},
		"two metadata":      {whole(graph, appendBytes(nil, 14, appendText(nil, 1, "a")), appendBytes(nil, 14, appendText(nil, 1, "a"))), "twice"},
		"text":              {whole(graph, appendBytes(nil, 2, "\xff")), "not a string"},
		"empty node":        {whole(appendBytes(slices.Clone(graph), 1, "")), "no operator"},
		"node output":       {whole(appendBytes(slices.Clone(graph), 1, appendText(nil, 4, "Relu"))), "no output"},
		"subgraph":          {whole(appendBytes(slices.Clone(graph), 1, appendBytes(appendText(nil, 4, "If"), 5, appendBytes(nil, 6, "")))), "graph"},
		"attribute type":    {whole(appendBytes(slices.Clone(graph), 1, appendBytes(appendText(nil, 4, "If"), 5, appendText(nil, 1, "a")))), "type 0"},
		"function of model": {whole(appendBytes(slices.Clone(graph), 1, appendText(appendText(nil, 4, "If"), 8, "a"))), "function"},
		"cut":               {good[:len(good)-1], "damaged"},
		"varint":            {append(slices.Clone(good), 0x80), "cut off"},
		"fixed":             {append(slices.Clone(good), 0x0d, 1), "cut off"},
		"field 0":           {append(slices.Clone(good), 0), "field number 0"},
	} {
		_, err := read(c.data)
		require.ErrorContains(t, err, c.text, name)
	}
	_, err = Read(bytes.NewReader(good), int64(len(good))+1)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	_, err = Read(bytes.NewReader(good), 1<<40)
	require.ErrorContains(t, err, "the format allows")
}

func seeds(t testing.TB) (out [][]byte) {
	more, _ := interop.More(t, "more_onnx.json")
	for _, f := range append(interop.Files(t, "onnx"), more...) {
		out = append(out, f.Data)
	}
	return out
}

func TestMutations(t *testing.T) {
	interop.Mutate(t, seeds(t), func(data []byte) error { _, err := readChain(data); return err })
}

func FuzzRead(f *testing.F) {
	for _, s := range seeds(f) {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := readChain(data)
		if err != nil {
			return
		}
		if m, err := Build(c); err == nil {
			require.NoError(t, Write(io.Discard, m))
			_, err := Recognize(m)
			require.NoError(t, err)
		}
	})
}

// Files made to need much memory for their size stay below the limit: parts of few
// bytes, numbers of one byte, one field for each number.
func TestMemoryIsBounded(t *testing.T) {
	long := func(n int, part []byte) []byte { return bytes.Repeat(part, n) }
	model := func(graph []byte) []byte {
		return slices.Concat(appendInt(nil, 1, 8), appendBytes(nil, 7, graph), appendBytes(nil, 8, appendInt(nil, 2, 13)))
	}
	name := func(i int) string {
		return string([]byte{byte('a' + i/676%26), byte('a' + i/26%26), byte('a' + i%26), byte('a' + i/17576)})
	}
	chain := func(n int) []byte {
		var nodes []Node
		for i := range n {
			nodes = append(nodes, node("Relu", in(name(i)), name(i+1)))
		}
		m := small(13, []int{4}, nil, nodes...)
		m.Graph.Inputs[0].Name, m.Graph.Outputs[0].Name = name(0), name(n)
		var out bytes.Buffer
		require.NoError(t, Write(&out, m))
		return out.Bytes()
	}
	for what, data := range map[string][]byte{
		"chain of 2,000":    chain(2000),
		"chain of 30,000":   chain(30000),
		"nodes":             model(long(100000, appendBytes(nil, 1, appendText(nil, 4, "a")))),
		"initializers":      model(long(100000, appendBytes(nil, 5, appendText(nil, 8, "a")))),
		"inputs":            model(long(100000, appendBytes(nil, 11, appendText(nil, 1, "a")))),
		"node inputs":       model(appendBytes(nil, 1, long(100000, appendText(nil, 1, "a")))),
		"attributes":        model(appendBytes(nil, 1, long(100000, appendBytes(nil, 5, appendText(nil, 1, "a"))))),
		"integers":          model(appendBytes(nil, 5, tensorProto(7, []int{1000000}, int64Data, make([]byte, 1000000), true))),
		"integers one by 1": model(appendBytes(nil, 5, tensorProto(7, []int{300000}, 0, long(300000, appendInt(nil, int64Data, 1)), false))),
		"floats one by one": model(appendBytes(nil, 5, tensorProto(1, []int{300000}, 0, long(300000, appendFloat(nil, floatData, 1)), false))),
		"floats of a node":  model(appendBytes(nil, 1, appendBytes(nil, 5, long(300000, appendFloat(nil, 7, 1))))),
		"integers of node":  model(appendBytes(nil, 1, appendBytes(nil, 5, appendBytes(nil, 8, make([]byte, 300000))))),
		"second integers":   model(appendBytes(nil, 1, appendBytes(nil, 5, append(appendBytes(nil, 8, make([]byte, 1)), appendBytes(nil, 8, make([]byte, 300000))...)))),
		"strings":           model(appendBytes(nil, 5, tensorProto(8, []int{300000}, 0, long(300000, appendBytes(nil, stringData, "")), false))),
		"metadata":          slices.Concat(model(nil), long(100000, appendBytes(nil, 14, ""))),
		"imports":           slices.Concat(model(nil), long(100000, appendBytes(nil, 8, appendText(nil, 1, "a")))),
		"dimensions":        model(appendBytes(nil, 11, appendBytes(nil, 2, appendBytes(nil, 1, appendBytes(nil, 2, long(100000, appendBytes(nil, 1, ""))))))),
		"doc strings":       model(long(100000, appendBytes(nil, 10, "a"))),
	} {
		var err error
		used := interop.Allocated(func() { _, err = readChain(data) })
		if !raceDetector { // which allocates too
			require.LessOrEqual(t, used, interop.Limit(len(data)), what)
		}
		if what == "chain of 2,000" {
			require.NoError(t, err)
			continue
		}
		require.Error(t, err, what)
	}
}
