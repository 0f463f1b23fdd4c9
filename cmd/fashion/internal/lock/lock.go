// Package lock gives a folder one owner at a time: a lock that ends with the process
// that holds it, however that ends, and says who holds it.
//
// On Unix it is flock(2), which on NFS reaches other machines too; on Windows a file
// that is open and not shared for writing. Elsewhere (js/wasm, WASI, Plan 9, AIX,
// Solaris) nothing of the kind is at hand: there a file marks the owner, which a
// process that is killed leaves and the user removes; the error says so.
package lock

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Name is the name of the lock's file in the folder.
const Name = "lock"

// Lock is a lock that is held.
type Lock struct{ file *os.File }

// errHeld says that another process holds the lock.
var errHeld = errors.New("held")

// Acquire takes the lock of a folder, which must be there, for the calling process. It
// does not wait: where another process holds it, or this one already does, the error
// says who. An error that wraps errors.ErrUnsupported says that the file system knows
// no locks.
func Acquire(folder string) (*Lock, error) {
	path := filepath.Join(folder, Name)
	for {
		f, err := open(path)
		if errors.Is(err, errHeld) {
			return nil, fmt.Errorf("%s is in use by %s%s", folder, owner(path), remedy(path))
		} else if err != nil {
			return nil, err
		}
		// The holder before may have removed the file after it was opened here: then
		// this is the lock of a file that nobody else finds.
		mine, err := f.Stat()
		if err != nil {
			f.Close()
			return nil, err
		}
		if now, err := os.Stat(path); err != nil || !os.SameFile(mine, now) {
			f.Close()
			continue
		}
		l := &Lock{f}
		if err := l.sign(); err != nil {
			return nil, errors.Join(err, l.Release())
		}
		return l, nil
	}
}

// sign writes who holds the lock into its file.
func (l *Lock) sign() error {
	host, err := os.Hostname()
	if err != nil {
		host = "this machine"
	}
	if err := l.file.Truncate(0); err != nil {
		return err
	}
	_, err = l.file.WriteAt(fmt.Appendf(nil, "process %d on %s since %s\n", os.Getpid(), host, time.Now().Format(time.DateTime)), 0)
	return err
}

// owner reads who holds the lock.
func owner(path string) string {
	b, err := os.ReadFile(path)
	if text := strings.TrimSpace(string(b)); err == nil && text != "" {
		return text
	}
	return "another process"
}

// Release gives the lock back and removes its file.
func (l *Lock) Release() error { return release(l.file) }
