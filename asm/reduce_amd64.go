//go:build amd64 && !purego

package asm

// The assembly of Sum, Dot and Max takes n ≥ 1 numbers.

//go:noescape
func sumAVX512Asm(x *float32, n int) float32

//go:noescape
func dotAVX512Asm(x, y *float32, n int) float32

//go:noescape
func maxAVX512Asm(x *float32, n int) float32

// sumSamplesAVX512Asm is sumSamplesGo for n ≥ 1 features and at least one panel;
// the stride is in bytes.
//
//go:noescape
func sumSamplesAVX512Asm(dst, x *float32, n, panels, stride int)

func sumAVX512(x []float32) float32 {
	if len(x) == 0 {
		return 0
	}
	return sumAVX512Asm(&x[0], len(x))
}

func dotAVX512(x, y []float32) float32 {
	checkLengths2("Dot", len(x), len(y))
	if len(x) == 0 {
		return 0
	}
	return dotAVX512Asm(&x[0], &y[0], len(x))
}

func maxAVX512(x []float32) float32 {
	if len(x) == 0 {
		return maxGo(x)
	}
	return maxAVX512Asm(&x[0], len(x))
}

func sumSamplesAVX512(dst, x []float32, panels, stride int) {
	checkSumSamples(dst, x, panels, stride)
	if len(dst) == 0 || panels == 0 {
		clear(dst)
		return
	}
	sumSamplesAVX512Asm(&dst[0], &x[0], len(dst), panels, 4*stride)
}

//go:noescape
func sumAVX2Asm(x *float32, n int) float32

//go:noescape
func dotAVX2Asm(x, y *float32, n int) float32

//go:noescape
func maxAVX2Asm(x *float32, n int) float32

// sumSamplesAVX2Asm is sumSamplesGo for n ≥ 1 features and at least one panel;
// the stride is in bytes.
//
//go:noescape
func sumSamplesAVX2Asm(dst, x *float32, n, panels, stride int)

func sumAVX2(x []float32) float32 {
	if len(x) == 0 {
		return 0
	}
	return sumAVX2Asm(&x[0], len(x))
}

func dotAVX2(x, y []float32) float32 {
	checkLengths2("Dot", len(x), len(y))
	if len(x) == 0 {
		return 0
	}
	return dotAVX2Asm(&x[0], &y[0], len(x))
}

func maxAVX2(x []float32) float32 {
	if len(x) == 0 {
		return maxGo(x)
	}
	return maxAVX2Asm(&x[0], len(x))
}

func sumSamplesAVX2(dst, x []float32, panels, stride int) {
	checkSumSamples(dst, x, panels, stride)
	if len(dst) == 0 || panels == 0 {
		clear(dst)
		return
	}
	sumSamplesAVX2Asm(&dst[0], &x[0], len(dst), panels, 4*stride)
}
