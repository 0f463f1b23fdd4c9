package mnist

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/klauspost/compress/gzip"
)

// WriteImages writes images of height×width bytes as an IDX file.
func WriteImages(w io.Writer, pixels []uint8, height, width int) error {
	if height < 1 || width < 1 || len(pixels) == 0 || width > len(pixels)/height || len(pixels)%(height*width) != 0 {
		return fmt.Errorf("mnist: %d pixels are not images of %d×%d", len(pixels), height, width)
	}
	return writeIDX(w, typeUint8, pixels, len(pixels)/(height*width), height, width)
}

// WriteLabels writes labels as an IDX file: in unsigned bytes where they fit, else in
// int32.
func WriteLabels(w io.Writer, labels []int32) error {
	if len(labels) == 0 {
		return errors.New("mnist: no labels to write")
	}
	for i, l := range labels {
		if err := checkLabel(l); err != nil {
			return fmt.Errorf("mnist: label %d %w", i, err)
		}
	}
	if slices.Max(labels) <= math.MaxUint8 {
		body := make([]byte, len(labels))
		for i, l := range labels {
			body[i] = byte(l)
		}
		return writeIDX(w, typeUint8, body, len(labels))
	}
	body := make([]byte, 0, 4*len(labels))
	for _, l := range labels {
		body = binary.BigEndian.AppendUint32(body, uint32(l))
	}
	return writeIDX(w, typeInt32, body, len(labels))
}

func writeIDX(w io.Writer, kind byte, body []byte, sizes ...int) error {
	header := []byte{0, 0, kind, byte(len(sizes))}
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
func SaveLabels(path string, labels []int32) error {
	return save(path, func(w io.Writer) error { return WriteLabels(w, labels) })
}

func save(path string, write func(io.Writer) error) (err error) {
	out, err := createTemp(path, ".tmp-")
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

// createTemp creates a new file whose name is the path, the infix and a random
// number. Unlike that of os.CreateTemp, it has the permissions of a lasting file.
func createTemp(path, infix string) (*os.File, error) {
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
