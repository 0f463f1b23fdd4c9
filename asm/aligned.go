package asm

import "unsafe"

// Aligned returns a slice of n floats, all +0, that starts on a cache line of
// 64 bytes. Kernels take any alignment; aligned operands are faster, because no
// register crosses a line.
func Aligned(n int) []float32 {
	const line = 64
	s := make([]float32, n+line/4)
	skip := 0
	if r := int(uintptr(unsafe.Pointer(unsafe.SliceData(s))) % line); r != 0 {
		skip = (line - r) / 4
	}
	return s[skip : skip+n : skip+n]
}
