package mnist

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// The roles of the four files of a set, in the order of fashionFiles.
const (
	trainImages = iota
	trainLabels
	testImages
	testLabels
)

// fileName matches the names under which the files of such sets are found, but for an
// ending .gz: those of MNIST and Fashion-MNIST, those with a dot, as some archives
// have them, EMNIST's ("emnist-letters-test-images-idx3-ubyte") and QMNIST's
// ("qmnist-train-labels-idx2-int").
var fileName = regexp.MustCompile(`^(.*-)?(train|t10k|test)-(images|labels)[-.]idx[1-3]-(u?byte|short|int|float|double)$`)

// candidate is a file of a folder that may be one of a set.
type candidate struct {
	name, prefix string
	role         int
}

// candidates returns the files of a folder that may belong to a set, the better name
// for a role first: compressed before plain, official before others.
func candidates(dir string) ([]candidate, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var all []candidate
	for _, e := range entries {
		m := fileName.FindStringSubmatch(strings.TrimSuffix(e.Name(), ".gz"))
		if m == nil {
			continue
		}
		role := trainImages
		if m[2] != "train" {
			role = testImages
		}
		if m[3] == "labels" {
			role++
		}
		all = append(all, candidate{e.Name(), m[1], role})
	}
	rank := func(c candidate) int {
		r := 0
		plain := strings.TrimSuffix(c.name, ".gz")
		if plain == c.name {
			r += 4
		}
		if plain != c.prefix+strings.TrimSuffix(fashionFiles[c.role].name, ".gz") {
			r += 2
		}
		if info, err := os.Stat(filepath.Join(dir, c.name)); err != nil || !info.Mode().IsRegular() { // a folder of an archive
			r += 8
		}
		return r
	}
	slices.SortStableFunc(all, func(a, b candidate) int { return cmp.Compare(rank(a), rank(b)) })
	return all, nil
}

// ErrSeveralSets says that a folder holds several sets, of which a prefix chooses one.
var ErrSeveralSets = errors.New("several sets")

// Files returns the paths of the four files of the set in a folder, which Fashion reads
// with the same Dir and Prefix: training images and labels, test images and labels.
func Files(dir, prefix string) (paths [4]string, err error) {
	paths, _, err = find(dir, prefix)
	if err != nil {
		return paths, fmt.Errorf("mnist: %w", err)
	}
	for i, name := range paths {
		paths[i] = filepath.Join(dir, name)
	}
	return paths, nil
}

// find returns the names of the four files of a folder, and what they have in front
// of the official names: prefix, or where that is "" the only one there.
func find(dir, prefix string) (files [4]string, found string, err error) {
	all, err := candidates(dir)
	if err != nil {
		return files, "", fmt.Errorf("%w: the folder must hold %s", err, official(prefix))
	}
	if prefix == "" {
		var others []string
		for _, c := range all {
			if !slices.Contains(others, c.prefix) {
				others = append(others, c.prefix)
			}
		}
		switch slices.Sort(others); {
		case len(others) == 0 || others[0] == "": // none, or the official names
		case len(others) == 1:
			prefix = others[0]
		default:
			return files, "", fmt.Errorf("%s holds %w: choose one by the prefix of its files, one of %s", dir, ErrSeveralSets, strings.Join(others, " "))
		}
	}
	for _, c := range all {
		if c.prefix == prefix && files[c.role] == "" {
			files[c.role] = c.name
		}
	}
	for role, name := range files {
		if name == "" {
			missing := prefix + fashionFiles[role].name
			return files, "", &fs.PathError{Op: "open", Path: filepath.Join(dir, missing), Err: fmt.Errorf("%w: the folder must hold %s", fs.ErrNotExist, official(prefix))}
		}
	}
	return files, prefix, nil
}

// official lists the names of the files of a set.
func official(prefix string) string {
	var names []string
	for _, f := range fashionFiles {
		names = append(names, prefix+f.name)
	}
	return strings.Join(names[:3], ", ") + " and " + names[3] + ", compressed or not"
}

// absent reports whether a folder holds no file of a set, so that there is nothing to
// say about it.
func absent(dir string) bool {
	all, err := candidates(dir)
	return errors.Is(err, fs.ErrNotExist) || err == nil && len(all) == 0
}
