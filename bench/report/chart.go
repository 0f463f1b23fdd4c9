package main

import (
	"fmt"
	"html"
	"math"
	"slices"
	"strings"
)

// style makes a chart legible in light and in dark.
const style = `<style>
text{font:13px system-ui,sans-serif;fill:#1f2328}.bar{fill:#8c959f}.weft{fill:#0969da}.line{stroke:#d0d7de}
@media(prefers-color-scheme:dark){text{fill:#e6edf3}.bar{fill:#6e7681}.weft{fill:#58a6ff}.line{stroke:#30363d}}
</style>`

// bar is one bar of a chart.
type bar struct {
	label string
	value float64
	text  string
	weft  bool
}

// barChart draws horizontal bars on a linear scale from 0.
func barChart(title string, bars []bar) string {
	const left, width, row, top, right = 200, 700, 24, 36, 90
	height := top + row*len(bars) + 8
	most := 0.0
	for _, b := range bars {
		most = max(most, b.value)
	}
	var s strings.Builder
	fmt.Fprintf(&s, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img" aria-label="%s">%s`, width, height, html.EscapeString(title), style)
	fmt.Fprintf(&s, `<text x="0" y="18" font-weight="600">%s</text>`, html.EscapeString(title))
	for i, b := range bars {
		y := top + i*row
		class := "bar"
		if b.weft {
			class = "weft"
		}
		w := b.value / most * float64(width-left-right)
		fmt.Fprintf(&s, `<text x="%d" y="%d" text-anchor="end">%s</text>`, left-8, y+15, html.EscapeString(b.label))
		fmt.Fprintf(&s, `<rect class="%s" x="%d" y="%d" width="%.1f" height="16" rx="2"/>`, class, left, y+3, max(1, w))
		fmt.Fprintf(&s, `<text x="%.1f" y="%d">%s</text>`, float64(left)+w+6, y+15, html.EscapeString(b.text))
	}
	s.WriteString("</svg>\n")
	return s.String()
}

// epochChart draws the epochs of the tutorial's network with two threads.
func (m *machine) epochChart(most int) string {
	const work = "train 100 32 48000"
	var bars []bar
	for _, c := range m.contestants(work, 2) {
		s, ok := m.median(key{work, c.label, c.isa, 2})
		if !ok || c.label != "Weft" && c.isa == "avx2" || len(bars) == most {
			continue
		}
		bars = append(bars, bar{strings.Trim(c.name(), "*"), s, seconds(s), c.label == "Weft"})
	}
	return barChart("Seconds per epoch, 784-100-10, Adam, batch 32, two threads ("+m.Name+")", bars)
}

// productChart draws GFLOP/s of square products over their size, one thread.
func (m *machine) productChart(isa string) string {
	type point struct{ n, weft, library float64 }
	var points []point
	for _, work := range m.works("sgemm NN ") {
		var n, n2, n3 float64
		if _, err := fmt.Sscanf(work, "sgemm NN %f %f %f", &n, &n2, &n3); err != nil || n != n2 || n != n3 {
			continue
		}
		weft, ok := m.median(key{work, "Weft", isa, 1})
		label, library := m.bestLibrary(work, isa, 1)
		if ok && label != "" {
			flops := 2 * n * n * n / 1e9
			points = append(points, point{n, flops / weft, flops / library})
		}
	}
	slices.SortFunc(points, func(a, b point) int { return int(a.n - b.n) })
	const left, width, top, height = 60, 700, 40, 300
	most := 0.0
	for _, r := range m.runs {
		most = max(most, r.Peaks[isa+" 1"])
	}
	x := func(n float64) float64 {
		return left + (math.Log2(n)-math.Log2(points[0].n))/(math.Log2(points[len(points)-1].n)-math.Log2(points[0].n))*(width-left-70)
	}
	y := func(v float64) float64 { return height - 30 - v/most*(height-30-top) }
	title := fmt.Sprintf("GFLOP/s of square products over their size, one thread, %s (%s)", kernels[isa], m.Name)
	var s strings.Builder
	fmt.Fprintf(&s, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img" aria-label="%s">%s`, width, height, title, style)
	fmt.Fprintf(&s, `<text x="0" y="18" font-weight="600">%s</text>`, title)
	for _, v := range []float64{0, most / 2, most} {
		fmt.Fprintf(&s, `<line class="line" x1="%d" x2="%d" y1="%.1f" y2="%.1f"/><text x="%d" y="%.1f" text-anchor="end">%.0f</text>`, left, width-70, y(v), y(v), left-8, y(v)+4, v)
	}
	fmt.Fprintf(&s, `<text x="%d" y="%.1f">peak</text>`, width-64, y(most)+4)
	for i, p := range points {
		fmt.Fprintf(&s, `<text x="%.1f" y="%d" text-anchor="middle">%.0f</text>`, x(p.n), height-10, p.n)
		fmt.Fprintf(&s, `<circle class="bar" cx="%.1f" cy="%.1f" r="4"/><circle class="weft" cx="%.1f" cy="%.1f" r="4"/>`, x(p.n), y(p.library), x(p.n), y(p.weft))
		if i == len(points)-1 {
			low, high := y(p.weft)+4, y(p.library)+4
			if math.Abs(low-high) < 16 {
				if low > high {
					low = high + 16
				} else {
					high = low + 16
				}
			}
			fmt.Fprintf(&s, `<text x="%.1f" y="%.1f">Weft</text><text x="%.1f" y="%.1f">library</text>`, x(p.n)+8, low, x(p.n)+8, high)
		}
	}
	s.WriteString("</svg>\n")
	return s.String()
}
