package npz

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"

	"weft/nn/internal/archive"
	"weft/nn/internal/tensor"
)

const (
	magic     = "\x93NUMPY"
	maxHeader = 1 << 20
	alignment = 64 // of the data in files that NumPy and Weft write
)

// kinds are the element types after the byte order in descr.
var kinds = map[string]tensor.DType{
	"f2": tensor.F16, "f4": tensor.F32, "f8": tensor.F64, "i1": tensor.I8, "i2": tensor.I16, "i4": tensor.I32, "i8": tensor.I64,
	"u1": tensor.U8, "u2": tensor.U16, "u4": tensor.U32, "u8": tensor.U64, "b1": tensor.Bool,
}

// refused are the first letters of types that Weft lacks.
var refused = map[byte]string{
	'O': "Python objects, which are pickles and could run code", 'c': "complex numbers", 'f': "floats of an unusual size", 'S': "strings", 'a': "strings", 'U': "strings",
	'V': "structures or raw bytes (bfloat16 among them: convert it to float32)", 'M': "dates", 'm': "time differences",
}

// ReadArray returns the array of an .npy file of the given size. Its name is empty.
func ReadArray(r io.ReaderAt, size int64) (Tensor, error) {
	in := io.NewSectionReader(r, 0, size)
	t, err := readArray(in, size)
	if err == nil {
		err = archive.End(in)
	}
	if err != nil {
		return Tensor{}, fmt.Errorf("npz: %w", err)
	}
	return t, nil
}

// readArray reads an .npy file of size bytes. The caller checks the end.
func readArray(in io.Reader, size int64) (t Tensor, err error) {
	var lead [12]byte // magic, version, length of the header
	if _, err := io.ReadFull(in, lead[:10]); err != nil || string(lead[:6]) != magic {
		return t, notNPY(lead[:], err)
	}
	begin, length := int64(10), int64(binary.LittleEndian.Uint16(lead[8:]))
	switch lead[6] {
	case 1:
	case 2, 3:
		if _, err := io.ReadFull(in, lead[10:]); err != nil {
			return t, cut(err)
		}
		begin, length = 12, int64(binary.LittleEndian.Uint32(lead[8:]))
	}
	if lead[6] < 1 || lead[6] > 3 || lead[7] != 0 {
		return t, fmt.Errorf("version %d.%d of the NPY format: 1.0, 2.0 and 3.0 exist", lead[6], lead[7])
	}
	if length > maxHeader || length > size-begin {
		return t, fmt.Errorf("the header has %d bytes, in a file of %d: at most %d are read", length, size, maxHeader)
	}
	text := make([]byte, length)
	if _, err := io.ReadFull(in, text); err != nil {
		return t, cut(err)
	}
	h, err := parse(string(text))
	if err != nil {
		return t, err
	}
	n, ok := tensor.Elements(h.shape)
	if left := size - begin - length; !ok || int64(n)*int64(h.kind.Size()) != left {
		return t, fmt.Errorf("an array of shape %v and type %s does not have the %d bytes that follow the header: the file is cut off, damaged or has trailing data", h.shape, h.kind, left)
	}
	t = Tensor{Shape: h.shape, Type: h.kind, Data: make([]byte, n*h.kind.Size())}
	if h.fortran && len(h.shape) > 1 {
		err = readColumns(in, t)
	} else {
		_, err = io.ReadFull(in, t.Data)
	}
	if err != nil {
		return t, cut(err)
	}
	if h.big {
		tensor.Swap(t.Data, t.Type.Size())
	}
	return t, nil
}

func cut(err error) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return errors.New("the file is cut off")
	}
	return err
}

func notNPY(head []byte, err error) error {
	switch {
	case err != nil && err != io.EOF && err != io.ErrUnexpectedEOF:
		return err
	case archive.IsZip(head):
		return errors.New("not an .npy file but a zip archive, an .npz file: read it with Read")
	case head[0] == 0x80:
		return errors.New("not an .npy file but a pickle, which could run code: save the array with np.save")
	}
	return errors.New("not an .npy file: it does not begin with \\x93NUMPY")
}

// readColumns reads elements whose first index runs fastest into rows.
func readColumns(in io.Reader, t Tensor) error {
	rank, size := len(t.Shape), t.Type.Size()
	strides, index := make([]int, rank), make([]int, rank)
	for d, s := rank-1, size; d >= 0; d-- {
		strides[d] = s
		s *= t.Shape[d]
	}
	buffer := make([]byte, min(len(t.Data), 32<<10))
	for left, to := len(t.Data), 0; left > 0; {
		part := buffer[:min(left, len(buffer))]
		if _, err := io.ReadFull(in, part); err != nil {
			return err
		}
		left -= len(part)
		for ; len(part) > 0; part = part[size:] {
			copy(t.Data[to:to+size], part)
			for d := 0; d < rank; d++ {
				to += strides[d]
				if index[d]++; index[d] < t.Shape[d] {
					break
				}
				to -= strides[d] * t.Shape[d]
				index[d] = 0
			}
		}
	}
	return nil
}

// WriteArray writes a tensor as an .npy file, version 1.0, row-major and
// little-endian. The format has no names, no bfloat16 and no float8.
func WriteArray(w io.Writer, t Tensor) error {
	head, err := headerOf(t)
	if err != nil {
		return fmt.Errorf("npz: %w", err)
	}
	if _, err := w.Write(head); err != nil {
		return err
	}
	_, err = w.Write(t.Data)
	return err
}

// headerOf returns all that comes before the data.
func headerOf(t Tensor) ([]byte, error) {
	if err := t.Check(); err != nil {
		return nil, err
	}
	descr := ""
	for kind, d := range kinds {
		if d == t.Type {
			descr = "<" + kind
		}
	}
	if descr == "" {
		return nil, tensor.Unsupported("tensor %q: NumPy has no %s: convert it to float32", t.Name, t.Type)
	}
	if t.Type.Size() == 1 {
		descr = "|" + descr[1:]
	}
	var shape strings.Builder
	for _, d := range t.Shape {
		fmt.Fprintf(&shape, "%d, ", d)
	}
	tuple := strings.TrimSuffix(shape.String(), " ")
	if len(t.Shape) != 1 { // (3,) but (3, 4)
		tuple = strings.TrimSuffix(tuple, ",")
	}
	text := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': (%s), }", descr, tuple)
	length := len(text) + 1
	length += (alignment - (10+length)%alignment) % alignment
	head := binary.LittleEndian.AppendUint16([]byte(magic+"\x01\x00"), uint16(length))
	return append(head, text+strings.Repeat(" ", length-1-len(text))+"\n"...), nil
}
