package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

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
	for _, want := range []string{hash, "<td>seed</td><td>8</td>", "<td>network</td><td>784 → 12 relu → 10 softmax</td>", "<td>parameters</td><td>9,550</td>", "<td>optimizer</td><td>adam</td>", "<td>learning rate</td><td>0.001</td>",
		"<td>batch</td><td>32 samples</td>", "<td>epochs</td><td>3 of 3</td>", "<td>date</td><td>" + time.Now().Format("2006-01-"), "The layers: Input 28 × 28 (pixels, divided by 255), then Flatten 784, then Dense 12 (relu), then Dense 10 (softmax)", ">9,420 parameters<",
		"-hidden 12 -report", "unverified in ", "kernels chosen", `alt="weights of unit 11"`} {
		require.True(t, strings.Contains(text, want), want)
	}
	require.False(t, strings.Contains(text, `unit 12"`))
	require.False(t, strings.Contains(text, "Ankle boot"), "nobody said that these are garments")
	test := regexp.MustCompile(`(?m)^test +60 +(\S+) +(\S+)$`).FindStringSubmatch(got.stdout)
	require.Less(t, strings.Index(text, `id="trained"`), strings.Index(text, `id="results"`), "what was trained comes first")
	require.NotContains(t, text, "stopped before its end")
	require.Contains(t, text, "<td>test</td><td>60</td><td>"+test[1]+"</td><td>"+test[2]+"</td>")

	missing := fashion(t, "-data", smallSet(t), "-report", filepath.Join(file, "below.html"))
	require.Equal(t, exitFailure, missing.code)
	require.Empty(t, missing.stdout, "found before the training")
}
