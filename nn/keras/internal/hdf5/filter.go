package hdf5

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// Filters that are known.
const (
	deflate  = 1
	shuffle  = 2
	fletcher = 3
	lzf      = 32000 // h5py's own
)

// filter is one step that chunks went through when they were written.
type filter struct {
	id     uint16
	values []uint32
}

// parseFilters reads a filter pipeline message.
func parseFilters(c *cursor) ([]filter, error) {
	version, count := c.u8(), int(c.u8())
	switch version {
	case 1:
		c.skip(6)
	case 2:
	default:
		c.fail(unsupported("version %d of a filter pipeline", version))
	}
	if c.err == nil && count > 8 {
		return nil, fmt.Errorf("%d filters", count)
	}
	var out []filter
	for range count {
		f, err := parseFilter(c, version)
		if err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	return out, c.err
}

func parseFilter(c *cursor, version byte) (filter, error) {
	f := filter{id: c.u16()}
	name := 0
	if version == 1 || f.id >= 256 {
		name = int(c.u16())
	}
	c.skip(2) // optional or not: all are needed to read
	values := int(c.u16())
	if version == 1 {
		name = (name + 7) / 8 * 8
	}
	c.skip(name)
	if values > 64 {
		return f, fmt.Errorf("a filter with %d values", values)
	}
	for range values {
		f.values = append(f.values, c.u32())
	}
	if version == 1 && values%2 == 1 {
		c.skip(4)
	}
	if c.err != nil {
		return f, c.err
	}
	switch f.id {
	case deflate, shuffle, fletcher, lzf:
		return f, nil
	}
	return f, unsupported("filter %d: known are deflate, shuffle, fletcher32 and lzf", f.id)
}

// decoder undoes filters and keeps its memory from chunk to chunk.
type decoder struct {
	buffers [2][]byte
	turn    int
	reader  io.ReadCloser
}

// buffer returns one of two buffers of n bytes in turn: the other one is what the
// last filter wrote.
func (d *decoder) buffer(n int) []byte {
	d.turn ^= 1
	if cap(d.buffers[d.turn]) < n {
		d.buffers[d.turn] = make([]byte, n)
	}
	return d.buffers[d.turn][:n]
}

// decode undoes the filters that mask does not leave out. size is that of the
// decoded chunk.
func (d *decoder) decode(filters []filter, mask uint32, data []byte, size, element int) ([]byte, error) {
	for i := len(filters) - 1; i >= 0; i-- {
		if mask>>i&1 != 0 {
			continue
		}
		// What was compressed may have a checksum at its end.
		limit := size
		for j := range i {
			if filters[j].id == fletcher && mask>>j&1 == 0 {
				limit += 4
			}
		}
		var err error
		switch filters[i].id {
		case deflate:
			data, err = d.inflate(data, limit)
		case shuffle:
			data = d.unshuffle(data, filters[i].values, element)
		case fletcher:
			data, err = checkFletcher(data)
		case lzf:
			data, err = d.unlzf(data, limit)
		}
		if err != nil {
			return nil, err
		}
	}
	return data, nil
}

// inflate undoes zlib's compression to at most limit bytes.
func (d *decoder) inflate(data []byte, limit int) ([]byte, error) {
	source := bytes.NewReader(data)
	var err error
	if d.reader == nil {
		d.reader, err = zlib.NewReader(source)
	} else {
		err = d.reader.(zlib.Resetter).Reset(source, nil)
	}
	if err != nil {
		return nil, fmt.Errorf("deflate: %w", err)
	}
	out := d.buffer(limit + 1)
	n, err := io.ReadFull(d.reader, out)
	switch {
	case err == nil:
		return nil, fmt.Errorf("deflate: more than %d bytes", limit)
	case err != io.ErrUnexpectedEOF && err != io.EOF:
		return nil, fmt.Errorf("deflate: %w", err)
	}
	return out[:n], nil
}

// unshuffle puts the bytes of each element together again: they are stored as all
// first bytes, all second bytes and so on.
func (d *decoder) unshuffle(data []byte, values []uint32, element int) []byte {
	if len(values) > 0 && values[0] > 0 && values[0] < 1<<16 {
		element = int(values[0])
	}
	count := len(data) / element
	if element <= 1 || count <= 1 {
		return data
	}
	out := d.buffer(len(data))
	for b := range element {
		for i := range count {
			out[i*element+b] = data[b*count+i]
		}
	}
	copy(out[count*element:], data[count*element:])
	return out
}

// checkFletcher compares and removes the checksum at the end.
func checkFletcher(data []byte) ([]byte, error) {
	n := len(data) - 4
	if n < 0 {
		return nil, errShort
	}
	// HDF5 folds its sums to 1…65535 where this one has 0…65534.
	got, want := fletcher32(data[:n]), binary.LittleEndian.Uint32(data[n:])
	if got>>16 != want>>16%65535 || got&0xffff != want&0xffff%65535 {
		return nil, errors.New("fletcher32: the checksum does not match: the file is damaged")
	}
	return data[:n], nil
}

// fletcher32 is Fletcher's checksum over big-endian words of 16 bits.
func fletcher32(data []byte) uint32 {
	var a, b uint32
	for i := 0; i < len(data); i += 2 {
		word := uint32(data[i]) << 8
		if i+1 < len(data) {
			word |= uint32(data[i+1])
		}
		a = (a + word) % 65535
		b = (b + a) % 65535
	}
	return b<<16 | a
}

// unlzf undoes Marc Lehmann's LibLZF: runs of literal bytes, and copies of what
// came up to 8 kB before.
func (d *decoder) unlzf(data []byte, limit int) ([]byte, error) {
	out := d.buffer(limit)
	n := 0
	for i := 0; i < len(data); {
		control := int(data[i])
		i++
		if control < 32 {
			control++
			if control > len(data)-i || control > limit-n {
				return nil, errors.New("lzf: the chunk is damaged")
			}
			n += copy(out[n:], data[i:i+control])
			i += control
			continue
		}
		length := control >> 5
		if length == 7 && i < len(data) {
			length += int(data[i])
			i++
		}
		if i >= len(data) {
			return nil, errors.New("lzf: the chunk is cut")
		}
		back := (control&31)<<8 + int(data[i]) + 1
		i++
		length += 2
		if back > n || length > limit-n {
			return nil, errors.New("lzf: the chunk is damaged")
		}
		for ; length > 0; length-- { // byte by byte: the copy may overlap itself
			out[n] = out[n-back]
			n++
		}
	}
	return out[:n], nil
}
