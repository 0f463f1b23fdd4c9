package memory

import (
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestLimit(t *testing.T) {
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	require.Greater(t, Limit(), int64(stats.Sys), "this test runs in it")
	require.LessOrEqual(t, Limit(), int64(1<<40))
	if runtime.GOOS == "linux" {
		require.Positive(t, system())
	}
}

func TestSize(t *testing.T) {
	for n, want := range map[float64]string{
		0: "0 bytes", 999: "999 bytes", 1000: "1.0 kB", 9940: "9.9 kB", 9960: "10 kB", 25.3e9: "25 GB", 999.6e6: "1.0 GB", 1.7e12: "1.7 TB", 9.2e21: "9200000 PB",
	} {
		require.Equal(t, want, Size(n))
	}
}
