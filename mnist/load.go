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

// fashionFiles are the four official files, training images and labels before
// those of the test.
var fashionFiles = [4]file{
	{"train-images-idx3-ubyte.gz", "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84", "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888"},
	{"train-labels-idx1-ubyte.gz", "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845", "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9"},
	{"t10k-images-idx3-ubyte.gz", "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073", "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b"},
	{"t10k-labels-idx1-ubyte.gz", "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5", "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34"},
}

// file is one official file: its name, its SHA-256 and that of its content.
type file struct{ name, sha256, plain string }

// Options say where Fashion looks for the data.
type Options struct {
	Dir      string    // folder of the four files; binding. "": the environment's FASHION_MNIST_DIR, binding too
	Offline  bool      // never dial
	Progress io.Writer // of a download; nil: silent
	Log      io.Writer // what the user should know, such as a damaged cache; nil: silent

	files   *[4]file // tests: instead of fashionFiles
	sources []string // tests: instead of the official address and its mirror
	network          // tests: instead of the machine's
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
	keras, cache, noCache := cacheDirs()
	for _, dir := range append(keras, cache) {
		if dir == "" {
			continue
		}
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
	why := noCache
	switch {
	case o.Offline:
		why = errors.New("mnist: -offline forbids a download")
	case why == nil:
		if why = download(ctx, o, cache); why == nil {
			return load(cache, o.files)
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

// cacheDirs returns the folders of Keras's caches and of Weft's own, or why
// there is none.
func cacheDirs() (keras []string, weft string, err error) {
	if home := os.Getenv("KERAS_HOME"); home != "" {
		keras = append(keras, filepath.Join(home, "datasets", "fashion-mnist"))
	}
	if home, err := os.UserHomeDir(); err == nil {
		keras = append(keras, filepath.Join(home, ".keras", "datasets", "fashion-mnist"))
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return keras, "", fmt.Errorf("no folder for a cache: %w", err)
	}
	return keras, filepath.Join(cache, "weft", "fashion-mnist"), nil
}

// load reads the four files of a folder at the same time.
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
	data, err := readRegular(p.path)
	want := f.sha256
	if errors.Is(err, fs.ErrNotExist) {
		plain := strings.TrimSuffix(p.path, ".gz")
		if data2, err2 := readRegular(plain); !errors.Is(err2, fs.ErrNotExist) {
			data, err, p.path, want = data2, err2, plain, f.plain
		}
	}
	if errors.Is(err, fs.ErrNotExist) {
		p.err = fmt.Errorf("mnist: %w: the folder must hold %s, compressed or not", err, f.name)
		return
	} else if err != nil {
		p.err = fmt.Errorf("mnist: %w", err)
		return
	}
	var hashing sync.WaitGroup
	hashing.Go(func() {
		sum := sha256.Sum256(data)
		p.official = hex.EncodeToString(sum[:]) == want
	})
	if labels {
		p.data, err = decodeLabels(data)
	} else {
		p.data, p.height, p.width, err = decodeImages(data)
	}
	hashing.Wait()
	if err != nil {
		p.err = fmt.Errorf("mnist: %s: %w; delete the file or get it again", p.path, err)
	}
}

// readRegular reads a file, but no pipe or device, which need not end.
func readRegular(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is no regular file", path)
	}
	return os.ReadFile(path)
}

// set joins images with their labels.
func (p *part) set(labels *part, dir string, source Source) (*Set, error) {
	if p.height != 28 || p.width != 28 {
		return nil, fmt.Errorf("mnist: %s holds images of %d×%d, want 28×28", p.path, p.height, p.width)
	}
	if n := len(p.data) / (28 * 28); n != len(labels.data) {
		return nil, fmt.Errorf("mnist: %s holds %d images, %s holds %d labels: get both again", p.path, n, labels.path, len(labels.data))
	}
	s, err := NewSet(p.data, labels.data, p.height, p.width)
	if err != nil {
		return nil, err
	}
	s.source, s.dir = source, dir
	return s, nil
}
