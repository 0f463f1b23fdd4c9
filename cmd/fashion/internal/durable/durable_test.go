package durable

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var kills = flag.Int("kills", 10, "how many times TestKill kills a writing process")

// writerEnv makes the test binary a process that writes until it is killed.
const writerEnv = "DURABLE_TEST_WRITES"

func TestMain(m *testing.M) {
	if path := os.Getenv(writerEnv); path != "" {
		for i := uint64(1); ; i++ {
			if err := Write(path, func(w io.Writer) error { return content(w, i) }); err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(1)
			}
		}
	}
	flag.Parse()
	os.Exit(m.Run())
}

// content writes half a megabyte that only the number i makes, with its hash.
func content(w io.Writer, i uint64) error {
	h := sha256.New()
	out := io.MultiWriter(w, h)
	g := rand.New(rand.NewPCG(i, 0))
	buf := make([]byte, 1<<13)
	for range 64 {
		for j := range buf {
			buf[j] = byte(g.Uint32())
		}
		if _, err := out.Write(buf); err != nil {
			return err
		}
	}
	_, err := w.Write(h.Sum(nil))
	return err
}

// whole tells whether a file is what content wrote.
func whole(t *testing.T, path string) bool {
	t.Helper()
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	if len(b) != 64<<13+sha256.Size {
		return false
	}
	sum := sha256.Sum256(b[:64<<13])
	return bytes.Equal(sum[:], b[64<<13:])
}

func names(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	var all []string
	for _, e := range entries {
		all = append(all, e.Name())
	}
	return all
}

func text(s string) func(io.Writer) error {
	return func(w io.Writer) error { _, err := io.WriteString(w, s); return err }
}

func TestWrite(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a file")
	for _, s := range []string{"one", "a longer two", ""} {
		require.NoError(t, Write(path, text(s)))
		b, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Equal(t, s, string(b))
		require.Equal(t, []string{"a file"}, names(t, dir))
	}
	if runtime.GOOS != "windows" {
		mode := func(path string) os.FileMode {
			info, err := os.Stat(path)
			require.NoError(t, err)
			return info.Mode().Perm()
		}
		other := filepath.Join(dir, "made by os.Create")
		f, err := os.Create(other)
		require.NoError(t, err)
		require.NoError(t, f.Close())
		require.Equal(t, mode(other), mode(path), "a new file is as the process makes files")
		require.NoError(t, os.Remove(other))
		require.NoError(t, os.Chmod(path, 0o640))
		require.NoError(t, Write(path, text("private")))
		require.Equal(t, os.FileMode(0o640), mode(path), "the permissions of the old file")
	}
	t.Chdir(dir)
	require.NoError(t, Write("in the current folder", text("x")))
	require.NoError(t, Ready("in the current folder"))
}

// A link is followed, and what is no file is refused, before anything is written.
func TestLinksAndDevices(t *testing.T) {
	dir := t.TempDir()
	target, link, dangling := filepath.Join(dir, "target"), filepath.Join(dir, "link"), filepath.Join(dir, "dangling")
	require.NoError(t, os.WriteFile(target, []byte("old"), 0o644))
	if err := os.Symlink("target", link); err != nil {
		t.Skip("no links here: ", err)
	}
	require.NoError(t, os.Symlink("nowhere", dangling))
	require.NoError(t, Ready(link))
	require.NoError(t, Write(link, text("new")))
	b, err := os.ReadFile(target)
	require.NoError(t, err)
	require.Equal(t, "new", string(b))
	to, err := os.Readlink(link)
	require.NoError(t, err)
	require.Equal(t, "target", to)
	for path, want := range map[string]string{dangling: "a link to nowhere", dir: "not a regular file", os.DevNull: "not a regular file"} {
		if path == os.DevNull && runtime.GOOS == "windows" {
			continue
		}
		require.ErrorContains(t, Ready(path), want)
		require.ErrorContains(t, Write(path, text("x")), want)
	}
	require.ElementsMatch(t, []string{"target", "link", "dangling"}, names(t, dir))
}

// What would fail at the end of a training fails at its start.
func TestReady(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "model")
	require.NoError(t, Ready(path))
	require.Empty(t, names(t, dir))
	require.ErrorIs(t, Ready(filepath.Join(dir, "nowhere", "model")), os.ErrNotExist)
	require.NoError(t, os.WriteFile(path, nil, 0o644))
	require.ErrorContains(t, Ready(filepath.Join(path, "below a file")), "below a file cannot be written")
	if runtime.GOOS != "windows" && os.Geteuid() > 0 {
		require.NoError(t, os.Chmod(dir, 0o555))
		require.ErrorIs(t, Ready(path), os.ErrPermission)
		require.NoError(t, os.Chmod(dir, 0o755))
	}
}

// Whatever fails, the old file stays, nothing is left beside it, and the error
// names the file.
func TestWriteFails(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "model")
	require.NoError(t, Write(path, text("old")))
	broken := errors.New("broken in the middle")
	err := Write(path, func(w io.Writer) error {
		if err := content(w, 1); err != nil {
			return err
		}
		return broken
	})
	require.ErrorIs(t, err, broken)
	require.ErrorContains(t, err, path)
	require.Equal(t, []string{"model"}, names(t, dir))
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, "old", string(b))

	err = Write(filepath.Join(path, "below a file"), text("x"))
	require.ErrorContains(t, err, "below a file cannot be written")
	require.NotContains(t, err.Error(), infix, "the temporary name says nothing to the user")
	err = Write(filepath.Join(dir, "nowhere", "model"), text("x"))
	require.ErrorIs(t, err, os.ErrNotExist)

	// A folder cannot be replaced.
	sub := filepath.Join(dir, "folder")
	require.NoError(t, os.Mkdir(sub, 0o755))
	require.Error(t, Write(sub, text("x")))
	require.Equal(t, []string{"folder", "model"}, names(t, dir))
}

func TestSweep(t *testing.T) {
	dir := t.TempDir()
	keep := []string{"model", "model.partial-", "model.partial-12x", "other.partial-12", "x-model.partial-1"}
	for _, name := range append(keep, "model.partial-1", "model.partial-4294967295") {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), nil, 0o644))
	}
	require.NoError(t, Ready(filepath.Join(dir, "model")))
	require.Len(t, names(t, dir), len(keep)+2, "somebody may be writing")
	age(t, dir)
	keep = append(keep, "model.partial-7")
	require.NoError(t, os.WriteFile(filepath.Join(dir, "model.partial-7"), nil, 0o644)) // a young one
	require.NoError(t, Ready(filepath.Join(dir, "model")))
	require.ElementsMatch(t, keep, names(t, dir))
	require.NoError(t, Sweep(filepath.Join(dir, "model")))
	require.ElementsMatch(t, keep[:len(keep)-1], names(t, dir), "all of them")
}

// age makes all files of a folder old.
func age(t *testing.T, dir string) {
	t.Helper()
	old := time.Now().Add(-2 * abandoned)
	for _, name := range names(t, dir) {
		require.NoError(t, os.Chtimes(filepath.Join(dir, name), old, old))
	}
}

// A process that is killed while it writes leaves a whole file, and what it left
// beside it is swept.
func TestKill(t *testing.T) {
	if runtime.GOOS == "js" || runtime.GOOS == "wasip1" {
		t.Skip("no processes on " + runtime.GOOS)
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "model")
	require.NoError(t, Write(path, func(w io.Writer) error { return content(w, 0) }))
	inside := 0
	for i := range *kills {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), writerEnv+"="+path)
		var stderr strings.Builder
		cmd.Stderr = &stderr
		require.NoError(t, cmd.Start())
		time.Sleep(20*time.Millisecond + time.Duration(rand.Int64N(int64(30*time.Millisecond))))
		require.NoError(t, cmd.Process.Kill())
		require.Error(t, cmd.Wait())
		require.Empty(t, stderr.String())
		require.True(t, whole(t, path), "kill %d left a damaged file", i)
		inside += len(names(t, dir)) - 1
		require.NoError(t, Sweep(path))
		require.Equal(t, []string{"model"}, names(t, dir), "kill %d left an orphan", i)
	}
	t.Logf("%d of %d kills fell inside a write", inside, *kills)
	require.Positive(t, inside, "no kill fell inside a write: the test proved nothing")
}
