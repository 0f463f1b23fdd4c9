package mnist

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// putSet writes five training and six test images with the given labels under the
// given names, in the order of fashionFiles.
func putSet(t *testing.T, dir string, names [4]string, label func(i int) int32) (images [2][]byte) {
	t.Helper()
	for i, name := range names {
		n := 5 + i/2
		var b bytes.Buffer
		if i%2 == 0 {
			images[i/2] = ramp(n*area, 251-i)
			require.NoError(t, WriteImages(&b, images[i/2], side, side))
		} else {
			labels := make([]int32, n)
			for j := range labels {
				labels[j] = label(j)
			}
			require.NoError(t, WriteLabels(&b, labels))
		}
		content := b.Bytes()
		if strings.HasSuffix(name, ".gz") {
			content = zip(content)
		}
		require.NoError(t, os.MkdirAll(dir, 0o777))
		put(t, filepath.Join(dir, name), content)
	}
	return images
}

// The names under which sets are found, with the classes that their labels make.
func TestFileNames(t *testing.T) {
	for _, c := range []struct {
		names  [4]string
		prefix string // what LoadOptions may say
		log    string
	}{
		{[4]string{"train-images.idx3-ubyte", "train-labels.idx1-ubyte", "t10k-images.idx3-ubyte", "t10k-labels.idx1-ubyte"}, "", ""},
		{[4]string{"train-images-idx3-ubyte", "train-labels.idx1-ubyte.gz", "test-images.idx3-ubyte", "t10k-labels-idx1-ubyte.gz"}, "", ""},
		{[4]string{"emnist-byclass-train-images-idx3-ubyte.gz", "emnist-byclass-train-labels-idx1-ubyte.gz", "emnist-byclass-test-images-idx3-ubyte.gz", "emnist-byclass-test-labels-idx1-ubyte.gz"},
			"emnist-byclass-", "stored transposed"},
		{[4]string{"qmnist-train-images-idx3-ubyte.gz", "qmnist-train-labels-idx2-int.gz", "qmnist-test-images-idx3-ubyte.gz", "qmnist-test-labels-idx2-int.gz"}, "qmnist-", ""},
	} {
		dir := t.TempDir()
		images := putSet(t, dir, c.names, func(i int) int32 { return int32(12*i + 1) })
		paths, err := Files(dir, "")
		require.NoError(t, err)
		for i, name := range c.names {
			require.Equal(t, filepath.Join(dir, name), paths[i])
		}
		for _, prefix := range []string{"", c.prefix} {
			var log strings.Builder
			train, test, err := Fashion(t.Context(), LoadOptions{Dir: dir, Prefix: prefix, Log: &log})
			require.NoError(t, err)
			require.Equal(t, images, [2][]byte{train.Bytes(), test.Bytes()})
			require.Equal(t, 62, train.NumClasses(), "the test set has the largest label")
			require.Equal(t, 62, test.NumClasses())
			require.Equal(t, "37", test.ClassName(test.Label(3)))
			require.Equal(t, Unverified, train.Source())
			require.Contains(t, log.String(), c.log)
			require.Equal(t, c.log == "", log.Len() == 0)
		}
	}
}

// A folder of an archive may have the name of a file; the file counts.
func TestFolderWithTheNameOfAFile(t *testing.T) {
	dir := t.TempDir()
	putSet(t, dir, [4]string{"train-images.idx3-ubyte", "train-labels.idx1-ubyte", "t10k-images.idx3-ubyte", "t10k-labels.idx1-ubyte"}, func(int) int32 { return 1 })
	require.NoError(t, os.Mkdir(filepath.Join(dir, "train-images-idx3-ubyte"), 0o777))
	_, _, err := Fashion(t.Context(), LoadOptions{Dir: dir})
	require.NoError(t, err)
}

// Of several sets in a folder one must be chosen; the official names come first.
func TestSeveralSets(t *testing.T) {
	dir := t.TempDir()
	names := func(prefix string) (names [4]string) {
		for i, f := range fashionFiles {
			names[i] = prefix + f.name
		}
		return names
	}
	putSet(t, dir, names("emnist-letters-"), func(i int) int32 { return int32(i + 1) })
	putSet(t, dir, names("emnist-digits-"), func(i int) int32 { return int32(i) })
	_, _, err := Fashion(t.Context(), LoadOptions{Dir: dir})
	require.ErrorIs(t, err, ErrSeveralSets)
	require.ErrorContains(t, err, dir+" holds several sets: choose one by the prefix of its files, one of emnist-digits- emnist-letters-")
	train, _, err := Fashion(t.Context(), LoadOptions{Dir: dir, Prefix: "emnist-letters-"})
	require.NoError(t, err)
	require.Equal(t, 7, train.NumClasses())
	_, _, err = Fashion(t.Context(), LoadOptions{Dir: dir, Prefix: "emnist-mnist-"})
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.ErrorContains(t, err, filepath.Join(dir, "emnist-mnist-train-images-idx3-ubyte.gz"))
	_, _, err = Fashion(t.Context(), LoadOptions{Prefix: "emnist-mnist-"})
	require.Error(t, err)

	putSet(t, dir, names(""), func(i int) int32 { return int32(i) })
	train, _, err = Fashion(t.Context(), LoadOptions{Dir: dir})
	require.NoError(t, err)
	require.Equal(t, 6, train.NumClasses())
}

// Transpose exchanges rows and columns, also of the synthetic set.
func TestTranspose(t *testing.T) {
	home(t)
	dir := t.TempDir()
	putSet(t, dir, [4]string{fashionFiles[0].name, fashionFiles[1].name, fashionFiles[2].name, fashionFiles[3].name}, func(int) int32 { return 0 })
	for _, o := range []LoadOptions{{Dir: dir}, {Offline: true}} {
		train, test, err := Fashion(t.Context(), o)
		require.NoError(t, err)
		o.Transpose = true
		turnedTrain, turnedTest, err := Fashion(t.Context(), o)
		require.NoError(t, err)
		for i, pair := range [][2]*Set{{train, turnedTrain}, {test, turnedTest}} {
			for _, image := range []int{0, pair[0].Len() - 1} {
				a, b := pair[0].Image(image), pair[1].Image(image)
				for y := range side {
					for x := range side {
						require.Equal(t, a[y*side+x], b[x*side+y], "set %d", i)
					}
				}
			}
		}
	}
}

// Official demands the real set: what is out of reach is an error with its reason.
func TestOfficial(t *testing.T) {
	home(t)
	var log bytes.Buffer
	for _, o := range []LoadOptions{
		{Offline: true, files: &newSample(t, 5).files, network: noNetwork(t)},
		{files: &newSample(t, 5).files, sources: []string{"http://gone.invalid/"}, network: network{dial: noNetwork(&testing.T{}).dial}},
	} {
		o.Official, o.Log = true, &log
		train, test, err := Fashion(t.Context(), o)
		require.ErrorIs(t, err, ErrOutOfReach)
		require.ErrorContains(t, err, "mnist: Fashion-MNIST is out of reach: ")
		require.Nil(t, train)
		require.Nil(t, test)
		require.Empty(t, log.String())
	}
	dir := t.TempDir()
	newSample(t, 5).put(t, dir)
	_, _, err := Fashion(t.Context(), LoadOptions{Dir: dir, Official: true})
	require.ErrorIs(t, err, ErrOutOfReach, "valid files, but others")
}

// The synthetic set can be asked for where others are.
func TestSyntheticOnDemand(t *testing.T) {
	s := newSample(t, 5)
	dir := t.TempDir()
	s.put(t, dir)
	t.Setenv(EnvDir, dir)
	train, _, err := Fashion(t.Context(), LoadOptions{Synthetic: true, files: &s.files})
	require.NoError(t, err)
	require.Equal(t, SyntheticSet, train.Source())
	_, _, err = Fashion(t.Context(), LoadOptions{Synthetic: true, Official: true})
	require.Error(t, err)
	t.Setenv(EnvDir, "")
	_, _, err = Fashion(t.Context(), LoadOptions{Synthetic: true, Dir: dir})
	require.Error(t, err)
}

// What is not a regular file is refused, not read: a pipe need not end.
func TestPipes(t *testing.T) {
	s := newSample(t, 5)
	dir := t.TempDir()
	s.put(t, dir)
	path := filepath.Join(dir, s.files[2].name)
	require.NoError(t, os.Remove(path))
	if err := exec.CommandContext(t.Context(), "mkfifo", path).Run(); err != nil {
		t.Skipf("no named pipes: %v", err)
	}
	_, _, err := Fashion(context.Background(), LoadOptions{Dir: dir})
	require.EqualError(t, err, fmt.Sprintf("mnist: %s: this is not a regular file", path))
}

// A file of a terabyte costs no memory: its first bytes and its length are looked at
// first. The files are sparse.
func TestHugeFiles(t *testing.T) {
	s := newSample(t, 5)
	dir := t.TempDir()
	s.put(t, dir)
	path := filepath.Join(dir, s.files[0].name)
	for _, c := range []struct {
		head []byte
		want string
	}{
		{nil, "byte 2 of the IDX header"},
		{idx(8, 3, []uint32{5, 28, 28}, nil), "too long"},
		{idx(8, 3, []uint32{1402438300, 28, 28}, nil), "the file announces 1099511627200 bytes"},
		{s.content[0], "too long"},
	} {
		put(t, path, c.head)
		if err := os.Truncate(path, 1<<40); err != nil {
			t.Skipf("no sparse files of a terabyte here: %v", err)
		}
		var err error
		used := allocated(func() { _, _, err = Fashion(t.Context(), LoadOptions{Dir: dir}) })
		require.ErrorContains(t, err, c.want)
		require.ErrorContains(t, err, path)
		require.Less(t, used, uint64(2<<20))
	}
	large := newSample(t, 200)
	large.put(t, dir)
	_, _, err := Fashion(t.Context(), LoadOptions{Dir: dir, MaxBytes: 150_000})
	require.ErrorContains(t, err, "the file announces 156800 bytes, [200 28 28] of uint8: at most 150000 are read")
}
