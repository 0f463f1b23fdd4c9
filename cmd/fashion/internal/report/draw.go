package report

import (
	"bytes"
	"encoding/base64"
	"html/template"
	"image"
	"image/color"
	"image/png"
	"math"
)

const side = 28 // of a picture

// dataURL returns a picture as an address that holds it.
func dataURL(img image.Image) template.URL {
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		panic(err) // only for a picture without pixels
	}
	return template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(b.Bytes()))
}

func greyPNG(pixels []uint8) template.URL {
	return dataURL(&image.Gray{Pix: pixels, Stride: side, Rect: image.Rect(0, 0, side, side)})
}

// weightsPNG draws weights: white is 0, orange positive, blue negative, the
// largest of the unit in full colour.
func weightsPNG(w []float32) template.URL {
	largest := 0.0
	for _, v := range w {
		largest = max(largest, math.Abs(float64(v)))
	}
	var palette color.Palette
	for i := -32; i <= 32; i++ { // few colours make a small file
		t := math.Abs(float64(i)) / 32
		full := [3]float64{0xc2, 0x41, 0x0c}
		if i < 0 {
			full = [3]float64{0x17, 0x69, 0xaa}
		}
		mix := func(c float64) uint8 { return uint8(255 + (c-255)*t) }
		palette = append(palette, color.RGBA{mix(full[0]), mix(full[1]), mix(full[2]), 255})
	}
	img := image.NewPaletted(image.Rect(0, 0, side, side), palette)
	for i, v := range w {
		at := 32.0
		if largest > 0 {
			at += math.Round(float64(v) / largest * 32)
		}
		img.Pix[i] = uint8(max(0, min(64, at)))
	}
	return dataURL(img)
}
