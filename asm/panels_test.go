package asm

import (
	"fmt"
	"math"
	"slices"
	"testing"
)

// classCounts are numbers of classes or features around the widths at which a
// kernel changes its loop.
var classCounts = []int{1, 2, 3, 4, 7, 8, 9, 10, 11, 15, 16, 17, 18, 31, 32, 33, 47, 48, 49, 100}

// TestSoftmaxPanel compares SoftmaxPanel of every set with the specification.
func TestSoftmaxPanel(t *testing.T) {
	guards := guardsFor(t, 2, 101*PanelWidth)
	for _, classes := range classCounts {
		for _, n := range []int{16, 32} {
			for f := range fills {
				size := (classes-1)*PanelWidth + n
				z := f.values(random(classes, n, int(f)), make([]float32, size))
				in := [][]float32{slices.Clone(z), z}
				comparison{fmt.Sprintf("SoftmaxPanel(%d, %d)", classes, n), []int{1}, func(k *Kernels, s [][]float32) float32 {
					k.SoftmaxPanel(s[0], s[1], classes, n)
					return 0
				}}.sets(t, guards, in, []int{flushRight, 0, 1, 7, 8})
			}
		}
	}
}

// ties makes equal maxima, of which the first counts, likely.
func ties(x []float32) []float32 {
	for i, v := range x {
		if v == v {
			x[i] = float32(int32(max(-2, min(2, v))))
		}
	}
	return x
}

// TestCrossEntropyPanel compares CrossEntropyPanel of every set with the
// specification, padded columns and ties included.
func TestCrossEntropyPanel(t *testing.T) {
	guards := guardsFor(t, 4, 101*PanelWidth)
	labelGuard := newGuard(t, PanelWidth)
	for _, classes := range classCounts {
		for _, n := range []int{16, 32} {
			for f := range fills + 1 {
				size := (classes-1)*PanelWidth + n
				r := random(classes, n, int(f))
				z := min(f, fills-1).values(r, make([]float32, size))
				if f == fills {
					ties(z)
				}
				labels := labelGuard.ints(n, flushRight)
				for s := range labels {
					labels[s] = int32(r.IntN(classes+1) - 1)
				}
				in := [][]float32{slices.Clone(z), z, make([]float32, n), moderate.values(r, make([]float32, n))}
				comparison{fmt.Sprintf("CrossEntropyPanel(%d, %d)", classes, n), []int{1}, func(k *Kernels, s [][]float32) float32 {
					return float32(k.CrossEntropyPanel(s[0], s[1], classes, n, labels, s[3], s[2]))
				}}.sets(t, guards, in, []int{flushRight, 0, 1, 7, 8})
			}
		}
	}
}

// TestCrossEntropyPanelNoNumber puts one NaN at a time into the logits of samples
// whose largest one is that of their class: such a sample counts as no right
// answer, wherever the NaN stands.
func TestCrossEntropyPanelNoNumber(t *testing.T) {
	const classes = 5
	ones := filled(PanelWidth, 1)
	for _, k := range Available() {
		for sample := range PanelWidth {
			for class := range classes {
				z, loss, labels := make([]float32, classes*PanelWidth), make([]float32, PanelWidth), make([]int32, PanelWidth)
				for s := range labels {
					labels[s] = int32((class + 1 + s%(classes-1)) % classes) // another class than that of the NaN
					z[int(labels[s])*PanelWidth+s] = 1
				}
				z[class*PanelWidth+sample] = nan32
				if hits := k.CrossEntropyPanel(z, z, classes, PanelWidth, labels, ones, loss); hits != PanelWidth-1 {
					t.Errorf("%s: %d right answers with a NaN in class %d of sample %d, want %d", k.Name, hits, class, sample, PanelWidth-1)
				}
			}
		}
	}
}

// TestSumSamples compares SumSamples of every set with the specification.
func TestSumSamples(t *testing.T) {
	guards := guardsFor(t, 2, 5*41*PanelWidth)
	for features := range 21 {
		for _, panels := range []int{0, 1, 2, 3, 4, 5} {
			for _, gap := range []int{0, 5, 20 * PanelWidth} {
				stride := features*PanelWidth + gap
				size := 0
				if panels > 0 && features > 0 {
					size = (panels-1)*stride + features*PanelWidth
				}
				in := [][]float32{make([]float32, features), mixed.values(random(features, panels, gap), make([]float32, size))}
				comparison{fmt.Sprintf("SumSamples(%d, %d, %d)", features, panels, stride), nil, func(k *Kernels, s [][]float32) float32 {
					k.SumSamples(s[0], s[1], panels, stride)
					return 0
				}}.sets(t, guards, in, []int{flushRight, 0, 1, 8})
			}
		}
	}
}

// featureCounts are numbers of features around the blocks of a transposition.
var featureCounts = []int{0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 23, 31, 32, 33, 47, 48, 49, 63, 64, 65, 100}

// TestGather compares Gather of every set with the specification.
func TestGather(t *testing.T) {
	guards := guardsFor(t, 1, 150*PanelWidth)
	images := newImageGuards(t)
	for _, features := range featureCounts {
		for _, width := range []int{16, 32} {
			for n := range width + 1 {
				r := random(features, width, n)
				src, rows := images.draw(r, features, n)
				in := [][]float32{panelOf(r, features, width)}
				comparison{fmt.Sprintf("Gather(%d rows of %d, width %d)", n, features, width), nil, func(k *Kernels, s [][]float32) float32 {
					k.Gather(s[0], src, features, rows, width)
					return 0
				}}.sets(t, guards, in, []int{flushRight, 0, 3})
			}
		}
	}
}

// TestGatherRows compares GatherRows of every set with the specification, at the
// beginning, in the middle and at the end of the images.
func TestGatherRows(t *testing.T) {
	guards := guardsFor(t, 1, 4*40*PanelWidth)
	images := newImageGuards(t)
	for _, features := range featureCounts {
		for _, n := range []int{0, 1, 7, 8, 9, 15, 16, 17, 23, 24, 31, 32, 33, 40, 48, 63, 64, 65, 80, 95, 96, 100} {
			if n > features {
				break
			}
			for _, first := range []int{0, (features - n) / 2, features - n} {
				r := random(features, n, first)
				count := r.IntN(34)
				src, rows := images.draw(r, features, count)
				in := [][]float32{wild.values(r, make([]float32, (n+PanelWidth-1)/PanelWidth*count*PanelWidth))}
				comparison{fmt.Sprintf("GatherRows(%d rows, %d from %d of %d)", count, n, first, features), nil, func(k *Kernels, s [][]float32) float32 {
					k.GatherRows(s[0], src, features, first, n, rows)
					return 0
				}}.sets(t, guards, in, []int{flushRight, 0, 3})
			}
		}
	}
}

// TestPrefetch calls Prefetch next to pages that cannot be touched.
func TestPrefetch(t *testing.T) {
	images := newImageGuards(t)
	for _, features := range featureCounts {
		for _, n := range []int{0, 1, 2, 33} {
			src, rows := images.draw(random(features, n), features, n)
			for _, k := range Available() {
				if err := faults(func() { k.Prefetch(src, features, rows) }); err != nil {
					t.Errorf("%s: Prefetch(%d rows of %d): %v", k.Name, n, features, err)
				}
				countCompared(k)
			}
		}
	}
}

// imageGuards are guard pages around images and around the numbers of rows.
type imageGuards struct{ images, rows *guard }

// imageCount is the number of images that are drawn.
const imageCount = 40

func newImageGuards(t *testing.T) imageGuards {
	return imageGuards{newGuard(t, imageCount*100/4), newGuard(t, PanelWidth+1)}
}

// draw returns images of so many features and n rows of them, the first and the
// last image among them: they lie next to the guard pages.
func (g imageGuards) draw(r rng, features, n int) (src []uint8, rows []int32) {
	src = g.images.bytes(imageCount*features, flushRight, 1)
	for i := range src {
		src[i] = uint8(r.Uint32())
	}
	rows = g.rows.ints(n, flushRight)
	for i := range rows {
		rows[i] = int32(r.IntN(imageCount))
	}
	if n > 1 {
		rows[n/2], rows[n-1] = 0, imageCount-1
	}
	return src, rows
}

// panelOf returns a panel of arbitrary values that ends with its last column in
// use.
func panelOf(r rng, features, width int) []float32 {
	return wild.values(r, make([]float32, max(0, (features-1)*PanelWidth+width)))
}

// rowsOf returns n rows of arbitrary values at a distance of ld.
func rowsOf(r rng, n, ld, features int) []float32 {
	if n == 0 || features == 0 {
		return []float32{}
	}
	return wild.values(r, make([]float32, (n-1)*ld+features))
}

// TestPanelFromRows and TestRowsFromPanel compare the transpositions.
func TestPanelFromRows(t *testing.T) {
	guards := guardsFor(t, 2, 150*PanelWidth)
	for _, features := range featureCounts {
		for _, width := range []int{16, 32} {
			for n := range width + 1 {
				ld := features + n%3*5
				r := random(features, width, n)
				in := [][]float32{panelOf(r, features, width), rowsOf(r, n, ld, features)}
				comparison{fmt.Sprintf("PanelFromRows(%d rows of %d, width %d, ld %d)", n, features, width, ld), nil, func(k *Kernels, s [][]float32) float32 {
					k.PanelFromRows(s[0], s[1], ld, n, features, width)
					return 0
				}}.sets(t, guards, in, []int{flushRight, 0, 3})
			}
		}
	}
}

func TestRowsFromPanel(t *testing.T) {
	guards := guardsFor(t, 2, 150*PanelWidth)
	for _, features := range featureCounts {
		for n := range PanelWidth + 1 {
			ld := features + n%3*5
			r := random(features, n)
			in := [][]float32{rowsOf(r, n, ld, features), panelOf(r, features, n)}
			if n == 0 {
				in[1] = nil
			}
			comparison{fmt.Sprintf("RowsFromPanel(%d rows of %d, ld %d)", n, features, ld), nil, func(k *Kernels, s [][]float32) float32 {
				k.RowsFromPanel(s[0], ld, s[1], n, features)
				return 0
			}}.sets(t, guards, in, []int{flushRight, 0, 3})
		}
	}
}

// edges are sizes around the blocks of a transposition.
var edges = []int{0, 1, 2, 3, 4, 5, 7, 8, 9, 12, 15, 16, 17, 23, 24, 31, 32, 33, 50}

// TestPack and TestTranspose compare the copies of matrices.
func TestPack(t *testing.T) {
	guards := guardsFor(t, 2, 60*100)
	for _, rows := range []int{0, 1, 2, 5, 19} {
		for _, cols := range append(edges, 63, 64, 65) {
			for _, width := range []int{1, 8, 16, 32, 48} {
				ss := cols + (rows+cols)%3*5
				r := random(rows, cols, width)
				size := 0
				if rows > 0 && cols > 0 {
					size = (cols-1)/width*width*rows + (rows-1)*width + (cols-1)%width + 1
				}
				in := [][]float32{wild.values(r, make([]float32, size)), rowsOf(r, rows, ss, cols)}
				comparison{fmt.Sprintf("Pack(%d rows of %d, width %d, ss %d)", rows, cols, width, ss), nil, func(k *Kernels, s [][]float32) float32 {
					k.Pack(s[0], width, s[1], ss, rows, cols)
					return 0
				}}.sets(t, guards, in, []int{flushRight, 0, 3})
			}
		}
	}
}

func TestTranspose(t *testing.T) {
	guards := guardsFor(t, 2, 60*60)
	for _, rows := range edges {
		for _, cols := range edges {
			ds, ss := rows+(rows+cols)%4*3, cols+(rows+cols)%3*5
			r := random(rows, cols)
			in := [][]float32{rowsOf(r, cols, ds, rows), rowsOf(r, rows, ss, cols)}
			comparison{fmt.Sprintf("Transpose(%d×%d, ds %d, ss %d)", rows, cols, ds, ss), nil, func(k *Kernels, s [][]float32) float32 {
				k.Transpose(s[0], ds, s[1], ss, rows, cols)
				return 0
			}}.sets(t, guards, in, []int{flushRight, 0, 3})
		}
	}
}

// TestPanelContracts checks that wrong sizes panic with nothing written.
func TestPanelContracts(t *testing.T) {
	const features = 20
	panel := func(short int) []float32 {
		return positive.values(random(1), make([]float32, features*PanelWidth-short))
	}
	rows := func(short int) []float32 { return positive.values(random(2), make([]float32, 32*features-short)) }
	labels, images := make([]int32, 32), make([]uint8, 40*features)
	for _, k := range Available() {
		for what, call := range map[string]func(a, b []float32){
			"SoftmaxPanel, short output":      func(a, b []float32) { k.SoftmaxPanel(panel(1)[:0], b, features, 32) },
			"SoftmaxPanel, 17 columns":        func(a, b []float32) { k.SoftmaxPanel(a, b, features, 17) },
			"SoftmaxPanel, no classes":        func(a, b []float32) { k.SoftmaxPanel(a, b, 0, 32) },
			"SoftmaxPanel, short input":       func(a, b []float32) { k.SoftmaxPanel(a, b[:len(b)-1], features, 32) },
			"CrossEntropyPanel, label":        func(a, b []float32) { k.CrossEntropyPanel(a, b, 10, 32, append(labels[:31:31], 10), b, b) },
			"CrossEntropyPanel, few labels":   func(a, b []float32) { k.CrossEntropyPanel(a, b, 10, 32, labels[:31], b, b) },
			"CrossEntropyPanel, few losses":   func(a, b []float32) { k.CrossEntropyPanel(a, b, 10, 32, labels, b, b[:31]) },
			"CrossEntropyPanel, few factors":  func(a, b []float32) { k.CrossEntropyPanel(a, b, 10, 32, labels, b[:31], b) },
			"SumSamples, short":               func(a, b []float32) { k.SumSamples(a[:features], b[:len(b)-1], 1, 0) },
			"SumSamples, overflow":            func(a, b []float32) { k.SumSamples(a[:features], b, 3, math.MaxInt) },
			"SumSamples, negative":            func(a, b []float32) { k.SumSamples(a[:features], b, -1, 0) },
			"Gather, row":                     func(a, b []float32) { k.Gather(a, images, features, []int32{40}, 32) },
			"Gather, negative row":            func(a, b []float32) { k.Gather(a, images, features, []int32{-1}, 32) },
			"Gather, too many rows":           func(a, b []float32) { k.Gather(a, images, features, labels[:17], 16) },
			"Gather, short panel":             func(a, b []float32) { k.Gather(a[:len(a)-1], images, features, labels, 32) },
			"GatherRows, row":                 func(a, b []float32) { k.GatherRows(a, images, features, 0, 1, []int32{0, 40}) },
			"GatherRows, negative row":        func(a, b []float32) { k.GatherRows(a, images, features, 0, 1, []int32{0, -1}) },
			"GatherRows, short rows":          func(a, b []float32) { k.GatherRows(a[:63], images, features, 0, 1, labels[:2]) },
			"GatherRows, too many features":   func(a, b []float32) { k.GatherRows(a, images, features, 11, 10, labels[:2]) },
			"GatherRows, short second panel":  func(a, b []float32) { k.GatherRows(a[:191], images, 40, 0, 33, labels[:3]) },
			"GatherRows, negative":            func(a, b []float32) { k.GatherRows(a, images, features, -1, 1, labels[:2]) },
			"GatherRows, overflow":            func(a, b []float32) { k.GatherRows(a, images, features, math.MaxInt, 1, labels[:2]) },
			"Prefetch, row":                   func(a, b []float32) { k.Prefetch(images, features, []int32{40}) },
			"Prefetch, negative row":          func(a, b []float32) { k.Prefetch(images, features, []int32{-1}) },
			"Prefetch, negative":              func(a, b []float32) { k.Prefetch(images, -1, labels) },
			"PanelFromRows, short panel":      func(a, b []float32) { k.PanelFromRows(a[:len(a)-1], b, features, 32, features, 32) },
			"PanelFromRows, short rows":       func(a, b []float32) { k.PanelFromRows(a, b[:len(b)-1], features, 32, features, 32) },
			"PanelFromRows, too many rows":    func(a, b []float32) { k.PanelFromRows(a, b, features, 17, features, 16) },
			"PanelFromRows, overlapping rows": func(a, b []float32) { k.PanelFromRows(a, b, features-1, 32, features, 32) },
			"RowsFromPanel, short panel":      func(a, b []float32) { k.RowsFromPanel(b, features, a[:len(a)-1], 32, features) },
			"RowsFromPanel, short rows":       func(a, b []float32) { k.RowsFromPanel(b[:len(b)-1], features, a, 32, features) },
			"RowsFromPanel, too many rows":    func(a, b []float32) { k.RowsFromPanel(b, features, a, 33, features) },
			"Pack, short panels":              func(a, b []float32) { k.Pack(a[:len(a)-1], 32, b, 32, features, 32) },
			"Pack, short rows":                func(a, b []float32) { k.Pack(a, 32, b[:len(b)-1], 32, features, 32) },
			"Pack, no width":                  func(a, b []float32) { k.Pack(a, 0, b, 32, features, 32) },
			"Pack, overflow":                  func(a, b []float32) { k.Pack(a, math.MaxInt, b, 1, 2, 2) },
			"Pack, negative":                  func(a, b []float32) { k.Pack(a, 32, b, -1, features, 32) },
			"Transpose, short output":         func(a, b []float32) { k.Transpose(a[:len(a)-1], 32, b, features, 32, features) },
			"Transpose, short input":          func(a, b []float32) { k.Transpose(a, 32, b[:len(b)-1], features, 32, features) },
			"Transpose, negative":             func(a, b []float32) { k.Transpose(a, -1, b, features, 32, features) },
			"Transpose, overflow":             func(a, b []float32) { k.Transpose(a, math.MaxInt, b, features, 32, features) },
		} {
			a, b := panel(0), rows(0)
			panicsUnchanged(t, k.Name+": "+what, [][]float32{a, b}, func() { call(a, b) })
		}
		panicsUnchanged(t, k.Name+": Softmax, no classes", nil, func() { k.Softmax(nil, nil) })
	}
}
