//go:build unix && !aix && !solaris && !illumos

package lock

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// open opens the file of a lock and locks it.
func open(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return nil, err
	}
	for {
		err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err != syscall.EINTR {
			break
		}
	}
	switch err {
	case nil:
		return f, nil
	case syscall.EWOULDBLOCK:
		err = errHeld
	case syscall.ENOSYS, syscall.EOPNOTSUPP, syscall.ENOLCK, syscall.EINVAL:
		err = fmt.Errorf("%s cannot be locked: %w: %w", path, errors.ErrUnsupported, err)
	default:
		err = &fs.PathError{Op: "lock", Path: path, Err: err}
	}
	f.Close()
	return nil, err
}

// release removes the file while it is still locked, so that no other process can hold
// a lock on it by then.
func release(f *os.File) error {
	return errors.Join(os.Remove(f.Name()), f.Close())
}

func remedy(string) string { return "" }
