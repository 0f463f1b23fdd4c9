// Package paths compares paths as files: through links, relative parts, and names
// that a file system takes for one, such as Model and model.
package paths

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode"
)

// File is a file that a program reads or writes.
type File struct {
	Role   string // how an error calls it, such as "-save"
	Path   string
	Output bool
	Info   fs.FileInfo // of a file that is open already, such as standard output; nil: found by Path
}

// Conflict returns an error where one of the outputs is the same file as another of
// the files. None needs to exist; a path that cannot be followed is in nobody's way, and
// who opens it learns why.
func Conflict(files []File) error {
	var places []place
	var placed []File
	for _, f := range files {
		p := place{info: f.Info}
		if f.Info == nil {
			var err error
			if p, err = resolve(f.Path); err != nil {
				continue
			}
		}
		for i, other := range places {
			if (f.Output || placed[i].Output) && same(p, other) {
				return conflict(placed[i], f)
			}
		}
		places, placed = append(places, p), append(placed, f)
	}
	return nil
}

// conflict says which two files are one.
func conflict(a, b File) error {
	name := b.Path
	if name == "" {
		name = a.Path
	} else if a.Path != "" && a.Path != b.Path {
		name = a.Path + " and " + b.Path
	}
	if a.Output && b.Output {
		return fmt.Errorf("%s and %s write the same file, %s: give each its own", a.Role, b.Role, name)
	}
	if a.Output {
		a, b = b, a
	}
	return fmt.Errorf("%s would overwrite what %s reads, %s: give it a file of its own", b.Role, a.Role, name)
}

// place is where a path leads: a file that is there, or a name below the nearest
// folder that is there.
type place struct {
	info   fs.FileInfo // of the file; nil where there is none
	folder string      // the nearest folder
	inside fs.FileInfo // its
	rest   string      // the path below it
}

// resolve follows the links of a path as far as it exists.
func resolve(path string) (place, error) {
	if !filepath.IsAbs(path) {
		wd, err := os.Getwd()
		if err != nil {
			return place{}, err
		}
		path = wd + string(filepath.Separator) + path // not cleaned: "link/.." is not "."
	}
	rest := ""
	for {
		real, err := filepath.EvalSymlinks(path)
		if err == nil {
			info, err := os.Stat(real)
			if err != nil {
				return place{}, err
			}
			if rest == "" {
				return place{info: info}, nil
			}
			return place{folder: real, inside: info, rest: rest}, nil
		}
		above, name := filepath.Split(strings.TrimRight(path, string(filepath.Separator)))
		if !errors.Is(err, fs.ErrNotExist) || above == "" || len(above) >= len(path) {
			return place{}, err
		}
		path, rest = above, filepath.Join(name, rest)
	}
}

// same reports whether two places are one file.
func same(a, b place) bool {
	switch {
	case a.info != nil && b.info != nil:
		return os.SameFile(a.info, b.info)
	case a.info != nil || b.info != nil: // a name that folds to one that is there exists too
		return false
	case !os.SameFile(a.inside, b.inside):
		return false
	case a.rest == b.rest:
		return true
	}
	return alike(a.rest, b.rest) && folds(a.folder, a.rest, b.rest)
}

// alike reports whether some file system may take two names for one: where they differ
// in case, in how a letter is encoded, or in dots and blanks at the end.
func alike(a, b string) bool {
	other := func(s string) bool { return strings.ContainsFunc(s, func(r rune) bool { return r > unicode.MaxASCII }) }
	return strings.EqualFold(strings.TrimRight(a, ". "), strings.TrimRight(b, ". ")) || other(a) && other(b)
}

// folds asks the file system of a folder whether two paths below it are one file: in a
// temporary folder, so that nothing appears under the names themselves. Where that
// cannot be made nothing can be written either, and they are taken for two.
func folds(folder, a, b string) bool {
	probe, err := os.MkdirTemp(folder, ".names-")
	if err != nil {
		return false
	}
	defer os.RemoveAll(probe)
	first := filepath.Join(probe, a)
	if os.MkdirAll(filepath.Dir(first), 0o777) != nil || os.WriteFile(first, nil, 0o666) != nil {
		return false
	}
	x, errX := os.Stat(first)
	y, errY := os.Stat(filepath.Join(probe, b))
	return errX == nil && errY == nil && os.SameFile(x, y)
}
