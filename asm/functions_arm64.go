//go:build arm64 && !purego

package asm

// The functions in functions.go. expNEONAsm is y[i] = exp(x[i] − shift).

//go:noescape
func expNEONAsm(y, x *float32, n int, shift float32)

//go:noescape
func logNEONAsm(y, x *float32, n int)

func sigmoidNEONAsm(y, x *float32, n int)
func tanhNEONAsm(y, x *float32, n int)
func reluNEONAsm(y, x *float32, n int)
func sigmoidGradNEONAsm(dx, dy, y *float32, n int)
func tanhGradNEONAsm(dx, dy, y *float32, n int)
func reluGradNEONAsm(dx, dy, y *float32, n int)
func mulNEONAsm(dst, a, b *float32, n int)
func scaleNEONAsm(y, x *float32, n int, s float32)

func expNEON(y, x []float32)     { expNEONAsm(at(y), at(x), equal2("Exp", y, x), 0) }
func logNEON(y, x []float32)     { logNEONAsm(at(y), at(x), equal2("Log", y, x)) }
func sigmoidNEON(y, x []float32) { sigmoidNEONAsm(at(y), at(x), equal2("Sigmoid", y, x)) }
func tanhNEON(y, x []float32)    { tanhNEONAsm(at(y), at(x), equal2("Tanh", y, x)) }
func reluNEON(y, x []float32)    { reluNEONAsm(at(y), at(x), equal2("ReLU", y, x)) }

func sigmoidGradNEON(dx, dy, y []float32) {
	sigmoidGradNEONAsm(at(dx), at(dy), at(y), equal3("SigmoidGrad", dx, dy, y))
}
func tanhGradNEON(dx, dy, y []float32) {
	tanhGradNEONAsm(at(dx), at(dy), at(y), equal3("TanhGrad", dx, dy, y))
}
func reluGradNEON(dx, dy, y []float32) {
	reluGradNEONAsm(at(dx), at(dy), at(y), equal3("ReLUGrad", dx, dy, y))
}
func mulNEON(dst, a, b []float32)         { mulNEONAsm(at(dst), at(a), at(b), equal3("Mul", dst, a, b)) }
func scaleNEON(y, x []float32, s float32) { scaleNEONAsm(at(y), at(x), equal2("Scale", y, x), s) }
