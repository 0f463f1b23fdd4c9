//go:build arm64 && !purego

package asm

// sgdNEONAsm is sgdGo for n ≥ 1 parameters.
//
//go:noescape
func sgdNEONAsm(w, dw *float32, n int, lr float32)

func sgdNEON(w, dw []float32, lr float32) {
	checkLengths2("SGD", len(w), len(dw))
	if len(w) > 0 {
		sgdNEONAsm(&w[0], &dw[0], len(w), lr)
	}
}

// momentumNEONAsm is momentumGo for n ≥ 1 parameters.
//
//go:noescape
func momentumNEONAsm(w, dw, m *float32, n int, lr, mu float32)

func momentumNEON(w, dw, m []float32, lr, mu float32) {
	checkLengths3("Momentum", len(w), len(dw), len(m))
	if len(w) > 0 {
		momentumNEONAsm(&w[0], &dw[0], &m[0], len(w), lr, mu)
	}
}

// nesterovNEONAsm is nesterovGo for n ≥ 1 parameters.
//
//go:noescape
func nesterovNEONAsm(w, dw, m *float32, n int, lr, mu float32)

func nesterovNEON(w, dw, m []float32, lr, mu float32) {
	checkLengths3("Nesterov", len(w), len(dw), len(m))
	if len(w) > 0 {
		nesterovNEONAsm(&w[0], &dw[0], &m[0], len(w), lr, mu)
	}
}

// adagradNEONAsm is adagradGo for n ≥ 1 parameters.
//
//go:noescape
func adagradNEONAsm(w, dw, v *float32, n int, lr, eps float32)

func adagradNEON(w, dw, v []float32, lr, eps float32) {
	checkLengths3("Adagrad", len(w), len(dw), len(v))
	if len(w) > 0 {
		adagradNEONAsm(&w[0], &dw[0], &v[0], len(w), lr, eps)
	}
}

// rmspropNEONAsm is rmspropGo for n ≥ 1 parameters.
//
//go:noescape
func rmspropNEONAsm(w, dw, v *float32, n int, lr, rho, c, eps float32)

func rmspropNEON(w, dw, v []float32, lr, rho, c, eps float32) {
	checkLengths3("RMSprop", len(w), len(dw), len(v))
	if len(w) > 0 {
		rmspropNEONAsm(&w[0], &dw[0], &v[0], len(w), lr, rho, c, eps)
	}
}

// rmspropMomentumNEONAsm is rmspropMomentumGo for n ≥ 1 parameters.
//
//go:noescape
func rmspropMomentumNEONAsm(w, dw, v, m *float32, n int, lr, rho, c, mu, eps float32)

func rmspropMomentumNEON(w, dw, v, m []float32, lr, rho, c, mu, eps float32) {
	checkLengths4("RMSpropMomentum", len(w), len(dw), len(v), len(m))
	if len(w) > 0 {
		rmspropMomentumNEONAsm(&w[0], &dw[0], &v[0], &m[0], len(w), lr, rho, c, mu, eps)
	}
}

// adamNEONAsm is adamGo for n ≥ 1 parameters.
//
//go:noescape
func adamNEONAsm(w, dw, m, v *float32, n int, alpha, c1, c2, eps float32)

func adamNEON(w, dw, m, v []float32, alpha, c1, c2, eps float32) {
	checkLengths4("Adam", len(w), len(dw), len(m), len(v))
	if len(w) > 0 {
		adamNEONAsm(&w[0], &dw[0], &m[0], &v[0], len(w), alpha, c1, c2, eps)
	}
}
