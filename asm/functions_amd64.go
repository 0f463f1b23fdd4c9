//go:build amd64 && !purego

package asm

// The functions in functions.go. expShiftedAVX512Asm is y[i] = exp(x[i] − most) for x[i] ≤ most.

func expAVX512Asm(y, x *float32, n int)
func expShiftedAVX512Asm(y, x *float32, n int, most float32)
func logAVX512Asm(y, x *float32, n int)
func sigmoidAVX512Asm(y, x *float32, n int)
func tanhAVX512Asm(y, x *float32, n int)
func reluAVX512Asm(y, x *float32, n int)
func sigmoidGradAVX512Asm(dx, dy, y *float32, n int)
func tanhGradAVX512Asm(dx, dy, y *float32, n int)
func reluGradAVX512Asm(dx, dy, y *float32, n int)
func mulAVX512Asm(dst, a, b *float32, n int)
func scaleAVX512Asm(y, x *float32, n int, s float32)

func expAVX512(y, x []float32)     { expAVX512Asm(at(y), at(x), equal2("Exp", y, x)) }
func logAVX512(y, x []float32)     { logAVX512Asm(at(y), at(x), equal2("Log", y, x)) }
func sigmoidAVX512(y, x []float32) { sigmoidAVX512Asm(at(y), at(x), equal2("Sigmoid", y, x)) }
func tanhAVX512(y, x []float32)    { tanhAVX512Asm(at(y), at(x), equal2("Tanh", y, x)) }
func reluAVX512(y, x []float32)    { reluAVX512Asm(at(y), at(x), equal2("ReLU", y, x)) }

func sigmoidGradAVX512(dx, dy, y []float32) {
	sigmoidGradAVX512Asm(at(dx), at(dy), at(y), equal3("SigmoidGrad", dx, dy, y))
}
func tanhGradAVX512(dx, dy, y []float32) {
	tanhGradAVX512Asm(at(dx), at(dy), at(y), equal3("TanhGrad", dx, dy, y))
}
func reluGradAVX512(dx, dy, y []float32) {
	reluGradAVX512Asm(at(dx), at(dy), at(y), equal3("ReLUGrad", dx, dy, y))
}
func mulAVX512(dst, a, b []float32)         { mulAVX512Asm(at(dst), at(a), at(b), equal3("Mul", dst, a, b)) }
func scaleAVX512(y, x []float32, s float32) { scaleAVX512Asm(at(y), at(x), equal2("Scale", y, x), s) }

// The functions in functions.go. expShiftedAVX2Asm is y[i] = exp(x[i] − most) for x[i] ≤ most.

func expAVX2Asm(y, x *float32, n int)
func expShiftedAVX2Asm(y, x *float32, n int, most float32)
func logAVX2Asm(y, x *float32, n int)
func sigmoidAVX2Asm(y, x *float32, n int)
func tanhAVX2Asm(y, x *float32, n int)
func reluAVX2Asm(y, x *float32, n int)
func sigmoidGradAVX2Asm(dx, dy, y *float32, n int)
func tanhGradAVX2Asm(dx, dy, y *float32, n int)
func reluGradAVX2Asm(dx, dy, y *float32, n int)
func mulAVX2Asm(dst, a, b *float32, n int)
func scaleAVX2Asm(y, x *float32, n int, s float32)

func expAVX2(y, x []float32)     { expAVX2Asm(at(y), at(x), equal2("Exp", y, x)) }
func logAVX2(y, x []float32)     { logAVX2Asm(at(y), at(x), equal2("Log", y, x)) }
func sigmoidAVX2(y, x []float32) { sigmoidAVX2Asm(at(y), at(x), equal2("Sigmoid", y, x)) }
func tanhAVX2(y, x []float32)    { tanhAVX2Asm(at(y), at(x), equal2("Tanh", y, x)) }
func reluAVX2(y, x []float32)    { reluAVX2Asm(at(y), at(x), equal2("ReLU", y, x)) }

func sigmoidGradAVX2(dx, dy, y []float32) {
	sigmoidGradAVX2Asm(at(dx), at(dy), at(y), equal3("SigmoidGrad", dx, dy, y))
}
func tanhGradAVX2(dx, dy, y []float32) {
	tanhGradAVX2Asm(at(dx), at(dy), at(y), equal3("TanhGrad", dx, dy, y))
}
func reluGradAVX2(dx, dy, y []float32) {
	reluGradAVX2Asm(at(dx), at(dy), at(y), equal3("ReLUGrad", dx, dy, y))
}
func mulAVX2(dst, a, b []float32)         { mulAVX2Asm(at(dst), at(a), at(b), equal3("Mul", dst, a, b)) }
func scaleAVX2(y, x []float32, s float32) { scaleAVX2Asm(at(y), at(x), equal2("Scale", y, x), s) }
