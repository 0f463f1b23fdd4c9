//go:build js || wasip1 || plan9

package main

import "os"

// hangup is empty on platforms without terminals.
var hangup []os.Signal
