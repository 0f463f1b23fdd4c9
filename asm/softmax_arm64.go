//go:build arm64 && !purego

package asm

// columns holds a number for each of 16 columns of a panel.
type columns [16]float32

// maxColumnsNEONAsm sets m to the maximum of 16 columns and best to its index,
// by the rules of [Kernels.Max] and [Kernels.CrossEntropyPanel]:
//
//	for s < 16 { m[s] = columnMax(z[s:], classes); best[s] = columnArgMax(z[s:], classes) }
//
//go:noescape
func maxColumnsNEONAsm(m *float32, best *int32, z *float32, classes int)

// expColumnsNEONAsm is for c < classes { for s < 16 { e[c·32+s] = exp(z[c·32+s] − m[s]) } }
// for m[s] that no z[c·32+s] is above.
//
//go:noescape
func expColumnsNEONAsm(e, z, m *float32, classes int)

// sumColumnsNEONAsm sets sum[s] to the sum of column s by the rule of
// [Kernels.Sum]:
//
//	for s < 16 { var lane lanes16; for c < classes { lane[c%16] += e[c·32+s] }; sum[s] = lane.fold() }
//
//go:noescape
func sumColumnsNEONAsm(sum, e *float32, classes int)

// scaleColumnsNEONAsm is for c < classes { for s < 16 { e[c·32+s] *= r[s] } }.
//
//go:noescape
func scaleColumnsNEONAsm(e, r *float32, classes int)

// gradColumnsNEONAsm makes the gradient from d = exp(z − m) and r[s] = k[s]/sum:
//
//	for c < classes { for s < 16 {
//		switch {
//		case labels[s] < 0:  d[c·32+s] = 0
//		case labels[s] == c: d[c·32+s] = fma(d[c·32+s], r[s], −k[s])
//		default:             d[c·32+s] *= r[s]
//		}
//	} }
//
//go:noescape
func gradColumnsNEONAsm(d, r *float32, labels *int32, classes int, k *float32)

func softmaxNEON(p, z []float32) {
	checkSoftmax(p, z)
	expNEONAsm(&p[0], &z[0], len(z), maxNEONAsm(&z[0], len(z)))
	scaleNEONAsm(&p[0], &p[0], len(p), 1/sumNEONAsm(&p[0], len(p)))
}

func softmaxPanelNEON(p, z []float32, classes, n int) {
	checkSoftmaxPanel("SoftmaxPanel", p, z, classes, n)
	for s := 0; s < n; s += 16 {
		var m, r columns
		var best [16]int32
		maxColumnsNEONAsm(&m[0], &best[0], &z[s], classes)
		expColumnsNEONAsm(&p[s], &z[s], &m[0], classes)
		sumColumnsNEONAsm(&r[0], &p[s], classes)
		for i, sum := range r {
			r[i] = 1 / sum
		}
		scaleColumnsNEONAsm(&p[s], &r[0], classes)
	}
}

func crossEntropyPanelNEON(d, z []float32, classes, n int, labels []int32, k, loss []float32) (hits int) {
	checkCrossEntropyPanel(d, z, classes, n, labels, k, loss)
	for s := 0; s < n; s += 16 {
		var m, margin, sum, r columns
		var best [16]int32
		label, k, loss := labels[s:s+16], k[s:s+16], loss[s:s+16]
		maxColumnsNEONAsm(&m[0], &best[0], &z[s], classes)
		for i, c := range label {
			if c >= 0 {
				margin[i] = z[s+int(c)*PanelWidth+i] - m[i] // before d, which may be z, is written
				if best[i] == c {
					hits++
				}
			}
		}
		expColumnsNEONAsm(&d[s], &z[s], &m[0], classes)
		sumColumnsNEONAsm(&sum[0], &d[s], classes)
		for i, x := range sum {
			r[i] = k[i] / x
		}
		gradColumnsNEONAsm(&d[s], &r[0], &label[0], classes, &k[0])
		logNEONAsm(&sum[0], &sum[0], len(sum))
		for i, c := range label {
			loss[i] = 0
			if c >= 0 {
				loss[i] = sum[i] - margin[i]
			}
		}
	}
	return hits
}
