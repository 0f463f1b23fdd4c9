package mnist

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// sample is a small data set under the official names.
type sample struct {
	files   [4]file   // as the official table has them
	content [4][]byte // compressed
}

// newSample returns n training images and n+1 test images of 28×28: noise, so
// that the compressed files are as long.
func newSample(t *testing.T, n int) *sample {
	s := &sample{}
	g := rand.New(rand.NewPCG(5, uint64(n)))
	for i := range s.files {
		count := n + i/2
		var b bytes.Buffer
		if i%2 == 0 {
			pixels := make([]byte, count*28*28)
			for i := range pixels {
				pixels[i] = byte(g.Uint32())
			}
			require.NoError(t, WriteImages(&b, pixels, 28, 28))
		} else {
			require.NoError(t, WriteLabels(&b, wide(ramp(count, 10))))
		}
		s.content[i] = zip(b.Bytes())
		s.files[i] = file{fashionFiles[i].name, sum(s.content[i]), sum(b.Bytes())}
	}
	return s
}

func sum(b []byte) string {
	s := sha256.Sum256(b)
	return hex.EncodeToString(s[:])
}

// put writes the files into a folder.
func (s *sample) put(t *testing.T, dir string) {
	require.NoError(t, os.MkdirAll(dir, 0o777))
	for i, f := range s.files {
		put(t, filepath.Join(dir, f.name), s.content[i])
	}
}

func put(t *testing.T, path string, content []byte) {
	require.NoError(t, os.WriteFile(path, content, 0o666))
}

// check holds where the sets are those of the sample.
func (s *sample) check(t *testing.T, train, test *Set, source Source, dir string) {
	for i, set := range []*Set{train, test} {
		pixels, height, width, err := ReadImages(bytes.NewReader(s.content[2*i]))
		require.NoError(t, err)
		labels, err := ReadLabels(bytes.NewReader(s.content[2*i+1]))
		require.NoError(t, err)
		require.Equal(t, pixels, set.Bytes())
		require.Equal(t, []int{height, width}, set.Shape())
		require.Equal(t, len(labels), set.Len())
		for j, l := range labels {
			require.Equal(t, int(l), set.Label(j))
		}
		require.Equal(t, source, set.Source())
		require.Equal(t, dir, set.Dir())
	}
}

// home gives the test a machine of its own: no environment, empty caches.
// It returns the folders where the caches would be.
func home(t *testing.T) (kerasHome, dotKeras, weft string) {
	root := t.TempDir()
	for _, v := range []string{"HOME", "USERPROFILE", "home"} {
		t.Setenv(v, filepath.Join(root, "home"))
	}
	for _, v := range []string{"XDG_CACHE_HOME", "LocalAppData"} {
		t.Setenv(v, filepath.Join(root, "cache"))
	}
	t.Setenv("KERAS_HOME", filepath.Join(root, "keras"))
	t.Setenv(EnvDir, "")
	cache, err := os.UserCacheDir()
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(cache, root))
	return filepath.Join(root, "keras", "datasets", "fashion-mnist"),
		filepath.Join(root, "home", ".keras", "datasets", "fashion-mnist"),
		filepath.Join(cache, "weft", "fashion-mnist")
}

// noNetwork fails the test when anything dials.
func noNetwork(t *testing.T) network {
	return network{dial: func(_ context.Context, _, address string) (net.Conn, error) {
		t.Errorf("dialled %s", address)
		return nil, errors.New("no network in this test")
	}}
}

func TestNamedFolder(t *testing.T) {
	official, other := newSample(t, 5), newSample(t, 9)
	kerasHome, _, weft := home(t)
	official.put(t, kerasHome)
	official.put(t, weft)
	dir, bad := t.TempDir(), t.TempDir()
	other.put(t, dir)
	o := LoadOptions{Dir: dir, files: &official.files, network: noNetwork(t)}

	train, test, err := Fashion(t.Context(), o)
	require.NoError(t, err)
	other.check(t, train, test, Unverified, dir)

	t.Setenv(EnvDir, bad) // the option wins over the environment
	train, test, err = Fashion(t.Context(), o)
	require.NoError(t, err)
	other.check(t, train, test, Unverified, dir)

	o.Dir = "" // the environment is binding, too
	_, _, err = Fashion(t.Context(), o)
	require.ErrorIs(t, err, os.ErrNotExist)
	require.ErrorContains(t, err, filepath.Join(bad, official.files[0].name))
	t.Setenv(EnvDir, dir)
	train, test, err = Fashion(t.Context(), o)
	require.NoError(t, err)
	other.check(t, train, test, Unverified, dir)

	official.put(t, dir)
	train, test, err = Fashion(t.Context(), o)
	require.NoError(t, err)
	official.check(t, train, test, FashionMNIST, dir)
}

// In a folder that the user named, whatever is wrong is an error, though both
// caches hold the real set.
func TestNamedFolderErrors(t *testing.T) {
	s := newSample(t, 5)
	kerasHome, _, weft := home(t)
	s.put(t, kerasHome)
	s.put(t, weft)
	image := func(i int) string { return s.files[i].name }
	plain := strings.TrimSuffix(image(1), ".gz")
	for _, c := range []struct {
		name   string
		damage func(t *testing.T, dir string)
		want   []string
	}{
		{"no folder", func(t *testing.T, dir string) { require.NoError(t, os.RemoveAll(dir)) },
			[]string{image(0), "the folder must hold"}},
		{"a file is missing", func(t *testing.T, dir string) { require.NoError(t, os.Remove(filepath.Join(dir, image(3)))) },
			[]string{image(3), "the folder must hold " + image(0), image(3) + ", compressed or not"}},
		{"a file is cut off", func(t *testing.T, dir string) { put(t, filepath.Join(dir, image(2)), s.content[2][:100]) },
			[]string{image(2), "unexpected EOF", "the file is damaged or incomplete: get it again"}},
		{"a file is damaged", func(t *testing.T, dir string) { put(t, filepath.Join(dir, image(0)), edited(s.content[0], -7)) },
			[]string{image(0), "CRC-32", "the file is damaged or incomplete: get it again"}},
		{"an empty file", func(t *testing.T, dir string) { put(t, filepath.Join(dir, image(0)), nil) },
			[]string{image(0), "it has 0 bytes"}},
		{"a page of a portal", func(t *testing.T, dir string) { put(t, filepath.Join(dir, image(1)), []byte("<html>log in</html>")) },
			[]string{image(1), "this is not an IDX file"}},
		{"images and labels exchanged", func(t *testing.T, dir string) { put(t, filepath.Join(dir, image(1)), s.content[0]) },
			[]string{image(1), "number of dimensions, is 3, want 1"}},
		{"other labels", func(t *testing.T, dir string) { put(t, filepath.Join(dir, image(1)), s.content[3]) },
			[]string{image(0), "holds 5 images", image(1), "holds 6 labels"}},
		{"a label of -1", func(t *testing.T, dir string) {
			put(t, filepath.Join(dir, image(1)), idx(9, 1, []uint32{5}, []byte{0, 1, 2, 3, 255}))
		}, []string{image(1), "label 4 (byte 12) is -1"}},
		{"other sizes", func(t *testing.T, dir string) {
			put(t, filepath.Join(dir, image(2)), idx(8, 3, []uint32{6, 14, 56}, make([]byte, 6*28*28)))
		}, []string{image(2), "images of 14×56: only 28×28 are supported"}},
		{"a folder in place of a file", func(t *testing.T, dir string) {
			require.NoError(t, os.Remove(filepath.Join(dir, image(1))))
			require.NoError(t, os.Mkdir(filepath.Join(dir, image(1)), 0o777))
		}, []string{image(1), "is not a regular file"}},
		{"a bad plain file", func(t *testing.T, dir string) {
			require.NoError(t, os.Remove(filepath.Join(dir, image(1))))
			put(t, filepath.Join(dir, plain), []byte{0, 0, 8})
		}, []string{plain, "it has 3 bytes"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "data")
			s.put(t, dir)
			c.damage(t, dir)
			train, test, err := Fashion(t.Context(), LoadOptions{Dir: dir, files: &s.files, network: noNetwork(t)})
			require.Nil(t, train)
			require.Nil(t, test)
			for _, want := range append(c.want, "mnist: ", dir) {
				require.ErrorContains(t, err, want)
			}
			if !strings.HasPrefix(c.name, "a file is") && !strings.Contains(c.name, "plain") && c.name != "an empty file" {
				require.NotContains(t, err.Error(), "get it again", "the file is only different")
			}
		})
	}
}

// Decompressed files are as good; where both are there, the compressed one counts.
func TestPlainFiles(t *testing.T) {
	s := newSample(t, 5)
	home(t)
	dir := t.TempDir()
	s.put(t, dir)
	for i, f := range s.files {
		path := filepath.Join(dir, strings.TrimSuffix(f.name, ".gz"))
		z, err := gzip.NewReader(bytes.NewReader(s.content[i]))
		require.NoError(t, err)
		plain, err := io.ReadAll(z)
		require.NoError(t, err)
		put(t, path, plain)
		require.NoError(t, os.Remove(filepath.Join(dir, f.name)))
		o := LoadOptions{Dir: dir, files: &s.files, network: noNetwork(t)}
		train, test, err := Fashion(t.Context(), o)
		require.NoError(t, err)
		s.check(t, train, test, FashionMNIST, dir)
	}
	put(t, filepath.Join(dir, s.files[1].name), edited(s.content[1], -1))
	_, _, err := Fashion(t.Context(), LoadOptions{Dir: dir, files: &s.files, network: noNetwork(t)})
	require.ErrorContains(t, err, s.files[1].name+": the gzip trailer")
}

// The caches in their order: each is filled in turn, from the last to the first.
func TestCaches(t *testing.T) {
	s := newSample(t, 5)
	kerasHome, dotKeras, weft := home(t)
	var log bytes.Buffer
	o := LoadOptions{Log: &log, files: &s.files, network: noNetwork(t)}
	for _, dir := range []string{weft, dotKeras, kerasHome} {
		s.put(t, dir)
		for _, o.Offline = range []bool{true, false} {
			train, test, err := Fashion(t.Context(), o)
			require.NoError(t, err)
			s.check(t, train, test, FashionMNIST, dir)
		}
	}
	require.Empty(t, log.String())

	// Whatever is wrong with a cache, the next one serves, and the user is told.
	other := newSample(t, 9)
	path := filepath.Join(kerasHome, s.files[0].name)
	for _, c := range []struct {
		content []byte
		want    string
	}{
		{other.content[0], "holds 9 images"},
		{s.content[0][:50], path + ": "},
		{edited(s.content[0], -1), path + ": the gzip trailer"},
	} {
		log.Reset()
		put(t, path, c.content)
		train, test, err := Fashion(t.Context(), o)
		require.NoError(t, err)
		s.check(t, train, test, FashionMNIST, dotKeras)
		require.Contains(t, log.String(), c.want)
		require.Contains(t, log.String(), "looking elsewhere")
	}

	// Valid files that are not the official ones are taken from no cache.
	log.Reset()
	other.put(t, kerasHome)
	train, test, err := Fashion(t.Context(), o)
	require.NoError(t, err)
	s.check(t, train, test, FashionMNIST, dotKeras)
	require.Contains(t, log.String(), "The files in "+kerasHome+" are not the official ones: looking elsewhere.")

	// A cache that lacks one file is told; one that is not there, not.
	log.Reset()
	require.NoError(t, os.RemoveAll(kerasHome))
	require.NoError(t, os.Remove(filepath.Join(dotKeras, s.files[3].name)))
	train, test, err = Fashion(t.Context(), o)
	require.NoError(t, err)
	s.check(t, train, test, FashionMNIST, weft)
	require.Contains(t, log.String(), filepath.Join(dotKeras, s.files[3].name))
	require.NotContains(t, log.String(), kerasHome)
}

// Offline with nothing to read, and where there is no folder for a cache, nothing
// is dialled.
func TestNothingDials(t *testing.T) {
	s := newSample(t, 5)
	home(t)
	o := LoadOptions{Offline: true, files: &s.files, network: noNetwork(t)}
	Fashion(t.Context(), o) // noNetwork fails the test
	for _, v := range []string{"HOME", "USERPROFILE", "home", "XDG_CACHE_HOME", "LocalAppData"} {
		t.Setenv(v, "")
	}
	_, weft, err := cacheDirs()
	require.ErrorContains(t, err, "no folder for a cache")
	require.Empty(t, weft)
	o.Offline = false
	Fashion(t.Context(), o)
}

// Without KERAS_HOME, Keras's cache is ~/.keras.
func TestCacheWithoutKerasHome(t *testing.T) {
	s := newSample(t, 5)
	_, dotKeras, _ := home(t)
	t.Setenv("KERAS_HOME", "")
	s.put(t, dotKeras)
	train, test, err := Fashion(t.Context(), LoadOptions{files: &s.files, network: noNetwork(t)})
	require.NoError(t, err)
	s.check(t, train, test, FashionMNIST, dotKeras)
}

// The table of checksums is that of the real files, compressed and plain.
func TestRealFiles(t *testing.T) {
	dir := realFiles(t)
	train, test, err := Fashion(t.Context(), LoadOptions{Dir: dir})
	require.NoError(t, err)
	require.Equal(t, FashionMNIST, train.Source())
	require.Equal(t, FashionMNIST, test.Source())
	require.Equal(t, 60000, train.Len())
	require.Equal(t, 10000, test.Len())
	require.Equal(t, 9, train.Label(0))
	plain := t.TempDir()
	for i, f := range fashionFiles {
		path := filepath.Join(plain, strings.TrimSuffix(f.name, ".gz"))
		set := []*Set{train, test}[i/2]
		if i%2 == 0 {
			require.NoError(t, SaveImages(path, set.Bytes(), 28, 28))
			continue
		}
		require.NoError(t, SaveLabels(path, set.Classes()))
	}
	train, test, err = Fashion(t.Context(), LoadOptions{Dir: plain})
	require.NoError(t, err)
	require.Equal(t, FashionMNIST, train.Source())
	require.Equal(t, FashionMNIST, test.Source())
}

// realFiles returns the folder of the real set, or skips.
func realFiles(t testing.TB) string {
	dir := os.Getenv(EnvDir)
	if dir == "" && slices.Contains(strings.Fields(os.Getenv("WEFT_REQUIRE")), "data") {
		t.Fatalf("WEFT_REQUIRE lists data: set %s", EnvDir)
	}
	if dir == "" {
		t.Skipf("needs the real Fashion-MNIST: set %s to its folder", EnvDir)
	}
	return dir
}

// BenchmarkLoad reads, decompresses and checks the four official files.
func BenchmarkLoad(b *testing.B) {
	dir := realFiles(b)
	for b.Loop() {
		_, _, err := Fashion(b.Context(), LoadOptions{Dir: dir})
		require.NoError(b, err)
	}
}
