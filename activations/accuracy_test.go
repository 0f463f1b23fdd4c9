package activations

import (
	"math"
	"testing"

	"weft/asm"
)

// The bounds that the tests hold the functions to, in units in the last place.
// Over all 2³² inputs sigmoid is at most 2.402 off and tanh 2.498. A derivative
// from a given output is two roundings: the inner one, half a unit, weighs up to
// a unit in the product, whose rounding is another half.
const (
	sigmoidULP  = 2.41
	tanhULP     = 2.5
	gradientULP = 1.51
	unit        = 0x1.0001p-24 // a rounding, relative, and a little for products of such
)

// valueULP is the bound of an element-wise function.
func valueULP(a Activation) float64 {
	switch a {
	case Sigmoid:
		return sigmoidULP
	case Tanh:
		return tanhULP
	}
	return 0
}

// sample returns 65,536 numbers spread over all bit patterns, 40,001 from −20 to
// 20, and 2,001 around each place where sigmoid and tanh are known to be
// furthest off; no NaN.
func sample() (x []float32) {
	for i := range uint32(1 << 16) {
		if v := math.Float32frombits(i * 65537); v == v {
			x = append(x, v)
		}
	}
	for i := -20000; i <= 20000; i++ {
		x = append(x, float32(i)/1000)
	}
	for _, worst := range []float32{-4.15729, 4.50509} {
		for i := range uint32(2001) {
			x = append(x, math.Float32frombits(math.Float32bits(worst)-1000+i))
		}
	}
	return x
}

// TestAccuracy is the table of the functions against float64.
func TestAccuracy(t *testing.T) {
	x := sample()
	y := make([]float32, len(x))
	for _, a := range []Activation{Linear, ReLU, Sigmoid, Tanh} {
		a.Forward(asm.Best(), y, x)
		worst, at := 0.0, float32(0)
		for i, want := range exact(a, wide(x)) {
			off := math.Abs(float64(y[i])-want) / ulp(want)
			if float64(y[i]) == want {
				off = 0 // infinities too
			}
			if !(off <= worst) {
				worst, at = off, x[i]
			}
		}
		t.Logf("%-8s at most %.3f units in the last place off, at %v", a.Name(), worst, at)
		if !(worst <= valueULP(a)) {
			t.Errorf("%s is %.3f units in the last place off at %v, want at most %v", a.Name(), worst, at, valueULP(a))
		}
	}
}

// TestGradientAccuracy is the table of the derivatives against float64, from
// outputs that the functions give and gradients from −1 to 1.
func TestGradientAccuracy(t *testing.T) {
	x, r := sample(), source(1)
	y, dx, dy := make([]float32, len(x)), make([]float32, len(x)), make([]float32, len(x))
	for i := range dy {
		dy[i] = 2*r.Float32() - 1
	}
	for _, test := range []struct {
		a     Activation
		exact func(dy, y float64) float64
		ulp   float64
	}{
		{Linear, func(dy, y float64) float64 { return dy }, 0},
		{ReLU, func(dy, y float64) float64 {
			if y > 0 {
				return dy
			}
			return 0
		}, 0},
		{Sigmoid, func(dy, y float64) float64 { return dy * (y - y*y) }, gradientULP},
		{Tanh, func(dy, y float64) float64 { return dy * (1 - y*y) }, gradientULP},
	} {
		test.a.Forward(asm.Best(), y, x)
		test.a.Backward(asm.Best(), dx, dy, x, y)
		worst, at := 0.0, float32(0)
		for i := range dx {
			want := test.exact(float64(dy[i]), float64(y[i]))
			if off := math.Abs(float64(dx[i])-want) / ulp(want); !(off <= worst) {
				worst, at = off, x[i]
			}
		}
		t.Logf("%-8s at most %.3f units in the last place off, at x = %v", test.a.Name(), worst, at)
		if !(worst <= test.ulp) {
			t.Errorf("%s: the derivative is %.3f units in the last place off at x = %v, want at most %v", test.a.Name(), worst, at, test.ulp)
		}
	}
}

// softmaxBound returns how far Softmax may be from the exact p of a row z. With
// u = 2⁻²⁴: the difference d = z−m is u off, which exp turns into |d|·u, and adds
// 0.891 units in the last place, at most 1.782·u; the sum of such, all ≥ 0, is
// off by their mean, weighted by p, and by ⌈n/16⌉−1 additions in a lane and 4 of
// the fold; its reciprocal and the product round once each. Results below 2⁻¹²⁶
// are off by 0.891 and ½ units of 2⁻¹⁴⁹.
func softmaxBound(z, p []float64) []float64 {
	m, mean := math.Inf(-1), 0.0
	for _, v := range z {
		m = max(m, v)
	}
	far := func(v float64) float64 { return min(m-v, 110) } // beyond, both are 0
	for i, v := range z {
		mean += p[i] * far(v)
	}
	bound := make([]float64, len(z))
	for i, v := range z {
		roundings := far(v) + mean + 2*1.782 + float64((len(z)+15)/16+3) + 2
		bound[i] = p[i]*roundings*unit + 1.4*0x1p-149
	}
	return bound
}

// TestSoftmaxAccuracy compares rows of many lengths and ranges with float64.
func TestSoftmaxAccuracy(t *testing.T) {
	r := source(2)
	for _, n := range []int{1, 2, 10, 16, 17, 100, 1000} {
		for _, size := range []float32{1, 10, 100, 1e30} {
			worst := 0.0
			for range 20 {
				z, p := make([]float32, n), make([]float32, n)
				for i := range z {
					z[i] = size * (2*r.Float32() - 1)
				}
				Softmax.Forward(asm.Best(), p, z)
				want := exact(Softmax, wide(z))
				for i, b := range softmaxBound(wide(z), want) {
					worst = max(worst, math.Abs(float64(p[i])-want[i])/b)
				}
			}
			t.Logf("%4d classes in ±%-5g at most %.2f of the bound", n, size, worst)
			if !(worst <= 1) {
				t.Errorf("%d classes in ±%g: %.2f times the bound", n, size, worst)
			}
		}
	}
}

// TestFiniteDifferences compares every derivative with the central difference of
// the function in float64.
//
// The difference is off by h²/6 times the third derivative, below 2 for all of
// these, and by 2⁻⁵²/h of rounding: below 2⁻³¹ for h = 2⁻¹⁶. Backward starts from
// the float32 output, e off: that changes y−y² by |1−2y|·e + e², and 1−y² by
// 2|y|·e + e².
func TestFiniteDifferences(t *testing.T) {
	const h, difference = 0x1p-16, 0x1p-31
	for _, a := range []Activation{Linear, ReLU, Sigmoid, Tanh} {
		for i := -3000; i <= 3000; i++ {
			x := float32(i)/256 + 1.0/512 // never at the kink of ReLU
			y, dx := []float32{x}, []float32{0}
			a.Forward(asm.Best(), y, []float32{x})
			a.Backward(asm.Best(), dx, []float32{1}, []float32{x}, y)
			around := exact(a, []float64{float64(x) - h, float64(x) + h})
			want := (around[1] - around[0]) / (2 * h)
			bound := difference*max(1, math.Abs(float64(x))) + slopeBound(a, float64(y[0]), valueULP(a)*ulp(float64(y[0])))
			if off := math.Abs(float64(dx[0]) - want); !(off <= bound) {
				t.Fatalf("%s at %v: derivative %v, by differences %v: %g off, want at most %g", a.Name(), x, dx[0], want, off, bound)
			}
		}
	}
}

// slopeBound is how far the derivative from an output y is, where y is e off.
func slopeBound(a Activation, y, e float64) float64 {
	switch a {
	case Sigmoid:
		return math.Abs(1-2*y)*e + e*e + gradientULP*ulp(y-y*y)
	case Tanh:
		return 2*math.Abs(y)*e + e*e + gradientULP*ulp(1-y*y)
	}
	return 0
}

// TestSoftmaxFiniteDifferences compares Softmax's gradient with the differences
// of Σ dy·softmax(z) in float64, each element of z in turn.
//
// With u = 2⁻²⁴ and D = Σ|dy·y|: the sum over ⌈n/16⌉−1 additions in a lane, 4 of
// the fold and a product is (⌈n/16⌉+4)·u·D off, the difference and the product
// round once each, and outputs that are e off change the result by
// |dy−Σ|·e + y·Σ|dy|·e. The third derivatives are below 6·Σ|dy·y|.
func TestSoftmaxFiniteDifferences(t *testing.T) {
	const h, difference = 0x1p-16, 0x1p-31
	r := source(3)
	for _, n := range []int{1, 2, 3, 10, 16, 17, 40, 100} {
		z, dy, y, dx := make([]float32, n), make([]float32, n), make([]float32, n), make([]float32, n)
		for i := range z {
			z[i], dy[i] = 4*(2*r.Float32()-1), 2*r.Float32()-1
		}
		Softmax.Forward(asm.Best(), y, z)
		Softmax.Backward(asm.Best(), dx, dy, nil, y)

		objective := func(z []float64) (sum float64) {
			for i, p := range exact(Softmax, z) {
				sum += float64(dy[i]) * p
			}
			return sum
		}
		p := exact(Softmax, wide(z))
		e := softmaxBound(wide(z), p)
		total, absolute, change := 0.0, 0.0, 0.0
		for i, v := range p {
			d := float64(dy[i])
			total += d * v
			absolute += math.Abs(d) * v
			change += math.Abs(d) * e[i]
		}
		for i := range z {
			up, down := wide(z), wide(z)
			up[i] += h
			down[i] -= h
			want := (objective(up) - objective(down)) / (2 * h)
			centered := math.Abs(float64(dy[i]) - total)
			bound := difference + p[i]*(float64((n+15)/16+4)*unit*absolute+2*unit*centered+change) + centered*e[i]
			if off := math.Abs(float64(dx[i]) - want); !(off <= bound) {
				t.Errorf("%d classes, element %d: gradient %v, by differences %v: %g off, want at most %g", n, i, dx[i], want, off, bound)
			}
		}
	}
}
