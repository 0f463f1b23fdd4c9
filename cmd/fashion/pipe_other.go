//go:build js || wasip1 || plan9 || windows

package main

// ignorePipe does nothing on platforms without SIGPIPE.
func ignorePipe() {}

func isPipe(error) bool { return false }
