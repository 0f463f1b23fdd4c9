//go:build !js && !wasip1 && !plan9

package main

import (
	"os"
	"syscall"
)

// hangup is what the end of a terminal or of a connection sends.
var hangup = []os.Signal{syscall.SIGHUP}
