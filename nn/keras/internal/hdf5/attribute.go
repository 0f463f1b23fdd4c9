package hdf5

import (
	"bytes"
	"fmt"
	"unicode/utf8"
)

// strings finds an attribute among the messages of an object, or in the heap that
// they name.
func (f *File) strings(messages []message, name string) ([]string, bool, error) {
	var found *attribute
	look := func(data []byte) error {
		if err := f.charge(16); err != nil { // time, rather: see work
			return err
		}
		a, err := parseAttribute(data)
		if err == nil && a.name == name {
			found = a
		}
		return err
	}
	for _, m := range messages {
		switch {
		case m.kind != msgAttribute:
		case m.shared:
			return nil, false, unsupported("a shared attribute")
		default:
			if err := look(m.data); err != nil {
				return nil, false, err
			}
		}
	}
	if info := one(messages, msgAttributeInfo); info != nil && found == nil {
		c := &cursor{data: info.data}
		c.version(0, "attribute info")
		if c.u8()&1 != 0 {
			c.skip(2)
		}
		heap, tree := c.u64(), c.u64()
		if c.err != nil {
			return nil, false, c.err
		}
		if heap != undefined {
			if err := f.dense(heap, tree, 8, 0, look); err != nil {
				return nil, false, err
			}
		}
	}
	if found == nil {
		return nil, false, nil
	}
	s, err := f.values(found)
	return s, true, err
}

// attribute is an attribute whose name, type and shape have been read.
type attribute struct {
	name  string
	space *cursor
	kind  *cursor
	data  *cursor
}

func parseAttribute(data []byte) (*attribute, error) {
	c := &cursor{data: data}
	version, flags := c.u8(), c.u8()
	nameSize, typeSize, spaceSize := int(c.u16()), int(c.u16()), int(c.u16())
	pad := 1
	switch version {
	case 1:
		pad, flags = 8, 0 // a reserved byte
	case 2:
	case 3:
		c.skip(1) // character set of the name
	default:
		c.fail(unsupported("version %d of an attribute", version))
	}
	part := func(n int) []byte {
		b := c.bytes(n)
		c.skip((pad - n%pad) % pad)
		return b
	}
	name := part(nameSize)
	a := &attribute{kind: &cursor{data: part(typeSize)}, space: &cursor{data: part(spaceSize)}}
	a.data = &cursor{data: c.data[c.pos:]}
	if c.err != nil {
		return nil, c.err
	}
	if flags&3 != 0 {
		return nil, unsupported("an attribute of a committed type")
	}
	a.name = string(bytes.TrimRight(name, "\x00"))
	return a, nil
}

// values returns the strings of an attribute. Keras writes an empty list as an
// empty array of doubles.
func (f *File) values(a *attribute) ([]string, error) {
	kind, err := parseDatatype(a.kind)
	if err != nil {
		return nil, err
	}
	shape, err := parseDataspace(a.space)
	if err != nil {
		return nil, err
	}
	n := elements(shape)
	if n == 0 {
		return nil, nil
	}
	if kind.class != text && kind.class != strs {
		return nil, unsupported("%s where strings are expected", kind.name)
	}
	if n > a.data.left()/kind.size {
		return nil, errShort
	}
	if err := f.charge(16 * int64(n)); err != nil {
		return nil, err
	}
	out := make([]string, n)
	for i := range out {
		value := a.data.bytes(kind.size)
		if kind.class == strs {
			if value, err = f.heapString(&cursor{data: value}); err != nil {
				return nil, err
			}
		}
		if end := bytes.IndexByte(value, 0); end >= 0 {
			value = value[:end]
		}
		if !utf8.Valid(value) {
			return nil, fmt.Errorf("a string that is not UTF-8")
		}
		if err := f.charge(int64(len(value))); err != nil {
			return nil, err
		}
		out[i] = string(value)
	}
	return out, nil
}

// heapString returns the string that a reference names.
func (f *File) heapString(c *cursor) ([]byte, error) {
	n, address, index := int(c.u32()), c.u64(), int(c.u32())
	if c.err != nil || n == 0 {
		return nil, c.err
	}
	objects, err := f.globalHeap(address)
	if err != nil {
		return nil, fmt.Errorf("global heap at %d: %w", address, err)
	}
	if index >= len(objects) || n > len(objects[index]) {
		return nil, fmt.Errorf("global heap at %d: no object %d of %d bytes", address, index, n)
	}
	return objects[index][:n], nil
}

// globalHeap returns the objects of a collection by their index.
func (f *File) globalHeap(address uint64) ([][]byte, error) {
	if objects, ok := f.heaps[address]; ok {
		return objects, nil
	}
	c := f.rest(address)
	c.magic("GCOL")
	c.version(1, "a global heap")
	c.skip(3)
	size := c.u64()
	if c.err != nil {
		return nil, c.err
	}
	if c = f.at(address, size); c.err != nil {
		return nil, c.err
	}
	c.skip(16)
	var objects [][]byte
	for c.left() >= 16 {
		index := int(c.u16())
		c.skip(6)
		n := c.u64()
		if index == 0 { // what is free
			break
		}
		if n > uint64(c.left()) {
			return nil, errShort
		}
		if err := f.charge(16); err != nil {
			return nil, err
		}
		value := c.bytes(int(n))
		if c.left() > 0 {
			c.align(8)
		}
		if index >= len(objects) {
			grow := index + 1 - len(objects)
			if err := f.charge(48 * int64(grow)); err != nil {
				return nil, err
			}
			objects = append(objects, make([][]byte, grow)...)
		}
		objects[index] = value
	}
	if c.err != nil {
		return nil, c.err
	}
	f.heaps[address] = objects
	return objects, nil
}
