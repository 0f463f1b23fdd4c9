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

// LoadOptions say where Fashion looks for the data.
type LoadOptions struct {
	Dir       string    // folder of the four files, and no other; "": that of the environment's FASHION_MNIST_DIR, and no other
	Prefix    string    // of the files' names in Dir, such as "emnist-letters-"; needed where it holds several sets
	Transpose bool      // exchange rows and columns of each image: EMNIST's are stored so
	Offline   bool      // do not use the network
	Official  bool      // an error that wraps ErrOutOfReach where the official files are not to be had, no synthetic set
	Synthetic bool      // the synthetic set, whatever is there
	MaxBytes  int64     // that a file may take in memory; 0: 4 GiB
	Progress  io.Writer // of a download; nil: silent
	Log       io.Writer // what the user should know, such as a damaged cache; nil: silent

	files   *[4]file // tests: instead of fashionFiles
	sources []string // tests: instead of the official address and its mirror
	network          // tests: instead of the machine's
}

// Fashion returns the training and the test set of Fashion-MNIST, 60,000 and
// 10,000 images of 28×28.
//
// With Dir, or FASHION_MNIST_DIR in the environment, they come from that folder or
// not at all: a missing or bad file is an error, and another set of 28×28 images is
// taken as Unverified. Otherwise they come from Keras's cache, Weft's cache or a
// download into it. Where none of them has the official files, Log says why, and the
// synthetic set of SyntheticSeed is returned, whose Source is SyntheticSet; with
// Official that is an error. A cancelled context is an error. Errors that wrap
// fs.ErrNotExist, ErrSeveralSets and ErrOutOfReach say what the caller can mend.
func Fashion(ctx context.Context, o LoadOptions) (train, test *Set, err error) {
	if o.Dir == "" {
		o.Dir = os.Getenv(EnvDir)
	}
	if o.files == nil {
		o.files = &fashionFiles
	}
	if o.Log == nil {
		o.Log = io.Discard
	}
	if o.MaxBytes == 0 {
		o.MaxBytes = defaultMaxBytes
	}
	switch {
	case o.Synthetic && (o.Dir != "" && o.Dir != os.Getenv(EnvDir) || o.Official):
		return nil, nil, errors.New("mnist: the synthetic set is asked for, and another one too")
	case o.Synthetic:
		train, test = synthetic(o)
		return train, test, nil
	case o.Dir != "":
		train, test, err := load(o.Dir, o)
		if err == nil && o.Official && train.source != FashionMNIST {
			return nil, nil, fmt.Errorf("%w: the files in %s are not the official ones", ErrOutOfReach, o.Dir)
		}
		return train, test, err
	}
	if o.Prefix != "" {
		return nil, nil, fmt.Errorf("mnist: the prefix %q chooses files of a folder, and no folder is named", o.Prefix)
	}
	train, test, why := findOfficial(ctx, o)
	if why == nil {
		return train, test, nil
	}
	if err := ctx.Err(); err != nil {
		return nil, nil, fmt.Errorf("mnist: the search for Fashion-MNIST was stopped: %w", err)
	}
	if o.Official {
		return nil, nil, fmt.Errorf("%w: %w", ErrOutOfReach, why)
	}
	fmt.Fprintf(o.Log, syntheticNotice, why, o.files[0].name, o.files[1].name, o.files[2].name, o.files[3].name, EnvDir)
	train, test = synthetic(o)
	return train, test, nil
}

// ErrOutOfReach says that the official files are not to be had.
var ErrOutOfReach = errors.New("mnist: Fashion-MNIST is out of reach")

// synthetic returns the synthetic set as the options ask for it.
func synthetic(o LoadOptions) (train, test *Set) {
	train, test = Synthetic(SyntheticSeed)
	if o.Transpose {
		train.transpose()
		test.transpose()
	}
	return train, test
}

// syntheticNotice says that the set is synthetic, why, and how to get the real one.
const syntheticNotice = `
*** THIS IS NOT FASHION-MNIST: the images are synthetic, because the real ones are out of reach. ***
*** Losses and accuracies on them say nothing about the real set.                               ***
Why: %v
For the real set run once with a network, or put %s, %s, %s and %s into a folder and name it in %s.
`

// findOfficial returns the official files from the caches or a download, or why they
// are out of reach.
func findOfficial(ctx context.Context, o LoadOptions) (train, test *Set, err error) {
	keras, cache, noCache := cacheDirs()
	for _, dir := range append(keras, cache) {
		if dir == "" {
			continue
		}
		train, test, err := load(dir, o)
		switch {
		case err == nil && train.source == FashionMNIST:
			return train, test, nil
		case err == nil:
			fmt.Fprintf(o.Log, "The files in %s are not the official ones: looking elsewhere.\n", dir)
		case !absent(dir):
			fmt.Fprintf(o.Log, "%v: looking elsewhere.\n", err)
		}
	}
	switch {
	case o.Offline:
		return nil, nil, errors.New("no cache has it, and a download is ruled out: offline")
	case noCache != nil:
		return nil, nil, noCache
	}
	if err := download(ctx, o, cache); err != nil {
		return nil, nil, err
	}
	return load(cache, o)
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
func load(dir string, o LoadOptions) (train, test *Set, err error) {
	names, prefix, err := find(dir, o.Prefix)
	if err != nil {
		return nil, nil, fmt.Errorf("mnist: %w", err)
	}
	if strings.HasPrefix(prefix, "emnist-") && !o.Transpose {
		fmt.Fprintf(o.Log, "%s holds EMNIST, whose images are stored transposed, and they are taken so: transpose them to have them upright.\n", dir)
	}
	var files [4]loadedFile
	var group sync.WaitGroup
	for i := range files {
		group.Go(func() { files[i].read(filepath.Join(dir, names[i]), o.files[i], i%2 == 1, o.MaxBytes) })
	}
	group.Wait()
	source := FashionMNIST
	for i := range files {
		if files[i].err != nil {
			return nil, nil, files[i].err
		}
		if !files[i].official {
			source = Unverified
		}
	}
	if train, err = files[trainImages].set(&files[trainLabels]); err == nil {
		test, err = files[testImages].set(&files[testLabels])
	}
	if err != nil {
		return nil, nil, err
	}
	classes := max(train.classes, test.classes)
	for _, s := range []*Set{train, test} {
		s.classes, s.source, s.dir = classes, source, dir
		if o.Transpose {
			s.transpose()
		}
	}
	return train, test, nil
}

// loadedFile is the content of one file.
type loadedFile struct {
	path          string
	pixels        []uint8 // of images
	height, width int
	labels        []int32 // of labels
	official      bool    // its checksum is the official one
	err           error
}

// read reads the file at path, which is official if it is f.
func (l *loadedFile) read(path string, f file, holdsLabels bool, maxBytes int64) {
	l.path = path
	c := images
	if holdsLabels {
		c = labels
	}
	data, err := readRegular(path, maxBytes, c)
	if err == nil {
		var hashing sync.WaitGroup
		hashing.Go(func() {
			sum := sha256.Sum256(data)
			got := hex.EncodeToString(sum[:])
			l.official = got == f.sha256 || got == f.plain
		})
		if holdsLabels {
			l.labels, err = decodeLabels(data)
		} else {
			l.pixels, l.height, l.width, err = decodeImages(data)
		}
		hashing.Wait()
	}
	switch {
	case errors.As(err, new(damage)):
		l.err = fmt.Errorf("mnist: %s: %w; the file is damaged or incomplete: get it again", path, err)
	case errors.As(err, new(*fs.PathError)): // names the file
		l.err = fmt.Errorf("mnist: %w", err)
	case err != nil:
		l.err = fmt.Errorf("mnist: %s: %w", path, err)
	}
}

// readRegular reads a file as readIDX does, but no pipe or device, which need not end.
func readRegular(path string, maxBytes int64, c content) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("this is not a regular file")
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return readIDX(f, info.Size(), maxBytes, c)
}

// set joins images with their labels.
func (l *loadedFile) set(of *loadedFile) (*Set, error) {
	if l.height != side || l.width != side {
		return nil, fmt.Errorf("mnist: %s holds images of %d×%d: only %d×%d are supported", l.path, l.height, l.width, side, side)
	}
	if n := len(l.pixels) / area; n != len(of.labels) {
		return nil, fmt.Errorf("mnist: %s holds %d images, %s holds %d labels: they are not of one set", l.path, n, of.path, len(of.labels))
	}
	return NewSet(l.pixels, of.labels, l.height, l.width)
}

// transpose exchanges rows and columns of each image of a whole set, whose images are
// square.
func (s *Set) transpose() {
	size := s.height * s.width
	for at := 0; at < len(s.pixels); at += size {
		p := s.pixels[at : at+size]
		for y := range s.height {
			for x := range y {
				a, b := y*s.width+x, x*s.width+y
				p[a], p[b] = p[b], p[a]
			}
		}
	}
}
