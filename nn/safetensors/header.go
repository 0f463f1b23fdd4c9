package safetensors

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"unicode/utf8"

	"weft/nn/internal/tensor"
)

// header is what the JSON at the beginning says.
type header struct {
	metadata map[string]string
	tensors  []Tensor // without data
	offsets  [][2]int // of each tensor's data
}

// scanner reads the JSON of a header: objects, strings, arrays of integers. It
// exists because encoding/json takes keys twice and in any case.
type scanner struct {
	text    []byte
	at      int
	numbers [tensor.MaxRank]int // the last array
}

func (s *scanner) errorf(format string, args ...any) error {
	return fmt.Errorf("header, byte %d: %w", s.at, fmt.Errorf(format, args...))
}

func parse(text []byte) (*header, error) {
	if !utf8.Valid(text) {
		return nil, fmt.Errorf("the header is not UTF-8")
	}
	if len(text) == 0 || text[0] != '{' {
		return nil, fmt.Errorf("the header does not begin with a brace")
	}
	most := bytes.Count(text, []byte(`"data_offsets"`)) // all tensors that can be in there
	s, h := &scanner{text: text}, &header{tensors: make([]Tensor, 0, most), offsets: make([][2]int, 0, most)}
	err := s.object(func(key []byte) error {
		if string(key) != metadataKey {
			return s.tensor(h, string(key))
		}
		if h.metadata != nil {
			return s.errorf("%s occurs twice", key)
		}
		h.metadata = map[string]string{}
		return s.metadata(h)
	})
	if err != nil {
		return nil, err
	}
	for ; s.at < len(text); s.at++ {
		if text[s.at] != ' ' {
			return nil, s.errorf("%q after the header's end", text[s.at])
		}
	}
	return h, nil
}

func (s *scanner) metadata(h *header) error {
	return s.object(func(key []byte) error {
		if _, ok := h.metadata[string(key)]; ok {
			return s.errorf("%s has %q twice", metadataKey, key)
		}
		if s.peek() != '"' {
			return s.errorf("%s: the value of %q is not a string", metadataKey, key)
		}
		value, err := s.string()
		h.metadata[string(key)] = string(value)
		return err
	})
}

// tensor reads the description of one.
func (s *scanner) tensor(h *header, name string) error {
	t := Tensor{Name: name, Shape: []int{}}
	var kind []byte
	var offsets [2]int
	seen := 0
	err := s.object(func(key []byte) error {
		field, n := 0, 0
		var err error
		switch string(key) {
		case "dtype":
			field = 1
			kind, err = s.string()
		case "shape":
			field = 2
			n, err = s.integers(tensor.MaxRank)
			t.Shape = append(t.Shape, s.numbers[:n]...)
		case "data_offsets":
			field = 4
			if n, err = s.integers(2); err == nil && n != 2 {
				err = s.errorf("one number where two should be")
			}
			offsets = [2]int(s.numbers[:2])
		default:
			return s.errorf("tensor %q: the format has no field %q", name, key)
		}
		if seen&field != 0 {
			return s.errorf("tensor %q has %q twice", name, key)
		}
		seen |= field
		if err != nil {
			return fmt.Errorf("tensor %q: %s: %w", name, key, err)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if seen != 7 {
		return s.errorf("tensor %q needs dtype, shape and data_offsets", name)
	}
	i := 0
	for i < len(types) && types[i].name != string(kind) {
		i++
	}
	switch {
	case others[string(kind)]:
		return tensor.Unsupported("tensor %q: Weft does not read elements of type %s: convert the tensor to F32", name, kind)
	case i == len(types):
		return s.errorf("tensor %q: the format has no element type %q", name, kind)
	}
	t.Type = types[i].kind
	h.tensors = append(h.tensors, t)
	h.offsets = append(h.offsets, offsets)
	return nil
}

// peek returns the next byte that is not white space, 0 at the end.
func (s *scanner) peek() byte {
	for ; s.at < len(s.text); s.at++ {
		switch c := s.text[s.at]; c {
		case ' ', '\t', '\n', '\r':
		default:
			return c
		}
	}
	return 0
}

func (s *scanner) expect(c byte) error {
	if got := s.peek(); got != c {
		if s.at == len(s.text) {
			return s.errorf("the JSON ends where %q should follow", c)
		}
		return s.errorf("%q where %q should follow", got, c)
	}
	s.at++
	return nil
}

// object reads an object and calls each for a key; each reads its value.
func (s *scanner) object(each func(key []byte) error) error {
	return s.list('{', '}', func() error {
		key, err := s.string()
		if err == nil {
			err = s.expect(':')
		}
		if err == nil {
			err = each(key)
		}
		return err
	})
}

// list reads what is between two brackets, with commas between the elements.
func (s *scanner) list(open, end byte, each func() error) error {
	if err := s.expect(open); err != nil {
		return err
	}
	if s.peek() == end {
		s.at++
		return nil
	}
	for {
		if err := each(); err != nil {
			return err
		}
		if s.peek() != ',' {
			return s.expect(end)
		}
		s.at++
	}
}

// string reads a string, which may lie in the text.
func (s *scanner) string() ([]byte, error) {
	if err := s.expect('"'); err != nil {
		return nil, err
	}
	begin, escaped := s.at, false
	for ; s.at < len(s.text); s.at++ {
		switch c := s.text[s.at]; {
		case c == '\\':
			escaped = true
			s.at++
		case c < ' ':
			return nil, s.errorf("a control character in a string")
		case c == '"':
			s.at++
			if !escaped {
				return s.text[begin : s.at-1], nil
			}
			var value string
			if err := json.Unmarshal(s.text[begin-1:s.at], &value); err != nil {
				return nil, s.errorf("%w", err)
			}
			return []byte(value), nil
		}
	}
	return nil, s.errorf("a string does not end")
}

// integers reads an array of numbers ≥ 0, at most that many, into s.numbers.
func (s *scanner) integers(most int) (n int, err error) {
	err = s.list('[', ']', func() error {
		if n == most {
			return s.errorf("more than %d numbers", most)
		}
		var err error
		s.numbers[n], err = s.integer()
		n++
		return err
	})
	return n, err
}

func (s *scanner) integer() (int, error) {
	n, digits := 0, 0
	for s.peek(); s.at < len(s.text); s.at, digits = s.at+1, digits+1 {
		d := int(s.text[s.at]) - '0'
		if d < 0 || d > 9 {
			break
		}
		if n > (math.MaxInt-d)/10 || digits > 0 && n == 0 {
			return 0, s.errorf("not a whole number, or too large")
		}
		n = 10*n + d
	}
	if digits == 0 || s.at < len(s.text) && (s.text[s.at] == '.' || s.text[s.at]|0x20 == 'e') {
		return 0, s.errorf("not a whole number, or too large")
	}
	return n, nil
}
