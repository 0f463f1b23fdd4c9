//go:build arm64 && !purego

package asm

// The update rules in update.go.

func sgdNEONAsm(w, dw *float32, n int, lr float32)
func momentumNEONAsm(w, dw, m *float32, n int, lr, mu float32)
func nesterovNEONAsm(w, dw, m *float32, n int, lr, mu float32)
func adagradNEONAsm(w, dw, v *float32, n int, lr, eps float32)
func rmspropNEONAsm(w, dw, v *float32, n int, lr, rho, c, eps float32)
func rmspropMomentumNEONAsm(w, dw, v, m *float32, n int, lr, rho, c, mu, eps float32)
func adamNEONAsm(w, dw, m, v *float32, n int, alpha, c1, c2, eps float32)

func sgdNEON(w, g []float32, lr float32) {
	sgdNEONAsm(at(w), at(g), equal2("SGD", w, g), lr)
}

func momentumNEON(w, g, m []float32, lr, mu float32) {
	momentumNEONAsm(at(w), at(g), at(m), equal3("Momentum", w, g, m), lr, mu)
}

func nesterovNEON(w, g, m []float32, lr, mu float32) {
	nesterovNEONAsm(at(w), at(g), at(m), equal3("Nesterov", w, g, m), lr, mu)
}

func adagradNEON(w, g, v []float32, lr, eps float32) {
	adagradNEONAsm(at(w), at(g), at(v), equal3("Adagrad", w, g, v), lr, eps)
}

func rmspropNEON(w, g, v []float32, lr, rho, c, eps float32) {
	rmspropNEONAsm(at(w), at(g), at(v), equal3("RMSprop", w, g, v), lr, rho, c, eps)
}

func rmspropMomentumNEON(w, g, v, m []float32, lr, rho, c, mu, eps float32) {
	rmspropMomentumNEONAsm(at(w), at(g), at(v), at(m), equal4("RMSpropMomentum", w, g, v, m), lr, rho, c, mu, eps)
}

func adamNEON(w, g, m, v []float32, alpha, c1, c2, eps float32) {
	adamNEONAsm(at(w), at(g), at(m), at(v), equal4("Adam", w, g, m, v), alpha, c1, c2, eps)
}
