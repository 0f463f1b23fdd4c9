package durable

import (
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// tmpfs mounts a small file system, where that is permitted.
func tmpfs(t *testing.T, options string) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, options); err != nil {
		t.Skipf("mounting a small file system is not permitted here: %v", err)
	}
	t.Cleanup(func() { require.NoError(t, syscall.Unmount(dir, 0)) })
	return dir
}

// A full disk leaves the old file and nothing beside it.
func TestDiskFull(t *testing.T) {
	dir := tmpfs(t, "size=800k") // one file fits, a second one beside it does not
	path := filepath.Join(dir, "model")
	require.NoError(t, Write(path, func(w io.Writer) error { return content(w, 1) }))
	err := Write(path, func(w io.Writer) error { return content(w, 2) })
	require.ErrorIs(t, err, syscall.ENOSPC)
	require.ErrorContains(t, err, path)
	require.True(t, whole(t, path))
	require.Equal(t, []string{"model"}, names(t, dir))
}

// So does a folder that cannot be written. A read-only file system stands for
// it, because permissions do not bind root.
func TestUnwritable(t *testing.T) {
	dir := tmpfs(t, "size=800k")
	path := filepath.Join(dir, "model")
	require.NoError(t, Write(path, func(w io.Writer) error { return content(w, 1) }))
	require.NoError(t, syscall.Mount("", dir, "", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""))
	err := Write(path, func(w io.Writer) error { return content(w, 2) })
	require.ErrorIs(t, err, syscall.EROFS)
	require.ErrorContains(t, err, path)
	require.True(t, whole(t, path))
	require.Equal(t, []string{"model"}, names(t, dir))
}

// Permissions bind everybody else.
func TestPermission(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("permissions do not bind root")
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "model")
	require.NoError(t, Write(path, text("old")))
	require.NoError(t, os.Chmod(dir, 0o555))
	defer os.Chmod(dir, 0o755)
	require.ErrorIs(t, Write(path, text("new")), os.ErrPermission)
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, "old", string(b))
}
