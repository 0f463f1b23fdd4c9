package main

import (
	"bufio"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"strings"
)

const (
	side       = 28   // of an image of the data set
	largestPNG = 8192 // pixels a side that are decoded
)

// readPNG reads a square picture as 28×28 grey pixels, each the mean of the
// pixels that it covers. What is transparent is black, the background of the
// data set, unless the picture is to be inverted.
func readPNG(path string, invert bool) ([]uint8, error) {
	if _, err := regular(path); err != nil {
		return nil, fmt.Errorf("%w: give a PNG file or the number of an image of the test set", err)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	config, err := png.DecodeConfig(bufio.NewReader(f))
	if err != nil {
		return nil, fmt.Errorf("%s: %w: give a PNG file or the number of an image of the test set", path, err)
	}
	w, h := config.Width, config.Height
	if w != h || w < side || w > largestPNG {
		return nil, fmt.Errorf("%s has %d×%d pixels: crop it to a square of %d to %d", path, w, h, side, largestPNG)
	}
	if _, err := f.Seek(0, 0); err != nil {
		return nil, err
	}
	img, err := png.Decode(bufio.NewReader(f))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return shrink(img, invert), nil
}

// shrink returns the 28×28 means of a square picture.
func shrink(img image.Image, invert bool) []uint8 {
	b := img.Bounds()
	n := b.Dx()
	pixels := make([]uint8, side*side)
	for y := range side {
		for x := range side {
			sum, count := 0, 0
			for v := y * n / side; v < (y+1)*n/side; v++ {
				for u := x * n / side; u < (x+1)*n/side; u++ {
					c := img.At(b.Min.X+u, b.Min.Y+v)
					grey := int(color.GrayModel.Convert(c).(color.Gray).Y) // over black: colours are premultiplied
					if invert {
						_, _, _, alpha := c.RGBA()
						grey = int(alpha>>8) - grey // over white, inverted
					}
					sum += grey
					count++
				}
			}
			pixels[y*side+x] = uint8(max(0, (sum+count/2)/count))
		}
	}
	return pixels
}

// lightGround reports whether an image is dark on light, by the mean of its border: of the
// 60,000 training images of Fashion-MNIST, and of the synthetic set, this is true for
// none, and for all when they are inverted.
func lightGround(pixels []uint8) bool {
	sum, n := 0, 0
	for y := range side {
		for x := range side {
			if x == 0 || y == 0 || x == side-1 || y == side-1 {
				sum += int(pixels[y*side+x])
				n++
			}
		}
	}
	return sum >= 128*n
}

// ramp is characters from dark to light on a dark terminal.
const ramp = " .:-=+*#%@"

// textPicture draws 28×28 pixels in 14 lines of 28 columns: in colours half
// blocks, each two pixels in the 24 greys of a 256-colour terminal, else
// characters of more or less ink.
func textPicture(pixels []uint8, colors bool) []string {
	var lines []string
	for y := 0; y < side; y += 2 {
		var b strings.Builder
		for x := range side {
			upper, lower := int(pixels[y*side+x]), int(pixels[(y+1)*side+x])
			if colors {
				fmt.Fprintf(&b, "\x1b[38;5;%d;48;5;%dm▀", 232+upper*23/255, 232+lower*23/255)
			} else {
				b.WriteByte(ramp[(upper+lower)*(len(ramp)-1)/510])
			}
		}
		if colors {
			b.WriteString("\x1b[0m")
		}
		lines = append(lines, b.String())
	}
	return lines
}
