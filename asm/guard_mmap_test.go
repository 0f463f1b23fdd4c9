//go:build linux || darwin

package asm

import (
	"os"
	"syscall"
	"testing"
	"unsafe"
)

// guardPages returns at least n bytes of memory that begin and end at a page
// which can be neither read nor written.
func guardPages(t testing.TB, n int) []byte {
	t.Helper()
	page := os.Getpagesize()
	n = max(1, (n+page-1)/page) * page
	memory, err := syscall.Mmap(-1, 0, n+2*page, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		t.Fatalf("mmap of %d bytes: %v", n+2*page, err)
	}
	t.Cleanup(func() {
		if err := syscall.Munmap(memory); err != nil {
			t.Errorf("munmap: %v", err)
		}
	})
	for _, guard := range [][]byte{memory[:page], memory[page+n:]} {
		if err := syscall.Mprotect(guard, syscall.PROT_NONE); err != nil {
			t.Fatalf("mprotect: %v", err)
		}
	}
	return memory[page : page+n : page+n]
}

// forbidden returns n floats that can be neither read nor written.
func forbidden(t testing.TB, n int) []float32 {
	t.Helper()
	memory, err := syscall.Mmap(-1, 0, 4*n, syscall.PROT_NONE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		t.Fatalf("mmap of %d bytes: %v", 4*n, err)
	}
	t.Cleanup(func() {
		if err := syscall.Munmap(memory); err != nil {
			t.Errorf("munmap: %v", err)
		}
	})
	return unsafe.Slice((*float32)(unsafe.Pointer(unsafe.SliceData(memory))), n)
}
