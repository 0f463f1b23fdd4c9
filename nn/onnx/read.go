package onnx

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"weft/nn/internal/tensor"
)

// Read returns the model in a file of the given size. A model whose weights lie
// in other files is an error: ReadFile and ReadFS can reach them.
func Read(r io.ReaderAt, size int64) (*Model, error) {
	m, d, err := decode(r, size)
	if err != nil {
		return nil, fmt.Errorf("onnx: %w", err)
	}
	if len(d.external) == 0 {
		return m, nil
	}
	ref := d.external[0]
	if err = ref.check(); err == nil {
		err = tensor.Unsupported("the model must be read with ReadFile or ReadFS")
	}
	return nil, ref.within(m, err)
}

// ReadFile returns the model in a file, with weights that lie in other files of
// the same folder or below it. No link leads out of the folder.
func ReadFile(name string) (*Model, error) {
	root, err := os.OpenRoot(filepath.Dir(name))
	if err != nil {
		return nil, err
	}
	defer root.Close()
	return ReadFS(root.FS(), filepath.Base(name))
}

// ReadFS returns the model in a file of fsys, with weights that lie in other files
// of the same folder or below it.
func ReadFS(fsys fs.FS, name string) (*Model, error) {
	f, size, err := open(fsys, name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	file, ok := f.(io.ReaderAt)
	if !ok {
		if size > maxFile {
			return nil, fmt.Errorf("onnx: %s has %d bytes, the format allows %d", name, size, maxFile)
		}
		data := make([]byte, size)
		if _, err := io.ReadFull(f, data); err != nil {
			return nil, fmt.Errorf("onnx: %s: %w", name, err)
		}
		file = bytes.NewReader(data)
	}
	m, d, err := decode(file, size)
	if err != nil {
		return nil, fmt.Errorf("onnx: %w", err)
	}
	used := map[string]int64{} // bytes read of each file
	for _, ref := range d.external {
		if err := ref.load(fsys, path.Dir(name), &m.Graph.Initializers[ref.initializer], used); err != nil {
			return nil, ref.within(m, err)
		}
	}
	return m, nil
}

// open opens a regular file and returns its size.
func open(fsys fs.FS, name string) (fs.File, int64, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, 0, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("onnx: %s is not a regular file", name)
	}
	if err != nil {
		f.Close()
		return nil, 0, err
	}
	return f, info.Size(), nil
}

// within names the initializer before an error.
func (ref reference) within(m *Model, err error) error {
	return fmt.Errorf("onnx: initializer %q, which lies in the file %q: %w", m.Graph.Initializers[ref.initializer].Name, ref.location, err)
}

// check refuses a path that leaves the folder of the model.
func (ref reference) check() error {
	if !fs.ValidPath(ref.location) || ref.location == "." || strings.ContainsAny(ref.location, `\:`) {
		return errors.New("the path leaves the folder of the model, or is none")
	}
	return nil
}

// load reads the data of a tensor. Tied weights may share data, so that twice the
// file may be read, and no more.
func (ref reference) load(fsys fs.FS, folder string, t *Tensor, used map[string]int64) error {
	if err := ref.check(); err != nil {
		return err
	}
	f, size, err := open(fsys, path.Join(folder, ref.location))
	if err != nil {
		return err
	}
	defer f.Close()
	n, _ := tensor.Elements(t.Shape) // checked before
	want := int64(n * t.Type.Size())
	if ref.length < 0 {
		ref.length = size - ref.offset
	}
	switch {
	case ref.length != want:
		return fmt.Errorf("%s of shape %v has %d bytes, not the %d that are there", t.Type, t.Shape, want, ref.length)
	case ref.offset > size-want:
		return fmt.Errorf("the file has %d bytes, too few for %d from %d on", size, want, ref.offset)
	}
	if used[ref.location] += want; used[ref.location] > 2*size {
		return fmt.Errorf("the weights use the file more than twice")
	}
	t.Data = make([]byte, want)
	if at, ok := f.(io.ReaderAt); ok {
		if n, err := at.ReadAt(t.Data, ref.offset); n < len(t.Data) {
			return err
		}
		return nil
	}
	if _, err := io.CopyN(io.Discard, f, ref.offset); err != nil {
		return err
	}
	_, err = io.ReadFull(f, t.Data)
	return err
}
