package hdf5

import (
	"encoding/binary"
	"errors"
	"fmt"
)

var errShort = errors.New("the structure is cut")

// cursor reads little-endian numbers one after the other. After the first error
// it returns zeros, so that a structure is read first and checked once.
type cursor struct {
	data []byte
	pos  int
	err  error
}

func (c *cursor) fail(err error) {
	if c.err == nil {
		c.err = err
	}
}

// bytes returns the next n bytes, nil after an error.
func (c *cursor) bytes(n int) []byte {
	if c.err != nil || n < 0 || n > len(c.data)-c.pos {
		c.fail(errShort)
		return nil
	}
	b := c.data[c.pos : c.pos+n]
	c.pos += n
	return b
}

func (c *cursor) skip(n int)  { c.bytes(n) }
func (c *cursor) left() int   { return len(c.data) - c.pos }
func (c *cursor) align(n int) { c.skip((n - c.pos%n) % n) }
func (c *cursor) u8() byte    { return byte(c.uint(1)) }
func (c *cursor) u16() uint16 { return uint16(c.uint(2)) }
func (c *cursor) u32() uint32 { return uint32(c.uint(4)) }
func (c *cursor) u64() uint64 { return c.uint(8) }

// begins reports whether the next bytes are these letters.
func (c *cursor) begins(magic string) bool {
	return c.err == nil && c.left() >= len(magic) && string(c.data[c.pos:c.pos+len(magic)]) == magic
}

// uint reads a number of n ≤ 8 bytes.
func (c *cursor) uint(n int) uint64 {
	var b [8]byte
	copy(b[:], c.bytes(n))
	return binary.LittleEndian.Uint64(b[:])
}

// magic checks the four letters that a structure begins with.
func (c *cursor) magic(want string) {
	if got := c.bytes(len(want)); c.err == nil && string(got) != want {
		c.fail(fmt.Errorf("damaged: %q expected, found %q", want, got))
	}
}

// version checks the version that follows the letters.
func (c *cursor) version(want byte, of string) {
	if got := c.u8(); c.err == nil && got != want {
		c.fail(unsupported("version %d of %s: only %d is known", got, of, want))
	}
}

// sizes checks the sizes of addresses and lengths.
func (c *cursor) sizes() {
	if o, l := c.u8(), c.u8(); c.err == nil && (o != 8 || l != 8) {
		c.fail(unsupported("addresses of %d and lengths of %d bytes: only 8 are known", o, l))
	}
}

// checksum compares the checksum at the cursor with that of the bytes from start
// to here.
func (c *cursor) checksum(start int) {
	end := c.pos
	want := c.u32()
	if c.err == nil && lookup3(c.data[start:end]) != want {
		c.fail(errors.New("a checksum does not match: the file is damaged"))
	}
}

// lookup3 is Bob Jenkins's hash of that name (hashlittle, initial value 0), the
// checksum of HDF5's metadata.
func lookup3(k []byte) uint32 {
	n := uint32(len(k))
	a, b, c := 0xdeadbeef+n, 0xdeadbeef+n, 0xdeadbeef+n
	rot := func(x uint32, r int) uint32 { return x<<r | x>>(32-r) }
	for ; len(k) > 12; k = k[12:] {
		a += binary.LittleEndian.Uint32(k)
		b += binary.LittleEndian.Uint32(k[4:])
		c += binary.LittleEndian.Uint32(k[8:])
		a, c = (a-c)^rot(c, 4), c+b
		b, a = (b-a)^rot(a, 6), a+c
		c, b = (c-b)^rot(b, 8), b+a
		a, c = (a-c)^rot(c, 16), c+b
		b, a = (b-a)^rot(a, 19), a+c
		c, b = (c-b)^rot(b, 4), b+a
	}
	if len(k) == 0 {
		return c
	}
	var last [12]byte
	copy(last[:], k)
	a += binary.LittleEndian.Uint32(last[:])
	b += binary.LittleEndian.Uint32(last[4:])
	c += binary.LittleEndian.Uint32(last[8:])
	c = (c ^ b) - rot(b, 14)
	a = (a ^ c) - rot(c, 11)
	b = (b ^ a) - rot(a, 25)
	c = (c ^ b) - rot(b, 16)
	a = (a ^ c) - rot(c, 4)
	b = (b ^ a) - rot(a, 14)
	c = (c ^ b) - rot(b, 24)
	return c
}
