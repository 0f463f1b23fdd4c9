package hdf5

import (
	"fmt"
	"math"
	"slices"
)

// class is what an element is.
type class int

const (
	integer class = iota
	float
	text    // a string of fixed length
	strs    // a string of variable length: length, address and index of a heap object
	opaque  // bytes with a meaning of their own
	nothing // refused
)

// datatype is the type of an element.
type datatype struct {
	class  class
	size   int
	big    bool // big-endian
	signed bool
	name   string // for errors
}

// classNames names the types that are refused.
var classNames = []string{"integer", "float", "time", "string", "bit field", "opaque", "compound", "reference", "enumeration", "variable-length", "array"}

// parseDatatype reads a datatype message.
func parseDatatype(c *cursor) (datatype, error) {
	head := c.u8()
	flags := c.uint(3)
	t := datatype{size: int(c.u32()), class: nothing}
	if c.err != nil {
		return t, c.err
	}
	kind := int(head & 15)
	if v := head >> 4; v < 1 || v > 3 {
		return t, unsupported("version %d of a datatype", v)
	}
	switch kind {
	case 0:
		t.big = flags&1 != 0
		return t, t.integer(c, flags)
	case 1:
		t.big = flags&1 != 0
		return t, t.float(c, flags)
	case 3:
		t.class, t.name = text, "string"
	case 5:
		t.class, t.name = opaque, "opaque"
		c.skip(int(flags & 0xff))
	case 9:
		if err := t.variable(c, flags); err != nil {
			return t, err
		}
	default:
		t.name = fmt.Sprintf("type %d", kind)
		if kind < len(classNames) {
			t.name = classNames[kind]
		}
	}
	if t.size <= 0 || t.size > 1<<20 {
		return t, fmt.Errorf("elements of %d bytes", t.size)
	}
	return t, c.err
}

// variable is a type of variable length; only strings are known.
func (t *datatype) variable(c *cursor, flags uint64) error {
	base, err := parseDatatype(c)
	t.name = "variable-length"
	if flags&15 == 1 && base.size == 1 && t.size == 16 {
		t.class, t.name = strs, "string"
	}
	return err
}

func (t *datatype) integer(c *cursor, flags uint64) error {
	offset, precision := c.u16(), c.u16()
	t.signed = flags&8 != 0
	t.name = fmt.Sprintf("int%d", 8*t.size)
	if !t.signed {
		t.name = "u" + t.name
	}
	if c.err == nil && slices.Contains([]int{1, 2, 4, 8}, t.size) && offset == 0 && int(precision) == 8*t.size {
		t.class = integer
	}
	return c.err
}

// float knows IEEE's half, single and double precision, by where their parts lie.
func (t *datatype) float(c *cursor, flags uint64) error {
	parts := []byte(nil)
	sign := byte(flags >> 8)
	layout := c.bytes(12)
	if c.err != nil {
		return c.err
	}
	t.name = fmt.Sprintf("float%d", 8*t.size)
	switch t.size {
	case 2:
		parts = []byte{0, 0, 16, 0, 10, 5, 0, 10, 15, 0, 0, 0}
	case 4:
		parts = []byte{0, 0, 32, 0, 23, 8, 0, 23, 127, 0, 0, 0}
	case 8:
		parts = []byte{0, 0, 64, 0, 52, 11, 0, 52, 255, 3, 0, 0}
	}
	const vax, implied = 1 << 6, 2 // byte order, first bit of the mantissa
	if flags&vax == 0 && flags>>4&3 == implied && int(sign) == 8*t.size-1 && slices.Equal(layout, parts) {
		t.class = float
	} else {
		t.name = fmt.Sprintf("float of %d bytes that is not IEEE's", t.size)
	}
	return nil
}

// parseDataspace reads a dataspace message: the shape, empty for one element.
func parseDataspace(c *cursor) ([]int, error) {
	version, rank, flags := c.u8(), int(c.u8()), c.u8()
	null := false
	switch version {
	case 1:
		c.skip(5)
	case 2:
		null = c.u8() == 2
	default:
		c.fail(unsupported("version %d of a dataspace", version))
	}
	if c.err != nil {
		return nil, c.err
	}
	if rank > 32 || flags&2 != 0 {
		return nil, fmt.Errorf("a dataspace of %d dimensions or with permuted indices", rank)
	}
	if null {
		return []int{0}, nil
	}
	shape := make([]int, rank)
	total := uint64(1)
	for i := range shape {
		n := c.u64()
		if n > math.MaxInt32 {
			return nil, fmt.Errorf("%d elements along axis %d", n, i)
		}
		if total *= n; total > math.MaxInt32 {
			return nil, fmt.Errorf("more than 2³¹ elements")
		}
		shape[i] = int(n)
	}
	return shape, c.err
}

// elements is the number of elements of a shape.
func elements(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}
