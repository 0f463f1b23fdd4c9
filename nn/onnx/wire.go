package onnx

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"unicode/utf8"
)

// The wire format of protocol buffers: https://protobuf.dev/programming-guides/encoding/

// The wire types. Groups, 3 and 4, are refused.
const (
	wireVarint = 0
	wire64     = 1
	wireBytes  = 2
	wire32     = 5
)

var errWire = errors.New("not an ONNX model, or a damaged one")

// field is one field of a message. Its bytes lie in the file.
type field struct {
	number int
	wire   int
	n      uint64 // of a varint, or of 32 or 64 bits
	bytes  []byte
}

// fields calls each for every field of a message.
func fields(data []byte, each func(field) error) error {
	for len(data) > 0 {
		f, rest, err := next(data)
		if err == nil {
			err = each(f)
		}
		if err != nil {
			return err
		}
		data = rest
	}
	return nil
}

func next(data []byte) (f field, rest []byte, err error) {
	tag, rest, err := varint(data)
	if err != nil {
		return f, nil, err
	}
	if tag>>3 == 0 || tag > math.MaxUint32 {
		return f, nil, fmt.Errorf("%w: field number %d", errWire, tag>>3)
	}
	f = field{number: int(tag >> 3), wire: int(tag & 7)}
	switch f.wire {
	case wireVarint:
		f.n, rest, err = varint(rest)
		return f, rest, err
	case wireBytes:
		if f.n, rest, err = varint(rest); err != nil {
			return f, nil, err
		}
		if f.n > uint64(len(rest)) {
			return f, nil, fmt.Errorf("%w: %d bytes are declared where %d are left", errWire, f.n, len(rest))
		}
		f.bytes = rest[:f.n:f.n]
		return f, rest[f.n:], nil
	case wire32:
		if len(rest) >= 4 {
			f.n = uint64(binary.LittleEndian.Uint32(rest))
			return f, rest[4:], nil
		}
	case wire64:
		if len(rest) >= 8 {
			f.n = binary.LittleEndian.Uint64(rest)
			return f, rest[8:], nil
		}
	default:
		return f, nil, fmt.Errorf("%w: wire type %d", errWire, f.wire)
	}
	return f, nil, fmt.Errorf("%w: it is cut off", errWire)
}

func varint(data []byte) (n uint64, rest []byte, err error) {
	n, width := binary.Uvarint(data)
	switch {
	case width == 0:
		return 0, nil, fmt.Errorf("%w: it is cut off", errWire)
	case width < 0:
		return 0, nil, fmt.Errorf("%w: a number of more than 64 bits", errWire)
	}
	return n, data[width:], nil
}

// text returns the value of a string field.
func (f field) text() (string, error) {
	if f.wire != wireBytes || !utf8.Valid(f.bytes) {
		return "", fmt.Errorf("%w: field %d is not a string", errWire, f.number)
	}
	return string(f.bytes), nil
}

// message returns the bytes of an embedded message or of a bytes field.
func (f field) message() ([]byte, error) {
	if f.wire != wireBytes {
		return nil, fmt.Errorf("%w: field %d is not a message", errWire, f.number)
	}
	return f.bytes, nil
}

// integer returns the value of an integer field.
func (f field) integer() (int64, error) {
	if f.wire != wireVarint {
		return 0, fmt.Errorf("%w: field %d is not an integer", errWire, f.number)
	}
	return int64(f.n), nil
}

// count is the number of integers in a field, one or a packed list.
func (f field) count() (n int) {
	if f.wire != wireBytes {
		return 1
	}
	for _, b := range f.bytes {
		if b < 0x80 {
			n++
		}
	}
	return n
}

// integers appends the integers of a field, one or a packed list.
func (f field) integers(to []int64) ([]int64, error) {
	if f.wire != wireBytes {
		n, err := f.integer()
		return append(to, n), err
	}
	for data := f.bytes; len(data) > 0; {
		n, rest, err := varint(data)
		if err != nil {
			return nil, err
		}
		to, data = append(to, int64(n)), rest
	}
	return to, nil
}

// fixed appends the bytes of a field of numbers of 32 or 64 bits, one or a packed
// list. The first packed list is not copied.
func (f field) fixed(to []byte, wire int) ([]byte, error) {
	width := 4
	if wire == wire64 {
		width = 8
	}
	switch {
	case f.wire == wireBytes && len(f.bytes)%width == 0:
		if to == nil {
			return f.bytes, nil
		}
		return append(to, f.bytes...), nil
	case f.wire == wire32 && wire == wire32:
		return binary.LittleEndian.AppendUint32(to, uint32(f.n)), nil
	case f.wire == wire64 && wire == wire64:
		return binary.LittleEndian.AppendUint64(to, f.n), nil
	}
	return nil, fmt.Errorf("%w: field %d is not a list of numbers", errWire, f.number)
}

// The writing half appends fields to a message.

func appendTag(b []byte, number, wire int) []byte {
	return binary.AppendUvarint(b, uint64(number)<<3|uint64(wire))
}

func appendInt(b []byte, number int, n int64) []byte {
	return binary.AppendUvarint(appendTag(b, number, wireVarint), uint64(n))
}

func appendFloat(b []byte, number int, v float32) []byte {
	return binary.LittleEndian.AppendUint32(appendTag(b, number, wire32), math.Float32bits(v))
}

func appendBytes[T string | []byte](b []byte, number int, data T) []byte {
	return append(binary.AppendUvarint(appendTag(b, number, wireBytes), uint64(len(data))), data...)
}
