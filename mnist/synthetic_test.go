package mnist

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

// syntheticSets are the sets of SyntheticSeed, which several tests look at.
var syntheticSets = sync.OnceValue(func() [2]*Set {
	train, test := Synthetic(SyntheticSeed)
	return [2]*Set{train, test}
})

// The bytes are a promise: accuracies on the drawn set are compared across
// platforms and versions. A change of the drawing changes these sums.
func TestSyntheticBytes(t *testing.T) {
	for i, want := range []string{
		"d6700f948f5d20c034eff3f74f75ded7afa3eea24cf4e07270c207d8117f3e10",
		"495daa4ec18177e1aedd017867f9e73706a7bdcb8fd933addab8d79ac17d1577",
	} {
		s := syntheticSets()[i]
		h := sha256.New()
		h.Write(s.Bytes())
		for _, c := range s.Classes() {
			h.Write([]byte{uint8(c)})
		}
		require.Equal(t, want, hex.EncodeToString(h.Sum(nil)), "set %d: pixels, then labels", i)
	}
}

// An image depends on its seed and its index, not on what was drawn before it
// nor on the number of goroutines.
func TestSyntheticAlone(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(3))
	const n = 1000
	train := syntheticSet(7, 0, n)
	test := syntheticSet(7, syntheticTrain, n)
	var a artist
	image := make([]uint8, area)
	for i := n - 1; i >= 0; i -= 7 {
		for _, c := range []struct {
			set   *Set
			index int
		}{{train, i}, {test, syntheticTrain + i}} {
			class := syntheticClass(7, c.index)
			a.draw(image, 7, c.index, class)
			require.Equal(t, class, c.set.Label(i))
			require.Equal(t, image, c.set.Image(i), "image %d", c.index)
		}
	}
	require.NotEqual(t, train.Bytes(), syntheticSet(8, 0, n).Bytes(), "another seed")
}

func TestSyntheticShape(t *testing.T) {
	for i, n := range []int{60000, 10000} {
		s := syntheticSets()[i]
		require.Equal(t, n, s.Len())
		require.Equal(t, []int{28, 28}, s.Shape())
		require.Equal(t, SyntheticSet, s.Source())
		require.Empty(t, s.Dir())
		for from := 0; from < n; from += Classes { // so that every prefix is balanced too
			seen := 0
			for j := range Classes {
				seen |= 1 << s.Label(from+j)
			}
			require.Equal(t, 1<<Classes-1, seen, "classes of the ten images from %d", from)
		}
	}
}

// No image stands twice, in training and test together, and each shows
// something: the barest sandal has some 20 pixels that are not near black.
func TestSyntheticImages(t *testing.T) {
	seen := make(map[[sha256.Size]byte]bool, syntheticTrain+syntheticTest)
	for _, s := range syntheticSets() {
		for i := range s.Len() {
			sum := sha256.Sum256(s.Image(i))
			require.False(t, seen[sum], "image %d stands twice", i)
			seen[sum] = true
			lit := 0
			for _, p := range s.Image(i) {
				if p >= 32 {
					lit++
				}
			}
			if lit < 15 || lit > area*9/10 {
				t.Fatalf("image %d, %s, has %d of %d pixels lit", i, ClassName(s.Label(i)), lit, area)
			}
		}
	}
}

// Floating point would bring platforms in: the drawing has none.
func TestSyntheticIntegers(t *testing.T) {
	files, err := filepath.Glob("synthetic*.go")
	require.NoError(t, err)
	looked := 0
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		looked++
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		require.NoError(t, err)
		for _, i := range f.Imports {
			require.NotEqual(t, `"math"`, i.Path.Value, name)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.BasicLit:
				require.NotEqual(t, token.FLOAT, n.Kind, "%s: %s", name, n.Value)
			case *ast.Ident:
				require.NotContains(t, strings.ToLower(n.Name), "float", name)
			}
			return true
		})
	}
	require.Positive(t, looked)
}

// The cover of outlines is compared with areas known from geometry.
func TestSyntheticRaster(t *testing.T) {
	const px = 16 // a pixel in the design
	for _, c := range []struct {
		name  string
		trace func(*outline)
		area  int // in pixels
	}{
		{"a box on the pixels", func(o *outline) { o.box(-3*px, -2*px, 4*px, 5*px) }, 49},
		{"a box off the pixels", func(o *outline) { o.box(-3*px+5, -2*px+4, 4*px+5, 5*px+4) }, 49},
		{"a box half outside", func(o *outline) { o.box(-20*px, -20*px, 0, 0) }, 14 * 14},
		{"outside", func(o *outline) { o.box(20*px, 20*px, 30*px, 30*px) }, 0},
		{"a triangle", func(o *outline) { o.to(0, 0).to(8*px, 0).to(0, 8*px) }, 32},
		{"a box within a box is a hole", func(o *outline) {
			o.box(-5*px, -5*px, 5*px, 5*px).to(-5*px, -5*px)
			o.box(-2*px, -2*px, 2*px, 2*px).to(-2*px, -2*px)
		}, 100 - 16},
		{"a reflected half", func(o *outline) { o.mirrored([][2]int{{0, -4 * px}, {3 * px, -4 * px}, {3 * px, 4 * px}, {0, 4 * px}}) }, 48},
		// A parabola over a chord of 8 with its control 8 above it: two thirds of 8·4;
		// four straight pieces lose a sixteenth of it.
		{"a curve", func(o *outline) { o.to(-4*px, 0).curve(0, -8*px, 4*px, 0) }, 20},
	} {
		var a artist
		a.frame = frame{xx: 256, yy: 256}
		o := a.path()
		c.trace(o)
		a.fill(o, 200, 0)
		sum := 0
		for _, p := range a.pixels {
			sum += int(p)
		}
		require.InDelta(t, 200*c.area, sum, 200*0.3, c.name) // each edge pixel rounds down by up to 1 of 200
		require.Equal(t, [side + 1]int32{}, a.cover, c.name)
		require.Equal(t, [lines]int32{}, a.counts, c.name)
	}
}

// smallSet writes four valid files into a folder and returns what makes them
// the official ones.
func smallSet(t *testing.T, dir string) *[4]file {
	t.Helper()
	require.NoError(t, os.MkdirAll(dir, 0o777))
	files := fashionFiles
	for i := range files {
		var b bytes.Buffer
		if i%2 == 0 {
			require.NoError(t, WriteImages(&b, make([]uint8, 2*area), side, side))
		} else {
			require.NoError(t, WriteLabels(&b, []int32{3, 9}))
		}
		files[i].sha256 = fmt.Sprintf("%x", sha256.Sum256(b.Bytes()))
		require.NoError(t, os.WriteFile(filepath.Join(dir, files[i].name), b.Bytes(), 0o666))
	}
	return &files
}

// noData isolates a test from this machine's data; caches are the folders that
// Fashion looks into, Keras's and Weft's.
func noData(t *testing.T) (o LoadOptions, log *bytes.Buffer, caches [2]string) {
	t.Setenv(EnvDir, "")
	keras, _, weft := home(t)
	log = new(bytes.Buffer)
	return LoadOptions{Log: log}, log, [2]string{keras, weft}
}

// requireSynthetic checks that the search ended with the drawn set and said so.
func requireSynthetic(t *testing.T, o LoadOptions, log *bytes.Buffer) {
	t.Helper()
	train, test, err := Fashion(t.Context(), o)
	require.NoError(t, err)
	require.Equal(t, SyntheticSet, train.Source())
	require.Equal(t, SyntheticSet, test.Source())
	require.Contains(t, log.String(), "THIS IS NOT FASHION-MNIST")
	require.Contains(t, log.String(), EnvDir, "how to get the real one")
	require.Equal(t, syntheticSets()[0].Bytes(), train.Bytes())
}

func TestFashionOfflineDraws(t *testing.T) {
	var calls atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { calls.Add(1) }))
	defer server.Close()
	o, log, caches := noData(t)
	o.Offline, o.sources = true, []string{server.URL + "/"}
	smallSet(t, caches[0]) // other sums than the official ones: no substitute
	requireSynthetic(t, o, log)
	require.Contains(t, log.String(), caches[0]+" are not the official ones")
	require.Contains(t, log.String(), "offline")
	require.Zero(t, calls.Load(), "the network was used")
}

func TestFashionWithoutNetworkDraws(t *testing.T) {
	missing := httptest.NewServer(http.NotFoundHandler())
	defer missing.Close()
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	o, log, _ := noData(t)
	o.sources = []string{gone.URL + "/", missing.URL + "/"}
	requireSynthetic(t, o, log)
	require.Contains(t, log.String(), strings.TrimPrefix(gone.URL, "http://"), "why the first source failed")
	require.Contains(t, log.String(), "404", "why the second source failed")
}

// A cache with something wrong in it is named, and the next one is taken.
func TestFashionDamagedCache(t *testing.T) {
	for name, damage := range map[string]func(t *testing.T, path string){
		"cut off": func(t *testing.T, path string) { require.NoError(t, os.Truncate(path, 100)) },
		"missing": func(t *testing.T, path string) { require.NoError(t, os.Remove(path)) },
		"other": func(t *testing.T, path string) {
			var b bytes.Buffer
			require.NoError(t, WriteImages(&b, bytes.Repeat([]uint8{1}, 2*area), side, side))
			require.NoError(t, os.WriteFile(path, b.Bytes(), 0o666))
		},
	} {
		t.Run(name, func(t *testing.T) {
			o, log, caches := noData(t)
			o.Offline = true
			smallSet(t, caches[0])
			damage(t, filepath.Join(caches[0], fashionFiles[0].name))
			o.files = smallSet(t, caches[1])
			train, _, err := Fashion(t.Context(), o)
			require.NoError(t, err)
			require.Equal(t, FashionMNIST, train.Source())
			require.Equal(t, caches[1], train.Dir())
			require.Contains(t, log.String(), caches[0])
			require.NotContains(t, log.String(), "NOT FASHION")
		})
	}
}

// What the user named is taken or refused, never replaced.
func TestFashionNamedFolderIsBinding(t *testing.T) {
	bad := t.TempDir()
	smallSet(t, bad)
	require.NoError(t, os.Truncate(filepath.Join(bad, fashionFiles[2].name), 20))
	for _, dir := range []string{filepath.Join(t.TempDir(), "none"), t.TempDir(), bad} {
		for _, fromEnv := range []bool{false, true} {
			o, log, caches := noData(t)
			o.Offline = true
			o.files = smallSet(t, caches[0]) // would do, but was not asked for
			if fromEnv {
				t.Setenv(EnvDir, dir)
			} else {
				o.Dir = dir
			}
			train, test, err := Fashion(t.Context(), o)
			require.ErrorContains(t, err, dir)
			require.Nil(t, train)
			require.Nil(t, test)
			require.Empty(t, log.String())
		}
	}
}

func TestFashionCancelled(t *testing.T) {
	for _, offline := range []bool{false, true} {
		ctx, cancel := context.WithCancel(t.Context())
		server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			cancel() // while the answer is awaited
			<-r.Context().Done()
		}))
		o, log, _ := noData(t)
		o.Offline, o.sources = offline, []string{server.URL + "/"}
		if offline {
			cancel()
		}
		train, _, err := Fashion(ctx, o)
		server.Close()
		require.ErrorIs(t, err, context.Canceled)
		require.Nil(t, train)
		require.Empty(t, log.String())
	}
}

func BenchmarkSynthetic(b *testing.B) {
	for b.Loop() {
		Synthetic(SyntheticSeed)
	}
	b.SetBytes((syntheticTrain + syntheticTest) * area)
}
