package mnist

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"io"
	"io/fs"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// idx returns an IDX file with the given header, whatever the body.
func idx(kind, dims byte, sizes []uint32, body []byte) []byte {
	b := []byte{0, 0, kind, dims}
	for _, n := range sizes {
		b = binary.BigEndian.AppendUint32(b, n)
	}
	return append(b, body...)
}

// zip returns b as a gzip file.
func zip(b []byte) []byte {
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	w.Write(b) // never fails
	w.Close()
	return z.Bytes()
}

// edited returns a copy of b with the byte at position at, negative from the
// end, turned around.
func edited(b []byte, at int) []byte {
	b = bytes.Clone(b)
	if at < 0 {
		at += len(b)
	}
	b[at] ^= 0xff
	return b
}

// wide returns bytes as labels.
func wide(b []byte) []int32 {
	w := make([]int32, len(b))
	for i, v := range b {
		w[i] = int32(v)
	}
	return w
}

// ramp returns 0, 1, 2, … modulo the given number.
func ramp(n, modulo int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i % modulo)
	}
	return b
}

func TestReadDamagedImages(t *testing.T) {
	body := ramp(3*4*5, 256)
	good := idx(8, 3, []uint32{3, 4, 5}, body)
	zipped := zip(good)
	for _, c := range []struct {
		name string
		file []byte
		want string
	}{
		{"empty", nil, "cut off: it has 0 bytes, the IDX header alone 16"},
		{"header cut", good[:15], "it has 15 bytes, the IDX header alone 16"},
		{"no IDX", append([]byte("<!DOCTYPE html>"), good...), "this is not an IDX file: it starts with the bytes 3c 21"},
		{"second byte", edited(good, 1), "this is not an IDX file"},
		{"float32", idx(0x0d, 3, []uint32{3, 4, 5}, body), "the elements are float32 (byte 2 of the IDX header is 0x0d): not supported, images are integers"},
		{"float64", idx(0x0e, 3, []uint32{3, 4, 5}, body), "the elements are float64 (byte 2 of the IDX header is 0x0e): not supported"},
		{"no such type", idx(0x0a, 3, []uint32{3, 4, 5}, body), "the type of the elements, is 0x0a: IDX has no such type"},
		{"a pixel of 256", idx(0x0b, 3, []uint32{1, 1, 2}, []byte{0, 255, 1, 0}), "pixel 1 (byte 18) is 256: pixels are 0…255"},
		{"a pixel of -1", idx(0x0c, 3, []uint32{1, 1, 1}, []byte{255, 255, 255, 255}), "pixel 0 (byte 16) is -1"},
		{"int32 cut off", idx(0x0c, 3, []uint32{3, 4, 5}, body), "more than a file of this size holds"},
		{"labels instead of images", idx(8, 1, []uint32{60}, body), "byte 3 of the IDX header, the number of dimensions, is 1, want 3"},
		{"four dimensions", idx(8, 4, []uint32{3, 4, 5, 1}, body), "number of dimensions, is 4, want 3"},
		{"no images", idx(8, 3, []uint32{0, 4, 5}, nil), "dimension 0 (byte 4 of the IDX header) is 0"},
		{"no columns", idx(8, 3, []uint32{3, 4, 0}, body), "dimension 2 (byte 12 of the IDX header) is 0"},
		{"too short", good[:len(good)-1], "cut off: the header says 60 bytes, [3 4 5], after it are 59"},
		{"too long", append(bytes.Clone(good), 7), "too long: the header says 60 bytes, [3 4 5], after it are 61"},
		{"2^31 images in 20 bytes", idx(8, 3, []uint32{1 << 31, 1, 1}, make([]byte, 4)), "dimension 0 (byte 4 of the IDX header) is 2147483648: more than a file of this size holds"},
		{"product 2^64", idx(8, 3, []uint32{1 << 31, 1 << 31, 4}, body), "more than a file of this size holds"},
		{"product 15·2^32+60", idx(8, 3, []uint32{5, 12, 1<<30 + 1}, body), "dimension 2 (byte 12 of the IDX header) is 1073741825: more than a file of this size holds"},
		{"product 6·2^64+60", idx(8, 3, []uint32{128388, 289529, 2977518503}, body), "dimension 0 (byte 4 of the IDX header) is 128388: more than a file of this size holds"},

		{"gzip header cut", zipped[:7], "gzip header: unexpected EOF"},
		{"gzip method", edited(zipped, 2), "gzip header: gzip: invalid header"},
		{"gzip of nothing", zip(nil), "byte 0 of the decompressed IDX header: unexpected EOF"},
		{"gzip of a cut header", zip(good[:9]), "byte 9 of the decompressed IDX header: unexpected EOF"},
		{"gzip of labels", zip(idx(8, 1, []uint32{60}, body)), "number of dimensions, is 1, want 3"},
		{"gzip stream cut", zipped[:len(zipped)-20], "unexpected EOF"},
		{"gzip trailer missing", zipped[:len(zipped)-8], "gzip trailer is cut off: 0 bytes of 8"},
		{"gzip trailer cut", zipped[:len(zipped)-1], "gzip trailer is cut off: 7 bytes of 8"},
		{"gzip CRC", edited(zipped, -8), "the gzip trailer says CRC-32"},
		{"gzip length", edited(zipped, -1), "the gzip trailer says 4278190156 bytes, the content has 76"},
		{"content too short", zip(good[:len(good)-1]), "decompressed file is cut off: the header says 60 bytes, [3 4 5], after it are 59"},
		{"content too long", zip(append(bytes.Clone(good), 7)), "decompressed file is too long: the header says 60 bytes"},
		{"bytes behind gzip", append(bytes.Clone(zipped), 0, 0), "2 bytes follow the end of the gzip stream, at byte"},
		{"second member", append(bytes.Clone(zipped), zipped...), "bytes follow the end of the gzip stream"},
		{"empty second member", append(bytes.Clone(zipped), zip(nil)...), "bytes follow the end of the gzip stream"},
		{"2^31 images in gzip", zip(idx(8, 3, []uint32{1 << 31, 1, 1}, nil)), "decompress the file with gunzip"},
	} {
		t.Run(c.name, func(t *testing.T) {
			pixels, _, _, err := ReadImages(bytes.NewReader(c.file))
			require.ErrorContains(t, err, c.want)
			require.Nil(t, pixels)
		})
	}
}

func TestReadDamagedLabels(t *testing.T) {
	body := ramp(30, 10)
	for _, c := range []struct {
		name string
		file []byte
		want string
	}{
		{"images instead of labels", idx(8, 3, []uint32{30, 1, 1}, body), "number of dimensions, is 3, want 1"},
		{"none", idx(8, 1, []uint32{0}, nil), "dimension 0 (byte 4 of the IDX header) is 0"},
		{"label -1", idx(9, 1, []uint32{31}, append(bytes.Clone(body), 255)), "label 30 (byte 38) is -1: classes are numbered from 0, to 65535 at most"},
		{"label -1 in gzip", zip(idx(9, 1, []uint32{31}, append(bytes.Clone(body), 255))), "label 30 (byte 38) is -1"},
		{"label 65536", idx(0x0c, 1, []uint32{2}, []byte{0, 0, 0, 1, 0, 1, 0, 0}), "label 1 (byte 12) is 65536"},
		{"three columns", idx(0x0c, 2, []uint32{1, 3}, make([]byte, 12)), "two dimensions, [1 3]: not supported, but for QMNIST's 8 columns"},
		{"regression", idx(0x0d, 1, []uint32{2}, make([]byte, 8)), "the elements are float32 (byte 2 of the IDX header is 0x0d): not supported, labels are integers"},
		{"too short", idx(8, 1, []uint32{31}, body), "the header says 31 bytes, [31], after it are 30"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := ReadLabels(bytes.NewReader(c.file))
			require.ErrorContains(t, err, c.want)
		})
	}
}

// Elements of every integer type are read, and labels in QMNIST's columns.
func TestIntegerTypes(t *testing.T) {
	for _, c := range []struct {
		kind byte
		body []byte
		want []int32
	}{
		{typeUint8, []byte{0, 7, 255}, []int32{0, 7, 255}},
		{typeInt8, []byte{0, 7, 127}, []int32{0, 7, 127}},
		{typeInt16, []byte{0, 0, 0, 7, 0, 255}, []int32{0, 7, 255}},
		{typeInt32, []byte{0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0, 255}, []int32{0, 7, 255}},
	} {
		for _, pack := range []func([]byte) []byte{bytes.Clone, zip} {
			got, err := ReadLabels(bytes.NewReader(pack(idx(c.kind, 1, []uint32{3}, c.body))))
			require.NoError(t, err)
			require.Equal(t, c.want, got)
			pixels, height, width, err := ReadImages(bytes.NewReader(pack(idx(c.kind, 3, []uint32{1, 3, 1}, c.body))))
			require.NoError(t, err)
			require.Equal(t, []int{3, 1}, []int{height, width})
			require.Equal(t, c.want, wide(pixels))
		}
	}
	var columns []byte // class, series, writer, digit, NIST class, index, duplicate, nothing
	for i := range byte(3) {
		for j := range byte(8) {
			columns = append(columns, 0, 0, j, i)
		}
	}
	got, err := ReadLabels(bytes.NewReader(idx(typeInt32, 2, []uint32{3, 8}, columns)))
	require.NoError(t, err)
	require.Equal(t, []int32{0, 1, 2}, got)

	// Labels that do not fit into a byte are written as int32.
	var b bytes.Buffer
	large := []int32{0, 300, 65535}
	require.NoError(t, WriteLabels(&b, large))
	require.Equal(t, byte(typeInt32), b.Bytes()[2])
	got, err = ReadLabels(&b)
	require.NoError(t, err)
	require.Equal(t, large, got)
}

// endless gives bytes without end, as a device does.
type endless struct{ head []byte }

func (e *endless) Read(b []byte) (int, error) {
	n := copy(b, e.head)
	e.head = e.head[n:]
	clear(b[n:])
	return len(b), nil
}

// The first bytes decide: what cannot be right is not read to its end, and the header
// of a right file says how much is read.
func TestFirstBytes(t *testing.T) {
	for name, c := range map[string]struct {
		head []byte
		want string
	}{
		"zeros":             {nil, "byte 2 of the IDX header"},
		"images":            {idx(8, 3, []uint32{200, 28, 28}, nil), "too long: the header says 156800 bytes"},
		"too many images":   {idx(8, 3, []uint32{1 << 31, 28, 28}, nil), "the file announces 1683627180032 bytes, [2147483648 28 28] of uint8: at most"},
		"gzip of images":    {zip(idx(8, 3, []uint32{100, 28, 28}, make([]byte, 78400))), "bytes follow the end of the gzip stream"},
		"gzip of something": {zip(append([]byte("something else"), make([]byte, 1<<20)...)), "this is not an IDX file"},
	} {
		t.Run(name, func(t *testing.T) {
			var err error
			got := allocated(func() { _, _, _, err = ReadImages(&endless{c.head}) })
			require.ErrorContains(t, err, c.want)
			require.Less(t, got, uint64(2<<20))
		})
	}
}

// Every single damaged byte of a gzip file must be found, but for those of its
// header that say nothing about the content: time, extra flags and system.
func TestReadEveryDamagedByte(t *testing.T) {
	file := zip(idx(8, 1, []uint32{300}, ramp(300, 7)))
	for at := range file {
		_, err := ReadLabels(bytes.NewReader(edited(file, at)))
		if at >= 4 && at < 10 {
			assert.NoError(t, err, "byte %d", at)
		} else {
			assert.Error(t, err, "byte %d", at)
		}
		_, err = ReadLabels(bytes.NewReader(file[:at]))
		assert.Error(t, err, "%d bytes", at)
	}
}

func TestReadPassesErrorsOn(t *testing.T) {
	broken := errors.New("the disk is broken")
	_, _, _, err := ReadImages(iotest.ErrReader(broken))
	require.ErrorIs(t, err, broken)
	_, err = ReadLabels(iotest.ErrReader(broken))
	require.ErrorIs(t, err, broken)
}

// allocated returns how many bytes f allocates.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// What a reader allocates is bounded by the size of the file, not by what the
// file claims.
func TestReadMemory(t *testing.T) {
	// The reader's own: the tables of two decoders, and errors.
	const fixed = 256 << 10
	zeros := make([]byte, 1<<20)
	noise := make([]byte, 70_000)
	g := rand.New(rand.NewPCG(6, 7))
	for i := range noise {
		noise[i] = byte(g.Uint32())
	}
	for _, c := range []struct {
		name string
		file []byte
		most uint64
	}{
		// Claims without proof cost nothing.
		{"2^31 images in 20 bytes", idx(8, 3, []uint32{1 << 31, 1, 1}, make([]byte, 4)), fixed},
		{"2^32-1 everywhere", idx(8, 3, []uint32{1<<32 - 1, 1<<32 - 1, 1<<32 - 1}, zeros[:100]), fixed},
		{"2^31 images in gzip", zip(idx(8, 3, []uint32{1 << 31, 1, 1}, nil)), fixed},
		// Within the limit, the claim is believed up to 4 bytes for each of the file.
		{"30 kB claimed by 40 bytes", zip(idx(8, 3, []uint32{30000, 1, 1}, nil)), fixed},
		// 50 MB claimed by 70 kB, which hold 70 kB.
		{"50 MB claimed without proof", zip(idx(8, 3, []uint32{50 << 20, 1, 1}, noise)), fixed + 5*70<<10},
		// A bomb: its header does not own up to what is in it.
		{"one megabyte behind one image", zip(idx(8, 3, []uint32{1, 28, 28}, zeros)), fixed},
	} {
		t.Run(c.name, func(t *testing.T) {
			var err error
			got := allocated(func() { _, _, _, err = decodeImages(c.file) })
			require.Error(t, err)
			require.Less(t, got, c.most)
		})
	}
	t.Run("a bomb that owns up", func(t *testing.T) {
		// 80 MB of zeros in some 100 kB: above 64 MB, the limit is 100 bytes for each.
		var z bytes.Buffer
		w, err := gzip.NewWriterLevel(&z, gzip.BestSpeed)
		require.NoError(t, err)
		_, err = w.Write(idx(8, 3, []uint32{80, 1 << 10, 1 << 10}, nil))
		require.NoError(t, err)
		for range 80 {
			_, err = w.Write(zeros)
			require.NoError(t, err)
		}
		require.NoError(t, w.Close())
		got := allocated(func() { _, _, _, err = decodeImages(z.Bytes()) })
		require.ErrorContains(t, err, "decompress the file with gunzip")
		require.Less(t, got, uint64(fixed))
	})
	t.Run("a plain file is not copied", func(t *testing.T) {
		file := idx(8, 3, []uint32{1 << 20, 1, 1}, zeros)
		got := allocated(func() {
			pixels, _, _, err := decodeImages(file)
			require.NoError(t, err)
			require.Len(t, pixels, len(zeros))
		})
		require.Less(t, got, uint64(fixed))
	})
}

func TestRoundTrip(t *testing.T) {
	dir := t.TempDir()
	pixels, labels := ramp(7*28*28, 251), wide(ramp(7, 10))
	for _, suffix := range []string{"", ".gz"} {
		path := filepath.Join(dir, "images"+suffix)
		require.NoError(t, SaveImages(path, pixels, 28, 28))
		file, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Equal(t, suffix == ".gz", file[0] == 0x1f)
		got, height, width, err := ReadImages(iotest.OneByteReader(bytes.NewReader(file)))
		require.NoError(t, err)
		require.Equal(t, pixels, got)
		require.Equal(t, []int{28, 28}, []int{height, width})

		path = filepath.Join(dir, "labels"+suffix)
		require.NoError(t, SaveLabels(path, labels))
		file, err = os.ReadFile(path)
		require.NoError(t, err)
		classes, err := ReadLabels(bytes.NewReader(file))
		require.NoError(t, err)
		require.Equal(t, labels, classes)
	}
	require.Equal(t, []string{"images", "images.gz", "labels", "labels.gz"}, names(t, dir))
}

// names returns what is in a folder.
func names(t *testing.T, dir string) []string {
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func TestWriteErrors(t *testing.T) {
	for _, c := range []struct {
		pixels, height, width int
	}{{0, 28, 28}, {10, 3, 3}, {10, 0, 5}, {10, 5, -1}, {10, math.MaxInt, math.MaxInt}, {10, 1 << 30, 1 << 30}, {16, 1, 32}} {
		require.ErrorContains(t, WriteImages(io.Discard, make([]uint8, c.pixels), c.height, c.width), "are not images of")
	}
	require.ErrorContains(t, WriteLabels(io.Discard, nil), "no labels to write")
	require.ErrorContains(t, WriteLabels(io.Discard, []int32{1, -1}), "label 1 is -1")
	require.ErrorContains(t, WriteLabels(io.Discard, []int32{1 << 16}), "label 0 is 65536")
	full := errors.New("disk full")
	for after := range 2 { // the header, the body
		w := writer(func(b []byte) (int, error) {
			if after--; after < 0 {
				return 0, full
			}
			return len(b), nil
		})
		require.ErrorIs(t, WriteLabels(w, []int32{1}), full)
	}
}

// A file that cannot be written whole leaves what was there.
func TestSaveIsAtomic(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"labels", "labels.gz"} {
		path := filepath.Join(dir, name)
		require.NoError(t, SaveLabels(path, []int32{1, 2, 3}))
		before, err := os.ReadFile(path)
		require.NoError(t, err)
		broken := errors.New("broken in the middle")
		require.ErrorIs(t, save(path, func(w io.Writer) error {
			_, err := w.Write(make([]byte, 1<<20))
			require.NoError(t, err)
			during, err := os.ReadFile(path)
			require.NoError(t, err)
			require.Equal(t, before, during)
			return broken
		}), broken)
		require.Error(t, SaveLabels(path, []int32{-1}))
		after, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Equal(t, before, after)
	}
	require.Equal(t, []string{"labels", "labels.gz"}, names(t, dir))
	require.ErrorIs(t, SaveLabels(filepath.Join(dir, "no folder", "labels"), []int32{1}), fs.ErrNotExist)
}

// checkRead holds for whatever a fuzzer feeds to a reader: memory is bounded, what was
// read can be written, and a file of unsigned bytes in the usual dimensions comes back
// byte by byte, uncompressed. Others come back in the usual form, which it returns.
func checkRead(t *testing.T, file []byte, read bool, used uint64, dims byte, write func(io.Writer) error) []byte {
	// io.ReadAll grows by a quarter and more, the output by doubling from 4 times
	// the file, once at most above its limit; a label takes 4 bytes.
	limit := max(gzipFree, gzipBigRatio*uint64(len(file)))
	require.Less(t, used, 1<<20+14*uint64(len(file))+7*min(limit, gzipRatio*uint64(len(file))))
	if !read {
		return nil
	}
	var again bytes.Buffer
	require.NoError(t, write(&again))
	plain := file
	if file[0] != 0 {
		z, err := gzip.NewReader(bytes.NewReader(file))
		require.NoError(t, err)
		plain, err = io.ReadAll(z)
		require.NoError(t, err)
	}
	if plain[2] == typeUint8 && plain[3] == dims {
		require.True(t, bytes.Equal(plain, again.Bytes()))
	}
	return again.Bytes()
}

func FuzzReadImages(f *testing.F) {
	good := idx(8, 3, []uint32{2, 3, 4}, ramp(24, 256))
	for _, file := range [][]byte{good, zip(good), good[:20], zip(good)[:30], edited(zip(good), -1),
		idx(8, 3, []uint32{1 << 31, 1, 1}, make([]byte, 4)), zip(idx(8, 3, []uint32{1 << 10, 1 << 10, 1}, make([]byte, 1<<20))),
		append(zip(good), zip(good)...), zip(idx(8, 3, []uint32{30000, 1, 1}, nil)), {}} {
		f.Add(file)
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		var pixels []byte
		var height, width int
		used := allocated(func() { pixels, height, width, _ = ReadImages(bytes.NewReader(file)) })
		if again := checkRead(t, file, pixels != nil, used, 3, func(w io.Writer) error { return WriteImages(w, pixels, height, width) }); again != nil {
			same, _, _, err := ReadImages(bytes.NewReader(again))
			require.NoError(t, err)
			require.True(t, bytes.Equal(pixels, same))
		}
	})
}

func FuzzReadLabels(f *testing.F) {
	good := idx(8, 1, []uint32{24}, ramp(24, 10))
	for _, file := range [][]byte{good, zip(good), good[:20], zip(good)[:30], edited(zip(good), -1),
		idx(8, 1, []uint32{1 << 31}, make([]byte, 12)), idx(9, 1, []uint32{2}, []byte{9, 128}), idx(0x0b, 1, []uint32{2}, []byte{0, 9, 1, 0}),
		idx(0x0c, 2, []uint32{1, 8}, make([]byte, 32)), {}} {
		f.Add(file)
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		var labels []int32
		var err error
		used := allocated(func() { labels, err = ReadLabels(bytes.NewReader(file)) })
		require.Equal(t, err == nil, labels != nil)
		if again := checkRead(t, file, labels != nil, used, 1, func(w io.Writer) error { return WriteLabels(w, labels) }); again != nil {
			same, err := ReadLabels(bytes.NewReader(again))
			require.NoError(t, err)
			require.Equal(t, labels, same)
		}
	})
}
