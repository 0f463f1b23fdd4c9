//go:build !(linux || darwin)

package asm

import "testing"

// guardPages returns n bytes of ordinary memory: here only the canaries around
// a slice show a store outside of it.
func guardPages(t testing.TB, n int) []byte {
	return make([]byte, max(1, (n+4095)/4096)*4096)
}

// forbidden skips the test: there is no such memory.
func forbidden(t testing.TB, _ int) []float32 {
	t.Skip("no memory that faults on this platform")
	return nil
}
