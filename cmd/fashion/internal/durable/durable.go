// Package durable writes files that survive: at any moment, also after kill -9
// or a loss of power, a file holds either its old content or its new one, whole.
package durable

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// infix is in the names of temporary files, between the name of the file
// and a random number.
const infix = ".partial-"

// abandoned is how long a temporary file has not been written when nobody writes it
// any more.
const abandoned = 10 * time.Minute

// Ready returns an error where Write of path would fail: a folder that is missing or
// may not be written, a path that is a folder, a device or a pipe. It also removes
// abandoned temporary files of processes that ended inside a Write.
func Ready(path string) error {
	place, _, err := placeOf(path)
	if err != nil {
		return err
	}
	f, err := create(place)
	if err != nil {
		return fmt.Errorf("%s cannot be written: %w", path, cause(err))
	}
	return errors.Join(f.Close(), os.Remove(f.Name()), sweep(place, abandoned))
}

// placeOf returns where the file of a path is, symbolic links followed, and the
// permissions of the one that is there, 0 for none.
func placeOf(path string) (place string, mode fs.FileMode, err error) {
	place, err = filepath.EvalSymlinks(path)
	if errors.Is(err, fs.ErrNotExist) {
		if target, err := os.Readlink(path); err == nil {
			return "", 0, fmt.Errorf("%s cannot be written: it is a link to %s, which is not there", path, target)
		}
		return path, 0, nil
	}
	if err != nil {
		return "", 0, fmt.Errorf("%s cannot be written: %w", path, cause(err))
	}
	info, err := os.Stat(place)
	if err != nil {
		return "", 0, fmt.Errorf("%s cannot be written: %w", path, cause(err))
	}
	if !info.Mode().IsRegular() {
		return "", 0, fmt.Errorf("%s cannot be written: it is not a regular file, and would be replaced", path)
	}
	return place, info.Mode().Perm(), nil
}

// create creates a temporary file next to path, with the permissions that the process
// gives its files.
func create(path string) (*os.File, error) {
	for {
		f, err := os.OpenFile(fmt.Sprintf("%s%s%d", path, infix, rand.Uint32()), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
		if !errors.Is(err, fs.ErrExist) {
			return f, err
		}
	}
}

// Write replaces the file at path by what write writes: into a temporary file
// in the same folder, flushed to the disk, renamed, the folder flushed too. It
// follows symbolic links, and keeps the permissions of the old file. Where
// anything fails the old file stays and the temporary one is removed.
func Write(path string, write func(io.Writer) error) (err error) {
	place, mode, err := placeOf(path)
	if err != nil {
		return err
	}
	f, err := create(place)
	if err != nil {
		return fmt.Errorf("%s cannot be written: %w", path, cause(err))
	}
	defer func() {
		if err != nil {
			f.Close() // a second Close changes nothing
			err = fmt.Errorf("%s cannot be written, the old content is unchanged: %w", path, cause(err))
			if e := os.Remove(f.Name()); !errors.Is(e, fs.ErrNotExist) {
				err = errors.Join(err, e)
			}
		}
	}()
	out := bufio.NewWriterSize(f, 1<<16)
	if err := write(out); err != nil {
		return err
	}
	if err := out.Flush(); err != nil {
		return err
	}
	if mode != 0 && runtime.GOOS != "windows" {
		if err := f.Chmod(mode); err != nil {
			return err
		}
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), place); err != nil {
		return err
	}
	return syncDir(filepath.Dir(place))
}

// cause takes the temporary name out of an error of a file system call: the user
// knows the file by its own name.
func cause(err error) error {
	var p *os.PathError
	if errors.As(err, &p) {
		return fmt.Errorf("%s: %w", p.Op, p.Err)
	}
	return err
}

// syncDir flushes a folder, so that a rename in it is not lost. Windows and
// browsers have no such call; the first makes renames durable itself.
func syncDir(dir string) error {
	if runtime.GOOS == "windows" || runtime.GOOS == "js" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// Sweep removes all temporary files of path that processes left. No other
// process may be writing path.
func Sweep(path string) error {
	place, _, err := placeOf(path)
	if err != nil {
		return err
	}
	return sweep(place, 0)
}

// sweep removes the temporary files of path that nobody has written for a time.
func sweep(path string, age time.Duration) error {
	dir, name := filepath.Split(path)
	entries, err := os.ReadDir(filepath.Clean(dir))
	if err != nil {
		return err
	}
	var errs []error
	for _, e := range entries {
		number, ok := strings.CutPrefix(e.Name(), name+infix)
		if !ok || number == "" || strings.Trim(number, "0123456789") != "" {
			continue
		}
		if info, err := e.Info(); err != nil || age > 0 && time.Since(info.ModTime()) < age {
			continue // gone already, or somebody's
		}
		if err := os.Remove(filepath.Join(dir, e.Name())); !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}
