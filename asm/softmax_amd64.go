//go:build amd64 && !purego

package asm

// The assembly of the panel kernels is softmaxPanelGo and crossEntropyPanelGo for the
// columns of one register.

func softmaxColumnsAVX512Asm(p, z *float32, classes int)
func crossEntropyColumnsAVX512Asm(d, z *float32, classes int, labels *int32, k, loss *float32) int

func softmaxAVX512(p, z []float32) {
	checkSoftmax(p, z)
	expShiftedAVX512Asm(&p[0], &z[0], len(z), maxAVX512Asm(&z[0], len(z)))
	scaleAVX512Asm(&p[0], &p[0], len(p), 1/sumAVX512Asm(&p[0], len(p)))
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

func softmaxColumnsAVX2Asm(p, z *float32, classes int)
func crossEntropyColumnsAVX2Asm(d, z *float32, classes int, labels *int32, k, loss *float32) int

func softmaxAVX2(p, z []float32) {
	checkSoftmax(p, z)
	expShiftedAVX2Asm(&p[0], &z[0], len(z), maxAVX2Asm(&z[0], len(z)))
	scaleAVX2Asm(&p[0], &p[0], len(p), 1/sumAVX2Asm(&p[0], len(p)))
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
