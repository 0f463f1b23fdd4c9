package asm

import "math"

func softmaxGo(p, z []float32) {
	checkSoftmax(p, z)
	m := maxGo(z)
	for i, v := range z {
		p[i] = exp32(v - m)
	}
	r := 1 / sumGo(p)
	for i := range p {
		p[i] *= r
	}
}

// columnMax returns the maximum of a column of a panel, by the rule of
// [Kernels.Max].
func columnMax(column []float32, classes int) float32 {
	m := math.Float32frombits(0xff800000)
	for c := range classes {
		if v := column[c*PanelWidth]; v > m {
			m = v
		}
	}
	return m + 0
}

// columnExp sets e to exp(z−m) for a column of a panel and returns the sum of e
// by the rule of [Kernels.Sum]: class c goes to lane c mod 16.
func columnExp(e, z []float32, classes int, m float32) (sum float32) {
	var lane lanes16
	for c := range classes {
		v := exp32(z[c*PanelWidth] - m)
		e[c*PanelWidth] = v
		lane[c%16] += v
	}
	return lane.fold()
}

// columnScale multiplies a column of a panel by r.
func columnScale(e []float32, classes int, r float32) {
	for c := range classes {
		e[c*PanelWidth] *= r
	}
}

func softmaxPanelGo(p, z []float32, classes, n int) {
	checkSoftmaxPanel("SoftmaxPanel", p, z, classes, n)
	for s := range n {
		column := p[s:]
		sum := columnExp(column, z[s:], classes, columnMax(z[s:], classes))
		columnScale(column, classes, 1/sum)
	}
}

func crossEntropyPanelGo(d, z []float32, classes, n int, labels []int32, k, loss []float32) (hits int) {
	checkCrossEntropyPanel(d, z, classes, n, labels, k, loss)
	for s := range n {
		in, out, label := z[s:], d[s:], int(labels[s])
		if label < 0 {
			for c := range classes {
				out[c*PanelWidth] = 0
			}
			loss[s] = 0
			continue
		}
		if columnArgMax(in, classes) == label {
			hits++
		}
		m := columnMax(in, classes)
		margin := in[label*PanelWidth] - m
		sum := columnExp(out, in, classes, m)
		r, e := k[s]/sum, out[label*PanelWidth]
		columnScale(out, classes, r)
		out[label*PanelWidth] = fma32(e, r, -k[s])
		loss[s] = log32(sum) - margin
	}
	return hits
}

// columnArgMax returns the first index of the largest element of a column of a
// panel, −1 where one is NaN.
func columnArgMax(column []float32, classes int) int {
	best := 0
	for c := range classes {
		v := column[c*PanelWidth]
		if v != v {
			return -1
		}
		if v > column[best*PanelWidth] {
			best = c
		}
	}
	return best
}
