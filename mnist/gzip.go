package mnist

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math"
	"slices"

	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/gzip"
)

// A gzip file is taken to hold at most gzipRatio bytes for each of its own: more
// than deflate can expand. Above gzipFree bytes, the limit is gzipBigRatio, ten
// times what images of garments or digits need, so that no small file fills
// the memory.
const (
	gzipRatio    = 1032
	gzipBigRatio = 100
	gzipFree     = 64 << 20
)

// gzipHeader returns the IDX header of a compressed file from its beginning.
func gzipHeader(file []byte, c content, limit int64) (*header, error) {
	zipped, err := gzip.NewReader(bytes.NewReader(file))
	if err != nil {
		return nil, damagef("gzip header: %w", unexpected(err))
	}
	return readHeader(zipped, c, limit)
}

// readHeader reads an IDX header from a decompressor.
func readHeader(r io.Reader, c content, limit int64) (*header, error) {
	b := make([]byte, 4+4*c.dims[0])
	n, err := io.ReadFull(r, b)
	if err == nil && slices.Contains(c.dims[1:], int(b[3])) {
		more := make([]byte, 4*(int(b[3])-c.dims[0]))
		var m int
		m, err = io.ReadFull(r, more)
		b, n = append(b, more...), n+m
	}
	if err != nil {
		return nil, damagef("byte %d of the decompressed IDX header: %w", n, unexpected(err))
	}
	return parseHeader(b, c, limit)
}

// decodeGzip decodes a compressed IDX file: one gzip member, RFC 1952, and
// nothing after it.
func decodeGzip(file []byte, c content) (*header, []byte, error) {
	in := bytes.NewReader(file)
	zipped, err := gzip.NewReader(in)
	if err != nil {
		return nil, nil, damagef("gzip header: %w", unexpected(err))
	}
	stream := file[len(file)-in.Len():] // a bytes.Reader is not read ahead
	limit := min(gzipRatio*int64(len(file)), max(gzipFree, gzipBigRatio*int64(len(file))), math.MaxInt)
	h, err := readHeader(zipped, c, limit)
	if errors.Is(err, errTooMuch) {
		return nil, nil, fmt.Errorf("%v (where it is right all the same, decompress the file with gunzip)", err)
	} else if err != nil {
		return nil, nil, err
	}
	total, length := h.bytes(), h.length()+h.bytes()
	all, used, err := inflate(stream, length)
	switch {
	case errors.Is(err, errTooLong):
		return nil, nil, damagef("the decompressed file is too long: the header says %d bytes, %v, and there are more", total, h.sizes)
	case err != nil:
		return nil, nil, damagef("byte %d of the compressed file, %d decompressed: %w", len(file)-len(stream)+used, len(all), err)
	case len(all) < length:
		return nil, nil, damagef("the decompressed file is cut off: the header says %d bytes, %v, after it are %d", total, h.sizes, len(all)-h.length())
	}
	if err := checkTrailer(stream[used:], all, len(file)); err != nil {
		return nil, nil, err
	}
	return h, all[h.length():], nil
}

// checkTrailer compares the end of a gzip file of the given size, which begins with
// the trailer, with the decompressed content.
func checkTrailer(end, all []byte, size int) error {
	const trailer = 8 // CRC-32 and length
	if len(end) < trailer {
		return damagef("the gzip trailer is cut off: %d bytes of %d: %w", len(end), trailer, io.ErrUnexpectedEOF)
	}
	if got, want := crc32.ChecksumIEEE(all), binary.LittleEndian.Uint32(end); got != want {
		return damagef("the gzip trailer says CRC-32 %08x, the content has %08x", want, got)
	}
	if want := binary.LittleEndian.Uint32(end[4:]); uint32(len(all)) != want {
		return damagef("the gzip trailer says %d bytes, the content has %d", want, len(all))
	}
	if more := len(end) - trailer; more > 0 {
		return damagef("%d bytes follow the end of the gzip stream, at byte %d", more, size-more)
	}
	return nil
}

// errTooLong says that a compressed stream holds more than its header says.
var errTooLong = errors.New("too long")

// inflate decodes a DEFLATE stream of length bytes, RFC 1951, and returns what it
// decoded and how much of the stream that used, with an error too.
func inflate(stream []byte, length int) (all []byte, used int, err error) {
	in := bytes.NewReader(stream) // flate reads no byte too many from it
	r := flate.NewReader(in)
	n := 0
	for n < length && err == nil { // the memory grows as the stream fills it
		grown := make([]byte, min(length, 2*n+4*len(stream)))
		copy(grown, all)
		var m int
		m, err = io.ReadFull(r, grown[n:])
		all, n = grown, n+m
	}
	if err == nil {
		var more [1]byte
		if m, end := r.Read(more[:]); m > 0 {
			err = errTooLong
		} else if end != io.EOF {
			err = unexpected(end)
		}
	} else if in.Len() > 0 && (err == io.EOF || err == io.ErrUnexpectedEOF) {
		err = nil // the stream ended well, but early
	}
	return all[:n], len(stream) - in.Len(), err
}

// unexpected turns an end of file into an unexpected one.
func unexpected(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
