//go:build arm64 && !purego

package asm

// expNEONAsm is y[i] = exp(x[i] − shift) for n ≥ 1 numbers.
//
//go:noescape
func expNEONAsm(y, x *float32, n int, shift float32)

func expNEON(y, x []float32) {
	checkLengths2("Exp", len(y), len(x))
	if len(y) > 0 {
		expNEONAsm(&y[0], &x[0], len(y), 0)
	}
}

// logNEONAsm is logGo for n ≥ 1 numbers.
//
//go:noescape
func logNEONAsm(y, x *float32, n int)

func logNEON(y, x []float32) {
	checkLengths2("Log", len(y), len(x))
	if len(y) > 0 {
		logNEONAsm(&y[0], &x[0], len(y))
	}
}

// sigmoidNEONAsm is sigmoidGo for n ≥ 1 numbers.
//
//go:noescape
func sigmoidNEONAsm(y, x *float32, n int)

func sigmoidNEON(y, x []float32) {
	checkLengths2("Sigmoid", len(y), len(x))
	if len(y) > 0 {
		sigmoidNEONAsm(&y[0], &x[0], len(y))
	}
}

// tanhNEONAsm is tanhGo for n ≥ 1 numbers.
//
//go:noescape
func tanhNEONAsm(y, x *float32, n int)

func tanhNEON(y, x []float32) {
	checkLengths2("Tanh", len(y), len(x))
	if len(y) > 0 {
		tanhNEONAsm(&y[0], &x[0], len(y))
	}
}

// reluNEONAsm is reluGo for n ≥ 1 numbers.
//
//go:noescape
func reluNEONAsm(y, x *float32, n int)

func reluNEON(y, x []float32) {
	checkLengths2("ReLU", len(y), len(x))
	if len(y) > 0 {
		reluNEONAsm(&y[0], &x[0], len(y))
	}
}

// scaleNEONAsm is y[i] = s·x[i] for n ≥ 1 numbers.
//
//go:noescape
func scaleNEONAsm(y, x *float32, n int, s float32)

func scaleNEON(y, x []float32, s float32) {
	checkLengths2("Scale", len(y), len(x))
	if len(y) > 0 {
		scaleNEONAsm(&y[0], &x[0], len(y), s)
	}
}

// reluGradNEONAsm is reluGradGo for n ≥ 1 numbers.
//
//go:noescape
func reluGradNEONAsm(dx, dy, y *float32, n int)

func reluGradNEON(dx, dy, y []float32) {
	checkLengths3("ReLUGrad", len(dx), len(dy), len(y))
	if len(dx) > 0 {
		reluGradNEONAsm(&dx[0], &dy[0], &y[0], len(dx))
	}
}

// sigmoidGradNEONAsm is sigmoidGradGo for n ≥ 1 numbers.
//
//go:noescape
func sigmoidGradNEONAsm(dx, dy, y *float32, n int)

func sigmoidGradNEON(dx, dy, y []float32) {
	checkLengths3("SigmoidGrad", len(dx), len(dy), len(y))
	if len(dx) > 0 {
		sigmoidGradNEONAsm(&dx[0], &dy[0], &y[0], len(dx))
	}
}

// tanhGradNEONAsm is tanhGradGo for n ≥ 1 numbers.
//
//go:noescape
func tanhGradNEONAsm(dx, dy, y *float32, n int)

func tanhGradNEON(dx, dy, y []float32) {
	checkLengths3("TanhGrad", len(dx), len(dy), len(y))
	if len(dx) > 0 {
		tanhGradNEONAsm(&dx[0], &dy[0], &y[0], len(dx))
	}
}

// mulNEONAsm is mulGo for n ≥ 1 numbers.
//
//go:noescape
func mulNEONAsm(dst, a, b *float32, n int)

func mulNEON(dst, a, b []float32) {
	checkLengths3("Mul", len(dst), len(a), len(b))
	if len(dst) > 0 {
		mulNEONAsm(&dst[0], &a[0], &b[0], len(dst))
	}
}
