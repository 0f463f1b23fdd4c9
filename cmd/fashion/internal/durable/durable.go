// Package durable writes files that survive: at any moment, also after kill -9
// or a loss of power, a file holds either its old content or its new one, whole.
package durable

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// infix stands in the names of temporary files, between the name of the file
// and a random number.
const infix = ".partial-"

// Write replaces the file at path by what write writes: into a temporary file
// in the same folder, flushed to the disk, renamed, the folder flushed too.
// Where anything fails the old file stays and the temporary one is removed.
func Write(path string, write func(io.Writer) error) (err error) {
	dir, name := filepath.Split(path)
	if dir == "" {
		dir = "."
	}
	f, err := os.CreateTemp(dir, name+infix+"*")
	if err != nil {
		return fmt.Errorf("%s cannot be written: %w", path, cause(err))
	}
	defer func() {
		if err != nil {
			f.Close() // a second Close changes nothing
			err = fmt.Errorf("%s cannot be written, what stood there is unchanged: %w", path, cause(err))
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	out := bufio.NewWriterSize(f, 1<<16)
	if err := write(out); err != nil {
		return err
	}
	if err := out.Flush(); err != nil {
		return err
	}
	if err := f.Chmod(0o644); err != nil && runtime.GOOS != "windows" {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	return syncDir(dir)
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

// Sweep removes the temporary files of path that processes left behind which
// ended inside a Write. No other process may be writing path.
func Sweep(path string) error {
	dir, name := filepath.Split(path)
	if dir == "" {
		dir = "."
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	var errs []error
	for _, e := range entries {
		number, ok := strings.CutPrefix(e.Name(), name+infix)
		if ok && number != "" && strings.Trim(number, "0123456789") == "" {
			errs = append(errs, os.Remove(filepath.Join(dir, e.Name())))
		}
	}
	return errors.Join(errs...)
}
