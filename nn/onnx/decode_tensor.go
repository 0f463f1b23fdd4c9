package onnx

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"

	"weft/nn/internal/tensor"
)

// rawTensor is a TensorProto as it is in the file.
type rawTensor struct {
	name     string
	dims     []int64
	kind     int64
	data     []byte  // raw_data, float_data or double_data
	integers []int64 // int32_data, int64_data or uint64_data
	strings  []string
	source   int // the number of the field that holds the data, 0: none
	ref      reference
	external bool
}

// The fields of a TensorProto that hold data.
const (
	floatData  = 4
	int32Data  = 5
	stringData = 6
	int64Data  = 7
	rawData    = 9
	doubleData = 10
	uint64Data = 11
)

// from checks that all data come from one field.
func (r *rawTensor) from(field int) error {
	if r.source != 0 && (r.source != field || field == rawData) {
		return errors.New("it has its data twice")
	}
	r.source = field
	return nil
}

func (d *decoder) rawTensor(data []byte) (r rawTensor, err error) {
	r.ref = reference{length: -1}
	err = fields(data, func(f field) (err error) {
		switch f.number {
		case 1:
			if f.count() > tensor.MaxRank-len(r.dims) {
				return fmt.Errorf("it has more than %d dimensions", tensor.MaxRank)
			}
			r.dims, err = f.integers(r.dims)
		case 2:
			r.kind, err = f.integer()
		case 3:
			err = tensor.Unsupported("it is a segment of a tensor")
		case 8:
			r.name, err = f.text()
		case floatData, doubleData, rawData, int32Data, int64Data, uint64Data, stringData:
			if err = r.from(f.number); err == nil {
				err = d.values(&r, f, data)
			}
		case 13:
			err = d.externalEntry(&r.ref, f)
		case 14:
			var n int64
			n, err = f.integer()
			r.external = n == 1
		case 12, 16: // doc string, metadata of the exporter
		default:
			err = unknown("tensor", f)
		}
		return err
	})
	return r, err
}

// values reads a field of data of a message. Numbers that are not packed come in a
// field each: the first makes room for all.
func (d *decoder) values(r *rawTensor, f field, message []byte) (err error) {
	switch {
	case f.wire == wireVarint && r.integers == nil:
		n := count(message, f.number)
		if err := d.spend(8 * n); err != nil {
			return err
		}
		r.integers = make([]int64, 0, n)
	case f.number == stringData && r.strings == nil:
		n := count(message, f.number)
		if err := d.spend(16 * n); err != nil {
			return err
		}
		r.strings = make([]string, 0, n)
	case f.wire == wire32 && r.data == nil:
		r.data = make([]byte, 0, 4*count(message, f.number))
	case f.wire == wire64 && r.data == nil:
		r.data = make([]byte, 0, 8*count(message, f.number))
	}
	switch f.number {
	case rawData:
		r.data, err = f.message()
	case floatData:
		r.data, err = f.fixed(r.data, wire32)
	case doubleData:
		r.data, err = f.fixed(r.data, wire64)
	case stringData:
		var s string
		s, err = f.text()
		r.strings = append(r.strings, s)
	default: // an integer of one byte in the file takes eight here, and its own size later
		n := f.count()
		if err = d.spend(16 * n); err == nil {
			r.integers, err = f.integers(slices.Grow(r.integers, n))
		}
	}
	return err
}

func (d *decoder) externalEntry(to *reference, f field) error {
	key, value, err := d.pair(f)
	if err != nil {
		return err
	}
	switch key {
	case "location":
		to.location = value
	case "offset":
		to.offset, err = strconv.ParseInt(value, 10, 64)
	case "length":
		to.length, err = strconv.ParseInt(value, 10, 64)
	case "checksum": // SHA-1 of the file, which nobody writes
	default:
		err = errors.New("unknown")
	}
	if err != nil || to.offset < 0 || to.length < -1 {
		return fmt.Errorf("its external data has %q = %q", key, value)
	}
	return nil
}

// initializer reads a constant of the graph and returns its name.
func (d *decoder) initializer(g *Graph, f field) (string, error) {
	data, err := f.message()
	if err != nil {
		return "", err
	}
	r, err := d.rawTensor(data)
	if err == nil && r.kind == elementString {
		var s StringTensor
		s, err = r.stringTensor()
		g.Strings = append(g.Strings, s)
	} else if err == nil {
		var t Tensor
		t, err = d.tensor(&r)
		if r.external {
			r.ref.initializer = len(g.Initializers)
			d.external = append(d.external, r.ref)
		}
		g.Initializers = append(g.Initializers, t)
	}
	if err != nil {
		return "", fmt.Errorf("initializer %q: %w", r.name, err)
	}
	return r.name, nil
}

func (r *rawTensor) shape() ([]int, int, error) {
	shape := make([]int, len(r.dims))
	for i, n := range r.dims {
		if n < 0 || n > math.MaxInt>>4 {
			return nil, 0, fmt.Errorf("dimension %d does not exist", n)
		}
		shape[i] = int(n)
	}
	n, ok := tensor.Elements(shape)
	if !ok {
		return nil, 0, fmt.Errorf("shape %v is too large", shape)
	}
	return shape, n, nil
}

func (r *rawTensor) stringTensor() (s StringTensor, err error) {
	shape, n, err := r.shape()
	if err == nil && (n != len(r.strings) || r.external) {
		err = fmt.Errorf("shape %v has %d strings, not the %d that are there", shape, n, len(r.strings))
	}
	return StringTensor{Name: r.name, Shape: shape, Values: r.strings}, err
}

// tensor checks type, shape and number of elements. External data are left out.
func (d *decoder) tensor(r *rawTensor) (t Tensor, err error) {
	t.Name = r.name
	if t.Type, err = elementOf(r.kind); err != nil {
		return t, err
	}
	var n int
	if t.Shape, n, err = r.shape(); err != nil {
		return t, err
	}
	if r.external {
		if r.source != 0 {
			return t, errors.New("it has its data twice")
		}
		return t, nil
	}
	want := map[tensor.DType]int{tensor.F32: floatData, tensor.F64: doubleData, tensor.I64: int64Data, tensor.U32: uint64Data, tensor.U64: uint64Data}[t.Type]
	if want == 0 {
		want = int32Data
	}
	switch r.source {
	case rawData, floatData, doubleData:
		t.Data = r.data
	case want:
		if len(r.integers) != n {
			return t, fmt.Errorf("shape %v has %d elements, not the %d that are there", t.Shape, n, len(r.integers))
		}
		if t.Data, err = narrow(t.Type, r.integers); err != nil {
			return t, err
		}
	}
	if r.source != 0 && r.source != want && r.source != rawData {
		return t, fmt.Errorf("its data are in a field for another type than %s", t.Type)
	}
	if len(t.Data) != n*t.Type.Size() {
		return t, fmt.Errorf("%s of shape %v has %d bytes, not the %d that are there", t.Type, t.Shape, n*t.Type.Size(), len(t.Data))
	}
	return t, nil
}

// narrow turns integers of the wire into elements; 16-bit and 8-bit floats come as
// their bits.
func narrow(d tensor.DType, values []int64) ([]byte, error) {
	size := d.Size()
	out := make([]byte, 0, size*len(values))
	least, most := int64(0), int64(math.MaxInt64)
	switch d {
	case tensor.I8, tensor.I16, tensor.I32:
		least, most = -1<<(8*size-1), 1<<(8*size-1)-1
	case tensor.I64, tensor.U64:
		least = math.MinInt64
	case tensor.Bool:
		most = 1
	default:
		most = 1<<(8*size) - 1
	}
	for _, v := range values {
		if v < least || v > most {
			return nil, fmt.Errorf("%d is no %s", v, d)
		}
		var eight [8]byte
		binary.LittleEndian.PutUint64(eight[:], uint64(v))
		out = append(out, eight[:size]...)
	}
	return out, nil
}

// attribute reads a parameter of a node.
func (d *decoder) attribute(n *Node, f field) error {
	data, err := f.message()
	if err != nil {
		return err
	}
	a := Attribute{}
	err = fields(data, func(f field) (err error) {
		switch f.number {
		case 1:
			a.Name, err = f.text()
		case 2:
			if a.Float = math.Float32frombits(uint32(f.n)); f.wire != wire32 {
				err = fmt.Errorf("%w: f is not a float", errWire)
			}
		case 3:
			a.Int, err = f.integer()
		case 4:
			a.String, err = f.text()
		case 5:
			err = d.attributeTensor(&a, f)
		case 7, 8, 9:
			err = d.attributeList(&a, f, data)
		case 20:
			var k int64
			k, err = f.integer()
			a.Kind = AttributeKind(k)
		case 13: // doc string
		case 6, 10, 11, 14, 15, 21, 22, 23:
			err = tensor.Unsupported("it is a graph, a type or a reference, which no feed-forward network needs")
		default:
			err = unknown("attribute", f)
		}
		return err
	})
	if err == nil && (a.Kind < AttributeFloat || a.Kind > AttributeStrings || a.Kind == 5) { // 5: a graph
		err = fmt.Errorf("type %d of attributes is not read", a.Kind)
	}
	if err == nil && n.Attribute(a.Name) != nil {
		err = errors.New("it is there twice")
	}
	if err != nil {
		return fmt.Errorf("attribute %q: %w", a.Name, err)
	}
	n.Attributes = append(n.Attributes, a)
	return nil
}

func (d *decoder) attributeTensor(a *Attribute, f field) error {
	data, err := f.message()
	if err != nil {
		return err
	}
	r, err := d.rawTensor(data)
	if err != nil {
		return err
	}
	if r.external {
		return errors.New("a tensor in an attribute cannot lie in another file")
	}
	if r.kind == elementString {
		s, err := r.stringTensor()
		a.Strings = s.Values
		return err
	}
	t, err := d.tensor(&r)
	a.Tensor = &t
	return errors.Join(err, d.spend(96))
}

// attributeList reads a field of numbers or strings of a message. Those that are not
// packed come in a field each: the first makes room for all.
func (d *decoder) attributeList(a *Attribute, f field, message []byte) (err error) {
	packed := f.wire == wireBytes && f.number != 9
	first := a.Floats == nil && a.Ints == nil && a.Strings == nil
	if first || packed { // packed lists after the first grow
		n := len(f.bytes) / 4
		switch {
		case !packed:
			n = count(message, f.number)
		case f.number == 8:
			n = f.count()
		}
		size := 24 // of an element while a list grows
		if first {
			size = []int{4, 8, 16}[f.number-7]
		}
		if err := d.spend(size * n); err != nil {
			return err
		}
		if first {
			a.room(f.number, n)
		}
	}
	switch f.number {
	case 7:
		var raw []byte
		raw, err = f.fixed(nil, wire32)
		for ; len(raw) > 0; raw = raw[4:] {
			a.Floats = append(a.Floats, math.Float32frombits(binary.LittleEndian.Uint32(raw)))
		}
	case 8:
		a.Ints, err = f.integers(a.Ints)
	default:
		var s string
		s, err = f.text()
		a.Strings = append(a.Strings, s)
	}
	return err
}

// room makes a list of n elements at most.
func (a *Attribute) room(number, n int) {
	switch number {
	case 7:
		a.Floats = make([]float32, 0, n)
	case 8:
		a.Ints = make([]int64, 0, n)
	default:
		a.Strings = make([]string, 0, n)
	}
}
