//go:build amd64 && !purego

package asm

// expAVX512Asm is expGo for n ≥ 1 numbers.
//
//go:noescape
func expAVX512Asm(y, x *float32, n int)

// expShiftedAVX512Asm is y[i] = exp(x[i] − most) for n ≥ 1 numbers that are at
// most that.
//
//go:noescape
func expShiftedAVX512Asm(y, x *float32, n int, most float32)

func expAVX512(y, x []float32) {
	checkLengths2("Exp", len(y), len(x))
	if len(y) > 0 {
		expAVX512Asm(&y[0], &x[0], len(y))
	}
}

// logAVX512Asm is logGo for n ≥ 1 numbers.
//
//go:noescape
func logAVX512Asm(y, x *float32, n int)

func logAVX512(y, x []float32) {
	checkLengths2("Log", len(y), len(x))
	if len(y) > 0 {
		logAVX512Asm(&y[0], &x[0], len(y))
	}
}

// sigmoidAVX512Asm is sigmoidGo for n ≥ 1 numbers.
//
//go:noescape
func sigmoidAVX512Asm(y, x *float32, n int)

func sigmoidAVX512(y, x []float32) {
	checkLengths2("Sigmoid", len(y), len(x))
	if len(y) > 0 {
		sigmoidAVX512Asm(&y[0], &x[0], len(y))
	}
}

// tanhAVX512Asm is tanhGo for n ≥ 1 numbers.
//
//go:noescape
func tanhAVX512Asm(y, x *float32, n int)

func tanhAVX512(y, x []float32) {
	checkLengths2("Tanh", len(y), len(x))
	if len(y) > 0 {
		tanhAVX512Asm(&y[0], &x[0], len(y))
	}
}

// reluAVX512Asm is reluGo for n ≥ 1 numbers.
//
//go:noescape
func reluAVX512Asm(y, x *float32, n int)

func reluAVX512(y, x []float32) {
	checkLengths2("ReLU", len(y), len(x))
	if len(y) > 0 {
		reluAVX512Asm(&y[0], &x[0], len(y))
	}
}

// scaleAVX512Asm is y[i] = s·x[i] for n ≥ 1 numbers.
//
//go:noescape
func scaleAVX512Asm(y, x *float32, n int, s float32)

func scaleAVX512(y, x []float32, s float32) {
	checkLengths2("Scale", len(y), len(x))
	if len(y) > 0 {
		scaleAVX512Asm(&y[0], &x[0], len(y), s)
	}
}

// reluGradAVX512Asm is reluGradGo for n ≥ 1 numbers.
//
//go:noescape
func reluGradAVX512Asm(dx, dy, y *float32, n int)

func reluGradAVX512(dx, dy, y []float32) {
	checkLengths3("ReLUGrad", len(dx), len(dy), len(y))
	if len(dx) > 0 {
		reluGradAVX512Asm(&dx[0], &dy[0], &y[0], len(dx))
	}
}

// sigmoidGradAVX512Asm is sigmoidGradGo for n ≥ 1 numbers.
//
//go:noescape
func sigmoidGradAVX512Asm(dx, dy, y *float32, n int)

func sigmoidGradAVX512(dx, dy, y []float32) {
	checkLengths3("SigmoidGrad", len(dx), len(dy), len(y))
	if len(dx) > 0 {
		sigmoidGradAVX512Asm(&dx[0], &dy[0], &y[0], len(dx))
	}
}

// tanhGradAVX512Asm is tanhGradGo for n ≥ 1 numbers.
//
//go:noescape
func tanhGradAVX512Asm(dx, dy, y *float32, n int)

func tanhGradAVX512(dx, dy, y []float32) {
	checkLengths3("TanhGrad", len(dx), len(dy), len(y))
	if len(dx) > 0 {
		tanhGradAVX512Asm(&dx[0], &dy[0], &y[0], len(dx))
	}
}

// mulAVX512Asm is mulGo for n ≥ 1 numbers.
//
//go:noescape
func mulAVX512Asm(dst, a, b *float32, n int)

func mulAVX512(dst, a, b []float32) {
	checkLengths3("Mul", len(dst), len(a), len(b))
	if len(dst) > 0 {
		mulAVX512Asm(&dst[0], &a[0], &b[0], len(dst))
	}
}

// expAVX2Asm is expGo for n ≥ 1 numbers.
//
//go:noescape
func expAVX2Asm(y, x *float32, n int)

// expShiftedAVX2Asm is y[i] = exp(x[i] − most) for n ≥ 1 numbers that are at
// most that.
//
//go:noescape
func expShiftedAVX2Asm(y, x *float32, n int, most float32)

func expAVX2(y, x []float32) {
	checkLengths2("Exp", len(y), len(x))
	if len(y) > 0 {
		expAVX2Asm(&y[0], &x[0], len(y))
	}
}

// logAVX2Asm is logGo for n ≥ 1 numbers.
//
//go:noescape
func logAVX2Asm(y, x *float32, n int)

func logAVX2(y, x []float32) {
	checkLengths2("Log", len(y), len(x))
	if len(y) > 0 {
		logAVX2Asm(&y[0], &x[0], len(y))
	}
}

// sigmoidAVX2Asm is sigmoidGo for n ≥ 1 numbers.
//
//go:noescape
func sigmoidAVX2Asm(y, x *float32, n int)

func sigmoidAVX2(y, x []float32) {
	checkLengths2("Sigmoid", len(y), len(x))
	if len(y) > 0 {
		sigmoidAVX2Asm(&y[0], &x[0], len(y))
	}
}

// tanhAVX2Asm is tanhGo for n ≥ 1 numbers.
//
//go:noescape
func tanhAVX2Asm(y, x *float32, n int)

func tanhAVX2(y, x []float32) {
	checkLengths2("Tanh", len(y), len(x))
	if len(y) > 0 {
		tanhAVX2Asm(&y[0], &x[0], len(y))
	}
}

// reluAVX2Asm is reluGo for n ≥ 1 numbers.
//
//go:noescape
func reluAVX2Asm(y, x *float32, n int)

func reluAVX2(y, x []float32) {
	checkLengths2("ReLU", len(y), len(x))
	if len(y) > 0 {
		reluAVX2Asm(&y[0], &x[0], len(y))
	}
}

// scaleAVX2Asm is y[i] = s·x[i] for n ≥ 1 numbers.
//
//go:noescape
func scaleAVX2Asm(y, x *float32, n int, s float32)

func scaleAVX2(y, x []float32, s float32) {
	checkLengths2("Scale", len(y), len(x))
	if len(y) > 0 {
		scaleAVX2Asm(&y[0], &x[0], len(y), s)
	}
}

// reluGradAVX2Asm is reluGradGo for n ≥ 1 numbers.
//
//go:noescape
func reluGradAVX2Asm(dx, dy, y *float32, n int)

func reluGradAVX2(dx, dy, y []float32) {
	checkLengths3("ReLUGrad", len(dx), len(dy), len(y))
	if len(dx) > 0 {
		reluGradAVX2Asm(&dx[0], &dy[0], &y[0], len(dx))
	}
}

// sigmoidGradAVX2Asm is sigmoidGradGo for n ≥ 1 numbers.
//
//go:noescape
func sigmoidGradAVX2Asm(dx, dy, y *float32, n int)

func sigmoidGradAVX2(dx, dy, y []float32) {
	checkLengths3("SigmoidGrad", len(dx), len(dy), len(y))
	if len(dx) > 0 {
		sigmoidGradAVX2Asm(&dx[0], &dy[0], &y[0], len(dx))
	}
}

// tanhGradAVX2Asm is tanhGradGo for n ≥ 1 numbers.
//
//go:noescape
func tanhGradAVX2Asm(dx, dy, y *float32, n int)

func tanhGradAVX2(dx, dy, y []float32) {
	checkLengths3("TanhGrad", len(dx), len(dy), len(y))
	if len(dx) > 0 {
		tanhGradAVX2Asm(&dx[0], &dy[0], &y[0], len(dx))
	}
}

// mulAVX2Asm is mulGo for n ≥ 1 numbers.
//
//go:noescape
func mulAVX2Asm(dst, a, b *float32, n int)

func mulAVX2(dst, a, b []float32) {
	checkLengths3("Mul", len(dst), len(a), len(b))
	if len(dst) > 0 {
		mulAVX2Asm(&dst[0], &a[0], &b[0], len(dst))
	}
}
