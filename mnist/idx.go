package mnist

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"math"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"

	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/gzip"
)

// An IDX file starts with two zero bytes, the type of its elements, here always
// unsigned bytes, and the number of its dimensions. The dimensions follow as
// big-endian uint32, then the elements.
const (
	unsignedBytes = 0x08
	imageDims     = 3 // images, height, width
	labelDims     = 1
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

var errTooMuch = errors.New("more than a file of this size holds")

// ReadImages reads an IDX file of images, plain or gzip-compressed, from r to its
// end. It takes exactly what WriteImages writes: the right magic number, the
// length that the header says, a right CRC, no byte more. What the header claims
// is never allocated before the file has proved it.
func ReadImages(r io.Reader) (pixels []uint8, height, width int, err error) {
	file, err := io.ReadAll(r)
	if err != nil {
		return nil, 0, 0, err
	}
	return decodeImages(file)
}

// ReadLabels reads an IDX file of labels as ReadImages reads images. Labels must
// be below 10.
func ReadLabels(r io.Reader) ([]uint8, error) {
	file, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	return decodeLabels(file)
}

// decodeImages returns the images of an IDX file. They may share its memory.
func decodeImages(file []byte) (pixels []uint8, height, width int, err error) {
	pixels, sizes, err := decodeIDX(file, imageDims)
	if err != nil {
		return nil, 0, 0, err
	}
	return pixels, sizes[1], sizes[2], nil
}

// decodeLabels returns the labels of an IDX file. They may share its memory.
func decodeLabels(file []byte) ([]uint8, error) {
	labels, _, err := decodeIDX(file, labelDims)
	if err != nil {
		return nil, err
	}
	if err := checkLabels(labels); err != nil {
		return nil, err
	}
	return labels, nil
}

func checkLabels(labels []uint8) error {
	for i, l := range labels {
		if l >= Classes {
			return fmt.Errorf("label %d (byte %d) is %d, but the classes are 0…%d", i, 4+4*labelDims+i, l, Classes-1)
		}
	}
	return nil
}

func decodeIDX(file []byte, dims int) (body []byte, sizes []int, err error) {
	if len(file) >= 2 && file[0] == 0x1f && file[1] == 0x8b {
		return decodeGzip(file, dims)
	}
	total, sizes, err := decodeHeader(file, dims, len(file))
	if err != nil {
		return nil, nil, err
	}
	body = file[4+4*dims:]
	if len(body) < total {
		return nil, nil, fmt.Errorf("the file is cut off: the header says %d bytes, %v, behind it are %d", total, sizes, len(body))
	}
	if len(body) > total {
		return nil, nil, fmt.Errorf("the file is too long: the header says %d bytes, %v, behind it are %d", total, sizes, len(body))
	}
	return body, sizes, nil
}

// decodeHeader returns the dimensions that a header gives and their product. It
// refuses more than limit bytes of file, header included.
func decodeHeader(file []byte, dims, limit int) (total int, sizes []int, err error) {
	length := 4 + 4*dims
	if len(file) < length {
		return 0, nil, fmt.Errorf("the file is cut off: it has %d bytes, the IDX header alone %d", len(file), length)
	}
	switch {
	case file[0] != 0 || file[1] != 0:
		return 0, nil, fmt.Errorf("this is no IDX file: it starts with the bytes % x, not 00 00", file[:2])
	case file[2] != unsignedBytes:
		return 0, nil, fmt.Errorf("byte 2 of the IDX header, the type of the elements, is %#02x, want %#02x, unsigned bytes", file[2], unsignedBytes)
	case int(file[3]) != dims:
		return 0, nil, fmt.Errorf("byte 3 of the IDX header, the number of dimensions, is %d, want %d (images have %d, labels %d)", file[3], dims, imageDims, labelDims)
	}
	product := uint64(1)
	for i := range dims {
		at := 4 + 4*i
		n := uint64(binary.BigEndian.Uint32(file[at:]))
		if n == 0 {
			return 0, nil, fmt.Errorf("dimension %d (byte %d of the IDX header) is 0", i, at)
		}
		if n > uint64(limit)/product { // no product overflows
			return 0, nil, fmt.Errorf("dimension %d (byte %d of the IDX header) is %d: %w, at most %d bytes", i, at, n, errTooMuch, limit)
		}
		product *= n
		sizes = append(sizes, int(n))
	}
	return int(product), sizes, nil
}

// decodeGzip decodes a compressed IDX file: one gzip member, RFC 1952, and
// nothing behind it.
func decodeGzip(file []byte, dims int) (body []byte, sizes []int, err error) {
	in := bytes.NewReader(file)
	zipped, err := gzip.NewReader(in)
	if err != nil {
		return nil, nil, fmt.Errorf("gzip header: %w", unexpected(err))
	}
	stream := file[len(file)-in.Len():] // a bytes.Reader is not read ahead
	header := make([]byte, 4+4*dims)
	if n, err := io.ReadFull(zipped, header); err != nil {
		return nil, nil, fmt.Errorf("byte %d of the decompressed IDX header: %w", n, unexpected(err))
	}
	limit := min(gzipRatio*int64(len(file)), max(gzipFree, gzipBigRatio*int64(len(file))), math.MaxInt)
	total, sizes, err := decodeHeader(header, dims, int(limit))
	if errors.Is(err, errTooMuch) {
		return nil, nil, fmt.Errorf("%w (where it is right all the same, decompress the file with gunzip)", err)
	} else if err != nil {
		return nil, nil, err
	}
	length := len(header) + total
	all, used, err := inflate(stream, length)
	switch {
	case errors.Is(err, errTooLong):
		return nil, nil, fmt.Errorf("the decompressed file is too long: the header says %d bytes, %v, and there are more", total, sizes)
	case err != nil:
		return nil, nil, fmt.Errorf("byte %d of the compressed file, %d decompressed: %w", len(file)-len(stream)+used, len(all), err)
	case len(all) < length:
		return nil, nil, fmt.Errorf("the decompressed file is cut off: the header says %d bytes, %v, behind it are %d", total, sizes, len(all)-len(header))
	}
	const trailer = 8 // CRC-32 and length
	end := stream[used:]
	if len(end) < trailer {
		return nil, nil, fmt.Errorf("the gzip trailer is cut off: %d bytes of %d: %w", len(end), trailer, io.ErrUnexpectedEOF)
	}
	if got, want := crc32.ChecksumIEEE(all), binary.LittleEndian.Uint32(end); got != want {
		return nil, nil, fmt.Errorf("the gzip trailer says CRC-32 %08x, the content has %08x: it is damaged", want, got)
	}
	if want := binary.LittleEndian.Uint32(end[4:]); uint32(len(all)) != want {
		return nil, nil, fmt.Errorf("the gzip trailer says %d bytes, the content has %d: it is damaged", want, len(all))
	}
	if more := len(end) - trailer; more > 0 {
		return nil, nil, fmt.Errorf("%d bytes follow the end of the gzip stream, at byte %d", more, len(file)-more)
	}
	return all[len(header):], sizes, nil
}

// errTooLong says that a compressed stream holds more than its header says.
var errTooLong = errors.New("too long")

// inflate decodes a DEFLATE stream of length bytes, RFC 1951, and returns what it
// decoded and how much of the stream that used, also beside an error.
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

// WriteImages writes images of height×width bytes as an IDX file.
func WriteImages(w io.Writer, pixels []uint8, height, width int) error {
	if height < 1 || width < 1 || len(pixels) == 0 || width > len(pixels)/height || len(pixels)%(height*width) != 0 {
		return fmt.Errorf("mnist: %d pixels are no images of %d×%d", len(pixels), height, width)
	}
	return writeIDX(w, pixels, len(pixels)/(height*width), height, width)
}

// WriteLabels writes labels as an IDX file. They must be below 10.
func WriteLabels(w io.Writer, labels []uint8) error {
	if len(labels) == 0 {
		return errors.New("mnist: no labels to write")
	}
	if err := checkLabels(labels); err != nil {
		return fmt.Errorf("mnist: %w", err)
	}
	return writeIDX(w, labels, len(labels))
}

func writeIDX(w io.Writer, body []byte, sizes ...int) error {
	header := []byte{0, 0, unsignedBytes, byte(len(sizes))}
	for _, n := range sizes {
		if uint64(n) > math.MaxUint32 {
			return fmt.Errorf("mnist: a dimension of %d does not fit into an IDX file", n)
		}
		header = binary.BigEndian.AppendUint32(header, uint32(n))
	}
	if _, err := w.Write(header); err != nil {
		return err
	}
	_, err := w.Write(body)
	return err
}

// SaveImages writes images as WriteImages does into a file, gzip-compressed
// where its name ends in .gz. The file appears under its name when it is
// complete, or not at all.
func SaveImages(path string, pixels []uint8, height, width int) error {
	return save(path, func(w io.Writer) error { return WriteImages(w, pixels, height, width) })
}

// SaveLabels writes labels as WriteLabels does into a file as SaveImages does.
func SaveLabels(path string, labels []uint8) error {
	return save(path, func(w io.Writer) error { return WriteLabels(w, labels) })
}

func save(path string, write func(io.Writer) error) (err error) {
	out, err := createBeside(path, ".tmp-")
	if err != nil {
		return fmt.Errorf("mnist: %w", err)
	}
	defer func() {
		if err != nil {
			out.Close()
			os.Remove(out.Name())
		}
	}()
	if strings.HasSuffix(path, ".gz") {
		zipped := gzip.NewWriter(out)
		if err := write(zipped); err != nil {
			return err
		}
		if err := zipped.Close(); err != nil {
			return err
		}
	} else if err := write(out); err != nil {
		return err
	}
	return finish(out, path)
}

// createBeside creates a new file whose name is the path, the infix and chance.
// Unlike that of os.CreateTemp, it has the permissions of a lasting file.
func createBeside(path, infix string) (*os.File, error) {
	for {
		f, err := os.OpenFile(path+infix+strconv.FormatUint(rand.Uint64(), 36), os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o666)
		if !errors.Is(err, fs.ErrExist) {
			return f, err
		}
	}
}

// finish gives a complete temporary file its name, durably.
func finish(f *os.File, path string) error {
	if err := f.Sync(); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
