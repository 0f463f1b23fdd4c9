package report

import (
	"fmt"
	"html/template"
	"math"
	"strconv"
	"strings"
)

// series is a line of a chart, a number for each epoch.
type series struct {
	name   string
	values []float64
}

// axis is the range of a chart's numbers, with ticks at round ones.
type axis struct {
	low, high float64
	ticks     []float64
	decimals  int
}

// newAxis returns an axis of some five ticks over the numbers from low to high, which are
// at least 0: it begins and ends at a tick. fromZero begins it at 0.
func newAxis(low, high float64, fromZero bool) axis {
	if fromZero {
		low = 0
	}
	if !(high > low) {
		high = low + float64(max(math.Abs(low), 1)*0.1)
	}
	// The step is 1, 2 or 5 times a power of ten, found without math.Log10.
	rough, power := (high-low)/5, 0
	for ; rough >= 10; rough /= 10 {
		power++
	}
	for ; rough < 1 && power > -300; rough *= 10 {
		power--
	}
	step := 10 * exp10(power)
	a := axis{decimals: max(0, -power-1)}
	for _, m := range []float64{5, 2, 1} {
		if m*1.001 >= rough { // rough is not exact
			step, a.decimals = float64(m*exp10(power)), max(0, -power)
		}
	}
	for i := math.Floor(low / step); i <= math.Ceil(high/step); i++ {
		a.ticks = append(a.ticks, float64(i*step))
	}
	a.low, a.high = a.ticks[0], a.ticks[len(a.ticks)-1]
	return a
}

// exp10 returns a power of ten.
func exp10(n int) float64 {
	v, _ := strconv.ParseFloat("1e"+strconv.Itoa(n), 64) // correctly rounded
	return v
}

// epochTicks returns the epochs that are marked, of n: the first and the last, and round
// ones between them.
func epochTicks(n int) []int {
	step := 1
	for i := 0; n/step > 10; i++ { // 1, 2, 5, 10, 20, …
		if i%3 == 1 {
			step = step / 2 * 5
		} else {
			step *= 2
		}
	}
	ticks := []int{1}
	for i := step; i < n; i += step {
		if apart := step/2 + 1; i-1 >= apart && n-i >= apart { // not upon the first or the last
			ticks = append(ticks, i)
		}
	}
	if n > 1 {
		ticks = append(ticks, n)
	}
	return ticks
}

// chart draws the series of the epochs as SVG. What is not a number is left out. title is
// what a screen reader says, with the first and last numbers.
func chart(title string, fromZero bool, all ...series) template.HTML {
	const width, height, left, right, top, bottom = 480.0, 260.0, 52.0, 10.0, 10.0, 24.0
	low, high := math.Inf(1), math.Inf(-1)
	epochs := 0
	for _, s := range all {
		epochs = max(epochs, len(s.values))
		for _, v := range s.values {
			if finite(v) {
				low, high = min(low, v), max(high, v)
			}
		}
	}
	if low > high { // nothing to draw
		low, high = 0, 1
	}
	a := newAxis(low, high, fromZero)
	x := func(i int) float64 {
		return left + float64((width-left-right)*float64((float64(i)+0.5)/float64(max(1, epochs))))
	}
	y := func(v float64) float64 {
		return top + float64((height-top-bottom)*float64((a.high-v)/(a.high-a.low)))
	}
	var s strings.Builder
	fmt.Fprintf(&s, `<svg viewBox="0 0 %g %g" role="img" aria-label="%s">`, width, height, template.HTMLEscapeString(describe(title, all)))
	for _, v := range a.ticks {
		fmt.Fprintf(&s, `<line class="grid" x1="%g" x2="%g" y1="%.1f" y2="%.1f"/><text x="%g" y="%.1f" text-anchor="end">%.*f</text>`, left, width-right, y(v), y(v), left-4, y(v)+4, a.decimals, v)
	}
	if epochs > 0 {
		for _, e := range epochTicks(epochs) {
			fmt.Fprintf(&s, `<text x="%.1f" y="%g" text-anchor="middle">%d</text>`, x(e-1), height-6, e)
		}
	}
	for i, line := range all {
		class := [2]string{"a", "b"}[i]
		var points, dots strings.Builder
		for i, v := range line.values {
			if finite(v) {
				fmt.Fprintf(&points, "%.1f,%.1f ", x(i), y(v))
				fmt.Fprintf(&dots, `<circle class="dot-%s" r="3" cx="%.1f" cy="%.1f"><title>%s, epoch %d: %.4f</title></circle>`, class, x(i), y(v), template.HTMLEscapeString(line.name), i+1, v)
			}
		}
		fmt.Fprintf(&s, `<polyline class="%s" points="%s"/>%s`, class, strings.TrimSpace(points.String()), dots.String())
	}
	s.WriteString("</svg>")
	return template.HTML(s.String())
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// describe says in words what a chart shows.
func describe(title string, all []series) string {
	var parts []string
	for _, s := range all {
		var shown []float64
		for _, v := range s.values {
			if finite(v) {
				shown = append(shown, v)
			}
		}
		switch n := len(shown); {
		case n == 1:
			parts = append(parts, fmt.Sprintf("%s %.4f", s.name, shown[0]))
		case n > 1:
			parts = append(parts, fmt.Sprintf("%s from %.4f to %.4f", s.name, shown[0], shown[n-1]))
		}
	}
	if len(parts) == 0 {
		return title + ": no epoch was finished"
	}
	return title + ": " + strings.Join(parts, ", ")
}

// layerPicture draws the layers from the input down, each with its shape and its number of
// parameters.
func layerPicture(layers []Layer) template.HTML {
	const width, box, gap = 320, 42, 20
	var s strings.Builder
	height := len(layers)*(box+gap) - gap
	var words []string
	for _, l := range layers {
		word := l.Name + " " + l.Shape
		if l.Detail != "" {
			word += " (" + l.Detail + ")"
		}
		words = append(words, word)
	}
	fmt.Fprintf(&s, `<svg viewBox="0 0 %d %d" role="img" aria-label="%s">`, width, height, template.HTMLEscapeString("The layers: "+strings.Join(words, ", then ")))
	for i, l := range layers {
		y := i * (box + gap)
		if i > 0 {
			fmt.Fprintf(&s, `<path class="arrow" d="M%d %dV%dm-4 -5 4 5 4 -5"/>`, width/2, y-gap+1, y-2)
		}
		fmt.Fprintf(&s, `<rect class="layer" x="1" y="%d" width="%d" height="%d" rx="5"/>`, y+1, width-2, box-2)
		line := y + 18
		if l.Detail == "" && l.Parameters == "" {
			line = y + 25 // in the middle
		}
		fmt.Fprintf(&s, `<text class="strong" x="10" y="%d">%s</text><text x="10" y="%d">%s</text>`, line, template.HTMLEscapeString(l.Name), y+33, template.HTMLEscapeString(l.Detail))
		fmt.Fprintf(&s, `<text class="strong" x="%d" y="%d" text-anchor="end">%s</text>`, width-10, line, template.HTMLEscapeString(l.Shape))
		if l.Parameters != "" {
			fmt.Fprintf(&s, `<text x="%d" y="%d" text-anchor="end">%s parameters</text>`, width-10, y+33, template.HTMLEscapeString(l.Parameters))
		}
	}
	s.WriteString("</svg>")
	return template.HTML(s.String())
}
