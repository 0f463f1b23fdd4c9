package asm

import (
	"math"
	"testing"
)

// TestSoftmaxPanelIsSoftmax checks that a column of a panel gets the bits of a
// row, for softmax and for cross-entropy, in every set.
func TestSoftmaxPanelIsSoftmax(t *testing.T) {
	k := moderate.values(random(0), make([]float32, PanelWidth)) // of each column
	for _, set := range Available() {
		for _, classes := range classCounts {
			for f := range fills {
				r := random(classes, int(f))
				z := f.values(r, make([]float32, classes*PanelWidth))
				p, d := make([]float32, len(z)), make([]float32, len(z))
				loss, labels := make([]float32, PanelWidth), make([]int32, PanelWidth)
				for s := range labels {
					labels[s] = int32(r.IntN(classes+1) - 1)
				}
				set.SoftmaxPanel(p, z, classes, PanelWidth)
				hits := set.CrossEntropyPanel(d, z, classes, PanelWidth, labels, k, loss)
				wantHits := 0
				row, want, wantD := make([]float32, classes), make([]float32, classes), make([]float32, classes)
				column := func(x []float32, s int) []float32 {
					y := make([]float32, classes)
					for c := range y {
						y[c] = x[c*PanelWidth+s]
					}
					return y
				}
				for s, label := range labels {
					copy(row, column(z, s))
					softmaxGo(want, row)
					if d := diff(column(p, s), want); d != "" {
						t.Fatalf("%s: SoftmaxPanel of %d classes, column %d: %s", set.Name, classes, s, d)
					}
					clear(wantD)
					wantLoss := float32(0)
					if label >= 0 {
						wantLoss = softmaxCrossEntropy(wantD, row, int(label), k[s])
						if hit(row, int(label)) {
							wantHits++
						}
					}
					if d := diff(append(column(d, s), loss[s]), append(wantD[:classes:classes], wantLoss)); d != "" {
						t.Fatalf("%s: CrossEntropyPanel of %d classes, column %d: %s", set.Name, classes, s, d)
					}
				}
				if hits != wantHits {
					t.Fatalf("%s: CrossEntropyPanel of %d classes: %d hits, want %d", set.Name, classes, hits, wantHits)
				}
			}
		}
	}
}

// hit tells whether label is the first index of the largest number in a row
// without NaN.
func hit(row []float32, label int) bool {
	for c, v := range row {
		if v != v || v > row[label] || v == row[label] && c < label {
			return false
		}
	}
	return true
}

// TestCrossEntropyPads checks that a padded column counts nothing, whatever
// stands in it, and that ties and NaN are no hits but for the first maximum.
func TestCrossEntropyPads(t *testing.T) {
	ones := filled(16, 1)
	for _, k := range Available() {
		z, d := make([]float32, 3*PanelWidth), wild.values(random(1), make([]float32, 3*PanelWidth))
		labels, loss := make([]int32, 16), wild.values(random(2), make([]float32, 16))
		for s := range labels {
			labels[s] = -1 - int32(s)
			z[PanelWidth+s] = []float32{nan32, inf32, -inf32, 3}[s%4]
		}
		if hits := k.CrossEntropyPanel(d, z, 3, 16, labels, ones, loss); hits != 0 {
			t.Errorf("%s: %d hits in padded columns", k.Name, hits)
		}
		for c := range 3 {
			if got := diff(d[c*PanelWidth:][:16], make([]float32, 16)); got != "" {
				t.Errorf("%s: gradient of class %d in padded columns: %s", k.Name, c, got)
			}
		}
		if got := diff(loss, make([]float32, 16)); got != "" {
			t.Errorf("%s: losses of padded columns: %s", k.Name, got)
		}
		// Columns of three logits, their class, and whether that is a hit.
		for s, c := range []struct {
			z     [3]float32
			label int32
			hit   int
		}{
			{[3]float32{1, 2, 2}, 1, 1}, {[3]float32{1, 2, 2}, 2, 0}, {[3]float32{0, 0, 0}, 0, 1}, {[3]float32{nan32, 2, 1}, 1, 0},
			{[3]float32{3, 2, nan32}, 0, 0}, {[3]float32{-inf32, -inf32, -inf32}, 0, 1}, {[3]float32{-inf32, -inf32, -inf32}, 1, 0},
			{[3]float32{inf32, 1, inf32}, 0, 1}, {[3]float32{inf32, 1, inf32}, 2, 0}, {[3]float32{math.Float32frombits(1 << 31), 0, -1}, 0, 1},
		} {
			clear(z)
			for i := range labels {
				labels[i] = -1
			}
			labels[s] = c.label
			for i, v := range c.z {
				z[i*PanelWidth+s] = v
			}
			if hits := k.CrossEntropyPanel(d, z, 3, 16, labels, ones, loss); hits != c.hit {
				t.Errorf("%s: logits %v, class %d: %d hits, want %d", k.Name, c.z, c.label, hits, c.hit)
			}
		}
	}
}

// TestSoftmaxAccuracy compares softmax and cross-entropy with float64.
//
// With u = 2⁻²⁴ and R the largest z[max]−z[i], exp(z[i]−m) has a relative error
// of R·u from the rounding of its argument and 1.782·u of its own; the sum adds
// ⌈n/16⌉+4 roundings; its reciprocal or k/s and the product one each. The
// gradient of the label's class is rounded once more.
func TestSoftmaxAccuracy(t *testing.T) {
	const u, k = 0x1p-24, float32(1) / 32
	for _, set := range Available() {
		for _, n := range []int{1, 2, 10, 16, 17, 100, 1000} {
			z := moderate.values(random(n), make([]float32, n))
			p, d := make([]float32, n), make([]float32, n)
			set.Softmax(p, z)
			label := n / 3
			loss := crossEntropyOf(set, d, z, label, k)
			m, sum, total := float64(maxGo(z)), 0.0, 0.0
			for _, v := range z {
				sum += math.Exp(float64(v) - m)
			}
			const spread = 16
			one := (spread + 1.8) * u
			relative := 2*one + float64((n+15)/16+4+3)*u
			for i, v := range z {
				exact := math.Exp(float64(v)-m) / sum
				total += float64(p[i])
				if e := math.Abs(float64(p[i]) - exact); !(e <= relative*exact) {
					t.Errorf("%s: softmax of %d: p[%d] = %g, want %g", set.Name, n, i, p[i], exact)
				}
				gradient := float64(k) * exact
				if i == label {
					gradient -= float64(k)
				}
				if e := math.Abs(float64(d[i]) - gradient); !(e <= float64(k)*relative*exact+u*math.Abs(gradient)) {
					t.Errorf("%s: cross-entropy of %d: d[%d] = %g, want %g", set.Name, n, i, d[i], gradient)
				}
			}
			// The errors that all p have in common cancel in their sum.
			if e := math.Abs(total - 1); !(e <= float64((n+15)/16+4+3)*u) {
				t.Errorf("%s: softmax of %d adds up to 1%+g", set.Name, n, total-1)
			}
			margin := m - float64(z[label])
			exactLoss := math.Log(sum) + margin
			if e := math.Abs(float64(loss) - exactLoss); !(e <= one+float64((n+15)/16+4)*u+2*u*math.Log(sum)+u*margin+u*exactLoss) {
				t.Errorf("%s: loss of %d is %g, want %g", set.Name, n, loss, exactLoss)
			}
		}
	}
}

// TestSoftmaxLimits checks rows with NaN and infinities.
func TestSoftmaxLimits(t *testing.T) {
	for _, k := range Available() {
		for _, c := range []struct{ z, p []float32 }{
			{[]float32{3}, []float32{1}},
			{[]float32{-inf32, 0}, []float32{0, 1}},
			{[]float32{1000, 0, 1000}, []float32{0.5, 0, 0.5}},
			{[]float32{nan32, 0}, []float32{nan32, nan32}},
			{[]float32{inf32, 0}, []float32{nan32, nan32}},
			{[]float32{-inf32, -inf32}, []float32{nan32, nan32}},
			{[]float32{-math.MaxFloat32, math.MaxFloat32}, []float32{0, 1}},
		} {
			p := make([]float32, len(c.z))
			k.Softmax(p, c.z)
			if d := diff(p, c.p); d != "" {
				t.Errorf("%s: Softmax(%v): %s", k.Name, c.z, d)
			}
		}
	}
}

// softmaxCrossEntropy is a column of CrossEntropyPanel as a row: the gradient
// d = k·(softmax(z) − onehot(label)) and the loss −log p[label].
func softmaxCrossEntropy(d, z []float32, label int, k float32) (loss float32) {
	m := maxGo(z)
	margin := z[label] - m // before d, which may be z, is written
	for i, v := range z {
		d[i] = exp32(v - m)
	}
	s := sumGo(d)
	r, e := k/s, d[label]
	for i := range d {
		d[i] *= r
	}
	d[label] = fma32(e, r, -k)
	return log32(s) - margin
}

// crossEntropyOf is CrossEntropyPanel of one row.
func crossEntropyOf(set *Kernels, d, z []float32, label int, k float32) float32 {
	panel, loss, labels := make([]float32, len(z)*PanelWidth), make([]float32, 16), make([]int32, 16)
	for c, v := range z {
		panel[c*PanelWidth] = v
	}
	labels[0] = int32(label)
	set.CrossEntropyPanel(panel, panel, len(z), 16, labels, filled(16, k), loss)
	for c := range d {
		d[c] = panel[c*PanelWidth]
	}
	return loss[0]
}
