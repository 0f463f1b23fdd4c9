package paths

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
)

func touch(t *testing.T, path string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o777))
	require.NoError(t, os.WriteFile(path, nil, 0o666))
}

// Two ways to one file are found, whether it is there or not.
func TestSame(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	touch(t, "a/there")
	touch(t, "a/deep/below")
	require.NoError(t, os.Link("a/there", "a/hard"))
	links := os.Symlink("a", "b") == nil && os.Symlink("a/deep", "deep") == nil && os.Symlink("there", "a/link") == nil
	for _, c := range []struct {
		a, b string
		same bool
		link bool // needs links
	}{
		{"a/there", "a/there", true, false},
		{"a/there", filepath.Join(dir, "a", "there"), true, false},
		{"a/there", "./a/../a//there", true, false},
		{"a/there", "a/hard", true, false},
		{"a/there", "a/new", false, false},
		{"a/new", "a/new", true, false},
		{"a/new", "a/./new", true, false},
		{"a/new", "a/new2", false, false},
		{"a/new", "new", false, false},
		{"no/such/folder", "no/such/folder", true, false},
		{"no/such/folder", "no/other/folder", false, false},
		{"a/there", "b/there", true, true},
		{"a/new", "b/new", true, true},
		{"a/no/new", "b/no/new", true, true},
		{"a/link", "a/there", true, true},
		{"deep/../new", "a/new", true, true}, // the folder above deep is a, not the current one
		{"deep/../new", "new", false, true},
		{"deep/new", "a/deep/new", true, true},
	} {
		if c.link && !links {
			continue
		}
		for _, pair := range [][2]string{{c.a, c.b}, {c.b, c.a}} {
			err := Conflict([]File{{Role: "-save", Path: pair[0], Output: true}, {Role: "-report", Path: pair[1], Output: true}})
			require.Equal(t, c.same, err != nil, "%s and %s: %v", pair[0], pair[1], err)
		}
	}
	left, err := filepath.Glob("a/.names-*")
	require.NoError(t, err)
	require.Empty(t, left)
}

// Names that the file system folds are one file, others are not: what this one does is
// asked of it here as well, another way.
func TestFolding(t *testing.T) {
	dir := t.TempDir()
	for _, pair := range [][2]string{{"Model", "model"}, {"\u00e9", "e\u0301"}, {"\u00c9", "\u00e9"}, {"report", "report."}, {"sub/A", "SUB/a"}} {
		probe := t.TempDir()
		touch(t, filepath.Join(probe, pair[0]))
		_, err := os.Stat(filepath.Join(probe, pair[1]))
		folds := err == nil
		err = Conflict([]File{{Role: "-save", Path: filepath.Join(dir, pair[0]), Output: true}, {Role: "-report", Path: filepath.Join(dir, pair[1]), Output: true}})
		require.Equal(t, folds, err != nil, "%q on %s", pair, runtime.GOOS)
		if runtime.GOOS == "linux" {
			require.NoError(t, err)
		}
	}
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Empty(t, entries, "nothing is left")
}

// Inputs may be one file, an output may be no input.
func TestInputs(t *testing.T) {
	dir := t.TempDir()
	data, out := filepath.Join(dir, "data"), filepath.Join(dir, "out")
	touch(t, data)
	require.NoError(t, Conflict([]File{{Role: "-data", Path: data}, {Role: "-labels", Path: data}, {Role: "-save", Path: out, Output: true}}))
	for _, files := range [][]File{
		{{Role: "-data", Path: data}, {Role: "-save", Path: data, Output: true}},
		{{Role: "-save", Path: data, Output: true}, {Role: "-data", Path: data}},
	} {
		require.EqualError(t, Conflict(files), "-save would overwrite what -data reads, "+data+": give it a file of its own")
	}
	f, err := os.Create(out)
	require.NoError(t, err)
	defer f.Close()
	info, err := f.Stat()
	require.NoError(t, err)
	require.EqualError(t, Conflict([]File{{Role: "standard output", Info: info, Output: true}, {Role: "-save", Path: out, Output: true}}),
		"standard output and -save write the same file, "+out+": give each its own")
}

// A path that cannot be followed is in nobody's way.
func TestUnreadable(t *testing.T) {
	dir := t.TempDir()
	loop, file := filepath.Join(dir, "loop"), filepath.Join(dir, "file")
	touch(t, file)
	if err := os.Symlink("loop", loop); err != nil {
		t.Skip("no links here: ", err)
	}
	below := filepath.Join(file, "below")
	require.NoError(t, Conflict([]File{{Role: "-save", Path: loop, Output: true}, {Role: "-report", Path: loop, Output: true}, {Role: "-checkpoint", Path: below, Output: true}}))
	require.Error(t, Conflict([]File{{Role: "-x", Path: loop, Output: true}, {Role: "-save", Path: file, Output: true}, {Role: "-report", Path: file, Output: true}}))
}
