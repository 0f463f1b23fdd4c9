package archive

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math"
	"strings"
	"unicode/utf8"
)

// The members of a .keras archive; others, such as assets, are never read.
const (
	metadataName = "metadata.json"
	configName   = "config.json"
	weightsName  = "model.weights.h5"
)

// zipFile is a zip archive whose directory has been read. archive/zip would do,
// but takes bytes before the archive, more than one member of a name, and any
// number of members.
type zipFile struct {
	r         io.ReaderAt
	directory int64 // where it begins: members end before
	members   map[string]zipMember
}

// zipMember is an entry of the directory.
type zipMember struct {
	name             string
	method, flags    uint16
	crc              uint32
	compressed, size int64
	offset           int64
}

const (
	endSize    = 22
	entrySize  = 46
	headerSize = 30

	maxDirectory = 1 << 20
	maxComment   = 1<<16 - 1
)

// openZip reads the directory of an archive.
func openZip(r io.ReaderAt, size int64) (*zipFile, error) {
	tail := make([]byte, min(size, endSize+maxComment))
	if err := readAt(r, tail, size-int64(len(tail))); err != nil {
		return nil, err
	}
	end := -1
	for i := len(tail) - endSize; i >= 0; i-- {
		if string(tail[i:i+4]) == "PK\x05\x06" && int(binary.LittleEndian.Uint16(tail[i+20:])) == len(tail)-i-endSize {
			end = i
			break
		}
	}
	if end < 0 {
		return nil, errors.New("the zip archive is cut: it has no directory at its end")
	}
	e := tail[end:]
	count := int(binary.LittleEndian.Uint16(e[10:]))
	length, offset := int64(binary.LittleEndian.Uint32(e[12:])), int64(binary.LittleEndian.Uint32(e[16:]))
	at := size - int64(len(tail)) + int64(end)
	switch {
	case binary.LittleEndian.Uint32(e[4:]) != 0 || binary.LittleEndian.Uint16(e[8:]) != uint16(count):
		return nil, unsupported("a zip archive in several parts")
	case length > maxDirectory || offset == 1<<32-1:
		return nil, unsupported("a zip archive of more than 4 GiB or with a directory of more than 1 MiB")
	case offset+length != at:
		return nil, fmt.Errorf("the directory of the zip archive is not where its end says: %d bytes are before the archive or missing", at-offset-length)
	}
	directory := make([]byte, length)
	if err := readAt(r, directory, offset); err != nil {
		return nil, err
	}
	z := &zipFile{r: r, directory: offset, members: map[string]zipMember{}}
	for range count {
		n, err := z.entry(directory)
		if err != nil {
			return nil, err
		}
		directory = directory[n:]
	}
	if len(directory) > 0 {
		return nil, errors.New("the directory of the zip archive has bytes after its last member")
	}
	return z, nil
}

// entry reads one entry of the directory and returns its length.
func (z *zipFile) entry(d []byte) (int, error) {
	if len(d) < entrySize || string(d[:4]) != "PK\x01\x02" {
		return 0, errors.New("the directory of the zip archive is damaged")
	}
	u16 := func(i int) int { return int(binary.LittleEndian.Uint16(d[i:])) }
	u32 := func(i int) int64 { return int64(binary.LittleEndian.Uint32(d[i:])) }
	n := entrySize + u16(28) + u16(30) + u16(32)
	if n > len(d) {
		return 0, errors.New("the directory of the zip archive is cut")
	}
	name := d[entrySize : entrySize+u16(28)]
	if err := safeName(name); err != nil {
		return 0, err
	}
	switch string(name) {
	case metadataName, configName, weightsName:
		if _, ok := z.members[string(name)]; ok {
			return 0, fmt.Errorf("the zip archive has two members %s", name)
		}
		z.members[string(name)] = zipMember{
			name: string(name), flags: uint16(u16(8)), method: uint16(u16(10)), crc: uint32(u32(16)),
			compressed: u32(20), size: u32(24), offset: u32(42),
		}
	case "model.weights.npz", "model.weights.json":
		return 0, unsupported("the weights are in %s: save the model with its weights in one HDF5 file, as Keras does by default", name)
	case "data.pkl":
		return 0, unsupported("it is a zip archive of PyTorch, not of Keras")
	}
	return n, nil
}

// safeName refuses names that leave the folder of the archive, although nothing
// is ever extracted.
func safeName(name []byte) error {
	s := string(name)
	if !utf8.Valid(name) || s == "" || s[0] == '/' || strings.ContainsAny(s, "\\\x00") {
		return fmt.Errorf("the zip archive has a member of the unsafe name %q", clip(s))
	}
	for part := range strings.SplitSeq(s, "/") {
		if part == ".." {
			return fmt.Errorf("the zip archive has a member of the unsafe name %q", clip(s))
		}
	}
	return nil
}

// open finds the data of a member after its local header, which must agree with
// the directory.
func (z *zipFile) open(name string) (zipMember, int64, error) {
	m := z.members[name]
	h := make([]byte, headerSize+len(name))
	if m.offset > z.directory-int64(len(h)) {
		return m, 0, errors.New("its header is after the directory")
	}
	if err := readAt(z.r, h, m.offset); err != nil {
		return m, 0, err
	}
	if string(h[:4]) != "PK\x03\x04" || int(binary.LittleEndian.Uint16(h[26:])) != len(name) || string(h[headerSize:]) != name {
		return m, 0, errors.New("its header is damaged")
	}
	if err := m.check(h); err != nil {
		return m, 0, err
	}
	start := m.offset + int64(len(h)) + int64(binary.LittleEndian.Uint16(h[28:]))
	if m.compressed > z.directory-start {
		return m, 0, errors.New("it reaches into the directory")
	}
	return m, start, nil
}

// check compares a member's entry of the directory with its local header.
func (m zipMember) check(h []byte) error {
	u32 := func(i int) int64 { return int64(binary.LittleEndian.Uint32(h[i:])) }
	const encrypted, descriptor = 1, 8
	same := binary.LittleEndian.Uint16(h[8:]) == m.method
	if m.flags&descriptor == 0 { // sizes are not in a descriptor after the data
		same = same && agrees(u32(18), m.compressed) && agrees(u32(22), m.size) && u32(14) == int64(m.crc)
	}
	switch {
	case m.flags&encrypted != 0:
		return unsupported("it is encrypted")
	case !same:
		return errors.New("its header contradicts the directory")
	case m.method != 0 && m.method != 8:
		return unsupported("compression method %d: only stored and deflated members are known", m.method)
	case m.method == 0 && m.compressed != m.size:
		return errors.New("a stored member of two sizes")
	}
	return nil
}

// agrees compares a size of a local header with the directory's. Python's zipfile
// leaves 2³²−1 where it did not know the size before it wrote.
func agrees(local, directory int64) bool { return local == directory || local == 1<<32-1 }

// read returns a member of at most limit bytes, after comparing its checksum.
func (z *zipFile) read(name string, limit int64) ([]byte, error) {
	if _, ok := z.members[name]; !ok {
		return nil, fmt.Errorf("the zip archive has no member %s: it is no .keras archive", name)
	}
	m, start, err := z.open(name)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if m.size > min(limit, math.MaxInt) {
		return nil, fmt.Errorf("%s: it has %d bytes, more than the %d that are read for a model and an archive of this size", name, m.size, limit)
	}
	data := make([]byte, m.size)
	if m.method == 0 {
		err = readAt(z.r, data, start)
	} else {
		err = inflate(data, io.NewSectionReader(z.r, start, m.compressed))
	}
	if err == nil && crc32.ChecksumIEEE(data) != m.crc {
		err = errors.New("its checksum does not match: the file is damaged")
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return data, nil
}

// inflate fills data with what r inflates to, which must be that long.
func inflate(data []byte, r io.Reader) error {
	f := flate.NewReader(r)
	if _, err := io.ReadFull(f, data); err != nil {
		return fmt.Errorf("deflate: %w", err)
	}
	if n, err := io.ReadFull(f, make([]byte, 1)); n != 0 || err != io.EOF {
		return errors.New("deflate: more bytes than the directory says")
	}
	return nil
}

// readAt fills data from an offset.
func readAt(r io.ReaderAt, data []byte, offset int64) error {
	n, err := r.ReadAt(data, offset)
	if n == len(data) {
		return nil
	}
	if err == nil || err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return err
}

// writeZip writes the members stored, without time stamps, so that equal models
// make equal bytes. The date is the earliest that zip knows, as Keras writes it.
func writeZip(w io.Writer, names []string, members [][]byte) error {
	const date = 1<<5 | 1 // 1980-01-01
	var directory []byte
	offset := 0
	for i, name := range names {
		data := members[i]
		if uint64(offset)+uint64(len(data)) > 1<<32-1<<16 {
			return unsupported("the archive has more than 4 GiB")
		}
		common := binary.LittleEndian.AppendUint16(nil, 20) // version
		common = append(common, 0, 0, 0, 0, 0, 0)           // flags, stored, time
		common = binary.LittleEndian.AppendUint16(common, date)
		common = binary.LittleEndian.AppendUint32(common, crc32.ChecksumIEEE(data))
		common = binary.LittleEndian.AppendUint32(common, uint32(len(data)))
		common = binary.LittleEndian.AppendUint32(common, uint32(len(data)))
		common = binary.LittleEndian.AppendUint16(common, uint16(len(name)))
		common = append(common, 0, 0)
		directory = append(append(append(directory, "PK\x01\x02\x14\x00"...), common...), make([]byte, 10)...)
		directory = append(binary.LittleEndian.AppendUint32(directory, uint32(offset)), name...)
		header := append(append([]byte("PK\x03\x04"), common...), name...)
		for _, part := range [][]byte{header, data} {
			if _, err := w.Write(part); err != nil {
				return err
			}
			offset += len(part)
		}
	}
	end := bytes.NewBufferString("PK\x05\x06\x00\x00\x00\x00")
	for _, n := range []int{len(names), len(names)} {
		end.Write(binary.LittleEndian.AppendUint16(nil, uint16(n)))
	}
	for _, n := range []int{len(directory), offset} {
		end.Write(binary.LittleEndian.AppendUint32(nil, uint32(n)))
	}
	end.Write([]byte{0, 0})
	_, err := w.Write(append(directory, end.Bytes()...))
	return err
}
