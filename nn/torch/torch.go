// Package torch reads the weights that PyTorch saved with
//
//	torch.save(model.state_dict(), path)
//
// and checkpoints whose dictionary holds such a state_dict. The files are zip
// archives with a pickle inside, a program for a machine that can call any
// function of Python. The machine of this package knows the 31 instructions and
// the few names that state_dicts and plain values need, and can call nothing:
// a file that names anything else, such as a whole module, is refused by that
// name. To write weights for PyTorch, use the package safetensors.
package torch

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"weft/nn/internal/archive"
	"weft/nn/internal/tensor"
)

// Tensor is an array: its name, shape, element type, and its bytes in row-major
// order, little-endian.
type Tensor = tensor.Tensor

// legacy is the beginning of a file of torch.save before PyTorch 1.6.
const legacy = "\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."

// remedy is what to do in Python about a file that is refused.
const remedy = "save the weights alone, with torch.save(model.state_dict(), path)"

// Read returns the tensors of a file of the given size: those of the state_dict
// that it is, or of the only one in a checkpoint, such as {"model": …,
// "optimizer": …}. Keys lead to another one, one key for each dictionary inside
// another.
//
// The order is the file's, which is the model's; names that all begin with a
// number, those of nn.Sequential, are in the order of that number. Layouts are
// PyTorch's: a Linear's weight is [out, in], a Conv2d's [out, in, rows,
// columns]. Elements have the types that they have in the file: Tensor.Float32
// converts them. Tensors may share memory, as tied weights do.
func Read(r io.ReaderAt, size int64, keys ...string) ([]Tensor, error) {
	t, err := read(r, size, keys)
	if err != nil {
		return nil, fmt.Errorf("torch: %w", err)
	}
	return t, nil
}

func read(r io.ReaderAt, size int64, keys []string) ([]Tensor, error) {
	f, err := open(r, size)
	if err != nil {
		return nil, err
	}
	pickle, err := f.member("data.pkl", size)
	if err != nil {
		return nil, err
	}
	m := &machine{in: pickle, budget: &f.budget}
	top, err := m.run()
	if err != nil {
		return nil, fmt.Errorf("data.pkl, byte %d: %w", m.at, err)
	}
	d, err := choose(top, keys)
	if err != nil {
		return nil, err
	}
	tensors := make([]Tensor, 0, len(d.keys))
	for i, key := range d.keys {
		t, err := f.load(string(key.(text)), d.values[i].(*array))
		if err != nil {
			return nil, err
		}
		tensors = append(tensors, t)
	}
	return tensors, arrange(tensors)
}

// file is an open archive.
type file struct {
	zip    *archive.Reader
	root   string // the folder that all members lie in
	big    bool   // the machine that wrote it was big-endian
	data   map[string]content
	budget int64 // bytes that may still be allocated apart from the data
}

// content is a storage that was read.
type content struct {
	kind  tensor.DType
	bytes []byte
}

// member returns a member of at most limit bytes.
func (f *file) member(name string, limit int64) ([]byte, error) {
	m := f.zip.Find(f.root + "/" + name)
	switch {
	case m == nil:
		return nil, fmt.Errorf("the archive has no %s", name)
	case !m.Stored():
		return nil, fmt.Errorf("%s is compressed, which torch.save never does", name)
	}
	return f.zip.Bytes(m, limit)
}

func open(r io.ReaderAt, size int64) (*file, error) {
	head := make([]byte, len(legacy))
	if n, _ := r.ReadAt(head, 0); string(head[:n]) == legacy {
		return nil, tensor.Unsupported("the file has the format of PyTorch before 1.6: load it in PyTorch and %s", remedy)
	}
	z, err := archive.Open(r, size)
	if err != nil {
		return nil, err
	}
	f := &file{zip: z, data: make(map[string]content, len(z.Files)), budget: 3*size + 512<<10}
	found := 0
	for _, m := range z.Files {
		if root, name, _ := strings.Cut(m.Name, "/"); name == "data.pkl" {
			f.root = root
			found++
		}
	}
	switch {
	case found != 1:
		return nil, errors.New("not a file of torch.save: the archive needs one folder with a data.pkl")
	case z.Find(f.root+"/constants.pkl") != nil:
		return nil, tensor.Unsupported("the file is a TorchScript program: load it with torch.jit.load and %s", remedy)
	}
	if z.Find(f.root+"/byteorder") != nil { // since PyTorch 2.1
		order, err := f.member("byteorder", 16)
		if err != nil {
			return nil, err
		}
		f.big = string(order) == "big"
		if !f.big && string(order) != "little" {
			return nil, fmt.Errorf("byteorder is %q, neither little nor big", order)
		}
	}
	return f, nil
}

// choose returns the state_dict that the keys lead to, or the only one.
func choose(top object, keys []string) (*dict, error) {
	path := "the file"
	for _, key := range keys {
		d, ok := top.(*dict)
		if !ok {
			return nil, fmt.Errorf("%s is %s, no dictionary that could have the key %q", path, top.describe(), key)
		}
		at := slices.IndexFunc(d.keys, func(k object) bool { return k == text(key) })
		if at < 0 {
			return nil, fmt.Errorf("%s has no key %q but %s", path, key, d.list())
		}
		top, path = d.values[at], fmt.Sprintf("%q", key)
	}
	d, ok := top.(*dict)
	if !ok {
		return nil, fmt.Errorf("%s holds %s, no state_dict: %s", path, top.describe(), remedy)
	}
	if d.isState() {
		return d, nil
	}
	var found []string
	var inside *dict
	for i, value := range d.values {
		if state, ok := value.(*dict); ok && state.isState() {
			if key, ok := d.keys[i].(text); ok {
				found, inside = append(found, strconv.Quote(string(key))), state
			}
		}
	}
	switch len(found) {
	case 0:
		return nil, fmt.Errorf("%s is no state_dict, which has tensors alone, but has %s: give the keys that lead to one, or %s", path, d.list(), remedy)
	case 1:
		return inside, nil
	}
	return nil, fmt.Errorf("%s has several state_dicts, %s: give one of these keys", path, strings.Join(found, ", "))
}

// arrange checks the names, and sorts those that all begin with a number.
func arrange(t []Tensor) error {
	names, numbers := make(map[string]bool, len(t)), len(t) > 0
	for _, x := range t {
		if names[x.Name] || !utf8.ValidString(x.Name) {
			return fmt.Errorf("the name %q occurs twice or is not UTF-8", x.Name)
		}
		names[x.Name] = true
		_, ok := position(x.Name)
		numbers = numbers && ok
	}
	if numbers {
		slices.SortStableFunc(t, func(a, b Tensor) int {
			na, _ := position(a.Name)
			nb, _ := position(b.Name)
			return na - nb
		})
	}
	return nil
}

// position is the number of "12.weight".
func position(name string) (n int, ok bool) {
	for i, c := range []byte(name) {
		switch {
		case '0' <= c && c <= '9' && i < 9:
			n = 10*n + int(c-'0')
		default:
			return n, c == '.' && i > 0
		}
	}
	return 0, false
}
