// Package tensor holds arrays as the files of other tools hold them: a name, a
// shape, an element type and the elements' bytes. The packages that read and
// write such files share it, and it keeps every type exactly until the caller
// asks for float32.
package tensor

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"sort"
	"strings"
)

// MaxRank is the largest number of dimensions that any reader takes, NumPy's limit.
const MaxRank = 64

// DType is the type of an element.
type DType uint8

// The element types that the readers take.
const (
	F32 DType = iota
	F64
	F16    // IEEE 754 binary16
	BF16   // the upper half of a float32
	F8E4M3 // of OCP, without infinities: float8_e4m3fn
	F8E5M2
	I8
	I16
	I32
	I64
	U8
	U16
	U32
	U64
	Bool // one byte, 0 or 1
)

var (
	names = [...]string{"float32", "float64", "float16", "bfloat16", "float8_e4m3fn", "float8_e5m2",
		"int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "bool"}
	sizes = [...]int{4, 8, 2, 2, 1, 1, 1, 2, 4, 8, 1, 2, 4, 8, 1}
)

// String is the name of the type in NumPy and PyTorch.
func (d DType) String() string { return names[d] }

// Size is the number of bytes of an element.
func (d DType) Size() int { return sizes[d] }

// IsFloat reports whether the type is one of the floating-point types.
func (d DType) IsFloat() bool { return d <= F8E5M2 }

// Tensor is an array. A reader may give several tensors that share bytes: write
// to Data only where you made it.
type Tensor struct {
	Name  string
	Shape []int // empty for a single number
	Type  DType
	Data  []byte // row-major, little-endian whatever the machine
}

// Len is the number of elements.
func (t Tensor) Len() int { return len(t.Data) / t.Type.Size() }

// New returns a tensor of float32 values in row-major order. It panics where
// their number is not the shape's product.
func New(name string, shape []int, values []float32) Tensor {
	if n, ok := Elements(shape); !ok || n != len(values) {
		panic(fmt.Sprintf("tensor: %q has shape %v and %d values", name, shape, len(values)))
	}
	data := make([]byte, 0, 4*len(values))
	for _, v := range values {
		data = binary.LittleEndian.AppendUint32(data, math.Float32bits(v))
	}
	return Tensor{Name: name, Shape: shape, Type: F32, Data: data}
}

// Elements is the product of a shape, and whether it is one: no dimension
// negative, the product below 2⁵⁹ and in the range of an int.
func Elements(shape []int) (n int, ok bool) {
	n = 1
	for _, d := range shape {
		if d < 0 || d > math.MaxInt>>4 {
			return 0, false
		}
		if d == 0 {
			n = 0
		}
		if n > 0 && d > (math.MaxInt>>4)/n {
			return 0, false
		}
		n *= d
	}
	return n, true
}

// Check reports what is wrong with a tensor that is to be written.
func (t Tensor) Check() error {
	if int(t.Type) >= len(sizes) {
		return fmt.Errorf("tensor %q has element type %d, which does not exist", t.Name, t.Type)
	}
	if len(t.Shape) > MaxRank {
		return fmt.Errorf("tensor %q has %d dimensions, at most %d are possible", t.Name, len(t.Shape), MaxRank)
	}
	if n, ok := Elements(t.Shape); !ok || n*t.Type.Size() != len(t.Data) {
		return fmt.Errorf("tensor %q has shape %v of %s and %d bytes", t.Name, t.Shape, t.Type, len(t.Data))
	}
	return nil
}

// Compare orders names as people do: runs of digits by their value, so that
// "2.weight" comes before "10.weight"; all else byte by byte. It returns −1, 0
// or 1, and 0 for equal names alone.
func Compare(a, b string) int {
	x, y := a, b
	for x != "" && y != "" {
		dx, dy := digits(x), digits(y)
		if dx == 0 || dy == 0 {
			if x[0] != y[0] {
				return strings.Compare(x, y)
			}
			x, y = x[1:], y[1:]
			continue
		}
		nx, ny := strings.TrimLeft(x[:dx], "0"), strings.TrimLeft(y[:dy], "0")
		if len(nx) != len(ny) {
			return sign(len(nx) - len(ny))
		}
		if c := strings.Compare(nx, ny); c != 0 {
			return c
		}
		x, y = x[dx:], y[dy:]
	}
	if x != "" || y != "" {
		return sign(len(x) - len(y))
	}
	return strings.Compare(a, b) // the same but for zeros before a number
}

func digits(s string) int {
	n := 0
	for n < len(s) && '0' <= s[n] && s[n] <= '9' {
		n++
	}
	return n
}

func sign(n int) int {
	if n < 0 {
		return -1
	}
	return 1
}

// Sort orders tensors by name as Compare does.
func Sort(t []Tensor) {
	sort.SliceStable(t, func(i, j int) bool { return Compare(t[i].Name, t[j].Name) < 0 })
}

// unsupported is an error about a file that may well be whole.
type unsupported struct{ text string }

func (u *unsupported) Error() string { return u.text }

func (u *unsupported) Is(target error) bool { return target == errors.ErrUnsupported }

// Unsupported formats an error for which errors.Is(err, errors.ErrUnsupported)
// holds: the file has what Weft does not read, and need not be damaged.
func Unsupported(format string, args ...any) error {
	return &unsupported{fmt.Sprintf(format, args...)}
}
