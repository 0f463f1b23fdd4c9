//go:build !amd64 || purego

package main

// available returns the loops of plain Go alone.
func available() []loops { return []loops{generic()} }
