//go:build amd64 && !purego

package asm

// vecMatFunc computes 8 columns for each register, as many as its name says, the
// last n ≤ 8 of them; the stride is in bytes and k > 0:
//
//	for j < 8·(registers−1)+n { for k { y[j] = fma(x[k], w[k,j], y[j]) } }
type vecMatFunc func(y, x, w *float32, ld, k, n int)

func vecMat1AVX2(y, x, w *float32, ld, k, n int)
func vecMat2AVX2(y, x, w *float32, ld, k, n int)
func vecMat3AVX2(y, x, w *float32, ld, k, n int)
func vecMat4AVX2(y, x, w *float32, ld, k, n int)
func vecMat5AVX2(y, x, w *float32, ld, k, n int)
func vecMat6AVX2(y, x, w *float32, ld, k, n int)
func vecMat7AVX2(y, x, w *float32, ld, k, n int)
func vecMat8AVX2(y, x, w *float32, ld, k, n int)
func vecMat9AVX2(y, x, w *float32, ld, k, n int)
func vecMat10AVX2(y, x, w *float32, ld, k, n int)
func vecMat11AVX2(y, x, w *float32, ld, k, n int)
func vecMat12AVX2(y, x, w *float32, ld, k, n int)
func vecMat13AVX2(y, x, w *float32, ld, k, n int)

// vecMatsAVX2[r−1] computes r registers.
var vecMatsAVX2 = [...]vecMatFunc{
	vecMat1AVX2, vecMat2AVX2, vecMat3AVX2, vecMat4AVX2, vecMat5AVX2, vecMat6AVX2, vecMat7AVX2,
	vecMat8AVX2, vecMat9AVX2, vecMat10AVX2, vecMat11AVX2, vecMat12AVX2, vecMat13AVX2,
}

// vecMatAVX2 takes the columns in as few parts as the registers allow, all of
// about the same width.
func vecMatAVX2(y, x, w []float32, ld int) {
	checkVecMat(y, x, w, ld)
	if len(y) == 0 || len(x) == 0 {
		return
	}
	registers := (len(y) + 7) / 8
	parts := (registers + len(vecMatsAVX2) - 1) / len(vecMatsAVX2)
	for part := range parts {
		lo, hi := registers*part/parts, registers*(part+1)/parts
		vecMatsAVX2[hi-lo-1](&y[8*lo], &x[0], &w[8*lo], 4*ld, len(x), min(8, len(y)-8*(hi-1)))
	}
}
