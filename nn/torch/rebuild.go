package torch

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"weft/nn/internal/tensor"
)

var errTensor = errors.New("a tensor is not described as torch.save does it")

// persistent reads a reference to a storage:
// ('storage', torch.FloatStorage, key, location, elements).
func persistent(id object) (*storage, error) {
	t, ok := id.(tuple)
	if !ok || len(t) != 5 || t[0] != text("storage") {
		return nil, errTensor
	}
	kind, isKind := t[1].(global)
	key, isKey := t[2].(text)
	_, isPlace := t[3].(text)
	length, isLength := t[4].(integer)
	d, isStorage := storages[string(kind)]
	if !isKind || !isStorage || !isKey || !isPlace || !isLength || length < 0 || length > math.MaxInt>>4 || strings.Contains(string(key), "/") {
		return nil, errTensor
	}
	return &storage{kind: d, key: string(key), length: int(length)}, nil
}

// call makes what one of the known functions would return.
func (m *machine) call(f, args object) (object, error) {
	name, ok := f.(global)
	a, isTuple := args.(tuple)
	if !ok || !isTuple {
		return nil, fmt.Errorf("the pickle calls %s", f.describe())
	}
	switch string(name) {
	case orderedDict:
		if len(a) != 0 {
			return nil, errors.New("an OrderedDict is not described as torch.save does it")
		}
		return &dict{}, m.spend(48)
	case rebuildTensor: // storage, offset, size, stride, requires_grad, hooks, maybe metadata
		if len(a) != 6 && len(a) != 7 {
			return nil, errTensor
		}
		return m.view(a)
	case rebuildParameter: // data, requires_grad, hooks
		if len(a) == 3 {
			if t, ok := a[0].(*array); ok {
				return t, nil
			}
		}
		return nil, errTensor
	}
	return nil, fmt.Errorf("the pickle calls %s", f.describe())
}

// view checks that a tensor lies inside of its storage.
func (m *machine) view(a tuple) (*array, error) {
	of, isStorage := a[0].(*storage)
	offset, isOffset := a[1].(integer)
	shape, isShape := integers(a[2])
	stride, isStride := integers(a[3])
	hooks, isHooks := a[5].(*dict)
	if !isStorage || !isOffset || !isShape || !isStride || !isHooks || len(hooks.keys) > 0 {
		return nil, errTensor
	}
	n, ok := tensor.Elements(shape)
	if !ok || len(shape) != len(stride) || len(shape) > tensor.MaxRank || offset < 0 || offset > integer(of.length) {
		return nil, fmt.Errorf("a tensor of shape %v and stride %v does not exist", shape, stride)
	}
	last := int(offset)
	for i := range shape {
		if n == 0 || shape[i] == 1 {
			continue
		}
		if stride[i] > (of.length-last)/(shape[i]-1) {
			return nil, fmt.Errorf("a tensor of shape %v, stride %v and offset %d leaves its storage of %d elements", shape, stride, offset, of.length)
		}
		last += stride[i] * (shape[i] - 1)
	}
	if n > 0 && last >= of.length {
		return nil, fmt.Errorf("a tensor of shape %v, stride %v and offset %d leaves its storage of %d elements", shape, stride, offset, of.length)
	}
	return &array{of: of, offset: int(offset), shape: shape, stride: stride}, m.spend(96 + 16*len(shape))
}

// integers returns the elements of a tuple of integers ≥ 0.
func integers(o object) ([]int, bool) {
	t, ok := o.(tuple)
	if !ok || len(t) > tensor.MaxRank {
		return nil, false
	}
	out := make([]int, len(t))
	for i, x := range t {
		n, ok := x.(integer)
		if !ok || n < 0 || n > math.MaxInt>>4 {
			return nil, false
		}
		out[i] = int(n)
	}
	return out, true
}

// load gives a tensor its name and its data.
func (f *file) load(name string, a *array) (Tensor, error) {
	t := Tensor{Name: name, Shape: a.shape, Type: a.of.kind}
	size := a.of.kind.Size()
	data, err := f.storage(a.of)
	if err != nil {
		return t, fmt.Errorf("tensor %q: %w", name, err)
	}
	n, _ := tensor.Elements(a.shape)
	if a.contiguous() {
		if n > 0 {
			from, to := a.offset*size, (a.offset+n)*size
			t.Data = data[from:to:to]
		}
		return t, nil
	}
	if f.budget -= int64(n) * int64(size); f.budget < 0 {
		return t, fmt.Errorf("tensor %q of shape %v and stride %v repeats its storage too often: save it after contiguous()", name, a.shape, a.stride)
	}
	t.Data = make([]byte, 0, n*size)
	index := make([]int, len(a.shape))
	for from := a.offset * size; len(t.Data) < n*size; {
		t.Data = append(t.Data, data[from:from+size]...)
		for d := len(index) - 1; d >= 0; d-- {
			from += a.stride[d] * size
			if index[d]++; index[d] < a.shape[d] {
				break
			}
			from -= a.stride[d] * size * a.shape[d]
			index[d] = 0
		}
	}
	return t, nil
}

// contiguous reports whether the elements lie row-major one after the other.
func (a *array) contiguous() bool {
	n, _ := tensor.Elements(a.shape)
	for d, next := len(a.shape)-1, 1; n > 0 && d >= 0; d-- {
		if a.shape[d] != 1 && a.stride[d] != next {
			return false
		}
		next *= a.shape[d]
	}
	return true
}

// storage returns the bytes of a storage, which each is read once.
func (f *file) storage(s *storage) ([]byte, error) {
	c, ok := f.data[s.key]
	if !ok {
		data, err := f.member("data/"+s.key, math.MaxInt64)
		if err != nil {
			return nil, err
		}
		if f.big {
			tensor.Swap(data, s.kind.Size())
		}
		c = content{s.kind, data}
		f.data[s.key] = c
	}
	if c.kind != s.kind || len(c.bytes) != s.length*s.kind.Size() {
		return nil, fmt.Errorf("its storage data/%s has %d bytes of %s, not %d elements of %s", s.key, len(c.bytes), c.kind, s.length, s.kind)
	}
	return c.bytes, nil
}
