package lock

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
)

// sharingViolation is the error of opening a file that another process has open and
// does not share.
const sharingViolation = syscall.Errno(32)

// open opens the file of a lock for writing and shares it for reading alone: no other
// process opens it for writing until it is closed, by the end of the process at the
// latest.
func open(path string) (*os.File, error) {
	name, err := syscall.UTF16PtrFromString(path)
	if err != nil {
		return nil, &fs.PathError{Op: "lock", Path: path, Err: err}
	}
	h, err := syscall.CreateFile(name, syscall.GENERIC_READ|syscall.GENERIC_WRITE, syscall.FILE_SHARE_READ, nil, syscall.OPEN_ALWAYS, syscall.FILE_ATTRIBUTE_NORMAL, 0)
	if errors.Is(err, sharingViolation) {
		return nil, errHeld
	} else if err != nil {
		return nil, &fs.PathError{Op: "lock", Path: path, Err: err}
	}
	return os.NewFile(uintptr(h), path), nil
}

// release closes the file and removes it. Another process may have taken the lock in
// between: then the file is its.
func release(f *os.File) error {
	if err := f.Close(); err != nil {
		return err
	}
	if err := os.Remove(f.Name()); err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, sharingViolation) {
		return err
	}
	return nil
}

func remedy(string) string { return "" }
