package hdf5

import (
	"errors"
	"fmt"
)

// messageCost is what a message counts in memory, with room for append to grow.
const messageCost = 96

// messages reads the object header at an address with its continuations.
func (f *File) messages(address uint64) ([]message, error) {
	c := f.rest(address)
	var out []message
	var err error
	if c.begins("OHDR") {
		out, err = f.header2(address)
	} else {
		out, err = f.header1(c)
	}
	if err != nil {
		return nil, fmt.Errorf("object header at %d: %w", address, err)
	}
	return out, nil
}

// block is a part of an object header.
type block struct{ address, size uint64 }

// header1 reads a header of version 1 from its start.
func (f *File) header1(c *cursor) ([]message, error) {
	c.version(1, "an object header")
	c.skip(1)
	count := int(c.u16())
	c.skip(4) // references
	size := int(c.u32())
	c.skip(4)
	body := &cursor{data: c.bytes(size), err: c.err}
	if err := f.work(size); err != nil {
		return nil, err
	}
	var out []message
	var next []block
	visited := 0
	for {
		for body.err == nil && body.left() >= 8 && len(out) < count {
			kind, n, flags := int(body.u16()), int(body.u16()), body.u8()
			body.skip(3)
			m := message{kind: kind, shared: flags&2 != 0, data: body.bytes(n)}
			if err := f.charge(messageCost); err != nil {
				return nil, err
			}
			out = append(out, m)
			if kind == msgContinuation {
				next = append(next, continuation(m))
			}
		}
		if body.err != nil {
			return nil, body.err
		}
		if len(next) == 0 || len(out) >= count {
			break
		}
		// The messages of a header are counted, so that a block which names
		// itself as its continuation ends; one without messages must not loop.
		if visited++; visited > count {
			return nil, errors.New("its continuations form a loop")
		}
		body = f.at(next[0].address, next[0].size)
		if err := f.work(len(body.data)); err != nil {
			return nil, err
		}
		next = next[1:]
	}
	return out, nil
}

// work counts the bytes of a header as an eighth of memory: many names for one
// large header must not take more time than the file is worth.
func (f *File) work(n int) error { return f.charge(int64(max(0, n)) / 8) }

func continuation(m message) block {
	c := &cursor{data: m.data}
	return block{c.u64(), c.u64()}
}

// header2 reads a header of version 2.
func (f *File) header2(address uint64) ([]message, error) {
	c := f.rest(address)
	c.magic("OHDR")
	c.version(2, "an object header")
	flags := c.u8()
	if flags&0x20 != 0 {
		c.skip(16) // times
	}
	if flags&0x10 != 0 {
		c.skip(4) // when attributes become dense
	}
	size := c.uint(1 << (flags & 3))
	if size > uint64(c.left()) {
		return nil, errShort
	}
	if err := f.work(int(size)); err != nil {
		return nil, err
	}
	start := c.pos
	c.skip(int(size))
	c.checksum(0)
	if c.err != nil {
		return nil, c.err
	}
	body := &cursor{data: c.data[start : start+int(size)]}
	var out []message
	var next []block
	left := uint64(len(f.data)) // continuations together are no longer than the file
	for {
		for body.err == nil && body.left() >= 4 {
			m, cont := message2(body, flags)
			if err := f.charge(messageCost); err != nil {
				return nil, err
			}
			out = append(out, m)
			if cont {
				next = append(next, continuation(m))
			}
		}
		if body.err != nil {
			return nil, body.err
		}
		if len(next) == 0 {
			break
		}
		var err error
		if body, err = f.continued(next[0], &left); err != nil {
			return nil, err
		}
		next = next[1:]
	}
	return out, nil
}

// continued returns the messages of a continuation of a header of version 2. left
// is how long this and all that follow may be.
func (f *File) continued(b block, left *uint64) (*cursor, error) {
	if b.size > *left || b.size < 12 {
		return nil, errors.New("its continuations form a loop")
	}
	*left -= b.size
	c := f.at(b.address, b.size)
	if err := f.work(len(c.data)); err != nil {
		return nil, err
	}
	c.magic("OCHK")
	tail := &cursor{data: c.data, pos: max(4, len(c.data)-4), err: c.err}
	tail.checksum(0)
	if tail.err != nil {
		return nil, tail.err
	}
	c.data = c.data[:len(c.data)-4]
	return c, nil
}

// message2 reads a message of a header of version 2 and reports whether it names
// a continuation.
func message2(c *cursor, flags byte) (message, bool) {
	kind, n, set := int(c.u8()), int(c.u16()), c.u8()
	if flags&4 != 0 {
		c.skip(2) // creation order
	}
	m := message{kind: kind, shared: set&2 != 0, data: c.bytes(n)}
	return m, kind == msgContinuation && c.err == nil
}
