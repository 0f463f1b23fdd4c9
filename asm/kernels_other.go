//go:build purego || !(amd64 || arm64)

package asm

// Available lists the kernels that this build runs: the Go specification.
func Available() []*Kernels { return []*Kernels{generic()} }
