package main

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
)

// The page of a run has its figures: those of the table, the hash, the command
// line, and pictures of the hidden units.
func TestReport(t *testing.T) {
	file := filepath.Join(t.TempDir(), "report.html")
	got := fashion(t, "-data", smallSet(t), "-epochs", "3", "-hidden", "12", "-report", file, "-seed", "8")
	require.Equal(t, exitOK, got.code, got.stderr)
	page, err := os.ReadFile(file)
	require.NoError(t, err)
	text := string(page)
	require.Less(t, len(text), 1<<20)
	hash := regexp.MustCompile(`[0-9a-f]{64}`).FindString(got.stdout)
	require.NotEmpty(t, hash)
	for _, want := range []string{hash, "<td>seed</td><td>8</td>", "-hidden 12 -report", "unverified in ", "Ankle boot", "kernels chosen", `alt="unit 11"`} {
		require.Contains(t, text, want)
	}
	require.NotContains(t, text, `alt="unit 12"`)
	test := regexp.MustCompile(`(?m)^test +60 +(\S+) +(\S+)$`).FindStringSubmatch(got.stdout)
	require.Contains(t, text, "<td>test</td><td>loss "+test[1]+", accuracy "+test[2]+", 60 images</td>")

	missing := fashion(t, "-data", smallSet(t), "-report", filepath.Join(file, "below.html"))
	require.Equal(t, exitFailure, missing.code)
	require.Empty(t, missing.stdout, "found before the training")
}
