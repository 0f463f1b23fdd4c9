//go:build !windows && (!unix || aix || solaris || illumos)

package lock

import (
	"errors"
	"io/fs"
	"os"
)

// open creates the file of a lock. Where it is there, somebody holds the lock, or was
// killed while holding it.
func open(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o666)
	if errors.Is(err, fs.ErrExist) {
		return nil, errHeld
	}
	return f, err
}

func release(f *os.File) error {
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

// remedy says what to do about the lock of a process that was killed.
func remedy(path string) string { return " (if that has ended, remove " + path + ")" }
