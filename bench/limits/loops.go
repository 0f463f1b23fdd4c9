package main

import "runtime"

// loops is what one set of kernels can run at most: multiply-adds that wait for
// nothing but their own unit, and passes over memory.
type loops struct {
	name  string
	flops int // of one turn of fma
	fma   func(turns int)
	read  func(x []float32)
	write func(x []float32)
	copy  func(dst, src []float32) // equal lengths
}

// blockFloats is the grain of read, write and copy: lengths are multiples of it.
const blockFloats = 128

// generic is what plain Go reaches: a float32 product and a sum, one at a time.
// (The pure-Go kernels are slower still: they compute a fused multiply-add in
// float64 and integers.)
func generic() loops {
	return loops{name: "generic", flops: 2 * 8, fma: fmaGo, read: readGo, write: writeGo, copy: copyGo}
}

// fmaGo multiplies and adds in 8 independent chains.
func fmaGo(turns int) {
	const x, y = float32(0.5), float32(0.5)
	a, b, c, d, e, f, g, h := x, x, x, x, x, x, x, x
	for range turns {
		a = float32(a*y) + x
		b = float32(b*y) + x
		c = float32(c*y) + x
		d = float32(d*y) + x
		e = float32(e*y) + x
		f = float32(f*y) + x
		g = float32(g*y) + x
		h = float32(h*y) + x
	}
	runtime.KeepAlive(a + b + c + d + e + f + g + h) // else the loop, which stores nothing, is dropped
}

// readGo adds x in 8 chains.
func readGo(x []float32) {
	var a, b, c, d, e, f, g, h float32
	for ; len(x) >= 8; x = x[8:] {
		a += x[0]
		b += x[1]
		c += x[2]
		d += x[3]
		e += x[4]
		f += x[5]
		g += x[6]
		h += x[7]
	}
	runtime.KeepAlive(a + b + c + d + e + f + g + h) // else the loop, which stores nothing, is dropped
}

// writeGo stores one number everywhere.
func writeGo(x []float32) {
	for i := range x {
		x[i] = 0.5
	}
}

// copyGo is Go's own copy, which is written in assembly.
func copyGo(dst, src []float32) { copy(dst, src) }
