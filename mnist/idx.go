package mnist

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// The magic numbers of IDX: unsigned bytes in three dimensions and in one.
const (
	imageMagic = 0x00000803
	labelMagic = 0x00000801
)

// maxExpansion is more than deflate can expand: 1032 to 1.
const maxExpansion = 1040

// ReadImages reads an IDX file of images from r, plain or gzip-compressed, whose
// size is size bytes. It takes exactly what WriteImages writes: the right magic,
// the length that the header says, a right CRC, no byte more. What a header
// claims is never allocated before the file has proved it.
func ReadImages(r io.Reader, size int64) (pixels []uint8, height, width int, err error) {
	body, dims, err := readIDX(r, size, imageMagic, 3)
	if err != nil {
		return nil, 0, 0, err
	}
	return body, dims[1], dims[2], nil
}

// ReadLabels reads an IDX file of labels from r as ReadImages reads images.
// Labels must be below 10.
func ReadLabels(r io.Reader, size int64) ([]uint8, error) {
	labels, _, err := readIDX(r, size, labelMagic, 1)
	if err != nil {
		return nil, err
	}
	for i, l := range labels {
		if l >= Classes {
			return nil, fmt.Errorf("label %d is %d, but there are classes 0…%d", i, l, Classes-1)
		}
	}
	return labels, nil
}

// readIDX reads one file.
func readIDX(r io.Reader, size int64, magic uint32, dims int) (body []uint8, sizes []int, err error) {
	in := bufio.NewReaderSize(r, 1<<16)
	limit := size
	var src io.Reader = in
	var zipped *gzip.Reader
	if start, err := in.Peek(2); err == nil && start[0] == 0x1f && start[1] == 0x8b {
		if zipped, err = gzip.NewReader(in); err != nil {
			return nil, nil, fmt.Errorf("gzip header: %w", err)
		}
		zipped.Multistream(false)
		src, limit = zipped, size*maxExpansion
	}
	header := make([]byte, 4+4*dims)
	if _, err := io.ReadFull(src, header); err != nil {
		return nil, nil, fmt.Errorf("the IDX header of %d bytes is cut off: %w", len(header), unexpected(err))
	}
	if got := binary.BigEndian.Uint32(header); got != magic {
		return nil, nil, fmt.Errorf("magic number %#08x, want %#08x: this is another kind of file", got, magic)
	}
	total := int64(1)
	for i := range dims {
		n := int64(binary.BigEndian.Uint32(header[4+4*i:]))
		sizes = append(sizes, int(n))
		if n == 0 {
			return nil, nil, fmt.Errorf("dimension %d of the IDX header is 0", i)
		}
		if total *= n; total > limit {
			return nil, nil, fmt.Errorf("the IDX header says %v bytes in dimensions %v, but a file of %d bytes cannot hold them", total, sizes, size)
		}
	}
	if zipped == nil && int64(len(header))+total != size {
		return nil, nil, fmt.Errorf("the IDX header says %d bytes of %v, the file has %d behind the header", total, sizes, size-int64(len(header)))
	}
	if body, err = readGrowing(src, total); err != nil {
		return nil, nil, fmt.Errorf("%d of %d bytes could be read: %w", len(body), total, unexpected(err))
	}
	if n, err := io.ReadFull(src, header[:1]); n > 0 {
		return nil, nil, fmt.Errorf("there are more bytes than the %d that the IDX header says", total)
	} else if err != io.EOF { // the gzip CRC and length are checked at the end
		return nil, nil, fmt.Errorf("behind the last byte: %w", err)
	}
	if zipped != nil {
		if _, err := in.ReadByte(); err != io.EOF {
			return nil, nil, errors.New("there are bytes behind the end of the gzip stream")
		}
	}
	return body, sizes, nil
}

// readGrowing reads total bytes into memory that grows as they arrive.
func readGrowing(r io.Reader, total int64) ([]byte, error) {
	const step = 64 << 20 // at once, so that Fashion-MNIST is read in one piece
	b := make([]byte, 0, min(total, step))
	for int64(len(b)) < total {
		if len(b) == cap(b) {
			b = append(make([]byte, 0, min(total, int64(2*cap(b)))), b...)
		}
		n, err := io.ReadFull(r, b[len(b):cap(b)])
		b = b[:len(b)+n]
		if err != nil {
			return b, err
		}
	}
	return b, nil
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
	if height < 1 || width < 1 || len(pixels) == 0 || len(pixels)%(height*width) != 0 {
		return fmt.Errorf("mnist: %d pixels are no images of %d×%d", len(pixels), height, width)
	}
	return writeIDX(w, imageMagic, []int{len(pixels) / (height * width), height, width}, pixels)
}

// WriteLabels writes labels as an IDX file.
func WriteLabels(w io.Writer, labels []uint8) error {
	if len(labels) == 0 {
		return errors.New("mnist: no labels to write")
	}
	return writeIDX(w, labelMagic, []int{len(labels)}, labels)
}

func writeIDX(w io.Writer, magic uint32, sizes []int, body []byte) error {
	var h bytes.Buffer
	h.Write(binary.BigEndian.AppendUint32(nil, magic))
	for _, n := range sizes {
		h.Write(binary.BigEndian.AppendUint32(nil, uint32(n)))
	}
	if _, err := w.Write(h.Bytes()); err != nil {
		return err
	}
	_, err := w.Write(body)
	return err
}
