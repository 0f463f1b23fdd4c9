//go:build amd64 && !purego

package asm

// sgdAVX512Asm is sgdGo for n ≥ 1 parameters.
//
//go:noescape
func sgdAVX512Asm(w, dw *float32, n int, lr float32)

func sgdAVX512(w, dw []float32, lr float32) {
	checkLengths2("SGD", len(w), len(dw))
	if len(w) > 0 {
		sgdAVX512Asm(&w[0], &dw[0], len(w), lr)
	}
}

// momentumAVX512Asm is momentumGo for n ≥ 1 parameters.
//
//go:noescape
func momentumAVX512Asm(w, dw, m *float32, n int, lr, mu float32)

func momentumAVX512(w, dw, m []float32, lr, mu float32) {
	checkLengths3("Momentum", len(w), len(dw), len(m))
	if len(w) > 0 {
		momentumAVX512Asm(&w[0], &dw[0], &m[0], len(w), lr, mu)
	}
}

// nesterovAVX512Asm is nesterovGo for n ≥ 1 parameters.
//
//go:noescape
func nesterovAVX512Asm(w, dw, m *float32, n int, lr, mu float32)

func nesterovAVX512(w, dw, m []float32, lr, mu float32) {
	checkLengths3("Nesterov", len(w), len(dw), len(m))
	if len(w) > 0 {
		nesterovAVX512Asm(&w[0], &dw[0], &m[0], len(w), lr, mu)
	}
}

// adagradAVX512Asm is adagradGo for n ≥ 1 parameters.
//
//go:noescape
func adagradAVX512Asm(w, dw, v *float32, n int, lr, eps float32)

func adagradAVX512(w, dw, v []float32, lr, eps float32) {
	checkLengths3("Adagrad", len(w), len(dw), len(v))
	if len(w) > 0 {
		adagradAVX512Asm(&w[0], &dw[0], &v[0], len(w), lr, eps)
	}
}

// rmspropAVX512Asm is rmspropGo for n ≥ 1 parameters.
//
//go:noescape
func rmspropAVX512Asm(w, dw, v *float32, n int, lr, rho, c, eps float32)

func rmspropAVX512(w, dw, v []float32, lr, rho, c, eps float32) {
	checkLengths3("RMSprop", len(w), len(dw), len(v))
	if len(w) > 0 {
		rmspropAVX512Asm(&w[0], &dw[0], &v[0], len(w), lr, rho, c, eps)
	}
}

// rmspropMomentumAVX512Asm is rmspropMomentumGo for n ≥ 1 parameters.
//
//go:noescape
func rmspropMomentumAVX512Asm(w, dw, v, m *float32, n int, lr, rho, c, mu, eps float32)

func rmspropMomentumAVX512(w, dw, v, m []float32, lr, rho, c, mu, eps float32) {
	checkLengths4("RMSpropMomentum", len(w), len(dw), len(v), len(m))
	if len(w) > 0 {
		rmspropMomentumAVX512Asm(&w[0], &dw[0], &v[0], &m[0], len(w), lr, rho, c, mu, eps)
	}
}

// adamAVX512Asm is adamGo for n ≥ 1 parameters.
//
//go:noescape
func adamAVX512Asm(w, dw, m, v *float32, n int, alpha, c1, c2, eps float32)

func adamAVX512(w, dw, m, v []float32, alpha, c1, c2, eps float32) {
	checkLengths4("Adam", len(w), len(dw), len(m), len(v))
	if len(w) > 0 {
		adamAVX512Asm(&w[0], &dw[0], &m[0], &v[0], len(w), alpha, c1, c2, eps)
	}
}

// sgdAVX2Asm is sgdGo for n ≥ 1 parameters.
//
//go:noescape
func sgdAVX2Asm(w, dw *float32, n int, lr float32)

func sgdAVX2(w, dw []float32, lr float32) {
	checkLengths2("SGD", len(w), len(dw))
	if len(w) > 0 {
		sgdAVX2Asm(&w[0], &dw[0], len(w), lr)
	}
}

// momentumAVX2Asm is momentumGo for n ≥ 1 parameters.
//
//go:noescape
func momentumAVX2Asm(w, dw, m *float32, n int, lr, mu float32)

func momentumAVX2(w, dw, m []float32, lr, mu float32) {
	checkLengths3("Momentum", len(w), len(dw), len(m))
	if len(w) > 0 {
		momentumAVX2Asm(&w[0], &dw[0], &m[0], len(w), lr, mu)
	}
}

// nesterovAVX2Asm is nesterovGo for n ≥ 1 parameters.
//
//go:noescape
func nesterovAVX2Asm(w, dw, m *float32, n int, lr, mu float32)

func nesterovAVX2(w, dw, m []float32, lr, mu float32) {
	checkLengths3("Nesterov", len(w), len(dw), len(m))
	if len(w) > 0 {
		nesterovAVX2Asm(&w[0], &dw[0], &m[0], len(w), lr, mu)
	}
}

// adagradAVX2Asm is adagradGo for n ≥ 1 parameters.
//
//go:noescape
func adagradAVX2Asm(w, dw, v *float32, n int, lr, eps float32)

func adagradAVX2(w, dw, v []float32, lr, eps float32) {
	checkLengths3("Adagrad", len(w), len(dw), len(v))
	if len(w) > 0 {
		adagradAVX2Asm(&w[0], &dw[0], &v[0], len(w), lr, eps)
	}
}

// rmspropAVX2Asm is rmspropGo for n ≥ 1 parameters.
//
//go:noescape
func rmspropAVX2Asm(w, dw, v *float32, n int, lr, rho, c, eps float32)

func rmspropAVX2(w, dw, v []float32, lr, rho, c, eps float32) {
	checkLengths3("RMSprop", len(w), len(dw), len(v))
	if len(w) > 0 {
		rmspropAVX2Asm(&w[0], &dw[0], &v[0], len(w), lr, rho, c, eps)
	}
}

// rmspropMomentumAVX2Asm is rmspropMomentumGo for n ≥ 1 parameters.
//
//go:noescape
func rmspropMomentumAVX2Asm(w, dw, v, m *float32, n int, lr, rho, c, mu, eps float32)

func rmspropMomentumAVX2(w, dw, v, m []float32, lr, rho, c, mu, eps float32) {
	checkLengths4("RMSpropMomentum", len(w), len(dw), len(v), len(m))
	if len(w) > 0 {
		rmspropMomentumAVX2Asm(&w[0], &dw[0], &v[0], &m[0], len(w), lr, rho, c, mu, eps)
	}
}

// adamAVX2Asm is adamGo for n ≥ 1 parameters.
//
//go:noescape
func adamAVX2Asm(w, dw, m, v *float32, n int, alpha, c1, c2, eps float32)

func adamAVX2(w, dw, m, v []float32, alpha, c1, c2, eps float32) {
	checkLengths4("Adam", len(w), len(dw), len(m), len(v))
	if len(w) > 0 {
		adamAVX2Asm(&w[0], &dw[0], &m[0], &v[0], len(w), alpha, c1, c2, eps)
	}
}
