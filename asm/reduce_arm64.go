//go:build arm64 && !purego

package asm

// The assembly of Sum, Dot and Max takes n ≥ 1 numbers.

//go:noescape
func sumNEONAsm(x *float32, n int) float32

//go:noescape
func dotNEONAsm(x, y *float32, n int) float32

//go:noescape
func maxNEONAsm(x *float32, n int) float32

// sumSamplesNEONAsm is sumSamplesGo for n ≥ 1 features and at least one panel;
// the stride is in bytes.
//
//go:noescape
func sumSamplesNEONAsm(dst, x *float32, n, panels, stride int)

func sumNEON(x []float32) float32 {
	if len(x) == 0 {
		return 0
	}
	return sumNEONAsm(&x[0], len(x))
}

func dotNEON(x, y []float32) float32 {
	checkLengths2("Dot", len(x), len(y))
	if len(x) == 0 {
		return 0
	}
	return dotNEONAsm(&x[0], &y[0], len(x))
}

func maxNEON(x []float32) float32 {
	if len(x) == 0 {
		return maxGo(x)
	}
	return maxNEONAsm(&x[0], len(x))
}

func sumSamplesNEON(dst, x []float32, panels, stride int) {
	checkSumSamples(dst, x, panels, stride)
	if len(dst) == 0 || panels == 0 {
		clear(dst)
		return
	}
	sumSamplesNEONAsm(&dst[0], &x[0], len(dst), panels, 4*stride)
}
