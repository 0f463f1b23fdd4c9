//go:build amd64 && !purego

package asm

// softmaxColumnsAVX512Asm is softmaxPanelGo for 16 columns.
//
//go:noescape
func softmaxColumnsAVX512Asm(p, z *float32, classes int)

// crossEntropyColumnsAVX512Asm is crossEntropyPanelGo for 16 columns.
//
//go:noescape
func crossEntropyColumnsAVX512Asm(d, z *float32, classes int, labels *int32, k, loss *float32) int

func softmaxAVX512(p, z []float32) {
	checkSoftmax(p, z)
	expShiftedAVX512Asm(&p[0], &z[0], len(z), maxAVX512Asm(&z[0], len(z)))
	scaleAVX512Asm(&p[0], &p[0], len(p), 1/sumAVX512Asm(&p[0], len(p)))
}

func softmaxCrossEntropyAVX512(d, z []float32, label int, k float32) (loss float32) {
	checkSoftmaxCrossEntropy(d, z, label)
	m := maxAVX512Asm(&z[0], len(z))
	margin := z[label] - m // before d, which may be z, is written
	expShiftedAVX512Asm(&d[0], &z[0], len(z), m)
	s := sumAVX512Asm(&d[0], len(d))
	r, e := k/s, d[label]
	scaleAVX512Asm(&d[0], &d[0], len(d), r)
	d[label] = fma32(e, r, -k)
	return log32(s) - margin
}

func softmaxPanelAVX512(p, z []float32, classes, n int) {
	checkSoftmaxPanel("SoftmaxPanel", p, z, classes, n)
	for s := 0; s < n; s += 16 {
		softmaxColumnsAVX512Asm(&p[s], &z[s], classes)
	}
}

func crossEntropyPanelAVX512(d, z []float32, classes, n int, labels []int32, k, loss []float32) (hits int) {
	checkCrossEntropyPanel(d, z, classes, n, labels, k, loss)
	for s := 0; s < n; s += 16 {
		hits += crossEntropyColumnsAVX512Asm(&d[s], &z[s], classes, &labels[s], &k[s], &loss[s])
	}
	return hits
}

// softmaxColumnsAVX2Asm is softmaxPanelGo for 8 columns.
//
//go:noescape
func softmaxColumnsAVX2Asm(p, z *float32, classes int)

// crossEntropyColumnsAVX2Asm is crossEntropyPanelGo for 8 columns.
//
//go:noescape
func crossEntropyColumnsAVX2Asm(d, z *float32, classes int, labels *int32, k, loss *float32) int

func softmaxAVX2(p, z []float32) {
	checkSoftmax(p, z)
	expShiftedAVX2Asm(&p[0], &z[0], len(z), maxAVX2Asm(&z[0], len(z)))
	scaleAVX2Asm(&p[0], &p[0], len(p), 1/sumAVX2Asm(&p[0], len(p)))
}

func softmaxCrossEntropyAVX2(d, z []float32, label int, k float32) (loss float32) {
	checkSoftmaxCrossEntropy(d, z, label)
	m := maxAVX2Asm(&z[0], len(z))
	margin := z[label] - m // before d, which may be z, is written
	expShiftedAVX2Asm(&d[0], &z[0], len(z), m)
	s := sumAVX2Asm(&d[0], len(d))
	r, e := k/s, d[label]
	scaleAVX2Asm(&d[0], &d[0], len(d), r)
	d[label] = fma32(e, r, -k)
	return log32(s) - margin
}

func softmaxPanelAVX2(p, z []float32, classes, n int) {
	checkSoftmaxPanel("SoftmaxPanel", p, z, classes, n)
	for s := 0; s < n; s += 8 {
		softmaxColumnsAVX2Asm(&p[s], &z[s], classes)
	}
}

func crossEntropyPanelAVX2(d, z []float32, classes, n int, labels []int32, k, loss []float32) (hits int) {
	checkCrossEntropyPanel(d, z, classes, n, labels, k, loss)
	for s := 0; s < n; s += 8 {
		hits += crossEntropyColumnsAVX2Asm(&d[s], &z[s], classes, &labels[s], &k[s], &loss[s])
	}
	return hits
}
