package hdf5

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
)

// Dataset is an array whose type and shape have been read, its values not yet.
type Dataset struct {
	f       *File
	path    string
	kind    datatype
	shape   []int
	layout  layout
	filters []filter
}

// layout says where the values are.
type layout struct {
	class   byte   // compact, contiguous or chunked
	data    []byte // compact
	address uint64
	size    uint64 // contiguous: in bytes
	chunk   []int  // chunked: shape of a chunk
	index   chunkIndex
}

const (
	compact    = 0
	contiguous = 1
	chunked    = 2
	virtual    = 3
)

func (f *File) dataset(path string, address uint64) (*Dataset, error) {
	d := &Dataset{f: f, path: path}
	if err := d.open(address); err != nil {
		return nil, in("dataset /"+path, err)
	}
	return d, nil
}

// open reads the messages that describe the dataset.
func (d *Dataset) open(address uint64) error {
	messages, err := d.f.messages(address)
	if err != nil {
		return err
	}
	if one(messages, msgExternal) != nil {
		return unsupported("its values are in another file: nothing but what is in the file itself is read")
	}
	for _, part := range []struct {
		kind  int
		name  string
		parse func(c *cursor) error
	}{
		{msgDatatype, "datatype", func(c *cursor) (err error) { d.kind, err = parseDatatype(c); return err }},
		{msgDataspace, "dataspace", func(c *cursor) (err error) { d.shape, err = parseDataspace(c); return err }},
		{msgFilters, "filters", func(c *cursor) (err error) { d.filters, err = parseFilters(c); return err }},
		{msgLayout, "layout", d.parseLayout}, // which needs the others
	} {
		switch m := one(messages, part.kind); {
		case m == nil && part.kind == msgFilters:
		case m == nil:
			return fmt.Errorf("it has no %s, it is no dataset", part.name)
		case m.shared:
			return unsupported("a committed %s", part.name)
		default:
			if err := part.parse(&cursor{data: m.data}); err != nil {
				return fmt.Errorf("%s: %w", part.name, err)
			}
		}
	}
	return d.bfloat16(messages)
}

// bfloat16 recognizes the type that HDF5 does not have: two opaque bytes, named in
// an attribute.
func (d *Dataset) bfloat16(messages []message) error {
	if d.kind.class != opaque || d.kind.size != 2 {
		return nil
	}
	name, _, err := d.f.strings(messages, "dtype")
	if err != nil {
		return fmt.Errorf("attribute dtype: %w", err)
	}
	if len(name) == 1 && name[0] == "bfloat16" {
		d.kind.name = "bfloat16"
	}
	return nil
}

// parseLayout reads a layout message of version 3 or 4.
func (d *Dataset) parseLayout(c *cursor) error {
	version := c.u8()
	if c.err == nil && version != 3 && version != 4 {
		return unsupported("version %d of a layout: write the file again with h5py", version)
	}
	l := &d.layout
	l.class = c.u8()
	switch {
	case c.err != nil:
	case l.class == compact:
		l.data = c.bytes(int(c.u16()))
	case l.class == contiguous:
		l.address, l.size = c.u64(), c.u64()
	case l.class == chunked && version == 3:
		rank := int(c.u8()) - 1
		address := c.u64()
		if err := d.chunkShape(rank, func() uint64 { return uint64(c.u32()) }, c); err != nil {
			return err
		}
		l.index = chunkIndex{kind: indexTree1, address: address}
	case l.class == chunked:
		return d.chunkLayout4(c)
	case l.class == virtual:
		return unsupported("a virtual dataset: nothing but what is in the file itself is read")
	default:
		return unsupported("storage of class %d", l.class)
	}
	return c.err
}

// Shape returns the dimensions, none for a single number.
func (d *Dataset) Shape() []int { return slices.Clone(d.shape) }

// Type returns the type of the elements as NumPy calls it, such as float32 or
// int64.
func (d *Dataset) Type() string { return d.kind.name }

// Path returns where the dataset is in the file.
func (d *Dataset) Path() string { return d.path }

// raw returns the bytes of the dataset, in the file where they can be.
func (d *Dataset) raw() ([]byte, error) {
	n := elements(d.shape)
	if n == 0 {
		return nil, nil
	}
	size := uint64(n) * uint64(d.kind.size)
	switch d.layout.class {
	case compact:
		if uint64(len(d.layout.data)) != size {
			return nil, fmt.Errorf("%d bytes for values of %d", len(d.layout.data), size)
		}
		return d.layout.data, nil
	case contiguous:
		if d.layout.address == undefined {
			return nil, errors.New("its values were never written")
		}
		if d.layout.size != size {
			return nil, fmt.Errorf("%d bytes for values of %d", d.layout.size, size)
		}
		if len(d.filters) != 0 {
			return nil, errors.New("filters without chunks")
		}
		c := d.f.at(d.layout.address, size)
		return c.data, c.err
	default:
		return d.chunks(size)
	}
}

// Float32s returns the values as float32. Halves and bfloat16 are widened; a
// double that is no float32 is an error, and so is an integer.
func (d *Dataset) Float32s() ([]float32, error) {
	values, err := d.float32s()
	if err != nil {
		return nil, in("dataset /"+d.path, err)
	}
	return values, nil
}

func (d *Dataset) float32s() ([]float32, error) {
	if d.kind.class != float && d.kind.name != "bfloat16" {
		return nil, fmt.Errorf("its values are of type %s, not float", d.kind.name)
	}
	raw, err := d.raw()
	if err != nil {
		return nil, err
	}
	n := elements(d.shape)
	if err := d.f.charge(4 * int64(n)); err != nil {
		return nil, err
	}
	out := make([]float32, n)
	if d.kind.big {
		return out, d.decode(out, raw, binary.BigEndian)
	}
	return out, d.decode(out, raw, binary.LittleEndian)
}

// decode converts the bytes of a dataset.
func (d *Dataset) decode(out []float32, raw []byte, order binary.ByteOrder) error {
	switch {
	case d.kind.name == "bfloat16":
		for i := range out {
			out[i] = math.Float32frombits(uint32(order.Uint16(raw[2*i:])) << 16)
		}
	case d.kind.size == 2:
		for i := range out {
			out[i] = half(order.Uint16(raw[2*i:]))
		}
	case d.kind.size == 4:
		for i := range out {
			out[i] = math.Float32frombits(order.Uint32(raw[4*i:]))
		}
	default:
		for i := range out {
			x := math.Float64frombits(order.Uint64(raw[8*i:]))
			if out[i] = float32(x); float64(out[i]) != x && x == x {
				return unsupported("the float64 %v at index %d is no float32: save the model in float32", x, i)
			}
		}
	}
	return nil
}

// half widens IEEE's half precision, exactly.
func half(h uint16) float32 {
	sign, exponent, mantissa := uint32(h>>15)<<31, int(h>>10&31), uint32(h&1023)
	switch exponent {
	case 31:
		return math.Float32frombits(sign | 0xff<<23 | mantissa<<13)
	case 0:
		x := float32(mantissa) * 0x1p-24
		return math.Float32frombits(math.Float32bits(x) | sign)
	}
	return math.Float32frombits(sign | uint32(exponent-15+127)<<23 | mantissa<<13)
}

// Int returns the value of a dataset that is a single integer.
func (d *Dataset) Int() (int64, error) {
	v, err := d.int()
	if err != nil {
		return 0, in("dataset /"+d.path, err)
	}
	return v, nil
}

func (d *Dataset) int() (int64, error) {
	if d.kind.class != integer || elements(d.shape) != 1 {
		return 0, fmt.Errorf("it is %s of shape %v, not one integer", d.kind.name, d.shape)
	}
	raw, err := d.raw()
	if err != nil {
		return 0, err
	}
	var b [8]byte
	copy(b[:], raw)
	if d.kind.big {
		slices.Reverse(b[:d.kind.size])
	}
	u := binary.LittleEndian.Uint64(b[:])
	shift := 64 - 8*d.kind.size
	if d.kind.signed {
		return int64(u<<shift) >> shift, nil
	}
	if u > math.MaxInt64 {
		return 0, fmt.Errorf("%d is out of range", u)
	}
	return int64(u), nil
}
