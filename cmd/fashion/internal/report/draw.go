package report

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"html/template"
	"image"
	"image/color"
	"image/png"
	"math"
	"strings"
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

// chart draws one or two series of the epochs as SVG. What is no number is left
// out.
func chart(a, b []float64) template.HTML {
	const width, height, left, right, top, bottom = 480.0, 260.0, 46.0, 10.0, 10.0, 24.0
	low, high := math.Inf(1), math.Inf(-1)
	for _, v := range append(append([]float64(nil), a...), b...) {
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
			low, high = min(low, v), max(high, v)
		}
	}
	if low > high { // nothing to draw
		low, high = 0, 1
	}
	if gap := high - low; gap > 0 {
		low, high = low-gap*0.05, high+gap*0.05
	} else {
		low, high = low-0.5, high+0.5
	}
	x := func(i int) float64 {
		return left + (width-left-right)*(float64(i)+0.5)/float64(len(a))
	}
	y := func(v float64) float64 { return top + (height-top-bottom)*(high-v)/(high-low) }
	var s strings.Builder
	fmt.Fprintf(&s, `<svg viewBox="0 0 %g %g" role="img">`, width, height)
	for i := range 5 {
		v := low + (high-low)*float64(i)/4
		fmt.Fprintf(&s, `<line class="grid" x1="%g" x2="%g" y1="%.1f" y2="%.1f"/><text x="%g" y="%.1f" text-anchor="end">%.3f</text>`, left, width-right, y(v), y(v), left-4, y(v)+4, v)
	}
	step := (len(a) + 9) / 10
	for i := 0; i < len(a); i += step {
		fmt.Fprintf(&s, `<text x="%.1f" y="%g" text-anchor="middle">%d</text>`, x(i), height-6, i+1)
	}
	for i, series := range [2][]float64{a, b} {
		class := [2]string{"a", "b"}[i]
		var points, dots strings.Builder
		for i, v := range series {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				continue
			}
			fmt.Fprintf(&points, "%.1f,%.1f ", x(i), y(v))
			fmt.Fprintf(&dots, `<circle class="dot-%s" r="3" cx="%.1f" cy="%.1f"><title>epoch %d: %.4f</title></circle>`, class, x(i), y(v), i+1, v)
		}
		fmt.Fprintf(&s, `<polyline class="%s" points="%s"/>%s`, class, strings.TrimSpace(points.String()), dots.String())
	}
	s.WriteString("</svg>")
	return template.HTML(s.String())
}
