package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"weft/cmd/fashion/internal/memory"
	"weft/mnist"
)

// source is the flags that say where the data is.
type source struct {
	dir, prefix string
	transpose   bool
	offline     bool
	labelsFile  string

	labels   []string // after resolve: the names of the classes in labelsFile, nil without one
	recorded *dataID  // what a run that is resumed was trained on
}

func (s *source) register(f *flags) {
	f.group("The data")
	f.StringVar(&s.dir, "data", "", "")
	f.describe("data", "DIR", "folder of the four IDX files, compressed or not; no other place is\ntried (default: $"+mnist.EnvDir+", likewise, then Keras's cache,\nWeft's cache, a download, synthetic images)")
	f.StringVar(&s.prefix, "prefix", "", "")
	f.describe("prefix", "TEXT", "of the files' names, where DIR holds several sets: emnist-letters-")
	f.BoolVar(&s.transpose, "transpose", false, "")
	f.describe("transpose", "", "exchange rows and columns of the images: EMNIST's are stored so")
	f.StringVar(&s.labelsFile, "labels", "", "")
	f.describe("labels", "FILE", "names of the classes, one per line, or EMNIST's mapping (default:\nFashion-MNIST's where the data is that, else numbers)")
	f.BoolVar(&s.offline, "offline", false, "")
	f.describe("offline", "", "do not use the network")
}

// resolve reads the names of the classes.
func (s *source) resolve() (err error) {
	if s.prefix != "" && s.dir == "" && os.Getenv(mnist.EnvDir) == "" {
		return usagef("-prefix does nothing without -data: add -data DIR")
	}
	if s.labelsFile != "" {
		s.labels, err = readLabels(s.labelsFile)
	}
	return err
}

// validationShare and splitSeed are the tutorial's split: scikit-learn's
// train_test_split(test_size=0.2, random_state=42).
const (
	validationShare = 0.2
	splitSeed       = 42
)

// sets is the data of a run.
type sets struct {
	train, validation, test *mnist.Set
	labels                  []string // of the user; nil: what the sets call them
}

// className names a class.
func (s *sets) className(class int) string {
	if class < len(s.labels) {
		return s.labels[class]
	}
	if s.labels != nil {
		return fmt.Sprint(class)
	}
	return s.test.ClassName(class)
}

// options returns what mnist is asked for.
func (s *source) options(c *console) mnist.LoadOptions {
	return mnist.LoadOptions{
		Dir: s.dir, Prefix: s.prefix, Transpose: s.transpose, Offline: s.offline,
		MaxBytes: memory.Limit() / 2, Progress: c.meter(), Log: c.stderr,
	}
}

// load reads the data and splits it.
func (s *source) load(ctx context.Context, c *console) (*sets, error) {
	o := s.options(c)
	if s.recorded != nil {
		if err := s.recorded.find(&o); err != nil {
			return nil, err
		}
	}
	return s.read(ctx, c, o)
}

// read reads the data that options ask for and splits it.
func (s *source) read(ctx context.Context, c *console, o mnist.LoadOptions) (*sets, error) {
	all, test, err := mnist.Fashion(ctx, o)
	if err != nil {
		return nil, stoppedOr(ctx, remedy(err, o))
	}
	if all.Source() == mnist.SyntheticSet && !o.Synthetic {
		fmt.Fprint(c.stderr, "Here -data FOLDER names the folder, too, and fashion data -download fetches the files.\n\n")
	}
	if n := all.NumClasses(); n < 2 {
		return nil, fmt.Errorf("%s: all images are of class 0: there is nothing to learn", describeSet(all))
	} else if s.labels != nil && len(s.labels) < n {
		return nil, usagef("-labels %s: %d names, the data has the classes 0…%d: give a name for each", s.labelsFile, len(s.labels), n-1)
	}
	train, validation, err := all.Split(validationShare, splitSeed)
	if err != nil {
		return nil, err
	}
	return &sets{train, validation, test, s.labels}, stoppedOr(ctx, nil)
}

// remedy adds to an error of mnist, which knows no flags, what to do about it here.
func remedy(err error, o mnist.LoadOptions) error {
	switch {
	case errors.Is(err, mnist.ErrSeveralSets):
		return fmt.Errorf("%w: add -prefix", err)
	case errors.Is(err, mnist.ErrOutOfReach):
		return fmt.Errorf("%w: put its four files into a folder and give -data FOLDER", err)
	case o.Dir == "" && os.Getenv(mnist.EnvDir) != "":
		return fmt.Errorf("%w ($%s names the folder)", err, mnist.EnvDir)
	}
	return err
}

// describeSet says where a set comes from.
func describeSet(s *mnist.Set) string {
	if s.Dir() == "" {
		return string(s.Source())
	}
	return fmt.Sprintf("%s in %s", s.Source(), s.Dir())
}

// dataID distinguishes data sets, and says where the data was. The hash of the pixels and
// labels is that of sets without an official checksum.
type dataID struct {
	Source    mnist.Source `json:"source"`
	Split     string       `json:"split_sha256"`
	SHA256    string       `json:"sha256,omitempty"`
	Transpose bool         `json:"transpose,omitempty"`
	Dir       string       `json:"dir,omitempty"` // whole path
	Prefix    string       `json:"prefix,omitempty"`
}

// newDataID returns the identity of the data that a source gave.
func newDataID(s *sets, from *source) dataID {
	id := dataID{Source: s.train.Source(), Split: s.train.IndexSHA256(), Transpose: from.transpose, Dir: s.train.Dir(), Prefix: from.prefix}
	if dir, err := filepath.Abs(id.Dir); err == nil && id.Dir != "" {
		id.Dir = dir
	}
	if id.Source != mnist.FashionMNIST {
		id.SHA256 = hashSet(s.train)
	}
	return id
}

// same reports whether two sets are the same, wherever they were.
func (d dataID) same(e dataID) bool {
	d.Dir, d.Prefix, e.Dir, e.Prefix = "", "", "", ""
	return d == e
}

// find completes the options of a load by what the data was: where the user names no
// folder it is looked for where it was. Nothing but that set will do, so that nothing
// else is downloaded or generated.
func (d *dataID) find(o *mnist.LoadOptions) error {
	o.Official = d.Source == mnist.FashionMNIST
	if o.Dir != "" {
		return nil
	}
	o.Synthetic = d.Source == mnist.SyntheticSet
	if d.Dir == "" { // synthetic, or an old checkpoint
		if d.Source == mnist.Unverified && os.Getenv(mnist.EnvDir) == "" {
			return errors.New("the run in the checkpoint has other data than Fashion-MNIST: give its folder with -data")
		}
		return nil
	}
	if _, err := mnist.Files(d.Dir, d.Prefix); err == nil {
		o.Dir, o.Prefix = d.Dir, d.Prefix
	} else if d.Source == mnist.Unverified {
		if errors.Is(err, fs.ErrNotExist) {
			err = fmt.Errorf("the data of the run in the checkpoint was in %s, and is not there any more: give its folder with -data", d.Dir)
		}
		return err
	}
	return nil
}
