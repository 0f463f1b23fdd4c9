package nn

import (
	"crypto/sha256"
	"encoding/hex"
	"runtime"
	"testing"

	"weft/asm"

	"github.com/stretchr/testify/require"
)

// One SHA-256 over the digests of all golden runs, which .ci/platforms collects
// from every platform: a line a kernel set in the log of this test.
func TestGoldenPlatform(t *testing.T) {
	sum := func(digest func(r goldenRun) string) string {
		h := sha256.New()
		for _, r := range goldenRuns {
			h.Write([]byte(digest(r) + "\n"))
		}
		return hex.EncodeToString(h.Sum(nil))
	}
	want := sum(func(r goldenRun) string { return r.digest })
	for _, k := range asm.Available() {
		got := sum(func(r goldenRun) string { return r.run(t, k, 2) })
		t.Logf("golden: %s/%s %s %s", runtime.GOOS, runtime.GOARCH, k.Name, got)
		require.Equal(t, want, got, "kernels %s", k.Name)
	}
}
