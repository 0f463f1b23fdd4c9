package nn

import (
	"os"
	"runtime"
	"testing"
)

// TestMain lets as many workers run as the tests want: a model uses no more than
// GOMAXPROCS.
func TestMain(m *testing.M) {
	runtime.GOMAXPROCS(max(7, runtime.GOMAXPROCS(0)))
	os.Exit(m.Run())
}
