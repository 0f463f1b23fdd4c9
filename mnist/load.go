package mnist

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// EnvDir is the environment variable that names the folder of the data.
const EnvDir = "FASHION_MNIST_DIR"

// fashionFiles are the four official files with their SHA-256, training images
// and labels before those of the test.
var fashionFiles = [4]file{
	{"train-images-idx3-ubyte.gz", "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"},
	{"train-labels-idx1-ubyte.gz", "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"},
	{"t10k-images-idx3-ubyte.gz", "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"},
	{"t10k-labels-idx1-ubyte.gz", "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"},
}

// file is one official file.
type file struct{ name, sha256 string }

// Options say where Fashion looks for the data.
type Options struct {
	Dir      string    // folder of the four files; binding. "": the environment's FASHION_MNIST_DIR, binding too
	Offline  bool      // never dial
	Progress io.Writer // of a download; nil: silent
	Log      io.Writer // what the user should know, such as a damaged cache; nil: silent

	cacheDirs []string // tests: instead of Keras's and Weft's caches, the last one is Weft's
	sources   []string // tests: instead of the official address and its mirror
	files     *[4]file // tests: instead of fashionFiles
}

// Fashion returns the training and the test set of Fashion-MNIST, 60,000 and
// 10,000 images of 28×28. With Dir, or FASHION_MNIST_DIR in the environment,
// they come from that folder or not at all: a missing or bad file is an error,
// and other valid images of 28×28 are taken as Unverified. Otherwise they come
// from Keras's cache, Weft's cache or a download into it; where none of them has
// the official files, which Log tells with the reasons, they are Drawn from
// DrawnSeed, and their Source is DrawnSet. A cancelled context is an error.
func Fashion(ctx context.Context, o Options) (train, test *Set, err error) {
	if o.Dir == "" {
		o.Dir = os.Getenv(EnvDir)
	}
	if o.files == nil {
		o.files = &fashionFiles
	}
	if o.Log == nil {
		o.Log = io.Discard
	}
	if o.Dir != "" {
		return load(o.Dir, o.files)
	}
	if o.cacheDirs == nil {
		o.cacheDirs = cacheDirs()
	}
	for _, dir := range o.cacheDirs {
		train, test, err := load(dir, o.files)
		switch {
		case err == nil && train.source == FashionMNIST:
			return train, test, nil
		case err == nil:
			fmt.Fprintf(o.Log, "The files in %s are not the official ones: looking elsewhere.\n", dir)
		case !absent(dir, o.files):
			fmt.Fprintf(o.Log, "%v: looking elsewhere.\n", err)
		}
	}
	why := errors.New("mnist: -offline forbids a download")
	if !o.Offline {
		if train, test, why = o.download(ctx); why == nil {
			return train, test, nil
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, nil, fmt.Errorf("mnist: the search for Fashion-MNIST was stopped: %w", err)
	}
	fmt.Fprintf(o.Log, drawnNotice, why, o.files[0].name, o.files[1].name, o.files[2].name, o.files[3].name, EnvDir)
	train, test = Drawn(DrawnSeed)
	return train, test, nil
}

// drawnNotice says that the set is drawn, why, and how to get the real one.
const drawnNotice = `
*** THIS IS NOT FASHION-MNIST: the images are drawn by code, because the real ones are out of reach. ***
*** Losses and accuracies on them say nothing about the real set.                                   ***
Why: %v
For the real set put %s, %s, %s and %s into a folder and give -data FOLDER or set %s, or run once with a network.

`

// download gets what is missing into the last of the caches and reads it.
func (o *Options) download(ctx context.Context) (train, test *Set, err error) {
	if len(o.cacheDirs) == 0 {
		return nil, nil, errors.New("mnist: there is no folder for a download: set HOME")
	}
	cache := o.cacheDirs[len(o.cacheDirs)-1]
	if err := download(ctx, *o, cache); err != nil {
		return nil, nil, err
	}
	return load(cache, o.files)
}

// absent reports that a folder holds none of the files, so that there is nothing
// to tell about it.
func absent(dir string, files *[4]file) bool {
	for _, f := range files {
		for _, name := range []string{f.name, strings.TrimSuffix(f.name, ".gz")} {
			if _, err := os.Stat(filepath.Join(dir, name)); !errors.Is(err, fs.ErrNotExist) {
				return false
			}
		}
	}
	return true
}

// cacheDirs returns the folders of Keras's caches and, last, of Weft's own.
func cacheDirs() []string {
	var dirs []string
	if home := os.Getenv("KERAS_HOME"); home != "" {
		dirs = append(dirs, filepath.Join(home, "datasets", "fashion-mnist"))
	}
	if home, err := os.UserHomeDir(); err == nil {
		dirs = append(dirs, filepath.Join(home, ".keras", "datasets", "fashion-mnist"))
	}
	if cache, err := os.UserCacheDir(); err == nil {
		dirs = append(dirs, filepath.Join(cache, "weft", "fashion-mnist"))
	}
	return dirs
}

// load reads the four files of a folder, two at a time.
func load(dir string, files *[4]file) (train, test *Set, err error) {
	var parts [4]part
	var group sync.WaitGroup
	for i := range parts {
		group.Go(func() { parts[i].read(dir, files[i], i%2 == 1) })
	}
	group.Wait()
	source := FashionMNIST
	for i := range parts {
		if parts[i].err != nil {
			return nil, nil, parts[i].err
		}
		if !parts[i].official {
			source = Unverified
		}
	}
	if train, err = parts[0].set(&parts[1], dir, source); err == nil {
		test, err = parts[2].set(&parts[3], dir, source)
	}
	if err != nil {
		return nil, nil, err
	}
	return train, test, nil
}

// part is one file read.
type part struct {
	path          string
	data          []uint8
	height, width int
	official      bool // its checksum is the official one
	err           error
}

// read reads a file of the folder: the compressed one, else the plain one.
func (p *part) read(dir string, f file, labels bool) {
	p.path = filepath.Join(dir, f.name)
	in, err := os.Open(p.path)
	if errors.Is(err, fs.ErrNotExist) {
		plain := strings.TrimSuffix(p.path, ".gz")
		if in2, err2 := os.Open(plain); err2 == nil {
			in, err, p.path = in2, nil, plain
		}
	}
	if err != nil {
		p.err = fmt.Errorf("mnist: %w: the folder must hold %s, compressed or not", err, f.name)
		return
	}
	defer in.Close()
	info, err := in.Stat()
	if err != nil {
		p.err = fmt.Errorf("mnist: %w", err)
		return
	}
	hash := sha256.New()
	src := io.TeeReader(in, hash)
	if labels {
		p.data, err = ReadLabels(src, info.Size())
	} else {
		p.data, p.height, p.width, err = ReadImages(src, info.Size())
	}
	if err != nil {
		p.err = fmt.Errorf("mnist: %s: %w; delete the file or get it again", p.path, err)
		return
	}
	p.official = hex.EncodeToString(hash.Sum(nil)) == f.sha256
}

// set joins images with their labels.
func (p *part) set(labels *part, dir string, source Source) (*Set, error) {
	if p.height != 28 || p.width != 28 {
		return nil, fmt.Errorf("mnist: %s holds images of %d×%d, want 28×28", p.path, p.height, p.width)
	}
	if n := len(p.data) / (28 * 28); n != len(labels.data) {
		return nil, fmt.Errorf("mnist: %s holds %d images, %s holds %d labels", p.path, n, labels.path, len(labels.data))
	}
	s, err := NewSet(p.data, labels.data, p.height, p.width)
	if err != nil {
		return nil, err
	}
	s.source, s.dir = source, dir
	return s, nil
}
