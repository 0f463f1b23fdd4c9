//go:build amd64 && !purego

package asm

// The update rules in update.go.

func sgdAVX512Asm(w, dw *float32, n int, lr float32)
func momentumAVX512Asm(w, dw, m *float32, n int, lr, mu float32)
func nesterovAVX512Asm(w, dw, m *float32, n int, lr, mu float32)
func adagradAVX512Asm(w, dw, v *float32, n int, lr, eps float32)
func rmspropAVX512Asm(w, dw, v *float32, n int, lr, rho, c, eps float32)
func rmspropMomentumAVX512Asm(w, dw, v, m *float32, n int, lr, rho, c, mu, eps float32)
func adamAVX512Asm(w, dw, m, v *float32, n int, alpha, c1, c2, eps float32)
func nadamAVX512Asm(w, dw, m, v *float32, n int, a, b, c1, c2, eps float32)
func lionAVX512Asm(w, dw, m *float32, n int, lr, beta1, c1, beta2, c2 float32)

func sgdAVX512(w, g []float32, lr float32) {
	sgdAVX512Asm(at(w), at(g), equal2("SGD", w, g), lr)
}

func momentumAVX512(w, g, m []float32, lr, mu float32) {
	momentumAVX512Asm(at(w), at(g), at(m), equal3("Momentum", w, g, m), lr, mu)
}

func nesterovAVX512(w, g, m []float32, lr, mu float32) {
	nesterovAVX512Asm(at(w), at(g), at(m), equal3("Nesterov", w, g, m), lr, mu)
}

func adagradAVX512(w, g, v []float32, lr, eps float32) {
	adagradAVX512Asm(at(w), at(g), at(v), equal3("Adagrad", w, g, v), lr, eps)
}

func rmspropAVX512(w, g, v []float32, lr, rho, c, eps float32) {
	rmspropAVX512Asm(at(w), at(g), at(v), equal3("RMSprop", w, g, v), lr, rho, c, eps)
}

func rmspropMomentumAVX512(w, g, v, m []float32, lr, rho, c, mu, eps float32) {
	rmspropMomentumAVX512Asm(at(w), at(g), at(v), at(m), equal4("RMSpropMomentum", w, g, v, m), lr, rho, c, mu, eps)
}

func adamAVX512(w, g, m, v []float32, alpha, c1, c2, eps float32) {
	adamAVX512Asm(at(w), at(g), at(m), at(v), equal4("Adam", w, g, m, v), alpha, c1, c2, eps)
}

func nadamAVX512(w, g, m, v []float32, a, b, c1, c2, eps float32) {
	nadamAVX512Asm(at(w), at(g), at(m), at(v), equal4("Nadam", w, g, m, v), a, b, c1, c2, eps)
}

func lionAVX512(w, g, m []float32, lr, beta1, c1, beta2, c2 float32) {
	lionAVX512Asm(at(w), at(g), at(m), equal3("Lion", w, g, m), lr, beta1, c1, beta2, c2)
}

// The update rules in update.go.

func sgdAVX2Asm(w, dw *float32, n int, lr float32)
func momentumAVX2Asm(w, dw, m *float32, n int, lr, mu float32)
func nesterovAVX2Asm(w, dw, m *float32, n int, lr, mu float32)
func adagradAVX2Asm(w, dw, v *float32, n int, lr, eps float32)
func rmspropAVX2Asm(w, dw, v *float32, n int, lr, rho, c, eps float32)
func rmspropMomentumAVX2Asm(w, dw, v, m *float32, n int, lr, rho, c, mu, eps float32)
func adamAVX2Asm(w, dw, m, v *float32, n int, alpha, c1, c2, eps float32)
func nadamAVX2Asm(w, dw, m, v *float32, n int, a, b, c1, c2, eps float32)
func lionAVX2Asm(w, dw, m *float32, n int, lr, beta1, c1, beta2, c2 float32)

func sgdAVX2(w, g []float32, lr float32) {
	sgdAVX2Asm(at(w), at(g), equal2("SGD", w, g), lr)
}

func momentumAVX2(w, g, m []float32, lr, mu float32) {
	momentumAVX2Asm(at(w), at(g), at(m), equal3("Momentum", w, g, m), lr, mu)
}

func nesterovAVX2(w, g, m []float32, lr, mu float32) {
	nesterovAVX2Asm(at(w), at(g), at(m), equal3("Nesterov", w, g, m), lr, mu)
}

func adagradAVX2(w, g, v []float32, lr, eps float32) {
	adagradAVX2Asm(at(w), at(g), at(v), equal3("Adagrad", w, g, v), lr, eps)
}

func rmspropAVX2(w, g, v []float32, lr, rho, c, eps float32) {
	rmspropAVX2Asm(at(w), at(g), at(v), equal3("RMSprop", w, g, v), lr, rho, c, eps)
}

func rmspropMomentumAVX2(w, g, v, m []float32, lr, rho, c, mu, eps float32) {
	rmspropMomentumAVX2Asm(at(w), at(g), at(v), at(m), equal4("RMSpropMomentum", w, g, v, m), lr, rho, c, mu, eps)
}

func adamAVX2(w, g, m, v []float32, alpha, c1, c2, eps float32) {
	adamAVX2Asm(at(w), at(g), at(m), at(v), equal4("Adam", w, g, m, v), alpha, c1, c2, eps)
}

func nadamAVX2(w, g, m, v []float32, a, b, c1, c2, eps float32) {
	nadamAVX2Asm(at(w), at(g), at(m), at(v), equal4("Nadam", w, g, m, v), a, b, c1, c2, eps)
}

func lionAVX2(w, g, m []float32, lr, beta1, c1, beta2, c2 float32) {
	lionAVX2Asm(at(w), at(g), at(m), equal3("Lion", w, g, m), lr, beta1, c1, beta2, c2)
}
