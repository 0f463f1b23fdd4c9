package archive

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"unicode/utf8"
)

// value is a part of a JSON text, not yet decoded: what is never asked for costs
// no memory.
type value []byte

// maxDepth is how deep lists and objects may nest; Keras's configs reach 10.
const maxDepth = 64

// parseJSON checks a whole text: syntax, UTF-8, depth.
func parseJSON(text []byte) (value, error) {
	if !utf8.Valid(text) {
		return nil, errors.New("it is not UTF-8")
	}
	s := &scanner{text: text}
	s.space()
	start := s.pos
	if err := s.value(0); err != nil {
		return nil, err
	}
	end := s.pos
	if s.space(); s.pos < len(text) {
		return nil, s.bad("the end")
	}
	return value(text[start:end]), nil
}

// scanner walks through a JSON text.
type scanner struct {
	text []byte
	pos  int
}

func (s *scanner) bad(want string) error {
	if s.pos >= len(s.text) {
		return fmt.Errorf("it is cut: %s expected at byte %d", want, s.pos)
	}
	return fmt.Errorf("%s expected at byte %d, found %q", want, s.pos, s.text[s.pos:min(len(s.text), s.pos+8)])
}

func (s *scanner) peek() byte {
	if s.pos < len(s.text) {
		return s.text[s.pos]
	}
	return 0
}

func (s *scanner) space() {
	for s.pos < len(s.text) && (s.text[s.pos] == ' ' || s.text[s.pos] == '\n' || s.text[s.pos] == '\t' || s.text[s.pos] == '\r') {
		s.pos++
	}
}

// take skips one byte that must be there, and the space after it.
func (s *scanner) take(b byte) error {
	if s.peek() != b {
		return s.bad(strconv.QuoteRune(rune(b)))
	}
	s.pos++
	s.space()
	return nil
}

// value skips a value.
func (s *scanner) value(depth int) error {
	if depth > maxDepth {
		return fmt.Errorf("more than %d nested lists and objects", maxDepth)
	}
	switch b := s.peek(); {
	case b == '{':
		return s.object(depth, func(string, value) error { return nil })
	case b == '[':
		return s.list(depth, func(value) error { return nil })
	case b == '"':
		return s.text1()
	case b == '-' || b >= '0' && b <= '9':
		return s.number()
	}
	for _, word := range []string{"null", "true", "false"} {
		if len(s.text)-s.pos >= len(word) && string(s.text[s.pos:s.pos+len(word)]) == word {
			s.pos += len(word)
			return nil
		}
	}
	return s.bad("a value")
}

// object skips an object and hands out its members. Keys are decoded only where
// they have escapes.
func (s *scanner) object(depth int, member func(key string, v value) error) error {
	if err := s.take('{'); err != nil {
		return err
	}
	for first := true; s.peek() != '}'; first = false {
		if !first {
			if err := s.take(','); err != nil {
				return err
			}
		}
		start := s.pos
		if err := s.text1(); err != nil {
			return err
		}
		key := value(s.text[start:s.pos])
		s.space()
		if err := s.take(':'); err != nil {
			return err
		}
		start = s.pos
		if err := s.value(depth + 1); err != nil {
			return err
		}
		v := value(s.text[start:s.pos])
		s.space()
		name, _ := key.text()
		if err := member(name, v); err != nil {
			return err
		}
	}
	s.pos++
	return nil
}

// list skips a list and hands out its values.
func (s *scanner) list(depth int, item func(v value) error) error {
	if err := s.take('['); err != nil {
		return err
	}
	for first := true; s.peek() != ']'; first = false {
		if !first {
			if err := s.take(','); err != nil {
				return err
			}
		}
		start := s.pos
		if err := s.value(depth + 1); err != nil {
			return err
		}
		if err := item(value(s.text[start:s.pos])); err != nil {
			return err
		}
		s.space()
	}
	s.pos++
	return nil
}

// text1 skips a string.
func (s *scanner) text1() error {
	if s.peek() != '"' {
		return s.bad("a string")
	}
	for s.pos++; s.pos < len(s.text); s.pos++ {
		switch b := s.text[s.pos]; {
		case b == '"':
			s.pos++
			return nil
		case b < ' ':
			return s.bad("no control character")
		case b == '\\':
			if s.pos++; s.peek() != 'u' {
				if !contains(`"\/bfnrt`, s.peek()) {
					return s.bad("an escape")
				}
				continue
			}
			for range 4 {
				if s.pos++; !contains("0123456789abcdefABCDEF", s.peek()) {
					return s.bad("a hexadecimal digit")
				}
			}
		}
	}
	return s.bad("the end of a string")
}

func contains(set string, b byte) bool {
	for i := range len(set) {
		if set[i] == b {
			return true
		}
	}
	return false
}

// number skips a number of JSON: no leading zeros, no NaN.
func (s *scanner) number() error {
	digits := func() error {
		if b := s.peek(); b < '0' || b > '9' {
			return s.bad("a digit")
		}
		for s.peek() >= '0' && s.peek() <= '9' {
			s.pos++
		}
		return nil
	}
	if s.peek() == '-' {
		s.pos++
	}
	if s.peek() == '0' {
		s.pos++
	} else if err := digits(); err != nil {
		return err
	}
	if s.peek() == '.' {
		s.pos++
		if err := digits(); err != nil {
			return err
		}
	}
	if b := s.peek(); b == 'e' || b == 'E' {
		if s.pos++; s.peek() == '+' || s.peek() == '-' {
			s.pos++
		}
		return digits()
	}
	return nil
}

// member is one key of an object with its value.
type member struct {
	key string
	value
}

// members returns the members of an object in their order. A key that occurs twice
// is an error: which of the two counts depends on the reader.
func (v value) members() ([]member, error) {
	if v.kind() != "an object" {
		return nil, fmt.Errorf("%s where an object is expected", v.kind())
	}
	var out []member
	s := &scanner{text: v}
	err := s.object(0, func(key string, v value) error {
		for _, m := range out {
			if m.key == key {
				return fmt.Errorf("the key %q occurs twice", key)
			}
		}
		if len(out) >= maxMembers {
			return fmt.Errorf("more than %d keys in an object", maxMembers)
		}
		out = append(out, member{key, v})
		return nil
	})
	return out, err
}

// maxMembers is the most keys of an object; Keras's reach 30.
const maxMembers = 200

// items returns the values of a list.
func (v value) items() ([]value, error) {
	if v.kind() != "a list" {
		return nil, fmt.Errorf("%s where a list is expected", v.kind())
	}
	count := 0
	s := &scanner{text: v}
	if err := s.list(0, func(value) error { count++; return nil }); err != nil || count == 0 {
		return nil, err
	}
	if count > maxItems {
		return nil, fmt.Errorf("%d values in a list, at most %d are read", count, maxItems)
	}
	out := make([]value, 0, count)
	s = &scanner{text: v}
	err := s.list(0, func(v value) error { out = append(out, v); return nil })
	return out, err
}

// maxItems is the most values of a list: layers of a model, numbers of a
// normalization.
const maxItems = 10_000

// kind names what a value is.
func (v value) kind() string {
	if len(v) == 0 {
		return "nothing"
	}
	switch v[0] {
	case '{':
		return "an object"
	case '[':
		return "a list"
	case '"':
		return "a string"
	case 'n':
		return "null"
	case 't', 'f':
		return "a truth value"
	}
	return "a number"
}

// null reports whether the value is missing or null.
func (v value) null() bool { return len(v) == 0 || v[0] == 'n' }

func (v value) text() (string, error) {
	if v.kind() != "a string" {
		return "", fmt.Errorf("%s where a string is expected", v.kind())
	}
	inner := v[1 : len(v)-1]
	for _, b := range inner {
		if b == '\\' {
			var s string
			err := json.Unmarshal(v, &s)
			return s, err
		}
	}
	return string(inner), nil
}

func (v value) boolean() (bool, error) {
	if v.kind() != "a truth value" {
		return false, fmt.Errorf("%s where true or false is expected", v.kind())
	}
	return v[0] == 't', nil
}

func (v value) number() (float64, error) {
	if v.kind() != "a number" {
		return 0, fmt.Errorf("%s where a number is expected", v.kind())
	}
	f, err := strconv.ParseFloat(string(v), 64)
	if err != nil {
		return 0, fmt.Errorf("%s is out of range", clip(string(v)))
	}
	return f, nil
}

func (v value) integer() (int64, error) {
	f, err := v.number()
	if err != nil {
		return 0, err
	}
	i, err := strconv.ParseInt(string(v), 10, 64)
	if err != nil {
		// Python writes 5.0 where a program gave a float for a count.
		if i = int64(f); f != float64(i) || f > 1<<53 || f < -1<<53 {
			return 0, fmt.Errorf("%s where an integer is expected", clip(string(v)))
		}
	}
	return i, nil
}

// clip shortens what an error quotes.
func clip(s string) string {
	const most = 60
	if len(s) <= most {
		return s
	}
	n := most
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n] + "…"
}
