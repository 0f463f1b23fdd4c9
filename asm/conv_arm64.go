//go:build arm64 && !purego

package asm

import "unsafe"

// compute computes a tile by the tiles of Gemm, a run at a time.
func (tileSet) compute(tile *convTile, runs *convRun) {
	list := unsafe.Slice(runs, tile.count)
	offset, c := tile.offset, unsafe.Pointer(tile.c)
	for block := range tile.blocks {
		if block > 0 {
			offset += tile.anext
			c = unsafe.Add(c, tile.cnext)
		}
		if !tile.resume {
			for i := range tile.rows {
				copy(unsafe.Slice((*float32)(unsafe.Add(c, i*tile.ldc)), tile.columns), tile.start[:])
			}
		}
		for round := range tile.rounds {
			a, b := offset+round*tile.around, round*tile.bround
			for i := range list {
				tile.run(&list[i], c, a, b)
			}
		}
	}
}

// run computes a run for the rows of C at c, where A and B have moved on.
func (tile *convTile) run(run *convRun, c unsafe.Pointer, offset, b int) {
	first, rows := max(0, run.cut), tile.rows-max(run.cut, -run.cut)
	offset += run.a + first*tile.rs
	b += run.b
	for range run.reps {
		tilesNEON[rows-1]((*float32)(unsafe.Add(unsafe.Pointer(tile.a), offset)), tile.rs, tile.cs,
			(*float32)(unsafe.Add(unsafe.Pointer(tile.b), b)), tile.ldb, 0, (*float32)(unsafe.Add(c, first*tile.ldc)), tile.ldc, 0,
			nil, tile.columns, run.steps, true, run.steps, 0, 1)
		offset += run.steps*tile.cs + run.anext
		b += run.steps*tile.ldb + run.bnext
	}
}

func convForwardNEON(c *Conv, y, x, w, bias []float32, n int) {
	tilesOfNEON.forward(c, y, x, w, bias, n)
}

func convInputGradNEON(c *Conv, dx, dy, turned []float32, n int) {
	tilesOfNEON.inputGrad(c, dx, dy, turned, n)
}

func convWeightGradNEON(c *Conv, dw, x, dy []float32, n, from, to int, accumulate bool) {
	tilesOfNEON.weightGrad(c, dw, x, dy, n, from, to, accumulate)
}

func convBiasGradNEON(c *Conv, db, dy []float32, n int, accumulate bool) {
	tilesOfNEON.biasGrad(c, db, dy, n, accumulate)
}
