package safetensors

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"sort"
	"strconv"
	"unicode/utf8"

	"weft/nn/internal/tensor"
)

// Write writes the tensors and metadata, which may be nil. The same tensors in
// any order give the same bytes: those of the library, which sorts the largest
// elements first, then by name.
func Write(w io.Writer, tensors []Tensor, metadata map[string]string) error {
	sorted := slices.Clone(tensors)
	sort.SliceStable(sorted, func(i, j int) bool {
		a, b := sorted[i], sorted[j]
		if a.Type != b.Type {
			return rank(a.Type) > rank(b.Type)
		}
		return a.Name < b.Name
	})
	text, err := headerOf(sorted, metadata)
	if err != nil {
		return fmt.Errorf("safetensors: %w", err)
	}
	if _, err := w.Write(binary.LittleEndian.AppendUint64(nil, uint64(len(text)))); err != nil {
		return err
	}
	if _, err := w.Write(text); err != nil {
		return err
	}
	for _, t := range sorted {
		if _, err := w.Write(t.Data); err != nil {
			return err
		}
	}
	return nil
}

// rank is the place of an element type in types.
func rank(d tensor.DType) int {
	for i, t := range types {
		if t.kind == d {
			return i
		}
	}
	return -1 // Check refuses it
}

func headerOf(sorted []Tensor, metadata map[string]string) ([]byte, error) {
	out := []byte{'{'}
	comma := func() {
		if len(out) > 1 {
			out = append(out, ',')
		}
	}
	for key, value := range metadata {
		if !utf8.ValidString(key) || !utf8.ValidString(value) {
			return nil, fmt.Errorf("the metadata of %q is not UTF-8", key)
		}
	}
	if len(metadata) > 0 {
		out = append(out, `"`+metadataKey+`":`...)
		text, err := quote(metadata) // sorts the keys
		if err != nil {
			return nil, err
		}
		out = append(out, text...)
	}
	names, end := make(map[string]bool, len(sorted)), 0
	for _, t := range sorted {
		if err := t.Check(); err != nil {
			return nil, err
		}
		if names[t.Name] || t.Name == metadataKey || !utf8.ValidString(t.Name) {
			return nil, fmt.Errorf("the name %q occurs twice, belongs to the format or is not UTF-8", t.Name)
		}
		names[t.Name] = true
		comma()
		name, err := quote(t.Name)
		if err != nil {
			return nil, err
		}
		out = append(append(out, name...), `:{"dtype":"`+types[rank(t.Type)].name+`","shape":[`...)
		for i, d := range t.Shape {
			if i > 0 {
				out = append(out, ',')
			}
			out = strconv.AppendInt(out, int64(d), 10)
		}
		out = fmt.Appendf(out, `],"data_offsets":[%d,%d]}`, end, end+len(t.Data))
		end += len(t.Data)
	}
	out = append(out, '}')
	for len(out)%8 != 0 {
		out = append(out, ' ')
	}
	if len(out) > maxHeader {
		return nil, fmt.Errorf("the header would have %d bytes, the format allows %d: shorten names or metadata", len(out), maxHeader)
	}
	return out, nil
}

// quote returns a string, or a map from string to string, as JSON.
func quote[T string | map[string]string](v T) ([]byte, error) {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), nil
}
