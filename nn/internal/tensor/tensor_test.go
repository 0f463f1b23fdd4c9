package tensor

import (
	"encoding/binary"
	"errors"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

// Every number of 8 and 16 bits against the definition of its format, computed
// in float64, which holds each exactly.
func TestSmallFloats(t *testing.T) {
	formats := []struct {
		kind           DType
		mantissa, bias int
		infinities     bool
	}{{F16, 10, 15, true}, {BF16, 7, 127, true}, {F8E5M2, 2, 15, true}, {F8E4M3, 3, 7, false}}
	for _, f := range formats {
		bits := 8 * f.kind.Size()
		for u := range 1 << bits {
			data := binary.LittleEndian.AppendUint16(nil, uint16(u))[:f.kind.Size()]
			got, exact := Tensor{Type: f.kind, Data: data}.at(0)
			fields := u &^ (1 << (bits - 1))
			exponent, fraction := fields>>f.mantissa, fields&(1<<f.mantissa-1)
			largest := 1<<(bits-1-f.mantissa) - 1
			want := math.Ldexp(float64(1<<f.mantissa+fraction), exponent-f.bias-f.mantissa)
			switch {
			case exponent == 0:
				want = math.Ldexp(float64(fraction), 1-f.bias-f.mantissa)
			case f.infinities && exponent == largest && fraction == 0:
				want = math.Inf(1)
			case exponent == largest && (f.infinities || fraction == 1<<f.mantissa-1):
				want = math.NaN()
			}
			if u>>(bits-1) == 1 {
				want = math.Copysign(want, -1)
			}
			same := math.Float64bits(want) == math.Float64bits(float64(got)) || want != want && got != got
			if !same || !exact {
				t.Fatalf("%s 0x%x is %v, not %v", f.kind, u, got, want)
			}
		}
	}
}

func TestExactOrAnError(t *testing.T) {
	cases := []struct {
		kind  DType
		bits  uint64
		want  float32
		exact bool
	}{
		{F64, math.Float64bits(0.5), 0.5, true}, {F64, math.Float64bits(0.1), 0.1, false}, {F64, math.Float64bits(1e300), float32(math.Inf(1)), false},
		{F64, math.Float64bits(math.Inf(-1)), float32(math.Inf(-1)), true}, {F64, math.Float64bits(1 + 0x1p-24), 1, false},
		{I8, 0x80, -128, true}, {I16, 0x8000, -32768, true}, {I32, 0x80000000, -0x1p31, true}, {I32, 16777217, 16777216, false},
		{I64, 1 << 63, -0x1p63, true}, {I64, math.MaxInt64, 0x1p63, false}, {I64, 7, 7, true},
		{U8, 255, 255, true}, {U16, 65535, 65535, true}, {U32, math.MaxUint32, 0x1p32, false},
		{U64, math.MaxUint64, 0x1p64, false}, {U64, 1 << 63, 0x1p63, true}, {Bool, 1, 1, true},
	}
	for _, c := range cases {
		x := Tensor{Name: "x", Type: c.kind, Data: binary.LittleEndian.AppendUint64(nil, c.bits)[:c.kind.Size()]}
		require.Equal(t, []float32{c.want}, x.Round())
		got, err := x.Float32()
		if !c.exact {
			require.ErrorContains(t, err, "is not a float32", "%s %x", c.kind, c.bits)
			continue
		}
		require.NoError(t, err)
		require.Equal(t, []float32{c.want}, got)
	}
	_, err := Tensor{Type: F32, Data: make([]byte, 4)}.Int64()
	require.Error(t, err)
	_, err = Tensor{Type: U64, Data: binary.LittleEndian.AppendUint64(nil, 1<<63)}.Int64()
	require.Error(t, err)
}

func TestNamesInOrder(t *testing.T) {
	names := []string{"", "0", "00", "1.bias", "1.weight", "2.weight", "02.weight", "10.weight", "a", "a1", "a1b", "a2", "a10", "b", "가"}
	var tensors []Tensor
	for i := range names {
		tensors = append(tensors, Tensor{Name: names[len(names)-1-i]})
		for j := range names {
			got, want := Compare(names[i], names[j]), 0
			switch {
			case i < j:
				want = -1
			case i > j:
				want = 1
			}
			if names[i] == "2.weight" && names[j] == "02.weight" || names[i] == "02.weight" && names[j] == "2.weight" ||
				names[i] == "0" && names[j] == "00" || names[i] == "00" && names[j] == "0" {
				require.NotZero(t, got)
				continue
			}
			require.Equal(t, want, got, "%q %q", names[i], names[j])
		}
	}
	Sort(tensors)
	for i := 1; i < len(tensors); i++ {
		require.Negative(t, Compare(tensors[i-1].Name, tensors[i].Name))
	}
}

func TestElements(t *testing.T) {
	for _, c := range []struct {
		shape []int
		n     int
		ok    bool
	}{{nil, 1, true}, {[]int{3, 4}, 12, true}, {[]int{3, 0, 4}, 0, true}, {[]int{-1}, 0, false}, {[]int{math.MaxInt, 2}, 0, false}, {[]int{1 << 16, 1 << 16, 1 << 16, 1 << 16}, 0, false}} {
		n, ok := Elements(c.shape)
		require.Equal(t, c.ok, ok, c.shape)
		if ok {
			require.Equal(t, c.n, n, c.shape)
		}
	}
	require.Panics(t, func() { New("x", []int{2}, []float32{1}) })
	require.NoError(t, New("x", []int{1, 2}, []float32{1, 2}).Check())
	require.Error(t, Tensor{Shape: []int{1}, Data: make([]byte, 3)}.Check())
	require.Error(t, Tensor{Type: 200}.Check())
}

func TestUnsupported(t *testing.T) {
	err := Unsupported("no %s", "way")
	require.EqualError(t, err, "no way")
	require.ErrorIs(t, err, errors.ErrUnsupported)
}

func TestSwap(t *testing.T) {
	data := []byte{1, 2, 3, 4, 5, 6, 7, 8}
	Swap(data, 4)
	require.Equal(t, []byte{4, 3, 2, 1, 8, 7, 6, 5}, data)
	Swap(data, 1)
	require.Equal(t, []byte{4, 3, 2, 1, 8, 7, 6, 5}, data)
}
