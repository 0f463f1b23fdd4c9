// Package archive reads zip files that came from elsewhere. It is stricter than
// archive/zip: names are unique, members neither overlap nor leave the file,
// the two headers of a member agree, the bytes are exactly as many as declared,
// and what it keeps is in proportion to the file's directory. Nothing is
// extracted.
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
	"slices"
	"sort"
)

const (
	endSize       = 22 // end of the central directory, without its comment
	end64Size     = 56
	locatorSize   = 20
	directorySize = 46 // a member in the central directory, without its name
	localSize     = 30

	stored   = 0
	deflated = 8

	encrypted  = 1 << 0 // flags of a member
	sizesLater = 1 << 3

	mostInflated = 1032 // bytes that deflate can make from one
)

// File is a member.
type File struct {
	Name       string
	Size       int64 // inflated
	compressed int64
	offset     int64 // of the local header
	crc        uint32
	method     uint16
	flags      uint16
}

// Stored reports whether the member lies in the archive as it is.
func (f *File) Stored() bool { return f.method == stored }

// Reader is an archive.
type Reader struct {
	Files []File // in the order of the directory
	r     io.ReaderAt
	order []int // of Files, by name
	rest  int64 // where the directory begins, after the last member
	in    io.ReadCloser
	head  []byte
}

var le = binary.LittleEndian

// IsZip reports whether the first bytes of a file are those of a zip archive
// without anything before it.
func IsZip(head []byte) bool {
	return bytes.HasPrefix(head, []byte("PK\x03\x04")) || bytes.HasPrefix(head, []byte("PK\x05\x06"))
}

// Open reads the directory of an archive of the given size. Bytes before the
// first member are legal, bytes after the end are not.
func Open(r io.ReaderAt, size int64) (*Reader, error) {
	end, at, err := findEnd(r, size)
	if err != nil {
		return nil, err
	}
	disks, count := uint64(le.Uint16(end[4:]))|uint64(le.Uint16(end[6:])), uint64(le.Uint16(end[10:]))
	length, offset := uint64(le.Uint32(end[12:])), uint64(le.Uint32(end[16:]))
	if end64, at64, err := findEnd64(r, at); err != nil {
		return nil, err
	} else if end64 != nil {
		at, disks = at64, uint64(le.Uint32(end64[16:]))|uint64(le.Uint32(end64[20:]))
		count, length, offset = le.Uint64(end64[32:]), le.Uint64(end64[40:]), le.Uint64(end64[48:])
	}
	if disks != 0 {
		return nil, errors.New("the archive is spread over several files")
	}
	if length > uint64(at) || offset > uint64(at)-length || count > length/directorySize {
		return nil, errors.New("the directory of the archive does not fit into the file")
	}
	z := &Reader{r: r, rest: at - int64(length)}
	directory := make([]byte, length)
	if err := readAt(r, directory, z.rest); err != nil {
		return nil, err
	}
	base := z.rest - int64(offset)
	z.Files = make([]File, 0, count)
	for uint64(len(z.Files)) < count {
		f, n, err := member(directory)
		if err != nil {
			return nil, err
		}
		if f.offset > z.rest-base {
			return nil, fmt.Errorf("member %q lies outside of the archive", f.Name)
		}
		f.offset += base
		z.Files, directory = append(z.Files, f), directory[n:]
	}
	if len(directory) != 0 {
		return nil, errors.New("the directory of the archive has other bytes than its members")
	}
	return z, z.check()
}

// findEnd finds the record at the end, which a comment may follow.
func findEnd(r io.ReaderAt, size int64) (end []byte, at int64, err error) {
	for _, n := range []int64{endSize, endSize + math.MaxUint16} {
		n = min(n, size)
		tail := make([]byte, n)
		if err := readAt(r, tail, size-n); err != nil {
			return nil, 0, err
		}
		for i := int(n) - endSize; i >= 0; i-- {
			if string(tail[i:i+4]) == "PK\x05\x06" && int(le.Uint16(tail[i+20:])) == len(tail)-i-endSize {
				return tail[i:], size - n + int64(i), nil
			}
		}
	}
	return nil, 0, errors.New("not a zip archive, or one that is cut off: it has no directory at its end")
}

// findEnd64 finds the record of large archives, which lies before the other.
func findEnd64(r io.ReaderAt, end int64) (record []byte, at int64, err error) {
	if end < locatorSize+end64Size {
		return nil, 0, nil
	}
	locator, record := make([]byte, locatorSize), make([]byte, end64Size)
	if err := readAt(r, locator, end-locatorSize); err != nil {
		return nil, 0, err
	}
	if string(locator[:4]) != "PK\x06\x07" {
		return nil, 0, nil
	}
	at = end - locatorSize - end64Size
	if err := readAt(r, record, at); err != nil {
		return nil, 0, err
	}
	if string(record[:4]) != "PK\x06\x06" || le.Uint64(record[4:]) != end64Size-12 {
		return nil, 0, errors.New("the zip64 record at the archive's end is damaged")
	}
	return record, at, nil
}

// member reads one entry of the directory and returns its length.
func member(d []byte) (f File, n int, err error) {
	if len(d) < directorySize || string(d[:4]) != "PK\x01\x02" {
		return f, 0, errors.New("the directory of the archive is damaged")
	}
	name, extra, comment := int(le.Uint16(d[28:])), int(le.Uint16(d[30:])), int(le.Uint16(d[32:]))
	n = directorySize + name + extra + comment
	if n > len(d) {
		return f, 0, errors.New("the directory of the archive is damaged")
	}
	f = File{
		Name: string(d[directorySize : directorySize+name]), flags: le.Uint16(d[8:]), method: le.Uint16(d[10:]), crc: le.Uint32(d[16:]),
		compressed: int64(le.Uint32(d[20:])), Size: int64(le.Uint32(d[24:])), offset: int64(le.Uint32(d[42:])),
	}
	if err := f.large(d[directorySize+name : directorySize+name+extra]); err != nil {
		return f, 0, err
	}
	switch {
	case f.flags&encrypted != 0:
		return f, 0, fmt.Errorf("member %q is encrypted", f.Name)
	case f.method != stored && f.method != deflated:
		return f, 0, fmt.Errorf("member %q is compressed by method %d: only stored and deflated members are read", f.Name, f.method)
	case f.method == stored && f.Size != f.compressed, f.Size/mostInflated > f.compressed:
		return f, 0, fmt.Errorf("member %q has %d bytes in the archive, which cannot be the %d that it declares", f.Name, f.compressed, f.Size)
	}
	return f, n, nil
}

// large reads the sizes of more than 4 GiB from the extra field.
func (f *File) large(extra []byte) error {
	for len(extra) >= 4 {
		id, n := le.Uint16(extra), int(le.Uint16(extra[2:]))
		if extra = extra[4:]; n > len(extra) {
			break
		}
		field := extra[:n]
		extra = extra[n:]
		if id != 1 {
			continue
		}
		for _, size := range []*int64{&f.Size, &f.compressed, &f.offset} {
			if *size != math.MaxUint32 {
				continue
			}
			if len(field) < 8 || le.Uint64(field) > math.MaxInt64>>1 {
				return fmt.Errorf("member %q has a damaged zip64 field", f.Name)
			}
			*size, field = int64(le.Uint64(field)), field[8:]
		}
	}
	return nil
}

// check finds members of one name and members that overlap.
func (z *Reader) check() error {
	z.order = make([]int, len(z.Files))
	for i := range z.order {
		z.order[i] = i
	}
	sort.Slice(z.order, func(i, j int) bool { return z.Files[z.order[i]].offset < z.Files[z.order[j]].offset })
	for i, at := range z.order {
		f, next := &z.Files[at], z.rest
		if i+1 < len(z.order) {
			next = z.Files[z.order[i+1]].offset
		}
		if used := int64(localSize+len(f.Name)) + f.compressed; used > next-f.offset {
			return fmt.Errorf("member %q has less room in the archive than the %d bytes that it declares", f.Name, f.compressed)
		}
	}
	sort.Slice(z.order, func(i, j int) bool { return z.Files[z.order[i]].Name < z.Files[z.order[j]].Name })
	for i := 1; i < len(z.order); i++ {
		if name := z.Files[z.order[i]].Name; name == z.Files[z.order[i-1]].Name {
			return fmt.Errorf("two members are named %q", name)
		}
	}
	return nil
}

// Find returns the member of a name, or nil.
func (z *Reader) Find(name string) *File {
	i := sort.Search(len(z.order), func(i int) bool { return z.Files[z.order[i]].Name >= name })
	if i == len(z.order) || z.Files[z.order[i]].Name != name {
		return nil
	}
	return &z.Files[z.order[i]]
}

// Open returns a reader of a member. It gives exactly f.Size bytes, and checks
// their sum together with io.EOF: read up to it. One member is read at a time.
func (z *Reader) Open(f *File) (io.Reader, error) {
	start, err := z.start(f)
	if err != nil {
		return nil, err
	}
	raw := io.NewSectionReader(z.r, start, f.compressed)
	if f.method == stored {
		return &content{file: f, in: raw}, nil
	}
	if z.in == nil {
		z.in = flate.NewReader(raw)
	} else if err := z.in.(flate.Resetter).Reset(raw, nil); err != nil {
		return nil, err
	}
	return &content{file: f, in: z.in}, nil
}

// start compares the member's own header with the directory, and returns where
// its bytes begin.
func (z *Reader) start(f *File) (int64, error) {
	n := localSize + len(f.Name)
	z.head = slices.Grow(z.head[:0], n)[:n]
	if err := readAt(z.r, z.head, f.offset); err != nil {
		return 0, err
	}
	flags := le.Uint16(z.head[6:])
	if string(z.head[:4]) != "PK\x03\x04" || int(le.Uint16(z.head[26:])) != len(f.Name) || string(z.head[localSize:]) != f.Name ||
		le.Uint16(z.head[8:]) != f.method || flags&encrypted != 0 || flags&sizesLater == 0 && le.Uint32(z.head[14:]) != f.crc {
		return 0, fmt.Errorf("member %q is not what the directory says", f.Name)
	}
	start := f.offset + int64(n) + int64(le.Uint16(z.head[28:]))
	if start+f.compressed > z.rest {
		return 0, fmt.Errorf("member %q lies outside of the archive", f.Name)
	}
	return start, nil
}

// Bytes returns all of a member that has at most limit bytes.
func (z *Reader) Bytes(f *File, limit int64) ([]byte, error) {
	if f.Size > limit {
		return nil, fmt.Errorf("member %q has %d bytes, at most %d are read", f.Name, f.Size, limit)
	}
	if f.method == stored {
		start, err := z.start(f)
		if err != nil {
			return nil, err
		}
		data := make([]byte, f.Size)
		if err := readAt(z.r, data, start); err != nil {
			return nil, err
		}
		return data, f.sum(crc32.ChecksumIEEE(data))
	}
	in, err := z.Open(f)
	if err != nil {
		return nil, err
	}
	data := make([]byte, f.Size)
	if _, err := io.ReadFull(in, data); err != nil {
		return nil, err
	}
	return data, End(in)
}

// sum compares the checksum of a member's bytes.
func (f *File) sum(got uint32) error {
	if got != f.crc {
		return fmt.Errorf("member %q is damaged: its checksum differs", f.Name)
	}
	return nil
}

// End reads the end of a member that was read whole.
func End(in io.Reader) error {
	var one [1]byte
	if n, err := in.Read(one[:]); n == 0 && err == io.EOF {
		return nil
	} else if err != nil && err != io.EOF {
		return err
	}
	return errors.New("trailing data")
}

// content is the inside of a member.
type content struct {
	file *File
	in   io.Reader
	n    int64
	sum  uint32
}

func (c *content) Read(p []byte) (int, error) {
	if left := c.file.Size - c.n; int64(len(p)) > left+1 {
		p = p[:left+1] // one more, to see that there is none
	}
	n, err := c.in.Read(p)
	c.n += int64(n)
	c.sum = crc32.Update(c.sum, crc32.IEEETable, p[:n])
	switch {
	case c.n > c.file.Size:
		return 0, fmt.Errorf("member %q has more than the %d bytes that it declares", c.file.Name, c.file.Size)
	case err == io.EOF && c.n < c.file.Size, err == io.ErrUnexpectedEOF:
		return n, fmt.Errorf("member %q ends after %d of %d bytes", c.file.Name, c.n, c.file.Size)
	case err == io.EOF && c.sum != c.file.crc:
		return n, c.file.sum(c.sum)
	case err != nil && err != io.EOF:
		return n, fmt.Errorf("member %q is damaged: %w", c.file.Name, err)
	}
	return n, err
}

func readAt(r io.ReaderAt, p []byte, at int64) error {
	if at < 0 {
		return io.ErrUnexpectedEOF
	}
	n, err := r.ReadAt(p, at)
	if n == len(p) {
		return nil
	}
	if err == nil || err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
