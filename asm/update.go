package asm

import "math"

// The update rules keep the order of operations of Keras 3's optimizers; every
// operation is rounded, none is fused.

// tiny0 sets what is below 2⁻¹⁰⁰ in magnitude to +0; NaN passes. Without it the
// slot of a weight whose gradient became 0 decays into the subnormals, where
// arithmetic is slow, and stays there: 0.9 of 4 units rounds to 4 units.
func tiny0(x float32) float32 {
	if x < 0x1p-100 && x > -0x1p-100 {
		return 0
	}
	return x
}

// sqrt32 returns the square root of x rounded once: 53 bits are enough to round
// a square root to 24 bits correctly in two steps, and compilers know it.
func sqrt32(x float32) float32 { return float32(math.Sqrt(float64(x))) }

func sgdGo(w, g []float32, lr float32) {
	equal2("SGD", w, g)
	for i, g := range g {
		w[i] -= float32(g * lr)
	}
}

func momentumGo(w, g, m []float32, lr, mu float32) {
	equal3("Momentum", w, g, m)
	for i, g := range g {
		u := float32(g * lr)
		v := tiny0(float32(m[i]*mu) - u)
		m[i] = v
		w[i] += v
	}
}

func nesterovGo(w, g, m []float32, lr, mu float32) {
	equal3("Nesterov", w, g, m)
	for i, g := range g {
		u := float32(g * lr)
		v := tiny0(float32(m[i]*mu) - u)
		m[i] = v
		w[i] += float32(v*mu) - u
	}
}

func adagradGo(w, g, v []float32, lr, eps float32) {
	equal3("Adagrad", w, g, v)
	for i, g := range g {
		s := v[i] + float32(g*g)
		v[i] = s
		w[i] -= float32(lr*g) / sqrt32(s+eps)
	}
}

func rmspropGo(w, g, v []float32, lr, rho, c, eps float32) {
	equal3("RMSprop", w, g, v)
	for i, g := range g {
		s := tiny0(float32(rho*v[i]) + float32(c*float32(g*g)))
		v[i] = s
		w[i] -= float32(lr*g) / sqrt32(s+eps)
	}
}

func rmspropMomentumGo(w, g, v, m []float32, lr, rho, c, mu, eps float32) {
	equal4("RMSpropMomentum", w, g, v, m)
	for i, g := range g {
		s := tiny0(float32(rho*v[i]) + float32(c*float32(g*g)))
		v[i] = s
		u := tiny0(float32(mu*m[i]) + float32(lr*g)/sqrt32(s+eps))
		m[i] = u
		w[i] -= u
	}
}

func adamGo(w, g, m, v []float32, alpha, c1, c2, eps float32) {
	equal4("Adam", w, g, m, v)
	for i, g := range g {
		a := tiny0(m[i] + float32((g-m[i])*c1))
		m[i] = a
		s := tiny0(v[i] + float32((float32(g*g)-v[i])*c2))
		v[i] = s
		w[i] -= float32(a*alpha) / (sqrt32(s) + eps)
	}
}

func nadamGo(w, g, m, v []float32, a, b, c1, c2, eps float32) {
	equal4("Nadam", w, g, m, v)
	for i, g := range g {
		f := tiny0(m[i] + float32((g-m[i])*c1))
		m[i] = f
		s := tiny0(v[i] + float32((float32(g*g)-v[i])*c2))
		v[i] = s
		w[i] -= (float32(f*a) + float32(g*b)) / (sqrt32(s) + eps)
	}
}

func lionGo(w, g, m []float32, lr, beta1, c1, beta2, c2 float32) {
	equal3("Lion", w, g, m)
	for i, g := range g {
		switch direction := float32(m[i]*beta1) + float32(g*c1); {
		case direction > 0:
			w[i] -= lr
		case direction < 0:
			w[i] += lr
		case direction != direction:
			w[i] = direction // NaN
		}
		m[i] = tiny0(float32(m[i]*beta2) + float32(g*c2))
	}
}
