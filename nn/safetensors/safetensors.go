// Package safetensors reads and writes files of the safetensors format, which
// holds named arrays, and nothing that can run: 8 bytes with the length of a
// header, the header in JSON, the arrays' bytes one after the other.
//
// It is as strict as the format's page and stricter than the library: the
// header begins with a brace and ends with spaces at most, a tensor has dtype,
// shape and data_offsets and no other field, nothing occurs twice, and the
// arrays cover the data without hole, overlap or rest.
//
//	https://github.com/huggingface/safetensors#format
package safetensors

import (
	"encoding/binary"
	"fmt"
	"io"
	"sort"

	"weft/nn/internal/tensor"
)

// Tensor is an array: its name, shape, element type, and its bytes in row-major
// order, little-endian.
type Tensor = tensor.Tensor

const (
	maxHeader   = 100_000_000 // the limit of the library
	metadataKey = "__metadata__"
)

// types are the element types that Weft reads, in the order in which the library
// sorts them.
var types = []struct {
	name string
	kind tensor.DType
}{
	{"BOOL", tensor.Bool}, {"U8", tensor.U8}, {"I8", tensor.I8}, {"F8_E5M2", tensor.F8E5M2}, {"F8_E4M3", tensor.F8E4M3},
	{"I16", tensor.I16}, {"U16", tensor.U16}, {"F16", tensor.F16}, {"BF16", tensor.BF16},
	{"I32", tensor.I32}, {"U32", tensor.U32}, {"F32", tensor.F32}, {"F64", tensor.F64}, {"I64", tensor.I64}, {"U64", tensor.U64},
}

// others are element types of the format that Weft lacks.
var others = map[string]bool{"F4": true, "F6_E2M3": true, "F6_E3M2": true, "F8_E8M0": true, "F8_E4M3FNUZ": true, "F8_E5M2FNUZ": true, "C64": true}

// Read returns the tensors of a file of the given size, sorted by name with
// numbers by their value ("2.weight" before "10.weight": the file itself does
// not keep the model's order), and its metadata, nil where there is none. The
// elements have the types that they have in the file: Tensor.Float32 converts
// them. The tensors share one block of memory.
func Read(r io.ReaderAt, size int64) ([]Tensor, map[string]string, error) {
	h, start, err := readHeader(r, size)
	if err != nil {
		return nil, nil, fmt.Errorf("safetensors: %w", err)
	}
	if err := h.tile(size - start); err != nil {
		return nil, nil, fmt.Errorf("safetensors: %w", err)
	}
	data := make([]byte, size-start)
	if n, err := r.ReadAt(data, start); n < len(data) {
		return nil, nil, fmt.Errorf("safetensors: the data: %w", unexpected(err))
	}
	for i := range h.tensors {
		from, to := h.offsets[i][0], h.offsets[i][1]
		h.tensors[i].Data = data[from:to:to]
	}
	tensor.Sort(h.tensors)
	for i := 1; i < len(h.tensors); i++ {
		if h.tensors[i].Name == h.tensors[i-1].Name {
			return nil, nil, fmt.Errorf("safetensors: two tensors are named %q", h.tensors[i].Name)
		}
	}
	return h.tensors, h.metadata, nil
}

// readHeader reads and parses the header, and returns where the data begins.
func readHeader(r io.ReaderAt, size int64) (h *header, start int64, err error) {
	var length [8]byte
	if size < int64(len(length)) {
		return nil, 0, fmt.Errorf("the file has %d bytes, a safetensors file has at least 8", size)
	}
	if n, err := r.ReadAt(length[:], 0); n < len(length) {
		return nil, 0, unexpected(err)
	}
	n := binary.LittleEndian.Uint64(length[:])
	switch {
	case n > maxHeader:
		return nil, 0, fmt.Errorf("the header would have %d bytes, the format allows %d: not a safetensors file", n, maxHeader)
	case n > uint64(size)-8:
		return nil, 0, fmt.Errorf("the header has %d bytes, but the file only %d: it is cut off, or not a safetensors file", n, size)
	}
	text := make([]byte, n)
	if k, err := r.ReadAt(text, 8); k < len(text) {
		return nil, 0, fmt.Errorf("the header: %w", unexpected(err))
	}
	h, err = parse(text)
	return h, 8 + int64(n), err
}

// unexpected is the error of a read that gave too few bytes.
func unexpected(err error) error {
	if err == nil || err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// tile checks that shapes and offsets agree and that the tensors cover the
// data, of length bytes, exactly.
func (h *header) tile(length int64) error {
	order := make([]int, len(h.tensors))
	for i, t := range h.tensors {
		order[i] = i
		n, ok := tensor.Elements(t.Shape)
		if !ok {
			return fmt.Errorf("tensor %q: shape %v is too large", t.Name, t.Shape)
		}
		if from, to := h.offsets[i][0], h.offsets[i][1]; to < from || to-from != n*t.Type.Size() {
			return fmt.Errorf("tensor %q: %s of shape %v has %d bytes, data_offsets are [%d, %d]", t.Name, t.Type, t.Shape, n*t.Type.Size(), from, to)
		}
	}
	sort.Slice(order, func(i, j int) bool {
		a, b := h.offsets[order[i]], h.offsets[order[j]]
		return a[0] < b[0] || a[0] == b[0] && a[1] < b[1]
	})
	end := 0
	for _, i := range order {
		switch from := h.offsets[i][0]; {
		case from < end:
			return fmt.Errorf("tensor %q begins at %d, inside the tensor before it, which ends at %d", h.tensors[i].Name, from, end)
		case from > end:
			return fmt.Errorf("a hole lies before tensor %q, from %d to %d", h.tensors[i].Name, end, from)
		}
		end = h.offsets[i][1]
	}
	switch {
	case int64(end) > length:
		return fmt.Errorf("the file is cut off: it has %d bytes of data, the header describes %d", length, end)
	case int64(end) < length:
		return fmt.Errorf("trailing data: the file has %d bytes of data, the header describes %d", length, end)
	}
	return nil
}

// NewTensor returns a float32 tensor of the given values, row-major. It panics where
// they are not as many as the shape says.
func NewTensor(name string, shape []int, values []float32) Tensor {
	return tensor.New(name, shape, values)
}
