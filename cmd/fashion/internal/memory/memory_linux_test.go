package memory

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTotal(t *testing.T) {
	require.Equal(t, int64(3<<20), total([]byte("MemTotal:        2048 kB\nMemFree:  7 kB\nSwapTotal:       1024 kB\nSwapFree: 3 kB\n")))
	require.Zero(t, total([]byte("nonsense")))
}
