package asm

import (
	"fmt"
	"unsafe"
)

// Aligned returns a slice of n floats, all +0, that starts on a cache line of
// 64 bytes. Kernels take any alignment; aligned operands are faster, because no
// register crosses a line. It panics where n is negative.
func Aligned(n int) []float32 {
	const line = 64
	if n < 0 {
		panic(fmt.Sprintf("asm: Aligned: %d floats", n))
	}
	s := make([]float32, n+line/4)
	skip := 0
	if r := int(uintptr(unsafe.Pointer(unsafe.SliceData(s))) % line); r != 0 {
		skip = (line - r) / 4
	}
	return s[skip : skip+n : skip+n]
}

// Distance returns how many floats the first element of b lies after that of
// a, rounded down, which is where two views of one array lie to each other;
// those of different arrays are at least as far apart as they are long.
func Distance(a, b []float32) int {
	const size = 4
	bytes := int(uintptr(unsafe.Pointer(unsafe.SliceData(b))) - uintptr(unsafe.Pointer(unsafe.SliceData(a))))
	return (bytes - (bytes%size+size)%size) / size
}
