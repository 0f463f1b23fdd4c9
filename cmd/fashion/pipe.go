//go:build !js && !wasip1 && !plan9 && !windows

package main

import (
	"errors"
	"os/signal"
	"syscall"
)

// ignorePipe makes a write to a pipe that nobody reads any more an error, where Go would
// end the process with nothing saved.
func ignorePipe() { signal.Ignore(syscall.SIGPIPE) }

// isPipe reports whether an error is that of a pipe that nobody reads any more.
func isPipe(err error) bool { return errors.Is(err, syscall.EPIPE) }
