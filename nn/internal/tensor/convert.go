package tensor

import (
	"encoding/binary"
	"fmt"
	"math"
	"strconv"
)

// Float32 returns the elements as float32 in row-major order, and an error
// that names the first element whose value float32 does not have. Float16,
// bfloat16, float8 and small integers always fit.
func (t Tensor) Float32() ([]float32, error) {
	out := make([]float32, t.Len())
	for i := range out {
		v, exact := t.at(i)
		if !exact {
			return nil, fmt.Errorf("tensor %q: element %d, the %s %s, is not a float32: convert the tensor to float32 where it was written", t.Name, i, t.Type, t.text(i))
		}
		out[i] = v
	}
	return out, nil
}

// Round returns the elements rounded to the nearest float32, ties to even, in
// row-major order.
func (t Tensor) Round() []float32 {
	out := make([]float32, t.Len())
	for i := range out {
		out[i], _ = t.at(i)
	}
	return out
}

// Int64 returns the elements of a tensor of integers or booleans.
func (t Tensor) Int64() ([]int64, error) {
	if t.Type.IsFloat() {
		return nil, fmt.Errorf("tensor %q holds %s, not integers", t.Name, t.Type)
	}
	out := make([]int64, t.Len())
	for i := range out {
		out[i] = t.integer(i)
		if t.Type == U64 && out[i] < 0 {
			return nil, fmt.Errorf("tensor %q: element %d, %d, is larger than an int64", t.Name, i, uint64(out[i]))
		}
	}
	return out, nil
}

// at returns element i rounded to float32, and whether it has the same value.
func (t Tensor) at(i int) (v float32, exact bool) {
	le := binary.LittleEndian
	switch t.Type {
	case F32:
		return math.Float32frombits(le.Uint32(t.Data[4*i:])), true
	case F64:
		d := math.Float64frombits(le.Uint64(t.Data[8*i:]))
		v = float32(d)
		return v, float64(v) == d || d != d
	case F16:
		return small(uint32(le.Uint16(t.Data[2*i:])), 16, 10, 15, true), true
	case BF16:
		return math.Float32frombits(uint32(le.Uint16(t.Data[2*i:])) << 16), true
	case F8E4M3:
		if t.Data[i]&0x7f == 0x7f {
			return math.Float32frombits(0x7fc00000 | uint32(t.Data[i]>>7)<<31), true
		}
		return small(uint32(t.Data[i]), 8, 3, 7, false), true
	case F8E5M2:
		return small(uint32(t.Data[i]), 8, 2, 15, true), true
	case U64:
		u := le.Uint64(t.Data[8*i:])
		v = float32(u)
		return v, v < 1<<64 && uint64(v) == u
	}
	n := t.integer(i)
	v = float32(n)
	return v, v < 1<<63 && int64(v) == n
}

// small widens a floating-point number of the given width in bits, mantissa
// bits and exponent bias. With infinities, the largest exponent is theirs and
// NaN's; the payload of a NaN is kept at the upper end of the float32's.
func small(u uint32, width, mantissa, bias int, infinities bool) float32 {
	sign := u >> (width - 1) << 31
	exponent := int(u>>mantissa) & (1<<(width-1-mantissa) - 1)
	fraction := u & (1<<mantissa - 1)
	switch {
	case infinities && exponent == 1<<(width-1-mantissa)-1:
		return math.Float32frombits(sign | 0x7f800000 | fraction<<(23-mantissa))
	case exponent == 0: // zero and subnormal: fraction·2^(1−bias−mantissa), a normal float32
		v := float32(fraction) * math.Float32frombits(uint32(127+1-bias-mantissa)<<23)
		return math.Float32frombits(math.Float32bits(v) | sign)
	}
	return math.Float32frombits(sign | uint32(exponent-bias+127)<<23 | fraction<<(23-mantissa))
}

// integer returns element i of an integer type; a uint64 keeps its bits.
func (t Tensor) integer(i int) int64 {
	le := binary.LittleEndian
	switch t.Type {
	case I8:
		return int64(int8(t.Data[i]))
	case I16:
		return int64(int16(le.Uint16(t.Data[2*i:])))
	case I32:
		return int64(int32(le.Uint32(t.Data[4*i:])))
	case U16:
		return int64(le.Uint16(t.Data[2*i:]))
	case U32:
		return int64(le.Uint32(t.Data[4*i:]))
	case I64, U64:
		return int64(le.Uint64(t.Data[8*i:]))
	}
	return int64(t.Data[i]) // U8, Bool
}

// text is element i for an error.
func (t Tensor) text(i int) string {
	switch t.Type {
	case F64:
		return strconv.FormatFloat(math.Float64frombits(binary.LittleEndian.Uint64(t.Data[8*i:])), 'g', -1, 64)
	case U64:
		return strconv.FormatUint(uint64(t.integer(i)), 10)
	}
	return strconv.FormatInt(t.integer(i), 10)
}

// Swap reverses the bytes of each element of the given size, in place: what
// turns big-endian data into little-endian.
func Swap(data []byte, size int) {
	for ; len(data) >= size && size > 1; data = data[size:] {
		for i, j := 0, size-1; i < j; i, j = i+1, j-1 {
			data[i], data[j] = data[j], data[i]
		}
	}
}
