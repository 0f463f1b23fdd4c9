// Package mnist reads and writes image sets in the IDX format, finds the
// Fashion-MNIST set (Xiao, Rasul and Vollgraf 2017) in the caches of this
// machine or on the network, and splits it as scikit-learn does.
//
// [Fashion] is the way in. With [LoadOptions].Dir it reads any other set of 28×28
// images as well: MNIST, Kuzushiji-MNIST, EMNIST (whose images are stored transposed,
// see LoadOptions.Transpose), QMNIST.
package mnist

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"
	"slices"
	"strconv"
)

// Source says where a set comes from.
type Source string

// The sources of a set.
const (
	FashionMNIST Source = "fashion-mnist" // the official files, checksums compared
	SyntheticSet Source = "synthetic"     // generated, because the official files are out of reach
	Unverified   Source = "unverified"    // other files, in a folder that the user named
)

// Classes is the number of classes of Fashion-MNIST.
const Classes = 10

// ClassName returns the name of a class of Fashion-MNIST, 0 ≤ class < 10.
func ClassName(class int) string {
	return [Classes]string{"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"}[class]
}

// Set is a set of labelled grey images: rows of a storage that several sets may
// share. It satisfies the Dataset of package nn. Nothing that its methods
// return may be changed.
type Set struct {
	pixels        []uint8 // rows × height × width
	labels        []int32
	rows          []int32 // storage row of each image; nil: image i is row i
	height, width int
	classes       int
	source        Source
	dir           string
}

// NewSet returns the set of the given images, height×width bytes each, and
// their labels, at least 0. It fails where their numbers differ. The set keeps
// pixels, and copies labels.
func NewSet(pixels []uint8, labels []int32, height, width int) (*Set, error) {
	whole := height >= 1 && width >= 1 && width <= math.MaxInt/height // no product overflows
	if !whole || len(pixels)%(height*width) != 0 || len(pixels)/(height*width) != len(labels) {
		return nil, fmt.Errorf("mnist: %d pixels are not %d images of %d×%d", len(pixels), len(labels), height, width)
	}
	classes := 0
	for i, l := range labels {
		if err := checkLabel(l); err != nil {
			return nil, fmt.Errorf("mnist: label %d %w", i, err)
		}
		classes = max(classes, int(l)+1)
	}
	return &Set{pixels: pixels, labels: slices.Clone(labels), height: height, width: width, classes: classes, source: Unverified}, nil
}

// Len returns the number of images.
func (s *Set) Len() int {
	if s.rows != nil {
		return len(s.rows)
	}
	return len(s.labels)
}

// Shape returns height and width of an image.
func (s *Set) Shape() []int { return []int{s.height, s.width} }

// Rows returns the storage row of each image, nil where image i is row i.
func (s *Set) Rows() []int32 { return s.rows }

// Bytes returns the storage of pixels, one image a row.
func (s *Set) Bytes() []uint8 { return s.pixels }

// Floats returns nil: the pixels are bytes.
func (s *Set) Floats() []float32 { return nil }

// Classes returns the class of each storage row.
func (s *Set) Classes() []int32 { return s.labels }

// Targets returns nil: the targets are classes.
func (s *Set) Targets() []float32 { return nil }

// NumClasses returns the number of classes, which is one more than the largest label:
// of a training set together with its test set, where Fashion read them.
func (s *Set) NumClasses() int { return s.classes }

// ClassName returns the name of a class: that of Fashion-MNIST for its official
// files and for the synthetic set, else its number.
func (s *Set) ClassName(class int) string {
	if s.source != Unverified && class >= 0 && class < Classes {
		return ClassName(class)
	}
	return strconv.Itoa(class)
}

// Source returns where the set comes from.
func (s *Set) Source() Source { return s.source }

// Dir returns the folder that the set was read from, "" for the synthetic one.
func (s *Set) Dir() string { return s.dir }

// row returns the storage row of image i.
func (s *Set) row(i int) int {
	if s.rows != nil {
		return int(s.rows[i])
	}
	return i
}

// Image returns the pixels of image i, row by row.
func (s *Set) Image(i int) []uint8 {
	size := s.height * s.width
	at := s.row(i) * size
	return s.pixels[at : at+size : at+size]
}

// Label returns the class of image i.
func (s *Set) Label(i int) int { return int(s.labels[s.row(i)]) }

// IndexSHA256 returns the SHA-256 of the storage rows of the images, int32
// little-endian, in hexadecimal: it names a split.
func (s *Set) IndexSHA256() string {
	b := make([]byte, 0, 4*s.Len())
	for i := range s.Len() {
		b = binary.LittleEndian.AppendUint32(b, uint32(s.row(i)))
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
