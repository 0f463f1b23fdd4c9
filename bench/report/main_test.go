package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The documents are what the results make of them: nobody edits a figure by hand.
func TestDocumentsAreMade(t *testing.T) {
	files, err := documents("../..")
	require.NoError(t, err)
	for name, want := range files {
		got, err := os.ReadFile(name)
		require.NoError(t, err)
		require.Equal(t, want, string(got), "%s: run go run ./bench/report", name)
	}
	pictures, err := filepath.Glob("../../docs/img/*.svg")
	require.NoError(t, err)
	for _, p := range pictures {
		require.Contains(t, files, p, "a picture that no result makes")
	}
}

func TestReplace(t *testing.T) {
	got, err := replace("a\n<!-- x -->\nold\n<!-- /x -->\nb", "x", "new\n")
	require.NoError(t, err)
	require.Equal(t, "a\n<!-- x -->\nnew\n<!-- /x -->\nb", got)
	for _, broken := range []string{"", "<!-- x -->\n", "<!-- /x -->"} {
		_, err := replace(broken, "x", "")
		require.Error(t, err)
	}
}

// A contestant that failed in a round is out, the first round warms up, and of an even
// number of rounds the median is the middle of two.
func TestReadMachine(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "machine.json"), []byte(`{"name": "M"}`), 0o666))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "a.jsonl"), []byte(strings.Join([]string{
		`{"kind": "run", "rounds": 2, "peaks": {"avx2 1": 100}}`,
		`{"kind": "version", "family": "peer", "version": "Peer 1"}`,
		`{"kind": "result", "round": 0, "seconds": 9, "label": "Weft", "isa": "avx2", "threads": 1, "work": "rows 100 1"}`,
		`{"kind": "result", "round": 1, "seconds": 1, "label": "Weft", "isa": "avx2", "threads": 1, "work": "rows 100 1"}`,
		`{"kind": "result", "round": 2, "seconds": 2, "label": "Weft", "isa": "avx2", "threads": 1, "work": "rows 100 1"}`,
		`{"kind": "result", "round": 1, "seconds": 3, "label": "Peer", "isa": "avx2", "threads": 1, "work": "rows 100 1"}`,
		`{"kind": "result", "round": 1, "seconds": 1, "label": "Broken", "isa": "avx2", "threads": 1, "work": "rows 100 1"}`,
		`{"kind": "none", "round": 2, "label": "Broken", "isa": "avx2", "threads": 1, "work": "rows 100 1", "reason": "wrong"}`,
	}, "\n")), 0o666))
	m, err := readMachine(dir)
	require.NoError(t, err)
	s, ok := m.median(key{"rows 100 1", "Weft", "avx2", 1})
	require.True(t, ok)
	require.Equal(t, 1.5, s)
	require.Equal(t, []contestant{{"Weft", "avx2"}, {"Peer", "avx2"}}, m.contestants("rows 100 1", 1))
	label, peer := m.fastestPeer("rows 100 1", 1)
	require.Equal(t, "Peer", label)
	require.Equal(t, 3.0, peer)
	require.Equal(t, "Peer 1", m.versions["peer"])
}
