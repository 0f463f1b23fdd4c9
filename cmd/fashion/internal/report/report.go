// Package report writes the page of a training run: one HTML file with its
// curves and pictures inside, without scripts.
package report

import (
	"cmp"
	_ "embed" // the page
	"fmt"
	"html/template"
	"io"
	"slices"
)

// Epoch is the figures of one epoch.
type Epoch struct{ Loss, Accuracy, ValLoss, ValAccuracy, Seconds float64 }

// Data is what the page shows.
type Data struct {
	Title         string
	Note          string      // of something unusual, such as a run that was stopped; "" for none
	Trained       [][2]string // what was trained, and how
	Layers        []Layer     // from the input on
	Results       []Result
	Facts         [][2]string // about the results
	Machine       [][2]string
	Command       string  // the command line
	Epochs        []Epoch // finished
	Classes       []string
	Images        [][]uint8 // of the test set, 28×28 each
	Labels        []int     // their classes
	Probabilities []float32 // of each class, [images][classes]
	Units         [][]float32
}

// Layer is a layer in the picture of the network.
type Layer struct{ Name, Detail, Shape, Parameters string }

// Result is what was reached on a set.
type Result struct{ Set, Images, Loss, Accuracy string }

// The page shows this many pictures at most.
const (
	maxMistakes = 24
	maxSample   = 24
	maxUnits    = 100
)

//go:embed page.html
var pageText string

var page = template.Must(template.New("report").Parse(pageText))

// guess is one image with what the model takes it for.
type guess struct {
	image, is, seen int
	p               float32
}

type picture struct {
	Image    template.URL
	Is, Seen string
	P        string
	Right    bool
}

type confusionRow struct {
	Name              string
	Cells             []confusionCell
	Images            int
	Precision, Recall string
}

type confusionCell struct {
	Count int
	Share string // of the row, from 0 to 0.7: the strength of the cell's colour
}

// Write writes the page. Units are the weights of the first layer's units, 784
// each, nil where they are no pictures.
func Write(w io.Writer, d *Data) error {
	classes := len(d.Classes)
	if len(d.Labels) != len(d.Images) || len(d.Probabilities) != classes*len(d.Images) {
		return fmt.Errorf("report: %d images with %d labels and %d probabilities of %d classes", len(d.Images), len(d.Labels), len(d.Probabilities), classes)
	}
	counts := make([][]int, classes)
	for i := range counts {
		counts[i] = make([]int, classes)
	}
	var all, mistakes []guess
	for i, is := range d.Labels {
		if is < 0 || is >= classes {
			return fmt.Errorf("report: image %d is of class %d of %d", i, is, classes)
		}
		row := d.Probabilities[i*classes : (i+1)*classes]
		g := guess{image: i, is: is}
		for c, p := range row {
			if p > row[g.seen] {
				g.seen = c
			}
		}
		g.p = row[g.seen]
		counts[is][g.seen]++
		all = append(all, g)
		if g.seen != is {
			mistakes = append(mistakes, g)
		}
	}
	slices.SortStableFunc(mistakes, func(a, b guess) int { return cmp.Compare(b.p, a.p) })
	sample := make([]guess, 0, maxSample) // spread evenly over the set
	for i := range min(maxSample, len(all)) {
		sample = append(sample, all[i*len(all)/min(maxSample, len(all))])
	}
	var units []template.URL
	for _, u := range d.Units[:min(maxUnits, len(d.Units))] {
		units = append(units, weightsPNG(u))
	}
	each := func(name string, of func(Epoch) float64) series {
		s := series{name: name}
		for _, e := range d.Epochs {
			s.values = append(s.values, of(e))
		}
		return s
	}
	var layers template.HTML
	if len(d.Layers) > 0 {
		layers = layerPicture(d.Layers)
	}
	return page.Execute(w, map[string]any{
		"Title": d.Title, "Note": d.Note, "Trained": d.Trained, "Layers": layers, "Results": d.Results, "Facts": d.Facts, "Machine": d.Machine, "Command": d.Command, "Classes": d.Classes,
		"Loss":      chart("Loss after each epoch", false, each("training", func(e Epoch) float64 { return e.Loss }), each("validation", func(e Epoch) float64 { return e.ValLoss })),
		"Accuracy":  chart("Accuracy after each epoch", false, each("training", func(e Epoch) float64 { return e.Accuracy }), each("validation", func(e Epoch) float64 { return e.ValAccuracy })),
		"Seconds":   chart("Seconds of training in each epoch", true, each("training", func(e Epoch) float64 { return e.Seconds })),
		"Confusion": confusion(counts, d.Classes),
		"Mistakes":  d.pictures(mistakes[:min(maxMistakes, len(mistakes))]),
		"Sample":    d.pictures(sample),
		"Units":     units,
	})
}

func (d *Data) pictures(guesses []guess) []picture {
	var all []picture
	for _, g := range guesses {
		all = append(all, picture{greyPNG(d.Images[g.image]), d.Classes[g.is], d.Classes[g.seen], fmt.Sprintf("%.3f", g.p), g.is == g.seen})
	}
	return all
}

// confusion makes the rows of the matrix: counts[is][seen].
func confusion(counts [][]int, classes []string) []confusionRow {
	var rows []confusionRow
	for is, row := range counts {
		r := confusionRow{Name: classes[is]}
		seen := 0
		for c, n := range row {
			r.Images += n
			seen += counts[c][is]
		}
		for _, n := range row {
			r.Cells = append(r.Cells, confusionCell{n, fmt.Sprintf("%.3f", 0.7*float64(n)/float64(max(1, r.Images)))})
		}
		r.Precision, r.Recall = ratio(row[is], seen), ratio(row[is], r.Images)
		rows = append(rows, r)
	}
	return rows
}

// ratio prints a share; that of nothing is a dash.
func ratio(n, of int) string {
	if of == 0 {
		return "–"
	}
	return fmt.Sprintf("%.4f", float64(n)/float64(of))
}
