package mnist

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
)

// An IDX file starts with two zero bytes, the type of its elements and the number
// of its dimensions. The dimensions follow as big-endian uint32, then the elements,
// big-endian too.
const (
	typeUint8   = 0x08
	typeInt8    = 0x09
	typeInt16   = 0x0b
	typeInt32   = 0x0c
	typeFloat32 = 0x0d
	typeFloat64 = 0x0e
)

// elements are the types that the format knows, with the bytes of an element.
var elements = map[byte]struct {
	name string
	size int
}{
	typeUint8: {"uint8", 1}, typeInt8: {"int8", 1}, typeInt16: {"int16", 2},
	typeInt32: {"int32", 4}, typeFloat32: {"float32", 4}, typeFloat64: {"float64", 8},
}

// content is what a file is expected to hold, with the numbers of dimensions that
// this may have, the usual one first.
type content struct {
	what string
	dims []int
}

var (
	images = content{"images", []int{3}}    // images, height, width
	labels = content{"labels", []int{1, 2}} // labels, and for QMNIST its columns
)

// labelColumns is the number of columns of QMNIST's labels, of which the first is
// the class.
const labelColumns = 8

// defaultMaxBytes is how many bytes of elements a file may hold by default: five
// million images of 28×28.
const defaultMaxBytes = min(4<<30, math.MaxInt/2)

var errTooMuch = errors.New("more than a file of this size holds")

// damage is an error that a complete file of any kind would not give: it helps to
// get the file again.
type damage struct{ error }

func (d damage) Unwrap() error { return d.error }

func damagef(format string, args ...any) error { return damage{fmt.Errorf(format, args...)} }

// ReadImages reads an IDX file of images, plain or gzip-compressed, from r to its
// end, and returns their pixels, row by row and image by image. Elements are
// unsigned bytes, or integers of another type from 0 to 255.
//
// It is strict: the length must be what the header says, to the byte, and the CRC of
// a compressed file right. The header is read first, and what it claims is never
// allocated before the file has proved it.
func ReadImages(r io.Reader) (pixels []uint8, height, width int, err error) {
	file, err := readIDX(r, -1, defaultMaxBytes, images)
	if err != nil {
		return nil, 0, 0, err
	}
	return decodeImages(file)
}

// ReadLabels reads an IDX file of labels as ReadImages reads images. Elements are
// integers of any type, from 0 to 65,535; of labels in eight columns, QMNIST's, the
// first column is read.
func ReadLabels(r io.Reader) ([]int32, error) {
	file, err := readIDX(r, -1, defaultMaxBytes, labels)
	if err != nil {
		return nil, err
	}
	return decodeLabels(file)
}

// readIDX reads a file of the given size, −1 for unknown, whose first bytes announce
// the expected content in at most maxBytes of elements. It reads no more than a
// right file has, and one byte.
func readIDX(r io.Reader, size, maxBytes int64, c content) ([]byte, error) {
	head := make([]byte, 64<<10)
	n, err := io.ReadFull(r, head)
	head = head[:n]
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return head, nil
	} else if err != nil {
		return nil, err
	}
	most, err := longest(head, size, maxBytes, c)
	if err != nil {
		return nil, err
	}
	if size > most {
		return nil, damagef("the file is too long: it has %d bytes, what its header announces takes at most %d", size, most)
	}
	file := bytes.NewBuffer(head)
	if size > int64(n) {
		file = bytes.NewBuffer(make([]byte, 0, size+bytes.MinRead)) // no copy on the way
		file.Write(head)
	}
	if _, err := file.ReadFrom(io.LimitReader(r, most+1-int64(n))); err != nil {
		return nil, err
	}
	return file.Bytes(), nil
}

// longest returns the most bytes that a file has which begins with head.
func longest(head []byte, size, maxBytes int64, c content) (int64, error) {
	zipped := isGzip(head)
	limit := size
	if size < 0 || zipped {
		limit = math.MaxInt
	}
	var h *header
	var err error
	if zipped {
		h, err = gzipHeader(head, c, limit)
		if errors.Is(err, io.ErrUnexpectedEOF) {
			return maxBytes, nil // the header of the gzip file is longer than head
		}
	} else {
		h, err = parseHeader(head, c, limit)
	}
	if err != nil {
		return 0, err
	}
	total := int64(h.bytes())
	if total > maxBytes {
		return 0, fmt.Errorf("the file announces %d bytes, %v of %s: at most %d are read", total, h.sizes, elements[h.kind].name, maxBytes)
	}
	most := int64(h.length()) + total
	if zipped { // what cannot be compressed grows by less than this
		most += total>>6 + 128<<10
	}
	return most, nil
}

// decodeImages returns the images of an IDX file. They may share its memory.
func decodeImages(file []byte) (pixels []uint8, height, width int, err error) {
	h, body, err := decodeIDX(file, images)
	if err != nil {
		return nil, 0, 0, err
	}
	height, width = h.sizes[1], h.sizes[2]
	if h.kind == typeUint8 {
		return body, height, width, nil
	}
	pixels = make([]uint8, len(body)/elements[h.kind].size)
	for i := range pixels {
		v := h.element(body, i)
		if v < 0 || v > 255 {
			return nil, 0, 0, fmt.Errorf("pixel %d (byte %d) is %d: pixels are 0…255", i, h.length()+i*elements[h.kind].size, v)
		}
		pixels[i] = uint8(v)
	}
	return pixels, height, width, nil
}

// decodeLabels returns the labels of an IDX file.
func decodeLabels(file []byte) ([]int32, error) {
	h, body, err := decodeIDX(file, labels)
	if err != nil {
		return nil, err
	}
	columns := 1
	if len(h.sizes) == 2 {
		if columns = h.sizes[1]; columns != 1 && columns != labelColumns {
			return nil, fmt.Errorf("the labels have two dimensions, %v: not supported, but for QMNIST's %d columns", h.sizes, labelColumns)
		}
	}
	classes := make([]int32, h.sizes[0])
	for i := range classes {
		classes[i] = h.element(body, i*columns)
		if err := checkLabel(classes[i]); err != nil {
			return nil, fmt.Errorf("label %d (byte %d) %w", i, h.length()+i*columns*elements[h.kind].size, err)
		}
	}
	return classes, nil
}

// maxLabel is the largest label: a network has an output for each number up to it.
const maxLabel = 65535

func checkLabel(l int32) error {
	if l < 0 || l > maxLabel {
		return fmt.Errorf("is %d: classes are numbered from 0, to %d at most", l, maxLabel)
	}
	return nil
}

// isGzip reports whether a file begins as gzip's do.
func isGzip(file []byte) bool { return len(file) >= 2 && file[0] == 0x1f && file[1] == 0x8b }

// decodeIDX returns the header and the elements of a whole file.
func decodeIDX(file []byte, c content) (*header, []byte, error) {
	if isGzip(file) {
		return decodeGzip(file, c)
	}
	h, err := parseHeader(file, c, int64(len(file)))
	if err != nil {
		return nil, nil, err
	}
	body := file[h.length():]
	if total := h.bytes(); len(body) < total {
		return nil, nil, damagef("the file is cut off: the header says %d bytes, %v, after it are %d", total, h.sizes, len(body))
	} else if len(body) > total {
		return nil, nil, damagef("the file is too long: the header says %d bytes, %v, after it are %d", total, h.sizes, len(body))
	}
	return h, body, nil
}

// header is what an IDX file says of itself.
type header struct {
	kind  byte // of the elements
	sizes []int
}

// length returns the length of the header.
func (h *header) length() int { return 4 + 4*len(h.sizes) }

// bytes returns the length of all elements.
func (h *header) bytes() int {
	n := elements[h.kind].size
	for _, s := range h.sizes {
		n *= s
	}
	return n
}

// element returns element i of an integer type.
func (h *header) element(body []byte, i int) int32 {
	switch h.kind {
	case typeInt8:
		return int32(int8(body[i]))
	case typeInt16:
		return int32(int16(binary.BigEndian.Uint16(body[2*i:])))
	case typeInt32:
		return int32(binary.BigEndian.Uint32(body[4*i:]))
	}
	return int32(body[i])
}

// parseHeader reads the header at the begin of file. It refuses elements of more
// than limit bytes, and types that are not read.
func parseHeader(file []byte, c content, limit int64) (*header, error) {
	if len(file) >= 2 && (file[0] != 0 || file[1] != 0) {
		return nil, fmt.Errorf("this is not an IDX file: it starts with the bytes % x, not 00 00", file[:2])
	}
	dims := c.dims[0]
	if len(file) >= 4 && slices.Contains(c.dims, int(file[3])) {
		dims = int(file[3])
	}
	if length := 4 + 4*dims; len(file) < length {
		return nil, damagef("the file is cut off: it has %d bytes, the IDX header alone %d", len(file), length)
	}
	h := &header{kind: file[2]}
	e := elements[h.kind]
	switch {
	case e.size == 0:
		return nil, fmt.Errorf("byte 2 of the IDX header, the type of the elements, is %#02x: IDX has no such type", h.kind)
	case int(file[3]) != dims:
		return nil, fmt.Errorf("byte 3 of the IDX header, the number of dimensions, is %d, want %d (images have %d, labels %d)", file[3], dims, images.dims[0], labels.dims[0])
	case h.kind == typeFloat32 || h.kind == typeFloat64:
		return nil, fmt.Errorf("the elements are %s (byte 2 of the IDX header is %#02x): not supported, %s are integers", e.name, h.kind, c.what)
	}
	product := int64(e.size)
	for i := range dims {
		at := 4 + 4*i
		n := int64(binary.BigEndian.Uint32(file[at:]))
		if n == 0 {
			return nil, fmt.Errorf("dimension %d (byte %d of the IDX header) is 0", i, at)
		}
		if n > limit/product { // no product overflows
			return nil, damagef("dimension %d (byte %d of the IDX header) is %d: %w, at most %d bytes", i, at, n, errTooMuch, limit)
		}
		product *= n
		h.sizes = append(h.sizes, int(n))
	}
	return h, nil
}
