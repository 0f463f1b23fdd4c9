// Package npz reads and writes NumPy's files: .npy, one array, and .npz, a zip
// archive of them. Every number type, byte order, memory order and version of
// the format (1 to 3) is read; arrays of Python objects, which are pickles that
// could run code, are refused, and so are structures, strings, dates and
// complex numbers.
//
// It is stricter than NumPy: data after an array and two members of one name
// are errors, and what an archive inflates to is limited.
//
//	https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
package npz

import (
	"archive/zip"
	"bytes"
	"fmt"
	"hash/crc32"
	"io"
	"strings"
	"unicode/utf8"

	"weft/nn/internal/archive"
	"weft/nn/internal/tensor"
)

// Tensor is an array: its name, shape, element type, and its bytes in row-major
// order, little-endian.
type Tensor = tensor.Tensor

const suffix = ".npy"

// Read returns the arrays of an .npz file of the given size, sorted by name with
// numbers by their value ("arr_2" before "arr_10"). Names lack their ".npy". The
// arrays may have three times the bytes of the file, as weights always do and
// most data; ReadLimit takes more.
func Read(r io.ReaderAt, size int64) ([]Tensor, error) {
	return ReadLimit(r, size, 3*size+512<<10)
}

// ReadLimit is Read for arrays of at most limit bytes together.
func ReadLimit(r io.ReaderAt, size, limit int64) ([]Tensor, error) {
	z, err := archive.Open(r, size)
	if err != nil {
		if npy(r) {
			err = fmt.Errorf("one array, an .npy file: read it with ReadArray")
		}
		return nil, fmt.Errorf("npz: %w", err)
	}
	total := int64(0)
	for i := range z.Files {
		f := &z.Files[i]
		name, ok := strings.CutSuffix(f.Name, suffix)
		if !ok || !utf8.ValidString(name) {
			return nil, fmt.Errorf("npz: member %q is not an array: its name should be UTF-8 and end in %s", f.Name, suffix)
		}
		if total += f.Size; total > limit || total < 0 {
			return nil, fmt.Errorf("npz: the arrays have more than %d bytes, in an archive of %d: read it with ReadLimit, or save it with np.savez instead of np.savez_compressed", limit, size)
		}
	}
	tensors := make([]Tensor, 0, len(z.Files))
	for i := range z.Files {
		t, err := readMember(z, &z.Files[i])
		if err != nil {
			return nil, fmt.Errorf("npz: %w", err)
		}
		tensors = append(tensors, t)
	}
	tensor.Sort(tensors)
	return tensors, nil
}

func readMember(z *archive.Reader, f *archive.File) (Tensor, error) {
	in, err := z.Open(f)
	if err != nil {
		return Tensor{}, err
	}
	t, err := readArray(in, f.Size)
	if err == nil {
		err = archive.End(in)
	}
	if err != nil {
		return Tensor{}, fmt.Errorf("array %q: %w", f.Name, err)
	}
	t.Name = strings.TrimSuffix(f.Name, suffix)
	return t, nil
}

// npy reports whether a file is one array.
func npy(r io.ReaderAt) bool {
	head := make([]byte, len(magic))
	r.ReadAt(head, 0) // too few bytes are no magic
	return string(head) == magic
}

// Write writes an .npz file of the tensors, in their order and uncompressed, as
// np.savez does. The same tensors give the same bytes.
func Write(w io.Writer, tensors []Tensor) error {
	z := zip.NewWriter(w)
	names := make(map[string]bool, len(tensors))
	for _, t := range tensors {
		if t.Name == "" || names[t.Name] || !utf8.ValidString(t.Name) {
			return fmt.Errorf("npz: the name %q is empty, not UTF-8 or occurs twice", t.Name)
		}
		names[t.Name] = true
		head, err := headerOf(t)
		if err != nil {
			return fmt.Errorf("npz: %w", err)
		}
		size := uint64(len(head) + len(t.Data))
		h := &zip.FileHeader{
			Name: t.Name + suffix, ReaderVersion: 20, CompressedSize64: size, UncompressedSize64: size,
			CRC32: crc32.Update(crc32.ChecksumIEEE(head), crc32.IEEETable, t.Data),
		}
		//lint:ignore SA1019 CreateRaw writes this field, not Modified
		h.ModifiedDate = 1<<5 | 1 // 1980-01-01: no clock
		if strings.ContainsFunc(t.Name, func(r rune) bool { return r >= utf8.RuneSelf }) {
			h.Flags = 1 << 11 // the name is UTF-8
		}
		out, err := z.CreateRaw(h)
		if err != nil {
			return fmt.Errorf("npz: %w", err)
		}
		if _, err := io.Copy(out, io.MultiReader(bytes.NewReader(head), bytes.NewReader(t.Data))); err != nil {
			return err
		}
	}
	return z.Close()
}

// NewTensor returns a float32 tensor of the given values, row-major. It panics where
// they are not as many as the shape says.
func NewTensor(name string, shape []int, values []float32) Tensor {
	return tensor.New(name, shape, values)
}
