package archive

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// codec reads or writes one config, key by key: both directions share one
// description. A method without a value to read leaves Keras's default. The first
// error stays; nothing is read or written after it.
type codec struct {
	members []member // reading
	known   []bool
	out     *strings.Builder // writing
	keys    int
	err     error
	// version is Keras's major version, 2 or 3: the same name may mean something
	// else.
	version int
	// axis is that of a normalization, 0 for the last one: see lastAxis.
	axis int
	// notTrained collects the first thing that only training needs and that a
	// Model has no place for.
	notTrained *error
}

// unsupportedError is about something valid that a Model has no place for.
type unsupportedError struct{ text string }

func (e *unsupportedError) Error() string        { return e.text }
func (e *unsupportedError) Is(target error) bool { return target == errors.ErrUnsupported }

func unsupported(format string, a ...any) error {
	return &unsupportedError{fmt.Sprintf(format, a...)}
}

// reader is a codec that reads an object.
func reader(v value, parent *codec) (*codec, error) {
	m, err := v.members()
	if err != nil {
		return nil, err
	}
	c := &codec{members: m, known: make([]bool, len(m)), version: 3}
	if parent != nil {
		c.version, c.notTrained = parent.version, parent.notTrained
	}
	return c, nil
}

func (c *codec) writing() bool { return c.out != nil }

func (c *codec) fail(key string, err error) {
	if c.err == nil && err != nil {
		c.err = fmt.Errorf("%s: %w", key, err)
	}
}

// untrained notes that training cannot go on.
func (c *codec) untrained(err error) {
	if c.notTrained != nil && *c.notTrained == nil {
		*c.notTrained = err
	}
}

// get returns the value of a key, nothing where it is missing, and marks it known.
func (c *codec) get(key string) value {
	if c.err != nil {
		return nil
	}
	for i, m := range c.members {
		if m.key == key {
			c.known[i] = true
			return m.value
		}
	}
	return nil
}

// has reports whether the object has a key.
func (c *codec) has(key string) bool {
	for _, m := range c.members {
		if m.key == key {
			return true
		}
	}
	return false
}

// list is a list of numbers, always written as one.
func (c *codec) list(key string, p *[]float64) {
	if c.writing() {
		c.put(key, formatNumbers(*p))
	} else {
		c.numbers(key, p)
	}
}

// dtype is the type that a layer computes in: float32.
func (c *codec) dtype() {
	if c.writing() {
		c.put("dtype", `"float32"`)
		return
	}
	v := c.get("dtype")
	if v.null() {
		return
	}
	name, err := readDType(v)
	if err == nil && name != "float32" {
		err = unsupported("it is %q, and Weft computes in float32: build the model with dtype=\"float32\" and set its weights", clip(name))
	}
	c.fail("dtype", err)
}

// readDType reads a type: its name, or a policy.
func readDType(v value) (string, error) {
	if v.kind() == "a string" {
		return v.text()
	}
	o, err := readObject(v)
	if err != nil {
		return "", err
	}
	if o.class != "DTypePolicy" && o.class != "Policy" && o.class != "FloatDTypePolicy" {
		return "", unsupported("the policy %s", clip(o.class))
	}
	c, err := reader(o.config, nil)
	if err != nil {
		return "", err
	}
	name := ""
	c.text("name", &name)
	return name, c.done()
}

// put writes a key and its value.
func (c *codec) put(key, text string) {
	if c.err != nil {
		return
	}
	if c.keys++; c.keys > 1 {
		c.out.WriteString(", ")
	}
	c.out.WriteString(quote(key))
	c.out.WriteString(": ")
	c.out.WriteString(text)
}

// done returns the first error, or that a key is unknown.
func (c *codec) done() error {
	if c.err != nil {
		return c.err
	}
	for i, m := range c.members {
		if !c.known[i] {
			return unsupported("the unknown key %q = %s: what it changes cannot be known", clip(m.key), clip(string(m.value)))
		}
	}
	return nil
}

// ignore marks keys that change nothing that a Model holds.
func (c *codec) ignore(keys ...string) {
	for _, key := range keys {
		c.get(key)
	}
}

// only is a key that must have one value, or be missing. It is written.
func (c *codec) only(key, text string) {
	if c.writing() {
		c.put(key, text)
		return
	}
	c.old(key, text)
}

// old is a key of other versions that must have one value, or be missing or null.
// It is not written.
func (c *codec) old(key string, texts ...string) {
	if v := c.get(key); !v.null() {
		for _, text := range texts {
			if string(v) == text {
				return
			}
		}
		want := "null"
		if len(texts) > 0 {
			want = texts[0]
		}
		c.fail(key, unsupported("it is %s, only %s is known", clip(string(v)), want))
	}
}

// trainingOnly is a key that must be null; another value changes training alone.
// It is not written.
func (c *codec) trainingOnly(key string) {
	if v := c.get(key); !v.null() {
		c.untrained(unsupported("%s is %s, only null is known", key, clip(string(v))))
	}
}

// The methods below read a key into a variable, or write it. A missing key leaves
// the variable as it is: the caller puts Keras's default there.

func (c *codec) boolean(key string, p *bool) {
	if c.writing() {
		c.put(key, strconv.FormatBool(*p))
	} else if v := c.get(key); !v.null() {
		b, err := v.boolean()
		c.fail(key, err)
		*p = b
	}
}

func (c *codec) text(key string, p *string) {
	if c.writing() {
		c.put(key, quote(*p))
	} else if v := c.get(key); !v.null() {
		s, err := v.text()
		c.fail(key, err)
		*p = s
	}
}

// choice is a string that must be one of a few.
func (c *codec) choice(key string, p *string, of ...string) {
	c.text(key, p)
	for _, s := range of {
		if *p == s {
			return
		}
	}
	c.fail(key, unsupported("%q is none of %s", clip(*p), strings.Join(of, ", ")))
}

func (c *codec) number(key string, p *float64) {
	if c.writing() {
		c.putNumber(key, *p)
	} else if v := c.get(key); !v.null() {
		f, err := v.number()
		c.fail(key, err)
		*p = f
	}
}

// atLeast is a number with a least value.
func (c *codec) atLeast(key string, p *float64, least float64) {
	if c.number(key, p); *p < least {
		c.fail(key, fmt.Errorf("%v is below %v", *p, least))
	}
}

// share is a number from 0 to below 1.
func (c *codec) share(key string, p *float64) {
	if c.number(key, p); *p < 0 || *p >= 1 {
		c.fail(key, fmt.Errorf("%v is not from 0 to below 1", *p))
	}
}

// maybe is a number or null.
func (c *codec) maybe(key string, p **float64) {
	switch {
	case !c.writing():
		if v := c.get(key); !v.null() {
			f, err := v.number()
			c.fail(key, err)
			*p = &f
		}
	case *p == nil:
		c.put(key, "null")
	default:
		c.putNumber(key, **p)
	}
}

func (c *codec) putNumber(key string, f float64) {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		c.fail(key, fmt.Errorf("%v is no number of JSON", f))
		return
	}
	c.put(key, formatNumber(f))
}

// count is an integer of at least 1 that must be there.
func (c *codec) count(key string, p *int) {
	if c.integer(key, p); *p < 1 {
		c.fail(key, fmt.Errorf("%d, but at least 1 is needed", *p))
	}
}

func (c *codec) integer(key string, p *int) {
	if c.writing() {
		c.put(key, strconv.Itoa(*p))
	} else if v := c.get(key); !v.null() {
		i, err := v.integer()
		if err == nil && (i > math.MaxInt32 || i < math.MinInt32) {
			err = fmt.Errorf("%d is out of range", i)
		}
		c.fail(key, err)
		*p = int(i)
	}
}

// maybeInteger is an integer or null.
func (c *codec) maybeInteger(key string, p **int) {
	switch {
	case !c.writing():
		if v := c.get(key); !v.null() {
			var i int
			c.integer(key, &i)
			*p = &i
		}
	case *p == nil:
		c.put(key, "null")
	default:
		c.integer(key, *p)
	}
}

// integers is a list of integers, read from a single one too.
func (c *codec) integers(key string, p *[]int) {
	if c.writing() {
		c.put(key, formatInts(*p))
		return
	}
	v := c.get(key)
	if v.null() {
		return
	}
	list, err := ints(v)
	c.fail(key, err)
	*p = list
}

// pair is two integers of at least least, read from a single one too.
func (c *codec) pair(key string, p *[2]int, least int) {
	list := p[:]
	if c.integers(key, &list); len(list) == 1 {
		list = []int{list[0], list[0]}
	}
	if len(list) != 2 || list[0] < least || list[1] < least {
		c.fail(key, fmt.Errorf("%v, but two numbers of at least %d are needed", list, least))
		return
	}
	*p = [2]int(list)
}

// numbers is a list of numbers, written as one where there is one.
func (c *codec) numbers(key string, p *[]float64) {
	if c.writing() {
		switch len(*p) {
		case 0:
			c.put(key, "null")
		case 1:
			c.putNumber(key, (*p)[0])
		default:
			c.put(key, formatNumbers(*p))
		}
		return
	}
	v := c.get(key)
	if v.null() {
		return
	}
	list, err := flat(v, 0)
	c.fail(key, err)
	*p = list
}

// flat returns the numbers of nested lists in order.
func flat(v value, depth int) ([]float64, error) {
	if v.kind() == "a number" {
		f, err := v.number()
		return []float64{f}, err
	}
	items, err := v.items()
	if err != nil || depth > 8 {
		return nil, errors.Join(err, errDepth(depth))
	}
	var out []float64
	for _, item := range items {
		f, err := flat(item, depth+1)
		if err != nil {
			return nil, err
		}
		if out = append(out, f...); len(out) > maxItems {
			return nil, fmt.Errorf("more than %d numbers", maxItems)
		}
	}
	return out, nil
}

func errDepth(depth int) error {
	if depth > 8 {
		return errors.New("lists nested too deep")
	}
	return nil
}

// ints reads a list of integers, or one.
func ints(v value) ([]int, error) {
	items := []value{v}
	if v.kind() == "a list" {
		var err error
		if items, err = v.items(); err != nil {
			return nil, err
		}
	}
	out := make([]int, 0, len(items))
	for _, item := range items {
		i, err := item.integer()
		if err != nil {
			return nil, err
		}
		if i > math.MaxInt32 || i < math.MinInt32 {
			return nil, fmt.Errorf("%d is out of range", i)
		}
		out = append(out, int(i))
	}
	return out, nil
}

// quote writes a string as JSON, as Python's json does: not ASCII as \u escapes.
func quote(s string) string {
	q := strconv.QuoteToASCII(s)
	if !strings.ContainsAny(q, `\`) {
		return q
	}
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r >= ' ' && r < 0x7f:
			b.WriteRune(r)
		case r > 0xffff:
			r -= 0x10000
			fmt.Fprintf(&b, `\u%04x\u%04x`, 0xd800+r>>10, 0xdc00+r&0x3ff)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// formatNumber writes a float64 as Python does: the shortest decimals that come
// back, with a point.
func formatNumber(f float64) string {
	if a := math.Abs(f); a != 0 && (a < 1e-4 || a >= 1e16) {
		return strconv.FormatFloat(f, 'e', -1, 64)
	}
	s := strconv.FormatFloat(f, 'f', -1, 64)
	if !strings.Contains(s, ".") {
		s += ".0"
	}
	return s
}

func formatNumbers(list []float64) string {
	var b strings.Builder
	for i, f := range list {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(formatNumber(f))
	}
	return "[" + b.String() + "]"
}

func formatInts(list []int) string {
	var b strings.Builder
	for i, n := range list {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(strconv.Itoa(n))
	}
	return "[" + b.String() + "]"
}
