//go:build amd64 && !purego

package asm

// convTileAVX512Asm computes a tile of up to 32 columns; see [convTile].
//
//go:noescape
func convTileAVX512Asm(tile *convTile, runs *convRun)

// convTileAVX2Asm computes a tile of up to 16 columns; see [convTile].
//
//go:noescape
func convTileAVX2Asm(tile *convTile, runs *convRun)

// compute computes a tile.
func (s tileSet) compute(tile *convTile, runs *convRun) {
	if s == tilesOfAVX512 {
		convTileAVX512Asm(tile, runs)
		return
	}
	convTileAVX2Asm(tile, runs)
}

func convForwardAVX512(c *Conv, y, x, w, bias []float32, n int) {
	tilesOfAVX512.forward(c, y, x, w, bias, n)
}

func convInputGradAVX512(c *Conv, dx, dy, turned []float32, n int) {
	tilesOfAVX512.inputGrad(c, dx, dy, turned, n)
}

func convWeightGradAVX512(c *Conv, dw, x, dy []float32, n, from, to int, accumulate bool) {
	tilesOfAVX512.weightGrad(c, dw, x, dy, n, from, to, accumulate)
}

func convBiasGradAVX512(c *Conv, db, dy []float32, n int, accumulate bool) {
	tilesOfAVX512.biasGrad(c, db, dy, n, accumulate)
}

func convForwardAVX2(c *Conv, y, x, w, bias []float32, n int) {
	tilesOfAVX2.forward(c, y, x, w, bias, n)
}

func convInputGradAVX2(c *Conv, dx, dy, turned []float32, n int) {
	tilesOfAVX2.inputGrad(c, dx, dy, turned, n)
}

func convWeightGradAVX2(c *Conv, dw, x, dy []float32, n, from, to int, accumulate bool) {
	tilesOfAVX2.weightGrad(c, dw, x, dy, n, from, to, accumulate)
}

func convBiasGradAVX2(c *Conv, db, dy []float32, n int, accumulate bool) {
	tilesOfAVX2.biasGrad(c, db, dy, n, accumulate)
}
