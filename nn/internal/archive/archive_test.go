package archive

import (
	"archive/zip"
	"bytes"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"weft/nn/internal/interop"
)

// pack makes an archive of name and content pairs; names that end in .z are deflated.
func pack(t testing.TB, members ...string) []byte {
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for i := 0; i < len(members); i += 2 {
		h := &zip.FileHeader{Name: members[i], Method: zip.Store}
		if strings.HasSuffix(members[i], ".z") {
			h.Method = zip.Deflate
		}
		m, err := w.CreateHeader(h)
		require.NoError(t, err)
		_, err = m.Write([]byte(members[i+1]))
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return out.Bytes()
}

// all reads every member.
func all(data []byte) (map[string]string, error) {
	z, err := Open(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	for i := range z.Files {
		content, err := z.Bytes(&z.Files[i], 3*int64(len(data))+1000)
		if err != nil {
			return nil, err
		}
		out[z.Files[i].Name] = string(content)
	}
	return out, nil
}

func TestRead(t *testing.T) {
	long := strings.Repeat("Weft ", 100)
	data := pack(t, "b", "stored", "a.z", long, "empty", "", "은닉층", "x")
	want := map[string]string{"b": "stored", "a.z": long, "empty": "", "은닉층": "x"}
	for _, prefix := range []string{"", "#!/bin/sh\n"} {
		got, err := all(append([]byte(prefix), data...))
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	z, err := Open(bytes.NewReader(data), int64(len(data)))
	require.NoError(t, err)
	require.Nil(t, z.Find("c"))
	require.Equal(t, "b", z.Find("b").Name)
	require.True(t, z.Find("b").Stored())
	require.False(t, z.Find("a.z").Stored())
	_, err = z.Bytes(z.Find("a.z"), 10)
	require.ErrorContains(t, err, "at most 10 are read")
}

// An archive with the records of large ones: zip64 at the end and in a member.
func TestZip64(t *testing.T) {
	data := pack(t, "a", "hello")
	end := len(data) - endSize
	directory := int(le.Uint32(data[end+16:]))
	entry := slices.Clone(data[directory:end])
	copy(entry[20:], "\xff\xff\xff\xff\xff\xff\xff\xff") // both sizes
	entry[30] = 20                                       // length of the extra field
	entry = append(entry, 1, 0, 16, 0, 5, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0)
	record := make([]byte, end64Size)
	copy(record, "PK\x06\x06")
	le.PutUint64(record[4:], end64Size-12)
	le.PutUint64(record[24:], 1)
	le.PutUint64(record[32:], 1)
	le.PutUint64(record[40:], uint64(len(entry)))
	le.PutUint64(record[48:], uint64(directory))
	locator := make([]byte, locatorSize)
	copy(locator, "PK\x06\x07")
	tail := slices.Clone(data[end:])
	copy(tail[8:], "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff")
	large := slices.Concat(data[:directory], entry, record, locator, tail)
	got, err := all(large)
	require.NoError(t, err)
	require.Equal(t, map[string]string{"a": "hello"}, got)
}

func TestRefused(t *testing.T) {
	good := pack(t, "a", "hello", "b.z", strings.Repeat("x", 1000))
	end := len(good) - endSize
	directory := int(le.Uint32(good[end+16:]))
	second := directory + directorySize + 1
	change := func(at int, b ...byte) []byte {
		data := slices.Clone(good)
		copy(data[at:], b)
		return data
	}
	for name, c := range map[string]struct {
		data []byte
		text string
	}{
		"empty":               {nil, "not a zip archive"},
		"text":                {[]byte("hello"), "not a zip archive"},
		"cut":                 {good[:len(good)-1], "not a zip archive"},
		"trailing":            {append(slices.Clone(good), 0), "not a zip archive"},
		"twice":               {pack(t, "a", "1", "a", "2"), "two members"},
		"content":             {change(localSize+1, 'j'), "checksum differs"},
		"method":              {change(directory+10, 12), "method 12"},
		"encrypted":           {change(directory+8, 1), "encrypted"},
		"several files":       {change(end+4, 1), "several files"},
		"count":               {change(end+10, 3), "does not fit"},
		"count less":          {change(end+10, 1), "other bytes"},
		"offset":              {change(end+16, 0xff, 0xff), "does not fit"},
		"length":              {change(end+12, 0xff, 0xff), "does not fit"},
		"stored size":         {change(directory+24, 4), "cannot be the 4"},
		"declared size":       {change(second+24, 0, 0, 0, 0xf0), "cannot be the"},
		"overlap":             {change(second+42, 3), "less room"},
		"outside":             {change(second+42, 0xff, 0xff), "outside"},
		"too short":           {change(second+24, 0xe9, 3), "ends after 1000 of 1001"},
		"too long":            {change(second+24, 0xe7, 3), "more than the 999"},
		"local name":          {change(localSize, 'c'), "not what the directory says"},
		"local method":        {change(8, 8), "not what the directory says"},
		"local offset":        {change(28, 0xff), "outside"},
		"directory signature": {change(second, 'X'), "damaged"},
	} {
		_, err := all(c.data)
		require.ErrorContains(t, err, c.text, name)
	}
}

func TestEnd(t *testing.T) {
	require.NoError(t, End(strings.NewReader("")))
	require.ErrorContains(t, End(strings.NewReader("x")), "trailing data")
	require.ErrorIs(t, End(io.MultiReader(failing{})), io.ErrClosedPipe)
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestMutations(t *testing.T) {
	seeds := [][]byte{pack(t, "a", "hello", "b.z", strings.Repeat("Weft ", 20), "c/d", "more"), pack(t, "x", "")}
	interop.Mutate(t, seeds, func(data []byte) error { _, err := all(data); return err })
}

func FuzzOpen(f *testing.F) {
	f.Add(pack(f, "a", "hello", "b.z", strings.Repeat("Weft ", 20)))
	f.Fuzz(func(t *testing.T, data []byte) { _, _ = all(data) })
}
