//go:build arm64 && !purego

package asm

// Available lists the kernels that this CPU runs, the best first. Every arm64
// CPU has NEON, so the NEON set, once written, stands first here:
// neon() copies generic() and overrides, as avx2() does on amd64.
func Available() []*Kernels { return []*Kernels{generic()} }
