package npz

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"weft/nn/internal/tensor"
)

// header is what an array's header says.
type header struct {
	kind    tensor.DType
	big     bool // big-endian
	fortran bool // the first index runs fastest
	shape   []int
}

// literal reads the Python literal of a header: a dictionary of strings, truth
// values and tuples of integers. Nothing is evaluated.
type literal struct{ text string }

// parse reads a header, which has exactly the keys descr, fortran_order and shape.
func parse(text string) (h header, err error) {
	l, seen := literal{text}, 0
	if err := l.expect('{'); err != nil {
		return h, err
	}
	for l.peek() != '}' {
		key, err := l.string()
		if err == nil {
			err = l.expect(':')
		}
		if err != nil {
			return h, err
		}
		bit := map[string]int{"descr": 1, "fortran_order": 2, "shape": 4}[key]
		if bit == 0 || seen&bit != 0 {
			return h, fmt.Errorf("header: the key %q does not exist or occurs twice", key)
		}
		seen |= bit
		switch key {
		case "descr":
			err = l.descr(&h)
		case "fortran_order":
			h.fortran, err = l.truth()
		default:
			h.shape, err = l.tuple()
		}
		if err != nil {
			return h, fmt.Errorf("header: %s: %w", key, err)
		}
		if l.peek() != ',' {
			break
		}
		l.text = l.text[1:]
	}
	if err := l.expect('}'); err != nil {
		return h, err
	}
	if seen != 7 {
		return h, errors.New("header: descr, fortran_order or shape is missing")
	}
	if l.peek() != 0 || l.text != "" {
		return h, errors.New("header: other text follows the dictionary")
	}
	return h, nil
}

// descr reads the element type.
func (l *literal) descr(h *header) error {
	switch l.peek() {
	case '[', '(':
		return tensor.Unsupported("the elements are structures, which Weft does not read: save each field as an array of its own")
	}
	s, err := l.string()
	if err != nil {
		return err
	}
	if s == "" {
		return errors.New("the element type is empty")
	}
	order, kind := s[0], s[1:]
	if strings.IndexByte("<>|", order) < 0 {
		order, kind = '|', s
	}
	d, ok := kinds[kind]
	switch {
	case kind == "":
		return fmt.Errorf("the element type %q does not exist", s)
	case !ok && refused[kind[0]] != "":
		return tensor.Unsupported("the element type is %q, %s: convert the array to float32", s, refused[kind[0]])
	case !ok, order == '|' && d.Size() > 1:
		return fmt.Errorf("the element type %q does not exist", s)
	}
	h.kind, h.big = d, order == '>'
	return nil
}

// peek returns the next byte that is not white space, 0 at the end.
func (l *literal) peek() byte {
	l.text = strings.TrimLeft(l.text, " \t\r\n")
	if l.text == "" {
		return 0
	}
	return l.text[0]
}

func (l *literal) expect(c byte) error {
	if got := l.peek(); got != c {
		return fmt.Errorf("header: %q where %q should follow", string(l.text[:min(1, len(l.text))]), c)
	}
	l.text = l.text[1:]
	return nil
}

// string reads a string without escapes.
func (l *literal) string() (string, error) {
	quote := l.peek()
	if quote != '\'' && quote != '"' {
		return "", fmt.Errorf("%.20q is not a string", l.text)
	}
	s, rest, ok := strings.Cut(l.text[1:], string(rune(quote)))
	if !ok || strings.ContainsAny(s, "\\\n") {
		return "", errors.New("a string does not end or has escapes")
	}
	l.text = rest
	return s, nil
}

func (l *literal) truth() (bool, error) {
	l.peek()
	for _, word := range []string{"False", "True"} {
		if rest, ok := strings.CutPrefix(l.text, word); ok {
			l.text = rest
			return word == "True", nil
		}
	}
	return false, fmt.Errorf("%.20q is neither True nor False", l.text)
}

// tuple reads a tuple of integers: (), (3,), (3, 4), (3, 4,).
func (l *literal) tuple() ([]int, error) {
	if l.peek() != '(' {
		return nil, fmt.Errorf("%.20q is not a tuple of integers", l.text)
	}
	l.text = l.text[1:]
	list, comma := []int{}, false
	for l.peek() != ')' {
		if len(list) == tensor.MaxRank || len(list) > 0 && !comma {
			return nil, fmt.Errorf("not a tuple of at most %d integers", tensor.MaxRank)
		}
		n, err := l.integer()
		if err != nil {
			return nil, err
		}
		list, comma = append(list, n), l.peek() == ','
		if comma {
			l.text = l.text[1:]
		}
	}
	if len(list) == 1 && !comma {
		return nil, errors.New("not a tuple of integers: a comma is missing")
	}
	l.text = l.text[1:]
	return list, nil
}

// integer reads an integer ≥ 0, of Python 2 too: 3L.
func (l *literal) integer() (int, error) {
	n, digits := 0, 0
	for l.peek(); digits < len(l.text) && '0' <= l.text[digits] && l.text[digits] <= '9'; digits++ {
		d := int(l.text[digits] - '0')
		if n > (math.MaxInt-d)/10 {
			return 0, fmt.Errorf("%.30s is too large", l.text)
		}
		n = 10*n + d
	}
	if digits == 0 {
		return 0, fmt.Errorf("%.20q is not an integer of at least 0", l.text)
	}
	l.text = strings.TrimPrefix(l.text[digits:], "L")
	return n, nil
}
